"""A load balancer with all that belongs to it, and the names its parts have on the proxy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from seaway.core.balancer import Listener, LoadBalancer, Rule, Target, TargetGroup
from seaway.core.mesh.front import Terminated
from seaway.core.ssl_policies import DEFAULT, POLICIES


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


def secret_name(listener: str, place: int) -> str:
    """The name of the proxy's secret for the certificate at a place of a listener's (by ARN).

    The place and not the certificate names it: another certificate there touches no connection.
    """
    return f"{listener}|{place}"


def terminated(listener: Listener, protocols: tuple[str, ...]) -> Terminated | None:
    """The TLS that ends at a listener, if any; ``protocols`` are what ALPN offers there."""
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
