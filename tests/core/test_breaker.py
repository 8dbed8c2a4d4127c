"""The deployment circuit breaker: thresholds of every type, and what counts as a failure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from seaway.core.breaker import recount, threshold
from seaway.core.service import DeploymentConfiguration
from seaway.core.task import Task, TaskStatus
from tests.builders import a_task


@pytest.mark.parametrize(
    ("kind", "value", "desired", "wanted"),
    [
        ("BOUNDED_PERCENT", 50, 1, 3),
        ("BOUNDED_PERCENT", 50, 25, 13),
        ("BOUNDED_PERCENT", 50, 400, 200),
        ("BOUNDED_PERCENT", 50, 800, 200),
        ("BOUNDED_PERCENT", 10, 100, 10),
        ("UNBOUNDED_PERCENT", 50, 1, 1),
        ("UNBOUNDED_PERCENT", 50, 800, 400),
        ("UNBOUNDED_PERCENT", 1, 0, 1),
        ("COUNT", 7, 800, 7),
    ],
)
def test_the_threshold_is_a_share_from_3_to_200_any_share_or_a_count(
    kind: str, value: int, desired: int, wanted: int
) -> None:
    configuration = DeploymentConfiguration(breaker_type=kind, breaker_value=value)
    assert threshold(configuration, desired) == wanted


def ended(number: int, code: str, **fields: Any) -> Task:
    stopped = TaskStatus.STOPPED
    return a_task(number, desired_status=stopped, last_status=stopped, stop_code=code, **fields)


def count(*tasks: Task, failures: int = 0, resets: bool = True, **seen: Any) -> int:
    healthy, unhealthy = seen.get("healthy", ()), seen.get("unhealthy", ())
    return recount(tasks, failures, healthy, unhealthy, resets=resets)[0]


def test_tasks_that_do_not_start_or_end_before_they_are_healthy_are_failures() -> None:
    assert count(ended(1, "TaskFailedToStart"), ended(2, "EssentialContainerExited")) == 2


def test_a_task_that_was_healthy_or_was_told_to_stop_is_none() -> None:
    was_healthy = ended(1, "EssentialContainerExited", verdict="HEALTHY")
    assert count(was_healthy, ended(2, "UserInitiated"), a_task(3)) == 0
    assert count(ended(4, "ServiceSchedulerInitiated")) == 0


def test_a_task_whose_checks_fail_is_a_failure_also_after_it_was_healthy() -> None:
    task = a_task(1, verdict="HEALTHY")
    assert count(task, unhealthy=(task.arn,)) == 1


def test_each_failure_counts_once() -> None:
    failures, judged = recount([ended(1, "TaskFailedToStart")], 0, (), (), resets=True)
    assert (failures, [task.verdict for task in judged]) == (1, ["FAILED"])
    assert recount(judged, failures, (), (), resets=True) == (1, [])


def test_a_task_that_gets_healthy_forgives_what_was_unless_it_is_not_to() -> None:
    task = a_task(1)
    assert count(task, failures=5, healthy=(task.arn,)) == 0
    assert count(task, failures=5, healthy=(task.arn,), resets=False) == 5
    known = replace(task, verdict="HEALTHY")
    assert count(known, failures=5, healthy=(task.arn,)) == 5
