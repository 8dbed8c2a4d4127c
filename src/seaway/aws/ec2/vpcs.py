"""VPCs, and the DHCP options and access lists that come with them."""

from __future__ import annotations

import ipaddress
from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.ec2 import errors
from seaway.aws.ec2.defaults import default_vpc, make_default_vpc, make_vpc
from seaway.aws.ec2.filters import answered, chosen, paged
from seaway.aws.ec2.lookup import asked, need
from seaway.aws.ec2.tags import shown, specified
from seaway.aws.operation import operation
from seaway.core.balancer import LoadBalancer
from seaway.core.network import NetworkInterface, Subnet, Vpc
from seaway.core.routing import (
    DhcpOptions,
    InternetGateway,
    NetworkAcl,
    RouteTable,
    RouteTableAssociation,
    SecurityGroup,
    SecurityGroupRule,
)
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import ec2 as shapes


def parse_range(text: str, name: str = "cidrBlock") -> ipaddress.IPv4Network:
    """An IPv4 range; host bits are cut off, as EC2 does."""
    try:
        return ipaddress.IPv4Network(text, strict=False)
    except ValueError as error:
        raise errors.InvalidParameterValue(
            f"Value ({text}) for parameter {name} is invalid. This is not a valid CIDR block."
        ) from error


@operation("ec2")
def create_vpc(
    tx: Transaction, call: Call, request: shapes.CreateVpcRequest
) -> shapes.CreateVpcResult:
    """Make a VPC of /16 to /28 (EC2 API: CreateVpc); IPv6 and IPAM ranges are not built."""
    for member in ("AmazonProvidedIpv6CidrBlock", "Ipv6CidrBlock", "Ipv6Pool", "Ipv4IpamPoolId"):
        if request.get(member):
            raise errors.UnsupportedOperation(f"{member} is not supported by Seaway yet.")
    if not request.get("CidrBlock"):
        raise errors.MissingParameter("Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided.")
    network = parse_range(request["CidrBlock"])
    if not 16 <= network.prefixlen <= 28:
        raise errors.VpcRange(f"The CIDR '{request['CidrBlock']}' is invalid.")
    vpc = make_vpc(
        tx,
        call.place,
        str(network),
        call.moment,
        tenancy=request.get("InstanceTenancy", "default"),
        tags=specified(request.get("TagSpecifications"), "vpc"),
    )
    return {"Vpc": {**render_vpc(vpc), "State": "pending"}}


@operation("ec2")
def create_default_vpc(
    tx: Transaction, call: Call, request: shapes.CreateDefaultVpcRequest
) -> shapes.CreateDefaultVpcResult:
    """Make the region's default VPC again after it was deleted (EC2 API: CreateDefaultVpc)."""
    if default_vpc(tx, call.account, call.region):
        raise errors.DefaultVpcAlreadyExists(
            "A Default VPC already exists for this account in this region."
        )
    place = call.place
    return {"Vpc": render_vpc(make_default_vpc(tx, place, call.moment))}


@operation("ec2")
def describe_vpcs(
    tx: Transaction, call: Call, request: shapes.DescribeVpcsRequest
) -> shapes.DescribeVpcsResult:
    """EC2 API: DescribeVpcs."""
    vpcs = asked(tx, call, Vpc, request.get("VpcIds"))
    some, token = paged(chosen(vpcs, request.get("Filters"), _facts), request, "DescribeVpcs")
    result: shapes.DescribeVpcsResult = answered("Vpcs", [render_vpc(v) for v in some], token)
    return result


def _facts(vpc: Vpc) -> dict[str, object]:
    return {
        "vpc-id": vpc.id,
        "cidr": vpc.cidr,
        "cidr-block": vpc.cidr,
        "cidr-block-association.cidr-block": vpc.cidr,
        "cidr-block-association.state": "associated",
        "dhcp-options-id": vpc.dhcp_options,
        "is-default": vpc.is_default,
        "isDefault": vpc.is_default,
        "owner-id": vpc.owner,
        "state": "available",
    }


def render_vpc(vpc: Vpc) -> shapes.Vpc:
    """A VPC as EC2 shows it."""
    return {
        "VpcId": vpc.id,
        "OwnerId": vpc.owner,
        "State": "available",
        "CidrBlock": vpc.cidr,
        "DhcpOptionsId": vpc.dhcp_options,
        "InstanceTenancy": vpc.tenancy,
        "IsDefault": vpc.is_default,
        "CidrBlockAssociationSet": [
            {
                "AssociationId": f"vpc-cidr-assoc-{vpc.id[4:]}",
                "CidrBlock": vpc.cidr,
                "CidrBlockState": {"State": "associated"},
            }
        ],
        "Tags": shown(vpc.tags),
    }


@operation("ec2")
def delete_vpc(tx: Transaction, call: Call, request: shapes.DeleteVpcRequest) -> None:
    """Delete a VPC that nothing is left in (EC2 API: DeleteVpc)."""
    vpc = need(tx, call, Vpc, request.get("VpcId"))
    if _has_dependants(tx, vpc):
        raise errors.DependencyViolation(
            f"The vpc '{vpc.id}' has dependencies and cannot be deleted."
        )
    for group in tx.where(SecurityGroup, vpc=vpc.id):
        for rule in tx.where(SecurityGroupRule, group=group.id):
            tx.drop(rule)
        tx.drop(group)
    for noun in (RouteTableAssociation, RouteTable, NetworkAcl):
        for found in tx.where(noun, vpc=vpc.id):
            tx.drop(found)
    tx.drop(vpc)


