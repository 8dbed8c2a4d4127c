"""Objects that come in parts."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

from seaway.aws.call import Call
from seaway.aws.s3 import headers as head
from seaway.aws.s3.buckets import bucket_named
from seaway.aws.s3.checksums import ALGORITHMS, FULL_OBJECT, new_checksum, of_parts, written
from seaway.aws.s3.conditions import check_write, span
from seaway.aws.s3.errors import Refusal, bad_digest, invalid, malformed, no_upload
from seaway.aws.s3.exchange import Exchange, Headers
from seaway.aws.s3.gathering import Gathering
from seaway.aws.s3.objects import Objects
from seaway.aws.s3.xml import element, time_of, tree
from seaway.core.buckets import (
    MOST_PARTS,
    SMALLEST_PART,
    MultipartUpload,
    Pairs,
    StoredObject,
    UploadPart,
    object_key,
)
from seaway.store.objects import ObjectFiles
from seaway.store.sqlite import SqliteStore
from seaway.store.transaction import Transaction

BATCH = 1 << 20


@dataclass(frozen=True, slots=True)
class _Whole:
    """An object put together: its bytes' file and what it is."""

    file: str
    size: int
    checksums: Pairs


class Uploads:
    """Answers requests that are about multipart uploads."""

    def __init__(self, store: SqliteStore, files: ObjectFiles, objects: Objects) -> None:
        self._store = store
        self._files = files
        self._objects = objects

    async def begin(self, exchange: Exchange, call: Call) -> None:
        """CreateMultipartUpload."""
        asked = exchange.asked
        head.refuse_unbuilt(asked.headers)
        algorithm = asked.headers.get("x-amz-checksum-algorithm", "").lower() or None
        if algorithm is not None and algorithm not in ALGORITHMS:
            raise invalid(f"Checksum algorithm {algorithm} is not supported.")
        otherwise = "FULL_OBJECT" if algorithm == "crc64nvme" else "COMPOSITE"
        kind = asked.headers.get("x-amz-checksum-type", otherwise if algorithm else None)
        if algorithm and kind == "FULL_OBJECT" and algorithm not in FULL_OBJECT:
            raise invalid(f"The FULL_OBJECT checksum type cannot be used with {algorithm}.")
        made = MultipartUpload(
            id=call.moment.alnum(64),
            bucket=asked.bucket or "",
            name=asked.key or "",
            started_at=call.moment.now,
            headers=head.kept_headers(asked.headers),
            metadata=head.metadata_in(asked.headers),
            algorithm=algorithm,
            checksum_type=kind,
            tags=head.tags_in(asked.headers),
        )

        def write(tx: Transaction) -> None:
            bucket_named(tx, call, asked.bucket)
            tx.put(made)

        await self._store.transact(write)
        inner = element("Bucket", made.bucket) + element("Key", made.name)
        more: Headers = ()
        if algorithm and kind:
            more = (
                ("x-amz-checksum-algorithm", algorithm.upper()),
                ("x-amz-checksum-type", kind),
            )
        await exchange.answer_xml(
            "InitiateMultipartUploadResult", inner + element("UploadId", made.id), more
        )

    async def take(self, exchange: Exchange, call: Call) -> None:
        """UploadPart and UploadPartCopy; a part of the same number is replaced."""
        asked = exchange.asked
        number = asked.number("partNumber", 0, low=1, high=MOST_PARTS + 1)
        if number is None or number > MOST_PARTS:
            raise invalid(f"Part number must be an integer between 1 and {MOST_PARTS}, inclusive")
        with self._store.transaction() as tx:
            upload = self._upload(tx, call, exchange)
        if "x-amz-copy-source" in asked.headers:
            part = await self._copied(exchange, call, upload, number)
        else:
            gathered = await Gathering(asked.headers, upload.algorithm).take(
                exchange.pieces(), self._files, call.moment.hex(32)
            )
            part = UploadPart(
                key=f"{upload.id}/{number}",
                upload=upload.id,
                number=number,
                size=gathered.size,
                etag=gathered.md5,
                modified_at=call.moment.now,
                file=gathered.file,
                checksums=gathered.checksums,
            )

        def write(tx: Transaction) -> None:
            self._upload(tx, call, exchange)
            tx.put(part)

        await self._store.transact(write)
        if "x-amz-copy-source" in asked.headers:
            inner = f"<ETag>&quot;{part.etag}&quot;</ETag>"
            inner += element("LastModified", time_of(part.modified_at))
            await exchange.answer_xml("CopyPartResult", inner)
            return
        checks = tuple((f"x-amz-checksum-{name}", value) for name, value in part.checksums)
        await exchange.answer(200, (("etag", f'"{part.etag}"'), *checks))

    async def _copied(
        self, exchange: Exchange, call: Call, upload: MultipartUpload, number: int
    ) -> UploadPart:
        with self._store.transaction() as tx:
            source = self._objects.source(tx, call, exchange)
        wanted = {"range": exchange.asked.headers.get("x-amz-copy-source-range", "")}
        start, length = span(wanted, source.size) or (0, source.size)
        file = call.moment.hex(32)
        etag, checksums = await asyncio.to_thread(
            self._excerpt, source.file, start, length, file, upload.algorithm
        )
        return UploadPart(
            key=f"{upload.id}/{number}",
            upload=upload.id,
            number=number,
            size=length,
            etag=etag,
            modified_at=call.moment.now,
            file=file,
            checksums=checksums,
        )

    def _excerpt(
        self, source: str, start: int, length: int, file: str, algorithm: str | None
    ) -> tuple[str, Pairs]:
        md5 = hashlib.md5(usedforsecurity=False)
        checksum = new_checksum(algorithm) if algorithm else None
        with (
            self._files.path(source).open("rb") as there,
            self._files.coming(file).open("wb") as here,
        ):
            there.seek(start)
            while length > 0 and (data := there.read(min(BATCH, length))):
                length -= len(data)
                here.write(data)
                md5.update(data)
                if checksum is not None:
                    checksum.update(data)
        self._files.settle(file)
        found = ((algorithm, written(checksum.digest())),) if algorithm and checksum else ()
        return md5.hexdigest(), found

    async def complete(self, exchange: Exchange, call: Call) -> None:
        """CompleteMultipartUpload: the parts named become the object."""
        asked = exchange.asked
        named = _named(tree(await exchange.document(), "CompleteMultipartUpload"))
        with self._store.transaction() as tx:
            upload = self._upload(tx, call, exchange)
            parts = _chosen(tx, upload, named)
            there = tx.find(StoredObject, object_key(upload.bucket, upload.name))
            check_write(there, upload.name, asked.headers)
        whole = await asyncio.to_thread(self._together, call.moment.hex(32), parts, upload)
        _check_whole(asked.headers, whole)
        digests = b"".join(bytes.fromhex(part.etag) for part in parts)
        md5 = hashlib.md5(digests, usedforsecurity=False).hexdigest()
        made = StoredObject(
            key=object_key(upload.bucket, upload.name),
            bucket=upload.bucket,
            name=upload.name,
            size=whole.size,
            etag=f"{md5}-{len(parts)}",
            modified_at=call.moment.now,
            file=whole.file,
            headers=upload.headers,
            metadata=upload.metadata,
            checksums=whole.checksums,
            checksum_type=upload.checksum_type or "FULL_OBJECT",
            tags=upload.tags,
        )

        def write(tx: Transaction) -> None:
            self._upload(tx, call, exchange)
            check_write(tx.find(StoredObject, made.key), made.name, asked.headers)
            tx.put(made)
            _forget(tx, upload)

        await self._store.transact(write)
        inner = element("Location", f"http://{call.host}/{made.bucket}/{made.name}")
        inner += element("Bucket", made.bucket) + element("Key", made.name)
        inner += f"<ETag>&quot;{made.etag}&quot;</ETag>"
        inner += "".join(element(f"Checksum{k.upper()}", v) for k, v in made.checksums)
        if made.checksums:
            inner += element("ChecksumType", made.checksum_type)
        await exchange.answer_xml("CompleteMultipartUploadResult", inner)

    def _together(self, file: str, parts: Sequence[UploadPart], upload: MultipartUpload) -> _Whole:
        """One file of all parts."""
        algorithm = upload.algorithm
        full = algorithm is not None and upload.checksum_type == "FULL_OBJECT"
        checksum = new_checksum(algorithm) if algorithm and full else None
        with self._files.coming(file).open("wb") as target:
            for part in parts:
                with self._files.path(part.file).open("rb") as source:
                    if checksum is None:
                        shutil.copyfileobj(source, target, BATCH)
                        continue
                    while data := source.read(BATCH):
                        target.write(data)
                        checksum.update(data)
            target.flush()
            size = os.fstat(target.fileno()).st_size
        self._files.settle(file)
        checksums: Pairs = ()
        if algorithm and checksum is not None:
            checksums = ((algorithm, written(checksum.digest())),)
        elif algorithm:
            digests = [dict(part.checksums).get(algorithm, "") for part in parts]
            checksums = ((algorithm, of_parts(algorithm, digests)),) if all(digests) else ()
        return _Whole(file, size, checksums)

    async def abort(self, exchange: Exchange, call: Call) -> None:
        """AbortMultipartUpload."""

        def drop(tx: Transaction) -> None:
            _forget(tx, self._upload(tx, call, exchange))

        await self._store.transact(drop)
        await exchange.answer(204)

    async def list_parts(self, exchange: Exchange, call: Call) -> None:
        """ListParts."""
        asked = exchange.asked
        with self._store.transaction() as tx:
            upload = self._upload(tx, call, exchange)
            parts = sorted(tx.where(UploadPart, upload=upload.id), key=lambda one: one.number)
        after = asked.number("part-number-marker", 0, high=MOST_PARTS) or 0
        limit = asked.number("max-parts", 1000) or 1000
        left = [part for part in parts if part.number > after]
        shown = "".join(
            f"<Part>{element('PartNumber', one.number)}"
            f"{element('LastModified', time_of(one.modified_at))}"
            f"<ETag>&quot;{one.etag}&quot;</ETag>{element('Size', one.size)}</Part>"
            for one in left[:limit]
        )
        inner = element("Bucket", upload.bucket) + element("Key", upload.name)
        inner += element("UploadId", upload.id) + element("MaxParts", limit)
        inner += element("IsTruncated", str(len(left) > limit).lower())
        if len(left) > limit:
            inner += element("NextPartNumberMarker", left[limit - 1].number)
        await exchange.answer_xml("ListPartsResult", inner + shown)

    async def list_uploads(self, exchange: Exchange, call: Call) -> None:
        """ListMultipartUploads: all of a bucket's on one page."""
        prefix = exchange.asked.query.get("prefix", "")
        with self._store.transaction() as tx:
            bucket = bucket_named(tx, call, exchange.asked.bucket)
            found = tx.where(MultipartUpload, bucket=bucket.name)
        shown = "".join(
            f"<Upload>{element('Key', one.name)}{element('UploadId', one.id)}"
            f"{element('Initiated', time_of(one.started_at))}</Upload>"
            for one in sorted(found, key=lambda one: (one.name, one.started_at))
            if one.name.startswith(prefix)
        )
        inner = element("Bucket", bucket.name) + element("IsTruncated", "false")
        await exchange.answer_xml("ListMultipartUploadsResult", inner + shown)

    def _upload(self, tx: Transaction, call: Call, exchange: Exchange) -> MultipartUpload:
        asked = exchange.asked
        id = asked.query.get("uploadId", "")
        bucket_named(tx, call, asked.bucket)
        found = tx.find(MultipartUpload, id)
        if found is None or (found.bucket, found.name) != (asked.bucket, asked.key):
            raise no_upload(id)
        return found


