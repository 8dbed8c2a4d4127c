"""Elastic IP addresses."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.ec2 import errors
from seaway.aws.ec2.filters import chosen
from seaway.aws.ec2.lookup import asked, need, own, owned
from seaway.aws.ec2.tags import shown, specified
from seaway.aws.operation import operation
from seaway.core.compute import Instance
from seaway.core.network import NetworkInterface
from seaway.core.routing import ElasticAddress, public_address
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import ec2 as shapes


@operation("ec2")
def allocate_address(
    tx: Transaction, call: Call, request: shapes.AllocateAddressRequest
) -> shapes.AllocateAddressResult:
    """Take a public address; they are of RFC 2544's range, nobody's (EC2 API: AllocateAddress)."""
    for member in ("Address", "CustomerOwnedIpv4Pool", "IpamPoolId"):
        if request.get(member):
            raise errors.UnsupportedOperation(f"{member} is not supported by Seaway yet.")
    elastic = ElasticAddress(
        allocation=f"eipalloc-{call.moment.hex(17)}",
        address=public_address({held.address for held in tx.where(ElasticAddress)}),
        **owned(call),
        tags=specified(request.get("TagSpecifications"), "elastic-ip"),
    )
    tx.put(elastic)
    return {
        "AllocationId": elastic.allocation,
        "PublicIp": elastic.address,
        "Domain": "vpc",
        "PublicIpv4Pool": "amazon",
        "NetworkBorderGroup": call.region,
    }


@operation("ec2")
def describe_addresses(
    tx: Transaction, call: Call, request: shapes.DescribeAddressesRequest
) -> shapes.DescribeAddressesResult:
    """EC2 API: DescribeAddresses."""
    addresses = asked(tx, call, ElasticAddress, request.get("AllocationIds"))
    public = request.get("PublicIps")
    for wanted in public or ():
        if not any(address.address == wanted for address in addresses):
            raise errors.AllocationNotFound(f"Address '{wanted}' not found.")
    found = chosen(
        [address for address in addresses if not public or address.address in public],
        request.get("Filters"),
        lambda address: {
            "allocation-id": address.allocation,
            "association-id": address.association,
            "domain": "vpc",
            "instance-id": address.instance,
            "network-interface-id": address.interface,
            "private-ip-address": address.private_address,
            "public-ip": address.address,
            "network-border-group": address.region,
        },
    )
    return {"Addresses": [_render(address) for address in found]}


def _render(address: ElasticAddress) -> shapes.Address:
    row: shapes.Address = {
        "AllocationId": address.allocation,
        "PublicIp": address.address,
        "Domain": "vpc",
        "PublicIpv4Pool": "amazon",
        "NetworkBorderGroup": address.region,
        "Tags": shown(address.tags),
    }
    if address.association:
        row["AssociationId"] = address.association
    if address.interface:
        row["NetworkInterfaceId"] = address.interface
        row["NetworkInterfaceOwnerId"] = address.owner
    if address.private_address:
        row["PrivateIpAddress"] = address.private_address
    if address.instance:
        row["InstanceId"] = address.instance
    return row


@operation("ec2")
def associate_address(
    tx: Transaction, call: Call, request: shapes.AssociateAddressRequest
) -> shapes.AssociateAddressResult:
    """Give an address to an instance or interface (EC2 API: AssociateAddress)."""
    elastic = need(tx, call, ElasticAddress, request.get("AllocationId"))
    if request.get("InstanceId"):
        instance = need(tx, call, Instance, request["InstanceId"])
        interface = need(tx, call, NetworkInterface, instance.interface)
    else:
        interface = need(tx, call, NetworkInterface, request.get("NetworkInterfaceId"))
    if elastic.association and request.get("AllowReassociation") is False:
        raise errors.AlreadyAssociated(
            f"resource {elastic.allocation} is already associated with associate-id "
            f"{elastic.association}"
        )
    association = f"eipassoc-{call.moment.hex(17)}"
    tx.put(
        replace(
            elastic,
            association=association,
            interface=interface.id,
            instance=interface.instance,
            private_address=interface.address,
        )
    )
    return {"AssociationId": association}


@operation("ec2")
def disassociate_address(
    tx: Transaction, call: Call, request: shapes.DisassociateAddressRequest
) -> None:
    """EC2 API: DisassociateAddress."""
    key = request.get("AssociationId")
    for elastic in own(tx, call, ElasticAddress):
        if key and elastic.association == key:
            tx.put(
                replace(
                    elastic, association=None, interface=None, instance=None, private_address=None
                )
            )
            return
    raise errors.AssociationNotFound(f"The association ID '{key}' does not exist")


@operation("ec2")
def release_address(tx: Transaction, call: Call, request: shapes.ReleaseAddressRequest) -> None:
    """Give a public address back (EC2 API: ReleaseAddress)."""
    elastic = need(tx, call, ElasticAddress, request.get("AllocationId"))
    if elastic.association:
        raise errors.AddressInUse(f"Address {elastic.address} is in use.")
    tx.drop(elastic)
