"""Target groups as one proxy's upstreams: where requests go, and how targets are checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from seaway.core.balancer import Target, TargetGroup, TargetState
from seaway.core.mesh.balanced import Balanced, dimension, upstream_name
from seaway.core.mesh.proxy import (
    Algorithm,
    Endpoint,
    HealthCheck,
    Labels,
    Protocol,
    Purpose,
    Upstream,
)

TARGET_CONNECT_TIMEOUT = 10
"""Seconds an application load balancer waits for a connection to a target."""

_FAIL_OPEN = "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage"

_PROTOCOLS = {"HTTP1": Protocol.HTTP, "HTTP2": Protocol.HTTP2, "GRPC": Protocol.GRPC}


def upstream_of(balanced: Balanced, group: TargetGroup) -> Upstream:
    """What a load balancer has for one of its target groups."""
    network = balanced.balancer.is_network
    protocol = _protocol(group)
    by_address = network and group.attribute("stickiness.enabled", "false") == "true"
    algorithm = Algorithm(group.attribute("load_balancing.algorithm.type", "round_robin"))
    threshold = group.attribute(_FAIL_OPEN, "off")
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
        fails_open_below=1 if threshold == "off" else int(threshold),
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
