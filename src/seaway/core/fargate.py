"""Fargate: the task sizes there are, and what a task must be to run there."""

from __future__ import annotations

from collections.abc import Iterator

from seaway.core.task_definition import ContainerDefinition, NetworkMode, TaskDefinition

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

LOG_DRIVERS = ("awslogs", "splunk", "awsfirelens")
"""API: LogConfiguration.logDriver."""

LONGEST_STOP = 120
"""Seconds (API: ContainerDefinition.stopTimeout)."""

START_TIMEOUTS = range(2, 121)
"""Seconds (API: ContainerDefinition.startTimeout)."""


def size_exists(cpu: int, memory: int) -> bool:
    """Whether Fargate has tasks of this size: CPU units and MiB."""
    return memory in _SIZES.get(cpu, ())


def fargate_refusal(definition: TaskDefinition) -> str | None:
    """Why a definition cannot run on Fargate, in AWS's words; None when it can."""
    if definition.network_mode is not NetworkMode.AWSVPC:
        return "Fargate only supports network mode 'awsvpc'."
    return (
        _size_refusal(definition)
        or _task_refusal(definition)
        or next((no for c in definition.containers for no in _container_refusals(c)), None)
    )


def _size_refusal(definition: TaskDefinition) -> str | None:
    if definition.cpu is None:
        return "Fargate requires that 'cpu' be defined at the task level."
    if definition.memory is None:
        return "Fargate requires that 'memory' be defined at the task level."
    if not size_exists(definition.cpu, definition.memory):
        return (
            f"No Fargate configuration exists for given values: {definition.cpu} CPU, "
            f"{definition.memory} memory. See the Amazon ECS documentation for the valid values."
        )
    return None


def _task_refusal(definition: TaskDefinition) -> str | None:
    if definition.pid_mode not in (None, "task"):
        return (
            f"Tasks using the Fargate launch type do not support pidMode '{definition.pid_mode}'. "
            "The supported value for pidMode is 'task'."
        )
    for field, value in (
        ("ipcMode", definition.ipc_mode),
        ("constraints", definition.placement_constraints),
        ("sourcePath", any(volume.host_path for volume in definition.volumes)),
        ("dockerVolumeConfiguration", any(volume.docker for volume in definition.volumes)),
    ):
        if value:
            return f"Fargate compatible task definitions do not support {field}"
    return None


def _container_refusals(container: ContainerDefinition) -> Iterator[str]:
    for field, value in (
        ("devices", container.devices),
        ("sharedMemorySize", container.shared_memory),
        ("maxSwap", container.max_swap is not None),
        ("swappiness", container.swappiness is not None),
        ("dockerSecurityOptions", container.security_options),
        ("privileged", container.privileged),
    ):
        if value:
            yield f"Fargate compatible task definitions do not support {field}"
    if container.gpus:
        yield "Tasks using the Fargate launch type do not support GPU resource requirements."
    for capability in container.capabilities_add:
        if capability.removeprefix("CAP_") != "SYS_PTRACE":
            yield f"{capability} is not allowed on Fargate."
    if container.start_timeout is not None and container.start_timeout not in START_TIMEOUTS:
        yield (
            "Tasks using the Fargate launch type must have a container start timeout between "
            f"{START_TIMEOUTS[0]} and {START_TIMEOUTS[-1]} seconds."
        )
    if (container.stop_timeout or 0) > LONGEST_STOP:
        yield (
            "Tasks using the Fargate launch type must have a container stop timeout of less than "
            f"{LONGEST_STOP} seconds."
        )
    if container.log and container.log.driver not in LOG_DRIVERS:
        yield f"Fargate compatible task definitions do not support logDriver {container.log.driver}"
    if container.firelens and dict(container.firelens.options).get("config-file-type") == "s3":
        yield ("Fargate launch type does not support FirelensConfiguration config file from 's3'")


def role_refusal(definition: TaskDefinition) -> str | None:
    """What Fargate needs to know before it can log or pull for a task; None when it does."""
    for container in definition.containers:
        logs = container.log is not None and container.log.driver == "awslogs"
        if container.log and logs and "awslogs-stream-prefix" not in dict(container.log.options):
            return (
                "Fargate requires log configuration options to include awslogs-stream-prefix to "
                "support log driver awslogs."
            )
        for needed, what in (
            (logs, "log driver awslogs"),
            (".dkr.ecr." in container.image, "ECR images"),
        ):
            if needed and definition.execution_role is None:
                return (
                    "Fargate requires task definition to have execution role ARN to support "
                    f"{what}."
                )
    return None


def compatibilities(definition: TaskDefinition) -> tuple[str, ...]:
    """The launch types a definition can run on (API: TaskDefinition.compatibilities)."""
    return ("EC2",) if fargate_refusal(definition) else ("EC2", "FARGATE")
