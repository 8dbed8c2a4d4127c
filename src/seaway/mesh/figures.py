"""Traffic in CloudWatch's words: samples become points of AWS's own metrics.

Sources: Amazon ECS Service Connect metrics and Application Load Balancer metrics (developer
guides). A metric is only there when there is traffic of its kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum

from seaway.core.mesh.proxy import Labels, Purpose
from seaway.mesh import telemetry
from seaway.mesh.protobuf import Spread
from seaway.mesh.telemetry import Side, TrafficSample
from seaway.store.series import Dimensions, Merge, Metric, Point, value_of

ECS = "AWS/ECS"
BALANCER = "AWS/ApplicationELB"
FLUSH_INTERVAL = 5.0
"""Seconds between two reports of a proxy."""

Counted = telemetry.Metric
Samples = Mapping[tuple[Side, Counted], TrafficSample]


class Unit(StrEnum):
    """The units our points have (API: StandardUnit)."""

    COUNT = "Count"
    BYTES = "Bytes"
    MILLISECONDS = "Milliseconds"
    SECONDS = "Seconds"


_RESPONSES = {
    Counted.RESPONSES_2XX: "HTTPCode_Target_2XX_Count",
    Counted.RESPONSES_3XX: "HTTPCode_Target_3XX_Count",
    Counted.RESPONSES_4XX: "HTTPCode_Target_4XX_Count",
    Counted.RESPONSES_5XX: "HTTPCode_Target_5XX_Count",
}
_REPLIES = {
    Counted.PROXY_REPLIES_4XX: "HTTPCode_ELB_4XX_Count",
    Counted.PROXY_REPLIES_5XX: "HTTPCode_ELB_5XX_Count",
}


def points(samples: Iterable[TrafficSample], interval: float = FLUSH_INTERVAL) -> list[Point]:
    """The points of one report of a proxy, each in its minute; put, they add up.

    ``interval`` is the report's length in seconds: what is a number "now" weighs as much of a
    minute's sample, so that a minute of reports is one sample of each proxy.
    """
    together: dict[Labels, dict[tuple[Side, Counted], TrafficSample]] = {}
    for sample in samples:
        together.setdefault(sample.labels, {})[(sample.side, sample.metric)] = sample
    found: list[Point] = []
    for labels, seen in together.items():
        report = _Report(seen, interval)
        if labels.purpose is Purpose.CONNECT:
            found.extend(_connect(labels, report))
        elif labels.purpose is Purpose.BALANCE:
            found.extend(_balance(labels, report))
    return found


def _connect(labels: Labels, report: _Report) -> Iterator[Point]:
    """One hop stands for both ends: the server's metrics and the client's."""
    target, name = Side.UPSTREAM, labels.discovery_name
    is_http = labels.protocol != "tcp"
    requests = report.value(target, Counted.REQUESTS) if is_http else 0.0
    moved = report.value(target, Counted.BYTES_SENT, Counted.BYTES_RECEIVED)
    for place in _places("DiscoveryName", name, labels.target_cluster, labels.target_service):
        yield from report.now(ECS, "ActiveConnectionCount", place, _active(report, target))
        connections = report.value(target, Counted.NEW_CONNECTIONS)
        yield from report.counted(ECS, "NewConnectionCount", place, connections)
        yield from report.counted(ECS, "ProcessedBytes", place, moved, Unit.BYTES)
        yield from report.counted(ECS, "RequestCount", place, requests)
        if labels.protocol == "grpc":
            yield from report.counted(ECS, "GrpcRequestCount", place, requests)
    for place in _places("TargetDiscoveryName", name, labels.cluster, labels.service):
        yield from report.counted(ECS, "TargetProcessedBytes", place, moved, Unit.BYTES)
        if is_http:
            yield from report.responses(ECS, place)
            yield from report.per_target(ECS, place)
            yield from report.response_time(ECS, place, Unit.MILLISECONDS)


def _balance(labels: Labels, report: _Report) -> Iterator[Point]:
    client, target = Side.PORT, Side.UPSTREAM
    whole: Dimensions = (("LoadBalancer", labels.load_balancer),)
    # AWS counts connections on both sides together, bytes on the clients' side.
    active = _active(report, client) + _active(report, target)
    yield from report.now(BALANCER, "ActiveConnectionCount", whole, active)
    connections = sum(report.value(side, Counted.NEW_CONNECTIONS) for side in Side)
    yield from report.counted(BALANCER, "NewConnectionCount", whole, connections)
    moved = report.value(client, Counted.BYTES_SENT, Counted.BYTES_RECEIVED)
    yield from report.counted(BALANCER, "ProcessedBytes", whole, moved, Unit.BYTES)
    for counted, name in _REPLIES.items():
        yield from report.counted(BALANCER, name, whole, report.value(client, counted))
    if not labels.target_group:
        return
    group: Dimensions = (*whole, ("TargetGroup", labels.target_group))
    for place in (whole, group):
        # Only requests for which a target was chosen are counted (ALB metrics).
        requests = report.value(target, Counted.REQUESTS)
        yield from report.counted(BALANCER, "RequestCount", place, requests)
        yield from report.responses(BALANCER, place)
        yield from report.response_time(BALANCER, place, Unit.SECONDS)
    yield from report.per_target(BALANCER, group)
    targets = report.value(target, Counted.TARGETS)
    if targets:
        healthy = report.value(target, Counted.HEALTHY_TARGETS)
        yield report.sampled(BALANCER, "HealthyHostCount", group, healthy)
        yield report.sampled(BALANCER, "UnHealthyHostCount", group, max(targets - healthy, 0))


def _active(report: _Report, side: Side) -> float:
    return report.value(side, Counted.ACTIVE_CONNECTIONS)


def _places(kind: str, name: str, cluster: str, service: str) -> list[Dimensions]:
    """The two sets of dimensions of a Service Connect metric."""
    alone: Dimensions = ((kind, name),)
    if not (cluster and service):
        return [alone]
    owned = (("ClusterName", cluster), (kind, name), ("ServiceName", service))
    return [alone, tuple(sorted(owned))]


class _Report:
    """The numbers of one caller and target in one interval."""

    def __init__(self, samples: Samples, interval: float) -> None:
        self._samples = samples
        self._at = _minute(max(sample.at for sample in samples.values()))
        self._share = interval / 60

    def value(self, side: Side, *metrics: Counted) -> float:
        """The numbers' sum; what is not there is nothing."""
        found = (self._samples.get((side, metric)) for metric in metrics)
        return sum(float(s.value) for s in found if s and not isinstance(s.value, Spread))

    def counted(
        self, space: str, name: str, place: Dimensions, value: float, unit: Unit = Unit.COUNT
    ) -> Iterator[Point]:
        """What adds up over the minute, if there is any."""
        if value:
            metric = Metric(namespace=space, name=name, dimensions=place)
            yield value_of(metric, self._at, value, unit, Merge.COUNT)

    def now(self, space: str, name: str, place: Dimensions, value: float) -> Iterator[Point]:
        """How many there are at the moment, if there are any."""
        if value:
            yield self.sampled(space, name, place, value)

    def sampled(self, space: str, name: str, place: Dimensions, value: float) -> Point:
        """How many there are at the moment."""
        return Point(
            metric=Metric(namespace=space, name=name, dimensions=place),
            at=self._at,
            unit=Unit.COUNT,
            sum=value * self._share,
            count=self._share,
            minimum=value,
            maximum=value,
            merge=Merge.SAMPLE,
        )

    def responses(self, space: str, place: Dimensions) -> Iterator[Point]:
        """The targets' answers by class of status."""
        for counted, name in _RESPONSES.items():
            yield from self.counted(space, name, place, self.value(Side.UPSTREAM, counted))

    def per_target(self, space: str, place: Dimensions) -> Iterator[Point]:
        """Requests shared out over the targets there are."""
        targets = self.value(Side.UPSTREAM, Counted.TARGETS)
        requests = self.value(Side.UPSTREAM, Counted.REQUESTS)
        if targets:
            yield from self.counted(space, "RequestCountPerTarget", place, requests / targets)

    def response_time(self, space: str, place: Dimensions, unit: Unit) -> Iterator[Point]:
        """How long the targets took, in milliseconds or seconds."""
        sample = self._samples.get((Side.UPSTREAM, Counted.RESPONSE_TIME))
        if sample is None or not isinstance(sample.value, Spread) or not sample.value.count:
            return
        spread, scale = sample.value, 0.001 if unit is Unit.SECONDS else 1.0
        yield Point(
            metric=Metric(namespace=space, name="TargetResponseTime", dimensions=place),
            at=self._at,
            unit=unit,
            sum=spread.sum * scale,
            count=spread.count,
            minimum=spread.minimum * scale,
            maximum=spread.maximum * scale,
            merge=Merge.SAMPLE,
            values=tuple((value * scale, often) for value, often in _values(spread)),
        )


def _values(spread: Spread) -> Iterator[tuple[float, float]]:
    """(value, how often) from the buckets: a bucket's values stand in its middle."""
    edges = (0.0, *spread.bounds)
    for number, often in enumerate(spread.counts):
        if often and number < len(spread.bounds):
            yield (edges[number] + edges[number + 1]) / 2, float(often)
        elif often:
            yield spread.maximum, float(often)


def _minute(at: float) -> int:
    return int(at // 60) * 60
