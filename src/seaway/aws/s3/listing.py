"""What is in a bucket."""

from __future__ import annotations

import base64
import binascii
from urllib.parse import quote

from seaway.aws.call import Call
from seaway.aws.s3.asked import Asked
from seaway.aws.s3.buckets import bucket_named
from seaway.aws.s3.errors import invalid
from seaway.aws.s3.exchange import Exchange
from seaway.aws.s3.xml import element, time_of
from seaway.core.buckets import Listing, StoredObject, listing
from seaway.store.sqlite import SqliteStore

PAGE = 1000
LISTED = frozenset(
    {
        *("list-type", "prefix", "delimiter", "marker", "max-keys", "encoding-type", "x-id"),
        *("continuation-token", "start-after", "fetch-owner"),
    }
)
"""The words of a query that asks for a list."""


def is_listing(asked: Asked) -> bool:
    """Whether a request for a bucket asks for its objects."""
    return asked.method == "GET" and all(
        name in LISTED or name.startswith("X-Amz-") for name in asked.query
    )


async def list_objects(store: SqliteStore, exchange: Exchange, call: Call) -> None:
    """ListObjectsV2, or ListObjects of old. Raises Refusal."""
    asked = exchange.asked
    newer = asked.query.get("list-type") == "2"
    limit = asked.number("max-keys", PAGE)
    if limit is None:
        raise invalid("Argument max-keys must be an integer between 0 and 2147483647")
    with store.transaction() as tx:
        bucket = bucket_named(tx, call, asked.bucket)
        objects = tx.where(StoredObject, bucket=bucket.name)
    prefix, delimiter = asked.query.get("prefix", ""), asked.query.get("delimiter", "")
    after = _after(asked) if newer else asked.query.get("marker", "")
    found = listing(objects, prefix, delimiter, after, limit) if limit else Listing((), (), None)
    shown = _Shown(asked, call.account)
    inner = [
        element("Name", bucket.name),
        shown.text("Prefix", prefix),
        element("MaxKeys", limit),
        element("IsTruncated", str(found.last is not None).lower()),
    ]
    if delimiter:
        inner.append(shown.text("Delimiter", delimiter))
    if asked.query.get("encoding-type"):
        inner.append(element("EncodingType", asked.query["encoding-type"]))
    inner += _paging_v2(asked, found, shown) if newer else _paging_v1(asked, found, shown)
    inner += [
        shown.object(one, owner=not newer or "fetch-owner" in asked.query) for one in found.objects
    ]
    inner += [
        f"<CommonPrefixes>{shown.text('Prefix', one)}</CommonPrefixes>" for one in found.prefixes
    ]
    await exchange.answer_xml("ListBucketResult", "".join(inner))


class _Shown:
    """How names are written: encoded, if that is asked for."""

    def __init__(self, asked: Asked, account: str) -> None:
        self._encoded = asked.query.get("encoding-type") == "url"
        self._owner = f"<Owner>{element('ID', account)}</Owner>"

    def text(self, name: str, value: str) -> str:
        return element(name, quote(value, safe="/") if self._encoded else value)

    def object(self, one: StoredObject, *, owner: bool) -> str:
        checksum = "".join(
            element("ChecksumAlgorithm", name.upper()) for name, _ in one.checksums[:1]
        )
        if checksum:
            checksum += element("ChecksumType", one.checksum_type)
        return (
            f"<Contents>{self.text('Key', one.name)}"
            f"{element('LastModified', time_of(one.modified_at))}"
            f"<ETag>&quot;{one.etag}&quot;</ETag>{checksum}{element('Size', one.size)}"
            f"{self._owner if owner else ''}<StorageClass>STANDARD</StorageClass></Contents>"
        )


def _paging_v2(asked: Asked, found: Listing, shown: _Shown) -> list[str]:
    inner = [element("KeyCount", len(found.objects) + len(found.prefixes))]
    if "start-after" in asked.query:
        inner.append(shown.text("StartAfter", asked.query["start-after"]))
    if "continuation-token" in asked.query:
        inner.append(element("ContinuationToken", asked.query["continuation-token"]))
    if found.last is not None:
        token = base64.urlsafe_b64encode(found.last.encode()).decode()
        inner.append(element("NextContinuationToken", token))
    return inner


def _paging_v1(asked: Asked, found: Listing, shown: _Shown) -> list[str]:
    inner = [shown.text("Marker", asked.query.get("marker", ""))]
    if found.last is not None and asked.query.get("delimiter"):
        inner.append(shown.text("NextMarker", found.last))
    return inner


def _after(asked: Asked) -> str:
    token = asked.query.get("continuation-token")
    if token is None:
        return asked.query.get("start-after", "")
    try:
        return base64.urlsafe_b64decode(token.encode()).decode()
    except (binascii.Error, ValueError) as error:
        raise invalid("The continuation token provided is incorrect") from error
