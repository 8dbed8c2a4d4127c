"""The role a task's containers are to act in must be there before the task is."""

from __future__ import annotations

from seaway.aws.call import Call
from seaway.aws.ecs.errors import ClientException
from seaway.core.keys import cannot_assume
from seaway.core.task_definition import TaskDefinition
from seaway.store.roles import role_called
from seaway.store.transaction import Transaction


def check_task_role(
    tx: Transaction, call: Call, definition: TaskDefinition, override: str | None
) -> None:
    """Raises ClientException, as AWS when it cannot assume the role (API: RunTask)."""
    name = override or definition.task_role
    if name is not None and role_called(tx, name, call.account) is None:
        raise ClientException(cannot_assume(name))