def _has_dependants(tx: Transaction, vpc: Vpc) -> bool:
    return bool(
        tx.where(Subnet, vpc=vpc.id)
        or tx.where(InternetGateway, vpc=vpc.id)
        or tx.where(NetworkInterface, vpc=vpc.id)
        or tx.where(LoadBalancer, vpc=vpc.id)
        or len(tx.where(RouteTable, vpc=vpc.id)) > 1
        or any(group.name != "default" for group in tx.where(SecurityGroup, vpc=vpc.id))
    )


@operation("ec2")
def modify_vpc_attribute(
    tx: Transaction, call: Call, request: shapes.ModifyVpcAttributeRequest
) -> None:
    """Switch DNS support or host names, one at a time (EC2 API: ModifyVpcAttribute)."""
    vpc = need(tx, call, Vpc, request.get("VpcId"))
    support = request.get("EnableDnsSupport", {}).get("Value", vpc.dns_support)
    names = request.get("EnableDnsHostnames", {}).get("Value", vpc.dns_hostnames)
    tx.put(replace(vpc, dns_support=support, dns_hostnames=names))


@operation("ec2")
def describe_vpc_attribute(
    tx: Transaction, call: Call, request: shapes.DescribeVpcAttributeRequest
) -> shapes.DescribeVpcAttributeResult:
    """One attribute of a VPC (EC2 API: DescribeVpcAttribute)."""
    vpc = need(tx, call, Vpc, request.get("VpcId"))
    match request.get("Attribute"):
        case "enableDnsSupport":
            return {"VpcId": vpc.id, "EnableDnsSupport": {"Value": vpc.dns_support}}
        case "enableDnsHostnames":
            return {"VpcId": vpc.id, "EnableDnsHostnames": {"Value": vpc.dns_hostnames}}
        case "enableNetworkAddressUsageMetrics":
            return {"VpcId": vpc.id, "EnableNetworkAddressUsageMetrics": {"Value": False}}
        case other:
            raise errors.InvalidParameterValue(
                f"Value ({other}) for parameter attribute is invalid. Unknown VPC attribute"
            )


@operation("ec2")
def describe_dhcp_options(
    tx: Transaction, call: Call, request: shapes.DescribeDhcpOptionsRequest
) -> shapes.DescribeDhcpOptionsResult:
    """EC2 API: DescribeDhcpOptions."""
    found = chosen(
        asked(tx, call, DhcpOptions, request.get("DhcpOptionsIds")),
        request.get("Filters"),
        lambda options: {
            "dhcp-options-id": options.id,
            "owner-id": options.owner,
            "key": [key for key, _ in options.options],
            "value": [value for _, value in options.options],
        },
    )
    some, token = paged(found, request, "DescribeDhcpOptions")
    result: shapes.DescribeDhcpOptionsResult = answered(
        "DhcpOptions", [_render_dhcp(options) for options in some], token
    )
    return result


def _render_dhcp(options: DhcpOptions) -> shapes.DhcpOptions:
    return {
        "DhcpOptionsId": options.id,
        "OwnerId": options.owner,
        "DhcpConfigurations": [
            {"Key": key, "Values": [{"Value": value}]} for key, value in options.options
        ],
        "Tags": shown(options.tags),
    }


@operation("ec2")
def describe_network_acls(
    tx: Transaction, call: Call, request: shapes.DescribeNetworkAclsRequest
) -> shapes.DescribeNetworkAclsResult:
    """The VPCs' default access lists (EC2 API: DescribeNetworkAcls)."""
    found = chosen(
        asked(tx, call, NetworkAcl, request.get("NetworkAclIds")),
        request.get("Filters"),
        lambda acl: {
            "vpc-id": acl.vpc,
            "network-acl-id": acl.id,
            "default": True,
            "owner-id": acl.owner,
            "association.subnet-id": [subnet.id for subnet in tx.where(Subnet, vpc=acl.vpc)],
        },
    )
    some, token = paged(found, request, "DescribeNetworkAcls")
    result: shapes.DescribeNetworkAclsResult = answered(
        "NetworkAcls", [_render_acl(tx, acl) for acl in some], token
    )
    return result


def _render_acl(tx: Transaction, acl: NetworkAcl) -> shapes.NetworkAcl:
    entries: list[shapes.NetworkAclEntry] = [
        {
            "CidrBlock": "0.0.0.0/0",
            "Egress": egress,
            "Protocol": "-1",
            "RuleAction": action,
            "RuleNumber": number,
        }
        for egress in (True, False)
        for action, number in (("allow", 100), ("deny", 32767))
    ]
    return {
        "NetworkAclId": acl.id,
        "VpcId": acl.vpc,
        "OwnerId": acl.owner,
        "IsDefault": True,
        "Entries": entries,
        "Associations": [
            {
                "NetworkAclAssociationId": f"aclassoc-{subnet.id[7:]}",
                "NetworkAclId": acl.id,
                "SubnetId": subnet.id,
            }
            for subnet in tx.where(Subnet, vpc=acl.vpc)
        ],
        "Tags": shown(acl.tags),
    }
