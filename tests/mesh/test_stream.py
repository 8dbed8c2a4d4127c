"""The ADS conversation, told as requests and responses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from seaway.core.mesh.proxy import (
    Endpoint,
    Forward,
    Labels,
    Port,
    Protocol,
    Proxy,
    Purpose,
    Routing,
    Secret,
    Secure,
    Share,
    Upstream,
)
from seaway.core.mesh.snapshot import Kind, Snapshot, take_snapshot
from seaway.mesh.stream import Accepted, Rejected, Request, Response, Stream

LABELS = Labels(purpose=Purpose.CONNECT)


def an_upstream(name: str, *ports: int, timeout: float = 5) -> Upstream:
    return Upstream(
        name=name,
        protocol=Protocol.HTTP,
        labels=LABELS,
        endpoints=tuple(Endpoint(address="10.0.0.1", port=p) for p in ports),
        connect_timeout=timeout,
    )


def a_port(name: str, upstream: str) -> Port:
    routing = Routing(name=f"to {upstream}", default=Forward(shares=(Share(upstream=upstream),)))
    return Port(
        name=name,
        address="127.255.0.1",
        port=80,
        protocol=Protocol.HTTP,
        routing=routing,
        labels=LABELS,
    )


def a_snapshot(*nouns: Upstream | Port | Secret, before: Snapshot | None = None) -> Snapshot:
    proxy = Proxy(
        node="n",
        upstreams=tuple(n for n in nouns if isinstance(n, Upstream)),
        ports=tuple(n for n in nouns if isinstance(n, Port)),
        secrets=tuple(n for n in nouns if isinstance(n, Secret)),
    )
    return take_snapshot(proxy, before)


class Envoy:
    """As much of Envoy as the conversation needs: it applies, subscribes, acknowledges."""

    def __init__(self, stream: Stream, refuses: Sequence[str] = ()) -> None:
        self.stream = stream
        self.refuses = refuses
        self.has: dict[Kind, dict[str, str]] = {kind: {} for kind in Kind}
        self.asked: dict[Kind, set[str]] = {kind: set() for kind in Kind}
        self.heard: list[tuple[Kind, tuple[str, ...], tuple[str, ...]]] = []

    def connect(self) -> None:
        for kind in (Kind.CLUSTERS, Kind.LISTENERS):
            self.take(self.stream.receive(Request(kind=kind)))

    def take(self, responses: list[Response]) -> None:
        waiting = list(responses)
        while waiting:
            waiting += self.answer(waiting.pop(0))

    def answer(self, response: Response) -> list[Response]:
        names = tuple(r.name for r in response.resources)
        self.heard.append((response.kind, names, response.removed))
        has = self.has[response.kind]
        bad = [n for n in names if n in self.refuses]
        for resource in response.resources:
            if resource.name not in bad:
                has[resource.name] = resource.version
        for name in response.removed:
            has.pop(name, None)
        out = self.stream.receive(
            Request(
                kind=response.kind,
                nonce=response.nonce,
                error=f"bad: {bad}" if bad else None,
            )
        )
        for resource in response.resources:
            if resource.name in has:
                for kind, name in resource.needs:
                    out += self.subscribe(kind, name)
        return out

    def subscribe(self, kind: Kind, name: str) -> list[Response]:
        if name in self.asked[kind]:
            return []
        self.asked[kind].add(name)
        return self.stream.receive(Request(kind=kind, subscribe=(name,)))


def test_what_is_needed_comes_before_what_needs_it() -> None:
    stream = Stream(a_snapshot(an_upstream("cats", 1), a_port("p", "cats")))
    envoy = Envoy(stream)
    envoy.connect()
    assert [(kind.name, names) for kind, names, _ in envoy.heard] == [
        ("CLUSTERS", ("cats",)),
        ("ENDPOINTS", ("cats",)),
        ("LISTENERS", ("p",)),
        ("ROUTES", ("to cats",)),
    ]
    assert stream.settled


def test_before_there_is_a_target_nothing_is_said() -> None:
    stream = Stream()
    assert stream.receive(Request(kind=Kind.CLUSTERS)) == []
    assert not stream.settled
    (response,) = stream.publish(a_snapshot())
    assert (response.kind, response.resources) == (Kind.CLUSTERS, ())


def test_a_rejected_resource_is_not_sent_again_until_it_changes() -> None:
    first = a_snapshot(an_upstream("cats"), a_port("p", "cats"))
    stream = Stream(first)
    envoy = Envoy(stream, refuses=["p"])
    envoy.connect()
    (rejected,) = stream.rejections
    assert (rejected.kind, rejected.name) == (Kind.LISTENERS, "p")
    assert stream.settled
    heard = len(envoy.heard)
    envoy.take(
        stream.publish(a_snapshot(an_upstream("cats", 7), a_port("p", "cats"), before=first))
    )
    assert [kind for kind, _, _ in envoy.heard[heard:]] == [Kind.ENDPOINTS]
    envoy.refuses = []
    envoy.take(stream.publish(a_snapshot(an_upstream("dogs"), a_port("p", "dogs"))))
    assert stream.rejections == ()
    assert stream.settled


def test_what_stands_refused_is_offered_again_when_it_is_to_be_tried_again() -> None:
    stream = Stream(a_snapshot(an_upstream("cats"), a_port("p", "cats"), a_port("q", "cats")))
    envoy = Envoy(stream, refuses=["p", "q"])
    envoy.connect()
    stream.observed()
    envoy.take(stream.try_again())
    assert [r.name for r in stream.rejections] == ["p", "q"]
    assert stream.observed() == []  # the same refusal is no news
    envoy.refuses = ["q"]
    envoy.take(stream.try_again())
    assert [r.name for r in stream.rejections] == ["q"]
    assert "p" in envoy.has[Kind.LISTENERS]
    accepted = [seen for seen in stream.observed() if isinstance(seen, Accepted)]
    assert [seen.names for seen in accepted if seen.recovered] == [("p",)]
    assert stream.settled
    envoy.refuses = []
    envoy.take(stream.try_again())
    assert stream.rejections == ()
    assert stream.try_again() == []


def test_of_several_resources_the_culprits_are_found_and_the_others_arrive() -> None:
    ports = [a_port(f"p{n}", "cats") for n in range(9)]
    stream = Stream(a_snapshot(an_upstream("cats"), *ports))
    envoy = Envoy(stream, refuses=["p3", "p7"])
    envoy.connect()
    assert [r.name for r in stream.rejections] == ["p3", "p7"]
    assert set(envoy.has[Kind.LISTENERS]) == {f"p{n}" for n in range(9)} - {"p3", "p7"}
    assert stream.settled


def test_a_proxy_that_kept_its_configuration_hears_nothing_of_it_again() -> None:
    target = a_snapshot(an_upstream("cats", 1), a_port("p", "cats"))
    stream = Stream(target)

    def kept(kind: Kind) -> dict[str, str]:
        return {name: r.version for name, r in target.of(kind).items()}

    said = [
        *stream.receive(
            Request(kind=Kind.ENDPOINTS, subscribe=("cats",), versions=kept(Kind.ENDPOINTS))
        ),
        *stream.receive(Request(kind=Kind.CLUSTERS, versions=kept(Kind.CLUSTERS))),
    ]
    assert [r.resources for r in said] == [()]
    said += stream.receive(
        Request(kind=Kind.ROUTES, subscribe=("to cats",), versions=kept(Kind.ROUTES))
    )
    said += stream.receive(Request(kind=Kind.LISTENERS, versions=kept(Kind.LISTENERS)))
    said += stream.receive(Request(kind=Kind.CLUSTERS, nonce=said[0].nonce))
    assert [(r.kind, r.resources, r.removed) for r in said] == [
        (Kind.CLUSTERS, (), ()),
        (Kind.LISTENERS, (), ()),
    ]
    assert stream.receive(Request(kind=Kind.LISTENERS, nonce=said[1].nonce)) == []
    assert stream.settled


def test_what_a_proxy_kept_but_should_not_have_is_taken_away() -> None:
    stream = Stream(a_snapshot())
    (first,) = stream.receive(Request(kind=Kind.CLUSTERS, versions={"old": "1"}))
    assert first.removed == ()  # not while a listener may still lead there
    assert stream.receive(Request(kind=Kind.CLUSTERS, nonce=first.nonce)) == []
    (listeners,) = stream.receive(Request(kind=Kind.LISTENERS, versions={"old": "1"}))
    assert listeners.removed == ("old",)
    (clusters,) = stream.receive(Request(kind=Kind.LISTENERS, nonce=listeners.nonce))
    assert (clusters.kind, clusters.removed) == (Kind.CLUSTERS, ("old",))


def test_an_upstream_goes_only_after_the_routes_that_led_to_it() -> None:
    first = a_snapshot(an_upstream("cats"), a_port("p", "cats"))
    stream = Stream(first)
    envoy = Envoy(stream)
    envoy.connect()
    envoy.heard.clear()
    envoy.take(stream.publish(a_snapshot(an_upstream("dogs"), a_port("p", "dogs"), before=first)))
    order = [(kind.name, names, removed) for kind, names, removed in envoy.heard]
    assert order == [
        ("CLUSTERS", ("dogs",), ()),
        ("ENDPOINTS", ("dogs",), ()),
        ("LISTENERS", ("p",), ()),
        ("ROUTES", ("to dogs",), ()),
        ("CLUSTERS", (), ("cats",)),
    ]


def test_a_changed_cluster_gets_its_unchanged_endpoints_again() -> None:
    first = a_snapshot(an_upstream("cats", 1))
    stream = Stream(first)
    envoy = Envoy(stream)
    envoy.connect()
    envoy.heard.clear()
    envoy.take(stream.publish(a_snapshot(an_upstream("cats", 1, timeout=1), before=first)))
    assert [kind.name for kind, _, _ in envoy.heard] == ["CLUSTERS", "ENDPOINTS"]


def test_a_cluster_changed_while_its_endpoints_are_under_way_gets_them_once_more() -> None:
    target = a_snapshot(an_upstream("cats", 1))
    stream = Stream(target)
    Envoy(stream).connect()
    target = a_snapshot(an_upstream("cats", 1, timeout=1), before=target)
    clusters, endpoints = stream.publish(target)
    target = a_snapshot(an_upstream("cats", 1, timeout=2), before=target)
    assert stream.publish(target) == []
    (changed,) = stream.receive(Request(kind=Kind.CLUSTERS, nonce=clusters.nonce))
    assert changed.kind is Kind.CLUSTERS
    # The first ones may have reached the cluster before it changed again.
    (again,) = stream.receive(Request(kind=Kind.ENDPOINTS, nonce=endpoints.nonce))
    assert again.resources == (target.endpoints["cats"],)
    assert stream.receive(Request(kind=Kind.CLUSTERS, nonce=changed.nonce)) == []
    assert not stream.settled
    assert stream.receive(Request(kind=Kind.ENDPOINTS, nonce=again.nonce)) == []
    assert stream.settled


def test_changes_while_a_response_is_under_way_are_sent_as_one() -> None:
    target = a_snapshot(an_upstream("cats", 1))
    stream = Stream(target)
    Envoy(stream).connect()
    target = a_snapshot(an_upstream("cats", 2), before=target)
    (under_way,) = stream.publish(target)
    for port in (3, 4, 5):
        target = a_snapshot(an_upstream("cats", port), before=target)
        assert stream.publish(target) == []
    assert not stream.settled
    (later,) = stream.receive(Request(kind=Kind.ENDPOINTS, nonce=under_way.nonce))
    assert later.resources == (target.endpoints["cats"],)


def test_acceptance_and_rejection_are_observations() -> None:
    stream = Stream(a_snapshot(an_upstream("cats"), a_port("p", "cats")))
    Envoy(stream, refuses=["p"]).connect()
    seen = stream.observed()
    assert Accepted(kind=Kind.CLUSTERS, names=("cats",)) in seen
    assert [o.name for o in seen if isinstance(o, Rejected)] == ["p"]
    assert stream.observed() == []


NAMES = st.sampled_from("abcd")
WORLDS = st.tuples(
    st.dictionaries(NAMES, st.tuples(st.integers(1, 2), st.integers(1, 2)), max_size=4),
    st.dictionaries(st.sampled_from("pqr"), NAMES, max_size=3),
)


@given(st.lists(WORLDS, min_size=1, max_size=6), st.sets(st.sampled_from("pqr"), max_size=1))
def test_after_any_changes_the_proxy_has_just_the_target(
    worlds: list[tuple[dict[str, tuple[int, int]], dict[str, str]]], refused: set[str]
) -> None:
    stream = Stream()
    envoy = Envoy(stream, refuses=sorted(refused))
    envoy.connect()
    snapshot = None
    for upstreams, ports in worlds:
        snapshot = a_snapshot(
            *(an_upstream(n, port, timeout=t) for n, (port, t) in upstreams.items()),
            *(a_port(p, n) for p, n in ports.items() if n in upstreams),
            before=snapshot,
        )
        envoy.take(stream.publish(snapshot))
        assert stream.settled
        clusters = {n: r.version for n, r in snapshot.clusters.items()}
        assert envoy.has[Kind.CLUSTERS] == clusters
        listeners = {n: r.version for n, r in snapshot.listeners.items() if n not in refused}
        assert envoy.has[Kind.LISTENERS] == listeners
        for name in clusters:
            assert envoy.has[Kind.ENDPOINTS][name] == snapshot.endpoints[name].version


def a_secured_world(client: str) -> tuple[Upstream | Port | Secret, ...]:
    """An upstream and a port, both with TLS; the client's certificate says ``client``."""
    shown = Secure(certificate="client/web", authorities="authority/cats")
    asked = Secure(certificate="server/cats", authorities="authority/cats")
    return (
        replace(an_upstream("cats", 1), secure=shown),
        replace(a_port("p", "cats"), secure=asked),
        Secret(name="client/web", chain=client, key="key"),
        Secret(name="server/cats", chain="server", key="key"),
        Secret(name="authority/cats", chain="root"),
    )


