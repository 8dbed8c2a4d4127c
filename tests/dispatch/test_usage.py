"""What tasks use, as CloudWatch points."""

from __future__ import annotations

from seaway.dispatch.usage import points_of, usage_points
from seaway.link.messages import Usage
from seaway.store.resident import Resident
from tests.builders import a_task, a_task_definition

CLUSTER = "arn:aws:ecs:eu-west-1:000000000000:cluster/shop"
SERVICE = "arn:aws:ecs:eu-west-1:000000000000:service/shop/web"
TASK = "arn:aws:ecs:eu-west-1:000000000000:task/shop/1"


def shares(points: list[object]) -> dict[tuple[str, str], float]:
    return {
        (
            p.metric.name,  # type: ignore[attr-defined]
            " ".join(value for _, value in p.metric.dimensions),  # type: ignore[attr-defined]
        ): p.sum  # type: ignore[attr-defined]
        for p in points
    }


def test_usage_is_a_share_of_the_reservation_for_cluster_and_service() -> None:
    definition = a_task_definition(cpu=256, memory=1024)
    task = a_task(arn=TASK, cluster=CLUSTER, service=SERVICE, task_definition=definition.arn)
    found = usage_points(Usage(task=TASK, cpu=64, memory=512), task, definition, 130.0)
    assert shares(list(found)) == {
        ("CPUUtilization", "shop"): 25,
        ("CPUUtilization", "shop web"): 25,
        ("MemoryUtilization", "shop"): 50,
        ("MemoryUtilization", "shop web"): 50,
    }
    assert {(p.at, p.unit, p.metric.region) for p in found} == {(120, "Percent", "eu-west-1")}


def test_what_reserves_nothing_has_no_utilization() -> None:
    definition = a_task_definition(cpu=0, memory=1024)
    task = a_task(arn=TASK, cluster=CLUSTER, service=None, task_definition=definition.arn)
    found = usage_points(Usage(task=TASK, cpu=64, memory=512), task, definition, 60.0)
    assert list(shares(list(found))) == [("MemoryUtilization", "shop")]


def test_a_task_that_is_gone_has_no_points() -> None:
    with Resident().transaction() as tx:
        assert points_of(tx, Usage(task=TASK, cpu=1, memory=1), 60.0) == []
