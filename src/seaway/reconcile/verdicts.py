"""Which of a service's tasks count as healthy, and which are to be replaced for their checks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from seaway.core.balancer import Target, TargetState
from seaway.core.capacity import ContainerInstance
from seaway.core.deployment import SETTLE_SECONDS, is_healthy
from seaway.core.discovery import Registration
from seaway.core.moment import Moment
from seaway.core.service import Deployment, Service
from seaway.core.task import Health, Task
from seaway.core.task_definition import TaskDefinition
from seaway.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Which tasks count as healthy, which have failed their checks, and when to look again."""

    healthy: frozenset[str]
    unhealthy: dict[str, str]
    """Task ARN → why it is to be replaced, in AWS's words."""
    look_again: float | None
    shunned: frozenset[str] = frozenset()
    """Tasks whose Cloud Map instance somebody calls unhealthy: failures, but not replaced."""


def judge(tx: Transaction, service: Service, tasks: Sequence[Task], moment: Moment) -> Verdicts:
    """Look at every task that is meant to run."""
    healthy, unhealthy, shunned = set(), {}, set()
    look_again: float | None = None
    for task in tasks:
        if not task.is_alive:
            continue
        definition = tx.find(TaskDefinition, task.task_definition)
        checked = definition is not None and any(
            c.essential and c.health_check for c in definition.containers
        )
        targets = tx.where(Target, task=task.arn)
        deployment = tx.find(Deployment, task.deployment or "")
        balanced = deployment is not None and bool(deployment.load_balancers)
        good = _targets_good(targets, len(deployment.load_balancers)) if deployment else None
        failure = _failure(service, task, targets, moment)
        if service.registries and not checked and task.is_running and _is_shunned(tx, task):
            shunned.add(task.arn)
        if failure:
            unhealthy[task.arn] = failure
        elif is_healthy(
            task,
            checked=checked,
            targets_healthy=good if balanced else None,
            now=moment.now,
        ):
            healthy.add(task.arn)
        elif task.started_at is not None:
            grace = task.started_at + max(SETTLE_SECONDS, service.health_check_grace)
            for edge in (task.started_at + SETTLE_SECONDS, grace):
                if edge > moment.now:
                    look_again = min(look_again or edge, edge)
    return Verdicts(frozenset(healthy), unhealthy, look_again, frozenset(shunned))


def on_draining_instances(tx: Transaction, tasks: Sequence[Task]) -> frozenset[str]:
    """Tasks whose instance drains; AWS: container instance draining."""
    draining = set()
    for task in tasks:
        instance = tx.find(ContainerInstance, task.instance or "")
        if task.is_alive and instance is not None and instance.status == "DRAINING":
            draining.add(task.arn)
    return frozenset(draining)


def can_serve(tx: Transaction, deployment: Deployment, task: Task) -> bool:
    """Whether callers by Service Connect would find the task, if traffic were sent its way."""
    return not deployment.discovery or bool(tx.where(Registration, task=task.arn))


def _targets_good(targets: Sequence[Target], wanted: int) -> bool:
    """A group that no listener uses checks nothing; its targets count as good."""
    good = (TargetState.HEALTHY, TargetState.UNUSED)
    return len(targets) >= wanted and all(target.state in good for target in targets)


def _failure(service: Service, task: Task, targets: Sequence[Target], moment: Moment) -> str | None:
    if not task.is_running or task.started_at is None:
        return None
    if moment.now < task.started_at + service.health_check_grace:
        return None
    if task.health is Health.UNHEALTHY:
        return "Task failed container health checks"
    for target in targets:
        if target.state is TargetState.UNHEALTHY:
            return f"Task failed ELB health checks in (target-group {target.target_group})"
    return None


def _is_shunned(tx: Transaction, task: Task) -> bool:
    """Somebody, or a Route 53 check, has said that the task's Cloud Map instance is unhealthy.

    (API: UpdateInstanceCustomHealthStatus.) A task with checks of its own is left out: its
    instance is unhealthy until they have passed.
    """
    return any(r.health == "UNHEALTHY" for r in tx.where(Registration, task=task.arn))
