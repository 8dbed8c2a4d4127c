"""A service's life in virtual time, over the real store and all the reconcilers."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from seaway.core.deployment import fewest_healthy, most_alive
from seaway.core.service import Deployment, DeploymentConfiguration, RolloutState, Service
from seaway.core.service_deployment import DeploymentStatus, ServiceDeployment
from seaway.core.task import Task, TaskStatus
from tests.builders import a_deployment, a_service, a_task_definition, an_instance
from tests.reconcile.world import World


def deployed(world: World, service: Service, number: int = 1) -> Service:
    """The service with a new primary deployment, as CreateService or UpdateService writes it."""
    with world.store.transaction() as tx:
        for old in tx.where(Deployment, service=service.arn):
            if old.status == "PRIMARY":
                tx.put(replace(old, status="ACTIVE"))
        tx.put(service)
        tx.put(a_deployment(service, number, rollout_state=RolloutState.IN_PROGRESS))
    return service


def deployments(world: World, service: Service) -> list[Deployment]:
    with world.store.transaction() as tx:
        return tx.where(Deployment, service=service.arn)


def processes(world: World, service: Service) -> list[ServiceDeployment]:
    with world.store.transaction() as tx:
        return tx.where(ServiceDeployment, service=service.arn)


def running(world: World) -> list[Task]:
    return [task for task in world.tasks() if task.is_running]


def test_a_new_service_reaches_a_steady_state_and_tells_its_story() -> None:
    world = World()
    service = deployed(world, a_service())
    world.run(30)
    assert len(running(world)) == 2
    (deployment,) = deployments(world, service)
    assert deployment.rollout_state is RolloutState.COMPLETED
    story = world.said(service)
    assert story[0].startswith("has started 2 tasks: (task ")
    assert story[1:] == [
        f"(deployment {deployment.id}) deployment completed.",
        "has reached a steady state.",
    ]


def test_a_new_deployment_replaces_every_task_and_the_old_one_is_gone() -> None:
    world = World()
    service = deployed(world, a_service())
    world.run(30)
    before = {task.arn for task in running(world)}
    world.put(a_task_definition(revision=2))
    updated = replace(service, task_definition=a_task_definition(revision=2).arn)
    deployed(world, updated, 2)
    world.run(60)
    after = running(world)
    assert len(after) == 2
    assert not before & {task.arn for task in after}
    assert {d.id[-1]: d.status for d in deployments(world, service)} == {
        "1": "INACTIVE",
        "2": "PRIMARY",
    }


def test_a_task_that_dies_is_replaced() -> None:
    world = World()
    deployed(world, a_service())
    world.run(30)
    victim = running(world)[0]
    world.put(
        replace(
            victim,
            desired_status=TaskStatus.STOPPED,
            last_status=TaskStatus.STOPPED,
            stop_code="EssentialContainerExited",
            stopped_at=world.now,
        )
    )
    world.run(5)
    assert len(running(world)) == 2
    assert victim.arn not in {task.arn for task in running(world)}


def test_the_tasks_of_a_draining_instance_are_replaced_elsewhere() -> None:
    world = World()
    deployed(world, a_service())
    world.run(30)
    first = an_instance(1, subnet="subnet-1", vpc="vpc-1", cpu=8192, memory=16384)
    world.put(an_instance(2, subnet="subnet-1", vpc="vpc-1", cpu=8192, memory=16384))
    world.put(replace(first, status="DRAINING"))
    world.run(60)
    assert [task.instance for task in running(world)] == [an_instance(2).arn] * 2


def test_scaling_to_nothing_stops_every_task() -> None:
    world = World()
    service = deployed(world, a_service())
    world.run(30)
    world.put(replace(service, desired_count=0))
    world.run(30)
    assert running(world) == []


def test_a_deleted_service_becomes_inactive_when_its_last_task_has_stopped() -> None:
    world = World()
    service = deployed(world, a_service())
    world.run(30)
    world.put(replace(service, status="DRAINING", desired_count=0))
    world.settle()
    with world.store.transaction() as tx:
        found = tx.find(Service, service.arn)
    assert found is not None
    assert found.status == "INACTIVE"


def test_without_capacity_the_service_says_why_and_goes_on_when_there_is_some() -> None:
    world = World()
    world.put(a_task_definition(memory=1 << 20))
    service = deployed(world, a_service())
    world.run(10)
    assert "has insufficient memory available." in world.said(service)[-1]
    world.put(a_task_definition(memory=512))
    world.run(30)
    assert len(running(world)) == 2


def test_a_stopped_task_is_described_for_an_hour_and_then_forgotten() -> None:
    world = World()
    service = deployed(world, a_service(desired_count=1))
    world.run(30)
    world.put(replace(service, desired_count=0))
    world.run(3000)
    assert len(world.tasks()) == 1
    world.run(700)
    assert world.tasks() == []


@settings(max_examples=40, deadline=None)
@given(
    desired=st.integers(1, 6),
    minimum=st.integers(0, 100),
    maximum=st.integers(101, 250),
    scalings=st.lists(st.integers(0, 6), max_size=3),
)
def test_a_deployment_never_leaves_its_limits_and_always_arrives(
    desired: int, minimum: int, maximum: int, scalings: list[int]
) -> None:
    world = World()
    rollout = DeploymentConfiguration(minimum_healthy_percent=minimum, maximum_percent=maximum)
    service = deployed(world, a_service(desired_count=desired, rollout=rollout))
    world.run(60)
    assert len(running(world)) == desired
    limits = [service]

    def watch() -> None:
        now = limits[-1]
        alive = [task for task in world.tasks() if task.is_alive]
        assert len(alive) <= max(most_alive(now), most_alive(limits[0]), desired)
        if len(limits) == 1:
            assert len([task for task in alive if task.is_running]) >= fewest_healthy(now)

    world.watch = watch
    if most_alive(service) == desired and fewest_healthy(service) == desired:
        return  # no safe step exists; the service says so instead (test_deployment.py)
    deployed(world, service, 2)
    world.run(300)
    assert all(task.deployment == "ecs-svc/0000000000000000002" for task in running(world))
    for count in scalings:
        limits.append(replace(service, desired_count=count))
        world.put(limits[-1])
        world.run(300)
        assert len(running(world)) == count


def fail_to_start(world: World, count: int) -> None:
    """The newest tasks never run, one after the other; time passes as the back-off wants it."""
    for _ in range(count):
        for _ in range(100):
            newest = world.tasks()[-1]
            if newest.is_alive and newest.host is not None:
                break
            world.run(10)
        failed = replace(
            newest,
            last_status=TaskStatus.STOPPED,
            desired_status=TaskStatus.STOPPED,
            stop_code="TaskFailedToStart",
            stopped_at=world.now,
        )
        world.put(failed)
        world.settle()


def test_the_circuit_breaker_rolls_back_and_the_failed_deployment_stays_failed() -> None:
    world = World()
    breaker = DeploymentConfiguration(circuit_breaker=True, circuit_breaker_rollback=True)
    service = deployed(world, a_service(desired_count=1, rollout=breaker))
    world.run(60)
    (good,) = running(world)
    world.obedient = False
    deployed(world, service, 2)
    world.settle()
    fail_to_start(world, 3)
    back, failed = deployments(world, service)
    assert (failed.rollout_state, failed.status) == (RolloutState.FAILED, "INACTIVE")
    assert failed.failed_tasks == 3
    assert failed.rollout_reason == "ECS deployment circuit breaker: task failed to start."
    assert back.status == "PRIMARY"
    world.obedient = True
    world.run(120)
    back, failed = deployments(world, service)
    assert (back.status, back.rollout_state) == ("PRIMARY", RolloutState.COMPLETED)
    assert [task.arn for task in running(world)] == [good.arn]
    assert f"rolling back to deployment {back.id}." in world.said(service)
    (_, process) = processes(world, service)
    assert process.status is DeploymentStatus.ROLLBACK_SUCCESSFUL


def test_tasks_that_fail_beside_one_that_runs_are_not_started_without_pause() -> None:
    world = World()
    service = deployed(world, a_service(desired_count=1))
    world.run(60)
    world.obedient = False
    world.put(replace(service, desired_count=2))
    world.settle()
    began = world.now
    fail_to_start(world, 4)
    assert world.now - began >= 10 + 20
