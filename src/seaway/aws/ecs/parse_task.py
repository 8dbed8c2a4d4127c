"""RunTask's and StartTask's shapes → Task: what every task of the call has in common."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from seaway.aws.ecs.errors import InvalidParameterException, not_built
from seaway.aws.ecs.parse_launch import check_exec, parse_network
from seaway.aws.ecs.parse_overrides import parse_overrides
from seaway.aws.ecs.tagging import merged, parse_tags
from seaway.core.cluster import Cluster
from seaway.core.names import Tags
from seaway.core.task import Task
from seaway.core.task_definition import TaskDefinition

if TYPE_CHECKING:
    from seaway.aws.shapes import ecs as shapes

_STARTED_BY = re.compile(r"[A-Za-z0-9_/-]{0,128}\Z")


def parse_task(
    request: shapes.RunTaskRequest | shapes.StartTaskRequest,
    cluster: Cluster,
    definition: TaskDefinition,
    now: float,
    *,
    fargate: bool = False,
) -> Task:
    """A task as the request describes it; its ARN and launch are still to come.

    Raises InvalidParameterException, ClientException for what is not built.
    """
    if request.get("volumeConfigurations"):
        raise not_built("volumeConfigurations")
    started_by = request.get("startedBy") or ""
    if not _STARTED_BY.match(started_by):
        raise InvalidParameterException(
            "startedBy can have up to 128 letters (uppercase and lowercase), numbers, hyphens "
            "(-), forward slashes (/), and underscores (_)."
        )
    overrides = parse_overrides(request.get("overrides"), definition, fargate=fargate)
    network = parse_network(request.get("networkConfiguration"))
    task = Task(
        arn="",
        cluster=cluster.arn,
        task_definition=definition.arn,
        created_at=now,
        group=request.get("group") or f"family:{definition.family}",
        started_by=started_by,
        overrides=overrides.containers,
        cpu_override=overrides.cpu,
        memory_override=overrides.memory,
        ephemeral_storage=overrides.ephemeral_storage,
        task_role=overrides.task_role,
        execution_role=overrides.execution_role,
        subnets=network.subnets if network else (),
        security_groups=network.security_groups if network else (),
        assign_public_ip=network.assign_public_ip if network else False,
        exec_enabled=request.get("enableExecuteCommand") or False,
        reference_id=request.get("referenceId") or None,
        tags=_tags(request, cluster, definition),
    )
    check_exec(task.exec_enabled, cluster, definition, task.task_role)
    return task


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
