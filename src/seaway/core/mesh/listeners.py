"""Says ports in Envoy's words: listeners, their filter chains and what they write down (LDS).

What changes often is not in a filter chain, since a chain that changes drains its connections:
routes come by RDS and certificates by SDS; which chain a connection gets is a matter of the
listener's matcher; faults and rate limits stand by until a route switches them on.
"""

from __future__ import annotations

from hashlib import blake2b
from ipaddress import ip_address, ip_network

from seaway.core.mesh.accesslog import (
    METADATA,
    WAY_OF_ROUTE,
    access_logger,
    closing_counter,
    refusal_counter,
    reply_counter,
    tap_logger,
)
from seaway.core.mesh.interceptor import Interceptor, NameTable, table_name
from seaway.core.mesh.labels import stat_name
from seaway.core.mesh.proxy import Forward, Port, Purpose, Refusal, Routing, Tracing
from seaway.core.mesh.routes import CALLER_STATE, route_configuration
from seaway.core.mesh.secure import server_side
from seaway.core.mesh.words import FILTERS, FROM_US, TYPE, Json, fraction, seconds, socket_address

_CALLED = "seaway.called"
"""Where a connection keeps the address and port it was made to, for a table to look up."""

_NOWHERE = "seaway/nowhere"
"""No upstream has this name: a TCP connection led here is closed."""

# What a reply Envoy made itself turns into on a load balancer: flags of the cause, AWS's status.
# A target that refuses or breaks the connection is a bad gateway to AWS, a 503 to Envoy.
_BALANCER_REPLIES = (
    (("UH", "NC", "UO"), 503, "503 Service Temporarily Unavailable"),
    (("UT", "SI"), 504, "504 Gateway Time-out"),
    (("UF", "UC", "UR", "LR", "UPE"), 502, "502 Bad Gateway"),
)


# Listeners


def listener(port: Port) -> Json:
    """LDS, of a port that is a listener of its own."""
    number = port.intercepted_at or port.port
    told = _listener(port.name, _bound(port.address, number, port.namespace))
    if port.address6 is not None:
        more = _bound(port.address6, number, port.namespace)
        told["additional_addresses"] = [{"address": more}]
    if port.labels.purpose is Purpose.INGRESS:
        told["traffic_direction"] = "INBOUND"
    way = stat_name(port.labels).replace("%", "%%")
    chain = _chain(port, port.routing.name, way)
    told["filter_chains"] = [chain]
    if port.intercepted_at is not None:
        chain["filter_chain_match"] = {"destination_port": port.port}
        told["listener_filters"] = [_original_destination()]
        if port.namespace is None:
            # Or another Seaway's proxy on this machine would get a share of the calls.
            told["enable_reuse_port"] = False
    elif port.namespace is None:
        # The host's addresses inside a VPC may be put on its bridge just after this.
        told["freebind"] = True
    if port.sources is not None:
        chain["name"] = "welcome"
        told["filter_chains"].append({"name": "others", "filters": [_closing(port, way)]})
        told["filter_chain_matcher"] = _by_source(port.sources)
    return told


def intercepting_listener(interceptor: Interceptor) -> Json:
    """LDS, of one for all names of a namespace; what is called besides them is closed.

    It listens on all of the namespace's addresses, since calls keep the address they were made
    to. Names that are alike but for their routes share a chain.
    """
    space = interceptor.namespace
    told = _listener(interceptor.name, _bound("0.0.0.0", interceptor.at, space))
    if any(port.address6 for port in interceptor.ports):
        more = _bound("::", interceptor.at, space)
        told["additional_addresses"] = [{"address": more}]
    told["listener_filters"] = [_original_destination()]
    chains: dict[str, Json] = {}
    chosen: dict[int, dict[str, str]] = {}
    for port in interceptor.ports:
        name = _chain_name(port)
        if name not in chains:
            chains[name] = {"name": name, **_intercepting_chain(port)}
        for address in filter(None, (port.address, port.address6)):
            chosen.setdefault(port.port, {})[ip_address(address).compressed] = name
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


def _by_destination(chosen: dict[int, dict[str, str]]) -> Json:
    """The chain by the port, then the address, that was called."""
    ports = {
        str(port): {"matcher": _exactly("DestinationIPInput", {a: _to(n) for a, n in by.items()})}
        for port, by in sorted(chosen.items())
    }
    return _exactly("DestinationPortInput", ports)


