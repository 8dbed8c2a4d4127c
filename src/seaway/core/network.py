"""Networks: VPCs, subnets and the addresses given out in them."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from seaway.core.names import Tags


@dataclass(frozen=True, slots=True, kw_only=True)
class Vpc:
    """A private network with its own address range."""

    id: str
    owner: str
    region: str
    cidr: str
    is_default: bool = False
    dns_support: bool = True
    dns_hostnames: bool = False
    tenancy: str = "default"
    dhcp_options: str = "default"
    tags: Tags = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Subnet:
    """A range of a VPC's addresses, in one availability zone."""

    id: str
    arn: str
    vpc: str
    owner: str
    cidr: str
    zone: str
    zone_id: str
    map_public_ip: bool = False
    is_default: bool = False
    tags: Tags = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkInterface:
    """An address of a subnet and who holds it: a task, an instance or a load balancer."""

    id: str
    vpc: str
    subnet: str
    zone: str
    owner: str
    address: str
    mac: str
    created_at: float
    holder: str
    """ARN or id of what it belongs to."""
    kind: str = "interface"
    """interface, or network_load_balancer / load_balancer as EC2 says."""
    description: str = ""
    security_groups: tuple[str, ...] = ()
    instance: str | None = None
    """EC2 instance id, when it is an instance's."""
    attachment: str | None = None
    tags: Tags = ()


def free_address(cidr: str, taken: Iterable[str]) -> str | None:
    """The lowest free address of a subnet; AWS keeps the first four and the last for itself."""
    held = set(taken)
    return next((address for address in usable_addresses(cidr) if address not in held), None)


def usable_addresses(cidr: str) -> Iterator[str]:
    """A subnet's addresses in order, without the first four and the last."""
    network = ipaddress.IPv4Network(cidr)
    first, last = int(network.network_address) + 4, int(network.broadcast_address) - 1
    for n in range(first, last + 1):
        yield f"{n >> 24}.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}"


def mac_of(address: str) -> str:
    """A locally administered hardware address made from an IPv4 address, so unique in its VPC."""
    return "02:42:" + ":".join(f"{int(part):02x}" for part in address.split("."))
