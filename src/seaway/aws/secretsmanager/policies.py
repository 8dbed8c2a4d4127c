"""Resource policies: kept and given back; who may do what is not decided here."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from seaway.aws.call import Call
from seaway.aws.operation import operation
from seaway.aws.secretsmanager import lookup
from seaway.aws.secretsmanager.errors import (
    MalformedPolicyDocumentException,
    PublicPolicyException,
    not_built,
)
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import secretsmanager as shapes


@operation("secretsmanager")
def put_resource_policy(
    tx: Transaction, call: Call, request: shapes.PutResourcePolicyRequest
) -> shapes.PutResourcePolicyResponse:
    """Keep a policy (API: PutResourcePolicy)."""
    if request.get("PolicyName"):
        raise not_built("PolicyName")
    found = lookup.usable(tx, call, request["SecretId"])
    statements = _statements(request["ResourcePolicy"])
    if request.get("BlockPublicPolicy") and any(_is_public(one) for one in statements):
        raise PublicPolicyException(
            "The BlockPublicPolicy parameter is set to true, and the resource policy did not "
            "prevent broad access to the secret."
        )
    tx.put(replace(found, policy=request["ResourcePolicy"]))
    return {"ARN": found.arn, "Name": found.name}


@operation("secretsmanager")
def get_resource_policy(
    tx: Transaction, call: Call, request: shapes.GetResourcePolicyRequest
) -> shapes.GetResourcePolicyResponse:
    """The policy, if there is one (API: GetResourcePolicy)."""
    if request.get("PolicyName"):
        raise not_built("PolicyName")
    found = lookup.usable(tx, call, request["SecretId"])
    answer: shapes.GetResourcePolicyResponse = {"ARN": found.arn, "Name": found.name}
    if found.policy is not None:
        answer["ResourcePolicy"] = found.policy
    return answer


@operation("secretsmanager")
def delete_resource_policy(
    tx: Transaction, call: Call, request: shapes.DeleteResourcePolicyRequest
) -> shapes.DeleteResourcePolicyResponse:
    """Drop the policy (API: DeleteResourcePolicy)."""
    if request.get("PolicyName"):
        raise not_built("PolicyName")
    found = lookup.usable(tx, call, request["SecretId"])
    tx.put(replace(found, policy=None))
    return {"ARN": found.arn, "Name": found.name}


def _statements(text: str) -> list[dict[str, Any]]:
    try:
        tree = json.loads(text)
    except ValueError as error:
        raise MalformedPolicyDocumentException("This resource policy is not JSON.") from error
    given = tree.get("Statement") if isinstance(tree, dict) else None
    statements = [given] if isinstance(given, dict) else given
    if not isinstance(statements, list) or not all(isinstance(s, dict) for s in statements):
        raise MalformedPolicyDocumentException(
            "This resource policy contains a syntax error: it has no statements."
        )
    if not all(s.get("Effect") in ("Allow", "Deny") for s in statements):
        raise MalformedPolicyDocumentException(
            "This resource policy contains a statement without Allow or Deny as its Effect."
        )
    return statements


def _is_public(statement: dict[str, Any]) -> bool:
    principal = statement.get("Principal")
    everyone = principal == "*" or (isinstance(principal, dict) and "*" in principal.values())
    return statement["Effect"] == "Allow" and everyone and not statement.get("Condition")
