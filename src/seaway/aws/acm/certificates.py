"""Certificates: request, import, show, delete."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.acm import lookup, render, tagging
from seaway.aws.acm.errors import (
    InvalidArnException,
    InvalidDomainValidationOptionsException,
    InvalidParameterException,
    RequestInProgressException,
    ResourceInUseException,
    not_built,
)
from seaway.aws.call import Call, here
from seaway.aws.errors import ValidationException
from seaway.aws.operation import operation
from seaway.core.authority import OWN_AUTHORITY, CertificateAuthority
from seaway.core.managed_certificate import CertificateStatus, ManagedCertificate
from seaway.signing.words import MalformedCertificate
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import acm as shapes

TOKEN_SECONDS = 3600
"""How long an idempotency token is remembered (API)."""

_KEYS = ("RSA_2048", "EC_prime256v1", "EC_secp384r1")
"""What a certificate can be requested with; others can only be imported (ACM guide)."""


@operation("acm")
def request_certificate(
    tx: Transaction, call: Call, request: shapes.RequestCertificateRequest
) -> shapes.RequestCertificateResponse:
    """Signed a moment later by Seaway's own authority, or the private one named; no proof of
    who owns the domain is asked for, since only those trust it who chose to."""
    _refuse_unbuilt(request)
    authority = request.get("CertificateAuthorityArn", OWN_AUTHORITY)
    if authority != OWN_AUTHORITY and tx.find(CertificateAuthority, authority) is None:
        raise InvalidArnException(f"Could not find the certificate authority {authority}.")
    token = request.get("IdempotencyToken", "")
    domain = request["DomainName"].lower()
    for there in here(call, tx.where(ManagedCertificate, domain=domain)) if token else ():
        if there.token == token and call.moment.now < there.created_at + TOKEN_SECONDS:
            return {"CertificateArn": there.arn}
    more = (name.lower() for name in request.get("SubjectAlternativeNames", ()))
    made = ManagedCertificate(
        arn=call.arn("acm", f"certificate/{call.moment.uuid()}"),
        domain=domain,
        names=tuple(dict.fromkeys((domain, *more))),
        created_at=call.moment.now,
        key_algorithm=request.get("KeyAlgorithm", "RSA_2048"),
        authority=authority,
        validation=request.get("ValidationMethod", "EMAIL"),
        token=token,
        tags=tagging.parse(request.get("Tags", ())),
    )
    tx.put(made)
    return {"CertificateArn": made.arn}


@operation("acm")
def import_certificate(
    tx: Transaction, call: Call, request: shapes.ImportCertificateRequest
) -> shapes.ImportCertificateResponse:
    """Keep somebody else's certificate; imported again under its ARN it is replaced without a
    connection lost."""
    before = None
    if "CertificateArn" in request:
        if request.get("Tags"):
            raise InvalidParameterException("Tagging is not permitted on re-import.")
        before = lookup.certificate(tx, call, request["CertificateArn"])
        if not before.imported:
            raise ValidationException(
                f"The certificate {before.arn} was not imported and cannot be replaced."
            )
    made = _imported(call, request)
    if before is not None:
        if set(made.names) != set(before.names) and lookup.users(tx, before.arn):
            raise ValidationException(
                "The domain names of a certificate that is in use cannot be changed."
            )
        made = replace(made, arn=before.arn, created_at=before.created_at, tags=before.tags)
    tx.put(made)
    return {"CertificateArn": made.arn}


@operation("acm")
def describe_certificate(
    tx: Transaction, call: Call, request: shapes.DescribeCertificateRequest
) -> shapes.DescribeCertificateResponse:
    """All that is known of a certificate, and which load balancers show it."""
    found = lookup.certificate(tx, call, request["CertificateArn"])
    users = lookup.users(tx, found.arn)
    return {"Certificate": render.detail(found, users, call.moment.now)}


@operation("acm")
def get_certificate(
    tx: Transaction, call: Call, request: shapes.GetCertificateRequest
) -> shapes.GetCertificateResponse:
    """The certificate and what leads to its root: a client that trusts the last one in the chain
    trusts the load balancer."""
    found = lookup.certificate(tx, call, request["CertificateArn"])
    if found.signed is None:
        raise RequestInProgressException(f"The certificate {found.arn} has not been issued yet.")
    answer: shapes.GetCertificateResponse = {"Certificate": found.signed.body}
    if found.signed.chain:
        answer["CertificateChain"] = found.signed.chain
    return answer


@operation("acm")
def delete_certificate(
    tx: Transaction, call: Call, request: shapes.DeleteCertificateRequest
) -> None:
    """Drop a certificate that no listener shows."""
    found = lookup.certificate(tx, call, request["CertificateArn"])
    if lookup.users(tx, found.arn):
        raise ResourceInUseException(
            f"Certificate {found.arn} in account {call.account} is in use."
        )
    tx.drop(found)


def _refuse_unbuilt(request: shapes.RequestCertificateRequest) -> None:
    if request.get("ManagedBy"):
        raise not_built("ManagedBy")
    if request.get("ValidationMethod") == "HTTP":
        raise not_built("ValidationMethod HTTP")
    options = request.get("Options", {})
    if options.get("Export") == "ENABLED":
        raise not_built("Options.Export")
    if options.get("CertificateTransparencyLoggingPreference") == "ENABLED":
        # A log of what an authority of one's own signs would say who works here.
        raise not_built("Options.CertificateTransparencyLoggingPreference ENABLED")
    if options.get("ValidationMethod"):
        raise InvalidParameterException("Options.ValidationMethod is for UpdateCertificateOptions.")
    for option in request.get("DomainValidationOptions", ()):
        name, of = option["DomainName"], option["ValidationDomain"]
        if name != of and not name.endswith(f".{of}"):
            raise InvalidDomainValidationOptionsException(
                f"The validation domain {of} is not {name} or a domain above it."
            )
        raise not_built("DomainValidationOptions")
    if request.get("KeyAlgorithm", "RSA_2048") not in _KEYS:
        raise InvalidParameterException(
            f"A certificate can be requested with the key algorithms {', '.join(_KEYS)}."
        )


def _imported(call: Call, request: shapes.ImportCertificateRequest) -> ManagedCertificate:
    # Loaded on first use (see signing/words.py).
    from seaway.signing import certificates, described

    body, key = _text(request["Certificate"]), _text(request["PrivateKey"])
    chain = _text(request.get("CertificateChain", b""))
    if not described.is_open_key(key):
        raise ValidationException("The private key is not supported, or is encrypted.")
    try:
        signed = described.described(body, chain, key)
        names = described.names_in(body)
        algorithm = described.key_algorithm_in(body)
        # What is no certificate would not be missed at the end of one that is.
        whole = not chain or certificates.are_chained(chain.encode())
        whole = whole and certificates.are_chained((signed.body + chain).encode())
    except MalformedCertificate as error:
        raise ValidationException(f"The certificate is not valid: {error}") from error
    if not certificates.is_of_key(body, key):
        raise ValidationException("The private key does not match the certificate.")
    if not whole:
        raise ValidationException("The certificate chain does not lead to the certificate.")
    if not signed.not_before <= call.moment.now < signed.not_after:
        raise ValidationException("The certificate is not valid at this time.")
    return ManagedCertificate(
        arn=call.arn("acm", f"certificate/{call.moment.uuid()}"),
        domain=names[0] if names else "",
        names=names,
        created_at=call.moment.now,
        imported=True,
        key_algorithm=algorithm,
        issued_at=call.moment.now,
        status=CertificateStatus.ISSUED,
        signed=signed,
        tags=tagging.parse(request.get("Tags", ())),
    )


def _text(given: bytes) -> str:
    try:
        return given.decode()
    except UnicodeDecodeError as error:
        raise ValidationException("The certificate and the key must be PEM texts.") from error
