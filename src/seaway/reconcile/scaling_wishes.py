"""What each scaling policy wishes, its alarms being as they are."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from seaway.core.alarm import Alarm, AlarmState
from seaway.core.alarm_watch import LOOK_EVERY, watch_of
from seaway.core.moment import Moment
from seaway.core.scaling import ScalableTarget, ScalingPolicy
from seaway.core.scaling_plan import COOLDOWN, Wish, stepped, tracked
from seaway.reconcile.alarms import recent
from seaway.store.transaction import Transaction

PACE = 60.0
"""Seconds between two doings of one policy while its alarm stays as it is, as on AWS."""

_AGGREGATIONS = {"Minimum": min, "Maximum": max}


def wishes_of(
    tx: Transaction,
    target: ScalableTarget,
    policies: Sequence[ScalingPolicy],
    alarms: Sequence[tuple[ScalingPolicy, Alarm]],
    count: int,
    moment: Moment,
    *,
    deploying: bool,
) -> list[Wish]:
    """The counts that the policies want instead of ``count``, suspended directions left out."""
    may_shrink = not deploying and not target.suspended_in
    agreed = _all_agree(policies, alarms, moment)
    added = _count_before(policies, moment)
    found = []
    for policy, alarm in alarms:
        settings, values = json.loads(policy.settings), _values(tx, alarm, moment)
        if not values:
            continue
        wanted = _wanted(policy, settings, alarm, values, count, added, moment)
        tracks = policy.kind == "TargetTrackingScaling"
        if wanted > count and not target.suspended_out:
            found.append(_wish(policy, alarm, wanted))
        elif wanted < count and may_shrink and moment.now >= policy.in_until:
            # The others of its kind have a say: one of them may need all that is there.
            found.append(_wish(policy, alarm, wanted if agreed or not tracks else count))
        elif wanted == count and tracks and alarm.state is AlarmState.ALARM:
            found.append(_wish(policy, alarm, count))
    return found


def _values(tx: Transaction, alarm: Alarm, moment: Moment) -> list[float]:
    """The values of the alarm's metric; those of its state's own data while the state is new.

    Whoever sets a state by hand says in StateReasonData what the policy is to go by (CloudWatch
    API: SetAlarmState), and there need be no metric at all.
    """
    if moment.now < alarm.state_at + LOOK_EVERY and alarm.state_data is not None:
        data = json.loads(alarm.state_data)
        given = data.get("recentDatapoints") if isinstance(data, dict) else None
        said = given if isinstance(given, list) else []
        numbers = [float(one) for one in said if type(one) in (int, float)]
        if numbers:
            return numbers
    return recent(tx, alarm, moment)


def _wish(policy: ScalingPolicy, alarm: Alarm, count: int) -> Wish:
    cause = f"monitor alarm {alarm.name} in state {alarm.state} triggered policy {policy.name}"
    return Wish(policy=policy.arn, count=count, cause=cause)


def _all_agree(
    policies: Sequence[ScalingPolicy],
    alarms: Sequence[tuple[ScalingPolicy, Alarm]],
    moment: Moment,
) -> bool:
    """Whether every target tracking policy that may scale in is ready to."""
    off = {alarm.arn for _, alarm in alarms if alarm.state is AlarmState.ALARM}
    shrinking = [one for one in policies if one.kind == "TargetTrackingScaling" and one.alarms[1:]]
    return all(one.alarms[1] in off and moment.now >= one.in_until for one in shrinking)


def _wanted(
    policy: ScalingPolicy,
    settings: Mapping[str, Any],
    alarm: Alarm,
    values: Sequence[float],
    count: int,
    before: int | None,
    moment: Moment,
) -> int:
    """What the policy makes of its metric. During a cooldown it reckons from the count before,
    so that only what asks for more than has been added already adds anything.
    """
    cooling = before is not None
    if not cooling and moment.now < policy.acted_at + PACE:
        return count
    base = count if before is None else before
    if policy.kind == "TargetTrackingScaling":
        goal = float(settings["TargetValue"])
        if alarm.arn == policy.alarms[0]:
            return max(count, tracked(goal, base, values[-1]))
        # Scaling in, the busiest of the last minutes counts.
        return min(count, tracked(goal, count, max(values)))
    aggregated = _AGGREGATIONS.get(settings.get("MetricAggregationType", ""), _mean)(values)
    beyond = aggregated - watch_of(alarm.settings).rule.threshold
    wanted = stepped(settings, base, beyond)
    if cooling:
        return max(count, wanted) if wanted > base else stepped(settings, count, beyond)
    return wanted


def _count_before(policies: Sequence[ScalingPolicy], moment: Moment) -> int | None:
    """The count that the metrics still speak of, while a cooldown of scaling out lasts."""
    cooling = [policy.acted_from for policy in policies if moment.now < policy.out_until]
    return min(cooling, default=None)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def cooled(
    policy: ScalingPolicy, settings: Mapping[str, Any], before: int, outwards: bool, now: float
) -> ScalingPolicy:
    """The policy after it has scaled, its cooldown begun."""
    if policy.kind == "TargetTrackingScaling":
        name = "ScaleOutCooldown" if outwards else "ScaleInCooldown"
    else:
        name = "Cooldown"
    until = now + settings.get(name, COOLDOWN)
    if not outwards:
        return replace(policy, acted_at=now, in_until=until)
    base = policy.acted_from if now < policy.out_until else before
    return replace(policy, acted_at=now, acted_from=base, out_until=until)
