"""Brings services' desired counts to where alarms, the clock and their bounds want them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace

from seaway.core.alarm import Alarm
from seaway.core.moment import Moment
from seaway.core.scaling import (
    CountChange,
    ScalableTarget,
    ScalingPolicy,
    ScheduledScaling,
    service_of_action,
)
from seaway.core.scaling_plan import Wish, bounded, chosen
from seaway.core.schedule import next_firing
from seaway.core.service import Deployment, RolloutState, Service
from seaway.core.task import Task, TaskStatus
from seaway.reconcile.events import tell_raw
from seaway.reconcile.scaling_wishes import cooled, wishes_of
from seaway.store.changes import Change
from seaway.store.transaction import Transaction

LOOK_AGAIN = 10.0
"""Seconds between looks while an alarm is off, or a change is under way."""
GIVEN_UP = 1800.0
"""Seconds after which a change that has not come about is said to be unfulfilled."""


def keys_of(change: Change) -> Iterable[str]:
    """The services whose target, policies, scheduled actions or alarms are others now."""
    noun, old, new = change.noun, change.before, change.after
    if noun is ScalableTarget:
        return (change.key,)
    if noun is ScalingPolicy and (old is None or new is None or old.settings != new.settings):
        return (change.either.service,)
    if noun is ScheduledScaling and new is not None:
        same = old is not None and replace(old, done_until=new.done_until) == new
        return () if same else (new.service,)
    if noun is Service and new is not None and (old is None or old.status != new.status):
        return (change.key,)
    if noun is Alarm and new is not None and (old is None or _leads_to(old) != _leads_to(new)):
        services = map(service_of_action, new.actions())
        return [service for service in services if service is not None]
    return ()


def _leads_to(alarm: Alarm) -> tuple[object, ...]:
    """What of an alarm scaling goes by."""
    return alarm.told, alarm.actions_enabled, alarm.actions()


def all_keys(tx: Transaction) -> Iterable[str]:
    """Every service that may be scaled."""
    return [target.service for target in tx.where(ScalableTarget)]


def reconcile(tx: Transaction, key: str, moment: Moment) -> float | None:
    """The clock's bounds first, then the bounds themselves, then what the policies wish."""
    target, service = tx.find(ScalableTarget, key), tx.find(Service, key)
    if target is None or service is None or service.status != "ACTIVE":
        return None
    wakes = [_clock(tx, key, moment)]
    _bound(tx, key, moment)
    wakes.append(_follow(tx, key, moment))
    wakes.append(_look_after(tx, key, moment))
    return min((wake for wake in wakes if wake is not None), default=None)


def _clock(tx: Transaction, key: str, moment: Moment) -> float | None:
    """Carry out scheduled actions; what was slept through is done once. When the next is due."""
    due: list[float] = []
    for action in tx.where(ScheduledScaling, service=key):
        at = firing_after(action, action.done_until)
        if at is not None and at <= moment.now:
            _rebound(tx, key, action)
            action = replace(action, done_until=moment.now)
            tx.put(action)
            at = firing_after(action, action.done_until)
        if at is None:
            tx.drop(action)
        else:
            due.append(at)
    return min(due, default=None)


def firing_after(action: ScheduledScaling, at: float) -> float | None:
    """When the action fires next; it never does outside its start and end."""
    start = action.created_at if action.start is None else action.start
    # A start is itself a time at which it may fire.
    after = max(at, start if action.start is None else start - 0.001)
    found = next_firing(action.schedule, action.zone, after, start)
    return None if found is None or (action.end is not None and found > action.end) else found


def _rebound(tx: Transaction, key: str, action: ScheduledScaling) -> None:
    target = tx.find(ScalableTarget, key)
    if target is None or target.suspended_scheduled:
        return
    minimum = target.minimum if action.minimum is None else action.minimum
    maximum = target.maximum if action.maximum is None else action.maximum
    if action.maximum is None:
        maximum = max(maximum, minimum)
    minimum = min(minimum, maximum)
    tx.put(replace(target, minimum=minimum, maximum=maximum, due=True))


