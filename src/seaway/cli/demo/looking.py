"""Chapter nine: what the containers wrote, and how the traffic is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from seaway.cli.demo.clients import Aws, found
from seaway.cli.demo.names import CATS, Part
from seaway.cli.demo.stage import Stage

LINES = 3
LOG_SECONDS = 30.0


def show_logs(aws: Aws, stage: Stage, part: Part = CATS) -> None:
    """The part's newest log streams and their last lines. Raises DemoFailed, ClientError."""
    stage.command(
        aws.logs,
        "describe_log_streams",
        logGroupName=part.log_group,
        orderBy="LastEventTime",
        descending=True,
    )
    streams = stage.wait(
        lambda: _streams(aws, part),
        seconds=LOG_SECONDS,
        late=f"The log group {part.log_group} has no streams",
        where="aws logs describe-log-groups",
    )
    for stream in streams:
        stage.say(str(stream["logStreamName"]))
    answer = stage.call(
        aws.logs,
        "get_log_events",
        logGroupName=part.log_group,
        logStreamName=streams[0]["logStreamName"],
        limit=LINES,
    )
    for event in answer["events"]:
        stage.say(str(event["message"]).rstrip())


def _streams(aws: Aws, part: Part) -> tuple[list[Mapping[str, Any]] | None, str]:
    answer = found(
        lambda: aws.logs.describe_log_streams(
            logGroupName=part.log_group, orderBy="LastEventTime", descending=True, limit=LINES
        ),
        "ResourceNotFoundException",
    )
    streams: list[Mapping[str, Any]] = answer["logStreams"] if answer else []
    return (streams or None), f"log streams of {part.log_group}: {len(streams)}"
