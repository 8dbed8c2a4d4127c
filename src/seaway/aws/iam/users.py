"""The account's root is its only user."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.iam.documents import instant
from seaway.aws.iam.errors import NoSuchEntity
from seaway.aws.operation import operation
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import iam as shapes


@operation("iam")
def get_user(tx: Transaction, call: Call, request: shapes.GetUserRequest) -> shapes.GetUserResponse:
    """The caller, which is the root user; others do not exist (IAM API: GetUser)."""
    name = request.get("UserName")
    if name:
        raise NoSuchEntity(f"The user with name {name} cannot be found.")
    return {
        "User": {
            "Path": "/",
            "UserName": "root",
            "UserId": call.account,
            "Arn": f"arn:aws:iam::{call.account}:root",
            "CreateDate": instant(0.0),
        }
    }


@operation("iam")
def list_users(
    tx: Transaction, call: Call, request: shapes.ListUsersRequest
) -> shapes.ListUsersResponse:
    """There are none beside root (IAM API: ListUsers)."""
    return {"Users": [], "IsTruncated": False}


@operation("iam")
def list_account_aliases(
    tx: Transaction, call: Call, request: shapes.ListAccountAliasesRequest
) -> shapes.ListAccountAliasesResponse:
    """There are none (IAM API: ListAccountAliases)."""
    return {"AccountAliases": [], "IsTruncated": False}
