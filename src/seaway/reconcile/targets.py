"""Settles a target: one that has been led away from is gone, one that counts is looked after."""

from __future__ import annotations

from collections.abc import Iterable

from seaway.core.balancer import Target, TargetGroup, TargetState
from seaway.core.balancer_rules import is_drained
from seaway.core.moment import Moment
from seaway.store.changes import Change
from seaway.store.transaction import Transaction


def keys_of(change: Change) -> Iterable[str]:
    """The target that changed."""
    if isinstance(change.either, Target):
        yield change.key


def all_keys(tx: Transaction) -> Iterable[str]:
    """Every target."""
    return [target.key for target in tx.where(Target)]


def reconcile(tx: Transaction, key: str, moment: Moment) -> float | None:
    """Drop a draining target when nothing is in flight on it, or its delay is over.

    Targets of tasks are dropped when their task may stop (tasks.py), not here.
    (AWS: deregistration delay.)
    """
    target = tx.find(Target, key)
    if target is None or target.state is not TargetState.DRAINING or target.task is not None:
        return None
    group = tx.find(TargetGroup, target.target_group)
    if group is not None and not is_drained(target, group, moment.now):
        return (target.draining_since or moment.now) + group.deregistration_delay
    tx.drop(target)
    return None
