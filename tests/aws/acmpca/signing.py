"""An authority's way to ACTIVE, as people go it with any client."""

from __future__ import annotations

from typing import Any

from seaway.core.authority import Subject
from seaway.signing import keys, requests

TEMPLATE = "arn:aws:acm-pca:::template/"
CONFIGURATION = {
    "KeyAlgorithm": "EC_prime256v1",
    "SigningAlgorithm": "SHA256WITHECDSA",
    "Subject": {"CommonName": "pets", "Organization": "Shop", "Country": "NL"},
}
CSR_SUBJECT: Subject = (("CommonName", "cats"),)


def created(pca: Any, kind: str = "ROOT", **more: Any) -> str:
    """The ARN of a new authority, which has no certificate yet."""
    given = {"CertificateAuthorityConfiguration": CONFIGURATION} | more
    return str(
        pca.create_certificate_authority(CertificateAuthorityType=kind, **given)[
            "CertificateAuthorityArn"
        ]
    )


def issued(
    pca: Any, signer: str, csr: str | bytes, template: str = "EndEntityCertificate/V1", **more: Any
) -> str:
    """The ARN of a certificate of a request."""
    given: dict[str, Any] = {
        "SigningAlgorithm": "SHA256WITHECDSA",
        "Validity": {"Type": "DAYS", "Value": 5},
        "TemplateArn": TEMPLATE + template,
    } | more
    return str(
        pca.issue_certificate(
            CertificateAuthorityArn=signer,
            Csr=csr if isinstance(csr, bytes) else csr.encode(),
            **given,
        )["CertificateArn"]
    )


def activated(pca: Any, **more: Any) -> str:
    """The ARN of a root that has signed itself."""
    root = created(pca, **more)
    csr = pca.get_certificate_authority_csr(CertificateAuthorityArn=root)["Csr"]
    validity = {"Type": "YEARS", "Value": 10}
    made = issued(pca, root, csr, "RootCACertificate/V1", Validity=validity)
    own = pca.get_certificate(CertificateAuthorityArn=root, CertificateArn=made)
    assert "CertificateChain" not in own
    pca.import_certificate_authority_certificate(
        CertificateAuthorityArn=root, Certificate=own["Certificate"].encode()
    )
    return root


def a_request(*names: str) -> tuple[str, str]:
    """A key and a request for it (PEM)."""
    key = keys.new_key()
    return key, requests.new_request(key, CSR_SUBJECT, names=names)


def status(pca: Any, arn: str) -> str:
    found = pca.describe_certificate_authority(CertificateAuthorityArn=arn)
    return str(found["CertificateAuthority"]["Status"])
