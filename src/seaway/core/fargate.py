"""Fargate: the task sizes there are, and what a task must be to run there."""

from __future__ import annotations

from seaway.core.task_definition import NetworkMode, TaskDefinition

_GIB = 1024

_SIZES: dict[int, tuple[int, ...]] = {
    256: (512, 1 * _GIB, 2 * _GIB),
    512: tuple(range(1 * _GIB, 4 * _GIB + 1, _GIB)),
    1024: tuple(range(2 * _GIB, 8 * _GIB + 1, _GIB)),
    2048: tuple(range(4 * _GIB, 16 * _GIB + 1, _GIB)),
    4096: tuple(range(8 * _GIB, 30 * _GIB + 1, _GIB)),
    8192: tuple(range(16 * _GIB, 60 * _GIB + 1, 4 * _GIB)),
    16384: tuple(range(32 * _GIB, 120 * _GIB + 1, 8 * _GIB)),
}
"""CPU units → the memory (MiB) that may go with them (API: RegisterTaskDefinitionRequest.cpu)."""

PLATFORM_VERSION = "1.4.0"
"""What LATEST means."""


def size_exists(cpu: int, memory: int) -> bool:
    """Whether Fargate has tasks of this size: CPU units and MiB."""
    return memory in _SIZES.get(cpu, ())


def fargate_refusal(definition: TaskDefinition) -> str | None:
    """Why a definition cannot run on Fargate, in AWS's words; None when it can."""
    if definition.network_mode is not NetworkMode.AWSVPC:
        return "Fargate only supports network mode 'awsvpc'."
    if definition.cpu is None:
        return "Fargate requires that 'cpu' be defined at the task level."
    if definition.memory is None:
        return "Fargate requires that 'memory' be defined at the task level."
    if not size_exists(definition.cpu, definition.memory):
        return (
            f"No Fargate configuration exists for given values: {definition.cpu} CPU, "
            f"{definition.memory} memory. See the Amazon ECS documentation for the valid values."
        )
    if any(container.privileged for container in definition.containers):
        return "Fargate does not support privileged containers."
    if any(volume.host_path for volume in definition.volumes):
        return "Fargate does not support host volumes with a source path."
    return None


def compatibilities(definition: TaskDefinition) -> tuple[str, ...]:
    """The launch types a definition can run on (API: TaskDefinition.compatibilities)."""
    return ("EC2",) if fargate_refusal(definition) else ("EC2", "FARGATE")
