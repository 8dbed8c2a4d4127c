"""Who waits for a proxy's word: noted as nouns change, so that not all are looked at each time."""

from __future__ import annotations

from collections.abc import Iterable

from seaway.core.balancer import Target, TargetState
from seaway.core.task import Task, TaskStatus
from seaway.mesh.published import listens
from seaway.store.changes import Change
from seaway.store.transaction import Transaction


def waits(task: Task) -> bool:
    """It starts or ends only once its host's proxy has taken in what that means."""
    if not task.uses_mesh:
        return False
    arriving = bool(task.sandboxes) and not task.mesh_ready and listens(task)
    leaving = task.last_status is TaskStatus.DEPROVISIONING and not task.mesh_gone
    return arriving or leaving


def drains(task: Task) -> bool:
    """It is not stopped before its last request has ended."""
    return task.last_status is TaskStatus.DEACTIVATING and not task.drained


def idles(target: Target) -> bool:
    """It is no task's, gets no more requests, and is given up after its last one."""
    return target.state is TargetState.DRAINING and target.task is None and not target.idle


class Awaited:
    """The tasks and targets that wait. ``hear`` of every change; ``begin`` with what is there."""

    def __init__(self) -> None:
        self._waiting: dict[str, str] = {}
        """The hosts of tasks, by the tasks' ARNs."""
        self._leaving: dict[str, None] = {}
        self._targets: dict[str, None] = {}

    def begin(self, tx: Transaction) -> None:
        """Take in everything there is."""
        for task in tx.where(Task):
            self._note(task.arn, task)
        for target in tx.where(Target):
            self._note_target(target.key, target)

    def hear(self, changes: Iterable[Change]) -> None:
        """Take in what changed."""
        for change in changes:
            if change.noun is Task:
                self._note(change.key, change.after)
            elif change.noun is Target:
                self._note_target(change.key, change.after)

    def hosts(self) -> set[str]:
        """The hosts whose proxies' word tasks wait for."""
        return set(self._waiting.values())

    def leaving(self, tx: Transaction) -> list[Task]:
        """The tasks that are to stop after their last request."""
        return [task for arn in self._leaving if (task := tx.find(Task, arn)) is not None]

    def targets(self, tx: Transaction) -> list[Target]:
        """The targets that are given up after their last request."""
        return [target for key in self._targets if (target := tx.find(Target, key)) is not None]

    def _note(self, arn: str, task: Task | None) -> None:
        if task is not None and task.host is not None and waits(task):
            self._waiting[arn] = task.host
        else:
            self._waiting.pop(arn, None)
        if task is not None and drains(task):
            self._leaving[arn] = None
        else:
            self._leaving.pop(arn, None)

    def _note_target(self, key: str, target: Target | None) -> None:
        if target is not None and idles(target):
            self._targets[key] = None
        else:
            self._targets.pop(key, None)