def test_secrets_come_as_soon_as_they_are_asked_for_and_before_what_leads_to_them() -> None:
    stream = Stream(a_snapshot(*a_secured_world("first")))
    envoy = Envoy(stream)
    envoy.connect()
    heard = [(kind.name, names) for kind, names, _ in envoy.heard]
    assert {name for kind, names in heard if kind == "SECRETS" for name in names} == {
        "client/web",
        "authority/cats",
        "server/cats",
    }
    before = heard[: heard.index(("LISTENERS", ("p",)))]
    assert {n for k, names in before if k == "SECRETS" for n in names} == {
        "client/web",
        "authority/cats",
    }
    assert stream.settled


def test_a_rotation_sends_the_secret_and_nothing_else() -> None:
    first = a_snapshot(*a_secured_world("first"))
    stream = Stream(first)
    envoy = Envoy(stream)
    envoy.connect()
    envoy.heard.clear()
    second = a_snapshot(*a_secured_world("second"), before=first)
    assert second.version != first.version
    assert second.clusters is first.clusters
    assert second.listeners is first.listeners
    envoy.take(stream.publish(second))
    assert envoy.heard == [(Kind.SECRETS, ("client/web",), ())]
    assert stream.settled


def test_a_proxy_is_not_settled_before_it_has_asked_for_its_secrets() -> None:
    stream = Stream(a_snapshot(*a_secured_world("first")))
    (clusters,) = stream.receive(Request(kind=Kind.CLUSTERS))
    (greeting,) = stream.receive(Request(kind=Kind.CLUSTERS, nonce=clusters.nonce)) or (None,)
    assert greeting is None
    (endpoints,) = stream.receive(Request(kind=Kind.ENDPOINTS, subscribe=("cats",)))
    stream.receive(Request(kind=Kind.ENDPOINTS, nonce=endpoints.nonce))
    assert stream.receive(Request(kind=Kind.LISTENERS)) == []  # secrets are still to be asked for
    assert not stream.settled
