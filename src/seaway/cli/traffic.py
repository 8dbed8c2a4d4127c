"""Traffic health, read through the CloudWatch API as any client would."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from seaway.core.traffic import Direction, Fetched, Figure, Row, rows

NAMESPACE = "AWS/ECS"
MOST_QUERIES = 500
"""Queries of one GetMetricData call."""

_NAMED_BY = {Direction.INCOMING: "DiscoveryName", Direction.OUTGOING: "TargetDiscoveryName"}
_CLIENTS = {
    Figure.RESPONSES_2XX: ("HTTPCode_Target_2XX_Count", "Sum"),
    Figure.RESPONSES_3XX: ("HTTPCode_Target_3XX_Count", "Sum"),
    Figure.RESPONSES_4XX: ("HTTPCode_Target_4XX_Count", "Sum"),
    Figure.RESPONSES_5XX: ("HTTPCode_Target_5XX_Count", "Sum"),
    Figure.TIME_SUM: ("TargetResponseTime", "Sum"),
    Figure.TIME_COUNT: ("TargetResponseTime", "SampleCount"),
    Figure.TIME_MAXIMUM: ("TargetResponseTime", "Maximum"),
}


def traffic_health(
    cloudwatch: Any, cluster: str, service: str, minutes: int, now: datetime | None = None
) -> list[Row]:
    """The service's traffic over the last ``minutes``, the current one included.

    ``cloudwatch`` is a boto3 client; ``cluster`` and ``service`` are names. Incoming requests are
    the service's own; their answers and latency are those that all callers of the name saw.
    """
    end = (now or datetime.now(UTC)) + timedelta(minutes=1)
    start = end - timedelta(minutes=minutes + 1)
    owned = [{"Name": "ClusterName", "Value": cluster}, {"Name": "ServiceName", "Value": service}]
    wanted = [
        query
        for direction, dimension in _NAMED_BY.items()
        for name in _names(cloudwatch, dimension, owned)
        for query in _queries(direction, name, owned)
    ]
    return rows(_fetched(cloudwatch, wanted, start, end))


Query = tuple[Direction, str, Figure, dict[str, Any]]


def _names(cloudwatch: Any, dimension: str, owned: list[dict[str, str]]) -> list[str]:
    """The discovery names the service offers, or calls."""
    pages = cloudwatch.get_paginator("list_metrics").paginate(
        Namespace=NAMESPACE, Dimensions=[{"Name": dimension}, *owned]
    )
    found = {
        one["Value"]
        for page in pages
        for metric in page["Metrics"]
        for one in metric["Dimensions"]
        if one["Name"] == dimension
    }
    return sorted(found)


def _queries(direction: Direction, name: str, owned: list[dict[str, str]]) -> Iterator[Query]:
    offered = {"Name": "DiscoveryName", "Value": name}
    called = {"Name": "TargetDiscoveryName", "Value": name}
    answers = [called] if direction is Direction.INCOMING else [called, *owned]
    if direction is Direction.INCOMING:
        yield direction, name, Figure.REQUESTS, _metric("RequestCount", "Sum", [offered, *owned])
    for figure, (metric, stat) in _CLIENTS.items():
        yield direction, name, figure, _metric(metric, stat, answers)


def _metric(name: str, stat: str, dimensions: list[dict[str, str]]) -> dict[str, Any]:
    metric = {"Namespace": NAMESPACE, "MetricName": name, "Dimensions": dimensions}
    return {"Metric": metric, "Period": 60, "Stat": stat}


def _fetched(
    cloudwatch: Any, wanted: list[Query], start: datetime, end: datetime
) -> Iterable[Fetched]:
    for first in range(0, len(wanted), MOST_QUERIES):
        part = wanted[first : first + MOST_QUERIES]
        pages = cloudwatch.get_paginator("get_metric_data").paginate(
            MetricDataQueries=[
                {"Id": f"m{number}", "MetricStat": metric}
                for number, (_, _, _, metric) in enumerate(part)
            ],
            StartTime=start,
            EndTime=end,
        )
        values: dict[str, list[float]] = {}
        for page in pages:
            for result in page["MetricDataResults"]:
                values.setdefault(result["Id"], []).extend(result["Values"])
        for number, (direction, name, figure, _) in enumerate(part):
            yield Fetched(
                direction=direction,
                discovery_name=name,
                figure=figure,
                values=values.get(f"m{number}", []),
            )
