"""Conditions and ranges of requests for objects (RFC 9110)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from seaway.aws.errors import SerializationException
from seaway.aws.s3.errors import Refusal, no_key
from seaway.aws.wire import scalar
from seaway.core.buckets import StoredObject

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


class NotModified(Exception):
    """The reader has it already."""


def check_read(found: StoredObject, headers: Mapping[str, str], prefix: str = "") -> None:
    """Whether the reader wants it as it is. Raises Refusal, NotModified."""
    wanted = headers.get(f"{prefix}if-match")
    if wanted is not None and not _names(wanted, found):
        raise _failed("If-Match")
    since = _time(headers.get(f"{prefix}if-unmodified-since"))
    if wanted is None and since is not None and int(found.modified_at) > since:
        raise _failed("If-Unmodified-Since")
    had = headers.get(f"{prefix}if-none-match")
    if had is not None and _names(had, found):
        raise NotModified
    since = _time(headers.get(f"{prefix}if-modified-since"))
    if had is None and since is not None and int(found.modified_at) <= since:
        raise NotModified


def check_write(there: StoredObject | None, name: str, headers: Mapping[str, str]) -> None:
    """Whether the writer may put it in the place of what is there. Raises Refusal."""
    if "if-none-match" in headers:
        if headers["if-none-match"] != "*":
            raise Refusal(
                501,
                "NotImplemented",
                "A header you provided implies functionality that is not implemented: "
                "If-None-Match with anything but *.",
            )
        if there is not None:
            raise _failed("If-None-Match")
    if "if-match" in headers:
        if there is None:
            raise no_key(name)
        if not _names(headers["if-match"], there):
            raise _failed("If-Match")


def span(headers: Mapping[str, str], size: int) -> tuple[int, int] | None:
    """The first byte and the number of bytes of a Range; None for the whole.

    Raises Refusal when there is nothing of it. Several ranges are answered with the whole.
    """
    asked = _RANGE.fullmatch(headers.get("range", "").replace(" ", ""))
    if asked is None or asked.group() == "bytes=-":
        return None
    first, last = asked.groups()
    if first:
        start, end = int(first), min(int(last), size - 1) if last else size - 1
        if last and int(last) < start:
            return None
    else:
        start, end = max(0, size - int(last)), size - 1
    if start >= size or (not first and last == "0"):
        raise Refusal(
            416,
            "InvalidRange",
            "The requested range is not satisfiable",
            ActualObjectSize=str(size),
        )
    return start, end - start + 1


def _names(tags: str, found: StoredObject) -> bool:
    given = [one.strip().removeprefix("W/").strip('"') for one in tags.split(",")]
    return "*" in given or found.etag in given


def _time(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        return scalar.epoch(scalar.from_text(text))
    except SerializationException:
        return None  # RFC 9110: a date that is none is as if it were not there


def _failed(condition: str) -> Refusal:
    return Refusal(
        412,
        "PreconditionFailed",
        "At least one of the pre-conditions you specified did not hold",
        Condition=condition,
    )
