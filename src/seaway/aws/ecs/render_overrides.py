"""What a run has changed of its task definition, as DescribeTasks shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seaway.aws.ecs.render_container import render_files, render_gpus
from seaway.core.proxy_log import proxy_container
from seaway.core.task import ContainerOverride, Task
from seaway.core.task_definition import TaskDefinition

if TYPE_CHECKING:
    from seaway.aws.shapes import ecs as shapes


def render_overrides(task: Task, definition: TaskDefinition | None) -> shapes.TaskOverride:
    """A task's overrides; every container is named, whether it is changed or not."""
    given = {override.name: override for override in task.overrides}
    names = [c.name for c in definition.containers] if definition else []
    if task.uses_mesh:
        names.append(proxy_container(task))
    shape: shapes.TaskOverride = {
        "containerOverrides": [_override(name, given.get(name)) for name in names],
        "inferenceAcceleratorOverrides": [],
    }
    if task.cpu_override is not None:
        shape["cpu"] = str(task.cpu_override)
    if task.memory_override is not None:
        shape["memory"] = str(task.memory_override)
    if task.task_role is not None:
        shape["taskRoleArn"] = task.task_role
    if task.execution_role is not None:
        shape["executionRoleArn"] = task.execution_role
    if task.ephemeral_storage is not None:
        shape["ephemeralStorage"] = {"sizeInGiB": task.ephemeral_storage}
    return shape


def _override(name: str, given: ContainerOverride | None) -> shapes.ContainerOverride:
    shape: shapes.ContainerOverride = {"name": name}
    if given is None:
        return shape
    if given.command is not None:
        shape["command"] = list(given.command)
    if given.environment:
        shape["environment"] = [{"name": k, "value": v} for k, v in given.environment]
    if given.environment_files:
        shape["environmentFiles"] = render_files(given.environment_files)
    if given.cpu is not None:
        shape["cpu"] = given.cpu
    if given.memory is not None:
        shape["memory"] = given.memory
    if given.memory_reservation is not None:
        shape["memoryReservation"] = given.memory_reservation
    if given.gpus is not None:
        shape["resourceRequirements"] = render_gpus(given.gpus)
    return shape
