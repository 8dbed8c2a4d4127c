"""Load balancers and published host ports as one proxy's traffic."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from seaway.core import balancer
from seaway.core.balancer import (
    Listener,
    LoadBalancer,
    Rule,
    Target,
    TargetGroup,
    TargetState,
)
from seaway.core.balancer_rules import groups_of, in_order
from seaway.core.mesh.proxy import (
    Action,
    Algorithm,
    Condition,
    Endpoint,
    FixedResponse,
    Forward,
    HeaderMatches,
    HealthCheck,
    HostMatches,
    Labels,
    MethodIs,
    PathMatches,
    Port,
    Protocol,
    Purpose,
    QueryMatches,
    Redirect,
    Route,
    Routing,
    Share,
    SourceIn,
    Upstream,
)

IDLE_TIMEOUT = 60
"""Seconds; AWS's default of idle_timeout.timeout_seconds."""

TARGET_CONNECT_TIMEOUT = 10
"""Seconds an application load balancer waits for a connection to a target."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Balanced:
    """A load balancer with its listeners, their rules, and the groups and targets behind them."""

    balancer: LoadBalancer
    listeners: Mapping[Listener, Sequence[Rule]]
    groups: Mapping[str, TargetGroup]
    targets: Mapping[str, Sequence[Target]]
    places: Mapping[str, tuple[str, int]]
    """Target key → where its task really listens, when that is known to be on this host."""


def dimension(arn: str) -> str:
    """The value of a CloudWatch dimension for an ELBv2 ARN: ``app/name/id``, ``targetgroup/…``."""
    resource = arn.split(":", 5)[5]
    return resource.removeprefix("loadbalancer/")


def upstream_name(load_balancer: str, group: str) -> str:
    """The name of the upstream a load balancer (by ARN) has for a target group (by ARN)."""
    return f"balance/{dimension(load_balancer)}/{dimension(group)}"


def balance(balanced: Balanced) -> tuple[list[Port], list[Upstream]]:
    """The listeners and upstreams of one application load balancer."""
    used = {g for rules in balanced.listeners.values() for rule in rules for g in groups_of(rule)}
    known = {arn for arn in used if arn in balanced.groups}
    upstreams = [_upstream(balanced, balanced.groups[arn]) for arn in sorted(known)]
    ports = [
        port
        for listener, rules in balanced.listeners.items()
        for port in _ports(balanced, listener, rules, known)
    ]
    return ports, upstreams


def _ports(
    balanced: Balanced, listener: Listener, rules: Sequence[Rule], known: set[str]
) -> Iterable[Port]:
    lb = balanced.balancer
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
    idle = dict(lb.attributes).get("idle_timeout.timeout_seconds", str(IDLE_TIMEOUT))
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
    return Forward(shares=shares, sticky=max(map(_stickiness, groups)))


def _stickiness(group: TargetGroup) -> float:
    """Seconds for which a client stays with its target by the load balancer's own cookie."""
    if group.attribute("stickiness.enabled", "false") != "true":
        return 0
    if group.attribute("stickiness.type", "lb_cookie") != "lb_cookie":
        return 0
    return float(group.attribute("stickiness.lb_cookie.duration_seconds", "86400"))


def _condition(condition: balancer.Condition) -> Condition:
    values = condition.values
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


def _upstream(balanced: Balanced, group: TargetGroup) -> Upstream:
    check = group.check
    return Upstream(
        name=upstream_name(balanced.balancer.arn, group.arn),
        protocol=Protocol.HTTP2 if group.protocol_version == "HTTP2" else Protocol.HTTP,
        labels=Labels(
            purpose=Purpose.BALANCE,
            load_balancer=dimension(balanced.balancer.arn),
            target_group=dimension(group.arn),
            protocol="http",
        ),
        endpoints=endpoints(balanced.targets.get(group.arn, ()), balanced.places),
        health_check=HealthCheck(
            path=check.path,
            port=None if check.port == "traffic-port" else int(check.port),
            interval=check.interval,
            timeout=check.timeout,
            healthy_threshold=check.healthy_threshold,
            unhealthy_threshold=check.unhealthy_threshold,
            matcher=check.matcher,
        )
        if check.enabled
        else None,
        connect_timeout=TARGET_CONNECT_TIMEOUT,
        algorithm=Algorithm(group.attribute("load_balancing.algorithm.type", "round_robin")),
        slow_start=float(group.attribute("slow_start.duration_seconds", "0")),
    )


def endpoints(
    targets: Iterable[Target], places: Mapping[str, tuple[str, int]]
) -> tuple[Endpoint, ...]:
    """Where a group's requests go: straight to the task where its place is known.

    The way over the instance's address and host port would only come back to this proxy.
    """
    found: dict[tuple[str, int], Endpoint] = {}
    for target in targets:
        address, port = places.get(target.key, (target.address, target.port))
        draining = target.state is TargetState.DRAINING
        present = found.get((address, port))
        if present is None or present.draining:
            found[(address, port)] = Endpoint(address=address, port=port, draining=draining)
    return tuple(found.values())


def host_port(
    *, name: str, address: str, port: int, target: str, target_port: int
) -> tuple[Port, Upstream]:
    """A container port published on an instance's address: TCP, passed on as it comes."""
    labels = Labels(purpose=Purpose.HOST_PORT, protocol="tcp")
    upstream = Upstream(
        name=name,
        protocol=Protocol.TCP,
        labels=labels,
        endpoints=(Endpoint(address=target, port=target_port),),
    )
    return (
        Port(
            name=name,
            address=address,
            port=port,
            protocol=Protocol.TCP,
            routing=Routing(name=name, default=Forward(shares=(Share(upstream=name),))),
            labels=labels,
        ),
        upstream,
    )
