"""How log streams and their events lie in the series database, and how they are read."""

from __future__ import annotations

import heapq
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any


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


EVENT_OVERHEAD = 26
"""Bytes that an event counts for besides its text (API: PutLogEvents)."""

SCHEMA = """
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
"""

_STREAM = "SELECT name, created_at, first_at, last_at, ingested_at, bytes FROM stream "


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Which events of a stream: start <= at < end, strictly between two (at, id) places."""

    start: int | None = None
    end: int | None = None
    after: tuple[int, int] | None = None
    before: tuple[int, int] | None = None
    newest_first: bool = False

    def clauses(self) -> tuple[str, list[int]]:
        """The SQL condition on ``event``, and its values."""
        where, values = [""], list[int]()
        for clause, bound in (("at >= ?", self.start), ("at < ?", self.end)):
            if bound is not None:
                where.append(clause)
                values.append(bound)
        for sign, place in ((">", self.after), ("<", self.before)):
            if place is not None:
                where.append(f"(at, id) {sign} (?, ?)")
                values.extend(place)
        return " AND ".join(where), values


def read_streams(database: sqlite3.Connection, group: str, prefix: str) -> list[LogStreamInfo]:
    """The group's streams with this prefix, by name."""
    rows = database.execute(
        _STREAM + "WHERE grp = ? AND substr(name, 1, ?) = ? ORDER BY name",
        (group, len(prefix), prefix),
    )
    return [_stream(row) for row in rows]


def read_stream(database: sqlite3.Connection, group: str, name: str) -> LogStreamInfo | None:
    """The stream of this name, if there is one."""
    row = database.execute(_STREAM + "WHERE grp = ? AND name = ?", (group, name)).fetchone()
    return None if row is None else _stream(row)


def read_sizes(database: sqlite3.Connection, groups: Sequence[str]) -> dict[str, int]:
    """Bytes kept for each of the groups that has a stream."""
    marks = ",".join("?" * len(groups))
    rows = database.execute(
        f"SELECT grp, sum(bytes) FROM stream WHERE grp IN ({marks}) GROUP BY grp", tuple(groups)
    )
    return {group: int(size) for group, size in rows}


def read_events(
    database: sqlite3.Connection,
    group: str,
    streams: Sequence[str] | None,
    wanted: Range,
    limit: int,
) -> list[LogEvent]:
    """At most ``limit`` events in time order, of these streams or of the whole group.

    Every stream is read along its index and the streams are merged as they are read, so the
    cost is that of the events given, not of those there are.
    """
    numbers = _streams_touched(database, group, streams, wanted)
    order = "DESC" if wanted.newest_first else "ASC"
    clauses, values = wanted.clauses()
    query = (
        f"SELECT at, id, ingested_at, text FROM event WHERE stream = ?{clauses} "
        f"ORDER BY at {order}, id {order} LIMIT ?"
    )
    runs = [
        _run(database.execute(query, (number, *values, limit)), name) for number, name in numbers
    ]
    merged = heapq.merge(*runs, key=lambda row: row[:2], reverse=wanted.newest_first)
    rows = runs[0] if len(runs) == 1 else merged
    return [
        LogEvent(id=number, stream=name, at=at, ingested_at=ingested, text=text)
        for at, number, ingested, text, name in islice(rows, limit)
    ]


def _streams_touched(
    database: sqlite3.Connection, group: str, streams: Sequence[str] | None, wanted: Range
) -> list[tuple[int, str]]:
    """(number, name) of the streams whose events reach into the range."""
    where, values = ["grp = ?", "first_at IS NOT NULL"], list[object]([group])
    if streams is not None:
        where.append(f"name IN ({','.join('?' * len(streams))})")
        values.extend(streams)
    lowest = max((t for t in (wanted.start, wanted.after and wanted.after[0]) if t), default=None)
    if lowest is not None:
        where.append("last_at >= ?")
        values.append(lowest)
    if wanted.end is not None:
        where.append("first_at < ?")
        values.append(wanted.end)
    query = f"SELECT id, name FROM stream WHERE {' AND '.join(where)}"
    return list(database.execute(query, values))


def _run(rows: sqlite3.Cursor, name: str) -> Iterator[tuple[Any, ...]]:
    for row in rows:
        yield (*row, name)


def _stream(row: Sequence[Any]) -> LogStreamInfo:
    name, created, first, last, ingested, size = row
    return LogStreamInfo(
        name=name,
        created_at=created,
        first_event_at=first,
        last_event_at=last,
        last_ingested_at=ingested,
        stored_bytes=size,
    )


def stream_number(database: sqlite3.Connection, group: str, name: str, now: int) -> int:
    """The number of the stream, which is made when it is missing (epoch milliseconds)."""
    database.execute(
        "INSERT OR IGNORE INTO stream (grp, name, created_at) VALUES (?, ?, ?)", (group, name, now)
    )
    row = database.execute(
        "SELECT id FROM stream WHERE grp = ? AND name = ?", (group, name)
    ).fetchone()
    return int(row[0])


def write_events(
    database: sqlite3.Connection,
    group: str,
    stream: str,
    events: Sequence[tuple[int, str]],
    now: int,
) -> None:
    """Append (epoch milliseconds, text) events to a stream."""
    number = stream_number(database, group, stream, now)
    if not events:
        return
    database.executemany(
        "INSERT INTO event (stream, at, ingested_at, text) VALUES (?, ?, ?, ?)",
        [(number, at, now, text) for at, text in events],
    )
    times = [at for at, _ in events]
    size = sum(len(text.encode()) + EVENT_OVERHEAD for _, text in events)
    database.execute(
        "UPDATE stream SET first_at = min(coalesce(first_at, ?1), ?1), "
        "last_at = max(coalesce(last_at, ?2), ?2), ingested_at = ?3, bytes = bytes + ?4 "
        "WHERE id = ?5",
        (min(times), max(times), now, size, number),
    )


def delete_streams(database: sqlite3.Connection, group: str, name: str | None) -> None:
    """Remove a stream of the group, or all of them, and their events."""
    found = "SELECT id FROM stream WHERE grp = ?1 AND (?2 IS NULL OR name = ?2)"
    database.execute(f"DELETE FROM event WHERE stream IN ({found})", (group, name))
    database.execute(
        "DELETE FROM stream WHERE grp = ?1 AND (?2 IS NULL OR name = ?2)", (group, name)
    )


def delete_events(database: sqlite3.Connection, group: str, before: int) -> None:
    """Remove the group's events older than ``before`` (epoch milliseconds)."""
    old = database.execute(
        "SELECT id FROM stream WHERE grp = ? AND first_at < ?", (group, before)
    ).fetchall()
    for (number,) in old:
        (size,) = database.execute(
            "SELECT coalesce(sum(length(CAST(text AS BLOB)) + ?), 0) FROM event "
            "WHERE stream = ? AND at < ?",
            (EVENT_OVERHEAD, number, before),
        ).fetchone()
        database.execute("DELETE FROM event WHERE stream = ? AND at < ?", (number, before))
        database.execute(
            "UPDATE stream SET bytes = bytes - ?2, "
            "first_at = (SELECT min(at) FROM event WHERE stream = ?1), "
            "last_at = (SELECT max(at) FROM event WHERE stream = ?1) WHERE id = ?1",
            (number, size),
        )
