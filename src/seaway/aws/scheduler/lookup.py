"""Schedules and groups by the names that requests give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from seaway.aws.call import Call
from seaway.aws.paging import BadToken, page
from seaway.aws.scheduler.errors import ResourceNotFoundException, ValidationException
from seaway.core.names import Tags
from seaway.core.scheduler import DEFAULT_GROUP, ScheduledCall, ScheduleGroup
from seaway.store.transaction import Transaction

T = TypeVar("T")

MOST_SHOWN = 100
MOST_TAGS = 50


def group_arn(call: Call, name: str) -> str:
    """The ARN of a group."""
    return call.arn("scheduler", f"schedule-group/{name}")


def existing_group(tx: Transaction, call: Call, name: str) -> ScheduleGroup:
    """A group that is there, as the default one always is. Raises ResourceNotFoundException."""
    found = tx.find(ScheduleGroup, group_arn(call, name))
    if found is not None:
        return found
    if name != DEFAULT_GROUP:
        raise ResourceNotFoundException(f"Schedule group {name} does not exist.")
    return ScheduleGroup(arn=group_arn(call, name), name=name, created_at=0.0, updated_at=0.0)


def schedule_arn(call: Call, group: str, name: str) -> str:
    """The ARN of a schedule of a group."""
    return call.arn("scheduler", f"schedule/{group}/{name}")


def existing_schedule(tx: Transaction, call: Call, request: Mapping[str, Any]) -> ScheduledCall:
    """The schedule of Name and GroupName. Raises ResourceNotFoundException."""
    group = request.get("GroupName") or DEFAULT_GROUP
    found = tx.find(ScheduledCall, schedule_arn(call, group, request["Name"]))
    if found is None:
        raise ResourceNotFoundException(f"Schedule {request['Name']} does not exist.")
    return found


def tags_of(given: Sequence[Mapping[str, str]]) -> Tags:
    """A request's tags, a key once."""
    tags = {one["Key"]: one["Value"] for one in given}
    if len(tags) > MOST_TAGS:
        raise ValidationException(f"A schedule group can have at most {MOST_TAGS} tags.")
    return tuple(tags.items())


def shown_page(
    found: Sequence[T], request: Mapping[str, Any], scope: str
) -> tuple[Sequence[T], str | None]:
    """A page of at most 100."""
    try:
        return page(found, request.get("NextToken"), request.get("MaxResults", MOST_SHOWN), scope)
    except BadToken as error:
        raise ValidationException("Invalid NextToken: it is not one of this list.") from error
