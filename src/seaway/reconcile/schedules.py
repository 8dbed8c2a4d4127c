"""Fires EventBridge Scheduler's schedules."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace

from seaway.core.bus import Delivery
from seaway.core.moment import Moment
from seaway.core.scheduler import ScheduledCall
from seaway.reconcile.bus import MOST_ATTEMPTS, OLDEST
from seaway.store.changes import Change
from seaway.store.transaction import Transaction


def keys_of(change: Change) -> Iterable[str]:
    """Schedules that are new or have changed, other than by firing."""
    if change.noun is not ScheduledCall or change.after is None:
        return ()
    old, new = change.before, change.after
    done = {"fired_until": new.fired_until, "due": new.due, "call_at": new.call_at}
    return () if old is not None and replace(old, **done) == new else (change.key,)


def all_keys(tx: Transaction) -> Iterable[str]:
    """Every schedule."""
    return [call.arn for call in tx.where(ScheduledCall)]


def reconcile(tx: Transaction, key: str, moment: Moment) -> float | None:
    """Call if it is time; what was slept through is made up for once. When to look again."""
    call = tx.find(ScheduledCall, key)
    if call is None or not call.enabled:
        return None
    call = _chosen(call, moment)
    if call.due is not None and call.call_at is not None and call.call_at <= moment.now:
        _write(tx, call, moment)
        window = 60.0 * (call.window or 0)
        done = max(call.due, moment.now - window)
        call = _chosen(replace(call, fired_until=done, due=None, call_at=None), moment)
    if call.due is None and call.deletes:
        tx.drop(call)
        return None
    tx.put(call)
    return call.call_at


def _chosen(call: ScheduledCall, moment: Moment) -> ScheduledCall:
    """With its next time; within a window each minute is as likely as any other."""
    if call.due is not None:
        return call
    due = call.next_due()
    if due is None:
        return call
    share = int.from_bytes(moment.token(4), "big") / 2**32
    return replace(call, due=due, call_at=due + share * 60.0 * (call.window or 0))


def _write(tx: Transaction, call: ScheduledCall, moment: Moment) -> None:
    target = json.loads(call.target)
    retry = target.get("RetryPolicy", {})
    parameters = target.get("EcsParameters") or target.get("EventBridgeParameters") or {}
    tx.put(
        Delivery(
            id=moment.uuid(),
            target=target["Arn"],
            body=target.get("Input", "{}"),
            source=call.arn,
            at=moment.now,
            started_by=f"chronos-schedule/{call.name}"[:128],
            parameters=json.dumps(parameters),
            most_attempts=retry.get("MaximumRetryAttempts", MOST_ATTEMPTS),
            expires_at=moment.now + retry.get("MaximumEventAgeInSeconds", OLDEST),
            next_at=moment.now,
        )
    )
