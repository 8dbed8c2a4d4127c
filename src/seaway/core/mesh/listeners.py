"""Says ports in Envoy's words: listeners (LDS), and tables of names as routes (RDS).

The choice of a chain is the listener's matcher's: who may connect, and which names there are,
changes without touching a connection.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
    summarize_address_range,
)
from itertools import groupby

from seaway.core.mesh.accesslog import METADATA
from seaway.core.mesh.chains import (
    CALLED_STATE,
    chain_name,
    closing_filter,
    filter_chain,
    intercepting_chain,
)
from seaway.core.mesh.interceptor import Interceptor, NameTable
from seaway.core.mesh.labels import stat_name
from seaway.core.mesh.network_listeners import network_listener
from seaway.core.mesh.proxy import Port, Protocol, Purpose, Routing
from seaway.core.mesh.routes import route_configuration
from seaway.core.mesh.words import FILTERS, TYPE, Json, socket_address

_Network = IPv4Network | IPv6Network

# Listeners


def listener(port: Port) -> Json:
    """LDS, of a port that is a listener of its own."""
    balanced = port.labels.purpose is Purpose.BALANCE and not port.protocol.is_http
    if balanced or port.protocol is Protocol.UDP:
        return network_listener(port)
    told = _listener(port.name, _bound(port.address, port.port, port.namespace))
    if port.address6 is not None:
        more = _bound(port.address6, port.port, port.namespace)
        told["additional_addresses"] = [{"address": more}]
    if port.labels.purpose is Purpose.INGRESS:
        told["traffic_direction"] = "INBOUND"
    if port.labels.purpose is Purpose.INGRESS or port.terminated is not None:
        told["stat_prefix"] = stat_name(port.labels)  # whose handshakes failed
    way = stat_name(port.labels).replace("%", "%%")
    chain = filter_chain(port, port.routing.name, way)
    told["filter_chains"] = [chain]
    if port.namespace is None:
        # The host's addresses inside a VPC may be put on its bridge just after this.
        told["freebind"] = True
    if port.sources is not None:
        chain["name"] = "welcome"
        told["filter_chains"].append({"name": "others", "filters": [closing_filter(port, way)]})
        told["filter_chain_matcher"] = _by_source(port.sources)
    return told


def intercepting_listener(interceptor: Interceptor) -> Json:
    """LDS, of one for all names of a namespace; what is called besides them is closed.

    It listens on all of a task's namespace's addresses, since calls keep the address they were
    made to. Names that are alike but for their routes share a chain.
    """
    space = interceptor.namespace
    told = _listener(interceptor.name, _bound(interceptor.address, interceptor.at, space))
    if space is None:
        # Or another Seaway's proxy on this machine would get a share of the calls.
        told["enable_reuse_port"] = False
    if any(port.address6 for port in interceptor.ports):
        more = _bound("::", interceptor.at, space)
        told["additional_addresses"] = [{"address": more}]
    told["listener_filters"] = [_original_destination()]
    chains: dict[str, Json] = {}
    chosen: dict[int, dict[str, list[str]]] = {}
    for port in interceptor.ports:
        name = chain_name(port)
        if name not in chains:
            chains[name] = {"name": name, **intercepting_chain(port)}
        addresses = chosen.setdefault(port.port, {}).setdefault(name, [])
        addresses += filter(None, (port.address, port.address6))
    told["filter_chains"] = [chains[name] for name in sorted(chains)]
    told["filter_chain_matcher"] = _by_destination(chosen)
    return told


def _listener(name: str, address: Json) -> Json:
    return {
        "name": name,
        "address": address,
        "stat_prefix": "port",
        "traffic_direction": "OUTBOUND",
    }


def _bound(address: str, port: int, namespace: str | None) -> Json:
    bound = socket_address(address, port)
    if namespace is not None:
        bound["socket_address"]["network_namespace_filepath"] = namespace
    return bound


def _original_destination() -> Json:
    kind = FILTERS + ".listener.original_dst.v3.OriginalDst"
    return {"name": "envoy.filters.listener.original_dst", "typed_config": {"@type": kind}}


# Which chain a connection gets


def _by_destination(chosen: dict[int, dict[str, list[str]]]) -> Json:
    """The chain by the port, then the address, that was called; ``chosen``: addresses by chain.

    Neighbouring addresses that lead to one chain are one range: Envoy reads the whole matcher
    when a name comes or goes, and an entry for each of a thousand takes it a tenth of a second.
    """
    ports = {
        str(port): {
            "matcher": _by_address(
                "DestinationIPInput", {name: _together(tuple(by[name])) for name in sorted(by)}
            )
        }
        for port, by in sorted(chosen.items())
    }
    return _exactly("DestinationPortInput", ports)


def _by_source(cidrs: tuple[str, ...]) -> Json:
    """The chain that leads on for these, the one that closes for all others."""
    others = _to("others")
    if not cidrs:
        return {"on_no_match": others}
    networks = (ip_network(cidr, strict=False) for cidr in cidrs)
    return {**_by_address("DirectSourceIPInput", {"welcome": networks}), "on_no_match": others}


def _by_address(what: str, chains: Mapping[str, Iterable[_Network]]) -> Json:
    """Each chain for the ranges that lead to it."""
    trie = {
        "name": "envoy.matching.custom_matchers.trie_matcher",
        "typed_config": {
            "@type": TYPE + "xds.type.matcher.v3.IPMatcher",
            "range_matchers": [
                {"ranges": list(map(_range, networks)), "on_match": _to(chain)}
                for chain, networks in chains.items()
            ],
        },
    }
    return {"matcher_tree": {"input": _input(what), "custom_match": trie}}


def _range(network: _Network) -> Json:
    return {"address_prefix": str(network.network_address), "prefix_len": network.prefixlen}


@lru_cache(maxsize=20_000)
def _together(addresses: tuple[str, ...]) -> tuple[_Network, ...]:
    """As few ranges as hold just these. Kept, since of many one changes at a time."""
    found: list[_Network] = []
    for kind in (IPv4Address, IPv6Address):
        numbers = sorted(int(a) for a in map(_parsed, addresses) if isinstance(a, kind))
        for first, last in _runs(numbers):
            found += summarize_address_range(kind(first), kind(last))
    return tuple(found)


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and last of each run of neighbours."""
    # Along a run, a number less its place stays the same.
    for _, run in groupby(enumerate(numbers), lambda placed: placed[1] - placed[0]):
        members = [number for _, number in run]
        yield members[0], members[-1]


