"""What tasks use, as CloudWatch points."""

from __future__ import annotations

from collections.abc import Iterable

from seaway.core.task import TaskStatus
from seaway.dispatch.usage import Usages, service_points
from seaway.link.messages import Usage
from seaway.store.resident import Resident
from seaway.store.series import Point
from tests.builders import a_cluster, a_task, a_task_definition, an_instance

PLACE = "eu-west-1:000000000000"
CLUSTER = f"arn:aws:ecs:{PLACE}:cluster/shop"
SERVICE = f"arn:aws:ecs:{PLACE}:service/shop/web"
TASK = f"arn:aws:ecs:{PLACE}:task/shop/1"
DEFINITION = a_task_definition(cpu=256, memory=1024)


def a_running_task(number: int = 1, **fields: object) -> object:
    given = {
        "arn": f"{TASK[:-1]}{number}",
        "cluster": CLUSTER,
        "service": SERVICE,
        "task_definition": DEFINITION.arn,
        "last_status": TaskStatus.RUNNING,
        **fields,
    }
    return a_task(number, **given)


def a_store(*nouns: object) -> Resident:
    store = Resident()
    with store.transaction() as tx:
        for noun in (DEFINITION, *nouns):
            tx.put(noun)
    return store


def shares(points: Iterable[Point]) -> dict[tuple[str, str], float]:
    return {
        (p.metric.name, " ".join(value for _, value in p.metric.dimensions)): p.sum for p in points
    }


def test_usage_is_a_share_of_what_the_services_task_reserves() -> None:
    task = a_task(arn=TASK, cluster=CLUSTER, service=SERVICE, task_definition=DEFINITION.arn)
    found = service_points(Usage(task=TASK, cpu=64, memory=512), task, DEFINITION, 130.0)
    assert shares(found) == {
        ("CPUUtilization", "shop web"): 25,
        ("MemoryUtilization", "shop web"): 50,
    }
    assert {(p.at, p.unit, p.metric.region) for p in found} == {(120, "Percent", "eu-west-1")}


def test_what_reserves_nothing_has_no_utilization() -> None:
    definition = a_task_definition(cpu=0, memory=1024)
    task = a_task(arn=TASK, cluster=CLUSTER, service=SERVICE, task_definition=definition.arn)
    found = service_points(Usage(task=TASK, cpu=64, memory=512), task, definition, 60.0)
    assert list(shares(found)) == [("MemoryUtilization", "shop web")]


def test_a_clusters_utilization_is_of_all_that_its_instances_have() -> None:
    machine = an_instance(cluster=CLUSTER, cpu=2048, memory=4096)
    tasks = [a_running_task(number, instance=machine.arn) for number in (1, 2)]
    fargate = a_running_task(3)
    store, usages = a_store(a_cluster("shop"), machine, *tasks, fargate), Usages()
    with store.transaction() as tx:
        first = usages.points_of(tx, Usage(task=f"{TASK[:-1]}1", cpu=256, memory=512), 60.0)
        usages.points_of(tx, Usage(task=f"{TASK[:-1]}3", cpu=999, memory=999), 70.0)
        second = usages.points_of(tx, Usage(task=f"{TASK[:-1]}2", cpu=256, memory=512), 80.0)
    # The second task had not been heard of; Fargate's tasks are none of the instances'.
    assert ("CPUUtilization", "shop") not in shares(first)
    assert shares(second)["CPUUtilization", "shop"] == 25
    assert shares(second)["MemoryUtilization", "shop"] == 25


def test_container_insights_has_units_and_mebibytes_by_cluster_service_and_family() -> None:
    cluster = a_cluster("shop", arn=CLUSTER, settings=(("containerInsights", "enabled"),))
    store = a_store(cluster, a_running_task())
    with store.transaction() as tx:
        found = shares(Usages().points_of(tx, Usage(task=TASK, cpu=64, memory=512), 60.0))
    for place in ("shop", "shop web", f"shop {DEFINITION.family}"):
        assert found["CpuUtilized", place] == 64
        assert found["CpuReserved", place] == 256
        assert found["MemoryUtilized", place] == 512
        assert found["MemoryReserved", place] == 1024


def test_a_task_that_is_gone_has_no_points() -> None:
    with a_store().transaction() as tx:
        assert Usages().points_of(tx, Usage(task=TASK, cpu=1, memory=1), 60.0) == []
