"""Image manifests and indexes: what an image says of itself (OCI image-spec, Docker schema 2)."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any

DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"

MANIFEST_TYPES = frozenset({DOCKER_MANIFEST, OCI_MANIFEST})
INDEX_TYPES = frozenset({DOCKER_LIST, OCI_INDEX})

MAX_MANIFEST_BYTES = 4_194_304
"""The longest manifest taken (ECR: ImageManifest, at most 4,194,304 characters)."""

DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Descriptor:
    """A reference to a blob or a manifest by its content. ``size`` is bytes."""

    media_type: str
    digest: str
    size: int
    foreign: bool = False
    """Kept elsewhere (it has URLs), so never pushed here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A manifest as it was pushed: its exact text and what the text refers to."""

    digest: str
    text: str
    media_type: str
    config: Descriptor | None = None
    layers: tuple[Descriptor, ...] = ()
    children: tuple[Descriptor, ...] = ()
    """Of an index: the manifests it lists."""
    subject: str | None = None
    artifact_type: str | None = None
    annotations: tuple[tuple[str, str], ...] = ()

    @property
    def blobs(self) -> tuple[Descriptor, ...]:
        """The blobs that must be in the repository before the manifest may be."""
        config = () if self.config is None else (self.config,)
        return tuple(blob for blob in (*config, *self.layers) if not blob.foreign)

    @property
    def artifact_media_type(self) -> str | None:
        """What kind of artifact this is: its artifact type, else its config's media type."""
        if self.artifact_type:
            return self.artifact_type
        return None if self.config is None else self.config.media_type


@dataclass(frozen=True, slots=True)
class Malformed:
    """Why a text is no manifest that can be kept."""

    reason: str


class _Wrong(Exception):
    """A part of the manifest is not as the specification says; stays in this file."""


def digest_of(data: bytes) -> str:
    """The digest that names these bytes."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def is_digest(text: str) -> bool:
    """Whether ``text`` is a digest Seaway keeps content by: SHA-256 in hexadecimal."""
    return DIGEST.fullmatch(text) is not None


def parse_manifest(data: bytes, declared: str | None = None) -> Manifest | Malformed:
    """Read a pushed manifest. ``declared`` is the media type its sender names, if any."""
    if len(data) > MAX_MANIFEST_BYTES:
        return Malformed(f"the manifest is longer than {MAX_MANIFEST_BYTES} bytes")
    try:
        text = data.decode()
        body = json.loads(text)
        if not isinstance(body, dict):
            raise _Wrong("the manifest is no JSON object")
        if body.get("schemaVersion") != 2:
            raise _Wrong("schemaVersion is not 2 (Docker's schema 1 is not taken)")
        return _manifest(text, data, body, _media_type(body, declared))
    except (ValueError, RecursionError):
        return Malformed("the manifest is no JSON in UTF-8")
    except _Wrong as wrong:
        return Malformed(str(wrong))


def _media_type(body: dict[str, Any], declared: str | None) -> str:
    named = body.get("mediaType")
    if declared == "application/json":
        declared = None
    if named is not None and declared is not None and named != declared:
        raise _Wrong(f"mediaType is {named!r} in the manifest and {declared!r} in the request")
    chosen = named or declared or (OCI_INDEX if "manifests" in body else OCI_MANIFEST)
    if chosen not in MANIFEST_TYPES | INDEX_TYPES:
        raise _Wrong(f"the media type {chosen!r} is not supported")
    return str(chosen)


def _manifest(text: str, data: bytes, body: dict[str, Any], media_type: str) -> Manifest:
    index = media_type in INDEX_TYPES
    if index and ("layers" in body or "config" in body):
        raise _Wrong("an index has no layers and no config")
    if not index and "manifests" in body:
        raise _Wrong("an image manifest has no manifests")
    subject = None if body.get("subject") is None else _descriptor(body["subject"])
    return Manifest(
        digest=digest_of(data),
        text=text,
        media_type=media_type,
        config=None if index else _descriptor(body.get("config")),
        layers=() if index else _descriptors(body, "layers"),
        children=_descriptors(body, "manifests") if index else (),
        subject=None if subject is None else subject.digest,
        artifact_type=_optional_text(body, "artifactType"),
        annotations=_annotations(body),
    )


def _descriptors(body: dict[str, Any], name: str) -> tuple[Descriptor, ...]:
    listed = body.get(name)
    if not isinstance(listed, list):
        raise _Wrong(f"{name} is no list")
    return tuple(_descriptor(item) for item in listed)


def _descriptor(raw: Any) -> Descriptor:
    if not isinstance(raw, dict):
        raise _Wrong("a descriptor is missing or no JSON object")
    digest, size = raw.get("digest"), raw.get("size")
    if not isinstance(digest, str) or not is_digest(digest):
        raise _Wrong(f"{digest!r} is no SHA-256 digest")
    if not isinstance(size, int) or isinstance(size, bool) or size < 0:
        raise _Wrong(f"the size of {digest} is no count of bytes")
    media_type = _optional_text(raw, "mediaType") or ""
    return Descriptor(
        media_type=media_type, digest=digest, size=size, foreign=bool(raw.get("urls"))
    )


def _optional_text(body: dict[str, Any], name: str) -> str | None:
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise _Wrong(f"{name} is no string")
    return value or None


def _annotations(body: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    raw = body.get("annotations")
    if raw is None:
        return ()
    if not isinstance(raw, dict) or not all(isinstance(value, str) for value in raw.values()):
        raise _Wrong("annotations is no map of strings")
    return tuple(raw.items())
