"""Traffic health of a service: who asks it, whom it asks, how well that goes.

AWS's console shows it beside a service with Service Connect: incoming by the discovery names the
service offers, outgoing by the discovery names it calls.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Direction(StrEnum):
    """Which end of the traffic the service is."""

    INCOMING = "incoming"
    OUTGOING = "outgoing"


class Figure(StrEnum):
    """What was fetched about a discovery name, minute by minute."""

    REQUESTS = "requests"
    RESPONSES_2XX = "2xx"
    RESPONSES_3XX = "3xx"
    RESPONSES_4XX = "4xx"
    RESPONSES_5XX = "5xx"
    TIME_SUM = "time sum"
    TIME_COUNT = "time count"
    TIME_MAXIMUM = "time maximum"


NAMESPACE = "AWS/ECS"

NAMED_BY = {Direction.INCOMING: "DiscoveryName", Direction.OUTGOING: "TargetDiscoveryName"}
"""The dimension that names what a service offers, or what it calls."""

Dimensions = tuple[tuple[str, str], ...]

_MEASURED = {
    Figure.REQUESTS: ("RequestCount", "Sum"),
    Figure.RESPONSES_2XX: ("HTTPCode_Target_2XX_Count", "Sum"),
    Figure.RESPONSES_3XX: ("HTTPCode_Target_3XX_Count", "Sum"),
    Figure.RESPONSES_4XX: ("HTTPCode_Target_4XX_Count", "Sum"),
    Figure.RESPONSES_5XX: ("HTTPCode_Target_5XX_Count", "Sum"),
    Figure.TIME_SUM: ("TargetResponseTime", "Sum"),
    Figure.TIME_COUNT: ("TargetResponseTime", "SampleCount"),
    Figure.TIME_MAXIMUM: ("TargetResponseTime", "Maximum"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """Where CloudWatch has a figure: a metric of NAMESPACE, and which statistic of it."""

    figure: Figure
    metric: str
    statistic: str
    dimensions: Dimensions


def owned_by(cluster: str, service: str) -> Dimensions:
    """The dimensions that name a service."""
    return (("ClusterName", cluster), ("ServiceName", service))


def measures(direction: Direction, name: str, owner: Dimensions) -> Iterator[Measure]:
    """All figures of one discovery name that a service offers or calls.

    Incoming requests are the service's own; their answers and latency are those that all callers
    of the name saw (ECS guide: Service Connect metrics).
    """
    incoming = direction is Direction.INCOMING
    called = (("TargetDiscoveryName", name),)
    for figure, (metric, statistic) in _MEASURED.items():
        dimensions = called if incoming else (*called, *owner)
        if figure is Figure.REQUESTS:
            if not incoming:
                continue  # their answers are counted
            dimensions = (("DiscoveryName", name), *owner)
        yield Measure(figure=figure, metric=metric, statistic=statistic, dimensions=dimensions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """One figure of one discovery name. Times are milliseconds."""

    direction: Direction
    discovery_name: str
    figure: Figure
    values: Sequence[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of the table. Latencies are milliseconds, None when nothing was measured."""

    direction: Direction
    discovery_name: str
    requests: int
    responses_2xx: int
    responses_3xx: int
    responses_4xx: int
    responses_5xx: int
    latency_average: float | None
    latency_maximum: float | None


_RESPONSES = (
    *(Figure.RESPONSES_2XX, Figure.RESPONSES_3XX),
    *(Figure.RESPONSES_4XX, Figure.RESPONSES_5XX),
)


def rows(fetched: Iterable[Fetched]) -> list[Row]:
    """A row per direction and discovery name that had traffic; incoming first, then by name."""
    together: dict[tuple[Direction, str], dict[Figure, Sequence[float]]] = {}
    for one in fetched:
        if one.values:
            key = (one.direction, one.discovery_name)
            together.setdefault(key, {})[one.figure] = one.values
    order = list(Direction)
    keys = sorted(together, key=lambda key: (order.index(key[0]), key[1]))
    return [_row(*key, together[key]) for key in keys]


def _row(direction: Direction, name: str, figures: dict[Figure, Sequence[float]]) -> Row:
    sums = {figure: sum(values) for figure, values in figures.items()}
    timed = sums.get(Figure.TIME_COUNT, 0.0)
    # A client has no request count of its own (Service Connect metrics): its answers tell, and
    # over gRPC, which has no HTTP status, how many were timed.
    answers = sum(sums.get(figure, 0.0) for figure in _RESPONSES)
    requests = sums.get(Figure.REQUESTS, answers or timed)
    return Row(
        direction=direction,
        discovery_name=name,
        requests=round(requests),
        responses_2xx=round(sums.get(Figure.RESPONSES_2XX, 0)),
        responses_3xx=round(sums.get(Figure.RESPONSES_3XX, 0)),
        responses_4xx=round(sums.get(Figure.RESPONSES_4XX, 0)),
        responses_5xx=round(sums.get(Figure.RESPONSES_5XX, 0)),
        latency_average=sums.get(Figure.TIME_SUM, 0.0) / timed if timed else None,
        latency_maximum=max(figures.get(Figure.TIME_MAXIMUM, ()), default=None),
    )
