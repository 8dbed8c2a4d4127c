"""Small pieces every rendering needs, and a memory for renderings of nouns that did not change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

_MOST_KEPT = 4096


def instant(seconds: float) -> datetime:
    """Epoch seconds as AWS gives times: aware, in UTC, to the millisecond."""
    return datetime.fromtimestamp(round(seconds, 3), UTC)


def kept(render: Callable[P, R]) -> Callable[P, R]:
    """Render the same nouns once: a noun is frozen, so its identity says it has not changed.

    The nouns are kept beside the rendering, so an identity is never another noun's. Whoever
    gets a rendering must not write in it; the wires only read.
    """
    memory: dict[tuple[int, ...], tuple[object, R]] = {}

    @wraps(render)
    def recall(*nouns: P.args, **none: P.kwargs) -> R:
        key = tuple(map(id, nouns))
        found = memory.get(key)
        if found is not None:
            return found[1]
        if len(memory) >= _MOST_KEPT:
            memory.clear()
        rendering = render(*nouns, **none)
        memory[key] = (nouns, rendering)
        return rendering

    return recall
