"""What a writer says of an object in headers, and what a reader is told."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl

from seaway.aws.s3.checksums import ALGORITHMS
from seaway.aws.s3.errors import Refusal, bad_request, not_built
from seaway.aws.s3.exchange import Headers
from seaway.aws.s3.xml import date_of
from seaway.core.buckets import Pairs, StoredObject
from seaway.core.names import Tags

KEPT = (
    *("content-type", "cache-control", "content-disposition", "content-encoding"),
    *("content-language", "expires"),
)
"""Headers that are given back as they came."""

LARGEST_METADATA = 2048
"""Bytes of all names and values of x-amz-meta-* (S3 guide: object metadata)."""

_FINE = {
    "x-amz-acl": ("private", "bucket-owner-full-control"),
    "x-amz-storage-class": ("STANDARD",),
}
"""What may be said since it changes nothing."""

_PASSED_OVER = (
    *("x-amz-content-sha256", "x-amz-date", "x-amz-security-token", "x-amz-user-agent"),
    *("x-amz-decoded-content-length", "x-amz-trailer", "x-amz-sdk-checksum-algorithm"),
    *("x-amz-expected-bucket-owner", "x-amz-source-expected-bucket-owner"),
    *("x-amz-checksum-algorithm", "x-amz-checksum-type"),
    *("x-amz-tagging", "x-amz-copy-source", "x-amz-metadata-directive", "x-amz-mp-object-size"),
    *("x-amz-tagging-directive", "x-amz-checksum-mode", "x-amz-copy-source-range"),
    *("x-amz-copy-source-if-match", "x-amz-copy-source-if-none-match", "x-amz-te"),
    *(
        "x-amz-bypass-governance-retention",
        "x-amz-request-payer",
        "x-amz-optional-object-attributes",
    ),
)


def refuse_unbuilt(headers: Mapping[str, str]) -> None:
    """Raises Refusal that names a header which has no effect here."""
    for name, value in headers.items():
        if not name.startswith("x-amz-") or name in _PASSED_OVER:
            continue
        if name.startswith("x-amz-meta-") or name.removeprefix("x-amz-checksum-") in ALGORITHMS:
            continue
        if value not in _FINE.get(name, ()):
            raise not_built(f"The header {name}: {value}")


def kept_headers(headers: Mapping[str, str]) -> Pairs:
    """What the writer says of the content."""
    found = {name: headers[name] for name in KEPT if name in headers}
    # How the body came over the wire is no property of the object.
    coding = [c.strip() for c in found.get("content-encoding", "").split(",")]
    left = ",".join(one for one in coding if one and one != "aws-chunked")
    found.pop("content-encoding", None)
    if left:
        found["content-encoding"] = left
    found.setdefault("content-type", "binary/octet-stream")
    return tuple(found.items())


def metadata_in(headers: Mapping[str, str]) -> Pairs:
    """The writer's own words. Raises Refusal."""
    prefix = "x-amz-meta-"
    found = tuple(
        (name.removeprefix(prefix), value)
        for name, value in headers.items()
        if name.startswith(prefix)
    )
    if sum(len(name) + len(value.encode()) for name, value in found) > LARGEST_METADATA:
        raise Refusal(
            400,
            "MetadataTooLarge",
            "Your metadata headers exceed the maximum allowed metadata size",
        )
    return found


def tags_in(headers: Mapping[str, str]) -> Tags:
    """The tags in x-amz-tagging. Raises Refusal."""
    return checked_tags(
        tuple(parse_qsl(headers.get("x-amz-tagging", ""), keep_blank_values=True)), most=10
    )


def checked_tags(tags: Tags, *, most: int) -> Tags:
    """Raises Refusal when a key comes twice or there are too many."""
    if len(dict(tags)) < len(tags) or any(not key for key, _ in tags):
        raise Refusal(400, "InvalidTag", "Cannot provide multiple Tags with the same key")
    if len(tags) > most:
        raise bad_request(f"Tags cannot be greater than {most}")
    return tags


def told(found: StoredObject, *, checksums: bool) -> Headers:
    """The headers of an answer with an object."""
    shown = [
        ("etag", f'"{found.etag}"'),
        ("last-modified", date_of(found.modified_at)),
        ("accept-ranges", "bytes"),
        *found.headers,
        *((f"x-amz-meta-{name}", value) for name, value in found.metadata),
    ]
    if found.tags:
        shown.append(("x-amz-tagging-count", str(len(found.tags))))
    if checksums and found.checksums:
        shown += [(f"x-amz-checksum-{name}", value) for name, value in found.checksums]
        shown.append(("x-amz-checksum-type", found.checksum_type))
    return tuple(shown)
