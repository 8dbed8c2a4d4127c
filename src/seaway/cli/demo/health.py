"""The last chapter: each service's traffic health, from CloudWatch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from rich.table import Table

from seaway.cli.demo.clients import Aws
from seaway.cli.demo.names import CATS, CLUSTER, PARTS, SERVERS
from seaway.cli.demo.stage import Stage
from seaway.cli.traffic import traffic_health
from seaway.core.traffic import Direction, Row

MINUTES = 5
METRIC_SECONDS = 120.0

Health = dict[str, list[Row]]
"""Lines of traffic health by service."""


def show_health(aws: Aws, stage: Stage, asked: Mapping[str, int]) -> None:
    """Traffic in and out of each service, once all requests ``asked`` (by name) are in the points.

    Raises DemoFailed, ClientError.
    """
    _show_commands(aws, stage)
    health = stage.wait(
        lambda: _look(aws, asked),
        seconds=METRIC_SECONDS,
        late="The requests are not in CloudWatch",
        where="aws cloudwatch list-metrics --namespace AWS/ECS",
    )
    stage.say(f"traffic health of the last {MINUTES} minutes")
    stage.show(table(health))


def _show_commands(aws: Aws, stage: Stage) -> None:
    stage.command(aws.cloudwatch, "list_metrics", Namespace="AWS/ECS")
    end = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(minutes=2)
    dimensions = {"DiscoveryName": CATS.name, "ServiceName": CATS.name, "ClusterName": CLUSTER}
    stage.command(
        aws.cloudwatch,
        "get_metric_statistics",
        Namespace="AWS/ECS",
        MetricName="RequestCount",
        Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()],
        StartTime=f"{end - timedelta(minutes=MINUTES):%Y-%m-%dT%H:%M:%SZ}",
        EndTime=f"{end:%Y-%m-%dT%H:%M:%SZ}",
        Period=60,
        Statistics=["Sum"],
    )


def _look(aws: Aws, asked: Mapping[str, int]) -> tuple[Health | None, str]:
    health = {p.name: traffic_health(aws.cloudwatch, CLUSTER, p.name, MINUTES) for p in PARTS}
    seen = {part.name: _incoming(health[part.name]) for part in SERVERS}
    text = ", ".join(f"{name} {seen[name]} of {count}" for name, count in asked.items())
    over = all(seen[name] >= count for name, count in asked.items())
    return (health if over else None), f"requests in CloudWatch's points: {text}"


def _incoming(rows: Sequence[Row]) -> int:
    return sum(row.requests for row in rows if row.direction is Direction.INCOMING)


def table(health: Health) -> Table:
    """The table of it: a service with nothing in a direction has a line that says so."""
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("service", "direction", "name"):
        made.add_column(heading)
    for heading in ("requests", "2xx", "4xx", "5xx", "average", "slowest"):
        made.add_column(heading, justify="right")
    for service, rows in health.items():
        for direction in Direction:
            these = [row for row in rows if row.direction is direction]
            for row in these:
                made.add_row(service, direction, *_cells(row))
            if not these:
                made.add_row(service, direction, "none", style="dim")
    return made


def _cells(row: Row) -> tuple[str, ...]:
    return (
        f"http://{row.discovery_name}",
        str(row.requests),
        str(row.responses_2xx),
        str(row.responses_4xx),
        str(row.responses_5xx),
        _milliseconds(row.latency_average),
        _milliseconds(row.latency_maximum),
    )


def _milliseconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f} ms"
