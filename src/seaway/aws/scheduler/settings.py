"""What a schedule and its target may say, checked as AWS does."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from seaway.aws.call import Call
from seaway.aws.scheduler.errors import ValidationException, not_built
from seaway.core.names import place_of
from seaway.core.schedule import BadSchedule, schedule_of, zone_of

_NOT_BUILT = (
    "DeadLetterConfig",
    "EventBridgePutEventsV2Parameters",
    "EventBridgePutRawEventsParameters",
    "KinesisParameters",
    "SageMakerPipelineParameters",
    "SqsParameters",
)
_UNIVERSAL = re.compile(r"arn:aws:scheduler:::aws-sdk:ecs:(\w+)")
ECS_CALLS = ("runTask", "startTask", "stopTask", "updateService")
"""What a universal target may ask of ECS."""
_RESOURCES = {"ecs": "cluster/", "lambda": "function:", "events": "event-bus/"}


def check_schedule(request: Mapping[str, Any]) -> None:
    """Raises ValidationException for an expression, zone or window that is none."""
    if "KmsKeyArn" in request:
        raise not_built("KmsKeyArn")
    try:
        schedule_of(request["ScheduleExpression"])
    except BadSchedule as error:
        raise ValidationException(f"Invalid Schedule Expression: {error}") from error
    try:
        zone_of(request.get("ScheduleExpressionTimezone"))
    except BadSchedule as error:
        raise ValidationException(f"Invalid ScheduleExpressionTimezone: {error}") from error
    window = request["FlexibleTimeWindow"]
    if (window["Mode"] == "FLEXIBLE") is not ("MaximumWindowInMinutes" in window):
        raise ValidationException(
            "MaximumWindowInMinutes must be given with the FlexibleTimeWindow Mode FLEXIBLE, and "
            "only then."
        )
    start, end = request.get("StartDate"), request.get("EndDate")
    if start and end and end <= start:
        raise ValidationException("The EndDate must come after the StartDate.")


def check_target(call: Call, target: Mapping[str, Any]) -> None:
    """Raises ValidationException, which names the member."""
    for name in _NOT_BUILT:
        if name in target:
            raise not_built(f"Target.{name}")
    service = _service(call, target["Arn"])
    for name, owner in (("EcsParameters", "ecs"), ("EventBridgeParameters", "events")):
        if (name in target) is not (service == owner):
            given = "must be given for" if service == owner else "is not valid for"
            raise ValidationException(f"{name} {given} the target {target['Arn']}.")
    if service in ("scheduler", "events", "lambda"):
        _check_input(target, service)


def _service(call: Call, arn: str) -> str:
    universal = _UNIVERSAL.fullmatch(arn)
    if universal is not None and universal.group(1) in ECS_CALLS:
        return "scheduler"
    parts = arn.split(":", 5)
    if len(parts) < 6 or parts[0] != "arn":
        raise ValidationException(f"Provided Arn {arn} is not in correct format.")
    known = _RESOURCES.get(parts[2])
    if known is None or not parts[5].startswith(known):
        raise not_built(
            f"The Target.Arn {arn}",
            "targets are ECS clusters, Lambda functions, event buses and "
            f"arn:aws:scheduler:::aws-sdk:ecs:… of {', '.join(ECS_CALLS)}",
        )
    if place_of(arn) != call.place:
        raise not_built(f"A Target.Arn of another account or region, {arn},")
    return parts[2]


def _check_input(target: Mapping[str, Any], service: str) -> None:
    if "Input" not in target:
        if service == "lambda":
            return
        raise ValidationException(f"Input must be given for the target {target['Arn']}.")
    try:
        given = json.loads(target["Input"])
    except ValueError as error:
        raise ValidationException(f"Input is not valid JSON: {error}") from error
    if not isinstance(given, dict) and service != "lambda":
        raise ValidationException("Input must be a JSON object.")
