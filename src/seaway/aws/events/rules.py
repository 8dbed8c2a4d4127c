"""Rules: which events, or which times, lead to targets."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from seaway.aws.call import Call
from seaway.aws.events.errors import (
    InvalidEventPatternException,
    LimitExceededException,
    ValidationException,
    not_built,
)
from seaway.aws.events.lookup import (
    existing_bus,
    existing_rule,
    name_of,
    rule_arn,
    shown_page,
    tags_of,
)
from seaway.aws.operation import operation
from seaway.core.bus import DEFAULT_BUS, EventRule, EventTarget
from seaway.core.event_pattern import BadPattern, pattern_of
from seaway.core.schedule import At, BadSchedule, schedule_of
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import events as shapes

MOST_RULES = 300
"""Per bus (quota)."""


@operation("events")
def put_rule(tx: Transaction, call: Call, request: shapes.PutRuleRequest) -> shapes.PutRuleResponse:
    """A rule of a pattern, of a schedule, or of both; what is not given again is gone."""
    bus = existing_bus(tx, call, request.get("EventBusName"))
    pattern, schedule = request.get("EventPattern"), request.get("ScheduleExpression")
    _check(bus, pattern, schedule)
    state = request.get("State", "ENABLED")
    if state not in ("ENABLED", "DISABLED"):
        raise not_built(f"State {state}")
    arn = rule_arn(call, bus, request["Name"])
    there = tx.find(EventRule, arn)
    if there is None and len(tx.where(EventRule, bus=bus)) >= MOST_RULES:
        raise LimitExceededException("The requested resource exceeds the maximum number allowed.")
    fresh = EventRule(
        arn=arn,
        name=request["Name"],
        bus=bus,
        created_at=call.moment.now,
        account=call.account,
        tags=tags_of(request.get("Tags", [])),  # type: ignore[arg-type]
        fired_until=call.moment.now,
    )
    rule = replace(
        # AWS: the tags of a rule that is there stay as they are.
        there or fresh,
        pattern=pattern,
        schedule=schedule,
        enabled=state == "ENABLED",
        description=request.get("Description"),
        role=request.get("RoleArn"),
    )
    if there is not None and (there.schedule, there.enabled) != (rule.schedule, rule.enabled):
        rule = replace(rule, fired_until=call.moment.now)
    tx.put(rule)
    return {"RuleArn": arn}


@operation("events")
def delete_rule(tx: Transaction, call: Call, request: shapes.DeleteRuleRequest) -> None:
    """A rule without targets; one that is not there is no error. Force is for AWS's own rules."""
    bus = existing_bus(tx, call, request.get("EventBusName"))
    rule = tx.find(EventRule, rule_arn(call, bus, request["Name"]))
    if rule is None:
        return
    if tx.where(EventTarget, rule=rule.arn):
        raise ValidationException("Rule can't be deleted since it has targets.")
    tx.drop(rule)


@operation("events")
def describe_rule(
    tx: Transaction, call: Call, request: shapes.DescribeRuleRequest
) -> shapes.DescribeRuleResponse:
    """Without its targets: ListTargetsByRule has them."""
    bus = existing_bus(tx, call, request.get("EventBusName"))
    rule = existing_rule(tx, call, bus, request["Name"])
    return {**_rendered(rule), "CreatedBy": rule.account}


@operation("events")
def list_rules(
    tx: Transaction, call: Call, request: shapes.ListRulesRequest
) -> shapes.ListRulesResponse:
    """A bus's rules by name."""
    bus = existing_bus(tx, call, request.get("EventBusName"))
    prefix = request.get("NamePrefix", "")
    found = sorted(
        (rule for rule in tx.where(EventRule, bus=bus) if rule.name.startswith(prefix)),
        key=lambda rule: rule.name,
    )
    shown, token = shown_page(found, request, f"ListRules {bus} {prefix}")
    answer: shapes.ListRulesResponse = {"Rules": [_rendered(rule) for rule in shown]}
    if token is not None:
        answer["NextToken"] = token
    return answer


@operation("events")
def enable_rule(tx: Transaction, call: Call, request: shapes.EnableRuleRequest) -> None:
    """Its schedule goes on from now; what it missed stays missed."""
    _switch(tx, call, request, True)


@operation("events")
def disable_rule(tx: Transaction, call: Call, request: shapes.DisableRuleRequest) -> None:
    """It matches and fires no more."""
    _switch(tx, call, request, False)


@operation("events")
def list_rule_names_by_target(
    tx: Transaction, call: Call, request: shapes.ListRuleNamesByTargetRequest
) -> shapes.ListRuleNamesByTargetResponse:
    """The rules of a bus that lead to a target."""
    bus = existing_bus(tx, call, request.get("EventBusName"))
    found = [
        rule.name
        for rule in tx.where(EventRule, bus=bus)
        if any(one.arn == request["TargetArn"] for one in tx.where(EventTarget, rule=rule.arn))
    ]
    scope = f"ListRuleNamesByTarget {bus} {request['TargetArn']}"
    shown, token = shown_page(found, request, scope)
    answer: shapes.ListRuleNamesByTargetResponse = {"RuleNames": list(shown)}
    if token is not None:
        answer["NextToken"] = token
    return answer


def _switch(tx: Transaction, call: Call, request: Any, enabled: bool) -> None:
    bus = existing_bus(tx, call, request.get("EventBusName"))
    rule = existing_rule(tx, call, bus, request["Name"])
    if rule.enabled is not enabled:
        tx.put(replace(rule, enabled=enabled, fired_until=call.moment.now))


def _check(bus: str, pattern: str | None, schedule: str | None) -> None:
    if not pattern and not schedule:
        raise ValidationException(
            "Parameter(s) EventPattern or ScheduleExpression must be specified."
        )
    if schedule is not None:
        if name_of(bus) != DEFAULT_BUS:
            raise ValidationException(
                "ScheduleExpression is supported only on the default event bus."
            )
        try:
            found = schedule_of(schedule)
        except BadSchedule as error:
            raise ValidationException(
                f"Parameter ScheduleExpression is not valid. {error}"
            ) from error
        if isinstance(found, At):
            raise ValidationException(
                "Parameter ScheduleExpression is not valid: at(…) is for EventBridge Scheduler."
            )
    if pattern is not None:
        try:
            pattern_of(pattern)
        except BadPattern as error:
            raise InvalidEventPatternException(
                f"Event pattern is not valid. Reason: {error}"
            ) from error


def _rendered(rule: EventRule) -> shapes.Rule:
    shown: shapes.Rule = {
        "Name": rule.name,
        "Arn": rule.arn,
        "State": "ENABLED" if rule.enabled else "DISABLED",
        "EventBusName": name_of(rule.bus),
    }
    if rule.pattern is not None:
        shown["EventPattern"] = rule.pattern
    if rule.schedule is not None:
        shown["ScheduleExpression"] = rule.schedule
    if rule.description is not None:
        shown["Description"] = rule.description
    if rule.role is not None:
        shown["RoleArn"] = rule.role
    return shown
