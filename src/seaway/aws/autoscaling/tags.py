"""Tags of groups, and which of them instances get."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.autoscaling.errors import ValidationError
from seaway.aws.autoscaling.groups import group_of, merged_tags, own_groups, render_tag
from seaway.aws.autoscaling.pages import paged
from seaway.aws.call import Call
from seaway.aws.operation import operation
from seaway.core.compute import AutoScalingGroup
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import autoscaling as shapes


def _by_group(
    tx: Transaction, call: Call, tags: Iterable[shapes.Tag]
) -> list[tuple[AutoScalingGroup, list[shapes.Tag]]]:
    gathered: dict[str, list[shapes.Tag]] = {}
    for tag in tags:
        gathered.setdefault(tag.get("ResourceId", ""), []).append(tag)
    return [(group_of(tx, call, name), some) for name, some in gathered.items()]


@operation("autoscaling")
def create_or_update_tags(
    tx: Transaction, call: Call, request: shapes.CreateOrUpdateTagsType
) -> None:
    """Auto Scaling API: CreateOrUpdateTags."""
    for group, tags in _by_group(tx, call, request["Tags"]):
        tx.put(replace(group, tags=merged_tags(group.tags, tags)))


@operation("autoscaling")
def delete_tags(tx: Transaction, call: Call, request: shapes.DeleteTagsType) -> None:
    """Auto Scaling API: DeleteTags."""
    for group, tags in _by_group(tx, call, request["Tags"]):
        going = {tag["Key"] for tag in tags}
        tx.put(replace(group, tags=tuple(tag for tag in group.tags if tag.key not in going)))


@operation("autoscaling")
def describe_tags(tx: Transaction, call: Call, request: shapes.DescribeTagsType) -> shapes.TagsType:
    """Tags one by one; filters auto-scaling-group, key, value, propagate-at-launch."""
    rows = [render_tag(group, tag) for group in own_groups(tx, call) for tag in group.tags]
    for item in request.get("Filters") or ():
        name = item.get("Name", "")
        rows = [row for row in rows if _fact(row, name) in item.get("Values", [])]
    some, token = paged(rows, request, "DescribeTags")
    answer: shapes.TagsType = {"Tags": list(some)}
    if token:
        answer["NextToken"] = token
    return answer


def _fact(row: shapes.TagDescription, name: str) -> str:
    match name:
        case "auto-scaling-group":
            return row["ResourceId"]
        case "key":
            return row["Key"]
        case "value":
            return row["Value"]
        case "propagate-at-launch":
            return str(row["PropagateAtLaunch"]).lower()
        case _:
            raise ValidationError(f"Invalid filter: {name}")
