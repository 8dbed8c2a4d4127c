"""Says an Upstream in Envoy's words: a cluster, and its endpoints, told apart (CDS, EDS)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from seaway.core.mesh.kept import kept_by_identity
from seaway.core.mesh.labels import stat_name
from seaway.core.mesh.proxy import (
    Algorithm,
    Endpoint,
    HealthCheck,
    Limits,
    OutlierDetection,
    Protocol,
    Secure,
    Upstream,
)
from seaway.core.mesh.secure import client_side, unverified
from seaway.core.mesh.tunnels import transport_sockets, tunnelled_address, tunnelled_metadata
from seaway.core.mesh.words import (
    FROM_US,
    TYPE,
    UNLIMITED,
    Json,
    bracketed,
    seconds,
    socket_address,
)


def cluster(upstream: Upstream) -> Json:
    """CDS. Endpoints come by EDS, so a change of them touches no connection."""
    body: Json = {
        "name": upstream.name,
        "alt_stat_name": stat_name(upstream.labels),
        "type": "EDS",
        "eds_cluster_config": {"eds_config": FROM_US},
        "connect_timeout": seconds(upstream.connect_timeout),
        "circuit_breakers": {"thresholds": [_thresholds(upstream.limits)]},
        # An endpoint we take away is gone, whatever its last health check said.
        "ignore_health_on_host_removal": True,
        "common_lb_config": {
            # AWS fails open: when every target is unhealthy all of them get traffic. Envoy's
            # threshold is a whole percentage and 1 is reached only by none healthy, for any
            # upstream of up to 100 endpoints; 0 would answer 503.
            "healthy_panic_threshold": {"value": upstream.fails_open_below},
            "ignore_new_hosts_until_first_hc": upstream.health_check is not None,
            "zone_aware_lb_config": {"routing_enabled": {"value": 0}},
            # Envoy would keep an endpoint's draining, or its recovery, to itself for a second.
            "update_merge_window": "0s",
        },
        **_balancing(upstream),
    }
    if upstream.protocol.is_http:
        body["typed_extension_protocol_options"] = _http_options(upstream)
    if upstream.health_check is not None:
        checks = _health_check(upstream.health_check)
        if _checked_apart(upstream, upstream.health_check):
            checks["transport_socket_match_criteria"] = _OF_CHECKS
        body["health_checks"] = [checks]
    if upstream.breaks_unhealthy:
        body["close_connections_on_host_health_failure"] = True
    if upstream.outlier_detection is not None:
        body["outlier_detection"] = _outlier_detection(upstream.outlier_detection)
    if upstream.secure is not None:
        body["transport_socket"] = _tls(upstream.secure, upstream.protocol)
    if upstream.unverified:
        body["transport_socket"] = unverified(_alpn(upstream.protocol))
    if upstream.announced:
        body["transport_socket"] = _announcing(body.get("transport_socket", RAW))
    if upstream.health_check is not None and _checked_apart(upstream, upstream.health_check):
        body["transport_socket_matches"] = [_check_socket(upstream.health_check)]
    if upstream.tunnelled:
        body["transport_socket_matches"] = transport_sockets(body.get("transport_socket"))
    return body


def load_assignment(upstream: Upstream) -> Json:
    """EDS. A draining endpoint gets nothing new and keeps what it has.

    It stays on the list so that Envoy still counts what is in flight on it: a task is stopped
    when that has come to nothing.
    """
    check = upstream.health_check
    endpoints = [_unchecked(e) if check is None else _checked(e, check) for e in upstream.endpoints]
    return {
        "cluster_name": upstream.name,
        "endpoints": [{"lb_endpoints": endpoints}] if endpoints else [],
    }


@kept_by_identity
def _unchecked(endpoint: Endpoint) -> Json:
    """Kept, since of a thousand endpoints one changes at a time; nobody writes into bodies."""
    host: Json = {"address": socket_address(endpoint.address, endpoint.port)}
    told: Json = {"endpoint": host, "load_balancing_weight": endpoint.weight}
    if endpoint.host is not None:
        host["address"] = tunnelled_address(endpoint)
        told["metadata"] = tunnelled_metadata(endpoint)
    return told | ({"health_status": "DRAINING"} if endpoint.draining else {})


@lru_cache(maxsize=20_000)
def _checked(endpoint: Endpoint, check: HealthCheck) -> Json:
    told, port = _unchecked(endpoint), check.port or endpoint.port
    config = {
        "hostname": f"{bracketed(endpoint.address)}:{port}",
        **({"port_value": check.port} if check.port else {}),
    }
    return told | {"endpoint": told["endpoint"] | {"health_check_config": config}}


def _thresholds(limits: Limits) -> Json:
    """What is not limited is said to be endless, since Envoy's own defaults are 1024 and 3."""
    body: Json = {
        "priority": "DEFAULT",
        "max_connections": limits.connections or UNLIMITED,
        "max_pending_requests": UNLIMITED if limits.pending is None else limits.pending,
        "max_requests": limits.requests or UNLIMITED,
        "max_retries": UNLIMITED,
    }
    if limits.retry_budget is not None:
        # Three retries at once are always fine (Envoy's default), or a quiet service had none.
        body["retry_budget"] = {"budget_percent": {"value": limits.retry_budget}}
    return body


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
        case Algorithm.CONSISTENT_HASH:
            body = {"lb_policy": "RING_HASH"}
    return body


