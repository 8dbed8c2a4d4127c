"""Listeners of network load balancers as one proxy's ports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from seaway.core.balancer import Listener, Rule
from seaway.core.mesh.balanced import Balanced, dimension, terminated, upstream_name
from seaway.core.mesh.proxy import (
    Forward,
    HashOn,
    Labels,
    Port,
    Protocol,
    Purpose,
    Retry,
    Routing,
    Share,
)
from seaway.core.ssl_policies import ALPN

FLOW_IDLE_TIMEOUT = 350
"""Seconds; AWS's default of a TCP listener's tcp.idle_timeout.seconds."""

DATAGRAM_IDLE_TIMEOUT = 120
"""Seconds a network load balancer remembers a UDP flow (NLB guide: listeners)."""

PERSISTENT = Retry(attempts=3)
"""A connection is tried at up to four targets before the client is let down (decision 0012)."""


def network_ports(
    balanced: Balanced, listener: Listener, rules: Sequence[Rule], known: set[str]
) -> Iterable[Port]:
    """The listener's ports; TCP_UDP is two of the same number. ``known`` are groups' ARNs."""
    lb = balanced.balancer
    name = f"balance/{dimension(lb.arn)}/{listener.arn.rsplit('/', 1)[-1]}"
    forward = _forward(balanced, rules, known)
    for protocol in _transports(listener.protocol):
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
                idle_timeout=_idle(listener, protocol),
                terminated=terminated(listener, ALPN[listener.alpn_policy or "None"]),
            )


def _forward(balanced: Balanced, rules: Sequence[Rule], known: set[str]) -> Forward:
    action = next((rule.actions[-1] for rule in rules if rule.priority is None), None)
    shared = [s for s in (action.groups if action else ()) if s.target_group in known]
    groups = [balanced.groups[s.target_group] for s in shared]
    by_address = any(group.attribute("stickiness.enabled", "false") == "true" for group in groups)
    return Forward(
        shares=tuple(
            Share(upstream=upstream_name(balanced.balancer.arn, s.target_group), weight=s.weight)
            for s in shared
        ),
        retry=PERSISTENT,
        hash_on=(HashOn("address"),) if by_address else (),
    )


def _idle(listener: Listener, protocol: Protocol) -> float:
    if protocol is Protocol.UDP:
        return DATAGRAM_IDLE_TIMEOUT
    return float(listener.attribute("tcp.idle_timeout.seconds", str(FLOW_IDLE_TIMEOUT)))


def _transports(protocol: str) -> tuple[Protocol, ...]:
    match protocol:
        case "UDP":
            return (Protocol.UDP,)
        case "TCP_UDP":
            return (Protocol.TCP, Protocol.UDP)
    return (Protocol.TCP,)
