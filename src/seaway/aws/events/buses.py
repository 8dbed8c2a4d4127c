"""Event buses: the default one, which is always there, and one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seaway.aws.call import Call, here
from seaway.aws.events.errors import (
    LimitExceededException,
    ResourceAlreadyExistsException,
    ValidationException,
    not_built,
)
from seaway.aws.events.lookup import bus_arn, existing_bus, name_of, shown_page, tags_of
from seaway.aws.instants import instant
from seaway.aws.operation import operation
from seaway.core.bus import DEFAULT_BUS, EventBus, EventRule
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import events as shapes

MOST_BUSES = 100


@operation("events")
def create_event_bus(
    tx: Transaction, call: Call, request: shapes.CreateEventBusRequest
) -> shapes.CreateEventBusResponse:
    """A bus that hears only what is put on it."""
    for member in ("EventSourceName", "KmsKeyIdentifier", "DeadLetterConfig", "LogConfig"):
        if member in request:
            raise not_built(member)
    name = request["Name"]
    if "/" in name:
        raise ValidationException("Name of an event bus must not contain a slash.")
    arn = bus_arn(call, name)
    if name == DEFAULT_BUS or tx.find(EventBus, arn) is not None:
        raise ResourceAlreadyExistsException(f"Event bus {name} already exists.")
    if len(here(call, tx.where(EventBus))) >= MOST_BUSES:
        raise LimitExceededException(f"An account can have at most {MOST_BUSES} event buses.")
    bus = EventBus(
        arn=arn,
        name=name,
        created_at=call.moment.now,
        updated_at=call.moment.now,
        description=request.get("Description"),
        tags=tags_of(request.get("Tags", [])),  # type: ignore[arg-type]
    )
    tx.put(bus)
    answer: shapes.CreateEventBusResponse = {"EventBusArn": arn}
    if bus.description is not None:
        answer["Description"] = bus.description
    return answer


@operation("events")
def delete_event_bus(tx: Transaction, call: Call, request: shapes.DeleteEventBusRequest) -> None:
    """A bus without rules; one that is not there is no error."""
    name = request["Name"]
    if name == DEFAULT_BUS:
        raise ValidationException("Cannot delete event bus default.")
    bus = tx.find(EventBus, bus_arn(call, name))
    if bus is None:
        return
    if tx.where(EventRule, bus=bus.arn):
        raise ValidationException("Rules must be deleted or disassociated from the bus first.")
    tx.drop(bus)


@operation("events")
def describe_event_bus(
    tx: Transaction, call: Call, request: shapes.DescribeEventBusRequest
) -> shapes.DescribeEventBusResponse:
    """The default bus unless another is named."""
    arn = existing_bus(tx, call, request.get("Name"))
    return _described(tx.find(EventBus, arn), arn)


@operation("events")
def list_event_buses(
    tx: Transaction, call: Call, request: shapes.ListEventBusesRequest
) -> shapes.ListEventBusesResponse:
    """The default bus first."""
    prefix = request.get("NamePrefix", "")
    default = bus_arn(call, None)
    arns = [default, *(bus.arn for bus in here(call, tx.where(EventBus)) if bus.arn != default)]
    found = [arn for arn in arns if name_of(arn).startswith(prefix)]
    shown, token = shown_page(found, request, f"ListEventBuses {prefix}")
    answer: shapes.ListEventBusesResponse = {
        "EventBuses": [_listed(tx.find(EventBus, arn), arn) for arn in shown]
    }
    if token is not None:
        answer["NextToken"] = token
    return answer


def _described(bus: EventBus | None, arn: str) -> shapes.DescribeEventBusResponse:
    shown: shapes.DescribeEventBusResponse = {"Name": name_of(arn), "Arn": arn}
    if bus is not None:
        shown["CreationTime"] = instant(bus.created_at)
        shown["LastModifiedTime"] = instant(bus.updated_at)
        if bus.description is not None:
            shown["Description"] = bus.description
    return shown


def _listed(bus: EventBus | None, arn: str) -> shapes.EventBus:
    return {**_described(bus, arn)}  # type: ignore[typeddict-unknown-key]
