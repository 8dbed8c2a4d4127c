"""RunTask's and StartTask's shapes → Task: what every task of the call has in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from seaway.aws.ecs.errors import InvalidParameterException, not_built
from seaway.aws.ecs.parse_container import parse_pairs
from seaway.aws.ecs.parse_launch import parse_network
from seaway.aws.ecs.parse_task_definition import parse_cpu, parse_memory
from seaway.aws.ecs.tagging import merged, parse_tags
from seaway.core.cluster import Cluster
from seaway.core.names import Tags
from seaway.core.task import ContainerOverride, Task
from seaway.core.task_definition import TaskDefinition

if TYPE_CHECKING:
    from seaway.aws.shapes import ecs as shapes

_ABSENT = ("enableExecuteCommand", "referenceId", "volumeConfigurations")
_ABSENT_OVERRIDE = (
    "inferenceAcceleratorOverrides",
    "executionRoleArn",
    "taskRoleArn",
    "ephemeralStorage",
)


def parse_task(
    request: shapes.RunTaskRequest | shapes.StartTaskRequest,
    cluster: Cluster,
    definition: TaskDefinition,
    now: float,
) -> Task:
    """A task as the request describes it; its ARN and launch are still to come.

    Raises InvalidParameterException, ClientException for what is not built.
    """
    _refuse(request, _ABSENT, "")
    overrides = request.get("overrides") or {}
    _refuse(overrides, _ABSENT_OVERRIDE, "overrides.")
    started_by = request.get("startedBy") or ""
    if len(started_by) > 128:
        raise InvalidParameterException("startedBy must be at most 128 characters long.")
    network = parse_network(request.get("networkConfiguration"))
    return Task(
        arn="",
        cluster=cluster.arn,
        task_definition=definition.arn,
        created_at=now,
        group=request.get("group") or f"family:{definition.family}",
        started_by=started_by,
        overrides=_overrides(overrides.get("containerOverrides"), definition),
        cpu_override=parse_cpu(overrides.get("cpu")),
        memory_override=parse_memory(overrides.get("memory")),
        subnets=network.subnets if network else (),
        security_groups=network.security_groups if network else (),
        assign_public_ip=network.assign_public_ip if network else False,
        tags=_tags(request, cluster, definition),
    )


def _overrides(
    given: Sequence[shapes.ContainerOverride] | None, definition: TaskDefinition
) -> tuple[ContainerOverride, ...]:
    overrides = []
    for index, item in enumerate(given or ()):
        path = f"overrides.containerOverrides[{index}]."
        _refuse(item, ("environmentFiles", "resourceRequirements"), path)
        name = item.get("name", "")
        if definition.container(name) is None:
            raise InvalidParameterException(
                f"Override for container named {name} is not a container in the TaskDefinition."
            )
        command = item.get("command")
        overrides.append(
            ContainerOverride(
                name=name,
                command=None if command is None else tuple(command),
                environment=parse_pairs(item.get("environment")),
                cpu=item.get("cpu"),
                memory=item.get("memory"),
                memory_reservation=item.get("memoryReservation"),
            )
        )
    return tuple(overrides)


def _tags(
    request: shapes.RunTaskRequest | shapes.StartTaskRequest,
    cluster: Cluster,
    definition: TaskDefinition,
) -> Tags:
    tags = parse_tags(request.get("tags"))
    propagation = request.get("propagateTags") or "NONE"
    if propagation == "TASK_DEFINITION":
        tags = merged(definition.tags, tags)
    elif propagation != "NONE":
        raise InvalidParameterException(
            f"propagateTags {propagation} is not valid for a standalone task."
        )
    if request.get("enableECSManagedTags"):
        tags = (*tags, ("aws:ecs:clusterName", cluster.name))
    return tags


def _refuse(given: Mapping[str, object], names: Sequence[str], path: str) -> None:
    for name in names:
        if given.get(name):
            raise not_built(path + name)
