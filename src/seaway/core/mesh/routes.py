"""Says a Routing in Envoy's words: AWS's conditions and actions as one route configuration.

Everything of a route is in one match, all of whose parts must hold; alternatives within one
condition become one regular expression (RE2, always on the whole value).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, assert_never
from urllib.parse import quote

from seaway.core.mesh.proxy import (
    Action,
    FixedResponse,
    Forward,
    HeaderMatches,
    HostMatches,
    MethodIs,
    PathMatches,
    QueryMatches,
    Redirect,
    Retry,
    Route,
    Routing,
    SourceIn,
)

Json = dict[str, Any]

_TYPE = "type.googleapis.com/"
_ASKED = re.compile(r"#\{(protocol|host|port|path|query)\}")


def route_configuration(routing: Routing) -> Json:
    """RDS: the routes in order, then the default for whatever is left."""
    routes = [_route(route) for route in routing.routes]
    routes.append({"name": "default", "match": {"prefix": "/"}, **_action(routing.default)})
    return {
        "name": routing.name,
        "virtual_hosts": [{"name": "all", "domains": ["*"], "routes": routes}],
        # Envoy adds it on load balancer ports; an ALB has no such header.
        "request_headers_to_remove": ["x-envoy-external-address"],
        # The first of the upstreams may be a moment late; that is no reason to refuse the rest.
        "validate_clusters": False,
    }


def upstream_names(routing: Routing) -> Iterator[str]:
    """Every upstream the routing may forward to."""
    for action in (*(route.action for route in routing.routes), routing.default):
        if isinstance(action, Forward):
            yield from (share.upstream for share in action.shares)


def _route(route: Route) -> Json:
    wanted: Json = {}
    headers: list[Json] = []
    sources: list[Json] = []
    for condition in route.conditions:
        match condition:
            case PathMatches(patterns):
                if wanted:  # a second path condition: both must hold
                    headers.append(_header(":path", f"({_any(patterns)})(\\?.*)?"))
                else:
                    wanted |= _path(patterns)
            case SourceIn(cidrs):
                sources.append(_source(cidrs))
            case _:
                headers.append(_header_condition(condition))
    body: Json = wanted or {"prefix": "/"}
    if headers:
        body["headers"] = headers
    if sources:
        body["filter_state"] = sources
    return {"name": route.name, "match": body, **_action(route.action)}


def _header_condition(
    condition: HostMatches | HeaderMatches | MethodIs | QueryMatches,
) -> Json:
    match condition:
        case HostMatches(patterns):
            return _header(":authority", f"(?i)({_any(patterns)})(:[0-9]+)?")
        case HeaderMatches(name, patterns):
            return _header(name.lower(), f"(?i)({_any(patterns)})")
        case MethodIs(methods):
            return _header(":method", "|".join(re.escape(m) for m in methods))
        case QueryMatches(pairs):
            wanted = "|".join(_pair(key, value) for key, value in pairs)
            return _header(":path", f"(?i)[^?]*\\?(.*&)?({wanted})(&.*)?")
    assert_never(condition)


def _pair(key: str | None, value: str) -> str:
    name = "[^=&]*" if key is None else glob(key, "[^&]")
    return f"{name}={glob(value, '[^&]')}"


def _path(patterns: tuple[str, ...]) -> Json:
    """The cheap matches where they say the same: one pattern without ``?`` and ``*`` inside."""
    if len(patterns) == 1:
        only = patterns[0]
        if not re.search(r"[*?]", only):
            return {"path": only}
        if only.endswith("*") and not re.search(r"[*?]", only[:-1]):
            return {"prefix": only[:-1]}
    return {"safe_regex": {"regex": _any(patterns)}}


def _any(patterns: Iterable[str]) -> str:
    return "|".join(glob(pattern) for pattern in patterns)


def glob(pattern: str, one: str = ".") -> str:
    """An AWS glob as a regular expression: ``*`` is 0 or more characters, ``?`` exactly one."""
    parts = re.split(r"([*?])", pattern)
    return "".join({"*": f"{one}*", "?": one}.get(part) or re.escape(part) for part in parts)


def _header(name: str, regex: str) -> Json:
    return {"name": name, "string_match": {"safe_regex": {"regex": regex}}}


def _source(cidrs: tuple[str, ...]) -> Json:
    ranges = []
    for cidr in cidrs:
        prefix, _, length = cidr.partition("/")
        bits = int(length) if length else (128 if ":" in prefix else 32)
        ranges.append({"address_prefix": prefix, "prefix_len": bits})
    return {"key": "seaway.source", "address_match": {"ranges": ranges}}


def _action(action: Action) -> Json:
    match action:
        case Forward():
            return _forward(action)
        case Redirect():
            return _redirect(action)
        case FixedResponse():
            return _fixed_response(action)
    assert_never(action)


def _forward(forward: Forward) -> Json:
    shares = [s for s in forward.shares if s.weight > 0]
    if not shares:
        return _nowhere()
    body: Json = {"timeout": _seconds(forward.timeout)}
    if len(shares) == 1:
        body["cluster"] = shares[0].upstream
    else:
        weighted = [{"name": s.upstream, "weight": s.weight} for s in shares]
        body["weighted_clusters"] = {"clusters": weighted}
    if forward.retry is not None:
        body["retry_policy"] = _retry_policy(forward.retry)
    if forward.sticky:
        return {"route": body, "typed_per_filter_config": _sticky(forward.sticky)}
    return {"route": body}


def _nowhere() -> Json:
    """All weights zero: AWS answers 503, as with no target registered."""
    return {"direct_response": {"status": 503}}


def _retry_policy(retry: Retry) -> Json:
    name = "envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate"
    predicate = {
        "name": "envoy.retry_host_predicates.previous_hosts",
        "typed_config": {"@type": _TYPE + name},
    }
    return {
        "retry_on": "reset,connect-failure,refused-stream,retriable-status-codes",
        "retriable_status_codes": list(retry.statuses),
        "num_retries": retry.attempts,
        "retry_host_predicate": [predicate],
        "host_selection_retry_max_attempts": 5,
        "retry_back_off": {"base_interval": "0.010s", "max_interval": "0.100s"},
    }


def _sticky(duration: float) -> Json:
    cookie = {"name": "AWSALB", "path": "/", "ttl": _seconds(duration)}
    kinds = _TYPE + "envoy.extensions"
    state = {
        "name": "envoy.http.stateful_session.cookie",
        "typed_config": {
            "@type": kinds + ".http.stateful_session.cookie.v3.CookieBasedSessionState",
            "cookie": cookie,
        },
    }
    per_route = {
        "@type": kinds + ".filters.http.stateful_session.v3.StatefulSessionPerRoute",
        "stateful_session": {"session_state": state},
    }
    return {"envoy.filters.http.stateful_session": per_route}


def _redirect(redirect: Redirect) -> Json:
    """A redirect of whole or literal parts is Envoy's own; other mixtures are a Location header.

    AWS's ``#{path}`` has no leading slash, ``#{query}`` no question mark.
    """
    if not _is_plain(redirect):
        return _templated_redirect(redirect)
    body: Json = {"response_code": "MOVED_PERMANENTLY" if redirect.status == 301 else "FOUND"}
    if redirect.protocol != "#{protocol}":
        body["scheme_redirect"] = redirect.protocol.lower()
    if redirect.host != "#{host}":
        body["host_redirect"] = redirect.host
    if redirect.port != "#{port}":
        body["port_redirect"] = int(redirect.port)
    if redirect.query != "#{query}":
        body["strip_query"] = True
    literal = "" if redirect.query == "#{query}" else redirect.query
    if "#{path}" not in redirect.path:
        body["path_redirect"] = _with_query(redirect.path, literal)
    elif redirect.path != "/#{path}":
        rewritten = redirect.path.replace("\\", "\\\\").replace("#{path}", "\\1")
        body["regex_rewrite"] = {"pattern": {"regex": "^/(.*)$"}, "substitution": rewritten}
    return {"redirect": body}


def _is_plain(redirect: Redirect) -> bool:
    for part, whole in ((redirect.protocol, "#{protocol}"), (redirect.host, "#{host}")):
        if _ASKED.search(part) and part != whole:
            return False
    if _ASKED.search(redirect.port) and redirect.port != "#{port}":
        return False
    if _ASKED.search(redirect.query) and redirect.query != "#{query}":
        return False
    asked = set(_ASKED.findall(redirect.path))
    # Envoy cannot rewrite the path and put another query behind it.
    return not asked or (asked == {"path"} and redirect.query in ("", "#{query}"))


_FORMATS = {
    "protocol": "%REQ(x-forwarded-proto)%",
    "host": "%REQUESTED_SERVER_NAME(HOST_FIRST:HOST)%",
    "port": "%DOWNSTREAM_LOCAL_PORT%",
    "path": "%PATH(NQ:PATH)%",
    "query": "%QUERY_PARAMS(ORIG)%",
}


def _templated_redirect(redirect: Redirect) -> Json:
    """Envoy fills a Location header in. ``#{host}`` keeps a port here that the Host header has."""
    path = _with_query(redirect.path, redirect.query)
    location = f"{redirect.protocol}://{redirect.host}:{redirect.port}{path}"
    # %PATH% begins with the slash that AWS has outside of #{path}.
    location = location.replace("%", "%%").replace("/#{path}", "#{path}")
    value = _ASKED.sub(lambda found: _FORMATS[found.group(1)], location)
    value = re.sub(r"^(HTTPS?)", lambda found: found.group(1).lower(), value)
    header = {"header": {"key": "location", "value": value}}
    return {
        "direct_response": {"status": redirect.status},
        "response_headers_to_add": [header | {"append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}],
    }


def _with_query(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path


def _fixed_response(response: FixedResponse) -> Json:
    body: Json = {"status": response.status}
    if response.body:
        body["body"] = {"inline_string": response.body}
    kind = {"key": "content-type", "value": quote(response.content_type, safe="/ ;=+.-_*")}
    return {
        "direct_response": body,
        "response_headers_to_add": [
            {"header": kind, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}
        ],
    }


def _seconds(value: float) -> str:
    return f"{value:.9f}".rstrip("0").rstrip(".") + "s"
