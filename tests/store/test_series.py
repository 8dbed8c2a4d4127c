"""Log events and metric points in their own database."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seaway.store.series import Merge, Metric, Point, Series, value_of

Put = Callable[[Callable[[Series], Any]], None]

REQUESTS = Metric(namespace="AWS/ECS", name="RequestCount", dimensions=(("DiscoveryName", "cats"),))


@pytest.fixture
def series(tmp_path: Path) -> Iterator[Series]:
    opened = Series(tmp_path / "series.db")
    opened.open()
    yield opened
    opened.close()


@pytest.fixture
def put(series: Series) -> Put:
    """Does something to the store and comes back when it is on disk."""

    async def flushed() -> None:
        await series.flushed()

    def run(function: Callable[[Series], Any]) -> None:
        function(series)
        asyncio.run(flushed())

    return run


def texts(series: Series, streams: list[str] | None = None, **how: Any) -> list[str]:
    return [event.text for event in series.events("g", streams, **how)]


def test_events_of_several_streams_come_in_time_order(series: Series, put: Put) -> None:
    put(lambda s: s.put_events("g", "one", [(10, "a"), (30, "c")], 40))
    put(lambda s: s.put_events("g", "two", [(20, "b"), (40, "d")], 40))
    put(lambda s: s.put_events("other", "one", [(15, "not ours")], 40))
    assert texts(series) == ["a", "b", "c", "d"]
    assert texts(series, newest_first=True, limit=3) == ["d", "c", "b"]
    assert texts(series, ["two"]) == ["b", "d"]
    assert texts(series, []) == []


def test_start_is_inclusive_and_end_is_not(series: Series, put: Put) -> None:
    put(lambda s: s.put_events("g", "one", [(10, "a"), (20, "b"), (30, "c")], 40))
    assert texts(series, start=10, end=30) == ["a", "b"]
    assert texts(series, start=11, end=31) == ["b", "c"]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    events=st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 6)), max_size=40),
    size=st.integers(1, 7),
    newest_first=st.booleans(),
)
def test_pages_give_every_event_exactly_once(
    tmp_path_factory: pytest.TempPathFactory,
    events: list[tuple[str, int]],
    size: int,
    newest_first: bool,
) -> None:
    store = Series(tmp_path_factory.mktemp("pages") / "series.db")
    store.open()
    for number, (stream, at) in enumerate(events):
        store.put_events("g", stream, [(at, str(number))], 0)
    asyncio.run(store.flushed())
    seen: list[str] = []
    place: tuple[int, int] | None = None
    while page := store.events(
        "g",
        None,
        after=None if newest_first else place,
        before=place if newest_first else None,
        limit=size,
        newest_first=newest_first,
    ):
        assert len(page) <= size
        seen += [event.text for event in page]
        place = (page[-1].at, page[-1].id)
    store.close()
    in_order = sorted(range(len(events)), key=lambda n: (events[n][1], n), reverse=newest_first)
    assert seen == [str(number) for number in in_order]


def test_a_stream_knows_its_first_and_last_event_and_its_size(series: Series, put: Put) -> None:
    put(lambda s: s.create_stream("g", "one", 5))
    empty = series.stream("g", "one")
    assert empty is not None
    assert (empty.created_at, empty.first_event_at, empty.stored_bytes) == (5, None, 0)
    put(lambda s: s.put_events("g", "one", [(10, "é"), (20, "b")], 30))
    full = series.stream("g", "one")
    assert full is not None
    assert (full.first_event_at, full.last_event_at, full.last_ingested_at) == (10, 20, 30)
    assert full.stored_bytes == 2 + 26 + 1 + 26
    assert series.stored_bytes(["g", "none"]) == {"g": 55}
    assert series.stream("g", "two") is None


def test_old_events_go_and_the_stream_shrinks(series: Series, put: Put) -> None:
    put(lambda s: s.put_events("g", "one", [(10, "a"), (20, "bb")], 30))
    put(lambda s: s.put_events("g", "old", [(10, "a")], 30))
    put(lambda s: s.put_events("other", "one", [(10, "a")], 30))
    put(lambda s: s.expire_events("g", 20))
    assert texts(series) == ["bb"]
    kept, emptied = series.stream("g", "one"), series.stream("g", "old")
    assert kept is not None
    assert emptied is not None
    assert (kept.first_event_at, kept.stored_bytes) == (20, 28)
    assert (emptied.last_event_at, emptied.stored_bytes) == (None, 0)
    assert series.stored_bytes(["other"]) == {"other": 27}


def test_what_is_deleted_is_gone(series: Series, put: Put) -> None:
    for name in ("one", "two"):
        put(lambda s, name=name: s.put_events("g", name, [(10, name)], 30))  # type: ignore[misc]
    put(lambda s: s.delete_stream("g", "one"))
    assert texts(series) == ["two"]
    put(lambda s: s.delete_group("g"))
    assert series.streams("g") == []


def test_events_are_there_after_opening_again(tmp_path: Path) -> None:
    first = Series(tmp_path / "series.db")
    first.open()
    first.put_events("g", "one", [(10, "kept")], 30)
    first.put_points([value_of(REQUESTS, 60, 3, "Count", Merge.COUNT)])
    first.close()
    second = Series(tmp_path / "series.db")
    second.open()
    assert texts(second) == ["kept"]
    assert [one.sum for one in second.statistics(REQUESTS, 0, 120, 60)] == [3]
    second.close()


def test_reading_before_opening_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="not open"):
        Series(tmp_path / "series.db").streams("g")


def test_counts_of_a_minute_add_up_to_one_sample(series: Series, put: Put) -> None:
    put(lambda s: s.put_points([value_of(REQUESTS, 60, 3, "Count", Merge.COUNT)] * 2))
    put(lambda s: s.put_points([value_of(REQUESTS, 60, 4, "Count", Merge.COUNT)]))
    (minute,) = series.statistics(REQUESTS, 60, 120, 60)
    assert (minute.sum, minute.count, minute.minimum, minute.maximum) == (10, 1, 10, 10)


def test_samples_stay_apart_and_keep_their_values(series: Series, put: Put) -> None:
    latency = Metric(namespace="AWS/ECS", name="TargetResponseTime")
    put(lambda s: s.put_points([value_of(latency, 60, 5, "Milliseconds", Merge.SAMPLE)] * 2))
    put(lambda s: s.put_points([value_of(latency, 60, 20, "Milliseconds", Merge.SAMPLE)]))
    put(lambda s: s.put_points([value_of(latency, 120, 5, "Milliseconds", Merge.SAMPLE)]))
    (both,) = series.statistics(latency, 0, 600, 300)
    assert (both.sum, both.count, both.minimum, both.maximum) == (35, 4, 5, 20)
    assert dict(both.values) == {5: 3, 20: 1}


def test_values_are_unknown_once_a_statistic_set_is_among_them(series: Series, put: Put) -> None:
    latency = Metric(namespace="Cats", name="Latency")
    mixed = Point(metric=latency, at=60, sum=30, count=2, minimum=10, maximum=20)
    put(lambda s: s.put_points([value_of(latency, 60, 5, "None", Merge.SAMPLE), mixed]))
    (minute,) = series.statistics(latency, 0, 120, 60)
    assert (minute.sum, minute.count, minute.values) == (35, 3, ())


def test_periods_are_aligned_and_units_stay_apart(series: Series, put: Put) -> None:
    size = Metric(namespace="Cats", name="Size")
    put(lambda s: s.put_points([value_of(size, 290, 1, "Bytes", Merge.SAMPLE)]))
    put(lambda s: s.put_points([value_of(size, 310, 2, "Bytes", Merge.SAMPLE)]))
    put(lambda s: s.put_points([value_of(size, 310, 3, "Count", Merge.SAMPLE)]))
    found = [(one.at, one.unit, one.sum) for one in series.statistics(size, 0, 600, 300)]
    assert sorted(found) == [(0, "Bytes", 1), (300, "Bytes", 2), (300, "Count", 3)]
    assert [one.sum for one in series.statistics(size, 0, 600, 300, "Count")] == [3]


def test_a_region_sees_its_own_metrics_and_those_of_none(series: Series, put: Put) -> None:
    mine = Metric(namespace="Cats", name="Size", region="eu-west-1")
    theirs = Metric(namespace="Cats", name="Size", region="us-east-1")
    put(lambda s: s.put_points([value_of(mine, 60, 1, "None", Merge.SAMPLE)]))
    put(lambda s: s.put_points([value_of(theirs, 60, 2, "None", Merge.SAMPLE)]))
    put(lambda s: s.put_points([value_of(REQUESTS, 60, 3, "None", Merge.SAMPLE)]))
    assert [m.name for m in series.metrics(region="eu-west-1")] == ["RequestCount", "Size"]
    assert [one.sum for one in series.statistics(mine, 0, 120, 60)] == [1]
    assert [m.name for m in series.metrics(region="ap-east-1")] == ["RequestCount"]


def test_old_points_and_metrics_without_points_go(series: Series, put: Put) -> None:
    other = Metric(namespace="AWS/ECS", name="Other")
    put(lambda s: s.put_points([value_of(other, 60, 1, "Count", Merge.COUNT)]))
    for at in (60, 120):
        put(lambda s, at=at: s.put_points([value_of(REQUESTS, at, 1, "Count", Merge.COUNT)]))  # type: ignore[misc]
    put(lambda s: s.expire_points(100))
    assert series.metrics() == [REQUESTS]
    assert series.last_at(REQUESTS) == 120
    assert series.last_at(other) is None
    assert [one.at for one in series.statistics(REQUESTS, 0, 600, 60)] == [120]


def test_a_page_of_a_large_stream_reads_along_the_index(series: Series, put: Put) -> None:
    put(lambda s: s.put_events("g", "one", [(at, "x") for at in range(1, 5000)], 0))
    plans: list[str] = []
    reader = sqlite3.connect(series._path)
    query = "SELECT at, id FROM event WHERE stream = 1 AND (at, id) > (100, 5) ORDER BY at, id"
    plans += [row[3] for row in reader.execute("EXPLAIN QUERY PLAN " + query)]
    reader.close()
    assert "event_at" in plans[0]
    assert not any("TEMP B-TREE" in plan for plan in plans)
