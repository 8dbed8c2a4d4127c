"""An authority's own certificate: asked for, brought in, shown."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.acmpca.errors import (
    CertificateMismatchException,
    InvalidRequestException,
    InvalidStateException,
    MalformedCertificateException,
)
from seaway.aws.acmpca.lookup import authority_named
from seaway.aws.call import Call
from seaway.aws.operation import operation
from seaway.core.authority import AuthorityStatus, CertificateAuthority
from seaway.signing.words import MalformedCertificate, Read
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import acmpca as shapes

_NOT_DELETED = tuple(one for one in AuthorityStatus if one is not AuthorityStatus.DELETED)


@operation("acm-pca")
def get_certificate_authority_csr(
    tx: Transaction, call: Call, request: shapes.GetCertificateAuthorityCsrRequest
) -> shapes.GetCertificateAuthorityCsrResponse:
    """The same request each time."""
    found = authority_named(tx, call, request["CertificateAuthorityArn"], *_NOT_DELETED)
    return {"Csr": found.request}


@operation("acm-pca")
def get_certificate_authority_certificate(
    tx: Transaction, call: Call, request: shapes.GetCertificateAuthorityCertificateRequest
) -> shapes.GetCertificateAuthorityCertificateResponse:
    """With the chain to its root, if it is not one itself."""
    found = authority_named(tx, call, request["CertificateAuthorityArn"], *_NOT_DELETED)
    if found.certificate is None:
        raise InvalidStateException(
            f"The certificate authority {found.arn} is in the state "
            f"{found.status.value} and has no certificate yet."
        )
    answer: shapes.GetCertificateAuthorityCertificateResponse = {"Certificate": found.certificate}
    if found.chain:
        answer["CertificateChain"] = found.chain
    return answer


@operation("acm-pca")
def import_certificate_authority_certificate(
    tx: Transaction, call: Call, request: shapes.ImportCertificateAuthorityCertificateRequest
) -> None:
    """Makes it ACTIVE; one for the same key replaces the certificate it has."""
    found = authority_named(tx, call, request["CertificateAuthorityArn"], *_NOT_DELETED)
    chain = request.get("CertificateChain", b"")
    read = _read(request["Certificate"])
    if len(read) != 1:
        raise MalformedCertificateException("Certificate must hold exactly one certificate.")
    signers = _read(chain) if chain else ()
    _check(found, read[0], signers, call.moment.now)
    disabled = found.status is AuthorityStatus.DISABLED
    tx.put(
        replace(
            found,
            certificate=read[0].pem,
            chain="".join(signer.pem for signer in signers) or None,
            serial=str(read[0].serial),
            not_before=read[0].not_before,
            not_after=read[0].not_after,
            status=AuthorityStatus.DISABLED if disabled else AuthorityStatus.ACTIVE,
            changed_at=call.moment.now,
        )
    )


def _read(pem: bytes) -> tuple[Read, ...]:
    # Loaded on first use (see signing/words.py).
    from seaway.signing import certificates

    try:
        return certificates.read_certificates(pem)
    except MalformedCertificate as error:
        raise MalformedCertificateException("The certificate can't be read.") from error


def _check(
    authority: CertificateAuthority, read: Read, signers: tuple[Read, ...], now: float
) -> None:
    """Raises what AWS says of a certificate that is not for this authority."""
    from seaway.signing import certificates

    if not certificates.is_of_key(read.pem, authority.key):
        raise CertificateMismatchException("The certificate is not for this authority's key.")
    if read.path_length is None:
        raise MalformedCertificateException("The certificate is not a certificate authority's.")
    if read.not_after <= now:
        raise MalformedCertificateException("The certificate has run out.")
    if authority.type == "ROOT" and (signers or not read.self_issued):
        raise InvalidRequestException(
            "A root's certificate is signed by itself, and comes without CertificateChain."
        )
    if authority.type == "SUBORDINATE" and not signers:
        raise InvalidRequestException(
            "A subordinate's certificate needs the CertificateChain to its root."
        )
    together = "".join(one.pem for one in (read, *signers)) + (signers or (read,))[-1].pem
    if not certificates.are_chained(together.encode()):
        raise CertificateMismatchException(
            "The certificate is not signed by the CertificateChain, or that does not end in a root."
        )
