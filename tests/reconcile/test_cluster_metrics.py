"""What is counted of a cluster each minute."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from seaway.core.cluster import CapacityProvider
from seaway.core.compute import AutoScalingGroup, Instance, LaunchSource
from seaway.core.moment import Moment
from seaway.core.task import TaskStatus
from seaway.reconcile import cluster_metrics
from seaway.store.resident import Resident
from seaway.store.series import Metric, Series
from tests.builders import (
    CLUSTER,
    a_cluster,
    a_deployment,
    a_service,
    a_task,
    a_task_definition,
    an_instance,
)
from tests.handlers import Counted


@pytest.fixture
def series(tmp_path: Path) -> Iterator[Series]:
    made = Series(tmp_path / "series.db")
    made.open()
    yield made
    made.close()


def read(series: Series, space: str, name: str, **dimensions: str) -> list[float]:
    asyncio.run(series.flushed())
    place = tuple(sorted(dimensions.items()))
    metric = Metric(namespace=space, name=name, dimensions=place, region="us-east-1")
    return [one.sum for one in series.statistics(metric, 0, 10_000, 60)]


def look(series: Series, *nouns: object) -> float | None:
    store = Resident(series=series)
    with store.transaction() as tx:
        for noun in nouns:
            tx.put(noun)
    with store.transaction() as tx:
        return cluster_metrics.reconcile(tx, CLUSTER, Moment(1010.0, Counted()))


def test_what_tasks_reserve_of_the_instances(series: Series) -> None:
    machines = [an_instance(number, cpu=1024, memory=2048) for number in (1, 2)]
    gone = an_instance(3, cpu=1024, memory=2048, status="INACTIVE")
    task = a_task(instance=machines[0].arn, last_status=TaskStatus.RUNNING)
    definition = a_task_definition(cpu=512, memory=512)
    assert look(series, a_cluster(), *machines, gone, task, definition) == 1020.0
    assert read(series, "AWS/ECS", "CPUReservation", ClusterName="default") == [25]
    assert read(series, "AWS/ECS", "MemoryReservation", ClusterName="default") == [12.5]
    assert read(series, "ECS/ContainerInsights", "TaskCount", ClusterName="default") == []


def test_container_insights_counts_tasks_services_and_deployments(series: Series) -> None:
    service = a_service(desired_count=3)
    tasks = [
        a_task(1, service=service.arn, last_status=TaskStatus.RUNNING),
        a_task(2, service=service.arn, last_status=TaskStatus.PENDING),
        a_task(3, service=service.arn, last_status=TaskStatus.STOPPED),
    ]
    old = a_deployment(service, 2, status="INACTIVE")
    cluster = a_cluster(settings=(("containerInsights", "enabled"),))
    look(series, cluster, service, *tasks, a_deployment(service), old, an_instance())

    def count(name: str, **more: str) -> list[float]:
        return read(series, "ECS/ContainerInsights", name, ClusterName="default", **more)

    assert [count(name) for name in ("TaskCount", "ServiceCount", "ContainerInstanceCount")] == [
        [1],
        [1],
        [1],
    ]
    names = ("DesiredTaskCount", "RunningTaskCount", "PendingTaskCount", "DeploymentCount")
    assert [count(name, ServiceName="web") for name in names] == [[3], [1], [1], [1]]


def test_how_far_a_capacity_provider_s_instances_are_taken(series: Series) -> None:
    group = AutoScalingGroup(
        arn="arn:aws:autoscaling:us-east-1:000000000000:autoScalingGroup:1", name="nodes",
        created_at=1.0, source=LaunchSource(), minimum=0, maximum=9, desired=2,
        subnets=(), zones=(),
    )  # fmt: skip
    providers = [
        CapacityProvider(
            arn=f"arn:aws:ecs:us-east-1:000000000000:capacity-provider/{name}", name=name,
            group=group.arn, created_at=1.0, managed_scaling=name != "by-hand",
        )
        for name in ("mine", "by-hand", "another-s")
    ]  # fmt: skip
    launched = [
        Instance(
            id=f"i-{number}", owner="000000000000", region="us-east-1", type="t3.medium",
            image="ami", vpc="v", subnet="s", zone="z", address="10.0.0.4", interface="eni",
            reservation="r", launched_at=1.0, group=group.arn,
        )
        for number in (1, 2, 3)
    ]  # fmt: skip
    machines = [
        an_instance(number, instance_id=f"i-{number}", capacity_provider="mine")
        for number in (1, 2, 3)
    ]
    task = a_task(instance=machines[0].arn, last_status=TaskStatus.RUNNING)
    cluster = a_cluster(capacity_providers=("mine", "by-hand"))
    look(series, cluster, group, *providers, *launched, *machines, task, a_task_definition())
    space, name = "AWS/ECS/ManagedScaling", "CapacityProviderReservation"
    place = {"ClusterName": "default", "CapacityProviderName": "mine"}
    assert read(series, space, name, **place) == [pytest.approx(100 / 3)]
    for other in ("by-hand", "another-s"):
        assert read(series, space, name, **{**place, "CapacityProviderName": other}) == []
