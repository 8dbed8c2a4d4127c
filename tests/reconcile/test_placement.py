"""Where tasks go, with addresses and host ports; and what is said when they can't."""

from __future__ import annotations

import ipaddress
import itertools
from dataclasses import replace
from typing import Any

import pytest

from seaway.core.capacity import ContainerInstance, Host
from seaway.core.logs import LogGroup
from seaway.core.network import NetworkInterface
from seaway.core.service import ServiceConnect
from seaway.core.task import Task, TaskStatus
from seaway.core.task_definition import LogConfiguration, NetworkMode
from seaway.reconcile import placement
from tests.builders import (
    CLUSTER,
    a_container,
    a_deployment,
    a_service,
    a_subnet,
    a_task,
    a_task_definition,
    an_instance,
)
from tests.reconcile.world import World

FARGATE = a_task(launch_type="FARGATE", subnets=("subnet-1", "subnet-2"))


def placed(*nouns: Any) -> World:
    # Ids of an odd length lose their last digit, so these count in steps of it.
    world = World(obedient=False, numbers=itertools.count(16, 16))
    world.put(*nouns)
    world.settle()
    return world


def all_of(world: World, noun: type[Any]) -> list[Any]:
    with world.store.transaction() as tx:
        return tx.where(noun)


def awsvpc(**more: Any) -> Any:
    return a_task_definition(network_mode=NetworkMode.AWSVPC, **more)


def test_a_bridge_task_gets_an_address_for_each_container_and_a_free_host_port() -> None:
    two = a_task_definition(containers=(a_container(), a_container("side", ports=())))
    (task,) = placed(two, a_task()).tasks()
    assert (task.last_status, task.host, task.zone) == (TaskStatus.PENDING, "host-1", "us-east-1a")
    assert [entry.container for entry in task.addresses] == ["web", "side"]
    assert len({entry.address for entry in task.addresses}) == 2
    (binding,) = task.bindings
    assert (binding.container, binding.container_port) == ("web", 80)
    assert binding.host_port >= 32768


def test_no_two_things_in_a_subnet_have_the_same_address() -> None:
    world = placed(*[a_task(number) for number in range(1, 6)])
    given = [entry.address for task in world.tasks() for entry in task.addresses]
    given += [instance.address for instance in all_of(world, ContainerInstance)]
    assert len(given) == len(set(given)) == 6
    block = ipaddress.ip_network("10.0.0.0/24")
    assert all(ipaddress.ip_address(address) in block for address in given)


def test_an_address_is_free_again_only_when_the_host_has_let_it_go() -> None:
    world = placed(a_subnet(cidr="10.0.0.0/28"), awsvpc())
    for number in range(1, 20):
        world.put(a_task(number, launch_type="FARGATE", subnets=("subnet-1",)))
    world.settle()
    there = [task for task in world.tasks() if task.host is not None]
    waiting = [task for task in world.tasks() if task.host is None]
    assert there
    assert waiting
    stopping = replace(there[0], desired_status=TaskStatus.STOPPED, may_stop=True)
    world.put(stopping)
    world.run(6)
    assert len([task for task in world.tasks() if task.host is not None]) == len(there)
    world.put(replace(stopping, last_status=TaskStatus.STOPPED, stopped_at=world.now))
    world.run(6)
    assert len([task for task in world.tasks() if task.host is not None]) == len(there) + 1


def test_fargate_tasks_get_an_interface_and_are_spread_over_their_subnets() -> None:
    second = a_subnet("subnet-2", cidr="10.0.1.0/24", zone="us-east-1b")
    world = placed(second, awsvpc(), FARGATE, replace(a_task(2), **_fargate()))
    assert sorted(str(task.subnet) for task in world.tasks()) == ["subnet-1", "subnet-2"]
    for task in world.tasks():
        assert task.instance is None
        (interface,) = [i for i in all_of(world, NetworkInterface) if i.id == task.interface]
        assert (interface.holder, interface.address) == (task.arn, task.address_of("web"))


def _fargate() -> dict[str, Any]:
    return {"launch_type": "FARGATE", "subnets": FARGATE.subnets}


