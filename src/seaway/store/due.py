"""Rows that want something done outside transactions: each when it is due, one try at a time.

What is under way is known to this process only. A row is there until its try has ended and what
came of it is written, so what a crash cuts short is done again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Generic, Protocol, TypeVar

from seaway.store.changes import Change
from seaway.store.sqlite import SqliteStore
from seaway.store.transaction import Transaction


class Row(Protocol):
    """What can be waited for."""

    @property
    def id(self) -> str: ...


R = TypeVar("R", bound=Row)


class DueRows(Generic[R]):
    """Watches the rows of one noun.

    ``waiting`` finds those that want something, each with the instant (epoch seconds) from which
    on; ``do`` does it and writes what came of it.
    """

    def __init__(
        self,
        store: SqliteStore,
        clock: Callable[[], float],
        noun: type[R],
        waiting: Callable[[Transaction], Iterable[tuple[float, R]]],
        do: Callable[[R], Awaitable[None]],
    ) -> None:
        self._store = store
        self._clock = clock
        self._noun = noun
        self._waiting = waiting
        self._do = do
        self._under_way: set[str] = set()
        self._bell = asyncio.Event()
        store.doorbell.listen(self._hear)

    def _hear(self, changes: Iterable[Change]) -> None:
        if any(change.noun is self._noun for change in changes):
            self._bell.set()

    async def run(self) -> None:
        """Go on for ever."""
        async with asyncio.TaskGroup() as jobs:
            while True:
                self._bell.clear()
                now, later = self._clock(), list[float]()
                for due_at, row in self._idle():
                    if due_at <= now:
                        self._under_way.add(row.id)
                        jobs.create_task(self._try(row))
                    else:
                        later.append(due_at - now)
                try:
                    await asyncio.wait_for(self._bell.wait(), min(later, default=None))
                except TimeoutError:
                    continue

    def _idle(self) -> list[tuple[float, R]]:
        with self._store.transaction() as tx:
            return [one for one in self._waiting(tx) if one[1].id not in self._under_way]

    async def _try(self, row: R) -> None:
        try:
            await self._do(row)
        finally:
            self._under_way.discard(row.id)
            self._bell.set()
