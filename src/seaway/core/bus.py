"""EventBridge: what has happened, the rules that match it, and what is on its way to targets."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from seaway.core.names import Tags

DEFAULT_BUS = "default"


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
    hops: int = 0
    """How many buses it has been handed on by."""

    def shown(self) -> dict[str, Any]:
        """The event as rules match it and targets get it."""
        return {
            "version": "0",
            "id": self.id,
            "detail-type": self.detail_type,
            "source": self.source,
            "account": self.account,
            "time": stamp(self.at),
            "region": self.region,
            "resources": list(self.resources),
            "detail": json.loads(self.detail),
        }


def stamp(at: float) -> str:
    """Epoch seconds as events say them."""
    return datetime.fromtimestamp(int(at), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, slots=True, kw_only=True)
class EventBus:
    """A bus of one's own; the default one is there without a record, unless it has tags."""

    arn: str
    name: str
    created_at: float
    updated_at: float
    description: str | None = None
    tags: Tags = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRule:
    """What is matched or when it fires, and so goes to the rule's targets."""

    arn: str
    name: str
    bus: str
    """ARN of its bus."""
    created_at: float
    account: str
    pattern: str | None = None
    """JSON."""
    schedule: str | None = None
    enabled: bool = True
    description: str | None = None
    role: str | None = None
    tags: Tags = ()
    fired_until: float = 0.0
    """Firings of the schedule up to here have been carried out (epoch seconds)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventTarget:
    """Where a rule's events go."""

    rule: str
    """ARN of the rule."""
    id: str
    arn: str
    settings: str
    """The API's Target as canonical JSON."""

    @property
    def key(self) -> str:
        """The rule and the target's id in it."""
        return f"{self.rule}|{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Something to be done for a rule or a schedule, until it has been. Times: epoch seconds."""

    id: str
    target: str
    """ARN of a cluster (run a task), a log group, a function or a bus."""
    body: str
    """What the target gets."""
    source: str
    """ARN of the rule or schedule."""
    at: float
    started_by: str = ""
    parameters: str = "{}"
    """EcsParameters and the like, JSON."""
    most_attempts: int = 185
    """How often it is tried again."""
    expires_at: float = 0.0
    attempts: int = 0
    next_at: float = 0.0
    reason: str = ""
    """Why it failed last."""

    @property
    def kind(self) -> str:
        """The service of its target: ecs, logs, lambda or events."""
        return self.target.split(":")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """What EventBridge last heard of a task or an instance (given by ARN)."""

    subject: str
    print: str
    """Of the detail that was told."""
    version: int


FIRST_PAUSE, LONGEST_PAUSE = 1.0, 300.0


def pause_after(attempts: int) -> float:
    """Seconds to wait after so many attempts have failed."""
    return float(min(FIRST_PAUSE * 2.0 ** min(attempts - 1, 20), LONGEST_PAUSE))
