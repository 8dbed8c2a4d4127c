"""Alarms and their stories, shown."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from seaway.aws.call import Call
from seaway.aws.cloudwatch import parse
from seaway.aws.cloudwatch.alarms import alarms_here
from seaway.aws.cloudwatch.errors import InvalidNextToken, ValidationError
from seaway.aws.instants import instant
from seaway.aws.operation import operation
from seaway.aws.paging import BadToken, page
from seaway.core.alarm import Alarm, AlarmHistory
from seaway.core.alarm_rule import alarms_in
from seaway.core.names import place_of
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import cloudwatch as shapes

DEFAULT_RECORDS = 50
HISTORY_RECORDS = 100


@operation("cloudwatch")
def describe_alarms(
    tx: Transaction, call: Call, request: shapes.DescribeAlarmsInput
) -> shapes.DescribeAlarmsOutput:
    """By name; metric alarms unless AlarmTypes says otherwise. There are no log alarms here."""
    names, prefix = request.get("AlarmNames"), request.get("AlarmNamePrefix")
    if names and prefix:
        raise ValidationError("AlarmNames and AlarmNamePrefix cannot be specified together.")
    family = _family(tx, call, request)
    types = request.get("AlarmTypes") or (
        ["MetricAlarm"] if family is None else ["MetricAlarm", "CompositeAlarm"]
    )
    state, action = request.get("StateValue"), request.get("ActionPrefix")
    found = [
        alarm
        for alarm in alarms_here(tx, call)
        if alarm.kind in types
        and (family is None or alarm.name in family)
        and (not names or alarm.name in names)
        and (not prefix or alarm.name.startswith(prefix))
        and (not state or alarm.state == state)
        and (not action or any(one.startswith(action) for one in _all_actions(alarm)))
    ]
    scope = f"DescribeAlarms {names} {prefix} {types} {state} {action} {family}"
    shown, token = _page(found, request, DEFAULT_RECORDS, scope)
    answer: shapes.DescribeAlarmsOutput = {
        "MetricAlarms": [render_alarm(alarm) for alarm in shown if alarm.rule is None],
        "CompositeAlarms": [render_composite(alarm) for alarm in shown if alarm.rule is not None],
    }
    if token is not None:
        answer["NextToken"] = token
    return answer


@operation("cloudwatch")
def describe_alarms_for_metric(
    tx: Transaction, call: Call, request: shapes.DescribeAlarmsForMetricInput
) -> shapes.DescribeAlarmsForMetricOutput:
    """Alarms that watch just this metric; those with expressions are not among them."""
    wanted: Mapping[str, Any] = request
    dimensions = parse.dimensions(request.get("Dimensions", ()), "Dimensions")
    found = []
    for alarm in alarms_here(tx, call):
        if alarm.rule is not None:
            continue
        settings = json.loads(alarm.settings)
        names = ("MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Period", "Unit")
        same = all(settings.get(n) == wanted[n] for n in names if n in wanted)
        if same and parse.dimensions(settings.get("Dimensions", ()), "Dimensions") == dimensions:
            found.append(render_alarm(alarm))
    return {"MetricAlarms": found}


@operation("cloudwatch")
def describe_alarm_history(
    tx: Transaction, call: Call, request: shapes.DescribeAlarmHistoryInput
) -> shapes.DescribeAlarmHistoryOutput:
    """Kept for 30 days, also of alarms that are gone; newest first unless asked otherwise."""
    if "AlarmContributorId" in request:
        raise ValidationError("The parameter AlarmContributorId is not built in Seaway.")
    name, kind = request.get("AlarmName"), request.get("HistoryItemType")
    types = request.get("AlarmTypes") or ["MetricAlarm", "CompositeAlarm"]
    start, end = request.get("StartDate"), request.get("EndDate")
    found = [
        item
        for item in tx.where(AlarmHistory)
        if place_of(item.alarm) == call.place
        and item.type in types
        and (name is None or item.name == name)
        and (kind is None or item.kind == kind)
        and (start is None or item.at >= parse.second(start))
        and (end is None or item.at <= parse.second(end))
    ]
    ascending = request.get("ScanBy") == "TimestampAscending"
    found.sort(key=lambda item: item.at, reverse=not ascending)
    scope = f"DescribeAlarmHistory {name} {kind} {types} {start} {end} {ascending}"
    shown, token = _page(found, request, HISTORY_RECORDS, scope)
    answer: shapes.DescribeAlarmHistoryOutput = {
        "AlarmHistoryItems": [
            {
                "AlarmName": item.name,
                "AlarmType": item.type,
                "Timestamp": instant(item.at),
                "HistoryItemType": item.kind,
                "HistorySummary": item.summary,
                "HistoryData": item.data,
            }
            for item in shown
        ]
    }
    if token is not None:
        answer["NextToken"] = token
    return answer


def _family(tx: Transaction, call: Call, request: shapes.DescribeAlarmsInput) -> set[str] | None:
    """The names of an alarm's children, those its rule asks, or of its parents, which ask it."""
    child_of, parent_of = request.get("ChildrenOfAlarmName"), request.get("ParentsOfAlarmName")
    if child_of is None and parent_of is None:
        return None
    if child_of is not None and parent_of is not None:
        raise ValidationError(
            "ChildrenOfAlarmName and ParentsOfAlarmName cannot be specified together."
        )
    asked = {
        alarm.name: {name.rsplit("alarm:", 1)[-1] for name in alarms_in(alarm.rule)}
        for alarm in alarms_here(tx, call)
        if alarm.rule is not None
    }
    if child_of is not None:
        return asked.get(child_of, set())
    return {name for name, names in asked.items() if parent_of in names}