def _by_source(cidrs: tuple[str, ...]) -> Json:
    """The chain that leads on for these, the one that closes for all others."""
    others = _to("others")
    if not cidrs:
        return {"on_no_match": others}
    ranges = []
    for cidr in cidrs:
        network = ip_network(cidr, strict=False)
        ranges.append(
            {"address_prefix": str(network.network_address), "prefix_len": network.prefixlen}
        )
    trie = {
        "name": "envoy.matching.custom_matchers.trie_matcher",
        "typed_config": {
            "@type": TYPE + "xds.type.matcher.v3.IPMatcher",
            "range_matchers": [{"ranges": ranges, "on_match": _to("welcome")}],
        },
    }
    return {
        "matcher_tree": {"input": _input("DirectSourceIPInput"), "custom_match": trie},
        "on_no_match": others,
    }


def _exactly(what: str, matches: Json) -> Json:
    return {"matcher_tree": {"input": _input(what), "exact_match_map": {"map": matches}}}


def _input(what: str, **config: str) -> Json:
    kind = TYPE + "envoy.extensions.matching.common_inputs.network.v3." + what
    return {"name": what, "typed_config": {"@type": kind, **config}}


def _to(chain: str) -> Json:
    text = {"@type": TYPE + "google.protobuf.StringValue", "value": chain}
    return {"action": {"name": chain, "typed_config": text}}


# Filter chains


def _chain(port: Port, routes: str, way: str) -> Json:
    http = port.protocol.is_http
    filters = [_http_manager(port, routes, way)] if http else [_tcp_end(port, way)]
    if not http and isinstance(port.routing.default, Forward) and port.routing.default.hash_on:
        filters.insert(0, _set_filter_state(_who_calls(port.namespace)))
    if http and port.labels.purpose is Purpose.BALANCE:
        filters.insert(0, _peer_address())
    chain: Json = {"filters": filters}
    if port.certificate is not None:
        chain["transport_socket"] = _tls(port)
    elif port.secure is not None:
        protocols = ("h2", "http/1.1") if http else ()
        chain["transport_socket"] = server_side(port.secure, protocols)
    return chain


def _intercepting_chain(port: Port) -> Json:
    if not port.protocol.is_http:
        return _chain(port, "", stat_name(port.labels).replace("%", "%%"))
    return {"filters": [_place_called(port), _http_manager(port, table_name(port), WAY_OF_ROUTE)]}


def _chain_name(port: Port) -> str:
    """The same for HTTP ports whose chains are; stays the same for as long as the chain does."""
    if not port.protocol.is_http:
        return f"tcp/{port.address}:{port.port}"
    alike = (port.protocol, port.idle_timeout, port.access_logs, port.tracing, table_name(port))
    return f"{port.protocol}/{blake2b(repr(alike).encode(), digest_size=6).hexdigest()}"


def _http_manager(port: Port, routes: str, way: str) -> Json:
    balance = port.labels.purpose is Purpose.BALANCE
    idle = seconds(port.idle_timeout)
    config: Json = {
        "@type": FILTERS + ".network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": stat_name(port.labels) if balance else port.labels.purpose.value,
        "codec_type": _codec(port),
        "rds": {"config_source": FROM_US, "route_config_name": routes},
        "common_http_protocol_options": {"idle_timeout": idle},
        "stream_idle_timeout": idle,
        "upgrade_configs": [{"upgrade_type": "websocket"}],
        "http_filters": _http_filters(balance),
        "access_log": [reply_counter(way), *_loggers(port, way)],
        **(_balancer_manners(port) if balance else _connect_manners()),
    }
    if port.tracing is not None:
        config["tracing"] = _tracing(port)
        config["request_id_extension"] = _request_ids_as_they_are()
        config["early_header_mutation_extensions"] = [_traceparent_of_x_ray()]
    return {"name": "envoy.filters.network.http_connection_manager", "typed_config": config}


def _loggers(port: Port, way: str) -> list[Json]:
    if port.labels.purpose not in (Purpose.CONNECT, Purpose.INGRESS):
        return []
    written = [access_logger(log, port.protocol) for log in port.access_logs]
    taps = [tap_logger(port, way)] if port.labels.purpose is Purpose.CONNECT else []
    refusals = [refusal_counter(way)] if port.protocol.is_http else []
    return [*refusals, *taps, *written]


def _codec(port: Port) -> str:
    if port.protocol.is_http2 and port.labels.purpose is Purpose.CONNECT:
        return "HTTP2"
    return "AUTO"


def _connect_manners() -> Json:
    """Service Connect passes X-Forwarded-For on as it came and answers ``server: envoy``."""
    return {"use_remote_address": False, "skip_xff_append": True, "server_name": "envoy"}


