"""Buses and rules by the names and ARNs that requests give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from seaway.aws.call import Call
from seaway.aws.events.errors import ResourceNotFoundException, ValidationException
from seaway.aws.paging import BadToken, page
from seaway.core.bus import DEFAULT_BUS, EventBus, EventRule
from seaway.core.names import Tags
from seaway.store.transaction import Transaction

T = TypeVar("T")

MOST_SHOWN = 100
MOST_TAGS = 50


def bus_arn(call: Call, given: str | None) -> str:
    """The ARN of a bus given by name or ARN, the default one when not given at all."""
    given = given or DEFAULT_BUS
    return given if given.startswith("arn:") else call.arn("events", f"event-bus/{given}")


def existing_bus(tx: Transaction, call: Call, given: str | None) -> str:
    """The ARN of a bus that is there. Raises ResourceNotFoundException."""
    arn = bus_arn(call, given)
    if arn != bus_arn(call, None) and tx.find(EventBus, arn) is None:
        raise ResourceNotFoundException(f"Event bus {name_of(arn)} does not exist.")
    return arn


def name_of(bus: str) -> str:
    """A bus's name, of its ARN."""
    return bus.split("event-bus/", 1)[-1]


def rule_arn(call: Call, bus: str, name: str) -> str:
    """The ARN of a rule; the default bus has no part in it."""
    own = "" if name_of(bus) == DEFAULT_BUS else f"{name_of(bus)}/"
    return call.arn("events", f"rule/{own}{name}")


def existing_rule(tx: Transaction, call: Call, bus: str, name: str) -> EventRule:
    """A rule of a bus given by ARN. Raises ResourceNotFoundException."""
    rule = tx.find(EventRule, rule_arn(call, bus, name))
    if rule is None:
        raise ResourceNotFoundException(f"Rule {name} does not exist on EventBus {name_of(bus)}.")
    return rule


def tags_of(given: Sequence[Mapping[str, str]]) -> Tags:
    """A request's tags, a key once."""
    tags = {one["Key"]: one["Value"] for one in given}
    if len(tags) > MOST_TAGS:
        raise ValidationException(f"A resource can have at most {MOST_TAGS} tags.")
    return tuple(tags.items())


def shown_page(
    found: Sequence[T], request: Mapping[str, Any], scope: str
) -> tuple[Sequence[T], str | None]:
    """A page of at most 100."""
    try:
        return page(found, request.get("NextToken"), request.get("Limit", MOST_SHOWN), scope)
    except BadToken as error:
        raise ValidationException(
            "Invalid Token: the NextToken is not one of this list."
        ) from error
