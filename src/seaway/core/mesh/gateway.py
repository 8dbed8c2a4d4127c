"""The gateway: one HTTP port of the machine that leads to every endpoint by the name called.

For programs on laptops and in containers of others', which know none of Service Connect's names:
they say ``<discovery name>.<namespace>`` as Host.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from seaway.core.mesh.connect import IDLE_TIMEOUT, Caller, Offer, Way
from seaway.core.mesh.intentions import GATEWAY
from seaway.core.mesh.proxy import (
    FixedResponse,
    HostMatches,
    Labels,
    Port,
    Protocol,
    Purpose,
    Route,
    Routing,
)


def gateway_caller(namespace: str) -> Caller:
    """Whoever calls by the gateway into the namespace (given by ARN)."""
    return Caller(task=GATEWAY, cluster="", service=GATEWAY, namespace=namespace, sandboxes=())


def gateway(address: str, port: int, ways: Iterable[tuple[Offer, Way]]) -> Port:
    """The port. Over HTTP only: other protocols don't say whom they call."""
    by_number = sorted(ways, key=lambda led: led[0].number)
    routes = tuple(route for offer, way in by_number for route in _routes(offer, way))
    nobody = FixedResponse(status=404, body="No endpoint of Service Connect has this name.\n")
    return Port(
        name=GATEWAY,
        address=address,
        port=port,
        protocol=Protocol.HTTP,
        routing=Routing(name=GATEWAY, default=nobody, routes=routes),
        labels=Labels(purpose=Purpose.CONNECT, service=GATEWAY, protocol="http"),
        idle_timeout=IDLE_TIMEOUT,
    )


def _routes(offer: Offer, way: Way) -> Iterator[Route]:
    """The way's own routes, for those who call its name."""
    host = HostMatches((f"{offer.endpoint.discovery_name}.{offer.namespace}",))
    for route in way.routing.routes:
        name = f"{offer.number}/{route.name}"
        yield replace(route, name=name, conditions=(host, *route.conditions))
    yield Route(name=offer.number, conditions=(host,), action=way.routing.default)
