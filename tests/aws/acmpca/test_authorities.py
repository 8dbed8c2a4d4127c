"""Certificate authorities from their making to their end, through boto3."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cryptography import x509

from seaway.core.authority import OWN_AUTHORITY
from tests.authorities import an_authority
from tests.aws.acmpca.signing import CONFIGURATION, a_request, activated, created, issued, status
from tests.aws.members import input_shape, members, probe
from tests.aws.wired import Wired

DAY = 86400.0
NOW = 1_800_000_000.0


def code(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


def test_an_authority_is_described_as_it_was_made(pca: Any) -> None:
    arn = created(pca, Tags=[{"Key": "AmazonECSManaged", "Value": "true"}])
    found = pca.describe_certificate_authority(CertificateAuthorityArn=arn)["CertificateAuthority"]
    assert found.pop("CreatedAt") == found.pop("LastStateChangeAt")
    assert found == {
        "Arn": arn,
        "OwnerAccount": "000000000000",
        "Type": "ROOT",
        "Status": "PENDING_CERTIFICATE",
        "CertificateAuthorityConfiguration": CONFIGURATION,
        "RevocationConfiguration": {
            "CrlConfiguration": {"Enabled": False},
            "OcspConfiguration": {"Enabled": False},
        },
        "UsageMode": "GENERAL_PURPOSE",
    }
    assert arn.startswith("arn:aws:acm-pca:us-east-1:000000000000:certificate-authority/")


@pytest.mark.parametrize(
    ("key", "signing"),
    [
        ("RSA_2048", "SHA256WITHRSA"),
        ("EC_secp384r1", "SHA384WITHECDSA"),
        ("EC_prime256v1", "SHA512WITHECDSA"),
    ],
)
def test_each_key_algorithm_signs(pca: Any, key: str, signing: str) -> None:
    asked = CONFIGURATION | {"KeyAlgorithm": key, "SigningAlgorithm": signing}
    root = created(pca, CertificateAuthorityConfiguration=asked)
    csr = pca.get_certificate_authority_csr(CertificateAuthorityArn=root)["Csr"]
    made = issued(pca, root, csr, "RootCACertificate/V1", SigningAlgorithm=signing)
    body = pca.get_certificate(CertificateAuthorityArn=root, CertificateArn=made)["Certificate"]
    pca.import_certificate_authority_certificate(
        CertificateAuthorityArn=root, Certificate=body.encode()
    )
    assert status(pca, root) == "ACTIVE"


def test_algorithms_that_do_not_go_together_are_refused(pca: Any) -> None:
    asked = CONFIGURATION | {"SigningAlgorithm": "SHA256WITHRSA"}
    with pytest.raises(ClientError, match="does not go with") as error:
        created(pca, CertificateAuthorityConfiguration=asked)
    assert code(error) == "InvalidArgsException"


def test_a_token_makes_one_authority_for_five_minutes(wired: Wired) -> None:
    wired.now = NOW
    pca = wired.client("acm-pca")
    first = created(pca, IdempotencyToken="once")
    assert created(pca, IdempotencyToken="once") == first
    assert created(pca, IdempotencyToken="twice") != first
    wired.now = NOW + 301
    assert created(pca, IdempotencyToken="once") != first


def test_a_root_signs_itself_and_is_active_until_it_runs_out(wired: Wired) -> None:
    wired.now = NOW
    pca = wired.client("acm-pca")
    root = activated(pca)
    found = pca.describe_certificate_authority(CertificateAuthorityArn=root)["CertificateAuthority"]
    assert found["Status"] == "ACTIVE"
    assert found["NotBefore"].timestamp() == NOW - 3600
    assert found["NotAfter"].year - found["NotBefore"].year == 10
    assert int(found["Serial"]) > 0
    wired.now = found["NotAfter"].timestamp() + 1
    assert status(pca, root) == "EXPIRED"


def test_a_subordinate_is_signed_by_a_root_and_signs_with_its_chain(pca: Any) -> None:
    root = activated(pca)
    below = created(pca, "SUBORDINATE")
    csr = pca.get_certificate_authority_csr(CertificateAuthorityArn=below)["Csr"]
    made = issued(pca, root, csr, "SubordinateCACertificate_PathLen0/V1")
    got = pca.get_certificate(CertificateAuthorityArn=root, CertificateArn=made)
    with pytest.raises(ClientError) as error:
        pca.import_certificate_authority_certificate(
            CertificateAuthorityArn=below, Certificate=got["Certificate"].encode()
        )
    assert code(error) == "InvalidRequestException"
    other = activated(pca)
    chain = pca.get_certificate_authority_certificate(CertificateAuthorityArn=other)["Certificate"]
    with pytest.raises(ClientError) as error:
        pca.import_certificate_authority_certificate(
            CertificateAuthorityArn=below,
            Certificate=got["Certificate"].encode(),
            CertificateChain=chain.encode(),
        )
    assert code(error) == "CertificateMismatchException"
    pca.import_certificate_authority_certificate(
        CertificateAuthorityArn=below,
        Certificate=got["Certificate"].encode(),
        CertificateChain=got["CertificateChain"].encode(),
    )
    own = pca.get_certificate_authority_certificate(CertificateAuthorityArn=below)
    root_own = pca.get_certificate_authority_certificate(CertificateAuthorityArn=root)
    assert own["CertificateChain"] == root_own["Certificate"]
    _, csr = a_request("cats.pets")
    leaf = issued(pca, below, csr, Validity={"Type": "DAYS", "Value": 1})
    shown = pca.get_certificate(CertificateAuthorityArn=below, CertificateArn=leaf)
    assert shown["CertificateChain"] == own["Certificate"] + own["CertificateChain"]
    with pytest.raises(ClientError, match="longer path") as error:
        issued(pca, below, csr, "SubordinateCACertificate_PathLen0/V1")
    assert code(error) == "InvalidArgsException"


def test_a_certificate_for_another_key_or_of_no_authority_is_not_taken(pca: Any) -> None:
    root, pending = activated(pca), created(pca)
    own = pca.get_certificate_authority_certificate(CertificateAuthorityArn=root)["Certificate"]
    for given, expected in (
        (own.encode(), "CertificateMismatchException"),
        (b"no certificate", "MalformedCertificateException"),
        (2 * own.encode(), "MalformedCertificateException"),
    ):
        with pytest.raises(ClientError) as error:
            pca.import_certificate_authority_certificate(
                CertificateAuthorityArn=pending, Certificate=given
            )
        assert code(error) == expected
    assert status(pca, pending) == "PENDING_CERTIFICATE"


def test_a_pending_authority_has_no_certificate_and_signs_nothing(pca: Any) -> None:
    arn = created(pca)
    _, csr = a_request()
    with pytest.raises(ClientError) as error:
        pca.get_certificate_authority_certificate(CertificateAuthorityArn=arn)
    assert code(error) == "InvalidStateException"
    with pytest.raises(ClientError) as error:
        issued(pca, arn, csr)
    assert code(error) == "InvalidStateException"


def test_an_authority_is_disabled_deleted_restored(wired: Wired) -> None:
    wired.now = NOW
    pca = wired.client("acm-pca")
    root = activated(pca)
    _, csr = a_request()

    def refused(ask: Any, **given: Any) -> str:
        with pytest.raises(ClientError) as error:
            ask(CertificateAuthorityArn=root, **given)
        return code(error)

    assert refused(pca.delete_certificate_authority) == "InvalidStateException"
    assert refused(pca.restore_certificate_authority) == "InvalidStateException"
    pca.update_certificate_authority(CertificateAuthorityArn=root, Status="DISABLED")
    with pytest.raises(ClientError) as error:
        issued(pca, root, csr)
    assert code(error) == "InvalidStateException"
    pca.delete_certificate_authority(CertificateAuthorityArn=root, PermanentDeletionTimeInDays=7)
    found = pca.describe_certificate_authority(CertificateAuthorityArn=root)["CertificateAuthority"]
    assert found["Status"] == "DELETED"
    assert found["RestorableUntil"].timestamp() == NOW + 7 * DAY
    assert refused(pca.update_certificate_authority, Status="ACTIVE") == "InvalidStateException"
    assert refused(pca.list_tags) == "InvalidStateException"
    pca.restore_certificate_authority(CertificateAuthorityArn=root)
    assert status(pca, root) == "DISABLED"
    pca.update_certificate_authority(CertificateAuthorityArn=root, Status="ACTIVE")
    issued(pca, root, csr)
    assert refused(pca.update_certificate_authority, Status="EXPIRED") == "InvalidArgsException"


def test_authorities_are_listed_in_pages_and_only_the_callers(wired: Wired) -> None:
    pca = wired.client("acm-pca")
    made = [created(pca) for _ in range(3)]
    pages = pca.get_paginator("list_certificate_authorities").paginate(
        PaginationConfig={"PageSize": 2}
    )
    shown = [[one["Arn"] for one in page["CertificateAuthorities"]] for page in pages]
    assert shown == [made[:2], made[2:]]
    assert not pca.list_certificate_authorities(ResourceOwner="OTHER_ACCOUNTS")[
        "CertificateAuthorities"
    ]
    elsewhere = wired.client("acm-pca", "eu-west-1")
    assert not elsewhere.list_certificate_authorities()["CertificateAuthorities"]
    with pytest.raises(ClientError) as error:
        pca.list_certificate_authorities(NextToken="mine")
    assert code(error) == "InvalidNextTokenException"


def test_seaways_own_authority_is_its_own_business(wired: Wired) -> None:
    wired.put(replace(an_authority(), arn=OWN_AUTHORITY, own=True))
    pca = wired.client("acm-pca")
    assert not pca.list_certificate_authorities()["CertificateAuthorities"]


def test_tags_are_put_listed_and_taken_off(pca: Any) -> None:
    arn = created(pca, Tags=[{"Key": "team", "Value": "cats"}])
    pca.tag_certificate_authority(
        CertificateAuthorityArn=arn,
        Tags=[{"Key": "AmazonECSManaged", "Value": "true"}, {"Key": "team", "Value": "dogs"}],
    )
    pca.untag_certificate_authority(
        CertificateAuthorityArn=arn, Tags=[{"Key": "team", "Value": "cats"}]
    )
    assert pca.list_tags(CertificateAuthorityArn=arn)["Tags"] == [
        {"Key": "team", "Value": "dogs"},
        {"Key": "AmazonECSManaged", "Value": "true"},
    ]
    pca.untag_certificate_authority(CertificateAuthorityArn=arn, Tags=[{"Key": "team"}])
    assert len(pca.list_tags(CertificateAuthorityArn=arn)["Tags"]) == 1
    with pytest.raises(ClientError) as error:
        pca.tag_certificate_authority(
            CertificateAuthorityArn=arn, Tags=[{"Key": "aws:mine", "Value": ""}]
        )
    assert code(error) == "InvalidTagException"
    many = [{"Key": str(number), "Value": ""} for number in range(50)]
    with pytest.raises(ClientError) as error:
        pca.tag_certificate_authority(CertificateAuthorityArn=arn, Tags=many)
    assert code(error) == "TooManyTagsException"


def test_what_is_not_there_is_said_to_be_missing(pca: Any) -> None:
    known = "arn:aws:acm-pca:us-east-1:000000000000:certificate-authority/none"
    strange = "arn:aws:acm-pca:us-east-1:000000000000:something/else"
    for arn, expected in (
        (known, "ResourceNotFoundException"),
        (strange, "InvalidArnException"),
    ):
        with pytest.raises(ClientError) as error:
            pca.describe_certificate_authority(CertificateAuthorityArn=arn)
        assert code(error) == expected


# Nothing is ignored

NOT_BUILT = (
    "CertificateAuthorityConfiguration.CsrExtensions",
    "CertificateAuthorityConfiguration.Subject.CustomAttributes",
    "RevocationConfiguration.CrlConfiguration",
    "RevocationConfiguration.OcspConfiguration",
    "KeyStorageSecurityStandard",
)


REFUSED = [
    path
    for path in members(input_shape("acm-pca", "CreateCertificateAuthority"))
    if path.startswith(NOT_BUILT)
]


@pytest.mark.parametrize("path", REFUSED)
def test_what_is_not_built_is_refused_by_name(pca: Any, path: str) -> None:
    shape = input_shape("acm-pca", "CreateCertificateAuthority")
    base = {
        "CertificateAuthorityType": "ROOT",
        "CertificateAuthorityConfiguration": CONFIGURATION,
    }
    text = json.dumps(probe(shape, base, path, _some(path)))
    request = json.loads(re.sub(r'("(?:ObjectIdentifier|TypeId)": )"probe"', r'\1"1.2.3"', text))
    with pytest.raises(ClientError, match="is not built in Seaway") as error:
        pca.create_certificate_authority(**request)
    told = error.value.response["Error"]["Message"].split(" ")[0]
    named = told.split(".")[-1]
    assert named in path
    assert not pca.list_certificate_authorities()["CertificateAuthorities"]


def _some(path: str) -> Any:
    """A value the model's patterns allow."""
    last = path.rsplit(".", 1)[-1]
    return {
        "KeyStorageSecurityStandard": "FIPS_140_2_LEVEL_3_OR_HIGHER",
        "ObjectIdentifier": "1.2.3",
        "CustomObjectIdentifier": "1.2.3",
        "TypeId": "1.2.3",
        "RegisteredId": "1.2.3",
        "Country": "NL",
        "AccessMethodType": "CA_REPOSITORY",
        "S3ObjectAcl": "PUBLIC_READ",
        "CrlType": "COMPLETE",
        "GenerationQualifier": "x",
    }.get(last)


SUBJECT = "CertificateAuthorityConfiguration.Subject."
ATTRIBUTES = sorted(
    path.removeprefix(SUBJECT)
    for path in members(input_shape("acm-pca", "CreateCertificateAuthority"))
    if path.startswith(SUBJECT) and "CustomAttributes" not in path
)


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_each_attribute_of_a_subject_is_shown_and_is_in_the_request(pca: Any, name: str) -> None:
    value = {"Country": "NL", "GenerationQualifier": "III", "Initials": "ab"}.get(name, "probe")
    asked = CONFIGURATION | {"Subject": {name: value}}
    arn = created(pca, CertificateAuthorityConfiguration=asked)
    found = pca.describe_certificate_authority(CertificateAuthorityArn=arn)["CertificateAuthority"]
    assert found["CertificateAuthorityConfiguration"]["Subject"] == {name: value}
    csr = pca.get_certificate_authority_csr(CertificateAuthorityArn=arn)["Csr"]
    (attribute,) = x509.load_pem_x509_csr(csr.encode()).subject
    assert attribute.value == value
