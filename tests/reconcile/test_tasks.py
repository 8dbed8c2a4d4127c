"""A task's comings and goings: announced when it serves, led away from before it stops."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from seaway.core.balancer import Target, TargetState
from seaway.core.capacity import ContainerInstance
from seaway.core.deployment import port_name_of
from seaway.core.discovery import DiscoveryService, Registration
from seaway.core.network import NetworkInterface
from seaway.core.service import (
    ConnectService,
    Deployment,
    RolloutState,
    Service,
    ServiceConnect,
    ServiceLoadBalancer,
)
from seaway.core.task import (
    ContainerAddress,
    Health,
    PortBinding,
    Sandbox,
    Task,
    TaskStatus,
)
from seaway.core.task_definition import HealthCheck
from tests.builders import (
    NAMESPACE,
    a_container,
    a_deployment,
    a_discovery_service,
    a_fargate_definition,
    a_named_endpoint,
    a_service,
    a_target_group,
    a_task,
    a_task_definition,
    an_interface,
)
from tests.reconcile.world import World

GROUP = a_target_group(attributes=(("deregistration_delay.timeout_seconds", "30"),))
SERVICE = a_service(
    desired_count=1,
    connect=ServiceConnect(enabled=True, namespace=NAMESPACE),
    load_balancers=(ServiceLoadBalancer(target_group=GROUP.arn, container="web", port=80),),
)
NAME = a_discovery_service("web", owner=SERVICE.arn)
ENDPOINT = a_named_endpoint(NAME)
DEPLOYMENT = a_deployment(
    SERVICE,
    load_balancers=SERVICE.load_balancers,
    discovery=(("web", NAME.arn),),
    rollout_state=RolloutState.COMPLETED,
)
RUNNING = a_task(
    service=SERVICE.arn,
    deployment=DEPLOYMENT.id,
    group="service:web",
    uses_mesh=True,
    host="host-1",
    instance=None,
    zone="us-east-1a",
    last_status=TaskStatus.RUNNING,
    started_at=1000.0,
    addresses=(ContainerAddress(container="web", address="10.0.0.77"),),
    bindings=(PortBinding(container="web", container_port=80, host_port=32768),),
    sandboxes=(Sandbox(container="web", path="/run/ns"),),
)


def a_world(task: Task = RUNNING, service: Service = SERVICE) -> World:
    """A service that is where it should be, with this one task; the host is played by the test."""
    world = World(obedient=False)
    (instance,) = all_of(world, ContainerInstance)
    world.put(GROUP, NAME, ENDPOINT, service, DEPLOYMENT)
    world.put(replace(task, instance=instance.arn))
    world.settle()
    return world


def the_task(world: World) -> Task:
    return next(task for task in world.tasks() if task.arn == RUNNING.arn)


def all_of(world: World, noun: type[Any]) -> list[Any]:
    with world.store.transaction() as tx:
        return tx.where(noun)


def stop(world: World) -> None:
    world.put(
        replace(the_task(world), desired_status=TaskStatus.STOPPED, stop_asked_at=world.now),
        replace(SERVICE, desired_count=0),
    )
    world.settle()


def test_a_running_task_is_a_target_and_an_instance() -> None:
    world = a_world()
    (target,) = all_of(world, Target)
    assert (target.id, target.port, target.task) == (f"i-{1:017x}", 32768, RUNNING.arn)
    (registration,) = all_of(world, Registration)
    attributes = dict(registration.attributes)
    assert registration.instance_id == RUNNING.id
    assert attributes["AWS_INSTANCE_IPV4"] == "10.0.0.10"
    assert attributes["AWS_INSTANCE_PORT"] == "32768"
    (name,) = all_of(world, DiscoveryService)
    assert name.revision == NAME.revision + 1


def test_a_task_that_does_not_listen_yet_is_no_endpoint_and_one_that_does_is() -> None:
    world = a_world(replace(RUNNING, listening=False))
    assert all_of(world, Registration) == []
    assert len(all_of(world, Target)) == 1, "the load balancer has checks of its own"
    world.put(replace(the_task(world), listening=True))
    world.settle()
    assert len(all_of(world, Registration)) == 1


def test_settling_again_registers_nothing_again() -> None:
    world = a_world()
    before = (all_of(world, Target), all_of(world, Registration), all_of(world, DiscoveryService))
    world.put(replace(the_task(world), version=77))
    world.settle()
    after = (all_of(world, Target), all_of(world, Registration), all_of(world, DiscoveryService))
    assert after == before


def test_a_task_with_an_address_of_its_own_is_registered_by_it() -> None:
    world = World(obedient=False)
    group = replace(GROUP, target_type="ip")
    world.put(a_fargate_definition(), group, NAME, ENDPOINT, SERVICE, DEPLOYMENT)
    own = (ContainerAddress(container="", address="10.0.0.77"),)
    world.put(replace(RUNNING, launch_type="FARGATE", addresses=own, bindings=()))
    world.settle()
    (target,) = all_of(world, Target)
    assert (target.id, target.port) == ("10.0.0.77", 80)
    (registration,) = all_of(world, Registration)
    assert dict(registration.attributes)["AWS_INSTANCE_PORT"] == "80"


def test_an_ingress_port_override_is_where_others_find_the_task() -> None:
    world = World(obedient=False)
    entry = ConnectService(port_name="web", ingress_port=8080)
    connect = ServiceConnect(enabled=True, namespace=NAMESPACE, services=(entry,))
    deployment = replace(DEPLOYMENT, connect=connect, load_balancers=())
    world.put(a_fargate_definition(), NAME, ENDPOINT, SERVICE, deployment)
    own = (ContainerAddress(container="", address="10.0.0.77"),)
    world.put(replace(RUNNING, launch_type="FARGATE", addresses=own, bindings=()))
    world.settle()
    (registration,) = all_of(world, Registration)
    assert dict(registration.attributes)["AWS_INSTANCE_PORT"] == "8080"


def checked_world(health: Health) -> World:
    check = HealthCheck(command=("CMD", "true"), interval=10, timeout=5, retries=3, start_period=7)
    world = World(obedient=False)
    world.put(a_task_definition(containers=(a_container(health_check=check),)))
    world.put(NAME, ENDPOINT, SERVICE, DEPLOYMENT, GROUP)
    (instance,) = all_of(world, ContainerInstance)
    world.put(replace(RUNNING, instance=instance.arn, health=health))
    world.settle()
    return world


@pytest.mark.parametrize(
    ("health", "named"), [(Health.HEALTHY, 1), (Health.UNKNOWN, 0), (Health.UNHEALTHY, 0)]
)
def test_a_name_leads_to_a_task_once_its_health_check_says_so(health: Health, named: int) -> None:
    assert len(all_of(checked_world(health), Registration)) == named


def test_a_task_of_unknown_health_is_led_to_after_the_longest_its_checks_can_take() -> None:
    world = checked_world(Health.UNKNOWN)
    world.run(51)
    assert all_of(world, Registration) == []
    world.run(1)
    assert len(all_of(world, Registration)) == 1


def test_callers_are_led_away_before_a_task_may_stop() -> None:
    world = a_world()
    stop(world)
    task = the_task(world)
    assert task.last_status is TaskStatus.DEACTIVATING
    assert not task.may_stop
    assert all_of(world, Registration) == []
    (target,) = all_of(world, Target)
    assert target.state is TargetState.DRAINING
    said = world.said(SERVICE)
    assert f"deregistered 1 targets in (target-group {GROUP.arn})" in said
    assert any("has begun draining connections on 1 tasks." in line for line in said)


def test_a_drained_task_may_stop_and_is_a_target_no_more() -> None:
    world = a_world()
    stop(world)
    world.put(replace(the_task(world), drained=True))
    world.settle()
    assert the_task(world).may_stop
    assert all_of(world, Target) == []


def test_a_task_that_is_never_quiet_may_stop_after_the_deregistration_delay() -> None:
    world = a_world()
    stop(world)
    world.run(29)
    assert not the_task(world).may_stop
    world.run(1)
    assert the_task(world).may_stop


def test_a_task_nobody_calls_may_stop_at_once() -> None:
    world = World(obedient=False)
    world.put(a_task(host="host-1", last_status=TaskStatus.RUNNING))
    world.settle()
    world.put(
        a_task(host="host-1", last_status=TaskStatus.RUNNING, desired_status=TaskStatus.STOPPED)
    )
    world.settle()
    (task,) = world.tasks()
    assert task.may_stop
    assert task.last_status is TaskStatus.RUNNING


def test_a_task_that_was_never_placed_stops_at_once() -> None:
    world = World(obedient=False)
    world.put(a_task(desired_status=TaskStatus.STOPPED))
    world.settle()
    (task,) = world.tasks()
    assert (task.last_status, task.stopped_at) == (TaskStatus.STOPPED, world.now)


def test_a_task_that_died_is_named_nowhere_any_more() -> None:
    world = a_world()
    world.put(
        replace(
            the_task(world),
            last_status=TaskStatus.STOPPING,
            desired_status=TaskStatus.STOPPED,
            may_stop=True,
        ),
        replace(SERVICE, desired_count=0),
    )
    world.settle()
    assert all_of(world, Registration) == []
    (target,) = all_of(world, Target)
    assert target.state is TargetState.DRAINING, "its last requests may still end"


def test_namespaces_go_when_the_proxy_has_left_them_or_after_a_while() -> None:
    world = a_world()
    leaving = replace(
        the_task(world),
        last_status=TaskStatus.DEPROVISIONING,
        desired_status=TaskStatus.STOPPED,
        may_stop=True,
        execution_stopped_at=world.now,
    )
    world.put(leaving, replace(SERVICE, desired_count=0))
    world.run(9)
    assert not the_task(world).mesh_gone
    world.run(1)
    assert the_task(world).mesh_gone


def test_a_stopped_task_holds_nothing() -> None:
    world = a_world()
    world.put(an_interface(RUNNING.arn))
    world.put(
        replace(
            the_task(world),
            last_status=TaskStatus.STOPPED,
            desired_status=TaskStatus.STOPPED,
            stopped_at=world.now,
        ),
        replace(SERVICE, desired_count=0),
    )
    world.settle()
    for noun in (Registration, Target, NetworkInterface):
        assert all_of(world, noun) == []


def test_old_tasks_keep_their_port_while_a_deployment_names_another() -> None:
    def naming(port: str) -> ServiceConnect:
        entry = ConnectService(port_name=port, discovery_name="web")
        return ServiceConnect(enabled=True, namespace=NAMESPACE, services=(entry,))

    old: Deployment = replace(DEPLOYMENT, connect=naming("web"))
    new = replace(DEPLOYMENT, id="ecs-svc/2", connect=naming("http"))
    endpoint = replace(ENDPOINT, port_name="http")
    assert port_name_of(old, endpoint) == "web"
    assert port_name_of(new, endpoint) == "http"
    assert port_name_of(None, endpoint) == "http"


def test_a_task_whose_proxy_never_takes_its_names_fails_to_start() -> None:
    world = World(obedient=False)
    waiting = a_task(
        uses_mesh=True,
        host="host-1",
        last_status=TaskStatus.ACTIVATING,
        connectivity_at=world.now,
        sandboxes=(Sandbox(container="web", path="/run/ns"),),
    )
    world.put(waiting)
    world.run(170)
    assert world.tasks()[0].desired_status is TaskStatus.RUNNING
    world.run(20)
    (task,) = world.tasks()
    assert task.desired_status is TaskStatus.STOPPED
    assert task.stop_code == "TaskFailedToStart"
    assert "did not accept" in (task.stopped_reason or "")
