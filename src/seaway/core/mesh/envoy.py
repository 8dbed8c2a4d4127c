"""Says a Proxy in Envoy's words: xDS resources as plain dicts in protobuf's JSON form.

The numbers that are AWS's (retries, timeouts, thresholds) come in with the nouns; here is only
what follows from a port's or an upstream's purpose. ``bootstrap`` is what Envoy starts with.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from urllib.parse import quote, unquote

from seaway.core.mesh.proxy import (
    Algorithm,
    Endpoint,
    Forward,
    HealthCheck,
    Labels,
    OutlierDetection,
    Port,
    Protocol,
    Purpose,
    Upstream,
)
from seaway.core.mesh.routes import route_configuration, upstream_names

__all__ = [
    "bootstrap",
    "cluster",
    "labels_of",
    "listener",
    "load_assignment",
    "route_configuration",
    "stat_name",
    "upstream_names",
]

Json = dict[str, Any]

_TYPE = "type.googleapis.com/"
_FILTERS = _TYPE + "envoy.extensions.filters"
_FROM_US: Json = {"ads": {}, "resource_api_version": "V3"}
_UNLIMITED = 2147483647
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


# Labels <-> the one string Envoy carries for us through its statistics.


def stat_name(labels: Labels) -> str:
    """The labels as a statistics name: no dots and colons, which mean something to Envoy."""
    return ";".join(f"{key}={_plain(value)}" for key, value in labels.items())


def labels_of(name: str) -> Labels | None:
    """The labels a statistics name was made from; None if it was not made by ``stat_name``."""
    pairs = dict(part.partition("=")[::2] for part in name.split(";"))
    purpose = pairs.pop("purpose", None)
    if purpose not in set(Purpose):
        return None
    return Labels(purpose=Purpose(purpose), **{k: unquote(v) for k, v in pairs.items()})


def _plain(value: str) -> str:
    return quote(value, safe="/").replace(".", "%2E").replace("~", "%7E")


# Upstreams


def cluster(upstream: Upstream) -> Json:
    """CDS. Endpoints come by EDS, so a change of them touches no connection."""
    body: Json = {
        "name": upstream.name,
        "alt_stat_name": stat_name(upstream.labels),
        "type": "EDS",
        "eds_cluster_config": {"eds_config": _FROM_US},
        "connect_timeout": seconds(upstream.connect_timeout),
        "circuit_breakers": {"thresholds": [_no_limits()]},
        # An endpoint we take away is gone, whatever its last health check said.
        "ignore_health_on_host_removal": True,
        "common_lb_config": {
            # AWS fails open: when every target is unhealthy all of them get traffic. Envoy's
            # threshold is a whole percentage and 1 is reached only by none healthy, for any
            # upstream of up to 100 endpoints; 0 would answer 503.
            "healthy_panic_threshold": {"value": 1},
            "ignore_new_hosts_until_first_hc": upstream.health_check is not None,
            "zone_aware_lb_config": {"routing_enabled": {"value": 0}},
        },
        **_balancing(upstream),
    }
    if upstream.protocol.is_http:
        body["typed_extension_protocol_options"] = _http_options(upstream)
    if upstream.health_check is not None:
        body["health_checks"] = [_health_check(upstream.health_check)]
    if upstream.outlier_detection is not None:
        body["outlier_detection"] = _outlier_detection(upstream.outlier_detection)
    return body


def load_assignment(upstream: Upstream) -> Json:
    """EDS. A draining endpoint gets nothing new and keeps what it has.

    It stays on the list so that Envoy still counts what is in flight on it: a task is stopped
    when that has come to nothing.
    """
    endpoints = [_lb_endpoint(endpoint, upstream.health_check) for endpoint in upstream.endpoints]
    return {
        "cluster_name": upstream.name,
        "endpoints": [{"lb_endpoints": endpoints}] if endpoints else [],
    }


@lru_cache(maxsize=20_000)
def _lb_endpoint(endpoint: Endpoint, check: HealthCheck | None) -> Json:
    """Kept, since of a thousand endpoints one changes at a time; nobody writes into bodies."""
    host: Json = {"address": _socket(endpoint.address, endpoint.port)}
    if check is not None:
        port = check.port or endpoint.port
        host["health_check_config"] = {
            "hostname": f"{_bracketed(endpoint.address)}:{port}",
            **({"port_value": check.port} if check.port else {}),
        }
    told: Json = {"endpoint": host, "load_balancing_weight": endpoint.weight}
    return told | ({"health_status": "DRAINING"} if endpoint.draining else {})


def _no_limits() -> Json:
    names = ("max_connections", "max_pending_requests", "max_requests", "max_retries")
    return {"priority": "DEFAULT", **dict.fromkeys(names, _UNLIMITED)}


def _balancing(upstream: Upstream) -> Json:
    slow = {"slow_start_config": {"slow_start_window": seconds(upstream.slow_start)}}
    match upstream.algorithm:
        case Algorithm.ROUND_ROBIN:
            body: Json = {"lb_policy": "ROUND_ROBIN"}
            if upstream.slow_start:
                body["round_robin_lb_config"] = slow
        case Algorithm.LEAST_OUTSTANDING_REQUESTS:
            body = {"lb_policy": "LEAST_REQUEST"}
            if upstream.slow_start:
                body["least_request_lb_config"] = slow
        case Algorithm.WEIGHTED_RANDOM:
            body = {"lb_policy": "RANDOM"}
    return body


def _http_options(upstream: Upstream) -> Json:
    version = "http2_protocol_options" if upstream.protocol.is_http2 else "http_protocol_options"
    name = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
    return {name: {"@type": _TYPE + name, "explicit_http_config": {version: {}}}}


UNHEALTHY_INTERVAL = 1.0
"""Seconds between checks of a target that has not passed yet (AWS: the group's interval)."""


def _health_check(check: HealthCheck) -> Json:
    every = seconds(check.interval)
    soon = seconds(min(check.interval, UNHEALTHY_INTERVAL))
    body: Json = {
        "timeout": seconds(check.timeout),
        "interval": every,
        # A target that has just started, or comes back, is not kept waiting for a whole interval.
        "unhealthy_interval": soon,
        # Envoy would ask an upstream without traffic once a minute only.
        "no_traffic_interval": soon,
        "no_traffic_healthy_interval": every,
        "healthy_threshold": check.healthy_threshold,
        "unhealthy_threshold": check.unhealthy_threshold,
        "reuse_connection": False,
        "always_log_health_check_failures": True,
        "event_logger": [
            {
                "name": "envoy.health_check.event_sink.file",
                "typed_config": {
                    "@type": _TYPE
                    + "envoy.extensions.health_check.event_sinks.file.v3.HealthCheckEventFileSink",
                    "event_log_path": HEALTH_LOG,
                },
            }
        ],
    }
    if check.protocol is Protocol.TCP:
        return body | {"tcp_health_check": {}}
    agent = {"key": "user-agent", "value": "ELB-HealthChecker/2.0"}
    if check.protocol is Protocol.GRPC:
        # elbv2 checks gRPC with any method's path and matcher; Envoy speaks it as HTTP/2.
        statuses = [{"start": 200, "end": 201}]
    else:
        statuses = [{"start": first, "end": last + 1} for first, last in matched(check.matcher)]
    return body | {
        "http_health_check": {
            "path": check.path,
            "expected_statuses": statuses,
            # A status out of range counts towards the threshold; otherwise it would decide alone.
            "retriable_statuses": [{"start": 100, "end": 600}],
            "codec_client_type": "HTTP2" if check.protocol.is_http2 else "HTTP1",
            "request_headers_to_add": [
                {"header": agent, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}
            ],
        }
    }


# Every health check of a host is logged to one file, relative to the directory Envoy runs in.
HEALTH_LOG = "health.log"


def matched(matcher: str) -> Iterator[tuple[int, int]]:
    """The ranges, both ends included, of a matcher such as "200,202,300-399"."""
    for part in matcher.split(","):
        first, _, last = part.strip().partition("-")
        yield int(first), int(last or first)


def _outlier_detection(detection: OutlierDetection) -> Json:
    return {
        "consecutive_5xx": detection.failures,
        "enforcing_consecutive_5xx": 100,
        "enforcing_consecutive_gateway_failure": 0,
        "enforcing_success_rate": 0,
        "interval": seconds(detection.interval),
        "base_ejection_time": seconds(detection.first_ejection),
        "max_ejection_time": seconds(detection.longest_ejection),
        "max_ejection_percent": 100,
    }


# Ports


def listener(port: Port) -> Json:
    """LDS. HTTP routes come by RDS, so a change of rules drains no connection."""
    address = _socket(port.address, port.intercepted_at or port.port)
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
    kind = _FILTERS + ".listener.original_dst.v3.OriginalDst"
    return {"name": "envoy.filters.listener.original_dst", "typed_config": {"@type": kind}}


def _http_manager(port: Port) -> Json:
    balance = port.labels.purpose is Purpose.BALANCE
    idle = seconds(port.idle_timeout)
    config: Json = {
        "@type": _FILTERS + ".network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": stat_name(port.labels) if balance else "connect",
        "codec_type": _codec(port),
        "rds": {"config_source": _FROM_US, "route_config_name": port.routing.name},
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
            "@type": _TYPE + "envoy.extensions.access_loggers.stats.v3.Config",
            "stat_prefix": "seaway",
            "counters": [{"stat": stat, "value_fixed": 1}],
        },
    }


