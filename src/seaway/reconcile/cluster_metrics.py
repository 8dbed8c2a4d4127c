"""Counts what is reserved and running in each cluster, once a minute, for CloudWatch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from seaway.core.capacity import ContainerInstance
from seaway.core.cluster import CapacityProvider, Cluster
from seaway.core.moment import Moment
from seaway.core.names import place_of
from seaway.core.service import Deployment, Service
from seaway.core.task import Task, TaskStatus
from seaway.reconcile.capacity import reserved
from seaway.store.changes import Change
from seaway.store.occupancy import room_of, tasks_on
from seaway.store.series import Dimensions, Merge, Metric, Point, value_of
from seaway.store.transaction import Transaction

MINUTE = 60.0
PENDING = (TaskStatus.PROVISIONING, TaskStatus.PENDING, TaskStatus.ACTIVATING)


def keys_of(change: Change) -> Iterable[str]:
    """A cluster that is new, or watched in another way."""
    return (change.key,) if change.noun is Cluster and change.before is None else ()


def all_keys(tx: Transaction) -> Iterable[str]:
    """Every cluster."""
    return [cluster.arn for cluster in tx.where(Cluster)]


def reconcile(tx: Transaction, key: str, moment: Moment) -> float | None:
    """The points of this minute; again at the next one's beginning."""
    cluster = tx.find(Cluster, key)
    if cluster is None or cluster.status != "ACTIVE":
        return None
    at = int(moment.now // MINUTE * MINUTE)
    points = [*_reservations(tx, cluster, at), *_of_providers(tx, cluster, at)]
    if dict(cluster.settings).get("containerInsights", "disabled") != "disabled":
        points += _insights(tx, cluster, at)
    if points:
        tx.series.put_points(points)
    return at + MINUTE


def _reservations(tx: Transaction, cluster: Cluster, at: int) -> Iterator[Point]:
    """What tasks reserve of the instances' CPU and memory, in percent.

    Source: Amazon ECS CloudWatch metrics (CPUReservation, MemoryReservation).
    """
    machines = [one for one in _machines(tx, cluster) if one.status == "ACTIVE"]
    if not machines:
        return
    rooms = [room_of(tx, one, tasks_on(tx, one)) for one in machines]
    place = (("ClusterName", cluster.name),)
    for name, whole, left in (
        ("CPUReservation", sum(m.cpu for m in machines), sum(room.cpu for room in rooms)),
        ("MemoryReservation", sum(m.memory for m in machines), sum(r.memory for r in rooms)),
    ):
        if whole:
            share = 100 * (whole - left) / whole
            yield _point(cluster, "AWS/ECS", name, place, at, share, "Percent")


def _of_providers(tx: Transaction, cluster: Cluster, at: int) -> Iterator[Point]:
    """How far the instances of each capacity provider are taken, where ECS scales them.

    Source: ECS guide, managed scaling (CapacityProviderReservation).
    """
    here = place_of(cluster.arn)
    for provider in tx.where(CapacityProvider):
        if provider.name not in cluster.capacity_providers or place_of(provider.arn) != here:
            continue
        share = reserved(tx, provider)
        if share is not None:
            place = (("CapacityProviderName", provider.name), ("ClusterName", cluster.name))
            space, name = "AWS/ECS/ManagedScaling", "CapacityProviderReservation"
            yield _point(cluster, space, name, place, at, share, "Percent")


def _insights(tx: Transaction, cluster: Cluster, at: int) -> Iterator[Point]:
    """Source: Amazon ECS Container Insights metrics."""
    space, whole = "ECS/ContainerInsights", (("ClusterName", cluster.name),)
    tasks = [t for t in tx.where(Task, cluster=cluster.arn) if t.last_status is TaskStatus.RUNNING]
    services = [s for s in tx.where(Service, cluster=cluster.arn) if s.status != "INACTIVE"]
    for name, count in (
        ("TaskCount", len(tasks)),
        ("ServiceCount", len(services)),
        ("ContainerInstanceCount", len(_machines(tx, cluster))),
    ):
        yield _point(cluster, space, name, whole, at, count, "Count")
    for service in services:
        place = (*whole, ("ServiceName", service.name))
        for name, count in _counts(tx, service):
            yield _point(cluster, space, name, place, at, count, "Count")


def _counts(tx: Transaction, service: Service) -> list[tuple[str, int]]:
    tasks = tx.where(Task, service=service.arn)
    deployments = tx.where(Deployment, service=service.arn)
    return [
        ("DesiredTaskCount", service.desired_count),
        ("RunningTaskCount", sum(t.last_status is TaskStatus.RUNNING for t in tasks)),
        ("PendingTaskCount", sum(t.last_status in PENDING for t in tasks)),
        ("DeploymentCount", sum(one.status in ("PRIMARY", "ACTIVE") for one in deployments)),
        ("TaskSetCount", 0),
    ]


def _machines(tx: Transaction, cluster: Cluster) -> list[ContainerInstance]:
    found = tx.where(ContainerInstance, cluster=cluster.arn)
    return [one for one in found if one.status in ("ACTIVE", "DRAINING")]


def _point(
    cluster: Cluster, space: str, name: str, place: Dimensions, at: int, value: float, unit: str
) -> Point:
    region = place_of(cluster.arn).region
    metric = Metric(namespace=space, name=name, dimensions=place, region=region)
    return value_of(metric, at, float(value), unit, Merge.SAMPLE)
