"""Envoys configured by hand, as small as they can be: what Seaway's data path is compared to."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Json = dict[str, Any]

_FILTERS = "type.googleapis.com/envoy.extensions.filters"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """Listen here, send there. ``namespace`` is the network namespace to listen in."""

    address: str
    port: int
    http: bool
    target: str
    target_port: int
    namespace: str | None = None


def settings(hops: Sequence[Hop]) -> Json:
    """A static configuration: one listener and one cluster for each hop, and nothing else."""
    return {
        "static_resources": {
            "listeners": [_listener(n, hop) for n, hop in enumerate(hops)],
            "clusters": [_cluster(n, hop) for n, hop in enumerate(hops)],
        }
    }


def command(binary: Path, config: Path, workers: int) -> list[str]:
    """How to start one; the same flags as Seaway's own where they matter to speed."""
    return [
        *(str(binary), "--config-path", str(config), "--concurrency", str(workers)),
        *("--log-level", "error", "--disable-hot-restart"),
    ]


def write(path: Path, hops: Sequence[Hop]) -> Path:
    """The settings in a file."""
    path.write_text(json.dumps(settings(hops)))
    return path


def _listener(number: int, hop: Hop) -> Json:
    address: Json = {"address": hop.address, "port_value": hop.port}
    if hop.namespace is not None:
        address["network_namespace_filepath"] = hop.namespace
    chosen = _http(number) if hop.http else _tcp(number)
    return {
        "name": f"listener-{number}",
        "address": {"socket_address": address},
        "filter_chains": [{"filters": [chosen]}],
    }


def _http(number: int) -> Json:
    route = {"match": {"prefix": "/"}, "route": {"cluster": f"cluster-{number}"}}
    router = {"@type": _FILTERS + ".http.router.v3.Router"}
    config = {
        "@type": _FILTERS + ".network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "bare",
        "route_config": {"virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [route]}]},
        "http_filters": [{"name": "envoy.filters.http.router", "typed_config": router}],
    }
    return {"name": "envoy.filters.network.http_connection_manager", "typed_config": config}


def _tcp(number: int) -> Json:
    kind = _FILTERS + ".network.tcp_proxy.v3.TcpProxy"
    config = {"@type": kind, "stat_prefix": "bare", "cluster": f"cluster-{number}"}
    return {"name": "envoy.filters.network.tcp_proxy", "typed_config": config}


def _cluster(number: int, hop: Hop) -> Json:
    place = {"socket_address": {"address": hop.target, "port_value": hop.target_port}}
    return {
        "name": f"cluster-{number}",
        "type": "STATIC",
        "connect_timeout": "1s",
        "load_assignment": {
            "cluster_name": f"cluster-{number}",
            "endpoints": [{"lb_endpoints": [{"endpoint": {"address": place}}]}],
        },
    }
