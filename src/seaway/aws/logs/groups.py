"""Log groups: made, described, listed, removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.logs.errors import (
    InvalidParameterException,
    ResourceAlreadyExistsException,
    not_built,
)
from seaway.aws.logs.lookup import arn_of, group_by_arn, group_named, groups_here, paged
from seaway.aws.logs.tags import checked_tags
from seaway.aws.operation import operation
from seaway.core.logs import LogGroup
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import logs as shapes

MOST_DESCRIBED = 50
DEFAULT_CLASS = "STANDARD"


@operation("logs")
def create_log_group(tx: Transaction, call: Call, request: shapes.CreateLogGroupRequest) -> None:
    """Make a group; its events are kept for ever until a retention is put."""
    for member in ("kmsKeyId", "deletionProtectionEnabled"):
        if request.get(member):
            raise not_built(member)
    kind = request.get("logGroupClass", DEFAULT_CLASS)
    if kind != DEFAULT_CLASS:
        raise not_built(f"logGroupClass {kind}")
    name = request["logGroupName"]
    arn = arn_of(call, name)
    if tx.find(LogGroup, arn) is not None:
        raise ResourceAlreadyExistsException("The specified log group already exists")
    tx.put(
        LogGroup(
            arn=arn,
            name=name,
            region=call.region,
            created_at=call.moment.now,
            tags=checked_tags(request.get("tags", {})),
        )
    )


@operation("logs")
def delete_log_group(tx: Transaction, call: Call, request: shapes.DeleteLogGroupRequest) -> None:
    """Remove a group with all its streams and events."""
    group = group_named(tx, call, request["logGroupName"])
    tx.drop(group)
    tx.series.delete_group(group.arn)


@operation("logs")
def describe_log_groups(
    tx: Transaction, call: Call, request: shapes.DescribeLogGroupsRequest
) -> shapes.DescribeLogGroupsResponse:
    """The groups by name, of a prefix or with a piece of a name in it."""
    if request.get("includeLinkedAccounts"):
        raise not_built("includeLinkedAccounts")
    found, scope = _described(tx, call, request)
    limit = request.get("limit", MOST_DESCRIBED)
    shown, token = paged(found, request.get("nextToken"), limit, scope)
    sizes = tx.series.stored_bytes([group.arn for group in shown])
    answer: shapes.DescribeLogGroupsResponse = {
        "logGroups": [_group(group, sizes.get(group.arn, 0)) for group in shown]
    }
    if token is not None:
        answer["nextToken"] = token
    return answer


def _described(
    tx: Transaction, call: Call, request: shapes.DescribeLogGroupsRequest
) -> tuple[list[LogGroup], str]:
    prefix, piece = request.get("logGroupNamePrefix"), request.get("logGroupNamePattern")
    identifiers = request.get("logGroupIdentifiers")
    if sum(one is not None for one in (prefix, piece, identifiers)) > 1:
        raise InvalidParameterException(
            "logGroupNamePrefix, logGroupNamePattern and logGroupIdentifiers "
            "are mutually exclusive parameters."
        )
    if identifiers is not None:
        named = [
            group_by_arn(tx, one) if one.startswith("arn:") else group_named(tx, call, one)
            for one in identifiers
        ]
        return named, f"DescribeLogGroups {identifiers}"
    kind = request.get("logGroupClass")
    found = [
        group
        for group in groups_here(tx, call)
        if group.name.startswith(prefix or "")
        and (piece or "") in group.name
        and kind in (None, group.log_class)
    ]
    return found, f"DescribeLogGroups {prefix} {piece} {kind}"


@operation("logs")
def list_log_groups(
    tx: Transaction, call: Call, request: shapes.ListLogGroupsRequest
) -> shapes.ListLogGroupsResponse:
    """Names and ARNs of the groups, of a pattern such as ``^/ecs|web``."""
    for member in ("includeLinkedAccounts", "dataSources", "fieldIndexNames", "logGroupTags"):
        if request.get(member):
            raise not_built(member)
    pattern = request.get("logGroupNamePattern", "")
    kind = request.get("logGroupClass")
    found = [
        group
        for group in groups_here(tx, call)
        if _of_pattern(group.name, pattern) and kind in (None, group.log_class)
    ]
    scope = f"ListLogGroups {pattern} {kind}"
    limit = request.get("limit", MOST_DESCRIBED)
    shown, token = paged(found, request.get("nextToken"), limit, scope)
    answer: shapes.ListLogGroupsResponse = {
        "logGroups": [
            {
                "logGroupName": group.name,
                "logGroupArn": group.arn,
                "logGroupClass": group.log_class,
            }
            for group in shown
        ]
    }
    if token is not None:
        answer["nextToken"] = token
    return answer


def _of_pattern(name: str, pattern: str) -> bool:
    """Alternatives of plain text, each at the start after a caret, else anywhere."""
    return any(
        name.startswith(one[1:]) if one.startswith("^") else one in name
        for one in pattern.split("|")
    )


def _group(group: LogGroup, stored: int) -> shapes.LogGroup:
    shown: shapes.LogGroup = {
        "logGroupName": group.name,
        "creationTime": round(group.created_at * 1000),
        "metricFilterCount": 0,
        "arn": f"{group.arn}:*",
        "logGroupArn": group.arn,
        "storedBytes": stored,
        "logGroupClass": group.log_class,
    }
    if group.retention_days is not None:
        shown["retentionInDays"] = group.retention_days
    return shown
