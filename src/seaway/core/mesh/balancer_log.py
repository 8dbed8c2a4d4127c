"""Application load balancers' access logs: what Envoy writes of a request, and AWS's line of it.

Source of the format: Application Load Balancers guide, "Access log entries".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from seaway.core.mesh.words import TYPE, Json

BALANCER_LOG = "balancer.log"
"""The file, in the directory Envoy runs in, of all load balancers that have access logs."""

_TOLD = {
    "start": "%START_TIME(%s.%6f)%",
    "protocol": "%PROTOCOL%",
    "client": "%DOWNSTREAM_DIRECT_REMOTE_ADDRESS%",
    "target": "%UPSTREAM_HOST%",
    "upstream": "%UPSTREAM_CLUSTER_RAW%",
    "route": "%ROUTE_NAME%",
    "status": "%RESPONSE_CODE%",
    "details": "%RESPONSE_CODE_DETAILS%",
    "flags": "%RESPONSE_FLAGS%",
    "received": "%DOWNSTREAM_WIRE_BYTES_RECEIVED%",
    "sent": "%DOWNSTREAM_WIRE_BYTES_SENT%",
    "asked_ms": "%REQUEST_TX_DURATION%",
    "answered_ms": "%RESPONSE_DURATION%",
    "whole_ms": "%DURATION%",
    "method": "%REQ(:METHOD)%",
    "path": "%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%",
    "host": "%REQ(:AUTHORITY)%",
    "scheme": "%REQ(X-FORWARDED-PROTO)%",
    "upgrade": "%REQ(UPGRADE)%",
    "kind": "%REQ(CONTENT-TYPE)%",
    "agent": "%REQ(USER-AGENT)%",
    "trace": "%REQ(X-AMZN-TRACE-ID)%",
    "location": "%RESP(LOCATION)%",
    "cipher": "%DOWNSTREAM_TLS_CIPHER%",
    "version": "%DOWNSTREAM_TLS_VERSION%",
    "name": "%REQUESTED_SERVER_NAME%",
    "port": "%DOWNSTREAM_LOCAL_PORT%",
}


def balancer_logger(load_balancer: str) -> Json:
    """Writes one line of JSON per request to BALANCER_LOG; ``load_balancer`` is app/name/id."""
    return {
        "name": "envoy.access_loggers.file",
        "typed_config": {
            "@type": TYPE + "envoy.extensions.access_loggers.file.v3.FileAccessLog",
            "path": BALANCER_LOG,
            "log_format": {"json_format": {"elb": load_balancer, **_TOLD}},
        },
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """One request at a load balancer, as Envoy tells of it. ``ended`` is epoch seconds."""

    load_balancer: str
    ended: float
    told: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What the control plane knows of a request: where it was led, and by which rule.

    ``priority`` is 0 for the default rule, and -1 when none was tried.
    """

    target_group: str = ""
    certificate: str = ""
    priority: int = -1


def parse_logged(line: bytes) -> Logged | None:
    """What one line of BALANCER_LOG says; None if it is not a whole one."""
    try:
        told = json.loads(line)
        ended = float(told["start"]) + float(told["whole_ms"] or 0) / 1000
        return Logged(load_balancer=told["elb"], ended=ended, told=told)
    except (ValueError, KeyError, TypeError):
        return None


def access_log_entry(logged: Logged, about: About) -> str:
    """AWS's line for the request, without its end."""
    told = logged.told
    led = told["target"] or "-"
    answered = led != "-" and told["flags"] in (None, "-") and told["details"] == "via_upstream"
    fields = (
        _kind(told),
        _instant(logged.ended),
        logged.load_balancer,
        told["client"] or "-",
        led,
        *_times(told, answered),
        str(told["status"] or "-"),
        str(told["status"]) if answered else "-",
        str(told["received"] or 0),
        str(told["sent"] or 0),
        _quoted(_request(told)),
        _quoted(told["agent"]),
        told["cipher"] or "-",
        told["version"] or "-",
        about.target_group or "-",
        _quoted(told["trace"]),
        _quoted(told["name"]),
        _quoted(about.certificate),
        str(about.priority),
        _instant(float(told["start"])),
        _quoted(_action(told)),
        _quoted(told["location"] if told["details"] == "direct_response" else None),
        '"-"',
        _quoted(led),
        _quoted(str(told["status"]) if answered else None),
        '"-"',
        '"-"',
        "-",
    )
    return " ".join(fields)


def _kind(told: Mapping[str, Any]) -> str:
    secure = bool(told["version"])
    if (told["upgrade"] or "").lower() == "websocket":
        return "wss" if secure else "ws"
    if (told["kind"] or "").startswith("application/grpc"):
        return "grpcs"
    if told["protocol"] == "HTTP/2":
        return "h2"
    return "https" if secure else "http"


def _times(told: Mapping[str, Any], answered: bool) -> tuple[str, str, str]:
    """Seconds until the target was asked, until it answered, until the client had it; or -1."""
    asked, first, whole = told["asked_ms"], told["answered_ms"], told["whole_ms"]
    if not answered or asked is None or first is None or whole is None:
        return "-1", "-1", "-1"
    parts = (float(asked), float(first) - float(asked), float(whole) - float(first))
    passing, waiting, answering = (f"{max(part, 0) / 1000:.3f}" for part in parts)
    return passing, waiting, answering


def _request(told: Mapping[str, Any]) -> str:
    host = (told["host"] or "-").partition(":")[0]
    place = f"{told['scheme'] or 'http'}://{host}:{told['port']}{told['path'] or ''}"
    return f"{told['method'] or '-'} {place} {told['protocol'] or '-'}"


def _action(told: Mapping[str, Any]) -> str:
    if told["details"] != "direct_response":
        return "forward"
    return "redirect" if told["location"] else "fixed-response"


def _quoted(text: str | None) -> str:
    escaped = (text or "-").replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _instant(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def log_object(*, arn: str, prefix: str, address: str, ended: float, chance: str) -> str:
    """The name of the object that holds a period's lines of a load balancer (by ARN).

    ``address`` is one of the load balancer's, ``ended`` the period's end in epoch seconds,
    ``chance`` a random text (ALB guide: access log files).
    """
    _, _, _, region, account, resource = arn.split(":", 5)
    name = resource.removeprefix("loadbalancer/").replace("/", ".")
    at = datetime.fromtimestamp(ended, UTC)
    folder = f"AWSLogs/{account}/elasticloadbalancing/{region}/{at:%Y/%m/%d}"
    file = f"{account}_elasticloadbalancing_{region}_{name}_{at:%Y%m%dT%H%MZ}_{address}_{chance}"
    return f"{prefix}/{folder}/{file}.log.gz" if prefix else f"{folder}/{file}.log.gz"
