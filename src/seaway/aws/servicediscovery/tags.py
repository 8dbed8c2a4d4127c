"""Tags of namespaces and services."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.operation import operation
from seaway.aws.servicediscovery.errors import (
    InvalidInput,
    ResourceNotFoundException,
    TooManyTagsException,
)
from seaway.aws.tags import joined, without
from seaway.core.discovery import DiscoveryService, Namespace
from seaway.core.names import Tags
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import servicediscovery as shapes

MOST = 50


@operation("servicediscovery")
def tag_resource(
    tx: Transaction, call: Call, request: shapes.TagResourceRequest
) -> shapes.TagResourceResponse:
    """Put tags on a namespace or service; one of the same key is replaced."""
    found = _resource(tx, request["ResourceARN"])
    added = parse(request["Tags"], found.arn)
    tx.put(replace(found, tags=_checked(joined(found.tags, added), found.arn)))
    return {}


@operation("servicediscovery")
def untag_resource(
    tx: Transaction, call: Call, request: shapes.UntagResourceRequest
) -> shapes.UntagResourceResponse:
    """Take tags off; a key that is not there is no error."""
    found = _resource(tx, request["ResourceARN"])
    tx.put(replace(found, tags=without(found.tags, request["TagKeys"])))
    return {}


@operation("servicediscovery")
def list_tags_for_resource(
    tx: Transaction, call: Call, request: shapes.ListTagsForResourceRequest
) -> shapes.ListTagsForResourceResponse:
    """The tags of a namespace or service."""
    found = _resource(tx, request["ResourceARN"])
    return {"Tags": [{"Key": key, "Value": value} for key, value in found.tags]}


def parse(raw: Sequence[shapes.Tag], resource: str) -> Tags:
    """The tags of a request; ``resource`` is named when there are too many."""
    tags = tuple((tag["Key"], tag["Value"]) for tag in raw)
    keys = [key for key, _ in tags]
    for key in keys:
        if keys.count(key) > 1:
            raise InvalidInput(f"The tag key {key} was specified more than once")
        if key.lower().startswith("aws:"):
            raise InvalidInput(f"Tag keys cannot begin with aws: {key}")
    return _checked(tags, resource)


def _checked(tags: Tags, resource: str) -> Tags:
    if len(tags) > MOST:
        raise TooManyTagsException(
            f"A resource can have at most {MOST} tags", ResourceName=resource
        )
    return tags


def _resource(tx: Transaction, arn: str) -> Namespace | DiscoveryService:
    found = tx.find(Namespace, arn) or tx.find(DiscoveryService, arn)
    if found is None:
        raise ResourceNotFoundException(f"Resource not found: {arn}")
    return found
