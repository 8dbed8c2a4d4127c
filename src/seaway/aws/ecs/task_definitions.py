"""Task definitions: registered as revisions of a family, described, listed, retired."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.ecs.errors import ClientException, InvalidParameterException
from seaway.aws.ecs.parse_task_definition import parse_task_definition
from seaway.aws.ecs.references import at_most, definition_of, family_of, page, revisions_of
from seaway.aws.ecs.render_task_definition import render_task_definition
from seaway.aws.ecs.tagging import render_tags
from seaway.aws.errors import AwsError
from seaway.aws.operation import operation
from seaway.core.task_definition import DELETED, TaskDefinition
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import ecs as shapes

_STATUSES = ("ACTIVE", "INACTIVE", "DELETE_IN_PROGRESS")


@operation("ecs")
def register_task_definition(
    tx: Transaction, call: Call, request: shapes.RegisterTaskDefinitionRequest
) -> shapes.RegisterTaskDefinitionResponse:
    """Keep a new revision of a family; numbers are never used twice."""
    family = request["family"]
    before = next(revisions_of(tx, call, family), None)
    revision = before.revision + 1 if before else 1
    definition = parse_task_definition(
        request,
        arn=call.arn("ecs", f"task-definition/{family}:{revision}"),
        revision=revision,
        now=call.moment.now,
        by=f"arn:aws:iam::{call.account}:root",
    )
    tx.put(definition)
    return {
        "taskDefinition": render_task_definition(definition),
        "tags": render_tags(definition.tags),
    }


@operation("ecs")
def describe_task_definition(
    tx: Transaction, call: Call, request: shapes.DescribeTaskDefinitionRequest
) -> shapes.DescribeTaskDefinitionResponse:
    """A revision, or a family's newest ACTIVE one (API: DescribeTaskDefinition)."""
    definition = definition_of(tx, call, request["taskDefinition"])
    if definition is None:
        raise ClientException("Unable to describe task definition.")
    response: shapes.DescribeTaskDefinitionResponse = {
        "taskDefinition": render_task_definition(definition)
    }
    if "TAGS" in request.get("include", ()):
        response["tags"] = render_tags(definition.tags)
    return response


@operation("ecs")
def list_task_definitions(
    tx: Transaction, call: Call, request: shapes.ListTaskDefinitionsRequest
) -> shapes.ListTaskDefinitionsResponse:
    """ARNs by family and revision (API: ListTaskDefinitions)."""
    family, status = request.get("familyPrefix"), request.get("status") or "ACTIVE"
    if status not in _STATUSES:
        raise InvalidParameterException(f"Invalid status: {status}")
    mine = family_of(tx, call, family) if family else _own(tx, call)
    found = [definition for definition in mine if definition.status == status]
    found.sort(key=lambda d: (d.family, d.revision), reverse=request.get("sort") == "DESC")
    arns = [definition.arn for definition in found]
    scope = f"ListTaskDefinitions {family} {status} {request.get('sort')}"
    shown, more = page(arns, request, scope)
    response: shapes.ListTaskDefinitionsResponse = {"taskDefinitionArns": shown}
    if more:
        response["nextToken"] = more
    return response


@operation("ecs")
def list_task_definition_families(
    tx: Transaction, call: Call, request: shapes.ListTaskDefinitionFamiliesRequest
) -> shapes.ListTaskDefinitionFamiliesResponse:
    """Families by name; INACTIVE ones have no ACTIVE revision left."""
    prefix, status = request.get("familyPrefix") or "", request.get("status") or "ALL"
    active: dict[str, bool] = {}
    for definition in _own(tx, call):
        if definition.family.startswith(prefix):
            living = definition.status == "ACTIVE"
            active[definition.family] = active.get(definition.family, False) or living
    names = sorted(
        name for name, lives in active.items() if status == "ALL" or lives == (status == "ACTIVE")
    )
    shown, more = page(names, request, f"ListTaskDefinitionFamilies {prefix} {status}")
    response: shapes.ListTaskDefinitionFamiliesResponse = {"families": shown}
    if more:
        response["nextToken"] = more
    return response


@operation("ecs")
def deregister_task_definition(
    tx: Transaction, call: Call, request: shapes.DeregisterTaskDefinitionRequest
) -> shapes.DeregisterTaskDefinitionResponse:
    """Make a revision INACTIVE; what runs it goes on running."""
    given = request["taskDefinition"]
    if ":" not in given:
        raise ClientException("Task definition revision must be specified.")
    definition = definition_of(tx, call, given)
    if definition is None:
        raise ClientException("The specified task definition does not exist.")
    if definition.status == "ACTIVE":
        definition = replace(definition, status="INACTIVE", deregistered_at=call.moment.now)
        tx.put(definition)
    return {"taskDefinition": render_task_definition(definition)}


@operation("ecs")
def delete_task_definitions(
    tx: Transaction, call: Call, request: shapes.DeleteTaskDefinitionsRequest
) -> shapes.DeleteTaskDefinitionsResponse:
    """Mark INACTIVE revisions for deletion, up to ten (API: DeleteTaskDefinitions)."""
    names = request["taskDefinitions"]
    at_most(names, 10, "taskDefinitions")
    response: shapes.DeleteTaskDefinitionsResponse = {"taskDefinitions": [], "failures": []}
    for name in names:
        try:
            definition = _deletable(tx, call, name)
        except AwsError as refusal:
            response["failures"].append({"arn": name, "reason": refusal.message})
            continue
        if definition.status == "INACTIVE":
            now = call.moment.now
            definition = replace(definition, status="DELETE_IN_PROGRESS", delete_requested_at=now)
            tx.put(definition)
        response["taskDefinitions"].append(render_task_definition(definition))
    return response


def _deletable(tx: Transaction, call: Call, name: str) -> TaskDefinition:
    if ":" not in name:
        raise ClientException("Task definition revision must be specified.")
    definition = definition_of(tx, call, name)
    if definition is None:
        raise ClientException("The specified task definition does not exist.")
    if definition.status == "ACTIVE":
        raise ClientException(
            "The specified task definition is still in ACTIVE status. Please deregister the "
            "target and try again."
        )
    return definition


def _own(tx: Transaction, call: Call) -> list[TaskDefinition]:
    home = call.arn("ecs", "task-definition/")
    own = (d for d in tx.where(TaskDefinition) if d.arn.startswith(home))
    return [definition for definition in own if definition.status != DELETED]
