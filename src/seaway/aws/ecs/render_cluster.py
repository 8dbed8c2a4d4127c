"""Clusters, capacity providers and container instances as the API shows them."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from seaway.aws.ecs.parse_exec import render_configuration
from seaway.aws.ecs.strategy import render_strategy
from seaway.aws.ecs.tagging import render_tags
from seaway.aws.instants import instant
from seaway.core.capacity import ContainerInstance, Room, room_left
from seaway.core.cluster import CapacityProvider, Cluster
from seaway.core.query_language import attributes_of
from seaway.core.service import Service
from seaway.core.task import Task, TaskStatus
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import ecs as shapes


def render_cluster(
    tx: Transaction, cluster: Cluster, include: Collection[str] = ()
) -> shapes.Cluster:
    """A cluster with its counts; ``include`` names the parts shown on demand only."""
    tasks = [t for t in tx.where(Task, cluster=cluster.arn) if is_counted(t)]
    running = sum(1 for task in tasks if task.last_status is TaskStatus.RUNNING)
    services = [s for s in tx.where(Service, cluster=cluster.arn) if s.status == "ACTIVE"]
    instances = tx.where(ContainerInstance, cluster=cluster.arn)
    shape: shapes.Cluster = {
        "clusterArn": cluster.arn,
        "clusterName": cluster.name,
        "status": cluster.status,
        "registeredContainerInstancesCount": sum(1 for i in instances if i.status != "INACTIVE"),
        "runningTasksCount": running,
        "pendingTasksCount": len(tasks) - running,
        "activeServicesCount": len(services),
        "statistics": [],
        "tags": [],
        "settings": [],
        "capacityProviders": list(cluster.capacity_providers),
        "defaultCapacityProviderStrategy": render_strategy(cluster.default_strategy),
    }
    if cluster.namespace:
        shape["serviceConnectDefaults"] = {"namespace": cluster.namespace}
    if "SETTINGS" in include:
        shape["settings"] = [{"name": name, "value": value} for name, value in cluster.settings]
    if "CONFIGURATIONS" in include and cluster.exec_logging is not None:
        shape["configuration"] = render_configuration(cluster.exec_logging)
    if "TAGS" in include:
        shape["tags"] = render_tags(cluster.tags)
    if "STATISTICS" in include:
        shape["statistics"] = _statistics(tasks, services)
    if "ATTACHMENTS" in include:
        _attach(shape, cluster)
    return shape


def is_counted(task: Task) -> bool:
    """Whether a task counts as running or pending: it has not stopped and should not."""
    return task.desired_status is TaskStatus.RUNNING and (
        task.last_status is not TaskStatus.STOPPED
    )


def _attach(shape: shapes.Cluster, cluster: Cluster) -> None:
    if cluster.namespace_attachment is None:
        return
    shape["attachments"] = [
        {"id": cluster.namespace_attachment, "type": "sc", "status": "ATTACHED", "details": []}
    ]
    shape["attachmentsStatus"] = "UPDATE_COMPLETE"


def _statistics(tasks: list[Task], services: list[Service]) -> list[shapes.KeyValuePair]:
    counts: dict[str, int] = {}
    for kind, label in (("EC2", "EC2"), ("FARGATE", "Fargate")):
        mine = [task for task in tasks if task.launch_type == kind]
        running = sum(1 for task in mine if task.last_status is TaskStatus.RUNNING)
        counts[f"running{label}TasksCount"] = running
        counts[f"pending{label}TasksCount"] = len(mine) - running
    for kind, label in (("EC2", "EC2"), ("FARGATE", "Fargate")):
        on_it = [s for s in services if launch_type_of(s) == kind]
        counts[f"active{label}ServiceCount"] = len(on_it)
        counts[f"draining{label}ServiceCount"] = 0
    return [{"name": name, "value": str(count)} for name, count in counts.items()]


def launch_type_of(service: Service) -> str:
    """The launch type a service's tasks have, be it given or by its strategy."""
    if service.launch_type:
        return service.launch_type
    return "FARGATE" if service.strategy[0].provider.startswith("FARGATE") else "EC2"


def render_provider(
    provider: CapacityProvider, include: Collection[str]
) -> shapes.CapacityProvider:
    """A capacity provider of one's own."""
    shape: shapes.CapacityProvider = {
        "capacityProviderArn": provider.arn,
        "name": provider.name,
        "status": provider.status,
        "autoScalingGroupProvider": {
            "autoScalingGroupArn": provider.group,
            "managedScaling": {
                "status": "ENABLED" if provider.managed_scaling else "DISABLED",
                "targetCapacity": provider.target_capacity,
                "minimumScalingStepSize": provider.minimum_step,
                "maximumScalingStepSize": provider.maximum_step,
                "instanceWarmupPeriod": provider.instance_warmup,
            },
            "managedTerminationProtection": (
                "ENABLED" if provider.managed_termination_protection else "DISABLED"
            ),
            "managedDraining": "ENABLED" if provider.managed_draining else "DISABLED",
        },
        "type": "EC2_AUTOSCALING",
        "tags": render_tags(provider.tags) if "TAGS" in include else [],
    }
    return shape


def render_instance(
    instance: ContainerInstance,
    room: Room,
    tasks: Collection[Task],
    include: Collection[str] = (),
) -> shapes.ContainerInstance:
    """A container instance with what it has and has left; ``tasks`` are those on it."""
    counted = [task for task in tasks if is_counted(task)]
    running = sum(1 for task in counted if task.last_status is TaskStatus.RUNNING)
    shape: shapes.ContainerInstance = {
        "containerInstanceArn": instance.arn,
        "ec2InstanceId": instance.instance_id,
        "versionInfo": {
            "agentVersion": instance.agent_version,
            "dockerVersion": instance.docker_version,
        },
        "remainingResources": _resources(room),
        "registeredResources": _resources(room_left(instance, ())),
        "status": instance.status,
        "agentConnected": instance.connected,
        "runningTasksCount": running,
        "pendingTasksCount": len(counted) - running,
        "attributes": render_attributes(instance),
        "registeredAt": instant(instance.registered_at),
        "attachments": [],
        "tags": render_tags(instance.tags) if "TAGS" in include else [],
    }
    if instance.status_reason:
        shape["statusReason"] = instance.status_reason
    if instance.capacity_provider:
        shape["capacityProviderName"] = instance.capacity_provider
    return shape


def render_attributes(instance: ContainerInstance) -> list[shapes.Attribute]:
    """What is known of an instance: where it is, and what its owner wrote on it."""
    return [
        {"name": name} if value is None else {"name": name, "value": value}
        for name, value in attributes_of(instance).items()
    ]


def _resources(room: Room) -> list[shapes.Resource]:
    return [
        _integer("CPU", room.cpu),
        _integer("MEMORY", room.memory),
        _strings("PORTS", [str(port) for port in sorted(room.ports)]),
        _strings("PORTS_UDP", [str(port) for port in sorted(room.udp_ports)]),
    ]


def _integer(name: str, value: int) -> shapes.Resource:
    return {
        "name": name,
        "type": "INTEGER",
        "doubleValue": 0.0,
        "longValue": 0,
        "integerValue": value,
    }


def _strings(name: str, values: list[str]) -> shapes.Resource:
    return {
        "name": name,
        "type": "STRINGSET",
        "doubleValue": 0.0,
        "longValue": 0,
        "integerValue": 0,
        "stringSetValue": values,
    }
