"""Secrets through boto3: values, versions, stages, and the time in which they can be had back."""

from __future__ import annotations

import json
import string
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from seaway.core.stored_secrets import MOST_UNSTAGED, StoredSecret
from tests.aws.wired import Wired

DAY = 86_400


def refused(call: Any, **request: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call(**request)
    error = caught.value.response["Error"]
    return error["Code"], error.get("Message", "")


def text(manager: Any, **request: Any) -> str:
    found: str = manager.get_secret_value(**{"SecretId": "db"} | request)["SecretString"]
    return found


def token(letter: str) -> str:
    return letter * 32


def test_a_secret_is_read_by_name_and_by_arn_with_or_without_its_ending(manager: Any) -> None:
    made = manager.create_secret(Name="db", SecretString="purr", ClientRequestToken=token("a"))
    assert made["VersionId"] == token("a")
    short, _, ending = made["ARN"].rpartition("-")
    assert (short, len(ending)) == ("arn:aws:secretsmanager:us-east-1:000000000000:secret:db", 6)
    for name in ("db", made["ARN"], short):
        assert text(manager, SecretId=name) == "purr"
    assert manager.get_secret_value(SecretId="db")["VersionStages"] == ["AWSCURRENT"]
    assert refused(manager.get_secret_value, SecretId="cat") == (
        "ResourceNotFoundException",
        "Secrets Manager can't find the specified secret.",
    )


def test_bytes_come_back_as_bytes(manager: Any) -> None:
    manager.create_secret(Name="db", SecretBinary=b"\x00\xff")
    shown = manager.get_secret_value(SecretId="db")
    assert shown["SecretBinary"] == b"\x00\xff"
    assert "SecretString" not in shown


def test_a_new_value_is_current_and_the_one_before_is_previous(manager: Any) -> None:
    manager.create_secret(Name="db", SecretString="1", ClientRequestToken=token("1"))
    for number in "23":
        manager.put_secret_value(
            SecretId="db", SecretString=number, ClientRequestToken=token(number)
        )
    assert text(manager) == "3"
    assert text(manager, VersionStage="AWSPREVIOUS") == "2"
    assert text(manager, VersionId=token("1")) == "1"
    assert manager.describe_secret(SecretId="db")["VersionIdsToStages"] == {
        token("2"): ["AWSPREVIOUS"],
        token("3"): ["AWSCURRENT"],
    }
    everything = manager.list_secret_version_ids(SecretId="db", IncludeDeprecated=True)
    assert [one["VersionId"][0] for one in everything["Versions"]] == ["1", "2", "3"]
    assert len(manager.list_secret_version_ids(SecretId="db")["Versions"]) == 2
    assert refused(
        manager.get_secret_value, SecretId="db", VersionId=token("1"), VersionStage="AWSCURRENT"
    )[0] == ("InvalidRequestException")
    assert refused(manager.get_secret_value, SecretId="db", VersionStage="AWSPENDING") == (
        "ResourceNotFoundException",
        "Secrets Manager can't find the specified secret value for staging label: AWSPENDING",
    )


def test_a_pending_value_becomes_current_when_the_stage_moves(manager: Any) -> None:
    manager.create_secret(Name="db", SecretString="old", ClientRequestToken=token("o"))
    answer = manager.put_secret_value(
        SecretId="db",
        SecretString="new",
        ClientRequestToken=token("n"),
        VersionStages=["AWSPENDING"],
    )
    assert answer["VersionStages"] == ["AWSPENDING"]
    assert text(manager) == "old"
    move = {"SecretId": "db", "VersionStage": "AWSCURRENT", "MoveToVersionId": token("n")}
    code, message = refused(manager.update_secret_version_stage, **move)
    assert (code, "RemoveFromVersionId" in message) == ("InvalidParameterException", True)
    manager.update_secret_version_stage(**move, RemoveFromVersionId=token("o"))
    assert (text(manager), text(manager, VersionStage="AWSPREVIOUS")) == ("new", "old")
    manager.update_secret_version_stage(
        SecretId="db", VersionStage="AWSPENDING", RemoveFromVersionId=token("n")
    )
    assert refused(
        manager.update_secret_version_stage,
        SecretId="db",
        VersionStage="AWSCURRENT",
        RemoveFromVersionId=token("n"),
    )[0] == ("InvalidParameterException")
    assert manager.describe_secret(SecretId="db")["VersionIdsToStages"][token("n")] == [
        "AWSCURRENT"
    ]


def test_a_request_made_again_does_nothing_twice(manager: Any) -> None:
    create = {"Name": "db", "SecretString": "1", "ClientRequestToken": token("1")}
    first = manager.create_secret(**create)
    assert manager.create_secret(**create)["ARN"] == first["ARN"]
    assert refused(manager.create_secret, **create | {"SecretString": "2"})[0] == (
        "ResourceExistsException"
    )
    put = {"SecretId": "db", "SecretString": "2", "ClientRequestToken": token("2")}
    manager.put_secret_value(**put)
    manager.put_secret_value(**put)
    assert text(manager, VersionStage="AWSPREVIOUS") == "1"
    assert refused(manager.put_secret_value, **put | {"SecretString": "3"})[0] == (
        "ResourceExistsException"
    )


def test_of_versions_without_a_stage_only_the_newest_are_kept(wired: Wired, manager: Any) -> None:
    manager.create_secret(Name="db", SecretString="x")
    for number in range(MOST_UNSTAGED + 5):
        manager.put_secret_value(SecretId="db", SecretString=str(number))
    (secret,) = wired.all(StoredSecret)
    assert len(secret.versions) == MOST_UNSTAGED + 2
    assert text(manager) == str(MOST_UNSTAGED + 4)


def test_a_secret_is_described_and_changed(manager: Any) -> None:
    manager.create_secret(Name="db", Description="one", KmsKeyId="alias/k")
    assert "VersionIdsToStages" not in manager.describe_secret(SecretId="db")
    assert "VersionId" not in manager.update_secret(SecretId="db", Description="two")
    assert manager.update_secret(SecretId="db", SecretString="x")["VersionId"]
    shown = manager.describe_secret(SecretId="db")
    assert (shown["Description"], shown["KmsKeyId"]) == ("two", "alias/k")
    assert "LastAccessedDate" not in shown
    text(manager)
    assert manager.describe_secret(SecretId="db")["LastAccessedDate"].hour == 0


def test_a_deleted_secret_can_be_had_back_until_its_time_is_over(
    wired: Wired, manager: Any
) -> None:
    manager.create_secret(Name="db", SecretString="x")
    before = manager.describe_secret(SecretId="db")["CreatedDate"]
    gone = manager.delete_secret(SecretId="db", RecoveryWindowInDays=7)["DeletionDate"]
    assert gone - before == timedelta(days=7)
    assert refused(manager.get_secret_value, SecretId="db")[0] == "InvalidRequestException"
    assert refused(manager.create_secret, Name="db")[0] == "InvalidRequestException"
    assert refused(manager.delete_secret, SecretId="db")[0] == "InvalidRequestException"
    manager.restore_secret(SecretId="db")
    assert text(manager) == "x"
    manager.delete_secret(SecretId="db", RecoveryWindowInDays=7)
    assert wired.now is not None
    wired.now += 7 * DAY + 1
    assert refused(manager.describe_secret, SecretId="db")[0] == "ResourceNotFoundException"
    manager.create_secret(Name="db", SecretString="y")
    assert text(manager) == "y"


def test_a_secret_can_go_at_once(manager: Any) -> None:
    manager.create_secret(Name="db", SecretString="x")
    both = {"ForceDeleteWithoutRecovery": True, "RecoveryWindowInDays": 7}
    assert refused(manager.delete_secret, SecretId="db", **both)[0] == "InvalidParameterException"
    assert refused(manager.delete_secret, SecretId="db", RecoveryWindowInDays=6)[0] == (
        "InvalidParameterException"
    )
    manager.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
    assert refused(manager.describe_secret, SecretId="db")[0] == "ResourceNotFoundException"


def test_secrets_are_listed_by_filter_and_order(manager: Any) -> None:
    manager.create_secret(Name="shop/db", Description="The database", SecretString="x")
    manager.create_secret(Name="shop/key", Tags=[{"Key": "owner", "Value": "us"}])
    manager.create_secret(Name="other")
    manager.delete_secret(SecretId="other")

    def names(*filters: tuple[str, str], **more: Any) -> list[str]:
        given = [{"Key": key, "Values": [value]} for key, value in filters]
        pages = manager.get_paginator("list_secrets").paginate(Filters=given, MaxResults=1, **more)
        return [one["Name"] for page in pages for one in page["SecretList"]]

    assert names() == ["shop/db", "shop/key"]
    assert names(SortOrder="desc", SortBy="name") == ["shop/key", "shop/db"]
    assert names(IncludePlannedDeletion=True)[-1] == "other"
    assert names(("name", "shop/d")) == ["shop/db"]
    assert names(("name", "!shop/d")) == ["shop/key"]
    assert names(("description", "the data")) == ["shop/db"]
    assert names(("tag-key", "own"), ("tag-value", "us")) == ["shop/key"]
    assert names(("all", "SHOP database")) == ["shop/db"]


def test_several_values_are_read_at_once(manager: Any) -> None:
    manager.create_secret(Name="a", SecretString="1")
    manager.create_secret(Name="b")
    answer = manager.batch_get_secret_value(SecretIdList=["a", "b", "c"])
    assert [one["SecretString"] for one in answer["SecretValues"]] == ["1"]
    assert [one["ErrorCode"] for one in answer["Errors"]] == ["ResourceNotFoundException"] * 2
    found = manager.batch_get_secret_value(Filters=[{"Key": "name", "Values": ["a"]}])
    assert len(found["SecretValues"]) == 1
    assert refused(manager.batch_get_secret_value)[0] == "InvalidParameterException"


def test_a_password_has_the_letters_asked_for(manager: Any) -> None:
    word = manager.get_random_password()["RandomPassword"]
    assert len(word) == 32
    for kind in (string.ascii_lowercase, string.ascii_uppercase, string.digits, string.punctuation):
        assert set(word) & set(kind)
    plain = manager.get_random_password(
        PasswordLength=200,
        ExcludePunctuation=True,
        ExcludeUppercase=True,
        ExcludeNumbers=True,
        ExcludeCharacters="aeiou",
        IncludeSpace=True,
    )["RandomPassword"]
    assert set(plain) <= set("bcdfghjklmnpqrstvwxyz ")
    assert " " in plain
    assert refused(manager.get_random_password, PasswordLength=3)[0] == "InvalidParameterException"
    assert len(manager.get_random_password(PasswordLength=1, RequireEachIncludedType=False)) == 2


def test_a_policy_is_kept_unless_it_lets_everybody_in(manager: Any) -> None:
    manager.create_secret(Name="db")
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*"}]}
    put = {"SecretId": "db", "ResourcePolicy": json.dumps(policy)}
    code, _ = refused(manager.put_resource_policy, **put, BlockPublicPolicy=True)
    assert code == "PublicPolicyException"
    manager.put_resource_policy(**put)
    assert manager.get_resource_policy(SecretId="db")["ResourcePolicy"] == put["ResourcePolicy"]
    manager.delete_resource_policy(SecretId="db")
    assert "ResourcePolicy" not in manager.get_resource_policy(SecretId="db")
    assert refused(manager.put_resource_policy, SecretId="db", ResourcePolicy="{")[0] == (
        "MalformedPolicyDocumentException"
    )


def test_tags_are_put_and_taken_off(manager: Any) -> None:
    manager.create_secret(Name="db", Tags=[{"Key": "a", "Value": "1"}])
    manager.tag_resource(SecretId="db", Tags=[{"Key": "b", "Value": "2"}])
    manager.untag_resource(SecretId="db", TagKeys=["a"])
    assert manager.describe_secret(SecretId="db")["Tags"] == [{"Key": "b", "Value": "2"}]


@pytest.mark.parametrize(
    "request_",
    [
        {"AddReplicaRegions": [{"Region": "eu-west-1"}]},
        {"Type": "partner"},
        {"SecretString": "a", "SecretBinary": b"a"},
    ],
)
def test_what_is_not_done_here_is_refused(manager: Any, request_: dict[str, Any]) -> None:
    assert refused(manager.create_secret, Name="db", **request_)[0] == "InvalidParameterException"


def test_rotation_is_refused_by_its_name(manager: Any) -> None:
    manager.create_secret(Name="db")
    _, message = refused(manager.rotate_secret, SecretId="db")
    assert "RotateSecret" in message


def test_a_name_is_checked(manager: Any) -> None:
    assert refused(manager.create_secret, Name="a b")[0] == "ValidationException"
