"""Traffic in CloudWatch's words: samples become points of AWS's own metrics.

Sources: Amazon ECS Service Connect metrics and Application Load Balancer metrics (developer
guides). A metric is only there when there is traffic of its kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from enum import StrEnum

from seaway.core.mesh import sample
from seaway.core.mesh.proxy import Labels, Purpose
from seaway.core.mesh.sample import Side, Spread, TrafficSample
from seaway.store.series import Dimensions, Merge, Metric, Point, value_of

ECS = "AWS/ECS"
BALANCER = "AWS/ApplicationELB"
NETWORK = "AWS/NetworkELB"
MESH = "Seaway/Mesh"
"""Our own: what AWS has no metric for."""

FLUSH_INTERVAL = 5.0
"""Seconds between two reports of a proxy."""

Counted = sample.Metric


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
    Counted.PROXY_REPLIES_500: "HTTPCode_ELB_500_Count",
    Counted.PROXY_REPLIES_502: "HTTPCode_ELB_502_Count",
    Counted.PROXY_REPLIES_503: "HTTPCode_ELB_503_Count",
    Counted.PROXY_REPLIES_504: "HTTPCode_ELB_504_Count",
    Counted.REDIRECTS: "HTTPCode_ELB_3XX_Count",
}
_BY_RULE = {
    Counted.REDIRECTS: "HTTP_Redirect_Count",
    Counted.FIXED_RESPONSES: "HTTP_Fixed_Response_Count",
}
_STATUS_PROTOCOLS = ("http", "http2")
"""gRPC's status is not HTTP's: HTTPCode_Target metrics are not for it (Service Connect metrics)."""


def points(samples: Iterable[TrafficSample], interval: float = FLUSH_INTERVAL) -> list[Point]:
    """The points of one report of a proxy, each in its minute; put, they add up.

    ``interval`` is the report's length in seconds: what is a number "now" weighs as much of a
    minute's sample, so that a minute of reports is one sample of each proxy.
    """
    together: dict[Labels, list[TrafficSample]] = {}
    for one in samples:
        # AWS's metrics know no revisions: those of one service are its targets together.
        together.setdefault(replace(one.labels, revision=""), []).append(one)
    found: list[Point] = []
    for labels, seen in together.items():
        report = _Report(seen, interval)
        match labels.purpose:
            case Purpose.CONNECT:
                found.extend(_server(labels, report))
                found.extend(_client(labels, report))
            case Purpose.INGRESS:
                found.extend(_ingress(labels, report))
            case Purpose.BALANCE if labels.load_balancer.startswith("net/"):
                found.extend(_network(labels, report))
            case Purpose.BALANCE:
                found.extend(_balance(labels, report))
            case _:
                pass  # a published host port: AWS counts nothing there
    return found


def _server(labels: Labels, report: _Report) -> Iterator[Point]:
    """What the endpoint's own proxy counts on AWS; one hop stands for both ends here."""
    target = Side.UPSTREAM
    requests = report.value(target, Counted.REQUESTS) if labels.protocol != "tcp" else 0.0
    begun = report.value(target, Counted.NEW_CONNECTIONS)
    failed = report.value(target, Counted.FAILED_CONNECTIONS)
    for place in _offered(labels):
        yield from report.now(ECS, "ActiveConnectionCount", place, _active(report, target))
        yield from report.counted(ECS, "NewConnectionCount", place, max(begun - failed, 0.0))
        yield from report.counted(ECS, "ProcessedBytes", place, _moved(report), Unit.BYTES)
        yield from report.counted(ECS, "RequestCount", place, requests)
        if labels.protocol == "grpc":
            yield from report.counted(ECS, "GrpcRequestCount", place, requests)


def _client(labels: Labels, report: _Report) -> Iterator[Point]:
    """What the caller's proxy counts."""
    failures = report.value(Side.UPSTREAM, Counted.TLS_FAILURES)
    denied = report.value(Side.PORT, Counted.DENIED)
    for place in _called(labels):
        yield from report.counted(ECS, "TargetProcessedBytes", place, _moved(report), Unit.BYTES)
        yield from report.counted(ECS, "TargetTLSNegotiationErrorCount", place, failures)
        yield from report.counted(MESH, "CallsDenied", place, denied)
        if labels.protocol in _STATUS_PROTOCOLS:
            yield from report.responses(ECS, place)
        if labels.protocol != "tcp":
            yield from report.per_target(ECS, place)
            yield from report.response_time(ECS, place, Unit.MILLISECONDS)


def _ingress(labels: Labels, report: _Report) -> Iterator[Point]:
    """The second hop of TLS: only what the first can't know, else all would count twice."""
    failures = report.value(Side.PORT, Counted.TLS_FAILURES)
    denied = report.value(Side.PORT, Counted.DENIED)
    for place in _offered(labels):
        yield from report.counted(ECS, "ClientTLSNegotiationErrorCount", place, failures)
        # Somebody came past the callers' own proxy, so who it was is not known.
        yield from report.counted(MESH, "CallsDenied", place, denied)


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
    failures = report.value(client, Counted.TLS_FAILURES)
    yield from report.counted(BALANCER, "ClientTLSNegotiationErrorCount", whole, failures)
    for counted, name in (*_REPLIES.items(), *_BY_RULE.items()):
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
        refused = report.value(target, Counted.FAILED_CONNECTIONS)
        yield from report.counted(BALANCER, "TargetConnectionErrorCount", place, refused)
        unsafe = report.value(target, Counted.TLS_FAILURES)
        yield from report.counted(BALANCER, "TargetTLSNegotiationErrorCount", place, unsafe)
    yield from report.per_target(BALANCER, group)
    yield from _hosts(BALANCER, group, report)