def _router(balance: bool) -> Json:
    config = {"@type": _FILTERS + ".http.router.v3.Router", "suppress_envoy_headers": balance}
    return {"name": "envoy.filters.http.router", "typed_config": config}


def _sticky_filter() -> Json:
    name = "envoy.filters.http.stateful_session"
    kind = _FILTERS + ".http.stateful_session.v3.StatefulSession"
    return {"name": name, "disabled": True, "typed_config": {"@type": kind}}


def _peer_address() -> Json:
    """Keeps the peer's address where routes can match it against CIDRs (source-ip conditions)."""
    peer = "%DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT%"
    value = {
        "object_key": "seaway.source",
        "factory_key": "envoy.network.ip",
        "format_string": {"text_format_source": {"inline_string": peer}},
    }
    kind = _FILTERS + ".network.set_filter_state.v3.Config"
    return {
        "name": "envoy.filters.network.set_filter_state",
        "typed_config": {"@type": kind, "on_new_connection": [value]},
    }


def _tcp_proxy(port: Port) -> Json:
    action = port.routing.default
    assert isinstance(action, Forward), "a TCP port forwards"
    config: Json = {
        "@type": _FILTERS + ".network.tcp_proxy.v3.TcpProxy",
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
    kind = _TYPE + "envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext"
    common: Json = {"tls_certificates": [pair], "alpn_protocols": protocols}
    return {
        "name": "envoy.transport_sockets.tls",
        "typed_config": {"@type": kind, "common_tls_context": common},
    }


def _socket(address: str, port: int) -> Json:
    return {"socket_address": {"address": address, "port_value": port}}


def _bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def seconds(value: float) -> str:
    """A duration as protobuf's JSON writes it."""
    return f"{value:.9f}".rstrip("0").rstrip(".") + "s"


# What Envoy starts with

_COUNTED_OF_UPSTREAMS = (
    "upstream_rq_total",
    "upstream_rq_[2345]xx",
    "upstream_rq_time",
    "upstream_cx_(total|active|connect_fail|(rx|tx)_bytes_total)",
    "membership_(total|healthy)",
)
_COUNTED_OF_PORTS = (
    "downstream_rq_(total|[2345]xx)",
    "downstream_cx_(total|active|(rx|tx)_bytes_total)",
)


def bootstrap(
    *, node: str, control: str, admin: str, flush_interval: float, identity: str = ""
) -> Json:
    """Envoy's own settings: where we are, and which statistics to send how often.

    ``control`` and ``admin`` are unix socket paths: ours, and Envoy's administration.
    ``identity`` comes back in the node's metadata, to tell a proxy of ours from another.
    """
    return {
        "node": {"id": node, "cluster": "seaway", "metadata": {"identity": identity}},
        "admin": {"address": {"pipe": {"path": admin, "mode": 0o600}}},
        "static_resources": {"clusters": [_control_cluster(control)]},
        "dynamic_resources": {
            "ads_config": {
                "api_type": "DELTA_GRPC",
                "transport_api_version": "V3",
                "set_node_on_first_message_only": True,
                "grpc_services": [_control_service()],
            },
            "lds_config": _FROM_US,
            "cds_config": _FROM_US,
        },
        "stats_sinks": [_stats_sink(node)],
        "stats_flush_interval": seconds(flush_interval),
        "stats_config": {
            "use_all_default_tags": False,
            "stats_tags": [
                {"tag_name": "upstream", "regex": r"^cluster\.((purpose=[^.]*)\.)"},
                {"tag_name": "port", "regex": r"^http\.((purpose=[^.]*)\.)"},
            ],
            "stats_matcher": {"inclusion_list": {"patterns": _counted()}},
        },
        "layered_runtime": {
            "layers": [
                {
                    "name": "static",
                    "static_layer": {
                        # AWS allows 128 characters with five wildcards; RE2 programs grow past
                        # Envoy's default of 100 steps. The limits are checked at the API.
                        "re2.max_program_size.error_level": 20000,
                    },
                }
            ]
        },
    }


def _counted() -> list[Json]:
    upstreams = "|".join(_COUNTED_OF_UPSTREAMS)
    ports = "|".join(_COUNTED_OF_PORTS)
    return [
        {"safe_regex": {"regex": rf"cluster\.purpose=(connect|balance);[^.]*\.({upstreams})"}},
        {"safe_regex": {"regex": rf"http\.purpose=balance;[^.]*\.({ports})"}},
        {"prefix": "seaway."},
    ]


def _control_service() -> Json:
    backoff = {"base_interval": "0.1s", "max_interval": "0.5s"}
    return {
        "envoy_grpc": {
            "cluster_name": "seaway",
            "retry_policy": {"retry_back_off": backoff},
        }
    }


def _control_cluster(path: str) -> Json:
    options = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
    endpoint = {"endpoint": {"address": {"pipe": {"path": path}}}}
    return {
        "name": "seaway",
        "type": "STATIC",
        "connect_timeout": "1s",
        "load_assignment": {
            "cluster_name": "seaway",
            "endpoints": [{"lb_endpoints": [endpoint]}],
        },
        "typed_extension_protocol_options": {
            options: {
                "@type": _TYPE + options,
                "explicit_http_config": {"http2_protocol_options": {}},
            }
        },
    }


# Tells whose numbers a report holds; Envoy's OTLP messages don't.
NODE_HEADER = "x-seaway-node"


def _stats_sink(node: str) -> Json:
    return {
        "name": "envoy.stat_sinks.open_telemetry",
        "typed_config": {
            "@type": _TYPE + "envoy.extensions.stat_sinks.open_telemetry.v3.SinkConfig",
            "grpc_service": {
                "envoy_grpc": {"cluster_name": "seaway"},
                "initial_metadata": [{"key": NODE_HEADER, "value": node}],
            },
            "report_counters_as_deltas": True,
            "report_histograms_as_deltas": True,
            "emit_tags_as_attributes": True,
            "use_tag_extracted_name": True,
        },
    }
