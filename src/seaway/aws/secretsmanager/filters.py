"""Which secrets a list is asked for, and its pages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

from seaway.aws.call import Call
from seaway.aws.errors import ValidationException
from seaway.aws.paging import BadToken, page
from seaway.aws.secretsmanager.errors import InvalidNextTokenException
from seaway.aws.secretsmanager.lookup import is_gone
from seaway.core.stored_secrets import StoredSecret
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes.secretsmanager import Filter

T = TypeVar("T")


def chosen(
    tx: Transaction, call: Call, filters: Sequence[Filter], *, planned: bool
) -> list[StoredSecret]:
    """The caller's secrets for which all filters hold, oldest first.

    ``planned``: those marked for deletion too.
    """
    for one in filters:
        if not one.get("Key") or not one.get("Values"):
            raise ValidationException("A filter needs a Key and Values.")
    return [
        one
        for one in tx.where(StoredSecret, region=call.region)
        if one.account == call.account
        and not is_gone(one, call.moment.now)
        and (planned or one.deleted_at is None)
        and all(_holds(one, wanted["Key"], wanted["Values"]) for wanted in filters)
    ]


def paged(
    items: Sequence[T], token: str | None, limit: int, scope: str
) -> tuple[Sequence[T], str | None]:
    """A page of a list. Raises InvalidNextTokenException."""
    try:
        return page(items, token, limit, scope)
    except BadToken as error:
        raise InvalidNextTokenException("The NextToken value is invalid.") from error


def _holds(secret: StoredSecret, key: str, values: Sequence[str]) -> bool:
    """Any value may fit; one that begins with an exclamation mark must not."""
    return any(
        not _fits(secret, key, value[1:]) if value.startswith("!") else _fits(secret, key, value)
        for value in values
    )


def _fits(secret: StoredSecret, key: str, value: str) -> bool:
    match key:
        case "name":
            return secret.name.startswith(value)
        case "description":
            return (secret.description or "").lower().startswith(value.lower())
        case "tag-key":
            return any(name.startswith(value) for name, _ in secret.tags)
        case "tag-value":
            return any(text.startswith(value) for _, text in secret.tags)
        case "all":
            words = re.split(r"[\s/_+=.@!-]+", value.lower())
            there = " ".join(
                (
                    secret.name,
                    secret.description or "",
                    *(part for tag in secret.tags for part in tag),
                )
            ).lower()
            return all(word in there for word in words)
        case _:
            # Nothing is replicated here, and no other service owns a secret.
            return False
