"""What pushes in progress count on, so that nothing is cleared away under them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class Pushes:
    """Layers that were asked for, and blobs that are arriving, right now.

    Kept in memory only: after a restart a push that was told "it is there" may find a layer
    gone and is told so when it sends its manifest.
    """

    def __init__(self) -> None:
        self.touched: dict[str, float] = {}
        """By the layer's key: when a client was last told that it is there (epoch seconds)."""
        self._arriving: Counter[str] = Counter()

    def touch(self, layer: str, now: float) -> None:
        """A client was told that this layer need not be sent."""
        self.touched[layer] = now

    def forget(self, before: float) -> None:
        """Drop what was touched before ``before``."""
        self.touched = {key: at for key, at in self.touched.items() if at >= before}

    @contextmanager
    def arrival(self, digest: str) -> Iterator[None]:
        """While a blob is put in its place and no repository names it yet."""
        self._arriving[digest] += 1
        try:
            yield
        finally:
            self._arriving[digest] -= 1
            if not self._arriving[digest]:
                del self._arriving[digest]

    def awaits(self, digest: str) -> bool:
        """Whether this blob is arriving."""
        return digest in self._arriving
