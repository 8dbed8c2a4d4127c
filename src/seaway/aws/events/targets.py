"""Targets of rules: tasks to run, log groups, functions, and other buses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from seaway.aws.call import Call
from seaway.aws.events.errors import (
    LimitExceededException,
    ResourceNotFoundException,
    ValidationException,
)
from seaway.aws.events.lookup import existing_bus, existing_rule, shown_page
from seaway.aws.events.target_settings import check_target
from seaway.aws.operation import operation
from seaway.core.bus import EventBus, EventTarget
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import events as shapes

MOST_TARGETS = 5
"""Per rule (quota)."""


@operation("events")
def put_targets(
    tx: Transaction, call: Call, request: shapes.PutTargetsRequest
) -> shapes.PutTargetsResponse:
    """All of the request's targets or none; one of the same id is replaced."""
    bus = existing_bus(tx, call, request.get("EventBusName"))
    rule = existing_rule(tx, call, bus, request["Rule"])
    for given in request["Targets"]:
        check_target(call, given)
        if given["Arn"].split(":")[2] == "events":
            _check_bus(tx, call, given["Arn"], bus)
        tx.put(
            EventTarget(
                rule=rule.arn,
                id=given["Id"],
                arn=given["Arn"],
                settings=json.dumps(given, sort_keys=True),
            )
        )
    if len(tx.where(EventTarget, rule=rule.arn)) > MOST_TARGETS:
        raise LimitExceededException("The requested resource exceeds the maximum number allowed.")
    return {"FailedEntryCount": 0, "FailedEntries": []}


@operation("events")
def remove_targets(
    tx: Transaction, call: Call, request: shapes.RemoveTargetsRequest
) -> shapes.RemoveTargetsResponse:
    """By their ids; one that is not there is said to be so."""
    bus = existing_bus(tx, call, request.get("EventBusName"))
    rule = existing_rule(tx, call, bus, request["Rule"])
    failed: list[shapes.RemoveTargetsResultEntry] = []
    for id in request["Ids"]:
        target = tx.find(EventTarget, f"{rule.arn}|{id}")
        if target is not None:
            tx.drop(target)
            continue
        said = f"Rule {rule.name} does not have a target with the Id {id}."
        failed.append(
            {"TargetId": id, "ErrorCode": "ResourceNotFoundException", "ErrorMessage": said}
        )
    return {"FailedEntryCount": len(failed), "FailedEntries": failed}


@operation("events")
def list_targets_by_rule(
    tx: Transaction, call: Call, request: shapes.ListTargetsByRuleRequest
) -> shapes.ListTargetsByRuleResponse:
    """As they were put."""
    bus = existing_bus(tx, call, request.get("EventBusName"))
    rule = existing_rule(tx, call, bus, request["Rule"])
    found: list[Any] = [json.loads(one.settings) for one in tx.where(EventTarget, rule=rule.arn)]
    shown, token = shown_page(found, request, f"ListTargetsByRule {rule.arn}")
    answer: shapes.ListTargetsByRuleResponse = {"Targets": list(shown)}
    if token is not None:
        answer["NextToken"] = token
    return answer


def _check_bus(tx: Transaction, call: Call, arn: str, bus: str) -> None:
    if arn == bus:
        raise ValidationException("A rule's target must not be the event bus of the rule.")
    default = call.arn("events", "event-bus/default")
    if arn != default and tx.find(EventBus, arn) is None:
        raise ResourceNotFoundException(
            f"Event bus {arn} does not exist in this account and region, and others can't be "
            "targets in Seaway."
        )
