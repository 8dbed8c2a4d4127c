"""What IAM's answers have in common: documents, times, tags, pages, ids."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

from seaway.aws.iam.errors import InvalidInput, MalformedPolicyDocument
from seaway.aws.paging import BadToken, page
from seaway.core.moment import Moment
from seaway.core.names import Tags

if TYPE_CHECKING:
    from seaway.aws.shapes import iam as shapes

N = TypeVar("N")


def checked_document(text: str) -> str:
    """A policy document that is JSON with statements; IAM keeps it as it was written."""
    try:
        document = json.loads(text)
    except ValueError as error:
        raise MalformedPolicyDocument("Syntax errors in policy.") from error
    if not isinstance(document, dict) or "Statement" not in document:
        raise MalformedPolicyDocument("Syntax errors in policy.")
    return text


def quoted(document: str) -> str:
    """A document as IAM's answers carry it: URL-encoded (RFC 3986)."""
    return quote(document, safe="")


def instant(seconds: float) -> datetime:
    """A time to the second, as IAM gives it."""
    return datetime.fromtimestamp(int(seconds), UTC)


def new_id(prefix: str, moment: Moment) -> str:
    """A unique id, such as AROA and 17 capitals and digits for a role."""
    return prefix + moment.alnum(17).upper()


def parse_tags(given: Iterable[shapes.Tag] | None) -> Tags:
    """Tags; the last value of a key counts."""
    return tuple({tag["Key"]: tag["Value"] for tag in given or ()}.items())


def shown_tags(tags: Tags) -> list[shapes.Tag]:
    """Tags as IAM shows them."""
    return [{"Key": key, "Value": value} for key, value in tags]


def listed(name: str, items: Sequence[Any], request: Mapping[str, Any], scope: str) -> Any:
    """One page of a list, of 100 or MaxItems, and the marker while there is more."""
    try:
        some, marker = page(items, request.get("Marker"), request.get("MaxItems") or 100, scope)
    except BadToken as error:
        raise InvalidInput("Invalid Marker.") from error
    answer = {name: list(some), "IsTruncated": marker is not None}
    return {**answer, "Marker": marker} if marker else answer
