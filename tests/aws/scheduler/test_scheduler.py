"""Schedules and their groups, through boto3; when they fire is test_schedules.py's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from seaway.aws import scheduler
from tests.aws.wired import Wired
from tests.builders import CLUSTER, HOME

ROLE = "arn:aws:iam::000000000000:role/scheduler"
RUN: dict[str, Any] = {
    "Arn": CLUSTER,
    "RoleArn": ROLE,
    "EcsParameters": {
        "TaskDefinitionArn": f"arn:aws:ecs:{HOME}:task-definition/web:1",
        "NetworkConfiguration": {"awsvpcConfiguration": {"Subnets": ["subnet-1"]}},
    },
}
OFF = {"Mode": "OFF"}


@pytest.fixture
def client() -> Iterator[Any]:
    wired = Wired(scheduler.operations())
    yield wired.client("scheduler")
    wired.close()


def create(client: Any, name: str = "nightly", **more: Any) -> Any:
    given = {
        "Name": name,
        "ScheduleExpression": "rate(1 hour)",
        "Target": RUN,
        "FlexibleTimeWindow": OFF,
    }
    return client.create_schedule(**{**given, **more})


def refusal(error: pytest.ExceptionInfo[ClientError]) -> tuple[str, str]:
    told = error.value.response["Error"]
    return told["Code"], told.get("Message", error.value.response.get("Message", ""))


def test_a_schedule_is_made_shown_replaced_and_deleted(client: Any) -> None:
    start, end = datetime(2030, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)
    made = create(
        client,
        ScheduleExpression="cron(0 8 * * ? *)",
        ScheduleExpressionTimezone="Europe/Berlin",
        StartDate=start,
        EndDate=end,
        Description="mornings",
        FlexibleTimeWindow={"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15},
        ActionAfterCompletion="DELETE",
    )
    assert made["ScheduleArn"] == f"arn:aws:scheduler:{HOME}:schedule/default/nightly"
    shown = client.get_schedule(Name="nightly")
    assert shown["Target"] == RUN
    assert (shown["ScheduleExpressionTimezone"], shown["StartDate"], shown["EndDate"]) == (
        "Europe/Berlin",
        start,
        end,
    )
    assert shown["FlexibleTimeWindow"] == {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15}
    assert (shown["Description"], shown["ActionAfterCompletion"]) == ("mornings", "DELETE")
    client.update_schedule(
        Name="nightly",
        ScheduleExpression="rate(2 hours)",
        State="DISABLED",
        Target=RUN,
        FlexibleTimeWindow=OFF,
    )
    shown = client.get_schedule(Name="nightly", GroupName="default")
    assert (shown["ScheduleExpression"], shown["State"]) == ("rate(2 hours)", "DISABLED")
    assert (shown["ScheduleExpressionTimezone"], shown["ActionAfterCompletion"]) == ("UTC", "NONE")
    assert "StartDate" not in shown
    client.delete_schedule(Name="nightly")
    with pytest.raises(ClientError) as error:
        client.get_schedule(Name="nightly")
    assert refusal(error)[0] == "ResourceNotFoundException"


def test_a_client_token_given_again_makes_nothing(client: Any) -> None:
    first, again = (create(client, ClientToken="t1") for _ in range(2))
    assert first["ScheduleArn"] == again["ScheduleArn"]
    assert len(client.list_schedules()["Schedules"]) == 1
    with pytest.raises(ClientError) as error:
        create(client, ClientToken="t2")
    assert refusal(error)[0] == "ConflictException"


def test_groups_hold_schedules_and_take_them_along(client: Any) -> None:
    tags = [{"Key": "a", "Value": "1"}]
    arn = client.create_schedule_group(Name="shop", Tags=tags)["ScheduleGroupArn"]
    create(client, "one", GroupName="shop")
    create(client, "two")
    names = [one["Name"] for one in client.list_schedule_groups()["ScheduleGroups"]]
    assert names == ["default", "shop"]
    assert client.get_schedule_group(Name="shop")["State"] == "ACTIVE"
    assert client.list_tags_for_resource(ResourceArn=arn)["Tags"] == tags
    client.untag_resource(ResourceArn=arn, TagKeys=["a"])
    client.tag_resource(ResourceArn=arn, Tags=[{"Key": "b", "Value": "2"}])
    assert client.list_tags_for_resource(ResourceArn=arn)["Tags"] == [{"Key": "b", "Value": "2"}]
    assert [one["Name"] for one in client.list_schedules(GroupName="shop")["Schedules"]] == ["one"]
    client.delete_schedule_group(Name="shop")
    assert [one["Name"] for one in client.list_schedules()["Schedules"]] == ["two"]
    with pytest.raises(ClientError) as error:
        create(client, GroupName="shop")
    assert refusal(error)[0] == "ResourceNotFoundException"


def test_schedules_are_listed_in_pages_by_prefix_and_state(client: Any) -> None:
    for name in ("a1", "a2", "b1"):
        create(client, name, State="DISABLED" if name == "a2" else "ENABLED")
    first = client.list_schedules(NamePrefix="a", MaxResults=1)
    second = client.list_schedules(NamePrefix="a", MaxResults=1, NextToken=first["NextToken"])
    assert [one["Name"] for one in (*first["Schedules"], *second["Schedules"])] == ["a1", "a2"]
    (found,) = client.list_schedules(State="DISABLED")["Schedules"]
    assert (found["Name"], found["Target"]) == ("a2", {"Arn": CLUSTER})


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"ScheduleExpression": "rate(1 hours)"}, "Schedule Expression"),
        ({"ScheduleExpressionTimezone": "Mars/Crater"}, "Timezone"),
        ({"FlexibleTimeWindow": {"Mode": "FLEXIBLE"}}, "MaximumWindowInMinutes"),
        ({"FlexibleTimeWindow": {**OFF, "MaximumWindowInMinutes": 5}}, "MaximumWindowInMinutes"),
        ({"KmsKeyArn": f"arn:aws:kms:{HOME}:key/1"}, "KmsKeyArn"),
        ({"Target": {**RUN, "Arn": f"arn:aws:sqs:{HOME}:q"}}, "Arn"),
        ({"Target": {"Arn": CLUSTER, "RoleArn": ROLE}}, "EcsParameters"),
        ({"Target": {**RUN, "SqsParameters": {"MessageGroupId": "x"}}}, "SqsParameters"),
        (
            {"Target": {**RUN, "DeadLetterConfig": {"Arn": f"arn:aws:sqs:{HOME}:q"}}},
            "DeadLetterConfig",
        ),
        (
            {"Target": {"Arn": "arn:aws:scheduler:::aws-sdk:ecs:runTask", "RoleArn": ROLE}},
            "Input",
        ),
        (
            {"Target": {"Arn": "arn:aws:scheduler:::aws-sdk:s3:deleteBucket", "RoleArn": ROLE}},
            "Arn",
        ),
    ],
)
def test_what_is_wrong_or_not_built_is_refused_by_name(
    client: Any, given: dict[str, Any], word: str
) -> None:
    with pytest.raises(ClientError) as error:
        create(client, **given)
    code, message = refusal(error)
    assert code == "ValidationException"
    assert word in message
