"""Certificate authorities: who signs, what they signed, and under which rules.

AWS Private CA's, and Seaway's own: both are kept here, with their keys, at rest in the store.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from seaway.core.names import Tags

Subject = tuple[tuple[str, str], ...]
"""A distinguished name: (attribute as the API names it, value) pairs, such as CommonName."""

MANAGED_TAG = ("AmazonECSManaged", "true")
"""What an authority carries that ECS may let sign for Service Connect (AWS: TLS)."""

DAY = 86400.0

LONGEST_SHORT_LIVED = 7 * DAY
"""Seconds a certificate of a SHORT_LIVED_CERTIFICATE authority may live (API: UsageMode)."""


class AuthorityStatus(StrEnum):
    """Where an authority is in its life (API: CertificateAuthorityStatus)."""

    PENDING_CERTIFICATE = "PENDING_CERTIFICATE"
    ACTIVE = "ACTIVE"
    DISABLED = "DISABLED"
    EXPIRED = "EXPIRED"
    DELETED = "DELETED"


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateAuthority:
    """A private certificate authority, its key included. Times are epoch seconds.

    ``key``, ``request``, ``certificate`` and ``chain`` are PEM texts; ``chain`` is what leads
    from its certificate's signer to the root.
    """

    arn: str
    type: str
    """ROOT or SUBORDINATE."""
    subject: Subject
    key_algorithm: str
    signing_algorithm: str
    key: str = field(repr=False)
    request: str
    created_at: float
    changed_at: float
    usage_mode: str = "GENERAL_PURPOSE"
    status: AuthorityStatus = AuthorityStatus.PENDING_CERTIFICATE
    """As asked for; see ``status_at`` for what it has come to."""
    certificate: str | None = None
    chain: str | None = None
    serial: str | None = None
    not_before: float | None = None
    not_after: float | None = None
    restorable_until: float | None = None
    token: str = ""
    """The idempotency token it was made with."""
    own: bool = False
    """Seaway's own, which the API does not show."""
    tags: Tags = ()

    def status_at(self, now: float) -> AuthorityStatus:
        """Its status: an authority whose certificate has run out is EXPIRED."""
        spent = self.not_after is not None and self.not_after <= now
        if spent and self.status in (AuthorityStatus.ACTIVE, AuthorityStatus.DISABLED):
            return AuthorityStatus.EXPIRED
        return self.status

    @property
    def roots(self) -> str:
        """What those check by who trust it: its certificate and its signers' (PEM)."""
        return (self.certificate or "") + (self.chain or "")

    @property
    def path(self) -> str:
        """What is shown along with a certificate it signed, so that its root is enough (PEM)."""
        return self.roots if self.type == "SUBORDINATE" else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedCertificate:
    """A certificate an authority has signed through the API; ``body`` and ``chain`` are PEM."""

    arn: str
    authority: str
    """ARN of the authority."""
    serial: str
    """Hexadecimal, 32 digits."""
    body: str
    chain: str
    issued_at: float
    token: str = ""
    self_signed: bool = False
    revoked_at: float | None = None
    revocation_reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """What a certificate may be used for (AWS Private CA: certificate templates).

    ``path_length`` is how many authorities may follow; None = it is no authority, -1 = any.
    ``usages`` and ``extended`` are the names X.509 has for them, in camelCase.
    """

    usages: tuple[str, ...]
    extended: tuple[str, ...] = ()
    path_length: int | None = None

    @property
    def is_authority(self) -> bool:
        """Whether what it makes may itself sign."""
        return self.path_length is not None


_AUTHORITY = ("digitalSignature", "keyCertSign", "cRLSign")
_ENDS = ("digitalSignature", "keyEncipherment")

ROOT = "RootCACertificate/V1"
TEMPLATES = {
    ROOT: Template(usages=_AUTHORITY, path_length=-1),
    **{
        f"SubordinateCACertificate_PathLen{n}/V1": Template(usages=_AUTHORITY, path_length=n)
        for n in range(4)
    },
    "EndEntityCertificate/V1": Template(usages=_ENDS, extended=("serverAuth", "clientAuth")),
    "EndEntityServerAuthCertificate/V1": Template(usages=_ENDS, extended=("serverAuth",)),
    "EndEntityClientAuthCertificate/V1": Template(usages=_ENDS, extended=("clientAuth",)),
    "CodeSigningCertificate/V1": Template(usages=("digitalSignature",), extended=("codeSigning",)),
    "OCSPSigningCertificate/V1": Template(usages=("digitalSignature",), extended=("OCSPSigning",)),
}
"""The templates Seaway has, by the end of their ARN."""

END_ENTITY = TEMPLATES["EndEntityCertificate/V1"]

OWN_AUTHORITY = "seaway"
"""The key of the one authority that Seaway makes for itself; no ARN AWS would give."""


def authority_refusal(authority: CertificateAuthority | None, now: float) -> str | None:
    """Why Service Connect can't let this authority sign, if it can't.

    It has to exist, be ACTIVE and carry the tag AmazonECSManaged=true (AWS: Service Connect TLS).
    """
    if authority is None or authority.own:
        return "The certificate authority in awsPcaAuthorityArn could not be found."
    if MANAGED_TAG not in authority.tags:
        return (
            f"The certificate authority {authority.arn} must have the tag "
            "AmazonECSManaged with the value true."
        )
    status = authority.status_at(now)
    if status is not AuthorityStatus.ACTIVE:
        return f"The certificate authority {authority.arn} must be ACTIVE; it is {status.value}."
    return None
