"""Two hosts in the store: whose endpoints are behind whose gate, kept up change by change."""

from __future__ import annotations

from dataclasses import replace

from seaway.core.capacity import Host
from seaway.core.mesh.proxy import Proxy
from seaway.core.mesh.snapshot import take_snapshot
from seaway.core.service import RevisionTraffic
from tests.mesh.test_traffic import (
    CATS,
    DEPLOYMENT,
    World,
    a_calling_task,
    a_certificate,
    a_registration,
    a_serving_task,
)

ONE = Host(id="host-1", cpu=1, memory=1, address="192.0.2.1")
TWO = Host(id="host-2", cpu=1, memory=1, address="192.0.2.2")
NEAR = a_serving_task(1)
FAR = a_serving_task(2, host="host-2")


def a_world(*hosts: Host) -> World:
    """A caller and a server on host one, a server on host two."""
    world = World()
    world.put(*hosts, a_calling_task(3), NEAR, FAR)
    world.put(a_registration(NEAR), a_registration(FAR))
    return world


def proxies(world: World) -> dict[str, Proxy]:
    """Every host's proxy, as the publisher asks for them."""
    with world.store.transaction() as tx:
        world.traffic.look(tx)
        found = {host: world.traffic.proxy(tx, host) for host in ("host-1", "host-2")}
        for host in found:
            world.traffic.done(host)
    for proxy in found.values():
        take_snapshot(proxy)
    return found


def test_hosts_without_addresses_know_nothing_of_each_other() -> None:
    found = proxies(a_world(replace(ONE, address=""), replace(TWO, address="")))
    for proxy in found.values():
        assert proxy.neighbours == ()
        assert proxy.gate is None
        assert not any(upstream.tunnelled for upstream in proxy.upstreams)
        assert all(p.host is None for upstream in proxy.upstreams for p in upstream.endpoints)


def test_what_is_on_another_host_is_behind_its_gate() -> None:
    found = proxies(a_world(ONE, TWO))
    (upstream,) = found["host-1"].upstreams
    assert upstream.tunnelled
    assert {(place.address, place.host) for place in upstream.endpoints} == {
        ("10.0.0.1", None),
        ("10.0.0.2", "host-2"),
    }
    (neighbour,) = found["host-1"].neighbours
    assert (neighbour.id, neighbour.address) == ("host-2", "192.0.2.2")
    assert neighbour.secure.peers == ("spiffe://seaway/host/host-2",)
    gate = found["host-2"].gate
    assert gate is not None
    assert gate.targets == (("10.0.0.2", 80),)
    assert gate.secure.peers == ("spiffe://seaway/host/host-1",)


def test_a_new_task_is_let_be_called_though_nobody_calls_on_its_host() -> None:
    world = a_world(ONE, TWO)
    proxies(world)
    more = a_serving_task(4, host="host-2")
    world.put(more, a_registration(more))
    gate = proxies(world)["host-2"].gate
    assert gate is not None
    assert gate.targets == (("10.0.0.2", 80), ("10.0.0.4", 80))
    world.drop(a_registration(more))
    gate = proxies(world)["host-2"].gate
    assert gate is not None
    assert gate.targets == (("10.0.0.2", 80),)


def test_tasks_of_a_revision_that_is_set_apart_are_let_be_called_too() -> None:
    world = a_world(ONE, TWO)
    world.put(RevisionTraffic(service=CATS.arn, weights=((DEPLOYMENT.id, 100),)))
    gate = proxies(world)["host-2"].gate
    assert gate is not None
    assert gate.targets == (("10.0.0.2", 80),)


def test_an_address_that_is_said_later_changes_everybodys_ways() -> None:
    world = a_world(ONE, replace(TWO, address=""))
    assert proxies(world)["host-1"].neighbours == ()
    world.put(TWO)
    found = proxies(world)
    assert [neighbour.id for neighbour in found["host-1"].neighbours] == ["host-2"]
    assert found["host-1"].upstreams[0].tunnelled


def test_hosts_certificates_are_among_the_secrets_once_they_are_made() -> None:
    world = a_world(ONE, TWO)
    assert proxies(world)["host-1"].secrets == ()
    world.put(a_certificate("host/host-1"), a_certificate("host/host-2"))
    found = proxies(world)
    assert {secret.name for secret in found["host-1"].secrets} == {"host/host-1", "hosts"}
    assert {secret.name for secret in found["host-2"].secrets} == {"host/host-2", "hosts"}
