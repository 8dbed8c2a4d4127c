"""Limits and security policies."""

from __future__ import annotations

from tests.aws.elbv2.network import Balancing, refused


def test_the_limits_are_those_that_are_kept(lb: Balancing) -> None:
    limits = {one["Name"]: one["Max"] for one in lb.client.describe_account_limits()["Limits"]}
    assert limits["rules-per-application-load-balancer"] == "100"
    assert limits["condition-values-per-alb-rule"] == "5"


def test_security_policies_are_found_by_name(lb: Balancing) -> None:
    every = lb.client.describe_ssl_policies()["SslPolicies"]
    assert "ELBSecurityPolicy-2016-08" in {policy["Name"] for policy in every}
    (one,) = lb.client.describe_ssl_policies(Names=["ELBSecurityPolicy-TLS13-1-3-2021-06"])[
        "SslPolicies"
    ]
    assert one["SslProtocols"] == ["TLSv1.3"]
    assert one["Ciphers"][0] == {"Name": "TLS_AES_128_GCM_SHA256", "Priority": 1}
    with refused("SSLPolicyNotFound"):
        lb.client.describe_ssl_policies(Names=["mine"])


def test_what_is_not_built_names_the_operation(lb: Balancing) -> None:
    with refused("InvalidAction", "DescribeTrustStores"):
        lb.client.describe_trust_stores()


def test_no_capacity_is_reserved(lb: Balancing) -> None:
    arn = lb.balancer()["LoadBalancerArn"]
    shown = lb.client.describe_capacity_reservation(LoadBalancerArn=arn)
    assert shown["CapacityReservationState"] == []
    assert "MinimumLoadBalancerCapacity" not in shown
