"""The model's constraints, in each service's own words."""

from __future__ import annotations

from typing import Any

import pytest

from seaway.aws.errors import AwsError, ValidationException
from seaway.aws.wire.constraints import Constraints, InvalidInput, InvalidParameterException

from .examples import service


def refusal(name: str, operation: str, request: dict[str, Any]) -> AwsError:
    with pytest.raises(AwsError) as caught:
        Constraints(service(name)).check(operation, request)
    return caught.value


def accepted(name: str, operation: str, request: dict[str, Any]) -> None:
    Constraints(service(name)).check(operation, request)


def test_a_missing_member_is_refused_in_the_words_of_the_service() -> None:
    null = "1 validation error detected: Value null at '{}' failed to satisfy constraint: "
    must = "Member must not be null"
    ecs = refusal("ecs", "RunTask", {})
    assert isinstance(ecs, InvalidParameterException)
    assert ecs.message == null.format("taskDefinition") + must
    cloud_map = refusal("servicediscovery", "GetService", {})
    assert isinstance(cloud_map, InvalidInput)
    assert cloud_map.message == null.format("id") + must
    elbv2 = refusal("elbv2", "CreateRule", {"ListenerArn": "a", "Conditions": [], "Actions": []})
    assert isinstance(elbv2, ValidationException)
    assert elbv2.message == null.format("priority") + must
    ec2 = refusal("ec2", "DeleteVpc", {})
    assert (ec2.code, ec2.message) == (
        "MissingParameter",
        "The request must contain the parameter VpcId",
    )


def test_none_counts_as_missing() -> None:
    assert "'taskDefinition'" in refusal("ecs", "RunTask", {"taskDefinition": None}).message


def test_inner_members_are_named_by_their_path() -> None:
    request = {"Name": "n", "Tags": [{"Key": "a", "Value": "b"}, {"Value": "b"}]}
    found = refusal("servicediscovery", "CreateHttpNamespace", request)
    assert "Value null at 'tags.2.member.key'" in found.message


def test_several_breaches_are_told_at_once() -> None:
    found = refusal("cloudwatch", "GetMetricStatistics", {"Namespace": "n", "Period": 60})
    assert found.message.startswith("3 validation errors detected: Value null at 'metricName'")
    assert found.message.count("; Value null at") == 2


def test_seaways_own_words_are_known_beside_the_models() -> None:
    accepted("ecs", "CreateCluster", {"settings": [{"name": "faithful", "value": "enabled"}]})
    found = refusal("ecs", "CreateCluster", {"settings": [{"name": "faith", "value": "enabled"}]})
    assert "[containerInsights, faithful]" in found.message


def test_lengths_and_ranges_are_kept() -> None:
    found = refusal("logs", "CreateLogGroup", {"logGroupName": ""})
    assert found.code == "InvalidParameterException"
    assert "Member must have length greater than or equal to 1" in found.message
    accepted("logs", "CreateLogGroup", {"logGroupName": "a" * 512})
    assert (
        "less than or equal to 512"
        in refusal("logs", "CreateLogGroup", {"logGroupName": "a" * 513}).message
    )
    assert (
        "value less than or equal to 50"
        in refusal("logs", "DescribeLogGroups", {"limit": 51}).message
    )


def test_a_value_outside_an_enum_is_refused() -> None:
    found = refusal("ecs", "RunTask", {"taskDefinition": "t", "launchType": "MOON"})
    assert found.message == (
        "1 validation error detected: Value 'MOON' at 'launchType' failed to satisfy "
        "constraint: Member must satisfy enum value set: "
        "[EC2, FARGATE, EXTERNAL, MANAGED_INSTANCES]"
    )


def test_ecr_says_a_pattern_in_its_own_way() -> None:
    found = refusal("ecr", "CreateRepository", {"repositoryName": "UPPER"})
    assert isinstance(found, InvalidParameterException)
    assert found.message.startswith(
        "Invalid parameter at 'repositoryName' failed to satisfy constraint: "
        "'must satisfy regular expression '[a-z0-9]+"
    )
    assert found.message.endswith("''")
    accepted("ecr", "CreateRepository", {"repositoryName": "team/app"})


def test_patterns_cover_the_whole_value() -> None:
    assert "pattern" in refusal("iam", "GetRole", {"RoleName": "a b"}).message
    accepted("iam", "GetRole", {"RoleName": "a-b_c@d"})


def test_letters_of_any_script_are_good_tags() -> None:
    tags = [{"key": "größe", "value": "東京 1"}]
    accepted("ecs", "TagResource", {"resourceArn": "a", "tags": tags})
    assert (
        "pattern"
        in refusal(
            "ecs", "TagResource", {"resourceArn": "a", "tags": [{"key": "a;b", "value": ""}]}
        ).message
    )


def test_ec2_leaves_enums_to_its_handlers() -> None:
    accepted("ec2", "RunInstances", {"MinCount": 1, "MaxCount": 1, "InstanceType": "t9.mega"})


def test_operations_without_input_have_nothing_to_check() -> None:
    accepted("autoscaling", "DescribeAccountLimits", {})
