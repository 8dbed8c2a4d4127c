"""Tags of alarms."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.cloudwatch.alarms import MOST_TAGS, tags_of
from seaway.aws.cloudwatch.errors import ResourceNotFoundException, ValidationError
from seaway.aws.operation import operation
from seaway.aws.tags import joined, without
from seaway.core.alarm import Alarm
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import cloudwatch as shapes


@operation("cloudwatch")
def tag_resource(
    tx: Transaction, call: Call, request: shapes.TagResourceInput
) -> shapes.TagResourceOutput:
    """Put tags on an alarm; one of the same key is replaced."""
    alarm = _alarm(tx, request["ResourceARN"])
    tags = joined(alarm.tags, tags_of(request["Tags"]))
    if len(tags) > MOST_TAGS:
        raise ValidationError(f"An alarm can have at most {MOST_TAGS} tags.")
    tx.put(replace(alarm, tags=tags))
    return {}


@operation("cloudwatch")
def untag_resource(
    tx: Transaction, call: Call, request: shapes.UntagResourceInput
) -> shapes.UntagResourceOutput:
    """Take tags off; a key that is not there is no error."""
    alarm = _alarm(tx, request["ResourceARN"])
    tx.put(replace(alarm, tags=without(alarm.tags, request["TagKeys"])))
    return {}


@operation("cloudwatch")
def list_tags_for_resource(
    tx: Transaction, call: Call, request: shapes.ListTagsForResourceInput
) -> shapes.ListTagsForResourceOutput:
    """An alarm's tags."""
    alarm = _alarm(tx, request["ResourceARN"])
    return {"Tags": [{"Key": key, "Value": value} for key, value in alarm.tags]}


def _alarm(tx: Transaction, arn: str) -> Alarm:
    alarm = tx.find(Alarm, arn)
    if alarm is None:
        raise ResourceNotFoundException(f"Resource {arn} not found.")
    return alarm
