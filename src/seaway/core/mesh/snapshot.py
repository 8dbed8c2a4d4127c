"""A versioned, self-consistent set of Envoy resources: all that one proxy should know.

Versions are hashes of content, so a control plane that comes back after a restart makes the same
ones and a proxy that kept its configuration has nothing to do.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from hashlib import blake2b
from typing import Any, TypeVar

import orjson

from seaway.core.mesh import envoy
from seaway.core.mesh.interceptor import (
    Interceptor,
    NameTable,
    interceptor_name,
    interceptors,
    name_tables,
    table_name,
)
from seaway.core.mesh.proxy import Gate, Neighbour, Port, Proxy, Routing, Secret, Upstream
from seaway.core.mesh.secure import secret, secret_names, secrets_of_port
from seaway.core.mesh.tunnels import (
    GATE,
    gate_cluster,
    gate_listener,
    gate_routes,
    host_name,
    neighbour_cluster,
    neighbour_listener,
    tunnel_name,
)

Body = Mapping[str, Any]
Noun = TypeVar("Noun")
Named = TypeVar("Named", Port, Secret, Upstream)
Crossing = Neighbour | Gate
"""What leads to other hosts, or lets them in."""

Door = Port | Interceptor | Crossing
"""What becomes a listener."""


class Kind(Enum):
    """The kinds of resource, in the order in which Envoy should hear of them."""

    SECRETS = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret"
    CLUSTERS = "type.googleapis.com/envoy.config.cluster.v3.Cluster"
    ENDPOINTS = "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment"
    LISTENERS = "type.googleapis.com/envoy.config.listener.v3.Listener"
    ROUTES = "type.googleapis.com/envoy.config.route.v3.RouteConfiguration"

    # Enum's own is a Python function, and a thousand streams look kinds up all the time.
    __hash__ = object.__hash__


_KINDS = tuple(Kind)


Need = tuple[Kind, str]


@dataclass(frozen=True, slots=True, eq=False)
class Resource:
    """One resource; equal versions mean equal bodies.

    ``needs`` names the resources of other kinds Envoy asks for once it has this one: a cluster
    its endpoints, an HTTP listener its routes, both the secrets of their certificates.
    """

    kind: Kind
    name: str
    version: str
    body: Body = field(repr=False)
    needs: tuple[Need, ...] = ()


Resources = Mapping[str, Resource]

Told = tuple[Body, tuple[Need, ...]]
"""A rendered noun: its body, and the resources it needs."""

Rendered = dict[tuple[Kind, Hashable], tuple[Any, Resource]]
"""Resources by the identity of the noun they were rendered from, and the noun, to keep it alive."""


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """What ``proxy`` looks like to Envoy. ``version`` changes with any resource in it.

    A part in which nothing changed is the previous snapshot's very object, and so is every
    resource that did not change: who looks for changes may compare by identity.
    """

    proxy: Proxy
    version: str
    secrets: Resources
    clusters: Resources
    endpoints: Resources
    listeners: Resources
    routes: Resources
    upstreams: Mapping[str, Upstream]
    doors: Mapping[str, Door]
    routings: Mapping[str, Routing]
    tables: Mapping[str, Routing | NameTable | Gate]
    certificates: Mapping[str, Secret]
    crossings: Mapping[str, Crossing]
    sums: tuple[int, ...] = (0, 0, 0, 0, 0)
    """Of the versions of each kind."""

    @property
    def node(self) -> str:
        return self.proxy.node

    @property
    def parts(self) -> tuple[Resources, ...]:
        """The resources of every kind, in Kind order."""
        return self.secrets, self.clusters, self.endpoints, self.listeners, self.routes

    def of(self, kind: Kind) -> Resources:
        """The resources of one kind, by name."""
        match kind:
            case Kind.SECRETS:
                return self.secrets
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


def take_snapshot(
    proxy: Proxy, previous: Snapshot | None = None, rendered: Rendered | None = None
) -> Snapshot:
    """Render a proxy. What is as in ``previous`` is taken from there and not rendered again.

    ``rendered`` is for several proxies that share nouns: what one rendered the next one takes.
    Raises InconsistentProxy, so that half a truth is never sent.
    """
    old = previous or _NOTHING
    shared: Rendered = {} if rendered is None else rendered
    certificates, secrets = old.certificates, old.secrets
    if proxy.secrets is not old.proxy.secrets:
        certificates = _by_name(proxy.secrets, "secret")
        secrets = _renew(Kind.SECRETS, certificates, old.certificates, old.secrets, _secret, shared)
    upstreams = _by_name(proxy.upstreams, "upstream")
    crossings = _crossings(proxy)
    ahead: Mapping[str, Upstream | Crossing] = upstreams
    behind: Mapping[str, Upstream | Crossing] = old.upstreams
    if crossings or old.crossings:
        ahead, behind = {**upstreams, **crossings}, {**old.upstreams, **old.crossings}
    clusters = _renew(Kind.CLUSTERS, ahead, behind, old.clusters, _cluster, shared)
    endpoints = _renew(Kind.ENDPOINTS, upstreams, old.upstreams, old.endpoints, _endpoints, shared)
    same = proxy.ports is old.proxy.ports and crossings == old.crossings
    if same and upstreams.keys() >= old.upstreams.keys():
        doors, routings, tables = old.doors, old.routings, old.tables
        listeners, routes = old.listeners, old.routes
    else:
        doors = _doors(proxy)
        routings = _routings(proxy)
        _check_forwards(routings, upstreams, old)
        tables = _tables(proxy, routings)
        listeners = _renew(Kind.LISTENERS, doors, old.doors, old.listeners, _listener, shared)
        routes = _renew(Kind.ROUTES, tables, old.tables, old.routes, _routes, shared)
    parts = (secrets, clusters, endpoints, listeners, routes)
    sums = tuple(map(_sum_again, parts, old.parts, old.sums))
    # No order matters in a sum, and bodies hold their own names.
    version = f"{sum(sums) % 2**64:016x}"
    return Snapshot(
        proxy, version, *parts, upstreams, doors, routings, tables, certificates, crossings, sums
    )


def difference(before: Snapshot | None, after: Snapshot) -> Difference:
    """Changed resources in Kind order, which is make-before-break; then the removed names."""
    changed: list[Resource] = []
    removed: list[tuple[Kind, str]] = []
    for kind, old, new in zip(_KINDS, (before or _NOTHING).parts, after.parts, strict=True):
        if old is new:
            continue
        changed += [r for n, r in new.items() if not _same(old.get(n), r)]
        removed += [(kind, name) for name in old if name not in new]
    return Difference(tuple(changed), tuple(removed))


def _same(old: Resource | None, new: Resource) -> bool:
    return old is new or (old is not None and old.version == new.version)


def _renew(
    kind: Kind,
    nouns: Mapping[str, Noun],
    old_nouns: Mapping[str, Noun],
    old: Resources,
    render: Callable[[Noun], Told],
    shared: Rendered,
) -> Resources:
    """The resources of these nouns; the old ones where the noun, or at least the body, is equal."""
    new: dict[str, Resource] = {}
    moved = len(nouns) != len(old)
    for name, noun in nouns.items():
        before = old.get(name)
        known = old_nouns.get(name)
        if before is None or (known is not noun and known != noun):
            key = (kind, _identity(noun))
            found = shared.get(key)
            made = found[1] if found else _resource(kind, name, render(noun))
            if found is None:
                shared[key] = (noun, made)
            if before is None or before.version != made.version:
                moved, before = True, made
        new[name] = before
    return new if moved else old


def _identity(noun: object) -> Hashable:
    """Proxies share nouns, and what a table is made of."""
    if isinstance(noun, NameTable):
        return noun.name, tuple((entry.called, id(entry.routing)) for entry in noun.entries)
    return id(noun)


def _resource(kind: Kind, name: str, told: Told) -> Resource:
    body, needs = told
    digest = blake2b(orjson.dumps(body, option=orjson.OPT_SORT_KEYS), digest_size=8).hexdigest()
    return Resource(kind, name, digest, body, needs)


def _secret(told: Secret) -> Told:
    return secret(told), ()


def _cluster(upstream: Upstream | Crossing) -> Told:
    if isinstance(upstream, Gate):
        return gate_cluster(), ()
    if isinstance(upstream, Neighbour):
        secrets = ((Kind.SECRETS, name) for name in secret_names(upstream.secure))
        return neighbour_cluster(upstream), tuple(secrets)
    return envoy.cluster(upstream), (
        (Kind.ENDPOINTS, upstream.name),
        *((Kind.SECRETS, name) for name in secret_names(upstream.secure)),
    )


def _endpoints(upstream: Upstream) -> Told:
    return envoy.load_assignment(upstream), ()


def _listener(door: Door) -> Told:
    if isinstance(door, Neighbour):
        return neighbour_listener(door), ()
    if isinstance(door, Gate):
        needed = ((Kind.SECRETS, name) for name in secret_names(door.secure))
        return gate_listener(door), ((Kind.ROUTES, GATE), *needed)
    if isinstance(door, Interceptor):
        tables = {table_name(port) for port in door.ports if port.protocol.is_http}
        return envoy.intercepting_listener(door), tuple((Kind.ROUTES, n) for n in sorted(tables))
    routes = ((Kind.ROUTES, door.routing.name),) if door.protocol.is_http else ()
    secrets = ((Kind.SECRETS, name) for name in secrets_of_port(door))
    return envoy.listener(door), (*routes, *secrets)


def _routes(table: Routing | NameTable | Gate) -> Told:
    if isinstance(table, Gate):
        return gate_routes(table), ()
    if isinstance(table, NameTable):
        return envoy.name_table(table), ()
    return envoy.route_configuration(table), ()


def _sum_again(part: Resources, before: Resources, known: int) -> int:
    return known if part is before else _sum(part)


def _sum(part: Resources) -> int:
    return sum(int(resource.version, 16) for resource in part.values())


def _by_name(nouns: tuple[Named, ...], what: str) -> dict[str, Named]:
    named = {noun.name: noun for noun in nouns}
    if len(named) != len(nouns):
        raise InconsistentProxy(f"one {what} name is used twice")
    return named


def listener_name(port: Port) -> str:
    """The name of the listener that takes the port's connections, maybe with other ports'."""
    return interceptor_name(port) or port.name


def _doors(proxy: Proxy) -> dict[str, Door]:
    ports = _by_name(proxy.ports, "port")
    alone = {name: port for name, port in ports.items() if interceptor_name(port) is None}
    crossings: dict[str, Door] = {tunnel_name(n.id): n for n in proxy.neighbours}
    if proxy.gate is not None:
        crossings[GATE] = proxy.gate
    return {**alone, **interceptors(proxy.ports), **crossings}


def _crossings(proxy: Proxy) -> dict[str, Crossing]:
    """By the names of their clusters."""
    found: dict[str, Crossing] = {host_name(n): n for n in proxy.neighbours}
    return {**found, GATE: proxy.gate} if proxy.gate is not None else found


def _tables(proxy: Proxy, routings: Mapping[str, Routing]) -> dict[str, Routing | NameTable | Gate]:
    gates = {} if proxy.gate is None else {GATE: proxy.gate}
    alone = {
        port.routing.name: routings[port.routing.name]
        for port in proxy.ports
        if port.protocol.is_http and interceptor_name(port) is None
    }
    try:
        return {**alone, **name_tables(proxy.ports), **gates}
    except ValueError as error:
        raise InconsistentProxy(str(error)) from error


def _routings(proxy: Proxy) -> dict[str, Routing]:
    routings: dict[str, Routing] = {}
    for port in proxy.ports:
        known = routings.setdefault(port.routing.name, port.routing)
        if known is not port.routing and known != port.routing:
            raise InconsistentProxy(f"ports disagree on routing {port.routing.name}")
    return routings


def _check_forwards(
    routings: Mapping[str, Routing], upstreams: Mapping[str, Upstream], old: Snapshot
) -> None:
    """Only what is new, or all when an upstream is gone."""
    some_gone = any(name not in upstreams for name in old.upstreams)
    for name, routing in routings.items():
        known = old.routings.get(name)
        if not some_gone and (known is routing or known == routing):
            continue
        for upstream in envoy.upstream_names(routing):
            if upstream not in upstreams:
                raise InconsistentProxy(f"routing {name} leads to no upstream {upstream}")


_NOTHING = Snapshot(Proxy(node=""), "", {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {})
