"""AWS Private CA answers, rendered."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from seaway.core.authority import CertificateAuthority
from seaway.core.names import place_of

if TYPE_CHECKING:
    from seaway.aws.shapes import acmpca as shapes


def time(seconds: float) -> datetime:
    """An instant as the API gives it."""
    return datetime.fromtimestamp(round(seconds, 3), UTC)


def authority(noun: CertificateAuthority, now: float) -> shapes.CertificateAuthority:
    """An authority, without its certificate and key."""
    shown: shapes.CertificateAuthority = {
        "Arn": noun.arn,
        "OwnerAccount": place_of(noun.arn).account,
        "CreatedAt": time(noun.created_at),
        "LastStateChangeAt": time(noun.changed_at),
        "Type": noun.type,
        "Status": noun.status_at(now).value,
        "CertificateAuthorityConfiguration": {
            "KeyAlgorithm": noun.key_algorithm,
            "SigningAlgorithm": noun.signing_algorithm,
            "Subject": cast("shapes.ASN1Subject", dict(noun.subject)),
        },
        "RevocationConfiguration": {
            "CrlConfiguration": {"Enabled": False},
            "OcspConfiguration": {"Enabled": False},
        },
        "UsageMode": noun.usage_mode,
    }
    if noun.serial is not None:
        shown["Serial"] = noun.serial
    if noun.not_before is not None and noun.not_after is not None:
        shown["NotBefore"] = time(noun.not_before)
        shown["NotAfter"] = time(noun.not_after)
    if noun.restorable_until is not None:
        shown["RestorableUntil"] = time(noun.restorable_until)
    return shown
