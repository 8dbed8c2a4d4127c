"""Task scale-in protection: which tasks a service leaves running, and until when."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.ecs.errors import refuse
from seaway.aws.ecs.references import at_most, cluster_of, missing, part_arn_of, task_of
from seaway.aws.operation import operation
from seaway.core.cluster import Cluster
from seaway.core.task import Task
from seaway.core.task_protection import (
    NOT_VALID,
    NOT_VALID_DETAIL,
    expiry_problem,
    protected,
    protected_until,
)
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seaway.aws.shapes import ecs as shapes

_MOST_UPDATED = 10
_MOST_READ = 100


@operation("ecs")
def update_task_protection(
    tx: Transaction, call: Call, request: shapes.UpdateTaskProtectionRequest
) -> shapes.UpdateTaskProtectionResponse:
    """Keep up to ten tasks of services for a while, or no longer (API: UpdateTaskProtection)."""
    cluster = cluster_of(tx, call, request["cluster"])
    enabled, minutes = request["protectionEnabled"], request.get("expiresInMinutes")
    at_most(request["tasks"], _MOST_UPDATED, "Tasks")
    refuse(expiry_problem(minutes))
    found, failures = _protectable(tx, cluster, request["tasks"])
    response: shapes.UpdateTaskProtectionResponse = {"protectedTasks": [], "failures": failures}
    for task in found:
        task = protected(task, enabled, minutes, call.moment.now)
        tx.put(task)
        response["protectedTasks"].append(_render(task, call.moment.now))
    return response


@operation("ecs")
def get_task_protection(
    tx: Transaction, call: Call, request: shapes.GetTaskProtectionRequest
) -> shapes.GetTaskProtectionResponse:
    """Which of up to a hundred tasks are kept; of all the cluster's when none is named.

    API: GetTaskProtection.
    """
    cluster = cluster_of(tx, call, request["cluster"])
    names = request.get("tasks")
    if names is None:
        tasks = tx.where(Task, cluster=cluster.arn)
        names = [task.arn for task in tasks if task.service is not None and task.is_alive]
    else:
        at_most(names, _MOST_READ, "Tasks")
    found, failures = _protectable(tx, cluster, names)
    return {
        "protectedTasks": [_render(task, call.moment.now) for task in found],
        "failures": failures,
    }


def _protectable(
    tx: Transaction, cluster: Cluster, names: Sequence[str]
) -> tuple[list[Task], list[shapes.Failure]]:
    """The living tasks of services among those named, and a failure for each other."""
    found: list[Task] = []
    failures: list[shapes.Failure] = []
    for name in dict.fromkeys(names):
        task = task_of(tx, cluster, name)
        if task is None or not task.is_alive:
            failures.append(missing(part_arn_of(cluster.arn, "task", name)))
        elif task.service is None:
            failures.append({"arn": task.arn, "reason": NOT_VALID, "detail": NOT_VALID_DETAIL})
        else:
            found.append(task)
    return found, failures


def _render(task: Task, now: float) -> shapes.ProtectedTask:
    until = protected_until(task, now)
    shape: shapes.ProtectedTask = {"taskArn": task.arn, "protectionEnabled": until is not None}
    if until is not None:
        shape["expirationDate"] = datetime.fromtimestamp(until, UTC)
    return shape
