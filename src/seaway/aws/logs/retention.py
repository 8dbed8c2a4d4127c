"""How long a group's events are kept."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.logs.errors import InvalidParameterException
from seaway.aws.logs.lookup import group_named
from seaway.aws.operation import operation
from seaway.core.logs import RETENTION_DAYS
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import logs as shapes


@operation("logs")
def put_retention_policy(
    tx: Transaction, call: Call, request: shapes.PutRetentionPolicyRequest
) -> None:
    """Keep the group's events so many days and no longer."""
    days = request["retentionInDays"]
    if days not in RETENTION_DAYS:
        allowed = ", ".join(map(str, RETENTION_DAYS))
        raise InvalidParameterException(
            f"1 validation error detected: Value '{days}' at 'retentionInDays' failed to "
            f"satisfy constraint: Member must satisfy enum value set: [{allowed}]"
        )
    group = group_named(tx, call, request["logGroupName"])
    tx.put(replace(group, retention_days=days))


@operation("logs")
def delete_retention_policy(
    tx: Transaction, call: Call, request: shapes.DeleteRetentionPolicyRequest
) -> None:
    """Keep the group's events for ever."""
    group = group_named(tx, call, request["logGroupName"])
    tx.put(replace(group, retention_days=None))
