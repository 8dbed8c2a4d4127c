"""What secrets there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.instants import instant
from seaway.aws.operation import operation
from seaway.aws.secretsmanager.filters import chosen, paged
from seaway.aws.secretsmanager.tags import render_tags
from seaway.core.stored_secrets import StoredSecret
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import secretsmanager as shapes


@operation("secretsmanager")
def list_secrets(
    tx: Transaction, call: Call, request: shapes.ListSecretsRequest
) -> shapes.ListSecretsResponse:
    """The caller's secrets without their values (API: ListSecrets)."""
    filters = request.get("Filters", [])
    planned = request.get("IncludePlannedDeletion", False)
    found = chosen(tx, call, filters, planned=planned)
    by, newest_first = request.get("SortBy", "created-date"), request.get("SortOrder") == "desc"
    found.sort(key=lambda one: _order(one, by), reverse=newest_first)
    some, token = paged(
        found,
        request.get("NextToken"),
        request.get("MaxResults", 100),
        f"secrets {filters} {planned} {by} {newest_first}",
    )
    answer: shapes.ListSecretsResponse = {"SecretList": [_rendered(one) for one in some]}
    if token:
        answer["NextToken"] = token
    return answer


def _order(secret: StoredSecret, by: str) -> tuple[float, str]:
    if by == "name":
        return 0.0, secret.name
    times = {
        "last-accessed-date": secret.accessed_at or 0.0,
        "last-changed-date": secret.changed_at,
    }
    return times.get(by, secret.created_at), ""


def _rendered(found: StoredSecret) -> shapes.SecretListEntry:
    shown: shapes.SecretListEntry = {
        "ARN": found.arn,
        "Name": found.name,
        "LastChangedDate": instant(found.changed_at),
        "CreatedDate": instant(found.created_at),
        "Tags": render_tags(found.tags),
        "SecretVersionsToStages": {v.id: list(v.stages) for v in found.versions if v.stages},
    }
    if found.description is not None:
        shown["Description"] = found.description
    if found.kms_key is not None:
        shown["KmsKeyId"] = found.kms_key
    if found.accessed_at is not None:
        shown["LastAccessedDate"] = instant(found.accessed_at)
    if found.deleted_at is not None:
        shown["DeletedDate"] = instant(found.deleted_at)
    return shown
