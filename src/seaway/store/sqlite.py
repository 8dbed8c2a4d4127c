"""The durable store: nouns in memory, journalled to SQLite, one table per noun.

Transactions are applied in memory at once and journalled in order. Several that come together
share one commit, and so one sync of the disk: that is what lets a durable write cost little
under load. Nobody is answered before their write is on disk (``flushed``).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from seaway.store.codec import decode, encode
from seaway.store.journal import Journal, StoreError, connect
from seaway.store.resident import Resident, ResidentTransaction, Write
from seaway.store.series import Series
from seaway.store.tables import TABLES
from seaway.store.turns import Turns

__all__ = ["SqliteStore", "StoreError"]

T = TypeVar("T")

SCHEMA_VERSION = 1

_AT_ONCE = 250
"""Rows that one statement writes."""


class SqliteStore:
    """The store of one control plane: nouns in ``path``, log events and metric points beside it.

    ``series_path`` is the series' file, by default ``series.db`` in the same directory.
    """

    def __init__(self, path: Path, series_path: Path | None = None) -> None:
        self._path = path
        self._journal: Journal[list[Write]] = Journal(path, _write)
        self.series = Series(series_path or path.with_name("series.db"))
        self._resident = Resident(self._journal.append, self.series)
        self.doorbell = self._resident.doorbell
        self.transaction = self._resident.transaction
        self.turns = Turns()

    def open(self) -> None:
        """Read everything back and start the writers. Raises StoreError."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            # It holds private keys; what SQLite keeps beside it gets the same mode.
            self._path.touch(mode=0o600)
            self._path.chmod(0o600)
            self._load()
            self.series.open()
        except (sqlite3.DatabaseError, OSError) as error:
            raise StoreError(f"{self._path} can't be used as Seaway's store: {error}") from error
        self._journal.open()

    def close(self) -> None:
        """Write what is queued and stop."""
        self._journal.close()
        self.series.close()

    async def transact(
        self, function: Callable[[ResidentTransaction], T], *, reads: bool = False
    ) -> T:
        """Run ``function`` in one transaction; comes back when its writes are on disk.

        Also if it wrote nothing: what it found there already may not be on disk yet, and its
        caller will take that for done. Not so where it ``reads``, and does not ask for anything.
        """
        before = self._journal.appended
        with self.transaction() as tx:
            result = function(tx)
        if not reads or self._journal.appended != before:
            await self.flushed()
        return result

    async def flushed(self) -> None:
        """Wait until everything written so far is on disk. Raises StoreError."""
        await self._journal.flushed()
        await self.series.flushed()

    def _load(self) -> None:
        database = connect(self._path)
        (version,) = database.execute("PRAGMA user_version").fetchone()
        if version > SCHEMA_VERSION:
            raise StoreError(
                f"{self._path} was written by a newer Seaway (version {version}); upgrade Seaway."
            )
        for table in TABLES:
            database.execute(
                f'CREATE TABLE IF NOT EXISTS "{table.name}" (key TEXT UNIQUE NOT NULL, body TEXT)'
            )
            for key, body in database.execute(
                f'SELECT key, body FROM "{table.name}" ORDER BY rowid'
            ):
                self._resident.load(table, key, decode(table.noun, body))
        database.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
        database.close()


def _write(database: sqlite3.Connection, batches: Sequence[list[Write]]) -> None:
    """Only a noun's last state in the group is written, with as few statements as can be.

    With each one this thread lets go of the interpreter, and while there is other work waits
    for it for milliseconds.
    """
    latest: dict[str, dict[str, Any | None]] = {}
    for writes in batches:
        for table, key, noun in writes:
            latest.setdefault(table.name, {})[key] = noun
    for name, nouns in latest.items():
        gone = [key for key, noun in nouns.items() if noun is None]
        kept = [(key, encode(noun)) for key, noun in nouns.items() if noun is not None]
        for keys in _groups(gone):
            places = ",".join("?" * len(keys))
            database.execute(f'DELETE FROM "{name}" WHERE key IN ({places})', keys)
        for rows in _groups(kept):
            database.execute(
                f'INSERT INTO "{name}" (key, body) VALUES {",".join(["(?, ?)"] * len(rows))} '
                "ON CONFLICT(key) DO UPDATE SET body=excluded.body",
                [value for row in rows for value in row],
            )


def _groups(all_of: list[T]) -> Iterator[list[T]]:
    for start in range(0, len(all_of), _AT_ONCE):
        yield all_of[start : start + _AT_ONCE]
