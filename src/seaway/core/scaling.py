"""Application Auto Scaling: services whose desired count follows metrics or the clock."""

from __future__ import annotations

from dataclasses import dataclass

from seaway.core.names import Tags

RESOURCE = "service/"
DIMENSION = "ecs:service:DesiredCount"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScalableTarget:
    """A service that may be scaled, between two counts. Times are epoch seconds."""

    service: str
    """ARN of the ECS service."""
    arn: str
    created_at: float
    minimum: int
    maximum: int
    role: str
    suspended_in: bool = False
    suspended_out: bool = False
    suspended_scheduled: bool = False
    tags: Tags = ()
    due: bool = False
    """Whether the count has still to be brought between new bounds."""

    @property
    def resource(self) -> str:
        """The ResourceId: service/CLUSTER/NAME."""
        return resource_of(self.service)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScalingPolicy:
    """How a target follows its metrics. Times are epoch seconds.

    The API writes what to do; the scaling reconciler what it has done.
    """

    arn: str
    name: str
    service: str
    """ARN of the service of its target."""
    kind: str
    """StepScaling or TargetTrackingScaling."""
    settings: str
    """The policy's configuration as canonical JSON."""
    created_at: float
    alarms: tuple[str, ...] = ()
    """ARNs of the alarms made for it."""

    acted_at: float = 0.0
    acted_from: int = 0
    """The count before its last scaling out, which the cooldown reckons from."""
    out_until: float = 0.0
    """When the cooldown of its scaling out ends."""
    in_until: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledScaling:
    """New bounds for a target at set times (API: ScheduledAction). Times are epoch seconds."""

    arn: str
    name: str
    service: str
    schedule: str
    created_at: float
    zone: str | None = None
    start: float | None = None
    end: float | None = None
    minimum: int | None = None
    maximum: int | None = None
    done_until: float = 0.0
    """Firings up to here have been carried out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountChange:
    """One line of a target's story (API: ScalingActivity, which here is an instance group's)."""

    id: str
    service: str
    at: float
    count: int
    cause: str
    ended_at: float | None = None
    status: str = "InProgress"
    message: str = ""

    @property
    def description(self) -> str:
        """What was done."""
        return f"Setting desired count to {self.count}."


def resource_of(service: str) -> str:
    """The ResourceId of a service given by ARN."""
    return service.split(":", 5)[5]


def service_of_action(action: str) -> str | None:
    """The ARN of the service that a scaling policy, given by its ARN, scales."""
    parts = action.split(":")
    if len(parts) < 8 or parts[2] != "autoscaling" or parts[5] != "scalingPolicy":
        return None
    place, resource = parts[7].split("/", 2)[1:] if parts[7].count("/") >= 2 else ("", "")
    return f"arn:aws:ecs:{parts[3]}:{parts[4]}:{resource}" if place == "ecs" else None
