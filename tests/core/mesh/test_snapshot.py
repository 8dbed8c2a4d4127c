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
from seaway.core.mesh.snapshot import InconsistentProxy, Kind, difference, take_snapshot

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
    assert [r.kind for r in changed] == list(Kind)


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
    assert snapshot.listeners["q"].needs == "to cats"
    assert snapshot.listeners["t"].needs is None


def test_a_forward_to_nowhere_is_refused() -> None:
    with pytest.raises(InconsistentProxy, match="no upstream cats"):
        take_snapshot(replace(PROXY, upstreams=()))
    with pytest.raises(InconsistentProxy, match="no upstream cats"):
        take_snapshot(replace(PROXY, upstreams=()), take_snapshot(PROXY))


def test_ports_that_disagree_on_a_routing_are_refused() -> None:
    other = replace(PORT, name="q", routing=replace(PORT.routing, default=Forward(shares=())))
    with pytest.raises(InconsistentProxy, match="disagree"):
        take_snapshot(replace(PROXY, ports=(PORT, other)))


def test_a_name_used_twice_is_refused() -> None:
    with pytest.raises(InconsistentProxy, match="port name"):
        take_snapshot(replace(PROXY, ports=(PORT, PORT)))
