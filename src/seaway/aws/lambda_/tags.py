"""Tags of functions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.lambda_ import lookup
from seaway.aws.lambda_.errors import InvalidParameterValueException
from seaway.aws.operation import operation
from seaway.aws.tags import joined, without
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import lambda_ as shapes

MOST = 50


@operation("lambda")
def tag_resource(tx: Transaction, call: Call, request: shapes.TagResourceRequest) -> None:
    """Put tags on a function (API: TagResource)."""
    found = lookup.function(tx, call, request["Resource"])
    held = joined(found.tags, tuple(request["Tags"].items()))
    if len(held) > MOST:
        raise InvalidParameterValueException(f"A function can have {MOST} tags.")
    tx.put(replace(found, tags=held))


@operation("lambda")
def untag_resource(tx: Transaction, call: Call, request: shapes.UntagResourceRequest) -> None:
    """Take tags off a function (API: UntagResource)."""
    found = lookup.function(tx, call, request["Resource"])
    tx.put(replace(found, tags=without(found.tags, request["TagKeys"])))


@operation("lambda")
def list_tags(
    tx: Transaction, call: Call, request: shapes.ListTagsRequest
) -> shapes.ListTagsResponse:
    """A function's tags (API: ListTags)."""
    return {"Tags": dict(lookup.function(tx, call, request["Resource"]).tags)}
