"""Looks at what alarms watch, and tells of the states they change to."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from seaway.core.alarm import Alarm, AlarmHistory, AlarmState
from seaway.core.alarm_evaluation import Verdict, judge
from seaway.core.alarm_rule import alarms_in, holds
from seaway.core.alarm_watch import Watch, next_look, periods_before, watch_of
from seaway.core.moment import Moment
from seaway.core.names import place_of
from seaway.reconcile.alarm_values import values_of
from seaway.reconcile.announcing import announce
from seaway.reconcile.scaling_wishes import hindrance
from seaway.store.changes import Change
from seaway.store.measuring import BadQuery
from seaway.store.transaction import Transaction


def keys_of(change: Change) -> Iterable[str]:
    """An alarm that is new, watches something else, or was given a state."""
    if change.noun is not Alarm or change.after is None:
        return ()
    old, new = change.before, change.after
    is_other = old is None or (old.settings, old.rule) != (new.settings, new.rule)
    if is_other or new.state is not new.told:
        return (change.key,)
    return ()


def all_keys(tx: Transaction) -> Iterable[str]:
    """Every alarm."""
    return [alarm.arn for alarm in tx.where(Alarm)]


def reconcile(tx: Transaction, key: str, moment: Moment) -> float | None:
    """Look once; a state set by hand is told first, and stays until the next look."""
    alarm = tx.find(Alarm, key)
    if alarm is None:
        return None
    if alarm.state is alarm.told:
        alarm = _looked(tx, alarm, moment)
    if alarm.state is not alarm.told:
        _tell(tx, alarm, moment)
    return next_look(moment.now)


def _looked(tx: Transaction, alarm: Alarm, moment: Moment) -> Alarm:
    if alarm.rule is not None:
        return _composed(tx, alarm, alarm.rule, moment)
    watch = watch_of(alarm.settings)
    times = periods_before(moment.now, watch.period, watch.rule.periods)
    try:
        values = values_of(tx, alarm, watch, times)
    except BadQuery as error:
        verdict = Verdict(state=AlarmState.INSUFFICIENT_DATA, reason=str(error))
    else:
        if values is None:
            return alarm
        verdict = judge([(at, values.points.get(at)) for at in times], watch.rule)
    if verdict.state is None or verdict.state is alarm.state:
        return alarm
    return replace(
        alarm,
        state=verdict.state,
        state_reason=verdict.reason[:1023],
        state_data=json.dumps(_data(alarm, watch, times, verdict, moment)),
        state_at=moment.now,
    )


def _composed(tx: Transaction, alarm: Alarm, rule: str, moment: Moment) -> Alarm:
    """A composite alarm after a look at the others; one that is gone has no state."""
    place = place_of(alarm.arn)

    def found(name: str) -> Alarm | None:
        return tx.find(
            Alarm, name if name.startswith("arn:") else place.arn("cloudwatch", f"alarm:{name}")
        )

    def state_of(name: str) -> AlarmState | None:
        other = found(name)
        return None if other is None else other.state

    state = AlarmState.ALARM if holds(rule, state_of) else AlarmState.OK
    if state is alarm.state:
        return alarm
    others = [other for name in alarms_in(rule) if (other := found(name)) is not None]
    latest = max(others, key=lambda other: other.state_at, default=None)
    reason = "The alarm rule has no alarms."
    if latest is not None:
        day = datetime.fromtimestamp(latest.state_at, UTC).strftime("%A %d %B, %Y %H:%M:%S UTC")
        reason = f"{latest.arn} transitioned to {latest.state} at {day}"
    triggering = [
        {
            "arn": other.arn,
            "state": {"value": other.state.value, "timestamp": _stamp(other.state_at)},
        }
        for other in others
        if other.state is AlarmState.ALARM
    ]
    return replace(
        alarm,
        state=state,
        state_reason=reason,
        state_data=json.dumps({"triggeringAlarms": triggering}),
        state_at=moment.now,
    )


def _data(
    alarm: Alarm, watch: Watch, times: range, verdict: Verdict, moment: Moment
) -> dict[str, Any]:
    """StateReasonData: what the state rests on."""
    settings = json.loads(alarm.settings)
    statistic = settings.get("Statistic") or settings.get("ExtendedStatistic")
    return {
        "version": "1.0",
        "queryDate": _stamp(moment.now),
        **({"startDate": _stamp(verdict.evaluated[-1][0])} if verdict.evaluated else {}),
        **({"statistic": statistic} if statistic else {}),
        **({"unit": settings["Unit"]} if "Unit" in settings else {}),
        "period": watch.period,
        "recentDatapoints": [value for _, value in reversed(verdict.evaluated)],
        "threshold": watch.rule.threshold,
        "evaluatedDatapoints": [
            {"timestamp": _stamp(at), "value": value} for at, value in verdict.evaluated
        ],
    }


def _tell(tx: Transaction, alarm: Alarm, moment: Moment) -> None:
    """History, the actions and EventBridge hear of the state; then it counts as told."""
    tx.put(
        replace(
            alarm,
            told=alarm.state,
            told_reason=alarm.state_reason,
            told_data=alarm.state_data,
            told_at=alarm.state_at,
        )
    )
    old = _history_state(alarm.told, alarm.told_reason, alarm.told_data)
    new = _history_state(alarm.state, alarm.state_reason, alarm.state_data)
    _write(
        tx,
        moment,
        alarm,
        "StateUpdate",
        f"Alarm updated from {alarm.told} to {alarm.state}",
        {"version": "1.0", "oldState": old, "newState": new},
    )
    if alarm.actions_enabled:
        for action in alarm.actions():
            _tell_of_action(tx, alarm, action, moment)
    announce(
        tx,
        moment,
        detail_type="CloudWatch Alarm State Change",
        subject=alarm.arn,
        source="aws.cloudwatch",
        detail=_detail(alarm),
    )


def _tell_of_action(tx: Transaction, alarm: Alarm, action: str, moment: Moment) -> None:
    """The policy's own loop does what it says, for as long as the alarm stays as it is."""
    error = hindrance(tx, alarm, action, moment)
    data = {"actionState": "Succeeded", "notificationResource": action}
    summary = f"Successfully executed action {action}"
    if error is not None:
        data |= {"actionState": "Failed", "error": error}
        summary = f"Failed to execute action {action}"
    _write(tx, moment, alarm, "Action", summary, data)


