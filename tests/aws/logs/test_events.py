"""Streams and events: put, read back and forth, filtered, followed; through boto3."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.aws.logs.test_groups import ARN, refusal
from tests.aws.observing import Observed

HOUR = 3_600_000
DAY = 24 * HOUR


@pytest.fixture
def now(observed: Observed) -> int:
    return int(observed.moment().now * 1000)


def put(logs: Any, group: str, stream: str, events: list[tuple[int, str]]) -> Any:
    known = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=stream)
    if stream not in [one["logStreamName"] for one in known["logStreams"]]:
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
    return logs.put_log_events(
        logGroupName=group,
        logStreamName=stream,
        logEvents=[{"timestamp": at, "message": text} for at, text in events],
    )


def messages(answer: Any) -> list[str]:
    return [event["message"] for event in answer["events"]]


def test_a_stream_is_described_with_its_events_times(logs: Any, group: str, now: int) -> None:
    put(logs, group, "web/nginx/1", [(now - 10, "a"), (now, "b")])
    (stream,) = logs.describe_log_streams(logGroupName=group)["logStreams"]
    assert stream["logStreamName"] == "web/nginx/1"
    assert stream["arn"] == f"{ARN}{group}:log-stream:web/nginx/1"
    assert (stream["firstEventTimestamp"], stream["lastEventTimestamp"]) == (now - 10, now)
    assert stream["storedBytes"] == 0
    assert logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"][0]["storedBytes"] == 54


def test_streams_are_ordered_by_name_or_by_latest_event(logs: Any, group: str, now: int) -> None:
    for name, at in (("b", now), ("a", now - 5), ("c", now - 10)):
        put(logs, group, name, [(at, "x")])

    def names(**how: Any) -> list[str]:
        found = logs.describe_log_streams(logGroupName=group, **how)["logStreams"]
        return [stream["logStreamName"] for stream in found]

    assert names() == ["a", "b", "c"]
    assert names(descending=True) == ["c", "b", "a"]
    assert names(orderBy="LastEventTime", descending=True) == ["b", "a", "c"]
    assert names(logStreamNamePrefix="c") == ["c"]
    with pytest.raises(ClientError, match="Cannot order by LastEventTime"):
        names(orderBy="LastEventTime", logStreamNamePrefix="c")


def test_a_stream_is_made_once_and_deleted(logs: Any, group: str) -> None:
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    with pytest.raises(ClientError) as error:
        logs.create_log_stream(logGroupName=group, logStreamName="s")
    assert refusal(error)[0] == "ResourceAlreadyExistsException"
    logs.delete_log_stream(logGroupName=group, logStreamName="s")
    for ask in (logs.delete_log_stream, logs.get_log_events):
        with pytest.raises(ClientError) as error:
            ask(logGroupName=group, logStreamName="s")
        assert refusal(error) == (
            "ResourceNotFoundException",
            "The specified log stream does not exist.",
        )


def test_events_are_read_at_once_and_give_a_token(logs: Any, group: str, now: int) -> None:
    answer = put(logs, group, "s", [(now, "first"), (now, "second")])
    assert answer["nextSequenceToken"]
    assert "rejectedLogEventsInfo" not in answer
    read = logs.get_log_events(logGroupIdentifier=f"{ARN}{group}", logStreamName="s")
    assert messages(read) == ["first", "second"]
    assert read["events"][0]["timestamp"] == now
    assert read["events"][0]["ingestionTime"] >= now


def test_events_too_old_or_too_new_are_left_out_and_told(logs: Any, group: str, now: int) -> None:
    events = [(now - 15 * DAY, "old"), (now - HOUR, "good"), (now + 3 * HOUR, "new")]
    answer = put(logs, group, "s", events)
    assert answer["rejectedLogEventsInfo"] == {
        "tooOldLogEventEndIndex": 1,
        "tooNewLogEventStartIndex": 2,
    }
    assert messages(logs.get_log_events(logGroupName=group, logStreamName="s")) == ["good"]
    logs.put_retention_policy(logGroupName=group, retentionInDays=1)
    answer = put(logs, group, "s", [(now - 2 * DAY, "expired"), (now, "kept")])
    assert answer["rejectedLogEventsInfo"] == {"expiredLogEventEndIndex": 1}


@pytest.mark.parametrize(
    ("events", "told"),
    [
        ([(10, "later"), (0, "earlier")], "must be in chronological order"),
        ([(-25 * HOUR, "a"), (0, "b")], "cannot span more than 24 hours"),
        ([(0, "x" * 600_000), (0, "x" * 600_000)], "exceeds limit of 1048576"),
    ],
)
def test_a_batch_that_breaks_the_rules_is_refused_whole(
    logs: Any, group: str, now: int, events: list[tuple[int, str]], told: str
) -> None:
    with pytest.raises(ClientError, match=told) as error:
        put(logs, group, "s", [(now + at, text) for at, text in events])
    assert refusal(error)[0] == "InvalidParameterException"
    assert messages(logs.get_log_events(logGroupName=group, logStreamName="s")) == []


def test_events_for_a_missing_stream_are_refused(logs: Any, group: str, now: int) -> None:
    with pytest.raises(ClientError, match="The specified log stream does not exist"):
        logs.put_log_events(
            logGroupName=group,
            logStreamName="none",
            logEvents=[{"timestamp": now, "message": "x"}],
        )


def test_reading_goes_forth_and_back_and_stops_with_the_same_token(
    logs: Any, group: str, now: int
) -> None:
    put(logs, group, "s", [(now + at, str(at)) for at in range(5)])
    ask = {"logGroupName": group, "logStreamName": "s", "limit": 2}

    def read(token: str) -> Any:
        return logs.get_log_events(nextToken=token, **ask)

    latest = logs.get_log_events(**ask)
    assert messages(latest) == ["3", "4"]
    before = read(latest["nextBackwardToken"])
    assert messages(before) == ["1", "2"]
    assert messages(read(before["nextForwardToken"])) == ["3", "4"]
    head = logs.get_log_events(startFromHead=True, **ask)
    assert messages(head) == ["0", "1"]
    end = read(latest["nextForwardToken"])
    assert messages(end) == []
    assert end["nextForwardToken"] == latest["nextForwardToken"]
    assert messages(read(end["nextBackwardToken"])) == ["3", "4"]
    start = read(head["nextBackwardToken"])
    assert start["nextBackwardToken"] == head["nextBackwardToken"]
    assert messages(read(start["nextForwardToken"])) == ["0", "1"]
    put(logs, group, "s", [(now + 9, "later")])
    assert messages(read(end["nextForwardToken"])) == ["later"]
    with pytest.raises(ClientError, match="nextToken is invalid"):
        read("f/12")


def test_times_bound_what_is_read(logs: Any, group: str, now: int) -> None:
    put(logs, group, "s", [(now + at, str(at)) for at in range(4)])
    read = logs.get_log_events(
        logGroupName=group, logStreamName="s", startTime=now + 1, endTime=now + 3
    )
    assert messages(read) == ["1", "2"]
    found = logs.filter_log_events(logGroupName=group, startTime=now + 1, endTime=now + 3)
    assert messages(found) == ["1", "2", "3"]
    for_ever = logs.filter_log_events(logGroupName=group, endTime=(1 << 63) - 1)
    assert len(for_ever["events"]) == 4


def test_an_answer_holds_a_megabyte(logs: Any, group: str, now: int) -> None:
    for at in range(3):
        put(logs, group, "s", [(now + at, str(at) * 500_000)])
    first = logs.get_log_events(logGroupName=group, logStreamName="s", startFromHead=True)
    assert [text[0] for text in messages(first)] == ["0", "1"]
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group)
    assert [[text[0] for text in messages(page)] for page in pages] == [["0", "1"], ["2"]]


def test_a_filter_finds_terms_in_all_streams(logs: Any, group: str, now: int) -> None:
    put(logs, group, "a", [(now, "GET /cats 200"), (now + 2, "GET /cats 500")])
    put(logs, group, "b", [(now + 1, "GET /dogs 500")])

    def found(pattern: str, **how: Any) -> list[str]:
        return messages(logs.filter_log_events(logGroupName=group, filterPattern=pattern, **how))

    assert found("500") == ["GET /dogs 500", "GET /cats 500"]
    assert found('500 -"/dogs"') == ["GET /cats 500"]
    assert found("") == ["GET /cats 200", "GET /dogs 500", "GET /cats 500"]
    assert found("GET", logStreamNames=["b"]) == ["GET /dogs 500"]
    assert found("GET", logStreamNamePrefix="a") == ["GET /cats 200", "GET /cats 500"]
    answer = logs.filter_log_events(logGroupName=group)
    assert answer["searchedLogStreams"] == []
    assert len({event["eventId"] for event in answer["events"]}) == 3
    for pattern, told in (("[a, b]", "Space-delimited"), ("%x%", "Regular"), ("a/b", "Invalid")):
        with pytest.raises(ClientError, match=told) as error:
            found(pattern)
        assert refusal(error)[0] == "InvalidParameterException"


def test_a_filter_can_give_the_latest_first(logs: Any, group: str, now: int) -> None:
    put(logs, group, "a", [(now + at, str(at)) for at in range(5)])
    pages = logs.get_paginator("filter_log_events").paginate(
        logGroupName=group,
        startTime=now,
        startFromHead=False,
        PaginationConfig={"PageSize": 2},
    )
    assert [messages(page) for page in pages] == [["4", "3"], ["2", "1"], ["0"]]
    with pytest.raises(ClientError, match="startFromHead"):
        logs.filter_log_events(logGroupName=group, startFromHead=False)


@settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    events=st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 3)), max_size=12),
    size=st.integers(1, 5),
    pattern=st.sampled_from(["", "odd"]),
)
def test_pages_of_a_filter_give_every_event_exactly_once(
    logs: Any, now: int, events: list[tuple[str, int]], size: int, pattern: str
) -> None:
    group = "/test/pages"
    logs.create_log_group(logGroupName=group)
    texts = [f"{number} {'odd' if number % 2 else 'even'}" for number in range(len(events))]
    for (stream, at), text in zip(events, texts, strict=True):
        put(logs, group, stream, [(now + at, text)])
    pages = logs.get_paginator("filter_log_events").paginate(
        logGroupName=group, filterPattern=pattern, PaginationConfig={"PageSize": size}
    )
    seen = [text for page in pages for text in messages(page)]
    logs.delete_log_group(logGroupName=group)
    assert sorted(seen) == sorted(text for text in texts if pattern in text)


def followed(logs: Any, group: str) -> Iterator[list[str]]:
    """What `aws logs tail --follow` does: polls from the latest time it saw, and drops doubles."""
    asked: dict[str, Any] = {"logGroupName": group, "startTime": 0, "interleaved": True}
    seen: dict[int, set[str]] = {}
    while True:
        answer = logs.filter_log_events(**asked)
        fresh = [
            event
            for event in answer["events"]
            if event["eventId"] not in seen.get(event["timestamp"], ())
        ]
        for event in fresh:
            seen.setdefault(event["timestamp"], set()).add(event["eventId"])
        yield [event["message"] for event in fresh]
        if "nextToken" in answer:
            asked["nextToken"] = answer["nextToken"]
        else:
            asked.pop("nextToken", None)
            asked["startTime"] = max(seen, default=0)


def test_following_a_group_shows_every_event_once(logs: Any, group: str, now: int) -> None:
    tail = followed(logs, group)
    assert next(tail) == []
    put(logs, group, "a", [(now, "one"), (now, "two")])
    assert next(tail) == ["one", "two"]
    assert next(tail) == []
    put(logs, group, "b", [(now, "three"), (now + 1, "four")])
    assert next(tail) == ["three", "four"]


def test_what_a_host_writes_is_read_as_well(
    observed: Observed, logs: Any, group: str, now: int
) -> None:
    arn = f"{ARN}{group}"
    observed.write(lambda tx: tx.series.put_events(arn, "web/web/1", [(now, "line")], now))
    read = logs.get_log_events(logGroupName=group, logStreamName="web/web/1")
    assert messages(read) == ["line"]


def test_a_deleted_group_takes_its_events_along(logs: Any, now: int) -> None:
    for _ in range(2):
        logs.create_log_group(logGroupName="/again")
        assert logs.describe_log_streams(logGroupName="/again")["logStreams"] == []
        put(logs, "/again", "s", [(now, "x")])
        logs.delete_log_group(logGroupName="/again")
