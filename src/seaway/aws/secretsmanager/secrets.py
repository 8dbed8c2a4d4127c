"""Secrets: made, changed, described."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.errors import ValidationException
from seaway.aws.instants import instant
from seaway.aws.operation import operation
from seaway.aws.secretsmanager import lookup
from seaway.aws.secretsmanager.content import content_of, token_of, version_put
from seaway.aws.secretsmanager.errors import (
    InvalidRequestException,
    ResourceExistsException,
    not_built,
)
from seaway.aws.secretsmanager.tags import parse_tags, render_tags
from seaway.core.stored_secrets import CURRENT, StoredSecret
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import secretsmanager as shapes

_NAME = re.compile(r"[A-Za-z0-9/_+=.@!-]{1,512}")
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


@operation("secretsmanager")
def create_secret(
    tx: Transaction, call: Call, request: shapes.CreateSecretRequest
) -> shapes.CreateSecretResponse:
    """Make a secret, with a value or without (API: CreateSecret)."""
    for member in ("AddReplicaRegions", "ForceOverwriteReplicaSecret", "Type"):
        if request.get(member):
            raise not_built(member)
    if request.get("CrossAccountPrimaryARN"):
        raise not_built("CrossAccountPrimaryARN")
    name = request["Name"]
    if not _NAME.fullmatch(name):
        raise ValidationException(
            "Invalid name. Must be a valid name containing alphanumeric characters, or any of the "
            "following: -/_+=.@!"
        )
    content = content_of(request)
    token = token_of(request, call)
    there = lookup.called(tx, call, name)
    if there is not None and lookup.is_gone(there, call.moment.now):
        tx.drop(there)
        there = None
    if there is not None:
        return _repeated(there, token, content)
    made = StoredSecret(
        arn=call.arn("secretsmanager", f"secret:{name}-{_ending(call)}"),
        name=name,
        account=call.account,
        region=call.region,
        created_at=call.moment.now,
        changed_at=call.moment.now,
        description=request.get("Description"),
        kms_key=request.get("KmsKeyId"),
        tags=parse_tags(request.get("Tags", ())),
    )
    answer: shapes.CreateSecretResponse = {"ARN": made.arn, "Name": made.name}
    if content is not None:
        made = version_put(made, token, content, (CURRENT,), call.moment.now)
        answer["VersionId"] = token
    tx.put(made)
    return answer


def _repeated(
    there: StoredSecret, token: str, content: tuple[str | None, bytes | None] | None
) -> shapes.CreateSecretResponse:
    """A request made again with its token says what it said before."""
    if there.deleted_at is not None:
        raise InvalidRequestException(
            "You can't create this secret because a secret with this name is already scheduled "
            "for deletion."
        )
    version = there.version(token, None)
    if version is None or content is None or not version.says(*content):
        raise ResourceExistsException(
            f"The operation failed because the secret {there.name} already exists."
        )
    return {"ARN": there.arn, "Name": there.name, "VersionId": token}


def _ending(call: Call) -> str:
    return "".join(_LETTERS[byte % len(_LETTERS)] for byte in call.moment.token(6))


@operation("secretsmanager")
def update_secret(
    tx: Transaction, call: Call, request: shapes.UpdateSecretRequest
) -> shapes.UpdateSecretResponse:
    """Change what is said of a secret, and with a value its current version (API)."""
    if request.get("Type"):
        raise not_built("Type")
    found = lookup.usable(tx, call, request["SecretId"])
    content = content_of(request)
    changed = replace(
        found,
        description=request.get("Description", found.description),
        kms_key=request.get("KmsKeyId", found.kms_key),
        changed_at=call.moment.now,
    )
    answer: shapes.UpdateSecretResponse = {"ARN": found.arn, "Name": found.name}
    if content is not None:
        token = token_of(request, call)
        changed = version_put(changed, token, content, (CURRENT,), call.moment.now)
        answer["VersionId"] = token
    tx.put(changed)
    return answer


@operation("secretsmanager")
def describe_secret(
    tx: Transaction, call: Call, request: shapes.DescribeSecretRequest
) -> shapes.DescribeSecretResponse:
    """All about a secret but its value (API: DescribeSecret)."""
    found = lookup.secret(tx, call, request["SecretId"])
    shown: shapes.DescribeSecretResponse = {
        "ARN": found.arn,
        "Name": found.name,
        "LastChangedDate": instant(found.changed_at),
        "CreatedDate": instant(found.created_at),
        "Tags": render_tags(found.tags),
    }
    if found.versions:
        staged = {v.id: list(v.stages) for v in found.versions if v.stages}
        shown["VersionIdsToStages"] = staged
    if found.description is not None:
        shown["Description"] = found.description
    if found.kms_key is not None:
        shown["KmsKeyId"] = found.kms_key
    if found.accessed_at is not None:
        shown["LastAccessedDate"] = instant(found.accessed_at)
    if found.deleted_at is not None:
        shown["DeletedDate"] = instant(found.deleted_at)
    return shown
