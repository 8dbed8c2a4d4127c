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
from seaway.core.mesh.front import Manners, Terminated
from seaway.core.mesh.proxy import (
    Action,
    Algorithm,
    Condition,
    Endpoint,
    Fits,
    FixedResponse,
    Forward,
    HashOn,
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
    Retry,
    Route,
    Routing,
    Share,
    SourceIn,
    Upstream,
)
from seaway.core.ssl_policies import ALPN, DEFAULT, POLICIES

IDLE_TIMEOUT = 60
"""Seconds; AWS's default of idle_timeout.timeout_seconds."""

FLOW_IDLE_TIMEOUT = 350
"""Seconds; AWS's default of a TCP listener's tcp.idle_timeout.seconds."""

DATAGRAM_IDLE_TIMEOUT = 120
"""Seconds a network load balancer remembers a UDP flow (NLB guide: listeners)."""

TARGET_CONNECT_TIMEOUT = 10
"""Seconds an application load balancer waits for a connection to a target."""

CAREFUL = Retry(attempts=3, statuses=(), broken_too=False)
"""A request that no target has begun to answer goes to another one (decision 0012)."""

_PROTOCOLS = {"HTTP1": Protocol.HTTP, "HTTP2": Protocol.HTTP2, "GRPC": Protocol.GRPC}


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
    """The listeners and upstreams of one load balancer."""
    used = {g for rules in balanced.listeners.values() for rule in rules for g in groups_of(rule)}
    known = {arn for arn in used if arn in balanced.groups}
    upstreams = [_upstream(balanced, balanced.groups[arn]) for arn in sorted(known)]
    ports = [
        port
        for listener, rules in balanced.listeners.items()
        for port in _ports(balanced, listener, rules, known)
    ]
    return ports, upstreams


def secret_name(listener: str, place: int) -> str:
    """The name of the proxy's secret for the certificate at a place of a listener's (by ARN).

    The place and not the certificate names it: another certificate there touches no connection.
    """
    return f"{listener}|{place}"


def _terminated(listener: Listener, protocols: tuple[str, ...]) -> Terminated | None:
    if listener.protocol not in ("HTTPS", "TLS"):
        return None
    policy = POLICIES[listener.ssl_policy or DEFAULT]
    return Terminated(
        certificates=tuple(
            secret_name(listener.arn, place) for place in range(len(listener.certificates))
        ),
        oldest=policy.oldest,
        newest=policy.newest,
        ciphers=policy.proxy_ciphers,
        protocols=protocols,
    )


def _ports(
    balanced: Balanced, listener: Listener, rules: Sequence[Rule], known: set[str]
) -> Iterable[Port]:
    if balanced.balancer.is_network:
        yield from _network_ports(balanced, listener, rules, known)
    else:
        yield from _application_ports(balanced, listener, rules, known)


def _network_ports(
    balanced: Balanced, listener: Listener, rules: Sequence[Rule], known: set[str]
) -> Iterable[Port]:
    """TCP_UDP is two ports of the same number."""
    lb = balanced.balancer
    name = f"balance/{dimension(lb.arn)}/{listener.arn.rsplit('/', 1)[-1]}"
    action = next((rule.actions[-1] for rule in rules if rule.priority is None), None)
    shares = tuple(
        Share(upstream=upstream_name(lb.arn, s.target_group), weight=s.weight)
        for s in (action.groups if action else ())
        if s.target_group in known
    )
    groups = [
        balanced.groups[s.target_group]
        for s in (action.groups if action else ())
        if s.target_group in known
    ]
    by_address = any(group.attribute("stickiness.enabled", "false") == "true" for group in groups)
    forward = Forward(
        shares=shares,
        retry=Retry(attempts=3),
        hash_on=(HashOn("address"),) if by_address else (),
    )
    for protocol in _transports(listener.protocol):
        datagrams = protocol is Protocol.UDP
        idle = (
            DATAGRAM_IDLE_TIMEOUT
            if datagrams
            else float(listener.attribute("tcp.idle_timeout.seconds", str(FLOW_IDLE_TIMEOUT)))
        )
        for subnet, address in lb.addresses:
            yield Port(
                name=f"{name}/{subnet}/{protocol}",
                address=address,
                port=listener.port,
                protocol=protocol,
                routing=Routing(name=f"{name}/{protocol}", default=forward),
                labels=Labels(
                    purpose=Purpose.BALANCE,
                    load_balancer=dimension(lb.arn),
                    protocol="tls" if listener.protocol == "TLS" else protocol.value,
                ),
                idle_timeout=idle,
                terminated=_terminated(listener, ALPN[listener.alpn_policy or "None"]),
            )


def _transports(protocol: str) -> tuple[Protocol, ...]:
    match protocol:
        case "UDP":
            return (Protocol.UDP,)
        case "TCP_UDP":
            return (Protocol.TCP, Protocol.UDP)
    return (Protocol.TCP,)


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
            terminated=_terminated(listener, offered),
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


def _upstream(balanced: Balanced, group: TargetGroup) -> Upstream:
    network = balanced.balancer.is_network
    protocol = _protocol(group)
    by_address = network and group.attribute("stickiness.enabled", "false") == "true"
    algorithm = Algorithm(group.attribute("load_balancing.algorithm.type", "round_robin"))
    return Upstream(
        name=upstream_name(balanced.balancer.arn, group.arn),
        protocol=protocol,
        labels=Labels(
            purpose=Purpose.BALANCE,
            load_balancer=dimension(balanced.balancer.arn),
            target_group=dimension(group.arn),
            protocol="http" if protocol.is_http else protocol,
        ),
        endpoints=endpoints(balanced.targets.get(group.arn, ()), balanced.places),
        health_check=_health_check(group) if group.check.enabled else None,
        connect_timeout=TARGET_CONNECT_TIMEOUT,
        algorithm=Algorithm.CONSISTENT_HASH if by_address else algorithm,
        slow_start=float(group.attribute("slow_start.duration_seconds", "0")),
        unverified=group.protocol in ("HTTPS", "TLS"),
        announced=group.attribute("proxy_protocol_v2.enabled", "false") == "true",
        breaks_unhealthy=network
        and group.attribute("target_health_state.unhealthy.connection_termination.enabled", "true")
        == "true",
    )


def _protocol(group: TargetGroup) -> Protocol:
    match group.protocol:
        case "HTTP" | "HTTPS":
            return _PROTOCOLS[group.protocol_version]
        case "UDP":
            return Protocol.UDP
    return Protocol.TCP


def _health_check(group: TargetGroup) -> HealthCheck:
    check = group.check
    version = _PROTOCOLS[group.protocol_version] if group.protocol_version else Protocol.HTTP
    return HealthCheck(
        protocol=Protocol.TCP if check.protocol == "TCP" else version,
        path=check.path,
        port=None if check.port == "traffic-port" else int(check.port),
        interval=check.interval,
        timeout=check.timeout,
        healthy_threshold=check.healthy_threshold,
        unhealthy_threshold=check.unhealthy_threshold,
        matcher=check.matcher,
        secure=check.protocol == "HTTPS",
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
