"""Asks elsewhere: the machine's own resolvers, one after the other."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Collection, Sequence
from ipaddress import ip_address
from pathlib import Path

from seaway.core.zone import Chance

PATIENCE_SECONDS = 2.0
"""How long one resolver is waited for before the next is asked."""

MOST_UNDER_WAY = 1000

Server = tuple[str, int]
"""Address and port."""


class Upstream:
    """The resolvers that questions for other names are handed to, read again when they change.

    ``fixed`` overrides what ``settings`` (a resolv.conf) says. ``own`` are addresses of ours,
    which are never asked: a question would come back.
    """

    def __init__(
        self,
        settings: Path,
        chance: Chance,
        fixed: Sequence[Server] = (),
        own: Collection[Server] = (),
    ) -> None:
        self._settings = settings
        self._chance = chance
        self._fixed = tuple(fixed)
        self.own = own
        self._read: tuple[int, tuple[Server, ...]] = (-1, ())
        self._room = asyncio.Semaphore(MOST_UNDER_WAY)

    def servers(self) -> tuple[Server, ...]:
        """Whom to ask, in this order."""
        if self._fixed:
            return self._fixed
        try:
            changed = self._settings.stat().st_mtime_ns
            if changed != self._read[0]:
                self._read = (changed, _nameservers(self._settings.read_text()))
        except OSError:
            return ()
        return tuple(server for server in self._read[1] if server not in self.own)

    def number(self) -> int:
        """A message id nobody can guess."""
        return int.from_bytes(self._chance(2), "big")

    async def ask(self, wire: bytes, *, tcp: bool) -> bytes | None:
        """The first answer to this message; None when there is none."""
        if self._room.locked():
            return None
        number = self.number().to_bytes(2, "big")
        async with self._room:
            for server in self.servers():
                with contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
                    async with asyncio.timeout(PATIENCE_SECONDS):
                        way = _by_tcp if tcp else _by_udp
                        answer = await way(server, number + wire[2:])
                        return wire[:2] + answer[2:]
        return None


def _nameservers(text: str) -> tuple[Server, ...]:
    found = []
    for line in text.splitlines():
        words = line.split()
        if len(words) > 1 and words[0] == "nameserver":
            with contextlib.suppress(ValueError):
                found.append((str(ip_address(words[1].partition("%")[0])), 53))
    return tuple(found)


async def _by_tcp(server: Server, wire: bytes) -> bytes:
    reader, writer = await asyncio.open_connection(*server)
    try:
        writer.write(len(wire).to_bytes(2, "big") + wire)
        return await reader.readexactly(int.from_bytes(await reader.readexactly(2), "big"))
    finally:
        writer.close()


class _Answer(asyncio.DatagramProtocol):
    """Waits for the datagram with our number; the socket takes none from anybody else."""

    def __init__(self, number: bytes) -> None:
        self._number = number
        self.came: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: object) -> None:
        if data[:2] == self._number and len(data) >= 12 and not self.came.done():
            self.came.set_result(data)

    def error_received(self, exc: Exception) -> None:
        if not self.came.done():
            self.came.set_exception(exc)


async def _by_udp(server: Server, wire: bytes) -> bytes:
    # A socket for each question: its port is part of what a forger would have to guess.
    transport, waiting = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: _Answer(wire[:2]), remote_addr=server
    )
    try:
        transport.sendto(wire)
        return await waiting.came
    finally:
        transport.close()
