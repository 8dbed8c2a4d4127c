"""Following a file that another process appends to: every line once, over our own restarts."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

LARGEST = 8 * 1024 * 1024
"""Bytes a followed file may grow to before it is begun anew."""
_AT_ONCE = 1024 * 1024
_log = logging.getLogger(__name__)


class Follower:
    """Reads the lines of a file as they are written, and keeps it from growing for ever.

    How far it has come is written down beside the file each time the reader comes back for more:
    after a crash the last batch comes again, and none is missed. A file grown beyond ``largest``
    bytes is renamed and ``reopen`` asks its writer to begin another; without ``reopen`` it is
    emptied behind the reader, and what is written in that very moment is lost. ``every`` is
    seconds between looks. ``from_end``: only what is written from now on, nothing is remembered;
    nor is it with ``start``, the byte to go on from.
    """

    def __init__(
        self,
        path: Path,
        *,
        reopen: Callable[[], Awaitable[None]] | None = None,
        largest: int = LARGEST,
        every: float = 0.2,
        from_end: bool = False,
        start: int | None = None,
    ) -> None:
        self._path = path
        self._older = path.with_name(f"{path.name}.1")
        self._kept = path.with_name(f"{path.name}.position")
        self._reopen = reopen
        self._largest = largest
        self._every = every
        self._remembers = not from_end and start is None
        self._position = _size(self._current()) if from_end else start or 0

    async def lines(self) -> AsyncIterator[bytes]:
        """Each line without its end, from where the last reader was."""
        async for batch in self.batches():
            for line in batch:
                yield line

    async def batches(self) -> AsyncIterator[tuple[bytes, ...]]:
        """The lines there are, whenever there are some. Raises OSError when it can't be read."""
        if self._remembers:
            self._recall()
        while True:
            # Looked at first: once there is a newer file, nothing more comes into the older.
            replaced = self._path.exists()
            while self._older.exists() and (lines := self._read(self._older)):
                yield tuple(lines)
                self._remember()
            if self._older.exists():
                await self._leave_older(replaced)
            while not self._older.exists() and (lines := self._read(self._path)):
                yield tuple(lines)
                self._remember()
                if self._position > self._largest:
                    self._begin_anew()
            await asyncio.sleep(self._every)

    def _read(self, path: Path) -> list[bytes]:
        size = _size(path)
        if size < self._position:  # emptied by somebody else
            self._position = 0
        if size == self._position:
            return []
        with path.open("rb") as file:
            file.seek(self._position)
            text = file.read(_AT_ONCE)
            while text and b"\n" not in text and (more := file.read(_AT_ONCE)):
                text += more
        *lines, rest = text.split(b"\n")
        self._position += len(text) - len(rest)
        return lines

    def _begin_anew(self) -> None:
        if self._reopen is not None:
            self._path.rename(self._older)
        elif _size(self._path) == self._position:
            os.truncate(self._path, 0)
            self._position = 0
            self._remember()

    async def _leave_older(self, replaced: bool) -> None:
        if replaced:
            self._older.unlink()
            self._position = 0
        elif self._reopen is not None:
            try:
                await self._reopen()
            except OSError as error:  # the writer is away; it opens another when it is back
                _log.warning("%s could not be begun anew: %s", self._path.name, error)

    def _current(self) -> Path:
        return self._older if self._older.exists() else self._path

    def _recall(self) -> None:
        """Go on where the last reader was, in the file it read."""
        try:
            kept = json.loads(self._kept.read_text(encoding="ascii"))
        except (OSError, ValueError):
            return
        file = self._current()
        if kept["file"] == _identity(file):
            self._position = kept["position"]

    def _remember(self) -> None:
        if not self._remembers:
            return
        file = self._current()
        fresh = self._kept.with_name(f"{self._kept.name}.new")
        kept = {"file": _identity(file), "position": self._position}
        fresh.write_text(json.dumps(kept), encoding="ascii")
        fresh.replace(self._kept)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _identity(path: Path) -> int:
    try:
        return path.stat().st_ino
    except FileNotFoundError:
        return 0
