"""Certificates of AWS Certificate Manager, as its clients see them."""

from __future__ import annotations

import os
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from seaway.core.balancer import Listener
from seaway.core.managed_certificate import ManagedCertificate
from seaway.core.moment import Moment
from seaway.reconcile import managed_certificates
from seaway.signing.certificates import are_chained
from tests.authorities import PCA, a_certificate, a_managed_certificate, an_authority
from tests.aws.wired import Wired


def settled(wired: Wired) -> None:
    """What the loop does with all there is."""
    with wired.store.transaction() as tx:
        for key in managed_certificates.all_keys(tx):
            managed_certificates.reconcile(tx, key, Moment(time.time(), os.urandom))


def refused(call: Any, code: str, words: str = "", /, **request: Any) -> None:
    with pytest.raises(ClientError) as caught:
        call(**request)
    error = caught.value.response["Error"]
    assert error["Code"] == code, error
    assert words in error["Message"]


def test_one_that_is_requested_is_issued_for_its_names(wired: Wired, client: Any) -> None:
    arn = client.request_certificate(
        DomainName="Pets.example",
        SubjectAlternativeNames=["*.pets.example"],
        ValidationMethod="DNS",
        Tags=[{"Key": "owner", "Value": "cats"}],
    )["CertificateArn"]
    waits = client.describe_certificate(CertificateArn=arn)["Certificate"]
    assert waits["Status"] == "PENDING_VALIDATION"
    refused(client.get_certificate, "RequestInProgressException", CertificateArn=arn)
    settled(wired)
    shown = client.describe_certificate(CertificateArn=arn)["Certificate"]
    assert (shown["Status"], shown["Type"]) == ("ISSUED", "AMAZON_ISSUED")
    assert shown["SubjectAlternativeNames"] == ["pets.example", "*.pets.example"]
    assert (shown["Subject"], shown["Issuer"]) == ("CN=pets.example", "Seaway")
    assert (shown["KeyAlgorithm"], shown["SignatureAlgorithm"]) == ("RSA_2048", "SHA256WITHECDSA")
    assert (shown["NotAfter"] - shown["NotBefore"]).days == 395
    (first, second) = shown["DomainValidationOptions"]
    assert first["ValidationStatus"] == "SUCCESS"
    assert first["ResourceRecord"] == second["ResourceRecord"]
    assert client.list_tags_for_certificate(CertificateArn=arn)["Tags"] == [
        {"Key": "owner", "Value": "cats"}
    ]
    got = client.get_certificate(CertificateArn=arn)
    assert got["Certificate"].startswith("-----BEGIN CERTIFICATE-----")
    assert are_chained((got["Certificate"] + got["CertificateChain"]).encode())


def test_the_same_token_gives_the_same_certificate(client: Any) -> None:
    asked = {"DomainName": "a.example", "IdempotencyToken": "once"}
    first = client.request_certificate(**asked)["CertificateArn"]
    assert client.request_certificate(**asked)["CertificateArn"] == first
    other = client.request_certificate(DomainName="a.example")["CertificateArn"]
    assert other != first


def test_a_private_authority_may_sign(wired: Wired, client: Any) -> None:
    wired.put(an_authority(not_after=9_999_999_999))
    arn = client.request_certificate(DomainName="a.example", CertificateAuthorityArn=PCA)
    settled(wired)
    shown = client.describe_certificate(CertificateArn=arn["CertificateArn"])["Certificate"]
    assert (shown["Type"], shown["CertificateAuthorityArn"]) == ("PRIVATE", PCA)
    assert (shown["Status"], shown["Issuer"]) == ("ISSUED", "ours")
    refused(
        client.request_certificate,
        "InvalidArnException",
        DomainName="a.example",
        CertificateAuthorityArn=PCA + "0",
    )


def test_what_is_not_built_is_refused_by_name(client: Any) -> None:
    for member, more in (
        ("ManagedBy", {"ManagedBy": "CLOUDFRONT"}),
        ("Export", {"Options": {"Export": "ENABLED"}}),
        (
            "CertificateTransparencyLoggingPreference",
            {"Options": {"CertificateTransparencyLoggingPreference": "ENABLED"}},
        ),
        ("ValidationMethod", {"ValidationMethod": "HTTP"}),
        ("key algorithms", {"KeyAlgorithm": "RSA_1024"}),
        (
            "DomainValidationOptions",
            {
                "DomainValidationOptions": [
                    {"DomainName": "a.example", "ValidationDomain": "a.example"}
                ]
            },
        ),
    ):
        refused(
            client.request_certificate,
            "InvalidParameterException",
            member,
            DomainName="a.example",
            **more,
        )


def an_import(*names: str) -> dict[str, bytes]:
    authority = an_authority()
    made = a_certificate(authority, "", *names)
    return {
        "Certificate": made.chain.encode(),
        "PrivateKey": made.key.encode(),
        "CertificateChain": (authority.certificate or "").encode(),
    }


