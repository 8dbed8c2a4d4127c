"""Tags of secrets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.operation import operation
from seaway.aws.secretsmanager import lookup
from seaway.aws.secretsmanager.errors import InvalidParameterException
from seaway.aws.tags import joined, without
from seaway.core.names import Tags
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import secretsmanager as shapes

MOST = 50
"""Tags a secret may have (API: TagResource)."""


@operation("secretsmanager")
def tag_resource(tx: Transaction, call: Call, request: shapes.TagResourceRequest) -> None:
    """Put tags on a secret; one of the same key is replaced."""
    found = lookup.usable(tx, call, request["SecretId"])
    tx.put(replace(found, tags=parse_tags(request["Tags"], found.tags)))


@operation("secretsmanager")
def untag_resource(tx: Transaction, call: Call, request: shapes.UntagResourceRequest) -> None:
    """Take tags off a secret."""
    found = lookup.usable(tx, call, request["SecretId"])
    tx.put(replace(found, tags=without(found.tags, request["TagKeys"])))


def parse_tags(given: Sequence[shapes.Tag], before: Tags = ()) -> Tags:
    """The tags of before with the request's put over. Raises InvalidParameterException."""
    for tag in given:
        if not tag.get("Key") or tag["Key"].lower().startswith("aws:"):
            raise InvalidParameterException("Tag keys can't be empty or begin with aws:.")
    held = joined(before, tuple((tag["Key"], tag.get("Value", "")) for tag in given))
    if len(held) > MOST:
        raise InvalidParameterException(f"A secret can have {MOST} tags.")
    return held


def render_tags(tags: Tags) -> list[shapes.Tag]:
    """Tags as the API shows them."""
    return [{"Key": key, "Value": value} for key, value in tags]