def _http_options(upstream: Upstream) -> Json:
    version = "http2_protocol_options" if upstream.protocol.is_http2 else "http_protocol_options"
    name = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
    told: Json = {"@type": TYPE + name, "explicit_http_config": {version: {}}}
    if upstream.limits.requests_per_connection:
        most = {"max_requests_per_connection": upstream.limits.requests_per_connection}
        told["common_http_protocol_options"] = most
    return {name: told}


def _tls(secure: Secure, protocol: Protocol) -> Json:
    return client_side(secure, _alpn(protocol))


def _alpn(protocol: Protocol) -> tuple[str, ...]:
    if not protocol.is_http:
        return ()
    return ("h2" if protocol.is_http2 else "http/1.1",)


RAW: Json = {
    "name": "envoy.transport_sockets.raw_buffer",
    "typed_config": {"@type": TYPE + "envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer"},
}
_OF_CHECKS = {"seaway": "check"}
"""What a health check's connections are told apart by, where they are not as the traffic's."""


def _announcing(inner: Json) -> Json:
    kind = "envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport"
    config = {"@type": TYPE + kind, "config": {"version": "V2"}, "transport_socket": inner}
    return {"name": "envoy.transport_sockets.upstream_proxy_protocol", "typed_config": config}


def _checked_apart(upstream: Upstream, check: HealthCheck) -> bool:
    return check.secure != upstream.unverified and upstream.secure is None


def _check_socket(check: HealthCheck) -> Json:
    socket = unverified(_alpn(check.protocol)) if check.secure else RAW
    return {"name": "checks", "match": _OF_CHECKS, "transport_socket": socket}


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
                    "@type": TYPE
                    + "envoy.extensions.health_check.event_sinks.file.v3.HealthCheckEventFileSink",
                    "event_log_path": HEALTH_LOG,
                },
            }
        ],
    }
    if check.protocol is Protocol.TCP:
        return body | {"tcp_health_check": {}}
    if check.protocol is Protocol.GRPC:
        return body | _grpc_check(check)
    statuses = [{"start": first, "end": last + 1} for first, last in matched(check.matcher)]
    return body | {"http_health_check": _asking(check, statuses, {})}


def _asking(check: HealthCheck, statuses: list[Json], headers: dict[str, str]) -> Json:
    added = {"user-agent": "ELB-HealthChecker/2.0", **headers}
    return {
        "path": check.path,
        "expected_statuses": statuses,
        # A status out of range counts towards the threshold; otherwise it would decide alone.
        "retriable_statuses": [{"start": 100, "end": 600}],
        "codec_client_type": "HTTP2" if check.protocol.is_http2 else "HTTP1",
        "request_headers_to_add": [
            {
                "header": {"key": key, "value": value},
                "append_action": "OVERWRITE_IF_EXISTS_OR_ADD",
            }
            for key, value in added.items()
        ],
    }


def _grpc_check(check: HealthCheck) -> Json:
    """Envoy reads gRPC's status of its own health service only; of any other method it sees that
    a gRPC server answered at all. Which matchers mean either is seen to at the API."""
    if check.path == GRPC_HEALTH:
        return {"grpc_health_check": {}}
    spoken = {"content-type": "application/grpc", "te": "trailers"}
    asking = _asking(check, [{"start": 200, "end": 201}], spoken)
    return {"http_health_check": asking | {"method": "POST"}}


GRPC_HEALTH = "/grpc.health.v1.Health/Check"
"""The method by which gRPC servers tell of their health (gRPC: health checking protocol)."""


# Every health check of a host is logged to one file, relative to the directory Envoy runs in.
HEALTH_LOG = "health.log"


def matched(matcher: str) -> Iterator[tuple[int, int]]:
    """The ranges, both ends included, of a matcher such as "200,202,300-399"."""
    for part in matcher.split(","):
        first, _, last = part.strip().partition("-")
        yield int(first), int(last or first)


def _outlier_detection(detection: OutlierDetection) -> Json:
    # Envoy refuses the whole upstream if the longest is shorter than the first.
    longest = max(detection.first_ejection, detection.longest_ejection)
    return {
        "consecutive_5xx": detection.failures,
        "enforcing_consecutive_5xx": 100,
        "enforcing_consecutive_gateway_failure": 0,
        "enforcing_success_rate": 0,
        "interval": seconds(detection.interval),
        "base_ejection_time": seconds(detection.first_ejection),
        "max_ejection_time": seconds(longest),
        "max_ejection_percent": detection.most_ejected,
    }
