"""What the control plane asks of a host at once: a command in one of its containers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class CannotRun(Exception):
    """The command could not be started; the text is the engine's."""


class Terminal(Protocol):
    """A command that runs on a terminal of its own."""

    async def read(self) -> bytes:
        """What it wrote next; b"" when it has ended."""

    async def write(self, data: bytes) -> None:
        """Bytes typed into it."""

    async def resize(self, columns: int, rows: int) -> None:
        """Give its terminal another size."""

    async def end(self) -> int | None:
        """Hang up on it, if it still runs; gives its exit code when it has one."""


class Commands(Protocol):
    """How a host starts commands."""

    async def start(self, container: str, command: Sequence[str]) -> Terminal:
        """Start a command as root in a container, by its runtime id. Raises CannotRun."""
