"""Says how hosts' proxies reach each other's tasks, in Envoy's words (decision 0007).

A request for a task of another host goes into an internal listener of the caller's own proxy,
and from there as one CONNECT stream of an mTLS HTTP/2 connection to the other host's gate,
which leads it on to the task. The stream's authority is the task's address and port.

    upstream ─▶ tunnel/<host> (internal) ─▶ host/<host> ══ mTLS, HTTP/2 ══▶ tunnel (gate) ─▶ task
"""

from __future__ import annotations

from seaway.core.mesh.proxy import Endpoint, Gate, Neighbour
from seaway.core.mesh.secure import client_side, server_side
from seaway.core.mesh.words import (
    FILTERS,
    FROM_US,
    TYPE,
    UNLIMITED,
    Json,
    bracketed,
    seconds,
    socket_address,
)

GATE = "tunnel"
"""The name of the gate's listener, of its routes, and of the cluster behind them."""

CONNECT_SECONDS = 5.0
"""How long a proxy waits for another host's, and a gate for its own host's task."""

_METADATA = "seaway.tunnel"
_MATCH = "envoy.transport_socket_match"
_SOCKETS = "envoy.extensions.transport_sockets."
_HTTP = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
_UNLIMITED = {
    "thresholds": [
        {
            "priority": "DEFAULT",
            **dict.fromkeys(
                ("max_connections", "max_pending_requests", "max_requests", "max_retries"),
                UNLIMITED,
            ),
        }
    ]
}


def host_name(neighbour: Neighbour) -> str:
    """The name of the cluster that is another host's gate."""
    return f"host/{neighbour.id}"


def tunnel_name(host: str) -> str:
    """The name of the internal listener that leads to another host (given by id)."""
    return f"{GATE}/{host}"


# The caller's side


def tunnelled_address(endpoint: Endpoint) -> Json:
    """Where an endpoint of another host is found: behind the internal listener that leads there.

    The id keeps the connections to one endpoint apart from those to another.
    """
    assert endpoint.host is not None
    return {
        "envoy_internal_address": {
            "server_listener_name": tunnel_name(endpoint.host),
            "endpoint_id": _target(endpoint.address, endpoint.port),
        }
    }


def tunnelled_metadata(endpoint: Endpoint) -> Json:
    """What goes along with an endpoint of another host: its address, and how it is connected to."""
    target = _target(endpoint.address, endpoint.port)
    return {"filter_metadata": {_METADATA: {"target": target}, _MATCH: {"tunnel": True}}}


def transport_sockets(inside: Json | None) -> list[Json]:
    """The two ways to connect to endpoints: through a tunnel, and straight.

    ``inside`` is the endpoints' own TLS, if they have any; it is spoken within the tunnel too.
    """
    raw = TYPE + _SOCKETS + "raw_buffer.v3.RawBuffer"
    own = inside or {
        "name": "envoy.transport_sockets.raw_buffer",
        "typed_config": {"@type": raw},
    }
    kind = TYPE + _SOCKETS + "internal_upstream.v3.InternalUpstreamTransport"
    through: Json = {
        "name": "envoy.transport_sockets.internal_upstream",
        "typed_config": {
            "@type": kind,
            "passthrough_metadata": [{"kind": {"host": {}}, "name": _METADATA}],
            "transport_socket": own,
        },
    }
    return [
        {"name": "tunnel", "match": {"tunnel": True}, "transport_socket": through},
        {"name": "straight", "match": {}, "transport_socket": own},
    ]


def neighbour_cluster(neighbour: Neighbour) -> Json:
    """CDS: another host's gate. A connection each for Envoy's workers, kept, with many streams."""
    endpoint = {"endpoint": {"address": socket_address(neighbour.address, neighbour.port)}}
    name = host_name(neighbour)
    http2 = {
        # A host that has gone without a word is noticed.
        "connection_keepalive": {"interval": "10s", "timeout": "5s"},
    }
    return {
        "name": name,
        "type": "STATIC",
        "connect_timeout": seconds(CONNECT_SECONDS),
        "circuit_breakers": _UNLIMITED,
        "load_assignment": {
            "cluster_name": name,
            "endpoints": [{"lb_endpoints": [endpoint]}],
        },
        "transport_socket": client_side(neighbour.secure, ("h2",)),
        "typed_extension_protocol_options": {
            _HTTP: {
                "@type": TYPE + _HTTP,
                "common_http_protocol_options": {"idle_timeout": "0s"},
                "explicit_http_config": {"http2_protocol_options": http2},
            }
        },
    }


def neighbour_listener(neighbour: Neighbour) -> Json:
    """LDS: what is connected to here becomes a stream to the other host."""
    proxy: Json = {
        "@type": FILTERS + ".network.tcp_proxy.v3.TcpProxy",
        "stat_prefix": "tunnel",
        "cluster": host_name(neighbour),
        "idle_timeout": "0s",
        "max_connect_attempts": 1,
        "tunneling_config": {"hostname": f"%DYNAMIC_METADATA({_METADATA}:target)%"},
    }
    return {
        "name": tunnel_name(neighbour.id),
        "internal_listener": {},
        "stat_prefix": "tunnel",
        "filter_chains": [
            {"filters": [{"name": "envoy.filters.network.tcp_proxy", "typed_config": proxy}]}
        ],
    }


# The other side


def gate_cluster() -> Json:
    """CDS: whatever address of this host's tasks a stream names; the routes say which may be."""
    return {
        "name": GATE,
        "type": "ORIGINAL_DST",
        "lb_policy": "CLUSTER_PROVIDED",
        "original_dst_lb_config": {"use_http_header": True, "http_header_name": ":authority"},
        "connect_timeout": seconds(CONNECT_SECONDS),
        "circuit_breakers": _UNLIMITED,
    }


def gate_listener(gate: Gate) -> Json:
    """LDS: lets in who shows a known host's certificate. Which tasks there are is in its routes."""
    router = {"@type": FILTERS + ".http.router.v3.Router", "suppress_envoy_headers": True}
    manager: Json = {
        "@type": FILTERS + ".network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "tunnel",
        "codec_type": "HTTP2",
        "rds": {"config_source": FROM_US, "route_config_name": GATE},
        "http2_protocol_options": {"allow_connect": True},
        "upgrade_configs": [{"upgrade_type": "CONNECT"}],
        # A tunnel lives for as long as what is in it.
        "stream_idle_timeout": "0s",
        "common_http_protocol_options": {"idle_timeout": "0s"},
        "http_filters": [{"name": "envoy.filters.http.router", "typed_config": router}],
    }
    name = "envoy.filters.network.http_connection_manager"
    return {
        "name": GATE,
        "address": socket_address(gate.address, gate.port),
        "stat_prefix": "tunnel",
        "traffic_direction": "INBOUND",
        "filter_chains": [
            {
                "filters": [{"name": name, "typed_config": manager}],
                "transport_socket": server_side(gate.secure, ("h2",)),
            }
        ],
    }


def gate_routes(gate: Gate) -> Json:
    """RDS: a stream to one of the targets is led there; to anything else it is answered 404."""
    route: Json = {
        "match": {"connect_matcher": {}},
        "route": {
            "cluster": GATE,
            "timeout": "0s",
            "upgrade_configs": [{"upgrade_type": "CONNECT", "connect_config": {}}],
        },
    }
    domains = sorted(_target(address, port) for address, port in gate.targets)
    hosts = [{"name": "offered", "domains": domains, "routes": [route]}] if domains else []
    return {"name": GATE, "virtual_hosts": hosts}


def _target(address: str, port: int) -> str:
    return f"{bracketed(address)}:{port}"
