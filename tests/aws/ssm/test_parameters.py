"""Parameters through boto3: made, changed, read, listed, labelled, tagged."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from seaway.core.parameters import MOST_VERSIONS
from seaway.core.stored_secrets import CURRENT, SecretVersion, StoredSecret
from tests.aws.wired import Wired


def refused(call: Any, **request: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call(**request)
    error = caught.value.response["Error"]
    return error["Code"], error.get("Message", "")


def put(ssm: Any, name: str, value: str = "v", **more: Any) -> Any:
    return ssm.put_parameter(Name=name, Value=value, **{"Type": "String"} | more)


def value(ssm: Any, name: str, **more: Any) -> str:
    found: str = ssm.get_parameter(Name=name, **more)["Parameter"]["Value"]
    return found


def test_a_parameter_is_read_back_with_its_arn_and_version(ssm: Any) -> None:
    answer = put(ssm, "/shop/db/host", "cats.internal")
    assert (answer["Version"], answer["Tier"]) == (1, "Standard")
    shown = ssm.get_parameter(Name="/shop/db/host")["Parameter"]
    assert shown.pop("LastModifiedDate")
    assert shown == {
        "Name": "/shop/db/host",
        "Type": "String",
        "Value": "cats.internal",
        "Version": 1,
        "ARN": "arn:aws:ssm:us-east-1:000000000000:parameter/shop/db/host",
        "DataType": "text",
    }
    assert value(ssm, shown["ARN"]) == "cats.internal"


def test_a_secure_string_is_shown_only_to_who_asks_for_it(ssm: Any) -> None:
    put(ssm, "password", "purr", Type="SecureString")
    assert value(ssm, "password", WithDecryption=True) == "purr"
    assert "purr" not in value(ssm, "password")
    before = value(ssm, "password")
    put(ssm, "password", "meow", Type="SecureString", Overwrite=True)
    assert value(ssm, "password") != before


def test_versions_are_kept_and_selected_by_number_and_label(ssm: Any) -> None:
    put(ssm, "db", "one")
    assert refused(ssm.put_parameter, Name="db", Value="two", Type="String")[0] == (
        "ParameterAlreadyExists"
    )
    # What is not said again stays.
    assert ssm.put_parameter(Name="db", Value="two", Overwrite=True)["Version"] == 2
    answer = ssm.label_parameter_version(Name="db", ParameterVersion=1, Labels=["live", "1st"])
    assert (answer["InvalidLabels"], answer["ParameterVersion"]) == (["1st"], 1)
    assert value(ssm, "db") == "two"
    assert value(ssm, "db:1") == "one"
    assert value(ssm, "db:live") == "one"
    ssm.label_parameter_version(Name="db", Labels=["live"])
    assert ssm.get_parameter(Name="db:live")["Parameter"]["Selector"] == ":live"
    assert value(ssm, "db:live") == "two"
    history = ssm.get_parameter_history(Name="db")["Parameters"]
    assert [(h["Version"], h["Value"], h["Labels"]) for h in history] == [
        (1, "one", []),
        (2, "two", ["live"]),
    ]
    assert refused(ssm.get_parameter, Name="db:9")[0] == "ParameterVersionNotFound"
    gone = ssm.unlabel_parameter_version(Name="db", ParameterVersion=2, Labels=["live", "x"])
    assert (gone["RemovedLabels"], gone["InvalidLabels"]) == (["live"], ["x"])


def test_the_oldest_version_makes_room_unless_it_has_a_label(ssm: Any) -> None:
    put(ssm, "db", "0")
    for number in range(MOST_VERSIONS):
        put(ssm, "db", str(number), Overwrite=True)
    assert ssm.get_parameter_history(Name="db")["Parameters"][0]["Version"] == 2
    ssm.label_parameter_version(Name="db", ParameterVersion=2, Labels=["keep"])
    code, text = refused(ssm.put_parameter, Name="db", Value="x", Overwrite=True)
    assert code == "ParameterMaxVersionLimitExceeded"
    assert "Version 2, the oldest version, can't be deleted" in text


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"Name": "aws-thing"}, "ValidationException"),
        ({"Name": "/aws/thing"}, "AccessDeniedException"),
        ({"Name": "ssm.thing"}, "ValidationException"),
        ({"Name": "a b"}, "ValidationException"),
        ({"Name": "a/b"}, "ValidationException"),
        ({"Name": "/a" * 16}, "HierarchyLevelLimitExceededException"),
        ({"Name": "x" * 1000}, "ValidationException"),
        ({"Type": "Number"}, "ValidationException"),
        ({"Value": ""}, "ValidationException"),
        ({"Value": "x" * 4097}, "ValidationException"),
        ({"Value": "x" * 8193, "Tier": "Advanced"}, "ValidationException"),
        ({"AllowedPattern": "("}, "InvalidAllowedPatternException"),
        ({"AllowedPattern": r"^\d+$"}, "ParameterPatternMismatchException"),
        ({"DataType": "aws:ec2:image"}, "ValidationException"),
        ({"DataType": "number"}, "ValidationException"),
        ({"Policies": "[]"}, "ValidationException"),
        ({"KeyId": "alias/x"}, "ValidationException"),
        ({"Overwrite": True, "Tags": [{"Key": "a", "Value": "b"}]}, "ValidationException"),
    ],
)
def test_what_aws_refuses_is_refused(ssm: Any, request_: dict[str, Any], code: str) -> None:
    given = {"Name": "db", "Value": "v", "Type": "String"} | request_
    assert refused(ssm.put_parameter, **given)[0] == code


def test_a_value_too_large_for_its_tier_takes_the_next_one_when_told_to(ssm: Any) -> None:
    assert put(ssm, "db", "x" * 5000, Tier="Intelligent-Tiering")["Tier"] == "Advanced"
    code, text = refused(ssm.put_parameter, Name="db", Value="x", Overwrite=True, Tier="Standard")
    assert (code, "downgrade" in text) == ("ValidationException", True)


def test_a_secure_string_cannot_become_plain(ssm: Any) -> None:
    put(ssm, "db", "x", Type="SecureString")
    code, _ = refused(ssm.put_parameter, Name="db", Value="x", Type="String", Overwrite=True)
    assert code == "HierarchyTypeMismatchException"


def test_several_are_read_at_once_and_the_unknown_are_named(ssm: Any) -> None:
    put(ssm, "a", "1")
    put(ssm, "b", "2")
    answer = ssm.get_parameters(Names=["b", "none", "a:1", "a:7"])
    assert [one["Value"] for one in answer["Parameters"]] == ["2", "1"]
    assert answer["InvalidParameters"] == ["none", "a:7"]


def test_a_path_is_read_level_by_level_or_whole_in_pages(ssm: Any) -> None:
    for name in ("/shop/a", "/shop/b", "/shop/db/host", "/shops/c", "plain"):
        put(ssm, name)

    def names(**request: Any) -> list[str]:
        pages = ssm.get_paginator("get_parameters_by_path").paginate(**request)
        return [one["Name"] for page in pages for one in page["Parameters"]]

    assert names(Path="/shop") == ["/shop/a", "/shop/b"]
    assert names(Path="/shop/", Recursive=True, MaxResults=1) == [
        "/shop/a",
        "/shop/b",
        "/shop/db/host",
    ]
    assert names(Path="/", Recursive=True)[-1] == "/shops/c"
    assert refused(ssm.get_parameters_by_path, Path="shop")[0] == "ValidationException"
    assert refused(ssm.get_parameters_by_path, Path="/", NextToken="x")[0] == "InvalidNextToken"


def test_parameters_are_listed_by_what_is_said_of_them(ssm: Any) -> None:
    put(ssm, "/shop/a", Tags=[{"Key": "owner", "Value": "us"}], Description="first")
    put(ssm, "/shop/db/host", Type="SecureString")
    put(ssm, "plain", "a,b", Type="StringList")

    def names(*filters: dict[str, Any]) -> list[str]:
        found = ssm.describe_parameters(ParameterFilters=list(filters))["Parameters"]
        assert all("Value" not in one for one in found)
        return [one["Name"] for one in found]

    assert names() == ["/shop/a", "/shop/db/host", "plain"]
    assert names({"Key": "Type", "Values": ["SecureString"]}) == ["/shop/db/host"]
    assert names({"Key": "Name", "Option": "Contains", "Values": ["db"]}) == ["/shop/db/host"]
    assert names({"Key": "Path", "Values": ["/shop"]}) == ["/shop/a"]
    assert names({"Key": "Path", "Option": "Recursive", "Values": ["/"]}) == names()
    assert names({"Key": "tag:owner", "Values": ["us"]}) == ["/shop/a"]
    assert names({"Key": "tag:owner"}) == ["/shop/a"]
    assert names({"Key": "KeyId", "Option": "BeginsWith", "Values": ["alias/aws"]}) == [
        "/shop/db/host"
    ]
    described = ssm.describe_parameters()["Parameters"][0]
    assert (described["Description"], described["Version"]) == ("first", 1)
    assert refused(ssm.describe_parameters, ParameterFilters=[{"Key": "Label", "Values": ["x"]}])[
        0
    ] == ("InvalidFilterKey")


def test_parameters_go_one_by_one_or_together(ssm: Any) -> None:
    for name in "abc":
        put(ssm, name)
    ssm.delete_parameter(Name="a")
    assert refused(ssm.delete_parameter, Name="a")[0] == "ParameterNotFound"
    answer = ssm.delete_parameters(Names=["a", "b", "c"])
    assert (answer["DeletedParameters"], answer["InvalidParameters"]) == (["b", "c"], ["a"])
    assert refused(ssm.get_parameter, Name="b")[0] == "ParameterNotFound"


def test_tags_are_put_and_taken_off(ssm: Any) -> None:
    put(ssm, "a", Tags=[{"Key": "k", "Value": "1"}])
    where = {"ResourceType": "Parameter", "ResourceId": "a"}
    ssm.add_tags_to_resource(**where, Tags=[{"Key": "l", "Value": "2"}, {"Key": "k", "Value": "3"}])
    ssm.remove_tags_from_resource(**where, TagKeys=["k"])
    assert ssm.list_tags_for_resource(**where)["TagList"] == [{"Key": "l", "Value": "2"}]
    where["ResourceId"] = "none"
    assert refused(ssm.list_tags_for_resource, **where)[0] == "InvalidResourceId"


def test_another_region_has_parameters_of_its_own(wired: Wired, ssm: Any) -> None:
    put(ssm, "a", "here")
    far = wired.client("ssm", "eu-west-1")
    assert refused(far.get_parameter, Name="a")[0] == "ParameterNotFound"
    assert value(far, "arn:aws:ssm:us-east-1:000000000000:parameter/a") == "here"


def test_the_recommended_images_are_public_parameters(ssm: Any) -> None:
    path = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended"
    image = value(ssm, f"{path}/image_id")
    assert image.startswith("ami-")
    assert json.loads(value(ssm, path))["image_id"] == image
    listed = ssm.get_parameters_by_path(Path=path)["Parameters"]
    assert [one["Value"] for one in listed] == [image]
    assert refused(ssm.get_parameter, Name="/aws/service/none")[0] == "ParameterNotFound"


def test_a_secret_of_secrets_manager_can_be_read_as_a_parameter(wired: Wired, ssm: Any) -> None:
    version = SecretVersion(id="v" * 32, created_at=1.0, text="purr", stages=(CURRENT,))
    wired.put(
        StoredSecret(
            arn="arn:aws:secretsmanager:us-east-1:000000000000:secret:cat-AbCdEf",
            name="cat",
            account="000000000000",
            region="us-east-1",
            created_at=1.0,
            changed_at=1.0,
            versions=(version,),
        )
    )
    name = "/aws/reference/secretsmanager/cat"
    assert value(ssm, name, WithDecryption=True) == "purr"
    assert refused(ssm.get_parameter, Name=name)[0] == "ValidationException"