def _bound(tx: Transaction, key: str, moment: Moment) -> None:
    """New bounds take a count that is beyond them along."""
    target, service = tx.find(ScalableTarget, key), tx.find(Service, key)
    if target is None or service is None or not target.due:
        return
    tx.put(replace(target, due=False))
    if service.desired_count < target.minimum:
        cause = f"minimum capacity was set to {target.minimum}"
        _set(tx, service, target.minimum, cause, moment)
    elif service.desired_count > target.maximum:
        cause = f"maximum capacity was set to {target.maximum}"
        _set(tx, service, target.maximum, cause, moment)


def _follow(tx: Transaction, key: str, moment: Moment) -> float | None:
    """Follow the policies' wishes; when to look again."""
    target, service = tx.find(ScalableTarget, key), tx.find(Service, key)
    assert target is not None
    assert service is not None
    policies = tx.where(ScalingPolicy, service=key)
    alarms = _alarms_of(tx, policies)
    if not alarms:
        return None
    count = service.desired_count
    wishes = wishes_of(
        tx, target, policies, alarms, count, moment, deploying=_is_deploying(tx, key)
    )
    wish = chosen(count, wishes)
    if wish is not None:
        _obey(tx, target, service, policies, wish, moment)
    return moment.now + LOOK_AGAIN


def _alarms_of(tx: Transaction, policies: list[ScalingPolicy]) -> list[tuple[ScalingPolicy, Alarm]]:
    """The alarms whose actions, in the state they are in, are these policies."""
    by_arn = {policy.arn: policy for policy in policies}
    if not by_arn:
        return []
    return [
        (by_arn[action], alarm)
        for alarm in tx.where(Alarm)
        if alarm.actions_enabled
        for action in alarm.actions()
        if action in by_arn
    ]


def _is_deploying(tx: Transaction, service: str) -> bool:
    """AWS scales in no service while it is being deployed."""
    return any(
        one.status == "PRIMARY" and one.rollout_state is RolloutState.IN_PROGRESS
        for one in tx.where(Deployment, service=service)
    )


def _obey(
    tx: Transaction,
    target: ScalableTarget,
    service: Service,
    policies: list[ScalingPolicy],
    wish: Wish,
    moment: Moment,
) -> None:
    before, after = service.desired_count, bounded(wish.count, target.minimum, target.maximum)
    outwards = wish.count > before
    if after == before or (after > before) is not outwards:
        return
    _set(tx, service, after, wish.cause, moment)
    for policy in policies:
        mine = policy.arn == wish.policy
        if outwards:
            # Whoever was waiting to scale in once more need not wait any longer.
            policy = replace(policy, in_until=0.0)
        if mine:
            policy = cooled(policy, json.loads(policy.settings), before, outwards, moment.now)
        tx.put(policy)


def _set(tx: Transaction, service: Service, count: int, cause: str, moment: Moment) -> None:
    for old in tx.where(CountChange, service=service.arn):
        if old.status == "InProgress":
            said = f"Successfully set desired count to {old.count}. Overridden by a later change."
            tx.put(replace(old, status="Overridden", ended_at=moment.now, message=said))
    tx.put(replace(service, desired_count=count))
    message = (
        f"Successfully set desired count to {count}. Waiting for change to be fulfilled by ecs."
    )
    tx.put(
        CountChange(
            id=moment.uuid(),
            service=service.arn,
            at=moment.now,
            count=count,
            cause=cause,
            message=message,
        )
    )
    tell_raw(tx, service, f"Message: {message} Cause: {cause}", moment)


def _look_after(tx: Transaction, key: str, moment: Moment) -> float | None:
    """A change is done when as many tasks run as it asked for."""
    waiting = [c for c in tx.where(CountChange, service=key) if c.status == "InProgress"]
    if not waiting:
        return None
    running = sum(
        task.last_status is TaskStatus.RUNNING and task.desired_status is TaskStatus.RUNNING
        for task in tx.where(Task, service=key)
    )
    for change in waiting:
        said = f"Successfully set desired count to {change.count}."
        if running == change.count:
            ended = "Successful", f"{said} Change successfully fulfilled by ecs."
        elif moment.now >= change.at + GIVEN_UP:
            ended = "Unfulfilled", f"{said} {running} tasks are running after half an hour."
        else:
            return moment.now + LOOK_AGAIN
        tx.put(replace(change, status=ended[0], message=ended[1], ended_at=moment.now))
    return None
