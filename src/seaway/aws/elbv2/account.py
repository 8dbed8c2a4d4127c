"""What the account may have, and the security policies there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.elbv2 import limits, lookup
from seaway.aws.elbv2.errors import SSLPolicyNotFoundException
from seaway.aws.operation import operation
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import elbv2 as shapes

_TLS_1_3 = ("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256")
_GCM = (
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384",
)
_TLS_1_2 = (
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES128-SHA256",
    "ECDHE-RSA-AES128-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-AES256-SHA384",
    "ECDHE-RSA-AES256-SHA384",
)
_OLD = (
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES128-SHA256",
    "ECDHE-RSA-AES128-SHA256",
    "ECDHE-ECDSA-AES128-SHA",
    "ECDHE-RSA-AES128-SHA",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-AES256-SHA384",
    "ECDHE-RSA-AES256-SHA384",
    "ECDHE-RSA-AES256-SHA",
    "ECDHE-ECDSA-AES256-SHA",
    "AES128-GCM-SHA256",
    "AES128-SHA256",
    "AES128-SHA",
    "AES256-GCM-SHA384",
    "AES256-SHA256",
    "AES256-SHA",
)

SSL_POLICIES: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("ELBSecurityPolicy-2016-08", ("TLSv1", "TLSv1.1", "TLSv1.2"), _OLD),
    ("ELBSecurityPolicy-TLS13-1-2-2021-06", ("TLSv1.2", "TLSv1.3"), _TLS_1_3 + _TLS_1_2),
    ("ELBSecurityPolicy-TLS13-1-2-Res-2021-06", ("TLSv1.2", "TLSv1.3"), _TLS_1_3 + _GCM),
    ("ELBSecurityPolicy-TLS13-1-3-2021-06", ("TLSv1.3",), _TLS_1_3),
)
"""Name, protocols and ciphers (guide: security policies for your Application Load Balancer)."""


@operation("elbv2")
def describe_account_limits(
    tx: Transaction, call: Call, request: shapes.DescribeAccountLimitsInput
) -> shapes.DescribeAccountLimitsOutput:
    """The quotas that are kept here."""
    shown, following = lookup.paged(
        limits.ACCOUNT, request.get("Marker"), request.get("PageSize"), "limits"
    )
    answer: shapes.DescribeAccountLimitsOutput = {
        "Limits": [{"Name": name, "Max": str(most)} for name, most in shown]
    }
    if following:
        answer["NextMarker"] = following
    return answer


@operation("elbv2", "DescribeSSLPolicies")
def describe_ssl_policies(
    tx: Transaction, call: Call, request: shapes.DescribeSSLPoliciesInput
) -> shapes.DescribeSSLPoliciesOutput:
    """The security policies an HTTPS listener could name."""
    names = request.get("Names") or []
    known = {name for name, _, _ in SSL_POLICIES}
    for name in names:
        if name not in known:
            raise SSLPolicyNotFoundException("One or more SSL policies are not found")
    wanted = [policy for policy in SSL_POLICIES if not names or policy[0] in names]
    shown, following = lookup.paged(
        wanted, request.get("Marker"), request.get("PageSize"), f"policies {names}"
    )
    answer: shapes.DescribeSSLPoliciesOutput = {
        "SslPolicies": [
            {
                "Name": name,
                "SslProtocols": list(protocols),
                "Ciphers": [
                    {"Name": cipher, "Priority": rank} for rank, cipher in enumerate(ciphers, 1)
                ],
                "SupportedLoadBalancerTypes": ["application", "network"],
            }
            for name, protocols, ciphers in shown
        ]
    }
    if following:
        answer["NextMarker"] = following
    return answer


@operation("elbv2")
def describe_capacity_reservation(
    tx: Transaction, call: Call, request: shapes.DescribeCapacityReservationInput
) -> shapes.DescribeCapacityReservationOutput:
    """No capacity is ever reserved for a load balancer: the proxy has what the machine has."""
    lookup.load_balancer(tx, request["LoadBalancerArn"])
    return {"CapacityReservationState": []}
