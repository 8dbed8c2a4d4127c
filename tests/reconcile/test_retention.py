"""What is older than it is kept goes away; the rest stays."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from seaway.core.exec_session import UNUSED_SECONDS, ExecSession
from seaway.core.identity import Credential
from seaway.core.launch import LAUNCH_LIFETIME, Launch
from seaway.core.logs import LogGroup
from seaway.core.moment import Moment
from seaway.core.scaling import CountChange
from seaway.reconcile.retention import DAY, expire
from seaway.store.series import Merge, Metric, value_of
from seaway.store.sqlite import SqliteStore

NOW = 100.0 * DAY
SIZE = Metric(namespace="Cats", name="Size")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    opened = SqliteStore(tmp_path / "seaway.db")
    opened.open()
    yield opened
    opened.close()


def run(store: SqliteStore, function: Callable[[Any], Any]) -> None:
    asyncio.run(store.transact(function))


def days_ago(days: float) -> int:
    return int((NOW - days * DAY) * 1000)


def test_events_go_by_their_groups_retention(store: SqliteStore) -> None:
    def write(tx: Any) -> None:
        for name, days in (("week", 7), ("ever", None)):
            tx.put(LogGroup(arn=name, name=name, region="r", created_at=0.0, retention_days=days))
            events = [(days_ago(8), "old"), (days_ago(6), "new")]
            tx.series.put_events(name, "s", events, days_ago(0))

    run(store, write)
    run(store, lambda tx: expire(tx, Moment(NOW, bytes)))
    kept = {name: [e.text for e in store.series.events(name, None)] for name in ("week", "ever")}
    assert kept == {"week": ["new"], "ever": ["old", "new"]}


def test_points_go_after_fifteen_days(store: SqliteStore) -> None:
    ages = (16, 14, 0)
    points = [value_of(SIZE, int(NOW - age * DAY), age, "None", Merge.SAMPLE) for age in ages]
    run(store, lambda tx: tx.series.put_points(points))
    run(store, lambda tx: expire(tx, Moment(NOW, bytes)))
    kept = store.series.statistics(SIZE, 0, int(NOW) + 60, 60)
    assert [one.sum for one in kept] == [14, 0]


def test_doing_it_twice_does_no_harm(store: SqliteStore) -> None:
    run(store, lambda tx: tx.series.put_events("g", "s", [(1, "kept")], 1))
    for _ in range(2):
        run(store, lambda tx: expire(tx, Moment(NOW, bytes)))
    assert [event.text for event in store.series.events("g", None)] == ["kept"]


def test_keys_are_known_a_day_longer_than_they_are_good(store: SqliteStore) -> None:
    def write(tx: Any) -> None:
        for name, days in (("fresh", 0), ("over", 0.5), ("old", 2)):
            tx.put(
                Credential(
                    access_key=name,
                    secret="",
                    session="",
                    account="0",
                    principal="",
                    user_id="",
                    created_at=0.0,
                    expires_at=NOW - days * DAY,
                )
            )

    run(store, write)
    run(store, lambda tx: expire(tx, Moment(NOW, bytes)))
    kept: list[str] = []
    run(store, lambda tx: kept.extend(c.access_key for c in tx.where(Credential)))
    assert kept == ["fresh", "over"]


def test_a_session_nobody_came_for_is_forgotten(store: SqliteStore) -> None:
    session = ExecSession(
        id="ecs-execute-command-1",
        token="t",
        task="task",
        host="local",
        container="web",
        runtime_id="abc",
        command="sh",
        created_at=NOW - UNUSED_SECONDS,
    )
    run(store, lambda tx: tx.put(session))
    for now, left in ((NOW, [session]), (NOW + 1, [])):
        run(store, lambda tx, now=now: expire(tx, Moment(now, bytes)))
        with store.transaction() as tx:
            assert tx.where(ExecSession) == left


def test_client_tokens_are_forgotten_after_a_day(store: SqliteStore) -> None:
    def write(tx: Any) -> None:
        for key, age in (("old", LAUNCH_LIFETIME + 1), ("new", LAUNCH_LIFETIME - 1)):
            tx.put(Launch(key=key, digest="", tasks=(), created_at=NOW - age))

    kept: list[str] = []
    run(store, write)
    run(store, lambda tx: expire(tx, Moment(NOW, bytes)))
    run(store, lambda tx: kept.extend(launch.key for launch in tx.where(Launch)))
    assert kept == ["new"]


def test_a_scalable_targets_story_goes_after_six_weeks(store: SqliteStore) -> None:
    def write(tx: Any) -> None:
        for id, days in (("old", 43), ("new", 41)):
            at = NOW - days * DAY
            tx.put(CountChange(id=id, service="web", at=at, count=2, cause="", status="Successful"))

    kept: list[str] = []
    run(store, write)
    run(store, lambda tx: expire(tx, Moment(NOW, bytes)))
    run(store, lambda tx: kept.extend(change.id for change in tx.where(CountChange)))
    assert kept == ["new"]
