"""What is seen of a host's proxy: what it was told, what it took, how it sees its endpoints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from seaway.core.mesh.snapshot import Kind, Snapshot


class Rejected(Protocol):
    """One resource a proxy refuses, and why."""

    @property
    def kind(self) -> Kind: ...
    @property
    def name(self) -> str: ...
    @property
    def error(self) -> str: ...


class Conversations(Protocol):
    """The control plane's talk with every host's proxy."""

    def connected(self, node: str) -> bool:
        """Whether the proxy has a stream open."""
        ...

    def rejections(self, node: str) -> Sequence[Rejected]:
        """What of its target the proxy refuses now."""
        ...

    def target(self, node: str) -> Snapshot | None:
        """What the proxy should have."""
        ...

    def settled(self, node: str) -> bool:
        """Whether the proxy has answered to all of it."""
        ...


class Administration(Protocol):
    """What one proxy's own administration tells and takes. All raise OSError."""

    @property
    def tap_log(self) -> Path: ...

    async def clusters(self) -> dict[str, Any]:
        """The state of every endpoint of every upstream (Envoy: /clusters)."""
        ...

    async def set_runtime(self, values: Mapping[str, str | float]) -> None:
        """Change runtime settings until it ends."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointSeen:
    """One endpoint as a proxy sees it; ``flags`` are why it gets no requests, () when it does."""

    address: str
    port: int
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One host's proxy at one moment.

    ``refused`` is why, by kind and name. ``endpoints`` are by upstream; None when the proxy's own
    administration could not be asked.
    """

    host: str
    connected: bool = False
    snapshot: Snapshot | None = None
    settled: bool = False
    refused: Mapping[tuple[Kind, str], str] = field(default_factory=dict)
    endpoints: Mapping[str, tuple[EndpointSeen, ...]] | None = None


def seen_of(host: str, talk: Conversations, clusters: Mapping[str, Any] | None) -> Seen:
    """What is seen of one host's proxy; ``clusters`` None = it could not be asked."""
    return Seen(
        host=host,
        connected=talk.connected(host),
        snapshot=talk.target(host),
        settled=talk.settled(host),
        refused={(one.kind, one.name): one.error.strip() for one in talk.rejections(host)},
        endpoints=None if clusters is None else endpoints_of(clusters),
    )


def endpoints_of(clusters: Mapping[str, Any]) -> dict[str, tuple[EndpointSeen, ...]]:
    """Envoy's /clusters as endpoints by upstream."""
    return {
        cluster["name"]: tuple(
            _endpoint(host)
            for host in cluster.get("host_statuses", ())
            if "socket_address" in host["address"]
        )
        for cluster in clusters.get("cluster_statuses", ())
    }


def _endpoint(host: Mapping[str, Any]) -> EndpointSeen:
    address, status = host["address"]["socket_address"], host.get("health_status", {})
    # What Envoy says of an endpoint are flags, and what the control plane said of it.
    flags = [name for name, value in status.items() if value is True]
    if status.get("eds_health_status", "HEALTHY") not in ("HEALTHY", "UNKNOWN"):
        flags.append(str(status["eds_health_status"]).lower())
    return EndpointSeen(
        address=address["address"], port=address["port_value"], flags=tuple(sorted(flags))
    )
