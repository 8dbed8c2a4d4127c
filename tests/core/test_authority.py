"""Who may sign for Service Connect, and since when an authority no longer does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from seaway.core.authority import (
    MANAGED_TAG,
    AuthorityStatus,
    CertificateAuthority,
    authority_refusal,
)

AUTHORITY = CertificateAuthority(
    arn="arn:aws:acm-pca:us-east-1:000000000000:certificate-authority/12",
    type="ROOT",
    subject=(("CommonName", "ours"),),
    key_algorithm="EC_prime256v1",
    signing_algorithm="SHA256WITHECDSA",
    key="key",
    request="request",
    created_at=1.0,
    changed_at=1.0,
    status=AuthorityStatus.ACTIVE,
    certificate="own",
    not_after=1000.0,
    tags=(MANAGED_TAG,),
)


def test_one_that_is_active_and_ecss_to_use_may_sign() -> None:
    assert authority_refusal(AUTHORITY, 10.0) is None


@pytest.mark.parametrize(
    ("authority", "word"),
    [
        (None, "could not be found"),
        (replace(AUTHORITY, own=True), "could not be found"),
        (replace(AUTHORITY, tags=()), "AmazonECSManaged"),
        (replace(AUTHORITY, tags=(("AmazonECSManaged", "false"),)), "AmazonECSManaged"),
        (replace(AUTHORITY, status=AuthorityStatus.DISABLED), "DISABLED"),
        (replace(AUTHORITY, status=AuthorityStatus.PENDING_CERTIFICATE), "PENDING_CERTIFICATE"),
        (replace(AUTHORITY, not_after=5.0), "EXPIRED"),
    ],
)
def test_any_other_may_not_and_it_is_said_why(
    authority: CertificateAuthority | None, word: str
) -> None:
    assert word in (authority_refusal(authority, 10.0) or "")


def test_a_pending_or_deleted_one_does_not_expire() -> None:
    for status in (AuthorityStatus.PENDING_CERTIFICATE, AuthorityStatus.DELETED):
        assert replace(AUTHORITY, status=status).status_at(2000.0) is status


def test_a_subordinates_certificates_come_with_the_path_to_the_root() -> None:
    below = replace(AUTHORITY, type="SUBORDINATE", chain="root")
    assert (below.roots, below.path) == ("ownroot", "ownroot")
    assert (AUTHORITY.roots, AUTHORITY.path) == ("own", "")


def test_a_key_is_not_written_into_logs() -> None:
    assert "key='key'" not in repr(AUTHORITY)
