"""Certificates as AWS Certificate Manager shows them."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING

from seaway.aws.instants import instant
from seaway.core.authority import OWN_AUTHORITY
from seaway.core.managed_certificate import ManagedCertificate

if TYPE_CHECKING:
    from seaway.aws.shapes import acm as shapes

_FIRST_NAMES = 100
"""Alternative names a summary shows."""


def detail(found: ManagedCertificate, users: Sequence[str], now: float) -> shapes.CertificateDetail:
    """A certificate as DescribeCertificate shows it."""
    shown: shapes.CertificateDetail = {
        "CertificateArn": found.arn,
        "DomainName": found.domain,
        "SubjectAlternativeNames": list(found.names),
        "CreatedAt": instant(found.created_at),
        "Status": found.status_at(now).value,
        "KeyAlgorithm": found.key_algorithm,
        "InUseBy": list(users),
        "Type": found.type,
        "RenewalEligibility": "ELIGIBLE" if users and not found.imported else "INELIGIBLE",
        "Options": {"CertificateTransparencyLoggingPreference": "DISABLED", "Export": "DISABLED"},
        "CertificateKeyPairOrigin": "CUSTOMER_PROVIDED" if found.imported else "AWS_MANAGED",
    }
    if found.signed is not None:
        shown |= {
            "Serial": found.signed.serial,
            "Subject": found.signed.subject,
            "Issuer": found.signed.issuer,
            "SignatureAlgorithm": found.signed.signature_algorithm,
            "NotBefore": instant(found.signed.not_before),
            "NotAfter": instant(found.signed.not_after),
        }
    if found.imported:
        shown["ImportedAt"] = instant(found.issued_at or found.created_at)
    elif found.issued_at is not None:
        shown["IssuedAt"] = instant(found.issued_at)
    if found.failure:
        shown["FailureReason"] = found.failure
    if found.type == "PRIVATE":
        shown["CertificateAuthorityArn"] = found.authority
    if found.authority == OWN_AUTHORITY and not found.imported:
        shown["DomainValidationOptions"] = [_validation(found, name) for name in found.names]
    if found.renewed_at is not None:
        shown["RenewalSummary"] = {
            "RenewalStatus": "SUCCESS",
            "DomainValidationOptions": [_validation(found, name) for name in found.names],
            "UpdatedAt": instant(found.renewed_at),
        }
    return shown


def _validation(found: ManagedCertificate, name: str) -> shapes.DomainValidation:
    """The record that ACM would look for; Seaway's authority asks for none."""
    bare = name.removeprefix("*.")
    word = blake2b(f"{found.arn} {bare}".encode(), digest_size=16).hexdigest()
    shown: shapes.DomainValidation = {
        "DomainName": name,
        "ValidationDomain": bare,
        "ValidationStatus": "SUCCESS" if found.signed else "PENDING_VALIDATION",
        "ValidationMethod": found.validation,
    }
    if found.validation == "DNS":
        shown["ResourceRecord"] = {
            "Name": f"_{word}.{bare}.",
            "Type": "CNAME",
            "Value": f"_{word[::-1]}.acm-validations.seaway.internal.",
        }
    return shown


def summary(found: ManagedCertificate, in_use: bool, now: float) -> shapes.CertificateSummary:
    """A certificate as ListCertificates shows it."""
    shown: shapes.CertificateSummary = {
        "CertificateArn": found.arn,
        "DomainName": found.domain,
        "SubjectAlternativeNameSummaries": list(found.names[:_FIRST_NAMES]),
        "HasAdditionalSubjectAlternativeNames": len(found.names) > _FIRST_NAMES,
        "Status": found.status_at(now).value,
        "Type": found.type,
        "KeyAlgorithm": found.key_algorithm,
        "ExportOption": "DISABLED",
        "InUse": in_use,
        "RenewalEligibility": "ELIGIBLE" if in_use and not found.imported else "INELIGIBLE",
        "CreatedAt": instant(found.created_at),
        "CertificateKeyPairOrigin": "CUSTOMER_PROVIDED" if found.imported else "AWS_MANAGED",
    }
    if found.signed is not None:
        shown["NotBefore"] = instant(found.signed.not_before)
        shown["NotAfter"] = instant(found.signed.not_after)
    if found.imported:
        shown["ImportedAt"] = instant(found.issued_at or found.created_at)
    elif found.issued_at is not None:
        shown["IssuedAt"] = instant(found.issued_at)
    return shown
