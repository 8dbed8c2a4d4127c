"""AWS::Events and AWS::Scheduler resources."""

from __future__ import annotations

from typing import Any

from seaway.reconcile.stack_types.kinds import (
    Kind,
    Made,
    Properties,
    Work,
    as_json,
    listed,
    unchanged,
)


def _put_rule(work: Work, name: str, old: Properties) -> str:
    rest = work.without("Name", "Targets", "EventPattern", "Tags")
    if "EventPattern" in work.properties:
        rest["EventPattern"] = as_json(work.get("EventPattern"))
    arn = work("events", "PutRule", Name=name, Tags=work.tags(), **rest)["RuleArn"]
    work.there(name)
    bus = work.some("EventBusName")
    wanted = listed(work.get("Targets"))
    kept = {one["Id"] for one in wanted}
    gone = [one["Id"] for one in listed(old.get("Targets")) if one["Id"] not in kept]
    if gone:
        work("events", "RemoveTargets", Rule=name, Ids=gone, **bus)
    if wanted:
        targets = [_bus_target(one) for one in wanted]
        work("events", "PutTargets", Rule=name, Targets=targets, **bus)
    return str(arn)


def _bus_target(given: dict[str, Any]) -> dict[str, Any]:
    """Templates write AwsVpcConfiguration and TagList where the API has other words."""
    target = dict(given)
    if "EcsParameters" in target:
        parameters = dict(target["EcsParameters"])
        if "TagList" in parameters:
            parameters["Tags"] = parameters.pop("TagList")
        if "PlacementStrategies" in parameters:
            parameters["PlacementStrategy"] = parameters.pop("PlacementStrategies")
        target["EcsParameters"] = parameters
    return target


def _create_rule(work: Work) -> Made:
    name = work.name("Name", 64)
    return Made(name, {"Arn": _put_rule(work, name, {})})


def _update_rule(work: Work, old: Properties) -> Made:
    _put_rule(work, work.physical, old)
    return unchanged(work)


def _delete_rule(work: Work) -> None:
    bus = work.some("EventBusName")
    shown = work("events", "ListTargetsByRule", Rule=work.physical, **bus)["Targets"]
    if shown:
        ids = [one["Id"] for one in shown]
        work("events", "RemoveTargets", Rule=work.physical, Ids=ids, **bus)
    work("events", "DeleteRule", Name=work.physical, **bus)


RULE = Kind(
    create=_create_rule,
    update=_update_rule,
    mutable=frozenset(
        {"Description", "EventPattern", "RoleArn", "ScheduleExpression", "State", "Targets"}
    ),
    delete=_delete_rule,
)


def _create_bus(work: Work) -> Made:
    arn = work("events", "CreateEventBus", Tags=work.tags(), **work.without("Tags"))["EventBusArn"]
    return Made(work.need("Name"), {"Arn": arn, "Name": work.need("Name")})


EVENT_BUS = Kind(
    create=_create_bus,
    delete=lambda work: work("events", "DeleteEventBus", Name=work.physical),
)


def _create_schedule(work: Work) -> Made:
    name = work.name("Name", 64)
    made = work("scheduler", "CreateSchedule", Name=name, **work.without("Name"))
    return Made(name, {"Arn": made["ScheduleArn"]})


def _update_schedule(work: Work, old: Properties) -> Made:
    work("scheduler", "UpdateSchedule", Name=work.physical, **work.without("Name"))
    return unchanged(work)


SCHEDULE = Kind(
    create=_create_schedule,
    update=_update_schedule,
    mutable=frozenset(
        {
            "Description",
            "EndDate",
            "FlexibleTimeWindow",
            "KmsKeyArn",
            "ScheduleExpression",
            "ScheduleExpressionTimezone",
            "StartDate",
            "State",
            "Target",
        }
    ),
    delete=lambda work: work(
        "scheduler", "DeleteSchedule", Name=work.physical, **work.some("GroupName")
    ),
)

SCHEDULE_GROUP = Kind(
    create=lambda work: _made_group(work, work.name("Name", 64)),
    delete=lambda work: work("scheduler", "DeleteScheduleGroup", Name=work.physical),
)


def _made_group(work: Work, name: str) -> Made:
    made = work("scheduler", "CreateScheduleGroup", Name=name, Tags=work.tags())
    return Made(name, {"Arn": made["ScheduleGroupArn"]})


TYPES = {
    "AWS::Events::Rule": RULE,
    "AWS::Events::EventBus": EVENT_BUS,
    "AWS::Scheduler::Schedule": SCHEDULE,
    "AWS::Scheduler::ScheduleGroup": SCHEDULE_GROUP,
}
