"""What a request puts into a secret, and the version it becomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from seaway.aws.call import Call
from seaway.aws.secretsmanager.errors import InvalidParameterException, ResourceExistsException
from seaway.core.stored_secrets import SecretVersion, StoredSecret, with_version

Content = tuple[str | None, bytes | None]


def content_of(request: Mapping[str, Any]) -> Content | None:
    """The text or the bytes a request gives; None for neither.

    Raises InvalidParameterException for both.
    """
    text, binary = request.get("SecretString"), request.get("SecretBinary")
    if text is not None and binary is not None:
        raise InvalidParameterException(
            "You can't specify both a binary secret value and a string secret value in the same "
            "secret."
        )
    return None if text is None and binary is None else (text, binary)


def token_of(request: Mapping[str, Any], call: Call) -> str:
    """The id a new version gets: the request's token."""
    token: str = request.get("ClientRequestToken") or call.moment.uuid()
    return token


def version_put(
    secret: StoredSecret, token: str, content: Content, stages: tuple[str, ...], now: float
) -> StoredSecret:
    """The secret with the version of this id; said again, nothing changes.

    Raises ResourceExistsException when the id stands for another value.
    """
    there = secret.version(token, None)
    if there is not None and not there.says(*content):
        raise ResourceExistsException(
            f"You can't use ClientRequestToken {token} because that value is already in use for a "
            f"version of secret {secret.arn}."
        )
    if there is not None:
        return secret
    text, binary = content
    made = SecretVersion(id=token, created_at=now, text=text, binary=binary, stages=stages)
    return replace(with_version(secret, made), changed_at=now)
