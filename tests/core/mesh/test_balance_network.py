"""Network load balancers, and what listeners and groups say of TLS, in the proxy's words."""

from __future__ import annotations

from dataclasses import replace

from seaway.core.balancer import Action, TargetHealthCheck, WeightedGroup
from seaway.core.mesh.balance import balance, secret_name
from seaway.core.mesh.front import Manners
from seaway.core.mesh.proxy import Algorithm, Fits, Forward, HashOn, Port, Protocol, Upstream
from tests.builders import a_target_group
from tests.core.mesh.test_balance import ALB, CATS, DEFAULT, LISTENER, TO_CATS, WEB, balanced

NLB = replace(ALB, arn=ALB.arn.replace("/app/", "/net/"), type="network")
FLOWS = replace(a_target_group("flows"), protocol="TCP", protocol_version="")
LED = replace(
    DEFAULT,
    actions=(Action(type="forward", groups=(WeightedGroup(target_group=FLOWS.arn),)),),
)


def made(protocol: str, group: object = FLOWS, **listener: object) -> tuple[list[Port], Upstream]:
    port = replace(LISTENER, protocol=protocol, **listener)  # type: ignore[arg-type]
    ports, (upstream,) = balance(
        balanced(balancer=NLB, listeners={port: (LED,)}, groups={FLOWS.arn: group})
    )
    return ports, upstream


def test_each_transport_has_a_port_on_every_address() -> None:
    for protocol, kinds in (
        ("TCP", [Protocol.TCP]),
        ("TLS", [Protocol.TCP]),
        ("UDP", [Protocol.UDP]),
        ("TCP_UDP", [Protocol.TCP, Protocol.UDP]),
    ):
        ports, _ = made(protocol)
        assert [(p.protocol, p.address) for p in ports] == [
            (kind, address) for kind in kinds for address in ("10.0.0.4", "10.0.1.4")
        ]
        assert len({p.name for p in ports}) == len(ports)


def test_flows_are_forgotten_after_a_while() -> None:
    (port, *_), _ = made("TCP")
    assert port.idle_timeout == 350
    (port, *_), _ = made("TCP", attributes=(("tcp.idle_timeout.seconds", "60"),))
    assert port.idle_timeout == 60
    (port, *_), _ = made("UDP")
    assert port.idle_timeout == 120


def test_a_groups_attributes_have_their_effect() -> None:
    sticky = replace(FLOWS, attributes=(("stickiness.enabled", "true"),))
    (port, *_), upstream = made("TCP", sticky)
    assert isinstance(port.routing.default, Forward)
    assert port.routing.default.hash_on == (HashOn("address"),)
    assert upstream.algorithm is Algorithm.CONSISTENT_HASH
    told = replace(FLOWS, attributes=(("proxy_protocol_v2.enabled", "true"),))
    assert made("TCP", told)[1].announced
    assert made("TCP")[1].breaks_unhealthy
    key = "target_health_state.unhealthy.connection_termination.enabled"
    assert not made("TCP", replace(FLOWS, attributes=((key, "false"),)))[1].breaks_unhealthy


def test_a_group_fails_open_when_fewer_are_healthy_than_it_wants() -> None:
    assert made("TCP")[1].fails_open_below == 1
    key = "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage"
    assert made("TCP", replace(FLOWS, attributes=((key, "50"),)))[1].fails_open_below == 50


def test_checks_are_as_the_group_says_whatever_the_traffic_is() -> None:
    for group, traffic, check, secure in (
        ("TCP", Protocol.TCP, "TCP", (False, False)),
        ("TLS", Protocol.TCP, "TCP", (True, False)),
        ("UDP", Protocol.UDP, "HTTP", (False, False)),
        ("TCP", Protocol.TCP, "HTTPS", (False, True)),
    ):
        checked = replace(FLOWS, protocol=group, check=TargetHealthCheck(protocol=check))
        _, upstream = made("TCP", checked)
        assert upstream.health_check is not None
        assert upstream.protocol is traffic
        assert (upstream.unverified, upstream.health_check.secure) == secure
        assert (upstream.health_check.protocol is Protocol.TCP) == (check == "TCP")


def test_tls_ends_by_the_listeners_certificates_and_policy() -> None:
    (port, *_), _ = made(
        "TLS",
        certificates=("one", "two"),
        ssl_policy="ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
        alpn_policy="HTTP2Preferred",
    )
    ended = port.terminated
    assert ended is not None
    assert ended.certificates == (secret_name(LISTENER.arn, 0), secret_name(LISTENER.arn, 1))
    assert (ended.oldest, ended.newest) == ("TLSv1_2", "TLSv1_3")
    assert "ECDHE-RSA-AES128-GCM-SHA256" in ended.ciphers
    assert not any(cipher.startswith("TLS_") for cipher in ended.ciphers)
    assert ended.protocols == ("h2", "http/1.1")
    secure = replace(LISTENER, protocol="HTTPS", certificates=("one",))
    ports, _ = balance(balanced(listeners={secure: (DEFAULT,)}))
    assert ports[0].terminated is not None
    assert ports[0].terminated.oldest == "TLSv1_0"  # ELBSecurityPolicy-2016-08


def test_what_the_load_balancer_does_to_requests() -> None:
    attributes = (
        ("routing.http2.enabled", "false"),
        ("routing.http.xff_client_port.enabled", "true"),
        ("client_keep_alive.seconds", "60"),
        ("routing.http.drop_invalid_header_fields.enabled", "true"),
    )
    ports, _ = balance(balanced(balancer=replace(ALB, attributes=attributes)))
    assert ports[0].manners == Manners(http2=False, client_port=True, keep_alive=60, strict=True)


def test_a_rule_may_keep_its_clients_and_ask_by_expression() -> None:
    kept = replace(
        TO_CATS,
        conditions=(replace(TO_CATS.conditions[0], values=(), expressions=("^/a",)),),
        actions=(replace(TO_CATS.actions[0], sticky=60),),
    )
    ports, _ = balance(balanced(DEFAULT, kept))
    (route,) = ports[0].routing.routes
    assert route.conditions == (Fits(":path", ("^/a",)),)
    assert isinstance(route.action, Forward)
    assert route.action.keep_share == 60


def test_a_group_that_speaks_tls_or_http2_is_spoken_to_so() -> None:
    for group, protocol, secure in (
        (replace(WEB, protocol="HTTPS"), Protocol.HTTP, True),
        (replace(WEB, protocol_version="HTTP2"), Protocol.HTTP2, False),
        (replace(WEB, protocol="HTTPS", protocol_version="GRPC"), Protocol.GRPC, True),
    ):
        _, upstreams = balance(balanced(DEFAULT, groups={WEB.arn: group, CATS.arn: CATS}))
        assert (upstreams[0].protocol, upstreams[0].unverified) == (protocol, secure)
