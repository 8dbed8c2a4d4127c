"""ContainerDefinition → the shape AWS shows, with the members it shows even when empty."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from seaway.core.task_definition import (
    ContainerDefinition,
    Firelens,
    HealthCheck,
    LogConfiguration,
    PortMapping,
    RestartPolicy,
    Secret,
)

if TYPE_CHECKING:
    from seaway.aws.shapes import ecs as shapes


def render_container(container: ContainerDefinition) -> shapes.ContainerDefinition:
    """One container of a task definition."""
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
        "volumesFrom": [
            {"sourceContainer": v.container, "readOnly": v.read_only}
            for v in container.volumes_from
        ],
        "systemControls": [
            {"namespace": name, "value": value} for name, value in container.sysctls
        ],
    }
    _add_limits(shape, container)
    _add_process(shape, container)
    _add_secrets(shape, container)
    _add_network(shape, container)
    _add_life(shape, container)
    linux = _linux(container)
    if linux:
        shape["linuxParameters"] = linux
    if container.log:
        shape["logConfiguration"] = render_log(container.log)
    if container.firelens:
        shape["firelensConfiguration"] = _firelens(container.firelens)
    return shape


def render_log(log: LogConfiguration) -> shapes.LogConfiguration:
    """A log configuration."""
    return {
        "logDriver": log.driver,
        "options": dict(log.options),
        "secretOptions": _secrets(log.secrets),
    }


def render_files(files: Sequence[str]) -> list[shapes.EnvironmentFile]:
    """Files with environment variables, by ARN."""
    return [{"value": arn, "type": "s3"} for arn in files]


def render_gpus(count: int) -> list[shapes.ResourceRequirement]:
    """So many graphics processors as a resource requirement."""
    return [{"type": "GPU", "value": str(count)}]


def _add_limits(shape: shapes.ContainerDefinition, container: ContainerDefinition) -> None:
    if container.memory is not None:
        shape["memory"] = container.memory
    if container.memory_reservation is not None:
        shape["memoryReservation"] = container.memory_reservation
    if container.ulimits:
        shape["ulimits"] = [
            {"name": u.name, "softLimit": u.soft, "hardLimit": u.hard} for u in container.ulimits
        ]
    if container.gpus:
        shape["resourceRequirements"] = render_gpus(container.gpus)


def _add_life(shape: shapes.ContainerDefinition, container: ContainerDefinition) -> None:
    """When it starts, how it is watched, and how it ends."""
    if container.health_check:
        shape["healthCheck"] = _health_check(container.health_check)
    if container.depends_on:
        shape["dependsOn"] = [
            {"containerName": d.container, "condition": d.condition} for d in container.depends_on
        ]
    if container.restart:
        shape["restartPolicy"] = _restart(container.restart)
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
    if container.security_options:
        shape["dockerSecurityOptions"] = list(container.security_options)


def _add_secrets(shape: shapes.ContainerDefinition, container: ContainerDefinition) -> None:
    """What is fetched before it starts."""
    if container.secrets:
        shape["secrets"] = _secrets(container.secrets)
    if container.environment_files:
        shape["environmentFiles"] = render_files(container.environment_files)
    if container.repository_credentials:
        shape["repositoryCredentials"] = {"credentialsParameter": container.repository_credentials}


def _add_network(shape: shapes.ContainerDefinition, container: ContainerDefinition) -> None:
    if container.links:
        shape["links"] = list(container.links)
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
    if container.disable_networking:
        shape["disableNetworking"] = True


def _linux(container: ContainerDefinition) -> shapes.LinuxParameters:
    linux: shapes.LinuxParameters = {}
    if container.capabilities_add or container.capabilities_drop:
        linux["capabilities"] = {
            "add": list(container.capabilities_add),
            "drop": list(container.capabilities_drop),
        }
    if container.devices:
        linux["devices"] = [
            {
                "hostPath": device.host_path,
                "containerPath": device.container_path or device.host_path,
                "permissions": list(device.permissions),
            }
            for device in container.devices
        ]
    if container.tmpfs:
        linux["tmpfs"] = [
            {"containerPath": mount.path, "size": mount.size, "mountOptions": list(mount.options)}
            for mount in container.tmpfs
        ]
    if container.init_process:
        linux["initProcessEnabled"] = True
    if container.shared_memory is not None:
        linux["sharedMemorySize"] = container.shared_memory
    if container.max_swap is not None:
        linux["maxSwap"] = container.max_swap
    if container.swappiness is not None:
        linux["swappiness"] = container.swappiness
    return linux


def _secrets(secrets: Sequence[Secret]) -> list[shapes.Secret]:
    return [{"name": secret.name, "valueFrom": secret.value_from} for secret in secrets]


def _firelens(firelens: Firelens) -> shapes.FirelensConfiguration:
    shape: shapes.FirelensConfiguration = {"type": firelens.type}
    if firelens.options:
        shape["options"] = dict(firelens.options)
    return shape


def _restart(policy: RestartPolicy) -> shapes.ContainerRestartPolicy:
    shape: shapes.ContainerRestartPolicy = {
        "enabled": True,
        "restartAttemptPeriod": policy.attempt_period,
    }
    if policy.ignored_exit_codes:
        shape["ignoredExitCodes"] = list(policy.ignored_exit_codes)
    return shape


def _port(port: PortMapping) -> shapes.PortMapping:
    shape: shapes.PortMapping = {"protocol": port.protocol}
    if port.last_port is not None:
        shape["containerPortRange"] = f"{port.container_port}-{port.last_port}"
    else:
        shape["containerPort"], shape["hostPort"] = port.container_port, port.host_port
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
