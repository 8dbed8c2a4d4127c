"""Tags of log groups, under their newer and their older names."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.logs.errors import InvalidParameterException, TooManyTagsException
from seaway.aws.logs.lookup import group_by_arn, group_named
from seaway.aws.operation import operation
from seaway.aws.tags import joined, without
from seaway.core.logs import LogGroup
from seaway.core.names import Tags
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import logs as shapes

MOST_TAGS = 50


def checked_tags(given: Mapping[str, str], there: Tags = ()) -> Tags:
    """The tags that are there with the given ones put over them.

    Raises InvalidParameterException for a reserved key, TooManyTagsException.
    """
    for key in given:
        if key.lower().startswith("aws:"):
            raise InvalidParameterException(
                f"Tag keys starting with 'aws:' are reserved for system use: {key}"
            )
    tags = joined(there, tuple(given.items()))
    if len(tags) > MOST_TAGS:
        raise TooManyTagsException(
            f"A resource can have no more than {MOST_TAGS} tags; this would be {len(tags)}."
        )
    return tags


@operation("logs")
def tag_resource(tx: Transaction, call: Call, request: shapes.TagResourceRequest) -> None:
    """Put tags on a group named by ARN."""
    _tag(tx, group_by_arn(tx, request["resourceArn"]), request["tags"])


@operation("logs")
def untag_resource(tx: Transaction, call: Call, request: shapes.UntagResourceRequest) -> None:
    """Take tags off a group named by ARN."""
    _untag(tx, group_by_arn(tx, request["resourceArn"]), request["tagKeys"])


@operation("logs")
def list_tags_for_resource(
    tx: Transaction, call: Call, request: shapes.ListTagsForResourceRequest
) -> shapes.ListTagsForResourceResponse:
    """The tags of a group named by ARN."""
    return {"tags": dict(group_by_arn(tx, request["resourceArn"]).tags)}


@operation("logs")
def tag_log_group(tx: Transaction, call: Call, request: shapes.TagLogGroupRequest) -> None:
    """Put tags on a group named by its name."""
    _tag(tx, group_named(tx, call, request["logGroupName"]), request["tags"])


@operation("logs")
def untag_log_group(tx: Transaction, call: Call, request: shapes.UntagLogGroupRequest) -> None:
    """Take tags off a group named by its name."""
    _untag(tx, group_named(tx, call, request["logGroupName"]), request["tags"])


@operation("logs")
def list_tags_log_group(
    tx: Transaction, call: Call, request: shapes.ListTagsLogGroupRequest
) -> shapes.ListTagsLogGroupResponse:
    """The tags of a group named by its name."""
    return {"tags": dict(group_named(tx, call, request["logGroupName"]).tags)}


def _tag(tx: Transaction, group: LogGroup, given: Mapping[str, str]) -> None:
    tx.put(replace(group, tags=checked_tags(given, group.tags)))


def _untag(tx: Transaction, group: LogGroup, keys: Collection[str]) -> None:
    tx.put(replace(group, tags=without(group.tags, keys)))
