"""Tasks and container instances as events show them: as answers do, with times as texts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from seaway.aws.ecs.render_cluster import is_counted, render_instance
from seaway.aws.ecs.render_task import render_task
from seaway.core.capacity import ContainerInstance
from seaway.core.task import Task
from seaway.store.occupancy import room_of, tasks_on
from seaway.store.transaction import Transaction

_LEFT_OUT = ("tags", "healthStatus", "attachments", "runningTasksCount", "pendingTasksCount")


def event_detail(tx: Transaction, subject: Task | ContainerInstance) -> Mapping[str, Any]:
    """The ``detail`` of the subject's state change events.

    Source: Amazon ECS task state change events, container instance state change events.
    """
    if isinstance(subject, Task):
        detail: dict[str, Any] = _plain(
            {k: v for k, v in render_task(tx, subject).items() if k != "tags"}
        )
        for container in detail["containers"]:
            container.setdefault("taskArn", subject.arn)
        return detail
    tasks = [task for task in tasks_on(tx, subject) if is_counted(task)]
    shown = render_instance(subject, room_of(tx, subject, tasks_on(tx, subject)), tasks)
    kept = {name: value for name, value in shown.items() if name not in _LEFT_OUT}
    return {**_plain(kept), "clusterArn": subject.cluster}


def _plain(value: Any) -> Any:
    """Copied, so that nothing that is kept elsewhere is touched."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value
