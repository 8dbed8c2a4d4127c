"""Manifests, tags and referrers over HTTP."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, TypeVar

from seaway.core.manifest import (
    MAX_MANIFEST_BYTES,
    OCI_INDEX,
    Malformed,
    Manifest,
    is_digest,
    parse_manifest,
)
from seaway.core.moment import Moment
from seaway.core.repository import (
    TAG,
    Image,
    ImageTag,
    Layer,
    Push,
    Reason,
    Refused,
    Removal,
    Repository,
    content_key,
    new_tag,
    plan_push,
    plan_removal,
    tag_key,
)
from seaway.registry.exchange import Exchange, Headers
from seaway.registry.refusal import Refusal, digest_invalid, unsupported
from seaway.registry.route import Kind, Route
from seaway.store.sqlite import SqliteStore
from seaway.store.transaction import Transaction

MAX_PAGE = 1000

_CODES = {
    Reason.TAG_FROZEN: (400, "TAG_INVALID"),
    Reason.LAYERS_MISSING: (404, "MANIFEST_BLOB_UNKNOWN"),
    Reason.IMAGES_MISSING: (404, "MANIFEST_BLOB_UNKNOWN"),
    Reason.LISTED: (409, "DENIED"),
}

T = TypeVar("T")


class Images:
    """Answers what is asked under ``/manifests/``, ``/tags/`` and ``/referrers/``."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store

    async def answer(
        self, exchange: Exchange, repository: Repository, route: Route, moment: Moment
    ) -> None:
        """Answer one request. Raises Refusal."""
        match route.kind, exchange.method:
            case Kind.MANIFEST, ("GET" | "HEAD"):
                await self._send(exchange, repository, route.reference, moment)
            case Kind.MANIFEST, "PUT":
                await self._take(exchange, repository, route.reference, moment)
            case Kind.MANIFEST, "DELETE":
                await self._drop(exchange, repository, route.reference)
            case Kind.TAGS, ("GET" | "HEAD"):
                await self._list_tags(exchange, repository)
            case Kind.REFERRERS, ("GET" | "HEAD"):
                await self._list_referrers(exchange, repository, route.reference)
            case _:
                raise unsupported(exchange.method, exchange.path)

    async def _send(
        self, exchange: Exchange, repository: Repository, reference: str, moment: Moment
    ) -> None:
        def pull(tx: Transaction) -> Image:
            image = _find(tx, repository, reference)
            if exchange.method == "GET":
                tx.put(image.pulled(moment.now))
            return image

        image = await self._store.transact(pull)
        _check_accepted(exchange.header("Accept"), image)
        headers = (
            ("Content-Type", image.media_type),
            ("Docker-Content-Digest", image.digest),
            ("ETag", f'"{image.digest}"'),
        )
        await exchange.answer(200, headers, image.manifest.encode())

    async def _take(
        self, exchange: Exchange, repository: Repository, reference: str, moment: Moment
    ) -> None:
        declared = (exchange.header("Content-Type") or "").partition(";")[0].strip() or None
        manifest = parse_manifest(await exchange.body(MAX_MANIFEST_BYTES), declared)
        if isinstance(manifest, Malformed):
            raise Refusal(400, "MANIFEST_INVALID", manifest.reason)
        tag = _tag_of(reference, repository, manifest)
        await self._store.transact(lambda tx: _keep(tx, repository, manifest, tag, moment.now))
        headers: Headers = (
            ("Location", f"/v2/{repository.name}/manifests/{manifest.digest}"),
            ("Docker-Content-Digest", manifest.digest),
        )
        if manifest.subject is not None:
            headers += (("OCI-Subject", manifest.subject),)
        await exchange.answer(201, headers)

    async def _drop(self, exchange: Exchange, repository: Repository, reference: str) -> None:
        def drop(tx: Transaction) -> None:
            image = _find(tx, repository, reference)
            removal = plan_removal(
                image,
                tx.where(ImageTag, image=image.key),
                tx.where(Image, repository=repository.arn),
                None if is_digest(reference) else reference,
            )
            _apply(tx, _allowed(removal))

        await self._store.transact(drop)
        await exchange.answer(202)

    async def _list_tags(self, exchange: Exchange, repository: Repository) -> None:
        with self._store.transaction() as tx:
            tags = sorted(held.tag for held in tx.where(ImageTag, repository=repository.arn))
        shown, link = page_of_names(exchange, tags)
        await exchange.answer_json({"name": repository.name, "tags": shown}, link)

    async def _list_referrers(
        self, exchange: Exchange, repository: Repository, digest: str
    ) -> None:
        if not is_digest(digest):
            raise digest_invalid(f"'{digest}' is no SHA-256 digest")
        with self._store.transaction() as tx:
            found = tx.where(Image, subject=digest, repository=repository.arn)
        headers: Headers = (("Content-Type", OCI_INDEX),)
        wanted = exchange.query.get("artifactType")
        if wanted is not None:
            found = [image for image in found if image.artifact_media_type == wanted]
            headers += (("OCI-Filters-Applied", "artifactType"),)
        listed = [_descriptor(image) for image in found]
        document = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": listed}
        await exchange.answer_json(document, headers)


