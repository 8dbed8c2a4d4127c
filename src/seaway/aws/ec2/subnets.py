"""Subnets: ranges of a VPC in one zone each."""

from __future__ import annotations

import ipaddress
from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.ec2 import errors
from seaway.aws.ec2.defaults import make_subnet
from seaway.aws.ec2.filters import answered, chosen, paged
from seaway.aws.ec2.lookup import asked, need
from seaway.aws.ec2.tags import shown, specified
from seaway.aws.ec2.vpcs import parse_range
from seaway.aws.operation import operation
from seaway.core.network import Subnet, Vpc
from seaway.core.places import zones_of
from seaway.core.routing import NatGateway, RouteTableAssociation
from seaway.store.addresses import taken_addresses
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import ec2 as shapes


@operation("ec2")
def create_subnet(
    tx: Transaction, call: Call, request: shapes.CreateSubnetRequest
) -> shapes.CreateSubnetResult:
    """Make a subnet inside its VPC's range (EC2 API: CreateSubnet); IPv6 is not built."""
    for member in ("Ipv6CidrBlock", "Ipv6Native", "OutpostArn", "Ipv4IpamPoolId"):
        if request.get(member):
            raise errors.UnsupportedOperation(f"{member} is not supported by Seaway yet.")
    vpc = need(tx, call, Vpc, request.get("VpcId"))
    if not request.get("CidrBlock"):
        raise errors.MissingParameter("Either 'cidrBlock' or 'ipv6CidrBlock' should be provided.")
    cidr = _free_range(tx, vpc, request["CidrBlock"])
    subnet = make_subnet(
        tx,
        vpc,
        cidr,
        _zone(tx, call, vpc, request),
        call.moment,
        tags=specified(request.get("TagSpecifications"), "subnet"),
    )
    return {"Subnet": render_subnet(tx, subnet)}


def _free_range(tx: Transaction, vpc: Vpc, text: str) -> str:
    network = parse_range(text)
    inside = network.subnet_of(ipaddress.IPv4Network(vpc.cidr))
    if not inside or not 16 <= network.prefixlen <= 28:
        raise errors.SubnetRange(f"The CIDR '{text}' is invalid.")
    for other in tx.where(Subnet, vpc=vpc.id):
        if network.overlaps(ipaddress.IPv4Network(other.cidr)):
            raise errors.SubnetConflict(f"The CIDR '{text}' conflicts with another subnet")
    return str(network)


def _zone(
    tx: Transaction, call: Call, vpc: Vpc, request: shapes.CreateSubnetRequest
) -> tuple[str, str]:
    zones = zones_of(call.region)
    name, zone_id = request.get("AvailabilityZone"), request.get("AvailabilityZoneId")
    if not name and not zone_id:
        # AWS picks for itself; here the zone with the fewest subnets, so that they spread.
        held = [subnet.zone for subnet in tx.where(Subnet, vpc=vpc.id)]
        return min(zones, key=lambda zone: held.count(zone[0]))
    for zone in zones:
        if name == zone[0] or zone_id == zone[1]:
            return zone
    names = ", ".join(zone[0] for zone in zones)
    raise errors.InvalidParameterValue(
        f"Value ({name or zone_id}) for parameter availabilityZone is invalid. "
        f"Subnets can currently only be created in the following availability zones: {names}."
    )


@operation("ec2")
def describe_subnets(
    tx: Transaction, call: Call, request: shapes.DescribeSubnetsRequest
) -> shapes.DescribeSubnetsResult:
    """EC2 API: DescribeSubnets."""
    subnets = asked(tx, call, Subnet, request.get("SubnetIds"))
    found = chosen(subnets, request.get("Filters"), _facts)
    some, token = paged(found, request, "DescribeSubnets")
    result: shapes.DescribeSubnetsResult = answered(
        "Subnets", [render_subnet(tx, subnet) for subnet in some], token
    )
    return result


def _facts(subnet: Subnet) -> dict[str, object]:
    return {
        "subnet-id": subnet.id,
        "subnet-arn": subnet.arn,
        "vpc-id": subnet.vpc,
        "availability-zone": subnet.zone,
        "availabilityZone": subnet.zone,
        "availability-zone-id": subnet.zone_id,
        "availabilityZoneId": subnet.zone_id,
        "cidr": subnet.cidr,
        "cidr-block": subnet.cidr,
        "cidrBlock": subnet.cidr,
        "default-for-az": subnet.is_default,
        "defaultForAz": subnet.is_default,
        "map-public-ip-on-launch": subnet.map_public_ip,
        "owner-id": subnet.owner,
        "state": "available",
    }


def render_subnet(tx: Transaction, subnet: Subnet) -> shapes.Subnet:
    """A subnet as EC2 shows it; five addresses are always AWS's own."""
    size = ipaddress.IPv4Network(subnet.cidr).num_addresses
    return {
        "SubnetId": subnet.id,
        "SubnetArn": subnet.arn,
        "VpcId": subnet.vpc,
        "OwnerId": subnet.owner,
        "State": "available",
        "CidrBlock": subnet.cidr,
        "AvailabilityZone": subnet.zone,
        "AvailabilityZoneId": subnet.zone_id,
        "AvailableIpAddressCount": size - 5 - len(taken_addresses(tx, subnet.id)),
        "DefaultForAz": subnet.is_default,
        "MapPublicIpOnLaunch": subnet.map_public_ip,
        "MapCustomerOwnedIpOnLaunch": False,
        "AssignIpv6AddressOnCreation": False,
        "Ipv6CidrBlockAssociationSet": [],
        "EnableDns64": False,
        "Ipv6Native": False,
        "PrivateDnsNameOptionsOnLaunch": {
            "HostnameType": "ip-name",
            "EnableResourceNameDnsARecord": False,
            "EnableResourceNameDnsAAAARecord": False,
        },
        "Tags": shown(subnet.tags),
    }


@operation("ec2")
def modify_subnet_attribute(
    tx: Transaction, call: Call, request: shapes.ModifySubnetAttributeRequest
) -> None:
    """Say whether instances get public addresses (EC2 API: ModifySubnetAttribute)."""
    subnet = need(tx, call, Subnet, request.get("SubnetId"))
    other = set(request) - {"SubnetId", "MapPublicIpOnLaunch"}
    if other:
        raise errors.UnsupportedOperation(
            f"{', '.join(sorted(other))} is not supported by Seaway yet."
        )
    public = request.get("MapPublicIpOnLaunch", {}).get("Value", subnet.map_public_ip)
    tx.put(replace(subnet, map_public_ip=public))


@operation("ec2")
def delete_subnet(tx: Transaction, call: Call, request: shapes.DeleteSubnetRequest) -> None:
    """Delete a subnet none of whose addresses is in use (EC2 API: DeleteSubnet)."""
    subnet = need(tx, call, Subnet, request.get("SubnetId"))
    gateways = tx.where(NatGateway, vpc=subnet.vpc)
    if taken_addresses(tx, subnet.id) or any(
        gateway.subnet == subnet.id and gateway.state != "deleted" for gateway in gateways
    ):
        raise errors.DependencyViolation(
            f"The subnet '{subnet.id}' has dependencies and cannot be deleted."
        )
    for association in tx.where(RouteTableAssociation, subnet=subnet.id):
        tx.drop(association)
    tx.drop(subnet)
