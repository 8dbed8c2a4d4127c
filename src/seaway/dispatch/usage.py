"""What tasks use becomes CPUUtilization and MemoryUtilization of their cluster and service."""

from __future__ import annotations

from seaway.core.names import last_part, place_of
from seaway.core.placement import use_of
from seaway.core.task import Task
from seaway.core.task_definition import TaskDefinition
from seaway.link.messages import Usage
from seaway.store.series import Dimensions, Merge, Metric, Point, value_of
from seaway.store.transaction import Transaction


def points_of(tx: Transaction, usage: Usage, at: float) -> list[Point]:
    """The points of a task's usage at ``at`` (epoch seconds); none for a task that is gone."""
    task = tx.find(Task, usage.task)
    definition = tx.find(TaskDefinition, task.task_definition) if task else None
    return usage_points(usage, task, definition, at) if task and definition else []


def usage_points(usage: Usage, task: Task, definition: TaskDefinition, at: float) -> list[Point]:
    """What the task used of what it reserves, in percent, for its cluster and its service.

    Each look is a sample of its minute. What reserves nothing has no point. Source: Amazon ECS
    service utilization metrics (CloudWatch namespace AWS/ECS).
    """
    cluster = ("ClusterName", last_part(task.cluster))
    places: list[Dimensions] = [(cluster,)]
    if task.service is not None:
        places.append((cluster, ("ServiceName", last_part(task.service))))
    reserved = use_of(definition, task)
    shares = (
        ("CPUUtilization", usage.cpu, reserved.cpu),
        ("MemoryUtilization", usage.memory, reserved.memory),
    )
    region, minute = place_of(task.arn).region, int(at // 60) * 60
    return [
        value_of(
            Metric(namespace="AWS/ECS", name=name, dimensions=place, region=region),
            minute,
            100 * used / whole,
            "Percent",
            Merge.SAMPLE,
        )
        for name, used, whole in shares
        if whole > 0
        for place in places
    ]
