"""Alarms made, changed and taken away; whether they go off is the alarm reconciler's business."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from seaway.aws.call import Call, here
from seaway.aws.cloudwatch.alarm_settings import settings_of
from seaway.aws.cloudwatch.errors import InvalidFormatFault, ResourceNotFound, ValidationError
from seaway.aws.operation import operation
from seaway.core.alarm import Alarm, AlarmHistory, AlarmState
from seaway.core.names import Tags
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import cloudwatch as shapes

MOST_TAGS = 50
_ACTION_LISTS = ("OKActions", "AlarmActions", "InsufficientDataActions")


@operation("cloudwatch")
def put_metric_alarm(tx: Transaction, call: Call, request: shapes.PutMetricAlarmInput) -> None:
    """Looked at every ten seconds; its actions are scaling policies, and events tell the rest."""
    settings = json.dumps(settings_of(request), sort_keys=True)
    for name in _ACTION_LISTS:
        _check_actions(name, request.get(name, []))  # type: ignore[arg-type]
    arn = call.arn("cloudwatch", f"alarm:{request['AlarmName']}")
    there = tx.find(Alarm, arn)
    if there is not None and there.rule is not None:
        raise ValidationError(f"There is a composite alarm of the name {there.name} already.")
    fresh = Alarm(
        arn=arn,
        name=request["AlarmName"],
        account=call.account,
        region=call.region,
        updated_at=call.moment.now,
        state_at=call.moment.now,
        told_at=call.moment.now,
        tags=tags_of(request.get("Tags", [])),
    )
    alarm = replace(
        # AWS: tags and the state of an alarm that is there stay as they are.
        there or fresh,
        updated_at=call.moment.now,
        actions_enabled=request.get("ActionsEnabled", True),
        ok_actions=tuple(request.get("OKActions", ())),
        alarm_actions=tuple(request.get("AlarmActions", ())),
        insufficient_actions=tuple(request.get("InsufficientDataActions", ())),
        settings=settings,
    )
    tx.put(alarm)
    note_change(tx, call, alarm, "updated" if there else "created", "Update" if there else "Create")


@operation("cloudwatch")
def delete_alarms(tx: Transaction, call: Call, request: shapes.DeleteAlarmsInput) -> None:
    """All of them or, when one is not there, none."""
    for alarm in [_named(tx, call, name) for name in request["AlarmNames"]]:
        tx.drop(alarm)
        note_change(tx, call, alarm, "deleted", "Delete")


@operation("cloudwatch")
def set_alarm_state(tx: Transaction, call: Call, request: shapes.SetAlarmStateInput) -> None:
    """Lasts until the next look at the metric, ten seconds later at most."""
    alarm = _named(tx, call, request["AlarmName"])
    data = request.get("StateReasonData")
    if data is not None:
        try:
            json.loads(data)
        except ValueError as error:
            raise InvalidFormatFault("StateReasonData was not syntactically valid JSON") from error
    tx.put(
        replace(
            alarm,
            state=AlarmState(request["StateValue"]),
            state_reason=request["StateReason"],
            state_data=data,
            state_at=call.moment.now,
        )
    )


@operation("cloudwatch")
def enable_alarm_actions(
    tx: Transaction, call: Call, request: shapes.EnableAlarmActionsInput
) -> None:
    """Names without an alarm are passed over, as on AWS."""
    _switch(tx, call, request["AlarmNames"], True)


@operation("cloudwatch")
def disable_alarm_actions(
    tx: Transaction, call: Call, request: shapes.DisableAlarmActionsInput
) -> None:
    """The alarm goes on changing its state; nothing is done about it."""
    _switch(tx, call, request["AlarmNames"], False)


def tags_of(given: Sequence[Any]) -> Tags:
    """A request's tags, a key once."""
    tags = {one["Key"]: one["Value"] for one in given}
    if len(tags) > MOST_TAGS:
        raise ValidationError(f"An alarm can have at most {MOST_TAGS} tags.")
    return tuple(tags.items())


def alarms_here(tx: Transaction, call: Call) -> list[Alarm]:
    """The caller's alarms, by name."""
    return sorted(here(call, tx.where(Alarm)), key=lambda alarm: alarm.name)


def _named(tx: Transaction, call: Call, name: str) -> Alarm:
    alarm = tx.find(Alarm, call.arn("cloudwatch", f"alarm:{name}"))
    if alarm is None:
        raise ResourceNotFound(f"Alarm {name} not found.")
    return alarm


def _switch(tx: Transaction, call: Call, names: Sequence[str], enabled: bool) -> None:
    for name in names:
        alarm = tx.find(Alarm, call.arn("cloudwatch", f"alarm:{name}"))
        if alarm is not None and alarm.actions_enabled is not enabled:
            tx.put(replace(alarm, actions_enabled=enabled))
            note_change(tx, call, alarm, "updated", "Update")


def _check_actions(name: str, actions: Sequence[str]) -> None:
    if len(set(actions)) < len(actions):
        raise ValidationError(f"The collection {name} must not contain duplicate items.")
    for action in actions:
        parts = action.split(":")
        if len(parts) < 6 or parts[0] != "arn":
            raise ValidationError(f"Invalid arn syntax: {action}")
        if parts[2] != "autoscaling" or parts[5] != "scalingPolicy":
            raise ValidationError(
                f"The action {action} of {name} is not built in Seaway: an alarm's actions are "
                "scaling policies; an EventBridge rule on 'CloudWatch Alarm State Change' can do "
                "others."
            )


def note_change(tx: Transaction, call: Call, alarm: Alarm, done: str, kind: str) -> None:
    """A line of the alarm's story about its configuration."""
    tx.put(
        AlarmHistory(
            id=call.moment.uuid(),
            alarm=alarm.arn,
            name=alarm.name,
            at=call.moment.now,
            type=alarm.kind,
            kind="ConfigurationUpdate",
            summary=f'Alarm "{alarm.name}" {done}'[:255],
            data=json.dumps({"version": "1.0", "type": kind}),
        )
    )
