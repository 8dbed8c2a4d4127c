"""Append-only log events and metric points, in a database of their own, with retention.

They never ring the doorbell. Writes are durable when ``flushed`` returns; reads see what has
been flushed.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from seaway.store.journal import Journal, connect

Dimensions = tuple[tuple[str, str], ...]
"""(name, value) pairs, sorted by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEvent:
    """One event of a stream. ``at`` and ``ingested_at`` are epoch milliseconds."""

    id: int
    stream: str
    at: int
    ingested_at: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogStreamInfo:
    """A stream of a group. Times are epoch milliseconds; None while it has no event."""

    name: str
    created_at: int
    first_event_at: int | None
    last_event_at: int | None
    last_ingested_at: int | None
    stored_bytes: int


class Merge(StrEnum):
    """How a value joins what its minute already has."""

    COUNT = "count"
    """It adds up: one sample per minute, the sum of all that came."""
    SAMPLE = "sample"
    """It is one more sample (or a set of them)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """What a point belongs to (API: Metric)."""

    namespace: str
    name: str
    dimensions: Dimensions = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A value, or a statistic set, of a metric at a second (epoch seconds)."""

    metric: Metric
    at: int
    unit: str = "None"
    sum: float = 0.0
    count: float = 1.0
    minimum: float = 0.0
    maximum: float = 0.0
    merge: Merge = Merge.SAMPLE
    values: tuple[tuple[float, float], ...] = ()
    """(value, how often) pairs, where they are known: percentiles need them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistic:
    """The points of one period together; ``at`` is its start in epoch seconds."""

    at: int
    unit: str
    sum: float
    count: float
    minimum: float
    maximum: float
    values: tuple[tuple[float, float], ...] = ()


def value_of(metric: Metric, at: int, value: float, unit: str, merge: Merge) -> Point:
    """A point of a single value."""
    return Point(
        metric=metric, at=at, unit=unit, sum=value, minimum=value, maximum=value, merge=merge
    )


_SCHEMA = """
CREATE TABLE IF NOT EXISTS stream (
    id INTEGER PRIMARY KEY, grp TEXT NOT NULL, name TEXT NOT NULL, created_at INTEGER NOT NULL,
    first_at INTEGER, last_at INTEGER, ingested_at INTEGER, bytes INTEGER NOT NULL DEFAULT 0,
    UNIQUE (grp, name)
);
CREATE TABLE IF NOT EXISTS event (
    id INTEGER PRIMARY KEY, stream INTEGER NOT NULL, at INTEGER NOT NULL,
    ingested_at INTEGER NOT NULL, text TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS event_at ON event (stream, at, id);
CREATE TABLE IF NOT EXISTS metric (
    id INTEGER PRIMARY KEY, namespace TEXT NOT NULL, name TEXT NOT NULL, dimensions TEXT NOT NULL,
    last_at INTEGER NOT NULL, UNIQUE (namespace, name, dimensions)
);
CREATE TABLE IF NOT EXISTS point (
    metric INTEGER NOT NULL, at INTEGER NOT NULL, unit TEXT NOT NULL, sum REAL NOT NULL,
    count REAL NOT NULL, minimum REAL NOT NULL, maximum REAL NOT NULL, vals TEXT,
    PRIMARY KEY (metric, at, unit)
) WITHOUT ROWID;
"""

_Job = Callable[[sqlite3.Connection], object]


class Series:
    """The series store of one control plane."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._journal: Journal[_Job] = Journal(path, _run_all)
        self._reader: sqlite3.Connection | None = None

    def open(self) -> None:
        """Make the tables and start the writer."""
        self._reader = connect(self._path)
        self._reader.executescript(_SCHEMA)
        self._journal.open()

    def close(self) -> None:
        """Write what is queued and stop."""
        self._journal.close()
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    async def flushed(self) -> None:
        """Wait until everything put so far is on disk."""
        await self._journal.flushed()

    # Logs

    def create_stream(self, group: str, name: str, now: int) -> None:
        """Make a stream of the group (given by ARN); nothing happens when it is there."""
        self._journal.append(lambda db: _stream_id(db, group, name, now))

    def put_events(
        self, group: str, stream: str, events: Sequence[tuple[int, str]], now: int
    ) -> None:
        """Append (epoch milliseconds, text) events; the stream is made when it is missing."""
        kept = tuple(events)
        self._journal.append(lambda db: _put_events(db, group, stream, kept, now))

    def delete_stream(self, group: str, name: str) -> None:
        """Remove a stream and its events."""
        self._journal.append(lambda db: _delete_streams(db, group, name))

    def delete_group(self, group: str) -> None:
        """Remove all streams of a group and their events."""
        self._journal.append(lambda db: _delete_streams(db, group, None))

    def expire_events(self, group: str, before: int) -> None:
        """Remove the group's events older than ``before`` (epoch milliseconds)."""
        self._journal.append(
            lambda db: (
                db.execute(
                    "DELETE FROM event WHERE at < ? AND stream IN "
                    "(SELECT id FROM stream WHERE grp = ?)",
                    (before, group),
                )
                and None
            )
        )

    def streams(self, group: str, prefix: str = "") -> list[LogStreamInfo]:
        """The group's streams by name."""
        rows = self._read(
            "SELECT name, created_at, first_at, last_at, ingested_at, bytes FROM stream "
            "WHERE grp = ? AND substr(name, 1, ?) = ? ORDER BY name",
            (group, len(prefix), prefix),
        )
        return [
            LogStreamInfo(
                name=name,
                created_at=created,
                first_event_at=first,
                last_event_at=last,
                last_ingested_at=ingested,
                stored_bytes=size,
            )
            for name, created, first, last, ingested, size in rows
        ]

    def events(
        self,
        group: str,
        streams: Sequence[str] | None,
        *,
        start: int | None = None,
        end: int | None = None,
        after: tuple[int, int] | None = None,
        before: tuple[int, int] | None = None,
        limit: int = 10_000,
        newest_first: bool = False,
    ) -> list[LogEvent]:
        """Events with start <= at < end, by time; all streams of the group when None.

        ``after`` and ``before`` are (at, id) of an event seen before: only what lies strictly
        beyond it is given. ``newest_first`` turns the order round.
        """
        where, values = ["s.grp = ?"], list[object]([group])
        if streams is not None:
            where.append(f"s.name IN ({','.join('?' * len(streams))})")
            values.extend(streams)
        for clause, bound in (("e.at >= ?", start), ("e.at < ?", end)):
            if bound is not None:
                where.append(clause)
                values.append(bound)
        for sign, place in ((">", after), ("<", before)):
            if place is not None:
                where.append(f"(e.at, e.id) {sign} (?, ?)")
                values.extend(place)
        order = "DESC" if newest_first else "ASC"
        rows = self._read(
            "SELECT e.id, s.name, e.at, e.ingested_at, e.text FROM event e "
            f"JOIN stream s ON s.id = e.stream WHERE {' AND '.join(where)} "
            f"ORDER BY e.at {order}, e.id {order} LIMIT ?",
            (*values, limit),
        )
        return [
            LogEvent(id=number, stream=name, at=at, ingested_at=ingested, text=text)
            for number, name, at, ingested, text in rows
        ]

    # Metrics

    def put_points(self, points: Iterable[Point]) -> None:
        """Add points; those of the same metric, second and unit become one."""
        kept = tuple(points)
        self._journal.append(lambda db: _put_points(db, kept))

    def expire_points(self, before: int) -> None:
        """Remove points older than ``before`` (epoch seconds), and metrics without any left."""
        self._journal.append(lambda db: _expire_points(db, before))

    def metrics(self, namespace: str | None = None, name: str | None = None) -> list[Metric]:
        """The metrics that have points, by namespace and name."""
        rows = self._read(
            "SELECT namespace, name, dimensions FROM metric "
            "WHERE (?1 IS NULL OR namespace = ?1) AND (?2 IS NULL OR name = ?2) "
            "ORDER BY namespace, name, dimensions",
            (namespace, name),
        )
        return [
            Metric(namespace=space, name=title, dimensions=_dimensions(text))
            for space, title, text in rows
        ]

    def last_at(self, metric: Metric) -> int | None:
        """When the metric's latest point is (epoch seconds)."""
        rows = self._read(
            "SELECT last_at FROM metric WHERE namespace = ? AND name = ? AND dimensions = ?",
            (metric.namespace, metric.name, json.dumps(metric.dimensions)),
        )
        return rows[0][0] if rows else None

    def statistics(
        self, metric: Metric, start: int, end: int, period: int, unit: str | None = None
    ) -> list[Statistic]:
        """The metric's points with start <= at < end, together by period (seconds), oldest first.

        Periods are aligned to multiples of themselves since the epoch, as CloudWatch's are.
        """
        rows = self._read(
            "SELECT p.at / ?4 * ?4, p.unit, p.sum, p.count, p.minimum, p.maximum, p.vals "
            "FROM point p JOIN metric m ON m.id = p.metric "
            "WHERE m.namespace = ?1 AND m.name = ?2 AND m.dimensions = ?3 "
            "AND p.at >= ?5 AND p.at < ?6 AND (?7 IS NULL OR p.unit = ?7) ORDER BY p.at",
            (
                metric.namespace,
                metric.name,
                json.dumps(metric.dimensions),
                period,
                start,
                end,
                unit,
            ),
        )
        together: dict[tuple[int, str], Statistic] = {}
        for at, kind, total, count, low, high, values in rows:
            one = Statistic(
                at=at,
                unit=kind,
                sum=total,
                count=count,
                minimum=low,
                maximum=high,
                values=_values(values),
            )
            seen = together.get((at, kind))
            together[(at, kind)] = one if seen is None else _joined(seen, one)
        return list(together.values())

    def _read(self, query: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        if self._reader is None:
            raise RuntimeError("the series store is not open")
        return self._reader.execute(query, values).fetchall()


def _run_all(database: sqlite3.Connection, jobs: Sequence[_Job]) -> None:
    for job in jobs:
        job(database)


def _stream_id(database: sqlite3.Connection, group: str, name: str, now: int) -> int:
    database.execute(
        "INSERT OR IGNORE INTO stream (grp, name, created_at) VALUES (?, ?, ?)", (group, name, now)
    )
    row = database.execute(
        "SELECT id FROM stream WHERE grp = ? AND name = ?", (group, name)
    ).fetchone()
    return int(row[0])


def _put_events(
    database: sqlite3.Connection,
    group: str,
    stream: str,
    events: Sequence[tuple[int, str]],
    now: int,
) -> None:
    number = _stream_id(database, group, stream, now)
    if not events:
        return
    database.executemany(
        "INSERT INTO event (stream, at, ingested_at, text) VALUES (?, ?, ?, ?)",
        [(number, at, now, text) for at, text in events],
    )
    times = [at for at, _ in events]
    size = sum(len(text.encode()) + 26 for _, text in events)
    database.execute(
        "UPDATE stream SET first_at = min(coalesce(first_at, ?1), ?1), "
        "last_at = max(coalesce(last_at, ?2), ?2), ingested_at = ?3, bytes = bytes + ?4 "
        "WHERE id = ?5",
        (min(times), max(times), now, size, number),
    )


def _delete_streams(database: sqlite3.Connection, group: str, name: str | None) -> None:
    found = "SELECT id FROM stream WHERE grp = ?1 AND (?2 IS NULL OR name = ?2)"
    database.execute(f"DELETE FROM event WHERE stream IN ({found})", (group, name))
    database.execute(
        "DELETE FROM stream WHERE grp = ?1 AND (?2 IS NULL OR name = ?2)", (group, name)
    )


def _put_points(database: sqlite3.Connection, points: Sequence[Point]) -> None:
    for point in points:
        number = _metric_id(database, point.metric, point.at)
        row = database.execute(
            "SELECT sum, count, minimum, maximum, vals FROM point "
            "WHERE metric = ? AND at = ? AND unit = ?",
            (number, point.at, point.unit),
        ).fetchone()
        if row is not None:
            point = _merged(point, row)
        database.execute(
            "INSERT OR REPLACE INTO point VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                number,
                point.at,
                point.unit,
                point.sum,
                point.count,
                point.minimum,
                point.maximum,
                json.dumps(point.values) if point.values else None,
            ),
        )


def _merged(point: Point, row: Sequence[float]) -> Point:
    total, count, low, high, values = row
    if point.merge is Merge.COUNT:
        total += point.sum
        return Point(
            metric=point.metric, at=point.at, unit=point.unit,
            sum=total, count=1.0, minimum=total, maximum=total,
        )  # fmt: skip
    return Point(
        metric=point.metric,
        at=point.at,
        unit=point.unit,
        sum=total + point.sum,
        count=count + point.count,
        minimum=min(low, point.minimum),
        maximum=max(high, point.maximum),
        values=_values(values) + point.values,
    )


def _metric_id(database: sqlite3.Connection, metric: Metric, at: int) -> int:
    key = (metric.namespace, metric.name, json.dumps(metric.dimensions))
    database.execute(
        "INSERT INTO metric (namespace, name, dimensions, last_at) VALUES (?, ?, ?, ?) "
        "ON CONFLICT DO UPDATE SET last_at = max(last_at, excluded.last_at)",
        (*key, at),
    )
    row = database.execute(
        "SELECT id FROM metric WHERE namespace = ? AND name = ? AND dimensions = ?", key
    ).fetchone()
    return int(row[0])


def _expire_points(database: sqlite3.Connection, before: int) -> None:
    database.execute("DELETE FROM point WHERE at < ?", (before,))
    database.execute("DELETE FROM metric WHERE last_at < ?", (before,))


def _joined(one: Statistic, other: Statistic) -> Statistic:
    return Statistic(
        at=one.at,
        unit=one.unit,
        sum=one.sum + other.sum,
        count=one.count + other.count,
        minimum=min(one.minimum, other.minimum),
        maximum=max(one.maximum, other.maximum),
        values=one.values + other.values,
    )


def _values(text: object) -> tuple[tuple[float, float], ...]:
    return (
        tuple((value, often) for value, often in json.loads(text)) if isinstance(text, str) else ()
    )


def _dimensions(text: object) -> Dimensions:
    return tuple((name, value) for name, value in json.loads(str(text)))
