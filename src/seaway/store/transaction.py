"""What a room sees of the store: find, where, put, drop."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeVar

from seaway.store.series import Series

N = TypeVar("N")


class Transaction(Protocol):
    """All or nothing: what is put and dropped here becomes visible and durable together."""

    def find(self, noun: type[N], key: str) -> N | None:
        """The noun of this key, or None."""
        ...

    def where(self, noun: type[N], **index: Any) -> list[N]:
        """The nouns whose indexed fields have these values (all, when none), oldest first."""
        ...

    def newest(self, noun: type[N], **index: Any) -> Iterator[N]:
        """The same, newest first and one at a time: for who needs only the last of many."""
        ...

    def put(self, noun: Any) -> None:
        """Write a noun, new or changed."""
        ...

    def drop(self, noun: Any) -> None:
        """Remove a noun; removing what is not there is no error."""
        ...

    def attempt(self) -> AbstractContextManager[None]:
        """Writes made inside are taken back, alone, when it is left by an exception, which goes
        on; what was written before stays. Attempts may stand in attempts.
        """
        ...

    @property
    def series(self) -> Series:
        """Log events and metric points; what is put there is not taken back by a roll-back."""
        ...
