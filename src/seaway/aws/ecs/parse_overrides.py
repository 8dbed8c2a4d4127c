"""What a run of a task changes of its definition: shape → the task's overrides."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seaway.aws.ecs.errors import ClientException, InvalidParameterException, not_built
from seaway.aws.ecs.parse_container import LEAST_MEMORY, parse_gpus
from seaway.aws.ecs.parse_environment import parse_files, parse_pairs
from seaway.aws.ecs.parse_task_definition import parse_cpu, parse_ephemeral, parse_memory
from seaway.core.fargate import size_exists
from seaway.core.task import ContainerOverride
from seaway.core.task_definition import TaskDefinition

if TYPE_CHECKING:
    from seaway.aws.shapes import ecs as shapes

_LONGEST = 8192
"""Characters of all overrides as JSON (API: RunTaskRequest.overrides)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """CPU in CPU units, memory in MiB, storage in GiB, roles by ARN; None = as the definition."""

    containers: tuple[ContainerOverride, ...] = ()
    cpu: int | None = None
    memory: int | None = None
    ephemeral_storage: int | None = None
    task_role: str | None = None
    execution_role: str | None = None


def parse_overrides(
    given: shapes.TaskOverride | None, definition: TaskDefinition, *, fargate: bool
) -> Overrides:
    """The overrides of a task that is run (API: TaskOverride).

    Raises InvalidParameterException, ClientException for what is not built.
    """
    given = given or {}
    if given.get("inferenceAcceleratorOverrides"):
        raise not_built("overrides.inferenceAcceleratorOverrides")
    if len(json.dumps(given)) > _LONGEST:
        raise InvalidParameterException(
            f"The overrides can have at most {_LONGEST} characters in total."
        )
    overrides = Overrides(
        containers=tuple(
            _container(item, definition, f"overrides.containerOverrides[{index}].")
            for index, item in enumerate(given.get("containerOverrides") or ())
        ),
        cpu=parse_cpu(given.get("cpu")),
        memory=parse_memory(given.get("memory")),
        ephemeral_storage=parse_ephemeral(given.get("ephemeralStorage")),
        task_role=given.get("taskRoleArn") or None,
        execution_role=given.get("executionRoleArn") or None,
    )
    _check(overrides, definition, fargate)
    return overrides


def _container(
    given: shapes.ContainerOverride, definition: TaskDefinition, path: str
) -> ContainerOverride:
    name = given.get("name", "")
    if definition.container(name) is None:
        raise InvalidParameterException(
            f"Override for container named {name} is not a container in the TaskDefinition."
        )
    command = given.get("command")
    return ContainerOverride(
        name=name,
        command=None if command is None else tuple(command),
        environment=parse_pairs(given.get("environment")),
        environment_files=parse_files(given.get("environmentFiles")),
        cpu=given.get("cpu"),
        memory=given.get("memory"),
        memory_reservation=given.get("memoryReservation"),
        gpus=parse_gpus(given.get("resourceRequirements"), path),
    )


def _check(overrides: Overrides, definition: TaskDefinition, fargate: bool) -> None:
    """What is run in the end must be something that can run."""
    names = [override.name for override in overrides.containers]
    if len(set(names)) != len(names):
        raise InvalidParameterException("A container can be overridden only once.")
    memory = overrides.memory if overrides.memory is not None else definition.memory
    for override in overrides.containers:
        _check_memory(override, definition, memory)
    if fargate:
        _check_fargate(overrides, overrides.cpu or definition.cpu or 0, memory or 0)
    elif overrides.ephemeral_storage is not None:
        raise InvalidParameterException(
            "overrides.ephemeralStorage is only supported with the FARGATE launch type."
        )


def _check_memory(
    override: ContainerOverride, definition: TaskDefinition, most: int | None
) -> None:
    """A container has its least, and no more than its task (``most`` MiB)."""
    container = definition.container(override.name)
    assert container is not None
    memory = override.memory if override.memory is not None else container.memory
    reserved = override.memory_reservation
    reserved = container.memory_reservation if reserved is None else reserved
    sizes = [size for size in (memory, reserved) if size is not None]
    if sizes and min(sizes) < LEAST_MEMORY:
        raise InvalidParameterException(
            f"Invalid setting for container '{override.name}'. The memory must be at least "
            f"{LEAST_MEMORY} MiB."
        )
    if memory is not None and reserved is not None and reserved > memory:
        raise InvalidParameterException(
            f"Invalid setting for container '{override.name}'. 'memoryReservation' must not be "
            "greater than 'memory'."
        )
    if most is not None and sizes and max(sizes) > most:
        raise InvalidParameterException(
            f"Invalid setting for container '{override.name}'. The memory must not exceed the "
            "task's memory."
        )


def _check_fargate(overrides: Overrides, cpu: int, memory: int) -> None:
    if not size_exists(cpu, memory):
        raise ClientException(
            f"No Fargate configuration exists for given values: {cpu} CPU, {memory} memory. See "
            "the Amazon ECS documentation for the valid values."
        )
    if any(override.gpus for override in overrides.containers):
        raise ClientException(
            "Tasks using the Fargate launch type do not support GPU resource requirements."
        )
