"""Blobs over HTTP: uploads whole and by chunks, mounts, downloads and ranges."""

from __future__ import annotations

import re

from seaway.core.manifest import is_digest
from seaway.core.moment import Moment
from seaway.core.names import place_of
from seaway.core.repository import Image, Layer, Repository, content_key, repository_arn
from seaway.registry.blobs import BlobStore, DigestMismatch, Upload
from seaway.registry.exchange import Exchange, Headers
from seaway.registry.pushes import Pushes
from seaway.registry.refusal import Refusal, blob_unknown, digest_invalid, unsupported
from seaway.registry.route import Kind, Route
from seaway.store.sqlite import SqliteStore
from seaway.store.transaction import Transaction


class Layers:
    """Answers what is asked under ``/blobs/`` of a repository."""

    def __init__(self, store: SqliteStore, blobs: BlobStore, pushes: Pushes) -> None:
        self._store = store
        self._blobs = blobs
        self._pushes = pushes

    async def answer(
        self, exchange: Exchange, repository: Repository, route: Route, moment: Moment
    ) -> None:
        """Answer one request. Raises Refusal."""
        match route.kind, exchange.method:
            case Kind.UPLOADS, "POST":
                await self._begin(exchange, repository, moment)
            case Kind.UPLOAD, ("PATCH" | "PUT" | "GET" | "DELETE"):
                await self._continue(exchange, repository, route.reference, moment)
            case Kind.BLOB, ("GET" | "HEAD"):
                await self._send(exchange, self._layer(repository, route.reference), moment)
            case Kind.BLOB, "DELETE":
                await self._drop(exchange, self._layer(repository, route.reference))
            case _:
                raise unsupported(exchange.method, exchange.path)

    # uploads

    async def _begin(self, exchange: Exchange, repository: Repository, moment: Moment) -> None:
        mounted = exchange.query.get("mount")
        if mounted is not None and await self._mount(exchange, repository, mounted, moment):
            await self._created(exchange, repository, mounted)
            return
        digest = exchange.query.get("digest")
        if digest is not None:
            _check_digest(digest)
        upload = self._blobs.begin(repository.arn, moment.uuid())
        if digest is None:
            await exchange.answer(202, _progress(repository, upload))
            return
        async with upload.lock:
            try:
                await upload.append(exchange.chunks())
            except BaseException:
                # Nobody was told this upload's name, so nobody can go on with it.
                self._blobs.cancel(upload)
                raise
            await self._finish(upload, repository, digest, moment)
        await self._created(exchange, repository, digest)

    async def _mount(
        self, exchange: Exchange, repository: Repository, digest: str, moment: Moment
    ) -> bool:
        """Take a layer over from another repository; False when it is not there to take."""
        _check_digest(digest)
        source = repository_arn(place_of(repository.arn), exchange.query.get("from", ""))

        def mount(tx: Transaction) -> bool:
            held = tx.find(Layer, content_key(source, digest))
            if held is None or not self._blobs.has(digest):
                return False
            _hold(tx, repository, digest, held.size, moment.now)
            return True

        return await self._store.transact(mount)

    async def _continue(
        self, exchange: Exchange, repository: Repository, name: str, moment: Moment
    ) -> None:
        upload = self._find_upload(repository, name)
        async with upload.lock:
            # It may have been finished or dropped while this request waited for the other one.
            if self._find_upload(repository, name) is not upload:
                raise _upload_unknown(name)
            match exchange.method:
                case "PATCH":
                    await self._take(exchange, repository, upload)
                    await exchange.answer(202, _progress(repository, upload))
                case "PUT":
                    await self._complete(exchange, repository, upload, moment)
                case "GET":
                    await exchange.answer(204, _progress(repository, upload))
                case _:
                    self._blobs.cancel(upload)
                    await exchange.answer(204)

    def _find_upload(self, repository: Repository, name: str) -> Upload:
        upload = None
        if re.fullmatch(r"[0-9a-f-]{36}", name):
            upload = self._blobs.find(repository.arn, name)
        if upload is None:
            raise _upload_unknown(name)
        return upload

    async def _take(self, exchange: Exchange, repository: Repository, upload: Upload) -> None:
        stated = exchange.header("Content-Range")
        length = _stated_length(stated, repository, upload)
        before = upload.size
        await upload.append(exchange.chunks())
        if length is not None and upload.size - before != length:
            raise Refusal(
                400,
                "SIZE_INVALID",
                f"Content-Range {stated} is {length} bytes; {upload.size - before} came",
                headers=_progress(repository, upload),
            )

    async def _complete(
        self, exchange: Exchange, repository: Repository, upload: Upload, moment: Moment
    ) -> None:
        digest = exchange.query.get("digest")
        if digest is None:
            raise digest_invalid("The digest is missing: PUT …?digest=sha256:…")
        _check_digest(digest)
        await self._take(exchange, repository, upload)
        await self._finish(upload, repository, digest, moment)
        await self._created(exchange, repository, digest)

    async def _finish(
        self, upload: Upload, repository: Repository, digest: str, moment: Moment
    ) -> None:
        with self._pushes.arrival(digest):
            size = upload.size
            try:
                await self._blobs.finish(upload, digest)
            except DigestMismatch as mismatch:
                raise digest_invalid(
                    f"The content's digest is {mismatch}, not {digest}"
                ) from mismatch
            await self._store.transact(lambda tx: _hold(tx, repository, digest, size, moment.now))

    async def _created(self, exchange: Exchange, repository: Repository, digest: str) -> None:
        location = ("Location", f"/v2/{repository.name}/blobs/{digest}")
        await exchange.answer(201, (location, ("Docker-Content-Digest", digest)))

    # blobs

    def _layer(self, repository: Repository, digest: str) -> Layer:
        _check_digest(digest)
        with self._store.transaction() as tx:
            layer = tx.find(Layer, content_key(repository.arn, digest))
        # Asking the disk too lets a push repair a blob whose file was lost.
        if layer is None or not self._blobs.has(digest):
            raise blob_unknown(digest)
        return layer

    async def _send(self, exchange: Exchange, layer: Layer, moment: Moment) -> None:
        if exchange.method == "HEAD":
            self._pushes.touch(layer.key, moment.now)
        headers: Headers = (
            ("Content-Type", "application/octet-stream"),
            ("Docker-Content-Digest", layer.digest),
            ("ETag", f'"{layer.digest}"'),
            ("Accept-Ranges", "bytes"),
        )
        part = _range(exchange.header("Range"), layer.size)
        start, stop = part or (0, layer.size)
        if part is not None:
            headers += (("Content-Range", f"bytes {start}-{stop - 1}/{layer.size}"),)
        pieces = self._blobs.read(layer.digest, start, stop - start)
        await exchange.stream(206 if part else 200, headers, stop - start, pieces)

    async def _drop(self, exchange: Exchange, layer: Layer) -> None:
        def drop(tx: Transaction) -> None:
            images = tx.where(Image, repository=layer.repository)
            holder = next((i for i in images if layer.digest in i.blobs), None)
            if holder is not None:
                text = f"The layer is part of the image {holder.digest}; delete that first"
                raise Refusal(405, "UNSUPPORTED", text)
            tx.drop(layer)

        await self._store.transact(drop)
        await exchange.answer(202)


