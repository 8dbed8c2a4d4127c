"""AWS::CertificateManager resources."""

from __future__ import annotations

from seaway.core.stack import Refused
from seaway.reconcile.stack_types.kinds import Kind, Made, Work, listed


def _create(work: Work) -> Made:
    """The hosted zones of DomainValidationOptions are not written to: no proof is asked for."""
    for option in listed(work.get("DomainValidationOptions")):
        if "ValidationDomain" in option:
            raise Refused(
                "ValidationError",
                "Seaway has not built ValidationDomain of DomainValidationOptions yet.",
            )
    rest = work.without(
        "Tags",
        "DomainValidationOptions",
        "CertificateTransparencyLoggingPreference",
        "CertificateExport",
    )
    logged = work.get("CertificateTransparencyLoggingPreference")
    options = {
        **({"CertificateTransparencyLoggingPreference": logged} if logged else {}),
        **({"Export": work.get("CertificateExport")} if work.get("CertificateExport") else {}),
    }
    made = work(
        "acm", "RequestCertificate", Options=options or None, Tags=work.tags() or None, **rest
    )
    return Made(made["CertificateArn"])


def _ready(work: Work) -> bool:
    shown = work("acm", "DescribeCertificate", CertificateArn=work.physical)["Certificate"]
    if shown["Status"] == "FAILED":
        raise Refused(
            "RequestFailed", f"The certificate request failed: {shown.get('FailureReason')}"
        )
    return bool(shown["Status"] == "ISSUED")


CERTIFICATE = Kind(
    create=_create,
    ready=_ready,
    delete=lambda work: work("acm", "DeleteCertificate", CertificateArn=work.physical),
)

TYPES = {"AWS::CertificateManager::Certificate": CERTIFICATE}
