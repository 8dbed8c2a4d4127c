"""A function's policy: kept and shown; who may call what is not decided here."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from seaway.aws.call import Call
from seaway.aws.lambda_ import lookup
from seaway.aws.lambda_.errors import (
    ResourceConflictException,
    ResourceNotFoundException,
    not_built,
)
from seaway.aws.operation import operation
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import lambda_ as shapes

_UNBUILT = ("FunctionUrlAuthType", "InvokedViaFunctionUrl", "EventSourceToken")


@operation("lambda")
def add_permission(
    tx: Transaction, call: Call, request: shapes.AddPermissionRequest
) -> shapes.AddPermissionResponse:
    """One more statement (API: AddPermission)."""
    for member in _UNBUILT:
        if request.get(member):
            raise not_built(member)
    found = lookup.function(tx, call, request["FunctionName"], request.get("Qualifier"))
    lookup.check_revision(found, request.get("RevisionId"))
    sid = request["StatementId"]
    if sid in dict(found.permissions):
        raise ResourceConflictException(
            f"The statement id ({sid}) provided already exists. Please provide a new statement id, "
            "or remove the existing statement."
        )
    statement = json.dumps(_statement(request, found.arn), separators=(",", ":"))
    changed = replace(
        found,
        permissions=(*found.permissions, (sid, statement)),
        revision=call.moment.uuid(),
    )
    tx.put(changed)
    return {"Statement": statement}


@operation("lambda")
def remove_permission(tx: Transaction, call: Call, request: shapes.RemovePermissionRequest) -> None:
    """A statement less (API: RemovePermission)."""
    found = lookup.function(tx, call, request["FunctionName"], request.get("Qualifier"))
    lookup.check_revision(found, request.get("RevisionId"))
    sid = request["StatementId"]
    if sid not in dict(found.permissions):
        raise ResourceNotFoundException(f"Statement {sid} is not found in resource policy.")
    left = tuple(one for one in found.permissions if one[0] != sid)
    tx.put(replace(found, permissions=left, revision=call.moment.uuid()))


@operation("lambda")
def get_policy(
    tx: Transaction, call: Call, request: shapes.GetPolicyRequest
) -> shapes.GetPolicyResponse:
    """All statements (API: GetPolicy)."""
    found = lookup.function(tx, call, request["FunctionName"], request.get("Qualifier"))
    if not found.permissions:
        raise ResourceNotFoundException("The resource you requested does not exist.")
    policy = {
        "Version": "2012-10-17",
        "Id": "default",
        "Statement": [json.loads(statement) for _, statement in found.permissions],
    }
    return {"Policy": json.dumps(policy, separators=(",", ":")), "RevisionId": found.revision}


def _statement(request: shapes.AddPermissionRequest, arn: str) -> dict[str, Any]:
    principal = request["Principal"]
    conditions: dict[str, Any] = {}
    if "SourceArn" in request:
        conditions["ArnLike"] = {"AWS:SourceArn": request["SourceArn"]}
    if "SourceAccount" in request:
        conditions["StringEquals"] = {"AWS:SourceAccount": request["SourceAccount"]}
    if "PrincipalOrgID" in request:
        conditions.setdefault("StringEquals", {})["aws:PrincipalOrgID"] = request["PrincipalOrgID"]
    if principal == "*":
        who: Any = "*"
    elif principal.endswith(".amazonaws.com"):
        who = {"Service": principal}
    else:
        who = {"AWS": f"arn:aws:iam::{principal}:root" if principal.isdigit() else principal}
    statement: dict[str, Any] = {
        "Sid": request["StatementId"],
        "Effect": "Allow",
        "Principal": who,
        "Action": request["Action"],
        "Resource": arn,
    }
    if conditions:
        statement["Condition"] = conditions
    return statement
