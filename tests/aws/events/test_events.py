"""Buses, rules, targets and events, through boto3; what becomes of them is test_bus.py's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from seaway.aws import events
from seaway.aws.errors import AwsError
from seaway.core.bus import BusEvent
from tests.aws.wired import Wired
from tests.builders import CLUSTER, HOME
from tests.handlers import Api

PATTERN = '{"source": ["shop"]}'
GROUP = f"arn:aws:logs:{HOME}:log-group:/events"
ROLE = "arn:aws:iam::000000000000:role/events"
RUN = {
    "Id": "run",
    "Arn": CLUSTER,
    "RoleArn": ROLE,
    "EcsParameters": {
        "TaskDefinitionArn": f"arn:aws:ecs:{HOME}:task-definition/web:1",
        "TaskCount": 2,
        "NetworkConfiguration": {"awsvpcConfiguration": {"Subnets": ["subnet-1"]}},
    },
}


@pytest.fixture
def wired() -> Iterator[Wired]:
    made = Wired(events.operations())
    yield made
    made.close()


@pytest.fixture
def client(wired: Wired) -> Any:
    return wired.client("events")


def refusal(error: pytest.ExceptionInfo[ClientError]) -> tuple[str, str]:
    told = error.value.response["Error"]
    return told["Code"], told["Message"]


def test_the_default_bus_is_always_there_and_others_come_and_go(client: Any) -> None:
    arn = f"arn:aws:events:{HOME}:event-bus/shop"
    tags = [{"Key": "a", "Value": "1"}]
    made = client.create_event_bus(Name="shop", Description="sales", Tags=tags)
    assert (made["EventBusArn"], made["Description"]) == (arn, "sales")
    names = [bus["Name"] for bus in client.list_event_buses()["EventBuses"]]
    assert names == ["default", "shop"]
    assert client.describe_event_bus()["Name"] == "default"
    assert client.describe_event_bus(Name="shop")["Description"] == "sales"
    assert client.list_tags_for_resource(ResourceARN=arn)["Tags"] == tags
    with pytest.raises(ClientError) as error:
        client.create_event_bus(Name="shop")
    assert refusal(error)[0] == "ResourceAlreadyExistsException"
    client.put_rule(Name="r", EventPattern=PATTERN, EventBusName="shop")
    with pytest.raises(ClientError) as error:
        client.delete_event_bus(Name="shop")
    assert refusal(error)[0] == "ValidationException"
    client.delete_rule(Name="r", EventBusName="shop")
    client.delete_event_bus(Name="shop")
    client.delete_event_bus(Name="shop")
    with pytest.raises(ClientError) as error:
        client.describe_event_bus(Name="shop")
    assert refusal(error)[0] == "ResourceNotFoundException"


def test_a_rule_is_put_shown_changed_switched_and_deleted(client: Any) -> None:
    made = client.put_rule(Name="mine", EventPattern=PATTERN, Description="one", RoleArn=ROLE)
    assert made["RuleArn"] == f"arn:aws:events:{HOME}:rule/mine"
    rule = client.describe_rule(Name="mine")
    assert (rule["EventPattern"], rule["State"], rule["EventBusName"]) == (
        PATTERN,
        "ENABLED",
        "default",
    )
    assert (rule["Description"], rule["RoleArn"], rule["CreatedBy"]) == (
        "one",
        ROLE,
        "000000000000",
    )
    client.put_rule(Name="mine", ScheduleExpression="rate(1 hour)", State="DISABLED")
    (rule,) = client.list_rules(NamePrefix="mi")["Rules"]
    assert (rule["ScheduleExpression"], rule["State"]) == ("rate(1 hour)", "DISABLED")
    assert "EventPattern" not in rule
    client.enable_rule(Name="mine")
    assert client.describe_rule(Name="mine")["State"] == "ENABLED"
    client.disable_rule(Name="mine")
    assert client.describe_rule(Name="mine")["State"] == "DISABLED"
    client.delete_rule(Name="mine")
    client.delete_rule(Name="mine")
    assert client.list_rules()["Rules"] == []


def test_rules_come_in_pages_and_their_tags_can_be_changed(client: Any) -> None:
    for name in ("b", "a", "c"):
        arn = client.put_rule(Name=name, EventPattern=PATTERN)["RuleArn"]
    first = client.list_rules(Limit=2)
    assert [rule["Name"] for rule in first["Rules"]] == ["a", "b"]
    second = client.list_rules(Limit=2, NextToken=first["NextToken"])
    assert [rule["Name"] for rule in second["Rules"]] == ["c"]
    client.tag_resource(ResourceARN=arn, Tags=[{"Key": "a", "Value": "1"}])
    client.tag_resource(ResourceARN=arn, Tags=[{"Key": "b", "Value": "2"}])
    client.untag_resource(ResourceARN=arn, TagKeys=["a"])
    assert client.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "b", "Value": "2"}]


def test_targets_are_put_listed_found_and_removed(client: Any) -> None:
    client.put_rule(Name="mine", EventPattern=PATTERN)
    logged = {"Id": "log", "Arn": GROUP, "InputPath": "$.detail"}
    answer = client.put_targets(Rule="mine", Targets=[RUN, logged])
    assert (answer["FailedEntryCount"], answer["FailedEntries"]) == (0, [])
    assert client.list_targets_by_rule(Rule="mine")["Targets"] == [RUN, logged]
    assert client.list_rule_names_by_target(TargetArn=GROUP)["RuleNames"] == ["mine"]
    with pytest.raises(ClientError) as error:
        client.delete_rule(Name="mine")
    assert refusal(error)[0] == "ValidationException"
    answer = client.remove_targets(Rule="mine", Ids=["run", "nobody"])
    assert answer["FailedEntryCount"] == 1
    assert answer["FailedEntries"][0]["TargetId"] == "nobody"
    assert client.list_targets_by_rule(Rule="mine")["Targets"] == [logged]


@pytest.mark.parametrize(
    ("target", "word"),
    [
        ({"Arn": "arn:aws:sqs:us-east-1:000000000000:q"}, "Arn"),
        ({"Arn": f"arn:aws:ecs:{HOME}:task/x"}, "Arn"),
        ({"Arn": GROUP.replace("us-east-1", "eu-west-1")}, "region"),
        ({"Arn": CLUSTER, "RoleArn": ROLE}, "EcsParameters"),
        ({"Arn": CLUSTER, "EcsParameters": {"TaskDefinitionArn": "x"}}, "RoleArn"),
        ({"EcsParameters": {"TaskDefinitionArn": "x"}}, "EcsParameters"),
        ({"SqsParameters": {"MessageGroupId": "x"}}, "SqsParameters"),
        ({"DeadLetterConfig": {"Arn": "arn:aws:sqs:us-east-1:0:q"}}, "DeadLetterConfig"),
        ({"Input": "no json"}, "Input"),
        ({"InputPath": "detail"}, "path"),
    ],
)
def test_targets_that_nothing_would_come_of_are_refused_by_name(
    client: Any, target: dict[str, Any], word: str
) -> None:
    client.put_rule(Name="mine", EventPattern=PATTERN)
    with pytest.raises(ClientError) as error:
        client.put_targets(Rule="mine", Targets=[{"Id": "t", "Arn": GROUP, **target}])
    code, message = refusal(error)
    assert code == "ValidationException"
    assert word in message


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({}, "ValidationException"),
        ({"EventPattern": '{"source": "shop"}'}, "InvalidEventPatternException"),
        ({"ScheduleExpression": "rate(1 minutes)"}, "ValidationException"),
        ({"ScheduleExpression": "at(2030-01-01T00:00:00)"}, "ValidationException"),
        ({"EventPattern": PATTERN, "EventBusName": "nobody"}, "ResourceNotFoundException"),
    ],
)
def test_rules_that_are_none_are_refused(client: Any, given: dict[str, Any], code: str) -> None:
    with pytest.raises(ClientError) as error:
        client.put_rule(Name="mine", **given)
    assert refusal(error)[0] == code


def test_events_are_taken_one_by_one(client: Any, wired: Wired) -> None:
    good = {"Source": "shop", "DetailType": "Sold", "Detail": '{"n": 1}'}
    answer = client.put_events(
        Entries=[
            {**good, "Time": datetime(2026, 3, 1, tzinfo=UTC), "Resources": ["arn:x"]},
            {**good, "Source": "aws.ecs"},
            {**good, "Detail": "[]"},
            {**good, "EventBusName": "nobody"},
            {"Source": "shop"},
        ]
    )
    assert answer["FailedEntryCount"] == 4
    assert [entry.get("ErrorCode") for entry in answer["Entries"]] == [
        None,
        "NotAuthorizedForSourceException",
        "MalformedDetail",
        "ResourceNotFoundException",
        "InvalidArgument",
    ]
    (event,) = wired.all(BusEvent)
    assert event.id == answer["Entries"][0]["EventId"]
    assert event.shown()["time"] == "2026-03-01T00:00:00Z"


def test_a_pattern_can_be_tried_out(client: Any) -> None:
    event = {
        "id": "1",
        "account": "1",
        "source": "shop",
        "time": "2026-03-01T00:00:00Z",
        "region": "us-east-1",
        "resources": [],
        "detail-type": "Sold",
        "detail": {},
    }
    text = json.dumps(event)
    assert client.test_event_pattern(EventPattern=PATTERN, Event=text)["Result"] is True
    other = '{"source": ["bank"]}'
    assert client.test_event_pattern(EventPattern=other, Event=text)["Result"] is False
    with pytest.raises(ClientError) as error:
        client.test_event_pattern(EventPattern=PATTERN, Event='{"id": "1"}')
    assert refusal(error)[0] == "InvalidEventPatternException"


def test_what_has_no_effect_on_an_event_is_refused_by_name() -> None:
    # botocore can't sign a request to a global endpoint without more than we install.
    api = Api(events.operations())
    good = {"Source": "shop", "DetailType": "Sold", "Detail": "{}"}
    with pytest.raises(AwsError, match="EndpointId"):
        api("events", "PutEvents", Entries=[good], EndpointId="a.veo")
    with pytest.raises(AwsError, match="TraceHeader"):
        api("events", "PutEvents", Entries=[{**good, "TraceHeader": "x"}])
