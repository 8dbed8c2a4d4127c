"""One proxy's traffic in our words: ports it listens on, upstreams it sends to.

A host has one proxy. What it does for Service Connect, for load balancers and for published
host ports is all said with the nouns here; ``envoy.py`` says the same in Envoy's words.
Durations are seconds everywhere. Percentages, where they occur, are 0-100.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from enum import StrEnum

from seaway.core.mesh.front import Manners, Terminated


class Protocol(StrEnum):
    """What is spoken on a port and to an upstream. Several HTTPs are one port's clear text."""

    TCP = "tcp"
    UDP = "udp"
    HTTP = "http"
    HTTP2 = "http2"
    GRPC = "grpc"

    @property
    def is_http(self) -> bool:
        return self not in (Protocol.TCP, Protocol.UDP)

    @property
    def is_http2(self) -> bool:
        return self in (Protocol.HTTP2, Protocol.GRPC)


class Purpose(StrEnum):
    """Which AWS promise a port or an upstream keeps; decides headers, defaults and metrics."""

    CONNECT = "connect"  # Service Connect: a client's alias in a task's namespace
    BALANCE = "balance"  # Elastic Load Balancing
    HOST_PORT = "host-port"  # a published container port
    INGRESS = "ingress"  # Service Connect: the server's side, where TLS or an override asks for it


