"""PutEvents, and trying a pattern out."""

from __future__ import annotations

import json
from datetime import UTC
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.events.errors import InvalidEventPatternException, not_built
from seaway.aws.events.lookup import bus_arn, name_of
from seaway.aws.operation import operation
from seaway.core.bus import BusEvent, EventBus
from seaway.core.event_pattern import BadPattern, pattern_of
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import events as shapes

LARGEST = 1_048_576
"""Bytes of all entries together."""
_MUST = ("id", "account", "source", "time", "region", "resources", "detail-type")


@operation("events")
def put_events(
    tx: Transaction, call: Call, request: shapes.PutEventsRequest
) -> shapes.PutEventsResponse:
    """Each entry is taken or refused by itself; the answer has them in the same order."""
    if "EndpointId" in request:
        raise not_built("EndpointId")
    results = [_put(tx, call, entry) for entry in request["Entries"]]
    failed = sum("ErrorCode" in result for result in results)
    return {"FailedEntryCount": failed, "Entries": results}


def _put(
    tx: Transaction, call: Call, entry: shapes.PutEventsRequestEntry
) -> shapes.PutEventsResultEntry:
    if "TraceHeader" in entry:
        raise not_built("TraceHeader")
    wrong = _wrong(tx, call, entry)
    if wrong is not None:
        return {"ErrorCode": wrong[0], "ErrorMessage": wrong[1]}
    time = entry.get("Time")
    aware = time if time is None or time.tzinfo else time.replace(tzinfo=UTC)
    event = BusEvent(
        id=call.moment.uuid(),
        account=call.account,
        region=call.region,
        at=aware.timestamp() if aware else call.moment.now,
        source=entry["Source"],
        detail_type=entry["DetailType"],
        resources=tuple(entry.get("Resources", ())),
        detail=entry["Detail"],
        bus=name_of(bus_arn(call, entry.get("EventBusName"))),
    )
    tx.put(event)
    return {"EventId": event.id}


def _wrong(
    tx: Transaction, call: Call, entry: shapes.PutEventsRequestEntry
) -> tuple[str, str] | None:
    for name in ("Source", "DetailType", "Detail"):
        if not entry.get(name):
            said = f"Parameter {name} is not valid. Reason: {name} is a required argument."
            return "InvalidArgument", said
    if entry["Source"].startswith("aws."):
        return "NotAuthorizedForSourceException", "Not authorized for the source."
    arn = bus_arn(call, entry.get("EventBusName"))
    if arn != bus_arn(call, None) and tx.find(EventBus, arn) is None:
        return "ResourceNotFoundException", f"Event bus {name_of(arn)} does not exist."
    if len(entry["Detail"].encode()) > LARGEST:
        return "InvalidArgument", "Total size of the entries is too large."
    try:
        detail = json.loads(entry["Detail"])
    except ValueError:
        return "MalformedDetail", "Detail is malformed."
    return None if isinstance(detail, dict) else ("MalformedDetail", "Detail is malformed.")


@operation("events")
def test_event_pattern(
    tx: Transaction, call: Call, request: shapes.TestEventPatternRequest
) -> shapes.TestEventPatternResponse:
    """The event must have all that an event has, but need not be one."""
    try:
        event = json.loads(request["Event"])
        matches = pattern_of(request["EventPattern"])
    except ValueError as error:
        raise InvalidEventPatternException("Event is not valid JSON.") from error
    except BadPattern as error:
        raise InvalidEventPatternException(
            f"Event pattern is not valid. Reason: {error}"
        ) from error
    missing = [name for name in _MUST if not isinstance(event, dict) or name not in event]
    if missing:
        raise InvalidEventPatternException(
            f"Parameter Event is not valid: it has no {', '.join(missing)}."
        )
    return {"Result": matches(event)}
