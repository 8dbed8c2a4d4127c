"""What each scaling policy wishes, its alarms being as they are."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from seaway.core.alarm import Alarm, AlarmState
from seaway.core.alarm_watch import watch_of
from seaway.core.moment import Moment
from seaway.core.scaling import ScalableTarget, ScalingPolicy
from seaway.core.scaling_plan import COOLDOWN, Wish, step_for, stepped, tracked
from seaway.reconcile.alarm_values import scaled_by
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
        settings, values = json.loads(policy.settings), scaled_by(tx, alarm, moment)
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


def hindrance(tx: Transaction, alarm: Alarm, action: str, moment: Moment) -> str | None:
    """Why the policy that is an alarm's action can do nothing about its state, if it can't."""
    policy, values = tx.find(ScalingPolicy, action), scaled_by(tx, alarm, moment)
    if policy is None:
        return f"No scaling policy was found for the action {action}."
    if not values:
        return (
            "There is no metric value to scale by. A state that is set by hand needs "
            "recentDatapoints in its StateReasonData."
        )
    settings = json.loads(policy.settings)
    if policy.kind == "StepScaling":
        beyond = _beyond(settings, alarm, values)
        if step_for(settings, beyond) is None:
            return (
                f"No step adjustment found for metric value {list(values)} and breach delta "
                f"{beyond}"
            )
    return None


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
    beyond = _beyond(settings, alarm, values)
    wanted = stepped(settings, base, beyond)
    if cooling:
        return max(count, wanted) if wanted > base else stepped(settings, count, beyond)
    return wanted


def _beyond(settings: Mapping[str, Any], alarm: Alarm, values: Sequence[float]) -> float:
    """How far the policy's aggregate of the values is beyond the alarm's threshold."""
    aggregated = _AGGREGATIONS.get(settings.get("MetricAggregationType", ""), _mean)(values)
    return aggregated - watch_of(alarm.settings).rule.threshold


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
