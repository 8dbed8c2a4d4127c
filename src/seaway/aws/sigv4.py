"""Signature Version 4, verified: in the Authorization header or in a presigned URL.

Source: "Create a signed AWS API request" in the AWS IAM User Guide.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, unquote_to_bytes

from seaway.aws.errors import (
    AwsError,
    MissingAuthenticationToken,
    SignatureDoesNotMatch,
    UnrecognizedClient,
)

SKEW = 300
"""Seconds a signed request's date may differ from ours; S3 allows 900."""
S3_SKEW = 900

_LONGEST_PRESIGNED = 7 * 24 * 3600
_KEPT_KEYS = 1024
_ALGORITHM = "AWS4-HMAC-SHA256"
_EMPTY = hashlib.sha256(b"").hexdigest()

Headers = Mapping[bytes, bytes]
"""Lower-case names; several headers of one name are joined with a comma."""


class IncompleteSignature(AwsError):
    """The signature lacks a part or is not of the form (AWS common errors)."""

    code = "IncompleteSignature"


class RequestExpired(AwsError):
    """The signature's date is too far from now (AWS common errors)."""

    code = "RequestExpired"


@dataclass(frozen=True, slots=True)
class Credential:
    """Who says to have signed, for what, and which headers: the same for a client all day."""

    algorithm: str
    access_key: str
    date: str
    region: str
    service: str
    signed_headers: tuple[str, ...]

    @property
    def scope(self) -> str:
        """The credential scope that is signed."""
        return f"{self.date}/{self.region}/{self.service}/aws4_request"


@dataclass(frozen=True, slots=True)
class Signature:
    """What a request says about how it was signed; not yet believed.

    ``timestamp`` is X-Amz-Date as it came; ``lifetime`` the seconds a presigned URL is
    good for, None when the signature came in a header.
    """

    credential: Credential
    digest: str
    timestamp: str
    lifetime: int | None = None


class Message(NamedTuple):
    """The parts of an HTTP request that a signature covers.

    ``path`` and ``query`` are as they came on the request line, still encoded. ``body`` None has
    not been read yet: whoever reads it compares it with the hash that was signed.
    """

    method: str
    path: bytes
    query: bytes
    headers: Headers
    body: bytes | None


def read_signature(headers: Headers, query: bytes) -> Signature | None:
    """The signature of a request, None when it has none; IncompleteSignature when broken."""
    authorization = headers.get(b"authorization")
    if authorization is not None and authorization.startswith(b"AWS4-"):
        stated, _, digest = authorization.partition(b"Signature=")
        timestamp = headers.get(b"x-amz-date", b"").decode("latin-1")
        return Signature(_from_header(stated), digest.decode("latin-1"), timestamp)
    if b"X-Amz-Signature=" in query:
        return _from_query(query)
    return None


@lru_cache(maxsize=1024)
def _from_header(stated: bytes) -> Credential:
    algorithm, _, rest = stated.decode("latin-1").partition(" ")
    parts = dict(part.strip().partition("=")[::2] for part in rest.split(","))
    for name in ("Credential", "SignedHeaders"):
        if name not in parts:
            raise IncompleteSignature(f"Authorization header requires '{name}' parameter.")
    return _credential(algorithm, parts["Credential"], parts["SignedHeaders"])


def _from_query(query: bytes) -> Signature:
    parts = dict(parse_qsl(query.decode("latin-1"), keep_blank_values=True))
    try:
        credential = _credential(
            parts["X-Amz-Algorithm"], parts["X-Amz-Credential"], parts["X-Amz-SignedHeaders"]
        )
        lifetime = _lifetime(parts.get("X-Amz-Expires", ""))
        return Signature(credential, parts["X-Amz-Signature"], parts["X-Amz-Date"], lifetime)
    except KeyError as error:
        raise IncompleteSignature(f"The URL has no {error.args[0]} parameter.") from error


