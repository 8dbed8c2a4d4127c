"""A service's traffic health: who asks it and whom it asks, from the metrics that are kept.

What AWS's console shows beside a service with Service Connect ("Traffic health"): incoming by the
discovery names it offers, outgoing by those it calls.
"""

from __future__ import annotations

from collections.abc import Iterator

from seaway.core.traffic import Direction, Fetched, Figure, Row, rows
from seaway.store.series import Dimensions, Metric, Series

NAMESPACE = "AWS/ECS"

_NAMED_BY = {Direction.INCOMING: "DiscoveryName", Direction.OUTGOING: "TargetDiscoveryName"}
_RESPONSES = {
    Figure.RESPONSES_2XX: "HTTPCode_Target_2XX_Count",
    Figure.RESPONSES_3XX: "HTTPCode_Target_3XX_Count",
    Figure.RESPONSES_4XX: "HTTPCode_Target_4XX_Count",
    Figure.RESPONSES_5XX: "HTTPCode_Target_5XX_Count",
}


def traffic_health(
    series: Series, cluster: str, service: str, minutes: int, now: float
) -> list[Row]:
    """The service's traffic over the last ``minutes``, the current one included.

    Incoming requests are the service's own; their answers and latency are those that all callers
    of the name saw. ``now`` is epoch seconds; cluster and service are names.
    """
    end = (int(now) // 60 + 1) * 60
    start = end - 60 * (minutes + 1)
    owned = (("ClusterName", cluster), ("ServiceName", service))
    return rows(
        fetched
        for direction in Direction
        for name in _names(series, _NAMED_BY[direction], owned, start)
        for fetched in _fetched(series, direction, name, owned, (start, end))
    )


def _names(series: Series, kind: str, owned: Dimensions, since: int) -> list[str]:
    """The discovery names the service offers, or calls."""
    found = set()
    for metric in series.metrics(NAMESPACE, since=since):
        dimensions = dict(metric.dimensions)
        if kind in dimensions and set(owned) <= set(metric.dimensions):
            found.add(dimensions[kind])
    return sorted(found)


def _fetched(
    series: Series, direction: Direction, name: str, owned: Dimensions, span: tuple[int, int]
) -> Iterator[Fetched]:
    def read(metric: str, place: Dimensions, figure: Figure) -> Fetched:
        wanted = Metric(namespace=NAMESPACE, name=metric, dimensions=tuple(sorted(place)))
        found = series.statistics(wanted, *span, 60)
        values = {
            Figure.TIME_COUNT: [one.count for one in found],
            Figure.TIME_MAXIMUM: [one.maximum for one in found],
        }.get(figure, [one.sum for one in found])
        return Fetched(direction=direction, discovery_name=name, figure=figure, values=values)

    called: Dimensions = (("TargetDiscoveryName", name),)
    place = called if direction is Direction.INCOMING else (*called, *owned)
    if direction is Direction.INCOMING:
        offered: Dimensions = (("DiscoveryName", name), *owned)
        yield read("RequestCount", offered, Figure.REQUESTS)
    for figure, metric in _RESPONSES.items():
        yield read(metric, place, figure)
    for figure in (Figure.TIME_SUM, Figure.TIME_COUNT, Figure.TIME_MAXIMUM):
        yield read("TargetResponseTime", place, figure)
