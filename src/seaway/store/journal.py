"""Writes that share a sync of the disk: one thread, one commit for all that came together."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Generic, TypeVar

W = TypeVar("W")


class StoreError(Exception):
    """The data directory can't be used; the message says what to do."""


def connect(path: Path) -> sqlite3.Connection:
    """A connection whose commits survive the power cord."""
    database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    database.execute("PRAGMA journal_mode=WAL")
    # FULL: a commit is synced before anybody is answered.
    database.execute("PRAGMA synchronous=FULL")
    return database


class Journal(Generic[W]):
    """Appends in order, from one event loop; ``flushed`` says when all of it is on disk.

    ``write`` puts a group of appended items into an open transaction of the database.
    """

    def __init__(
        self, path: Path, write: Callable[[sqlite3.Connection, Sequence[W]], None]
    ) -> None:
        self._path = path
        self._write = write
        self._queue: deque[W] = deque()
        self._appended = 0
        self._written = 0
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()
        self._work = threading.Condition()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._failure: BaseException | None = None
        self._closing = False
        self._thread: threading.Thread | None = None

    def open(self) -> None:
        """Start the writer."""
        self._thread = threading.Thread(
            target=self._run, name=f"journal {self._path.name}", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Write what is queued and stop."""
        with self._work:
            self._closing = True
            self._work.notify()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    @property
    def appended(self) -> int:
        """How many writes have been queued so far."""
        return self._appended

    def append(self, item: W) -> None:
        """Queue one write."""
        with self._work:
            self._queue.append(item)
            self._appended += 1
            self._work.notify()

    async def flushed(self) -> None:
        """Wait until everything appended so far is on disk. Raises StoreError."""
        if self._failure is not None:
            raise self._broken()
        if self._written >= self._appended:
            return
        self._loop = asyncio.get_running_loop()
        done = self._loop.create_future()
        self._waiting.append((self._appended, done))
        # The writer may have finished between the look above and now: look once more.
        self._wake()
        await done

    def _broken(self) -> StoreError:
        return StoreError(f"{self._path} can't be written: {self._failure}")

    def _run(self) -> None:
        database = connect(self._path)
        while True:
            with self._work:
                while not self._queue and not self._closing:
                    self._work.wait()
                batch = list(self._queue)
                self._queue.clear()
            if not batch:
                break
            try:
                if self._failure is None:
                    database.execute("BEGIN IMMEDIATE")
                    self._write(database, batch)
                    database.execute("COMMIT")
            except Exception as error:
                # Whatever it is, those who wait must hear of it; and nothing is written after
                # a gap, as what comes later may rest on what was lost.
                self._failure = error
            self._written += len(batch)
            loop = self._loop
            if loop is not None and not loop.is_closed():
                loop.call_soon_threadsafe(self._wake)
        database.close()

    def _wake(self) -> None:
        while self._waiting and self._waiting[0][0] <= self._written:
            _, done = self._waiting.popleft()
            if done.done():
                continue
            if self._failure is None:
                done.set_result(None)
            else:
                done.set_exception(self._broken())