def test_one_that_is_imported_is_shown_with_its_chain(client: Any) -> None:
    given = an_import("pets.example", "dogs.example")
    arn = client.import_certificate(**given)["CertificateArn"]
    shown = client.describe_certificate(CertificateArn=arn)["Certificate"]
    assert (shown["Status"], shown["Type"]) == ("ISSUED", "IMPORTED")
    assert shown["KeyAlgorithm"] == "EC_prime256v1"
    assert shown["SubjectAlternativeNames"] == ["pets.example", "dogs.example"]
    got = client.get_certificate(CertificateArn=arn)
    assert got["Certificate"].encode() == given["Certificate"]
    again = client.import_certificate(CertificateArn=arn, **an_import("pets.example"))
    assert again["CertificateArn"] == arn
    assert client.get_certificate(CertificateArn=arn)["Certificate"] != got["Certificate"]


def test_what_does_not_belong_together_is_not_imported(client: Any) -> None:
    one, two = an_import("a.example"), an_import("b.example")
    exception = "ValidationException"
    call = client.import_certificate
    refused(call, exception, "does not match", **one | {"PrivateKey": two["PrivateKey"]})
    refused(call, exception, "does not lead", **one | {"CertificateChain": two["CertificateChain"]})
    refused(call, exception, "not valid", **one | {"Certificate": b"nothing"})
    refused(call, exception, "not valid", **one | {"CertificateChain": b"nothing"})
    refused(call, exception, "not supported", **one | {"PrivateKey": b"nothing"})


def test_one_in_use_is_not_deleted(wired: Wired, client: Any) -> None:
    certificate = a_managed_certificate("a.example")
    listener = Listener(
        arn="l",
        load_balancer="arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/app/a/1",
        port=443,
        certificates=(certificate.arn,),
    )
    wired.put(certificate, listener)
    shown = client.describe_certificate(CertificateArn=certificate.arn)["Certificate"]
    assert shown["InUseBy"] == [listener.load_balancer]
    refused(
        client.delete_certificate,
        "ResourceInUseException",
        "is in use",
        CertificateArn=certificate.arn,
    )
    with wired.store.transaction() as tx:
        tx.drop(listener)
    client.delete_certificate(CertificateArn=certificate.arn)
    assert wired.all(ManagedCertificate) == []
    refused(
        client.describe_certificate, "ResourceNotFoundException", CertificateArn=certificate.arn
    )


def test_lists_have_pages_and_show_plain_keys_only_unless_asked(wired: Wired, client: Any) -> None:
    for number in range(3):
        wired.put(a_managed_certificate(f"{number}.example"))
    wired.put(a_managed_certificate("ec.example", key_algorithm="EC_prime256v1"))
    first = client.list_certificates(MaxItems=2)
    assert len(first["CertificateSummaryList"]) == 2
    rest = client.list_certificates(MaxItems=2, NextToken=first["NextToken"])
    assert [one["DomainName"] for one in rest["CertificateSummaryList"]] == ["2.example"]
    keyed = client.list_certificates(Includes={"keyTypes": ["EC_prime256v1"]})
    assert [one["DomainName"] for one in keyed["CertificateSummaryList"]] == ["ec.example"]
    none = client.list_certificates(CertificateStatuses=["EXPIRED"])
    assert none["CertificateSummaryList"] == []
    refused(client.list_certificates, "InvalidArgsException", NextToken="x")


def test_tags_are_put_and_taken_in_both_manners(wired: Wired, client: Any) -> None:
    arn = a_managed_certificate("a.example").arn
    wired.put(a_managed_certificate("a.example"))
    client.add_tags_to_certificate(CertificateArn=arn, Tags=[{"Key": "a", "Value": "1"}])
    client.tag_resource(ResourceArn=arn, Tags=[{"Key": "b", "Value": "2"}])
    client.remove_tags_from_certificate(CertificateArn=arn, Tags=[{"Key": "a", "Value": "other"}])
    assert len(client.list_tags_for_resource(ResourceArn=arn)["Tags"]) == 2
    client.remove_tags_from_certificate(CertificateArn=arn, Tags=[{"Key": "a"}])
    client.untag_resource(ResourceArn=arn, TagKeys=["b"])
    assert client.list_tags_for_certificate(CertificateArn=arn)["Tags"] == []
    refused(
        client.tag_resource,
        "InvalidTagException",
        ResourceArn=arn,
        Tags=[{"Key": "aws:x", "Value": "1"}],
    )


def test_only_the_validation_method_can_be_changed(wired: Wired, client: Any) -> None:
    arn = client.request_certificate(DomainName="a.example")["CertificateArn"]
    client.update_certificate_options(CertificateArn=arn, Options={"ValidationMethod": "DNS"})
    shown = client.describe_certificate(CertificateArn=arn)["Certificate"]
    assert shown["DomainValidationOptions"][0]["ValidationMethod"] == "DNS"
    refused(
        client.update_certificate_options,
        "InvalidParameterException",
        "Export",
        CertificateArn=arn,
        Options={"Export": "ENABLED"},
    )
