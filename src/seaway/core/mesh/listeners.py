"""Says a Port in Envoy's words: a listener, its filter chains and what they write down (LDS)."""

from __future__ import annotations

from seaway.core.mesh.labels import stat_name
from seaway.core.mesh.proxy import Forward, Port, Purpose
from seaway.core.mesh.words import FILTERS, FROM_US, TYPE, Json, seconds, socket_address

_COUNTED_REPLY = "proxy_reply"

# What a reply Envoy made itself turns into on a load balancer: flags of the cause, AWS's status.
# A target that refuses or breaks the connection is a bad gateway to AWS, a 503 to Envoy.
_BALANCER_REPLIES = (
    (("UH", "NC", "UO"), 503, "503 Service Temporarily Unavailable"),
    (("UT", "SI"), 504, "504 Gateway Time-out"),
    (("UF", "UC", "UR", "LR", "UPE"), 502, "502 Bad Gateway"),
)
# URX is not among them: it is also set on a target's own 503 after the last retry.
_REPLY_FLAGS = ["UH", "NC", "UO", "UT", "SI", "UF", "UC", "UR", "LR", "UPE"]


def listener(port: Port) -> Json:
    """LDS. HTTP routes come by RDS, so a change of rules drains no connection."""
    address = socket_address(port.address, port.intercepted_at or port.port)
    if port.namespace is not None:
        address["socket_address"]["network_namespace_filepath"] = port.namespace
    http = port.protocol.is_http
    filters = [_http_manager(port)] if http else [_tcp_proxy(port)]
    if http and port.labels.purpose is Purpose.BALANCE:
        filters.insert(0, _peer_address())
    chain: Json = {"filters": filters}
    if port.certificate is not None:
        chain["transport_socket"] = _tls(port)
    told: Json = {
        "name": port.name,
        "address": address,
        "stat_prefix": "port",
        "traffic_direction": "OUTBOUND",
        "filter_chains": [chain],
    }
    if port.intercepted_at is not None:
        chain["filter_chain_match"] = {"destination_port": port.port}
        told["listener_filters"] = [_original_destination()]
    elif port.namespace is None:
        # The host's addresses inside a VPC may be put on its bridge just after this.
        told["freebind"] = True
    return told


def _original_destination() -> Json:
    kind = FILTERS + ".listener.original_dst.v3.OriginalDst"
    return {"name": "envoy.filters.listener.original_dst", "typed_config": {"@type": kind}}


def _http_manager(port: Port) -> Json:
    balance = port.labels.purpose is Purpose.BALANCE
    idle = seconds(port.idle_timeout)
    config: Json = {
        "@type": FILTERS + ".network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": stat_name(port.labels) if balance else "connect",
        "codec_type": _codec(port),
        "rds": {"config_source": FROM_US, "route_config_name": port.routing.name},
        "common_http_protocol_options": {"idle_timeout": idle},
        "stream_idle_timeout": idle,
        "upgrade_configs": [{"upgrade_type": "websocket"}],
        "http_filters": [*([_sticky_filter()] if balance else []), _router(balance)],
        "access_log": [_count_replies(port)],
        **(_balancer_manners(port) if balance else _connect_manners()),
    }
    return {"name": "envoy.filters.network.http_connection_manager", "typed_config": config}


def _codec(port: Port) -> str:
    if port.protocol.is_http2 and port.labels.purpose is Purpose.CONNECT:
        return "HTTP2"
    return "AUTO"


def _connect_manners() -> Json:
    """Service Connect passes X-Forwarded-For on as it came and answers ``server: envoy``."""
    return {"use_remote_address": False, "skip_xff_append": True, "server_name": "envoy"}


def _balancer_manners(port: Port) -> Json:
    """An ALB adds X-Forwarded-For, -Proto and -Port and keeps the target's Server header."""
    return {
        "use_remote_address": True,
        "append_x_forwarded_port": True,
        "generate_request_id": False,
        "server_name": "awselb/2.0",
        "server_header_transformation": "APPEND_IF_ABSENT",
        "http_protocol_options": {"accept_http_10": True, "default_host_for_http_10": port.address},
        "local_reply_config": {"mappers": [_balancer_reply(*r) for r in _BALANCER_REPLIES]},
    }


