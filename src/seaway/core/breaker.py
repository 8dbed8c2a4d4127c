"""The deployment circuit breaker: which tasks count as failures, and how many are too many."""

from __future__ import annotations

import math
from collections.abc import Container, Iterable, Sequence
from dataclasses import replace

from seaway.core.service import DeploymentConfiguration
from seaway.core.task import Task, TaskStatus

HEALTHY, FAILED = "HEALTHY", "FAILED"
"""What the breaker has made of a task (``Task.verdict``)."""


def threshold(configuration: DeploymentConfiguration, desired: int) -> int:
    """How many failures trip the breaker, for this desired count (API: ThresholdConfiguration).

    BOUNDED_PERCENT stays between 3 and 200; no threshold is less than 1.
    """
    if configuration.breaker_type == "COUNT":
        return configuration.breaker_value
    part = math.ceil(desired * configuration.breaker_value / 100)
    if configuration.breaker_type == "UNBOUNDED_PERCENT":
        return max(part, 1)
    return min(max(part, 3), 200)


def recount(
    tasks: Iterable[Task],
    failures: int,
    healthy: Container[str],
    unhealthy: Container[str],
    *,
    resets: bool,
) -> tuple[int, Sequence[Task]]:
    """The failures of a deployment, given its tasks, and the tasks that were judged anew.

    A task fails that does not start, that ends by itself before it got healthy, or whose health
    checks fail (AWS: both stages of the circuit breaker). Each is counted once. One that gets
    healthy sets the count back to 0 if the breaker ``resets``.
    """
    judged = []
    got_healthy = False
    for task in tasks:
        if task.verdict != FAILED and _has_failed(task, unhealthy):
            failures += 1
            judged.append(replace(task, verdict=FAILED))
        elif task.verdict == "" and task.arn in healthy:
            got_healthy = True
            judged.append(replace(task, verdict=HEALTHY))
    return (0 if got_healthy and resets else failures), judged


def _has_failed(task: Task, unhealthy: Container[str]) -> bool:
    if task.arn in unhealthy or task.stop_code == "TaskFailedToStart":
        return True
    ended = task.last_status is TaskStatus.STOPPED or task.desired_status is TaskStatus.STOPPED
    alone = task.stop_code == "EssentialContainerExited"
    return ended and alone and task.verdict != HEALTHY
