"""Fires the rules that have a schedule."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from seaway.core.bus import EventRule, stamp
from seaway.core.moment import Moment
from seaway.core.names import place_of
from seaway.core.schedule import next_firing
from seaway.reconcile.bus import send
from seaway.store.changes import Change
from seaway.store.transaction import Transaction


def keys_of(change: Change) -> Iterable[str]:
    """Rules that are new or have changed, other than by firing."""
    if change.noun is not EventRule or change.after is None:
        return ()
    old, new = change.before, change.after
    fired = old is not None and replace(old, fired_until=new.fired_until) == new
    return () if fired or new.schedule is None else (change.key,)


def all_keys(tx: Transaction) -> Iterable[str]:
    """Every rule with a schedule."""
    return [rule.arn for rule in tx.where(EventRule) if rule.schedule is not None]


def reconcile(tx: Transaction, key: str, moment: Moment) -> float | None:
    """Fire if it is time; what was slept through is made up for once. When to look again."""
    rule = tx.find(EventRule, key)
    if rule is None or rule.schedule is None or not rule.enabled:
        return None
    schedule = rule.schedule
    due = next_firing(schedule, None, rule.fired_until, rule.created_at)
    if due is not None and due <= moment.now:
        rule = replace(rule, fired_until=moment.now)
        tx.put(rule)
        place = place_of(rule.arn)
        shown = {
            "version": "0",
            "id": moment.uuid(),
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": place.account,
            "time": stamp(due),
            "region": place.region,
            "resources": [rule.arn],
            "detail": {},
        }
        send(tx, rule, shown, moment)
        due = next_firing(schedule, None, rule.fired_until, rule.created_at)
    return due