def page_of_names(exchange: Exchange, names: Sequence[str]) -> tuple[list[str], Headers]:
    """The names after ``last``, at most ``n``, and the link to the rest. Raises Refusal."""
    asked = exchange.query.get("n", str(MAX_PAGE))
    if not asked.isdecimal():
        raise Refusal(400, "PAGINATION_NUMBER_INVALID", f"n is '{asked}', not a count")
    size = min(int(asked), MAX_PAGE)
    rest = [name for name in names if name > exchange.query.get("last", "")]
    shown = rest[:size]
    more = bool(shown) and len(rest) > len(shown)
    return shown, exchange.next_page(size, shown[-1]) if more else ()


def _find(tx: Transaction, repository: Repository, reference: str) -> Image:
    key: str | None = content_key(repository.arn, reference)
    if not is_digest(reference):
        held = tx.find(ImageTag, tag_key(repository.arn, reference))
        key = None if held is None else held.image
    image = None if key is None else tx.find(Image, key)
    if image is None:
        raise Refusal(404, "MANIFEST_UNKNOWN", "Requested image not found")
    return image


def _tag_of(reference: str, repository: Repository, manifest: Manifest) -> ImageTag | None:
    if is_digest(reference):
        if reference != manifest.digest:
            text = f"The manifest's digest is {manifest.digest}, not {reference}"
            raise digest_invalid(text)
        return None
    if TAG.fullmatch(reference) is None:
        raise Refusal(400, "TAG_INVALID", f"'{reference}' is no tag")
    return new_tag(repository, reference, manifest.digest)


def _keep(
    tx: Transaction, repository: Repository, manifest: Manifest, tag: ImageTag | None, now: float
) -> None:
    current = tx.find(Repository, repository.arn)
    if current is None:
        raise Refusal(404, "NAME_UNKNOWN", f"The repository {repository.name} was deleted")
    names = [blob.digest for blob in manifest.blobs]
    layers = [tx.find(Layer, content_key(current.arn, digest)) for digest in names]
    names = [manifest.digest, *(child.digest for child in manifest.children)]
    images = [tx.find(Image, content_key(current.arn, digest)) for digest in names]
    push = _allowed(
        plan_push(
            current,
            manifest,
            tag,
            held=None if tag is None else tx.find(ImageTag, tag.key),
            layers={layer.digest: layer for layer in layers if layer is not None},
            images={image.digest: image for image in images if image is not None},
            now=now,
        )
    )
    _write(tx, push)


def _write(tx: Transaction, push: Push) -> None:
    for noun in (push.image, push.tag, *push.claimed):
        if noun is not None:
            tx.put(noun)


def _apply(tx: Transaction, removal: Removal) -> None:
    for noun in (removal.image, *removal.tags):
        if noun is not None:
            tx.drop(noun)


def _allowed(plan: T | Refused) -> T:
    if isinstance(plan, Refused):
        status, code = _CODES[plan.reason]
        raise Refusal(status, code, plan.message)
    return plan


def _check_accepted(accept: str | None, image: Image) -> None:
    """A client that says what it can read is never sent anything else."""
    if accept is None:
        return
    ranges = {part.partition(";")[0].strip() for part in accept.split(",")}
    kind = image.media_type.partition("/")[0]
    if ranges & {image.media_type, "*/*", f"{kind}/*", ""}:
        return
    text = f"The image is of type {image.media_type}, which the Accept header does not name"
    raise Refusal(404, "MANIFEST_UNKNOWN", text)


def _descriptor(image: Image) -> dict[str, Any]:
    body: dict[str, Any] = {
        "mediaType": image.media_type,
        "digest": image.digest,
        "size": len(image.manifest.encode()),
    }
    if image.artifact_media_type is not None:
        body["artifactType"] = image.artifact_media_type
    annotations = json.loads(image.manifest).get("annotations")
    if annotations:
        body["annotations"] = annotations
    return body
