"""Tags of every taggable ECS resource, by ARN."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.ecs.errors import (
    ClusterNotFoundException,
    InvalidParameterException,
    ResourceNotFoundException,
)
from seaway.aws.ecs.tagging import merged, parse_tags, render_tags
from seaway.aws.operation import operation
from seaway.aws.tags import without
from seaway.core.capacity import ContainerInstance
from seaway.core.cluster import CapacityProvider, Cluster
from seaway.core.service import Service
from seaway.core.task import Task
from seaway.core.task_definition import TaskDefinition
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import ecs as shapes

Taggable = Cluster | Service | Task | TaskDefinition | ContainerInstance | CapacityProvider


@operation("ecs")
def tag_resource(
    tx: Transaction, call: Call, request: shapes.TagResourceRequest
) -> shapes.TagResourceResponse:
    """Put tags on a resource (API: TagResource)."""
    resource = _resource(tx, call, request["resourceArn"])
    tx.put(replace(resource, tags=merged(resource.tags, parse_tags(request["tags"]))))
    return {}


@operation("ecs")
def untag_resource(
    tx: Transaction, call: Call, request: shapes.UntagResourceRequest
) -> shapes.UntagResourceResponse:
    """Take tags off a resource by their keys (API: UntagResource)."""
    resource = _resource(tx, call, request["resourceArn"])
    tx.put(replace(resource, tags=without(resource.tags, request["tagKeys"])))
    return {}


@operation("ecs")
def list_tags_for_resource(
    tx: Transaction, call: Call, request: shapes.ListTagsForResourceRequest
) -> shapes.ListTagsForResourceResponse:
    """A resource's tags (API: ListTagsForResource)."""
    return {"tags": render_tags(_resource(tx, call, request["resourceArn"]).tags)}


def _resource(tx: Transaction, call: Call, arn: str) -> Taggable:
    """The resource an ARN names.

    Raises InvalidParameterException for what is no ECS ARN of this region and account,
    ClusterNotFoundException or ResourceNotFoundException when nothing is there.
    """
    home = call.arn("ecs", "")
    if not arn.startswith(home):
        raise InvalidParameterException("Invalid resource ARN.")
    kind = arn.removeprefix(home).split("/", 1)[0]
    found: Taggable | None
    match kind:
        case "cluster":
            found = tx.find(Cluster, arn)
            if found is None:
                raise ClusterNotFoundException("Cluster not found.")
        case "service":
            found = tx.find(Service, arn)
        case "task":
            found = tx.find(Task, arn)
        case "task-definition":
            found = tx.find(TaskDefinition, arn)
        case "container-instance":
            found = tx.find(ContainerInstance, arn)
        case "capacity-provider":
            found = tx.find(CapacityProvider, arn)
        case _:
            raise InvalidParameterException("Invalid resource ARN.")
    if found is None:
        raise ResourceNotFoundException("The specified resource wasn't found.")
    return found
