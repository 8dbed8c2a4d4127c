"""Network interfaces: addresses of subnets and who holds them."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.ec2 import errors
from seaway.aws.ec2.defaults import private_name
from seaway.aws.ec2.filters import answered, chosen, paged
from seaway.aws.ec2.lookup import asked, region_of
from seaway.aws.ec2.tags import shown
from seaway.aws.operation import operation
from seaway.core.launching import new_interface
from seaway.core.moment import Moment
from seaway.core.network import NetworkInterface, Subnet
from seaway.core.routing import ElasticAddress, SecurityGroup
from seaway.store.addresses import taken_addresses
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import ec2 as shapes


def make_interface(
    tx: Transaction,
    subnet: Subnet,
    moment: Moment,
    *,
    holder: str,
    kind: str = "interface",
    description: str = "",
    address: str | None = None,
    security_groups: tuple[str, ...] = (),
    instance: str | None = None,
) -> NetworkInterface:
    """An interface with the address asked for, else the lowest free one of the subnet.

    Raises InvalidParameterValue, InvalidIPAddress.InUse, InsufficientFreeAddressesInSubnet.
    """
    taken = taken_addresses(tx, subnet.id)
    if address:
        _check(subnet, address, taken)
    interface = new_interface(
        subnet,
        taken,
        moment,
        holder=holder,
        kind=kind,
        description=description,
        address=address,
        security_groups=security_groups,
        instance=instance,
    )
    if interface is None:
        raise errors.InsufficientFreeAddresses(
            f"There are not enough free addresses in subnet '{subnet.id}' to satisfy the request."
        )
    tx.put(interface)
    return interface


def _check(subnet: Subnet, address: str, taken: set[str]) -> None:
    try:
        inside = ipaddress.IPv4Address(address) in ipaddress.IPv4Network(subnet.cidr)
    except ValueError:
        inside = False
    if not inside:
        raise errors.InvalidParameterValue(
            f"Address {address} does not fall within the subnet's address range"
        )
    if address in taken:
        raise errors.InvalidAddressInUse(f"Address {address} is in use.")


@operation("ec2")
def describe_network_interfaces(
    tx: Transaction, call: Call, request: shapes.DescribeNetworkInterfacesRequest
) -> shapes.DescribeNetworkInterfacesResult:
    """EC2 API: DescribeNetworkInterfaces."""
    interfaces = asked(tx, call, NetworkInterface, request.get("NetworkInterfaceIds"))
    found = chosen(interfaces, request.get("Filters"), lambda one: _facts(tx, one))
    some, token = paged(found, request, "DescribeNetworkInterfaces")
    result: shapes.DescribeNetworkInterfacesResult = answered(
        "NetworkInterfaces", [render_interface(tx, interface) for interface in some], token
    )
    return result


def _facts(tx: Transaction, interface: NetworkInterface) -> dict[str, object]:
    groups = [tx.find(SecurityGroup, key) for key in interface.security_groups]
    return {
        "network-interface-id": interface.id,
        "vpc-id": interface.vpc,
        "subnet-id": interface.subnet,
        "availability-zone": interface.zone,
        "description": interface.description,
        "group-id": interface.security_groups,
        "group-name": [group.name for group in groups if group],
        "interface-type": interface.kind,
        "mac-address": interface.mac,
        "owner-id": interface.owner,
        "private-ip-address": interface.address,
        "addresses.private-ip-address": interface.address,
        "status": "in-use",
        "attachment.instance-id": interface.instance,
        "attachment.attachment-id": interface.attachment or _service_attachment(interface),
        "attachment.status": "attached",
        "requester-managed": interface.instance is None,
    }


def render_interface(tx: Transaction, interface: NetworkInterface) -> shapes.NetworkInterface:
    """An interface as EC2 shows it."""
    elastic = _elastic(tx, interface)
    name = private_name(interface.address, region_of(interface))
    address: shapes.NetworkInterfacePrivateIpAddress = {
        "Primary": True,
        "PrivateIpAddress": interface.address,
        "PrivateDnsName": name,
    }
    row: shapes.NetworkInterface = {
        "NetworkInterfaceId": interface.id,
        "VpcId": interface.vpc,
        "SubnetId": interface.subnet,
        "AvailabilityZone": interface.zone,
        "OwnerId": interface.owner,
        "Description": interface.description,
        "InterfaceType": interface.kind,
        "MacAddress": interface.mac,
        "PrivateIpAddress": interface.address,
        "PrivateDnsName": name,
        "PrivateIpAddresses": [address],
        "Ipv6Addresses": [],
        "RequesterManaged": interface.instance is None,
        "SourceDestCheck": interface.kind != "nat_gateway",
        "Status": "in-use",
        "Groups": render_groups(tx, interface.security_groups),
        "TagSet": shown(interface.tags),
        "Attachment": _attachment(interface),
    }
    if elastic:
        row["Association"] = {
            "AllocationId": elastic.allocation,
            "AssociationId": elastic.association or "",
            "PublicIp": elastic.address,
            "IpOwnerId": elastic.owner,
        }
        address["Association"] = row["Association"]
    return row


def _elastic(tx: Transaction, interface: NetworkInterface) -> ElasticAddress | None:
    return next(iter(tx.where(ElasticAddress, interface=interface.id)), None)


def _attachment(interface: NetworkInterface) -> shapes.NetworkInterfaceAttachment:
    row: shapes.NetworkInterfaceAttachment = {
        "AttachmentId": interface.attachment or _service_attachment(interface),
        "DeviceIndex": 0,
        "Status": "attached",
        "DeleteOnTermination": True,
        "AttachTime": datetime.fromtimestamp(interface.created_at, UTC),
    }
    if interface.instance:
        row["InstanceId"] = interface.instance
        row["InstanceOwnerId"] = interface.owner
    elif interface.description.startswith("ELB "):
        row["InstanceOwnerId"] = "amazon-elb"
    return row


def _service_attachment(interface: NetworkInterface) -> str:
    """The id of an attachment that a service made itself; it names one interface for good."""
    prefix = "ela-attach-" if interface.description.startswith("ELB ") else "eni-attach-"
    return prefix + interface.id.removeprefix("eni-")


def render_groups(tx: Transaction, groups: tuple[str, ...]) -> list[shapes.GroupIdentifier]:
    """Security groups as a list of id and name."""
    found = [(key, tx.find(SecurityGroup, key)) for key in groups]
    return [{"GroupId": key, "GroupName": group.name if group else ""} for key, group in found]
