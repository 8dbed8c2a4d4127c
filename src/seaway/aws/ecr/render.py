"""ECR answers, rendered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seaway.aws.instants import instant
from seaway.core.names import place_of
from seaway.core.repository import Image, Repository, registry_address

if TYPE_CHECKING:
    from collections.abc import Iterable

    from seaway.aws.shapes import ecr as shapes


def repository(noun: Repository, host: str) -> shapes.Repository:
    """A repository; its URI is for a client that reaches Seaway at ``host``."""
    address = registry_address(place_of(noun.arn), host)
    shown: shapes.Repository = {
        "repositoryArn": noun.arn,
        "registryId": noun.registry_id,
        "repositoryName": noun.name,
        "repositoryUri": f"{address}/{noun.name}",
        "createdAt": instant(noun.created_at),
        "imageTagMutability": noun.mutability.value,
        "imageScanningConfiguration": {"scanOnPush": noun.scan_on_push},
        "encryptionConfiguration": {"encryptionType": "AES256"},
    }
    if noun.exclusions:
        shown["imageTagMutabilityExclusionFilters"] = exclusions(noun)
    return shown


def exclusions(noun: Repository) -> list[shapes.ImageTagMutabilityExclusionFilter]:
    """The wildcards that a repository's mutability leaves out."""
    return [{"filterType": "WILDCARD", "filter": wildcard} for wildcard in noun.exclusions]


def image(noun: Image, owner: Repository, tag: str | None) -> shapes.Image:
    """An image with its manifest."""
    return {
        "registryId": owner.registry_id,
        "repositoryName": owner.name,
        "imageId": image_id(noun.digest, tag),
        "imageManifest": noun.manifest,
        "imageManifestMediaType": noun.media_type,
    }


def image_id(digest: str, tag: str | None) -> shapes.ImageIdentifier:
    """An image's identifier, with the tag it was found by if there is one."""
    if tag is None:
        return {"imageDigest": digest}
    return {"imageDigest": digest, "imageTag": tag}


def image_detail(noun: Image, owner: Repository, tags: Iterable[str]) -> shapes.ImageDetail:
    """What DescribeImages tells of an image."""
    shown: shapes.ImageDetail = {
        "registryId": owner.registry_id,
        "repositoryName": owner.name,
        "imageDigest": noun.digest,
        "imageSizeInBytes": noun.size,
        "imagePushedAt": instant(noun.pushed_at),
        "imageManifestMediaType": noun.media_type,
        "imageStatus": "ACTIVE",
    }
    named = list(tags)
    if named:
        shown["imageTags"] = named
    if noun.artifact_media_type is not None:
        shown["artifactMediaType"] = noun.artifact_media_type
    if noun.subject is not None:
        shown["subjectManifestDigest"] = noun.subject
    if noun.last_pulled_at is not None:
        shown["lastRecordedPullTime"] = instant(noun.last_pulled_at)
    return shown


def failure(image_id: shapes.ImageIdentifier, code: str, reason: str) -> shapes.ImageFailure:
    """Why one image of a batch was left out."""
    return {"imageId": image_id, "failureCode": code, "failureReason": reason}
