"""Load balancers' samples as CloudWatch's metrics: what rules answer, what fails, and flows."""

from __future__ import annotations

from dataclasses import replace

from seaway.core.mesh.labels import stat_name
from seaway.core.mesh.proxy import Labels, Purpose
from seaway.core.mesh.sample import Metric as Counted
from seaway.core.mesh.sample import Side
from seaway.mesh.figures import points
from seaway.mesh.protobuf import Measured
from seaway.mesh.telemetry import traffic_samples
from tests.mesh.test_figures import GROUP, PORT, sample, shown

WHOLE, OF_GROUP = "LoadBalancer=app/lb/1", "LoadBalancer=app/lb/1 TargetGroup=targetgroup/cats/2"
DOOR = Labels(purpose=Purpose.BALANCE, load_balancer="net/door/1", protocol="tcp")
FLOWS = replace(DOOR, target_group="targetgroup/cats/2")


def measured(name: str, value: float, **tags: str) -> Measured:
    return Measured(name=f"seaway.{name}", tags=tags, at=125.0, value=value)


def test_answers_of_rules_are_the_load_balancers_own() -> None:
    port = stat_name(PORT)
    samples = traffic_samples(
        [
            measured("own_answer", 2, port=port, status="301"),
            measured("own_answer", 3, port=port, status="404"),
            measured("own_answer", 1, port=port, status="200"),
        ]
    )
    assert shown(points(samples)) == {
        ("HTTPCode_ELB_3XX_Count", WHOLE): (2, "Count"),
        ("HTTP_Redirect_Count", WHOLE): (2, "Count"),
        ("HTTPCode_ELB_4XX_Count", WHOLE): (3, "Count"),
        ("HTTP_Fixed_Response_Count", WHOLE): (4, "Count"),
    }


def test_failures_have_metrics_by_their_status() -> None:
    port, group = stat_name(PORT), stat_name(GROUP)
    samples = traffic_samples(
        [
            measured("proxy_reply", 2, port=port, upstream=group, status="502", cause="UF"),
            measured("proxy_reply", 1, port=port, upstream=group, status="503", cause="UH"),
        ]
    )
    found = shown(points(samples))
    assert found["HTTPCode_ELB_5XX_Count", WHOLE] == (3, "Count")
    assert found["HTTPCode_ELB_502_Count", WHOLE] == (2, "Count")
    assert found["HTTPCode_ELB_503_Count", WHOLE] == (1, "Count")
    assert ("HTTPCode_ELB_504_Count", WHOLE) not in found


def test_connections_that_did_not_come_about_are_told_for_both() -> None:
    found = shown(
        points(
            [
                sample(Counted.FAILED_CONNECTIONS, 4, GROUP),
                sample(Counted.TLS_FAILURES, 2, GROUP),
                sample(Counted.TLS_FAILURES, 5, PORT, Side.PORT),
            ]
        )
    )
    for place in (WHOLE, OF_GROUP):
        assert found["TargetConnectionErrorCount", place] == (4, "Count")
        assert found["TargetTLSNegotiationErrorCount", place] == (2, "Count")
    assert found["ClientTLSNegotiationErrorCount", WHOLE] == (5, "Count")


def test_a_network_load_balancer_counts_flows() -> None:
    samples = [
        sample(Counted.NEW_CONNECTIONS, 3, DOOR, Side.PORT),
        sample(Counted.BYTES_SENT, 10, DOOR, Side.PORT),
        sample(Counted.BYTES_RECEIVED, 5, DOOR, Side.PORT),
        sample(Counted.ACTIVE_CONNECTIONS, 12, FLOWS),
        sample(Counted.TARGETS, 3, FLOWS),
        sample(Counted.HEALTHY_TARGETS, 2, FLOWS),
    ]
    made = points(samples, interval=60)
    assert {point.metric.namespace for point in made} == {"AWS/NetworkELB"}
    whole, group = (
        "LoadBalancer=net/door/1",
        "LoadBalancer=net/door/1 TargetGroup=targetgroup/cats/2",
    )
    assert shown(made) == {
        ("NewFlowCount", whole): (3, "Count"),
        ("NewFlowCount_TCP", whole): (3, "Count"),
        ("ProcessedBytes", whole): (15, "Bytes"),
        ("ProcessedBytes_TCP", whole): (15, "Bytes"),
        ("ActiveFlowCount", whole): (12, "Count"),
        ("ActiveFlowCount_TCP", whole): (12, "Count"),
        ("HealthyHostCount", group): (2, "Count"),
        ("UnHealthyHostCount", group): (1, "Count"),
    }