def _balancer_reply(flags: tuple[str, ...], status: int, title: str) -> Json:
    page = (
        f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n"
        f"<center><h1>{title}</h1></center>\r\n</body>\r\n</html>\r\n"
    )
    return {
        "filter": {"response_flag_filter": {"flags": list(flags)}},
        "status_code": status,
        "body": {"inline_string": page},
        "body_format_override": {
            "text_format_source": {"inline_string": "%LOCAL_REPLY_BODY%"},
            "content_type": "text/html",
        },
    }


def _count_replies(port: Port) -> Json:
    """Counts answers the proxy made itself, which Envoy's status counters mix with the target's."""
    tags = {
        "upstream": "%UPSTREAM_CLUSTER%",
        "port": stat_name(port.labels).replace("%", "%%"),
        "status": "%RESPONSE_CODE%",
        "cause": "%RESPONSE_FLAGS%",
    }
    stat = {
        "name": _COUNTED_REPLY,
        "tags": [{"name": name, "value_format": text} for name, text in tags.items()],
    }
    return {
        "name": "envoy.access_loggers.stats",
        "filter": {"response_flag_filter": {"flags": _REPLY_FLAGS}},
        "typed_config": {
            "@type": TYPE + "envoy.extensions.access_loggers.stats.v3.Config",
            "stat_prefix": "seaway",
            "counters": [{"stat": stat, "value_fixed": 1}],
        },
    }


def _router(balance: bool) -> Json:
    config = {"@type": FILTERS + ".http.router.v3.Router", "suppress_envoy_headers": balance}
    return {"name": "envoy.filters.http.router", "typed_config": config}


def _sticky_filter() -> Json:
    name = "envoy.filters.http.stateful_session"
    kind = FILTERS + ".http.stateful_session.v3.StatefulSession"
    return {"name": name, "disabled": True, "typed_config": {"@type": kind}}


def _peer_address() -> Json:
    """Keeps the peer's address where routes can match it against CIDRs (source-ip conditions)."""
    peer = "%DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT%"
    value = {
        "object_key": "seaway.source",
        "factory_key": "envoy.network.ip",
        "format_string": {"text_format_source": {"inline_string": peer}},
    }
    kind = FILTERS + ".network.set_filter_state.v3.Config"
    return {
        "name": "envoy.filters.network.set_filter_state",
        "typed_config": {"@type": kind, "on_new_connection": [value]},
    }


def _tcp_proxy(port: Port) -> Json:
    action = port.routing.default
    assert isinstance(action, Forward), "a TCP port forwards"
    config: Json = {
        "@type": FILTERS + ".network.tcp_proxy.v3.TcpProxy",
        "stat_prefix": port.labels.purpose.value,
        "idle_timeout": seconds(port.idle_timeout),
        "max_connect_attempts": 1 + (action.retry.attempts if action.retry else 0),
    }
    shares = [s for s in action.shares if s.weight > 0]
    if len(shares) == 1:
        config["cluster"] = shares[0].upstream
    else:
        weighted = [{"name": s.upstream, "weight": s.weight} for s in shares]
        config["weighted_clusters"] = {"clusters": weighted}
    return {"name": "envoy.filters.network.tcp_proxy", "typed_config": config}


def _tls(port: Port) -> Json:
    assert port.certificate is not None
    pair = {
        "certificate_chain": {"inline_string": port.certificate.chain},
        "private_key": {"inline_string": port.certificate.key},
    }
    protocols = ["h2", "http/1.1"] if port.protocol.is_http else []
    kind = TYPE + "envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext"
    common: Json = {"tls_certificates": [pair], "alpn_protocols": protocols}
    return {
        "name": "envoy.transport_sockets.tls",
        "typed_config": {"@type": kind, "common_tls_context": common},
    }
