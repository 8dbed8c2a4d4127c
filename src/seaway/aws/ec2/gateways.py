"""Internet gateways and NAT gateways."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.ec2 import errors
from seaway.aws.ec2.filters import answered, chosen, paged
from seaway.aws.ec2.interfaces import make_interface
from seaway.aws.ec2.lookup import asked, need, own, owned
from seaway.aws.ec2.tags import shown, specified
from seaway.aws.operation import operation
from seaway.core.network import NetworkInterface, Subnet, Vpc
from seaway.core.routing import ElasticAddress, InternetGateway, NatGateway
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import ec2 as shapes


@operation("ec2")
def create_internet_gateway(
    tx: Transaction, call: Call, request: shapes.CreateInternetGatewayRequest
) -> shapes.CreateInternetGatewayResult:
    """EC2 API: CreateInternetGateway."""
    tags = specified(request.get("TagSpecifications"), "internet-gateway")
    gateway = InternetGateway(id=f"igw-{call.moment.hex(17)}", **owned(call), tags=tags)
    tx.put(gateway)
    return {"InternetGateway": _render(gateway)}


@operation("ec2")
def describe_internet_gateways(
    tx: Transaction, call: Call, request: shapes.DescribeInternetGatewaysRequest
) -> shapes.DescribeInternetGatewaysResult:
    """EC2 API: DescribeInternetGateways."""
    found = chosen(
        asked(tx, call, InternetGateway, request.get("InternetGatewayIds")),
        request.get("Filters"),
        lambda gateway: {
            "internet-gateway-id": gateway.id,
            "attachment.vpc-id": gateway.vpc,
            "attachment.state": "available" if gateway.vpc else None,
            "owner-id": gateway.owner,
        },
    )
    some, token = paged(found, request, "DescribeInternetGateways")
    result: shapes.DescribeInternetGatewaysResult = answered(
        "InternetGateways", [_render(gateway) for gateway in some], token
    )
    return result


def _render(gateway: InternetGateway) -> shapes.InternetGateway:
    return {
        "InternetGatewayId": gateway.id,
        "OwnerId": gateway.owner,
        "Attachments": [{"VpcId": gateway.vpc, "State": "available"}] if gateway.vpc else [],
        "Tags": shown(gateway.tags),
    }


@operation("ec2")
def attach_internet_gateway(
    tx: Transaction, call: Call, request: shapes.AttachInternetGatewayRequest
) -> None:
    """Give a VPC its one gateway (EC2 API: AttachInternetGateway)."""
    gateway = need(tx, call, InternetGateway, request.get("InternetGatewayId"))
    vpc = need(tx, call, Vpc, request.get("VpcId"))
    if gateway.vpc:
        raise errors.AlreadyAssociated(
            f"resource {gateway.id} is already attached to network {gateway.vpc}"
        )
    if tx.where(InternetGateway, vpc=vpc.id):
        raise errors.InvalidParameterValue(
            f"Network {vpc.id} already has an internet gateway attached"
        )
    tx.put(replace(gateway, vpc=vpc.id))


@operation("ec2")
def detach_internet_gateway(
    tx: Transaction, call: Call, request: shapes.DetachInternetGatewayRequest
) -> None:
    """Take a VPC's gateway; not while public addresses are mapped (DetachInternetGateway)."""
    gateway = need(tx, call, InternetGateway, request.get("InternetGatewayId"))
    vpc = need(tx, call, Vpc, request.get("VpcId"))
    if gateway.vpc != vpc.id:
        raise errors.GatewayNotAttached(
            f"resource {gateway.id} is not attached to network {vpc.id}"
        )
    mapped = {address.interface for address in own(tx, call, ElasticAddress)}
    if any(interface.id in mapped for interface in tx.where(NetworkInterface, vpc=vpc.id)):
        raise errors.DependencyViolation(
            f"Network {vpc.id} has some mapped public address(es). Please unmap those public "
            "address(es) before detaching the gateway."
        )
    tx.put(replace(gateway, vpc=None))


@operation("ec2")
def delete_internet_gateway(
    tx: Transaction, call: Call, request: shapes.DeleteInternetGatewayRequest
) -> None:
    """EC2 API: DeleteInternetGateway."""
    gateway = need(tx, call, InternetGateway, request.get("InternetGatewayId"))
    if gateway.vpc:
        raise errors.DependencyViolation(
            f"The internetGateway '{gateway.id}' has dependencies and cannot be deleted."
        )
    tx.drop(gateway)


