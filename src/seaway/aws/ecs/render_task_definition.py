"""TaskDefinition → the shape AWS shows, with what it adds by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seaway.aws.ecs.rendering import kept
from seaway.aws.instants import instant
from seaway.core.fargate import compatibilities
from seaway.core.task_definition import (
    ContainerDefinition,
    HealthCheck,
    LogConfiguration,
    NetworkMode,
    PortMapping,
    TaskDefinition,
)

if TYPE_CHECKING:
    from seaway.aws.shapes import ecs as shapes


@kept("arn")
def render_task_definition(definition: TaskDefinition) -> shapes.TaskDefinition:
    """A revision as DescribeTaskDefinition shows it."""
    shape: shapes.TaskDefinition = {
        "taskDefinitionArn": definition.arn,
        "containerDefinitions": [render_container(c) for c in definition.containers],
        "family": definition.family,
        "networkMode": definition.network_mode.value,
        "revision": definition.revision,
        "volumes": [
            {"name": v.name, "host": {"sourcePath": v.host_path} if v.host_path else {}}
            for v in definition.volumes
        ],
        "status": definition.status,
        "requiresAttributes": [{"name": name} for name in required_attributes(definition)],
        "placementConstraints": [],
        "compatibilities": list(compatibilities(definition)),
        "registeredAt": instant(definition.registered_at),
        "registeredBy": definition.registered_by,
    }
    _add_optional(shape, definition)
    return shape


def _add_optional(shape: shapes.TaskDefinition, definition: TaskDefinition) -> None:
    if definition.task_role:
        shape["taskRoleArn"] = definition.task_role
    if definition.execution_role:
        shape["executionRoleArn"] = definition.execution_role
    if definition.requires_compatibilities:
        shape["requiresCompatibilities"] = list(definition.requires_compatibilities)
    if definition.cpu is not None:
        shape["cpu"] = str(definition.cpu)
    if definition.memory is not None:
        shape["memory"] = str(definition.memory)
    platform: shapes.RuntimePlatform = {}
    if definition.cpu_architecture:
        platform["cpuArchitecture"] = definition.cpu_architecture
    if definition.os_family:
        platform["operatingSystemFamily"] = definition.os_family
    if platform:
        shape["runtimePlatform"] = platform
    if definition.ephemeral_storage is not None:
        shape["ephemeralStorage"] = {"sizeInGiB": definition.ephemeral_storage}
    if definition.deregistered_at is not None:
        shape["deregisteredAt"] = instant(definition.deregistered_at)
    if definition.delete_requested_at is not None:
        shape["deleteRequestedAt"] = instant(definition.delete_requested_at)


def render_container(container: ContainerDefinition) -> shapes.ContainerDefinition:
    """One container; members AWS always shows are there even when empty."""
    shape: shapes.ContainerDefinition = {
        "name": container.name,
        "image": container.image,
        "cpu": container.cpu,
        "portMappings": [_port(port) for port in container.ports],
        "essential": container.essential,
        "environment": [{"name": name, "value": value} for name, value in container.environment],
        "mountPoints": [
            {"sourceVolume": m.volume, "containerPath": m.path, "readOnly": m.read_only}
            for m in container.mounts
        ],
        "volumesFrom": [],
        "systemControls": [
            {"namespace": name, "value": value} for name, value in container.sysctls
        ],
    }
    _add_limits(shape, container)
    _add_process(shape, container)
    _add_network(shape, container)
    _add_linux(shape, container)
    if container.health_check:
        shape["healthCheck"] = _health_check(container.health_check)
    if container.depends_on:
        shape["dependsOn"] = [
            {"containerName": d.container, "condition": d.condition} for d in container.depends_on
        ]
    if container.log:
        shape["logConfiguration"] = render_log(container.log)
    return shape


def render_log(log: LogConfiguration) -> shapes.LogConfiguration:
    """A log configuration."""
    return {"logDriver": log.driver, "options": dict(log.options), "secretOptions": []}


def _add_limits(shape: shapes.ContainerDefinition, container: ContainerDefinition) -> None:
    if container.memory is not None:
        shape["memory"] = container.memory
    if container.memory_reservation is not None:
        shape["memoryReservation"] = container.memory_reservation
    if container.ulimits:
        shape["ulimits"] = [
            {"name": u.name, "softLimit": u.soft, "hardLimit": u.hard} for u in container.ulimits
        ]
    if container.start_timeout is not None:
        shape["startTimeout"] = container.start_timeout
    if container.stop_timeout is not None:
        shape["stopTimeout"] = container.stop_timeout
    if container.version_consistency is not None:
        shape["versionConsistency"] = container.version_consistency


def _add_process(shape: shapes.ContainerDefinition, container: ContainerDefinition) -> None:
    if container.entry_point:
        shape["entryPoint"] = list(container.entry_point)
    if container.command:
        shape["command"] = list(container.command)
    if container.working_directory:
        shape["workingDirectory"] = container.working_directory
    if container.user:
        shape["user"] = container.user
    if container.privileged:
        shape["privileged"] = True
    if container.read_only_root:
        shape["readonlyRootFilesystem"] = True
    if container.interactive:
        shape["interactive"] = True
    if container.pseudo_terminal:
        shape["pseudoTerminal"] = True
    if container.docker_labels:
        shape["dockerLabels"] = dict(container.docker_labels)


def _add_network(shape: shapes.ContainerDefinition, container: ContainerDefinition) -> None:
    if container.hostname:
        shape["hostname"] = container.hostname
    if container.dns_servers:
        shape["dnsServers"] = list(container.dns_servers)
    if container.dns_search:
        shape["dnsSearchDomains"] = list(container.dns_search)
    if container.extra_hosts:
        shape["extraHosts"] = [
            {"hostname": name, "ipAddress": address} for name, address in container.extra_hosts
        ]


def _add_linux(shape: shapes.ContainerDefinition, container: ContainerDefinition) -> None:
    linux: shapes.LinuxParameters = {}
    if container.capabilities_add or container.capabilities_drop:
        linux["capabilities"] = {
            "add": list(container.capabilities_add),
            "drop": list(container.capabilities_drop),
        }
    if container.init_process:
        linux["initProcessEnabled"] = True
    if container.shared_memory is not None:
        linux["sharedMemorySize"] = container.shared_memory
    if linux:
        shape["linuxParameters"] = linux


def _port(port: PortMapping) -> shapes.PortMapping:
    shape: shapes.PortMapping = {
        "containerPort": port.container_port,
        "hostPort": port.host_port,
        "protocol": port.protocol,
    }
    if port.name:
        shape["name"] = port.name
    if port.app_protocol:
        shape["appProtocol"] = port.app_protocol.value
    return shape


def _health_check(check: HealthCheck) -> shapes.HealthCheck:
    shape: shapes.HealthCheck = {
        "command": list(check.command),
        "interval": check.interval,
        "timeout": check.timeout,
        "retries": check.retries,
    }
    if check.start_period:
        shape["startPeriod"] = check.start_period
    return shape


def required_attributes(definition: TaskDefinition) -> tuple[str, ...]:
    """The agent capabilities a definition needs (API: TaskDefinition.requiresAttributes)."""
    names = ["com.amazonaws.ecs.capability.docker-remote-api.1.18"]
    for container in definition.containers:
        if container.log:
            names.append(f"com.amazonaws.ecs.capability.logging-driver.{container.log.driver}")
        if container.log and container.log.driver == "awslogs" and definition.execution_role:
            names.append("ecs.capability.execution-role-awslogs")
        if ".dkr.ecr." in container.image:
            names.append("com.amazonaws.ecs.capability.ecr-auth")
            if definition.execution_role:
                names.append("ecs.capability.execution-role-ecr-pull")
        if container.health_check:
            names.append("ecs.capability.container-health-check")
        if container.depends_on:
            names.append("ecs.capability.container-ordering")
        if container.privileged:
            names.append("com.amazonaws.ecs.capability.privileged-container")
    if definition.network_mode is NetworkMode.AWSVPC:
        names.append("ecs.capability.task-eni")
    if definition.cpu is not None or definition.memory is not None:
        names.append("ecs.capability.task-cpu-mem-limit")
    if definition.task_role:
        names.append("com.amazonaws.ecs.capability.task-iam-role")
    return tuple(dict.fromkeys(names))
