"""Buckets: made, listed, looked at, dropped."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import unquote

from seaway.aws.call import Call
from seaway.aws.s3.asked import Asked
from seaway.aws.s3.errors import Refusal, no_bucket, not_built
from seaway.aws.s3.exchange import Exchange
from seaway.aws.s3.headers import checked_tags
from seaway.aws.s3.xml import element, tag_set, tags_in, time_of, tree
from seaway.core.buckets import Bucket, MultipartUpload, StoredObject, is_bucket_name
from seaway.store.sqlite import SqliteStore
from seaway.store.transaction import Transaction

_EMPTY_CONFIGURATIONS = {"versioning": "VersioningConfiguration"}
_ABSENT = {
    "policy": ("NoSuchBucketPolicy", "The bucket policy does not exist"),
    "lifecycle": (
        "NoSuchLifecycleConfiguration",
        "The lifecycle configuration does not exist",
    ),
    "cors": ("NoSuchCORSConfiguration", "The CORS configuration does not exist"),
    "website": (
        "NoSuchWebsiteConfiguration",
        "The specified bucket does not have a website configuration",
    ),
    "encryption": (
        "ServerSideEncryptionConfigurationNotFoundError",
        "The server side encryption configuration was not found",
    ),
    "replication": (
        "ReplicationConfigurationNotFoundError",
        "The replication configuration was not found",
    ),
    "publicAccessBlock": (
        "NoSuchPublicAccessBlockConfiguration",
        "The public access block configuration was not found",
    ),
    "object-lock": (
        "ObjectLockConfigurationNotFoundError",
        "Object Lock configuration does not exist for this bucket",
    ),
}
"""What a bucket here never has; asked for it, S3 says so."""


def bucket_named(tx: Transaction, call: Call, name: str | None) -> Bucket:
    """The caller's bucket. Raises Refusal."""
    found = tx.find(Bucket, name or "")
    if found is None:
        raise no_bucket(name or "")
    if found.account != call.account:
        raise Refusal(403, "AccessDenied", "Access Denied")
    return found


def check_owner(tx: Transaction, asked: Asked) -> None:
    """That buckets are whose the caller expects them to be (S3 guide: bucket owner condition).

    Raises Refusal. A bucket that is not there is for the operation itself to tell.
    """
    source = unquote(asked.headers.get("x-amz-copy-source", "")).removeprefix("/")
    for header, name in (
        ("x-amz-expected-bucket-owner", asked.bucket),
        ("x-amz-source-expected-bucket-owner", source.partition("/")[0]),
    ):
        expected = asked.headers.get(header)
        if expected is None:
            continue
        if re.fullmatch(r"\d{12}", expected) is None:
            text = "The value of the expected bucket owner parameter must be an AWS Account ID"
            raise Refusal(400, "InvalidBucketOwnerAWSAccountID", f"{text}... [{expected}]")
        found = tx.find(Bucket, name or "")
        if found is not None and found.account != expected:
            raise Refusal(403, "AccessDenied", "Access Denied")


