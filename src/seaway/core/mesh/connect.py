"""Service Connect as one proxy's traffic: who calls, what is offered, and where it is heard.

Which way the requests then go is in ``ways.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from seaway.core.discovery import NamedEndpoint
from seaway.core.mesh.policy import Identity, Layer, layers_of
from seaway.core.mesh.proxy import (
    AccessLog,
    Endpoint,
    Labels,
    Port,
    Protocol,
    Purpose,
    Routing,
    Tracing,
    Upstream,
)
from seaway.core.names import Tags
from seaway.core.task import Sandbox

INTERCEPTED = "127.255.0.0/16"
"""The virtual addresses; part of every namespace's loopback, so no address has to be added."""

OUTSIDE = "127.254.0.0/16"
"""What the machine's own programs call them by, on the machine's own loopback."""

INTERCEPTOR_PORT = 61001
"""Where the proxy listens for them: just above the ports that calls go out from."""

INGRESS_PORT = 61002
"""The first port at which it listens in front of a task's own servers; one for each endpoint."""

REQUEST_TIMEOUT = 15
"""Seconds; AWS's default for http, http2 and grpc (API: TimeoutConfiguration)."""

IDLE_TIMEOUT = 300
"""Seconds; AWS's default for http, http2 and grpc."""

TCP_IDLE_TIMEOUT = 3600
"""Seconds; AWS's default for TCP."""

