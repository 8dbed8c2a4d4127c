"""Stacks: made, changed and deleted by intent; the reconciler does it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from seaway.aws.call import Call
from seaway.aws.cloudformation.errors import AlreadyExistsException, ValidationError
from seaway.aws.cloudformation.lookup import find_stack, stack_of, tell
from seaway.aws.cloudformation.templates import intent_of, readable, same
from seaway.aws.operation import operation
from seaway.core.stack import Intent, Stack
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import cloudformation as shapes

UPDATABLE = frozenset(
    {
        "CREATE_COMPLETE",
        "UPDATE_COMPLETE",
        "UPDATE_ROLLBACK_COMPLETE",
        "IMPORT_COMPLETE",
        "CREATE_FAILED",
        "UPDATE_FAILED",
    }
)


def new_stack(call: Call, name: str, intent: Intent, status: str, request: Any) -> Stack:
    """A stack of this name with nothing in it yet."""
    if not re.fullmatch(r"[a-zA-Z][-a-zA-Z0-9]{0,127}", name):
        raise ValidationError(
            f"1 validation error detected: Value '{name}' at 'stackName' failed to satisfy "
            "constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*"
        )
    return Stack(
        id=call.arn("cloudformation", f"stack/{name}/{call.moment.uuid()}"),
        name=name,
        account=call.account,
        region=call.region,
        created_at=call.moment.now,
        status=status,
        reason="User Initiated",
        intent=intent,
        description=readable(intent.template).description if intent.template else "",
        capabilities=tuple(request.get("Capabilities") or ()),
        role=request.get("RoleARN"),
        notifications=tuple(request.get("NotificationARNs") or ()),
        token=request.get("ClientRequestToken"),
    )


@operation("cloudformation")
def create_stack(
    tx: Transaction, call: Call, request: shapes.CreateStackInput
) -> shapes.CreateStackOutput:
    """CloudFormation API: CreateStack."""
    name = request["StackName"]
    if find_stack(tx, call, name):
        raise AlreadyExistsException(f"Stack [{name}] already exists")
    on_failure = request.get("OnFailure")
    if on_failure and "DisableRollback" in request:
        raise ValidationError("You can specify only one of OnFailure and DisableRollback.")
    if request.get("DisableRollback"):
        on_failure = "DO_NOTHING"
    stack = replace(
        new_stack(call, name, intent_of(tx, call, request), "CREATE_IN_PROGRESS", request),
        on_failure=on_failure or "ROLLBACK",
        protected=request.get("EnableTerminationProtection", False),
    )
    tx.put(stack)
    tell(tx, stack, call.moment)
    return {"StackId": stack.id}


@operation("cloudformation")
def update_stack(
    tx: Transaction, call: Call, request: shapes.UpdateStackInput
) -> shapes.UpdateStackOutput:
    """CloudFormation API: UpdateStack."""
    stack = stack_of(tx, call, request["StackName"])
    check_updatable(stack)
    intent = intent_of(tx, call, request, stack)
    if same(stack.intent, intent):
        raise ValidationError("No updates are to be performed.")
    on_failure = "DO_NOTHING" if request.get("DisableRollback") else "ROLLBACK"
    stack = replace(
        begin_update(stack, intent, call.moment.now),
        on_failure=on_failure,
        capabilities=tuple(request.get("Capabilities") or ()),
        token=request.get("ClientRequestToken"),
    )
    tx.put(stack)
    tell(tx, stack, call.moment)
    return {"StackId": stack.id}


def check_updatable(stack: Stack) -> None:
    """ValidationError while something else happens to the stack, or it never came to be."""
    if stack.status not in UPDATABLE:
        raise ValidationError(
            f"Stack:{stack.id} is in {stack.status} state and can not be updated."
        )


def begin_update(stack: Stack, intent: Intent, now: float) -> Stack:
    """The stack on its way to the new intent, with the old one to come back to."""
    return replace(
        stack,
        intent=intent,
        previous=stack.intent,
        description=readable(intent.template).description,
        operation=stack.operation + 1,
        status="UPDATE_IN_PROGRESS",
        reason="User Initiated",
        updated_at=now,
    )


@operation("cloudformation")
def delete_stack(tx: Transaction, call: Call, request: shapes.DeleteStackInput) -> None:
    """Delete a stack and all it has; an unknown one is no error (CloudFormation API)."""
    stack = find_stack(tx, call, request["StackName"])
    if stack is None or stack.is_gone or stack.status == "DELETE_IN_PROGRESS":
        return
    if stack.protected:
        raise ValidationError(
            f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled"
        )
    stack = replace(
        stack,
        status="DELETE_IN_PROGRESS",
        reason="User Initiated",
        operation=stack.operation + 1,
        retain=tuple(request.get("RetainResources") or ()),
        token=request.get("ClientRequestToken"),
    )
    tx.put(stack)
    tell(tx, stack, call.moment)


@operation("cloudformation")
def update_termination_protection(
    tx: Transaction, call: Call, request: shapes.UpdateTerminationProtectionInput
) -> shapes.UpdateTerminationProtectionOutput:
    """CloudFormation API: UpdateTerminationProtection."""
    stack = stack_of(tx, call, request["StackName"])
    tx.put(replace(stack, protected=request["EnableTerminationProtection"]))
    return {"StackId": stack.id}
