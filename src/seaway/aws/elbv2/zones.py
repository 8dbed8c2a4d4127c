"""Where a load balancer stands: its subnets, and an address in each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
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
"""What a subnet mapping may say for Network Load Balancers alone (API: SubnetMapping)."""


def subnets_of(
    tx: Transaction,
    call: Call,
    request: CreateLoadBalancerInput | SetSubnetsInput,
    *,
    network: bool = False,
) -> list[Subnet]:
    """The subnets a request names: one per zone, one VPC; at least two for an application's.

    Raises ValidationError, SubnetNotFoundException, InvalidConfigurationRequestException.
    """
    wanted = _named(request, network)
    if not wanted:
        raise ValidationError("You must specify subnets")
    found = [_subnet(tx, call, name) for name in wanted]
    if len({subnet.vpc for subnet in found}) > 1:
        raise InvalidConfigurationRequestException("All subnets must belong to the same VPC")
    if len({subnet.zone for subnet in found}) < len(found):
        raise InvalidConfigurationRequestException(
            "A load balancer cannot be attached to multiple subnets in the same Availability Zone"
        )
    if len(found) < 2 and not network:
        raise ValidationError(
            "At least two subnets in two different Availability Zones must be specified"
        )
    return found


def addresses_asked(
    request: CreateLoadBalancerInput | SetSubnetsInput, subnets: Sequence[Subnet], scheme: str
) -> dict[str, str]:
    """The address an internal network load balancer is to have in a subnet, where one is named.

    Raises InvalidConfigurationRequestException, ValidationError.
    """
    cidrs = {subnet.id: subnet.cidr for subnet in subnets}
    asked: dict[str, str] = {}
    for mapping in request.get("SubnetMappings") or ():
        address = mapping.get("PrivateIPv4Address")
        if not address:
            continue
        if scheme != "internal":
            raise InvalidConfigurationRequestException(
                "PrivateIPv4Address can only be specified for internal load balancers"
            )
        subnet = mapping.get("SubnetId", "")
        if not is_usable(address, cidrs.get(subnet, "0.0.0.0/32")):
            raise ValidationError(f"The address '{address}' is not one of the subnet '{subnet}'")
        asked[subnet] = address
    return asked


def is_usable(address: str, cidr: str) -> bool:
    """Whether a subnet (CIDR) may give the address out: not AWS's first four, nor the last."""
    network = IPv4Network(cidr)
    try:
        number = int(IPv4Address(address)) - int(network.network_address)
    except ValueError:
        return False
    return 4 <= number < network.num_addresses - 1


def settled(
    tx: Transaction,
    call: Call,
    balancer: LoadBalancer,
    subnets: Sequence[Subnet],
    wished: Mapping[str, str],
) -> LoadBalancer:
    """The load balancer in these subnets; interfaces are made and dropped to fit.

    ``wished`` is the address to have in a subnet, by its id; else any that is free. Raises
    InvalidSubnetException when a subnet has no free address, InvalidConfigurationRequestException
    when the load balancer has another address in the subnet already.
    """
    kept = {subnet.id for subnet in subnets}
    held = {one.subnet: one for one in tx.where(NetworkInterface, holder=balancer.arn)}
    for subnet_id, interface in held.items():
        if subnet_id not in kept:
            tx.drop(interface)
    addresses = []
    for subnet in subnets:
        there = held.get(subnet.id)
        if there and wished.get(subnet.id, there.address) != there.address:
            raise InvalidConfigurationRequestException(
                f"The PrivateIPv4Address of the load balancer in the subnet '{subnet.id}' cannot "
                f"be changed: it is '{there.address}'"
            )
        interface = there or _interface(tx, call, balancer, subnet, wished.get(subnet.id))
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


def _named(request: CreateLoadBalancerInput | SetSubnetsInput, network: bool) -> list[str]:
    subnets, mappings = request.get("Subnets"), request.get("SubnetMappings")
    if subnets and mappings:
        raise ValidationError("You must specify either subnets or subnet mappings, not both")
    for mapping in mappings or ():
        for member in _OTHER_KINDS:
            if mapping.get(member) and network and member != "PrivateIPv4Address":
                raise InvalidConfigurationRequestException(
                    f"Seaway has not built {member} of subnet mappings; leave it out."
                )
            if mapping.get(member) and not network:
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
    tx: Transaction, call: Call, balancer: LoadBalancer, subnet: Subnet, wished: str | None
) -> NetworkInterface:
    taken = taken_addresses(tx, subnet.id)
    if wished is not None and wished in taken:
        raise InvalidConfigurationRequestException(f"The address '{wished}' is in use")
    address = wished or free_address(subnet.cidr, taken)
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
