"""Service discovery: a running task is listed in its service's registry, and leaves it first."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from seaway.core.discovery import DiscoveryService, DnsRecord, Registration
from seaway.core.service import ServiceRegistry
from seaway.core.task import ContainerAddress, Health, PortBinding, Task, TaskStatus
from seaway.core.task_definition import HealthCheck
from tests.builders import (
    a_container,
    a_deployment,
    a_discovery_service,
    a_fargate_definition,
    a_service,
    a_task,
    a_task_definition,
)
from tests.reconcile.world import World

CATS = a_discovery_service("cats", type="DNS_HTTP", records=(DnsRecord(type="SRV", ttl=10),))
REGISTRY = ServiceRegistry(registry=CATS.arn, container="web", container_port=80)
CHECKED = a_container(health_check=HealthCheck(command=("CMD", "true")))


def a_world(
    registry: ServiceRegistry = REGISTRY, *nouns: Any, cats: DiscoveryService = CATS, **fields: Any
) -> World:
    world = World()
    service = a_service(desired_count=1, registries=(registry,))
    deployment = a_deployment(service, registries=(registry,))
    task = a_task(
        99,
        **{
            "service": service.arn,
            "deployment": deployment.id,
            "host": "host-1",
            "instance": f"arn:aws:ecs:us-east-1:000000000000:container-instance/default/{1:032x}",
            "zone": "us-east-1a",
            "last_status": TaskStatus.RUNNING,
            "started_at": 1000.0,
            "bindings": (PortBinding(container="web", container_port=80, host_port=32768),),
            **fields,
        },
    )
    world.put(cats, *nouns, service, deployment, task)
    world.settle()
    return world


def listed(world: World) -> list[Registration]:
    with world.store.transaction() as tx:
        return tx.where(Registration)


def revision(world: World) -> int:
    with world.store.transaction() as tx:
        found = tx.find(DiscoveryService, CATS.arn)
    assert found is not None
    return found.revision


def test_a_bridge_task_is_listed_at_its_instance_and_host_port() -> None:
    world = a_world()
    (one,) = listed(world)
    (task,) = world.tasks()
    assert (one.instance_id, one.service, one.task) == (task.id, CATS.arn, task.arn)
    assert dict(one.attributes) == {
        "AWS_INSTANCE_IPV4": "10.0.0.10",
        "AWS_INSTANCE_PORT": "32768",
        "AVAILABILITY_ZONE": "us-east-1a",
        "REGION": "us-east-1",
        "ECS_SERVICE_NAME": "web",
        "ECS_CLUSTER_NAME": "default",
        "EC2_INSTANCE_ID": f"i-{1:017x}",
        "ECS_TASK_DEFINITION_FAMILY": "web",
    }


def test_a_fargate_task_is_listed_at_its_own_address_without_an_instance() -> None:
    world = a_world(
        ServiceRegistry(registry=CATS.arn),
        a_fargate_definition(),
        instance=None,
        launch_type="FARGATE",
        bindings=(),
        addresses=(ContainerAddress(container="", address="10.0.0.77"),),
    )
    (one,) = listed(world)
    attributes = dict(one.attributes)
    assert attributes["AWS_INSTANCE_IPV4"] == "10.0.0.77"
    assert not {"AWS_INSTANCE_PORT", "EC2_INSTANCE_ID"} & attributes.keys()


def test_a_port_that_was_named_is_listed_whatever_the_container_says() -> None:
    world = a_world(
        ServiceRegistry(registry=CATS.arn, port=8080),
        a_fargate_definition(),
        bindings=(),
        addresses=(ContainerAddress(container="", address="10.0.0.77"),),
    )
    (one,) = listed(world)
    assert dict(one.attributes)["AWS_INSTANCE_PORT"] == "8080"


def test_a_task_whose_check_is_pending_is_listed_as_unhealthy_until_it_passes() -> None:
    custom = replace(CATS, custom_health=True)
    world = a_world(REGISTRY, a_task_definition(containers=(CHECKED,)), cats=custom)
    (one,) = listed(world)
    assert one.health == "UNHEALTHY"
    assert dict(one.attributes)["AWS_INIT_HEALTH_STATUS"] == "UNHEALTHY"
    before = revision(world)
    (task,) = world.tasks()
    world.put(replace(task, health=Health.HEALTHY))
    world.settle()
    assert [one.health for one in listed(world)] == ["HEALTHY"]
    assert revision(world) == before, "health alone is no news for DiscoverInstancesRevision"


def test_a_task_without_a_check_is_healthy_and_keeps_the_health_somebody_gave_it() -> None:
    world = a_world(cats=replace(CATS, custom_health=True))
    (one,) = listed(world)
    assert one.health == "HEALTHY"
    world.put(replace(one, health="UNHEALTHY"))
    (task,) = world.tasks()
    world.put(replace(task, version=task.version + 1))
    world.settle()
    assert [one.health for one in listed(world)] == ["UNHEALTHY"]


def test_a_task_leaves_the_registry_before_its_containers_may_stop() -> None:
    world = a_world()
    world.obedient = False
    (task,) = world.tasks()
    seen: list[tuple[int, bool]] = []

    def look() -> None:
        (now,) = (one for one in world.tasks() if one.arn == task.arn)
        mine = [one for one in listed(world) if one.task == task.arn]
        seen.append((len(mine), now.may_stop))

    world.watch = look
    world.put(replace(task, desired_status=TaskStatus.STOPPED, stop_asked_at=world.now))
    world.settle()
    assert (1, True) not in seen
    assert seen[-1] == (0, True)
    assert revision(world) == 2


def test_the_cloud_map_service_outlives_the_ecs_service() -> None:
    world = a_world()
    service = a_service(registries=(REGISTRY,), status="DRAINING", desired_count=0)
    world.put(service)
    world.run(60)
    assert {t.last_status for t in all_tasks(world)} == {TaskStatus.STOPPED}
    assert listed(world) == []
    with world.store.transaction() as tx:
        assert tx.find(DiscoveryService, CATS.arn) is not None


def all_tasks(world: World) -> list[Task]:
    return world.tasks()