class Algorithm(StrEnum):
    """How the next endpoint is chosen (elbv2 ``load_balancing.algorithm.type``)."""

    ROUND_ROBIN = "round_robin"
    LEAST_OUTSTANDING_REQUESTS = "least_outstanding_requests"
    WEIGHTED_RANDOM = "weighted_random"
    CONSISTENT_HASH = "consistent_hash"  # by what the forwards' ``hash_on`` says


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """Who calls whom; travels with every metric, so it tells all a CloudWatch dimension needs.

    Names, never ARNs. For Service Connect ``cluster`` and ``service`` are the *calling* ECS
    service (TargetDiscoveryName metrics) and ``target_cluster``/``target_service`` the service
    that owns the endpoints (DiscoveryName metrics). For load balancers ``load_balancer`` and
    ``target_group`` are the dimension values ``app/name/id`` and ``targetgroup/name/id``.
    """

    purpose: Purpose
    cluster: str = ""
    service: str = ""
    namespace: str = ""
    discovery_name: str = ""
    target_cluster: str = ""
    target_service: str = ""
    load_balancer: str = ""
    target_group: str = ""
    protocol: str = ""  # "tcp" | "udp" | "http" | "http2" | "grpc": which metrics exist at all
    revision: str = ""  # the deployment's digits, where traffic is shared out between deployments

    def items(self) -> Iterator[tuple[str, str]]:
        """The labels that are set, in the order of declaration."""
        for declared in fields(self):
            value = getattr(self, declared.name)
            if value:
                yield declared.name, str(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One server address. A draining one gets no new connection and finishes what it has."""

    address: str
    port: int
    weight: int = 1
    draining: bool = False
    host: str | None = None
    """Id of the machine it is on, when that is another one than the proxy's: proxy to proxy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthCheck:
    """The proxy asks the endpoints itself (elbv2 target group health check).

    ``port`` None = traffic-port. ``matcher`` is AWS's text: "200", "200,202", "200-299";
    gRPC codes when ``protocol`` is GRPC. TCP connects only. ``secure``: over TLS, with whatever
    certificate the target shows.
    """

    protocol: Protocol = Protocol.HTTP
    path: str = "/"
    port: int | None = None
    interval: float = 30
    timeout: float = 5
    healthy_threshold: int = 5
    unhealthy_threshold: int = 2
    matcher: str = "200"
    secure: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlierDetection:
    """Endpoints that fail are left alone for a while (Service Connect's passive health check).

    The defaults are AWS's: five failures within 30 s, away for 30 s at first, at most 300 s.
    ``most_ejected`` is the percentage of the endpoints that may be away at once.
    """

    failures: int = 5
    interval: float = 30
    first_ejection: float = 30
    longest_ejection: float = 300
    most_ejected: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Circuit breaking: what one caller may have open to the upstream at once; None = no limit.

    What is over a limit is answered 503 at once, TCP is closed. ``retry_budget`` is the
    percentage of the requests under way that may be retries.
    """

    connections: int | None = None
    pending: int | None = None
    requests: int | None = None
    requests_per_connection: int | None = None
    retry_budget: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Secure:
    """TLS 1.3 on one side of a connection; certificates come as the proxy's secrets, by name.

    ``certificate`` names what we show ("" = nothing), ``authorities`` the roots the other side
    must be signed by ("" = it need show nothing), ``peers`` the SAN URIs or DNS names it may
    have (() = any that the roots have signed). ``server_name`` is what a client asks for.
    """

    certificate: str = ""
    authorities: str = ""
    peers: tuple[str, ...] = ()
    server_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A certificate with its key, or authorities alone (``key`` empty); PEM texts.

    Comes to the proxy apart from what uses it (SDS), so a new one breaks no connection.
    """

    name: str
    chain: str
    key: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """Endpoints that stand in for each other, as seen by one caller.

    ``name`` is unique on the proxy. Metrics are counted per upstream, so Service Connect has one
    per (calling service, discovery name), shared by all the caller's tasks on the host.
    ``connect_timeout`` in seconds.
    """

    name: str
    protocol: Protocol
    labels: Labels
    endpoints: tuple[Endpoint, ...] = ()
    health_check: HealthCheck | None = None
    outlier_detection: OutlierDetection | None = None
    connect_timeout: float = 5
    algorithm: Algorithm = Algorithm.ROUND_ROBIN
    slow_start: float = 0
    limits: Limits = Limits()
    secure: Secure | None = None
    """TLS to the endpoints (Service Connect: the offer's ``tls``)."""
    tunnelled: bool = False
    """Some endpoints may be on other hosts, and are reached through those hosts' proxies."""
    unverified: bool = False
    """TLS to the endpoints, whatever certificate they show, as load balancers do."""
    announced: bool = False
    """A header of the proxy protocol, version 2, tells endpoints who calls (elbv2
    ``proxy_protocol_v2.enabled``)."""
    fails_open_below: int = 1
    """Percentage of healthy endpoints below which all of them are sent to; 1 = when none is."""
    breaks_unhealthy: bool = False
    """Connections to an endpoint that turns unhealthy are closed (network load balancers)."""


# What a request must be like. A route's conditions must all hold; within one, any value will do.
# Patterns are AWS globs: ``*`` is any run of characters, ``?`` exactly one.


@dataclass(frozen=True, slots=True)
class HostMatches:
    """host-header: globs on the Host without its port; case-insensitive."""

    patterns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PathMatches:
    """path-pattern: globs on the path without the query; case-sensitive."""

    patterns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HeaderMatches:
    """http-header: globs on one header's value; case-insensitive."""

    name: str
    patterns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MethodIs:
    """http-request-method: exact names."""

    methods: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QueryMatches:
    """query-string: (key or None, value) globs, case-insensitive; None = the value of any key."""

    pairs: tuple[tuple[str | None, str], ...]


@dataclass(frozen=True, slots=True)
class SourceIn:
    """source-ip: CIDRs the connection's own peer address may be in (not X-Forwarded-For)."""

    cidrs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HeaderIs:
    """A header is there, with exactly this value; None = with any."""

    name: str
    value: str | None = None


@dataclass(frozen=True, slots=True)
class PathUnder:
    """The path is ``prefix`` or lies under it: /v2 holds for /v2, /v2/x and /v2?x, not /v20."""

    prefix: str


@dataclass(frozen=True, slots=True)
class CookieIs:
    """A cookie is there, with exactly this value (letters and digits)."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Fits:
    """A regular expression holds anywhere in one of a request's parts: path, host or a header.

    ``part`` is :path (without the query), :authority (as the client wrote it), or a header's name.
    """

    part: str
    expressions: tuple[str, ...]


Condition = (
    HostMatches
    | PathMatches
    | HeaderMatches
    | MethodIs
    | QueryMatches
    | SourceIn
    | HeaderIs
    | PathUnder
    | CookieIs
    | Fits
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """How often a failed request is tried again, on another endpoint if there is one.

    Connections refused or broken, ``statuses`` and ``grpc`` (Envoy's words for gRPC's statuses:
    unavailable, …) are tried again. ``try_timeout`` is seconds for each try, 0 = the request's own.
    """

    attempts: int = 2
    statuses: tuple[int, ...] = (503,)
    grpc: tuple[str, ...] = ()
    try_timeout: float = 0
    broken_too: bool = True
    """A connection that breaks after the request was sent leads to another try for every method;
    False = only for those that may be repeated without harm (GET, HEAD, OPTIONS)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Faults put in on purpose: so many percent of the requests wait, so many get a status."""

    delay: float = 0
    delay_percent: float = 0
    abort: int = 0
    abort_percent: float = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimit:
    """At most ``requests`` per ``seconds`` from the callers on this proxy; more get 429."""

    requests: int
    seconds: float = 1
    burst: int | None = None
    """The most at one moment; None = ``requests``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirror:
    """A copy of so many percent of the requests goes to another upstream; answers are dropped."""

    upstream: str
    percent: float = 100


@dataclass(frozen=True, slots=True)
class HashOn:
    """What keeps a client with an endpoint: ``kind`` is header, cookie or source.

    A cookie with a ``lifetime`` in seconds is given out by the proxy to who has none; 0 = until
    the client ends. None = the cookie is the application's own. A kind ``address`` is the client's
    own address, for ports that anybody may call.
    """

    kind: str
    name: str = ""
    lifetime: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One upstream's part of a weighted forward."""

    upstream: str
    weight: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Forward:
    """Send to one of the shares. ``timeout`` is for the whole request; 0 = none.

    ``sticky`` > 0 keeps a client on the target it first got for that many seconds, by a cookie
    named AWSALB (elbv2 ``stickiness.type`` lb_cookie); on load balancer ports only. ``keep_share``
    > 0 keeps it with the share it first got for so many seconds, by a cookie named AWSALBTG.
    ``idle_timeout`` None = the port's. ``hash_on`` is for upstreams that hash.
    """

    shares: tuple[Share, ...]
    timeout: float = 0
    idle_timeout: float | None = None
    retry: Retry | None = None
    sticky: float = 0
    keep_share: float = 0
    hash_on: tuple[HashOn, ...] = ()
    mirrors: tuple[Mirror, ...] = ()
    fault: Fault | None = None
    rate: RateLimit | None = None
    trace_percent: float | None = None
    """Sampling of this way's traces, 0-100; None = the port's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirect:
    """elbv2 RedirectActionConfig; ``#{protocol}``, ``#{host}``, … keep the request's own part."""

    status: int = 302  # 301 or 302
    protocol: str = "#{protocol}"
    host: str = "#{host}"
    port: str = "#{port}"
    path: str = "/#{path}"
    query: str = "#{query}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedResponse:
    """elbv2 FixedResponseActionConfig."""

    status: int
    content_type: str = "text/plain"
    body: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """The caller may not call: 403 with ``reason`` over HTTP, closed at once over TCP; counted."""

    reason: str = "denied"


Action = Forward | Redirect | FixedResponse | Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One rule; rules are tried in the order given, the first that holds acts."""

    name: str
    conditions: tuple[Condition, ...]
    action: Action


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """Where a port's requests go: routes in priority order, then ``default``.

    ``name`` is unique on the proxy; ports that route alike (all tasks of one caller) share one
    Routing of the same name and equal content. TCP knows no routes; ``default`` forwards or
    refuses.
    """

    name: str
    default: Action
    routes: tuple[Route, ...] = ()


class LogFormat(StrEnum):
    """How an access log's lines look (API: ServiceConnectAccessLogConfiguration)."""

    TEXT = "TEXT"
    JSON = "JSON"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessLog:
    """Requests are written down in AWS's format for one of the two services concerned.

    ``owner`` is the id of the task whose proxy log this is (the caller's side); "" = the task
    whose endpoint answered (the server's side). ``query`` keeps query strings.
    """

    format: LogFormat = LogFormat.TEXT
    query: bool = False
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracing:
    """Spans of the requests go to an upstream that takes OTLP by gRPC; ``percent`` is 0-100."""

    upstream: str
    service: str
    percent: float = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """One address and port the proxy listens on.

    ``namespace`` is the file of the network namespace to listen in (Docker's ``SandboxKey``);
    None = the host's own. ``name`` is unique on the proxy and stays the same while the address,
    port and namespace do. ``idle_timeout`` in seconds (Service Connect: 300 HTTP, 3600 TCP;
    load balancer: 60), 0 = none. ``intercepted_at``: a rule of the namespace leads what is sent to
    ``port`` to this port of the same address, and whatever was sent elsewhere is closed.
    """

    name: str
    address: str
    port: int
    protocol: Protocol
    routing: Routing
    labels: Labels
    namespace: str | None = None
    intercepted_at: int | None = None
    idle_timeout: float = 0
    terminated: Terminated | None = None
    """TLS that ends here, on a load balancer's port."""
    manners: Manners | None = None
    address6: str | None = None
    """A second, IPv6, address it listens on for the same; its interception likewise."""
    secure: Secure | None = None
    access_logs: tuple[AccessLog, ...] = ()
    tracing: Tracing | None = None
    sources: tuple[str, ...] | None = None
    """CIDRs that may connect; anybody else is closed and counted. None = everybody may."""


class Health(StrEnum):
    """What the proxy's own health checks say of one endpoint."""

    INITIAL = "initial"  # not one check has ended yet
    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"


class Failure(StrEnum):
    """Why a health check failed, in the terms of elbv2 ``TargetHealth.Reason``."""

    RESPONSE = "Target.ResponseCodeMismatch"
    TIMEOUT = "Target.Timeout"
    CONNECTION = "Target.FailedHealthChecks"


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointHealth:
    """An observation: what a proxy's health check found out about one endpoint.

    ``health`` None = one more failed check that changed nothing yet. ``first`` is true when it
    was the endpoint's very first check. ``at`` is epoch seconds, 0 when not known.
    """

    upstream: str
    address: str
    port: int
    health: Health | None
    failure: Failure | None = None
    first: bool = False
    at: float = 0


TUNNEL_PORT = 15008
"""Where hosts' proxies take each other's calls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """Another host, whose proxy leads on to its tasks: its id, and where its gate is."""

    id: str
    address: str
    port: int = TUNNEL_PORT
    secure: Secure


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """Where other hosts' proxies come in, and which of this host's (address, port)s they may call.

    Who may come in is ``secure``'s ``peers``. Whether the caller may call what it calls was
    looked at on its own side.
    """

    address: str
    port: int = TUNNEL_PORT
    secure: Secure
    targets: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """All the traffic of one host's proxy. ``node`` is its name, the agent's container instance."""

    node: str
    ports: tuple[Port, ...] = ()
    upstreams: tuple[Upstream, ...] = ()
    secrets: tuple[Secret, ...] = ()
    neighbours: tuple[Neighbour, ...] = ()
    gate: Gate | None = None
