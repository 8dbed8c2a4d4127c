"""PutLogEvents: which events of a batch are taken."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.logs.errors import InvalidParameterException, not_built
from seaway.aws.logs.lookup import group_named, stream_of
from seaway.aws.logs.places import SEQUENCE_TOKEN
from seaway.aws.operation import operation
from seaway.core.logs import LogGroup
from seaway.store.log_events import EVENT_OVERHEAD
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import logs as shapes

LARGEST_BATCH = 1_048_576
"""Bytes of a batch: the messages in UTF-8, and 26 more for each."""

_HOUR = 3_600_000
_DAY = 24 * _HOUR
TOO_NEW = 2 * _HOUR
TOO_OLD = 14 * _DAY


@operation("logs")
def put_log_events(
    tx: Transaction, call: Call, request: shapes.PutLogEventsRequest
) -> shapes.PutLogEventsResponse:
    """Append events to a stream; those too old or too new are left out and told."""
    if request.get("entity"):
        raise not_built("entity")
    group = group_named(tx, call, request["logGroupName"])
    stream = stream_of(tx, group, request["logStreamName"])
    events = [(event["timestamp"], event["message"]) for event in request["logEvents"]]
    _check(events)
    now = round(call.moment.now * 1000)
    taken, rejected = _taken(events, group, now)
    _check_span(taken)
    tx.series.put_events(group.arn, stream.name, taken, now)
    answer: shapes.PutLogEventsResponse = {"nextSequenceToken": SEQUENCE_TOKEN}
    if rejected:
        answer["rejectedLogEventsInfo"] = rejected
    return answer


def _check(events: list[tuple[int, str]]) -> None:
    size = sum(len(text.encode()) + EVENT_OVERHEAD for _, text in events)
    if size > LARGEST_BATCH:
        raise InvalidParameterException(
            f"Upload too large: {size} bytes exceeds limit of {LARGEST_BATCH}"
        )
    if any(later[0] < earlier[0] for earlier, later in pairwise(events)):
        raise InvalidParameterException(
            "Log events in a single PutLogEvents request must be in chronological order."
        )


def _check_span(events: list[tuple[int, str]]) -> None:
    if events and events[-1][0] - events[0][0] > _DAY:
        raise InvalidParameterException(
            "The batch of log events in a single PutLogEvents request cannot span "
            "more than 24 hours."
        )


def _taken(
    events: list[tuple[int, str]], group: LogGroup, now: int
) -> tuple[list[tuple[int, str]], shapes.RejectedLogEventsInfo]:
    times = [at for at, _ in events]
    too_old = bisect_left(times, now - TOO_OLD)
    too_new = bisect_right(times, now + TOO_NEW)
    expired = 0
    if group.retention_days is not None:
        expired = bisect_left(times, now - group.retention_days * _DAY)
    rejected: shapes.RejectedLogEventsInfo = {}
    if too_old:
        rejected["tooOldLogEventEndIndex"] = too_old
    if expired:
        rejected["expiredLogEventEndIndex"] = expired
    if too_new < len(events):
        rejected["tooNewLogEventStartIndex"] = too_new
    return events[max(too_old, expired) : too_new], rejected
