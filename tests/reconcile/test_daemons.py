"""DAEMON services, protected tasks and evened-out zones, over the real reconcilers."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from seaway.core.capacity import Host
from seaway.core.service import DeploymentConfiguration, Service
from seaway.core.task import Task, TaskStatus
from tests.builders import a_service, a_subnet, a_task_definition, an_instance
from tests.reconcile.test_services import deployed, running
from tests.reconcile.world import World

ONE_EACH = DeploymentConfiguration(maximum_percent=100, minimum_healthy_percent=0)


def hosts(*numbers: int, **fields: object) -> list[object]:
    zones = ("us-east-1a", "us-east-1b")
    return [
        thing
        for n in numbers
        for thing in (
            Host(id=f"host-{n}", cpu=8192, memory=16384, connected=True),
            an_instance(
                n,
                host=f"host-{n}",
                zone=zones[n % 2],
                subnet=f"subnet-{n % 2 + 1}",
                vpc="vpc-1",
                **fields,
            ),
        )
    ]


def a_world(*numbers: int) -> World:
    world = World()
    world.put(
        a_subnet("subnet-1", zone="us-east-1a"),
        a_subnet("subnet-2", zone="us-east-1b", cidr="10.0.1.0/24"),
        *hosts(*numbers),
    )
    return world


def daemon(**fields: object) -> Service:
    made = {"desired_count": 0, "scheduling": "DAEMON", "rollout": ONE_EACH, **fields}
    return a_service("agent", **made)


def places(world: World, service: Service) -> list[str]:
    return sorted(str(t.instance)[-1] for t in world.tasks(service) if t.is_running)


def test_a_daemon_runs_once_on_every_instance_and_on_those_that_come() -> None:
    world = a_world(1, 2, 3)
    service = deployed(world, daemon())
    world.run(30)
    assert places(world, service) == ["1", "2", "3"]
    world.put(*hosts(4))
    world.run(30)
    assert places(world, service) == ["1", "2", "3", "4"]
    with world.store.transaction() as tx:
        found = tx.find(Service, service.arn)
    assert found is not None
    assert found.desired_count == 4


def test_a_daemon_runs_only_where_its_constraints_allow() -> None:
    world = a_world(1, 2)
    world.put(*hosts(3, attributes=(("role", "edge"),)))
    constraint = (("memberOf", "attribute:role == edge"),)
    service = deployed(world, daemon(placement_constraints=constraint))
    world.run(30)
    assert places(world, service) == ["3"]
    world.put(*hosts(3))
    world.run(30)
    assert places(world, service) == []


def test_a_daemons_old_task_goes_before_its_new_one_comes() -> None:
    world = a_world(1, 2)
    service = deployed(world, daemon())
    world.run(30)
    most: Counter[str] = Counter()

    def watch() -> None:
        there = Counter(t.instance or t.wanted_instance for t in world.tasks() if t.is_alive)
        assert max(there.values(), default=0) <= 1
        most.update(["looked"])

    world.watch = watch
    world.put(a_task_definition(revision=2))
    deployed(world, replace(service, task_definition=a_task_definition(revision=2).arn), 2)
    world.run(60)
    assert most["looked"] > 0
    assert places(world, service) == ["1", "2"]
    assert {t.task_definition[-1] for t in running(world)} == {"2"}


def test_a_daemon_keeps_its_minimum_through_a_deployment() -> None:
    world = a_world(1, 2, 3, 4)
    half = replace(ONE_EACH, minimum_healthy_percent=50)
    service = deployed(world, daemon(rollout=half))
    world.run(30)
    world.watch = lambda: _at_least(2, running(world))
    world.put(a_task_definition(revision=2))
    deployed(world, replace(service, task_definition=a_task_definition(revision=2).arn), 2)
    world.run(120)
    assert {t.task_definition[-1] for t in running(world)} == {"2"}
    assert places(world, service) == ["1", "2", "3", "4"]


def _at_least(count: int, tasks: list[Task]) -> None:
    assert len(tasks) >= count


def test_on_an_instance_that_drains_the_daemon_goes_last() -> None:
    world = a_world(1, 2)
    service = deployed(world, daemon())
    web = deployed(world, a_service("web", desired_count=4), 2)
    world.run(30)

    def watch() -> None:
        on_one = [t for t in world.tasks() if str(t.instance)[-1] == "1" and t.is_running]
        if any(t.service == web.arn for t in on_one):
            assert any(t.service == service.arn for t in on_one)

    world.watch = watch
    world.put(*hosts(1, status="DRAINING"))
    world.run(120)
    assert places(world, service) == ["2"]
    assert places(world, web) == ["2", "2", "2", "2"]


def test_a_daemon_leaves_an_instance_that_drains_when_its_minimum_is_kept_elsewhere() -> None:
    world = a_world(1, 2)
    half = replace(ONE_EACH, minimum_healthy_percent=50)
    service = deployed(world, daemon(rollout=half))
    world.run(30)
    world.obedient = False
    (dead,) = [task for task in world.tasks(service) if str(task.instance)[-1] == "2"]
    stopped = TaskStatus.STOPPED
    world.put(replace(dead, last_status=stopped, desired_status=stopped, stopped_at=world.now))
    world.put(*hosts(1, status="DRAINING"))
    world.run(60)
    assert places(world, service) == ["1"]
    assert all(task.is_alive for task in world.tasks(service) if task.is_running)
    world.obedient = True
    world.run(60)
    assert places(world, service) == ["2"]


def test_room_is_kept_for_a_daemon_that_is_to_come() -> None:
    world = a_world(1)
    service = deployed(world, daemon())
    full = deployed(world, a_service("web", desired_count=8), 2)
    world.run(60)
    assert places(world, service) == ["1"]
    assert len(places(world, full)) == 7


def test_a_protected_task_outlives_scale_in_until_its_protection_ends() -> None:
    world = a_world(1, 2)
    service = deployed(world, a_service(desired_count=3))
    world.run(30)
    for task in running(world):
        world.put(replace(task, protected_until=world.now + 600))
    world.put(replace(service, desired_count=1))
    world.run(300)
    assert len(running(world)) == 3
    assert "was unable to scale in due to (reason 2 tasks under protection)." in world.said(service)
    world.run(310)
    assert len(running(world)) == 1


def test_a_deployment_leaves_protected_tasks_until_their_protection_ends() -> None:
    world = a_world(1, 2)
    service = deployed(world, a_service(desired_count=2))
    world.run(30)
    kept = running(world)[0]
    world.put(replace(kept, protected_until=world.now + 600))
    world.put(a_task_definition(revision=2))
    deployed(world, replace(service, task_definition=a_task_definition(revision=2).arn), 2)
    world.run(300)
    assert kept.arn in {task.arn for task in running(world)}
    assert len(running(world)) == 3
    world.run(310)
    assert {task.task_definition[-1] for task in running(world)} == {"2"}


def test_zones_that_are_out_of_balance_are_evened_out_without_losing_a_task() -> None:
    world = a_world(2)
    service = deployed(world, a_service(desired_count=4))
    world.run(30)
    world.put(*hosts(3))
    world.watch = lambda: _at_least(4, running(world))
    world.run(120)
    assert Counter(task.zone for task in running(world)) == {"us-east-1a": 2, "us-east-1b": 2}
    world.put(replace(service, desired_count=2))
    world.watch = lambda: None
    world.run(60)
    assert Counter(task.zone for task in running(world)) == {"us-east-1a": 1, "us-east-1b": 1}


def test_zones_are_left_alone_when_it_is_off_or_the_maximum_leaves_no_room() -> None:
    for change in (
        {"zone_rebalancing": "DISABLED"},
        {"rollout": DeploymentConfiguration(minimum_healthy_percent=50, maximum_percent=100)},
        {"placement_strategy": (("binpack", "memory"),)},
    ):
        world = a_world(2)
        world.put(an_instance(1, status="INACTIVE"))
        deployed(world, a_service(desired_count=4, **change))
        world.run(30)
        world.put(*hosts(3))
        world.run(120)
        assert len({task.zone for task in running(world)}) == 1


def test_a_zone_without_room_is_tried_again_later_only() -> None:
    world = a_world(2)
    service = deployed(world, a_service(desired_count=3))
    world.run(30)
    world.put(*hosts(3, memory=100))
    world.run(1200)
    assert len(running(world)) == 3
    tried = [task for task in world.tasks(service) if task.zone_wanted is not None]
    assert 1 <= len(tried) <= 3
