"""How metrics and their points lie in the series database, and how they come together."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

Dimensions = tuple[tuple[str, str], ...]
"""(name, value) pairs, sorted by name."""

Values = tuple[tuple[float, float], ...]
"""(value, how often) pairs."""


class Merge(StrEnum):
    """How a value joins what its minute already has."""

    COUNT = "count"
    """It adds up: one sample per minute, the sum of all that came."""
    SAMPLE = "sample"
    """It is one more sample (or a set of them)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """What a point belongs to (API: Metric).

    ``region`` "" is Seaway's own: the metric is seen from every region.
    """

    namespace: str
    name: str
    dimensions: Dimensions = ()
    region: str = ""


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
    values: Values = ()
    """Where they are known: percentiles need them. A point of equal values needs none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistic:
    """The points of one period together; ``at`` is its start in epoch seconds.

    ``values`` is empty when those of some point are not known.
    """

    at: int
    unit: str
    sum: float
    count: float
    minimum: float
    maximum: float
    values: Values = ()


def value_of(metric: Metric, at: int, value: float, unit: str, merge: Merge) -> Point:
    """A point of a single value."""
    return Point(
        metric=metric, at=at, unit=unit, sum=value, minimum=value, maximum=value, merge=merge
    )


SCHEMA = """
CREATE TABLE IF NOT EXISTS metric (
    id INTEGER PRIMARY KEY, region TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL,
    dimensions TEXT NOT NULL, last_at INTEGER NOT NULL,
    UNIQUE (namespace, name, dimensions, region)
);
CREATE TABLE IF NOT EXISTS point (
    metric INTEGER NOT NULL, at INTEGER NOT NULL, unit TEXT NOT NULL, sum REAL NOT NULL,
    count REAL NOT NULL, minimum REAL NOT NULL, maximum REAL NOT NULL, vals TEXT,
    PRIMARY KEY (metric, at, unit)
) WITHOUT ROWID;
"""


def joined(one: Statistic, other: Statistic) -> Statistic:
    """Two statistics as one, at the time and with the unit of the first."""
    return Statistic(
        at=one.at,
        unit=one.unit,
        sum=one.sum + other.sum,
        count=one.count + other.count,
        minimum=min(one.minimum, other.minimum),
        maximum=max(one.maximum, other.maximum),
        values=_together(known(one), known(other)),
    )


def known(one: Point | Statistic) -> Values:
    """Its values where they are known, as they also are when all are equal."""
    if one.values or one.minimum != one.maximum:
        return one.values
    return ((one.minimum, one.count),)


def _together(one: Values, other: Values) -> Values:
    """All values, or none when those of one side are not known."""
    if not one or not other:
        return ()
    often = dict(one)
    for value, count in other:
        often[value] = often.get(value, 0.0) + count
    return tuple(often.items())


def read_metrics(
    database: sqlite3.Connection,
    namespace: str | None,
    name: str | None,
    region: str | None,
    since: int,
) -> list[Metric]:
    """The metrics that have a point at or after ``since``, by namespace, name and dimensions."""
    rows = database.execute(
        "SELECT DISTINCT namespace, name, dimensions, iif(?3 IS NULL, region, ?3) FROM metric "
        "WHERE (?1 IS NULL OR namespace = ?1) AND (?2 IS NULL OR name = ?2) "
        "AND (?3 IS NULL OR region IN (?3, '')) AND last_at >= ?4 "
        "ORDER BY namespace, name, dimensions",
        (namespace, name, region, since),
    )
    return [
        Metric(namespace=space, name=title, dimensions=_dimensions(text), region=place)
        for space, title, text, place in rows
    ]


def read_last_at(database: sqlite3.Connection, metric: Metric) -> int | None:
    """When the metric's latest point is (epoch seconds)."""
    (found,) = database.execute(
        "SELECT max(last_at) FROM metric "
        "WHERE namespace = ? AND name = ? AND dimensions = ? AND region IN (?, '')",
        _key(metric),
    ).fetchone()
    return None if found is None else int(found)


