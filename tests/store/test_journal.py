"""Writes that share a sync: in order, all of them, and nobody waits for ever."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from seaway.store.journal import Journal, StoreError, connect


def opened(path: Path, groups: list[list[int]] | None = None) -> Journal[int]:
    """A journal of numbers; -1 can't be written, -2 is a mistake of ours."""

    def write(database: sqlite3.Connection, numbers: Sequence[int]) -> None:
        if groups is not None:
            groups.append(list(numbers))
        for number in numbers:
            if number == -1:
                raise sqlite3.OperationalError("disk I/O error")
            if number == -2:
                raise TypeError("a noun may not hold a set")
            database.execute("INSERT INTO numbers VALUES (?)", (number,))

    database = connect(path)
    database.execute("CREATE TABLE IF NOT EXISTS numbers (n INTEGER)")
    database.close()
    journal: Journal[int] = Journal(path, write)
    journal.open()
    return journal


def written(path: Path) -> list[int]:
    database = connect(path)
    found = [n for (n,) in database.execute("SELECT n FROM numbers ORDER BY rowid")]
    database.close()
    return found


async def flushed(journal: Journal[int], *numbers: int) -> None:
    for number in numbers:
        journal.append(number)
    async with asyncio.timeout(10):
        await journal.flushed()


def test_flushed_means_on_disk_and_in_order(tmp_path: Path) -> None:
    journal = opened(tmp_path / "j.db")
    asyncio.run(flushed(journal, *range(100)))
    assert written(tmp_path / "j.db") == list(range(100))
    journal.close()


def test_with_nothing_to_write_nobody_waits(tmp_path: Path) -> None:
    journal = opened(tmp_path / "j.db")
    asyncio.run(flushed(journal))
    journal.close()


def test_closing_writes_what_is_queued(tmp_path: Path) -> None:
    journal = opened(tmp_path / "j.db")
    for number in range(50):
        journal.append(number)
    journal.close()
    assert written(tmp_path / "j.db") == list(range(50))


def test_what_comes_together_shares_a_commit(tmp_path: Path) -> None:
    groups: list[list[int]] = []
    journal = opened(tmp_path / "j.db", groups)
    reader = connect(tmp_path / "j.db")
    reader.execute("BEGIN IMMEDIATE")  # the first write waits for us, the others queue behind it
    started = threading.Thread(target=reader.execute, args=("COMMIT",))
    for number in range(10):
        journal.append(number)
    started.start()
    started.join()
    asyncio.run(flushed(journal))
    reader.close()
    journal.close()
    assert [number for group in groups for number in group] == list(range(10))
    assert len(groups) <= 3


@pytest.mark.parametrize("bad", [-1, -2])
def test_after_a_write_that_failed_everybody_hears_of_it_and_nothing_more_is_written(
    tmp_path: Path, bad: int
) -> None:
    journal = opened(tmp_path / "j.db")
    asyncio.run(flushed(journal, 1))
    for numbers in ((bad,), (2,)):
        with pytest.raises(StoreError, match=r"j\.db can't be written: "):
            asyncio.run(flushed(journal, *numbers))
    journal.close()
    assert written(tmp_path / "j.db") == [1]
