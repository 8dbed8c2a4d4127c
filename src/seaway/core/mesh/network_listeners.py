"""Says a network load balancer's ports in Envoy's words: a chain for each target group (LDS).

Which group a connection goes to is the matcher's: it hashes the client's port, as AWS hashes the
flow. So weights change without touching a connection, which a chain that changes would close.
"""

from __future__ import annotations

from collections.abc import Iterator

from seaway.core.mesh.labels import stat_name
from seaway.core.mesh.proxy import Forward, Port, Protocol, Share
from seaway.core.mesh.secure import terminating
from seaway.core.mesh.words import FILTERS, TYPE, Json, seconds, socket_address

_NOWHERE = "seaway/nowhere"
"""No upstream has this name: what is led here is closed."""

_INPUTS = TYPE + "envoy.extensions.matching.common_inputs.network.v3."


def network_listener(port: Port) -> Json:
    """LDS, of a load balancer's port that knows connections or datagrams, not requests."""
    return _datagrams(port) if port.protocol is Protocol.UDP else _connections(port)


def _connections(port: Port) -> Json:
    chains = [_chain(port, upstream) for upstream in sorted(_upstreams(port))]
    told = {
        "name": port.name,
        "address": socket_address(port.address, port.port),
        "stat_prefix": stat_name(port.labels),
        "traffic_direction": "OUTBOUND",
        "freebind": True,
        "filter_chains": [*chains, _chain(port, _NOWHERE)],
        "filter_chain_matcher": _chosen(_shares(port), _to_chain),
    }
    if port.terminated is not None:
        # Whether a client asks for a name is read before TLS begins.
        kind = FILTERS + ".listener.tls_inspector.v3.TlsInspector"
        inspector = {
            "name": "envoy.filters.listener.tls_inspector",
            "typed_config": {"@type": kind},
        }
        told["listener_filters"] = [inspector]
    return told


def _chain(port: Port, upstream: str) -> Json:
    action = port.routing.default
    assert isinstance(action, Forward), "a network load balancer forwards"
    config: Json = {
        "@type": FILTERS + ".network.tcp_proxy.v3.TcpProxy",
        "stat_prefix": stat_name(port.labels),
        "cluster": upstream,
        "idle_timeout": seconds(port.idle_timeout),
        "max_connect_attempts": 1 + (action.retry.attempts if action.retry else 0),
    }
    if action.hash_on:
        config["hash_policy"] = [{"source_ip": {}}]
    chain: Json = {
        "name": upstream,
        "filters": [{"name": "envoy.filters.network.tcp_proxy", "typed_config": config}],
    }
    if port.terminated is not None:
        chain["transport_socket"] = terminating(port.terminated)
    return chain


def _datagrams(port: Port) -> Json:
    action = port.routing.default
    assert isinstance(action, Forward), "a network load balancer forwards"
    address = socket_address(port.address, port.port)
    address["socket_address"]["protocol"] = "UDP"
    config: Json = {
        "@type": FILTERS + ".udp.udp_proxy.v3.UdpProxyConfig",
        "stat_prefix": stat_name(port.labels),
        "idle_timeout": seconds(port.idle_timeout),
        "matcher": _chosen(_shares(port), _to_cluster),
    }
    if action.hash_on:
        config["hash_policies"] = [{"source_ip": True}]
    return {
        "name": port.name,
        "address": address,
        "stat_prefix": "port",
        "traffic_direction": "OUTBOUND",
        "freebind": True,
        "udp_listener_config": {},
        "listener_filters": [
            {"name": "envoy.filters.udp_listener.udp_proxy", "typed_config": config}
        ],
    }


def _shares(port: Port) -> tuple[Share, ...]:
    action = port.routing.default
    return action.shares if isinstance(action, Forward) else ()


def _upstreams(port: Port) -> set[str]:
    """Of weight zero too: who is connected stays connected."""
    return {share.upstream for share in _shares(port)}


def _chosen(shares: tuple[Share, ...], lead: _Lead) -> Json:
    """The first share whose part the hash falls into; the last weighted one takes what is left."""
    weighted = [share for share in shares if share.weight > 0]
    if not weighted:
        return {"on_no_match": lead(_NOWHERE)}
    *parts, last = weighted
    matcher: Json = {"on_no_match": lead(last.upstream)}
    if parts:
        matchers = [_part(*part, lead) for part in _cut(parts, sum(s.weight for s in weighted))]
        matcher["matcher_list"] = {"matchers": matchers}
    return matcher


def _cut(shares: list[Share], whole: int) -> Iterator[tuple[str, int, int]]:
    """(upstream, hashes from this on are its own or an earlier one's, the modulus)."""
    begins = whole
    for share in shares:
        begins -= share.weight
        yield share.upstream, begins, whole


def _part(upstream: str, begins: int, whole: int, lead: _Lead) -> Json:
    kind = "envoy.extensions.matching.input_matchers.consistent_hashing.v3.ConsistentHashing"
    hashing = {"@type": TYPE + kind, "threshold": begins, "modulo": whole}
    predicate = {
        "input": {"name": "port", "typed_config": {"@type": _INPUTS + "SourcePortInput"}},
        "custom_match": {
            "name": "envoy.matching.matchers.consistent_hashing",
            "typed_config": hashing,
        },
    }
    return {"predicate": {"single_predicate": predicate}, "on_match": lead(upstream)}


class _Lead:
    """How a matcher names where it leads."""

    def __init__(self, kind: str, member: str) -> None:
        self._kind, self._member = kind, member

    def __call__(self, upstream: str) -> Json:
        config = {"@type": TYPE + self._kind, self._member: upstream}
        return {"action": {"name": upstream, "typed_config": config}}


_to_chain = _Lead("google.protobuf.StringValue", "value")
_to_cluster = _Lead("envoy.extensions.filters.udp.udp_proxy.v3.Route", "cluster")
