"""The one loop: changed keys are settled, failed ones again later, and waits end by themselves."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path

import pytest

from seaway.core.moment import Moment
from seaway.core.task import Task
from seaway.reconcile.loop import Loop, Reconcile, Wake
from seaway.store.changes import Change
from seaway.store.sqlite import SqliteStore
from seaway.store.transaction import Transaction
from tests.builders import a_task


class Clock:
    """A clock that may be pushed on."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def moment(self) -> Moment:
        return Moment(asyncio.get_running_loop().time() + self.ahead, bytes)


def keys_of(change: Change) -> Iterable[str]:
    yield change.key


def all_keys(tx: Transaction) -> Iterable[str]:
    return [task.arn for task in tx.where(Task)]


Story = Callable[[SqliteStore, Clock], Awaitable[None]]


def play(directory: Path, reconcile: Reconcile, story: Story, *tasks: Task) -> None:
    """The story beside a loop that runs."""
    store, clock = SqliteStore(directory / "seaway.db"), Clock()
    store.open()
    put(store, *tasks)

    async def played() -> None:
        loop = Loop("test", store, clock.moment, reconcile, keys_of, all_keys)
        job = asyncio.create_task(loop.run())
        try:
            async with asyncio.timeout(5):
                await story(store, clock)
        finally:
            job.cancel()
            await asyncio.wait({job})

    try:
        asyncio.run(played())
    finally:
        store.close()


def put(store: SqliteStore, *tasks: Task) -> None:
    with store.transaction() as tx:
        for task in tasks:
            tx.put(task)


async def until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0.001)


def test_it_starts_with_everything_there_is_and_goes_on_with_what_changes(tmp_path: Path) -> None:
    settled: list[str] = []

    def reconcile(tx: Transaction, key: str, moment: Moment) -> float | None:
        settled.append(key)
        return None

    async def story(store: SqliteStore, clock: Clock) -> None:
        await until(lambda: len(settled) == 2)
        put(store, a_task(3))
        await until(lambda: len(settled) == 3)

    play(tmp_path, reconcile, story, a_task(1), a_task(2))
    assert settled == [a_task(number).arn for number in (1, 2, 3)]


def test_a_key_is_settled_again_when_it_asked_to_be(tmp_path: Path) -> None:
    looks: list[float] = []

    def reconcile(tx: Transaction, key: str, moment: Moment) -> float | None:
        looks.append(moment.now)
        return moment.now + 0.02 if len(looks) < 3 else None

    async def story(store: SqliteStore, clock: Clock) -> None:
        await until(lambda: len(looks) == 3)
        await asyncio.sleep(0.05)

    play(tmp_path, reconcile, story, a_task(1))
    assert len(looks) == 3
    assert looks[1] - looks[0] >= 0.02


def test_a_key_that_stands_for_others_wakes_only_those_that_asked(tmp_path: Path) -> None:
    looks: list[str] = []

    def reconcile(tx: Transaction, key: str, moment: Moment) -> Wake:
        looks.append(key)
        if key == a_task(1).arn:
            return {"one": moment.now + 0.01, "other": None}
        return moment.now + 0.01 if looks.count("one") < 3 else None

    async def story(store: SqliteStore, clock: Clock) -> None:
        await until(lambda: looks.count("one") == 3)

    play(tmp_path, reconcile, story, a_task(1))
    assert looks == [a_task(1).arn, "one", "one", "one"]


def test_what_one_round_writes_is_one_transaction(tmp_path: Path) -> None:
    def reconcile(tx: Transaction, key: str, moment: Moment) -> float | None:
        if key == a_task(1).arn:
            tx.put(a_task(2))
            raise ValueError("half way")
        return None

    async def story(store: SqliteStore, clock: Clock) -> None:
        await asyncio.sleep(0.05)
        with store.transaction() as tx:
            assert tx.where(Task) == [a_task(1)]

    play(tmp_path, reconcile, story, a_task(1))


def test_a_key_that_fails_is_loud_and_tried_again_while_others_go_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settled: list[str] = []

    def reconcile(tx: Transaction, key: str, moment: Moment) -> float | None:
        settled.append(key)
        if key == a_task(1).arn and settled.count(key) < 3:
            raise ValueError("not yet")
        return None

    async def story(store: SqliteStore, clock: Clock) -> None:
        await until(lambda: a_task(2).arn in settled)
        for _ in range(2):
            seen = settled.count(a_task(1).arn)
            clock.ahead += 2
            put(store, a_task(9 + seen))  # rings, so that the clock is looked at
            await until(lambda seen=seen: settled.count(a_task(1).arn) > seen)  # type: ignore[misc]

    with caplog.at_level(logging.ERROR):
        play(tmp_path, reconcile, story, a_task(1), a_task(2))
    assert settled.count(a_task(1).arn) == 3
    assert f"settling {a_task(1).arn} failed (2 times)" in caplog.text
