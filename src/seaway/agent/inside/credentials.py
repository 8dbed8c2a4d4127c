"""The credentials endpoint: keys of the task's role, renewed well before they are over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from seaway.link.asking import CannotFetch, ControlPlane
from seaway.link.messages import RoleKeys

RENEWED = 3600.0
"""Seconds before their end from which on keys are replaced; SDKs ask 15 minutes before it."""


class RoleKeyring:
    """Keys that were fetched, by task and role. Kept in memory only: after a restart new ones
    are fetched, and those that programs hold stay good.
    """

    def __init__(self, control: ControlPlane, clock: Callable[[], float]) -> None:
        self._control = control
        self._clock = clock
        self._keys: dict[tuple[str, str], RoleKeys] = {}

    async def keys(self, task: str, role: str) -> RoleKeys:
        """Keys that are good for a while yet. Raises CannotFetch."""
        known = self._keys.get((task, role))
        now = self._clock()
        if known is not None and known.expires_at - now > RENEWED:
            return known
        try:
            fresh = await self._control.role_keys(task, role)
        except CannotFetch:
            if known is not None and known.expires_at > now:
                return known
            raise
        self._keys[task, role] = fresh
        return fresh

    def forget(self, task: str) -> None:
        """The task is over."""
        self._keys = {key: keys for key, keys in self._keys.items() if key[0] != task}


def credentials_shape(keys: RoleKeys) -> dict[str, Any]:
    """The endpoint's answer (ECS guide: task IAM role)."""
    end = datetime.fromtimestamp(int(keys.expires_at), UTC)
    return {
        "RoleArn": keys.role,
        "AccessKeyId": keys.access_key,
        "SecretAccessKey": keys.secret_key,
        "Token": keys.token,
        "Expiration": end.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def credentials_error(version: int, code: str, text: str, status: int) -> dict[str, Any]:
    """The endpoint's refusal, in the ECS agent's words."""
    return {
        "code": code,
        "message": f"CredentialsV{version}Request: {text}",
        "HTTPErrorCode": status,
    }
