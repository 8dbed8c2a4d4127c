"""Does what rules and schedules are to do: runs tasks and writes log events, and tries again."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from seaway.core.bus import DEFAULT_BUS, BusEvent, Delivery, EventBus, pause_after
from seaway.core.logs import LogGroup
from seaway.core.moment import Moment
from seaway.core.names import place_of
from seaway.core.stack import Refused
from seaway.reconcile.stack_types.kinds import Invoke
from seaway.store.changes import Change
from seaway.store.transaction import Transaction

log = logging.getLogger(__name__)

_OVERRIDES = (
    *("containerOverrides", "cpu", "memory", "taskRoleArn", "executionRoleArn"),
    *("ephemeralStorage", "inferenceAcceleratorOverrides"),
)
"""What of its input a task takes as overrides; an event that is no such thing has none of them."""


def keys_of(change: Change) -> Iterable[str]:
    """New deliveries, but for those to functions."""
    is_new = change.noun is Delivery and change.before is None
    return (change.key,) if is_new and change.either.kind != "lambda" else ()


def all_keys(tx: Transaction) -> Iterable[str]:
    """Every delivery that is not one to a function."""
    return [one.id for one in tx.where(Delivery) if one.kind != "lambda"]


def reconcile(tx: Transaction, key: str, moment: Moment, invoke: Invoke) -> float | None:
    """Try; what was done is gone in the same transaction, so that it is done once."""
    delivery = tx.find(Delivery, key)
    if delivery is None:
        return None
    if moment.now < delivery.next_at:
        return delivery.next_at
    try:
        with tx.attempt():
            match delivery.kind:
                case "ecs":
                    _run(tx, delivery, moment, invoke)
                case "logs":
                    _write(tx, delivery, moment)
                case "events":
                    _put(tx, delivery, moment)
                case _:
                    _ask(tx, delivery, moment, invoke)
    except Refused as error:
        return put_off(tx, delivery, f"{error.code}: {error.message}", moment)
    tx.drop(delivery)
    return None


def put_off(tx: Transaction, delivery: Delivery, reason: str, moment: Moment) -> float | None:
    """Keep a delivery that failed for another try, or give it up; the log has both."""
    attempts = delivery.attempts + 1
    if attempts > delivery.most_attempts or moment.now >= delivery.expires_at:
        log.warning(
            "%s: gave up on %s after %d attempts: %s",
            delivery.source,
            delivery.target,
            attempts,
            reason,
        )
        tx.drop(delivery)
        return None
    if attempts == 1:
        # The tries may go on for a day, and nobody who asked is there to be answered.
        log.warning("%s: %s is tried again: %s", delivery.source, delivery.target, reason)
    next_at = moment.now + pause_after(attempts)
    tx.put(replace(delivery, attempts=attempts, next_at=next_at, reason=reason))
    return next_at


def _put(tx: Transaction, delivery: Delivery, moment: Moment) -> None:
    """A schedule's event, put on a bus."""
    given = json.loads(delivery.parameters)
    bus = delivery.target.split("event-bus/", 1)[1]
    if bus != DEFAULT_BUS and tx.find(EventBus, delivery.target) is None:
        raise Refused("ResourceNotFoundException", f"The event bus {bus} does not exist.")
    place = place_of(delivery.target)
    tx.put(
        BusEvent(
            id=moment.uuid(),
            account=place.account,
            region=place.region,
            at=moment.now,
            source=given["Source"],
            detail_type=given["DetailType"],
            resources=(delivery.source,),
            detail=delivery.body,
            bus=bus,
        )
    )


def _ask(tx: Transaction, delivery: Delivery, moment: Moment, invoke: Invoke) -> None:
    """A universal target's call (arn:aws:scheduler:::aws-sdk:ecs:updateService)."""
    *_, service, operation = delivery.target.split(":")
    named = operation[0].upper() + operation[1:]
    place = place_of(delivery.source)
    invoke(tx, place, moment, service, named, json.loads(delivery.body))


def _run(tx: Transaction, delivery: Delivery, moment: Moment, invoke: Invoke) -> None:
    request = run_request(delivery)
    answer = invoke(tx, place_of(delivery.target), moment, "ecs", "RunTask", request)
    if not answer.get("tasks"):
        reasons = ", ".join(one.get("reason", "") for one in answer.get("failures", ()))
        raise Refused("RunTaskFailed", reasons or "no task was started")


def run_request(delivery: Delivery) -> dict[str, Any]:
    """RunTask's request for EcsParameters and an input."""
    given: dict[str, Any] = json.loads(delivery.parameters)
    renamed = {"TaskDefinitionArn": "taskDefinition", "TaskCount": "count"}
    request = {renamed.get(name, name): value for name, value in given.items()}
    request |= {"cluster": delivery.target, "startedBy": delivery.started_by}
    request.setdefault("count", 1)
    overrides = _overrides(delivery.body)
    if overrides:
        request["overrides"] = overrides
    return request


def _overrides(body: str) -> Mapping[str, Any]:
    try:
        given = json.loads(body)
    except ValueError:
        return {}
    return {k: given[k] for k in _OVERRIDES if k in given} if isinstance(given, dict) else {}


def _write(tx: Transaction, delivery: Delivery, moment: Moment) -> None:
    """A log stream of its own for each event, as on AWS."""
    arn = delivery.target.removesuffix(":*")
    if tx.find(LogGroup, arn) is None:
        raise Refused("ResourceNotFoundException", f"The log group {arn} does not exist.")
    now = int(moment.now * 1000)
    tx.series.put_events(arn, delivery.id, [(now, delivery.body)], now)
