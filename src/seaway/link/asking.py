"""What a host asks the control plane for, in a call of its own: what no message may keep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from seaway.link.messages import Material, RoleKeys


class CannotFetch(Exception):
    """What was asked for is not to be had; the text is AWS's, as a task's stoppedReason."""


class ProtectionRefused(Exception):
    """A task's protection could not be changed; ``code`` is AWS's failure reason."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """Whether a task is kept from scale-in, and until when (epoch seconds)."""

    enabled: bool
    until: float | None = None


class ControlPlane(Protocol):
    """What a host asks. Tasks and roles are given by ARN.

    Asked anew whenever it is needed: nothing of it is written down on the host.
    """

    async def materials(self, task: str) -> tuple[Material, ...]:
        """The values of the task's secrets, environment files and registry passwords.

        Raises CannotFetch.
        """

    async def role_keys(self, task: str, role: str) -> RoleKeys:
        """Keys of a role of the task. Raises CannotFetch."""

    async def protection(self, task: str) -> Protection:
        """Raises ProtectionRefused."""

    async def protect(self, task: str, enabled: bool, minutes: int | None) -> Protection:
        """Raises ProtectionRefused."""

    async def tags(self, task: str) -> tuple[dict[str, str], dict[str, str]]:
        """The tags of the task and of its container instance (metadata's taskWithTags)."""