class Buckets:
    """Answers requests that are about buckets."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store

    async def answer(self, exchange: Exchange, call: Call) -> None:
        """Anything but a bucket's objects. Raises Refusal."""
        asked = exchange.asked
        if asked.bucket is None:
            await self._list(exchange, call)
            return
        match asked.method:
            case "PUT" if "tagging" in asked.query:
                await self._tag(exchange, call)
            case "DELETE" if "tagging" in asked.query:
                await self._store.transact(lambda tx: _tagged(tx, call, asked.bucket, ()))
                await exchange.answer(204)
            case "PUT" if not _subresource(asked.query):
                await self._create(exchange, call)
            case "HEAD":
                with self._store.transaction() as tx:
                    found = bucket_named(tx, call, asked.bucket)
                await exchange.answer(200, (("x-amz-bucket-region", found.region),))
            case "DELETE" if not _subresource(asked.query):
                await self._store.transact(lambda tx: _drop(tx, call, asked.bucket))
                await exchange.answer(204)
            case "GET":
                await self._show(exchange, call)
            case _:
                what = _subresource(asked.query)
                raise not_built(f"{asked.method} of a bucket's {what or 'content'}")

    async def _list(self, exchange: Exchange, call: Call) -> None:
        if exchange.asked.method != "GET":
            raise not_built(f"{exchange.asked.method} without a bucket")
        with self._store.transaction() as tx:
            mine = [one for one in tx.where(Bucket) if one.account == call.account]
        prefix = exchange.asked.query.get("prefix", "")
        shown = "".join(
            f"<Bucket>{element('Name', one.name)}"
            f"{element('CreationDate', time_of(one.created_at))}"
            f"{element('BucketRegion', one.region)}</Bucket>"
            for one in sorted(mine, key=lambda one: one.name)
            if one.name.startswith(prefix)
        )
        owner = f"<Owner>{element('ID', call.account)}</Owner>"
        inner = f"{owner}<Buckets>{shown}</Buckets>"
        await exchange.answer_xml("ListAllMyBucketsResult", inner)

    async def _create(self, exchange: Exchange, call: Call) -> None:
        asked = exchange.asked
        _check_name(asked.bucket or "")
        for name, value in asked.headers.items():
            if name.startswith("x-amz-grant") or (name == "x-amz-acl" and value != "private"):
                raise not_built(f"The header {name}: {value}")
            if name == "x-amz-bucket-object-lock-enabled" and value.lower() == "true":
                raise not_built(f"The header {name}")
        document = await exchange.document()
        region, tags = _configuration(document) if document else (None, ())

        def make(tx: Transaction) -> None:
            there = tx.find(Bucket, asked.bucket or "")
            if there is not None and there.account != call.account:
                raise Refusal(
                    409,
                    "BucketAlreadyExists",
                    "The requested bucket name is not available. The bucket namespace is shared "
                    "by all users of the system. Please select a different name and try again.",
                )
            if there is not None and (there.region, call.region) != ("us-east-1", "us-east-1"):
                raise Refusal(
                    409,
                    "BucketAlreadyOwnedByYou",
                    "Your previous request to create the named bucket succeeded and you already "
                    "own it.",
                )
            if there is None:
                tx.put(
                    Bucket(
                        name=asked.bucket or "",
                        account=call.account,
                        region=region or call.region,
                        created_at=call.moment.now,
                        tags=tags,
                    )
                )

        await self._store.transact(make)
        await exchange.answer(200, (("location", f"/{asked.bucket}"),))

    async def _tag(self, exchange: Exchange, call: Call) -> None:
        tags = checked_tags(tags_in(await exchange.document()), most=50)
        await self._store.transact(lambda tx: _tagged(tx, call, exchange.asked.bucket, tags))
        await exchange.answer(204)

    async def _show(self, exchange: Exchange, call: Call) -> None:
        """A bucket's location, tags, owner; and that it has nothing else."""
        query = exchange.asked.query
        with self._store.transaction() as tx:
            found = bucket_named(tx, call, exchange.asked.bucket)
        if "location" in query:
            where = "" if found.region == "us-east-1" else found.region
            await exchange.answer_xml("LocationConstraint", where)
        elif "tagging" in query:
            if not found.tags:
                raise Refusal(404, "NoSuchTagSet", "The TagSet does not exist")
            await exchange.answer_xml("Tagging", tag_set(found.tags))
        elif "acl" in query:
            await exchange.answer_xml("AccessControlPolicy", owned_by(found.account))
        elif name := next((key for key in query if key in _EMPTY_CONFIGURATIONS), None):
            await exchange.answer_xml(_EMPTY_CONFIGURATIONS[name], "")
        elif name := next((key for key in query if key in _ABSENT), None):
            code, text = _ABSENT[name]
            raise Refusal(404, code, text, BucketName=found.name)
        else:
            raise not_built(f"GET of a bucket's {_subresource(query)}")


def owned_by(account: str) -> str:
    """The access list of what belongs to its account alone."""
    owner = element("ID", account)
    grantee = (
        '<Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'xsi:type="CanonicalUser">{owner}</Grantee>'
    )
    return (
        f"<Owner>{owner}</Owner><AccessControlList><Grant>{grantee}"
        "<Permission>FULL_CONTROL</Permission></Grant></AccessControlList>"
    )


def _subresource(query: Mapping[str, str]) -> str:
    """What of a bucket a request is about, if it is about a part."""
    return next((name for name in query if name not in ("x-id",) and not name.startswith("X-")), "")


def _configuration(document: bytes) -> tuple[str | None, tuple[tuple[str, str], ...]]:
    found = tree(document, "CreateBucketConfiguration")
    for child in found:
        if child.tag not in ("LocationConstraint", "Tags"):
            raise not_built(f"CreateBucketConfiguration.{child.tag}")
    tags = tuple(
        (tag.findtext("Key") or "", tag.findtext("Value") or "")
        for tag in found.findall("Tags/Tag")
    )
    region = found.findtext("LocationConstraint")
    return ("eu-west-1" if region == "EU" else region) or None, checked_tags(tags, most=50)


def _check_name(name: str) -> None:
    """The rules of general purpose buckets' names (S3 guide). Raises Refusal."""
    if not is_bucket_name(name):
        raise Refusal(
            400, "InvalidBucketName", "The specified bucket is not valid.", BucketName=name
        )


def _tagged(
    tx: Transaction, call: Call, name: str | None, tags: tuple[tuple[str, str], ...]
) -> None:
    tx.put(replace(bucket_named(tx, call, name), tags=tags))


def _drop(tx: Transaction, call: Call, name: str | None) -> None:
    found = bucket_named(tx, call, name)
    if tx.where(StoredObject, bucket=found.name):
        raise Refusal(
            409,
            "BucketNotEmpty",
            "The bucket you tried to delete is not empty",
            BucketName=found.name,
        )
    for upload in tx.where(MultipartUpload, bucket=found.name):
        tx.drop(upload)
    tx.drop(found)