TRACER = "tracing"
"""The name of the upstream that spans are sent to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who calls by Service Connect's names through this proxy: a task, or the machine itself."""

    task: str
    """Its id."""
    cluster: str
    service: str
    """The ECS service, or the group of a task that was run ("family:jobs"), or "machine"."""
    namespace: str
    """ARN of the namespace whose names it knows."""
    sandboxes: tuple[Sandbox, ...]
    said: Tags = ()
    """Its service's words on whom it calls (``seaway:to.…``)."""
    known: frozenset[str] | None = None
    """ARNs of the discovery services it knows; None = all there are."""
    access_log: AccessLog | None = None
    outside: bool = False
    """The machine's own programs: no task, and no network namespace but the machine's."""

    @property
    def identity(self) -> Identity:
        """Whom intentions speak of."""
        return Identity(cluster=self.cluster, name=self.service)


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One deployment's part of an offer, where traffic is shared out between deployments."""

    deployment: str
    places: tuple[Endpoint, ...] = ()
    weight: int = 0
    test: bool = False
    """Requests with the test header come here."""

    @property
    def mark(self) -> str:
        """The digits of the deployment's id."""
        return self.deployment.rsplit("/", 1)[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """An endpoint of a namespace, who owns it, what they say of it, and where it is served now.

    ``places`` are alike; those of ``revisions`` are apart. ``shared_out``: production traffic goes
    by the revisions' weights, and none to ``places``. ``namespace`` is the namespace's name.
    """

    endpoint: NamedEndpoint
    cluster: str
    service: str
    places: tuple[Endpoint, ...]
    namespace: str = ""
    cluster_tags: Tags = ()
    namespace_tags: Tags = ()
    service_tags: Tags = ()
    secure: bool = False
    """The places speak TLS."""
    revisions: tuple[Revision, ...] = ()
    shared_out: bool = False
    access_log: AccessLog | None = None
    """For the log of the tasks that answer."""

    @property
    def protocol(self) -> Protocol:
        return Protocol(self.endpoint.protocol.value)

    @property
    def number(self) -> str:
        """The discovery service's id, which is in the names of all that leads there."""
        return self.endpoint.discovery.rsplit("/", 1)[-1]

    @property
    def terms(self) -> tuple[object, ...]:
        """All but the places: what a way to it looks like."""
        shape = tuple((r.deployment, r.weight, r.test) for r in self.revisions)
        tags = (self.cluster_tags, self.namespace_tags, self.service_tags)
        owner = (self.cluster, self.service, self.namespace)
        traffic = (self.secure, shape, self.shared_out, self.access_log)
        return (self.endpoint, owner, tags, traffic)


def layers_toward(offer: Offer, caller: Caller | None = None) -> tuple[Layer, ...]:
    """Everybody's word on calls to the offer, the caller's own last."""
    endpoint = offer.endpoint
    return layers_of(
        cluster=offer.cluster,
        cluster_tags=offer.cluster_tags,
        namespace=offer.namespace,
        namespace_tags=offer.namespace_tags,
        service=offer.service,
        service_tags=offer.service_tags,
        discovery_name=endpoint.discovery_name,
        request_timeout=endpoint.request_timeout,
        idle_timeout=endpoint.idle_timeout,
        caller=caller.service if caller and caller.said else None,
        caller_tags=caller.said if caller else (),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """What leads one calling service to one offer, whichever of its tasks calls.

    ``upstreams`` are its own; ``leans`` are ARNs of other discovery services whose upstreams it
    leads to as well. ``free``: it is the same whatever else is offered in the namespace.
    ``idle_timeout`` is the ports', in seconds; ``trace_percent`` None = no traces, ``tracer`` who
    takes them, None = whom the whole Seaway's go to.
    """

    upstreams: tuple[Upstream, ...]
    routing: Routing
    labels: Labels
    idle_timeout: float
    access_log: AccessLog | None = None
    trace_percent: float | None = None
    tracer: Upstream | None = None
    leans: tuple[str, ...] = ()
    free: bool = True

    @property
    def look(self) -> tuple[object, ...]:
        """What of it the ports show."""
        written = (self.access_log, self.trace_percent, self.tracer)
        return (self.routing, self.labels, self.idle_timeout, written)


def way_name(caller: Caller, offer: Offer) -> str:
    """The name of the upstream, and of the routing, of a way; one for a caller's every task."""
    return f"connect/{caller.cluster}/{caller.service}/{offer.number}"


def tracer(address: str, port: int) -> Upstream:
    """Who takes spans (OTLP by gRPC). Nothing of it is counted as anybody's traffic."""
    return Upstream(
        name=f"{TRACER}/{address}:{port}",
        protocol=Protocol.GRPC,
        labels=Labels(purpose=Purpose.HOST_PORT, protocol="grpc"),
        endpoints=(Endpoint(address=address, port=port),),
    )


def ports_to(
    caller: Caller, offer: Offer, way: Way, *, tracer: Upstream | None = None
) -> tuple[Port, ...]:
    """The listeners at which this caller finds the way.

    ``tracer`` takes the traces of ways that name nobody.
    """
    tracer = way.tracer or tracer
    if not caller.outside:
        return tuple(_port(caller, box, offer, way, tracer) for box in caller.sandboxes)
    if offer.endpoint.outside_address is None:
        return ()
    return (_port(caller, None, offer, way, tracer),)


def _port(
    caller: Caller, box: Sandbox | None, offer: Offer, way: Way, tracer: Upstream | None
) -> Port:
    endpoint = offer.endpoint
    logs = (caller.access_log, way.access_log)
    where = f"{caller.task}/{box.container}" if box else caller.task
    return Port(
        name=f"connect/{where}/{offer.number}",
        address=endpoint.address if box else endpoint.outside_address or "",
        # Only in a namespace: the machine's own programs have no names with IPv6 addresses.
        address6=endpoint.address6 if box else None,
        port=endpoint.port,
        protocol=offer.protocol,
        routing=way.routing,
        labels=way.labels,
        namespace=box.path if box else None,
        intercepted_at=INTERCEPTOR_PORT,
        idle_timeout=way.idle_timeout,
        access_logs=tuple(log for log in logs if log is not None),
        tracing=_tracing(caller, way, tracer) if tracer else None,
    )


def _tracing(caller: Caller, way: Way, tracer: Upstream) -> Tracing | None:
    if way.trace_percent is None:
        return None
    return Tracing(upstream=tracer.name, service=caller.service, percent=way.trace_percent)


Offers = Mapping[str, Offer]
"""A namespace's offers by discovery name."""

NOTHING: Offers = MappingProxyType({})
