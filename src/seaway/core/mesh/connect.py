"""Service Connect as one proxy's traffic: who calls, what is offered, which way requests go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from seaway.core.discovery import NamedEndpoint
from seaway.core.mesh.proxy import (
    Endpoint,
    Forward,
    Labels,
    OutlierDetection,
    Port,
    Protocol,
    Purpose,
    Retry,
    Routing,
    Share,
    Upstream,
)
from seaway.core.task import Sandbox

INTERCEPTED = "127.255.0.0/16"
"""The virtual addresses; part of every namespace's loopback, so no address has to be added."""

INTERCEPTOR_PORT = 61001
"""Where the proxy listens for them: just above the ports that calls go out from."""

REQUEST_TIMEOUT = 15
"""Seconds; AWS's default for http, http2 and grpc (API: TimeoutConfiguration)."""

IDLE_TIMEOUT = 300
"""Seconds; AWS's default for http, http2 and grpc."""

TCP_IDLE_TIMEOUT = 3600
"""Seconds; AWS's default for TCP."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A task on the proxy's host that calls by Service Connect's names."""

    task: str
    """Its id."""
    cluster: str
    service: str
    namespace: str
    """ARN of the namespace whose names it knows."""
    sandboxes: tuple[Sandbox, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """An endpoint of a namespace, who owns it, and where it is served now."""

    endpoint: NamedEndpoint
    cluster: str
    service: str
    places: tuple[Endpoint, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """What leads one calling service to one offer, whichever of its tasks calls."""

    upstream: Upstream
    routing: Routing


def connect(
    callers: Iterable[Caller], offers: Mapping[str, Iterable[Offer]]
) -> tuple[list[Port], list[Upstream]]:
    """A listener for every name in every calling namespace; an upstream for caller and name.

    ``offers`` are by namespace ARN. All tasks of one calling service share an upstream, whose
    labels tell caller and target apart for the metrics.
    """
    ports: list[Port] = []
    ways: dict[str, Way] = {}
    for caller in callers:
        for offer in offers.get(caller.namespace, ()):
            way = ways.setdefault(way_name(caller, offer), way_to(caller, offer))
            ports.extend(ports_to(caller, offer, way))
    return ports, [way.upstream for way in ways.values()]


def way_to(caller: Caller, offer: Offer) -> Way:
    """The way all tasks of the caller's service share."""
    name = way_name(caller, offer)
    return Way(upstream=_upstream(name, caller, offer), routing=_routing(name, offer))


def ports_to(caller: Caller, offer: Offer, way: Way) -> tuple[Port, ...]:
    """The listeners at which this caller's containers find the way."""
    labels = way.upstream.labels
    return tuple(_port(caller, box, offer, way.routing, labels) for box in caller.sandboxes)


def way_name(caller: Caller, offer: Offer) -> str:
    """The name of the upstream, and of the routing, of a way; one for a caller's every task."""
    number = offer.endpoint.discovery.rsplit("/", 1)[-1]
    return f"connect/{caller.cluster}/{caller.service}/{number}"


def _upstream(name: str, caller: Caller, offer: Offer) -> Upstream:
    endpoint = offer.endpoint
    return Upstream(
        name=name,
        protocol=Protocol(endpoint.protocol.value),
        labels=Labels(
            purpose=Purpose.CONNECT,
            cluster=caller.cluster,
            service=caller.service,
            namespace=endpoint.namespace.rsplit("/", 1)[-1],
            discovery_name=endpoint.discovery_name,
            target_cluster=offer.cluster,
            target_service=offer.service,
            protocol=endpoint.protocol.value,
        ),
        endpoints=offer.places,
        outlier_detection=OutlierDetection(),
    )


def _routing(upstream: str, offer: Offer) -> Routing:
    if not Protocol(offer.endpoint.protocol.value).is_http:
        return Routing(name=upstream, default=Forward(shares=(Share(upstream=upstream),)))
    timeout = offer.endpoint.request_timeout
    return Routing(
        name=upstream,
        default=Forward(
            shares=(Share(upstream=upstream),),
            timeout=REQUEST_TIMEOUT if timeout is None else timeout,
            retry=Retry(),
        ),
    )


def _port(caller: Caller, box: Sandbox, offer: Offer, routing: Routing, labels: Labels) -> Port:
    endpoint = offer.endpoint
    protocol = Protocol(endpoint.protocol.value)
    idle = IDLE_TIMEOUT if protocol.is_http else TCP_IDLE_TIMEOUT
    number = endpoint.discovery.rsplit("/", 1)[-1]
    return Port(
        name=f"connect/{caller.task}/{box.container}/{number}",
        address=endpoint.address,
        port=endpoint.port,
        protocol=protocol,
        routing=routing,
        labels=labels,
        namespace=box.path,
        intercepted_at=INTERCEPTOR_PORT,
        idle_timeout=idle if endpoint.idle_timeout is None else endpoint.idle_timeout,
    )
