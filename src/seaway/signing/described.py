"""What stands in a certificate, in the words AWS Certificate Manager shows it with."""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509.oid import NameOID

from seaway.core.managed_certificate import Signed
from seaway.signing.words import MalformedCertificate

_CURVES = {
    "secp256r1": "EC_prime256v1",
    "secp384r1": "EC_secp384r1",
    "secp521r1": "EC_secp521r1",
}


def described(body: str, chain: str, key: str) -> Signed:
    """A certificate with its chain and key (PEM texts). Raises MalformedCertificate."""
    found = _loaded(body)
    return Signed(
        body=found.public_bytes(Encoding.PEM).decode(),
        chain=chain,
        key=key,
        serial=_pairs(found.serial_number),
        subject=found.subject.rfc4514_string(),
        issuer=_issuer(found),
        signature_algorithm=_signature(found),
        not_before=found.not_valid_before_utc.timestamp(),
        not_after=found.not_valid_after_utc.timestamp(),
    )


def names_in(body: str) -> tuple[str, ...]:
    """The names a certificate (PEM) is for: its common name, then the DNS names it has besides."""
    found = _loaded(body)
    common = [str(a.value) for a in found.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    try:
        told = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        common += told.get_values_for_type(x509.DNSName)
    except x509.ExtensionNotFound:
        pass
    return tuple(dict.fromkeys(common))


def key_algorithm_in(body: str) -> str:
    """The algorithm of a certificate's key (API: KeyAlgorithm). Raises MalformedCertificate."""
    key = _loaded(body).public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA_{key.key_size}"
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in _CURVES:
        return _CURVES[key.curve.name]
    raise MalformedCertificate("the key's algorithm is not supported")


def is_open_key(key: str) -> bool:
    """Whether the text is a private key (PEM) that no passphrase guards."""
    try:
        load_pem_private_key(key.encode(), None)
    except (ValueError, TypeError):
        return False
    return True


def _loaded(body: str) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(body.encode())
    except ValueError as error:
        raise MalformedCertificate(str(error)) from error


def _pairs(number: int) -> str:
    digits = f"{number:x}"
    digits = digits.zfill(len(digits) + len(digits) % 2)
    return ":".join(digits[i : i + 2] for i in range(0, len(digits), 2))


def _issuer(found: x509.Certificate) -> str:
    """ACM shows the organisation, or else the common name, of who signed."""
    for oid in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME):
        for attribute in found.issuer.get_attributes_for_oid(oid):
            return str(attribute.value)
    return found.issuer.rfc4514_string()


def _signature(found: x509.Certificate) -> str:
    name = found.signature_hash_algorithm
    kind = "ECDSA" if "ecdsa" in found.signature_algorithm_oid._name.lower() else "RSA"
    return f"{(name.name if name else 'none').upper()}WITH{kind}"
