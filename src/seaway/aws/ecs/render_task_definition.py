"""TaskDefinition → the shape AWS shows, with what it adds by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seaway.aws.ecs.render_container import render_container
from seaway.aws.ecs.rendering import kept
from seaway.aws.instants import instant
from seaway.core.fargate import compatibilities
from seaway.core.requirements import required_attributes
from seaway.core.task_definition import DockerVolume, TaskDefinition, Volume

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
        "volumes": [_volume(volume) for volume in definition.volumes],
        "status": definition.status,
        "requiresAttributes": [{"name": name} for name in required_attributes(definition)],
        "placementConstraints": [
            {"type": kind, "expression": expression}
            for kind, expression in definition.placement_constraints
        ],
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
    if definition.pid_mode:
        shape["pidMode"] = definition.pid_mode
    if definition.ipc_mode:
        shape["ipcMode"] = definition.ipc_mode
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


def _volume(volume: Volume) -> shapes.Volume:
    if volume.docker is not None:
        return {"name": volume.name, "dockerVolumeConfiguration": _docker(volume.docker)}
    host: shapes.HostVolumeProperties = {}
    if volume.host_path:
        host["sourcePath"] = volume.host_path
    return {"name": volume.name, "host": host}


def _docker(volume: DockerVolume) -> shapes.DockerVolumeConfiguration:
    shape: shapes.DockerVolumeConfiguration = {"scope": volume.scope}
    if volume.scope == "shared":
        shape["autoprovision"] = volume.autoprovision
    if volume.driver:
        shape["driver"] = volume.driver
    if volume.driver_options:
        shape["driverOpts"] = dict(volume.driver_options)
    if volume.labels:
        shape["labels"] = dict(volume.labels)
    return shape
