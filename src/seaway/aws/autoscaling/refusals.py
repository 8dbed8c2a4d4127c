"""What a request says of a group that has no effect here is refused, by the member's name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from seaway.aws.autoscaling.errors import ValidationError

_NEVER = (
    "InstanceId",
    "LoadBalancerNames",
    "TargetGroupARNs",
    "TrafficSources",
    "LifecycleHookSpecificationList",
    "PlacementGroup",
    "AvailabilityZoneIds",
    "DefaultInstanceWarmup",
    "MaxInstanceLifetime",
    "InstanceMaintenancePolicy",
    "SkipZonalShiftValidation",
    "InstanceLifecyclePolicy",
    "Operator",
)

_ONLY: Mapping[str, tuple[Any, ...]] = {
    # AWS takes ELB for a group without target groups too: it does nothing there, as here.
    "HealthCheckType": ("EC2", "ELB"),
    "DesiredCapacityType": ("units",),
    "DeletionProtection": ("none",),
    "AvailabilityZoneDistribution": ({"CapacityDistributionStrategy": "balanced-best-effort"},),
    "AvailabilityZoneImpairmentPolicy": ({"ZonalShiftEnabled": False},),
    "CapacityReservationSpecification": ({"CapacityReservationPreference": "default"},),
}
"""Members that may say what happens anyway, and nothing else."""

_POLICIES = ("Default", "OldestInstance", "NewestInstance")

_DISTRIBUTION: Mapping[str, Any] = {
    "OnDemandAllocationStrategy": "prioritized",
    "OnDemandPercentageAboveBaseCapacity": 100,
}
"""No instance is a Spot instance, and the first type of the overrides is the one launched."""


def refuse_unbuilt(request: Mapping[str, Any]) -> None:
    """Raises ValidationError."""
    for member in _NEVER:
        if request.get(member):
            raise _unbuilt(member)
    for member, values in _ONLY.items():
        if request.get(member) and request[member] not in values:
            raise _unbuilt(f"{member} {request[member]}")
    for policy in request.get("TerminationPolicies") or ():
        if policy not in _POLICIES:
            raise _unbuilt(f"TerminationPolicies {policy}")
    _refuse_mixtures(request.get("MixedInstancesPolicy") or {})


def refuse_foreign_tags(group: str, tags: Iterable[Mapping[str, Any]]) -> None:
    """Tags that a group is made with can only be its own. Raises ValidationError."""
    for tag in tags:
        if tag.get("ResourceId", group) != group:
            raise ValidationError(f"The ResourceId of a tag must be the group's name {group}.")
        if tag.get("ResourceType", "auto-scaling-group") != "auto-scaling-group":
            raise ValidationError("The ResourceType of a tag must be auto-scaling-group.")


def _refuse_mixtures(policy: Mapping[str, Any]) -> None:
    for member, value in (policy.get("InstancesDistribution") or {}).items():
        if _DISTRIBUTION.get(member) != value:
            raise _unbuilt(f"InstancesDistribution {member}")
    for override in (policy.get("LaunchTemplate") or {}).get("Overrides", ()):
        for member in override:
            if member != "InstanceType":
                raise _unbuilt(f"Overrides {member}")


def _unbuilt(what: str) -> ValidationError:
    return ValidationError(f"{what} is not supported by Seaway yet.")
