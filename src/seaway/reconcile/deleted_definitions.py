"""Task definitions that were deleted: gone once nothing runs by them any more."""

from __future__ import annotations

from dataclasses import replace

from seaway.core.service import Deployment
from seaway.core.task import Task
from seaway.core.task_definition import DELETED, TaskDefinition
from seaway.store.transaction import Transaction


def forget_deleted(tx: Transaction) -> None:
    """Take away deleted revisions without tasks and services (API: DeleteTaskDefinitions).

    The newest of a family leaves its number behind: it is never used twice.
    """
    ending = [d for d in tx.where(TaskDefinition) if d.status in ("DELETE_IN_PROGRESS", DELETED)]
    if not ending:
        return
    used = {task.task_definition for task in tx.where(Task)}
    used |= {d.task_definition for d in tx.where(Deployment) if d.status != "INACTIVE"}
    for definition in ending:
        if definition.arn not in used:
            _forget(tx, definition)


def _forget(tx: Transaction, definition: TaskDefinition) -> None:
    home = definition.arn.rpartition(":")[0]
    family = tx.newest(TaskDefinition, family=definition.family)
    newest = next(d for d in family if d.arn.rpartition(":")[0] == home)
    if newest.arn != definition.arn:
        tx.drop(definition)
    elif definition.status != DELETED:
        tx.put(replace(definition, status=DELETED, containers=(), volumes=(), tags=()))