def render_composite(alarm: Alarm) -> shapes.CompositeAlarm:
    """A composite alarm as answers show it."""
    shown: shapes.CompositeAlarm = {
        "AlarmName": alarm.name,
        "AlarmArn": alarm.arn,
        "AlarmConfigurationUpdatedTimestamp": instant(alarm.updated_at),
        "ActionsEnabled": alarm.actions_enabled,
        "OKActions": [],
        "AlarmActions": [],
        "InsufficientDataActions": [],
        "AlarmRule": alarm.rule or "",
        "StateValue": alarm.state.value,
        "StateReason": alarm.state_reason,
        "StateUpdatedTimestamp": instant(alarm.state_at),
        "StateTransitionedTimestamp": instant(alarm.state_at),
        **json.loads(alarm.settings),  # type: ignore[typeddict-item]
    }
    if alarm.state_data is not None:
        shown["StateReasonData"] = alarm.state_data
    return shown


def render_alarm(alarm: Alarm) -> shapes.MetricAlarm:
    """An alarm as answers show it."""
    settings: dict[str, Any] = json.loads(alarm.settings)
    if "Metrics" not in settings:
        settings.setdefault("Dimensions", [])
    shown: shapes.MetricAlarm = {
        "AlarmName": alarm.name,
        "AlarmArn": alarm.arn,
        "AlarmConfigurationUpdatedTimestamp": instant(alarm.updated_at),
        "ActionsEnabled": alarm.actions_enabled,
        "OKActions": list(alarm.ok_actions),
        "AlarmActions": list(alarm.alarm_actions),
        "InsufficientDataActions": list(alarm.insufficient_actions),
        "StateValue": alarm.state.value,
        "StateReason": alarm.state_reason,
        "StateUpdatedTimestamp": instant(alarm.state_at),
        "StateTransitionedTimestamp": instant(alarm.state_at),
        **settings,  # type: ignore[typeddict-item]
    }
    if alarm.state_data is not None:
        shown["StateReasonData"] = alarm.state_data
    return shown


def _all_actions(alarm: Alarm) -> tuple[str, ...]:
    return alarm.ok_actions + alarm.alarm_actions + alarm.insufficient_actions


def _page(found: list[Any], request: Any, most: int, scope: str) -> tuple[Any, str | None]:
    try:
        return page(found, request.get("NextToken"), request.get("MaxRecords", most), scope)
    except BadToken as error:
        raise InvalidNextToken("The specified nextToken is invalid.") from error
