"""Secrets' values: read, written, made by chance."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.errors import AwsError
from seaway.aws.instants import instant
from seaway.aws.operation import operation
from seaway.aws.secretsmanager import lookup
from seaway.aws.secretsmanager.content import content_of, token_of, version_put
from seaway.aws.secretsmanager.errors import (
    InvalidParameterException,
    InvalidRequestException,
    ResourceNotFoundException,
    not_built,
)
from seaway.aws.secretsmanager.filters import chosen, paged
from seaway.core.passwords import Impossible, PasswordRules, new_password
from seaway.core.stored_secrets import CURRENT, SecretVersion, StoredSecret
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import secretsmanager as shapes

DAY = 86_400


@operation("secretsmanager")
def get_secret_value(
    tx: Transaction, call: Call, request: shapes.GetSecretValueRequest
) -> shapes.GetSecretValueResponse:
    """The value of a version, of the current one by default (API: GetSecretValue)."""
    found = lookup.usable(tx, call, request["SecretId"])
    version = _version(found, request.get("VersionId"), request.get("VersionStage"))
    _note_access(tx, call, found)
    return _rendered(found, version)


@operation("secretsmanager")
def batch_get_secret_value(
    tx: Transaction, call: Call, request: shapes.BatchGetSecretValueRequest
) -> shapes.BatchGetSecretValueResponse:
    """The current values of several secrets, and what is wrong with others (API)."""
    ids, filters = request.get("SecretIdList"), request.get("Filters")
    if bool(ids) == bool(filters):
        raise InvalidParameterException(
            "Either 'SecretIdList' or 'Filters' must be provided, but not both."
        )
    if ids and request.get("MaxResults"):
        raise InvalidParameterException("MaxResults goes with Filters only.")
    token = None
    if not ids:
        found = chosen(tx, call, filters or (), planned=False)
        some, token = paged(
            found, request.get("NextToken"), request.get("MaxResults", 20), f"batch {filters}"
        )
        ids = [one.arn for one in some]
    values: list[shapes.SecretValueEntry] = []
    errors: list[shapes.APIErrorType] = []
    for asked in ids:
        try:
            secret = lookup.usable(tx, call, asked)
            version = _version(secret, None, None)
        except AwsError as error:
            errors.append({"SecretId": asked, "ErrorCode": error.code, "Message": error.message})
            continue
        _note_access(tx, call, secret)
        shown = _rendered(secret, version)
        values.append({**shown})
    answer: shapes.BatchGetSecretValueResponse = {"SecretValues": values, "Errors": errors}
    if token:
        answer["NextToken"] = token
    return answer


@operation("secretsmanager")
def put_secret_value(
    tx: Transaction, call: Call, request: shapes.PutSecretValueRequest
) -> shapes.PutSecretValueResponse:
    """Another version of a secret's value; the current one, unless stages say otherwise (API)."""
    if request.get("RotationToken"):
        raise not_built("RotationToken")
    found = lookup.usable(tx, call, request["SecretId"])
    content = content_of(request)
    if content is None:
        raise InvalidRequestException("You must provide either SecretString or SecretBinary.")
    token = token_of(request, call)
    stages = tuple(dict.fromkeys(request.get("VersionStages") or (CURRENT,)))
    if not found.versions and CURRENT not in stages:
        # A secret's first value is its current one in any case (API).
        stages = (*stages, CURRENT)
    changed = version_put(found, token, content, stages, call.moment.now)
    tx.put(changed)
    version = _version(changed, token, None)
    return {
        "ARN": found.arn,
        "Name": found.name,
        "VersionId": token,
        "VersionStages": list(version.stages),
    }


@operation("secretsmanager")
def get_random_password(
    tx: Transaction, call: Call, request: shapes.GetRandomPasswordRequest
) -> shapes.GetRandomPasswordResponse:
    """A password by chance, of the letters asked for (API: GetRandomPassword)."""
    rules = PasswordRules(
        length=request.get("PasswordLength", 32),
        excluded=request.get("ExcludeCharacters", ""),
        digits=not request.get("ExcludeNumbers"),
        punctuation=not request.get("ExcludePunctuation"),
        upper=not request.get("ExcludeUppercase"),
        lower=not request.get("ExcludeLowercase"),
        space=request.get("IncludeSpace", False),
        each=request.get("RequireEachIncludedType", True),
    )
    try:
        return {"RandomPassword": new_password(rules, call.moment)}
    except Impossible as error:
        raise InvalidParameterException(str(error)) from error


def _version(found: StoredSecret, version_id: str | None, stage: str | None) -> SecretVersion:
    version = found.version(version_id, stage)
    if version is not None:
        return version
    if version_id is not None and found.version(version_id, None) is not None:
        raise InvalidRequestException(
            "You provided a VersionStage that is not associated to the provided VersionId."
        )
    asked = f"VersionId: {version_id}" if version_id else f"staging label: {stage or CURRENT}"
    raise ResourceNotFoundException(
        f"Secrets Manager can't find the specified secret value for {asked}"
    )


def _note_access(tx: Transaction, call: Call, found: StoredSecret) -> None:
    """To the day, as AWS has it: so a value that is read often is written about once."""
    today = call.moment.now // DAY * DAY
    if found.accessed_at != today:
        tx.put(replace(found, accessed_at=today))


def _rendered(found: StoredSecret, version: SecretVersion) -> shapes.GetSecretValueResponse:
    shown: shapes.GetSecretValueResponse = {
        "ARN": found.arn,
        "Name": found.name,
        "VersionId": version.id,
        "VersionStages": list(version.stages),
        "CreatedDate": instant(version.created_at),
    }
    if version.text is not None:
        shown["SecretString"] = version.text
    if version.binary is not None:
        shown["SecretBinary"] = version.binary
    return shown
