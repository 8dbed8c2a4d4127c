"""RegisterTaskDefinition's shape → TaskDefinition, with AWS's refusals."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from seaway.aws.ecs.errors import ClientException, not_built
from seaway.aws.ecs.parse_container import parse_container
from seaway.aws.ecs.tagging import parse_tags
from seaway.core.fargate import fargate_refusal
from seaway.core.task_definition import (
    ContainerDefinition,
    NetworkMode,
    TaskDefinition,
    Volume,
)

if TYPE_CHECKING:
    from seaway.aws.shapes import ecs as shapes

_FAMILY = re.compile(r"[A-Za-z0-9_-]{1,255}\Z")
_VCPU = re.compile(r"(\d+|\d*\.\d+)\s*vcpu\Z", re.IGNORECASE)
_GB = re.compile(r"(\d+|\d*\.\d+)\s*gb\Z", re.IGNORECASE)
_ABSENT = (
    "pidMode",
    "ipcMode",
    "proxyConfiguration",
    "inferenceAccelerators",
    "enableFaultInjection",
    "trustedExecutionConfiguration",
    "placementConstraints",
)


def parse_task_definition(
    request: shapes.RegisterTaskDefinitionRequest,
    *,
    arn: str,
    revision: int,
    now: float,
    by: str,
) -> TaskDefinition:
    """The revision a request describes.

    Raises ClientException, as RegisterTaskDefinition does.
    """
    refuse_meaningful(request, _ABSENT, "")
    family = request["family"]
    if not _FAMILY.match(family):
        raise ClientException(
            "Family contains invalid characters. Up to 255 letters (uppercase and lowercase), "
            "numbers, hyphens, and underscores are allowed."
        )
    mode = _network_mode(request)
    cpu, memory = parse_cpu(request.get("cpu")), parse_memory(request.get("memory"))
    containers = tuple(
        parse_container(given, index, mode)
        for index, given in enumerate(request["containerDefinitions"])
    )
    architecture, system = _platform(request.get("runtimePlatform"))
    definition = TaskDefinition(
        arn=arn,
        family=family,
        revision=revision,
        registered_at=now,
        registered_by=by,
        network_mode=mode,
        containers=containers,
        volumes=_volumes(request.get("volumes")),
        cpu=cpu,
        memory=memory,
        task_role=request.get("taskRoleArn") or None,
        execution_role=request.get("executionRoleArn") or None,
        requires_compatibilities=_compatibilities(request.get("requiresCompatibilities")),
        cpu_architecture=architecture,
        os_family=system,
        ephemeral_storage=_ephemeral(request.get("ephemeralStorage")),
        tags=parse_tags(request.get("tags")),
    )
    _check(definition)
    return definition


def refuse_meaningful(given: Mapping[str, object], names: Sequence[str], path: str) -> None:
    """Fields that have no effect here may only be absent, empty or off.

    Raises ClientException naming the field.
    """
    for name in names:
        if given.get(name):
            raise not_built(path + name)


def parse_cpu(given: str | None) -> int | None:
    """A task's CPU as CPU units: ``512``, ``.5 vCPU`` (API: RegisterTaskDefinitionRequest.cpu).

    Raises ClientException.
    """
    return _amount(given, _VCPU, "cpu", 128)


def parse_memory(given: str | None) -> int | None:
    """A task's memory as MiB: ``1024``, ``1 GB``.

    Raises ClientException.
    """
    return _amount(given, _GB, "memory", 1)


def _amount(given: str | None, pattern: re.Pattern[str], what: str, least: int) -> int | None:
    if given is None or given == "":
        return None
    whole = pattern.match(given.strip())
    if whole:
        return int(float(whole[1]) * 1024)
    if not given.strip().isdigit() or int(given) < least:
        raise ClientException(
            f"Invalid '{what}' setting for task. For more information, see the Troubleshooting "
            "section of the Amazon ECS Developer Guide."
        )
    return int(given)


def _network_mode(request: shapes.RegisterTaskDefinitionRequest) -> NetworkMode:
    given = request.get("networkMode")
    if not given:
        return NetworkMode.BRIDGE
    try:
        return NetworkMode(given)
    except ValueError:
        raise ClientException(f"Invalid network mode: {given}") from None


def _compatibilities(given: Sequence[str] | None) -> tuple[str, ...]:
    for kind in given or ():
        if kind not in ("EC2", "FARGATE"):
            raise not_built(f"requiresCompatibilities {kind}")
    return tuple(dict.fromkeys(given or ()))


def _platform(given: shapes.RuntimePlatform | None) -> tuple[str | None, str | None]:
    if not given:
        return None, None
    system, architecture = given.get("operatingSystemFamily"), given.get("cpuArchitecture")
    if system not in (None, "LINUX"):
        raise not_built(f"runtimePlatform.operatingSystemFamily {system}")
    if architecture not in (None, "X86_64", "ARM64"):
        raise ClientException(f"Invalid cpuArchitecture: {architecture}")
    return architecture, system


def _ephemeral(given: shapes.EphemeralStorage | None) -> int | None:
    if not given:
        return None
    size = given["sizeInGiB"]
    if not 21 <= size <= 200:
        raise ClientException("The ephemeral storage size must be between 21 GiB and 200 GiB.")
    return size


def _volumes(given: Sequence[shapes.Volume] | None) -> tuple[Volume, ...]:
    volumes = []
    for index, volume in enumerate(given or ()):
        refuse_meaningful(
            volume,
            (
                "dockerVolumeConfiguration",
                "efsVolumeConfiguration",
                "s3filesVolumeConfiguration",
                "fsxWindowsFileServerVolumeConfiguration",
                "configuredAtLaunch",
            ),
            f"volumes[{index}].",
        )
        name = volume.get("name", "")
        if not _FAMILY.match(name):
            raise ClientException(f"Invalid volume name: {name}")
        host = volume.get("host") or {}
        volumes.append(Volume(name=name, host_path=host.get("sourcePath") or None))
    names = [volume.name for volume in volumes]
    if len(set(names)) != len(names):
        raise ClientException("Volume names must be unique within a task definition.")
    return tuple(volumes)


def _check(definition: TaskDefinition) -> None:
    """What must hold between the parts of a definition."""
    if not definition.containers:
        raise ClientException("Container list cannot be empty.")
    if len(definition.containers) > 10:
        raise ClientException("A task definition can have at most 10 containers.")
    names = [container.name for container in definition.containers]
    if len(set(names)) != len(names):
        raise ClientException("Container names must be unique within a task definition.")
    if not any(container.essential for container in definition.containers):
        raise ClientException("At least one container must be marked as essential.")
    if "FARGATE" in definition.requires_compatibilities:
        refusal = fargate_refusal(definition)
        if refusal:
            raise ClientException(refusal)
    for container in definition.containers:
        _check_container(definition, container)
    _check_ports(definition)
    _check_sums(definition)
    _check_cycles(definition)


def _check_container(definition: TaskDefinition, container: ContainerDefinition) -> None:
    limited = container.memory or container.memory_reservation
    if definition.memory is None and not limited:
        raise ClientException(
            f"Invalid setting for container '{container.name}'. At least one of 'memory' or "
            "'memoryReservation' must be specified."
        )
    volumes = {volume.name for volume in definition.volumes}
    for mount in container.mounts:
        if mount.volume not in volumes:
            raise ClientException(f"Unknown volume '{mount.volume}'.")
    for dependency in container.depends_on:
        _check_dependency(definition, container, dependency.container, dependency.condition)
    if "FARGATE" in definition.requires_compatibilities:
        _check_fargate(definition, container)


def _check_fargate(definition: TaskDefinition, container: ContainerDefinition) -> None:
    log = container.log
    logs = log is not None and log.driver == "awslogs"
    if log and logs and "awslogs-stream-prefix" not in dict(log.options):
        raise ClientException("Log driver awslogs requires options: awslogs-stream-prefix")
    if definition.execution_role is not None:
        return
    for needed, what in (
        (logs, "log driver awslogs"),
        (".dkr.ecr." in container.image, "ECR images"),
    ):
        if needed:
            raise ClientException(
                f"Fargate requires task definition to have execution role ARN to support {what}."
            )


def _check_dependency(
    definition: TaskDefinition, container: ContainerDefinition, name: str, condition: str
) -> None:
    other = definition.container(name)
    if other is None or other is container:
        raise ClientException(
            f"Container '{container.name}' has a dependency on '{name}', which is not another "
            "container of the task definition."
        )
    if condition in ("COMPLETE", "SUCCESS") and other.essential:
        raise ClientException(
            "A dependency container with SUCCESS or COMPLETE condition cannot be an essential "
            "container"
        )
    if condition == "HEALTHY" and other.health_check is None:
        raise ClientException(
            "A dependency container with HEALTHY condition must have a health check configured."
        )


def _check_ports(definition: TaskDefinition) -> None:
    names: set[str] = set()
    taken: set[tuple[str, int]] = set()
    for container in definition.containers:
        for port in container.ports:
            if port.name is not None and port.name in names:
                raise ClientException(
                    f"The port mapping name {port.name} must be unique within the task definition."
                )
            names.add(port.name or "")
            fixed = port.host_port
            if definition.network_mode is NetworkMode.AWSVPC:
                fixed = port.container_port
            if fixed and (port.protocol, fixed) in taken:
                raise ClientException(
                    f"The port {fixed}/{port.protocol} is used by more than one port mapping."
                )
            taken.add((port.protocol, fixed))


def _check_sums(definition: TaskDefinition) -> None:
    if definition.cpu is not None:
        cpu = sum(container.cpu for container in definition.containers)
        if cpu > definition.cpu:
            raise ClientException(
                f"The total 'cpu' of containers ({cpu}) must not exceed the task's "
                f"({definition.cpu})."
            )
    if definition.memory is not None:
        for container in definition.containers:
            if max(container.memory or 0, container.memory_reservation or 0) > definition.memory:
                raise ClientException(
                    f"Invalid setting for container '{container.name}'. The memory must not "
                    "exceed the task's memory."
                )
        reserved = sum(c.memory_reservation or c.memory or 0 for c in definition.containers)
        if reserved > definition.memory:
            raise ClientException(
                f"The total memory of containers ({reserved} MiB) must not exceed the task's "
                f"({definition.memory} MiB)."
            )


def _check_cycles(definition: TaskDefinition) -> None:
    waits = {c.name: {d.container for d in c.depends_on} for c in definition.containers}
    while waits:
        free = [name for name, others in waits.items() if not others & waits.keys()]
        if not free:
            raise ClientException("The container dependencies must not form a cycle.")
        for name in free:
            del waits[name]
