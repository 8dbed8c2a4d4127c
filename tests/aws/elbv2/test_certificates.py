"""Listeners that end TLS: which certificates they show, and by which policy."""

from __future__ import annotations

from typing import Any

import pytest

from seaway.core.managed_certificate import CertificateStatus
from tests.authorities import a_managed_certificate
from tests.aws.elbv2.network import FIXED, Balancing, refused
from tests.aws.elbv2.test_network import forward

HOME = "arn:aws:acm:us-east-1:000000000000:certificate"


def a_certificate(lb: Balancing, name: str, **fields: Any) -> str:
    certificate = a_managed_certificate(name, **fields)
    lb.wired.put(certificate)
    return certificate.arn


def shown_by(lb: Balancing, listener: str) -> list[tuple[str, bool]]:
    found = lb.client.describe_listener_certificates(ListenerArn=listener)["Certificates"]
    return [(one["CertificateArn"], one["IsDefault"]) for one in found]


def test_https_shows_its_certificate_and_policy(lb: Balancing) -> None:
    balancer, arn = lb.balancer()["LoadBalancerArn"], a_certificate(lb, "a.example")
    listener = lb.listener(balancer, 443, Protocol="HTTPS", Certificates=[{"CertificateArn": arn}])
    (shown,) = lb.client.describe_listeners(ListenerArns=[listener])["Listeners"]
    assert shown["Certificates"] == [{"CertificateArn": arn}]
    assert shown["SslPolicy"] == "ELBSecurityPolicy-2016-08"
    assert shown["MutualAuthentication"] == {"Mode": "off"}
    assert shown_by(lb, listener) == [(arn, True)]


def test_a_certificate_must_be_there_and_issued(lb: Balancing) -> None:
    balancer = lb.balancer()["LoadBalancerArn"]
    with refused("ValidationError", "A certificate must be specified for HTTPS"):
        lb.listener(balancer, 443, Protocol="HTTPS")
    missing = [{"CertificateArn": f"{HOME}/none"}]
    with refused("CertificateNotFound", "not found"):
        lb.listener(balancer, 443, Protocol="HTTPS", Certificates=missing)
    waits = a_certificate(lb, "w.example", status=CertificateStatus.PENDING_VALIDATION, signed=None)
    with refused("UnsupportedCertificate", "PENDING_VALIDATION"):
        lb.listener(balancer, 443, Protocol="HTTPS", Certificates=[{"CertificateArn": waits}])
    with refused("ValidationError", "only be specified for HTTPS and TLS"):
        lb.listener(balancer, 80, Certificates=missing)


def test_more_certificates_are_chosen_by_name(lb: Balancing) -> None:
    balancer = lb.balancer()["LoadBalancerArn"]
    one, two, three = (a_certificate(lb, f"{n}.example") for n in ("one", "two", "three"))
    listener = lb.listener(balancer, 443, Protocol="HTTPS", Certificates=[{"CertificateArn": one}])
    for arn in (two, three, two):
        added = lb.client.add_listener_certificates(
            ListenerArn=listener, Certificates=[{"CertificateArn": arn}]
        )
        assert added["Certificates"] == [{"CertificateArn": arn, "IsDefault": False}]
    assert shown_by(lb, listener) == [(one, True), (two, False), (three, False)]
    # Another default leaves the others.
    lb.client.modify_listener(
        ListenerArn=listener, Certificates=[{"CertificateArn": a_certificate(lb, "new.example")}]
    )
    lb.client.remove_listener_certificates(
        ListenerArn=listener, Certificates=[{"CertificateArn": two}]
    )
    assert shown_by(lb, listener) == [(f"{HOME}/new.example", True), (three, False)]
    with refused("OperationNotPermitted", "Default certificate cannot be removed"):
        lb.client.remove_listener_certificates(
            ListenerArn=listener, Certificates=[{"CertificateArn": f"{HOME}/new.example"}]
        )


def test_a_listener_may_begin_and_end_to_speak_tls(lb: Balancing) -> None:
    listener, arn = lb.a_listener(), a_certificate(lb, "a.example")
    with refused("ValidationError", "only be specified for HTTPS and TLS"):
        lb.client.add_listener_certificates(
            ListenerArn=listener, Certificates=[{"CertificateArn": arn}]
        )
    (shown,) = lb.client.modify_listener(
        ListenerArn=listener,
        Protocol="HTTPS",
        Certificates=[{"CertificateArn": arn}],
        SslPolicy="ELBSecurityPolicy-TLS13-1-2-2021-06",
    )["Listeners"]
    assert shown["SslPolicy"] == "ELBSecurityPolicy-TLS13-1-2-2021-06"
    (shown,) = lb.client.modify_listener(ListenerArn=listener, Protocol="HTTP")["Listeners"]
    assert "Certificates" not in shown


def test_what_is_not_known_or_not_built_is_refused_by_name(lb: Balancing) -> None:
    balancer, arn = lb.balancer()["LoadBalancerArn"], a_certificate(lb, "a.example")
    more: dict[str, Any] = {"Protocol": "HTTPS", "Certificates": [{"CertificateArn": arn}]}
    with refused("SSLPolicyNotFound", "'mine' not found"):
        lb.listener(balancer, 443, SslPolicy="mine", **more)
    with refused("InvalidConfigurationRequest", "MutualAuthentication"):
        lb.listener(balancer, 443, MutualAuthentication={"Mode": "passthrough"}, **more)
    with refused("ValidationError", "only be specified for TLS"):
        lb.listener(balancer, 443, AlpnPolicy=["HTTP2Only"], **more)
    wanted = [{"Type": "authenticate-oidc", "Order": 1}, *FIXED]
    with refused("InvalidConfigurationRequest", "authenticate-oidc"):
        lb.listener(balancer, 443, DefaultActions=wanted, **more)


@pytest.mark.parametrize("version", ["HTTP2", "GRPC"])
def test_newer_versions_to_targets_need_https(lb: Balancing, version: str) -> None:
    balancer, arn = lb.balancer()["LoadBalancerArn"], a_certificate(lb, "a.example")
    group = forward(lb.group(ProtocolVersion=version))
    with refused("IncompatibleProtocols", version):
        lb.listener(balancer, 80, DefaultActions=group)
    lb.listener(
        balancer,
        443,
        Protocol="HTTPS",
        Certificates=[{"CertificateArn": arn}],
        DefaultActions=group,
    )


def test_a_tls_listener_offers_what_its_policy_says(lb: Balancing) -> None:
    balancer, arn = lb.balancer(Type="network")["LoadBalancerArn"], a_certificate(lb, "a.example")
    more: dict[str, Any] = {
        "Protocol": "TLS",
        "Certificates": [{"CertificateArn": arn}],
        "DefaultActions": forward(lb.group(Protocol="TLS")),
    }
    with refused("ALPNPolicyNotFound", "must be one of"):
        lb.listener(balancer, 443, AlpnPolicy=["HTTP3Only"], **more)
    listener = lb.listener(balancer, 443, AlpnPolicy=["HTTP2Preferred"], **more)
    (shown,) = lb.client.describe_listeners(ListenerArns=[listener])["Listeners"]
    assert shown["AlpnPolicy"] == ["HTTP2Preferred"]
