"""Traffic samples as CloudWatch points, through the store they are kept in."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seaway.core.mesh.proxy import Labels, Purpose
from seaway.core.mesh.sample import Metric as Counted
from seaway.core.mesh.sample import Side, Spread, TrafficSample
from seaway.mesh.figures import points
from seaway.store.series import Merge, Point, Series

CATS = Labels(
    purpose=Purpose.CONNECT,
    cluster="shop",
    service="web",
    namespace="ns",
    discovery_name="cats",
    target_cluster="shop",
    target_service="catsvc",
    protocol="http",
)
PORT = Labels(purpose=Purpose.BALANCE, load_balancer="app/lb/1", protocol="http")
GROUP = Labels(
    purpose=Purpose.BALANCE,
    load_balancer="app/lb/1",
    target_group="targetgroup/cats/2",
    protocol="http",
)
SPREAD = Spread(
    count=10, sum=80.0, minimum=5.0, maximum=25.0, bounds=(5.0, 10.0, 25.0), counts=(0, 8, 2, 0)
)


def sample(
    metric: Counted,
    value: float | Spread,
    labels: Labels = CATS,
    side: Side = Side.UPSTREAM,
    at: float = 125.0,
) -> TrafficSample:
    return TrafficSample(labels=labels, side=side, metric=metric, value=value, at=at)


def shown(found: list[Point]) -> dict[tuple[str, str], tuple[float, str]]:
    """(name, dimensions) → (sum, unit)."""
    return {
        (
            one.metric.name,
            " ".join(f"{name}={value}" for name, value in one.metric.dimensions),
        ): (one.sum, one.unit)
        for one in found
    }


SERVER = ("DiscoveryName=cats", "ClusterName=shop DiscoveryName=cats ServiceName=catsvc")
CLIENT = ("TargetDiscoveryName=cats", "ClusterName=shop ServiceName=web TargetDiscoveryName=cats")


def test_http_traffic_gives_both_sides_metrics_with_both_dimension_sets() -> None:
    found = points(
        [
            sample(Counted.REQUESTS, 10),
            sample(Counted.RESPONSES_2XX, 8),
            sample(Counted.RESPONSES_5XX, 2),
            sample(Counted.RESPONSE_TIME, SPREAD),
            sample(Counted.NEW_CONNECTIONS, 3),
            sample(Counted.ACTIVE_CONNECTIONS, 6),
            sample(Counted.BYTES_SENT, 100),
            sample(Counted.BYTES_RECEIVED, 900),
            sample(Counted.TARGETS, 4),
        ]
    )
    server = {
        "ActiveConnectionCount": (0.5, "Count"),
        "NewConnectionCount": (3, "Count"),
        "ProcessedBytes": (1000, "Bytes"),
        "RequestCount": (10, "Count"),
    }
    client = {
        "TargetProcessedBytes": (1000, "Bytes"),
        "HTTPCode_Target_2XX_Count": (8, "Count"),
        "HTTPCode_Target_5XX_Count": (2, "Count"),
        "RequestCountPerTarget": (2.5, "Count"),
        "TargetResponseTime": (80.0, "Milliseconds"),
    }
    assert shown(found) == {
        (name, place): value
        for metrics, places in ((server, SERVER), (client, CLIENT))
        for name, value in metrics.items()
        for place in places
    }
    assert {one.metric.namespace for one in found} == {"AWS/ECS"}
    assert {one.at for one in found} == {120}
    merges = {one.metric.name: one.merge for one in found}
    samples = {name for name, merge in merges.items() if merge is Merge.SAMPLE}
    assert samples == {"ActiveConnectionCount", "TargetResponseTime"}


def test_plain_tcp_has_no_request_metrics() -> None:
    labels = Labels(
        purpose=Purpose.CONNECT,
        cluster="shop",
        service="web",
        discovery_name="db",
        target_cluster="shop",
        target_service="db",
        protocol="tcp",
    )
    found = points(
        [
            sample(Counted.NEW_CONNECTIONS, 1, labels),
            sample(Counted.BYTES_SENT, 5, labels),
            sample(Counted.REQUESTS, 7, labels),
            sample(Counted.TARGETS, 1, labels),
        ]
    )
    assert {name for name, _ in shown(found)} == {
        "NewConnectionCount",
        "ProcessedBytes",
        "TargetProcessedBytes",
    }


def test_grpc_requests_have_a_count_of_their_own() -> None:
    labels = Labels(purpose=Purpose.CONNECT, discovery_name="rpc", protocol="grpc")
    found = shown(points([sample(Counted.REQUESTS, 7, labels)]))
    assert found == {
        ("RequestCount", "DiscoveryName=rpc"): (7, "Count"),
        ("GrpcRequestCount", "DiscoveryName=rpc"): (7, "Count"),
    }


def test_grpc_has_times_and_no_http_statuses() -> None:
    labels = replace(CATS, protocol="grpc")
    found = points(
        [
            sample(Counted.RESPONSES_2XX, 7, labels),
            sample(Counted.RESPONSE_TIME, SPREAD, labels),
            sample(Counted.TARGETS, 2, labels),
            sample(Counted.REQUESTS, 8, labels),
        ]
    )
    assert {name for name, place in shown(found) if place in CLIENT} == {
        "TargetResponseTime",
        "RequestCountPerTarget",
    }


def test_only_connections_that_came_about_are_new_ones() -> None:
    found = points([sample(Counted.NEW_CONNECTIONS, 5), sample(Counted.FAILED_CONNECTIONS, 3)])
    assert shown(found) == {("NewConnectionCount", place): (2, "Count") for place in SERVER}
    assert points([sample(Counted.FAILED_CONNECTIONS, 3)]) == []


def test_failed_handshakes_are_told_at_the_side_that_saw_them() -> None:
    ingress = replace(CATS, purpose=Purpose.INGRESS, cluster="", service="")
    failed = Counted.TLS_FAILURES
    found = points(
        [
            sample(failed, 2),
            sample(failed, 3, ingress, Side.PORT),
            # The second hop's own requests and bytes are the first one's once more.
            sample(Counted.REQUESTS, 9, ingress),
            sample(Counted.BYTES_SENT, 9, ingress),
            sample(Counted.ACTIVE_CONNECTIONS, 1, ingress),
        ]
    )
    assert shown(found) == {
        **{("TargetTLSNegotiationErrorCount", place): (2, "Count") for place in CLIENT},
        **{("ClientTLSNegotiationErrorCount", place): (3, "Count") for place in SERVER},
    }


def test_revisions_that_share_a_services_traffic_are_its_targets_together() -> None:
    blue, green = replace(CATS, revision="1"), replace(CATS, revision="2")
    found = points(
        [
            sample(Counted.REQUESTS, 90, blue),
            sample(Counted.TARGETS, 2, blue),
            sample(Counted.REQUESTS, 10, green),
            sample(Counted.TARGETS, 2, green),
        ]
    )
    assert shown(found)["RequestCountPerTarget", CLIENT[0]] == (25, "Count")
    assert shown(found)["RequestCount", SERVER[0]] == (100, "Count")


def test_calls_turned_away_are_counted_in_our_own_namespace_by_caller_and_target() -> None:
    found = points([sample(Counted.DENIED, 4, side=Side.PORT)])
    assert {one.metric.namespace for one in found} == {"Seaway/Mesh"}
    assert shown(found) == {("CallsDenied", place): (4, "Count") for place in CLIENT}


def test_who_is_turned_away_in_front_of_a_target_counts_at_the_target() -> None:
    ingress = replace(CATS, purpose=Purpose.INGRESS, cluster="", service="")
    found = points([sample(Counted.DENIED, 4, ingress, Side.PORT)])
    assert {one.metric.namespace for one in found} == {"Seaway/Mesh"}
    assert shown(found) == {("CallsDenied", place): (4, "Count") for place in SERVER}


@pytest.mark.parametrize(("cluster", "service"), [("", "machine"), ("shop", "family:jobs")])
def test_a_caller_that_is_no_service_has_no_metrics_of_its_own(cluster: str, service: str) -> None:
    labels = replace(CATS, cluster=cluster, service=service)
    found = shown(points([sample(Counted.RESPONSES_2XX, 4, labels)]))
    assert found == {("HTTPCode_Target_2XX_Count", CLIENT[0]): (4, "Count")}


def test_nothing_comes_of_no_traffic() -> None:
    idle = [sample(Counted.ACTIVE_CONNECTIONS, 0), sample(Counted.TARGETS, 2)]
    assert points(idle) == []
    host_port = Labels(purpose=Purpose.HOST_PORT, protocol="tcp")
    assert points([sample(Counted.BYTES_SENT, 5, host_port)]) == []
    assert points([]) == []


def test_a_load_balancer_has_its_own_metrics_in_seconds() -> None:
    client = Side.PORT
    found = points(
        [
            sample(Counted.REQUESTS, 12, PORT, client),
            sample(Counted.RESPONSES_2XX, 9, PORT, client),
            sample(Counted.NEW_CONNECTIONS, 2, PORT, client),
            sample(Counted.ACTIVE_CONNECTIONS, 12, PORT, client),
            sample(Counted.BYTES_SENT, 900, PORT, client),
            sample(Counted.BYTES_RECEIVED, 100, PORT, client),
            replace(sample(Counted.PROXY_REPLIES_5XX, 2, PORT, client), cause="UH"),
            replace(sample(Counted.PROXY_REPLIES_5XX, 1, PORT, client), cause="UT"),
            sample(Counted.REQUESTS, 10, GROUP),
            sample(Counted.RESPONSES_2XX, 9, GROUP),
            sample(Counted.RESPONSES_4XX, 1, GROUP),
            sample(Counted.NEW_CONNECTIONS, 1, GROUP),
            sample(Counted.RESPONSE_TIME, SPREAD, GROUP),
            sample(Counted.TARGETS, 3, GROUP),
            sample(Counted.HEALTHY_TARGETS, 2, GROUP),
        ]
    )
    assert {one.metric.namespace for one in found} == {"AWS/ApplicationELB"}
    whole, group = "LoadBalancer=app/lb/1", "LoadBalancer=app/lb/1 TargetGroup=targetgroup/cats/2"
    told = shown([one for one in found if one.metric.name != "NewConnectionCount"])
    assert told == {
        ("ActiveConnectionCount", whole): (1, "Count"),
        ("ProcessedBytes", whole): (1000, "Bytes"),
        ("HTTPCode_ELB_5XX_Count", whole): (3, "Count"),
        ("RequestCount", whole): (10, "Count"),
        ("RequestCount", group): (10, "Count"),
        ("HTTPCode_Target_2XX_Count", whole): (9, "Count"),
        ("HTTPCode_Target_2XX_Count", group): (9, "Count"),
        ("HTTPCode_Target_4XX_Count", whole): (1, "Count"),
        ("HTTPCode_Target_4XX_Count", group): (1, "Count"),
        ("TargetResponseTime", whole): (pytest.approx(0.08), "Seconds"),
        ("TargetResponseTime", group): (pytest.approx(0.08), "Seconds"),
        ("RequestCountPerTarget", group): (pytest.approx(10 / 3), "Count"),
        ("HealthyHostCount", group): (pytest.approx(2 / 12), "Count"),
        ("UnHealthyHostCount", group): (pytest.approx(1 / 12), "Count"),
    }
    assert sum(one.sum for one in found if one.metric.name == "NewConnectionCount") == 3


def test_a_minute_of_reports_is_one_sample_of_what_is_now_and_a_sum_of_what_came(
    tmp_path: Path,
) -> None:
    series = Series(tmp_path / "series.db")
    series.open()
    other = Labels(
        purpose=Purpose.CONNECT,
        cluster="shop",
        service="dogs",
        discovery_name="cats",
        target_cluster="shop",
        target_service="catsvc",
        protocol="http",
    )
    for number in range(12):
        at = 120.0 + 5 * number
        for labels in (CATS, other):
            report = [
                sample(Counted.REQUESTS, 10, labels, at=at),
                sample(Counted.ACTIVE_CONNECTIONS, 4 if number else 8, labels, at=at),
                sample(Counted.TARGETS, 2, labels, at=at),
                sample(Counted.RESPONSE_TIME, SPREAD, labels, at=at),
            ]
            series.put_points(points(report))
    asyncio.run(series.flushed())

    def of(name: str, kind: str = "DiscoveryName") -> tuple[float, float, float, float]:
        (metric,) = (
            m for m in series.metrics("AWS/ECS", name) if m.dimensions == ((kind, "cats"),)
        )
        (one,) = series.statistics(metric, 120, 180, 60)
        return (one.sum, one.count, one.minimum, one.maximum)

    assert of("RequestCount") == (240, 1, 240, 240)
    assert of("RequestCountPerTarget", "TargetDiscoveryName") == (120, 1, 120, 120)
    active = 2 * (11 * 4 + 8) / 12
    assert of("ActiveConnectionCount") == pytest.approx((active, 2, 4, 8))
    assert of("TargetResponseTime", "TargetDiscoveryName") == pytest.approx((1920, 240, 5, 25))
    series.close()


@given(st.lists(st.integers(0, 50), min_size=3, max_size=3))
def test_the_values_of_a_spread_are_as_many_as_it_counts(counts: list[int]) -> None:
    total = sum(counts)
    spread = Spread(
        count=total, sum=1.0, minimum=0.0, maximum=40.0, bounds=(5.0, 10.0), counts=tuple(counts)
    )
    found = points([sample(Counted.RESPONSE_TIME, spread)])
    assert len(found) == (2 if total else 0)
    for one in found:
        assert sum(often for _, often in one.values) == one.count == total
