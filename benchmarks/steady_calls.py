"""Calls at a steady rate over kept connections, counted: ``python -m benchmarks.steady_calls``.

One connection in ten is renewed after each request. Every line on the standard input is answered
with one JSON line: how many requests were asked and answered since the last, and what failed. A
request fails when it isn't answered with 200 in ten seconds, whatever the reason; none is
repeated. Ends with the standard input.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field

import uvloop

PATIENCE = 10.0
RENEWED = 10


@dataclass(slots=True)
class Tally:
    """What became of the requests since it was last told."""

    asked: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    """Milliseconds."""


class Calls:
    """One program's callers. ``rate`` is requests per second of all ``connections`` together."""

    def __init__(self, where: tuple[str, int], request: bytes, rate: int, connections: int) -> None:
        self._where = where
        self._request = request
        self._pause = connections / rate
        self._connections = connections
        self.tally = Tally()

    def told(self) -> Tally:
        """What there is to tell, and a new sheet."""
        tally, self.tally = self.tally, Tally()
        return tally

    async def run(self) -> None:
        """Ask until cancelled."""
        async with asyncio.TaskGroup() as callers:
            for number in range(self._connections):
                callers.create_task(self._call(number))

    async def _call(self, number: int) -> None:
        line = _Line(self._where)
        due = time.monotonic() + self._pause * number / self._connections
        try:
            while True:
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                due += self._pause
                began = time.monotonic()
                failure = await line.ask(self._request)
                tally = self.tally
                tally.asked += 1
                tally.slowest = max(tally.slowest, (time.monotonic() - began) * 1000)
                if failure:
                    tally.failures[failure] += 1
                if number % RENEWED == 0:
                    await line.hang_up()
        finally:
            await line.hang_up()


class _Line:
    """One caller's connection, made anew when it is needed."""

    def __init__(self, where: tuple[str, int]) -> None:
        self._where = where
        self._open: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, request: bytes) -> str:
        """One request: what failed, or ""."""
        if self._open is not None and self._open[0].at_eof():
            # Closed while nothing was asked: no client takes that for a failure.
            await self.hang_up()
        try:
            async with asyncio.timeout(PATIENCE):
                self._open = self._open or await asyncio.open_connection(*self._where)
                failure, closing = await _ask(self._open, request)
        except TimeoutError:
            failure, closing = "no answer in 10 s", True
        except (OSError, EOFError, ValueError) as error:
            failure, closing = type(error).__name__, True
        if closing:
            await self.hang_up()
        return failure

    async def hang_up(self) -> None:
        """Close it, if it is open."""
        if self._open is not None:
            writer, self._open = self._open[1], None
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


async def _ask(
    connection: tuple[asyncio.StreamReader, asyncio.StreamWriter], request: bytes
) -> tuple[str, bool]:
    """One request: what failed, if anything, and whether the server closes the connection."""
    reader, writer = connection
    writer.write(request)
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    status = head.split(b" ", 2)[1].decode()
    length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
    if not length:
        raise ValueError("an answer without a length")
    await reader.readexactly(int(length))
    return ("" if status == "200" else f"HTTP {status}"), b"\r\nconnection: close" in head


async def serve(calls: Calls) -> None:
    """Answer every line until there are no more."""
    lines = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    job = asyncio.create_task(calls.run())
    while await lines.readline():
        tally = calls.told()
        said = {"asked": tally.asked, "failures": tally.failures, "slowest_ms": tally.slowest}
        print(json.dumps(said), flush=True)
    job.cancel()
    with suppress(asyncio.CancelledError):
        await job


def main() -> None:
    """Call as the arguments say."""
    parser = argparse.ArgumentParser(prog="benchmarks.steady_calls", description=__doc__)
    parser.add_argument("address")
    parser.add_argument("port", type=int)
    parser.add_argument("host", help="what the Host header says")
    parser.add_argument("path")
    parser.add_argument("--rate", type=int, default=500)
    parser.add_argument("--connections", type=int, default=20)
    given = parser.parse_args()
    request = f"GET {given.path} HTTP/1.1\r\nHost: {given.host}\r\n\r\n".encode()
    calls = Calls((given.address, given.port), request, given.rate, given.connections)
    uvloop.run(serve(calls))


if __name__ == "__main__":
    main()
