"""A versioned, self-consistent set of Envoy resources: all that one proxy should know.

Versions are hashes of content, so a control plane that comes back after a restart makes the same
ones and a proxy that kept its configuration has nothing to do.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from hashlib import blake2b
from typing import Any, TypeVar

from seaway.core.mesh import envoy
from seaway.core.mesh.proxy import Port, Proxy, Routing, Upstream

Body = Mapping[str, Any]
Noun = TypeVar("Noun")
Named = TypeVar("Named", Port, Upstream)


class Kind(Enum):
    """The four kinds of resource, in the order in which Envoy should hear of them."""

    CLUSTERS = "type.googleapis.com/envoy.config.cluster.v3.Cluster"
    ENDPOINTS = "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment"
    LISTENERS = "type.googleapis.com/envoy.config.listener.v3.Listener"
    ROUTES = "type.googleapis.com/envoy.config.route.v3.RouteConfiguration"


@dataclass(frozen=True, slots=True, eq=False)
class Resource:
    """One resource; equal versions mean equal bodies.

    ``needs`` names the resource of another kind Envoy asks for once it has this one: a cluster
    its endpoints, an HTTP listener its routes.
    """

    kind: Kind
    name: str
    version: str
    body: Body = field(repr=False)
    needs: str | None = None


Resources = Mapping[str, Resource]


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """What ``proxy`` looks like to Envoy. ``version`` changes with any resource in it."""

    proxy: Proxy
    version: str
    clusters: Resources
    endpoints: Resources
    listeners: Resources
    routes: Resources

    @property
    def node(self) -> str:
        return self.proxy.node

    def of(self, kind: Kind) -> Resources:
        """The resources of one kind, by name."""
        match kind:
            case Kind.CLUSTERS:
                return self.clusters
            case Kind.ENDPOINTS:
                return self.endpoints
            case Kind.LISTENERS:
                return self.listeners
            case Kind.ROUTES:
                return self.routes


@dataclass(frozen=True, slots=True)
class Difference:
    """What is new or changed, and what is gone, from one snapshot to the next."""

    changed: tuple[Resource, ...]
    removed: tuple[tuple[Kind, str], ...]


class InconsistentProxy(ValueError):
    """Two ports disagree on a routing, a name is used twice, or a forward leads nowhere."""


def take_snapshot(proxy: Proxy, previous: Snapshot | None = None) -> Snapshot:
    """Render a proxy. What is as in ``previous`` is taken from there and not rendered again.

    Raises InconsistentProxy, so that half a truth is never sent.
    """
    old = previous.proxy if previous else Proxy(node=proxy.node)
    upstreams = _by_name(proxy.upstreams, "upstream")
    ports = _by_name(proxy.ports, "port")
    routings = _routings(proxy)
    _check_forwards(routings, upstreams)
    before = {u.name: u for u in old.upstreams}
    same_upstreams = {n for n, u in upstreams.items() if before.get(n) == u}
    ports_before = {p.name: p for p in old.ports}
    same_ports = {n for n, p in ports.items() if ports_before.get(n) == p}
    old_routings = _routings(old) if previous else {}
    same_routings = {n for n, r in routings.items() if old_routings.get(n) == r}

    def kept(kind: Kind, names: set[str]) -> Resources:
        return {n: r for n, r in previous.of(kind).items() if n in names} if previous else {}

    clusters = _render(Kind.CLUSTERS, upstreams, kept(Kind.CLUSTERS, same_upstreams), _cluster)
    endpoints = _render(Kind.ENDPOINTS, upstreams, kept(Kind.ENDPOINTS, same_upstreams), _endpoints)
    listeners = _render(Kind.LISTENERS, ports, kept(Kind.LISTENERS, same_ports), _listener)
    http = {p.routing.name: routings[p.routing.name] for p in proxy.ports if p.protocol.is_http}
    routes = _render(Kind.ROUTES, http, kept(Kind.ROUTES, same_routings), _routes)
    parts = (clusters, endpoints, listeners, routes)
    version = _digest("".join(r.version for part in parts for _, r in sorted(part.items())))
    return Snapshot(proxy, version, *parts)


def difference(before: Snapshot | None, after: Snapshot) -> Difference:
    """Changed resources in Kind order, which is make-before-break; then the removed names."""
    changed: list[Resource] = []
    removed: list[tuple[Kind, str]] = []
    for kind in Kind:
        old = before.of(kind) if before else {}
        new = after.of(kind)
        changed += [r for n, r in new.items() if n not in old or old[n].version != r.version]
        removed += [(kind, name) for name in old if name not in new]
    return Difference(tuple(changed), tuple(removed))


def _render(
    kind: Kind,
    nouns: Mapping[str, Noun],
    kept: Resources,
    render: Callable[[Noun], tuple[Body, str | None]],
) -> Resources:
    return {n: kept.get(n) or _resource(kind, n, *render(noun)) for n, noun in nouns.items()}


def _resource(kind: Kind, name: str, body: Body, needs: str | None) -> Resource:
    return Resource(kind, name, _digest(json.dumps(body, sort_keys=True)), body, needs)


def _cluster(upstream: Upstream) -> tuple[Body, str | None]:
    return envoy.cluster(upstream), upstream.name


def _endpoints(upstream: Upstream) -> tuple[Body, str | None]:
    return envoy.load_assignment(upstream), None


def _listener(port: Port) -> tuple[Body, str | None]:
    return envoy.listener(port), port.routing.name if port.protocol.is_http else None


def _routes(routing: Routing) -> tuple[Body, str | None]:
    return envoy.route_configuration(routing), None


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=8).hexdigest()


def _by_name(nouns: tuple[Named, ...], what: str) -> dict[str, Named]:
    named = {noun.name: noun for noun in nouns}
    if len(named) != len(nouns):
        raise InconsistentProxy(f"one {what} name is used twice")
    return named


def _routings(proxy: Proxy) -> dict[str, Routing]:
    routings: dict[str, Routing] = {}
    for port in proxy.ports:
        known = routings.setdefault(port.routing.name, port.routing)
        if known is not port.routing and known != port.routing:
            raise InconsistentProxy(f"ports disagree on routing {port.routing.name}")
    return routings


def _check_forwards(routings: Mapping[str, Routing], upstreams: Mapping[str, Upstream]) -> None:
    for routing in routings.values():
        for name in envoy.upstream_names(routing):
            if name not in upstreams:
                raise InconsistentProxy(f"routing {routing.name} leads to no upstream {name}")
