"""Log streams: made, described, removed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from seaway.aws.call import Call
from seaway.aws.logs.errors import InvalidParameterException, ResourceAlreadyExistsException
from seaway.aws.logs.lookup import group_named, group_of, paged, stream_of
from seaway.aws.logs.places import SEQUENCE_TOKEN
from seaway.aws.operation import operation
from seaway.core.logs import LogGroup
from seaway.store.series import LogStreamInfo
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import logs as shapes

MOST_DESCRIBED = 50


@operation("logs")
def create_log_stream(tx: Transaction, call: Call, request: shapes.CreateLogStreamRequest) -> None:
    """Make an empty stream in a group."""
    group = group_named(tx, call, request["logGroupName"])
    name = request["logStreamName"]
    if tx.series.stream(group.arn, name) is not None:
        raise ResourceAlreadyExistsException("The specified log stream already exists")
    tx.series.create_stream(group.arn, name, round(call.moment.now * 1000))


@operation("logs")
def delete_log_stream(tx: Transaction, call: Call, request: shapes.DeleteLogStreamRequest) -> None:
    """Remove a stream with its events."""
    group = group_named(tx, call, request["logGroupName"])
    stream = stream_of(tx, group, request["logStreamName"])
    tx.series.delete_stream(group.arn, stream.name)


@operation("logs")
def describe_log_streams(
    tx: Transaction, call: Call, request: shapes.DescribeLogStreamsRequest
) -> shapes.DescribeLogStreamsResponse:
    """The group's streams, by name or by their latest event."""
    group = group_of(tx, call, request)
    prefix, order = request.get("logStreamNamePrefix", ""), request.get("orderBy", "LogStreamName")
    if prefix and order == "LastEventTime":
        raise InvalidParameterException("Cannot order by LastEventTime with a logStreamNamePrefix.")
    descending = request.get("descending", False)
    by: Callable[[LogStreamInfo], Any] = _latest if order == "LastEventTime" else _name
    found = sorted(tx.series.streams(group.arn, prefix), key=by, reverse=descending)
    scope = f"DescribeLogStreams {group.arn} {prefix} {order} {descending}"
    limit = request.get("limit", MOST_DESCRIBED)
    shown, token = paged(found, request.get("nextToken"), limit, scope)
    answer: shapes.DescribeLogStreamsResponse = {
        "logStreams": [_stream(group, stream) for stream in shown]
    }
    if token is not None:
        answer["nextToken"] = token
    return answer


def _name(stream: LogStreamInfo) -> str:
    return stream.name


def _latest(stream: LogStreamInfo) -> tuple[int, str]:
    return (stream.last_event_at or 0, stream.name)


def _stream(group: LogGroup, stream: LogStreamInfo) -> shapes.LogStream:
    shown: shapes.LogStream = {
        "logStreamName": stream.name,
        "creationTime": stream.created_at,
        "arn": f"{group.arn}:log-stream:{stream.name}",
        # Streams' own sizes are always zero since 2019 (API: LogStream).
        "storedBytes": 0,
        "uploadSequenceToken": SEQUENCE_TOKEN,
    }
    if stream.first_event_at is not None and stream.last_event_at is not None:
        shown["firstEventTimestamp"] = stream.first_event_at
        shown["lastEventTimestamp"] = stream.last_event_at
    if stream.last_ingested_at is not None:
        shown["lastIngestionTime"] = stream.last_ingested_at
    return shown
