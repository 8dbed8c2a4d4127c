"""What was made of a noun, kept for the noun's very object."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

Noun = TypeVar("Noun")
Made = TypeVar("Made")

_REMEMBERED = 20_000  # nouns; a host has a few thousand


def kept_by_identity(make: Callable[[Noun], Made]) -> Callable[[Noun], Made]:
    """``make``, asked once for each object; only for what is never changed, nor its answer.

    Of a thousand ports or endpoints one comes at a time, and all of them are asked for. To
    compare or hash them would take longer than to make their answers anew.
    """
    kept: dict[int, tuple[Noun, Made]] = {}

    @wraps(make)
    def ask(noun: Noun) -> Made:
        known = kept.get(id(noun))
        if known is None:  # as long as a noun is kept no other one can have its identity
            if len(kept) >= _REMEMBERED:
                kept.clear()
            known = kept[id(noun)] = (noun, make(noun))
        return known[1]

    return ask
