"""Zones from what is registered: Cloud Map's names, load balancers' and Service Connect's."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from seaway.core.balancer import LoadBalancer
from seaway.core.discovery import DiscoveryService, NamedEndpoint, Namespace, Registration
from seaway.core.network import Vpc
from seaway.core.zone import MACHINE, SOA_TTL, Book, RecordSet, Resolver, Zone, resolver_address
from seaway.store.transaction import Transaction

NAME_TTL = 5
"""Seconds that a name of Service Connect's or a load balancer's is believed."""

ATTRIBUTES = {"A": "AWS_INSTANCE_IPV4", "AAAA": "AWS_INSTANCE_IPV6", "CNAME": "AWS_INSTANCE_CNAME"}
"""Which attribute of an instance becomes a record of which type."""


def book(tx: Transaction) -> Book:
    """All that the name server is to answer now, and the addresses it does so at."""
    zones = [*_namespaces(tx), *_balancers(tx), *_connect_names(tx)]
    return Book(zones=tuple(zones), resolvers=tuple(_resolvers(tx)))


def _resolvers(tx: Transaction) -> Iterator[Resolver]:
    """One for each address; VPCs of the same range have the same, and never share a machine."""
    vpcs: dict[str, list[str]] = {}
    for vpc in tx.where(Vpc):
        vpcs.setdefault(resolver_address(vpc.cidr), []).append(vpc.id)
    for address, owners in sorted(vpcs.items()):
        yield Resolver(address=address, vpcs=tuple(sorted(owners)))


def _namespaces(tx: Transaction) -> Iterator[Zone]:
    for space in tx.where(Namespace):
        if space.type == "HTTP":
            continue
        sets: list[RecordSet] = []
        for service in tx.where(DiscoveryService, namespace=space.arn):
            if service.records:
                sets += record_sets(space, service, tx.where(Registration, service=service.arn))
        yield Zone(
            name=_plain(space.name),
            scope=space.vpc,
            ttl=SOA_TTL if space.soa_ttl is None else space.soa_ttl,
            sets=tuple(sets),
        )


def record_sets(
    space: Namespace, service: DiscoveryService, registrations: Iterable[Registration]
) -> list[RecordSet]:
    """The records that registering these instances made (API: RegisterInstance).

    A service without health check has only healthy instances. Beside an SRV record stand the
    addresses of the names it leads to. A service named ``.`` is the namespace's own name.
    """
    name = _plain(space.name if service.name == "." else f"{service.name}.{space.name}")
    weighted = service.routing_policy == "WEIGHTED"
    values: dict[str, list[tuple[str, bool]]] = {}
    targets: list[RecordSet] = []
    ttls = {record.type: record.ttl for record in service.records}
    for one in registrations:
        given = dict(one.attributes)
        healthy = one.health == "HEALTHY" or not service.is_checked
        target = _plain(f"{one.instance_id}.{name}")
        for kind, value in _values(given, ttls, target):
            values.setdefault(kind, []).append((value, healthy))
            if kind == "SRV":
                targets += _addresses(target, given, ttls["SRV"])
    sets = [
        RecordSet(
            name=name,
            type=kind,
            ttl=ttls.get(kind, NAME_TTL),
            values=tuple(found),
            weighted=weighted or kind == "ALIAS",
        )
        for kind, found in values.items()
    ]
    return sets + targets


def _values(
    attributes: Mapping[str, str], kinds: Collection[str], target: str
) -> Iterator[tuple[str, str]]:
    """What an instance says to each type of record; ``target`` is its own name, for SRV."""
    if "AWS_ALIAS_DNS_NAME" in attributes:
        yield "ALIAS", _plain(attributes["AWS_ALIAS_DNS_NAME"])
        return
    for kind in kinds:
        if kind in ATTRIBUTES and ATTRIBUTES[kind] in attributes:
            value = attributes[ATTRIBUTES[kind]]
            yield kind, _plain(value) if kind == "CNAME" else value
    if "SRV" in kinds and "AWS_INSTANCE_PORT" in attributes:
        yield "SRV", f"1 1 {attributes['AWS_INSTANCE_PORT']} {target}"


def _addresses(name: str, attributes: dict[str, str], ttl: int) -> Iterator[RecordSet]:
    for kind in ("A", "AAAA"):
        if ATTRIBUTES[kind] in attributes:
            value = attributes[ATTRIBUTES[kind]]
            yield RecordSet(name=name, type=kind, ttl=ttl, values=((value, True),))


def _balancers(tx: Transaction) -> Iterator[Zone]:
    for balancer in tx.where(LoadBalancer):
        addresses = tuple((address, True) for _, address in balancer.addresses)
        if addresses:
            yield _single(balancer.dns_name, addresses, None)


def _connect_names(tx: Transaction) -> Iterator[Zone]:
    """For the machine's own programs; tasks have these names in their hosts files."""
    spaces = {space.arn: space for space in tx.where(Namespace)}
    seen: set[str] = set()
    for endpoint in tx.where(NamedEndpoint):
        space = spaces.get(endpoint.namespace)
        if endpoint.outside_address is None or space is None:
            continue
        for name in (f"{endpoint.discovery_name}.{space.name}", endpoint.dns_name):
            if _plain(name) not in seen:
                seen.add(_plain(name))
                yield _single(name, ((endpoint.outside_address, True),), MACHINE)


def _single(name: str, addresses: tuple[tuple[str, bool], ...], scope: str | None) -> Zone:
    """A zone of one name, so that what stands beside it is asked elsewhere."""
    plain = _plain(name)
    found = RecordSet(name=plain, type="A", ttl=NAME_TTL, values=addresses)
    return Zone(name=plain, scope=scope, ttl=NAME_TTL, sets=(found,))


def _plain(name: str) -> str:
    return name.rstrip(".").lower()
