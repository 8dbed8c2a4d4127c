"""Tags of parameters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.errors import ValidationException
from seaway.aws.operation import operation
from seaway.aws.ssm.errors import InvalidResourceId, TooManyTagsError, not_built
from seaway.aws.tags import joined, without
from seaway.core.names import Tags
from seaway.core.parameters import Parameter, parameter_key
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import ssm as shapes

MOST = 50
"""Tags a parameter may have (API)."""


@operation("ssm")
def add_tags_to_resource(
    tx: Transaction, call: Call, request: shapes.AddTagsToResourceRequest
) -> shapes.AddTagsToResourceResult:
    """Put tags on a parameter; one of the same key is replaced."""
    found = _tagged(tx, call, request["ResourceType"], request["ResourceId"])
    tx.put(replace(found, tags=parse_tags(request["Tags"], found.tags)))
    return {}


@operation("ssm")
def remove_tags_from_resource(
    tx: Transaction, call: Call, request: shapes.RemoveTagsFromResourceRequest
) -> shapes.RemoveTagsFromResourceResult:
    """Take tags off a parameter."""
    found = _tagged(tx, call, request["ResourceType"], request["ResourceId"])
    tx.put(replace(found, tags=without(found.tags, request["TagKeys"])))
    return {}


@operation("ssm")
def list_tags_for_resource(
    tx: Transaction, call: Call, request: shapes.ListTagsForResourceRequest
) -> shapes.ListTagsForResourceResult:
    """A parameter's tags."""
    found = _tagged(tx, call, request["ResourceType"], request["ResourceId"])
    return {"TagList": [{"Key": key, "Value": value} for key, value in found.tags]}


def parse_tags(given: Sequence[shapes.Tag], before: Tags = ()) -> Tags:
    """The tags of before with the request's put over. Raises ValidationException, TooManyTags…"""
    for tag in given:
        if tag["Key"].lower().startswith("aws:"):
            raise ValidationException(f"Tag keys can't begin with aws: {tag['Key']}")
    held = joined(before, tuple((tag["Key"], tag["Value"]) for tag in given))
    if len(held) > MOST:
        raise TooManyTagsError("")
    return held


def _tagged(tx: Transaction, call: Call, kind: str, name: str) -> Parameter:
    if kind != "Parameter":
        raise not_built(f"The ResourceType {kind}")
    found = tx.find(Parameter, parameter_key(call.place, name))
    if found is None:
        raise InvalidResourceId("Invalid Resource Id")
    return found
