"""The text Prometheus reads: every line has its family, and the figures are right."""

from __future__ import annotations

import re
from dataclasses import replace

from seaway.core.capacity import Host
from seaway.core.mesh.proxy import Labels, Purpose
from seaway.core.mesh.sample import RETRIED, Metric, Side, Spread, TrafficSample
from seaway.core.task import TaskStatus
from seaway.insight.prometheus import exposition
from seaway.insight.rates import Rates
from seaway.store.resident import Resident
from tests.builders import a_service, a_task

CATS = Labels(
    purpose=Purpose.CONNECT,
    cluster="pets",
    service="web",
    discovery_name='ca"ts',
    target_cluster="pets",
    target_service="cats",
    namespace="ns-1",
    protocol="http",
)
EDGE = (
    'cluster="pets",service="web",target="ca\\"ts",target_cluster="pets",target_service="cats",'
    'namespace="ns-1",revision="",protocol="http"'
)


def shown(*samples: TrafficSample) -> dict[str, float]:
    """Each line's value by its name and labels; the text's form is checked on the way."""
    rates, store = Rates(), Resident()
    rates.take("host-1", samples)
    web = a_service("web", desired_count=3)
    with store.transaction() as tx:
        tx.put(Host(id="host-1", cpu=1, memory=1, connected=True))
        tx.put(web)
        tx.put(replace(a_task(1), service=web.arn, last_status=TaskStatus.RUNNING))
        tx.put(replace(a_task(2), last_status=TaskStatus.STOPPED))
        text = exposition(rates, tx, {"host-1": False}, "1.2", 100.0)
    return parsed(text)


def parsed(text: str) -> dict[str, float]:
    found: dict[str, float] = {}
    family = ""
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            _, _, family, kind = line.split()
            assert kind in ("counter", "gauge", "histogram")
        elif not line.startswith("# HELP "):
            match = re.fullmatch(r"([a-z_]+)\{(.*)\} ([0-9.e+-]+)", line)
            assert match, line
            assert match[1].startswith(family), "a sample stands under its family"
            assert line.rpartition(" ")[0] not in found, "no series is there twice"
            found[f"{match[1]}{{{match[2]}}}"] = float(match[3])
    return found


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


def test_answers_are_counted_by_class_and_by_who_gave_them() -> None:
    found = shown(
        a_sample(Metric.RESPONSES_2XX, 30),
        a_sample(Metric.RESPONSES_5XX, 4),
        a_sample(Metric.RESPONSES_5XX, 2, cause=RETRIED),
        a_sample(Metric.PROXY_REPLIES_5XX, 1, cause="UF"),
        a_sample(Metric.PROXY_REPLIES_5XX, 1, cause="UH"),
        a_sample(Metric.PROXY_REPLIES_5XX, 2, cause="UH", side=Side.PORT),
    )
    requests = {key: value for key, value in found.items() if key.startswith("seaway_requests")}
    assert requests == {
        f'seaway_requests_total{{{EDGE},code_class="2xx",by="target"}}': 30,
        f'seaway_requests_total{{{EDGE},code_class="5xx",by="target"}}': 4,
        f'seaway_requests_total{{{EDGE},code_class="5xx",by="proxy"}}': 2,
    }
    assert found[f"seaway_retried_total{{{EDGE}}}"] == 2


def test_two_revisions_are_two_series() -> None:
    blue, green = (replace(CATS, revision=mark) for mark in "12")
    found = shown(
        a_sample(Metric.DENIED, 1, side=Side.PORT, labels=blue),
        a_sample(Metric.DENIED, 2, side=Side.PORT, labels=green),
    )
    assert sorted(v for key, v in found.items() if key.startswith("seaway_calls_denied")) == [1, 2]


def test_times_are_a_histogram_in_seconds_that_counts_up() -> None:
    spread = Spread(10, 80.0, 5.0, 25.0, (5.0, 10.0, 25.0), (0, 8, 2, 0))
    found = shown(a_sample(Metric.RESPONSE_TIME, spread))
    name = "seaway_response_seconds"
    assert found[f'{name}_bucket{{{EDGE},le="0.005"}}'] == 0
    assert found[f'{name}_bucket{{{EDGE},le="0.01"}}'] == 8
    assert found[f'{name}_bucket{{{EDGE},le="+Inf"}}'] == 10
    assert found[f"{name}_sum{{{EDGE}}}"] == 0.08
    assert found[f"{name}_count{{{EDGE}}}"] == 10


def test_connections_bytes_and_calls_turned_away() -> None:
    found = shown(
        a_sample(Metric.NEW_CONNECTIONS, 5),
        a_sample(Metric.FAILED_CONNECTIONS, 2),
        a_sample(Metric.BYTES_SENT, 100),
        a_sample(Metric.DENIED, 7, side=Side.PORT),
        a_sample(Metric.ACTIVE_CONNECTIONS, 3),
        a_sample(Metric.TARGETS, 2),
    )
    assert found[f"seaway_connections_total{{{EDGE}}}"] == 5
    assert found[f"seaway_connections_failed_total{{{EDGE}}}"] == 2
    assert found[f"seaway_sent_bytes_total{{{EDGE}}}"] == 100
    assert found[f"seaway_calls_denied_total{{{EDGE}}}"] == 7
    assert found[f"seaway_connections_active{{{EDGE}}}"] == 3
    assert found[f"seaway_targets{{{EDGE}}}"] == 2


def test_tasks_services_and_hosts_are_there_without_traffic() -> None:
    found = shown()
    assert found['seaway_tasks{cluster="default",service="web",status="RUNNING"}'] == 1
    assert not [key for key in found if "STOPPED" in key]
    assert found['seaway_service_desired_tasks{cluster="default",service="web"}'] == 3
    assert found['seaway_host_connected{host="host-1"}'] == 1
    assert found['seaway_proxy_connected{host="host-1"}'] == 0
    assert found['seaway_info{version="1.2"}'] == 1
