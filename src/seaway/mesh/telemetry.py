"""Envoy's numbers in our words: who called whom, how often, how fast.

Each number is of one interval (counters and spreads come as deltas), so summing samples over a
minute gives a CloudWatch point. One proxy hop serves both sides of Service Connect: a sample's
labels name caller and target, the server-side figure of a discovery name is the sum over callers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from seaway.core.mesh.envoy import labels_of
from seaway.core.mesh.proxy import Labels
from seaway.mesh.protobuf import Measured, Spread


class Side(StrEnum):
    """Where a number was counted."""

    PORT = "port"  # between clients and the proxy; load balancers only
    UPSTREAM = "upstream"  # between the proxy and the targets


class Metric(StrEnum):
    """What a number counts. UPSTREAM requests are attempts: a retried request counts twice,
    as it does at the servers."""

    REQUESTS = "requests"
    RESPONSES_2XX = "responses_2xx"
    RESPONSES_3XX = "responses_3xx"
    RESPONSES_4XX = "responses_4xx"
    RESPONSES_5XX = "responses_5xx"
    RESPONSE_TIME = "response_time"  # milliseconds, a Spread
    NEW_CONNECTIONS = "new_connections"
    FAILED_CONNECTIONS = "failed_connections"
    ACTIVE_CONNECTIONS = "active_connections"  # how many now
    BYTES_SENT = "bytes_sent"  # by the proxy: to the target, or to the client
    BYTES_RECEIVED = "bytes_received"
    TARGETS = "targets"  # how many now
    HEALTHY_TARGETS = "healthy_targets"  # how many now
    PROXY_REPLIES_4XX = "proxy_replies_4xx"  # the proxy's own answers, not a target's
    PROXY_REPLIES_5XX = "proxy_replies_5xx"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrafficSample:
    """One number about one caller and target (or one load balancer) in one interval.

    ``at`` is epoch seconds, the interval's end.
    """

    labels: Labels
    side: Side
    metric: Metric
    value: float | Spread
    at: float


_UPSTREAM = {
    "upstream_rq_total": Metric.REQUESTS,
    "upstream_rq_2xx": Metric.RESPONSES_2XX,
    "upstream_rq_3xx": Metric.RESPONSES_3XX,
    "upstream_rq_4xx": Metric.RESPONSES_4XX,
    "upstream_rq_5xx": Metric.RESPONSES_5XX,
    "upstream_rq_time": Metric.RESPONSE_TIME,
    "upstream_cx_total": Metric.NEW_CONNECTIONS,
    "upstream_cx_connect_fail": Metric.FAILED_CONNECTIONS,
    "upstream_cx_active": Metric.ACTIVE_CONNECTIONS,
    "upstream_cx_tx_bytes_total": Metric.BYTES_SENT,
    "upstream_cx_rx_bytes_total": Metric.BYTES_RECEIVED,
    "membership_total": Metric.TARGETS,
    "membership_healthy": Metric.HEALTHY_TARGETS,
}
_PORT = {
    "downstream_rq_total": Metric.REQUESTS,
    "downstream_rq_2xx": Metric.RESPONSES_2XX,
    "downstream_rq_3xx": Metric.RESPONSES_3XX,
    "downstream_rq_4xx": Metric.RESPONSES_4XX,
    "downstream_rq_5xx": Metric.RESPONSES_5XX,
    "downstream_cx_total": Metric.NEW_CONNECTIONS,
    "downstream_cx_active": Metric.ACTIVE_CONNECTIONS,
    "downstream_cx_tx_bytes_total": Metric.BYTES_SENT,
    "downstream_cx_rx_bytes_total": Metric.BYTES_RECEIVED,
}
_REPLIES = {"4": Metric.PROXY_REPLIES_4XX, "5": Metric.PROXY_REPLIES_5XX}
_OWN = {
    Metric.RESPONSES_4XX: Metric.PROXY_REPLIES_4XX,
    Metric.RESPONSES_5XX: Metric.PROXY_REPLIES_5XX,
}

_Key = tuple[Labels, Side, Metric]


def traffic_samples(measured: Iterable[Measured]) -> list[TrafficSample]:
    """The samples of one report, one per labels, side and metric.

    An upstream's RESPONSES are the targets' own: what the proxy answered in their place is
    taken off and told apart as PROXY_REPLIES. A port's RESPONSES are all that clients got.
    """
    sums: dict[_Key, TrafficSample] = {}
    in_place_of_targets: dict[_Key, float] = {}
    for one in measured:
        _, _, name = one.name.rpartition(".")
        if name != "proxy_reply":
            _add(sums, _key(one.tags, name), one)
            continue
        metric = _REPLIES.get(one.tags.get("status", "")[:1])
        for side in Side:
            labels = labels_of(one.tags.get(side.value, ""))
            key = (labels, side, metric) if labels and metric else None
            _add(sums, key, one)
            # An idle stream (SI) is ended before the router counts a status for its upstream.
            if key and side is Side.UPSTREAM and one.tags.get("cause") != "SI":
                in_place_of_targets[key] = in_place_of_targets.get(key, 0.0) + _count(one.value)
    samples = (_targets_own(sample, in_place_of_targets) for sample in sums.values())
    return [sample for sample in samples if sample is not None]


def _key(tags: Mapping[str, str], name: str) -> _Key | None:
    for side, metrics in ((Side.UPSTREAM, _UPSTREAM), (Side.PORT, _PORT)):
        if side.value in tags:
            labels, metric = labels_of(tags[side.value]), metrics.get(name)
            return (labels, side, metric) if labels and metric else None
    return None


def _add(sums: dict[_Key, TrafficSample], key: _Key | None, one: Measured) -> None:
    if key is None:
        return
    labels, side, metric = key
    value = one.value
    if key in sums:
        value = _merged(sums[key].value, value)
    sums[key] = TrafficSample(labels=labels, side=side, metric=metric, value=value, at=one.at)


def _merged(first: float | Spread, second: float | Spread) -> float | Spread:
    if isinstance(first, Spread) and isinstance(second, Spread):
        return Spread(
            count=first.count + second.count,
            sum=first.sum + second.sum,
            minimum=min(first.minimum, second.minimum),
            maximum=max(first.maximum, second.maximum),
            bounds=first.bounds,
            counts=tuple(a + b for a, b in zip(first.counts, second.counts, strict=False)),
        )
    return _count(first) + _count(second)


def _count(value: float | Spread) -> float:
    return value.count if isinstance(value, Spread) else value


def _targets_own(sample: TrafficSample, replies: Mapping[_Key, float]) -> TrafficSample | None:
    if sample.side is not Side.UPSTREAM or sample.metric not in _OWN:
        return sample
    replied = replies.get((sample.labels, sample.side, _OWN[sample.metric]), 0.0)
    value = _count(sample.value) - replied
    return replace(sample, value=value) if value > 0 else None
