"""The store's memory: every noun resident, indexed, and changed only by whole transactions.

Nouns are frozen, so what a transaction hands out is the very object kept here: a read costs a
dictionary look-up. Durability is the journal's business (sqlite.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from seaway.store.changes import Change, Doorbell
from seaway.store.series import Series
from seaway.store.tables import TABLES, Table

N = TypeVar("N")

Write = tuple[Table, str, Any | None]
"""A table, a key, and the noun to keep there (None: drop it)."""


class _Rows:
    """One table: nouns by key, and keys by the value of each indexed field, oldest first."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.nouns: dict[str, Any] = {}
        self.index: dict[str, dict[Any, dict[str, None]]] = {name: {} for name in table.indexes}

    def set(self, key: str, noun: Any | None) -> Any | None:
        """Keep or drop a noun; gives what was there before."""
        before = self.nouns.get(key)
        for name, buckets in self.index.items():
            old = None if before is None else getattr(before, name)
            new = None if noun is None else getattr(noun, name)
            if before is not None and (noun is None or old != new):
                bucket = buckets[old]
                del bucket[key]
                if not bucket:
                    del buckets[old]
            if noun is not None and (before is None or old != new):
                buckets.setdefault(new, {})[key] = None
        if noun is None:
            self.nouns.pop(key, None)
        else:
            self.nouns[key] = noun
        return before

    def where(self, wanted: dict[str, Any]) -> list[Any]:
        """The nouns with these values; the first field named picks the bucket."""
        if not wanted:
            return list(self.nouns.values())
        (first, value), *rest = wanted.items()
        if first not in self.index:
            raise LookupError(f"{self.table.name} has no index on {first}")
        found = [self.nouns[key] for key in self.index[first].get(value, ())]
        for name, other in rest:
            found = [noun for noun in found if getattr(noun, name) == other]
        return found

    def newest(self, wanted: dict[str, Any]) -> Iterator[Any]:
        """The same, newest first; nothing beyond what is asked for is looked at."""
        (first, value), *rest = wanted.items()
        if first not in self.index:
            raise LookupError(f"{self.table.name} has no index on {first}")
        for key in reversed(self.index[first].get(value, {})):
            noun = self.nouns[key]
            if all(getattr(noun, name) == other for name, other in rest):
                yield noun


class ResidentTransaction:
    """Writes go straight into memory, with what is needed to take them back."""

    def __init__(self, rows: dict[type[Any], _Rows], series: Series | None) -> None:
        self._rows = rows
        self._series = series
        self._undo: list[tuple[_Rows, str, Any | None]] = []

    def find(self, noun: type[N], key: str) -> N | None:
        """The noun of this key, or None."""
        return self._rows[noun].nouns.get(key)

    def where(self, noun: type[N], **index: Any) -> list[N]:
        """The nouns with these values of indexed fields, oldest first."""
        return self._rows[noun].where(index)

    def newest(self, noun: type[N], **index: Any) -> Iterator[N]:
        """The nouns with these values of indexed fields, newest first, one at a time."""
        return self._rows[noun].newest(index)

    def put(self, noun: Any) -> None:
        """Write a noun; writing what is already there changes nothing and rings no bell."""
        rows = self._rows[type(noun)]
        key = getattr(noun, rows.table.key)
        if rows.nouns.get(key) != noun:
            self._undo.append((rows, key, rows.set(key, noun)))

    def drop(self, noun: Any) -> None:
        """Remove a noun."""
        rows = self._rows[type(noun)]
        key = getattr(noun, rows.table.key)
        if key in rows.nouns:
            self._undo.append((rows, key, rows.set(key, None)))

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Writes made inside are taken back, alone, when it is left by an exception."""
        mark = len(self._undo)
        try:
            yield
        except BaseException:
            self.roll_back(mark)
            raise

    @property
    def series(self) -> Series:
        """Log events and metric points; what is put there is not taken back by a roll-back."""
        if self._series is None:
            raise RuntimeError("this store keeps no series")
        return self._series

    def roll_back(self, mark: int = 0) -> None:
        """Take every write since ``mark`` back, last one first."""
        while len(self._undo) > mark:
            rows, key, before = self._undo.pop()
            rows.set(key, before)

    def changes(self) -> list[tuple[Table, Change]]:
        """What this transaction changed in the end, each noun once."""
        first: dict[tuple[int, str], tuple[_Rows, str, Any | None]] = {}
        for rows, key, before in self._undo:
            first.setdefault((id(rows), key), (rows, key, before))
        return [
            (rows.table, Change(rows.table.noun, key, before, rows.nouns.get(key)))
            for rows, key, before in first.values()
            if before != rows.nouns.get(key)
        ]


class Resident:
    """All nouns, and the only way to change them. Used from one thread: the event loop's."""

    def __init__(
        self,
        journal: Callable[[list[Write]], None] | None = None,
        series: Series | None = None,
    ) -> None:
        self._rows = {table.noun: _Rows(table) for table in TABLES}
        self._series = series
        self._journal = journal
        self._open: ResidentTransaction | None = None
        self.doorbell = Doorbell()

    def load(self, table: Table, key: str, noun: Any) -> None:
        """Take in a noun read back at start; rings no bell."""
        self._rows[table.noun].set(key, noun)

    @contextmanager
    def transaction(self) -> Iterator[ResidentTransaction]:
        """All or nothing; inside another transaction it is part of that one."""
        if self._open is not None:
            yield self._open
            return
        tx = self._open = ResidentTransaction(self._rows, self._series)
        try:
            yield tx
        except BaseException:
            tx.roll_back()
            raise
        finally:
            self._open = None
        changes = tx.changes()
        if changes:
            if self._journal is not None:
                self._journal([(table, change.key, change.after) for table, change in changes])
            self.doorbell.ring([change for _, change in changes])
