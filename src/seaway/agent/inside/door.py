"""The AWS API at the link-local address: what comes in is carried to the control plane."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from pathlib import Path

_CHUNK = 64 * 1024
_AWAY = (
    b"HTTP/1.1 503 Service Unavailable\r\n"
    b"Content-Length: 0\r\nRetry-After: 1\r\nConnection: close\r\n\r\n"
)


class ApiDoor:
    """Connections of one namespace, each carried to the control plane's socket at ``path``.

    The control plane answers there only who signs with keys it has handed out.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._server: asyncio.Server | None = None
        self._jobs: set[asyncio.Task[None]] = set()

    @property
    def busy(self) -> int:
        """How many connections it carries."""
        return len(self._jobs)

    async def open(self, listener: socket.socket) -> None:
        """Take connections from this socket."""
        self._server = await asyncio.start_server(self._take, sock=listener)

    async def close(self) -> None:
        """Take no more, and end those there are."""
        if self._server is not None:
            self._server.close()
        for job in self._jobs:
            job.cancel()
        await asyncio.gather(*self._jobs, return_exceptions=True)

    def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        job = asyncio.create_task(self._carry(reader, writer))
        self._jobs.add(job)
        job.add_done_callback(self._jobs.discard)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            try:
                answers, requests = await asyncio.open_unix_connection(self._path)
            except OSError:  # SDKs ask again
                writer.write(_AWAY)
                await writer.drain()
                return
            try:
                await _both_ways(reader, requests, answers, writer)
            finally:
                requests.close()
        except OSError:
            pass  # one of the two has gone, and so goes the other
        finally:
            writer.close()


async def _both_ways(
    reader: asyncio.StreamReader,
    requests: asyncio.StreamWriter,
    answers: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> None:
    forth = asyncio.create_task(_pipe(reader, requests))
    back = asyncio.create_task(_pipe(answers, writer))
    try:
        # When the API's side has ended nothing more can come of the connection.
        await back
    finally:
        forth.cancel()
        back.cancel()
        await asyncio.gather(forth, back, return_exceptions=True)


async def _pipe(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while part := await source.read(_CHUNK):
        sink.write(part)
        await sink.drain()
    with suppress(OSError):
        sink.write_eof()
