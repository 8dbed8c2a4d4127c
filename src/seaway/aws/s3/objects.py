"""Objects: written, read, copied, dropped."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import unquote

from seaway.aws.call import Call
from seaway.aws.s3 import headers as head
from seaway.aws.s3.buckets import bucket_named, owned_by
from seaway.aws.s3.conditions import NotModified, check_read, check_write, span
from seaway.aws.s3.errors import Refusal, bad_request, malformed, no_key, not_built
from seaway.aws.s3.exchange import Exchange, Headers
from seaway.aws.s3.gathering import Gathering
from seaway.aws.s3.xml import element, tag_set, tags_in, time_of, tree
from seaway.core.buckets import StoredObject, object_key
from seaway.core.names import Tags
from seaway.store.objects import ObjectFiles
from seaway.store.sqlite import SqliteStore
from seaway.store.transaction import Transaction

LONGEST_KEY = 1024
"""Bytes (S3 guide: object keys)."""

MOST_DELETED = 1000

_TOLD_BY_QUERY = (
    *("response-content-type", "response-content-disposition", "response-content-encoding"),
    *("response-content-language", "response-cache-control", "response-expires"),
)


def object_named(tx: Transaction, call: Call, bucket: str | None, name: str) -> StoredObject:
    """The object of this name. Raises Refusal."""
    found = tx.find(StoredObject, object_key(bucket_named(tx, call, bucket).name, name))
    if found is None:
        raise no_key(name)
    return found


class Objects:
    """Answers requests that are about objects."""

    def __init__(self, store: SqliteStore, files: ObjectFiles) -> None:
        self._store = store
        self._files = files

    async def put(self, exchange: Exchange, call: Call) -> None:
        """PutObject: the object is there when all its bytes are on the disk."""
        asked = exchange.asked
        name = asked.key or ""
        if len(name.encode()) > LONGEST_KEY:
            raise Refusal(400, "KeyTooLongError", "Your key is too long")
        head.refuse_unbuilt(asked.headers)
        metadata, tags = head.metadata_in(asked.headers), head.tags_in(asked.headers)
        with self._store.transaction() as tx:
            bucket = bucket_named(tx, call, asked.bucket).name
            check_write(tx.find(StoredObject, object_key(bucket, name)), name, asked.headers)
        gathered = await Gathering(asked.headers).take(
            exchange.pieces(), self._files, call.moment.hex(32)
        )
        made = StoredObject(
            key=object_key(bucket, name),
            bucket=bucket,
            name=name,
            size=gathered.size,
            etag=gathered.md5,
            modified_at=call.moment.now,
            file=gathered.file,
            sha256=gathered.sha256,
            headers=head.kept_headers(asked.headers),
            metadata=metadata,
            checksums=gathered.checksums,
            tags=tags,
        )

        def write(tx: Transaction) -> None:
            # Once more: much can have happened while the bytes came.
            bucket_named(tx, call, bucket)
            check_write(tx.find(StoredObject, made.key), name, asked.headers)
            tx.put(made)

        await self._store.transact(write)
        shown: Headers = (("etag", f'"{made.etag}"'),)
        if made.checksums:
            ((algorithm, value),) = made.checksums
            shown += ((f"x-amz-checksum-{algorithm}", value),)
            shown += (("x-amz-checksum-type", made.checksum_type),)
        await exchange.answer(200, shown)

    async def get(self, exchange: Exchange, call: Call) -> None:
        """GetObject and HeadObject, of the whole or of a range."""
        asked = exchange.asked
        for word in ("partNumber", "versionId"):
            if asked.query.get(word) not in (None, "null"):
                raise not_built(f"The query's {word}")
        with self._store.transaction() as tx:
            found = object_named(tx, call, asked.bucket, asked.key or "")
        whole = asked.headers.get("x-amz-checksum-mode", "").upper() == "ENABLED"
        try:
            check_read(found, asked.headers)
        except NotModified:
            await exchange.answer(304, head.told(found, checksums=False))
            return
        part = span(asked.headers, found.size)
        shown = dict(head.told(found, checksums=whole and part is None))
        for word in _TOLD_BY_QUERY:
            if word in asked.query:
                shown[word.removeprefix("response-")] = asked.query[word]
        start, length = part or (0, found.size)
        if part is not None:
            shown["content-range"] = f"bytes {start}-{start + length - 1}/{found.size}"
        path = self._files.path(found.file)
        status = 200 if part is None else 206
        await exchange.send_file(status, tuple(shown.items()), path, start, length)

    async def copy(self, exchange: Exchange, call: Call) -> None:
        """CopyObject: another name for the same bytes, which never change."""
        asked = exchange.asked
        head.refuse_unbuilt(asked.headers)
        anew = _directive(asked.headers.get("x-amz-metadata-directive", "COPY"))
        retagged = _directive(asked.headers.get("x-amz-tagging-directive", "COPY"))
        metadata, tags = head.metadata_in(asked.headers), head.tags_in(asked.headers)

        def make(tx: Transaction) -> StoredObject:
            source = self.source(tx, call, exchange)
            bucket = bucket_named(tx, call, asked.bucket).name
            name = asked.key or ""
            key = object_key(bucket, name)
            if key == source.key and not anew:
                raise bad_request(
                    "This copy request is illegal because it is trying to copy an object to itself "
                    "without changing the object's metadata, storage class, website redirect "
                    "location or encryption attributes."
                )
            check_write(tx.find(StoredObject, key), name, asked.headers)
            made = replace(source, key=key, bucket=bucket, name=name, modified_at=call.moment.now)
            if anew:
                made = replace(made, headers=head.kept_headers(asked.headers), metadata=metadata)
            made = replace(made, tags=tags) if retagged else made
            tx.put(made)
            return made

        made = await self._store.transact(make)
        inner = f"<ETag>&quot;{made.etag}&quot;</ETag>"
        inner += element("LastModified", time_of(made.modified_at))
        inner += "".join(element(f"Checksum{k.upper()}", v) for k, v in made.checksums)
        await exchange.answer_xml("CopyObjectResult", inner)

    def source(self, tx: Transaction, call: Call, exchange: Exchange) -> StoredObject:
        """The object that is to be copied. Raises Refusal."""
        headers = exchange.asked.headers
        path, _, query = headers["x-amz-copy-source"].partition("?")
        if query and query != "versionId=null":
            raise not_built(f"x-amz-copy-source with {query}")
        bucket, _, name = unquote(path).removeprefix("/").partition("/")
        found = object_named(tx, call, bucket, name)
        try:
            check_read(found, headers, "x-amz-copy-source-")
        except NotModified as error:
            raise Refusal(
                412,
                "PreconditionFailed",
                "At least one of the pre-conditions you specified did not hold",
            ) from error
        return found

    async def delete(self, exchange: Exchange, call: Call) -> None:
        """DeleteObject; one that is not there is no error."""
        asked = exchange.asked
        if asked.query.get("versionId", "null") != "null":
            raise not_built("The query's versionId")
        await self._store.transact(lambda tx: _drop(tx, call, asked.bucket, asked.key or ""))
        await exchange.answer(204)

    async def delete_many(self, exchange: Exchange, call: Call) -> None:
        """DeleteObjects."""
        found = tree(await exchange.document(), "Delete")
        names = [one.findtext("Key") for one in found.findall("Object")]
        if not names or len(names) > MOST_DELETED or None in names:
            raise malformed()
        if any(one.findtext("VersionId", "null") != "null" for one in found.findall("Object")):
            raise not_built("Delete.Object.VersionId")
        quiet = (found.findtext("Quiet") or "").lower() == "true"
        bucket = exchange.asked.bucket

        def drop(tx: Transaction) -> None:
            for name in names:
                _drop(tx, call, bucket, name or "")

        await self._store.transact(drop)
        gone = "".join(f"<Deleted>{element('Key', name)}</Deleted>" for name in names)
        await exchange.answer_xml("DeleteResult", "" if quiet else gone)

    async def tags(self, exchange: Exchange, call: Call) -> None:
        """Get, Put and DeleteObjectTagging."""
        asked = exchange.asked
        if asked.method == "GET":
            with self._store.transaction() as tx:
                found = object_named(tx, call, asked.bucket, asked.key or "")
            await exchange.answer_xml("Tagging", tag_set(found.tags))
            return
        tags: Tags = ()
        if asked.method == "PUT":
            tags = head.checked_tags(tags_in(await exchange.document()), most=10)

        def write(tx: Transaction) -> None:
            tx.put(replace(object_named(tx, call, asked.bucket, asked.key or ""), tags=tags))

        await self._store.transact(write)
        await exchange.answer(204 if asked.method == "DELETE" else 200)

    async def access(self, exchange: Exchange, call: Call) -> None:
        """GetObjectAcl: it is its account's alone."""
        with self._store.transaction() as tx:
            object_named(tx, call, exchange.asked.bucket, exchange.asked.key or "")
        await exchange.answer_xml("AccessControlPolicy", owned_by(call.account))


def _directive(text: str) -> bool:
    """Whether what is said in the request replaces what is said of the source."""
    if text not in ("COPY", "REPLACE"):
        raise Refusal(400, "InvalidArgument", "Unknown metadata directive.")
    return text == "REPLACE"


def _drop(tx: Transaction, call: Call, bucket: str | None, name: str) -> None:
    found = tx.find(StoredObject, object_key(bucket_named(tx, call, bucket).name, name))
    if found is not None:
        tx.drop(found)
