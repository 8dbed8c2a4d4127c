"""A memory for renderings of nouns that did not change."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from operator import attrgetter, is_
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

_MOST_KEPT = 2048


def kept(key: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Render the same nouns once; ``key`` is the field that names the first of them.

    The function takes nouns and tuples of nouns, by position, and nothing else. Nouns are
    frozen, so their identity says that nothing changed; they are held beside the rendering, so
    that an identity is never another noun's. One rendering is kept for each name. Whoever gets
    a rendering must not write in it; the wires only read.
    """
    name_of = attrgetter(key)

    def keep(render: Callable[P, R]) -> Callable[P, R]:
        memory: dict[str, tuple[tuple[object, ...], R]] = {}

        @wraps(render)
        def recall(*nouns: P.args, **none: P.kwargs) -> R:
            name = name_of(nouns[0])
            found = memory.get(name)
            if found is not None and all(map(_same, found[0], nouns)):
                return found[1]
            if len(memory) >= _MOST_KEPT:
                memory.clear()
            rendering = render(*nouns, **none)
            memory[name] = (nouns, rendering)
            return rendering

        return recall

    return keep


def _same(old: object, new: object) -> bool:
    if isinstance(old, tuple) and isinstance(new, tuple):
        return len(old) == len(new) and all(map(is_, old, new))
    return old is new