def _lifetime(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 7:
        return 0
    return min(int(text), _LONGEST_PRESIGNED)


def _credential(algorithm: str, stated: str, signed_headers: str) -> Credential:
    """Signature Version 4a, signed for several regions, names none in its credential."""
    slashes = 4 if algorithm == _ALGORITHM else 3
    key, *scope = stated.rsplit("/", slashes)
    if len(scope) != slashes or scope[-1] != "aws4_request":
        raise IncompleteSignature(
            f"Credential must have exactly {slashes + 1} slash-delimited elements, "
            f"e.g. keyid/date/region/service/term, got '{stated}'"
        )
    region = scope[1] if slashes == 4 else ""
    names = tuple(signed_headers.lower().split(";"))
    return Credential(algorithm, key, scope[0], region, scope[-2], names)


class Verifier:
    """Believes or refuses signatures.

    ``secret_of`` gives an access key's secret, None for a key it does not know. The
    signature of an unknown key is not checked: any credentials work on an endpoint of
    one's own, and what they may do is not decided here.
    """

    def __init__(self, secret_of: Callable[[str], str | None]) -> None:
        self._secret_of = secret_of
        self._keys: dict[tuple[str, str, str, str], bytes] = {}

    def verify(
        self, signature: Signature | None, message: Message, now: float, *, known_only: bool = False
    ) -> None:
        """Return when the signature holds at ``now`` (epoch seconds).

        ``known_only``: the key must be one whose secret is known. Raises
        MissingAuthenticationToken, RequestExpired, SignatureDoesNotMatch or UnrecognizedClient.
        """
        if signature is None:
            raise MissingAuthenticationToken("Missing Authentication Token")
        secret = self._secret_of(signature.credential.access_key)
        if secret is None and known_only:
            raise UnrecognizedClient("The security token included in the request is invalid.")
        if secret is None:
            return
        _check_time(signature, now)
        if not hmac.compare_digest(
            self._expected(signature, message, secret).encode(),
            signature.digest.encode("utf-8", "replace"),
        ):
            raise SignatureDoesNotMatch(
                "The request signature we calculated does not match the signature you provided. "
                "Check your AWS Secret Access Key and signing method. "
                "Consult the service documentation for details."
            )

    def _expected(self, signature: Signature, message: Message, secret: str) -> str:
        if signature.credential.algorithm != _ALGORITHM:
            return ""
        canonical = canonical_request(signature, message)
        told = "\n".join(
            (
                _ALGORITHM,
                signature.timestamp,
                signature.credential.scope,
                hashlib.sha256(canonical.encode("latin-1", "replace")).hexdigest(),
            )
        )
        return hmac.new(self._key(signature, secret), told.encode(), "sha256").hexdigest()

    def _key(self, signature: Signature, secret: str) -> bytes:
        credential = signature.credential
        place = (secret, credential.date, credential.region, credential.service)
        key = self._keys.get(place)
        if key is None:
            if len(self._keys) >= _KEPT_KEYS:
                self._keys.clear()
            key = signing_key(*place)
            self._keys[place] = key
        return key


def signing_key(secret: str, date: str, region: str, service: str) -> bytes:
    """The key derived for a day, region and service."""
    key = f"AWS4{secret}".encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.new(key, part.encode(), "sha256").digest()
    return key


def canonical_request(signature: Signature, message: Message) -> str:
    """The text whose hash is signed; SignatureDoesNotMatch when the body is not the signed one."""
    lines = "".join(
        f"{name}:{_spaces(message.headers.get(name.encode('latin-1', 'replace'), b''))}\n"
        for name in signature.credential.signed_headers
    )
    return "\n".join(
        (
            message.method,
            _path(message.path, s3=signature.credential.service == "s3"),
            _query(message.query),
            lines,
            ";".join(signature.credential.signed_headers),
            _payload_hash(signature, message),
        )
    )


def _payload_hash(signature: Signature, message: Message) -> str:
    given = message.headers.get(b"x-amz-content-sha256", b"").decode("latin-1")
    if given.startswith(("UNSIGNED-", "STREAMING-")):
        return given
    if not given and signature.lifetime is not None and signature.credential.service == "s3":
        return "UNSIGNED-PAYLOAD"
    if given and message.body is None:
        return given
    found = hashlib.sha256(message.body).hexdigest() if message.body else _EMPTY
    if given and given != found:
        raise SignatureDoesNotMatch(
            "The provided 'x-amz-content-sha256' header does not match what was computed."
        )
    return found


def _spaces(value: bytes) -> str:
    return " ".join(value.decode("latin-1").split())


def _path(raw: bytes, *, s3: bool) -> str:
    """The path, encoded once more except for S3, whose path is signed as it was sent."""
    path = raw.decode("latin-1") or "/"
    if path == "/" or s3:
        return path
    kept: list[str] = []
    for part in path.split("/"):
        if part == "..":
            del kept[-1:]
        elif part not in ("", "."):
            kept.append(part)
    end = "/" if path.endswith("/") and kept else ""
    return quote("/" + "/".join(kept) + end, safe="/~")


def _query(raw: bytes) -> str:
    if not raw:
        return ""
    pairs = []
    for part in raw.split(b"&"):
        name, _, value = part.partition(b"=")
        if part and name != b"X-Amz-Signature":
            pairs.append((_encoded(name), _encoded(value)))
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))


def _encoded(raw: bytes) -> str:
    return quote(unquote_to_bytes(raw), safe="-_.~")


def _check_time(signature: Signature, now: float) -> None:
    try:
        signed = datetime.strptime(signature.timestamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise IncompleteSignature(
            "Date must be in ISO-8601 'basic format'. "
            f"Got '{signature.timestamp}'. See http://en.wikipedia.org/wiki/ISO_8601"
        ) from error
    if not signature.timestamp.startswith(signature.credential.date):
        raise SignatureDoesNotMatch(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date "
            f"from HTTP: '{signature.credential.date}' != '{signature.timestamp[:8]}'"
        )
    age = now - signed.timestamp()
    skew = S3_SKEW if signature.credential.service == "s3" else SKEW
    longest = skew if signature.lifetime is None else signature.lifetime
    if age > longest or age < -skew:
        raise RequestExpired(
            f"Signature expired: {signature.timestamp} is not within {longest} seconds of now."
            if age > 0
            else f"Signature not yet current: {signature.timestamp} is later than now."
        )
