"""Traffic health, read through the CloudWatch API as any client would."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from seaway.core.traffic import (
    NAMED_BY,
    NAMESPACE,
    Dimensions,
    Direction,
    Fetched,
    Measure,
    Row,
    measures,
    owned_by,
    rows,
)

MOST_QUERIES = 500
"""Queries of one GetMetricData call."""

Query = tuple[Direction, str, Measure]


def traffic_health(
    cloudwatch: Any, cluster: str, service: str, minutes: int, now: datetime | None = None
) -> list[Row]:
    """The service's traffic over the last ``minutes``, the current one included.

    ``cloudwatch`` is a boto3 client; ``cluster`` and ``service`` are names.
    """
    end = (now or datetime.now(UTC)) + timedelta(minutes=1)
    start = end - timedelta(minutes=minutes + 1)
    owner = owned_by(cluster, service)
    wanted = [
        (direction, name, measure)
        for direction, dimension in NAMED_BY.items()
        for name in _names(cloudwatch, dimension, owner)
        for measure in measures(direction, name, owner)
    ]
    return rows(_fetched(cloudwatch, wanted, start, end))


def _names(cloudwatch: Any, dimension: str, owner: Dimensions) -> list[str]:
    """The discovery names the service offers, or calls."""
    pages = cloudwatch.get_paginator("list_metrics").paginate(
        Namespace=NAMESPACE, Dimensions=[{"Name": dimension}, *_shape(owner)]
    )
    found = {
        one["Value"]
        for page in pages
        for metric in page["Metrics"]
        for one in metric["Dimensions"]
        if one["Name"] == dimension
    }
    return sorted(found)


def _shape(dimensions: Dimensions) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in dimensions]


def _metric_stat(measure: Measure) -> dict[str, Any]:
    metric = {
        "Namespace": NAMESPACE,
        "MetricName": measure.metric,
        "Dimensions": _shape(measure.dimensions),
    }
    return {"Metric": metric, "Period": 60, "Stat": measure.statistic}


def _fetched(
    cloudwatch: Any, wanted: list[Query], start: datetime, end: datetime
) -> Iterable[Fetched]:
    for first in range(0, len(wanted), MOST_QUERIES):
        part = wanted[first : first + MOST_QUERIES]
        pages = cloudwatch.get_paginator("get_metric_data").paginate(
            MetricDataQueries=[
                {"Id": f"m{number}", "MetricStat": _metric_stat(measure)}
                for number, (_, _, measure) in enumerate(part)
            ],
            StartTime=start,
            EndTime=end,
        )
        values: dict[str, list[float]] = {}
        for page in pages:
            for result in page["MetricDataResults"]:
                values.setdefault(result["Id"], []).extend(result["Values"])
        for number, (direction, name, measure) in enumerate(part):
            yield Fetched(
                direction=direction,
                discovery_name=name,
                figure=measure.figure,
                values=values.get(f"m{number}", []),
            )