def read_statistics(
    database: sqlite3.Connection,
    metric: Metric,
    start: int,
    end: int,
    period: int,
    unit: str | None,
) -> list[Statistic]:
    """The metric's points with start <= at < end, together by period and unit."""
    rows = database.execute(
        "SELECT p.at / ?5 * ?5, p.unit, p.sum, p.count, p.minimum, p.maximum, p.vals "
        "FROM point p JOIN metric m ON m.id = p.metric "
        "WHERE m.namespace = ?1 AND m.name = ?2 AND m.dimensions = ?3 AND m.region IN (?4, '') "
        "AND p.at >= ?6 AND p.at < ?7 AND (?8 IS NULL OR p.unit = ?8) ORDER BY p.at",
        (*_key(metric), period, start, end, unit),
    )
    together: dict[tuple[int, str], Statistic] = {}
    for at, kind, total, count, low, high, text in rows:
        values = _values(text) if text or low != high else ((low, count),)
        one = Statistic(
            at=at, unit=kind, sum=total, count=count, minimum=low, maximum=high, values=values
        )
        seen = together.get((at, kind))
        together[(at, kind)] = one if seen is None else joined(seen, one)
    return list(together.values())


def write_points(database: sqlite3.Connection, points: Iterable[Point]) -> None:
    """Add points to what their second already has."""
    latest: dict[Metric, int] = {}
    together: dict[tuple[Metric, int, str, Merge], Point] = {}
    for point in points:
        key = (point.metric, point.at, point.unit, point.merge)
        seen = together.get(key)
        together[key] = point if seen is None else _merged(seen, point)
        latest[point.metric] = max(point.at, latest.get(point.metric, point.at))
    numbers = {metric: _metric_number(database, metric, at) for metric, at in latest.items()}
    for point in together.values():
        _write_point(database, numbers[point.metric], point)


def _write_point(database: sqlite3.Connection, number: int, point: Point) -> None:
    row = database.execute(
        "SELECT sum, count, minimum, maximum, vals FROM point "
        "WHERE metric = ? AND at = ? AND unit = ?",
        (number, point.at, point.unit),
    ).fetchone()
    if row is not None:
        total, count, low, high, values = row
        there = replace(
            point, sum=total, count=count, minimum=low, maximum=high, values=_values(values)
        )
        point = _merged(there, point)
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


def _merged(there: Point, point: Point) -> Point:
    if point.merge is Merge.COUNT:
        return value_of(point.metric, point.at, there.sum + point.sum, point.unit, Merge.COUNT)
    return replace(
        point,
        sum=there.sum + point.sum,
        count=there.count + point.count,
        minimum=min(there.minimum, point.minimum),
        maximum=max(there.maximum, point.maximum),
        values=_together(known(there), known(point)),
    )


def _metric_number(database: sqlite3.Connection, metric: Metric, at: int) -> int:
    (number,) = database.execute(
        "INSERT INTO metric (namespace, name, dimensions, region, last_at) "
        "VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT DO UPDATE SET last_at = max(last_at, excluded.last_at) RETURNING id",
        (*_key(metric), at),
    ).fetchone()
    return int(number)


def delete_points(database: sqlite3.Connection, before: int) -> None:
    """Remove points older than ``before`` (epoch seconds), and metrics without any left."""
    # By metric, along the primary key: a plain "at < ?" would read the whole table.
    database.execute(
        "DELETE FROM point WHERE metric IN (SELECT id FROM metric) AND at < ?", (before,)
    )
    database.execute("DELETE FROM metric WHERE last_at < ?", (before,))


def _key(metric: Metric) -> tuple[str, str, str, str]:
    return (metric.namespace, metric.name, json.dumps(metric.dimensions), metric.region)


def _values(text: object) -> Values:
    pairs: Sequence[Sequence[float]] = json.loads(text) if isinstance(text, str) else ()
    return tuple((value, often) for value, often in pairs)


def _dimensions(text: object) -> Dimensions:
    return tuple((name, value) for name, value in json.loads(str(text)))
