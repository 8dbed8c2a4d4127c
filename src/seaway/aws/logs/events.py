"""Reading events: one stream back and forth, or a whole group through a filter."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from seaway.aws.call import Call
from seaway.aws.logs.errors import InvalidParameterException
from seaway.aws.logs.lookup import group_of, stream_of
from seaway.aws.logs.places import (
    BEGINNING,
    Direction,
    Place,
    opened,
    place_of,
    read_direction,
    sealed,
    written,
)
from seaway.aws.operation import operation
from seaway.core.log_patterns import PatternError, compile_pattern
from seaway.core.logs import LogGroup
from seaway.store.log_events import EVENT_OVERHEAD
from seaway.store.series import LogEvent
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import logs as shapes

MOST_EVENTS = 10_000
LARGEST_ANSWER = 1_048_576
"""Bytes of events in one answer."""
MOST_LOOKED_AT = 10_000
"""Events a single FilterLogEvents looks at; then it answers with a token, as AWS does."""
LATEST = (1 << 63) - 1
EARLIEST_BACKWARD = 1_704_067_200_000
"""2024-01-01: from when FilterLogEvents can go backward (API: startFromHead)."""


@operation("logs")
def get_log_events(
    tx: Transaction, call: Call, request: shapes.GetLogEventsRequest
) -> shapes.GetLogEventsResponse:
    """Events of one stream; at either end the token that comes back is the one that was given."""
    group = group_of(tx, call, request)
    stream = stream_of(tx, group, request["logStreamName"])
    token = request.get("nextToken")
    asked = read_direction(token) if token is not None else None
    forward = asked.forward if asked else request.get("startFromHead", False)
    place = asked.place if asked else None
    found = tx.series.events(
        group.arn,
        [stream.name],
        start=request.get("startTime"),
        end=request.get("endTime"),
        after=place if forward else None,
        before=None if forward else place,
        limit=request.get("limit", MOST_EVENTS),
        newest_first=not forward,
    )
    events = _fitting(found)
    if not forward:
        events.reverse()
    backward_from, forward_from = _ends(events, asked)
    return {
        "events": [
            {"timestamp": event.at, "message": event.text, "ingestionTime": event.ingested_at}
            for event in events
        ],
        "nextForwardToken": str(Direction(True, forward_from)),
        "nextBackwardToken": str(Direction(False, backward_from)),
    }


def _ends(events: list[LogEvent], asked: Direction | None) -> tuple[Place, Place]:
    """Where the next page backward and the next page forward go on from."""
    if events:
        return place_of(events[0]), place_of(events[-1])
    if asked is None:
        return BEGINNING, BEGINNING
    at, number = asked.place
    # What lies at the place itself was on the page before: the way back begins with it.
    if asked.forward:
        return (at, number + 1), asked.place
    return asked.place, (at, max(number - 1, 0))


def _fitting(events: Iterable[LogEvent]) -> list[LogEvent]:
    """The first events, as many as one answer holds, and at least one."""
    room = LARGEST_ANSWER

    def fits(event: LogEvent) -> bool:
        nonlocal room
        first = room == LARGEST_ANSWER
        room -= len(event.text.encode()) + EVENT_OVERHEAD
        return first or room >= 0

    return list(takewhile(fits, events))


@operation("logs")
def filter_log_events(
    tx: Transaction, call: Call, request: shapes.FilterLogEventsRequest
) -> shapes.FilterLogEventsResponse:
    """Events of a group's streams that match a pattern, in time order across streams."""
    group = group_of(tx, call, request)
    streams = _streams(tx, group, request)
    scope = _scope(group, request)
    token = request.get("nextToken")
    asked = opened(token, scope) if token is not None else None
    forward = asked.forward if asked else request.get("startFromHead", True)
    if not forward and request.get("startTime", 0) < EARLIEST_BACKWARD:
        raise InvalidParameterException(
            "startFromHead can be false only with a startTime of 2024-01-01T00:00:00Z or later."
        )
    place = asked.place if asked else None
    events, seen, more = _filtered(tx, group, streams, request, place, forward)
    answer: shapes.FilterLogEventsResponse = {
        "events": [_filtered_event(event) for event in events],
        # Always empty since 2020 (API: FilterLogEvents).
        "searchedLogStreams": [],
    }
    if more and seen is not None:
        answer["nextToken"] = sealed(Direction(forward, seen), scope)
    return answer


def _filtered(
    tx: Transaction,
    group: LogGroup,
    streams: list[str] | None,
    request: shapes.FilterLogEventsRequest,
    place: Place | None,
    forward: bool,
) -> tuple[list[LogEvent], Place | None, bool]:
    """The matching events, the last place looked at, and whether there is more beyond it."""
    try:
        matches = compile_pattern(request.get("filterPattern", ""))
    except PatternError as error:
        raise InvalidParameterException(str(error)) from error
    limit, end = request.get("limit", MOST_EVENTS), request.get("endTime")
    plain = not request.get("filterPattern", "").strip()
    batch = limit + 1 if plain else MOST_LOOKED_AT
    looked_at = tx.series.events(
        group.arn,
        streams,
        start=request.get("startTime"),
        # Unlike GetLogEvents, an event exactly at endTime is one of them.
        end=None if end is None else min(end + 1, LATEST),
        after=place if forward else None,
        before=None if forward else place,
        limit=batch,
        newest_first=not forward,
    )
    found: list[LogEvent] = []
    room = LARGEST_ANSWER
    seen = place
    for event in looked_at:
        if matches(event.text):
            room -= len(event.text.encode()) + EVENT_OVERHEAD
            if len(found) == limit or (found and room < 0):
                return found, seen, True
            found.append(event)
        seen = place_of(event)
    return found, seen, len(looked_at) == batch


def _streams(
    tx: Transaction, group: LogGroup, request: shapes.FilterLogEventsRequest
) -> list[str] | None:
    names, prefix = request.get("logStreamNames"), request.get("logStreamNamePrefix")
    if names is not None and prefix is not None:
        raise InvalidParameterException(
            "logStreamNames and logStreamNamePrefix are mutually exclusive parameters."
        )
    if names is not None:
        for name in names:
            stream_of(tx, group, name)
        return list(dict.fromkeys(names))
    if prefix is not None:
        return [stream.name for stream in tx.series.streams(group.arn, prefix)]
    return None


def _scope(group: LogGroup, request: Any) -> str:
    members = ("logStreamNames", "logStreamNamePrefix", "filterPattern", "startTime", "endTime")
    return f"FilterLogEvents {group.arn} {[request.get(member) for member in members]}"


def _filtered_event(event: LogEvent) -> shapes.FilteredLogEvent:
    return {
        "logStreamName": event.stream,
        "timestamp": event.at,
        "message": event.text,
        "ingestionTime": event.ingested_at,
        "eventId": written(place_of(event)),
    }
