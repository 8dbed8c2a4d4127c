"""Tells EventBridge of every change of a task and of a container instance."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from seaway.core.bus import Announced, EventRule
from seaway.core.capacity import ContainerInstance
from seaway.core.moment import Moment
from seaway.core.task import Task
from seaway.reconcile.announcing import announce
from seaway.store.changes import Change
from seaway.store.transaction import Transaction

Detail = Callable[[Transaction, Task | ContainerInstance], Mapping[str, Any]]
"""A task or an instance as events show it: what DescribeTasks shows, times being texts."""

TYPES = {
    Task: "ECS Task State Change",
    ContainerInstance: "ECS Container Instance State Change",
}
_VOLATILE = ("version", "updatedAt")


def keys_of(change: Change) -> Iterable[str]:
    """The task or instance that changed; an instance also as what stands on it changes."""
    if change.noun is ContainerInstance:
        return (change.key,)
    if change.noun is not Task:
        return ()
    instance = change.either.instance
    return (change.key,) if instance is None else (change.key, instance)


def all_keys(tx: Transaction) -> Iterable[str]:
    """All tasks and instances: what happened while nobody told it is told now."""
    return [
        *(task.arn for task in tx.where(Task)),
        *(one.arn for one in tx.where(ContainerInstance)),
    ]


def reconcile(tx: Transaction, key: str, moment: Moment, detail: Detail) -> float | None:
    """An event, if what can be seen from outside differs from what was told last.

    As long as there is no rule at all nobody would hear it, and nothing is kept.
    """
    subject = tx.find(Task, key) or tx.find(ContainerInstance, key)
    told = tx.find(Announced, key)
    if subject is None:
        if told is not None:
            tx.drop(told)
        return None
    if next(iter(tx.where(EventRule)), None) is None:
        return None
    shown = dict(detail(tx, subject))
    print = _print(shown)
    if told is not None and told.print == print:
        return None
    version = max(int(shown.get("version", 1)), told.version + 1 if told else 1)
    tx.put(Announced(subject=key, print=print, version=version))
    announce(
        tx,
        moment,
        detail_type=TYPES[type(subject)],
        subject=key,
        detail={**shown, "version": version, "updatedAt": _stamp(moment)},
    )
    return None


def _print(shown: Mapping[str, Any]) -> str:
    lasting = {name: value for name, value in shown.items() if name not in _VOLATILE}
    text = json.dumps(lasting, sort_keys=True)
    return hashlib.blake2s(text.encode(), digest_size=8).hexdigest()


def _stamp(moment: Moment) -> str:
    return moment.time().isoformat(timespec="milliseconds").replace("+00:00", "Z")
