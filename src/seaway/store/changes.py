"""The change log's doorbell: says which nouns moved, so that a loop knows where to look."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Change:
    """One noun before and after a transaction; None where it was not there."""

    noun: type[Any]
    key: str
    before: Any | None
    after: Any | None

    @property
    def either(self) -> Any:
        """The noun as it is, or as it last was."""
        return self.after if self.after is not None else self.before


Listener = Callable[[Iterable[Change]], None]


class Doorbell:
    """Rings once for each transaction that wrote something, in the order of commits."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> None:
        """Call ``listener`` with each transaction's changes; it must be quick and not write."""
        self._listeners.append(listener)

    def ring(self, changes: list[Change]) -> None:
        """Tell every listener."""
        for listener in self._listeners:
            listener(changes)
