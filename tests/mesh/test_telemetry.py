"""Envoy's numbers become samples in our words."""

from __future__ import annotations

import pytest

from seaway.core.mesh.envoy import stat_name
from seaway.core.mesh.proxy import Labels, Purpose
from seaway.core.mesh.sample import Metric, Side, Spread, TrafficSample
from seaway.mesh.protobuf import Measured
from seaway.mesh.telemetry import traffic_samples

CATS = Labels(purpose=Purpose.CONNECT, cluster="c", service="web", discovery_name="cats.v1")
ALB = Labels(purpose=Purpose.BALANCE, load_balancer="app/pets/1")


def upstream(name: str, value: float | Spread, labels: Labels = CATS) -> Measured:
    return Measured(f"cluster.{name}", {"upstream": stat_name(labels)}, 10.0, value)


def reply(status: str, cause: str) -> Measured:
    tags = {"status": status, "cause": cause, "upstream": stat_name(CATS), "port": stat_name(ALB)}
    return Measured("seaway.proxy_reply", tags, 10.0, 1)


def said(*measured: Measured) -> dict[tuple[Labels, Side, Metric], float | Spread]:
    return {(s.labels, s.side, s.metric): s.value for s in traffic_samples(measured)}


def causes(metric: Metric, labels: Labels, *measured: Measured) -> dict[str, float | Spread]:
    found: list[TrafficSample] = traffic_samples(measured)
    return {s.cause: s.value for s in found if s.metric is metric and s.labels == labels}


def test_a_number_is_told_with_its_labels() -> None:
    (sample,) = traffic_samples([upstream("upstream_rq_total", 7)])
    assert (sample.labels, sample.metric, sample.value) == (CATS, Metric.REQUESTS, 7)
    assert (sample.side, sample.at) == (Side.UPSTREAM, 10.0)


def test_numbers_of_nobodys_are_left_out() -> None:
    strangers = Measured("cluster.upstream_rq_total", {"upstream": "seaway"}, 0, 1)
    assert traffic_samples([strangers, upstream("upstream_rq_unheard_of", 1)]) == []


def test_the_targets_5xx_do_not_hold_the_proxys_own() -> None:
    measured = [upstream("upstream_rq_5xx", 5), reply("502", "UF"), reply("503", "UH")]
    samples = said(*measured)
    assert samples[CATS, Side.UPSTREAM, Metric.RESPONSES_5XX] == 3
    assert causes(Metric.PROXY_REPLIES_5XX, CATS, *measured) == {"UF": 1, "UH": 1}
    assert causes(Metric.PROXY_REPLIES_5XX, ALB, *measured) == {"UF": 1, "UH": 1}


@pytest.mark.parametrize("cause", ["SI", "FI", "RL", "DI,FI"])
def test_what_never_came_to_the_router_was_not_counted_for_the_target(cause: str) -> None:
    samples = said(upstream("upstream_rq_5xx", 1), reply("504", cause))
    assert samples[CATS, Side.UPSTREAM, Metric.RESPONSES_5XX] == 1


def test_an_answer_that_led_to_a_retry_is_the_targets_too() -> None:
    own = reply("503", "UF")
    measured = [upstream("upstream_rq_5xx", 2), upstream("retry.upstream_rq_5xx", 1), own]
    assert causes(Metric.RESPONSES_5XX, CATS, *measured) == {"": 1, "retried": 1}


def test_every_kind_of_failed_handshake_counts_as_one_of_tls() -> None:
    samples = said(upstream("ssl.connection_error", 1), upstream("ssl.fail_verify_san", 2))
    assert samples == {(CATS, Side.UPSTREAM, Metric.TLS_FAILURES): 3}


def test_a_call_that_was_turned_away_names_caller_and_target() -> None:
    denied = Measured("seaway.denied", {"way": stat_name(CATS)}, 10.0, 4)
    assert said(denied) == {(CATS, Side.PORT, Metric.DENIED): 4}


def test_times_of_the_same_labels_are_put_together() -> None:
    fast = Spread(2, 10.0, 4.0, 6.0, (5.0, 10.0), (1, 1, 0))
    slow = Spread(1, 20.0, 20.0, 20.0, (5.0, 10.0), (0, 0, 1))
    samples = said(upstream("upstream_rq_time", fast), upstream("upstream_rq_time", slow))
    assert samples[CATS, Side.UPSTREAM, Metric.RESPONSE_TIME] == Spread(
        3, 30.0, 4.0, 20.0, (5.0, 10.0), (1, 1, 1)
    )
