"""Image repositories: what is kept in them, and what may be pushed and removed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fnmatch import fnmatchcase

from seaway.core.manifest import INDEX_TYPES, Manifest
from seaway.core.names import Place, Tags, last_part, place_of

_COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
REPOSITORY_NAME = re.compile(rf"{_COMPONENT}(?:/{_COMPONENT})*")
"""API: RepositoryName; 2 to 256 characters of it."""

TAG = re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}")
"""OCI distribution-spec: a tag as a reference."""

PULL_TIME_STEP = 24 * 3600.0
"""Seconds between two recorded pull times (ECR refreshes them at least once in 24 hours)."""


class Mutability(StrEnum):
    """Whether a tag may be moved to another image (API: ImageTagMutability)."""

    MUTABLE = "MUTABLE"
    IMMUTABLE = "IMMUTABLE"
    IMMUTABLE_WITH_EXCLUSION = "IMMUTABLE_WITH_EXCLUSION"
    MUTABLE_WITH_EXCLUSION = "MUTABLE_WITH_EXCLUSION"


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """A named set of images, their layers and tags."""

    arn: str
    name: str
    created_at: float
    mutability: Mutability = Mutability.MUTABLE
    exclusions: tuple[str, ...] = ()
    """Wildcards of the tags to which the opposite of ``mutability`` applies."""
    scan_on_push: bool = False
    policy: str | None = None
    tags: Tags = ()

    @property
    def registry(self) -> str:
        """The registry it belongs to: one per account and region."""
        return registry_of(place_of(self.arn))

    @property
    def registry_id(self) -> str:
        """The account whose registry this is."""
        return place_of(self.arn).account

    def freezes(self, tag: str) -> bool:
        """Whether a tag, once set, stays on its image."""
        excluded = any(fnmatchcase(tag, wildcard) for wildcard in self.exclusions)
        match self.mutability:
            case Mutability.MUTABLE:
                return False
            case Mutability.IMMUTABLE:
                return True
            case Mutability.IMMUTABLE_WITH_EXCLUSION:
                return not excluded
            case Mutability.MUTABLE_WITH_EXCLUSION:
                return excluded


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """A blob that a repository holds. ``size`` is bytes.

    ``unclaimed_since`` says when it came, until an image takes it; None from then on.
    """

    key: str
    repository: str
    digest: str
    size: int
    media_type: str | None = None
    unclaimed_since: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A manifest or index in a repository. ``size`` is the bytes of its blobs."""

    key: str
    repository: str
    digest: str
    manifest: str
    media_type: str
    pushed_at: float
    size: int = 0
    blobs: tuple[str, ...] = ()
    children: tuple[str, ...] = ()
    subject: str | None = None
    artifact_media_type: str | None = None
    last_pulled_at: float | None = None

    @property
    def is_index(self) -> bool:
        """Whether it lists manifests instead of layers."""
        return self.media_type in INDEX_TYPES

    def pulled(self, now: float) -> Image:
        """The image after a pull at ``now``; the same one while the last record is young."""
        if self.last_pulled_at is not None and now - self.last_pulled_at < PULL_TIME_STEP:
            return self
        return replace(self, last_pulled_at=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageTag:
    """A name that points at an image of its repository. ``image`` is the image's key."""

    key: str
    repository: str
    tag: str
    image: str

    @property
    def digest(self) -> str:
        """The digest of the image it points at."""
        return self.image.rpartition("@")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallationSecret:
    """What this installation signs with; made once, on first use. ``id`` says for what."""

    id: str
    value: bytes


def registry_of(place: Place) -> str:
    """The name of an account's registry in a region."""
    return f"{place.account}/{place.region}"


def repository_arn(place: Place, name: str) -> str:
    """The ARN of the repository of this name."""
    return place.arn("ecr", f"repository/{name}")


def content_key(repository: str, digest: str) -> str:
    """The key of a repository's layer or image, by the repository's ARN and the digest."""
    return f"{repository}@{digest}"


def tag_key(repository: str, tag: str) -> str:
    """The key of a repository's tag."""
    return f"{repository}:{tag}"


class Reason(StrEnum):
    """Why a push or a removal is refused."""

    LAYERS_MISSING = "layers missing"
    IMAGES_MISSING = "images missing"
    TAG_FROZEN = "tag frozen"
    LISTED = "listed by an index"


@dataclass(frozen=True, slots=True)
class Refused:
    """A push or removal that may not be, and why in AWS's words."""

    reason: Reason
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """What a push writes. Pushing the same twice writes the same."""

    image: Image
    tag: ImageTag | None
    claimed: tuple[Layer, ...]


def plan_push(
    repository: Repository,
    manifest: Manifest,
    tag: ImageTag | None,
    *,
    held: ImageTag | None,
    layers: Mapping[str, Layer],
    images: Mapping[str, Image],
    now: float,
) -> Push | Refused:
    """Everything a manifest refers to must be there first, and a frozen tag stays.

    ``held`` is the tag as it is now; ``layers`` and ``images`` are the repository's, by
    digest, as far as the manifest names them or is one of them.
    """
    if held is not None and repository.freezes(held.tag):
        return Refused(Reason.TAG_FROZEN, _frozen(repository, held.tag))
    absent = [blob.digest for blob in manifest.blobs if blob.digest not in layers]
    if absent:
        return Refused(Reason.LAYERS_MISSING, _absent("Layers", absent, repository))
    absent = [child.digest for child in manifest.children if child.digest not in images]
    if absent:
        return Refused(Reason.IMAGES_MISSING, _absent("Images", absent, repository))
    kinds = {blob.digest: blob.media_type for blob in manifest.blobs}
    return Push(
        image=images.get(manifest.digest) or _image(repository, manifest, images, now),
        tag=tag,
        claimed=tuple(
            replace(layers[digest], unclaimed_since=None, media_type=kind or None)
            for digest, kind in kinds.items()
        ),
    )


def new_tag(repository: Repository, tag: str, digest: str) -> ImageTag:
    """A tag that points at the image of this digest."""
    return ImageTag(
        key=tag_key(repository.arn, tag),
        repository=repository.arn,
        tag=tag,
        image=content_key(repository.arn, digest),
    )


def _image(
    repository: Repository, manifest: Manifest, images: Mapping[str, Image], now: float
) -> Image:
    return Image(
        key=content_key(repository.arn, manifest.digest),
        repository=repository.arn,
        digest=manifest.digest,
        manifest=manifest.text,
        media_type=manifest.media_type,
        pushed_at=now,
        size=_size(manifest, images),
        blobs=tuple(dict.fromkeys(blob.digest for blob in manifest.blobs)),
        children=tuple(dict.fromkeys(child.digest for child in manifest.children)),
        subject=manifest.subject,
        artifact_media_type=manifest.artifact_media_type,
    )


def _size(manifest: Manifest, images: Mapping[str, Image]) -> int:
    """API, ImageDetail: of a manifest list, the largest of the manifests in it."""
    if manifest.children:
        return max(images[child.digest].size for child in manifest.children)
    return sum(blob.size for blob in manifest.blobs)


def _frozen(repository: Repository, tag: str) -> str:
    return (
        f"The image tag '{tag}' already exists in the '{repository.name}' repository "
        "and cannot be overwritten because the tag is immutable."
    )


def _absent(kind: str, digests: Iterable[str], repository: Repository) -> str:
    listed = ", ".join(dict.fromkeys(digests))
    return (
        f"{kind} with digests '[{listed}]' required for pushing image into repository with name "
        f"'{repository.name}' in the registry with id '{repository.registry_id}' do not exist"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """What goes: tags, and the image itself unless another tag keeps it."""

    image: Image | None
    tags: tuple[ImageTag, ...]


def plan_removal(
    image: Image, tags: Sequence[ImageTag], siblings: Iterable[Image], tag: str | None = None
) -> Removal | Refused:
    """Removing by digest takes every tag along; removing the last tag takes the image along.

    ``tags`` are the image's, ``siblings`` the repository's images. AWS: BatchDeleteImage.
    """
    if tag is not None and len(tags) > 1:
        return Removal(image=None, tags=tuple(held for held in tags if held.tag == tag))
    lists = [other.digest for other in siblings if image.digest in other.children]
    if lists:
        listed = ", ".join(lists)
        return Refused(Reason.LISTED, f"Requested image referenced by manifest list: [{listed}]")
    return Removal(image=image, tags=tuple(tags))


def unclaimed_layers(
    layers: Iterable[Layer], images: Iterable[Image], touched: Mapping[str, float], before: float
) -> list[Layer]:
    """The layers no image of their repository needs and no push may be counting on.

    A push counts on a layer from when it came (or was asked for: ``touched``, by key)
    until an image claims it; one that did so before ``before`` has been given up.
    """
    needed = {content_key(image.repository, blob) for image in images for blob in image.blobs}
    return [
        layer
        for layer in layers
        if layer.key not in needed
        and max(layer.unclaimed_since or 0.0, touched.get(layer.key, 0.0)) < before
    ]


def registry_address(place: Place, host: str) -> str:
    """The address of an account's registry for a client that reaches Seaway at ``host``.

    Only ``host``'s port matters; 80 is left out, as clients leave it out.
    """
    name, colon, port = host.rpartition(":")
    suffix = f":{port}" if colon and port.isdigit() and port != "80" and name else ""
    return f"{place.account}.dkr.ecr.{place.region}.localhost{suffix}"


_REGISTRY_HOST = re.compile(r"([0-9]{12})\.dkr\.ecr\.([a-z0-9-]+)\.", re.IGNORECASE)


def place_of_host(host: str, otherwise: Place) -> Place:
    """The account and region a registry's address names, or else the given ones."""
    named = _REGISTRY_HOST.match(host)
    if named is None:
        return otherwise
    return Place(account=named[1], region=named[2].lower())


def repository_name(arn: str) -> str:
    """The repository's name in its ARN (it may itself hold slashes)."""
    return arn.partition(":repository/")[2] or last_part(arn)
