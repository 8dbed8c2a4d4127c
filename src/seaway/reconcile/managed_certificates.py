"""Settles certificates of AWS Certificate Manager: those asked for are signed, and in time anew.

There is nobody to ask whose a domain is: Seaway's own authority, which only those trust who chose
to, signs at once (docs/load-balancing.md).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from seaway.core.authority import OWN_AUTHORITY, TEMPLATES, AuthorityStatus, CertificateAuthority
from seaway.core.managed_certificate import (
    LIFE,
    CertificateStatus,
    ManagedCertificate,
    Signed,
)
from seaway.core.moment import Moment
from seaway.reconcile.certificates import own_authority, term_of
from seaway.store.changes import Change
from seaway.store.transaction import Transaction


def keys_of(change: Change) -> Iterable[str]:
    """The certificate that changed."""
    if isinstance(change.either, ManagedCertificate):
        yield change.key


def all_keys(tx: Transaction) -> Iterable[str]:
    """Every certificate."""
    return [certificate.arn for certificate in tx.where(ManagedCertificate)]


def reconcile(tx: Transaction, key: str, moment: Moment) -> float | None:
    """Sign what waits or runs out soon; when to look again."""
    wanted = tx.find(ManagedCertificate, key)
    if wanted is None or wanted.imported or wanted.status is CertificateStatus.FAILED:
        return None
    if wanted.renewal is not None and moment.now < wanted.renewal:
        return wanted.renewal
    authority = _signer(tx, wanted, moment)
    if authority is None:
        if wanted.signed is None:
            failed = replace(wanted, status=CertificateStatus.FAILED, failure="PCA_INVALID_STATE")
            tx.put(failed)
        return None  # what there is goes on until it runs out
    made = replace(
        wanted,
        status=CertificateStatus.ISSUED,
        signed=_sign(authority, wanted, moment),
        issued_at=wanted.issued_at or moment.now,
        renewed_at=moment.now if wanted.signed else None,
    )
    tx.put(made)
    return made.renewal


def _signer(
    tx: Transaction, wanted: ManagedCertificate, moment: Moment
) -> CertificateAuthority | None:
    if wanted.authority == OWN_AUTHORITY:
        return own_authority(tx, moment)
    found = tx.find(CertificateAuthority, wanted.authority)
    active = found is not None and found.status_at(moment.now) is AuthorityStatus.ACTIVE
    return found if active else None


def _sign(authority: CertificateAuthority, wanted: ManagedCertificate, moment: Moment) -> Signed:
    # Loaded on first use (see signing/words.py).
    from seaway.signing import certificates, described, keys, requests

    key = keys.new_key(wanted.key_algorithm)
    kind = "SHA256WITHECDSA" if wanted.key_algorithm.startswith("EC") else "SHA256WITHRSA"
    # X.509 allows a common name 64 characters; the names that count are the alternative ones.
    subject = (("CommonName", wanted.domain),) if len(wanted.domain) <= 64 else ()
    request = requests.new_request(key, subject, kind, wanted.names)
    term = term_of(moment, LIFE, authority.not_after)
    template = TEMPLATES["EndEntityCertificate/V1"]
    body = certificates.sign(authority, request.encode(), template, term)
    # The whole path: who trusts the root alone can follow it, and GetCertificate shows it.
    return described.described(body, authority.roots, key)
