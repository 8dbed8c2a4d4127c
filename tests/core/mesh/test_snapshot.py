"""Snapshots: same content, same version; what did not change is the very same object."""

from __future__ import annotations

from dataclasses import replace

import pytest

from seaway.core.mesh.proxy import (
    Endpoint,
    Forward,
    Labels,
    Port,
    Protocol,
    Proxy,
    Purpose,
    Routing,
    Share,
    Upstream,
)
from seaway.core.mesh.snapshot import (
    InconsistentProxy,
    Kind,
    Rendered,
    difference,
    listener_name,
    take_snapshot,
)

LABELS = Labels(purpose=Purpose.CONNECT)
CATS = Upstream(name="cats", protocol=Protocol.HTTP, labels=LABELS)
PORT = Port(
    name="p",
    address="127.255.0.1",
    port=80,
    protocol=Protocol.HTTP,
    routing=Routing(name="to cats", default=Forward(shares=(Share(upstream="cats"),))),
    labels=LABELS,
)
PROXY = Proxy(node="n", ports=(PORT,), upstreams=(CATS,))
MORE = replace(CATS, endpoints=(Endpoint(address="10.0.0.1", port=80),))


def test_the_version_is_of_the_content_not_of_the_history() -> None:
    first = take_snapshot(PROXY)
    there = take_snapshot(replace(PROXY, upstreams=(MORE,)), first)
    back = take_snapshot(PROXY, there)
    assert back.version == first.version != there.version


def test_only_what_changed_is_new() -> None:
    first = take_snapshot(PROXY)
    second = take_snapshot(replace(PROXY, upstreams=(MORE,)), first)
    assert [(r.kind, r.name) for r in difference(first, second).changed] == [
        (Kind.ENDPOINTS, "cats")
    ]
    assert second.clusters is first.clusters
    assert second.listeners is first.listeners
    assert second.routes is first.routes


def test_from_nothing_everything_is_new_in_the_order_envoy_should_hear_it() -> None:
    changed = difference(None, take_snapshot(PROXY)).changed
    assert [r.kind for r in changed] == [kind for kind in Kind if kind is not Kind.SECRETS]


def test_what_is_gone_is_named() -> None:
    first = take_snapshot(PROXY)
    empty = take_snapshot(Proxy(node="n"), first)
    assert [name for _, name in difference(first, empty).removed] == [
        "cats",
        "cats",
        "p",
        "to cats",
    ]


def test_ports_share_one_routing_and_a_tcp_port_has_no_routes() -> None:
    other = replace(PORT, name="q", namespace="/run/netns/x")
    tcp = replace(PORT, name="t", protocol=Protocol.TCP, routing=replace(PORT.routing, name="t"))
    snapshot = take_snapshot(replace(PROXY, ports=(PORT, other, tcp)))
    assert list(snapshot.routes) == ["to cats"]
    assert snapshot.listeners["q"].needs == ((Kind.ROUTES, "to cats"),)
    assert snapshot.listeners["t"].needs == ()


def test_a_forward_to_nowhere_is_refused() -> None:
    with pytest.raises(InconsistentProxy, match="no upstream cats"):
        take_snapshot(replace(PROXY, upstreams=()))
    with pytest.raises(InconsistentProxy, match="no upstream cats"):
        take_snapshot(replace(PROXY, upstreams=()), take_snapshot(PROXY))


def test_ports_that_disagree_on_a_routing_are_refused() -> None:
    other = replace(PORT, name="q", routing=replace(PORT.routing, default=Forward(shares=())))
    with pytest.raises(InconsistentProxy, match="disagree"):
        take_snapshot(replace(PROXY, ports=(PORT, other)))


CALLED = replace(PORT, namespace="/run/netns/x", intercepted_at=61001)
DOGS = replace(
    CALLED,
    name="d",
    address="127.255.0.2",
    routing=Routing(name="to dogs", default=Forward(shares=(Share(upstream="cats"),))),
)


def test_a_namespaces_names_share_a_listener_and_a_services_tasks_a_table() -> None:
    elsewhere = replace(CALLED, name="q", namespace="/run/netns/y")
    snapshot = take_snapshot(replace(PROXY, ports=(CALLED, DOGS, elsewhere)))
    first, second = listener_name(CALLED), listener_name(elsewhere)
    assert list(snapshot.listeners) == [first, second]
    assert listener_name(DOGS) == first
    assert [r.needs for r in snapshot.listeners.values()] == [((Kind.ROUTES, "names////0"),)] * 2
    assert list(snapshot.routes) == ["names////0"]


def test_another_name_leaves_what_chains_there_are_as_they_were() -> None:
    before = take_snapshot(replace(PROXY, ports=(CALLED,)))
    after = take_snapshot(replace(PROXY, ports=(CALLED, DOGS)), before)
    name = listener_name(CALLED)
    old, new = before.listeners[name].body, after.listeners[name].body
    assert old["filter_chains"] == new["filter_chains"]
    assert old["filter_chain_matcher"] != new["filter_chain_matcher"]
    assert before.routes["names////0"].version != after.routes["names////0"].version


def test_proxies_share_what_a_table_was_rendered_to() -> None:
    rendered: Rendered = {}
    first = take_snapshot(replace(PROXY, ports=(CALLED,)), None, rendered)
    moved = replace(CALLED, namespace="/run/netns/y")
    second = take_snapshot(Proxy(node="m", ports=(moved,), upstreams=(CATS,)), None, rendered)
    assert first.routes["names////0"] is second.routes["names////0"]


def test_two_ways_from_one_address_are_refused() -> None:
    other = replace(DOGS, address=CALLED.address)
    with pytest.raises(InconsistentProxy, match="two ways"):
        take_snapshot(replace(PROXY, ports=(CALLED, other)))


def test_a_name_used_twice_is_refused() -> None:
    with pytest.raises(InconsistentProxy, match="port name"):
        take_snapshot(replace(PROXY, ports=(PORT, PORT)))
