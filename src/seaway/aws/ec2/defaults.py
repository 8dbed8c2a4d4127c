"""The network every region has from the first look, and what comes with any new VPC."""

from __future__ import annotations

import ipaddress
from dataclasses import replace

from seaway.core.moment import Moment
from seaway.core.names import Place, Tags
from seaway.core.network import Subnet, Vpc
from seaway.core.places import zones_of
from seaway.core.routing import (
    DefaultNetwork,
    DhcpOptions,
    InternetGateway,
    NetworkAcl,
    Route,
    RouteTable,
    RouteTableAssociation,
    SecurityGroup,
    SecurityGroupRule,
)
from seaway.store.transaction import Transaction

DEFAULT_RANGE = "172.31.0.0/16"


def ensure_default_network(tx: Transaction, account: str, region: str, moment: Moment) -> None:
    """Make the region's default VPC, once: deleted, it stays away (VPC guide: default VPCs)."""
    key = f"{account}/{region}"
    if tx.find(DefaultNetwork, key) is None:
        vpc = make_default_vpc(tx, Place(account=account, region=region), moment)
        tx.put(DefaultNetwork(place=key, vpc=vpc.id, made_at=moment.now))


def default_vpc(tx: Transaction, account: str, region: str) -> Vpc | None:
    """The region's default VPC, None when it was deleted."""
    for vpc in tx.where(Vpc):
        if vpc.is_default and vpc.owner == account and vpc.region == region:
            return vpc
    return None


def default_group(tx: Transaction, vpc: str) -> SecurityGroup:
    """A VPC's default security group, which lives as long as the VPC."""
    return next(group for group in tx.where(SecurityGroup, vpc=vpc) if group.name == "default")


def main_table(tx: Transaction, vpc: str) -> RouteTable:
    """A VPC's main route table."""
    for association in tx.where(RouteTableAssociation, vpc=vpc):
        if association.subnet is None:
            table = tx.find(RouteTable, association.table)
            if table is not None:
                return table
    raise LookupError(f"{vpc} has no main route table")


def make_default_vpc(tx: Transaction, place: Place, moment: Moment) -> Vpc:
    """172.31.0.0/16, a public /20 subnet in each zone, and a way to the internet."""
    vpc = make_vpc(tx, place, DEFAULT_RANGE, moment, is_default=True)
    gateway = InternetGateway(
        id=f"igw-{moment.hex(17)}", owner=place.account, region=place.region, vpc=vpc.id
    )
    tx.put(gateway)
    table = main_table(tx, vpc.id)
    tx.put(replace(table, routes=(Route(destination="0.0.0.0/0", target=gateway.id),)))
    ranges = ipaddress.IPv4Network(DEFAULT_RANGE).subnets(new_prefix=20)
    for (zone, zone_id), cidr in zip(zones_of(place.region), ranges, strict=False):
        make_subnet(tx, vpc, str(cidr), (zone, zone_id), moment, is_default=True)
    return vpc


def make_vpc(
    tx: Transaction,
    place: Place,
    cidr: str,
    moment: Moment,
    *,
    is_default: bool = False,
    tenancy: str = "default",
    tags: Tags = (),
) -> Vpc:
    """A VPC with its main route table, default access list and default security group."""
    vpc = Vpc(
        id=f"vpc-{moment.hex(17)}",
        owner=place.account,
        region=place.region,
        cidr=cidr,
        is_default=is_default,
        dns_hostnames=is_default,
        tenancy=tenancy,
        dhcp_options=_dhcp_options(tx, place, moment).id,
        tags=tags,
    )
    tx.put(vpc)
    owner, region = place.account, place.region
    table = RouteTable(id=f"rtb-{moment.hex(17)}", vpc=vpc.id, owner=owner, region=region)
    tx.put(table)
    association = f"rtbassoc-{moment.hex(17)}"
    tx.put(RouteTableAssociation(id=association, table=table.id, vpc=vpc.id))
    tx.put(NetworkAcl(id=f"acl-{moment.hex(17)}", vpc=vpc.id, owner=owner, region=region))
    group = make_group(tx, vpc, "default", "default VPC security group", moment)
    tx.put(
        SecurityGroupRule(
            id=f"sgr-{moment.hex(17)}",
            group=group.id,
            egress=False,
            protocol="-1",
            peer=group.id,
        )
    )
    return vpc


def make_subnet(
    tx: Transaction,
    vpc: Vpc,
    cidr: str,
    zone: tuple[str, str],
    moment: Moment,
    *,
    is_default: bool = False,
    tags: Tags = (),
) -> Subnet:
    """A subnet of the VPC in a zone (name and id)."""
    key = f"subnet-{moment.hex(17)}"
    place = Place(account=vpc.owner, region=vpc.region)
    subnet = Subnet(
        id=key,
        arn=place.arn("ec2", f"subnet/{key}"),
        vpc=vpc.id,
        owner=vpc.owner,
        cidr=cidr,
        zone=zone[0],
        zone_id=zone[1],
        map_public_ip=is_default,
        is_default=is_default,
        tags=tags,
    )
    tx.put(subnet)
    return subnet


def make_group(
    tx: Transaction, vpc: Vpc, name: str, description: str, moment: Moment, tags: Tags = ()
) -> SecurityGroup:
    """A security group that lets everything out and nothing in."""
    group = SecurityGroup(
        id=f"sg-{moment.hex(17)}",
        name=name,
        description=description,
        vpc=vpc.id,
        owner=vpc.owner,
        region=vpc.region,
        tags=tags,
    )
    tx.put(group)
    tx.put(
        SecurityGroupRule(
            id=f"sgr-{moment.hex(17)}",
            group=group.id,
            egress=True,
            protocol="-1",
            cidr="0.0.0.0/0",
        )
    )
    return group


def _dhcp_options(tx: Transaction, place: Place, moment: Moment) -> DhcpOptions:
    for options in tx.where(DhcpOptions):
        if options.owner == place.account and options.region == place.region:
            return options
    options = DhcpOptions(
        id=f"dopt-{moment.hex(17)}",
        owner=place.account,
        region=place.region,
        options=(
            ("domain-name", _domain(place.region)),
            ("domain-name-servers", "AmazonProvidedDNS"),
        ),
    )
    tx.put(options)
    return options


def _domain(region: str) -> str:
    return "ec2.internal" if region == "us-east-1" else f"{region}.compute.internal"


def private_name(address: str, region: str) -> str:
    """An address's private DNS name (EC2 user guide: instance hostname types)."""
    return f"ip-{address.replace('.', '-')}.{_domain(region)}"
