"""What tasks use becomes CloudWatch's figures of their service and cluster."""

from __future__ import annotations

from collections.abc import Iterator

from seaway.core.capacity import ContainerInstance
from seaway.core.cluster import Cluster
from seaway.core.names import last_part, place_of
from seaway.core.placement import use_of
from seaway.core.task import Task, TaskStatus
from seaway.core.task_definition import TaskDefinition
from seaway.link.messages import Usage
from seaway.store.series import Dimensions, Merge, Metric, Point, value_of
from seaway.store.transaction import Transaction

CLUSTER_EVERY = 20.0
"""Seconds between two samples of a whole cluster."""


class Usages:
    """Keeps each task's latest usage, for the sums over a cluster; what is lost with it is a
    sample or two.
    """

    def __init__(self) -> None:
        self._latest: dict[str, Usage] = {}
        self._summed: dict[str, float] = {}

    def points_of(self, tx: Transaction, usage: Usage, at: float) -> list[Point]:
        """The points of a task's usage at ``at`` (epoch seconds); none for one that is gone."""
        task = tx.find(Task, usage.task)
        definition = tx.find(TaskDefinition, task.task_definition) if task else None
        if task is None or definition is None or task.last_status is TaskStatus.STOPPED:
            self._latest.pop(usage.task, None)
            return []
        self._latest[usage.task] = usage
        points = service_points(usage, task, definition, at)
        cluster = tx.find(Cluster, task.cluster)
        if cluster is not None and watches_containers(cluster):
            points += insight_points(usage, task, definition, at)
        if self._summed.get(task.cluster, 0.0) <= at - CLUSTER_EVERY:
            self._summed[task.cluster] = at
            points += self._cluster_points(tx, task.cluster, at)
        return points

    def _cluster_points(self, tx: Transaction, cluster: str, at: float) -> Iterator[Point]:
        """What the tasks on a cluster's instances use of all that was registered, in percent.

        Nothing until every one of them has been heard of, as after a restart.
        """
        tasks = [
            task
            for task in tx.where(Task, cluster=cluster)
            if task.instance is not None and task.last_status is TaskStatus.RUNNING
        ]
        known = [self._latest.get(task.arn) for task in tasks]
        used = [usage for usage in known if usage is not None]
        machines = [
            one
            for one in tx.where(ContainerInstance, cluster=cluster)
            if one.status in ("ACTIVE", "DRAINING")
        ]
        if not machines or len(used) < len(known):
            return
        place = (("ClusterName", last_part(cluster)),)
        for name, share, whole in (
            ("CPUUtilization", sum(u.cpu for u in used), sum(one.cpu for one in machines)),
            ("MemoryUtilization", sum(u.memory for u in used), sum(m.memory for m in machines)),
        ):
            if whole:
                yield _sample(cluster, "AWS/ECS", name, place, at, 100 * share / whole, "Percent")


def watches_containers(cluster: Cluster) -> bool:
    """Whether Container Insights is on."""
    return dict(cluster.settings).get("containerInsights", "disabled") != "disabled"


def service_points(usage: Usage, task: Task, definition: TaskDefinition, at: float) -> list[Point]:
    """What a service's task used of what it reserves, in percent.

    Each look is a sample of its minute. What reserves nothing has no point. Source: Amazon ECS
    service utilization metrics (CloudWatch namespace AWS/ECS).
    """
    if task.service is None:
        return []
    place = (("ClusterName", last_part(task.cluster)), ("ServiceName", last_part(task.service)))
    reserved = use_of(definition, task)
    return [
        _sample(task.arn, "AWS/ECS", name, place, at, 100 * used / whole, "Percent")
        for name, used, whole in (
            ("CPUUtilization", usage.cpu, reserved.cpu),
            ("MemoryUtilization", usage.memory, reserved.memory),
        )
        if whole > 0
    ]


def insight_points(usage: Usage, task: Task, definition: TaskDefinition, at: float) -> list[Point]:
    """What a task used and reserves, for its cluster, its service and its family.

    CPU in units, memory in MiB. Source: Amazon ECS Container Insights metrics.
    """
    reserved = use_of(definition, task)
    figures = [
        ("CpuUtilized", usage.cpu, "None", reserved.cpu),
        ("CpuReserved", float(reserved.cpu), "None", reserved.cpu),
        ("MemoryUtilized", usage.memory, "Megabytes", reserved.memory),
        ("MemoryReserved", float(reserved.memory), "Megabytes", reserved.memory),
    ]
    return [
        _sample(task.arn, "ECS/ContainerInsights", name, place, at, value, unit)
        for name, value, unit, whole in figures
        if whole > 0
        for place in _places(task, definition)
    ]


def _places(task: Task, definition: TaskDefinition) -> Iterator[Dimensions]:
    cluster = ("ClusterName", last_part(task.cluster))
    yield (cluster,)
    yield (cluster, ("TaskDefinitionFamily", definition.family))
    if task.service is not None:
        yield (cluster, ("ServiceName", last_part(task.service)))


def _sample(
    home: str, space: str, name: str, place: Dimensions, at: float, value: float, unit: str
) -> Point:
    metric = Metric(namespace=space, name=name, dimensions=place, region=place_of(home).region)
    return value_of(metric, int(at // 60) * 60, value, unit, Merge.SAMPLE)
