"""Commands in running containers, on a terminal (the engine's exec)."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from typing import Any

import aiohttp
from aiodocker import Docker
from aiodocker.exceptions import DockerError
from aiodocker.execs import Exec
from aiodocker.stream import Stream

from seaway.link.commands import CannotRun

_GRACE = 2.0
"""Seconds a command has to end after its terminal was hung up."""
_log = logging.getLogger(__name__)


class EngineCommands:
    """Commands through Docker Engine; its connection is opened with the first one."""

    def __init__(self, url: str | None = None) -> None:
        self._url = url
        self._docker: Docker | None = None

    async def start(self, container: str, command: Sequence[str]) -> EngineTerminal:
        """Start a command as root, whoever the container runs as (AWS: ECS Exec).

        Raises CannotRun.
        """
        docker = self._docker = self._docker or Docker(self._url)
        try:
            found = await docker.containers.get(container)
            made = await found.exec(
                list(command),
                stdin=True,
                stdout=True,
                stderr=True,
                tty=True,
                user="0",
                environment={"TERM": "xterm-256color"},
            )
            attached = AsyncExitStack()
            opened: Any = made.start(detach=False)  # its __aexit__ is typed as nobody's
            stream: Stream = await attached.enter_async_context(opened)
        except DockerError as error:
            raise CannotRun(error.message) from error
        except (OSError, aiohttp.ClientError) as error:
            raise CannotRun(f"the engine does not answer: {error}") from error
        return EngineTerminal(made, stream, attached)

    async def close(self) -> None:
        """Let go of the engine."""
        if self._docker is not None:
            await self._docker.close()


_AGAIN = (0.1, 0.3, 0.6, 0.0)
"""Seconds after each refusal of a size, until the next try."""


class EngineTerminal:
    """One running command."""

    def __init__(self, made: Exec, stream: Stream, attached: AsyncExitStack) -> None:
        self._exec = made
        self._stream = stream
        self._attached = attached

    async def read(self) -> bytes:
        """What it wrote next; b"" when it has ended."""
        try:
            message = await self._stream.read_out()
        except (OSError, aiohttp.ClientError):
            return b""
        return bytes(message.data) if message is not None else b""

    async def write(self, data: bytes) -> None:
        """Bytes typed into it; a command that has ended hears nothing."""
        with suppress(OSError, RuntimeError, aiohttp.ClientError, AssertionError):
            await self._stream.write_in(data)

    async def resize(self, columns: int, rows: int) -> None:
        """Give its terminal another size."""
        for pause in _AGAIN:
            try:
                await self._exec.resize(w=columns, h=rows)
            except DockerError as error:  # it has just ended, or not quite begun
                _log.debug("a terminal keeps its size: %s", error.message)
                await asyncio.sleep(pause)
            else:
                return

    async def end(self) -> int | None:
        """Hang up on it, if it still runs; gives its exit code when it has one."""
        with suppress(OSError, aiohttp.ClientError, AssertionError):
            await self._attached.aclose()
        # The engine lets a command whose client has gone run on: it has to be told itself.
        for number in (signal.SIGHUP, signal.SIGKILL):
            state = await self._state()
            if not state.get("Running"):
                return state.get("ExitCode")
            with suppress(ProcessLookupError):
                os.kill(state["Pid"], number)
            if await self._ended():
                break
        return (await self._state()).get("ExitCode")

    async def _ended(self) -> bool:
        for _ in range(20):
            if not (await self._state()).get("Running"):
                return True
            await asyncio.sleep(_GRACE / 20)
        return False

    async def _state(self) -> dict[str, Any]:
        try:
            return dict(await self._exec.inspect())
        except (DockerError, OSError, aiohttp.ClientError):
            return {}
