"""Certificate authorities for tests, with real keys, and what they sign."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any

from seaway.core.authority import (
    END_ENTITY,
    MANAGED_TAG,
    ROOT,
    TEMPLATES,
    AuthorityStatus,
    CertificateAuthority,
)
from seaway.core.certificates import ProxyCertificate
from seaway.core.managed_certificate import CertificateStatus, ManagedCertificate, Signed
from seaway.signing import keys
from seaway.signing.certificates import sign
from seaway.signing.requests import new_request
from seaway.signing.words import Term

PCA = "arn:aws:acm-pca:us-east-1:000000000000:certificate-authority/1234"
LONG_AGO, LONG_HENCE = 1_700_000_000, 2_500_000_000
SERIALS = count(1)


def an_authority(**fields: Any) -> CertificateAuthority:
    """An active root that ECS may let sign."""
    key = keys.new_key()
    subject = (("CommonName", "ours"),)
    term = Term(serial=next(SERIALS), not_before=LONG_AGO, not_after=LONG_HENCE)
    authority = CertificateAuthority(
        arn=PCA,
        type="ROOT",
        subject=subject,
        key_algorithm="EC_prime256v1",
        signing_algorithm="SHA256WITHECDSA",
        key=key,
        request=new_request(key, subject),
        created_at=1,
        changed_at=1,
        status=AuthorityStatus.ACTIVE,
        not_before=term.not_before,
        not_after=term.not_after,
        tags=(MANAGED_TAG,),
    )
    signed = sign(authority, authority.request.encode(), TEMPLATES[ROOT], term)
    return replace(authority, certificate=signed, **fields)


def a_certificate(authority: CertificateAuthority, name: str, *names: str) -> ProxyCertificate:
    """A new certificate and key, signed by the authority; ``names`` are its alternative names."""
    key = keys.new_key()
    term = Term(serial=next(SERIALS), not_before=LONG_AGO, not_after=LONG_HENCE)
    request = new_request(key, (), names=names)
    return ProxyCertificate(
        name=name,
        holder="",
        authority=authority.arn,
        names=names,
        chain=sign(authority, request.encode(), END_ENTITY, term),
        roots=authority.roots,
        key=key,
        issued_at=LONG_AGO,
        expires_at=LONG_HENCE,
    )


def a_managed_certificate(name: str, **fields: Any) -> ManagedCertificate:
    """One of AWS Certificate Manager that has been issued; its texts are no real certificate."""
    signed = Signed(
        body="body",
        chain="chain",
        key="key",
        serial="01",
        subject=f"CN={name}",
        issuer="Seaway",
        signature_algorithm="SHA256WITHRSA",
        not_before=0,
        not_after=99_999_999_999,
    )
    given = {"status": CertificateStatus.ISSUED, "signed": signed} | fields
    return ManagedCertificate(
        arn=f"arn:aws:acm:us-east-1:000000000000:certificate/{name}",
        domain=name,
        names=(name,),
        created_at=1,
        **given,
    )
