"""A control plane that a test plays: what it is asked, and what it says."""

from __future__ import annotations

from seaway.link.asking import CannotFetch, Protection, ProtectionRefused
from seaway.link.messages import Material, RoleKeys

ROLE = "arn:aws:iam::000000000000:role/worker"


class MemoryControl:
    """Keys are numbered; ``lifetime`` is how long they are good for, None = there are none."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now
        self.lifetime: float | None = 6 * 3600.0
        self.given = 0
        self.kept: dict[str, Protection] = {}
        self.refusal: ProtectionRefused | None = None

    async def materials(self, task: str) -> tuple[Material, ...]:
        return ()

    async def role_keys(self, task: str, role: str) -> RoleKeys:
        if self.lifetime is None:
            raise CannotFetch("there is no such role")
        self.given += 1
        return RoleKeys(
            role=role,
            access_key=f"ASIA{self.given}",
            secret_key="secret",
            token="token",
            expires_at=self.now + self.lifetime,
        )

    async def protection(self, task: str) -> Protection:
        if self.refusal is not None:
            raise self.refusal
        return self.kept.get(task, Protection(enabled=False))

    async def protect(self, task: str, enabled: bool, minutes: int | None) -> Protection:
        if self.refusal is not None:
            raise self.refusal
        until = self.now + 60 * (minutes or 120) if enabled else None
        self.kept[task] = Protection(enabled=enabled, until=until)
        return self.kept[task]

    async def tags(self, task: str) -> tuple[dict[str, str], dict[str, str]]:
        return {"team": "cats"}, {}
