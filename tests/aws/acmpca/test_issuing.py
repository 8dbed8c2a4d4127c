"""Certificates that an authority signs, through boto3."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.aws.acmpca.signing import TEMPLATE, a_request, activated, created, issued
from tests.aws.members import input_shape, members, probe
from tests.aws.wired import Wired

NOW = 1_800_000_000.0
DAY = 86400.0


def code(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


def read(pca: Any, root: str, arn: str) -> x509.Certificate:
    got = pca.get_certificate(CertificateAuthorityArn=root, CertificateArn=arn)
    return x509.load_pem_x509_certificate(got["Certificate"].encode())


def test_a_certificate_says_what_its_request_says_and_is_signed_by_the_authority(pca: Any) -> None:
    root = activated(pca)
    _, csr = a_request("cats.pets", "spiffe://seaway/default/cats")
    arn = issued(pca, root, csr)
    made = read(pca, root, arn)
    asked = x509.load_pem_x509_csr(csr.encode())
    assert made.public_key() == asked.public_key()
    assert made.subject == asked.subject
    names = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["cats.pets"]
    usage = made.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert set(usage) == {ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH}
    basic = made.extensions.get_extension_for_class(x509.BasicConstraints)
    assert not basic.value.ca
    assert basic.critical
    own = pca.get_certificate_authority_certificate(CertificateAuthorityArn=root)["Certificate"]
    made.verify_directly_issued_by(x509.load_pem_x509_certificate(own.encode()))
    assert arn.rsplit("/", 1)[-1] == f"{made.serial_number:032x}"


@pytest.mark.parametrize(
    ("template", "usages"),
    [
        ("EndEntityServerAuthCertificate/V1", {ExtendedKeyUsageOID.SERVER_AUTH}),
        ("EndEntityClientAuthCertificate/V1", {ExtendedKeyUsageOID.CLIENT_AUTH}),
        ("CodeSigningCertificate/V1", {ExtendedKeyUsageOID.CODE_SIGNING}),
        ("OCSPSigningCertificate/V1", {ExtendedKeyUsageOID.OCSP_SIGNING}),
    ],
)
def test_a_template_says_what_a_certificate_is_for(
    pca: Any, template: str, usages: set[x509.ObjectIdentifier]
) -> None:
    root = activated(pca)
    made = read(pca, root, issued(pca, root, a_request()[1], template))
    assert set(made.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value) == usages


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("DAYS", 5, NOW + 5 * DAY),
        ("MONTHS", 13, datetime(2028, 2, 15, 8, tzinfo=UTC).timestamp()),
        ("YEARS", 2, datetime(2029, 1, 15, 8, tzinfo=UTC).timestamp()),
        ("ABSOLUTE", int(NOW) + 77, NOW + 77),
        ("END_DATE", 20280131120000, datetime(2028, 1, 31, 12, tzinfo=UTC).timestamp()),
        ("END_DATE", 280131120000, datetime(2028, 1, 31, 12, tzinfo=UTC).timestamp()),
    ],
)
def test_validity_is_said_in_each_way(wired: Wired, kind: str, value: int, expected: float) -> None:
    wired.now = NOW
    pca = wired.client("acm-pca")
    root = activated(pca)
    validity = {"Type": kind, "Value": value}
    made = read(pca, root, issued(pca, root, a_request()[1], Validity=validity))
    assert made.not_valid_before_utc.timestamp() == NOW - 3600
    assert made.not_valid_after_utc.timestamp() == expected


def test_it_may_begin_at_a_certain_time(wired: Wired) -> None:
    wired.now = NOW
    pca = wired.client("acm-pca")
    root = activated(pca)
    begin = {"Type": "ABSOLUTE", "Value": int(NOW) + 60}
    made = read(pca, root, issued(pca, root, a_request()[1], ValidityNotBefore=begin))
    assert made.not_valid_before_utc.timestamp() == NOW + 60
    with pytest.raises(ClientError, match="ABSOLUTE") as error:
        issued(pca, root, a_request()[1], ValidityNotBefore={"Type": "DAYS", "Value": 1})
    assert code(error) == "InvalidArgsException"


def test_no_certificate_lives_longer_than_its_authority(pca: Any) -> None:
    root = activated(pca)
    with pytest.raises(ClientError, match="exceeds the certificate authority validity") as error:
        issued(pca, root, a_request()[1], Validity={"Type": "YEARS", "Value": 11})
    assert code(error) == "ValidationException"
    with pytest.raises(ClientError, match="over before it begins"):
        issued(pca, root, a_request()[1], Validity={"Type": "ABSOLUTE", "Value": 5})
    with pytest.raises(ClientError, match="not a date"):
        issued(pca, root, a_request()[1], Validity={"Type": "END_DATE", "Value": 20281399000000})


def test_a_short_lived_authority_signs_for_seven_days_at_most(pca: Any) -> None:
    root = activated(pca, UsageMode="SHORT_LIVED_CERTIFICATE")
    issued(pca, root, a_request()[1], Validity={"Type": "DAYS", "Value": 7})
    with pytest.raises(ClientError, match="7 days") as error:
        issued(pca, root, a_request()[1], Validity={"Type": "DAYS", "Value": 8})
    assert code(error) == "ValidationException"


def test_a_broken_request_is_malformed(pca: Any) -> None:
    root = activated(pca)
    _, csr = a_request()
    lines = csr.splitlines()
    lines[-2] = lines[-2][::-1]
    for given in (b"nothing", "\n".join(lines).encode()):
        with pytest.raises(ClientError) as error:
            issued(pca, root, given)
        assert code(error) == "MalformedCSRException"


def test_a_roots_template_is_for_a_roots_own_request(pca: Any) -> None:
    below = created(pca, "SUBORDINATE")
    for signer in (created(pca), below):
        with pytest.raises(ClientError) as error:
            issued(pca, signer, a_request()[1], "RootCACertificate/V1")
        assert code(error) == "InvalidArgsException"


def test_a_token_signs_once(wired: Wired) -> None:
    wired.now = NOW
    pca = wired.client("acm-pca")
    root = activated(pca)
    _, csr = a_request()
    first = issued(pca, root, csr, IdempotencyToken="once")
    assert issued(pca, root, csr, IdempotencyToken="once") == first
    assert issued(pca, root, csr) != first
    wired.now += 301
    assert issued(pca, root, csr, IdempotencyToken="once") != first


def test_a_certificate_is_revoked_once_by_its_serial_number(pca: Any) -> None:
    root = activated(pca)
    serial = f"{read(pca, root, issued(pca, root, a_request()[1])).serial_number:032x}"
    written = ":".join(serial[at : at + 2] for at in range(0, 32, 2))
    given = {"CertificateAuthorityArn": root, "RevocationReason": "SUPERSEDED"}
    pca.revoke_certificate(CertificateSerial=written, **given)
    with pytest.raises(ClientError) as error:
        pca.revoke_certificate(CertificateSerial=serial, **given)
    assert code(error) == "RequestAlreadyProcessedException"
    with pytest.raises(ClientError) as error:
        pca.revoke_certificate(CertificateSerial="00:01", **given)
    assert code(error) == "ResourceNotFoundException"
    own = pca.get_certificate_authority_certificate(CertificateAuthorityArn=root)["Certificate"]
    root_serial = x509.load_pem_x509_certificate(own.encode()).serial_number
    with pytest.raises(ClientError) as error:
        pca.revoke_certificate(CertificateSerial=f"{root_serial:x}", **given)
    assert code(error) == "InvalidRequestException"


def test_another_authoritys_certificate_is_not_shown(pca: Any) -> None:
    root, other = activated(pca), activated(pca)
    made = issued(pca, root, a_request()[1])
    for arn, expected in (
        (made, "InvalidArnException"),
        (f"{other}/certificate/none", "ResourceNotFoundException"),
    ):
        with pytest.raises(ClientError) as error:
            pca.get_certificate(CertificateAuthorityArn=other, CertificateArn=arn)
        assert code(error) == expected


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("TemplateArn", TEMPLATE + "EndEntityCertificate_CSRPassthrough/V1"),
        ("SigningAlgorithm", "SHA256WITHRSA_PSS"),
        ("SigningAlgorithm", "ML_DSA_44"),
    ],
)
def test_what_is_not_built_is_refused_by_name(pca: Any, member: str, value: str) -> None:
    root = activated(pca)
    with pytest.raises(ClientError, match=f"{member} .* is not built in Seaway") as error:
        issued(pca, root, a_request()[1], **{member: value})
    assert code(error) == "InvalidArgsException"


PASSED = [
    path
    for path in members(input_shape("acm-pca", "IssueCertificate"))
    if path in ("ApiPassthrough.Subject.CommonName", "ApiPassthrough.Extensions.KeyUsage.CRLSign")
]


@pytest.mark.parametrize("path", PASSED)
def test_what_would_be_passed_through_is_refused(pca: Any, path: str) -> None:
    root = activated(pca)
    base = {
        "CertificateAuthorityArn": root,
        "Csr": a_request()[1].encode(),
        "SigningAlgorithm": "SHA256WITHECDSA",
        "Validity": {"Type": "DAYS", "Value": 5},
    }
    request = probe(input_shape("acm-pca", "IssueCertificate"), base, path)
    with pytest.raises(ClientError, match="ApiPassthrough is not built in Seaway"):
        pca.issue_certificate(**request)
