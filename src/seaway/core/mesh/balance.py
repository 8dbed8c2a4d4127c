"""Load balancers and published host ports as one proxy's traffic."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from seaway.core import balancer
from seaway.core.balancer import Listener, LoadBalancer, Rule, TargetGroup
from seaway.core.balancer_rules import groups_of, in_order
from seaway.core.mesh.balanced import Balanced, dimension, secret_name, terminated, upstream_name
from seaway.core.mesh.front import Manners
from seaway.core.mesh.network_ports import DATAGRAM_IDLE_TIMEOUT, network_ports
from seaway.core.mesh.proxy import (
    Action,
    Condition,
    Endpoint,
    Fits,
    FixedResponse,
    Forward,
    HeaderMatches,
    HostMatches,
    Labels,
    MethodIs,
    PathMatches,
    Port,
    Protocol,
    Purpose,
    QueryMatches,
    Redirect,
    Retry,
    Route,
    Routing,
    Share,
    SourceIn,
    Upstream,
)
from seaway.core.mesh.target_upstreams import endpoints, upstream_of

__all__ = [
    "CAREFUL",
    "Balanced",
    "balance",
    "dimension",
    "endpoints",
    "host_port",
    "secret_name",
    "upstream_name",
]

IDLE_TIMEOUT = 60
"""Seconds; AWS's default of idle_timeout.timeout_seconds."""

CAREFUL = Retry(attempts=3, statuses=(), broken_too=False)
"""A request that no target has begun to answer goes to another one (decision 0012)."""


def balance(balanced: Balanced) -> tuple[list[Port], list[Upstream]]:
    """The listeners and upstreams of one load balancer."""
    used = {g for rules in balanced.listeners.values() for rule in rules for g in groups_of(rule)}
    known = {arn for arn in used if arn in balanced.groups}
    upstreams = [upstream_of(balanced, balanced.groups[arn]) for arn in sorted(known)]
    ports = [
        port
        for listener, rules in balanced.listeners.items()
        for port in _ports(balanced, listener, rules, known)
    ]
    return ports, upstreams


def _ports(
    balanced: Balanced, listener: Listener, rules: Sequence[Rule], known: set[str]
) -> Iterable[Port]:
    if balanced.balancer.is_network:
        yield from network_ports(balanced, listener, rules, known)
    else:
        yield from _application_ports(balanced, listener, rules, known)


def _manners(lb: LoadBalancer) -> Manners:
    return Manners(
        forwarded=lb.attribute("routing.http.xff_header_processing.mode", "append"),
        client_port=lb.attribute("routing.http.xff_client_port.enabled", "false") == "true",
        keep_alive=float(lb.attribute("client_keep_alive.seconds", "3600")),
        http2=lb.attribute("routing.http2.enabled", "true") == "true",
        tls_headers=lb.attribute(
            "routing.http.x_amzn_tls_version_and_cipher_suite.enabled", "false"
        )
        == "true",
        strict=lb.attribute("routing.http.drop_invalid_header_fields.enabled", "false") == "true",
        logged=lb.logs_requests,
    )


def _application_ports(
    balanced: Balanced, listener: Listener, rules: Sequence[Rule], known: set[str]
) -> Iterable[Port]:
    lb = balanced.balancer
    manners = _manners(lb)
    ordered = in_order(rules)
    last = ordered[-1] if ordered else None
    routing = Routing(
        name=f"balance/{dimension(lb.arn)}/{listener.arn.rsplit('/', 1)[-1]}",
        routes=tuple(
            Route(
                name=rule.arn.rsplit("/", 1)[-1],
                conditions=tuple(_condition(c) for c in rule.conditions),
                action=_action(balanced, rule, known),
            )
            for rule in ordered
            if rule.priority is not None
        ),
        default=(
            _action(balanced, last, known)
            if last is not None and last.priority is None
            else FixedResponse(status=503)
        ),
    )
    idle = lb.attribute("idle_timeout.timeout_seconds", str(IDLE_TIMEOUT))
    offered = ("h2", "http/1.1") if manners.http2 else ("http/1.1",)
    for subnet, address in lb.addresses:
        yield Port(
            name=f"{routing.name}/{subnet}",
            address=address,
            port=listener.port,
            protocol=Protocol.HTTP,
            routing=routing,
            labels=Labels(
                purpose=Purpose.BALANCE, load_balancer=dimension(lb.arn), protocol="http"
            ),
            idle_timeout=float(idle),
            terminated=terminated(listener, offered),
            manners=manners,
        )


def _action(balanced: Balanced, rule: Rule, known: set[str]) -> Action:
    """A rule's one action. A group that is gone leaves what an empty group gives: 503."""
    action = rule.actions[-1]
    match action.type:
        case "redirect":
            return Redirect(
                status=int(action.status.removeprefix("HTTP_") or 302),
                protocol=action.protocol,
                host=action.host,
                port=action.port,
                path=action.path,
                query=action.query,
            )
        case "fixed-response":
            return FixedResponse(
                status=int(action.status),
                content_type=action.content_type or "text/plain",
                body=action.body or "",
            )
    shares = tuple(
        Share(upstream=upstream_name(balanced.balancer.arn, s.target_group), weight=s.weight)
        for s in action.groups
        if s.target_group in known
    )
    if not shares:
        return FixedResponse(status=503)
    groups = (balanced.groups[s.target_group] for s in action.groups if s.target_group in known)
    return Forward(
        shares=shares,
        sticky=max(map(_stickiness, groups)),
        keep_share=action.sticky,
        retry=CAREFUL,
    )


def _stickiness(group: TargetGroup) -> float:
    """Seconds for which a client stays with its target by the load balancer's own cookie."""
    if group.attribute("stickiness.enabled", "false") != "true":
        return 0
    if group.attribute("stickiness.type", "lb_cookie") != "lb_cookie":
        return 0
    return float(group.attribute("stickiness.lb_cookie.duration_seconds", "86400"))


_PARTS = {"path-pattern": ":path", "host-header": ":authority"}
"""What a regular expression of a condition is looked for in; else it is the header's value."""


def _condition(condition: balancer.Condition) -> Condition:
    values = condition.values
    if condition.expressions:
        part = _PARTS.get(condition.field) or (condition.header or "").lower()
        return Fits(part, condition.expressions)
    match condition.field:
        case "path-pattern":
            return PathMatches(values)
        case "host-header":
            return HostMatches(values)
        case "http-header":
            return HeaderMatches(condition.header or "", values)
        case "http-request-method":
            return MethodIs(values)
        case "query-string":
            return QueryMatches(condition.pairs)
        case "source-ip":
            return SourceIn(values)
    raise ValueError(f"no such condition: {condition.field}")


def host_port(
    *,
    name: str,
    address: str,
    port: int,
    target: str,
    target_port: int,
    protocol: Protocol = Protocol.TCP,
) -> tuple[Port, Upstream]:
    """A container port published on an instance's address: passed on as it comes."""
    labels = Labels(purpose=Purpose.HOST_PORT, protocol=protocol)
    upstream = Upstream(
        name=name,
        protocol=protocol,
        labels=labels,
        endpoints=(Endpoint(address=target, port=target_port),),
    )
    return (
        Port(
            name=name,
            address=address,
            port=port,
            protocol=protocol,
            routing=Routing(name=name, default=Forward(shares=(Share(upstream=name),))),
            labels=labels,
            idle_timeout=DATAGRAM_IDLE_TIMEOUT if protocol is Protocol.UDP else 0,
        ),
        upstream,
    )
