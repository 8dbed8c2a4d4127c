"""S3: buckets, the objects in them, and uploads in parts. The bytes lie in files of their own."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from urllib.parse import unquote, urlsplit

from seaway.core.names import Tags

Pairs = tuple[tuple[str, str], ...]

LARGEST_PUT = 5 * 1024**3
"""Bytes of one PUT or part (S3 guide: limits)."""

SMALLEST_PART = 5 * 1024**2
"""Bytes of every part of an upload but its last."""

MOST_PARTS = 10_000

_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_HOST = re.compile(r"(?P<bucket>.+?)\.(?:s3[.-].*|localhost)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """A bucket; its name is its key in all accounts and regions. Times are epoch seconds."""

    name: str
    account: str
    region: str
    created_at: float
    tags: Tags = ()

    @property
    def arn(self) -> str:
        """Its ARN, which names no account."""
        return f"arn:aws:s3:::{self.name}"

    def tagged(self, tags: Tags) -> Bucket:
        """The bucket with these tags."""
        return replace(self, tags=tags)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredObject:
    """An object as it can be fetched. ``file`` names its bytes among the object files.

    ``headers`` are what the writer said of the content (content-type, cache-control and the
    like), ``metadata`` its own words (x-amz-meta-*), ``checksums`` (name, base64) pairs:
    ``("crc32", "…")``.
    """

    key: str
    """``<bucket>/<name>``."""
    bucket: str
    name: str
    size: int
    etag: str
    """Without its quotes: the MD5 of the bytes, or of the parts' MD5s and their number."""
    modified_at: float
    file: str
    sha256: str = ""
    """Of the bytes, in hexadecimal; "" for what came in parts."""
    headers: Pairs = ()
    metadata: Pairs = ()
    checksums: Pairs = ()
    checksum_type: str = "FULL_OBJECT"
    tags: Tags = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MultipartUpload:
    """A multipart upload under way."""

    id: str
    bucket: str
    name: str
    started_at: float
    headers: Pairs = ()
    metadata: Pairs = ()
    algorithm: str | None = None
    """The checksum the parts are to have: crc32 and the like."""
    checksum_type: str | None = None
    tags: Tags = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadPart:
    """One part of an upload that has come whole."""

    key: str
    """``<upload>/<number>``."""
    upload: str
    number: int
    size: int
    etag: str
    modified_at: float
    file: str
    checksums: Pairs = ()


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of a bucket: objects, and what stands for those that share a beginning."""

    objects: tuple[StoredObject, ...]
    prefixes: tuple[str, ...]
    last: str | None
    """The name to go on after; None when this is the end."""


def object_key(bucket: str, name: str) -> str:
    """The key of a bucket's object."""
    return f"{bucket}/{name}"


def is_bucket_name(name: str) -> bool:
    """Whether the rules of general purpose buckets' names (S3 guide) allow it."""
    if ".." in name or name.startswith("xn--") or name.endswith("-s3alias"):
        return False
    return not _is_address(name) and _NAME.fullmatch(name) is not None


def _is_address(name: str) -> bool:
    try:
        ipaddress.IPv4Address(name)
    except ValueError:
        return False
    return True


def parse_url(url: str) -> tuple[str, str] | None:
    """The bucket and the object's name in an object's address, of either style (S3 guide)."""
    parts = urlsplit(url)
    host, path = parts.hostname or "", unquote(parts.path).removeprefix("/")
    if parts.scheme not in ("http", "https") or not host:
        return None
    owner = _HOST.match(host)
    if owner is not None:
        bucket, name = owner["bucket"], path
    elif _is_address(host) or host == "localhost" or re.match(r"s3[.-]", host):
        bucket, _, name = path.partition("/")
    else:
        return None
    return (bucket, name) if bucket and name else None


def parse_arn(arn: str) -> tuple[str, str]:
    """The bucket and the object's name in an object's ARN."""
    bucket, _, name = arn.partition(":::")[2].partition("/")
    return bucket, name


def listing(
    objects: Iterable[StoredObject], prefix: str, delimiter: str, after: str, limit: int
) -> Listing:
    """A page of a bucket in the order of the names' UTF-8 bytes (API: ListObjectsV2).

    ``after`` is the last name, or the last common beginning, that was seen before.
    """
    found: list[StoredObject] = []
    prefixes: list[str] = []
    last: str | None = None
    for shared, one in _grouped(_after(objects, prefix, delimiter, after), prefix, delimiter):
        if len(found) + len(prefixes) == limit:
            return Listing(tuple(found), tuple(prefixes), last)
        if shared:
            prefixes.append(shared)
        else:
            found.append(one)
        last = shared or one.name
    return Listing(tuple(found), tuple(prefixes), None)


def _after(
    objects: Iterable[StoredObject], prefix: str, delimiter: str, after: str
) -> list[StoredObject]:
    """Those of the prefix beyond what was seen, in order."""
    seen = after if delimiter and after.endswith(delimiter) else None
    low = after.encode()
    found = [
        (order, one)
        for one in objects
        if one.name.startswith(prefix)
        and (order := one.name.encode()) > low
        and not (seen and one.name.startswith(seen))
    ]
    found.sort(key=lambda pair: pair[0])
    return [one for _, one in found]


def _grouped(
    objects: Iterable[StoredObject], prefix: str, delimiter: str
) -> Iterator[tuple[str, StoredObject]]:
    """Each object, or the first of those that share a beginning, with that beginning."""
    seen = None
    for one in objects:
        end = one.name.find(delimiter, len(prefix)) if delimiter else -1
        shared = one.name[: end + len(delimiter)] if end >= 0 else ""
        if not shared:
            yield "", one
        elif shared != seen:
            seen = shared
            yield shared, one
