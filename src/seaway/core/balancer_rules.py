"""How load balancing rows change, so that the API, ECS and the reconcilers change them alike."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from seaway.core.balancer import Rule, Target, TargetGroup, TargetState, target_key

REGISTERING = ("Elb.RegistrationInProgress", "Target registration is in progress")
CHECKING = ("Elb.InitialHealthChecking", "Initial health checks in progress")
DRAINING = ("Target.DeregistrationInProgress", "Target deregistration is in progress")
NOT_REGISTERED = ("Target.NotRegistered", "Target is not registered to the target group")
NOT_IN_USE = (
    "Target.NotInUse",
    "Target group is not configured to receive traffic from the load balancer",
)
TIMED_OUT = ("Target.Timeout", "Request timed out")
FAILED_CHECKS = ("Target.FailedHealthChecks", "Health checks failed")
"""Reason and description of a target's state, as DescribeTargetHealth gives them."""


def mismatch(code: int) -> tuple[str, str]:
    """Reason and description of a target whose check was answered with another status code."""
    return "Target.ResponseCodeMismatch", f"Health checks failed with these codes: [{code}]"


def registered_target(
    group: TargetGroup,
    target: str,
    port: int,
    *,
    address: str,
    zone: str,
    now: float,
    task: str | None = None,
    before: Target | None = None,
) -> Target:
    """A target as RegisterTargets leaves it: new, or back from draining, or as it was.

    ``target`` is an EC2 instance id or an IPv4 address, as the group's target type says;
    ``address`` is where requests go; ``now`` is epoch seconds. A target that is there and does
    not drain keeps its health (``before``).
    """
    if before is not None and before.state is not TargetState.DRAINING:
        return replace(before, address=address, zone=zone, task=task or before.task)
    reason, description = REGISTERING
    return Target(
        key=target_key(group.arn, target, port),
        target_group=group.arn,
        id=target,
        port=port,
        registered_at=now,
        address=address,
        zone=zone,
        task=task,
        state=TargetState.INITIAL,
        reason=reason,
        description=description,
    )


def draining(target: Target, now: float) -> Target:
    """A target as DeregisterTargets leaves it: no new requests, those it has may finish."""
    if target.state is TargetState.DRAINING:
        return target
    reason, description = DRAINING
    return replace(
        target,
        state=TargetState.DRAINING,
        reason=reason,
        description=description,
        draining_since=now,
        idle=False,
    )


def is_drained(target: Target, group: TargetGroup, now: float) -> bool:
    """The target's deregistration delay is over, or nothing is in flight any more."""
    if target.state is not TargetState.DRAINING or target.draining_since is None:
        return False
    return target.idle or now >= target.draining_since + group.deregistration_delay


def groups_of(rule: Rule) -> list[str]:
    """The ARNs of the target groups a rule forwards to."""
    return [share.target_group for action in rule.actions for share in action.groups]


def forwards_to(rule: Rule, group: str) -> bool:
    """Whether the rule sends requests to the target group (given by ARN)."""
    return any(share.target_group == group for action in rule.actions for share in action.groups)


def in_order(rules: Iterable[Rule]) -> list[Rule]:
    """Rules as a listener tries them: lowest priority first, the default last."""
    return sorted(rules, key=lambda rule: (rule.priority is None, rule.priority or 0))
