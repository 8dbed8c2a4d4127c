"""What Envoy writes down and counts of each request: AWS's access logs, the tap, refusals, replies.

All of a host's lines of one kind go to one file in the directory Envoy runs in. AWS's lines are
put in an envelope that says whose they are; ``parse_access_line`` opens it again. Source of the
formats: Amazon ECS developer guide, "Service Connect access logs".
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from seaway.core.mesh.proxy import AccessLog, LogFormat, Port, Protocol
from seaway.core.mesh.words import TYPE, Json

ACCESS_LOG = "access.log"
TAP_LOG = "tap.log"

TAP_SWITCH = "seaway.tap"
"""The runtime setting that says of how many percent of the requests the tap tells."""

METADATA = "seaway"
WAY_OF_ROUTE = f"%METADATA(ROUTE:{METADATA}:way)%"
"""The labels of the name that was called, as its routes carry them."""

# A reply that Envoy made itself has one of these flags.
# URX is not among them: it is also set on a target's own 503 after the last retry.
_REPLY_FLAGS = ["UH", "NC", "UO", "UT", "SI", "UF", "UC", "UR", "LR", "UPE", "FI", "RL"]

_PATH, _BARE_PATH = "%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%", "%PATH(NQ:ORIG_OR_PATH)%"

_HTTP: dict[str, str] = {
    "start_time": "%START_TIME%",
    "method": "%REQ(:METHOD)%",
    "path": _PATH,
    "protocol": "%PROTOCOL%",
    "response_code": "%RESPONSE_CODE%",
    "bytes_received": "%BYTES_RECEIVED%",
    "bytes_sent": "%BYTES_SENT%",
    "duration_ms": "%DURATION%",
    "upstream_service_time": "%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%",
    "forwarded_for": "%REQ(X-FORWARDED-FOR)%",
    "user_agent": "%REQ(USER-AGENT)%",
    "request_id": "%REQ(X-REQUEST-ID)%",
    "authority": "%REQ(:AUTHORITY)%",
    "upstream_host": "%UPSTREAM_HOST%",
}
_TCP: dict[str, str] = {
    "start_time": "%START_TIME%",
    "downstream_remote_address": "%DOWNSTREAM_REMOTE_ADDRESS%",
    "downstream_remote_port": "%DOWNSTREAM_REMOTE_PORT%",
    "bytes_received": "%BYTES_RECEIVED%",
    "bytes_sent": "%BYTES_SENT%",
    "duration": "%DURATION%",
    "connection_termination_details": "%CONNECTION_TERMINATION_DETAILS%",
    "connection_id": "%CONNECTION_ID%",
}
_TEXT_HTTP = (
    '[%START_TIME%] "%REQ(:METHOD)% {path} %PROTOCOL%" %RESPONSE_CODE% {grpc}%BYTES_RECEIVED% '
    "%BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "
    '"%REQ(X-FORWARDED-FOR)%" "%REQ(USER-AGENT)%" "%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" '
    '"%UPSTREAM_HOST%"'
)
_TEXT_TCP = (
    "[%START_TIME%] %DOWNSTREAM_REMOTE_ADDRESS% %DOWNSTREAM_REMOTE_PORT% %BYTES_RECEIVED% "
    "%BYTES_SENT% %DURATION% %CONNECTION_TERMINATION_DETAILS% %CONNECTION_ID%"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessLine:
    """One line for one service's log.

    ``side`` is "c" for the caller's log, that of task ``owner``, "s" for the server's: that of the
    task that answers at ``upstream_host`` ("10.0.1.7:80", or "-" when none did).
    """

    side: str
    owner: str
    upstream_host: str
    text: str


def access_logger(log: AccessLog, protocol: Protocol) -> Json:
    """Writes AWS's line, in an envelope, to ACCESS_LOG."""
    side = "c" if log.owner else "s"
    if log.format is LogFormat.JSON:
        keys = _json_keys(protocol, log.query)
        envelope = {"side": side, "owner": log.owner, "upstream_host": "%UPSTREAM_HOST%"}
        return _file(ACCESS_LOG, {"json_format": {**envelope, "line": keys}})
    text = _text(protocol, log.query)
    line = f"{side}\t{log.owner}\t%UPSTREAM_HOST%\t{text}\n"
    return _file(ACCESS_LOG, {"text_format_source": {"inline_string": line}})


def parse_access_line(line: str) -> AccessLine | None:
    """What one line of ACCESS_LOG says and for whom; None if it is not a whole one."""
    if not line.startswith("{"):
        side, *rest = line.rstrip("\n").split("\t", 3)
        if side not in ("c", "s") or len(rest) != 3:
            return None
        return AccessLine(side=side, owner=rest[0], upstream_host=rest[1], text=rest[2])
    try:
        told = json.loads(line)
        return AccessLine(
            side=told["side"],
            owner=told["owner"] or "",
            upstream_host=told["upstream_host"] or "-",
            text=json.dumps(_in_awss_order(told["line"])),
        )
    except (ValueError, KeyError):
        return None


def _json_keys(protocol: Protocol, query: bool) -> dict[str, str]:
    if not protocol.is_http:
        return _TCP
    keys = _HTTP if query else _HTTP | {"path": _BARE_PATH}
    if not protocol.is_http2:
        return keys
    # AWS calls it duration_ms for HTTP/1 only.
    keys = {("duration" if key == "duration_ms" else key): keys[key] for key in keys}
    keys |= {"stream_id": "%STREAM_ID%"}
    return keys | ({"grpc_status": "%GRPC_STATUS()%"} if protocol is Protocol.GRPC else {})


