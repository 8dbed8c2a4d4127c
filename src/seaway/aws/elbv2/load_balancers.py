"""Load balancers: create, show, change, delete."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.call import Call, here
from seaway.aws.elbv2 import attributes, limits, lookup, naming, render, tagging, zones
from seaway.aws.elbv2.errors import (
    DuplicateLoadBalancerNameException,
    InvalidConfigurationRequestException,
    LoadBalancerNotFoundException,
    OperationNotPermittedException,
    TooManyLoadBalancersException,
    ValidationError,
)
from seaway.aws.elbv2.security import security_groups_of
from seaway.aws.operation import operation
from seaway.core.balancer import Listener, LoadBalancer, Rule
from seaway.core.buckets import Bucket
from seaway.core.network import NetworkInterface
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import elbv2 as shapes

_MOST = {"application": limits.LOAD_BALANCERS, "network": limits.NETWORK_LOAD_BALANCERS}
"""How many of each type an account may have in a region."""


@operation("elbv2")
def create_load_balancer(
    tx: Transaction, call: Call, request: shapes.CreateLoadBalancerInput
) -> shapes.CreateLoadBalancerOutput:
    """A new load balancer, application or network, with an address in each of its subnets.

    It is ``provisioning`` until the proxy has taken it. Asking again with the same settings
    gives what is there.
    """
    _refuse_unbuilt(request)
    name = naming.checked_name(request["Name"], "The load balancer")
    if name.startswith("internal-"):
        raise ValidationError(f"The load balancer name '{name}' cannot begin with 'internal-'")
    scheme = request.get("Scheme", "internet-facing")
    tags = tagging.parse(request.get("Tags", []))
    kind = request.get("Type", "application")
    network = kind == "network"
    subnets = zones.subnets_of(tx, call, request, network=network)
    wished = zones.addresses_asked(request, subnets, scheme)
    asked = request.get("SecurityGroups")
    # A network load balancer that is made without security groups has none for ever.
    groups = () if network and not asked else security_groups_of(tx, call, subnets[0].vpc, asked)
    there = lookup.load_balancer_named(tx, call, name)
    if there is not None:
        wanted = tuple((subnet.zone, subnet.id) for subnet in subnets)
        return _same(there, (kind, scheme), wanted, groups)
    if sum(1 for lb in here(call, tx.where(LoadBalancer)) if lb.type == kind) >= _MOST[kind]:
        raise TooManyLoadBalancersException(
            f"The account can only have '{_MOST[kind]}' load balancers of type '{kind}'"
        )
    arn = naming.new_load_balancer_arn(call, name, kind)
    dns_name = naming.network_dns_name(arn, call.region)
    bare = LoadBalancer(
        arn=arn,
        name=name,
        dns_name=dns_name if network else naming.dns_name(call, name, scheme),
        type=kind,
        created_at=call.moment.now,
        scheme=scheme,
        security_groups=groups,
        tags=tags,
    )
    balancer = zones.settled(tx, call, bare, subnets, wished)
    tx.put(balancer)
    return {"LoadBalancers": [render.load_balancer(balancer)]}


@operation("elbv2")
def describe_load_balancers(
    tx: Transaction, call: Call, request: shapes.DescribeLoadBalancersInput
) -> shapes.DescribeLoadBalancersOutput:
    """Some load balancers by ARN or name, or all of them in pages."""
    arns, names = request.get("LoadBalancerArns"), request.get("Names")
    if arns and names:
        raise ValidationError("Load balancer names and load balancer ARNs cannot both be specified")
    if arns:
        found = [_by_arn(tx, call, arn) for arn in arns]
    elif names:
        found = [_by_name(tx, call, name) for name in names]
    else:
        found = here(call, tx.where(LoadBalancer))
    shown, following = lookup.paged(
        found, request.get("Marker"), request.get("PageSize"), f"lb {arns} {names}"
    )
    answer: shapes.DescribeLoadBalancersOutput = {
        "LoadBalancers": [render.load_balancer(one) for one in shown]
    }
    if following:
        answer["NextMarker"] = following
    return answer


@operation("elbv2")
def delete_load_balancer(
    tx: Transaction, call: Call, request: shapes.DeleteLoadBalancerInput
) -> shapes.DeleteLoadBalancerOutput:
    """Drop a load balancer with its listeners, rules and addresses; one not there is no error."""
    try:
        balancer = lookup.load_balancer(tx, request["LoadBalancerArn"])
    except LoadBalancerNotFoundException:
        return {}
    if dict(balancer.attributes).get("deletion_protection.enabled") == "true":
        raise OperationNotPermittedException(
            f"Load balancer '{balancer.arn}' cannot be deleted because deletion protection "
            "is enabled"
        )
    for port in tx.where(Listener, load_balancer=balancer.arn):
        for rule in tx.where(Rule, listener=port.arn):
            tx.drop(rule)
        tx.drop(port)
    zones.leave(tx, balancer)
    tx.drop(balancer)
    return {}


@operation("elbv2")
def describe_load_balancer_attributes(
    tx: Transaction, call: Call, request: shapes.DescribeLoadBalancerAttributesInput
) -> shapes.DescribeLoadBalancerAttributesOutput:
    """A load balancer's attributes, with AWS's defaults."""
    balancer = lookup.load_balancer(tx, request["LoadBalancerArn"])
    return {"Attributes": _attributes(balancer)}


@operation("elbv2")
def modify_load_balancer_attributes(
    tx: Transaction, call: Call, request: shapes.ModifyLoadBalancerAttributesInput
) -> shapes.ModifyLoadBalancerAttributesOutput:
    """Set some attributes; the others stay."""
    balancer = lookup.load_balancer(tx, request["LoadBalancerArn"])
    wanted = [(one.get("Key", ""), one.get("Value", "")) for one in request["Attributes"]]
    # Saying again what holds is no change, also for an internal load balancer's own default.
    holds = attributes.of_load_balancer(balancer)
    wanted = [pair for pair in wanted if pair not in holds]
    settings = attributes.of_type(balancer)
    held = attributes.changed(settings, balancer.attributes, wanted, "Load balancer")
    updated = replace(balancer, attributes=held)
    _check_logs(tx, updated)
    tx.put(updated)
    return {"Attributes": _attributes(updated)}


@operation("elbv2")
def set_subnets(
    tx: Transaction, call: Call, request: shapes.SetSubnetsInput
) -> shapes.SetSubnetsOutput:
    """Move a load balancer to other subnets of its VPC; addresses in kept subnets stay."""
    balancer = lookup.load_balancer(tx, request["LoadBalancerArn"])
    _refuse_address_type(request.get("IpAddressType"))
    if request.get("EnablePrefixForIpv6SourceNat"):
        raise InvalidConfigurationRequestException(
            "Seaway has not built EnablePrefixForIpv6SourceNat of SetSubnets; leave it out."
        )
    subnets = zones.subnets_of(tx, call, request, network=balancer.is_network)
    wished = zones.addresses_asked(request, subnets, balancer.scheme)
    if subnets[0].vpc != balancer.vpc:
        raise InvalidConfigurationRequestException(
            f"The subnets must be in the load balancer's VPC '{balancer.vpc}'"
        )
    updated = zones.settled(tx, call, balancer, subnets, wished)
    tx.put(updated)
    return {"AvailabilityZones": render.zones(updated), "IpAddressType": updated.ip_address_type}


@operation("elbv2")
def set_security_groups(
    tx: Transaction, call: Call, request: shapes.SetSecurityGroupsInput
) -> shapes.SetSecurityGroupsOutput:
    """Give a load balancer, and its interfaces, other security groups."""
    balancer = lookup.load_balancer(tx, request["LoadBalancerArn"])
    if request.get("EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"):
        raise InvalidConfigurationRequestException(
            "Seaway has not built PrivateLink "
            "(EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic); leave it out."
        )
    if balancer.is_network and not balancer.security_groups:
        raise InvalidConfigurationRequestException(
            "Security groups cannot be given to a Network Load Balancer that was made without"
        )
    groups = security_groups_of(tx, call, balancer.vpc, request["SecurityGroups"])
    tx.put(replace(balancer, security_groups=groups))
    for interface in tx.where(NetworkInterface, holder=balancer.arn):
        tx.put(replace(interface, security_groups=groups))
    return {"SecurityGroupIds": list(groups)}


@operation("elbv2")
def set_ip_address_type(
    tx: Transaction, call: Call, request: shapes.SetIpAddressTypeInput
) -> shapes.SetIpAddressTypeOutput:
    """Say that a load balancer has IPv4 addresses, which is all that is built."""
    lookup.load_balancer(tx, request["LoadBalancerArn"])
    _refuse_address_type(request["IpAddressType"])
    return {"IpAddressType": "ipv4"}


def _check_logs(tx: Transaction, balancer: LoadBalancer) -> None:
    bucket = balancer.attribute("access_logs.s3.bucket", "")
    if not balancer.logs_requests:
        return
    if not bucket:
        raise InvalidConfigurationRequestException(
            "The value of 'access_logs.s3.bucket' cannot be empty while access logs are enabled"
        )
    if tx.find(Bucket, bucket) is None:
        raise InvalidConfigurationRequestException(
            f"Access Denied for bucket: {bucket}. Please check S3bucket permission"
        )


def _attributes(balancer: LoadBalancer) -> list[shapes.LoadBalancerAttribute]:
    return [{"Key": key, "Value": value} for key, value in attributes.of_load_balancer(balancer)]


def _same(
    there: LoadBalancer,
    kind: tuple[str, str],
    wanted: tuple[tuple[str, str], ...],
    groups: tuple[str, ...],
) -> shapes.CreateLoadBalancerOutput:
    if ((there.type, there.scheme), set(there.zones), set(there.security_groups)) != (
        kind,
        set(wanted),
        set(groups),
    ):
        raise DuplicateLoadBalancerNameException(
            f"A load balancer with the same name '{there.name}' exists, but with different settings"
        )
    return {"LoadBalancers": [render.load_balancer(there)]}


def _by_arn(tx: Transaction, call: Call, arn: str) -> LoadBalancer:
    try:
        return lookup.load_balancer(tx, arn)
    except LoadBalancerNotFoundException:
        raise LoadBalancerNotFoundException(f"Load balancers '[{arn}]' not found") from None


def _by_name(tx: Transaction, call: Call, name: str) -> LoadBalancer:
    found = lookup.load_balancer_named(tx, call, name)
    if found is None:
        raise LoadBalancerNotFoundException(f"Load balancers '[{name}]' not found")
    return found


def _refuse_unbuilt(request: shapes.CreateLoadBalancerInput) -> None:
    kind = request.get("Type", "application")
    if kind not in _MOST:
        raise InvalidConfigurationRequestException(
            f"Seaway has not built load balancers of type '{kind}' yet; "
            "the type must be 'application' or 'network'."
        )
    _refuse_address_type(request.get("IpAddressType"))
    for member in ("CustomerOwnedIpv4Pool", "IpamPools", "EnablePrefixForIpv6SourceNat"):
        if request.get(member):
            raise InvalidConfigurationRequestException(
                f"Seaway has not built {member} of CreateLoadBalancer; leave it out."
            )


def _refuse_address_type(kind: str | None) -> None:
    if kind not in (None, "ipv4"):
        raise InvalidConfigurationRequestException(
            f"Seaway has not built the IP address type '{kind}' yet; it must be 'ipv4'."
        )