def _named(found: ElementTree.Element) -> list[tuple[int, str]]:
    named = []
    for part in found.findall("Part"):
        number = part.findtext("PartNumber") or ""
        if not number.isdigit():
            raise malformed()
        named.append((int(number), (part.findtext("ETag") or "").strip('"')))
    if not named:
        raise malformed()
    return named


def _chosen(
    tx: Transaction, upload: MultipartUpload, named: list[tuple[int, str]]
) -> list[UploadPart]:
    numbers = [number for number, _ in named]
    if numbers != sorted(set(numbers)):
        raise Refusal(
            400,
            "InvalidPartOrder",
            "The list of parts was not in ascending order. The parts list must be specified in "
            "order by part number.",
        )
    parts = []
    for number, etag in named:
        part = tx.find(UploadPart, f"{upload.id}/{number}")
        if part is None or part.etag != etag:
            raise Refusal(
                400,
                "InvalidPart",
                "One or more of the specified parts could not be found. The part may not have "
                "been uploaded, or the specified entity tag may not match the part's entity tag.",
                PartNumber=str(number),
            )
        parts.append(part)
    if any(part.size < SMALLEST_PART for part in parts[:-1]):
        raise Refusal(
            400,
            "EntityTooSmall",
            "Your proposed upload is smaller than the minimum allowed size",
            MinSizeAllowed=str(SMALLEST_PART),
        )
    return parts


def _check_whole(given: Mapping[str, str], whole: _Whole) -> None:
    """The object is the one the client means. Raises Refusal."""
    for algorithm, value in whole.checksums:
        if given.get(f"x-amz-checksum-{algorithm}", value) != value:
            raise bad_digest(algorithm.upper())
    size = given.get("x-amz-mp-object-size")
    if size is not None and size != str(whole.size):
        raise Refusal(
            400, "InvalidRequest", "The provided 'x-amz-mp-object-size' header does not match."
        )


def _forget(tx: Transaction, upload: MultipartUpload) -> None:
    for part in tx.where(UploadPart, upload=upload.id):
        tx.drop(part)
    tx.drop(upload)
