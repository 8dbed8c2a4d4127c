"""What container instances have left, and which new tasks no instance could take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seaway.aws.ecs.errors import InvalidParameterException
from seaway.core.capacity import ContainerInstance, Host
from seaway.core.cluster import Cluster
from seaway.core.placement import NO_INSTANCES, Floor, Refusal
from seaway.core.requirements import no_machine
from seaway.core.task import Task
from seaway.core.task_definition import TaskDefinition
from seaway.store.occupancy import candidate
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seaway.aws.shapes import ecs as shapes


def placement_failures(
    tx: Transaction, cluster: Cluster, definition: TaskDefinition, tasks: Sequence[Task]
) -> tuple[list[Task], list[shapes.Failure]]:
    """The tasks that some instance can take, and a failure for each that none can.

    Only a look ahead: the placement decides when it gets to them. Tasks that wait for their
    placement already are counted in. Tasks that a capacity provider launches wait for
    instances instead of failing, and so do Fargate's while no machine is connected. Raises
    InvalidParameterException when the cluster has no instance at all (API: RunTask).
    """
    machines = {host.architecture for host in tx.where(Host) if host.connected}
    unfit = no_machine(definition, machines) if machines else None
    if unfit is not None and all(task.launch_type == "FARGATE" for task in tasks):
        return [], [{"reason": unfit} for _ in tasks]
    checked = [task for task in tasks if task.launch_type == "EC2" and not task.capacity_provider]
    if not checked:
        return list(tasks), []
    candidates = [
        candidate(tx, instance)
        for instance in tx.where(ContainerInstance, cluster=cluster.arn)
        if instance.status == "ACTIVE"
    ]
    if not candidates:
        raise InvalidParameterException(NO_INSTANCES)
    floor = Floor(candidates)
    for waiting in tx.where(Task, cluster=cluster.arn):
        if waiting.launch_type == "EC2" and waiting.instance is None and waiting.is_alive:
            other = tx.find(TaskDefinition, waiting.task_definition)
            if other is not None:
                floor.place(waiting, other)
    taken: list[Task] = []
    failures: list[shapes.Failure] = []
    for task in tasks:
        found = floor.place(task, definition)
        if isinstance(found, Refusal):
            failures.append(_failure(found))
        else:
            taken.append(task)
    return taken, failures


def _failure(refusal: Refusal) -> shapes.Failure:
    failure: shapes.Failure = {"reason": refusal.resource}
    if refusal.closest:
        failure["arn"] = refusal.closest
    return failure
