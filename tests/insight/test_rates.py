"""The last minute of each edge, from reports as they come."""

from __future__ import annotations

import pytest

from seaway.core.mesh.proxy import Labels, Purpose
from seaway.core.mesh.sample import RETRIED, Metric, Side, Spread, TrafficSample
from seaway.insight.rates import Edge, Rates, percentiles

CATS = Labels(purpose=Purpose.CONNECT, cluster="c", service="web", discovery_name="cats")
DOGS = Labels(purpose=Purpose.CONNECT, cluster="c", service="web", discovery_name="dogs")
BOUNDS = (1.0, 5.0, 10.0)


def a_sample(metric: Metric, value: float | Spread, **fields: object) -> TrafficSample:
    return TrafficSample(
        **{  # type: ignore[arg-type]
            "labels": CATS,
            "side": Side.UPSTREAM,
            "metric": metric,
            "value": value,
            "at": 100.0,
            **fields,
        }
    )


def the_edge(rates: Rates, now: float = 100.0, seconds: float = 10) -> Edge:
    (edge,) = rates.edges(now, seconds)
    return edge


def test_reports_of_the_last_seconds_become_rates() -> None:
    rates = Rates()
    for at in (80.0, 95.0, 100.0):
        rates.take("host-1", [a_sample(Metric.RESPONSES_2XX, 50, at=at)])
    assert the_edge(rates).flow.requests == 10
    assert the_edge(rates, seconds=60).flow.requests == pytest.approx(2.5)


def test_what_is_older_than_a_minute_is_left_behind() -> None:
    rates = Rates()
    rates.take("host-1", [a_sample(Metric.RESPONSES_2XX, 50, at=10.0)])
    rates.take("host-1", [a_sample(Metric.RESPONSES_2XX, 6, at=100.0)])
    assert the_edge(rates, seconds=60).flow.requests == pytest.approx(0.1)
    (sums,) = (sums for _, sums in rates.sums())
    assert sums[Side.UPSTREAM, Metric.RESPONSES_2XX, ""] == 56


def test_a_caller_sees_the_targets_answers_and_the_proxys_own_and_no_retried_one() -> None:
    rates = Rates()
    rates.take(
        "host-1",
        [
            a_sample(Metric.RESPONSES_5XX, 10),
            a_sample(Metric.RESPONSES_5XX, 40, cause=RETRIED),
            a_sample(Metric.PROXY_REPLIES_5XX, 20, cause="UF,URX"),
            a_sample(Metric.PROXY_REPLIES_4XX, 30, cause="RL"),
            # A load balancer's port counts the same replies on its own side.
            a_sample(Metric.PROXY_REPLIES_5XX, 20, cause="UF,URX", side=Side.PORT),
        ],
    )
    flow = the_edge(rates).flow
    assert (flow.errors, flow.requests, flow.retries) == (3.0, 6.0, 4.0)
    assert flow.causes == {"UF,URX": 20, "RL": 30}


def test_what_is_now_is_summed_over_hosts_and_is_none_when_nobody_says_it_any_more() -> None:
    rates = Rates()
    for host in ("host-1", "host-2"):
        rates.take(host, [a_sample(Metric.ACTIVE_CONNECTIONS, 3), a_sample(Metric.TARGETS, 2)])
    edge = the_edge(rates)
    assert (edge.connections, edge.targets) == (6, 2)
    assert the_edge(rates, now=130.0).connections == 0


def test_the_busiest_edge_comes_first() -> None:
    rates = Rates()
    rates.take("host-1", [a_sample(Metric.RESPONSES_2XX, 1)])
    rates.take("host-1", [a_sample(Metric.RESPONSES_2XX, 9, labels=DOGS)])
    assert [e.labels.discovery_name for e in rates.edges(100.0, 10)] == ["dogs", "cats"]


def test_an_edge_nobody_speaks_of_for_an_hour_is_forgotten() -> None:
    rates = Rates()
    rates.take("host-1", [a_sample(Metric.RESPONSES_2XX, 1)])
    rates.take("host-1", [a_sample(Metric.RESPONSES_2XX, 1, labels=DOGS, at=4000.0)])
    assert [e.labels for e in rates.edges(4000.0, 60)] == [DOGS]


def test_ingress_is_the_same_calls_once_more_and_no_edge() -> None:
    rates = Rates()
    ingress = Labels(purpose=Purpose.INGRESS, discovery_name="cats")
    rates.take("host-1", [a_sample(Metric.RESPONSES_2XX, 1, labels=ingress)])
    assert rates.edges(100.0, 10) == []


def test_percentiles_lie_in_their_buckets() -> None:
    spread = Spread(100, 400.0, 0.0, 10.0, BOUNDS, (50, 40, 10, 0))
    assert percentiles(spread) == pytest.approx((1.0, 5.0, 9.5))
    assert percentiles(Spread(0, 0.0, 0.0, 0.0)) == ()
    beyond = Spread(1, 60.0, 60.0, 60.0, BOUNDS, (0, 0, 0, 1))
    assert percentiles(beyond) == pytest.approx((35.0, 55.0, 59.5))


def test_spreads_of_several_reports_are_one() -> None:
    rates = Rates()
    fast = Spread(9, 9.0, 0.0, 1.0, BOUNDS, (9, 0, 0, 0))
    slow = Spread(1, 9.0, 5.0, 10.0, BOUNDS, (0, 0, 1, 0))
    rates.take("host-1", [a_sample(Metric.RESPONSE_TIME, fast, at=95.0)])
    rates.take("host-1", [a_sample(Metric.RESPONSE_TIME, slow, at=100.0)])
    latency = the_edge(rates).flow.latency
    assert latency == pytest.approx((5 / 9, 1.0, 9.5))
