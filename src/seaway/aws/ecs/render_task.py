"""Task → the shape AWS shows, its containers, network and proxy included."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from seaway.aws.ecs.render_bindings import render_bindings
from seaway.aws.ecs.render_overrides import render_overrides
from seaway.aws.ecs.rendering import kept
from seaway.aws.ecs.tagging import render_tags
from seaway.aws.instants import instant
from seaway.core.fargate import PLATFORM_VERSION
from seaway.core.names import container_arn, part_id
from seaway.core.network import NetworkInterface
from seaway.core.proxy_log import proxy_container
from seaway.core.service import ConnectService, Deployment
from seaway.core.task import Container, Health, Task, TaskStatus
from seaway.core.task_definition import ContainerDefinition, NetworkMode, TaskDefinition
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import ecs as shapes

FARGATE_STORAGE = 20
"""GiB of a Fargate task's storage, unless its definition says otherwise."""


def render_task(tx: Transaction, task: Task, include: Collection[str] = ()) -> shapes.Task:
    """A task as DescribeTasks shows it."""
    definition = tx.find(TaskDefinition, task.task_definition)
    interface = tx.find(NetworkInterface, task.interface) if task.interface else None
    deployment = (
        tx.find(Deployment, task.deployment) if task.uses_mesh and task.deployment else None
    )
    shape = _render(task, definition, interface, deployment)
    if "TAGS" in include:
        shape = shape.copy()
        shape["tags"] = render_tags(task.tags)
    return shape


@kept("arn")
def _render(
    task: Task,
    definition: TaskDefinition | None,
    interface: NetworkInterface | None,
    deployment: Deployment | None,
) -> shapes.Task:
    fargate = task.launch_type == "FARGATE"
    shape: shapes.Task = {
        "attachments": _attachments(task, definition, interface, deployment),
        "attributes": [{"name": "ecs.cpu-architecture", "value": _architecture(definition)}],
        "clusterArn": task.cluster,
        "containers": _containers(task, definition, interface),
        "createdAt": instant(task.created_at),
        "desiredStatus": task.desired_status.value,
        "enableExecuteCommand": task.exec_enabled,
        "group": task.group,
        "healthStatus": task.health.value,
        "lastStatus": task.last_status.value,
        "launchType": task.launch_type,
        "overrides": render_overrides(task, definition),
        "tags": [],
        "taskArn": task.arn,
        "taskDefinitionArn": task.task_definition,
        "version": task.version,
    }
    _add_size(shape, task, definition)
    _add_place(shape, task)
    _add_times(shape, task)
    if fargate:
        size = task.ephemeral_storage or (definition.ephemeral_storage if definition else None)
        size = size or FARGATE_STORAGE
        shape["platformVersion"] = task.platform_version or PLATFORM_VERSION
        shape["platformFamily"] = "Linux"
        shape["ephemeralStorage"] = {"sizeInGiB": size}
        shape["fargateEphemeralStorage"] = {"sizeInGiB": size}
    return shape


def _add_size(shape: shapes.Task, task: Task, definition: TaskDefinition | None) -> None:
    cpu, memory = task.cpu_override, task.memory_override
    if cpu is None:
        cpu = definition.cpu_needed if definition else 0
    if memory is None:
        memory = definition.memory_needed if definition else 0
    shape["cpu"], shape["memory"] = str(cpu), str(memory)


def _add_place(shape: shapes.Task, task: Task) -> None:
    if task.zone:
        shape["availabilityZone"] = task.zone
    if task.capacity_provider:
        shape["capacityProviderName"] = task.capacity_provider
    if task.instance:
        shape["containerInstanceArn"] = task.instance
    if task.started_by:
        shape["startedBy"] = task.started_by
    if task.stop_code:
        shape["stopCode"] = task.stop_code
    if task.stopped_reason:
        shape["stoppedReason"] = task.stopped_reason


def _add_times(shape: shapes.Task, task: Task) -> None:
    if task.connectivity_at is not None:
        shape["connectivity"] = "CONNECTED"
        shape["connectivityAt"] = instant(task.connectivity_at)
    if task.pull_started_at is not None:
        shape["pullStartedAt"] = instant(task.pull_started_at)
    if task.pull_stopped_at is not None:
        shape["pullStoppedAt"] = instant(task.pull_stopped_at)
    if task.started_at is not None:
        shape["startedAt"] = instant(task.started_at)
    if task.stopping_at is not None:
        shape["stoppingAt"] = instant(task.stopping_at)
    if task.execution_stopped_at is not None:
        shape["executionStoppedAt"] = instant(task.execution_stopped_at)
    if task.stopped_at is not None:
        shape["stoppedAt"] = instant(task.stopped_at)


def _architecture(definition: TaskDefinition | None) -> str:
    arm = definition is not None and definition.cpu_architecture == "ARM64"
    return "arm64" if arm else "x86_64"


def _attachments(
    task: Task,
    definition: TaskDefinition | None,
    interface: NetworkInterface | None,
    deployment: Deployment | None,
) -> list[shapes.Attachment]:
    attachments: list[shapes.Attachment] = []
    if definition is not None and definition.network_mode is NetworkMode.AWSVPC:
        attachments.append(_network_attachment(task, interface))
    if task.uses_mesh:
        attachments.append(_connect_attachment(task, deployment))
    return attachments


