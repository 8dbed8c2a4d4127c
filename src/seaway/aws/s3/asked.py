"""What an S3 request is about: bucket and key, by path or by host name."""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote

_HOST = re.compile(
    r"(?:(?P<bucket>.+?)\.)?s3(?:[.-](?:dualstack|[a-z]{2}(?:-[a-z]+)+-\d))*"
    r"\.(?:localhost|localhost\.localstack\.cloud|amazonaws\.com)"
)
_PLAIN_HOST = re.compile(r"(?P<bucket>[a-z0-9][a-z0-9.-]+)\.localhost")
_OF_SIGNATURE = (
    *("x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-expires"),
    *("x-amz-signedheaders", "x-amz-signature", "x-amz-security-token"),
)
_SCOPE = re.compile(rb"(?:/|%2F)s3(?:/|%2F)aws4_request", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: method, bucket and key (decoded, None for none), query and headers."""

    method: str
    bucket: str | None
    key: str | None
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """Lower-case names; also what a presigned URL says in its query that else is a header."""

    def number(self, name: str, otherwise: int, *, low: int = 0, high: int = 1000) -> int | None:
        """A number in the query, at most ``high``; None when it is none."""
        text = self.query.get(name, str(otherwise))
        if not text.isdigit() or int(text) < low:
            return None
        return min(int(text), high)


def is_s3(scope: MutableMapping[str, Any]) -> bool:
    """Whether a request is for S3: by what it was signed for, or by the host it names."""
    host = b""
    for name, value in scope["headers"]:
        if name == b"authorization":
            return _SCOPE.search(value) is not None
        if name == b"host":
            host = value
    query = scope["query_string"]
    if b"X-Amz-Credential" in query:
        return _SCOPE.search(query) is not None
    if b"AWSAccessKeyId=" in query and b"Expires=" in query:
        return True  # only S3 has URLs presigned in this older way
    return _HOST.fullmatch(_name_of(host)) is not None


def read(scope: MutableMapping[str, Any]) -> Asked:
    """The request's subject."""
    headers: dict[str, str] = {}
    for raw, value in scope["headers"]:
        name = raw.decode("latin-1").lower()
        text = value.decode("latin-1")
        headers[name] = f"{headers[name]},{text}" if name in headers else text
    path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
    bucket = _bucket_in(headers.get("host", ""))
    rest = path.removeprefix("/")
    if bucket is None:
        first, _, rest = rest.partition("/")
        bucket = unquote(first) or None
    query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
    for name, text in query.items():
        lower = name.lower()
        if lower.startswith("x-amz-") and lower not in _OF_SIGNATURE:
            headers.setdefault(lower, text)
    return Asked(scope["method"], bucket, unquote(rest) or None, query, headers)


def _bucket_in(host: str) -> str | None:
    name = _name_of(host.encode("latin-1"))
    found = _HOST.fullmatch(name)
    if found is not None:
        return found["bucket"]
    plain = _PLAIN_HOST.fullmatch(name)
    return plain["bucket"] if plain else None


def _name_of(host: bytes) -> str:
    return host.decode("latin-1").lower().partition(":")[0]
