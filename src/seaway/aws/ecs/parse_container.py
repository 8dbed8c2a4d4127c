"""A container definition's shape → ContainerDefinition, with AWS's refusals."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from seaway.aws.ecs.errors import ClientException, not_built
from seaway.core.task_definition import (
    AppProtocol,
    ContainerDefinition,
    Dependency,
    HealthCheck,
    LogConfiguration,
    MountPoint,
    NetworkMode,
    PortMapping,
    Ulimit,
)

if TYPE_CHECKING:
    from seaway.aws.shapes import ecs as shapes

_NAME = re.compile(r"[A-Za-z0-9_-]{1,255}\Z")
_IMAGE = re.compile(r"[A-Za-z0-9/:._@#+-]{1,511}\Z")
_PORT_NAME = re.compile(r"[a-z0-9_][a-z0-9_-]{0,63}\Z")
_CONDITIONS = ("START", "COMPLETE", "SUCCESS", "HEALTHY")
_LOG_DRIVERS = ("awslogs", "json-file")
_ABSENT = (
    "repositoryCredentials",
    "links",
    "restartPolicy",
    "environmentFiles",
    "volumesFrom",
    "secrets",
    "disableNetworking",
    "dockerSecurityOptions",
    "resourceRequirements",
    "firelensConfiguration",
    "credentialSpecs",
)
_ABSENT_LINUX = ("devices", "tmpfs", "maxSwap", "swappiness")


def parse_container(
    given: shapes.ContainerDefinition, index: int, mode: NetworkMode
) -> ContainerDefinition:
    """One container of a task definition.

    Raises ClientException; it names a field that has no effect here yet as
    ``containerDefinitions[index].field``.
    """
    path = f"containerDefinitions[{index}]."
    _refuse(given, _ABSENT, path)
    if given.get("versionConsistency") == "enabled":
        raise not_built(path + "versionConsistency enabled")
    linux = given.get("linuxParameters") or {}
    _refuse(linux, _ABSENT_LINUX, path + "linuxParameters.")
    capabilities = linux.get("capabilities") or {}
    if mode is NetworkMode.AWSVPC:
        for name in ("hostname", "dnsServers", "dnsSearchDomains", "extraHosts"):
            if given.get(name):
                raise ClientException(
                    f"{name} is not supported on container when networkMode=awsvpc."
                )
    container = ContainerDefinition(
        name=_name(given),
        image=_image(given),
        cpu=given.get("cpu") or 0,
        memory=given.get("memory") or None,
        memory_reservation=given.get("memoryReservation") or None,
        essential=given.get("essential", True),
        command=tuple(given.get("command") or ()),
        entry_point=tuple(given.get("entryPoint") or ()),
        environment=parse_pairs(given.get("environment")),
        ports=tuple(_port(port, mode, path) for port in given.get("portMappings") or ()),
        working_directory=given.get("workingDirectory") or None,
        user=given.get("user") or None,
        hostname=given.get("hostname") or None,
        privileged=given.get("privileged", False),
        read_only_root=given.get("readonlyRootFilesystem", False),
        interactive=given.get("interactive", False),
        pseudo_terminal=given.get("pseudoTerminal", False),
        docker_labels=tuple((given.get("dockerLabels") or {}).items()),
        ulimits=tuple(
            Ulimit(name=item["name"], soft=item["softLimit"], hard=item["hardLimit"])
            for item in given.get("ulimits") or ()
        ),
        extra_hosts=tuple(
            (item["hostname"], item["ipAddress"]) for item in given.get("extraHosts") or ()
        ),
        dns_servers=tuple(given.get("dnsServers") or ()),
        dns_search=tuple(given.get("dnsSearchDomains") or ()),
        capabilities_add=tuple(capabilities.get("add") or ()),
        capabilities_drop=tuple(capabilities.get("drop") or ()),
        init_process=linux.get("initProcessEnabled", False),
        shared_memory=linux.get("sharedMemorySize") or None,
        sysctls=tuple(
            (item.get("namespace", ""), item.get("value", ""))
            for item in given.get("systemControls") or ()
        ),
        mounts=tuple(_mount(item) for item in given.get("mountPoints") or ()),
        health_check=_health_check(given.get("healthCheck")),
        depends_on=tuple(_dependency(item) for item in given.get("dependsOn") or ()),
        log=parse_log(given.get("logConfiguration"), path),
        start_timeout=given.get("startTimeout"),
        stop_timeout=given.get("stopTimeout"),
        version_consistency=given.get("versionConsistency"),
    )
    _check_limits(container)
    return container


def parse_pairs(given: Sequence[shapes.KeyValuePair] | None) -> tuple[tuple[str, str], ...]:
    """Environment variables in the order they were given."""
    return tuple((item.get("name", ""), item.get("value", "")) for item in given or ())


def parse_log(given: shapes.LogConfiguration | None, path: str) -> LogConfiguration | None:
    """Where output goes.

    Raises ClientException for drivers and secret options that are not built, and for awslogs
    without a group.
    """
    if not given:
        return None
    driver, options = given["logDriver"], given.get("options") or {}
    if given.get("secretOptions"):
        raise not_built(path + "logConfiguration.secretOptions")
    if driver not in _LOG_DRIVERS:
        raise not_built(f"{path}logConfiguration.logDriver {driver}")
    if driver == "awslogs" and "awslogs-group" not in options:
        raise ClientException("Log driver awslogs requires options: awslogs-group")
    return LogConfiguration(driver=driver, options=tuple(options.items()))


def _refuse(given: Mapping[str, object], names: Sequence[str], path: str) -> None:
    for name in names:
        value = given.get(name)
        if isinstance(value, Mapping) and value.get("enabled") is False:
            continue
        if value:
            raise not_built(path + name)


def _name(given: shapes.ContainerDefinition) -> str:
    name = given.get("name")
    if not name:
        raise ClientException("Container.name should not be null or empty.")
    if not _NAME.match(name):
        raise ClientException("Container.name contains invalid characters.")
    return name


def _image(given: shapes.ContainerDefinition) -> str:
    image = given.get("image")
    if not image:
        raise ClientException("Container.image should not be null or empty.")
    if not _IMAGE.match(image):
        raise ClientException("Container.image contains invalid characters.")
    return image


def _port(given: shapes.PortMapping, mode: NetworkMode, path: str) -> PortMapping:
    path += "portMappings."
    if given.get("containerPortRange"):
        raise not_built(path + "containerPortRange")
    protocol = given.get("protocol") or "tcp"
    if protocol != "tcp":
        raise not_built(f"{path}protocol {protocol}")
    port, host = given.get("containerPort") or 0, given.get("hostPort") or 0
    if not 1 <= port <= 65535 or not 0 <= host <= 65535:
        raise ClientException("The port numbers must be between 1 and 65535.")
    if mode in (NetworkMode.AWSVPC, NetworkMode.HOST):
        if host not in (0, port):
            raise ClientException(
                f"When networkMode={mode.value}, the host ports and container ports in port "
                "mappings must match."
            )
        host = port
    if mode is NetworkMode.NONE:
        raise ClientException("Port mappings are not supported when networkMode=none.")
    name = given.get("name") or None
    if name is not None and not _PORT_NAME.match(name):
        raise ClientException(
            "The port mapping name must be 1 to 64 lowercase letters, numbers, underscores or "
            "hyphens, and must not start with a hyphen."
        )
    return PortMapping(
        container_port=port,
        host_port=host,
        protocol=protocol,
        name=name,
        app_protocol=_app_protocol(given.get("appProtocol"), name),
    )


def _app_protocol(given: str | None, name: str | None) -> AppProtocol | None:
    if not given:
        return None
    if given not in ("http", "http2", "grpc"):
        raise ClientException(f"Invalid appProtocol: {given}")
    if name is None:
        raise ClientException("The appProtocol of a port mapping requires the port mapping's name.")
    return AppProtocol(given)


def _mount(given: shapes.MountPoint) -> MountPoint:
    return MountPoint(
        volume=given.get("sourceVolume", ""),
        path=given.get("containerPath", ""),
        read_only=given.get("readOnly", False),
    )


def _dependency(given: shapes.ContainerDependency) -> Dependency:
    if given["condition"] not in _CONDITIONS:
        raise ClientException(f"Invalid dependency condition: {given['condition']}")
    return Dependency(container=given["containerName"], condition=given["condition"])


def _health_check(given: shapes.HealthCheck | None) -> HealthCheck | None:
    if not given:
        return None
    check = HealthCheck(
        command=tuple(given["command"]),
        interval=given.get("interval", 30),
        timeout=given.get("timeout", 5),
        retries=given.get("retries", 3),
        start_period=given.get("startPeriod", 0),
    )
    if not check.command:
        raise ClientException("The healthCheck command must not be empty.")
    for what, value, least, most in (
        ("interval", check.interval, 5, 300),
        ("timeout", check.timeout, 2, 60),
        ("retries", check.retries, 1, 10),
        ("startPeriod", check.start_period, 0, 300),
    ):
        if not least <= value <= most:
            raise ClientException(f"The healthCheck {what} must be between {least} and {most}.")
    return check


def _check_limits(container: ContainerDefinition) -> None:
    memory, reserved = container.memory, container.memory_reservation
    for limit in (memory, reserved):
        if limit is not None and limit < 6:
            raise ClientException(
                f"Invalid setting for container '{container.name}'. The memory must be at least "
                "6 MiB."
            )
    if memory is not None and reserved is not None and reserved > memory:
        raise ClientException(
            f"Invalid setting for container '{container.name}'. 'memoryReservation' must not be "
            "greater than 'memory'."
        )
