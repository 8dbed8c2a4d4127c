"""Who calls whom right now: the last minute of each caller and target, and the sums since start.

An edge is what one set of labels says: a caller and its target, or a load balancer and a target
group. Only the last minute is kept; longer times are CloudWatch's.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from seaway.core.mesh.proxy import Labels, Purpose
from seaway.core.mesh.sample import (
    RETRIED,
    Metric,
    Side,
    Spread,
    TrafficSample,
    count_of,
)

KEPT_SECONDS = 65.0
"""A minute and a report's length: one report may come a little late."""

STALE_SECONDS = 20.0
"""How long what a proxy said of the moment holds; it says it anew every five seconds."""

TIDY_SECONDS = 5.0
"""Of a thousand hosts' reports not each needs to be followed by a look at every edge."""

FORGOTTEN_SECONDS = 3600.0
"""An edge nobody has said anything of for so long is gone, with its sums."""

Counted = tuple[Side, Metric, str]
"""What a number counts: side, metric and cause."""

_CLASSES = {
    "2xx": (Metric.RESPONSES_2XX, None),
    "3xx": (Metric.RESPONSES_3XX, None),
    "4xx": (Metric.RESPONSES_4XX, Metric.PROXY_REPLIES_4XX),
    "5xx": (Metric.RESPONSES_5XX, Metric.PROXY_REPLIES_5XX),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One edge over some seconds, as its caller saw it.

    All are per second but ``latency`` (milliseconds at 50, 90 and 99 percent, () when nothing was
    timed) and ``causes``: how many answers the proxy gave itself, by Envoy's response flags.
    ``classes`` are the answers the caller got, the proxy's own among them; ``retries`` those it
    never saw, since another try was made.
    """

    seconds: float
    classes: Mapping[str, float]
    retries: float
    denied: float
    connections: float
    failed_connections: float
    tls_failures: float
    sent: float
    received: float
    latency: tuple[float, float, float] | tuple[()]
    causes: Mapping[str, float]

    @property
    def requests(self) -> float:
        """Answers per second."""
        return sum(self.classes.values())

    @property
    def errors(self) -> float:
        """Answers of class 5xx per second."""
        return self.classes["5xx"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """One caller and target now. ``targets`` and ``healthy`` are the proxies' own view."""

    labels: Labels
    connections: int
    targets: int
    healthy: int
    flow: Flow


@dataclass(slots=True)
class _Kept:
    """What is kept of one edge."""

    heard_at: float = 0.0
    reports: deque[tuple[float, Counted, float | Spread]] = field(default_factory=deque)
    sums: dict[Counted, float | Spread] = field(default_factory=dict)
    now: dict[tuple[str, Metric], tuple[float, float]] = field(default_factory=dict)
    """(value, at) by proxy and metric."""


class Rates:
    """The recent traffic of all proxies. ``take`` their reports as they come."""

    def __init__(self) -> None:
        self._edges: dict[Labels, _Kept] = {}
        self._tidied_at = 0.0

    def take(self, node: str, samples: Iterable[TrafficSample]) -> None:
        """Keep one proxy's report."""
        latest = 0.0
        for sample in samples:
            self._keep(node, sample)
            latest = max(latest, sample.at)
        if latest >= self._tidied_at + TIDY_SECONDS:
            self._tidied_at = latest
            self._forget(latest)

    def edges(self, now: float, seconds: float) -> list[Edge]:
        """Every edge's last so many seconds, at most sixty; the busiest first."""
        found = [_edge(labels, kept, now, seconds) for labels, kept in self._edges.items()]
        found = [edge for edge in found if _is_edge(edge.labels)]
        return sorted(found, key=lambda e: (-e.flow.requests, -e.connections, str(e.labels)))

    def sums(self) -> Iterator[tuple[Labels, Mapping[Counted, float | Spread]]]:
        """Everything counted since start, edge by edge."""
        for labels, kept in self._edges.items():
            yield labels, kept.sums

    def now(self, labels: Labels, metric: Metric, now: float) -> float:
        """How many there are at the moment, over all proxies; of targets the most one sees."""
        kept = self._edges.get(labels)
        return _now(kept, metric, now) if kept else 0.0

    def _keep(self, node: str, sample: TrafficSample) -> None:
        kept = self._edges.setdefault(sample.labels, _Kept())
        kept.heard_at = max(kept.heard_at, sample.at)
        if sample.metric.is_now:
            kept.now[node, sample.metric] = (count_of(sample.value), sample.at)
            return
        key = (sample.side, sample.metric, sample.cause)
        kept.reports.append((sample.at, key, sample.value))
        kept.sums[key] = _together(kept.sums.get(key), sample.value)

    def _forget(self, latest: float) -> None:
        for labels, kept in list(self._edges.items()):
            while kept.reports and kept.reports[0][0] <= latest - KEPT_SECONDS:
                kept.reports.popleft()
            if kept.heard_at < latest - FORGOTTEN_SECONDS:
                del self._edges[labels]


def _is_edge(labels: Labels) -> bool:
    return labels.purpose is Purpose.CONNECT or bool(labels.target_group)


def _edge(labels: Labels, kept: _Kept, now: float, seconds: float) -> Edge:
    recent: dict[Counted, float | Spread] = {}
    for at, key, value in kept.reports:
        if at > now - seconds:
            recent[key] = _together(recent.get(key), value)
    return Edge(
        labels=labels,
        connections=round(_now(kept, Metric.ACTIVE_CONNECTIONS, now)),
        targets=round(_now(kept, Metric.TARGETS, now)),
        healthy=round(_now(kept, Metric.HEALTHY_TARGETS, now)),
        flow=_flow(recent, seconds),
    )


def _now(kept: _Kept, metric: Metric, now: float) -> float:
    values = [
        value
        for (_, what), (value, at) in kept.now.items()
        if what is metric and at > now - STALE_SECONDS
    ]
    if metric is Metric.ACTIVE_CONNECTIONS:
        return sum(values)
    return max(values, default=0.0)


def _flow(recent: Mapping[Counted, float | Spread], seconds: float) -> Flow:
    def per_second(*metrics: Metric | None, side: Side = Side.UPSTREAM, cause: str = "") -> float:
        found = (recent.get((side, m, cause), 0.0) for m in metrics if m is not None)
        return sum(map(count_of, found)) / seconds

    replies = (Metric.PROXY_REPLIES_4XX, Metric.PROXY_REPLIES_5XX)
    own = {
        (metric, cause): count_of(value)
        for (side, metric, cause), value in recent.items()
        if metric in replies and side is Side.UPSTREAM
    }
    spread = recent.get((Side.UPSTREAM, Metric.RESPONSE_TIME, ""))
    return Flow(
        seconds=seconds,
        classes={
            name: per_second(targets)
            + sum(often for (metric, _), often in own.items() if metric is proxys) / seconds
            for name, (targets, proxys) in _CLASSES.items()
        },
        retries=per_second(Metric.RESPONSES_4XX, Metric.RESPONSES_5XX, cause=RETRIED),
        denied=per_second(Metric.DENIED, side=Side.PORT),
        connections=per_second(Metric.NEW_CONNECTIONS),
        failed_connections=per_second(Metric.FAILED_CONNECTIONS),
        tls_failures=per_second(Metric.TLS_FAILURES),
        sent=per_second(Metric.BYTES_SENT),
        received=per_second(Metric.BYTES_RECEIVED),
        latency=percentiles(spread) if isinstance(spread, Spread) else (),
        causes=_by_cause(own),
    )


def _by_cause(own: Mapping[tuple[Metric, str], float]) -> dict[str, float]:
    causes: dict[str, float] = {}
    for (_, cause), often in own.items():
        causes[cause] = causes.get(cause, 0.0) + often
    return causes


def percentiles(spread: Spread) -> tuple[float, float, float] | tuple[()]:
    """The values at 50, 90 and 99 percent; those of a bucket lie evenly in it."""
    if not sum(spread.counts):
        return ()
    return (_at(spread, 0.5), _at(spread, 0.9), _at(spread, 0.99))


def _at(spread: Spread, share: float) -> float:
    edges: Sequence[float] = (0.0, *spread.bounds, max(spread.maximum, *spread.bounds))
    wanted, passed = share * sum(spread.counts), 0.0
    for number, often in enumerate(spread.counts):
        if often and passed + often >= wanted:
            low, high = edges[number], edges[number + 1]
            return low + (high - low) * (wanted - passed) / often
        passed += often
    return spread.maximum


def _together(known: float | Spread | None, value: float | Spread) -> float | Spread:
    if known is None:
        return value
    if isinstance(known, Spread) and isinstance(value, Spread):
        return known + value
    return count_of(known) + count_of(value)
