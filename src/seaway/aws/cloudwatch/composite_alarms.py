"""Composite alarms: other alarms' states joined by a rule."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.cloudwatch.alarms import note_change, tags_of
from seaway.aws.cloudwatch.errors import ValidationError
from seaway.aws.operation import operation
from seaway.core.alarm import Alarm
from seaway.core.alarm_rule import BadRule, alarms_in
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import cloudwatch as shapes

_NOT_BUILT = (
    "ActionsSuppressor",
    "ActionsSuppressorWaitPeriod",
    "ActionsSuppressorExtensionPeriod",
    "ActionConfiguration",
)


@operation("cloudwatch")
def put_composite_alarm(
    tx: Transaction, call: Call, request: shapes.PutCompositeAlarmInput
) -> None:
    """Looked at every ten seconds; it has no actions here, but events tell of it."""
    for name in _NOT_BUILT:
        if name in request:
            raise ValidationError(f"The parameter {name} is not built in Seaway.")
    for name in ("OKActions", "AlarmActions", "InsufficientDataActions"):
        if request.get(name):
            raise ValidationError(
                f"The parameter {name} of a composite alarm is not built in Seaway: an EventBridge "
                "rule on 'CloudWatch Alarm State Change' can do what it should."
            )
    arn = call.arn("cloudwatch", f"alarm:{request['AlarmName']}")
    there = tx.find(Alarm, arn)
    if there is not None and there.rule is None:
        raise ValidationError(f"There is a metric alarm of the name {there.name} already.")
    _check(tx, call, arn, request["AlarmRule"])
    description = request.get("AlarmDescription")
    now = call.moment.now
    fresh = Alarm(
        arn=arn,
        name=request["AlarmName"],
        account=call.account,
        region=call.region,
        updated_at=now,
        state_at=now,
        told_at=now,
        tags=tags_of(request.get("Tags", [])),
    )
    alarm = replace(
        there or fresh,
        updated_at=now,
        actions_enabled=request.get("ActionsEnabled", True),
        settings=json.dumps({} if description is None else {"AlarmDescription": description}),
        rule=request["AlarmRule"],
    )
    tx.put(alarm)
    note_change(tx, call, alarm, "updated" if there else "created", "Update" if there else "Create")


def _check(tx: Transaction, call: Call, arn: str, rule: str) -> None:
    try:
        names = alarms_in(rule)
    except BadRule as error:
        raise ValidationError(f"AlarmRule is not valid: {error}") from error
    for name in names:
        other = name if name.startswith("arn:") else call.arn("cloudwatch", f"alarm:{name}")
        if other == arn or tx.find(Alarm, other) is None:
            raise ValidationError(f"AlarmRule is not valid: there is no other alarm {name}.")
