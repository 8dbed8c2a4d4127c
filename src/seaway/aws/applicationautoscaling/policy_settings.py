"""What a scaling policy may say, checked as AWS checks it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from seaway.aws.applicationautoscaling.errors import ValidationException, not_built
from seaway.core.tracking_alarms import PER_TARGET, UTILIZATIONS
from seaway.store.measuring import BadQuery, checked

Settings = Mapping[str, Any]
STEP, TRACKING = "StepScalingPolicyConfiguration", "TargetTrackingScalingPolicyConfiguration"
KINDS = {"StepScaling": STEP, "TargetTrackingScaling": TRACKING}


def settings_of(kind: str, request: Settings) -> Settings:
    """The configuration of a policy of this kind, whole. Raises ValidationException."""
    if kind not in KINDS:
        raise not_built(f"PolicyType {kind}", "StepScaling and TargetTrackingScaling are")
    if "PredictiveScalingPolicyConfiguration" in request:
        raise not_built("PredictiveScalingPolicyConfiguration")
    for other, name in KINDS.items():
        if other != kind and name in request:
            raise ValidationException(f"{name} can't be given with the PolicyType {kind}.")
    given = request.get(KINDS[kind])
    if given is None:
        raise ValidationException(f"{KINDS[kind]} must be given with the PolicyType {kind}.")
    check = _check_steps if kind == "StepScaling" else _check_tracking
    check(given)
    settings: Settings = given
    return settings


def _check_steps(given: Settings) -> None:
    if "AdjustmentType" not in given:
        raise ValidationException("AdjustmentType must be given.")
    if "MinAdjustmentMagnitude" in given and given["AdjustmentType"] != "PercentChangeInCapacity":
        raise ValidationException(
            "MinAdjustmentMagnitude can be given with AdjustmentType PercentChangeInCapacity only."
        )
    if given.get("Cooldown", 0) < 0:
        raise ValidationException("Cooldown must not be negative.")
    steps: Sequence[Settings] = given.get("StepAdjustments", ())
    if not steps:
        raise ValidationException("At least one of StepAdjustments must be given.")
    spans = sorted(
        (
            step.get("MetricIntervalLowerBound", -math.inf),
            step.get("MetricIntervalUpperBound", math.inf),
        )
        for step in steps
    )
    if any(low >= high for low, high in spans):
        raise ValidationException(
            "A step's MetricIntervalUpperBound must be greater than its MetricIntervalLowerBound."
        )
    for (_, end), (start, _) in pairwise(spans):
        if end != start:
            raise ValidationException("StepAdjustments must neither overlap nor leave gaps.")
    if given["AdjustmentType"] == "ExactCapacity" and any(
        step["ScalingAdjustment"] < 0 for step in steps
    ):
        raise ValidationException("ScalingAdjustment must not be negative with ExactCapacity.")


def _check_tracking(given: Settings) -> None:
    if not (math.isfinite(given["TargetValue"]) and given["TargetValue"] > 0):
        raise ValidationException("TargetValue must be greater than 0.")
    for name in ("ScaleOutCooldown", "ScaleInCooldown"):
        if given.get(name, 0) < 0:
            raise ValidationException(f"{name} must not be negative.")
    predefined = given.get("PredefinedMetricSpecification")
    customized = given.get("CustomizedMetricSpecification")
    if (predefined is None) == (customized is None):
        raise ValidationException(
            "Either PredefinedMetricSpecification or CustomizedMetricSpecification must be given, "
            "and not both."
        )
    if predefined is not None:
        _check_predefined(predefined)
    if customized is not None:
        _check_customized(customized)


def _check_predefined(given: Settings) -> None:
    kind, label = given["PredefinedMetricType"], given.get("ResourceLabel")
    if kind not in (*UTILIZATIONS, PER_TARGET):
        raise ValidationException(f"PredefinedMetricType {kind} is not one of ECS services.")
    if kind != PER_TARGET:
        if label is not None:
            raise ValidationException(f"ResourceLabel can't be given with {kind}.")
        return
    parts = (label or "").split("/")
    if len(parts) != 6 or parts[0] != "app" or parts[3] != "targetgroup":
        raise ValidationException(
            "ResourceLabel must be of the form app/my-alb/778d41231b141a0f/targetgroup/"
            "my-alb-target-group/943f017f100becff"
        )


def _check_customized(given: Settings) -> None:
    if "Metrics" in given:
        for name in ("MetricName", "Namespace", "Dimensions", "Statistic", "Unit"):
            if name in given:
                raise ValidationException(f"Metrics and {name} can't be given together.")
        queries = [_with_period(one) for one in given["Metrics"]]
        try:
            found = checked(queries)
        except BadQuery as error:
            raise ValidationException(str(error)) from error
        if sum(one.get("ReturnData", True) for one in found.values()) != 1:
            raise ValidationException("Exactly one of Metrics must have ReturnData true.")
        return
    for name in ("MetricName", "Namespace", "Statistic"):
        if name not in given:
            raise ValidationException(f"{name} of CustomizedMetricSpecification must be given.")


def _with_period(query: Settings) -> Settings:
    if "MetricStat" not in query:
        return query
    return {**query, "MetricStat": {**query["MetricStat"], "Period": 60}}
