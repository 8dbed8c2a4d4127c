"""EventBridge: what has happened, on its way to the rules that match it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class BusEvent:
    """One event of a bus, kept until its rules have had it."""

    id: str
    account: str
    region: str
    at: float
    """Epoch seconds."""
    source: str
    """aws.ecs and the like."""
    detail_type: str
    resources: tuple[str, ...]
    detail: str
    """JSON."""
    bus: str = "default"
