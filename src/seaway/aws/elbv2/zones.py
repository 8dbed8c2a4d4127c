"""Where a load balancer stands: its subnets, and an address in each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.elbv2.errors import (
    InvalidConfigurationRequestException,
    InvalidSubnetException,
    SubnetNotFoundException,
    ValidationError,
)
from seaway.aws.elbv2.naming import full_name
from seaway.core.balancer import LoadBalancer
from seaway.core.names import place_of
from seaway.core.network import NetworkInterface, Subnet, free_address, mac_of
from seaway.store.addresses import taken_addresses
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes.elbv2 import CreateLoadBalancerInput, SetSubnetsInput

_OTHER_KINDS = ("AllocationId", "PrivateIPv4Address", "IPv6Address", "SourceNatIpv6Prefix")
"""What a subnet mapping may say for Network Load Balancers alone."""


def subnets_of(
    tx: Transaction, call: Call, request: CreateLoadBalancerInput | SetSubnetsInput
) -> list[Subnet]:
    """The subnets a request names: one per zone, at least two zones, one VPC.

    Raises ValidationError, SubnetNotFoundException, InvalidConfigurationRequestException.
    """
    wanted = _named(request)
    if not wanted:
        raise ValidationError("You must specify subnets")
    found = [_subnet(tx, call, name) for name in wanted]
    if len({subnet.vpc for subnet in found}) > 1:
        raise InvalidConfigurationRequestException("All subnets must belong to the same VPC")
    if len({subnet.zone for subnet in found}) < len(found):
        raise InvalidConfigurationRequestException(
            "A load balancer cannot be attached to multiple subnets in the same Availability Zone"
        )
    if len(found) < 2:
        raise ValidationError(
            "At least two subnets in two different Availability Zones must be specified"
        )
    return found


def settled(
    tx: Transaction, call: Call, balancer: LoadBalancer, subnets: Sequence[Subnet]
) -> LoadBalancer:
    """The load balancer in these subnets; interfaces are made and dropped to fit.

    Raises InvalidSubnetException when a subnet has no free address.
    """
    kept = {subnet.id for subnet in subnets}
    held = {one.subnet: one for one in tx.where(NetworkInterface, holder=balancer.arn)}
    for subnet_id, interface in held.items():
        if subnet_id not in kept:
            tx.drop(interface)
    addresses = []
    for subnet in subnets:
        interface = held.get(subnet.id) or _interface(tx, call, balancer, subnet)
        addresses.append((subnet.id, interface.address))
    return replace(
        balancer,
        vpc=subnets[0].vpc,
        zones=tuple((subnet.zone, subnet.id) for subnet in subnets),
        addresses=tuple(addresses),
    )


def leave(tx: Transaction, balancer: LoadBalancer) -> None:
    """Give the load balancer's addresses back."""
    for interface in tx.where(NetworkInterface, holder=balancer.arn):
        tx.drop(interface)


def _named(request: CreateLoadBalancerInput | SetSubnetsInput) -> list[str]:
    subnets, mappings = request.get("Subnets"), request.get("SubnetMappings")
    if subnets and mappings:
        raise ValidationError("You must specify either subnets or subnet mappings, not both")
    for mapping in mappings or ():
        for member in _OTHER_KINDS:
            if mapping.get(member):
                raise InvalidConfigurationRequestException(
                    f"{member} cannot be specified for load balancers of type 'application'"
                )
    named = subnets or [mapping.get("SubnetId", "") for mapping in mappings or ()]
    return list(dict.fromkeys(named))


def _subnet(tx: Transaction, call: Call, name: str) -> Subnet:
    subnet = tx.find(Subnet, name)
    if subnet is None or place_of(subnet.arn) != call.place:
        raise SubnetNotFoundException(f"The subnet ID '{name}' does not exist")
    return subnet


def _interface(
    tx: Transaction, call: Call, balancer: LoadBalancer, subnet: Subnet
) -> NetworkInterface:
    address = free_address(subnet.cidr, taken_addresses(tx, subnet.id))
    if address is None:
        raise InvalidSubnetException(
            f"Not enough IP space available in {subnet.id}. ELB requires at least 8 free IP "
            "addresses in each subnet."
        )
    interface = NetworkInterface(
        id=f"eni-{call.moment.hex(17)}",
        vpc=subnet.vpc,
        subnet=subnet.id,
        zone=subnet.zone,
        owner=call.account,
        address=address,
        mac=mac_of(address),
        created_at=call.moment.now,
        holder=balancer.arn,
        description=f"ELB {full_name(balancer.arn)}",
        security_groups=balancer.security_groups,
    )
    tx.put(interface)
    return interface