def _text(protocol: Protocol, query: bool) -> str:
    if not protocol.is_http:
        return _TEXT_TCP
    grpc = "%GRPC_STATUS()% " if protocol is Protocol.GRPC else ""
    text = _TEXT_HTTP.format(path=_PATH if query else _BARE_PATH, grpc=grpc)
    return text + (' "%STREAM_ID%"' if protocol.is_http2 else "")


def _in_awss_order(said: dict[str, object]) -> dict[str, object]:
    """Envoy sorts a line's keys; AWS's are in the order of the text format."""
    order = [*_TCP]
    if "method" in said:
        order = [*_HTTP, "stream_id", "grpc_status"]
        order.insert(order.index("duration_ms"), "duration")
    return {key: said[key] for key in order if key in said}


def tap_logger(port: Port, way: str) -> Json:
    """Writes one JSON line per request, or TCP connection, to TAP_LOG while TAP_SWITCH is on."""
    keys: dict[str, str] = {
        "start_time": "%START_TIME%",
        "way": way,
        "namespace": port.namespace or "",
        "protocol": "TCP",
        "response_code": "%RESPONSE_CODE%",
        "response_flags": "%RESPONSE_FLAGS%",
        "bytes_received": "%BYTES_RECEIVED%",
        "bytes_sent": "%BYTES_SENT%",
        "duration": "%DURATION%",
        "upstream_host": "%UPSTREAM_HOST%",
        "upstream_cluster": "%UPSTREAM_CLUSTER%",
        "attempts": "%UPSTREAM_REQUEST_ATTEMPT_COUNT%",
        "caller": "%DOWNSTREAM_REMOTE_ADDRESS%",
    }
    if port.protocol.is_http:
        keys |= {
            "protocol": "%PROTOCOL%",
            "method": "%REQ(:METHOD)%",
            "authority": "%REQ(:AUTHORITY)%",
            "path": _PATH,
            "details": "%RESPONSE_CODE_DETAILS%",
            "request_id": "%REQ(X-REQUEST-ID)%",
            "trace_id": "%TRACE_ID%",
        }
    else:
        keys["termination"] = "%CONNECTION_TERMINATION_DETAILS%"
    sampled = {"numerator": 0, "denominator": "HUNDRED"}
    switch = {
        "runtime_key": TAP_SWITCH,
        "percent_sampled": sampled,
        "use_independent_randomness": True,
    }
    return {**_file(TAP_LOG, {"json_format": keys}), "filter": {"runtime_filter": switch}}


def reply_counter(way: str) -> Json:
    """Counts answers the proxy made itself, which Envoy's status counters mix with the target's.

    ``seaway.proxy_reply`` with the tags upstream, port (the way), status and cause.
    """
    tags = {
        "upstream": "%UPSTREAM_CLUSTER%",
        "port": way,
        "status": "%RESPONSE_CODE%",
        "cause": "%RESPONSE_FLAGS%",
    }
    only = {"response_flag_filter": {"flags": _REPLY_FLAGS}}
    return {**_counter("proxy_reply", tags), "filter": only}


def refusal_counter(way: str) -> Json:
    """Counts requests that were refused: ``seaway.denied`` with the tag way.

    A refusal is the only answer of 403 that a route of Service Connect's gives by itself.
    """
    forbidden = {"op": "EQ", "value": {"default_value": 403, "runtime_key": "seaway.none"}}
    by_route = {
        "name": "envoy.access_loggers.extension_filters.cel",
        "typed_config": {
            "@type": TYPE + "envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter",
            "expression": "response.code_details == 'direct_response'",
        },
    }
    both = [{"status_code_filter": {"comparison": forbidden}}, {"extension_filter": by_route}]
    return {**_counter("denied", {"way": way}), "filter": {"and_filter": {"filters": both}}}


def own_answer_counter(way: str) -> Json:
    """Counts redirects and fixed responses: ``seaway.own_answer`` with the tags port and status."""
    by_route = {
        "name": "envoy.access_loggers.extension_filters.cel",
        "typed_config": {
            "@type": TYPE + "envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter",
            "expression": "response.code_details == 'direct_response'",
        },
    }
    tags = {"port": way, "status": "%RESPONSE_CODE%"}
    return {**_counter("own_answer", tags), "filter": {"extension_filter": by_route}}


def closing_counter(way: str) -> Json:
    """Counts connections closed at once, likewise as ``seaway.denied``."""
    return _counter("denied", {"way": way})


def _counter(name: str, tags: dict[str, str]) -> Json:
    stat = {"name": name, "tags": [{"name": n, "value_format": t} for n, t in tags.items()]}
    return {
        "name": "envoy.access_loggers.stats",
        "typed_config": {
            "@type": TYPE + "envoy.extensions.access_loggers.stats.v3.Config",
            "stat_prefix": "seaway",
            "counters": [{"stat": stat, "value_fixed": 1}],
        },
    }


def _file(path: str, log_format: Json) -> Json:
    return {
        "name": "envoy.access_loggers.file",
        "typed_config": {
            "@type": TYPE + "envoy.extensions.access_loggers.file.v3.FileAccessLog",
            "path": path,
            "log_format": log_format,
        },
    }
