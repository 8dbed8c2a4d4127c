"""AWS Private CA answers, rendered."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from seaway.aws.instants import instant
from seaway.core.authority import CertificateAuthority
from seaway.core.names import place_of

if TYPE_CHECKING:
    from seaway.aws.shapes import acmpca as shapes


def authority(noun: CertificateAuthority, now: float) -> shapes.CertificateAuthority:
    """An authority, without its certificate and key."""
    shown: shapes.CertificateAuthority = {
        "Arn": noun.arn,
        "OwnerAccount": place_of(noun.arn).account,
        "CreatedAt": instant(noun.created_at),
        "LastStateChangeAt": instant(noun.changed_at),
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
        shown["NotBefore"] = instant(noun.not_before)
        shown["NotAfter"] = instant(noun.not_after)
    if noun.restorable_until is not None:
        shown["RestorableUntil"] = instant(noun.restorable_until)
    return shown
