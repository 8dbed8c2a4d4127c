"""Tags of schedule groups; schedules have none."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.operation import operation
from seaway.aws.scheduler.errors import ResourceNotFoundException
from seaway.aws.scheduler.lookup import existing_group, group_arn, tags_of
from seaway.aws.tags import joined, without
from seaway.core.scheduler import DEFAULT_GROUP, ScheduleGroup
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import scheduler as shapes


@operation("scheduler")
def tag_resource(
    tx: Transaction, call: Call, request: shapes.TagResourceInput
) -> shapes.TagResourceOutput:
    """Put tags on a group; one of the same key is replaced."""
    group = _group(tx, call, request["ResourceArn"])
    given = tags_of(request["Tags"])  # type: ignore[arg-type]
    tx.put(replace(group, tags=joined(group.tags, given), updated_at=call.moment.now))
    return {}


@operation("scheduler")
def untag_resource(
    tx: Transaction, call: Call, request: shapes.UntagResourceInput
) -> shapes.UntagResourceOutput:
    """Take tags off; a key that is not there is no error."""
    group = _group(tx, call, request["ResourceArn"])
    tags = without(group.tags, request["TagKeys"])
    tx.put(replace(group, tags=tags, updated_at=call.moment.now))
    return {}


@operation("scheduler")
def list_tags_for_resource(
    tx: Transaction, call: Call, request: shapes.ListTagsForResourceInput
) -> shapes.ListTagsForResourceOutput:
    """A group's tags."""
    group = _group(tx, call, request["ResourceArn"])
    return {"Tags": [{"Key": key, "Value": value} for key, value in group.tags]}


def _group(tx: Transaction, call: Call, arn: str) -> ScheduleGroup:
    if arn == group_arn(call, DEFAULT_GROUP):
        return existing_group(tx, call, DEFAULT_GROUP)
    found = tx.find(ScheduleGroup, arn)
    if found is None:
        raise ResourceNotFoundException(f"Resource {arn} does not exist.")
    return found