_parsed = lru_cache(maxsize=20_000)(ip_address)


def _exactly(what: str, matches: Json) -> Json:
    return {"matcher_tree": {"input": _input(what), "exact_match_map": {"map": matches}}}


def _input(what: str, **config: str) -> Json:
    kind = TYPE + "envoy.extensions.matching.common_inputs.network.v3." + what
    return {"name": what, "typed_config": {"@type": kind, **config}}


def _to(chain: str) -> Json:
    text = {"@type": TYPE + "google.protobuf.StringValue", "value": chain}
    return {"action": {"name": chain, "typed_config": text}}


# Tables


def name_table(table: NameTable) -> Json:
    """RDS, of all the names of a calling service: the routes of each by the place called."""
    places = {entry.called: _taking(_routes(entry.routing, entry.way)) for entry in table.entries}
    tree = {
        "input": _input("FilterStateInput", key=CALLED_STATE),
        "exact_match_map": {"map": places},
    }
    matcher = {"matcher_tree": tree, "on_no_match": _taking([_GONE])}
    return {
        "name": table.name,
        "virtual_hosts": [{"name": "all", "domains": ["*"], "matcher": matcher}],
        # The first of the upstreams may be a moment late; that is no reason to refuse the rest.
        "validate_clusters": False,
    }


# Only who keeps a connection to a name that is no more comes here. As on AWS nobody serves it any
# more; 404 would be a server's word.
_GONE: Json = {
    "name": "gone",
    "match": {"prefix": "/"},
    "direct_response": {
        "status": 503,
        "body": {"inline_string": "No endpoint of Service Connect is called here any more.\n"},
    },
}


def _taking(routes: list[Json]) -> Json:
    listed = {"@type": TYPE + "envoy.config.route.v3.RouteList", "routes": routes}
    return {"action": {"name": "routes", "typed_config": listed}}


@lru_cache(maxsize=20_000)
def _routes(routing: Routing, way: str) -> list[Json]:
    """A routing's routes, each of which says to which name it belongs.

    Kept, since of a table one entry changes at a time; nobody writes into bodies.
    """
    told: list[Json] = route_configuration(routing)["virtual_hosts"][0]["routes"]
    labels = {"filter_metadata": {METADATA: {"way": way}}}
    return [{**route, "metadata": route.get("metadata", {}) | labels} for route in told]
