"""Which ports share a listener, and what a table of names says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from seaway.core.mesh.interceptor import interceptor_name, interceptors, name_tables, places_called
from seaway.core.mesh.listeners import intercepting_listener
from seaway.core.mesh.proxy import Forward, Labels, Port, Protocol, Purpose, Routing, Share

CATS = Port(
    name="connect/t1/web/cats",
    address="127.255.0.1",
    address6="2600:f0f0:0::1",
    port=80,
    namespace="/run/netns/t1",
    intercepted_at=61001,
    protocol=Protocol.HTTP,
    routing=Routing(name="cats", default=Forward(shares=(Share(upstream="cats"),))),
    labels=Labels(purpose=Purpose.CONNECT, cluster="c", service="web", namespace="ns-1"),
)
DOGS = replace(
    CATS,
    name="connect/t1/web/dogs",
    address="127.255.0.2",
    address6=None,
    routing=replace(CATS.routing, name="dogs"),
)


def test_a_port_that_nothing_leads_to_is_a_listener_of_its_own() -> None:
    assert interceptor_name(replace(CATS, intercepted_at=None)) is None
    assert interceptors([replace(CATS, intercepted_at=None)]) == {}


def test_the_names_of_a_namespace_are_one_interceptors() -> None:
    elsewhere = replace(CATS, name="q", namespace="/run/netns/t2")
    assert [one.ports for one in interceptors([CATS, DOGS, elsewhere]).values()] == [
        (CATS, DOGS),
        (elsewhere,),
    ]


def test_on_the_machine_itself_each_address_is_one_interceptors_whatever_its_ports() -> None:
    cats = replace(CATS, namespace=None, address="127.254.0.1", address6=None)
    admin = replace(cats, name="admin", port=81)
    dogs = replace(cats, name="dogs", address="127.254.0.2")
    together, alone = interceptors([cats, admin, dogs]).values()
    assert (together.ports, alone.ports) == ((cats, admin), (dogs,))
    told = intercepting_listener(together)
    assert told["address"]["socket_address"] == {"address": "127.254.0.1", "port_value": 61001}
    assert told["enable_reuse_port"] is False, "another Seaway on this machine gets no share"


def test_a_table_has_every_place_a_name_is_called_at() -> None:
    assert places_called(CATS) == ("127.255.0.1:80", "[2600:f0f0::1]:80")
    (table,) = name_tables([CATS, DOGS]).values()
    assert table.name == "names/c/web/ns-1/0"
    assert [(entry.called, entry.routing.name) for entry in table.entries] == [
        ("127.255.0.1:80", "cats"),
        ("127.255.0.2:80", "dogs"),
        ("[2600:f0f0::1]:80", "cats"),
    ]


def test_tcp_has_no_table() -> None:
    assert name_tables([replace(CATS, protocol=Protocol.TCP)]) == {}


def test_a_place_leads_one_way() -> None:
    with pytest.raises(ValueError, match=r"two ways lead from 127\.255\.0\.1:80"):
        name_tables([CATS, replace(DOGS, address=CATS.address)])


def test_names_that_are_alike_share_a_chain_and_others_do_not() -> None:
    def chains(*ports: Port) -> int:
        (one,) = interceptors(ports).values()
        return len(intercepting_listener(one)["filter_chains"])

    assert chains(CATS, DOGS) == 1
    assert chains(CATS, replace(DOGS, idle_timeout=9)) == 2
    assert chains(CATS, replace(DOGS, protocol=Protocol.GRPC)) == 2
    tcp = replace(DOGS, protocol=Protocol.TCP)
    assert chains(CATS, tcp, replace(tcp, name="r", port=81)) == 3


def test_a_table_does_not_grow_for_ever() -> None:
    ports = [
        replace(CATS, name=str(n), address=f"127.255.{n >> 8}.{n & 255}", address6=None)
        for n in range(1, 1001)
    ]
    tables = name_tables(ports).values()
    assert max(len(table.entries) for table in tables) == 64
    assert sum(len(table.entries) for table in tables) == 1000


def test_neighbouring_addresses_that_lead_to_one_chain_are_one_range() -> None:
    ports = [
        replace(CATS, name=str(n), address=f"127.255.0.{n}", address6=None)
        for n in (*range(4, 12), 20)
    ]
    (one,) = interceptors(ports).values()
    assert _ranges(intercepting_listener(one)) == [
        "127.255.0.4/30",
        "127.255.0.8/30",
        "127.255.0.20/32",
    ]


def test_addresses_of_both_families_lead_to_the_chain() -> None:
    (one,) = interceptors([CATS]).values()
    assert _ranges(intercepting_listener(one)) == ["127.255.0.1/32", "2600:f0f0::1/128"]


def _ranges(listener: dict[str, Any]) -> list[str]:
    """Those of port 80, which all lead to one chain."""
    ports = listener["filter_chain_matcher"]["matcher_tree"]["exact_match_map"]["map"]
    trie = ports["80"]["matcher"]["matcher_tree"]["custom_match"]["typed_config"]
    (chain,) = trie["range_matchers"]
    return [f"{one['address_prefix']}/{one['prefix_len']}" for one in chain["ranges"]]
