"""Certificate signing requests (PKCS #10)."""

from __future__ import annotations

from collections.abc import Iterable

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding

from seaway.core.authority import Subject
from seaway.signing.keys import digest, private
from seaway.signing.names import alternatives, distinguished
from seaway.signing.words import MalformedRequest


def new_request(
    key: str,
    subject: Subject,
    algorithm: str = "SHA256WITHECDSA",
    names: Iterable[str] = (),
) -> str:
    """A request (PEM) for a certificate of this key (PEM), with alternative names if any."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(distinguished(subject))
    named = tuple(names)
    if named:
        builder = builder.add_extension(alternatives(named), critical=not subject)
    return builder.sign(private(key), digest(algorithm)).public_bytes(Encoding.PEM).decode()


def read_request(pem: bytes) -> x509.CertificateSigningRequest:
    """A request out of its PEM. Raises MalformedRequest."""
    try:
        request = x509.load_pem_x509_csr(pem)
        sound = request.is_signature_valid
    except (ValueError, InvalidSignature, UnsupportedAlgorithm) as error:
        raise MalformedRequest(str(error)) from error
    if not sound:
        raise MalformedRequest("the request is not signed by its own key")
    return request