def _tracing(port: Port) -> Json:
    """Spans by OTLP. A caller's decision to trace holds; so many percent of the others' do."""
    assert port.tracing is not None
    provider: Json = {
        "@type": TYPE + "envoy.config.trace.v3.OpenTelemetryConfig",
        "grpc_service": {"envoy_grpc": {"cluster_name": port.tracing.upstream}},
        "service_name": port.tracing.service,
        "sampler": _sampler("parent_based", "ParentBased", wrapped_sampler=_share(port.tracing)),
    }
    way = {"key": METADATA, "path": [{"key": "way"}]}
    return {
        "provider": {"name": "envoy.tracers.opentelemetry", "typed_config": provider},
        "custom_tags": [
            {"tag": "seaway.way", "metadata": {"kind": {"route": {}}, "metadata_key": way}},
            {"tag": "aws.xray.header", "request_header": {"name": "x-amzn-trace-id"}},
        ],
    }


def _share(tracing: Tracing) -> Json:
    percentage = {"sampling_percentage": fraction(tracing.percent)}
    return _sampler("trace_id_ratio_based", "TraceIdRatioBased", **percentage)


def _sampler(name: str, kind: str, **config: Json) -> Json:
    kind = TYPE + f"envoy.extensions.tracers.opentelemetry.samplers.v3.{kind}SamplerConfig"
    name = f"envoy.tracers.opentelemetry.samplers.{name}"
    return {"name": name, "typed_config": {"@type": kind, **config}}


def _request_ids_as_they_are() -> Json:
    """Envoy would write a decision of its own into them, and trace none of another kind."""
    kind = TYPE + "envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig"
    keep = dict.fromkeys(("pack_trace_reason", "use_request_id_for_trace_sampling"), False)
    return {"typed_config": {"@type": kind, **keep}}


# No braces, which mean something in a format, and no large classes: Envoy limits such programs.
_X_RAY = r".*Root=1-(\w+)-(\w+);Parent=(\w+);Sampled=(0|1).*"


def _traceparent_of_x_ray() -> Json:
    """A trace that arrives in X-Ray's header only goes on; the two write the same ids apart.

    Without a decision in it ("Sampled=?", or only a Root, as load balancers add) a trace begins.
    """
    header = "request.headers['x-amzn-trace-id']"
    value = rf"%CEL(re.extract({header}, r'{_X_RAY}', r'00-\1\2-\3-0\4'))%"
    added = {"header": {"key": "traceparent", "value": value}, "append_action": "ADD_IF_ABSENT"}
    kind = TYPE + "envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation"
    return {
        "name": "envoy.http.early_header_mutation.header_mutation",
        "typed_config": {"@type": kind, "mutations": [{"append": added}]},
    }


def _balancer_manners(port: Port) -> Json:
    """An ALB adds X-Forwarded-For, -Proto and -Port and keeps the target's Server header."""
    return {
        "use_remote_address": True,
        "append_x_forwarded_port": True,
        "generate_request_id": False,
        "server_name": "awselb/2.0",
        "server_header_transformation": "APPEND_IF_ABSENT",
        "http_protocol_options": {"accept_http_10": True, "default_host_for_http_10": port.address},
        "local_reply_config": {"mappers": [_balancer_reply(*r) for r in _BALANCER_REPLIES]},
    }


def _balancer_reply(flags: tuple[str, ...], status: int, title: str) -> Json:
    page = (
        f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n"
        f"<center><h1>{title}</h1></center>\r\n</body>\r\n</html>\r\n"
    )
    return {
        "filter": {"response_flag_filter": {"flags": list(flags)}},
        "status_code": status,
        "body": {"inline_string": page},
        "body_format_override": {
            "text_format_source": {"inline_string": "%LOCAL_REPLY_BODY%"},
            "content_type": "text/html",
        },
    }


def _http_filters(balance: bool) -> list[Json]:
    """Those that stand by cost a request nothing until its route has a configuration for them."""
    http = FILTERS + ".http."
    rate = {"@type": http + "local_ratelimit.v3.LocalRateLimit", "stat_prefix": "rate"}
    sticky = {"@type": http + "stateful_session.v3.StatefulSession"}
    standing_by = {
        "local_ratelimit": rate,
        "fault": {"@type": http + "fault.v3.HTTPFault"},
        **({"stateful_session": sticky} if balance else {}),
    }
    return [
        *(
            {"name": f"envoy.filters.http.{name}", "disabled": True, "typed_config": config}
            for name, config in standing_by.items()
        ),
        _router(balance),
    ]


