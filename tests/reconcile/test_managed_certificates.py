"""Certificates of AWS Certificate Manager: signed when asked for, and anew before they run out."""

from __future__ import annotations

import os
from dataclasses import replace

from seaway.core.authority import DAY, AuthorityStatus
from seaway.core.managed_certificate import CertificateStatus, ManagedCertificate
from seaway.core.moment import Moment
from seaway.reconcile import managed_certificates
from seaway.store.resident import Resident
from tests.authorities import PCA, an_authority

NOW = 1_800_000_000.0
WANTED = ManagedCertificate(
    arn="arn:aws:acm:us-east-1:000000000000:certificate/1",
    domain="pets.example",
    names=("pets.example",),
    created_at=NOW,
    key_algorithm="EC_prime256v1",
)


def settled(store: Resident, now: float) -> tuple[ManagedCertificate, float | None]:
    with store.transaction() as tx:
        wake = managed_certificates.reconcile(tx, WANTED.arn, Moment(now, os.urandom))
    with store.transaction() as tx:
        (found,) = tx.where(ManagedCertificate)
    return found, wake


def a_store(*nouns: object) -> Resident:
    store = Resident()
    with store.transaction() as tx:
        for noun in nouns:
            tx.put(noun)
    return store


def test_it_is_signed_once_and_again_sixty_days_before_its_end() -> None:
    store = a_store(WANTED)
    first, wake = settled(store, NOW)
    assert first.status is CertificateStatus.ISSUED
    assert first.signed is not None
    assert wake == first.signed.not_after - 60 * DAY
    assert settled(store, wake - 1)[0] == first
    again, _ = settled(store, wake)
    assert again.signed is not None
    assert again.signed.body != first.signed.body
    assert (again.issued_at, again.renewed_at) == (NOW, wake)
    assert again.signed.not_after > first.signed.not_after


def test_an_authority_that_may_not_sign_fails_it() -> None:
    disabled = an_authority(status=AuthorityStatus.DISABLED)
    failed, wake = settled(a_store(replace(WANTED, authority=PCA), disabled), NOW)
    assert (failed.status, failed.failure, wake) == (
        CertificateStatus.FAILED,
        "PCA_INVALID_STATE",
        None,
    )


def test_one_that_has_run_out_is_expired() -> None:
    first, _ = settled(a_store(WANTED), NOW)
    assert first.signed is not None
    assert first.status_at(first.signed.not_after - 1) is CertificateStatus.ISSUED
    assert first.status_at(first.signed.not_after) is CertificateStatus.EXPIRED
