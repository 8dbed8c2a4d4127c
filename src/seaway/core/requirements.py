"""What a task definition asks of the container instances it can run on."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from seaway.core.task_definition import (
    ContainerDefinition,
    LogConfiguration,
    NetworkMode,
    Secret,
    TaskDefinition,
)

_OLD = "com.amazonaws.ecs.capability."
"""The prefix of the first capabilities; later ones have the shorter one."""
_NEW = "ecs.capability."
_DOCKER = f"{_OLD}docker-remote-api."


def runs_on(definition: TaskDefinition, architecture: str) -> bool:
    """Whether a machine of this architecture (x86_64, arm64 or aarch64) can run the definition."""
    machine = "ARM64" if architecture in ("arm64", "aarch64") else "X86_64"
    return definition.cpu_architecture in (None, machine)


def no_machine(definition: TaskDefinition, architectures: Collection[str]) -> str | None:
    """Why no machine of these architectures can run it on Fargate; None when one can."""
    if any(runs_on(definition, architecture) for architecture in architectures):
        return None
    reason = "Capacity is unavailable at this time."
    if architectures:
        reason += f" No machine has the CPU architecture {definition.cpu_architecture}."
    return reason


def required_attributes(definition: TaskDefinition) -> tuple[str, ...]:
    """The agent capabilities it needs, each once (API: TaskDefinition.requiresAttributes)."""
    names = [f"{_DOCKER}1.18"]
    for container in definition.containers:
        names += _of_container(container, executes=definition.execution_role is not None)
    names += _of_task(definition)
    return tuple(dict.fromkeys(names))


def _of_container(container: ContainerDefinition, *, executes: bool) -> Iterator[str]:
    """``executes``: the definition has an execution role."""
    if container.log:
        yield from _of_log(container.log, executes=executes)
    if ".dkr.ecr." in container.image:
        yield f"{_OLD}ecr-auth"
        yield f"{_DOCKER}1.19"
        if executes:
            yield f"{_NEW}execution-role-ecr-pull"
    yield from _of_secrets(container.secrets, "environment-variables")
    for capability, needed in (
        (f"{_OLD}privileged-container", container.privileged),
        (f"{_OLD}selinux", any(o.startswith("label:") for o in container.security_options)),
        (f"{_OLD}apparmor", any(o.startswith("apparmor:") for o in container.security_options)),
        (f"{_DOCKER}1.21", container.memory_reservation),
        (f"{_DOCKER}1.25", container.init_process),
        (f"{_DOCKER}1.24", container.health_check),
        (f"{_NEW}container-health-check", container.health_check),
        (
            f"{_NEW}container-ordering",
            container.depends_on
            or container.start_timeout is not None
            or container.stop_timeout is not None,
        ),
        (f"{_NEW}container-restart-policy", container.restart),
        (f"{_NEW}env-files.s3", container.environment_files),
        (
            f"{_NEW}private-registry-authentication.secretsmanager",
            container.repository_credentials,
        ),
        (f"{_NEW}network.container-port-range", any(p.last_port for p in container.ports)),
    ):
        if needed:
            yield capability
    if container.firelens:
        yield f"{_NEW}firelens.{container.firelens.type}"
        kind = dict(container.firelens.options).get("config-file-type")
        if kind:
            yield f"{_NEW}firelens.options.config.{kind}"


def _of_log(log: LogConfiguration, *, executes: bool) -> Iterator[str]:
    yield f"{_OLD}logging-driver.{log.driver}"
    if log.driver == "awslogs":
        yield f"{_DOCKER}1.19"
        if executes:
            yield f"{_NEW}execution-role-awslogs"
    if log.driver == "awsfirelens" and "log-driver-buffer-limit" in dict(log.options):
        yield f"{_NEW}logging-driver.awsfirelens.log-driver-buffer-limit"
    yield from _of_secrets(log.secrets, "bootstrap.log-driver")


def _of_secrets(secrets: tuple[Secret, ...], purpose: str) -> Iterator[str]:
    for secret in secrets:
        store = "asm" if ":secretsmanager:" in secret.value_from else "ssm"
        yield f"{_NEW}secrets.{store}.{purpose}"


def _of_task(definition: TaskDefinition) -> Iterator[str]:
    if definition.network_mode is NetworkMode.AWSVPC:
        yield f"{_NEW}task-eni"
    elif definition.cpu is not None or definition.memory is not None:
        yield f"{_NEW}task-cpu-mem-limit"
    if definition.task_role:
        in_host = definition.network_mode is NetworkMode.HOST
        yield f"{_OLD}task-iam-role-network-host" if in_host else f"{_OLD}task-iam-role"
    if definition.pid_mode or definition.ipc_mode:
        yield f"{_NEW}pid-ipc-namespace-sharing"
    for volume in definition.volumes:
        if volume.docker is not None:
            yield f"{_NEW}docker-plugin.{volume.docker.driver or 'local'}"
