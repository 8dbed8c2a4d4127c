"""A followed file's lines come once and in order, whatever happens to the file or to us."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import aclosing, closing
from pathlib import Path
from typing import BinaryIO

import pytest

from seaway.agent.following import Follower


def a_follower(path: Path, **more: object) -> Follower:
    return Follower(path, every=0.001, **more)  # type: ignore[arg-type]


async def read(follower: Follower, count: int) -> list[bytes]:
    """So many lines, waiting for them if need be; then the reader is gone, as in a crash."""
    found: list[bytes] = []
    async with asyncio.timeout(5), aclosing(follower.lines()) as lines:  # type: ignore[type-var]
        async for line in lines:
            found.append(line)
            if len(found) == count:
                break
    return found


class Writer:
    """Appends to a file it keeps open, as Envoy does, and opens it again when asked."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: BinaryIO | None = None
        self.opened = 0

    def write(self, text: bytes) -> None:
        if self._file is None:
            self._file = self.path.open("ab", buffering=0)
            self.opened += 1
        self._file.write(text)

    async def reopen(self) -> None:
        self.close()
        self.write(b"")

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    with closing(Writer(tmp_path / "a.log")) as writer:
        yield writer


def play(story: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(story())  # type: ignore[arg-type]


def test_lines_come_as_they_are_written_and_a_torn_one_when_it_is_whole(writer: Writer) -> None:
    path = writer.path

    async def story() -> None:
        reader = asyncio.create_task(read(a_follower(path), 3))
        await asyncio.sleep(0)
        writer.write(b"one\ntw")
        await asyncio.sleep(0.01)
        writer.write(b"o\nthree\n")
        assert await reader == [b"one", b"two", b"three"]

    play(story)


def test_the_next_reader_goes_on_where_the_last_had_come_back_for_more(writer: Writer) -> None:
    path = writer.path

    async def story() -> None:
        writer.write(b"1\n2\n")
        async with aclosing(a_follower(path).batches()) as batches:  # type: ignore[type-var]
            assert await anext(batches) == (b"1", b"2")
            writer.write(b"3\n")
            assert await anext(batches) == (b"3",)
        # The last batch may not have been kept, so it comes again.
        writer.write(b"4\n")
        assert await read(a_follower(path), 2) == [b"3", b"4"]

    play(story)


def test_a_file_grown_too_long_is_begun_anew_and_no_line_is_lost(writer: Writer) -> None:
    path = writer.path

    async def story() -> None:
        follower = a_follower(path, reopen=writer.reopen, largest=1000)

        async def write() -> None:
            for number in range(2000):
                writer.write(b"%d\n" % number)
                if number % 7 == 0:
                    await asyncio.sleep(0)

        job = asyncio.create_task(write())
        assert await read(follower, 2000) == [b"%d" % number for number in range(2000)]
        await job
        assert writer.opened > 1

    play(story)


def test_a_restart_in_the_middle_of_the_change_reads_the_older_file_to_its_end(
    writer: Writer,
) -> None:
    path = writer.path

    async def story() -> None:
        writer.write(b"1\n2\n")
        assert await read(a_follower(path), 2) == [b"1", b"2"]
        path.rename(path.with_name("a.log.1"))  # and then we were killed
        writer.write(b"3\n")
        assert await read(a_follower(path, reopen=writer.reopen), 3) == [b"1", b"2", b"3"]
        await writer.reopen()
        writer.write(b"4\n")
        follower = a_follower(path, reopen=writer.reopen)
        lines = await read(follower, 4)
        assert lines[-1] == b"4"
        assert not path.with_name("a.log.1").exists()

    play(story)


def test_a_writer_that_is_away_is_asked_again(writer: Writer) -> None:
    path = writer.path

    async def story() -> None:
        asked = 0

        async def reopen() -> None:
            nonlocal asked
            asked += 1
            if asked < 3:
                raise OSError("nobody answers")
            await writer.reopen()
            writer.write(b"new\n")

        writer.write(b"0123456789\n" * 2)
        follower = a_follower(path, reopen=reopen, largest=10)
        assert await read(follower, 3) == [b"0123456789", b"0123456789", b"new"]

    play(story)


def test_without_a_way_to_reopen_the_file_is_emptied_behind_the_reader(writer: Writer) -> None:
    path = writer.path

    async def story() -> None:
        writer.write(b"0123456789\n")
        async with aclosing(a_follower(path, largest=10).lines()) as lines:  # type: ignore[type-var]
            assert await anext(lines) == b"0123456789"
            after = asyncio.create_task(anext(lines))
            while path.stat().st_size:
                await asyncio.sleep(0.001)
            writer.write(b"after\n")
            assert await after == b"after"

    play(story)


@pytest.mark.parametrize("remembered", [True, False])
def test_from_the_end_means_nothing_older_and_nothing_remembered(
    writer: Writer, remembered: bool
) -> None:
    path = writer.path

    async def story() -> None:
        writer.write(b"old\n")
        follower = a_follower(path, from_end=not remembered)
        reader = asyncio.create_task(read(follower, 1))
        await asyncio.sleep(0)
        writer.write(b"new\n")
        assert await reader == [b"old" if remembered else b"new"]
        assert path.with_name("a.log.position").exists() is False

    play(story)