def _network(labels: Labels, report: _Report) -> Iterator[Point]:
    """A network load balancer's (NLB guide: CloudWatch metrics).

    Flows are counted where clients come in, except that TCP's that are open now are counted
    towards the targets. Each is shown for its protocol and for all together.
    """
    client, target = Side.PORT, Side.UPSTREAM
    whole: Dimensions = (("LoadBalancer", labels.load_balancer),)
    if labels.target_group:
        group: Dimensions = (*whole, ("TargetGroup", labels.target_group))
        yield from _hosts(NETWORK, group, report)
        unsafe = report.value(target, Counted.TLS_FAILURES)
        yield from report.counted(NETWORK, "TargetTLSNegotiationErrorCount", whole, unsafe)
        for name in _kinds("ActiveFlowCount", labels.protocol):
            yield from report.now(NETWORK, name, whole, _active(report, target))
        return
    begun = report.value(client, Counted.NEW_CONNECTIONS)
    moved = report.value(client, Counted.BYTES_SENT, Counted.BYTES_RECEIVED)
    for name in _kinds("NewFlowCount", labels.protocol):
        yield from report.counted(NETWORK, name, whole, begun)
    for name in _kinds("ProcessedBytes", labels.protocol):
        yield from report.counted(NETWORK, name, whole, moved, Unit.BYTES)
    for name in _kinds("ActiveFlowCount", labels.protocol):
        yield from report.now(NETWORK, name, whole, _active(report, client))
    failures = report.value(client, Counted.TLS_FAILURES)
    yield from report.counted(NETWORK, "ClientTLSNegotiationErrorCount", whole, failures)


def _kinds(name: str, protocol: str) -> tuple[str, str]:
    """A metric of all flows, and that of one protocol's."""
    return name, f"{name}_{protocol.upper()}"


def _hosts(space: str, group: Dimensions, report: _Report) -> Iterator[Point]:
    targets = report.value(Side.UPSTREAM, Counted.TARGETS)
    if targets:
        healthy = report.value(Side.UPSTREAM, Counted.HEALTHY_TARGETS)
        yield report.sampled(space, "HealthyHostCount", group, healthy)
        yield report.sampled(space, "UnHealthyHostCount", group, max(targets - healthy, 0))


def _active(report: _Report, side: Side) -> float:
    return report.value(side, Counted.ACTIVE_CONNECTIONS)


def _moved(report: _Report) -> float:
    return report.value(Side.UPSTREAM, Counted.BYTES_SENT, Counted.BYTES_RECEIVED)


def _offered(labels: Labels) -> list[Dimensions]:
    """The two sets of dimensions of a server's metric: its name, and whose it is."""
    owner = (labels.target_cluster, labels.target_service)
    return _places("DiscoveryName", labels.discovery_name, *owner)


def _called(labels: Labels) -> list[Dimensions]:
    """The two sets of dimensions of a client's metric: the target's name, and who calls."""
    return _places("TargetDiscoveryName", labels.discovery_name, labels.cluster, labels.service)


def _places(kind: str, name: str, cluster: str, service: str) -> list[Dimensions]:
    alone: Dimensions = ((kind, name),)
    # The machine's programs and tasks that were run ("family:jobs") are no ECS service.
    if not (cluster and service) or ":" in service:
        return [alone]
    owned = (("ClusterName", cluster), (kind, name), ("ServiceName", service))
    return [alone, tuple(sorted(owned))]


class _Report:
    """The numbers of one caller and target in one interval."""

    def __init__(self, samples: Iterable[TrafficSample], interval: float) -> None:
        self._values: dict[tuple[Side, Counted], float | Spread] = {}
        at = 0.0
        for one in samples:
            self._add((one.side, one.metric), one.value)
            at = max(at, one.at)
        self._at = _minute(at)
        self._share = interval / 60

    def _add(self, key: tuple[Side, Counted], value: float | Spread) -> None:
        known = self._values.get(key)
        if isinstance(known, Spread) and isinstance(value, Spread):
            self._values[key] = known + value
        elif isinstance(known, float | int) and isinstance(value, float | int):
            self._values[key] = known + value  # the proxy's replies, one for each cause
        else:
            self._values[key] = value

    def value(self, side: Side, *metrics: Counted) -> float:
        """The numbers' sum; what is not there is nothing."""
        found = (self._values.get((side, metric)) for metric in metrics)
        return sum(float(v) for v in found if v and not isinstance(v, Spread))

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
        spread = self._values.get((Side.UPSTREAM, Counted.RESPONSE_TIME))
        if not isinstance(spread, Spread) or not spread.count:
            return
        scale = 0.001 if unit is Unit.SECONDS else 1.0
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
