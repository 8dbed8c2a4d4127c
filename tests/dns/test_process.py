"""The name server's process: it outlives who started it, and is taken over or replaced."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import dns.asyncquery
import dns.message

from seaway.core.zone import Book, RecordSet, Resolver, Zone
from seaway.dns.book import encode, replace_file
from seaway.dns.process import NameServerProcess
from tests.dns.wired import HOST, free_port


def write(process: NameServerProcess, address: str) -> None:
    record_set = RecordSet(name="cats.pets.local", type="A", ttl=10, values=((address, True),))
    zone = Zone(name="pets.local", scope="vpc-1", sets=(record_set,))
    replace_file(process.book, encode(Book(zones=(zone,))))


async def cats(port: int) -> str:
    query = dns.message.make_query("cats.pets.local", "A")
    found = await dns.asyncquery.udp(query, HOST, port=port, timeout=5)
    return str(found.answer[0][0]) if found.answer else ""


async def until(look: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not look():
            await asyncio.sleep(0.01)


@asynccontextmanager
async def kept(process: NameServerProcess, directory: Path) -> AsyncIterator[None]:
    """Looked after until the end of the block; the process itself goes on."""
    job = asyncio.create_task(process.run())
    try:
        await until(lambda: bool(process.pid) and (directory / "serving").exists())
        yield
    finally:
        job.cancel()
        with suppress(asyncio.CancelledError):
            await job


def test_it_goes_on_without_us_and_is_taken_over_with_what_it_has(tmp_path: Path) -> None:
    port = free_port()

    async def story() -> None:
        first = NameServerProcess(tmp_path, port)
        write(first, "10.0.0.1")
        async with kept(first, tmp_path):
            assert await cats(port) == "10.0.0.1"
        assert await cats(port) == "10.0.0.1"
        second = NameServerProcess(tmp_path, port)
        async with kept(second, tmp_path):
            assert second.pid == first.pid
            write(second, "10.0.0.2")
            async with asyncio.timeout(10):
                while await cats(port) != "10.0.0.2":
                    await asyncio.sleep(0.01)
        await second.end()
        with suppress(ProcessLookupError):
            os.kill(first.pid, 0)
            raise AssertionError("it should have ended")

    asyncio.run(story())


def test_where_it_answers_is_told_once_it_does(tmp_path: Path) -> None:
    async def story() -> None:
        process = NameServerProcess(tmp_path, free_port())
        resolver = Resolver(address="127.203.0.2", vpcs=("vpc-1",))
        told = process.serving()
        first = asyncio.ensure_future(anext(told))
        async with kept(process, tmp_path):
            assert await first <= {"127.203.0.2"}
            replace_file(process.book, encode(Book(resolvers=(resolver,))))
            # Port 53 is root's: without that right there is nothing to tell.
            if os.geteuid() == 0:
                async with asyncio.timeout(10):
                    assert await anext(told) == {"127.203.0.2"}
        await told.aclose()
        await process.end()

    asyncio.run(story())


def test_one_with_other_settings_is_ended_and_a_killed_one_replaced(tmp_path: Path) -> None:
    port, other = free_port(), free_port()

    async def story() -> None:
        old = NameServerProcess(tmp_path, port)
        async with kept(old, tmp_path):
            pass
        new = NameServerProcess(tmp_path, other)
        write(new, "10.0.0.1")
        async with kept(new, tmp_path):
            assert new.pid != old.pid
            before = new.pid
            os.kill(before, signal.SIGKILL)
            await until(lambda: new.pid != before and (tmp_path / "serving").exists())
            assert await cats(other) == "10.0.0.1"
        await new.end()

    asyncio.run(story())