def _hold(tx: Transaction, repository: Repository, digest: str, size: int, now: float) -> None:
    """The repository has this blob from now on; a layer already claimed stays so."""
    key = content_key(repository.arn, digest)
    if tx.find(Repository, repository.arn) is None:
        raise Refusal(404, "NAME_UNKNOWN", f"The repository {repository.name} was deleted")
    if tx.find(Layer, key) is None:
        tx.put(
            Layer(
                key=key,
                repository=repository.arn,
                digest=digest,
                size=size,
                unclaimed_since=now,
            )
        )


def _check_digest(text: str) -> None:
    if not is_digest(text):
        raise digest_invalid(f"'{text}' is no SHA-256 digest")


def _upload_unknown(name: str) -> Refusal:
    return Refusal(404, "BLOB_UPLOAD_UNKNOWN", f"The upload '{name}' does not exist")


def _progress(repository: Repository, upload: Upload) -> Headers:
    """How far an upload is; an empty one says 0-0, as Docker's registry does."""
    return (
        ("Location", f"/v2/{repository.name}/blobs/uploads/{upload.id}"),
        ("Range", f"0-{max(0, upload.size - 1)}"),
        ("Docker-Upload-UUID", upload.id),
    )


def _stated_length(stated: str | None, repository: Repository, upload: Upload) -> int | None:
    """How long a chunk says it is; refused when it does not start where the upload ends."""
    if stated is None:
        return None
    found = re.fullmatch(r"(?:bytes[ =])?([0-9]+)-([0-9]+)(?:/.*)?", stated)
    if found is None or int(found[1]) != upload.size or int(found[2]) < int(found[1]) - 1:
        raise Refusal(
            416,
            "BLOB_UPLOAD_INVALID",
            f"The chunk '{stated}' does not follow the {upload.size} bytes that are here",
            headers=_progress(repository, upload),
        )
    return int(found[2]) - int(found[1]) + 1


def _range(stated: str | None, size: int) -> tuple[int, int] | None:
    """The bytes asked for, as start and end (exclusive); None (all) when several are asked for."""
    found = re.fullmatch(r"bytes=([0-9]*)-([0-9]*)", stated or "")
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        start, stop = max(0, size - int(found[2])), size
    else:
        start = int(found[1])
        stop = min(size, int(found[2]) + 1) if found[2] else size
    if start >= stop:
        raise Refusal(
            416,
            "BLOB_UNKNOWN",
            f"The range '{stated}' is outside the {size} bytes of the layer",
            headers=(("Content-Range", f"bytes */{size}"),),
        )
    return start, stop
