"""Which way requests go when somebody has said more than AWS's defaults."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from seaway.core.mesh.connect import Caller, Offer, Revision
from seaway.core.mesh.proxy import (
    Algorithm,
    Endpoint,
    Forward,
    HashOn,
    HeaderIs,
    Limits,
    Mirror,
    PathUnder,
    RateLimit,
    Refusal,
    Retry,
    Secure,
    Share,
)
from seaway.core.mesh.ways import moved, way_to
from seaway.core.task import Sandbox
from seaway.core.task_definition import AppProtocol
from tests.builders import NAMESPACE, a_discovery_service, a_named_endpoint

WEB = Caller(
    task="task-1",
    cluster="shop",
    service="web",
    namespace=NAMESPACE,
    sandboxes=(Sandbox(container="web", path="/run/ns/1"),),
)
HERE, THERE = Endpoint(address="10.0.0.5", port=80), Endpoint(address="10.0.0.6", port=80)


def an_offer(name: str, **fields: Any) -> Offer:
    return Offer(
        **{
            "endpoint": a_named_endpoint(a_discovery_service(name)),
            "cluster": "shop",
            "service": name,
            "namespace": "pets",
            "places": (HERE, THERE),
            **fields,
        }
    )


def saying(**settings: str) -> tuple[tuple[str, str], ...]:
    """Tags; a dot is written as two underscores, a hyphen as one."""
    names = {k: k.replace("__", ".").replace("_", "-") for k in settings}
    return tuple((f"seaway:{names[k]}", text) for k, text in settings.items())


def cats(**settings: str) -> Offer:
    return an_offer("cats", service_tags=saying(**settings))


def forward_of(offer: Offer, caller: Caller = WEB, *others: Offer) -> Forward:
    there = {other.endpoint.discovery_name: other for other in (offer, *others)}
    action = way_to(caller, offer, there).routing.default
    assert isinstance(action, Forward)
    return action


CATS = "connect/shop/web/srv-cats"
DOGS = "connect/shop/web/srv-dogs"


def test_what_the_service_says_is_what_its_callers_do() -> None:
    offer = cats(
        timeout="3s",
        retries="5",
        rate="10/s",
        limits__requests="7",
        balancing="hash header:x-user",
        outlier__failures="2",
    )
    forward = forward_of(offer)
    assert (forward.timeout, forward.retry) == (3, Retry(attempts=5))
    assert forward.rate == RateLimit(requests=10)
    assert forward.hash_on == (HashOn("header", "x-user"),)
    (upstream,) = way_to(WEB, offer).upstreams
    assert upstream.limits == Limits(requests=7)
    assert upstream.algorithm is Algorithm.CONSISTENT_HASH
    assert upstream.outlier_detection is not None
    assert upstream.outlier_detection.failures == 2


def test_outlier_detection_can_be_switched_off() -> None:
    (upstream,) = way_to(WEB, cats(outlier="off")).upstreams
    assert upstream.outlier_detection is None


def test_the_callers_own_word_for_one_target_wins() -> None:
    picky = replace(WEB, said=(("seaway:to.cats.timeout", "1s"), ("seaway:to.dogs.timeout", "9s")))
    assert forward_of(cats(timeout="3s"), picky).timeout == 1
    assert forward_of(cats(timeout="3s")).timeout == 3


def test_the_cluster_speaks_for_all_its_services_until_one_speaks_for_itself() -> None:
    offer = an_offer("cats", cluster_tags=saying(retries="0"))
    assert forward_of(offer).retry == Retry(attempts=0)
    assert forward_of(replace(offer, service_tags=saying(retries="1"))).retry == Retry(attempts=1)


def test_an_idle_timeout_said_later_changes_no_listener() -> None:
    way = way_to(WEB, cats(idle_timeout="20s"))
    assert way.idle_timeout == 300
    assert isinstance(way.routing.default, Forward)
    assert way.routing.default.idle_timeout == 20


def test_over_tcp_the_ports_own_idle_timeout_is_the_one_said() -> None:
    endpoint = a_named_endpoint(a_discovery_service("cats"), protocol=AppProtocol.TCP)
    said = an_offer("cats", endpoint=endpoint, service_tags=saying(idle_timeout="20s"))
    assert way_to(WEB, said).idle_timeout == 20


def test_a_split_shares_requests_with_another_endpoint_by_the_callers_own_upstream() -> None:
    way = way_to(WEB, cats(split="cats:90 dogs:10"), {"dogs": an_offer("dogs")})
    assert isinstance(way.routing.default, Forward)
    assert way.routing.default.shares == (
        Share(upstream=CATS, weight=90),
        Share(upstream=DOGS, weight=10),
    )
    assert way.leans == (a_discovery_service("dogs").arn,)
    assert not way.free


def test_what_is_not_there_or_speaks_another_protocol_gets_no_share() -> None:
    tcp = a_named_endpoint(a_discovery_service("dogs"), protocol=AppProtocol.TCP)
    for others in ((), (an_offer("dogs", endpoint=tcp),)):
        forward = forward_of(cats(split="cats:1 dogs:9"), WEB, *others)
        assert [share.upstream for share in forward.shares] == [CATS]
        forward = forward_of(cats(split="dogs:1"), WEB, *others)
        assert [share.upstream for share in forward.shares] == [CATS]


def test_nobody_is_turned_to_an_endpoint_he_may_not_call() -> None:
    dogs = an_offer("dogs", service_tags=saying(deny="web"))
    forward = forward_of(cats(split="cats:1 dogs:9"), WEB, dogs)
    assert [share.upstream for share in forward.shares] == [CATS]


def test_a_mirror_gets_copies() -> None:
    forward = forward_of(cats(mirror="dogs:5"), WEB, an_offer("dogs"))
    assert forward.mirrors == (Mirror(upstream=DOGS, percent=5),)
    assert forward_of(cats(mirror="dogs:5")).mirrors == ()


def test_a_route_has_its_own_target_and_is_otherwise_as_the_rest() -> None:
    offer = cats(timeout="3s", route__v2="path:/v2 to=dogs retries=0")
    (route,) = way_to(WEB, offer, {"dogs": an_offer("dogs")}).routing.routes
    assert route.conditions == (PathUnder("/v2"),)
    assert isinstance(route.action, Forward)
    assert [share.upstream for share in route.action.shares] == [DOGS]
    assert (route.action.timeout, route.action.retry) == (3, Retry(attempts=0))


def test_who_may_not_call_is_refused_and_has_no_upstream() -> None:
    way = way_to(WEB, cats(deny="web"))
    assert isinstance(way.routing.default, Refusal)
    assert "deny=web" in way.routing.default.reason
    assert way.upstreams == ()
    assert way_to(replace(WEB, service="shop"), cats(deny="web")).upstreams


def test_with_tls_both_sides_show_who_they_are() -> None:
    (upstream,) = way_to(WEB, an_offer("cats", secure=True)).upstreams
    assert upstream.secure == Secure(
        certificate="client/shop/web",
        authorities="authority/srv-cats",
        peers=("cats.pets",),
        server_name="cats.pets",
    )


# Deployments that share the traffic

BLUE = Revision(deployment="ecs-svc/1", places=(HERE,), weight=90)
GREEN = Revision(deployment="ecs-svc/2", places=(THERE,), weight=10)
SHARED = an_offer("cats", places=(), revisions=(BLUE, GREEN), shared_out=True)


def test_traffic_is_shared_out_between_deployments_by_weight() -> None:
    way = way_to(WEB, SHARED)
    assert isinstance(way.routing.default, Forward)
    assert way.routing.default.shares == (
        Share(upstream=f"{CATS}/1", weight=90),
        Share(upstream=f"{CATS}/2", weight=10),
    )
    assert {u.name: u.endpoints for u in way.upstreams} == {
        CATS: (replace(HERE, draining=True), replace(THERE, draining=True)),
        f"{CATS}/1": (HERE,),
        f"{CATS}/2": (THERE,),
    }
    assert [u.labels.revision for u in way.upstreams] == ["", "1", "2"]


def test_tcp_connections_are_shared_out_too() -> None:
    endpoint = a_named_endpoint(a_discovery_service("cats"), protocol=AppProtocol.TCP)
    assert len(forward_of(replace(SHARED, endpoint=endpoint)).shares) == 2


def test_another_weight_changes_the_routing_alone() -> None:
    other = replace(SHARED, revisions=(replace(BLUE, weight=0), replace(GREEN, weight=1)))
    before, after = way_to(WEB, SHARED), way_to(WEB, other)
    assert before.upstreams == after.upstreams
    assert before.routing != after.routing


def test_test_requests_go_to_the_test_deployment_and_no_others_do() -> None:
    green = replace(GREEN, weight=0, test=True)
    way = way_to(WEB, an_offer("cats", places=(HERE,), revisions=(green,)))
    assert isinstance(way.routing.default, Forward)
    assert [share.upstream for share in way.routing.default.shares] == [CATS]
    (route,) = way.routing.routes
    assert route.conditions == (HeaderIs("x-amzn-ecs-blue-green-test", None),)
    assert isinstance(route.action, Forward)
    assert [share.upstream for share in route.action.shares] == [f"{CATS}/2"]
    assert [e.address for e in way.upstreams[0].endpoints if not e.draining] == ["10.0.0.5"]


def test_the_aliass_own_header_marks_its_test_requests() -> None:
    discovery = a_discovery_service("cats")
    endpoint = a_named_endpoint(discovery, test_header=("x-try", "green"))
    offer = an_offer("cats", endpoint=endpoint, revisions=(replace(GREEN, test=True),))
    (route,) = way_to(WEB, offer).routing.routes
    assert route.conditions == (HeaderIs("x-try", "green"),)


def test_a_turn_to_an_endpoint_that_shares_out_keeps_both_proportions() -> None:
    dogs = replace(SHARED, endpoint=a_named_endpoint(a_discovery_service("dogs")), service="dogs")
    forward = forward_of(cats(split="cats:1 dogs:1"), WEB, dogs)
    weights = {share.upstream: share.weight for share in forward.shares}
    assert weights == {CATS: 100, f"{DOGS}/1": 90, f"{DOGS}/2": 10}


def test_a_move_gives_what_making_it_anew_gives() -> None:
    third = Endpoint(address="10.0.0.7", port=80)
    for before in (cats(split="cats:90 dogs:10"), SHARED):
        after = replace(before, places=(third,))
        assert moved(way_to(WEB, before), WEB, after) == way_to(WEB, after)
