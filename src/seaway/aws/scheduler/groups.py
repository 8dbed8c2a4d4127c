"""Groups of schedules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seaway.aws.call import Call, here
from seaway.aws.instants import instant
from seaway.aws.operation import operation
from seaway.aws.scheduler.errors import ConflictException, ValidationException
from seaway.aws.scheduler.lookup import existing_group, group_arn, shown_page, tags_of
from seaway.core.scheduler import DEFAULT_GROUP, ScheduledCall, ScheduleGroup
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import scheduler as shapes


@operation("scheduler")
def create_schedule_group(
    tx: Transaction, call: Call, request: shapes.CreateScheduleGroupInput
) -> shapes.CreateScheduleGroupOutput:
    """A client token given again makes nothing."""
    name, token = request["Name"], request.get("ClientToken")
    arn = group_arn(call, name)
    there = tx.find(ScheduleGroup, arn)
    if there is not None and token is not None and token == there.client_token:
        return {"ScheduleGroupArn": arn}
    if there is not None or name == DEFAULT_GROUP:
        raise ConflictException(f"Schedule group {name} already exists.")
    tx.put(
        ScheduleGroup(
            arn=arn,
            name=name,
            created_at=call.moment.now,
            updated_at=call.moment.now,
            client_token=token,
            tags=tags_of(request.get("Tags", [])),  # type: ignore[arg-type]
        )
    )
    return {"ScheduleGroupArn": arn}


@operation("scheduler")
def get_schedule_group(
    tx: Transaction, call: Call, request: shapes.GetScheduleGroupInput
) -> shapes.GetScheduleGroupOutput:
    """The default group is always there."""
    return _shown(existing_group(tx, call, request["Name"]))


@operation("scheduler")
def list_schedule_groups(
    tx: Transaction, call: Call, request: shapes.ListScheduleGroupsInput
) -> shapes.ListScheduleGroupsOutput:
    """The default group first."""
    prefix = request.get("NamePrefix", "")
    default = existing_group(tx, call, DEFAULT_GROUP)
    others = [one for one in here(call, tx.where(ScheduleGroup)) if one.name != DEFAULT_GROUP]
    found = [one for one in (default, *others) if one.name.startswith(prefix)]
    shown, token = shown_page(found, request, f"ListScheduleGroups {prefix}")
    answer: shapes.ListScheduleGroupsOutput = {"ScheduleGroups": [{**_shown(one)} for one in shown]}
    if token is not None:
        answer["NextToken"] = token
    return answer


@operation("scheduler")
def delete_schedule_group(
    tx: Transaction, call: Call, request: shapes.DeleteScheduleGroupInput
) -> shapes.DeleteScheduleGroupOutput:
    """With all its schedules, at once."""
    if request["Name"] == DEFAULT_GROUP:
        raise ValidationException("The default schedule group can't be deleted.")
    group = existing_group(tx, call, request["Name"])
    for schedule in tx.where(ScheduledCall, group=group.arn):
        tx.drop(schedule)
    tx.drop(group)
    return {}


def _shown(group: ScheduleGroup) -> shapes.GetScheduleGroupOutput:
    return {
        "Arn": group.arn,
        "Name": group.name,
        "State": "ACTIVE",
        "CreationDate": instant(group.created_at),
        "LastModificationDate": instant(group.updated_at),
    }
