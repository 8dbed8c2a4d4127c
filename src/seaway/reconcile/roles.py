"""A task whose role is not there is not launched, and its service's events say so."""

from __future__ import annotations

from seaway.core.keys import cannot_assume
from seaway.core.moment import Moment
from seaway.core.names import place_of
from seaway.core.service import Service
from seaway.core.task import Task
from seaway.core.task_definition import TaskDefinition
from seaway.reconcile.events import tell_once
from seaway.reconcile.staffing import stopping
from seaway.store.roles import role_called
from seaway.store.transaction import Transaction


def role_ready(tx: Transaction, task: Task, definition: TaskDefinition, moment: Moment) -> bool:
    """Whether the task's role can be assumed; else the task fails to start.

    RunTask refuses such a role at once; a service finds out here. (AWS: service event messages.)
    """
    name = task.task_role or definition.task_role
    if name is None or role_called(tx, name, place_of(task.arn).account) is not None:
        return True
    reason = cannot_assume(name)
    tx.put(stopping(task, "TaskFailedToStart", reason, moment))
    service = tx.find(Service, task.service or "")
    if service is not None:
        tell_once(tx, service, f"failed to launch a task with (error {reason}).", moment)
    return False