def _network_attachment(task: Task, interface: NetworkInterface | None) -> shapes.Attachment:
    details = {"subnetId": task.subnet or (task.subnets[0] if task.subnets else "")}
    if interface is not None:
        details["networkInterfaceId"] = interface.id
        details["macAddress"] = interface.mac
        details["privateDnsName"] = f"ip-{interface.address.replace('.', '-')}.ec2.internal"
        details["privateIPv4Address"] = interface.address
    return {
        "id": network_attachment_id(task),
        "type": "ElasticNetworkInterface",
        "status": _attachment_status(task, interface is not None),
        "details": [{"name": name, "value": value} for name, value in details.items()],
    }


def _attachment_status(task: Task, is_there: bool) -> str:
    if task.last_status is TaskStatus.STOPPED:
        return "DELETED"
    if task.last_status is TaskStatus.DEPROVISIONING:
        return "DETACHING"
    if not is_there:
        return "PRECREATED"
    return "ATTACHING" if task.last_status is TaskStatus.PROVISIONING else "ATTACHED"


def network_attachment_id(task: Task) -> str:
    """The id of a task's network attachment; the same at each look."""
    return part_id(task.arn, "network")


def _connect_attachment(task: Task, deployment: Deployment | None) -> shapes.Attachment:
    details = [("ContainerName", proxy_container(task))]
    entries = deployment.connect.services if deployment and deployment.connect else ()
    for entry in entries:
        details += _entry_details(entry)
    status = "DETACHED" if task.last_status is TaskStatus.STOPPED else "ATTACHED"
    return {
        "id": part_id(task.arn, "connect"),
        "type": "ServiceConnect",
        "status": status if task.mesh_ready or status == "DETACHED" else "ATTACHING",
        "details": [{"name": name, "value": value} for name, value in details],
    }


def _entry_details(entry: ConnectService) -> list[tuple[str, str]]:
    details = [("portName", entry.port_name), ("discoveryName", entry.name)]
    if entry.alias is not None:
        name, port = entry.alias.dns_name, entry.alias.port
        details.append(("clientAliases", f"{name}:{port}" if name else str(port)))
    if entry.ingress_port is not None:
        details.append(("ingressPortOverride", str(entry.ingress_port)))
    return details


def _containers(
    task: Task, definition: TaskDefinition | None, interface: NetworkInterface | None
) -> list[shapes.Container]:
    seen = {container.name: container for container in task.containers}
    shown = [
        _container(task, c, seen.get(c.name), interface)
        for c in (definition.containers if definition else ())
    ]
    if task.uses_mesh:
        shown.append(_proxy(task, interface))
    return shown


def _container(
    task: Task,
    definition: ContainerDefinition,
    seen: Container | None,
    interface: NetworkInterface | None,
) -> shapes.Container:
    override = next((o for o in task.overrides if o.name == definition.name), None)
    cpu = override.cpu if override and override.cpu is not None else definition.cpu
    memory = override.memory if override and override.memory else definition.memory
    reserved = (override.memory_reservation if override else None) or definition.memory_reservation
    shape = _any_container(task, definition.name, interface)
    shape["image"] = definition.image
    shape["lastStatus"] = _container_status(task, seen)
    shape["healthStatus"] = (seen.health if seen else Health.UNKNOWN).value
    shape["cpu"] = str(cpu)
    shape["networkBindings"] = render_bindings(task.bindings, definition) if seen else []
    if memory is not None:
        shape["memory"] = str(memory)
    if reserved is not None:
        shape["memoryReservation"] = str(reserved)
    if seen is not None:
        _add_seen(shape, seen)
    if task.exec_enabled:
        shape["managedAgents"] = [_exec_agent(task, seen)]
    return shape


def _exec_agent(task: Task, seen: Container | None) -> shapes.ManagedAgent:
    """ECS Exec's agent, as its clients look for it; here the host's own does its work."""
    status = _container_status(task, seen)
    shape: shapes.ManagedAgent = {"name": "ExecuteCommandAgent", "lastStatus": status}
    if status == "RUNNING" and task.started_at is not None:
        shape["lastStartedAt"] = instant(task.started_at)
    return shape


def _add_seen(shape: shapes.Container, seen: Container) -> None:
    if seen.image_digest:
        shape["imageDigest"] = seen.image_digest
    if seen.runtime_id:
        shape["runtimeId"] = seen.runtime_id
    if seen.exit_code is not None:
        shape["exitCode"] = seen.exit_code
    if seen.reason:
        shape["reason"] = seen.reason


def _any_container(task: Task, name: str, interface: NetworkInterface | None) -> shapes.Container:
    shape: shapes.Container = {
        "containerArn": container_arn(task.arn, name),
        "taskArn": task.arn,
        "name": name,
        "networkInterfaces": [],
    }
    if interface is not None:
        shape["networkInterfaces"] = [
            {
                "attachmentId": network_attachment_id(task),
                "privateIpv4Address": interface.address,
            }
        ]
    return shape


def _container_status(task: Task, seen: Container | None) -> str:
    if seen is not None:
        return seen.status.value
    return "STOPPED" if task.last_status is TaskStatus.STOPPED else "PENDING"


def _proxy(task: Task, interface: NetworkInterface | None) -> shapes.Container:
    """The task's share of the host proxy, shown as the sidecar AWS's readers expect."""
    shape = _any_container(task, proxy_container(task), interface)
    over = task.mesh_gone or task.last_status is TaskStatus.STOPPED
    ready = task.mesh_ready and not over
    shape["lastStatus"] = "STOPPED" if over else "RUNNING" if ready else "PENDING"
    shape["healthStatus"] = "HEALTHY" if ready else "UNKNOWN"
    shape["networkBindings"] = []
    shape["cpu"] = "0"
    return shape
