"""What a container writes, as Docker Engine hands it on."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator
from typing import Any

import aiohttp

from seaway.agent.docker_answers import nanoseconds
from seaway.agent.engine import OutputLine


async def frames(response: Any, pseudo_terminal: bool) -> AsyncIterator[bytes]:
    """The pieces of a container's output: framed by the engine, or raw from a terminal."""
    if pseudo_terminal:
        async for line in response.content:
            yield line
        return
    while True:
        try:
            header = await response.content.readexactly(8)
            (length,) = struct.unpack(">4xL", header)
            yield await response.content.readexactly(length)
        except (asyncio.IncompleteReadError, aiohttp.ClientError):
            return


class Lines:
    """Puts together lines the engine cut in pieces of 16 kB, each with a time of its own."""

    def __init__(self) -> None:
        self._at = 0
        self._parts: list[bytes] = []

    def feed(self, frame: bytes, *, whole: bool) -> list[OutputLine]:
        stamp, _, text = frame.partition(b" ")
        if not self._parts:
            self._at = nanoseconds(stamp.decode())
        self._parts.append(text)
        return self.rest() if whole or text.endswith(b"\n") else []

    def rest(self) -> list[OutputLine]:
        if not self._parts:
            return []
        text = b"".join(self._parts).decode(errors="replace").rstrip("\r\n")
        self._parts = []
        return [OutputLine(at=self._at, text=text)]
