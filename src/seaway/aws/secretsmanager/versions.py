"""Versions of a secret, and the stages that stand on them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.instants import instant
from seaway.aws.operation import operation
from seaway.aws.secretsmanager import lookup
from seaway.aws.secretsmanager.errors import InvalidParameterException, ResourceNotFoundException
from seaway.aws.secretsmanager.filters import paged
from seaway.core.stored_secrets import CURRENT, SecretVersion, StoredSecret, with_stage
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import secretsmanager as shapes


@operation("secretsmanager")
def list_secret_version_ids(
    tx: Transaction, call: Call, request: shapes.ListSecretVersionIdsRequest
) -> shapes.ListSecretVersionIdsResponse:
    """The versions with stages; with IncludeDeprecated the others too (API)."""
    found = lookup.secret(tx, call, request["SecretId"])
    everything = request.get("IncludeDeprecated", False)
    versions = [one for one in found.versions if one.stages or everything]
    some, token = paged(
        versions,
        request.get("NextToken"),
        request.get("MaxResults", 100),
        f"versions {found.arn} {everything}",
    )
    answer: shapes.ListSecretVersionIdsResponse = {
        "ARN": found.arn,
        "Name": found.name,
        "Versions": [_rendered(one) for one in some],
    }
    if token:
        answer["NextToken"] = token
    return answer


@operation("secretsmanager")
def update_secret_version_stage(
    tx: Transaction, call: Call, request: shapes.UpdateSecretVersionStageRequest
) -> shapes.UpdateSecretVersionStageResponse:
    """Move a stage from one version to another, or take it off or put it on (API)."""
    found = lookup.usable(tx, call, request["SecretId"])
    stage = request["VersionStage"]
    leaves, reaches = request.get("RemoveFromVersionId"), request.get("MoveToVersionId")
    for version_id in (leaves, reaches):
        if version_id is not None and found.version(version_id, None) is None:
            raise ResourceNotFoundException(
                f"Secrets Manager can't find the specified secret value for VersionId: {version_id}"
            )
    _check_move(found, stage, leaves, reaches)
    changed = with_stage(found, stage, leaves, reaches)
    tx.put(replace(changed, changed_at=call.moment.now))
    return {"ARN": found.arn, "Name": found.name}


def _check_move(found: StoredSecret, stage: str, leaves: str | None, reaches: str | None) -> None:
    holder = found.version(None, stage)
    if holder is not None and holder.id not in (leaves, reaches):
        told = "can't be empty" if leaves is None else f"is {leaves}"
        raise InvalidParameterException(
            f"The parameter RemoveFromVersionId {told}. Staging label {stage} is currently "
            f"attached to version {holder.id}, so you must explicitly reference that version in "
            "RemoveFromVersionId."
        )
    if leaves is not None and (holder is None or holder.id != leaves):
        raise InvalidParameterException(
            f"The staging label {stage} is not attached to version {leaves}."
        )
    if stage == CURRENT and reaches is None:
        raise InvalidParameterException(
            f"You can only move staging label {CURRENT} to a different secret version. It can’t be "
            "completely removed."
        )


def _rendered(version: SecretVersion) -> shapes.SecretVersionsListEntry:
    return {
        "VersionId": version.id,
        "VersionStages": list(version.stages),
        "CreatedDate": instant(version.created_at),
    }
