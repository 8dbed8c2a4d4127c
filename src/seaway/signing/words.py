"""The words of what is signed, for those who ask; nothing here needs ``cryptography``.

It takes a tenth of a second and some megabytes to load. So whoever signs now and then takes these
words from here, and the functions on first use.
"""

from __future__ import annotations

from dataclasses import dataclass

KEY_ALGORITHMS = ("RSA_2048", "RSA_4096", "EC_prime256v1", "EC_secp384r1")
SIGNING_ALGORITHMS = tuple(
    f"SHA{size}WITH{kind}" for kind in ("ECDSA", "RSA") for size in (256, 384, 512)
)


def fits(key_algorithm: str, signing_algorithm: str) -> bool:
    """Whether keys of the one sign by the other."""
    kind = "ECDSA" if key_algorithm.startswith("EC") else "RSA"
    return signing_algorithm.endswith(f"WITH{kind}")


class MalformedRequest(ValueError):
    """The text is no signing request, or is not signed by the key it names."""


class MalformedCertificate(ValueError):
    """The text is no certificate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A certificate's number and its days; ``not_before`` and ``not_after`` are epoch seconds."""

    serial: int
    not_before: float
    not_after: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What stands in a certificate. ``path_length`` as in Template; times are epoch seconds."""

    pem: str
    serial: int
    not_before: float
    not_after: float
    path_length: int | None
    names: tuple[str, ...]
    subject: bytes
    issuer: bytes

    @property
    def self_issued(self) -> bool:
        """It names itself as its signer, as roots do."""
        return self.subject == self.issuer
