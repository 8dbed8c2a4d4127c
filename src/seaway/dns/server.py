"""The name server's sockets: a question comes in at an address, which says who asks."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

from seaway.core.zone import Book, Chance, View
from seaway.dns.book import decode, replace_file
from seaway.dns.messages import (
    Question,
    Unreadable,
    failure,
    following,
    question,
    render,
    truncated,
)
from seaway.dns.upstream import Upstream
from seaway.dns.watch import replacements

log = logging.getLogger(__name__)

PORT = 53
RETRY_SECONDS = 1.0
"""How long an address that could not be had is left alone."""

IDLE_SECONDS = 10.0
"""How long a connection may say nothing."""

MOST_UNDER_WAY = 4000
"""Questions and connections of one address at a time; more are turned away."""

IP_FREEBIND = 15
"""Linux's number; Python's socket module has no name for it."""

Address = tuple[str, int]
Asker = tuple[Any, ...]
Answerer = Callable[[Address, bytes, bool], Awaitable[bytes | None]]


class NameServer:
    """Answers from the book in ``file``; tells in ``serving`` at which addresses it does so.

    ``machine`` is where the machine's own programs ask, or None.
    """

    def __init__(
        self,
        file: Path,
        serving: Path,
        upstream: Upstream,
        chance: Chance,
        machine: Address | None,
        port: int = PORT,
    ) -> None:
        self._file = file
        self._serving = serving
        self._upstream = upstream
        self._chance = chance
        self._machine = machine
        self._port = port
        self._views: dict[Address, View] = {}
        self._open: dict[Address, _Listener] = {}
        self._refused: set[Address] = set()
        self._settling = asyncio.Lock()

    async def run(self) -> None:
        """Serve until cancelled."""
        try:
            async with asyncio.TaskGroup() as jobs, aclosing(replacements(self._file)) as news:
                jobs.create_task(self._retry())
                async for _ in news:
                    self._read()
                    await self._settle()
        finally:
            for listener in self._open.values():
                listener.close()
            self._open.clear()

    def _read(self) -> None:
        try:
            book = decode(self._file.read_bytes())
        except FileNotFoundError:
            book = Book()
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.error("the book %s is not readable, going on with the last: %r", self._file, error)
            return
        views = {(one.address, self._port): View(book.zones, one.vpcs) for one in book.resolvers}
        if self._machine is not None:
            views[self._machine] = View(book.zones, None)
        self._views = views
        self._upstream.own = frozenset(views)

    async def _settle(self) -> None:
        """Listen at every address of the book and at no other; say where that is."""
        async with self._settling:
            await self._listen()
            told = "".join(f"{host} {port}\n" for host, port in sorted(self._open))
            if not self._serving.exists() or self._serving.read_text() != told:
                replace_file(self._serving, told.encode())

    async def _listen(self) -> None:
        for address in [address for address in self._open if address not in self._views]:
            self._open.pop(address).close()
        for address in self._views:
            if address in self._open:
                continue
            listener = _Listener(address, self._answer)
            try:
                await listener.open()
            except OSError as error:
                if address not in self._refused:
                    log.warning("%s port %d can't be had: %s", *address, error.strerror)
                self._refused.add(address)
                continue
            self._refused.discard(address)
            self._open[address] = listener

    async def _retry(self) -> None:
        while True:
            await asyncio.sleep(RETRY_SECONDS)
            if any(address not in self._open for address in self._views):
                await self._settle()

    async def _answer(self, at: Address, wire: bytes, tcp: bool) -> bytes | None:
        try:
            asked = question(wire)
        except Unreadable as error:
            return error.answer
        view = self._views.get(at)
        if asked is None or view is None:
            return await self._upstream.ask(wire, tcp=tcp)
        reply = view.answer(asked.name, asked.kind, self._chance)
        if reply is None:
            return await self._upstream.ask(wire, tcp=tcp) or failure(asked, tcp=tcp)
        rest = None if reply.follow is None else await self._follow(asked, reply.follow)
        return render(asked, reply, rest, tcp=tcp)

    async def _follow(self, asked: Question, name: str) -> bytes | None:
        wire = following(asked, name, self._upstream.number())
        answer = await self._upstream.ask(wire, tcp=False)
        if answer is not None and truncated(answer):
            return await self._upstream.ask(wire, tcp=True)
        return answer


class _Listener:
    """One address, over UDP and TCP. It may be had before an interface has it."""

    def __init__(self, address: Address, answer: Answerer) -> None:
        self._address = address
        self._answer = answer
        self._datagrams: asyncio.DatagramTransport | None = None
        self._server: asyncio.Server | None = None
        self._jobs: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Start listening. Raises OSError, and then has nothing open."""
        loop = asyncio.get_running_loop()
        by_udp = _bound(self._address, socket.SOCK_DGRAM)
        try:
            by_tcp = _bound(self._address, socket.SOCK_STREAM)
        except OSError:
            by_udp.close()
            raise
        self._server = await asyncio.start_server(self._serve, sock=by_tcp)
        self._datagrams, _ = await loop.create_datagram_endpoint(
            lambda: _Datagrams(self._take), sock=by_udp
        )

    def close(self) -> None:
        """Stop listening; what is under way is dropped."""
        for job in self._jobs:
            job.cancel()
        if self._datagrams is not None:
            self._datagrams.close()
        if self._server is not None:
            self._server.close()

    def _take(self, wire: bytes, asker: Asker) -> None:
        job = asyncio.ensure_future(self._reply(wire, asker))
        self._jobs.add(job)
        job.add_done_callback(self._jobs.discard)

    async def _reply(self, wire: bytes, asker: Asker) -> None:
        answer = await self._answer(self._address, wire, False)
        if answer is not None and self._datagrams is not None:
            self._datagrams.sendto(answer, asker)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        job = asyncio.current_task()
        assert job is not None
        if len(self._jobs) >= MOST_UNDER_WAY:
            writer.close()
            return
        self._jobs.add(job)
        try:
            with contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
                await self._converse(reader, writer)
        finally:
            self._jobs.discard(job)
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One question after the other, until the asker has no more."""
        while True:
            async with asyncio.timeout(IDLE_SECONDS):
                length = int.from_bytes(await reader.readexactly(2), "big")
                wire = await reader.readexactly(length)
            answer = await self._answer(self._address, wire, True)
            if answer is None:
                return
            writer.write(len(answer).to_bytes(2, "big") + answer)
            await writer.drain()


class _Datagrams(asyncio.DatagramProtocol):
    """Hands on what comes."""

    def __init__(self, take: Callable[[bytes, Asker], None]) -> None:
        self._take = take

    def datagram_received(self, data: bytes, addr: Asker) -> None:
        self._take(data, addr)


def _bound(address: Address, kind: socket.SocketKind) -> socket.socket:
    """A socket at the address, which no interface needs to have yet. Raises OSError."""
    opened = socket.socket(socket.AF_INET, kind)
    try:
        opened.setblocking(False)
        opened.setsockopt(socket.IPPROTO_IP, IP_FREEBIND, 1)
        if kind is socket.SOCK_STREAM:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind(address)
    except OSError:
        opened.close()
        raise
    return opened
