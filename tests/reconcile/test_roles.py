"""A task whose role is not there is not launched, until the role is."""

from __future__ import annotations

from dataclasses import replace

from seaway.core.keys import cannot_assume
from seaway.core.task import TaskStatus
from tests.builders import a_role, a_service, a_task_definition
from tests.reconcile.test_services import deployed, running
from tests.reconcile.world import World


def test_a_service_says_which_role_it_lacks_and_goes_on_when_it_is_there() -> None:
    world, role = World(), a_role("cats")
    world.put(replace(a_task_definition(), task_role=role.arn))
    service = deployed(world, a_service())
    world.run(30)
    assert running(world) == []
    ended = [task for task in world.tasks() if task.last_status is TaskStatus.STOPPED]
    assert {(task.stop_code, task.stopped_reason) for task in ended} == {
        ("TaskFailedToStart", cannot_assume(role.arn))
    }
    said = f"failed to launch a task with (error {cannot_assume(role.arn)})."
    assert said in world.said(service)
    world.put(role)
    world.run(1200)
    assert len(running(world)) == 2


def test_a_role_is_found_by_its_short_name_in_the_tasks_account_only() -> None:
    world = World()
    world.put(replace(a_task_definition(), task_role="cats"))
    world.put(a_role("cats", arn="arn:aws:iam::111122223333:role/cats", account="111122223333"))
    service = deployed(world, a_service())
    world.run(30)
    assert running(world) == []
    world.put(a_role("cats"))
    world.run(1200)
    assert len(running(world)) == service.desired_count
