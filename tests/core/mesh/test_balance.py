"""Load balancers in the proxy's words: listeners, rules in order, and where requests end up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from seaway.core.balancer import (
    Action,
    Condition,
    Listener,
    LoadBalancer,
    Rule,
    Target,
    TargetHealthCheck,
    TargetState,
    WeightedGroup,
)
from seaway.core.mesh.balance import Balanced, balance, dimension, endpoints, host_port
from seaway.core.mesh.listeners import listener
from seaway.core.mesh.proxy import (
    Endpoint,
    FixedResponse,
    Forward,
    PathMatches,
    Protocol,
    Redirect,
)
from tests.builders import HOME, a_rule_to, a_target_group

WEB, CATS = a_target_group("web"), a_target_group("cats")
ALB = LoadBalancer(
    arn=f"arn:aws:elasticloadbalancing:{HOME}:loadbalancer/app/door/50dc6c495c0c9188",
    name="door",
    dns_name="door.localhost",
    created_at=1.0,
    addresses=(("subnet-1", "10.0.0.4"), ("subnet-2", "10.0.1.4")),
)
LISTENER = Listener(
    arn=f"arn:aws:elasticloadbalancing:{HOME}:listener/app/door/50dc6c495c0c9188/f2f7dc8efc522ab2",
    load_balancer=ALB.arn,
    port=80,
    protocol="HTTP",
)
DEFAULT = a_rule_to(WEB)
TO_CATS = replace(
    a_rule_to(CATS),
    priority=10,
    conditions=(Condition(field="path-pattern", values=("/cats*",)),),
)


def a_target(number: int, state: TargetState = TargetState.HEALTHY) -> Target:
    return Target(
        key=f"k{number}",
        target_group=WEB.arn,
        id=f"10.0.0.{number}",
        port=80,
        registered_at=1.0,
        address=f"10.0.0.{number}",
        state=state,
    )


def balanced(*rules: Rule, **more: object) -> Balanced:
    parts: dict[str, object] = {
        "balancer": ALB,
        "listeners": {LISTENER: rules or (DEFAULT, TO_CATS)},
        "groups": {group.arn: group for group in (WEB, CATS)},
        "targets": {WEB.arn: (a_target(5), a_target(6))},
        "places": {},
        **more,
    }
    return Balanced(**parts)  # type: ignore[arg-type]


def test_a_listener_is_there_on_every_address_of_the_load_balancer() -> None:
    ports, _ = balance(balanced())
    assert [(port.address, port.port) for port in ports] == [("10.0.0.4", 80), ("10.0.1.4", 80)]
    assert ports[0].routing == ports[1].routing
    assert ports[0].idle_timeout == 60


def test_rules_come_in_the_order_of_their_priority_and_the_default_last() -> None:
    first = replace(TO_CATS, arn=TO_CATS.arn + "1", priority=2)
    ports, _ = balance(balanced(DEFAULT, TO_CATS, first))
    routing = ports[0].routing
    assert [route.name for route in routing.routes] == ["cats1", "cats"]
    assert routing.routes[0].conditions == (PathMatches(("/cats*",)),)
    assert isinstance(routing.default, Forward)
    assert routing.default.shares[0].upstream.endswith(dimension(WEB.arn))


def test_a_group_that_is_gone_leaves_what_an_empty_one_gives() -> None:
    ports, upstreams = balance(balanced(groups={WEB.arn: WEB}))
    (route,) = ports[0].routing.routes
    assert route.action == FixedResponse(status=503)
    assert len(upstreams) == 1


def test_a_listener_without_a_default_rule_answers_503() -> None:
    ports, _ = balance(balanced(TO_CATS))
    assert ports[0].routing.default == FixedResponse(status=503)


def test_weights_are_kept() -> None:
    both = (
        WeightedGroup(target_group=WEB.arn, weight=3),
        WeightedGroup(target_group=CATS.arn, weight=0),
    )
    rule = replace(DEFAULT, actions=(Action(type="forward", groups=both),))
    ports, _ = balance(balanced(rule))
    default = ports[0].routing.default
    assert isinstance(default, Forward)
    assert [share.weight for share in default.shares] == [3, 0]


def test_a_sticky_group_keeps_its_clients_for_as_long_as_it_says() -> None:
    for attributes, seconds in (
        ((), 0),
        ((("stickiness.enabled", "true"),), 86400),
        ((("stickiness.enabled", "true"), ("stickiness.lb_cookie.duration_seconds", "60")), 60),
        ((("stickiness.enabled", "true"), ("stickiness.type", "app_cookie")), 0),
    ):
        ports, _ = balance(balanced(DEFAULT, groups={WEB.arn: replace(WEB, attributes=attributes)}))
        default = ports[0].routing.default
        assert isinstance(default, Forward)
        assert default.sticky == seconds


def test_a_redirect_and_a_fixed_response_are_what_they_say() -> None:
    moved = Action(type="redirect", status="HTTP_301", protocol="HTTPS", port="443")
    ports, _ = balance(balanced(replace(DEFAULT, actions=(moved,))))
    redirect = ports[0].routing.default
    assert isinstance(redirect, Redirect)
    assert (redirect.status, redirect.protocol, redirect.port) == (301, "HTTPS", "443")
    closed = Action(type="fixed-response", status="410", content_type="text/plain", body="gone")
    ports, _ = balance(balanced(replace(DEFAULT, actions=(closed,))))
    assert ports[0].routing.default == FixedResponse(status=410, body="gone")


def test_the_groups_check_is_the_proxys() -> None:
    check = TargetHealthCheck(path="/up", interval=7, timeout=3, matcher="200-299", port="8081")
    _, upstreams = balance(balanced(DEFAULT, groups={WEB.arn: replace(WEB, check=check)}))
    seen = upstreams[0].health_check
    assert seen is not None
    assert (seen.path, seen.interval, seen.timeout, seen.matcher, seen.port) == (
        "/up",
        7,
        3,
        "200-299",
        8081,
    )
    off = replace(WEB, check=replace(check, enabled=False))
    _, upstreams = balance(balanced(DEFAULT, groups={WEB.arn: off}))
    assert upstreams[0].health_check is None


def test_a_draining_target_stays_known_but_gets_nothing_new() -> None:
    assert endpoints([a_target(5), a_target(6, TargetState.DRAINING)], {}) == (
        Endpoint(address="10.0.0.5", port=80),
        Endpoint(address="10.0.0.6", port=80, draining=True),
    )


def test_requests_go_straight_to_the_container_behind_a_host_port() -> None:
    assert endpoints([a_target(5)], {"k5": ("10.0.0.77", 8080)}) == (
        Endpoint(address="10.0.0.77", port=8080),
    )


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_two_targets_at_one_place_the_one_that_serves_counts(order: tuple[int, int]) -> None:
    both = (a_target(5), replace(a_target(5, TargetState.DRAINING), key="old"))
    (found,) = endpoints([both[number] for number in order], {})
    assert not found.draining


def test_a_published_port_is_passed_on_as_it_comes() -> None:
    port, upstream = host_port(
        name="host-port/1", address="10.0.0.10", port=32768, target="10.0.0.77", target_port=80
    )
    assert (port.address, port.port, port.protocol) == ("10.0.0.10", 32768, Protocol.TCP)
    assert upstream.endpoints == (Endpoint(address="10.0.0.77", port=80),)


def test_a_published_udp_port_passes_datagrams_on() -> None:
    port, upstream = host_port(
        name="host-port/1",
        address="10.0.0.10",
        port=32768,
        target="10.0.0.77",
        target_port=53,
        protocol=Protocol.UDP,
    )
    assert (port.protocol, upstream.protocol) == (Protocol.UDP, Protocol.UDP)
    told = listener(port)
    assert told["address"]["socket_address"]["protocol"] == "UDP"
    assert "filter_chains" not in told
