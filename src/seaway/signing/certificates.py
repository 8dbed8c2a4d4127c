"""X.509 certificates: signed, and read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import pairwise

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from seaway.core.authority import CertificateAuthority, Template
from seaway.signing.keys import digest, private
from seaway.signing.requests import read_request
from seaway.signing.words import MalformedCertificate, Read, Term

_EXTENDED = {
    "serverAuth": ExtendedKeyUsageOID.SERVER_AUTH,
    "clientAuth": ExtendedKeyUsageOID.CLIENT_AUTH,
    "codeSigning": ExtendedKeyUsageOID.CODE_SIGNING,
    "OCSPSigning": ExtendedKeyUsageOID.OCSP_SIGNING,
}


def sign(
    authority: CertificateAuthority,
    request: bytes,
    template: Template,
    term: Term,
    algorithm: str | None = None,
) -> str:
    """The certificate (PEM) for a request (PEM): its subject, key and alternative names.

    Signed by the authority; an authority without a certificate signs its own. Raises
    MalformedRequest.
    """
    asked = read_request(request)
    issuer = _issuer(authority, asked)
    key = private(authority.key)
    builder = (
        x509.CertificateBuilder()
        .subject_name(asked.subject)
        .issuer_name(issuer)
        .public_key(asked.public_key())
        .serial_number(term.serial)
        .not_valid_before(_time(term.not_before))
        .not_valid_after(_time(term.not_after))
        .add_extension(_basic(template), critical=True)
        .add_extension(_usage(template.usages), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(asked.public_key()), False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False
        )
    )
    if template.extended:
        usages = x509.ExtendedKeyUsage([_EXTENDED[word] for word in template.extended])
        builder = builder.add_extension(usages, critical=False)
    for extension in asked.extensions:
        if isinstance(extension.value, x509.SubjectAlternativeName):
            builder = builder.add_extension(extension.value, critical=extension.critical)
    signed = builder.sign(key, digest(algorithm or authority.signing_algorithm))
    return signed.public_bytes(Encoding.PEM).decode()


def _issuer(authority: CertificateAuthority, asked: x509.CertificateSigningRequest) -> x509.Name:
    if authority.certificate is None:
        return asked.subject
    return x509.load_pem_x509_certificate(authority.certificate.encode()).subject


def _basic(template: Template) -> x509.BasicConstraints:
    length = template.path_length
    return x509.BasicConstraints(
        ca=template.is_authority, path_length=None if length in (None, -1) else length
    )


def _usage(words: Iterable[str]) -> x509.KeyUsage:
    given = set(words)
    return x509.KeyUsage(
        digital_signature="digitalSignature" in given,
        content_commitment=False,
        key_encipherment="keyEncipherment" in given,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign="keyCertSign" in given,
        crl_sign="cRLSign" in given,
        encipher_only=False,
        decipher_only=False,
    )


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)


def read_certificates(pem: bytes) -> tuple[Read, ...]:
    """The certificates of a PEM text, in their order. Raises MalformedCertificate."""
    return tuple(_read(found) for found in _loaded(pem))


def _loaded(pem: bytes) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(pem)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise MalformedCertificate(str(error)) from error


def _read(found: x509.Certificate) -> Read:
    return Read(
        pem=found.public_bytes(Encoding.PEM).decode(),
        serial=found.serial_number,
        not_before=found.not_valid_before_utc.timestamp(),
        not_after=found.not_valid_after_utc.timestamp(),
        path_length=_path_length(found),
        names=_names(found),
        subject=found.subject.public_bytes(),
        issuer=found.issuer.public_bytes(),
    )


def _path_length(found: x509.Certificate) -> int | None:
    try:
        basic = found.extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound:
        return None
    if not basic.ca:
        return None
    return -1 if basic.path_length is None else basic.path_length


def _names(found: x509.Certificate) -> tuple[str, ...]:
    try:
        told = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    uris = told.get_values_for_type(x509.UniformResourceIdentifier)
    return (*told.get_values_for_type(x509.DNSName), *uris)


def is_of_key(pem: str, key: str) -> bool:
    """Whether a certificate (PEM) is this private key's (PEM)."""
    return _loaded(pem.encode())[0].public_key() == private(key).public_key()


def asks_for_key(request: bytes, key: str) -> bool:
    """Whether a request (PEM) is for this private key's certificate. Raises MalformedRequest."""
    return read_request(request).public_key() == private(key).public_key()


def are_chained(pem: bytes) -> bool:
    """Whether each certificate of a PEM text is signed by the next. Raises MalformedCertificate."""
    chain = _loaded(pem)
    for signed, signer in pairwise(chain):
        try:
            signed.verify_directly_issued_by(signer)
        except (ValueError, TypeError, InvalidSignature):
            return False
    return True
