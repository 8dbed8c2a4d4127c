"""Secrets go, after a time in which they can be had back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.instants import instant
from seaway.aws.operation import operation
from seaway.aws.secretsmanager import lookup
from seaway.aws.secretsmanager.errors import InvalidParameterException, marked
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import secretsmanager as shapes

DAY = 86_400
LONGEST_WINDOW, SHORTEST_WINDOW = 30, 7
"""Days of recovery (API: DeleteSecret)."""


@operation("secretsmanager")
def delete_secret(
    tx: Transaction, call: Call, request: shapes.DeleteSecretRequest
) -> shapes.DeleteSecretResponse:
    """Mark a secret for deletion, or drop it at once (API: DeleteSecret)."""
    force = request.get("ForceDeleteWithoutRecovery", False)
    days = request.get("RecoveryWindowInDays")
    if force and days is not None:
        raise InvalidParameterException(
            "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays."
        )
    if days is not None and not SHORTEST_WINDOW <= days <= LONGEST_WINDOW:
        raise InvalidParameterException(
            f"The RecoveryWindowInDays value must be between {SHORTEST_WINDOW} and "
            f"{LONGEST_WINDOW} days (inclusive)."
        )
    found = lookup.secret(tx, call, request["SecretId"])
    now = call.moment.now
    if force:
        tx.drop(found)
        return {"ARN": found.arn, "Name": found.name, "DeletionDate": instant(now)}
    if found.deleted_at is not None:
        raise marked()
    gone = now + (LONGEST_WINDOW if days is None else days) * DAY
    tx.put(replace(found, deleted_at=now, gone_at=gone))
    return {"ARN": found.arn, "Name": found.name, "DeletionDate": instant(gone)}


@operation("secretsmanager")
def restore_secret(
    tx: Transaction, call: Call, request: shapes.RestoreSecretRequest
) -> shapes.RestoreSecretResponse:
    """A secret that was marked for deletion stays (API: RestoreSecret)."""
    found = lookup.secret(tx, call, request["SecretId"])
    tx.put(replace(found, deleted_at=None, gone_at=None))
    return {"ARN": found.arn, "Name": found.name}
