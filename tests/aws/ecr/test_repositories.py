"""Repositories, their settings, tags and policies, through boto3."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.registry.images import push_image
from tests.registry.running import Running


def refusal(error: pytest.ExceptionInfo[ClientError]) -> tuple[str, str]:
    told = error.value.response["Error"]
    return told["Code"], told["Message"]


def test_a_repository_is_described_as_it_was_created(running: Running, ecr: Any) -> None:
    created = ecr.create_repository(
        repositoryName="team/cats",
        imageTagMutability="IMMUTABLE",
        imageScanningConfiguration={"scanOnPush": True},
        tags=[{"Key": "team", "Value": "cats"}],
    )["repository"]
    assert created["repositoryArn"] == "arn:aws:ecr:us-east-1:000000000000:repository/team/cats"
    assert created["registryId"] == "000000000000"
    address = f"000000000000.dkr.ecr.us-east-1.localhost:{running.port}"
    assert created["repositoryUri"] == f"{address}/team/cats"
    assert created["imageTagMutability"] == "IMMUTABLE"
    assert created["imageScanningConfiguration"] == {"scanOnPush": True}
    found = ecr.describe_repositories(repositoryNames=["team/cats"])["repositories"]
    assert found == [created]


def test_a_name_is_taken_once(ecr: Any) -> None:
    ecr.create_repository(repositoryName="once")
    with pytest.raises(ClientError) as error:
        ecr.create_repository(repositoryName="once")
    assert refusal(error) == (
        "RepositoryAlreadyExistsException",
        "The repository with name 'once' already exists in the registry with id '000000000000'",
    )


@pytest.mark.parametrize("name", ["Cats", "a//b", "-x", "a_-b", "x" * 257])
def test_a_name_that_is_none_is_refused(ecr: Any, name: str) -> None:
    with pytest.raises(ClientError) as error:
        ecr.create_repository(repositoryName=name)
    assert refusal(error)[0] == "InvalidParameterException"


def test_encryption_that_is_not_built_is_refused(ecr: Any) -> None:
    with pytest.raises(ClientError, match="KMS is not built in Seaway"):
        ecr.create_repository(
            repositoryName="sealed", encryptionConfiguration={"encryptionType": "KMS"}
        )


def test_what_is_not_there_is_said_so(ecr: Any) -> None:
    expected = (
        "RepositoryNotFoundException",
        "The repository with name 'nope' does not exist in the registry with id '000000000000'",
    )
    for ask in (
        lambda: ecr.describe_repositories(repositoryNames=["nope"]),
        lambda: ecr.delete_repository(repositoryName="nope"),
        lambda: ecr.list_images(repositoryName="nope"),
        lambda: ecr.describe_images(repositoryName="nope"),
        lambda: ecr.get_repository_policy(repositoryName="nope"),
    ):
        with pytest.raises(ClientError) as error:
            ask()
        assert refusal(error) == expected


def test_repositories_are_listed_by_pages_and_region(running: Running) -> None:
    ecr = running.ecr("eu-central-1")
    names = [f"page-{number}" for number in range(7)]
    for name in names:
        ecr.create_repository(repositoryName=name)
    pages = list(
        ecr.get_paginator("describe_repositories").paginate(PaginationConfig={"PageSize": 3})
    )
    assert [len(page["repositories"]) for page in pages] == [3, 3, 1]
    assert [r["repositoryName"] for page in pages for r in page["repositories"]] == names
    with pytest.raises(ClientError) as error:
        ecr.describe_repositories(nextToken="made-up")
    assert refusal(error)[0] == "InvalidParameterException"


def test_a_repository_with_images_goes_only_by_force(running: Running, ecr: Any) -> None:
    ecr.create_repository(repositoryName="full")
    push_image(running, "v1", name="full")
    with pytest.raises(ClientError) as error:
        ecr.delete_repository(repositoryName="full")
    assert refusal(error) == (
        "RepositoryNotEmptyException",
        "The repository with name 'full' in registry with id '000000000000' "
        "cannot be deleted because it still contains images",
    )
    gone = ecr.delete_repository(repositoryName="full", force=True)["repository"]
    assert gone["repositoryName"] == "full"
    ecr.create_repository(repositoryName="full")
    assert ecr.list_images(repositoryName="full")["imageIds"] == []


def test_mutability_and_scanning_can_be_changed(ecr: Any) -> None:
    ecr.create_repository(repositoryName="changing")
    answer = ecr.put_image_tag_mutability(
        repositoryName="changing",
        imageTagMutability="IMMUTABLE_WITH_EXCLUSION",
        imageTagMutabilityExclusionFilters=[{"filterType": "WILDCARD", "filter": "dev-*"}],
    )
    assert answer["imageTagMutabilityExclusionFilters"][0]["filter"] == "dev-*"
    ecr.put_image_scanning_configuration(
        repositoryName="changing", imageScanningConfiguration={"scanOnPush": True}
    )
    (found,) = ecr.describe_repositories(repositoryNames=["changing"])["repositories"]
    assert found["imageTagMutability"] == "IMMUTABLE_WITH_EXCLUSION"
    assert found["imageScanningConfiguration"] == {"scanOnPush": True}
    with pytest.raises(ClientError) as error:
        ecr.put_image_tag_mutability(
            repositoryName="changing", imageTagMutability="IMMUTABLE_WITH_EXCLUSION"
        )
    assert refusal(error)[0] == "InvalidParameterException"


def test_resource_tags_are_set_and_taken_away(ecr: Any) -> None:
    arn = ecr.create_repository(repositoryName="tagged")["repository"]["repositoryArn"]
    ecr.tag_resource(resourceArn=arn, tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    ecr.tag_resource(resourceArn=arn, tags=[{"Key": "a", "Value": "3"}])
    ecr.untag_resource(resourceArn=arn, tagKeys=["b"])
    assert ecr.list_tags_for_resource(resourceArn=arn)["tags"] == [{"Key": "a", "Value": "3"}]
    many = [{"Key": f"k{number}", "Value": ""} for number in range(50)]
    with pytest.raises(ClientError) as error:
        ecr.tag_resource(resourceArn=arn, tags=many)
    assert refusal(error)[0] == "TooManyTagsException"


def test_a_policy_is_kept_shown_and_removed(ecr: Any) -> None:
    ecr.create_repository(repositoryName="ruled")
    statement = {"Effect": "Allow", "Principal": "*", "Action": "ecr:BatchGetImage"}
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    ecr.set_repository_policy(repositoryName="ruled", policyText=text)
    assert ecr.get_repository_policy(repositoryName="ruled")["policyText"] == text
    assert ecr.delete_repository_policy(repositoryName="ruled")["policyText"] == text
    with pytest.raises(ClientError) as error:
        ecr.get_repository_policy(repositoryName="ruled")
    assert refusal(error) == (
        "RepositoryPolicyNotFoundException",
        "Repository policy does not exist for the repository with name 'ruled' "
        "in the registry with id '000000000000'",
    )
    for text in ("{}", "not json", '{"Statement": [{}]}'):
        with pytest.raises(ClientError, match="Invalid repository policy provided"):
            ecr.set_repository_policy(repositoryName="ruled", policyText=text)


def test_what_is_not_built_says_so(ecr: Any) -> None:
    ecr.create_repository(repositoryName="plain")
    with pytest.raises(ClientError, match="PutLifecyclePolicy of ecr is not built"):
        ecr.put_lifecycle_policy(repositoryName="plain", lifecyclePolicyText=" " * 100)
    with pytest.raises(ClientError) as error:
        ecr.get_lifecycle_policy(repositoryName="plain")
    assert refusal(error)[0] == "LifecyclePolicyNotFoundException"
    with pytest.raises(ClientError) as error:
        ecr.get_registry_policy()
    assert refusal(error)[0] == "RegistryPolicyNotFoundException"
    assert ecr.describe_registry()["replicationConfiguration"] == {"rules": []}