def test_without_a_connected_machine_fargate_says_so_and_tries_again() -> None:
    service = a_service(desired_count=0)
    world = placed(awsvpc(), service, Host(id="host-1", cpu=1, memory=1, connected=False))
    world.put(replace(FARGATE, service=service.arn))
    world.settle()
    assert world.said(service) == [
        "was unable to place a task. Reason: Capacity is unavailable at this time."
    ]
    world.put(Host(id="host-1", cpu=8192, memory=16384, connected=True))
    world.run(6)
    (task,) = world.tasks()
    assert task.host == "host-1"


def test_a_task_waits_until_an_instance_comes() -> None:
    world = placed(an_instance(1, status="INACTIVE", subnet="subnet-1"), a_task())
    assert world.tasks()[0].host is None
    world.put(an_instance(2, subnet="subnet-1", vpc="vpc-1"))
    world.settle()
    assert world.tasks()[0].instance == an_instance(2).arn


def test_a_task_for_one_instance_goes_nowhere_else() -> None:
    world = placed(a_task(wanted_instance=an_instance(2).arn))
    assert world.tasks()[0].host is None


def logged(create: bool) -> list[object]:
    options = (
        ("awslogs-group", "/web"),
        ("awslogs-region", "us-east-1"),
        ("awslogs-create-group", "true" if create else "false"),
    )
    log = LogConfiguration(driver="awslogs", options=options)
    return [a_task_definition(containers=(a_container(log=log),)), a_task()]


def test_a_log_group_is_made_when_the_task_asks_for_it() -> None:
    world = placed(*logged(create=True))
    (group,) = all_of(world, LogGroup)
    assert group.name == "/web"
    assert world.tasks()[0].host == "host-1"


@pytest.mark.parametrize("create", [True, False])
def test_the_log_group_of_its_proxy_is_asked_for_too(create: bool) -> None:
    options = (("awslogs-group", "/proxy"), ("awslogs-create-group", str(create).lower()))
    log = LogConfiguration(driver="awslogs", options=options)
    service = a_service(connect=ServiceConnect(enabled=True, log=log))
    deployment = a_deployment(service)
    task = a_task(service=service.arn, deployment=deployment.id, uses_mesh=True)
    world = placed(a_task_definition(), service, deployment, task)
    assert [group.name for group in all_of(world, LogGroup)] == (["/proxy"] if create else [])
    assert (world.tasks()[0].stop_code is None) is create


def test_without_its_log_group_a_task_can_not_start() -> None:
    (task,) = placed(*logged(create=False)).tasks()
    assert (task.last_status, task.stop_code) == (TaskStatus.STOPPED, "TaskFailedToStart")
    assert task.stopped_reason is not None
    assert task.stopped_reason.endswith("The specified log group does not exist.")


def test_a_placed_task_is_not_moved() -> None:
    world = placed(a_task())
    (before,) = world.tasks()
    world.put(an_instance(2, subnet="subnet-1", vpc="vpc-1"))
    world.run(60)
    (after,) = world.tasks()
    assert after == before
    assert isinstance(after, Task)


class Hall:
    """A cluster of some instances in which many tasks wait; rounds of placement, one by one."""

    def __init__(self, rounds: placement.Rounds | None = None, tasks: int = 35) -> None:
        self.world = World(obedient=False, loops=())
        self.rounds = rounds
        if rounds is not None:
            self.world.store.doorbell.listen(rounds.hear)
        for number in range(2, 7):
            zone = f"us-east-1{'abc'[number % 3]}"
            self.world.put(an_instance(number, subnet="subnet-1", vpc="vpc-1", zone=zone, cpu=9000))
        self.world.put(*(a_task(number) for number in range(1, tasks + 1)))

    def round(self, cluster: str = CLUSTER) -> float | None:
        with self.world.store.transaction() as tx:
            return placement.reconcile(tx, cluster, self.world.moment(), self.rounds)

    def finish(self) -> list[Task]:
        for _ in range(20):
            wake = self.round()
            if wake is None or wake > self.world.now:
                break
        return self.world.tasks()

    def interface(self, address: str, holder: str = "") -> NetworkInterface:
        return NetworkInterface(
            id=f"eni-{address}",
            vpc="vpc-1",
            subnet="subnet-1",
            zone="us-east-1a",
            owner="0",
            address=address,
            mac="02:00:00:00:00:01",
            created_at=1.0,
            holder=holder,
        )


