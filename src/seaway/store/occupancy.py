"""What stands on a container instance: one question that the API and the placement both ask."""

from __future__ import annotations

from collections.abc import Sequence

from seaway.core.capacity import ContainerInstance, Room, room_left
from seaway.core.placement import Candidate, use_of
from seaway.core.task import Task, TaskStatus
from seaway.core.task_definition import TaskDefinition
from seaway.store.transaction import Transaction


def tasks_on(tx: Transaction, instance: ContainerInstance) -> list[Task]:
    """The tasks that hold resources of an instance: those that have not stopped."""
    return [
        task
        for task in tx.where(Task, instance=instance.arn)
        if task.last_status is not TaskStatus.STOPPED
    ]


def room_of(tx: Transaction, instance: ContainerInstance, tasks: Sequence[Task]) -> Room:
    """What an instance has left beside these tasks."""
    uses = []
    for task in tasks:
        definition = tx.find(TaskDefinition, task.task_definition)
        if definition is not None:
            uses.append(use_of(definition, task))
    return room_left(instance, uses)


def candidate(tx: Transaction, instance: ContainerInstance) -> Candidate:
    """The instance as the placement sees it."""
    tasks = tasks_on(tx, instance)
    return Candidate(instance=instance, room=room_of(tx, instance, tasks), tasks=tuple(tasks))
