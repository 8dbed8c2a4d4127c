"""The durable store: what was flushed is there after any end, in the order it was made."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from seaway.core.cluster import Cluster
from seaway.core.task import Task
from seaway.store.sqlite import SqliteStore, StoreError
from seaway.store.transaction import Transaction
from tests.builders import a_cluster, a_task


@contextmanager
def opened(path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(path / "seaway.db")
    store.open()
    try:
        yield store
    finally:
        store.close()


def test_nouns_are_read_back_in_the_order_they_were_first_written(tmp_path: Path) -> None:
    def write(tx: Transaction) -> None:
        for number in (3, 1, 2):
            tx.put(a_task(number))
        tx.put(a_cluster())

    with opened(tmp_path) as store:
        asyncio.run(store.transact(write))
        asyncio.run(store.transact(lambda tx: tx.put(a_task(3, host="host-1"))))
        asyncio.run(store.transact(lambda tx: tx.drop(a_task(1))))
    with opened(tmp_path) as store, store.transaction() as tx:
        assert tx.where(Task) == [a_task(3, host="host-1"), a_task(2)]
        assert tx.where(Task, host="host-1") == [a_task(3, host="host-1")]
        assert tx.find(Cluster, a_cluster().arn) == a_cluster()


def test_a_transaction_that_fails_is_not_on_disk_either(tmp_path: Path) -> None:
    def fail(tx: Transaction) -> None:
        tx.put(a_task(1))
        raise ValueError

    with opened(tmp_path) as store:
        with pytest.raises(ValueError):
            asyncio.run(store.transact(fail))
        asyncio.run(store.transact(lambda tx: tx.put(a_task(2))))
    with opened(tmp_path) as store, store.transaction() as tx:
        assert tx.where(Task) == [a_task(2)]


def test_many_writers_at_once_are_all_on_disk(tmp_path: Path) -> None:
    async def all_of_them(store: SqliteStore) -> None:
        async with asyncio.TaskGroup() as jobs:
            for number in range(200):
                task = a_task(number)
                jobs.create_task(store.transact(lambda tx, task=task: tx.put(task)))  # type: ignore[misc]

    with opened(tmp_path) as store:
        asyncio.run(all_of_them(store))
    with opened(tmp_path) as store, store.transaction() as tx:
        assert len(tx.where(Task)) == 200


PROGRAM = """
import asyncio, sys
from pathlib import Path
from seaway.store.sqlite import SqliteStore
from tests.builders import a_task

async def main() -> None:
    store = SqliteStore(Path(sys.argv[1]) / "seaway.db")
    store.open()
    for number in range(100000):
        await store.transact(lambda tx: tx.put(a_task(number)))
        print(number, flush=True)

asyncio.run(main())
"""


def test_what_was_answered_before_a_kill_is_there(tmp_path: Path) -> None:
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": "."},
    )
    assert program.stdout is not None
    answered = [program.stdout.readline() for _ in range(100)]
    program.send_signal(signal.SIGKILL)
    answered += program.stdout.readlines()
    program.stdout.close()
    program.wait()
    whole = [int(line) for line in answered if line.endswith("\n")]
    with opened(tmp_path) as store, store.transaction() as tx:
        kept = {task.arn for task in tx.where(Task)}
    assert {a_task(number).arn for number in whole} <= kept


def test_a_file_that_is_no_store_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "seaway.db").write_text("this is a letter, not a database, and it is a long one")
    with (
        pytest.raises(StoreError, match=r"seaway\.db can't be used as Seaway's store: "),
        opened(tmp_path),
    ):
        pass


def test_a_store_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    database = sqlite3.connect(tmp_path / "seaway.db")
    database.execute("PRAGMA user_version=99")
    database.close()
    with pytest.raises(StoreError, match="written by a newer Seaway"), opened(tmp_path):
        pass


def test_writing_what_is_there_already_costs_nothing(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        asyncio.run(store.transact(lambda tx: tx.put(a_task(1))))
        appended = store._journal._appended
        asyncio.run(store.transact(lambda tx: tx.put(replace(a_task(1)))))
        assert store._journal._appended == appended


def test_nobody_else_may_read_what_is_on_disk(tmp_path: Path) -> None:
    path = tmp_path / "seaway.db"
    path.touch(mode=0o644)  # as an older Seaway made it
    with opened(tmp_path) as store:
        asyncio.run(store.transact(lambda tx: tx.put(a_cluster())))
        modes = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.glob("seaway.db*")}
    assert modes["seaway.db"] == 0o600
    assert set(modes.values()) == {0o600}


def test_many_nouns_of_one_commit_are_all_there_and_in_order(tmp_path: Path) -> None:
    """More than one statement writes at once, and some of them gone again."""

    def write(tx: Transaction) -> None:
        for number in range(1, 700):
            tx.put(a_task(number))

    def drop(tx: Transaction) -> None:
        for number in range(1, 700, 2):
            tx.drop(a_task(number))

    with opened(tmp_path) as store:
        asyncio.run(store.transact(write))
        asyncio.run(store.transact(drop))
    with opened(tmp_path) as store, store.transaction() as tx:
        assert tx.where(Task) == [a_task(number) for number in range(2, 700, 2)]


def test_who_only_reads_does_not_wait_for_the_disk(tmp_path: Path) -> None:
    async def story(store: SqliteStore) -> None:
        await store.transact(lambda tx: tx.put(a_task(1)))
        other = sqlite3.connect(tmp_path / "seaway.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")  # as long as this is open, nothing else is written
        writing = asyncio.create_task(store.transact(lambda tx: tx.put(a_task(2))))
        await asyncio.sleep(0)
        found = await store.transact(lambda tx: tx.find(Task, a_task(2).arn), reads=True)
        assert found == a_task(2)
        # Whoever asked for it to be there is told so when it is; and who writes, waits.
        again = asyncio.create_task(store.transact(lambda tx: tx.put(a_task(2))))
        marked = store.transact(lambda tx: tx.put(a_task(3)), reads=True)
        marking = asyncio.create_task(marked)
        await asyncio.sleep(0.1)
        assert not any(waiting.done() for waiting in (writing, again, marking))
        other.execute("ROLLBACK")
        other.close()
        async with asyncio.timeout(10):
            await asyncio.gather(writing, again, marking)

    with opened(tmp_path) as store:
        asyncio.run(story(store))
