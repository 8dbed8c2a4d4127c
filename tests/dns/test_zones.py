"""Zones are made from what is registered."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from seaway.core.balancer import LoadBalancer
from seaway.core.discovery import DiscoveryService, DnsRecord, Registration
from seaway.core.network import Vpc
from seaway.core.zone import MACHINE, Book, RecordSet, Resolver, Zone
from seaway.dns.book import decode, encode
from seaway.dns.zones import book
from seaway.store.resident import Resident
from tests.builders import a_discovery_service, a_named_endpoint, a_namespace

PETS = a_namespace("Pets.local", type="DNS_PRIVATE", vpc="vpc-1", soa_ttl=60)


def a_registry(name: str, *kinds: str, **fields: Any) -> DiscoveryService:
    found = tuple(DnsRecord(type=kind, ttl=10) for kind in kinds)
    return a_discovery_service(name, **{"records": found, "type": "DNS_HTTP", **fields})


def an_instance(service: DiscoveryService, id: str, **fields: Any) -> Registration:
    health = fields.pop("health", "HEALTHY")
    return Registration(
        key=f"{service.id}/{id}",
        service=service.arn,
        instance_id=id,
        attributes=tuple(fields.items()),
        created_at=1.0,
        health=health,
    )


def written(*nouns: Any) -> Book:
    store = Resident()
    with store.transaction() as tx:
        for noun in nouns:
            tx.put(noun)
        return book(tx)


def sets(*nouns: Any) -> dict[tuple[str, str], RecordSet]:
    (zone,) = written(PETS, *nouns).zones
    return {(one.name, one.type): one for one in zone.sets}


def test_a_private_namespace_is_a_zone_of_its_vpc() -> None:
    (zone,) = written(PETS).zones
    assert zone == Zone(name="pets.local", scope="vpc-1", ttl=60)


def test_a_public_namespace_is_for_everybody_and_an_http_namespace_is_no_zone() -> None:
    public = a_namespace("pets.example", type="DNS_PUBLIC")
    assert written(public).zones == (Zone(name="pets.example", scope=None, ttl=15),)
    assert written(a_namespace("shop")).zones == ()


def test_instances_become_addresses_healthy_or_not() -> None:
    cats = a_registry("cats", "A", "AAAA", custom_health=True, routing_policy="WEIGHTED")
    found = sets(
        cats,
        an_instance(cats, "1", AWS_INSTANCE_IPV4="10.0.0.1", AWS_INSTANCE_IPV6="fd00::1"),
        an_instance(cats, "2", AWS_INSTANCE_IPV4="10.0.0.2", health="UNHEALTHY"),
    )
    four = found["cats.pets.local", "A"]
    assert four.values == (("10.0.0.1", True), ("10.0.0.2", False))
    assert (four.ttl, four.weighted) == (10, True)
    assert found["cats.pets.local", "AAAA"].values == (("fd00::1", True),)


def test_without_a_health_check_all_are_healthy() -> None:
    cats = a_registry("cats", "A")
    found = sets(cats, an_instance(cats, "1", AWS_INSTANCE_IPV4="10.0.0.1", health="UNHEALTHY"))
    assert found["cats.pets.local", "A"].values == (("10.0.0.1", True),)


def test_an_srv_record_leads_to_a_name_of_the_instance_s_own() -> None:
    cats = a_registry("_cats._tcp", "SRV")
    attributes = {"AWS_INSTANCE_IPV4": "10.0.0.1", "AWS_INSTANCE_PORT": "8080"}
    found = sets(cats, an_instance(cats, "abc", **attributes))
    assert found["_cats._tcp.pets.local", "SRV"].values == (
        ("1 1 8080 abc._cats._tcp.pets.local", True),
    )
    assert found["abc._cats._tcp.pets.local", "A"].values == (("10.0.0.1", True),)
    assert len(found) == 2


def test_names_and_aliases_lead_elsewhere() -> None:
    named = a_registry("named", "CNAME", routing_policy="WEIGHTED")
    alias = a_registry("alias", "A", routing_policy="WEIGHTED")
    found = sets(
        named,
        an_instance(named, "1", AWS_INSTANCE_CNAME="www.Example.com."),
        alias,
        an_instance(alias, "1", AWS_ALIAS_DNS_NAME="web.elb.example"),
    )
    assert found["named.pets.local", "CNAME"].values == (("www.example.com", True),)
    assert found["alias.pets.local", "ALIAS"].values == (("web.elb.example", True),)


def test_a_service_without_records_has_no_name() -> None:
    calls = a_discovery_service("calls")
    assert sets(calls, an_instance(calls, "1", AWS_INSTANCE_IPV4="10.0.0.1")) == {}


def test_a_load_balancer_s_name_is_a_zone_of_its_own() -> None:
    balancer = LoadBalancer(
        arn="arn", name="web", dns_name="web-1.elb.example", created_at=1.0,
        addresses=(("subnet-1", "10.0.0.50"), ("subnet-2", "10.0.1.50")),
    )  # fmt: skip
    (zone,) = written(balancer).zones
    assert (zone.name, zone.scope) == ("web-1.elb.example", None)
    assert [value for value, _ in zone.sets[0].values] == ["10.0.0.50", "10.0.1.50"]


def test_service_connect_s_names_are_the_machine_s() -> None:
    service = a_discovery_service("cats", owner="arn:ecs")
    endpoint = a_named_endpoint(service, dns_name="cats.example", outside=5)
    hidden = a_named_endpoint(a_discovery_service("dogs", owner="arn:ecs"))
    zones = written(a_namespace("shop"), service, endpoint, hidden).zones
    assert {zone.name: zone.scope for zone in zones} == {
        "cats.shop": MACHINE,
        "cats.example": MACHINE,
    }
    assert {zone.sets[0].values[0][0] for zone in zones} == {"127.254.0.5"}


def test_vpcs_of_one_range_share_a_resolver() -> None:
    same = {"owner": "0", "region": "us-east-1", "cidr": "10.203.0.0/16"}
    other = Vpc(id="vpc-3", owner="0", region="us-east-1", cidr="10.0.0.0/24")
    found = written(Vpc(id="vpc-1", **same), Vpc(id="vpc-2", **same), other).resolvers
    assert found == (
        Resolver(address="10.0.0.2", vpcs=("vpc-3",)),
        Resolver(address="10.203.0.2", vpcs=("vpc-1", "vpc-2")),
    )


RECORD_SETS = st.builds(
    RecordSet,
    name=st.text(),
    type=st.sampled_from(["A", "SRV", "ALIAS"]),
    ttl=st.integers(0, 2**31 - 1),
    values=st.lists(st.tuples(st.text(), st.booleans())).map(tuple),
    weighted=st.booleans(),
)
ZONES = st.builds(
    Zone,
    name=st.text(),
    scope=st.none() | st.text(),
    ttl=st.integers(0, 99),
    sets=st.lists(RECORD_SETS, max_size=3).map(tuple),
)
RESOLVERS = st.builds(Resolver, address=st.text(), vpcs=st.lists(st.text()).map(tuple))


@given(
    st.builds(
        Book,
        zones=st.lists(ZONES, max_size=3).map(tuple),
        resolvers=st.lists(RESOLVERS, max_size=3).map(tuple),
    )
)
def test_what_is_written_is_what_is_read(book: Book) -> None:
    assert decode(encode(book)) == book
