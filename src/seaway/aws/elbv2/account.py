"""What the account may have, and the security policies there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.elbv2 import limits, lookup
from seaway.aws.elbv2.errors import SSLPolicyNotFoundException
from seaway.aws.operation import operation
from seaway.core.ssl_policies import POLICIES
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import elbv2 as shapes


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
    for name in names:
        if name not in POLICIES:
            raise SSLPolicyNotFoundException("One or more SSL policies are not found")
    wanted = [policy for policy in POLICIES.values() if not names or policy.name in names]
    shown, following = lookup.paged(
        wanted, request.get("Marker"), request.get("PageSize"), f"policies {names}"
    )
    answer: shapes.DescribeSSLPoliciesOutput = {
        "SslPolicies": [
            {
                "Name": policy.name,
                "SslProtocols": list(policy.protocols),
                "Ciphers": [
                    {"Name": cipher, "Priority": rank}
                    for rank, cipher in enumerate(policy.ciphers, 1)
                ],
                "SupportedLoadBalancerTypes": ["application", "network"],
            }
            for policy in shown
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
