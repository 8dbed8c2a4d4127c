"""What Envoy says about its endpoints' health: in its administration, and line by line in a log."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from seaway.core.mesh.proxy import EndpointHealth, Failure, Health

_FAILURES = {
    "ACTIVE": Failure.RESPONSE,
    "NETWORK": Failure.CONNECTION,
    "NETWORK_TIMEOUT": Failure.TIMEOUT,
}


def endpoint_health(upstream: str, host: Mapping[str, Any]) -> EndpointHealth:
    """One host of an upstream, as Envoy's /clusters tells of it."""
    address, status = host["address"]["socket_address"], host.get("health_status", {})
    health, failure = Health.HEALTHY, None
    if status.get("pending_active_hc"):
        health = Health.INITIAL
    elif status.get("failed_active_health_check"):
        timed_out = status.get("active_hc_timeout")
        health = Health.UNHEALTHY
        failure = Failure.TIMEOUT if timed_out else Failure.CONNECTION
    return EndpointHealth(
        upstream=upstream,
        address=address["address"],
        port=address["port_value"],
        health=health,
        failure=failure,
    )


def health_event(line: bytes) -> EndpointHealth | None:
    """One line of the health log; None for what is not about a target's health."""
    try:
        said = json.loads(line)
        address = said["host"]["socket_address"]
    except (ValueError, KeyError):
        return None
    if "add_healthy_event" in said:
        told, health = said["add_healthy_event"], Health.HEALTHY
    elif "eject_unhealthy_event" in said:
        told, health = said["eject_unhealthy_event"], Health.UNHEALTHY
    elif "health_check_failure_event" in said:
        told, health = said["health_check_failure_event"], None
    else:
        return None
    return EndpointHealth(
        upstream=said["cluster_name"],
        address=address["address"],
        port=address["port_value"],
        health=health,
        failure=None if health is Health.HEALTHY else _failure(told),
        first=bool(told.get("first_check")),
        at=_epoch(said.get("timestamp", "")),
    )


def _failure(told: Mapping[str, Any]) -> Failure:
    return _FAILURES.get(told.get("failure_type", "ACTIVE"), Failure.CONNECTION)


def _epoch(timestamp: str) -> float:
    try:
        return datetime.fromisoformat(timestamp).timestamp()
    except ValueError:
        return 0.0
