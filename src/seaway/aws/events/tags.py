"""Tags of rules and buses."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.events.errors import ResourceNotFoundException
from seaway.aws.events.lookup import bus_arn, tags_of
from seaway.aws.operation import operation
from seaway.aws.tags import joined, without
from seaway.core.bus import DEFAULT_BUS, EventBus, EventRule
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import events as shapes


@operation("events")
def tag_resource(
    tx: Transaction, call: Call, request: shapes.TagResourceRequest
) -> shapes.TagResourceResponse:
    """Put tags on a rule or bus; one of the same key is replaced."""
    found = _tagged(tx, call, request["ResourceARN"])
    given = tags_of(request["Tags"])  # type: ignore[arg-type]
    tx.put(replace(found, tags=joined(found.tags, given)))
    return {}


@operation("events")
def untag_resource(
    tx: Transaction, call: Call, request: shapes.UntagResourceRequest
) -> shapes.UntagResourceResponse:
    """Take tags off; a key that is not there is no error."""
    found = _tagged(tx, call, request["ResourceARN"])
    tx.put(replace(found, tags=without(found.tags, request["TagKeys"])))
    return {}


@operation("events")
def list_tags_for_resource(
    tx: Transaction, call: Call, request: shapes.ListTagsForResourceRequest
) -> shapes.ListTagsForResourceResponse:
    """The tags of a rule or bus."""
    found = _tagged(tx, call, request["ResourceARN"])
    return {"Tags": [{"Key": key, "Value": value} for key, value in found.tags]}


def _tagged(tx: Transaction, call: Call, arn: str) -> EventRule | EventBus:
    found = tx.find(EventRule, arn) or tx.find(EventBus, arn)
    if found is not None:
        return found
    if arn == bus_arn(call, None):
        now = call.moment.now
        return EventBus(arn=arn, name=DEFAULT_BUS, created_at=now, updated_at=now)
    raise ResourceNotFoundException(f"Resource {arn} does not exist.")
