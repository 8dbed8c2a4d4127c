"""Managed scaling: a group grows for tasks that wait and shrinks when its instances are empty."""

from __future__ import annotations

import base64
import itertools
import json
from dataclasses import replace
from typing import Any

from seaway.core.capacity import ContainerInstance, Host
from seaway.core.cluster import CapacityProvider
from seaway.core.compute import (
    AutoScalingGroup,
    Instance,
    LaunchSource,
    LaunchTemplate,
    LaunchTemplateVersion,
)
from seaway.core.task import Task, TaskStatus
from seaway.reconcile import capacity, instances
from tests.builders import HOME, a_subnet, a_task, a_task_definition, an_instance
from tests.reconcile.world import LOOPS, World

GROUP = f"arn:aws:autoscaling:{HOME}:autoScalingGroup:1:autoScalingGroupName/nodes"
PROVIDER = f"arn:aws:ecs:{HOME}:capacity-provider/mine"
JOIN = base64.b64encode(b"echo ECS_CLUSTER=default >> /etc/ecs/ecs.config").decode()


def a_world(maximum: int = 5, **provider: Any) -> World:
    """A cluster without instances whose provider makes t3.medium ones (2048 units, 3.9 GiB)."""
    # Ids of an odd length lose their last digit, so these count in steps of it.
    world = World(numbers=itertools.count(16, 16), loops=(*LOOPS, instances, capacity))
    with world.store.transaction() as tx:
        tx.drop(an_instance(1))
    data = json.dumps({"ImageId": "ami-1", "InstanceType": "t3.medium", "UserData": JOIN})
    world.put(
        a_subnet("subnet-b", zone="us-east-1b", cidr="10.0.1.0/24"),
        Host(id="host-1", cpu=8192, memory=16384, connected=True),
        LaunchTemplate(
            id="lt-1", name="node", owner="000000000000", region="us-east-1", created_at=1.0,
            created_by="me",
        ),
        LaunchTemplateVersion(
            key="lt-1/1", template="lt-1", number=1, created_at=1.0, created_by="me", data=data
        ),
        AutoScalingGroup(
            arn=GROUP, name="nodes", created_at=1.0, source=LaunchSource(template="lt-1"),
            minimum=0, maximum=maximum, desired=0, subnets=("subnet-1", "subnet-b"),
            zones=("us-east-1a", "us-east-1b"),
        ),
        CapacityProvider(
            arn=PROVIDER, name="mine", group=GROUP, created_at=1.0,
            **{"managed_scaling": True, **provider},
        ),
    )  # fmt: skip
    return world


def alive(world: World) -> list[Instance]:
    with world.store.transaction() as tx:
        return [instance for instance in tx.where(Instance) if instance.alive]


def members(world: World) -> list[ContainerInstance]:
    with world.store.transaction() as tx:
        return [m for m in tx.where(ContainerInstance) if m.status != "INACTIVE"]


def want(world: World, count: int, first: int = 1, **more: Any) -> None:
    for number in range(first, first + count):
        world.put(a_task(number, capacity_provider="mine", **more))


def end(world: World, *tasks: Task) -> None:
    for task in tasks:
        world.put(replace(task, last_status=TaskStatus.STOPPED, stopped_at=world.now,
                          desired_status=TaskStatus.STOPPED))  # fmt: skip


def test_tasks_that_wait_have_just_as_many_instances_started_as_they_need() -> None:
    world = a_world()
    want(world, 10)
    world.run(60)
    assert len(alive(world)) == 2
    assert all(task.is_running for task in world.tasks())


def test_no_more_instances_are_started_than_the_group_may_have() -> None:
    world = a_world(maximum=1)
    want(world, 10)
    world.run(60)
    assert len(alive(world)) == 1
    waiting = [task for task in world.tasks() if task.last_status is TaskStatus.PROVISIONING]
    assert len(waiting) == 10 - 7


def test_a_task_that_no_instance_of_the_group_could_take_starts_none() -> None:
    world = a_world()
    world.put(a_task_definition(memory=64000))
    want(world, 1)
    world.run(60)
    assert alive(world) == []


def test_spare_capacity_is_kept_when_the_target_asks_for_it() -> None:
    world = a_world(target_capacity=50)
    want(world, 7, placement_strategy=(("binpack", "memory"),))
    world.run(60)
    assert len(alive(world)) == 2


def test_at_least_the_minimum_step_is_started_at_once() -> None:
    world = a_world(minimum_step=3)
    want(world, 1)
    world.run(60)
    assert len(alive(world)) == 3


def test_empty_instances_go_after_a_quarter_of_an_hour_and_busy_protected_ones_stay() -> None:
    world = a_world(managed_termination_protection=True)
    want(world, 10)
    world.run(60)
    keep = world.tasks()[0]
    end(world, *(task for task in world.tasks() if task.instance != keep.instance))
    world.run(800)
    assert len(alive(world)) == 2
    world.run(200)
    (left,) = alive(world)
    assert left.protected
    assert [m.arn for m in members(world)] == [keep.instance]
    end(world, *(task for task in world.tasks() if task.instance == keep.instance))
    world.run(1000)
    assert alive(world) == []


def test_with_managed_draining_an_instance_ends_only_when_its_tasks_have() -> None:
    world = a_world(managed_scaling=False)
    world.put(replace(_group(world), desired=1))
    world.run(30)
    want(world, 1)
    world.run(30)
    world.put(replace(_group(world), desired=0))
    world.run(30)
    (member,) = members(world)
    assert (member.status, len(alive(world))) == ("DRAINING", 1)
    end(world, *world.tasks())
    world.run(30)
    assert alive(world) == []


def test_without_managed_draining_it_takes_its_tasks_with_it() -> None:
    world = a_world(managed_scaling=False, managed_draining=False)
    world.put(replace(_group(world), desired=1))
    world.run(30)
    want(world, 1)
    world.run(30)
    world.put(replace(_group(world), desired=0))
    world.run(30)
    assert alive(world) == []
    assert world.tasks()[0].stop_code == "TerminationNotice"


def _group(world: World) -> AutoScalingGroup:
    with world.store.transaction() as tx:
        return tx.where(AutoScalingGroup)[0]


def test_instances_come_for_tasks_that_ask_for_what_user_data_says_of_them() -> None:
    world = a_world()
    config = 'echo ECS_INSTANCE_ATTRIBUTES={\\"stack\\":\\"blue\\"} >> /etc/ecs/ecs.config'
    text = f"{base64.b64decode(JOIN).decode()}\n{config}"
    data = {"ImageId": "ami-1", "InstanceType": "t3.medium"}
    data["UserData"] = base64.b64encode(text.encode()).decode()
    with world.store.transaction() as tx:
        (version,) = tx.where(LaunchTemplateVersion)
        tx.put(replace(version, data=json.dumps(data)))
    world.put(a_task_definition())
    for number, color in enumerate(("blue", "green"), 1):
        constraint = ("memberOf", f"attribute:stack == {color}")
        want(world, 1, number, placement_constraints=(constraint,))
    world.run(60)
    (member,) = members(world)
    assert dict(member.attributes)["stack"] == "blue"
    (waiting,) = [task for task in world.tasks() if task.host is None]
    assert waiting.placement_constraints[0][1] == "attribute:stack == green"
    away = "us-east-1a" if member.zone == "us-east-1b" else "us-east-1b"
    constraint = ("memberOf", f"attribute:ecs.availability-zone == {away}")
    want(world, 1, 3, placement_constraints=(constraint,))
    world.run(60)
    assert [task for task in world.tasks() if task.host is None] == [waiting]
