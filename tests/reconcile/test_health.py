"""From what a proxy's checks saw to the states DescribeTargetHealth shows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from seaway.core.balancer import Target, TargetHealthCheck, TargetState, target_key
from seaway.core.mesh.balance import upstream_name
from seaway.core.mesh.proxy import EndpointHealth, Failure, Health
from seaway.core.task import ContainerAddress, PortBinding
from seaway.reconcile.health import observe_health
from seaway.store.resident import Resident
from tests.builders import HOME, a_target_group, a_task

GROUP = a_target_group(check=TargetHealthCheck(interval=10, unhealthy_threshold=2))
BALANCER = f"arn:aws:elasticloadbalancing:{HOME}:loadbalancer/app/alb/1"
TARGET = Target(
    key=target_key(GROUP.arn, "10.0.0.5", 80),
    target_group=GROUP.arn,
    id="10.0.0.5",
    port=80,
    registered_at=100.0,
    address="10.0.0.5",
)
HEALTHY = replace(TARGET, state=TargetState.HEALTHY, reason=None, description=None)


def check(
    health: Health | None, failure: Failure | None = None, address: str = "10.0.0.5", port: int = 80
) -> EndpointHealth:
    name = upstream_name(BALANCER, GROUP.arn)
    return EndpointHealth(upstream=name, address=address, port=port, health=health, failure=failure)


def judged(target: Target, seen: EndpointHealth, now: float, *more: object) -> Target:
    """The target after an observation."""
    store = Resident()
    with store.transaction() as tx:
        for noun in (GROUP, target, *more):
            tx.put(noun)
        observe_health(tx, [seen], now)
        (found,) = tx.where(Target)
    return found


def test_a_passed_check_makes_a_target_healthy_and_takes_the_reason_away() -> None:
    assert judged(TARGET, check(Health.HEALTHY), 101.0) == HEALTHY


@pytest.mark.parametrize("health", [Health.UNHEALTHY, None])
def test_a_new_target_may_fail_as_often_as_the_threshold_says(health: Health | None) -> None:
    early = judged(TARGET, check(health, Failure.CONNECTION), 119.0)
    assert (early.state, early.reason) == (TargetState.INITIAL, "Elb.InitialHealthChecking")
    late = judged(TARGET, check(health, Failure.CONNECTION), 120.0)
    assert (late.state, late.reason) == (TargetState.UNHEALTHY, "Target.FailedHealthChecks")


def test_one_failed_check_is_no_verdict_on_a_healthy_target() -> None:
    assert judged(HEALTHY, check(None, Failure.TIMEOUT), 500.0) == HEALTHY


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        (Failure.TIMEOUT, "Target.Timeout"),
        (Failure.RESPONSE, "Target.ResponseCodeMismatch"),
        (Failure.CONNECTION, "Target.FailedHealthChecks"),
    ],
)
def test_an_unhealthy_target_says_why(failure: Failure, reason: str) -> None:
    seen = judged(HEALTHY, check(Health.UNHEALTHY, failure), 500.0)
    assert (seen.state, seen.reason) == (TargetState.UNHEALTHY, reason)


def test_a_check_that_has_not_ended_takes_nothing_from_a_healthy_target() -> None:
    assert judged(HEALTHY, check(Health.INITIAL), 500.0) == HEALTHY


def test_a_draining_target_is_not_judged_any_more() -> None:
    draining = replace(TARGET, state=TargetState.DRAINING)
    assert judged(draining, check(Health.HEALTHY), 500.0) == draining


def test_an_instances_target_is_checked_where_its_container_listens() -> None:
    task = a_task(
        addresses=(ContainerAddress(container="web", address="10.0.0.77"),),
        bindings=(PortBinding(container="web", container_port=8080, host_port=32768),),
    )
    target = replace(TARGET, key="k", id="i-1", port=32768, address="10.0.0.10", task=task.arn)
    seen = judged(target, check(Health.HEALTHY, address="10.0.0.77", port=8080), 500.0, task)
    assert seen.state is TargetState.HEALTHY


def test_what_is_said_of_others_changes_nothing() -> None:
    assert judged(TARGET, check(Health.HEALTHY, address="10.0.0.6"), 500.0) == TARGET
    other = replace(check(Health.HEALTHY), upstream="connect/default/web/srv-1")
    assert judged(TARGET, other, 500.0) == TARGET