@operation("ec2")
def create_nat_gateway(
    tx: Transaction, call: Call, request: shapes.CreateNatGatewayRequest
) -> shapes.CreateNatGatewayResult:
    """Make a NAT gateway, with an address of the subnet (EC2 API: CreateNatGateway)."""
    subnet = need(tx, call, Subnet, request.get("SubnetId"))
    token = request.get("ClientToken")
    for held in tx.where(NatGateway, vpc=subnet.vpc):
        if token and held.client_token == token:
            return {"ClientToken": token, "NatGateway": _render_nat(held)}
    kind = request.get("ConnectivityType", "public")
    elastic = None
    if kind == "public":
        if not request.get("AllocationId"):
            raise errors.MissingParameter("The request must include the AllocationId parameter.")
        elastic = need(tx, call, ElasticAddress, request["AllocationId"])
        if elastic.association:
            raise errors.AlreadyAssociated(
                f"Elastic IP address [{elastic.allocation}] is already associated"
            )
    key = f"nat-{call.moment.hex(17)}"
    interface = make_interface(
        tx,
        subnet,
        call.moment,
        holder=key,
        kind="nat_gateway",
        description=f"Interface for NAT Gateway {key}",
        address=request.get("PrivateIpAddress"),
    )
    gateway = NatGateway(
        id=key,
        vpc=subnet.vpc,
        subnet=subnet.id,
        owner=call.account,
        region=call.region,
        created_at=call.moment.now,
        interface=interface.id,
        address=interface.address,
        connectivity=kind,
        allocation=elastic.allocation if elastic else None,
        public_address=elastic.address if elastic else None,
        client_token=token,
        tags=specified(request.get("TagSpecifications"), "natgateway"),
    )
    tx.put(gateway)
    if elastic:
        tx.put(
            replace(
                elastic,
                association=f"eipassoc-{call.moment.hex(17)}",
                interface=interface.id,
                private_address=interface.address,
            )
        )
    return {"ClientToken": token or "", "NatGateway": _render_nat(gateway)}


@operation("ec2")
def describe_nat_gateways(
    tx: Transaction, call: Call, request: shapes.DescribeNatGatewaysRequest
) -> shapes.DescribeNatGatewaysResult:
    """NAT gateways; deleted ones for an hour (EC2 API: DescribeNatGateways)."""
    gateways = [
        gateway
        for gateway in asked(tx, call, NatGateway, request.get("NatGatewayIds"))
        if gateway.deleted_at is None or call.moment.now - gateway.deleted_at < 3600
    ]
    found = chosen(
        gateways,
        request.get("Filter"),
        lambda gateway: {
            "nat-gateway-id": gateway.id,
            "vpc-id": gateway.vpc,
            "subnet-id": gateway.subnet,
            "state": gateway.state,
        },
    )
    some, token = paged(found, request, "DescribeNatGateways")
    result: shapes.DescribeNatGatewaysResult = answered(
        "NatGateways", [_render_nat(gateway) for gateway in some], token
    )
    return result


def _render_nat(gateway: NatGateway) -> shapes.NatGateway:
    address: shapes.NatGatewayAddress = {
        "NetworkInterfaceId": gateway.interface,
        "PrivateIp": gateway.address,
        "IsPrimary": True,
        "Status": "succeeded",
    }
    if gateway.allocation and gateway.public_address:
        address["AllocationId"] = gateway.allocation
        address["PublicIp"] = gateway.public_address
    row: shapes.NatGateway = {
        "NatGatewayId": gateway.id,
        "VpcId": gateway.vpc,
        "SubnetId": gateway.subnet,
        "State": gateway.state,
        "ConnectivityType": gateway.connectivity,
        "CreateTime": datetime.fromtimestamp(gateway.created_at, UTC),
        "NatGatewayAddresses": [address],
        "Tags": shown(gateway.tags),
    }
    if gateway.deleted_at:
        row["DeleteTime"] = datetime.fromtimestamp(gateway.deleted_at, UTC)
    return row


@operation("ec2")
def delete_nat_gateway(
    tx: Transaction, call: Call, request: shapes.DeleteNatGatewayRequest
) -> shapes.DeleteNatGatewayResult:
    """Delete a NAT gateway and give its addresses back (EC2 API: DeleteNatGateway)."""
    gateway = need(tx, call, NatGateway, request.get("NatGatewayId"))
    interface = tx.find(NetworkInterface, gateway.interface)
    if interface:
        tx.drop(interface)
    elastic = tx.find(ElasticAddress, gateway.allocation or "")
    if elastic:
        tx.put(replace(elastic, association=None, interface=None, private_address=None))
    tx.put(replace(gateway, state="deleted", deleted_at=call.moment.now))
    return {"NatGatewayId": gateway.id}


@operation("ec2")
def describe_vpn_gateways(
    tx: Transaction, call: Call, request: shapes.DescribeVpnGatewaysRequest
) -> shapes.DescribeVpnGatewaysResult:
    """There never is one: a VPC here has no VPN (EC2 API: DescribeVpnGateways)."""
    for name in request.get("VpnGatewayIds") or ():
        raise errors.VpnGatewayNotFound(f"The vpnGateway ID '{name}' does not exist")
    return {"VpnGateways": []}
