"""What container instances have left, and which new tasks no instance could take."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.ecs.errors import InvalidParameterException
from seaway.core.capacity import ContainerInstance, Room, Use
from seaway.core.cluster import Cluster
from seaway.core.placement import NO_INSTANCES, Candidate, Placement, place, use_of
from seaway.core.task import Task
from seaway.core.task_definition import TaskDefinition
from seaway.store.occupancy import candidate
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seaway.aws.shapes import ecs as shapes


def placement_failures(
    tx: Transaction, cluster: Cluster, definition: TaskDefinition, tasks: Sequence[Task]
) -> tuple[list[Task], list[shapes.Failure]]:
    """The tasks that some instance can take, and a failure for each that none can.

    Only a look ahead: the placement decides when it gets to them. Tasks that wait for their
    placement already are counted in. Tasks that a capacity provider launches wait for
    instances instead of failing. Raises InvalidParameterException when the cluster has no
    instance at all (API: RunTask).
    """
    checked = [task for task in tasks if task.launch_type == "EC2" and not task.capacity_provider]
    if not checked:
        return list(tasks), []
    candidates = {
        instance.arn: candidate(tx, instance)
        for instance in tx.where(ContainerInstance, cluster=cluster.arn)
        if instance.status == "ACTIVE"
    }
    if not candidates:
        raise InvalidParameterException(NO_INSTANCES)
    for waiting in tx.where(Task, cluster=cluster.arn):
        if waiting.launch_type == "EC2" and waiting.instance is None and waiting.is_alive:
            other = tx.find(TaskDefinition, waiting.task_definition)
            if other is not None:
                _try(candidates, waiting, other)
    taken: list[Task] = []
    failures: list[shapes.Failure] = []
    for task in tasks:
        failure = _try(candidates, task, definition)
        if failure is None:
            taken.append(task)
        else:
            failures.append(failure)
    return taken, failures


def _try(
    candidates: dict[str, Candidate], task: Task, definition: TaskDefinition
) -> shapes.Failure | None:
    """Put a task on its instance for the sake of counting; the failure when none takes it."""
    found = place(task, definition, list(candidates.values()))
    if not isinstance(found, Placement):
        failure: shapes.Failure = {"reason": found.resource}
        if found.closest:
            failure["arn"] = found.closest
        return failure
    there = candidates[found.instance.arn]
    need = use_of(definition, replace(task, bindings=found.bindings))
    candidates[found.instance.arn] = replace(
        there, room=_less(there.room, need), tasks=(*there.tasks, task)
    )
    return None


def _less(room: Room, use: Use) -> Room:
    return Room(room.cpu - use.cpu, room.memory - use.memory, room.ports | set(use.ports))
