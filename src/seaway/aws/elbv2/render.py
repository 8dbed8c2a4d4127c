"""Load balancing nouns as AWS shows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from seaway.aws.elbv2 import actions, conditions
from seaway.aws.instants import instant
from seaway.core.balancer import Action, Listener, LoadBalancer, Rule, Target, TargetGroup
from seaway.core.balancer import TargetState as State
from seaway.core.balancer_rules import NOT_IN_USE

if TYPE_CHECKING:
    from seaway.aws.shapes import elbv2 as shapes

HOSTED_ZONE = "Z35SXDOTRQ7X7K"
"""The hosted zone AWS's own load balancers in us-east-1 are in; clients only pass it on."""


def zones(balancer: LoadBalancer) -> list[shapes.AvailabilityZone]:
    """The zones a load balancer stands in."""
    held = dict(balancer.addresses)
    fixed = balancer.is_network and balancer.scheme == "internal"
    return [
        {
            "ZoneName": zone,
            "SubnetId": subnet,
            "LoadBalancerAddresses": [{"PrivateIPv4Address": held[subnet]}] if fixed else [],
        }
        for zone, subnet in balancer.zones
    ]


def load_balancer(balancer: LoadBalancer) -> shapes.LoadBalancer:
    """A load balancer as DescribeLoadBalancers shows it."""
    return {
        "LoadBalancerArn": balancer.arn,
        "DNSName": balancer.dns_name,
        "CanonicalHostedZoneId": HOSTED_ZONE,
        "CreatedTime": instant(balancer.created_at),
        "LoadBalancerName": balancer.name,
        "Scheme": balancer.scheme,
        "VpcId": balancer.vpc,
        "State": {"Code": balancer.state},
        "Type": balancer.type,
        "AvailabilityZones": zones(balancer),
        "SecurityGroups": list(balancer.security_groups),
        "IpAddressType": balancer.ip_address_type,
    }


def listener(port: Listener, default: Sequence[Action]) -> shapes.Listener:
    """A listener as DescribeListeners shows it; ``default`` are its default rule's actions."""
    shown: shapes.Listener = {
        "ListenerArn": port.arn,
        "LoadBalancerArn": port.load_balancer,
        "Port": port.port,
        "Protocol": port.protocol,
        "DefaultActions": [actions.render(action) for action in default],
    }
    if port.certificates:
        shown["Certificates"] = [{"CertificateArn": port.certificates[0]}]
        shown["SslPolicy"] = port.ssl_policy
    if port.protocol == "HTTPS":
        shown["MutualAuthentication"] = {"Mode": "off"}
    if port.alpn_policy:
        shown["AlpnPolicy"] = [port.alpn_policy]
    return shown


def rule(found: Rule) -> shapes.Rule:
    """A rule as DescribeRules shows it."""
    return {
        "RuleArn": found.arn,
        "Priority": "default" if found.priority is None else str(found.priority),
        "Conditions": [conditions.render(one) for one in found.conditions],
        "Actions": [actions.render(action) for action in found.actions],
        "IsDefault": found.priority is None,
    }


def target_group(group: TargetGroup, balancers: Sequence[str]) -> shapes.TargetGroup:
    """A target group as DescribeTargetGroups shows it; ``balancers`` use it."""
    check = group.check
    shown: shapes.TargetGroup = {
        "TargetGroupArn": group.arn,
        "TargetGroupName": group.name,
        "Protocol": group.protocol,
        "Port": group.port,
        "VpcId": group.vpc,
        "HealthCheckProtocol": check.protocol,
        "HealthCheckPort": check.port,
        "HealthCheckEnabled": check.enabled,
        "HealthCheckIntervalSeconds": check.interval,
        "HealthCheckTimeoutSeconds": check.timeout,
        "HealthyThresholdCount": check.healthy_threshold,
        "UnhealthyThresholdCount": check.unhealthy_threshold,
        "LoadBalancerArns": list(balancers),
        "TargetType": group.target_type,
        "IpAddressType": "ipv4",
    }
    if check.protocol != "TCP":
        grpc = group.protocol_version == "GRPC"
        shown["HealthCheckPath"] = check.path
        shown["Matcher"] = {"GrpcCode": check.matcher} if grpc else {"HttpCode": check.matcher}
    if group.protocol_version:
        shown["ProtocolVersion"] = group.protocol_version
    return shown


def target_health(
    target: Target, group: TargetGroup, in_use: bool
) -> shapes.TargetHealthDescription:
    """A target as DescribeTargetHealth shows it: unused while nothing forwards to its group."""
    state, reason, description = target.state.value, target.reason, target.description
    if not in_use and target.state is not State.DRAINING:
        state, (reason, description) = State.UNUSED.value, NOT_IN_USE
    health: shapes.TargetHealth = {"State": state}
    if reason and state != State.HEALTHY:
        health["Reason"] = reason
    if description and state != State.HEALTHY:
        health["Description"] = description
    named: shapes.TargetDescription = {"Id": target.id, "Port": target.port}
    if group.target_type == "ip" and target.zone:
        named["AvailabilityZone"] = target.zone
    port = str(target.port) if group.check.port == "traffic-port" else group.check.port
    return {"Target": named, "HealthCheckPort": port, "TargetHealth": health}