def _write(
    tx: Transaction, moment: Moment, alarm: Alarm, kind: str, summary: str, data: dict[str, Any]
) -> None:
    tx.put(
        AlarmHistory(
            id=moment.uuid(),
            alarm=alarm.arn,
            name=alarm.name,
            at=moment.now,
            type=alarm.kind,
            kind=kind,
            summary=summary[:255],
            data=json.dumps(data),
        )
    )


def _history_state(state: AlarmState, reason: str, data: str | None) -> dict[str, Any]:
    shown: dict[str, Any] = {"stateValue": state.value, "stateReason": reason}
    if data is not None:
        shown["stateReasonData"] = json.loads(data)
    return shown


def _detail(alarm: Alarm) -> dict[str, Any]:
    """The event's detail. Source: Alarm events and EventBridge (CloudWatch User Guide)."""
    settings = json.loads(alarm.settings)
    watched: dict[str, Any] = {"alarmRule": alarm.rule}
    if alarm.rule is None:
        watched = {"metrics": [_event_query(one) for one in watch_of(alarm.settings).queries]}
    return {
        "alarmName": alarm.name,
        "state": _event_state(alarm.state, alarm.state_reason, alarm.state_data, alarm.state_at),
        "previousState": _event_state(
            alarm.told, alarm.told_reason, alarm.told_data, alarm.told_at or alarm.updated_at
        ),
        "configuration": {
            **(
                {"description": settings["AlarmDescription"]}
                if "AlarmDescription" in settings
                else {}
            ),
            **watched,
        },
    }


def _event_query(query: Any) -> dict[str, Any]:
    shown: dict[str, Any] = {"id": query["Id"], "returnData": query.get("ReturnData", True)}
    if "MetricStat" in query:
        stat = query["MetricStat"]
        metric = stat["Metric"]
        shown["metricStat"] = {
            "metric": {
                "namespace": metric["Namespace"],
                "name": metric["MetricName"],
                "dimensions": {one["Name"]: one["Value"] for one in metric.get("Dimensions", ())},
            },
            "period": stat["Period"],
            "stat": stat["Stat"],
        }
    else:
        shown["expression"] = query["Expression"]
    if "Label" in query:
        shown["label"] = query["Label"]
    return shown


def _event_state(state: AlarmState, reason: str, data: str | None, at: float) -> dict[str, Any]:
    shown = {"value": state.value, "reason": reason, "timestamp": _stamp(at)}
    if data is not None:
        shown["reasonData"] = data
    return shown


def _stamp(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000"
