"""What stands between networks: security groups, routes, gateways and public addresses."""

from __future__ import annotations

from dataclasses import dataclass

from seaway.core.names import Tags


@dataclass(frozen=True, slots=True, kw_only=True)
class DefaultNetwork:
    """Says that the default network of an account's region has been made, once and for all."""

    place: str
    """``<account>/<region>``."""
    vpc: str
    made_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DhcpOptions:
    """What machines of a VPC are told about names (API: DhcpOptions)."""

    id: str
    owner: str
    region: str
    options: tuple[tuple[str, str], ...] = ()
    tags: Tags = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkAcl:
    """A VPC's default access list, which lets everything through."""

    id: str
    vpc: str
    owner: str
    region: str
    tags: Tags = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityGroup:
    """A named set of rules for who may talk to its members. Nothing enforces them yet."""

    id: str
    name: str
    description: str
    vpc: str
    owner: str
    region: str
    tags: Tags = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityGroupRule:
    """One rule: a protocol, ports, and one source or destination.

    ``protocol`` is tcp, udp, icmp, icmpv6, a number, or -1 for all; ports are -1 where the
    protocol has none. Exactly one of the last four is set.
    """

    id: str
    group: str
    egress: bool
    protocol: str
    from_port: int = -1
    to_port: int = -1
    description: str | None = None
    cidr: str | None = None
    cidr6: str | None = None
    peer: str | None = None
    """Id of the security group on the other side."""
    prefix_list: str | None = None
    tags: Tags = ()

    @property
    def what(self) -> tuple[object, ...]:
        """What the rule allows; two rules of a group that allow the same are duplicates."""
        ports = (self.from_port, self.to_port)
        return (
            self.egress,
            self.protocol,
            ports,
            self.cidr,
            self.cidr6,
            self.peer,
            self.prefix_list,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where a range of addresses is reached: ``target`` is a gateway's id, or ``local``."""

    destination: str
    target: str
    origin: str = "CreateRoute"


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteTable:
    """A VPC's routes, kept as told. The VPC's own range is always a route of its own."""

    id: str
    vpc: str
    owner: str
    region: str
    routes: tuple[Route, ...] = ()
    tags: Tags = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteTableAssociation:
    """Which subnet goes by a route table; without a subnet it is the VPC's main one."""

    id: str
    table: str
    vpc: str
    subnet: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InternetGateway:
    """A VPC's door to the internet, while it is attached to one."""

    id: str
    owner: str
    region: str
    vpc: str | None = None
    tags: Tags = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NatGateway:
    """A door outwards for private subnets."""

    id: str
    vpc: str
    subnet: str
    owner: str
    region: str
    created_at: float
    interface: str
    address: str
    connectivity: str = "public"
    allocation: str | None = None
    public_address: str | None = None
    state: str = "available"
    deleted_at: float | None = None
    client_token: str | None = None
    tags: Tags = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ElasticAddress:
    """A public address of one's own (API: Address)."""

    allocation: str
    address: str
    owner: str
    region: str
    association: str | None = None
    instance: str | None = None
    interface: str | None = None
    private_address: str | None = None
    tags: Tags = ()


PUBLIC_RANGE = (198, 18)
"""Public addresses are taken from 198.18.0.0/15, which RFC 2544 keeps free of real hosts."""


def public_address(taken: set[str]) -> str:
    """The lowest free address of the range that stands for public ones."""
    first, second = PUBLIC_RANGE
    for number in range(1, 1 << 17):
        address = f"{first}.{second + (number >> 16)}.{number >> 8 & 255}.{number & 255}"
        if number & 255 not in (0, 255) and address not in taken:
            return address
    raise LookupError("every public address is taken")
