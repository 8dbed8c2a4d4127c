"""Sessions of ECS Exec: a command that somebody may start in a running container, once."""

from __future__ import annotations

from dataclasses import dataclass

UNUSED_SECONDS = 600.0
"""How long a session waits for its client."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecSession:
    """What ExecuteCommand promised; goes when its client has connected, or never came."""

    id: str
    token: str
    task: str
    """ARN."""
    host: str
    container: str
    runtime_id: str
    command: str
    created_at: float
    log_group: str | None = None
    """ARN of the log group that its output goes to."""
    log_bucket: str | None = None
    log_prefix: str | None = None
