"""Certificates of AWS Certificate Manager: requested or imported, shown by load balancers."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from seaway.core.authority import DAY, OWN_AUTHORITY
from seaway.core.names import Tags

LIFE = 395 * DAY
"""Seconds a certificate that is signed here is good for (ACM: 13 months)."""

RENEWED_BEFORE = 60 * DAY
"""Seconds before its end that a certificate is replaced (ACM: managed renewal)."""


class CertificateStatus(StrEnum):
    """Where a certificate is in its life (API: CertificateStatus)."""

    PENDING_VALIDATION = "PENDING_VALIDATION"
    ISSUED = "ISSUED"
    EXPIRED = "EXPIRED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A certificate as it is: PEM texts, and what stands in it. Times are epoch seconds."""

    body: str
    chain: str
    key: str = field(repr=False)
    serial: str
    """Hexadecimal pairs with colons between."""
    subject: str
    issuer: str
    signature_algorithm: str
    not_before: float
    not_after: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagedCertificate:
    """A certificate by its ARN; what it consists of may be replaced. Times are epoch seconds.

    ``signed`` is the reconciler's decision for one that was requested, and the caller's intent
    for one that was imported; ``status`` and ``failure`` likewise.
    """

    arn: str
    domain: str
    names: tuple[str, ...]
    """All names it is for, ``domain`` among them."""
    created_at: float
    imported: bool = False
    key_algorithm: str = "RSA_2048"
    authority: str = OWN_AUTHORITY
    """Who signs: ARN of a private certificate authority, or Seaway's own."""
    validation: str = "DNS"
    token: str = ""
    issued_at: float | None = None
    renewed_at: float | None = None
    status: CertificateStatus = CertificateStatus.PENDING_VALIDATION
    failure: str | None = None
    """Why it FAILED (API: FailureReason)."""
    signed: Signed | None = None
    tags: Tags = ()

    @property
    def type(self) -> str:
        """API: CertificateType."""
        if self.imported:
            return "IMPORTED"
        return "AMAZON_ISSUED" if self.authority == OWN_AUTHORITY else "PRIVATE"

    def status_at(self, now: float) -> CertificateStatus:
        """Its status: one that has run out is EXPIRED."""
        spent = self.signed is not None and self.signed.not_after <= now
        if self.status is CertificateStatus.ISSUED and spent:
            return CertificateStatus.EXPIRED
        return self.status

    @property
    def renewal(self) -> float | None:
        """When it is to be signed anew; nobody but its owner renews one that was imported."""
        if self.imported or self.signed is None:
            return None
        return self.signed.not_after - RENEWED_BEFORE
