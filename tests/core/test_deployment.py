"""Rolling deployments: the limits hold at every step, steps converge, twice equals once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from seaway.core.deployment import (
    consecutive_failures,
    fewest_healthy,
    is_healthy,
    most_alive,
    next_start,
    plan_rollout,
)
from seaway.core.service import Deployment, DeploymentConfiguration, Service
from seaway.core.task import Health, Task, TaskStatus

CLUSTER = "arn:aws:ecs:us-east-1:000000000000:cluster/c"
NEW = Deployment(id="ecs-svc/2", service="s", created_at=2.0, task_definition="d:2")
OLD = "ecs-svc/1"


def a_service(desired: int, minimum: int = 100, maximum: int = 200) -> Service:
    rollout = DeploymentConfiguration(minimum_healthy_percent=minimum, maximum_percent=maximum)
    return Service(
        arn="s", name="web", cluster=CLUSTER, created_at=1.0, desired_count=desired, rollout=rollout
    )


def some_tasks(count: int, deployment: str, first: int = 0) -> list[Task]:
    return [
        Task(
            arn=f"{CLUSTER}/{deployment}/{number}",
            cluster=CLUSTER,
            task_definition="d",
            created_at=float(number),
            deployment=deployment,
            last_status=TaskStatus.RUNNING,
            started_at=float(number),
        )
        for number in range(first, first + count)
    ]


def arns(tasks: Iterable[Task]) -> frozenset[str]:
    return frozenset(task.arn for task in tasks)


def test_a_new_service_starts_all_it_wants() -> None:
    assert plan_rollout(a_service(3), NEW, [], frozenset()).start == 3


def test_with_the_defaults_new_tasks_come_before_old_ones_go() -> None:
    old = some_tasks(2, OLD)
    plan = plan_rollout(a_service(2), NEW, old, arns(old))
    assert (plan.start, plan.stop) == (2, ())


def test_an_old_task_goes_for_each_new_one_that_is_healthy() -> None:
    old, new = some_tasks(2, OLD), some_tasks(2, NEW.id)
    plan = plan_rollout(a_service(2), NEW, [*old, *new], arns([*old, new[0]]))
    assert (plan.start, plan.stop) == (0, (old[0],))


def test_with_no_headroom_old_tasks_go_before_new_ones_come() -> None:
    old = some_tasks(4, OLD)
    service = a_service(4, minimum=50, maximum=100)
    plan = plan_rollout(service, NEW, old, arns(old))
    assert (plan.start, len(plan.stop)) == (0, 2)


def test_one_task_at_100_to_100_percent_is_stuck_and_says_so() -> None:
    old = some_tasks(1, OLD)
    plan = plan_rollout(a_service(1, 100, 100), NEW, old, arns(old))
    assert (plan.start, plan.stop, plan.stuck) == (0, (), True)


def test_scaling_in_takes_what_is_not_healthy_first() -> None:
    tasks = some_tasks(3, NEW.id)
    plan = plan_rollout(a_service(2), NEW, tasks, arns(tasks[:1] + tasks[2:]))
    assert plan.stop == (tasks[1],)


def test_a_failed_task_is_replaced_before_it_goes_when_there_is_room() -> None:
    tasks = some_tasks(2, NEW.id)
    plan = plan_rollout(a_service(2), NEW, tasks, arns(tasks[:1]), arns(tasks[1:]))
    assert (plan.start, plan.stop) == (1, ())


def test_a_failed_task_goes_first_when_there_is_no_room() -> None:
    tasks = some_tasks(2, NEW.id)
    service = a_service(2, minimum=50, maximum=100)
    plan = plan_rollout(service, NEW, tasks, arns(tasks[:1]), arns(tasks[1:]))
    assert (plan.start, plan.stop) == (0, (tasks[1],))


def test_a_failed_task_goes_once_its_replacement_serves() -> None:
    tasks = some_tasks(3, NEW.id)
    plan = plan_rollout(a_service(2), NEW, tasks, arns(tasks[1:]), arns(tasks[:1]))
    assert plan.stop == (tasks[0],)


@given(
    desired=st.integers(0, 12),
    minimum=st.integers(0, 100),
    maximum=st.integers(100, 300),
    old_count=st.integers(0, 12),
    data=st.data(),
)
def test_a_deployment_keeps_its_limits_and_ends(
    desired: int, minimum: int, maximum: int, old_count: int, data: st.DataObject
) -> None:
    service = a_service(desired, minimum, maximum)
    tasks = some_tasks(min(old_count, desired), OLD)
    healthy = set(arns(tasks))
    made = 100
    for _ in range(200):
        plan = plan_rollout(service, NEW, tasks, frozenset(healthy))
        served = len(healthy & arns(tasks))
        stop = set(arns(plan.stop))
        tasks = [task for task in tasks if task.arn not in stop]
        if stop & healthy:
            assert len(healthy & arns(tasks)) >= min(fewest_healthy(service), served)
        if plan.start:
            tasks += some_tasks(plan.start, NEW.id, made)
            made += plan.start
            assert len(tasks) <= most_alive(service)
        newcomers = [task for task in tasks if task.arn not in healthy]
        if newcomers and data.draw(st.booleans()):
            healthy.add(newcomers[0].arn)
        elif not plan.start and not plan.stop:
            if not newcomers:
                break
            healthy.add(newcomers[0].arn)
    if plan.stuck:
        assert most_alive(service) <= desired
        return
    assert len(tasks) == desired
    assert all(task.deployment == NEW.id for task in tasks)
    assert plan_rollout(service, NEW, tasks, arns(tasks)) == plan


def a_failure(number: int, *, ran: float | None = None) -> Task:
    (task,) = some_tasks(1, NEW.id, number)
    return replace(
        task,
        last_status=TaskStatus.STOPPED,
        started_at=None if ran is None else number - ran,
        stopped_at=float(number),
        stop_code="TaskFailedToStart" if ran is None else "EssentialContainerExited",
    )


def test_failures_in_a_row_push_the_next_start_back_to_fifteen_minutes_at_most() -> None:
    failures = [a_failure(n) for n in range(1, 4)]
    assert next_start(failures[:1]) == 1.0
    assert next_start(failures[:2]) == 2.0 + 10
    assert next_start(failures) == 3.0 + 20
    assert next_start([a_failure(n) for n in range(1, 30)]) == 29.0 + 900


def test_failures_beside_a_task_that_runs_are_pushed_back_too() -> None:
    failures = [a_failure(n) for n in range(1, 4)]
    assert next_start(failures, succeeded_at=0.5) == 3.0 + 20
    assert next_start(failures, succeeded_at=1.5) == 3.0 + 10
    assert next_start(failures, succeeded_at=9.0) == 3.0


def test_a_task_that_ran_ends_the_row_of_failures() -> None:
    assert consecutive_failures([a_failure(1), a_failure(2)], running=False) == 2
    assert consecutive_failures([a_failure(1), a_failure(2, ran=60)], running=False) == 0
    assert consecutive_failures([a_failure(1)], running=True) == 0


def test_tasks_that_die_young_are_started_again_with_a_growing_pause() -> None:
    assert next_start([a_failure(50, ran=1)]) == 50.0
    assert next_start([a_failure(50, ran=1), a_failure(51, ran=1)]) == 52.0
    assert next_start([a_failure(50, ran=40), a_failure(52, ran=1)]) == 52.0


def test_what_counts_as_healthy() -> None:
    (task,) = some_tasks(1, NEW.id)
    assert not is_healthy(task, checked=False, targets_healthy=None, now=1.0)
    assert is_healthy(task, checked=False, targets_healthy=None, now=60.0)
    assert not is_healthy(task, checked=True, targets_healthy=None, now=60.0)
    well = replace(task, health=Health.HEALTHY)
    assert is_healthy(well, checked=True, targets_healthy=None, now=0.0)
    assert not is_healthy(well, checked=True, targets_healthy=False, now=60.0)
