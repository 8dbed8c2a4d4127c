"""Scalable targets: which services may be scaled, and between which counts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.applicationautoscaling.errors import TooManyTagsException, ValidationException
from seaway.aws.applicationautoscaling.lookup import (
    check_namespace,
    service_of,
    shown_page,
    target_of,
)
from seaway.aws.applicationautoscaling.policies import forget_policy
from seaway.aws.call import Call
from seaway.aws.instants import instant
from seaway.aws.operation import operation
from seaway.core.names import Tags, place_of
from seaway.core.scaling import DIMENSION, ScalableTarget, ScalingPolicy, ScheduledScaling
from seaway.core.service import Service
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import applicationautoscaling as shapes

MOST_TAGS = 50
LINKED_ROLE = (
    "role/aws-service-role/ecs.application-autoscaling.amazonaws.com/"
    "AWSServiceRoleForApplicationAutoScaling_ECSService"
)


@operation("application-autoscaling")
def register_scalable_target(
    tx: Transaction, call: Call, request: shapes.RegisterScalableTargetRequest
) -> shapes.RegisterScalableTargetResponse:
    """A count beyond the bounds is brought between them at once."""
    arn = service_of(call, request)
    service, there = tx.find(Service, arn), tx.find(ScalableTarget, arn)
    if service is None or service.status != "ACTIVE":
        raise ValidationException(f"ECS service doesn't exist: {request['ResourceId']}")
    if service.scheduling == "DAEMON":
        raise ValidationException(f"ECS service is a DAEMON service: {request['ResourceId']}")
    tags = tags_of(request.get("Tags", {}))
    if there is not None and tags:
        raise ValidationException(
            "Tags can't be given for a scalable target that is registered already: use TagResource."
        )
    target = there or _new_target(call, arn, request, tags)
    target = _changed(target, request)
    if not 0 <= target.minimum <= target.maximum:
        raise ValidationException(
            "Maximum capacity cannot be less than minimum capacity, nor either of them negative."
        )
    bounds_moved = there is None or (there.minimum, there.maximum) != (
        target.minimum,
        target.maximum,
    )
    tx.put(replace(target, due=target.due or bounds_moved))
    return {"ScalableTargetARN": target.arn}


@operation("application-autoscaling")
def deregister_scalable_target(
    tx: Transaction, call: Call, request: shapes.DeregisterScalableTargetRequest
) -> shapes.DeregisterScalableTargetResponse:
    """Its policies, their alarms and its scheduled actions go with it; the count stays."""
    target = target_of(tx, service_of(call, request))
    for policy in tx.where(ScalingPolicy, service=target.service):
        forget_policy(tx, policy)
    for action in tx.where(ScheduledScaling, service=target.service):
        tx.drop(action)
    tx.drop(target)
    return {}


@operation("application-autoscaling")
def describe_scalable_targets(
    tx: Transaction, call: Call, request: shapes.DescribeScalableTargetsRequest
) -> shapes.DescribeScalableTargetsResponse:
    """All of the caller's, or those of the resources named."""
    check_namespace(request)
    ids = request.get("ResourceIds")
    found = [
        target
        for target in tx.where(ScalableTarget)
        if place_of(target.service) == call.place and (not ids or target.resource in ids)
    ]
    shown, token = shown_page(found, request, f"DescribeScalableTargets {ids}")
    answer: shapes.DescribeScalableTargetsResponse = {
        "ScalableTargets": [_rendered(target) for target in shown]
    }
    if token is not None:
        answer["NextToken"] = token
    return answer


def tags_of(given: dict[str, str]) -> Tags:
    """Tags, at most 50."""
    if len(given) > MOST_TAGS:
        raise TooManyTagsException(f"A scalable target can have at most {MOST_TAGS} tags.")
    return tuple(given.items())


def _new_target(
    call: Call, service: str, request: shapes.RegisterScalableTargetRequest, tags: Tags
) -> ScalableTarget:
    for name in ("MinCapacity", "MaxCapacity"):
        if name not in request:
            raise ValidationException(
                f"{name} must be given when a scalable target is registered for the first time."
            )
    return ScalableTarget(
        service=service,
        arn=call.arn("application-autoscaling", f"scalable-target/{call.moment.hex(28)}"),
        created_at=call.moment.now,
        minimum=request["MinCapacity"],
        maximum=request["MaxCapacity"],
        role=f"arn:aws:iam::{call.account}:{LINKED_ROLE}",
        tags=tags,
    )


def _changed(
    target: ScalableTarget, request: shapes.RegisterScalableTargetRequest
) -> ScalableTarget:
    suspended = request.get("SuspendedState", {})
    return replace(
        target,
        minimum=request.get("MinCapacity", target.minimum),
        maximum=request.get("MaxCapacity", target.maximum),
        role=request.get("RoleARN", target.role),
        suspended_in=suspended.get("DynamicScalingInSuspended", target.suspended_in),
        suspended_out=suspended.get("DynamicScalingOutSuspended", target.suspended_out),
        suspended_scheduled=suspended.get("ScheduledScalingSuspended", target.suspended_scheduled),
    )


def _rendered(target: ScalableTarget) -> shapes.ScalableTarget:
    return {
        "ServiceNamespace": "ecs",
        "ResourceId": target.resource,
        "ScalableDimension": DIMENSION,
        "MinCapacity": target.minimum,
        "MaxCapacity": target.maximum,
        "RoleARN": target.role,
        "CreationTime": instant(target.created_at),
        "SuspendedState": {
            "DynamicScalingInSuspended": target.suspended_in,
            "DynamicScalingOutSuspended": target.suspended_out,
            "ScheduledScalingSuspended": target.suspended_scheduled,
        },
        "ScalableTargetARN": target.arn,
    }
