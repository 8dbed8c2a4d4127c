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


def connect(
    callers: Iterable[Caller], offers: Mapping[str, Iterable[Offer]]
) -> tuple[list[Port], list[Upstream]]:
    """A listener for every name in every calling namespace; an upstream for caller and name.

    ``offers`` are by namespace ARN. All tasks of one calling service share an upstream, whose
    labels tell caller and target apart for the metrics.
    """
    ports: list[Port] = []
    upstreams: dict[str, Upstream] = {}
    for caller in callers:
        for offer in offers.get(caller.namespace, ()):
            upstream = _upstream_name(caller, offer)
            if upstream not in upstreams:
                upstreams[upstream] = _upstream(upstream, caller, offer)
            routing = _routing(upstream, offer)
            labels = upstreams[upstream].labels
            ports.extend(_port(caller, box, offer, routing, labels) for box in caller.sandboxes)
    return ports, list(upstreams.values())


def _upstream_name(caller: Caller, offer: Offer) -> str:
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
