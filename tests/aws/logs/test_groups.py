"""Log groups, their retention and their tags, through boto3."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from seaway.aws.logs.retention import RETENTION_DAYS
from tests.aws.observing import Observed

ARN = "arn:aws:logs:us-east-1:000000000000:log-group:"


def refusal(error: pytest.ExceptionInfo[ClientError]) -> tuple[str, str]:
    told = error.value.response["Error"]
    return told["Code"], told["Message"]


def described(logs: Any, **how: Any) -> list[str]:
    return [one["logGroupName"] for one in logs.describe_log_groups(**how)["logGroups"]]


def test_a_group_is_described_as_it_was_made(observed: Observed, logs: Any, group: str) -> None:
    (found,) = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    assert abs(found.pop("creationTime") / 1000 - observed.moment().now) < 60
    assert found == {
        "logGroupName": group,
        "metricFilterCount": 0,
        "arn": f"{ARN}{group}:*",
        "logGroupArn": f"{ARN}{group}",
        "storedBytes": 0,
        "logGroupClass": "STANDARD",
    }


def test_a_name_is_taken_once(logs: Any, group: str) -> None:
    with pytest.raises(ClientError) as error:
        logs.create_log_group(logGroupName=group)
    assert refusal(error) == (
        "ResourceAlreadyExistsException",
        "The specified log group already exists",
    )


def test_a_name_of_strange_letters_is_refused(logs: Any) -> None:
    with pytest.raises(ClientError) as error:
        logs.create_log_group(logGroupName="cats and dogs")
    assert refusal(error)[0] == "InvalidParameterException"


@pytest.mark.parametrize(
    "asked", [{"kmsKeyId": "arn:aws:kms:x"}, {"logGroupClass": "INFREQUENT_ACCESS"}]
)
def test_what_is_not_built_is_refused_by_name(logs: Any, asked: dict[str, str]) -> None:
    with pytest.raises(ClientError, match="not built in Seaway") as error:
        logs.create_log_group(logGroupName="sealed", **asked)
    assert next(iter(asked)) in refusal(error)[1]
    assert described(logs, logGroupNamePrefix="sealed") == []


def test_a_missing_group_is_said_to_be_missing(logs: Any) -> None:
    for ask in (
        lambda: logs.delete_log_group(logGroupName="none"),
        lambda: logs.put_retention_policy(logGroupName="none", retentionInDays=1),
        lambda: logs.describe_log_streams(logGroupName="none"),
        lambda: logs.filter_log_events(logGroupIdentifier=f"{ARN}none"),
    ):
        with pytest.raises(ClientError) as error:
            ask()
        assert refusal(error) == (
            "ResourceNotFoundException",
            "The specified log group does not exist.",
        )


def test_groups_are_found_by_prefix_by_piece_and_by_identifier(logs: Any) -> None:
    for name in ("/find/cats", "/find/dogs", "/other/find"):
        logs.create_log_group(logGroupName=name)
    assert described(logs, logGroupNamePrefix="/find") == ["/find/cats", "/find/dogs"]
    assert described(logs, logGroupNamePattern="find") == [
        "/find/cats", "/find/dogs", "/other/find",
    ]  # fmt: skip
    assert described(logs, logGroupIdentifiers=["/find/dogs", f"{ARN}/find/cats"]) == [
        "/find/dogs", "/find/cats",
    ]  # fmt: skip
    listed = logs.list_log_groups(logGroupNamePattern="^/find|dogs")["logGroups"]
    assert [one["logGroupArn"] for one in listed] == [f"{ARN}/find/cats", f"{ARN}/find/dogs"]
    with pytest.raises(ClientError) as error:
        logs.describe_log_groups(logGroupNamePrefix="a", logGroupNamePattern="b")
    assert refusal(error)[0] == "InvalidParameterException"


def test_pages_show_every_group_once(logs: Any) -> None:
    names = [f"/page/{number:02d}" for number in range(7)]
    for name in names:
        logs.create_log_group(logGroupName=name)
    pages = logs.get_paginator("describe_log_groups").paginate(
        logGroupNamePrefix="/page", PaginationConfig={"PageSize": 3}
    )
    sizes = [[one["logGroupName"] for one in page["logGroups"]] for page in pages]
    assert [len(size) for size in sizes] == [3, 3, 1]
    assert [name for page in sizes for name in page] == names


def test_a_strange_token_is_refused(logs: Any) -> None:
    with pytest.raises(ClientError) as error:
        logs.describe_log_groups(nextToken="mine")
    assert refusal(error) == (
        "InvalidParameterException",
        "The specified nextToken is invalid.",
    )


def test_another_region_has_other_groups(observed: Observed, group: str) -> None:
    assert described(observed.client("logs", "eu-west-1"), logGroupNamePrefix=group) == []


def test_retention_is_one_of_awss_days(logs: Any, group: str) -> None:
    for days in RETENTION_DAYS:
        logs.put_retention_policy(logGroupName=group, retentionInDays=days)
    (found,) = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    assert found["retentionInDays"] == 3653
    with pytest.raises(ClientError, match="enum value set") as error:
        logs.put_retention_policy(logGroupName=group, retentionInDays=2)
    assert refusal(error)[0] == "InvalidParameterException"
    logs.delete_retention_policy(logGroupName=group)
    (found,) = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    assert "retentionInDays" not in found


def test_tags_are_put_listed_and_taken_off_under_both_names(logs: Any, group: str) -> None:
    arn = f"{ARN}{group}"
    logs.tag_resource(resourceArn=arn, tags={"team": "cats", "stage": "test"})
    logs.tag_log_group(logGroupName=group, tags={"stage": "live"})
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == {
        "team": "cats",
        "stage": "live",
    }
    logs.untag_resource(resourceArn=arn, tagKeys=["team"])
    assert logs.list_tags_log_group(logGroupName=group)["tags"] == {"stage": "live"}
    logs.untag_log_group(logGroupName=group, tags=["stage"])
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == {}


def test_queries_and_live_tail_are_said_not_to_be_built(logs: Any) -> None:
    with pytest.raises(ClientError, match="StartQuery of logs is not built") as error:
        logs.start_query(logGroupName="x", startTime=0, endTime=1, queryString="fields @message")
    assert refusal(error)[0] == "UnknownOperationException"
