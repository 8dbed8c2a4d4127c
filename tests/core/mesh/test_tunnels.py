"""What becomes of a proxy's neighbours and its gate, and what a change of them touches."""

from __future__ import annotations

from dataclasses import replace

from seaway.core.mesh.proxy import (
    Endpoint,
    Gate,
    Labels,
    Neighbour,
    Protocol,
    Proxy,
    Purpose,
    Secure,
    Upstream,
)
from seaway.core.mesh.snapshot import Kind, Snapshot, difference, take_snapshot

SECURE = Secure(certificate="host/one", authorities="hosts", peers=("spiffe://seaway/host/two",))
UPSTREAM = Upstream(
    name="web>cats",
    protocol=Protocol.HTTP,
    labels=Labels(purpose=Purpose.CONNECT),
    endpoints=(Endpoint(address="10.0.2.9", port=80, host="two"),),
    tunnelled=True,
)
PROXY = Proxy(
    node="one",
    upstreams=(UPSTREAM,),
    neighbours=(Neighbour(id="two", address="192.0.2.2", secure=SECURE),),
    gate=Gate(address="192.0.2.1", secure=SECURE, targets=(("10.0.1.7", 80),)),
)


def changed(before: Snapshot, after: Proxy) -> list[tuple[Kind, str]]:
    told = difference(before, take_snapshot(after, before))
    return [(one.kind, one.name) for one in told.changed] + list(told.removed)


def test_a_host_asks_for_its_certificate_and_the_others_roots() -> None:
    snapshot = take_snapshot(PROXY)
    needs = snapshot.clusters["host/two"].needs
    assert set(needs) == {(Kind.SECRETS, "host/one"), (Kind.SECRETS, "hosts")}
    assert set(snapshot.listeners) == {"tunnel", "tunnel/two"}
    assert (Kind.ROUTES, "tunnel") in snapshot.listeners["tunnel"].needs


def test_an_endpoint_elsewhere_is_reached_through_the_tunnel_that_leads_there() -> None:
    (locality,) = take_snapshot(PROXY).endpoints["web>cats"].body["endpoints"]
    (endpoint,) = locality["lb_endpoints"]
    assert endpoint["endpoint"]["address"] == {
        "envoy_internal_address": {
            "server_listener_name": "tunnel/two",
            "endpoint_id": "10.0.2.9:80",
        }
    }
    told = endpoint["metadata"]["filter_metadata"]
    assert told["seaway.tunnel"] == {"target": "10.0.2.9:80"}


def test_a_task_that_comes_or_goes_changes_the_gates_routes_and_no_listener() -> None:
    before = take_snapshot(PROXY)
    assert PROXY.gate is not None
    more = replace(PROXY.gate, targets=(("10.0.1.7", 80), ("10.0.1.8", 80)))
    assert changed(before, replace(PROXY, gate=more)) == [(Kind.ROUTES, "tunnel")]
    assert changed(before, replace(PROXY)) == []


def test_a_neighbour_that_goes_takes_its_cluster_and_tunnel_along() -> None:
    before = take_snapshot(PROXY)
    near = replace(UPSTREAM, endpoints=())
    alone = replace(PROXY, upstreams=(near,), neighbours=(), gate=None)
    assert set(changed(before, alone)) == {
        (Kind.ENDPOINTS, "web>cats"),
        (Kind.CLUSTERS, "host/two"),
        (Kind.CLUSTERS, "tunnel"),
        (Kind.LISTENERS, "tunnel/two"),
        (Kind.LISTENERS, "tunnel"),
        (Kind.ROUTES, "tunnel"),
    }


def test_a_gate_without_targets_leads_nowhere() -> None:
    assert PROXY.gate is not None
    empty = replace(PROXY, gate=replace(PROXY.gate, targets=()))
    assert take_snapshot(empty).routes["tunnel"].body["virtual_hosts"] == []