def _router(balance: bool) -> Json:
    config = {"@type": FILTERS + ".http.router.v3.Router", "suppress_envoy_headers": balance}
    return {"name": "envoy.filters.http.router", "typed_config": config}


def _place_called(port: Port) -> Json:
    """Keeps the address and port a connection was made to where a table looks it up."""
    called = {"text_format_source": {"inline_string": "%DOWNSTREAM_LOCAL_ADDRESS%"}}
    return _set_filter_state(
        _filter_state(_CALLED, "envoy.string", called), _who_calls(port.namespace)
    )


def _who_calls(namespace: str | None) -> Json:
    """Keeps whose connection it is, for what hashes by source: addresses are alike everywhere."""
    text = {"text_format_source": {"inline_string": (namespace or "machine").replace("%", "%%")}}
    return _filter_state(CALLER_STATE, "envoy.hashable_string", text)


def _peer_address() -> Json:
    """Keeps the peer's address where routes can match it against CIDRs (source-ip conditions)."""
    peer = "%DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT%"
    text = {"text_format_source": {"inline_string": peer}}
    return _set_filter_state(_filter_state("seaway.source", "envoy.network.ip", text))


def _filter_state(key: str, factory: str, text: Json) -> Json:
    return {"object_key": key, "factory_key": factory, "format_string": text}


def _set_filter_state(*values: Json) -> Json:
    kind = FILTERS + ".network.set_filter_state.v3.Config"
    return {
        "name": "envoy.filters.network.set_filter_state",
        "typed_config": {"@type": kind, "on_new_connection": list(values)},
    }


def _tcp_end(port: Port, way: str) -> Json:
    action = port.routing.default
    if isinstance(action, Refusal):
        return _closing(port, way)
    assert isinstance(action, Forward), "a TCP port forwards or refuses"
    config = _tcp_proxy(port.labels.purpose) | {
        "idle_timeout": seconds(port.idle_timeout),
        "max_connect_attempts": 1 + (action.retry.attempts if action.retry else 0),
    }
    shares = [s for s in action.shares if s.weight > 0]
    if len(shares) == 1:
        config["cluster"] = shares[0].upstream
    else:
        weighted = [{"name": s.upstream, "weight": s.weight} for s in shares]
        config["weighted_clusters"] = {"clusters": weighted}
    if action.hash_on:
        config["hash_policy"] = [{"filter_state": {"key": CALLER_STATE}}]
    loggers = _loggers(port, way)
    if loggers:
        config["access_log"] = loggers
    return {"name": "envoy.filters.network.tcp_proxy", "typed_config": config}


def _closing(port: Port, way: str) -> Json:
    """Closes each connection at once, and counts it."""
    config = _tcp_proxy(port.labels.purpose) | {
        "cluster": _NOWHERE,
        "access_log": [closing_counter(way)],
    }
    return {"name": "envoy.filters.network.tcp_proxy", "typed_config": config}


def _tcp_proxy(purpose: Purpose) -> Json:
    kind = FILTERS + ".network.tcp_proxy.v3.TcpProxy"
    return {"@type": kind, "stat_prefix": purpose.value}


# TLS


def _tls(port: Port) -> Json:
    assert port.certificate is not None
    pair = {
        "certificate_chain": {"inline_string": port.certificate.chain},
        "private_key": {"inline_string": port.certificate.key},
    }
    protocols = ["h2", "http/1.1"] if port.protocol.is_http else []
    kind = TYPE + "envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext"
    common: Json = {"tls_certificates": [pair], "alpn_protocols": protocols}
    return {
        "name": "envoy.transport_sockets.tls",
        "typed_config": {"@type": kind, "common_tls_context": common},
    }


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
        "input": _input("FilterStateInput", key=_CALLED),
        "exact_match_map": {"map": places},
    }
    return {
        "name": table.name,
        "virtual_hosts": [{"name": "all", "domains": ["*"], "matcher": {"matcher_tree": tree}}],
        # The first of the upstreams may be a moment late; that is no reason to refuse the rest.
        "validate_clusters": False,
    }


def _routes(routing: Routing, way: str) -> list[Json]:
    """A routing's routes, each of which says to which name it belongs."""
    told: list[Json] = route_configuration(routing)["virtual_hosts"][0]["routes"]
    labels = {"filter_metadata": {METADATA: {"way": way}}}
    return [{**route, "metadata": route.get("metadata", {}) | labels} for route in told]
