"""Says ports in Envoy's words: listeners (LDS), and tables of names as routes (RDS).

The choice of a chain is the listener's matcher's: who may connect, and which names there are,
changes without touching a connection.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network

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
from seaway.core.mesh.proxy import Port, Purpose, Routing
from seaway.core.mesh.routes import route_configuration
from seaway.core.mesh.words import FILTERS, TYPE, Json, socket_address

# Listeners


def listener(port: Port) -> Json:
    """LDS, of a port that is a listener of its own."""
    told = _listener(port.name, _bound(port.address, port.port, port.namespace))
    if port.address6 is not None:
        more = _bound(port.address6, port.port, port.namespace)
        told["additional_addresses"] = [{"address": more}]
    if port.labels.purpose is Purpose.INGRESS:
        told["traffic_direction"] = "INBOUND"
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
        str(port): {"matcher": _by_address("DestinationIPInput", sorted(by.items()))}
        for port, by in sorted(chosen.items())
    }
    return _exactly("DestinationPortInput", ports)


def _by_source(cidrs: tuple[str, ...]) -> Json:
    """The chain that leads on for these, the one that closes for all others."""
    others = _to("others")
    if not cidrs:
        return {"on_no_match": others}
    return {**_by_address("DirectSourceIPInput", [("welcome", cidrs)]), "on_no_match": others}


def _by_address(what: str, chains: Iterable[tuple[str, Iterable[str]]]) -> Json:
    """Each chain for its CIDRs, or addresses."""
    trie = {
        "name": "envoy.matching.custom_matchers.trie_matcher",
        "typed_config": {
            "@type": TYPE + "xds.type.matcher.v3.IPMatcher",
            "range_matchers": [
                {"ranges": _ranges(tuple(cidrs)), "on_match": _to(chain)} for chain, cidrs in chains
            ],
        },
    }
    return {"matcher_tree": {"input": _input(what), "custom_match": trie}}


@lru_cache(maxsize=20_000)
def _ranges(cidrs: tuple[str, ...]) -> list[Json]:
    """As few ranges as hold just these. Kept, since of many one changes at a time."""
    networks = [ip_network(cidr, strict=False) for cidr in cidrs]
    fours = collapse_addresses(n for n in networks if isinstance(n, IPv4Network))
    sixes = collapse_addresses(n for n in networks if isinstance(n, IPv6Network))
    return [
        {"address_prefix": str(network.network_address), "prefix_len": network.prefixlen}
        for network in (*fours, *sixes)
    ]


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
    places = {
        entry.called: {
            "action": {
                "name": "routes",
                "typed_config": {
                    "@type": TYPE + "envoy.config.route.v3.RouteList",
                    "routes": _routes(entry.routing, entry.way),
                },
            }
        }
        for entry in table.entries
    }
    tree = {
        "input": _input("FilterStateInput", key=CALLED_STATE),
        "exact_match_map": {"map": places},
    }
    return {
        "name": table.name,
        "virtual_hosts": [{"name": "all", "domains": ["*"], "matcher": {"matcher_tree": tree}}],
        # The first of the upstreams may be a moment late; that is no reason to refuse the rest.
        "validate_clusters": False,
    }


@lru_cache(maxsize=20_000)
def _routes(routing: Routing, way: str) -> list[Json]:
    """A routing's routes, each of which says to which name it belongs.

    Kept, since of a table one entry changes at a time; nobody writes into bodies.
    """
    told: list[Json] = route_configuration(routing)["virtual_hosts"][0]["routes"]
    labels = {"filter_metadata": {METADATA: {"way": way}}}
    return [{**route, "metadata": route.get("metadata", {}) | labels} for route in told]
