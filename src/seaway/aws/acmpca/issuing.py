"""Certificates an authority signs: issued, shown, revoked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.acmpca import parse
from seaway.aws.acmpca.authorities import TOKEN_SECONDS
from seaway.aws.acmpca.errors import (
    InvalidArgsException,
    InvalidArnException,
    InvalidRequestException,
    MalformedCSRException,
    RequestAlreadyProcessedException,
    ResourceNotFoundException,
    not_built,
)
from seaway.aws.acmpca.lookup import authority_named
from seaway.aws.call import Call
from seaway.aws.errors import ValidationException
from seaway.aws.operation import operation
from seaway.core.authority import (
    LONGEST_SHORT_LIVED,
    ROOT,
    AuthorityStatus,
    CertificateAuthority,
    IssuedCertificate,
    Template,
)
from seaway.signing.words import MalformedRequest, Term
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import acmpca as shapes

EARLIER = 3600.0
"""Seconds before it is issued from which a certificate is valid, unless it is said."""

_ACTIVE = (AuthorityStatus.ACTIVE,)
_SELF_SIGNING = (AuthorityStatus.PENDING_CERTIFICATE, *_ACTIVE, AuthorityStatus.EXPIRED)
_KEEPING = (*_ACTIVE, AuthorityStatus.DISABLED, AuthorityStatus.EXPIRED)


@operation("acm-pca")
def issue_certificate(
    tx: Transaction, call: Call, request: shapes.IssueCertificateRequest
) -> shapes.IssueCertificateResponse:
    """Signed at once; subject, key and alternative names are the request's."""
    if request.get("ApiPassthrough"):
        raise not_built("ApiPassthrough")
    name, template = parse.template(request.get("TemplateArn"))
    allowed = _SELF_SIGNING if name == ROOT else _ACTIVE
    authority = authority_named(tx, call, request["CertificateAuthorityArn"], *allowed)
    token = request.get("IdempotencyToken", "")
    for there in tx.where(IssuedCertificate, authority=authority.arn) if token else ():
        if there.token == token and call.moment.now < there.issued_at + TOKEN_SECONDS:
            return {"CertificateArn": there.arn}
    parse.algorithms(authority.key_algorithm, request["SigningAlgorithm"])
    term = _term(call, request, authority, template)
    made = replace(_signed(call, request, authority, name, template, term), token=token)
    tx.put(made)
    return {"CertificateArn": made.arn}


def _term(
    call: Call,
    request: shapes.IssueCertificateRequest,
    authority: CertificateAuthority,
    template: Template,
) -> Term:
    now = call.moment.now
    begin = parse.not_before(request.get("ValidityNotBefore"), now - EARLIER)
    end = parse.not_after(request["Validity"], now)
    if end <= max(begin, now):
        raise ValidationException("The certificate validity specified is over before it begins.")
    if parse.template(request.get("TemplateArn"))[0] != ROOT and end > (authority.not_after or 0):
        raise ValidationException(
            "The certificate validity specified exceeds the certificate authority validity. "
            "Specify a shorter period for the certificate."
        )
    short = authority.usage_mode == "SHORT_LIVED_CERTIFICATE" and not template.is_authority
    if short and end - now > LONGEST_SHORT_LIVED:
        raise ValidationException(
            "The certificate validity specified exceeds the 7 days that a certificate of a "
            "SHORT_LIVED_CERTIFICATE authority may have."
        )
    serial = int.from_bytes(call.moment.token(16), "big") >> 1 or 1
    return Term(serial=serial, not_before=begin, not_after=end)


def _signed(
    call: Call,
    request: shapes.IssueCertificateRequest,
    authority: CertificateAuthority,
    name: str,
    template: Template,
    term: Term,
) -> IssuedCertificate:
    # Loaded on first use (see signing/words.py).
    from seaway.signing import certificates

    try:
        _check_place(request["Csr"], authority, name, template)
        body = certificates.sign(
            authority, request["Csr"], template, term, request["SigningAlgorithm"]
        )
    except MalformedRequest as error:
        raise MalformedCSRException(
            f"The certificate signing request is malformed: {error}"
        ) from error
    serial = f"{term.serial:032x}"
    return IssuedCertificate(
        arn=f"{authority.arn}/certificate/{serial}",
        authority=authority.arn,
        serial=serial,
        body=body,
        chain="" if name == ROOT else authority.roots,
        issued_at=call.moment.now,
        self_signed=name == ROOT,
    )


def _check_place(
    csr: bytes, authority: CertificateAuthority, name: str, template: Template
) -> None:
    """A root signs itself alone, and no authority more below it than its certificate allows."""
    from seaway.signing import certificates

    if name == ROOT:
        if authority.type != "ROOT" or not certificates.asks_for_key(csr, authority.key):
            raise InvalidArgsException(
                f"The template {ROOT} is for the certificate signing request of a root itself."
            )
        return
    (own,) = certificates.read_certificates((authority.certificate or "").encode())
    allowed = own.path_length
    if template.path_length is not None and allowed not in (None, -1):
        assert allowed is not None
        if template.path_length >= allowed:
            raise InvalidArgsException(
                f"The template {name} allows a longer path than the certificate authority's."
            )


@operation("acm-pca")
def get_certificate(
    tx: Transaction, call: Call, request: shapes.GetCertificateRequest
) -> shapes.GetCertificateResponse:
    """With the chain to the root, unless it is a root's."""
    authority = authority_named(
        tx, call, request["CertificateAuthorityArn"], *_SELF_SIGNING[:1], *_KEEPING
    )
    arn = request["CertificateArn"]
    if not arn.startswith(f"{authority.arn}/certificate/"):
        raise InvalidArnException(f"{arn} is not a certificate of {authority.arn}.")
    found = tx.find(IssuedCertificate, arn)
    if found is None:
        raise ResourceNotFoundException(f"The certificate {arn} was not found.")
    answer: shapes.GetCertificateResponse = {"Certificate": found.body}
    if found.chain:
        answer["CertificateChain"] = found.chain
    return answer


@operation("acm-pca")
def revoke_certificate(
    tx: Transaction, call: Call, request: shapes.RevokeCertificateRequest
) -> None:
    """Noted, and published nowhere: Service Connect checks no revocations (as on AWS)."""
    authority = authority_named(tx, call, request["CertificateAuthorityArn"], *_KEEPING)
    serial = request["CertificateSerial"].replace(":", "").lower().removeprefix("0x")
    found = tx.find(IssuedCertificate, f"{authority.arn}/certificate/{serial.zfill(32)}")
    if found is None:
        raise ResourceNotFoundException(
            f"The certificate with serial number {request['CertificateSerial']} was not found."
        )
    if found.self_signed:
        raise InvalidRequestException("A root's own certificate can't be revoked.")
    if found.revoked_at is not None:
        raise RequestAlreadyProcessedException("The certificate has already been revoked.")
    tx.put(
        replace(
            found,
            revoked_at=call.moment.now,
            revocation_reason=request["RevocationReason"],
        )
    )
