"""URLs presigned in the older way (signature version 2), which boto3 still makes by default.

Source: "Signing and authenticating REST requests (AWS signature version 2)", Amazon S3 User Guide.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from urllib.parse import quote

from seaway.aws.errors import MissingAuthenticationToken, SignatureDoesNotMatch, UnrecognizedClient
from seaway.aws.s3.asked import Asked
from seaway.aws.sigv4 import RequestExpired

_SIGNED_WORDS = frozenset(
    {
        *("acl", "delete", "location", "partNumber", "policy", "tagging", "uploadId", "uploads"),
        *("versionId", "versioning", "versions", "website", "cors", "lifecycle", "restore"),
        *("response-cache-control", "response-content-disposition", "response-content-encoding"),
        *("response-content-language", "response-content-type", "response-expires"),
    }
)


def verify_older(
    asked: Asked,
    secret_of: Callable[[str], str | None],
    now: float,
    *,
    known_only: bool,
) -> str:
    """The access key of a presigned URL that holds at ``now`` (epoch seconds).

    Raises MissingAuthenticationToken, RequestExpired, SignatureDoesNotMatch, UnrecognizedClient.
    """
    query = asked.query
    try:
        key, digest, expires = query["AWSAccessKeyId"], query["Signature"], query["Expires"]
    except KeyError as error:
        raise MissingAuthenticationToken("Access Denied") from error
    if not expires.isdigit() or int(expires) < now:
        raise RequestExpired("Request has expired")
    secret = secret_of(key)
    if secret is None and known_only:
        raise UnrecognizedClient(
            "The AWS Access Key Id you provided does not exist in our records."
        )
    if secret is None:
        return key
    text = _signed(asked, expires).encode()
    expected = base64.b64encode(hmac.new(secret.encode(), text, hashlib.sha1).digest()).decode()
    if not hmac.compare_digest(expected.encode(), digest.encode()):
        raise SignatureDoesNotMatch(
            "The request signature we calculated does not match the signature you provided. "
            "Check your key and signing method."
        )
    return key


def _signed(asked: Asked, expires: str) -> str:
    headers = asked.headers
    own = {k: v for k, v in _said(asked).items() if k.startswith("x-amz-")}
    amz = "".join(f"{name}:{own[name]}\n" for name in sorted(own))
    path = quote(f"/{asked.bucket}/{asked.key or ''}", safe="/~")
    words = sorted((k, v) for k, v in asked.query.items() if k in _SIGNED_WORDS)
    if words:
        path += "?" + "&".join(f"{k}={v}" if v else k for k, v in words)
    first = (asked.method, headers.get("content-md5", ""), headers.get("content-type", ""))
    return "\n".join((*first, expires, amz + path))


def _said(asked: Asked) -> Mapping[str, str]:
    """Headers, and what stands for headers in the query: a token's, for instance."""
    return {**asked.headers, **{k.lower(): v for k, v in asked.query.items()}}
