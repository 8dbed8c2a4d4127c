"""Keys, requests and certificates: what is written can be read, and only what is sound is taken."""

from __future__ import annotations

import pytest

from seaway.core.authority import END_ENTITY, TEMPLATES
from seaway.signing.certificates import (
    are_chained,
    asks_for_key,
    is_of_key,
    read_certificates,
    sign,
)
from seaway.signing.keys import new_key
from seaway.signing.requests import new_request, read_request
from seaway.signing.words import (
    KEY_ALGORITHMS,
    SIGNING_ALGORITHMS,
    MalformedCertificate,
    MalformedRequest,
    Term,
    fits,
)
from tests.authorities import an_authority

TERM = Term(serial=77, not_before=1_700_000_000, not_after=1_800_000_000)
NAMES = ("cats.pets", "spiffe://seaway/default/cats")


def test_a_certificate_reads_back_as_it_was_signed() -> None:
    authority, key = an_authority(), new_key()
    pem = sign(authority, new_request(key, (), names=NAMES).encode(), END_ENTITY, TERM)
    (read,) = read_certificates(pem.encode())
    assert (read.serial, read.not_before, read.not_after) == (77, TERM.not_before, TERM.not_after)
    assert read.names == NAMES
    assert read.path_length is None
    assert not read.self_issued
    assert is_of_key(pem, key)
    assert not is_of_key(pem, authority.key)
    assert are_chained((pem + authority.roots).encode())
    assert not are_chained((pem + an_authority().roots).encode())


@pytest.mark.parametrize("length", range(4))
def test_an_authoritys_template_says_how_many_may_follow(length: int) -> None:
    request = new_request(new_key(), (("CommonName", "below"),))
    template = TEMPLATES[f"SubordinateCACertificate_PathLen{length}/V1"]
    (read,) = read_certificates(sign(an_authority(), request.encode(), template, TERM).encode())
    assert read.path_length == length


def test_a_root_may_have_any_number_below_it() -> None:
    (read,) = read_certificates(an_authority().roots.encode())
    assert read.path_length == -1
    assert read.self_issued


def test_a_request_is_for_one_key() -> None:
    key = new_key()
    request = new_request(key, (("CommonName", "cats"),)).encode()
    assert asks_for_key(request, key)
    assert not asks_for_key(request, new_key())


def test_each_key_has_its_signing_algorithms() -> None:
    assert {(k, s) for k in KEY_ALGORITHMS for s in SIGNING_ALGORITHMS if fits(k, s)} == {
        (key, f"SHA{size}WITH{'RSA' if key.startswith('RSA') else 'ECDSA'}")
        for key in KEY_ALGORITHMS
        for size in (256, 384, 512)
    }


def test_two_keys_are_never_the_same() -> None:
    assert new_key() != new_key()


def test_what_cannot_be_read_is_said_to_be_malformed() -> None:
    with pytest.raises(MalformedRequest):
        read_request(b"nothing")
    with pytest.raises(MalformedCertificate):
        read_certificates(b"nothing")
    certificate = an_authority().roots.encode()
    with pytest.raises(MalformedRequest):
        read_request(certificate)
