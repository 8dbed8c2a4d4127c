"""Images: listed, described, fetched, put, deleted."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.ecr import parse, render
from seaway.aws.ecr.errors import (
    ImageAlreadyExistsException,
    ImageDigestDoesNotMatchException,
    ImageNotFoundException,
    ImageTagAlreadyExistsException,
    LayersNotFoundException,
    ReferencedImagesNotFoundException,
    invalid,
)
from seaway.aws.operation import operation
from seaway.core.manifest import Malformed, Manifest, is_digest, parse_manifest
from seaway.core.repository import (
    TAG,
    Image,
    ImageTag,
    Layer,
    Reason,
    Refused,
    Repository,
    content_key,
    new_tag,
    plan_push,
    plan_removal,
    tag_key,
)
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import ecr as shapes

_REFUSALS: dict[Reason, Callable[[str], Exception]] = {
    Reason.TAG_FROZEN: ImageTagAlreadyExistsException,
    Reason.LAYERS_MISSING: LayersNotFoundException,
    Reason.IMAGES_MISSING: ReferencedImagesNotFoundException,
}


@operation("ecr")
def list_images(
    tx: Transaction, call: Call, request: shapes.ListImagesRequest
) -> shapes.ListImagesResponse:
    """Digest and tag of each image; an image of several tags comes once per tag."""
    repository = parse.repository(tx, call, request)
    status = _tag_status(request.get("filter"))
    found = [
        render.image_id(image.digest, tag)
        for image in _active(tx, repository, request.get("filter"))
        for tag in _tags_or_none(tx, image)
        if status in ("ANY", "UNTAGGED" if tag is None else "TAGGED")
    ]
    scope = f"ListImages {repository.arn} {status}"
    shown, token = parse.pages(found, request, scope)
    answer: shapes.ListImagesResponse = {"imageIds": shown}
    if token is not None:
        answer["nextToken"] = token
    return answer


@operation("ecr")
def describe_images(
    tx: Transaction, call: Call, request: shapes.DescribeImagesRequest
) -> shapes.DescribeImagesResponse:
    """The images with size, tags and times, each once; an unknown one is an error."""
    repository = parse.repository(tx, call, request)
    wanted = request.get("imageIds")
    if wanted is not None:
        # One line per image, however many of its tags were asked for.
        named = {found.digest: found for found in (_named(tx, repository, i) for i in wanted)}
        return {"imageDetails": [_detail(tx, repository, image) for image in named.values()]}
    status = _tag_status(request.get("filter"))
    found = [
        image
        for image in _active(tx, repository, request.get("filter"))
        if status in ("ANY", "TAGGED" if _tags(tx, image) else "UNTAGGED")
    ]
    shown, token = parse.pages(found, request, f"DescribeImages {repository.arn} {status}")
    details = [_detail(tx, repository, image) for image in shown]
    answer: shapes.DescribeImagesResponse = {"imageDetails": details}
    if token is not None:
        answer["nextToken"] = token
    return answer


@operation("ecr")
def batch_get_image(
    tx: Transaction, call: Call, request: shapes.BatchGetImageRequest
) -> shapes.BatchGetImageResponse:
    """Manifests by tag or digest, which counts as a pull; what is missing is named as a failure."""
    repository = parse.repository(tx, call, request)
    accepted = request.get("acceptedMediaTypes")
    images: list[shapes.Image] = []
    failures: list[shapes.ImageFailure] = []
    for wanted in request["imageIds"]:
        found = _find(tx, repository, wanted)
        if isinstance(found, Image) and accepted and found.media_type not in accepted:
            reason = f"Requested image is of type {found.media_type}, which is not accepted"
            found = render.failure(wanted, "ImageNotFound", reason)
        if isinstance(found, Image):
            tx.put(found.pulled(call.moment.now))
            images.append(render.image(found, repository, wanted.get("imageTag")))
        else:
            failures.append(found)
    return {"images": images, "failures": failures}


@operation("ecr")
def batch_delete_image(
    tx: Transaction, call: Call, request: shapes.BatchDeleteImageRequest
) -> shapes.BatchDeleteImageResponse:
    """Take tags away; without tags left, or by digest, the image goes too."""
    repository = parse.repository(tx, call, request)
    gone: list[shapes.ImageIdentifier] = []
    failures: list[shapes.ImageFailure] = []
    for wanted in _indexes_first(tx, repository, request["imageIds"]):
        found = _find(tx, repository, wanted)
        if not isinstance(found, Image):
            failures.append(found)
            continue
        tags = tx.where(ImageTag, image=found.key)
        siblings = tx.where(Image, repository=repository.arn)
        removal = plan_removal(found, tags, siblings, wanted.get("imageTag"))
        if isinstance(removal, Refused):
            code = "ImageReferencedByManifestList"
            failures.append(render.failure(wanted, code, removal.message))
            continue
        for held in removal.tags:
            tx.drop(held)
            gone.append(render.image_id(found.digest, held.tag))
        if not removal.tags:
            gone.append(render.image_id(found.digest, None))
        if removal.image is not None:
            tx.drop(removal.image)
    return {"imageIds": gone, "failures": failures}


@operation("ecr")
def put_image(
    tx: Transaction, call: Call, request: shapes.PutImageRequest
) -> shapes.PutImageResponse:
    """Keep a manifest whose layers are here, and move the tag to it unless tags are immutable."""
    repository = parse.repository(tx, call, request)
    manifest = _manifest(request)
    tag = _new_tag(repository, manifest, request.get("imageTag"))
    held = None if tag is None else tx.find(ImageTag, tag.key)
    images = _by_digest(
        tx, repository, (manifest.digest, *(child.digest for child in manifest.children))
    )
    if manifest.digest in images and (tag is None or held == tag):
        named = "null" if tag is None else tag.tag
        raise ImageAlreadyExistsException(
            f"Image with digest '{manifest.digest}' and tag '{named}' already exists in the "
            f"repository with name '{repository.name}' in registry with id "
            f"'{repository.registry_id}'"
        )
    keys = [content_key(repository.arn, blob.digest) for blob in manifest.blobs]
    layers = [layer for key in keys if (layer := tx.find(Layer, key)) is not None]
    push = plan_push(
        repository,
        manifest,
        tag,
        held=held,
        layers={layer.digest: layer for layer in layers},
        images=images,
        now=call.moment.now,
    )
    if isinstance(push, Refused):
        raise _REFUSALS[push.reason](push.message)
    for noun in (push.image, *([] if tag is None else [tag]), *push.claimed):
        tx.put(noun)
    return {"image": render.image(push.image, repository, request.get("imageTag"))}


@operation("ecr")
def batch_check_layer_availability(
    tx: Transaction, call: Call, request: shapes.BatchCheckLayerAvailabilityRequest
) -> shapes.BatchCheckLayerAvailabilityResponse:
    """Which of these layers the repository has."""
    repository = parse.repository(tx, call, request)
    layers: list[shapes.Layer] = []
    failures: list[shapes.LayerFailure] = []
    for digest in request["layerDigests"]:
        if not is_digest(digest):
            failures.append(
                {
                    "layerDigest": digest,
                    "failureCode": "InvalidLayerDigest",
                    "failureReason": "Invalid layer digest",
                }
            )
            continue
        layers.append(_availability(tx.find(Layer, content_key(repository.arn, digest)), digest))
    return {"layers": layers, "failures": failures}


@operation("ecr")
def list_image_referrers(
    tx: Transaction, call: Call, request: shapes.ListImageReferrersRequest
) -> shapes.ListImageReferrersResponse:
    """The images that name this one as their subject: signatures, bills of materials."""
    repository = parse.repository(tx, call, request)
    subject = request["subjectId"]["imageDigest"]
    kinds = request.get("filter", {}).get("artifactTypes")
    found = [
        image
        for image in tx.where(Image, subject=subject, repository=repository.arn)
        if not kinds or image.artifact_media_type in kinds
    ]
    scope = f"ListImageReferrers {repository.arn} {subject} {kinds}"
    shown, token = parse.pages(found, request, scope, default=50)
    answer: shapes.ListImageReferrersResponse = {"referrers": [_referrer(i) for i in shown]}
    if token is not None:
        answer["nextToken"] = token
    return answer


def _tag_status(given: shapes.ListImagesFilter | shapes.DescribeImagesFilter | None) -> str:
    return (given or {}).get("tagStatus", "ANY")


def _active(
    tx: Transaction,
    repository: Repository,
    given: shapes.ListImagesFilter | shapes.DescribeImagesFilter | None,
) -> list[Image]:
    """Every image is active: nothing is archived here."""
    if (given or {}).get("imageStatus", "ACTIVE") not in ("ACTIVE", "ANY"):
        return []
    return tx.where(Image, repository=repository.arn)


def _tags(tx: Transaction, image: Image) -> list[str]:
    return [held.tag for held in tx.where(ImageTag, image=image.key)]


def _tags_or_none(tx: Transaction, image: Image) -> Sequence[str | None]:
    return _tags(tx, image) or [None]


def _detail(tx: Transaction, repository: Repository, image: Image) -> shapes.ImageDetail:
    return render.image_detail(image, repository, _tags(tx, image))


def _named(tx: Transaction, repository: Repository, wanted: shapes.ImageIdentifier) -> Image:
    found = _find(tx, repository, wanted)
    if isinstance(found, Image):
        return found
    if found["failureCode"] in ("MissingDigestAndTag", "InvalidImageDigest"):
        raise invalid("imageIds", found["failureReason"])
    raise ImageNotFoundException(
        f"The image with imageId {{imageDigest:'{wanted.get('imageDigest', 'null')}', "
        f"imageTag:'{wanted.get('imageTag', 'null')}'}} does not exist within the repository "
        f"with name '{repository.name}' in the registry with id '{repository.registry_id}'"
    )


def _find(
    tx: Transaction, repository: Repository, wanted: shapes.ImageIdentifier
) -> Image | shapes.ImageFailure:
    """The image an identifier means, or why it means none."""
    digest, tag = wanted.get("imageDigest"), wanted.get("imageTag")
    if digest is None and tag is None:
        reason = "Invalid request parameters: both tag and digest cannot be null"
        return render.failure(wanted, "MissingDigestAndTag", reason)
    if digest is not None and not is_digest(digest):
        reason = "Invalid request parameters: image digest should satisfy the regex "
        reason += "'[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'"
        return render.failure(wanted, "InvalidImageDigest", reason)
    if tag is not None:
        held = tx.find(ImageTag, tag_key(repository.arn, tag))
        if held is None:
            return render.failure(wanted, "ImageNotFound", "Requested image not found")
        if digest is not None and held.digest != digest:
            reason = f"Tag '{tag}' does not point at the image with digest '{digest}'"
            return render.failure(wanted, "ImageTagDoesNotMatchDigest", reason)
        digest = held.digest
    image = tx.find(Image, content_key(repository.arn, str(digest)))
    return image or render.failure(wanted, "ImageNotFound", "Requested image not found")


def _indexes_first(
    tx: Transaction, repository: Repository, wanted: Iterable[shapes.ImageIdentifier]
) -> list[shapes.ImageIdentifier]:
    """An index before what it lists, so that both can go in one request."""

    def lists_others(identifier: shapes.ImageIdentifier) -> bool:
        found = _find(tx, repository, identifier)
        return isinstance(found, Image) and found.is_index

    return sorted(wanted, key=lists_others, reverse=True)


def _manifest(request: shapes.PutImageRequest) -> Manifest:
    text = request["imageManifest"].encode()
    manifest = parse_manifest(text, request.get("imageManifestMediaType"))
    if isinstance(manifest, Malformed):
        raise invalid("ImageManifest", manifest.reason)
    expected = request.get("imageDigest")
    if expected is not None and expected != manifest.digest:
        raise ImageDigestDoesNotMatchException(
            f"The image digest '{expected}' does not match the calculated '{manifest.digest}'"
        )
    return manifest


def _new_tag(repository: Repository, manifest: Manifest, tag: str | None) -> ImageTag | None:
    if tag is None:
        return None
    if TAG.fullmatch(tag) is None:
        raise invalid("imageTag", f"must satisfy regular expression '{TAG.pattern}'")
    return new_tag(repository, tag, manifest.digest)


def _by_digest(tx: Transaction, repository: Repository, digests: Iterable[str]) -> dict[str, Image]:
    found = (tx.find(Image, content_key(repository.arn, digest)) for digest in digests)
    return {image.digest: image for image in found if image is not None}


def _availability(layer: Layer | None, digest: str) -> shapes.Layer:
    if layer is None:
        return {"layerDigest": digest, "layerAvailability": "UNAVAILABLE"}
    shown: shapes.Layer = {
        "layerDigest": digest,
        "layerAvailability": "AVAILABLE",
        "layerSize": layer.size,
    }
    if layer.media_type is not None:
        shown["mediaType"] = layer.media_type
    return shown


def _referrer(image: Image) -> shapes.ImageReferrer:
    shown: shapes.ImageReferrer = {
        "digest": image.digest,
        "mediaType": image.media_type,
        "size": len(image.manifest.encode()),
        "artifactStatus": "ACTIVE",
    }
    if image.artifact_media_type is not None:
        shown["artifactType"] = image.artifact_media_type
    annotations = json.loads(image.manifest).get("annotations")
    if annotations:
        shown["annotations"] = annotations
    return shown
