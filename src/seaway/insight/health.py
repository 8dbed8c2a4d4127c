"""A service's traffic health: who asks it and whom it asks, from the metrics that are kept.

What AWS's console shows beside a service with Service Connect ("Traffic health"): incoming by the
discovery names it offers, outgoing by those it calls.
"""

from __future__ import annotations

from collections.abc import Iterator

from seaway.core.traffic import (
    NAMED_BY,
    NAMESPACE,
    Dimensions,
    Direction,
    Fetched,
    Row,
    measures,
    owned_by,
    rows,
)
from seaway.store.series import Metric, Series


def traffic_health(
    series: Series, cluster: str, service: str, minutes: int, now: float
) -> list[Row]:
    """The service's traffic over the last ``minutes``, the current one included.

    ``now`` is epoch seconds; cluster and service are names.
    """
    end = (int(now) // 60 + 1) * 60
    start = end - 60 * (minutes + 1)
    owner = owned_by(cluster, service)
    return rows(
        fetched
        for direction, dimension in NAMED_BY.items()
        for name in _names(series, dimension, owner, start)
        for fetched in _fetched(series, direction, name, owner, (start, end))
    )


def _names(series: Series, dimension: str, owner: Dimensions, since: int) -> list[str]:
    """The discovery names the service offers, or calls."""
    found = set()
    for metric in series.metrics(NAMESPACE, since=since):
        dimensions = dict(metric.dimensions)
        if dimension in dimensions and set(owner) <= set(metric.dimensions):
            found.add(dimensions[dimension])
    return sorted(found)


def _fetched(
    series: Series, direction: Direction, name: str, owner: Dimensions, span: tuple[int, int]
) -> Iterator[Fetched]:
    for one in measures(direction, name, owner):
        dimensions = tuple(sorted(one.dimensions))
        metric = Metric(namespace=NAMESPACE, name=one.metric, dimensions=dimensions)
        found = series.statistics(metric, *span, 60)
        values = {
            "Sum": [minute.sum for minute in found],
            "SampleCount": [minute.count for minute in found],
            "Maximum": [minute.maximum for minute in found],
        }[one.statistic]
        yield Fetched(direction=direction, discovery_name=name, figure=one.figure, values=values)
