"""Envoy's numbers in our words: who called whom, how often, how fast.

One proxy hop serves both sides of Service Connect: a sample's labels name caller and target, the
server-side figure of a discovery name is the sum over callers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from seaway.core.mesh.labels import labels_of
from seaway.core.mesh.proxy import Labels
from seaway.core.mesh.sample import (
    RETRIED,
    Metric,
    Side,
    Spread,
    TrafficSample,
    count_of,
)
from seaway.mesh.protobuf import Measured

__all__ = ["Metric", "Side", "TrafficSample", "traffic_samples"]

# What Envoy counts of certificates it doesn't like it does not count as a connection error.
_TLS_FAILURES = {
    "connection_error": Metric.TLS_FAILURES,
    "fail_verify_no_cert": Metric.TLS_FAILURES,
    "fail_verify_error": Metric.TLS_FAILURES,
    "fail_verify_san": Metric.TLS_FAILURES,
}
# By the last part of a name; that of an answer that led to a retry is ``retry.upstream_rq_5xx``.
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
    **_TLS_FAILURES,
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
    "downstream_sess_total": Metric.NEW_CONNECTIONS,
    "downstream_sess_active": Metric.ACTIVE_CONNECTIONS,
    "downstream_sess_tx_bytes": Metric.BYTES_SENT,
    "downstream_sess_rx_bytes": Metric.BYTES_RECEIVED,
    **_TLS_FAILURES,
}
_REPLIES = {"4": Metric.PROXY_REPLIES_4XX, "5": Metric.PROXY_REPLIES_5XX}
_EXACT_REPLIES = {
    "500": Metric.PROXY_REPLIES_500,
    "502": Metric.PROXY_REPLIES_502,
    "503": Metric.PROXY_REPLIES_503,
    "504": Metric.PROXY_REPLIES_504,
}
_OWN = {
    Metric.RESPONSES_4XX: Metric.PROXY_REPLIES_4XX,
    Metric.RESPONSES_5XX: Metric.PROXY_REPLIES_5XX,
}
_NEVER_COUNTED = frozenset(("SI", "FI", "RL"))
"""Causes of replies that Envoy makes before its router counts a status for the upstream: an idle
stream is ended, a fault put in, a rate kept."""

_Key = tuple[Labels, Side, Metric, str]


def traffic_samples(measured: Iterable[Measured]) -> list[TrafficSample]:
    """The samples of one report, one per labels, side, metric and cause.

    An upstream's RESPONSES are the targets' own: what the proxy answered in their place is
    taken off and told apart as PROXY_REPLIES. A port's RESPONSES are all that clients got.
    """
    sums: dict[_Key, TrafficSample] = {}
    in_place_of_targets: dict[tuple[Labels, Metric], float] = {}
    for one in measured:
        _, _, name = one.name.rpartition(".")
        if name == "proxy_reply":
            _add_reply(sums, in_place_of_targets, one)
        elif name == "own_answer":
            _add_own_answer(sums, one)
        elif name == "denied":
            labels = labels_of(one.tags.get("way", ""))
            _add(sums, (labels, Side.PORT, Metric.DENIED, "") if labels else None, one)
        else:
            _add(sums, _key(one.tags, one.name, name), one)
    samples = (_targets_own(sample, in_place_of_targets) for sample in sums.values())
    return [sample for sample in samples if sample is not None]


def _key(tags: Mapping[str, str], path: str, name: str) -> _Key | None:
    cause = RETRIED if path.endswith(f"retry.{name}") else ""
    for side, metrics in ((Side.UPSTREAM, _UPSTREAM), (Side.PORT, _PORT)):
        if side.value in tags:
            labels, metric = labels_of(tags[side.value]), metrics.get(name)
            return (labels, side, metric, cause) if labels and metric else None
    return None


def _add_reply(
    sums: dict[_Key, TrafficSample],
    in_place_of_targets: dict[tuple[Labels, Metric], float],
    one: Measured,
) -> None:
    metric = _REPLIES.get(one.tags.get("status", "")[:1])
    cause = one.tags.get("cause", "")
    for side in Side:
        labels = labels_of(one.tags.get(side.value, ""))
        if labels is None or metric is None:
            continue
        _add(sums, (labels, side, metric, cause), one)
        exact = _EXACT_REPLIES.get(one.tags.get("status", ""))
        if side is Side.PORT and exact is not None:
            _add(sums, (labels, side, exact, cause), one)
        if side is Side.UPSTREAM and not _NEVER_COUNTED.intersection(cause.split(",")):
            known = in_place_of_targets.get((labels, metric), 0.0)
            in_place_of_targets[labels, metric] = known + count_of(one.value)


def _add_own_answer(sums: dict[_Key, TrafficSample], one: Measured) -> None:
    """A rule's answer is the proxy's own reply, too, with no cause but the rule."""
    labels, status = labels_of(one.tags.get("port", "")), one.tags.get("status", "")
    if labels is None:
        return
    kind = Metric.REDIRECTS if status.startswith("3") else Metric.FIXED_RESPONSES
    for metric in (kind, _REPLIES.get(status[:1]), _EXACT_REPLIES.get(status)):
        if metric is not None:
            _add(sums, (labels, Side.PORT, metric, ""), one)


def _add(sums: dict[_Key, TrafficSample], key: _Key | None, one: Measured) -> None:
    if key is None:
        return
    labels, side, metric, cause = key
    value = _together(sums[key].value, one.value) if key in sums else one.value
    sums[key] = TrafficSample(
        labels=labels, side=side, metric=metric, value=value, at=one.at, cause=cause
    )


def _together(first: float | Spread, second: float | Spread) -> float | Spread:
    if isinstance(first, Spread) and isinstance(second, Spread):
        return first + second
    return count_of(first) + count_of(second)


def _targets_own(
    sample: TrafficSample, replies: Mapping[tuple[Labels, Metric], float]
) -> TrafficSample | None:
    if sample.side is not Side.UPSTREAM or sample.metric not in _OWN or sample.cause:
        return sample
    value = count_of(sample.value) - replies.get((sample.labels, _OWN[sample.metric]), 0.0)
    return replace(sample, value=value) if value > 0 else None
