"""The journal on disk: SQLite, one table per noun, written by one thread in groups.

Transactions are applied in memory at once and journalled in order. Several that come together
share one commit, and so one sync of the disk: that is what lets a durable write cost little
under load. Nobody is answered before their write is on disk (``flushed``).
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from seaway.store.codec import decode, encode
from seaway.store.resident import Resident, ResidentTransaction, Write
from seaway.store.tables import TABLES

T = TypeVar("T")

SCHEMA_VERSION = 1


class StoreError(Exception):
    """The data directory can't be used; the message says what to do."""


class SqliteStore:
    """The durable store of one control plane, under a data directory."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._resident = Resident(self._append)
        self.doorbell = self._resident.doorbell
        self.transaction = self._resident.transaction
        self._queue: deque[list[Write]] = deque()
        self._appended = 0
        self._written = 0
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()
        self._work = threading.Condition()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._failure: BaseException | None = None
        self._closing = False
        self._writer: threading.Thread | None = None

    def open(self) -> None:
        """Read everything back and start the writer. Raises StoreError."""
        try:
            database = self._connect()
            self._create(database)
            for table in TABLES:
                rows = database.execute(f'SELECT key, body FROM "{table.name}" ORDER BY rowid')
                for key, body in rows:
                    self._resident.load(table, key, decode(table.noun, body))
            database.close()
        except sqlite3.DatabaseError as error:
            raise StoreError(f"{self._path} can't be used as Seaway's store: {error}") from error
        self._writer = threading.Thread(target=self._write_all, name="journal", daemon=True)
        self._writer.start()

    def close(self) -> None:
        """Write what is queued and stop."""
        with self._work:
            self._closing = True
            self._work.notify()
        if self._writer is not None:
            self._writer.join()

    async def transact(self, function: Callable[[ResidentTransaction], T]) -> T:
        """Run ``function`` in one transaction; comes back when its writes are on disk."""
        with self.transaction() as tx:
            result = function(tx)
        await self.flushed()
        return result

    async def flushed(self) -> None:
        """Wait until everything written so far is on disk."""
        if self._failure is not None:
            raise StoreError(f"the journal can't be written: {self._failure}")
        if self._written >= self._appended:
            return
        self._loop = asyncio.get_running_loop()
        done = self._loop.create_future()
        self._waiting.append((self._appended, done))
        # The writer may have finished between the look above and now: look once more.
        self._wake()
        await done

    def _append(self, writes: list[Write]) -> None:
        with self._work:
            self._queue.append(writes)
            self._appended += 1
            self._work.notify()

    def _connect(self) -> sqlite3.Connection:
        database = sqlite3.connect(self._path, isolation_level=None)
        database.execute("PRAGMA journal_mode=WAL")
        # FULL: a commit is synced, so an answered request survives the power cord.
        database.execute("PRAGMA synchronous=FULL")
        return database

    def _create(self, database: sqlite3.Connection) -> None:
        (version,) = database.execute("PRAGMA user_version").fetchone()
        if version > SCHEMA_VERSION:
            raise StoreError(
                f"{self._path} was written by a newer Seaway (version {version}); upgrade Seaway."
            )
        for table in TABLES:
            database.execute(
                f'CREATE TABLE IF NOT EXISTS "{table.name}" (key TEXT UNIQUE NOT NULL, body TEXT)'
            )
        database.execute(f"PRAGMA user_version={SCHEMA_VERSION}")

    def _write_all(self) -> None:
        database = self._connect()
        while True:
            with self._work:
                while not self._queue and not self._closing:
                    self._work.wait()
                batches = list(self._queue)
                self._queue.clear()
            if not batches:
                break
            try:
                self._commit(database, batches)
            except sqlite3.Error as error:
                self._failure = error
            self._written += len(batches)
            self._tell()
        database.close()

    def _commit(self, database: sqlite3.Connection, batches: list[list[Write]]) -> None:
        latest: dict[tuple[str, str], Any | None] = {}
        for writes in batches:
            for table, key, noun in writes:
                latest[(table.name, key)] = noun
        database.execute("BEGIN IMMEDIATE")
        for (name, key), noun in latest.items():
            if noun is None:
                database.execute(f'DELETE FROM "{name}" WHERE key=?', (key,))
            else:
                database.execute(
                    f'INSERT INTO "{name}" (key, body) VALUES (?, ?) '
                    "ON CONFLICT(key) DO UPDATE SET body=excluded.body",
                    (key, encode(noun)),
                )
        database.execute("COMMIT")

    def _tell(self) -> None:
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        while self._waiting and self._waiting[0][0] <= self._written:
            _, done = self._waiting.popleft()
            if done.done():
                continue
            if self._failure is None:
                done.set_result(None)
            else:
                done.set_exception(StoreError(f"the journal can't be written: {self._failure}"))
