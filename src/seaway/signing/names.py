"""Distinguished names and alternative names, between the API's words and X.509's."""

from __future__ import annotations

from collections.abc import Iterable

from cryptography import x509
from cryptography.x509.oid import NameOID

from seaway.core.authority import Subject

_OIDS = {
    "Country": NameOID.COUNTRY_NAME,
    "State": NameOID.STATE_OR_PROVINCE_NAME,
    "Locality": NameOID.LOCALITY_NAME,
    "Organization": NameOID.ORGANIZATION_NAME,
    "OrganizationalUnit": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "DistinguishedNameQualifier": NameOID.DN_QUALIFIER,
    "CommonName": NameOID.COMMON_NAME,
    "SerialNumber": NameOID.SERIAL_NUMBER,
    "Title": NameOID.TITLE,
    "Surname": NameOID.SURNAME,
    "GivenName": NameOID.GIVEN_NAME,
    "Initials": NameOID.INITIALS,
    "Pseudonym": NameOID.PSEUDONYM,
    "GenerationQualifier": NameOID.GENERATION_QUALIFIER,
}

ATTRIBUTES = tuple(_OIDS)
"""The attributes of a subject that are written into certificates, in their order there."""


def distinguished(subject: Subject) -> x509.Name:
    """A subject as X.509 has it."""
    given = dict(subject)
    return x509.Name(
        [x509.NameAttribute(oid, given[word]) for word, oid in _OIDS.items() if given.get(word)]
    )


def alternatives(names: Iterable[str]) -> x509.SubjectAlternativeName:
    """Alternative names: a URI if there is a scheme, else a DNS name."""
    return x509.SubjectAlternativeName(
        [x509.UniformResourceIdentifier(n) if "://" in n else x509.DNSName(n) for n in names]
    )
