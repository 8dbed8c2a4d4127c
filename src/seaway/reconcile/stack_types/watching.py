"""AWS::CloudWatch::Alarm and AWS::ApplicationAutoScaling resources."""

from __future__ import annotations

from typing import Any

from seaway.reconcile.stack_types.kinds import Kind, Made, Properties, Work, unchanged

_DIMENSION = ("ServiceNamespace", "ResourceId", "ScalableDimension")


def _put_alarm(work: Work, name: str) -> None:
    rest = work.without("AlarmName", "Tags")
    if "Threshold" in rest:
        rest["Threshold"] = float(rest["Threshold"])
    work("cloudwatch", "PutMetricAlarm", AlarmName=name, Tags=work.tags(), **rest)


def _create_alarm(work: Work) -> Made:
    name = work.name("AlarmName", 255)
    _put_alarm(work, name)
    return Made(name, {"Arn": work.place.arn("cloudwatch", f"alarm:{name}")})


def _update_alarm(work: Work, old: Properties) -> Made:
    _put_alarm(work, work.physical)
    return unchanged(work)


ALARM = Kind(
    create=_create_alarm,
    update=_update_alarm,
    mutable=frozenset(
        {
            "ActionsEnabled",
            "AlarmActions",
            "AlarmDescription",
            "ComparisonOperator",
            "DatapointsToAlarm",
            "Dimensions",
            "EvaluateLowSampleCountPercentile",
            "EvaluationPeriods",
            "ExtendedStatistic",
            "InsufficientDataActions",
            "MetricName",
            "Metrics",
            "Namespace",
            "OKActions",
            "Period",
            "Statistic",
            "Threshold",
            "TreatMissingData",
            "Unit",
        }
    ),
    delete=lambda work: work("cloudwatch", "DeleteAlarms", AlarmNames=[work.physical]),
)


def _create_target(work: Work) -> Made:
    rest = work.without("ScheduledActions")
    if work.stack_tags:
        rest["Tags"] = dict(work.stack_tags)
    made = work("application-autoscaling", "RegisterScalableTarget", **rest)
    # Ref gives the three that name a target, as on AWS.
    physical = f"{work.need('ResourceId')}|{work.need('ScalableDimension')}|ecs"
    work.there(physical)
    _put_scheduled(work, {})
    return Made(physical, {"Id": physical, "ARN": made["ScalableTargetARN"]})


def _put_scheduled(work: Work, old: Properties) -> None:
    target = work.some(*_DIMENSION)
    wanted = {one["ScheduledActionName"]: one for one in work.get("ScheduledActions") or ()}
    for one in old.get("ScheduledActions") or ():
        if one["ScheduledActionName"] not in wanted:
            name = one["ScheduledActionName"]
            work(
                "application-autoscaling",
                "DeleteScheduledAction",
                ScheduledActionName=name,
                **target,
            )
    for one in wanted.values():
        work("application-autoscaling", "PutScheduledAction", **one, **target)


def _update_target(work: Work, old: Properties) -> Made:
    rest = work.without("ScheduledActions")
    work("application-autoscaling", "RegisterScalableTarget", **rest)
    _put_scheduled(work, old)
    return unchanged(work)


SCALABLE_TARGET = Kind(
    create=_create_target,
    update=_update_target,
    mutable=frozenset(
        {"MaxCapacity", "MinCapacity", "RoleARN", "ScheduledActions", "SuspendedState"}
    ),
    delete=lambda work: work(
        "application-autoscaling", "DeregisterScalableTarget", **work.some(*_DIMENSION)
    ),
)


def _policy_target(work: Work) -> dict[str, Any]:
    """The target, named by its three or by what its Ref gives."""
    if "ScalingTargetId" not in work.properties:
        return work.some(*_DIMENSION)
    resource, dimension, namespace = str(work.get("ScalingTargetId")).split("|")
    return {
        "ServiceNamespace": namespace,
        "ResourceId": resource,
        "ScalableDimension": dimension,
    }


def _put_policy(work: Work) -> Made:
    rest = work.without("ScalingTargetId", *_DIMENSION)
    made = work("application-autoscaling", "PutScalingPolicy", **rest, **_policy_target(work))
    return Made(made["PolicyARN"], {"Arn": made["PolicyARN"]})


def _update_policy(work: Work, old: Properties) -> Made:
    return _put_policy(work)


SCALING_POLICY = Kind(
    create=_put_policy,
    update=_update_policy,
    mutable=frozenset(
        {
            "PolicyType",
            "StepScalingPolicyConfiguration",
            "TargetTrackingScalingPolicyConfiguration",
            "PredictiveScalingPolicyConfiguration",
        }
    ),
    delete=lambda work: work(
        "application-autoscaling",
        "DeleteScalingPolicy",
        PolicyName=work.need("PolicyName"),
        **_policy_target(work),
    ),
)

TYPES = {
    "AWS::CloudWatch::Alarm": ALARM,
    "AWS::ApplicationAutoScaling::ScalableTarget": SCALABLE_TARGET,
    "AWS::ApplicationAutoScaling::ScalingPolicy": SCALING_POLICY,
}
