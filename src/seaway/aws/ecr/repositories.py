"""Repositories: created, described, set up, tagged, deleted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.ecr import parse, render
from seaway.aws.ecr.errors import (
    InvalidParameterException,
    RepositoryAlreadyExistsException,
    RepositoryNotEmptyException,
    RepositoryNotFoundException,
    invalid,
)
from seaway.aws.operation import operation
from seaway.aws.tags import without
from seaway.core.repository import (
    Image,
    ImageTag,
    Layer,
    Repository,
    registry_of,
    repository_arn,
    repository_name,
)
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import ecr as shapes


@operation("ecr")
def create_repository(
    tx: Transaction, call: Call, request: shapes.CreateRepositoryRequest
) -> shapes.CreateRepositoryResponse:
    """An empty repository; encryption other than AES256 is refused."""
    where = parse.place(call, request)
    name = parse.new_name(request["repositoryName"])
    arn = repository_arn(where, name)
    if tx.find(Repository, arn) is not None:
        raise RepositoryAlreadyExistsException(
            f"The repository with name '{name}' already exists "
            f"in the registry with id '{where.account}'"
        )
    encryption = request.get("encryptionConfiguration", {}).get("encryptionType", "AES256")
    if encryption != "AES256":
        raise InvalidParameterException(
            f"encryptionConfiguration.encryptionType {encryption} is not built in Seaway: "
            "leave it out or give AES256"
        )
    mutability, exclusions = parse.mutability(request)
    repository = Repository(
        arn=arn,
        name=name,
        created_at=call.moment.now,
        mutability=mutability,
        exclusions=exclusions,
        scan_on_push=request.get("imageScanningConfiguration", {}).get("scanOnPush", False),
        tags=parse.merged_tags((), parse.tags(request.get("tags", []))),
    )
    tx.put(repository)
    return {"repository": render.repository(repository, call.host)}


@operation("ecr")
def describe_repositories(
    tx: Transaction, call: Call, request: shapes.DescribeRepositoriesRequest
) -> shapes.DescribeRepositoriesResponse:
    """The repositories named, or all by name."""
    where = parse.place(call, request)
    names = request.get("repositoryNames")
    if names is not None:
        named = [parse.repository_called(tx, where, name) for name in names]
        return {"repositories": [render.repository(item, call.host) for item in named]}
    found = tx.where(Repository, registry=registry_of(where))
    found.sort(key=lambda repository: repository.name)
    shown, token = parse.pages(found, request, f"DescribeRepositories {where.account}")
    answer: shapes.DescribeRepositoriesResponse = {
        "repositories": [render.repository(item, call.host) for item in shown]
    }
    if token is not None:
        answer["nextToken"] = token
    return answer


@operation("ecr")
def delete_repository(
    tx: Transaction, call: Call, request: shapes.DeleteRepositoryRequest
) -> shapes.DeleteRepositoryResponse:
    """Remove a repository; one with images only when forced."""
    repository = parse.repository(tx, call, request)
    images = tx.where(Image, repository=repository.arn)
    if images and not request.get("force"):
        raise RepositoryNotEmptyException(
            f"The repository with name '{repository.name}' in registry with id "
            f"'{repository.registry_id}' cannot be deleted because it still contains images"
        )
    tags = tx.where(ImageTag, repository=repository.arn)
    layers = tx.where(Layer, repository=repository.arn)
    for noun in (*tags, *images, *layers, repository):
        tx.drop(noun)
    shown = render.repository(repository, call.host)
    return {"repository": shown}


@operation("ecr")
def put_image_tag_mutability(
    tx: Transaction, call: Call, request: shapes.PutImageTagMutabilityRequest
) -> shapes.PutImageTagMutabilityResponse:
    """Say whether a tag may move, and which tags are excepted."""
    repository = parse.repository(tx, call, request)
    mutability, exclusions = parse.mutability(request)
    changed = replace(repository, mutability=mutability, exclusions=exclusions)
    tx.put(changed)
    answer: shapes.PutImageTagMutabilityResponse = {
        "registryId": repository.registry_id,
        "repositoryName": repository.name,
        "imageTagMutability": mutability.value,
    }
    if exclusions:
        answer["imageTagMutabilityExclusionFilters"] = render.exclusions(changed)
    return answer


@operation("ecr")
def put_image_scanning_configuration(
    tx: Transaction, call: Call, request: shapes.PutImageScanningConfigurationRequest
) -> shapes.PutImageScanningConfigurationResponse:
    """Kept and shown; images are never scanned here, so no image has scan findings."""
    repository = parse.repository(tx, call, request)
    wanted = request["imageScanningConfiguration"].get("scanOnPush", False)
    tx.put(replace(repository, scan_on_push=wanted))
    return {
        "registryId": repository.registry_id,
        "repositoryName": repository.name,
        "imageScanningConfiguration": {"scanOnPush": wanted},
    }


@operation("ecr")
def tag_resource(
    tx: Transaction, call: Call, request: shapes.TagResourceRequest
) -> shapes.TagResourceResponse:
    """Put tags on a repository; the same key is written over."""
    repository = _by_arn(tx, call, request["resourceArn"])
    given = parse.tags(request["tags"])
    tx.put(replace(repository, tags=parse.merged_tags(repository.tags, given)))
    return {}


@operation("ecr")
def untag_resource(
    tx: Transaction, call: Call, request: shapes.UntagResourceRequest
) -> shapes.UntagResourceResponse:
    """Take tags off; a key that is not there is no error."""
    repository = _by_arn(tx, call, request["resourceArn"])
    tx.put(replace(repository, tags=without(repository.tags, request["tagKeys"])))
    return {}


@operation("ecr")
def list_tags_for_resource(
    tx: Transaction, call: Call, request: shapes.ListTagsForResourceRequest
) -> shapes.ListTagsForResourceResponse:
    """The tags of a repository."""
    repository = _by_arn(tx, call, request["resourceArn"])
    return {"tags": [{"Key": key, "Value": value} for key, value in repository.tags]}


def _by_arn(tx: Transaction, call: Call, arn: str) -> Repository:
    if not arn.startswith("arn:aws:ecr:") or ":repository/" not in arn:
        raise invalid("resourceArn", "Invalid ARN")
    repository = tx.find(Repository, arn)
    if repository is None:
        raise RepositoryNotFoundException(
            f"The repository with name '{repository_name(arn)}' does not exist "
            f"in the registry with id '{call.account}'"
        )
    return repository
