"""The host's end of its conversation with the control plane."""

from __future__ import annotations

from typing import Protocol

from seaway.link.messages import FromHost, ToHost


class Link(Protocol):
    """Messages both ways, in order. After a break everything is said again."""

    async def receive(self) -> ToHost:
        """The next message, when there is one."""

    async def send(self, message: FromHost) -> None:
        """Returns when the control plane has the message; a LogBatch, when it is kept."""
