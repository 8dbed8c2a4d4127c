"""Append-only log events and metric points, in a database of their own, with retention.

They never ring the doorbell. Writes are durable when ``flushed`` returns; reads see what has
been flushed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from seaway.store import log_events, metric_points
from seaway.store.journal import Journal, connect
from seaway.store.log_events import LogEvent, LogStreamInfo, Range
from seaway.store.metric_points import (
    Dimensions,
    Merge,
    Metric,
    Point,
    Statistic,
    joined,
    value_of,
)

__all__ = [
    "Dimensions",
    "LogEvent",
    "LogStreamInfo",
    "Merge",
    "Metric",
    "Point",
    "Series",
    "Statistic",
    "joined",
    "value_of",
]

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
        self._reader.executescript(log_events.SCHEMA + metric_points.SCHEMA)
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
        self._journal.append(lambda db: log_events.stream_number(db, group, name, now))

    def put_events(
        self, group: str, stream: str, events: Sequence[tuple[int, str]], now: int
    ) -> None:
        """Append (epoch milliseconds, text) events; the stream is made when it is missing."""
        kept = tuple(events)
        self._journal.append(lambda db: log_events.write_events(db, group, stream, kept, now))

    def delete_stream(self, group: str, name: str) -> None:
        """Remove a stream and its events."""
        self._journal.append(lambda db: log_events.delete_streams(db, group, name))

    def delete_group(self, group: str) -> None:
        """Remove all streams of a group and their events."""
        self._journal.append(lambda db: log_events.delete_streams(db, group, None))

    def expire_events(self, group: str, before: int) -> None:
        """Remove the group's events older than ``before`` (epoch milliseconds)."""
        self._journal.append(lambda db: log_events.delete_events(db, group, before))

    def stream(self, group: str, name: str) -> LogStreamInfo | None:
        """The stream of this name, if the group has it."""
        return log_events.read_stream(self._read, group, name)

    def streams(self, group: str, prefix: str = "") -> list[LogStreamInfo]:
        """The group's streams by name."""
        return log_events.read_streams(self._read, group, prefix)

    def stored_bytes(self, groups: Sequence[str]) -> dict[str, int]:
        """How much is kept of each group; one that is not named keeps nothing."""
        return log_events.read_sizes(self._read, groups)

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
        wanted = Range(start=start, end=end, after=after, before=before, newest_first=newest_first)
        return log_events.read_events(self._read, group, streams, wanted, limit)

    # Metrics

    def put_points(self, points: Iterable[Point]) -> None:
        """Add points; those of the same metric, second and unit become one."""
        kept = tuple(points)
        self._journal.append(lambda db: metric_points.write_points(db, kept))

    def expire_points(self, before: int) -> None:
        """Remove points older than ``before`` (epoch seconds), and metrics without any left."""
        self._journal.append(lambda db: metric_points.delete_points(db, before))

    def metrics(
        self,
        namespace: str | None = None,
        name: str | None = None,
        *,
        region: str | None = None,
        since: int = 0,
    ) -> list[Metric]:
        """The metrics that have points at or after ``since`` (epoch seconds), by their names.

        ``region`` leaves out other regions' metrics; those of no region are seen from all.
        """
        return metric_points.read_metrics(self._read, namespace, name, region, since)

    def last_at(self, metric: Metric) -> int | None:
        """When the metric's latest point is (epoch seconds)."""
        return metric_points.read_last_at(self._read, metric)

    def statistics(
        self, metric: Metric, start: int, end: int, period: int, unit: str | None = None
    ) -> list[Statistic]:
        """The metric's points with start <= at < end, together by period (seconds), oldest first.

        Periods are aligned to multiples of themselves since the epoch, as CloudWatch's are.
        Each unit has statistics of its own.
        """
        return metric_points.read_statistics(self._read, metric, start, end, period, unit)

    @property
    def _read(self) -> sqlite3.Connection:
        if self._reader is None:
            raise RuntimeError("the series store is not open")
        return self._reader


def _run_all(database: sqlite3.Connection, jobs: Sequence[_Job]) -> None:
    for job in jobs:
        job(database)
