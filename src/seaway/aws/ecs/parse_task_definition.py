"""RegisterTaskDefinition's shape → TaskDefinition, with AWS's refusals."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from seaway.aws.ecs.check_task_definition import check_task_definition
from seaway.aws.ecs.errors import ClientException, not_built
from seaway.aws.ecs.parse_container import parse_container
from seaway.aws.ecs.parse_volumes import parse_volumes
from seaway.aws.ecs.tagging import parse_tags
from seaway.core.query_language import QueryError
from seaway.core.query_language import parse as parse_query
from seaway.core.task_definition import NetworkMode, TaskDefinition

if TYPE_CHECKING:
    from seaway.aws.shapes import ecs as shapes

_FAMILY = re.compile(r"[A-Za-z0-9_-]{1,255}\Z")
_VCPU = re.compile(r"(\d+|\d*\.\d+)\s*vcpu\Z", re.IGNORECASE)
_GB = re.compile(r"(\d+|\d*\.\d+)\s*gb\Z", re.IGNORECASE)
_ABSENT = (
    "proxyConfiguration",
    "inferenceAccelerators",
    "enableFaultInjection",
    "trustedExecutionConfiguration",
)
_MOST_CONSTRAINTS = 10
_LONGEST_EXPRESSION = 2000


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
    ipc_mode = _namespaces(request.get("ipcMode"), "ipcMode", ("host", "task", "none"))
    containers = tuple(
        parse_container(given, index, mode, ipc_mode)
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
        volumes=parse_volumes(request.get("volumes")),
        cpu=cpu,
        memory=memory,
        task_role=request.get("taskRoleArn") or None,
        execution_role=request.get("executionRoleArn") or None,
        requires_compatibilities=_compatibilities(request.get("requiresCompatibilities")),
        cpu_architecture=architecture,
        os_family=system,
        ephemeral_storage=parse_ephemeral(request.get("ephemeralStorage")),
        pid_mode=_namespaces(request.get("pidMode"), "pidMode", ("host", "task")),
        ipc_mode=ipc_mode,
        placement_constraints=_constraints(request.get("placementConstraints")),
        tags=parse_tags(request.get("tags")),
    )
    check_task_definition(definition)
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


def _namespaces(given: str | None, what: str, known: Sequence[str]) -> str | None:
    """Whose processes, or shared memory and queues, the containers see."""
    if not given:
        return None
    if given not in known:
        raise ClientException(f"Invalid {what}: {given}")
    return given


def _constraints(
    given: Sequence[shapes.TaskDefinitionPlacementConstraint] | None,
) -> tuple[tuple[str, str], ...]:
    """(type, expression) pairs; memberOf is the only type here."""
    pairs = tuple((item.get("type", ""), item.get("expression", "")) for item in given or ())
    if len(pairs) > _MOST_CONSTRAINTS:
        raise ClientException(
            f"A task definition can have at most {_MOST_CONSTRAINTS} placementConstraints."
        )
    for kind, expression in pairs:
        if kind != "memberOf":
            raise ClientException(f"Invalid placement constraint type: {kind}")
        if len(expression) > _LONGEST_EXPRESSION:
            raise ClientException(
                "The expression of a memberOf placement constraint can be at most "
                f"{_LONGEST_EXPRESSION} characters long."
            )
        try:
            parse_query(expression)
        except QueryError as error:
            raise ClientException(str(error)) from None
    return pairs


def parse_ephemeral(given: shapes.EphemeralStorage | None) -> int | None:
    """The size of a Fargate task's storage, GiB.

    Raises ClientException.
    """
    if not given:
        return None
    size = given["sizeInGiB"]
    if not 21 <= size <= 200:
        raise ClientException("The ephemeral storage size must be between 21 GiB and 200 GiB.")
    return size
