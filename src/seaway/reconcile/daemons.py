"""DAEMON services: one task on every container instance that will have it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from seaway.core.capacity import ContainerInstance
from seaway.core.deployment import Rollout, plan_daemon
from seaway.core.placement import Fit
from seaway.core.service import Deployment, Service
from seaway.core.task import Task, TaskStatus
from seaway.core.task_definition import TaskDefinition
from seaway.reconcile.verdicts import Verdicts
from seaway.store.transaction import Transaction

LEFT = "left:"
"""Begins the key that says a task has left an instance (given by ARN)."""


def is_daemon(service: Service) -> bool:
    """Whether the instances there are say how many tasks it has."""
    return service.scheduling == "DAEMON"


def counted(tx: Transaction, service: Service) -> Service:
    """A DAEMON service with the count that its cluster's instances give it; others as they are."""
    if not is_daemon(service):
        return service
    wanted = len(instances_for(tx, service, service.task_definition))
    if wanted != service.desired_count:
        service = replace(service, desired_count=wanted)
        tx.put(service)
    return service


def of_cluster(tx: Transaction, instance: str) -> list[str]:
    """The DAEMON services (by ARN) that a container instance, there or gone, is one for."""
    cluster = instance.replace(":container-instance/", ":cluster/").rsplit("/", 1)[0]
    return [s.arn for s in tx.where(Service, cluster=cluster) if is_daemon(s)]


def left_alone(tx: Transaction, instance: str) -> list[str | None]:
    """The services whose tasks waited, on an instance that drains, for the others to be gone."""
    found = tx.find(ContainerInstance, instance)
    if found is None or found.status != "DRAINING":
        return []
    return [task.service for task in tx.where(Task, instance=instance) if task.is_alive]


def instances_for(tx: Transaction, service: Service, definition_arn: str) -> list[str]:
    """The ACTIVE instances (by ARN) that meet the constraints of service and definition."""
    definition = tx.find(TaskDefinition, definition_arn)
    if definition is None:
        return []
    fit = Fit(definition, service.placement_constraints)
    return [
        instance.arn
        for instance in tx.where(ContainerInstance, cluster=service.cluster)
        if instance.status == "ACTIVE"
        and fit.suits(instance, tx.where(Task, instance=instance.arn) if fit.asks_tasks else ())
    ]


def plan(
    tx: Transaction,
    service: Service,
    deployment: Deployment,
    tasks: Sequence[Task],
    verdicts: Verdicts,
    draining: frozenset[str],
) -> Rollout:
    """The next step; on an instance that drains the daemon stays until the others are gone."""
    last = frozenset(task.arn for task in tasks if task.arn in draining and _has_company(tx, task))
    return plan_daemon(
        service,
        deployment,
        tasks,
        instances_for(tx, service, deployment.task_definition),
        verdicts.healthy,
        frozenset(verdicts.unhealthy),
        last,
    )


def _has_company(tx: Transaction, task: Task) -> bool:
    """Whether tasks of services that are no daemons are still on the task's instance."""
    for other in tx.where(Task, instance=task.instance):
        service = tx.find(Service, other.service or "")
        gone = other.last_status is TaskStatus.STOPPED
        if not gone and service is not None and not is_daemon(service):
            return True
    return False
