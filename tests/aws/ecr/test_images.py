"""Images through boto3, pushed through the registry."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from botocore.exceptions import ClientError

from seaway.core.manifest import DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST, digest_of
from tests.registry.images import (
    a_descriptor,
    a_manifest,
    an_index,
    push_blob,
    push_image,
    put_manifest,
)
from tests.registry.running import Running


@pytest.fixture
def name(ecr: Any) -> str:
    """A repository of the test's own."""
    name = f"own-{os.urandom(6).hex()}"
    ecr.create_repository(repositoryName=name)
    return name


def code(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


def test_a_pushed_image_is_described(running: Running, ecr: Any, name: str) -> None:
    manifest = push_image(running, "v1", name=name)
    put_manifest(running, "latest", manifest, DOCKER_MANIFEST, name)
    (detail,) = ecr.describe_images(repositoryName=name)["imageDetails"]
    assert detail["imageDigest"] == digest_of(manifest)
    assert detail["imageTags"] == ["v1", "latest"]
    assert detail["imageSizeInBytes"] == 3040
    assert detail["imageManifestMediaType"] == DOCKER_MANIFEST
    assert detail["artifactMediaType"] == "application/vnd.oci.image.config.v1+json"
    assert abs(detail["imagePushedAt"].timestamp() - running.clock.moment().now) < 60
    by_both = [{"imageTag": "v1"}, {"imageDigest": digest_of(manifest)}]
    assert len(ecr.describe_images(repositoryName=name, imageIds=by_both)["imageDetails"]) == 1


def test_a_pull_is_recorded_once_a_day(running: Running, ecr: Any, name: str) -> None:
    push_image(running, "v1", name=name)

    def pulled() -> Any:
        (detail,) = ecr.describe_images(repositoryName=name)["imageDetails"]
        return detail.get("lastRecordedPullTime")

    assert pulled() is None
    running.ask("HEAD", f"/v2/{name}/manifests/v1")
    assert pulled() is None
    running.ask("GET", f"/v2/{name}/manifests/v1")
    first = pulled()
    running.ask("GET", f"/v2/{name}/manifests/v1")
    assert first is not None
    assert pulled() == first


def test_an_image_that_is_not_there_is_named(ecr: Any, name: str) -> None:
    with pytest.raises(ClientError) as error:
        ecr.describe_images(repositoryName=name, imageIds=[{"imageTag": "latest"}])
    told = error.value.response["Error"]
    assert told["Code"] == "ImageNotFoundException"
    assert told["Message"] == (
        "The image with imageId {imageDigest:'null', imageTag:'latest'} does not exist within "
        f"the repository with name '{name}' in the registry with id '000000000000'"
    )


def test_images_are_listed_by_tag_status_and_pages(running: Running, ecr: Any, name: str) -> None:
    tagged = digest_of(push_image(running, "v1", name=name))
    bare = digest_of(push_image(running, None, name=name))
    ids = {
        status: ecr.list_images(repositoryName=name, filter={"tagStatus": status})["imageIds"]
        for status in ("TAGGED", "UNTAGGED", "ANY")
    }
    assert ids["TAGGED"] == [{"imageDigest": tagged, "imageTag": "v1"}]
    assert ids["UNTAGGED"] == [{"imageDigest": bare}]
    assert len(ids["ANY"]) == 2
    pages = ecr.get_paginator("list_images").paginate(
        repositoryName=name, PaginationConfig={"PageSize": 1}
    )
    assert [page["imageIds"] for page in pages] == [ids["TAGGED"], ids["UNTAGGED"]]


def test_manifests_are_fetched_and_what_is_missing_is_said(
    running: Running, ecr: Any, name: str
) -> None:
    manifest = push_image(running, "v1", name=name)
    answer = ecr.batch_get_image(
        repositoryName=name,
        imageIds=[
            {"imageTag": "v1"},
            {"imageTag": "v2"},
            {},
            {"imageDigest": "odd"},
            {"imageTag": "v1", "imageDigest": digest_of(b"other")},
        ],
    )
    (image,) = answer["images"]
    assert image["imageManifest"].encode() == manifest
    assert image["imageId"] == {"imageDigest": digest_of(manifest), "imageTag": "v1"}
    assert [failure["failureCode"] for failure in answer["failures"]] == [
        "ImageNotFound",
        "MissingDigestAndTag",
        "InvalidImageDigest",
        "ImageTagDoesNotMatchDigest",
    ]
    unreadable = ecr.batch_get_image(
        repositoryName=name, imageIds=[{"imageTag": "v1"}], acceptedMediaTypes=[OCI_MANIFEST]
    )
    assert (unreadable["images"], len(unreadable["failures"])) == ([], 1)


def test_an_image_gets_a_second_tag_by_put_image(running: Running, ecr: Any, name: str) -> None:
    manifest = push_image(running, "v1", name=name)
    ask = {"repositoryName": name, "imageManifest": manifest.decode()}
    image = ecr.put_image(**ask, imageTag="stable")["image"]
    assert image["imageId"] == {"imageDigest": digest_of(manifest), "imageTag": "stable"}
    assert running.ask("GET", f"/v2/{name}/manifests/stable").body == manifest
    with pytest.raises(ClientError) as error:
        ecr.put_image(**ask, imageTag="stable")
    assert code(error) == "ImageAlreadyExistsException"
    with pytest.raises(ClientError) as error:
        ecr.put_image(**ask, imageTag="new", imageDigest=digest_of(b""))
    assert code(error) == "ImageDigestDoesNotMatchException"
    with pytest.raises(ClientError) as error:
        ecr.put_image(repositoryName=name, imageManifest="{}")
    assert code(error) == "InvalidParameterException"


def test_put_image_wants_layers_and_listed_images_first(ecr: Any, name: str) -> None:
    with pytest.raises(ClientError) as error:
        ecr.put_image(repositoryName=name, imageManifest=a_manifest(b"absent").decode())
    assert code(error) == "LayersNotFoundException"
    with pytest.raises(ClientError) as error:
        ecr.put_image(repositoryName=name, imageManifest=an_index(b"absent").decode())
    assert code(error) == "ReferencedImagesNotFoundException"


def test_put_image_leaves_a_frozen_tag(running: Running, ecr: Any, name: str) -> None:
    push_image(running, "v1", name=name)
    push_image(running, "dev-1", name=name)
    other = push_image(running, None, name=name).decode()
    ecr.put_image_tag_mutability(
        repositoryName=name,
        imageTagMutability="IMMUTABLE_WITH_EXCLUSION",
        imageTagMutabilityExclusionFilters=[{"filterType": "WILDCARD", "filter": "dev-*"}],
    )
    with pytest.raises(ClientError) as error:
        ecr.put_image(repositoryName=name, imageManifest=other, imageTag="v1")
    assert code(error) == "ImageTagAlreadyExistsException"
    ecr.put_image(repositoryName=name, imageManifest=other, imageTag="dev-1")


def test_images_are_deleted_by_tag_and_by_digest(running: Running, ecr: Any, name: str) -> None:
    first = push_image(running, "a", name=name)
    put_manifest(running, "b", first, DOCKER_MANIFEST, name)
    second = digest_of(push_image(running, "c", name=name))
    third = digest_of(push_image(running, None, name=name))
    answer = ecr.batch_delete_image(
        repositoryName=name,
        imageIds=[
            {"imageTag": "a"},
            {"imageDigest": second},
            {"imageDigest": third},
            {"imageTag": "zzz"},
        ],
    )
    assert answer["imageIds"] == [
        {"imageDigest": digest_of(first), "imageTag": "a"},
        {"imageDigest": second, "imageTag": "c"},
        {"imageDigest": third},
    ]
    assert [failure["failureCode"] for failure in answer["failures"]] == ["ImageNotFound"]
    left = ecr.list_images(repositoryName=name)["imageIds"]
    assert left == [{"imageDigest": digest_of(first), "imageTag": "b"}]
    ecr.batch_delete_image(repositoryName=name, imageIds=[{"imageTag": "b"}])
    assert ecr.describe_images(repositoryName=name)["imageDetails"] == []


def test_a_tag_with_its_digest_removes_only_the_tag(running: Running, ecr: Any, name: str) -> None:
    manifest = push_image(running, "a", name=name)
    put_manifest(running, "b", manifest, DOCKER_MANIFEST, name)
    one = {"imageTag": "a", "imageDigest": digest_of(manifest)}
    assert ecr.batch_delete_image(repositoryName=name, imageIds=[one])["imageIds"] == [one]
    (left,) = ecr.list_images(repositoryName=name)["imageIds"]
    assert left["imageTag"] == "b"


def test_an_index_holds_what_it_lists(running: Running, ecr: Any, name: str) -> None:
    child = push_image(running, None, name=name, kind=OCI_MANIFEST)
    index = an_index(child)
    put_manifest(running, "multi", index, OCI_INDEX, name)
    (detail,) = ecr.describe_images(repositoryName=name, imageIds=[{"imageTag": "multi"}])[
        "imageDetails"
    ]
    assert detail["imageSizeInBytes"] == 3040
    wanted = [{"imageDigest": digest_of(child)}]
    (failure,) = ecr.batch_delete_image(repositoryName=name, imageIds=wanted)["failures"]
    assert failure["failureCode"] == "ImageReferencedByManifestList"
    both = [*wanted, {"imageDigest": digest_of(index)}]
    answer = ecr.batch_delete_image(repositoryName=name, imageIds=both)
    assert (len(answer["imageIds"]), answer["failures"]) == (2, [])


def test_layers_are_available_when_they_are_there(running: Running, ecr: Any, name: str) -> None:
    digest = push_blob(running, b"twelve bytes", name)
    absent = digest_of(b"absent")
    answer = ecr.batch_check_layer_availability(
        repositoryName=name, layerDigests=[digest, absent, "sha1:00"]
    )
    assert answer["layers"] == [
        {"layerDigest": digest, "layerAvailability": "AVAILABLE", "layerSize": 12},
        {"layerDigest": absent, "layerAvailability": "UNAVAILABLE"},
    ]
    assert answer["failures"][0]["failureCode"] == "InvalidLayerDigest"


def test_referrers_of_an_image_are_listed(running: Running, ecr: Any, name: str) -> None:
    subject = push_image(running, "v1", name=name, kind=OCI_MANIFEST)
    push_blob(running, b"{}", name)
    about = a_descriptor(subject, OCI_MANIFEST)
    signature = a_manifest(b"{}", subject=about, artifactType="application/x-signature")
    put_manifest(running, digest_of(signature), signature, OCI_MANIFEST, name)
    (found,) = ecr.list_image_referrers(
        repositoryName=name, subjectId={"imageDigest": digest_of(subject)}
    )["referrers"]
    assert found["digest"] == digest_of(signature)
    assert found["artifactType"] == "application/x-signature"
    assert found["size"] == len(signature)
    assert json.loads(signature)["subject"]["digest"] == digest_of(subject)
