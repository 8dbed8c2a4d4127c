"""Hands each event of a bus to the rules that match it; then the event is gone."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from seaway.core.bus import BusEvent, Delivery, EventRule, EventTarget
from seaway.core.event_input import input_of
from seaway.core.event_pattern import pattern_of
from seaway.core.moment import Moment
from seaway.core.names import Place
from seaway.store.changes import Change
from seaway.store.transaction import Transaction

MOST_HOPS = 5
"""An event that has come through as many buses is handed on no more: buses may form a ring."""
OLDEST = 86_400.0
MOST_ATTEMPTS = 185


def keys_of(change: Change) -> Iterable[str]:
    """Every new event."""
    return (change.key,) if change.noun is BusEvent and change.after is not None else ()


def all_keys(tx: Transaction) -> Iterable[str]:
    """Events that nobody has looked at yet."""
    return [event.id for event in tx.where(BusEvent)]


def reconcile(tx: Transaction, key: str, moment: Moment) -> float | None:
    """Deliveries are written in the transaction in which the event goes: none is lost or twice."""
    event = tx.find(BusEvent, key)
    if event is None:
        return None
    tx.drop(event)
    bus = Place(account=event.account, region=event.region).arn("events", f"event-bus/{event.bus}")
    shown = None
    for rule in tx.where(EventRule, bus=bus):
        if not rule.enabled or rule.pattern is None:
            continue
        shown = shown or event.shown()
        if pattern_of(rule.pattern)(shown):
            send(tx, rule, shown, moment, event)
    return None


def send(
    tx: Transaction,
    rule: EventRule,
    shown: dict[str, Any],
    moment: Moment,
    event: BusEvent | None = None,
) -> None:
    """Write what each of the rule's targets has to get of an event (as ``shown``)."""
    for target in tx.where(EventTarget, rule=rule.arn):
        settings = json.loads(target.settings)
        if target.arn.split(":")[2] == "events":
            if event is not None and event.hops < MOST_HOPS:
                name = target.arn.split("event-bus/", 1)[1]
                tx.put(replace(event, id=moment.uuid(), bus=name, hops=event.hops + 1))
            continue
        retry = settings.get("RetryPolicy", {})
        tx.put(
            Delivery(
                id=moment.uuid(),
                target=target.arn,
                body=input_of(settings, shown, {"name": rule.name, "arn": rule.arn}),
                source=rule.arn,
                at=moment.now,
                started_by=f"events-rule/{rule.name}"[:128],
                parameters=json.dumps(settings.get("EcsParameters", {})),
                most_attempts=retry.get("MaximumRetryAttempts", MOST_ATTEMPTS),
                expires_at=moment.now + retry.get("MaximumEventAgeInSeconds", OLDEST),
                next_at=moment.now,
            )
        )
