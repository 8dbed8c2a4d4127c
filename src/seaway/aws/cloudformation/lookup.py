"""Stacks by name or ARN, and how stacks and their parts are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from seaway.aws.call import Call
from seaway.aws.cloudformation.errors import ValidationError
from seaway.aws.paging import BadToken, page
from seaway.core.moment import Moment
from seaway.core.names import Tags
from seaway.core.stack import STACK_TYPE, Intent, Stack, StackEvent
from seaway.core.template import Template
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import cloudformation as shapes

N = TypeVar("N")
PAGE = 100


def find_stack(tx: Transaction, call: Call, name: str) -> Stack | None:
    """The caller's stack of this ARN, deleted or not; or the living one of this name."""
    if name.startswith("arn:"):
        stack = tx.find(Stack, name)
        return stack if stack and stack.account == call.account else None
    for stack in reversed(tx.where(Stack, name=name)):
        here = (stack.account, stack.region) == (call.account, call.region)
        if here and not stack.is_gone:
            return stack
    return None


def stack_of(tx: Transaction, call: Call, name: str | None) -> Stack:
    """The stack, or CloudFormation's refusal."""
    if not name:
        raise ValidationError("Stack name must be specified")
    stack = find_stack(tx, call, name)
    if stack is None:
        raise ValidationError(f"Stack with id {name} does not exist")
    return stack


def own_stacks(tx: Transaction, call: Call) -> list[Stack]:
    """The caller's stacks, newest first, deleted ones too."""
    return [
        stack
        for stack in reversed(tx.where(Stack))
        if (stack.account, stack.region) == (call.account, call.region)
    ]


def paged(
    items: Sequence[N], request: Mapping[str, Any], scope: str
) -> tuple[Sequence[N], str | None]:
    """One page of a hundred."""
    try:
        return page(items, request.get("NextToken"), PAGE, scope)
    except BadToken as error:
        raise ValidationError("NextToken is not valid.") from error


def tell(tx: Transaction, stack: Stack, moment: Moment) -> None:
    """Write the stack's new status into its story."""
    tx.put(
        StackEvent(
            id=moment.uuid(),
            stack=stack.id,
            stack_name=stack.name,
            at=moment.now,
            logical=stack.name,
            physical=stack.id,
            type=STACK_TYPE,
            status=stack.status,
            reason=stack.reason,
            token=stack.token,
        )
    )


def shown_tags(tags: Tags) -> list[shapes.Tag]:
    """Tags as CloudFormation shows them."""
    return [{"Key": key, "Value": value} for key, value in tags]


def shown_parameters(template: Template, intent: Intent) -> list[shapes.Parameter]:
    """Parameters with their values; NoEcho ones as stars."""
    rows: list[shapes.Parameter] = []
    for key, value in intent.parameters:
        declared = template.parameters.get(key)
        hidden = declared is not None and declared.no_echo
        row: shapes.Parameter = {"ParameterKey": key, "ParameterValue": "****" if hidden else value}
        stored = intent.stored(value) if declared is not None and declared.is_stored else None
        if stored is not None:
            row["ResolvedValue"] = "****" if hidden else stored
        rows.append(row)
    return rows
