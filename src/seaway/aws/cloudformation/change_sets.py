"""Change sets: what a stack would become, shown before it is done."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from seaway.aws.call import Call
from seaway.aws.cloudformation.errors import (
    AlreadyExistsException,
    ChangeSetNotFound,
    InvalidChangeSetStatus,
    ValidationError,
)
from seaway.aws.cloudformation.lookup import (
    find_stack,
    paged,
    shown_parameters,
    shown_tags,
    stack_of,
    tell,
)
from seaway.aws.cloudformation.stacks import begin_update, check_updatable, new_stack
from seaway.aws.cloudformation.templates import intent_of, readable, same
from seaway.aws.instants import instant
from seaway.aws.operation import operation
from seaway.core.intrinsics import Scope, holds, resolve, split_parameters
from seaway.core.names import Place
from seaway.core.stack import ChangeSet, Intent, Stack, StackResource
from seaway.core.template import TemplateProblem
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import cloudformation as shapes

NO_CHANGES = (
    "The submitted information didn't contain changes. Submit different information to create a "
    "change set."
)


@operation("cloudformation")
def create_change_set(
    tx: Transaction, call: Call, request: shapes.CreateChangeSetInput
) -> shapes.CreateChangeSetOutput:
    """Work out what would change (CloudFormation API: CreateChangeSet); imports are not built."""
    kind = request.get("ChangeSetType", "UPDATE")
    if kind not in ("CREATE", "UPDATE"):
        raise ValidationError(f"ChangeSetType {kind} is not supported by Seaway yet.")
    stack = _stack_for(tx, call, request, kind)
    name = request["ChangeSetName"]
    for held in tx.where(ChangeSet, stack=stack.id):
        if held.name == name:
            raise AlreadyExistsException(
                f"ChangeSet {name} cannot be created due to a mismatch "
                "with existing attribute Id or name"
            )
    intent = intent_of(tx, call, request, stack if kind == "UPDATE" else None)
    changes = _changes(tx, stack, intent)
    empty = not changes and kind == "UPDATE" and same(stack.intent, intent)
    change_set = ChangeSet(
        id=call.arn("cloudformation", f"changeSet/{name}/{call.moment.uuid()}"),
        name=name,
        stack=stack.id,
        created_at=call.moment.now,
        kind=kind,
        intent=intent,
        status="FAILED" if empty else "CREATE_COMPLETE",
        execution="UNAVAILABLE" if empty else "AVAILABLE",
        reason=NO_CHANGES if empty else None,
        description=request.get("Description"),
        capabilities=tuple(request.get("Capabilities") or ()),
        changes=json.dumps(changes),
        on_failure=request.get("OnStackFailure"),
    )
    tx.put(change_set)
    return {"Id": change_set.id, "StackId": stack.id}


def _stack_for(
    tx: Transaction, call: Call, request: shapes.CreateChangeSetInput, kind: str
) -> Stack:
    name = request["StackName"]
    stack = find_stack(tx, call, name)
    if kind == "UPDATE":
        if stack is None or stack.status == "REVIEW_IN_PROGRESS":
            raise ValidationError(f"Stack [{name}] does not exist")
        check_updatable(stack)
        return stack
    if stack is not None and stack.status != "REVIEW_IN_PROGRESS":
        raise ValidationError(
            f"Stack [{name}] already exists and cannot be created again with "
            f"the changeSet [{request['ChangeSetName']}]."
        )
    if stack is None:
        stack = new_stack(call, name, Intent(template=""), "REVIEW_IN_PROGRESS", request)
        tx.put(stack)
        tell(tx, stack, call.moment)
    return stack


def _changes(tx: Transaction, stack: Stack, intent: Intent) -> list[dict[str, Any]]:
    """Resources that would be added, changed or removed, as the API shows changes."""
    template = readable(intent.template)
    held = {r.logical: r for r in tx.where(StackResource, stack=stack.id) if not r.replaced}
    held = {name: row for name, row in held.items() if not row.status.startswith("DELETE")}
    try:
        scope = Scope(
            template=template,
            place=Place(account=stack.account, region=stack.region),
            stack_id=stack.id,
            stack_name=stack.name,
            parameters=split_parameters(template, dict(intent.parameters), intent.stored),
            physical={name: row.physical for name, row in held.items()},
            attributes={name: json.loads(row.attributes) for name, row in held.items()},
        )
        wanted = {r.name: r for r in template.resources.values() if holds(scope, r.condition)}
    except TemplateProblem as problem:
        raise ValidationError(str(problem)) from problem
    changes = []
    for name, resource in wanted.items():
        row = held.get(name)
        if row is None:
            changes.append(_change("Add", name, resource.type))
        elif row.type != resource.type:
            changes.append(_change("Modify", name, resource.type, row.physical, "True"))
        else:
            try:
                now = json.loads(json.dumps(resolve(scope, dict(resource.properties))))
            except TemplateProblem:
                now = None
            old = json.loads(row.properties)
            if now != old:
                change = _change("Modify", name, row.type, row.physical, "Conditional")
                change["ResourceChange"]["Details"] = _details(old, now)
                changes.append(change)
    changes += [
        _change("Remove", name, row.type, row.physical)
        for name, row in held.items()
        if name not in wanted
    ]
    return changes


def _details(old: dict[str, Any], now: dict[str, Any] | None) -> list[dict[str, Any]]:
    """The properties that change; none are named while one hangs on what is yet to be made."""
    return [
        {
            "Target": {
                "Attribute": "Properties",
                "Name": name,
                "RequiresRecreation": "Conditionally",
            },
            "Evaluation": "Static",
            "ChangeSource": "DirectModification",
        }
        for name in sorted({*old, *(now or {})})
        if now is not None and old.get(name) != now.get(name)
    ]


def _change(
    action: str, name: str, kind: str, physical: str | None = None, replaced: str | None = None
) -> dict[str, Any]:
    body: dict[str, Any] = {
        "Action": action,
        "LogicalResourceId": name,
        "ResourceType": kind,
        "Scope": ["Properties"] if action == "Modify" else [],
        "Details": [],
    }
    if physical:
        body["PhysicalResourceId"] = physical
    if replaced:
        body["Replacement"] = replaced
    return {"Type": "Resource", "ResourceChange": body}


def change_set_of(
    tx: Transaction, call: Call, name: str, stack_name: str | None
) -> tuple[ChangeSet, Stack]:
    """A change set by ARN, or by name within its stack."""
    if name.startswith("arn:"):
        found = tx.find(ChangeSet, name)
        stack = tx.find(Stack, found.stack) if found else None
        if found and stack and stack.account == call.account:
            return found, stack
        raise ChangeSetNotFound(f"ChangeSet [{name}] does not exist")
    stack = stack_of(tx, call, stack_name)
    for found in tx.where(ChangeSet, stack=stack.id):
        if found.name == name:
            return found, stack
    raise ChangeSetNotFound(f"ChangeSet [{name}] does not exist")


@operation("cloudformation")
def describe_change_set(
    tx: Transaction, call: Call, request: shapes.DescribeChangeSetInput
) -> shapes.DescribeChangeSetOutput:
    """CloudFormation API: DescribeChangeSet."""
    found, stack = change_set_of(tx, call, request["ChangeSetName"], request.get("StackName"))
    changes: list[shapes.Change] = json.loads(found.changes)
    some, token = paged(changes, request, f"DescribeChangeSet {found.id}")
    template = readable(found.intent.template)
    row: shapes.DescribeChangeSetOutput = {
        "ChangeSetName": found.name,
        "ChangeSetId": found.id,
        "StackId": stack.id,
        "StackName": stack.name,
        "Parameters": shown_parameters(template, found.intent),
        "CreationTime": instant(found.created_at),
        "ExecutionStatus": found.execution,
        "Status": found.status,
        "NotificationARNs": [],
        "RollbackConfiguration": {},
        "Capabilities": list(found.capabilities),
        "Tags": shown_tags(found.intent.tags),
        "Changes": list(some),
        "IncludeNestedStacks": False,
    }
    if found.reason:
        row["StatusReason"] = found.reason
    if found.description:
        row["Description"] = found.description
    if found.on_failure:
        row["OnStackFailure"] = found.on_failure
    if token:
        row["NextToken"] = token
    return row


@operation("cloudformation")
def list_change_sets(
    tx: Transaction, call: Call, request: shapes.ListChangeSetsInput
) -> shapes.ListChangeSetsOutput:
    """CloudFormation API: ListChangeSets."""
    stack = stack_of(tx, call, request["StackName"])
    some, token = paged(tx.where(ChangeSet, stack=stack.id), request, f"Sets {stack.id}")
    rows: list[shapes.ChangeSetSummary] = []
    for found in some:
        row: shapes.ChangeSetSummary = {
            "StackId": stack.id,
            "StackName": stack.name,
            "ChangeSetId": found.id,
            "ChangeSetName": found.name,
            "ExecutionStatus": found.execution,
            "Status": found.status,
            "CreationTime": instant(found.created_at),
        }
        if found.reason:
            row["StatusReason"] = found.reason
        if found.description:
            row["Description"] = found.description
        rows.append(row)
    answer: shapes.ListChangeSetsOutput = {"Summaries": rows}
    if token:
        answer["NextToken"] = token
    return answer


@operation("cloudformation")
def execute_change_set(
    tx: Transaction, call: Call, request: shapes.ExecuteChangeSetInput
) -> shapes.ExecuteChangeSetOutput:
    """Make the stack what the set says; its other sets are void (ExecuteChangeSet)."""
    found, stack = change_set_of(tx, call, request["ChangeSetName"], request.get("StackName"))
    if found.execution != "AVAILABLE":
        raise InvalidChangeSetStatus(
            f"ChangeSet [{found.id}] cannot be executed in its current status of [{found.status}]"
        )
    if found.kind == "CREATE":
        stack = replace(
            stack,
            intent=found.intent,
            description=readable(found.intent.template).description,
            status="CREATE_IN_PROGRESS",
            reason="User Initiated",
        )
    else:
        check_updatable(stack)
        stack = begin_update(stack, found.intent, call.moment.now)
    on_failure = found.on_failure or "ROLLBACK"
    stack = replace(
        stack,
        on_failure="DO_NOTHING" if request.get("DisableRollback") else on_failure,
        capabilities=found.capabilities,
        change_set=found.id,
        token=request.get("ClientRequestToken"),
    )
    tx.put(stack)
    tell(tx, stack, call.moment)
    for other in tx.where(ChangeSet, stack=stack.id):
        if other.id != found.id:
            tx.drop(other)
    tx.put(replace(found, execution="EXECUTE_COMPLETE"))
    return {}


@operation("cloudformation")
def delete_change_set(
    tx: Transaction, call: Call, request: shapes.DeleteChangeSetInput
) -> shapes.DeleteChangeSetOutput:
    """Drop a change set; one that is not there is no error (CloudFormation: DeleteChangeSet)."""
    try:
        found, _ = change_set_of(tx, call, request["ChangeSetName"], request.get("StackName"))
    except ChangeSetNotFound:
        return {}
    tx.drop(found)
    return {}
