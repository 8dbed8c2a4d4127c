"""Scheduled actions: new bounds at set times."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from seaway.aws.applicationautoscaling.errors import (
    LimitExceededException,
    ObjectNotFoundException,
    ValidationException,
)
from seaway.aws.applicationautoscaling.lookup import (
    asked_service,
    service_of,
    shown_page,
    target_of,
)
from seaway.aws.call import Call
from seaway.aws.instants import instant
from seaway.aws.operation import operation
from seaway.core.names import place_of
from seaway.core.scaling import DIMENSION, ScheduledScaling, resource_of
from seaway.core.schedule import At, BadSchedule, next_firing, schedule_of
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import applicationautoscaling as shapes

MOST_ACTIONS = 200
"""Per target (quota)."""


@operation("application-autoscaling")
def put_scheduled_action(
    tx: Transaction, call: Call, request: shapes.PutScheduledActionRequest
) -> shapes.PutScheduledActionResponse:
    """at(…), rate(…) or cron(…) in a time zone; what never fires again is taken away by itself."""
    target = target_of(tx, service_of(call, request))
    there = _action(tx, target.service, request["ScheduledActionName"])
    if there is None and len(tx.where(ScheduledScaling, service=target.service)) >= MOST_ACTIONS:
        raise LimitExceededException(f"A target can have at most {MOST_ACTIONS} scheduled actions.")
    action = _changed(call, there or _fresh(call, target.service, request), request)
    _check(call, action)
    tx.put(action)
    return {}


@operation("application-autoscaling")
def delete_scheduled_action(
    tx: Transaction, call: Call, request: shapes.DeleteScheduledActionRequest
) -> shapes.DeleteScheduledActionResponse:
    """The bounds stay as they are."""
    action = _action(tx, service_of(call, request), request["ScheduledActionName"])
    if action is None:
        raise ObjectNotFoundException(
            f"No scheduled action found for service namespace: ecs, resource ID: "
            f"{request['ResourceId']}, scalable dimension: {DIMENSION}, scheduled action name: "
            f"{request['ScheduledActionName']}"
        )
    tx.drop(action)
    return {}


@operation("application-autoscaling")
def describe_scheduled_actions(
    tx: Transaction, call: Call, request: shapes.DescribeScheduledActionsRequest
) -> shapes.DescribeScheduledActionsResponse:
    """Those that are still to come."""
    service, names = asked_service(call, request), request.get("ScheduledActionNames")
    found = [
        action
        for action in tx.where(ScheduledScaling)
        if place_of(action.service) == call.place
        and service in (None, action.service)
        and (not names or action.name in names)
    ]
    shown, token = shown_page(found, request, f"DescribeScheduledActions {service} {names}")
    answer: shapes.DescribeScheduledActionsResponse = {
        "ScheduledActions": [_rendered(action) for action in shown]
    }
    if token is not None:
        answer["NextToken"] = token
    return answer


def _action(tx: Transaction, service: str, name: str) -> ScheduledScaling | None:
    found = (one for one in tx.where(ScheduledScaling, service=service) if one.name == name)
    return next(found, None)


def _fresh(call: Call, service: str, request: shapes.PutScheduledActionRequest) -> ScheduledScaling:
    name = request["ScheduledActionName"]
    for needed in ("Schedule", "ScalableTargetAction"):
        if needed not in request:
            raise ValidationException(f"{needed} must be given for a new scheduled action.")
    resource = f"resource/ecs/{resource_of(service)}:scheduledActionName/{name}"
    return ScheduledScaling(
        arn=call.arn("autoscaling", f"scheduledAction:{call.moment.uuid()}:{resource}"),
        name=name,
        service=service,
        schedule=request["Schedule"],
        created_at=call.moment.now,
    )


def _changed(
    call: Call, action: ScheduledScaling, request: shapes.PutScheduledActionRequest
) -> ScheduledScaling:
    bounds = request.get("ScalableTargetAction")
    if bounds is not None:
        action = replace(
            action, minimum=bounds.get("MinCapacity"), maximum=bounds.get("MaxCapacity")
        )
    start, end = request.get("StartTime"), request.get("EndTime")
    return replace(
        action,
        schedule=request.get("Schedule", action.schedule),
        zone=request.get("Timezone", action.zone),
        start=_second(start) if start else action.start,
        end=_second(end) if end else action.end,
        done_until=call.moment.now,
    )


def _second(time: datetime) -> float:
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()


def _check(call: Call, action: ScheduledScaling) -> None:
    if action.minimum is None and action.maximum is None:
        raise ValidationException(
            "ScalableTargetAction must have a MinCapacity, a MaxCapacity or both."
        )
    low, high = action.minimum or 0, action.maximum
    if low < 0 or (high is not None and high < low):
        raise ValidationException(
            "Maximum capacity cannot be less than minimum capacity, nor either of them negative."
        )
    if action.start is not None and action.end is not None and action.end <= action.start:
        raise ValidationException("EndTime must be later than StartTime.")
    try:
        if isinstance(schedule_of(action.schedule), At) and action.start is not None:
            raise ValidationException("StartTime can't be given with an at expression.")
        found = next_firing(action.schedule, action.zone, call.moment.now, action.created_at)
    except BadSchedule as error:
        raise ValidationException(f"Invalid Schedule or Timezone: {error}") from error
    if found is None:
        raise ValidationException(f"Schedule {action.schedule} is in the past.")


def _rendered(action: ScheduledScaling) -> shapes.ScheduledAction:
    bounds: shapes.ScalableTargetAction = {}
    if action.minimum is not None:
        bounds["MinCapacity"] = action.minimum
    if action.maximum is not None:
        bounds["MaxCapacity"] = action.maximum
    shown: shapes.ScheduledAction = {
        "ScheduledActionName": action.name,
        "ScheduledActionARN": action.arn,
        "ServiceNamespace": "ecs",
        "Schedule": action.schedule,
        "ResourceId": resource_of(action.service),
        "ScalableDimension": DIMENSION,
        "ScalableTargetAction": bounds,
        "CreationTime": instant(action.created_at),
    }
    if action.zone is not None:
        shown["Timezone"] = action.zone
    if action.start is not None:
        shown["StartTime"] = instant(action.start)
    if action.end is not None:
        shown["EndTime"] = instant(action.end)
    return shown
