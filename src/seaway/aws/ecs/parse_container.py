"""A container definition's shape → ContainerDefinition, with AWS's refusals."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from seaway.aws.ecs.errors import ClientException, not_built
from seaway.aws.ecs.parse_environment import (
    check_secret_names,
    parse_files,
    parse_pairs,
    parse_repository_credentials,
    parse_secrets,
)
from seaway.aws.ecs.parse_linux import (
    parse_linux,
    parse_security_options,
    parse_sysctls,
    parse_ulimits,
)
from seaway.aws.ecs.parse_logging import parse_firelens, parse_log
from seaway.aws.ecs.parse_ports import parse_ports
from seaway.aws.ecs.parse_volumes import parse_mounts, parse_volumes_from
from seaway.core.task_definition import (
    ContainerDefinition,
    Dependency,
    HealthCheck,
    NetworkMode,
    RestartPolicy,
)

if TYPE_CHECKING:
    from seaway.aws.shapes import ecs as shapes

_NAME = re.compile(r"[A-Za-z0-9_-]{1,255}\Z")
_IMAGE = re.compile(r"[A-Za-z0-9/:._@#+-]{1,511}\Z")
_CONDITIONS = ("START", "COMPLETE", "SUCCESS", "HEALTHY")
LEAST_MEMORY = 6
"""MiB (API: ContainerDefinition.memory)."""
_MOST_IGNORED_CODES = 50


def parse_container(
    given: shapes.ContainerDefinition, index: int, mode: NetworkMode, ipc_mode: str | None = None
) -> ContainerDefinition:
    """One container of a task definition.

    Raises ClientException; it names a field that has no effect here yet as
    ``containerDefinitions[index].field``.
    """
    path = f"containerDefinitions[{index}]."
    if given.get("credentialSpecs"):
        raise not_built(path + "credentialSpecs")
    _check_network(given, mode)
    linux = parse_linux(given.get("linuxParameters"))
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
        environment_files=parse_files(given.get("environmentFiles")),
        secrets=parse_secrets(given.get("secrets")),
        ports=parse_ports(given.get("portMappings"), mode),
        links=tuple(given.get("links") or ()),
        working_directory=given.get("workingDirectory") or None,
        user=given.get("user") or None,
        hostname=given.get("hostname") or None,
        privileged=given.get("privileged", False),
        read_only_root=given.get("readonlyRootFilesystem", False),
        interactive=given.get("interactive", False),
        pseudo_terminal=given.get("pseudoTerminal", False),
        docker_labels=tuple((given.get("dockerLabels") or {}).items()),
        ulimits=parse_ulimits(given.get("ulimits")),
        extra_hosts=tuple(
            (item["hostname"], item["ipAddress"]) for item in given.get("extraHosts") or ()
        ),
        dns_servers=tuple(given.get("dnsServers") or ()),
        dns_search=tuple(given.get("dnsSearchDomains") or ()),
        disable_networking=given.get("disableNetworking", False),
        security_options=parse_security_options(given.get("dockerSecurityOptions"), path),
        capabilities_add=linux.add,
        capabilities_drop=linux.drop,
        devices=linux.devices,
        init_process=linux.init,
        shared_memory=linux.shared_memory,
        tmpfs=linux.tmpfs,
        max_swap=linux.max_swap,
        swappiness=linux.swappiness,
        sysctls=parse_sysctls(given.get("systemControls"), mode, ipc_mode),
        mounts=parse_mounts(given.get("mountPoints")),
        volumes_from=parse_volumes_from(given.get("volumesFrom")),
        health_check=_health_check(given.get("healthCheck")),
        depends_on=tuple(_dependency(item) for item in given.get("dependsOn") or ()),
        restart=_restart(given),
        repository_credentials=parse_repository_credentials(given.get("repositoryCredentials")),
        gpus=parse_gpus(given.get("resourceRequirements"), path) or 0,
        log=parse_log(given.get("logConfiguration")),
        firelens=parse_firelens(given.get("firelensConfiguration")),
        start_timeout=given.get("startTimeout"),
        stop_timeout=given.get("stopTimeout"),
        version_consistency=given.get("versionConsistency"),
    )
    check_secret_names(container.secrets, [name for name, _ in container.environment])
    _check_limits(container)
    return container


def parse_gpus(given: Sequence[shapes.ResourceRequirement] | None, path: str) -> int | None:
    """How many of a machine's graphics processors a container has to itself; None = not said.

    Raises ClientException; other resources, shares of a processor and "all there are" are not
    built (API: ResourceRequirement).
    """
    path += "resourceRequirements"
    gpus = None
    for item in given or ():
        if item["type"] != "GPU":
            raise not_built(f"{path} type {item['type']}")
        if item.get("sharingStrategy"):
            raise not_built(f"{path}.sharingStrategy")
        value = item.get("value", "")
        if value == "ALL":
            raise not_built(f"{path} value ALL")
        if not value.isdigit():
            raise ClientException(f"Invalid value of a resource requirement of type GPU: {value}")
        gpus = (gpus or 0) + int(value)
    return gpus


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


def _check_network(given: shapes.ContainerDefinition, mode: NetworkMode) -> None:
    """Links are bridge's; in awsvpc the network belongs to the task, not to its containers."""
    if given.get("links") and mode is not NetworkMode.BRIDGE:
        raise ClientException(f"Links are not supported when networkMode={mode.value}")
    if mode is not NetworkMode.AWSVPC:
        return
    for what, value in (
        ("hostname is", given.get("hostname")),
        ("DNS servers are", given.get("dnsServers")),
        ("DNS search domains are", given.get("dnsSearchDomains")),
        ("Extra hosts are", given.get("extraHosts")),
        ("Disable Networking is", given.get("disableNetworking")),
    ):
        if value:
            raise ClientException(f"{what} not supported on container when networkMode=awsvpc")


def _restart(given: shapes.ContainerDefinition) -> RestartPolicy | None:
    """None when the policy is off, which says what happens anyway."""
    policy = given.get("restartPolicy")
    if not policy or not policy["enabled"]:
        return None
    codes = tuple(policy.get("ignoredExitCodes") or ())
    if len(codes) > _MOST_IGNORED_CODES:
        raise ClientException(
            f"A restartPolicy can have at most {_MOST_IGNORED_CODES} ignoredExitCodes."
        )
    period = policy.get("restartAttemptPeriod", 300)
    if not 60 <= period <= 1800:
        raise ClientException(
            f"the 'restartAttemptPeriod' setting for container '{given.get('name')}' must be "
            "between 60 and 1800"
        )
    return RestartPolicy(ignored_exit_codes=codes, attempt_period=period)


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
        if limit is not None and limit < LEAST_MEMORY:
            raise ClientException(
                f"Invalid setting for container '{container.name}'. The memory must be at least "
                f"{LEAST_MEMORY} MiB."
            )
    if memory is not None and reserved is not None and reserved > memory:
        raise ClientException(
            f"Invalid setting for container '{container.name}'. 'memoryReservation' must not be "
            "greater than 'memory'."
        )
