"""What a proxy counted: one number about one caller and its target, in one interval.

Counters and spreads come as deltas, so summing samples over a minute gives a CloudWatch point.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from seaway.core.mesh.proxy import Labels


class Side(StrEnum):
    """Where a number was counted."""

    PORT = "port"  # between clients and the proxy: load balancers, and what a port turned away
    UPSTREAM = "upstream"  # between the proxy and the targets


class Metric(StrEnum):
    """What a number counts. UPSTREAM requests are attempts: a retried request counts twice,
    as it does at the servers, and so do the answers that led to the retries."""

    REQUESTS = "requests"
    RESPONSES_2XX = "responses_2xx"
    RESPONSES_3XX = "responses_3xx"
    RESPONSES_4XX = "responses_4xx"
    RESPONSES_5XX = "responses_5xx"
    RESPONSE_TIME = "response_time"  # milliseconds, a Spread
    NEW_CONNECTIONS = "new_connections"  # begun, those that failed too
    FAILED_CONNECTIONS = "failed_connections"
    ACTIVE_CONNECTIONS = "active_connections"  # how many now
    TLS_FAILURES = "tls_failures"  # handshakes that failed
    BYTES_SENT = "bytes_sent"  # by the proxy: to the target, or to the client
    BYTES_RECEIVED = "bytes_received"
    TARGETS = "targets"  # how many now
    HEALTHY_TARGETS = "healthy_targets"  # how many now
    PROXY_REPLIES_4XX = "proxy_replies_4xx"  # the proxy's own answers, not a target's
    PROXY_REPLIES_5XX = "proxy_replies_5xx"
    PROXY_REPLIES_500 = "proxy_replies_500"  # those of the last that have metrics of their own
    PROXY_REPLIES_502 = "proxy_replies_502"
    PROXY_REPLIES_503 = "proxy_replies_503"
    PROXY_REPLIES_504 = "proxy_replies_504"
    REDIRECTS = "redirects"  # answered so because a rule says so
    FIXED_RESPONSES = "fixed_responses"
    DENIED = "denied"  # calls turned away because the caller may not call

    @property
    def is_now(self) -> bool:
        """How many there are at the moment, rather than how many came."""
        return self in (Metric.ACTIVE_CONNECTIONS, Metric.TARGETS, Metric.HEALTHY_TARGETS)


RETRIED = "retried"
"""The cause of an answer that led to another try."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How values lay within one interval: a statistic set and counts up to each bound."""

    count: int
    sum: float
    minimum: float
    maximum: float
    bounds: tuple[float, ...] = ()
    counts: tuple[int, ...] = ()

    def __add__(self, other: Spread) -> Spread:
        """The values of both; the bounds are the same wherever one proxy's numbers meet."""
        return Spread(
            count=self.count + other.count,
            sum=self.sum + other.sum,
            minimum=min(self.minimum, other.minimum),
            maximum=max(self.maximum, other.maximum),
            bounds=self.bounds,
            counts=tuple(a + b for a, b in zip(self.counts, other.counts, strict=False)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TrafficSample:
    """One number about one caller and target (or one load balancer) in one interval.

    ``at`` is epoch seconds, the interval's end. ``cause`` of a proxy's own reply is why it made
    it, as Envoy's response flags say it ("UF", "UF,URX"); of a target's answer RETRIED when the
    caller never got it; empty on every other number.
    """

    labels: Labels
    side: Side
    metric: Metric
    value: float | Spread
    at: float
    cause: str = ""


def count_of(value: float | Spread) -> float:
    """How many values there are in it."""
    return value.count if isinstance(value, Spread) else value
