"""Says what happens on a port's connections in Envoy's words: filter chains and their filters.

A chain that changes drains its connections. So routes come apart from it, faults and rate limits
stand by until a route switches them on, and the tap is a matter of a runtime setting.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b

from seaway.core.mesh.accesslog import (
    WAY_OF_ROUTE,
    access_logger,
    closing_counter,
    own_answer_counter,
    refusal_counter,
    reply_counter,
    tap_logger,
)
from seaway.core.mesh.balancer_log import balancer_logger
from seaway.core.mesh.balancer_manners import balancer_manners, connections_of
from seaway.core.mesh.interceptor import table_name
from seaway.core.mesh.kept import kept_by_identity
from seaway.core.mesh.labels import stat_name
from seaway.core.mesh.proxy import Forward, Port, Purpose, Refusal
from seaway.core.mesh.routes import CALLER_STATE
from seaway.core.mesh.secure import server_side, terminating
from seaway.core.mesh.tracing import traced
from seaway.core.mesh.words import FILTERS, FROM_US, Json, seconds

CALLED_STATE = "seaway.called"
"""Where a connection keeps the address and port it was made to, for a table to look up."""

_NOWHERE = "seaway/nowhere"
"""No upstream has this name: a TCP connection led here is closed."""


def filter_chain(port: Port, routes: str, way: str) -> Json:
    """The chain of a port; ``routes`` is its route configuration, ``way`` the labels it counts by.

    The latter is a format: what means something in one is escaped.
    """
    http = port.protocol.is_http
    filters = [_http_manager(port, routes, way)] if http else [_tcp_end(port, way)]
    if not http and isinstance(port.routing.default, Forward) and port.routing.default.hash_on:
        filters.insert(0, _set_filter_state(_who_calls(port.namespace)))
    if http and port.labels.purpose is Purpose.BALANCE:
        filters.insert(0, _peer_address())
    chain: Json = {"filters": filters}
    if port.terminated is not None:
        chain["transport_socket"] = terminating(port.terminated)
    elif port.secure is not None:
        protocols = ("h2", "http/1.1") if http else ()
        chain["transport_socket"] = server_side(port.secure, protocols)
    return chain


def intercepting_chain(port: Port) -> Json:
    """The chain of an intercepted port, and of all HTTP ports of the same ``chain_name``."""
    if not port.protocol.is_http:
        return filter_chain(port, "", stat_name(port.labels).replace("%", "%%"))
    return {"filters": [_place_called(port), _http_manager(port, table_name(port), WAY_OF_ROUTE)]}


@kept_by_identity
def chain_name(port: Port) -> str:
    """The same for HTTP ports whose chains are; stays the same for as long as the chain does."""
    if not port.protocol.is_http:
        return f"tcp/{port.address}:{port.port}"
    alike = (port.protocol, port.idle_timeout, port.access_logs, port.tracing, table_name(port))
    return f"{port.protocol}/{_digest(alike)}"


@lru_cache(maxsize=20_000)
def _digest(alike: object) -> str:
    return blake2b(repr(alike).encode(), digest_size=6).hexdigest()


def _http_manager(port: Port, routes: str, way: str) -> Json:
    balance = port.labels.purpose is Purpose.BALANCE
    idle = seconds(port.idle_timeout)
    config: Json = {
        "@type": FILTERS + ".network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": stat_name(port.labels) if balance else port.labels.purpose.value,
        "codec_type": _codec(port),
        "rds": {"config_source": FROM_US, "route_config_name": routes},
        "common_http_protocol_options": {
            "idle_timeout": idle,
            **(connections_of(port) if balance else {}),
        },
        "stream_idle_timeout": idle,
        "upgrade_configs": [{"upgrade_type": "websocket"}],
        "http_filters": _http_filters(balance),
        "access_log": [reply_counter(way), *_loggers(port, way)],
        **(balancer_manners(port) if balance else _connect_manners()),
    }
    if port.tracing is not None:
        config |= traced(port.tracing)
    return {"name": "envoy.filters.network.http_connection_manager", "typed_config": config}


def _loggers(port: Port, way: str) -> list[Json]:
    if port.labels.purpose is Purpose.BALANCE:
        logged = port.manners is not None and port.manners.logged
        kept = [balancer_logger(port.labels.load_balancer)] if logged else []
        return [own_answer_counter(way), *kept]
    if port.labels.purpose not in (Purpose.CONNECT, Purpose.INGRESS):
        return []
    written = [access_logger(log, port.protocol) for log in port.access_logs]
    taps = [tap_logger(port, way)] if port.labels.purpose is Purpose.CONNECT else []
    refusals = [refusal_counter(way)] if port.protocol.is_http else []
    return [*refusals, *taps, *written]


def _codec(port: Port) -> str:
    if port.protocol.is_http2 and port.labels.purpose is Purpose.CONNECT:
        return "HTTP2"
    if port.manners is not None and not port.manners.http2:
        return "HTTP1"
    return "AUTO"


def _connect_manners() -> Json:
    """Service Connect passes X-Forwarded-For on as it came and answers ``server: envoy``."""
    return {"use_remote_address": False, "skip_xff_append": True, "server_name": "envoy"}


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
        _filter_state(CALLED_STATE, "envoy.string", called), _who_calls(port.namespace)
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
        return closing_filter(port, way)
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


def closing_filter(port: Port, way: str) -> Json:
    """Closes each connection at once, and counts it."""
    config = _tcp_proxy(port.labels.purpose) | {
        "cluster": _NOWHERE,
        "access_log": [closing_counter(way)],
    }
    return {"name": "envoy.filters.network.tcp_proxy", "typed_config": config}


def _tcp_proxy(purpose: Purpose) -> Json:
    kind = FILTERS + ".network.tcp_proxy.v3.TcpProxy"
    return {"@type": kind, "stat_prefix": purpose.value}
