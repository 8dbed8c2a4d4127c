"""What must hold between the parts of a task definition (API: RegisterTaskDefinition)."""

from __future__ import annotations

from seaway.aws.ecs.errors import ClientException
from seaway.aws.ecs.parse_logging import check_routers
from seaway.aws.ecs.parse_volumes import check_mounts
from seaway.core.dependencies import needs
from seaway.core.fargate import fargate_refusal, role_refusal
from seaway.core.task_definition import (
    ContainerDefinition,
    NetworkMode,
    PortMapping,
    TaskDefinition,
)

_MOST_CONTAINERS = 10


def check_task_definition(definition: TaskDefinition) -> None:
    """The definition can run, where it says it can.

    Raises ClientException.
    """
    _check_containers(definition)
    if "FARGATE" in definition.requires_compatibilities:
        refusal = fargate_refusal(definition) or role_refusal(definition)
        if refusal:
            raise ClientException(refusal)
    names = [container.name for container in definition.containers]
    for container in definition.containers:
        _check_memory(definition, container)
        _check_roles(definition, container)
        _check_links(container, names)
        check_mounts(container, definition.volumes, names)
        for dependency in container.depends_on:
            _check_dependency(definition, container, dependency.container, dependency.condition)
    check_routers(definition.containers)
    _check_ports(definition)
    _check_sums(definition)
    _check_cycles(definition)


def _check_containers(definition: TaskDefinition) -> None:
    if not definition.containers:
        raise ClientException("Container list cannot be empty.")
    if len(definition.containers) > _MOST_CONTAINERS:
        raise ClientException(f"A task definition can have at most {_MOST_CONTAINERS} containers.")
    names = [container.name for container in definition.containers]
    if len(set(names)) != len(names):
        raise ClientException("Container names must be unique within a task definition.")
    if not any(container.essential for container in definition.containers):
        raise ClientException("At least one container must be marked as essential.")


def _check_memory(definition: TaskDefinition, container: ContainerDefinition) -> None:
    limited = container.memory or container.memory_reservation
    if definition.memory is None and not limited:
        raise ClientException(
            f"Invalid setting for container '{container.name}'. At least one of 'memory' or "
            "'memoryReservation' must be specified."
        )


def _check_roles(definition: TaskDefinition, container: ContainerDefinition) -> None:
    """Whatever is fetched before a container starts is fetched in the execution role."""
    if definition.execution_role is not None:
        return
    if container.secrets or (container.log and container.log.secrets):
        raise ClientException(
            "When you are specifying container secrets, you must also specify a value for "
            "'executionRoleArn'."
        )
    if container.repository_credentials:
        raise ClientException(
            "Private repository authentication requires that the task definition specify a value "
            "for executionRoleArn."
        )


def _check_links(container: ContainerDefinition, names: list[str]) -> None:
    for link in container.links:
        other = link.partition(":")[0]
        if other not in names or other == container.name:
            raise ClientException(f"Invalid 'links' setting. Unknown container: '{other}'.")


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
    taken: set[tuple[str, str, int]] = set()
    for container in definition.containers:
        for port in container.ports:
            if port.name is not None and port.name in names:
                raise ClientException(
                    f"The port mapping name {port.name} must be unique within the task definition."
                )
            names.add(port.name or "")
            for place in _places(definition, container, port):
                if place in taken:
                    _, protocol, number = place
                    raise ClientException(
                        f"The port {number}/{protocol} is used by more than one port mapping."
                    )
                taken.add(place)


def _places(
    definition: TaskDefinition, container: ContainerDefinition, port: PortMapping
) -> list[tuple[str, str, int]]:
    """The sockets a port mapping needs for itself: of its container, and of the host or task."""
    numbers = range(port.container_port, (port.last_port or port.container_port) + 1)
    if definition.network_mode is not NetworkMode.BRIDGE:
        return [("", port.protocol, number) for number in numbers]
    if port.last_port is not None:
        return [(container.name, port.protocol, number) for number in numbers]
    return [("", port.protocol, port.host_port)] if port.host_port else []


def _check_sums(definition: TaskDefinition) -> None:
    if definition.cpu is not None:
        cpu = sum(container.cpu for container in definition.containers)
        if cpu > definition.cpu:
            raise ClientException(
                "The sum of all container 'cpu' values cannot be greater than the value of the "
                "task 'cpu'."
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
    """Dependencies, links, volumes of others and log routers all say who comes first."""
    waits = {
        container.name: {d.container for d in needs(container, definition.containers)}
        for container in definition.containers
    }
    while waits:
        free = [name for name, others in waits.items() if not others & waits.keys()]
        if not free:
            raise ClientException("The container dependencies must not form a cycle.")
        for name in free:
            del waits[name]
