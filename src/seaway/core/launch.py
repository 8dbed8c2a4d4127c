"""Launches: what RunTask has already done for a client token."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """A RunTask call that carried a client token, so that repeating it starts nothing twice."""

    key: str
    """``<cluster ARN>|<client token>``."""
    digest: str
    """Fingerprint of the other parameters."""
    tasks: tuple[str, ...]
    """ARNs of the tasks it started."""
    created_at: float


LAUNCH_LIFETIME = 86400.0
"""Seconds a client token is remembered (ECS guide: ensuring idempotency, 24 hours)."""


def launch_key(cluster: str, token: str) -> str:
    """The key of a launch: a token belongs to a cluster (given by ARN)."""
    return f"{cluster}|{token}"
