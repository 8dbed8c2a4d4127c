"""What is changed of a certificate, or asked for again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.acm import lookup
from seaway.aws.acm.errors import InvalidStateException, not_built
from seaway.aws.call import Call
from seaway.aws.errors import ValidationException
from seaway.aws.operation import operation
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import acm as shapes


@operation("acm")
def update_certificate_options(
    tx: Transaction, call: Call, request: shapes.UpdateCertificateOptionsRequest
) -> None:
    """Only the validation method can be changed: nothing is exported, nothing logged."""
    found = lookup.certificate(tx, call, request["CertificateArn"])
    options = request["Options"]
    if options.get("Export") == "ENABLED":
        raise not_built("Options.Export")
    if options.get("CertificateTransparencyLoggingPreference") == "ENABLED":
        raise not_built("Options.CertificateTransparencyLoggingPreference ENABLED")
    if found.imported:
        raise InvalidStateException(f"The certificate {found.arn} was imported.")
    if options.get("ValidationMethod") == "HTTP":
        raise not_built("Options.ValidationMethod HTTP")
    tx.put(replace(found, validation=options.get("ValidationMethod", found.validation)))


@operation("acm")
def resend_validation_email(
    tx: Transaction, call: Call, request: shapes.ResendValidationEmailRequest
) -> None:
    """Refused: nobody is asked by mail; certificates are signed at once."""
    found = lookup.certificate(tx, call, request["CertificateArn"])
    raise InvalidStateException(f"No validation of {found.arn} is waiting for an email.")


@operation("acm")
def export_certificate(
    tx: Transaction, call: Call, request: shapes.ExportCertificateRequest
) -> None:
    """Refused: private keys leave only towards the proxy."""
    lookup.certificate(tx, call, request["CertificateArn"])
    raise ValidationException("Seaway has not built ExportCertificate yet.")