def test_what_is_kept_from_round_to_round_changes_nothing() -> None:
    anew, kept = Hall().finish(), Hall(placement.Rounds()).finish()
    assert all(task.host for task in anew)
    assert kept == anew


def test_a_round_goes_on_where_the_one_before_ended() -> None:
    hall = Hall(placement.Rounds())
    counts = []
    while hall.round() is not None:
        counts.append(sum(task.host is not None for task in hall.world.tasks()))
    assert counts == [10, 20, 30, 35]


def test_a_task_that_comes_between_two_rounds_is_placed_too() -> None:
    hall = Hall(placement.Rounds())
    hall.round()
    hall.world.put(a_task(99))
    assert all(task.host for task in hall.finish())


def test_what_happens_between_two_rounds_counts_in_the_next() -> None:
    hall = Hall(placement.Rounds())
    hall.round()
    there = {task.instance for task in hall.world.tasks() if task.host}
    left = an_instance(3, subnet="subnet-1", vpc="vpc-1", cpu=9000, status="DRAINING")
    assert left.arn in there
    before = sum(task.instance == left.arn for task in hall.world.tasks())
    next_free = next(
        str(address)
        for address in ipaddress.ip_network("10.0.0.0/24").hosts()
        if int(address) % 256 > 20
        and str(address) not in {e.address for t in hall.world.tasks() for e in t.addresses}
    )
    hall.world.put(left, hall.interface(next_free))
    after = hall.finish()
    assert all(task.host for task in after)
    assert sum(task.instance == left.arn for task in after) == before
    given = [entry.address for task in after for entry in task.addresses]
    assert next_free not in given
    assert len(given) == len(set(given))


def test_a_task_that_stops_between_two_rounds_makes_room_in_the_next() -> None:
    full = Hall(placement.Rounds(), tasks=0)
    for number in range(1, 7):
        with full.world.store.transaction() as tx:
            (instance,) = tx.where(ContainerInstance, instance_id=f"i-{number:017x}")
        full.world.put(replace(instance, status="INACTIVE") if number > 1 else instance)
    size = a_task_definition(containers=(a_container(cpu=700),))
    full.world.put(size, *(a_task(number) for number in range(1, 13)))
    full.round()
    first = next(task for task in full.world.tasks() if task.host)
    full.world.put(
        replace(first, desired_status=TaskStatus.STOPPED, last_status=TaskStatus.STOPPED)
    )
    placed_ = [task for task in full.finish() if task.host]
    assert len(placed_) == 12


def test_a_round_that_fails_leaves_nothing_behind() -> None:
    hall = Hall(placement.Rounds())
    hall.round()

    def fail() -> None:
        with hall.world.store.transaction() as tx:
            placement.reconcile(tx, CLUSTER, hall.world.moment(), hall.rounds)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    after = hall.finish()
    given = [entry.address for task in after for entry in task.addresses]
    assert all(task.host for task in after)
    assert len(given) == len(set(given)) == 35


def test_two_clusters_in_one_subnet_give_no_address_twice() -> None:
    hall = Hall(placement.Rounds(), tasks=25)
    other = f"{CLUSTER}-two"
    hall.world.put(an_instance(9, cluster=other, subnet="subnet-1", vpc="vpc-1", cpu=9000))
    hall.world.put(*(a_task(number, cluster=other, cpu_override=1) for number in range(50, 75)))
    for _ in range(12):
        hall.round()
        hall.round(other)
    placed_ = hall.world.tasks()
    given = [entry.address for task in placed_ for entry in task.addresses]
    assert len({task.cluster for task in placed_ if task.host}) == 2
    assert len(given) == len(set(given)) > 30
