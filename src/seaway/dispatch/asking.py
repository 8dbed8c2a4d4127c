"""What agents ask, answered from the store: keys, protection, tags, the values of secrets."""

from __future__ import annotations

from collections.abc import Callable

from seaway.core.capacity import ContainerInstance
from seaway.core.keys import TASK_LIFETIME, cannot_assume, role_session
from seaway.core.moment import Moment
from seaway.core.names import place_of
from seaway.core.task import Task, TaskStatus
from seaway.core.task_definition import TaskDefinition
from seaway.core.task_protection import (
    NOT_VALID,
    NOT_VALID_DETAIL,
    expiry_problem,
    protected,
    protected_until,
)
from seaway.link.asking import CannotFetch, Protection, ProtectionRefused
from seaway.link.messages import Material, RoleKeys
from seaway.store.roles import role_called
from seaway.store.sqlite import SqliteStore
from seaway.store.transaction import Transaction

Materials = Callable[[Transaction, str, Moment], tuple[Material, ...]]
"""The values a task (by ARN) is given when it starts. Raises CannotFetch."""

INVALID = "InvalidParameterException"


class NearAsking:
    """Answers an agent in this very process (``link.asking.ControlPlane``)."""

    def __init__(
        self, store: SqliteStore, moment: Callable[[], Moment], materials: Materials
    ) -> None:
        self._store = store
        self._moment = moment
        self._materials = materials

    async def materials(self, task: str) -> tuple[Material, ...]:
        moment = self._moment()
        return await self._store.transact(lambda tx: self._materials(tx, task, moment))

    async def role_keys(self, task: str, role: str) -> RoleKeys:
        moment = self._moment()
        return await self._store.transact(lambda tx: keys_of_role(tx, task, role, moment))

    async def protection(self, task: str) -> Protection:
        now = self._moment().now
        return await self._store.transact(lambda tx: protection_of(tx, task, now))

    async def protect(self, task: str, enabled: bool, minutes: int | None) -> Protection:
        now = self._moment().now
        return await self._store.transact(lambda tx: protect(tx, task, enabled, minutes, now))

    async def tags(self, task: str) -> tuple[dict[str, str], dict[str, str]]:
        return await self._store.transact(lambda tx: tags_of(tx, task))


def keys_of_role(tx: Transaction, task_arn: str, name: str, moment: Moment) -> RoleKeys:
    """New keys of one of the task's own roles; the session is called like the task.

    Nobody gets keys of a role that the task was not given. Raises CannotFetch.
    """
    task = tx.find(Task, task_arn)
    if task is None or task.last_status is TaskStatus.STOPPED or name not in _roles(tx, task):
        raise CannotFetch(cannot_assume(name))
    role = role_called(tx, name, place_of(task.arn).account)
    if role is None:
        raise CannotFetch(cannot_assume(name))
    credential = role_session(moment, role, task.id, TASK_LIFETIME)
    tx.put(credential)
    return RoleKeys(
        role=role.arn,
        access_key=credential.access_key,
        secret_key=credential.secret,
        token=credential.session,
        expires_at=credential.expires_at,
    )


def protection_of(tx: Transaction, task_arn: str, now: float) -> Protection:
    """Raises ProtectionRefused."""
    until = protected_until(_protectable(tx, task_arn), now)
    return Protection(enabled=until is not None, until=until)


def protect(
    tx: Transaction, task_arn: str, enabled: bool, minutes: int | None, now: float
) -> Protection:
    """Raises ProtectionRefused."""
    problem = expiry_problem(minutes)
    if problem is not None:
        raise ProtectionRefused(INVALID, problem)
    task = protected(_protectable(tx, task_arn), enabled, minutes, now)
    tx.put(task)
    return Protection(enabled=enabled, until=task.protected_until)


def tags_of(tx: Transaction, task_arn: str) -> tuple[dict[str, str], dict[str, str]]:
    """The tags of a task and of its container instance; none of one that is not there."""
    task = tx.find(Task, task_arn)
    instance = tx.find(ContainerInstance, task.instance or "") if task else None
    return dict(task.tags if task else ()), dict(instance.tags if instance else ())


def _protectable(tx: Transaction, task_arn: str) -> Task:
    task = tx.find(Task, task_arn)
    if task is None or task.last_status is TaskStatus.STOPPED:
        raise ProtectionRefused("MISSING", "")
    if task.service is None:
        raise ProtectionRefused(NOT_VALID, NOT_VALID_DETAIL)
    return task


def _roles(tx: Transaction, task: Task) -> tuple[str | None, ...]:
    definition = tx.find(TaskDefinition, task.task_definition)
    if definition is None:
        return (task.task_role, task.execution_role)
    return (
        task.task_role or definition.task_role,
        task.execution_role or definition.execution_role,
    )
