"""Scaling policies, and the alarms that target tracking makes for itself."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.applicationautoscaling.errors import LimitExceededException, ObjectNotFoundException
from seaway.aws.applicationautoscaling.lookup import (
    asked_service,
    service_of,
    shown_page,
    target_of,
)
from seaway.aws.applicationautoscaling.policy_settings import KINDS, settings_of
from seaway.aws.call import Call
from seaway.aws.instants import instant
from seaway.aws.operation import operation
from seaway.core.alarm import Alarm
from seaway.core.names import place_of
from seaway.core.scaling import DIMENSION, ScalingPolicy, resource_of
from seaway.core.tracking_alarms import tracking_alarms
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import applicationautoscaling as shapes

MOST_POLICIES = 50
"""Per target (quota)."""


@operation("application-autoscaling")
def put_scaling_policy(
    tx: Transaction, call: Call, request: shapes.PutScalingPolicyRequest
) -> shapes.PutScalingPolicyResponse:
    """Step scaling and target tracking; the latter's alarms are made anew at each change."""
    target = target_of(tx, service_of(call, request))
    name = request["PolicyName"]
    there = _policy(tx, target.service, name)
    kind = request.get("PolicyType") or (there.kind if there else "StepScaling")
    settings = settings_of(kind, request)
    if there is None and len(tx.where(ScalingPolicy, service=target.service)) >= MOST_POLICIES:
        raise LimitExceededException(f"A target can have at most {MOST_POLICIES} policies.")
    arn = there.arn if there else _arn(call, target.service, name)
    if there is not None:
        _forget_alarms(tx, there)
    made = (
        tracking_alarms(target.service, arn, settings, call.moment)
        if kind == "TargetTrackingScaling"
        else ()
    )
    for alarm in made:
        tx.put(alarm)
    fresh = ScalingPolicy(
        arn=arn,
        name=name,
        service=target.service,
        kind=kind,
        settings="",
        created_at=call.moment.now,
    )
    policy = replace(
        there or fresh,
        kind=kind,
        settings=json.dumps(settings, sort_keys=True),
        alarms=tuple(alarm.arn for alarm in made),
    )
    tx.put(policy)
    return {"PolicyARN": arn, "Alarms": _alarms(tx, policy)}


@operation("application-autoscaling")
def delete_scaling_policy(
    tx: Transaction, call: Call, request: shapes.DeleteScalingPolicyRequest
) -> shapes.DeleteScalingPolicyResponse:
    """The alarms that target tracking made go too; alarms of others stay."""
    policy = _policy(tx, service_of(call, request), request["PolicyName"])
    if policy is None:
        raise ObjectNotFoundException(
            f"No scaling policy found for service namespace: ecs, resource ID: "
            f"{request['ResourceId']}, scalable dimension: {DIMENSION}, policy name: "
            f"{request['PolicyName']}"
        )
    forget_policy(tx, policy)
    return {}


@operation("application-autoscaling")
def describe_scaling_policies(
    tx: Transaction, call: Call, request: shapes.DescribeScalingPoliciesRequest
) -> shapes.DescribeScalingPoliciesResponse:
    """With the alarms whose actions they are."""
    service, names = asked_service(call, request), request.get("PolicyNames")
    found = [
        policy
        for policy in tx.where(ScalingPolicy)
        if place_of(policy.service) == call.place
        and service in (None, policy.service)
        and (not names or policy.name in names)
    ]
    shown, token = shown_page(found, request, f"DescribeScalingPolicies {service} {names}")
    answer: shapes.DescribeScalingPoliciesResponse = {
        "ScalingPolicies": [_rendered(tx, policy) for policy in shown]
    }
    if token is not None:
        answer["NextToken"] = token
    return answer


def forget_policy(tx: Transaction, policy: ScalingPolicy) -> None:
    """A policy goes, and what it made."""
    _forget_alarms(tx, policy)
    tx.drop(policy)


def _forget_alarms(tx: Transaction, policy: ScalingPolicy) -> None:
    for arn in policy.alarms:
        alarm = tx.find(Alarm, arn)
        if alarm is not None:
            tx.drop(alarm)


def _policy(tx: Transaction, service: str, name: str) -> ScalingPolicy | None:
    found = (one for one in tx.where(ScalingPolicy, service=service) if one.name == name)
    return next(found, None)


def _arn(call: Call, service: str, name: str) -> str:
    resource = f"resource/ecs/{resource_of(service)}:policyName/{name}"
    return call.arn("autoscaling", f"scalingPolicy:{call.moment.uuid()}:{resource}")


def _alarms(tx: Transaction, policy: ScalingPolicy) -> list[shapes.Alarm]:
    return [
        {"AlarmName": alarm.name, "AlarmARN": alarm.arn}
        for alarm in tx.where(Alarm)
        if policy.arn in alarm.alarm_actions + alarm.ok_actions + alarm.insufficient_actions
    ]


def _rendered(tx: Transaction, policy: ScalingPolicy) -> shapes.ScalingPolicy:
    shown: shapes.ScalingPolicy = {
        "PolicyARN": policy.arn,
        "PolicyName": policy.name,
        "ServiceNamespace": "ecs",
        "ResourceId": resource_of(policy.service),
        "ScalableDimension": DIMENSION,
        "PolicyType": policy.kind,
        "Alarms": _alarms(tx, policy),
        "CreationTime": instant(policy.created_at),
    }
    shown[KINDS[policy.kind]] = json.loads(policy.settings)  # type: ignore[literal-required]
    return shown
