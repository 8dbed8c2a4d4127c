"""Our verification against botocore's signers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given, settings
from hypothesis import strategies as st

from seaway.aws.errors import MissingAuthenticationToken, SignatureDoesNotMatch
from seaway.aws.sigv4 import (
    IncompleteSignature,
    Message,
    RequestExpired,
    Verifier,
    read_signature,
)

KEY, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"


def secret_of(access_key: str) -> str | None:
    return SECRET if access_key == KEY else None


def by_header(credentials: Credentials, service: str = "ecs") -> SigV4Auth:
    kind = S3SigV4Auth if service == "s3" else SigV4Auth
    return kind(credentials, service, "eu-west-1")


def by_url(credentials: Credentials, service: str = "sts", lifetime: int = 60) -> SigV4Auth:
    kind = S3SigV4QueryAuth if service == "s3" else SigV4QueryAuth
    return kind(credentials, service, "eu-west-1", expires=lifetime)


def signed(
    signer: Callable[..., SigV4Auth] = by_header,
    *,
    method: str = "POST",
    url: str = "http://localhost:4566/",
    body: bytes = b"",
    headers: dict[str, str] | None = None,
    key: str = KEY,
    secret: str = SECRET,
    token: str | None = None,
    service: str = "ecs",
) -> Message:
    """The request as it arrives, signed by botocore."""
    request = AWSRequest(method=method, url=url, data=body, headers=headers or {})
    signer(Credentials(key, secret, token), service).add_auth(request)
    prepared = request.prepare()
    rest = prepared.url.removeprefix("http://localhost:4566")
    path, _, query = rest.partition("?")
    seen = {name.lower().encode(): _bytes(value) for name, value in prepared.headers.items()}
    seen[b"host"] = b"localhost:4566"
    return Message(method, path.encode(), query.encode(), seen, body)


def _bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode()


def verify(message: Message, now: float | None = None) -> None:
    signature = read_signature(message.headers, message.query)
    Verifier(secret_of).verify(signature, message, now or datetime.now(UTC).timestamp())


def test_a_signed_json_request_is_believed() -> None:
    verify(signed(body=b'{"cluster": "c"}', headers={"X-Amz-Target": "A.ListTasks"}))


def test_a_session_token_is_part_of_what_is_signed() -> None:
    message = signed(token="the-token")
    verify(message)
    other = {**message.headers, b"x-amz-security-token": b"another"}
    with pytest.raises(SignatureDoesNotMatch):
        verify(message._replace(headers=other))


def test_inner_spaces_of_headers_do_not_matter() -> None:
    message = signed(headers={"X-Amz-Meta": "a    b"})
    verify(message._replace(headers={**message.headers, b"x-amz-meta": b"  a b "}))


@pytest.mark.parametrize(
    "change",
    [
        lambda m: m._replace(body=b"other"),
        lambda m: m._replace(path=b"/other"),
        lambda m: m._replace(query=b"a=b"),
        lambda m: m._replace(method="GET"),
        lambda m: m._replace(headers={**m.headers, b"host": b"elsewhere"}),
    ],
    ids=["body", "path", "query", "method", "host"],
)
def test_a_changed_request_is_refused(change: Callable[[Message], Message]) -> None:
    message = signed(body=b"content")
    verify(message)
    with pytest.raises(SignatureDoesNotMatch):
        verify(change(message))


def test_a_wrong_secret_is_refused() -> None:
    with pytest.raises(SignatureDoesNotMatch):
        verify(signed(secret="wrong"))


def test_the_signature_of_an_unknown_key_is_not_checked() -> None:
    verify(signed(key="AKIDOFNOBODY", secret="anything"))


def test_no_signature_is_missing_authentication() -> None:
    with pytest.raises(MissingAuthenticationToken):
        verify(Message("POST", b"/", b"", {}, b""))


def test_a_body_other_than_the_stated_hash_is_refused() -> None:
    message = signed(service="s3", method="PUT", url="http://localhost:4566/b/k", body=b"content")
    verify(message)
    with pytest.raises(SignatureDoesNotMatch):
        verify(message._replace(body=b"tampered"))


@pytest.mark.parametrize("drift", [-299, 299])
def test_five_minutes_of_drift_are_allowed(drift: int) -> None:
    verify(signed(), datetime.now(UTC).timestamp() + drift)


@pytest.mark.parametrize("drift", [-400, 400])
def test_more_drift_is_expired(drift: int) -> None:
    with pytest.raises(RequestExpired):
        verify(signed(), datetime.now(UTC).timestamp() + drift)


def test_a_presigned_url_is_believed_until_it_expires() -> None:
    url = "http://localhost:4566/?Action=GetCallerIdentity&Version=2011-06-15"
    message = signed(by_url, method="GET", url=url, service="sts")
    now = datetime.now(UTC).timestamp()
    verify(message, now + 50)
    with pytest.raises(RequestExpired):
        verify(message, now + 70)


def test_a_presigned_s3_url_does_not_sign_its_body() -> None:
    message = signed(by_url, method="PUT", url="http://localhost:4566/b/k%20x", service="s3")
    verify(message._replace(body=b"anything"))


@pytest.mark.parametrize(
    "header",
    [
        b"AWS4-HMAC-SHA256 SignedHeaders=host, Signature=ab",
        b"AWS4-HMAC-SHA256 Credential=AK/20261122/us-east-1/ecs, SignedHeaders=host, Signature=ab",
        b"AWS4-HMAC-SHA256 Credential=AK/20261122/us-east-1/ecs/aws4_request, Signature=ab",
        b"AWS4-",
    ],
)
def test_a_broken_header_is_incomplete(header: bytes) -> None:
    with pytest.raises(IncompleteSignature):
        read_signature({b"authorization": header}, b"")


def test_a_date_that_is_none_is_incomplete() -> None:
    message = signed()
    with pytest.raises(IncompleteSignature):
        verify(message._replace(headers={**message.headers, b"x-amz-date": b"yesterday"}))


def test_the_scope_names_key_region_and_service() -> None:
    signature = read_signature(signed().headers, b"")
    assert signature is not None
    credential = signature.credential
    assert (credential.access_key, credential.region, credential.service) == (
        KEY,
        "eu-west-1",
        "ecs",
    )


words = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=8)


@given(path=st.lists(words, max_size=3), query=st.dictionaries(words, words, max_size=3))
@settings(max_examples=60, deadline=None)
def test_any_path_and_query_verify_as_botocore_signs_them(
    path: list[str], query: dict[str, str]
) -> None:
    tail = "&".join(f"{quote(k, safe='')}={quote(v, safe='')}" for k, v in query.items())
    where = "/".join(quote(word, safe="") for word in path)
    url = f"http://localhost:4566/{where}" + (f"?{tail}" if tail else "")
    for service in ("lambda", "s3"):
        verify(signed(method="GET", url=url, service=service))
