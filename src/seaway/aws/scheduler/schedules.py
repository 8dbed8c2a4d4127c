"""Schedules made, changed, shown and deleted; the loop fires them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from seaway.aws.call import Call, here
from seaway.aws.instants import instant
from seaway.aws.operation import operation
from seaway.aws.scheduler.errors import ConflictException
from seaway.aws.scheduler.lookup import (
    existing_group,
    existing_schedule,
    group_arn,
    schedule_arn,
    shown_page,
)
from seaway.aws.scheduler.settings import check_schedule, check_target
from seaway.core.names import last_part
from seaway.core.scheduler import DEFAULT_GROUP, ScheduledCall
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import scheduler as shapes


@operation("scheduler")
def create_schedule(
    tx: Transaction, call: Call, request: shapes.CreateScheduleInput
) -> shapes.CreateScheduleOutput:
    """A rate without a start date fires at once; a client token given again makes nothing."""
    group = existing_group(tx, call, request.get("GroupName") or DEFAULT_GROUP)
    arn = schedule_arn(call, group.name, request["Name"])
    there = tx.find(ScheduledCall, arn)
    if there is not None:
        token = request.get("ClientToken")
        if token is not None and token == there.client_token:
            return {"ScheduleArn": arn}
        raise ConflictException(f"Schedule {request['Name']} already exists.")
    check_schedule(request)
    check_target(call, request["Target"])
    tx.put(_wanted(call, group.arn, arn, request))
    return {"ScheduleArn": arn}


@operation("scheduler")
def update_schedule(
    tx: Transaction, call: Call, request: shapes.UpdateScheduleInput
) -> shapes.UpdateScheduleOutput:
    """Everything is replaced: what is not given has its default again."""
    there = existing_schedule(tx, call, request)
    check_schedule(request)
    check_target(call, request["Target"])
    tx.put(_wanted(call, there.group, there.arn, request, there))
    return {"ScheduleArn": there.arn}


@operation("scheduler")
def get_schedule(
    tx: Transaction, call: Call, request: shapes.GetScheduleInput
) -> shapes.GetScheduleOutput:
    """As it was last put."""
    found = existing_schedule(tx, call, request)
    window: shapes.FlexibleTimeWindow = {"Mode": "OFF"}
    if found.window is not None:
        window = {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": found.window}
    shown: shapes.GetScheduleOutput = {
        "Arn": found.arn,
        "GroupName": last_part(found.group),
        "Name": found.name,
        "ScheduleExpression": found.schedule,
        "ScheduleExpressionTimezone": found.zone or "UTC",
        "State": _state(found),
        "Target": json.loads(found.target),
        "FlexibleTimeWindow": window,
        "CreationDate": instant(found.created_at),
        "LastModificationDate": instant(found.updated_at),
        "ActionAfterCompletion": "DELETE" if found.deletes else "NONE",
    }
    if found.start is not None:
        shown["StartDate"] = instant(found.start)
    if found.end is not None:
        shown["EndDate"] = instant(found.end)
    if found.description is not None:
        shown["Description"] = found.description
    return shown


@operation("scheduler")
def delete_schedule(
    tx: Transaction, call: Call, request: shapes.DeleteScheduleInput
) -> shapes.DeleteScheduleOutput:
    """What it has begun already goes on."""
    tx.drop(existing_schedule(tx, call, request))
    return {}


@operation("scheduler")
def list_schedules(
    tx: Transaction, call: Call, request: shapes.ListSchedulesInput
) -> shapes.ListSchedulesOutput:
    """Of all groups unless one is named, by name."""
    group, prefix = request.get("GroupName"), request.get("NamePrefix", "")
    state = request.get("State")
    if group is not None:
        existing_group(tx, call, group)
    found = sorted(
        (
            one
            for one in here(call, tx.where(ScheduledCall))
            if (group is None or one.group == group_arn(call, group))
            and one.name.startswith(prefix)
            and state in (None, _state(one))
        ),
        key=lambda one: (one.name, one.arn),
    )
    shown, token = shown_page(found, request, f"ListSchedules {group} {prefix} {state}")
    answer: shapes.ListSchedulesOutput = {"Schedules": [_summary(one) for one in shown]}
    if token is not None:
        answer["NextToken"] = token
    return answer


def _wanted(
    call: Call, group: str, arn: str, request: Any, there: ScheduledCall | None = None
) -> ScheduledCall:
    now = call.moment.now
    start, end = request.get("StartDate"), request.get("EndDate")
    schedule = request["ScheduleExpression"]
    same = there is not None and there.schedule == schedule
    began = there.began_at if there is not None and same else now
    return ScheduledCall(
        arn=arn,
        name=request["Name"],
        group=group,
        schedule=schedule,
        created_at=there.created_at if there else now,
        updated_at=now,
        target=json.dumps(request["Target"], sort_keys=True),
        zone=request.get("ScheduleExpressionTimezone"),
        start=_second(start) if start else None,
        end=_second(end) if end else None,
        enabled=request.get("State", "ENABLED") == "ENABLED",
        description=request.get("Description"),
        window=request["FlexibleTimeWindow"].get("MaximumWindowInMinutes"),
        deletes=request.get("ActionAfterCompletion") == "DELETE",
        client_token=request.get("ClientToken"),
        began_at=began,
        # A rate that begins now has its first firing now; all else is later than now.
        fired_until=now - 0.001 if began == now and schedule.startswith("rate(") else now,
    )


def _second(time: datetime) -> float:
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()


def _state(call: ScheduledCall) -> str:
    return "ENABLED" if call.enabled else "DISABLED"


def _summary(found: ScheduledCall) -> shapes.ScheduleSummary:
    return {
        "Arn": found.arn,
        "Name": found.name,
        "GroupName": last_part(found.group),
        "State": _state(found),
        "CreationDate": instant(found.created_at),
        "LastModificationDate": instant(found.updated_at),
        "Target": {"Arn": json.loads(found.target)["Arn"]},
    }
