"""Says a Routing in Envoy's words: conditions and actions as one route configuration (RDS)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import assert_never
from urllib.parse import quote

from seaway.core.mesh.kept_shares import keeping, kept_shares
from seaway.core.mesh.matches import match_of
from seaway.core.mesh.proxy import (
    Action,
    Fault,
    FixedResponse,
    Forward,
    HashOn,
    MethodIs,
    Mirror,
    RateLimit,
    Redirect,
    Refusal,
    Retry,
    Route,
    Routing,
)
from seaway.core.mesh.redirects import redirected
from seaway.core.mesh.words import FILTERS, TYPE, Json, fraction, seconds

CALLER_STATE = "seaway.caller"
"""Filter state that says which namespace a connection comes from: all have the same address."""


_REPEATABLE = MethodIs(("GET", "HEAD", "OPTIONS"))
"""What may be asked twice without harm (RFC 9110: safe methods)."""


def route_configuration(routing: Routing) -> Json:
    """RDS: the routes in order, then the default for whatever is left."""
    everything = Route(name="default", conditions=(), action=routing.default)
    routes = [told for route in (*routing.routes, everything) for told in _routes(route)]
    return {
        "name": routing.name,
        "virtual_hosts": [{"name": "all", "domains": ["*"], "routes": routes}],
        # Envoy adds it on load balancer ports; an ALB has no such header.
        "request_headers_to_remove": ["x-envoy-external-address"],
        # The first of the upstreams may be a moment late; that is no reason to refuse the rest.
        "validate_clusters": False,
    }


def upstream_names(routing: Routing) -> Iterator[str]:
    """Every upstream the routing may forward or copy to."""
    for action in (*(route.action for route in routing.routes), routing.default):
        if isinstance(action, Forward):
            yield from (share.upstream for share in action.shares)
            yield from (mirror.upstream for mirror in action.mirrors)


def _routes(route: Route) -> Iterator[Json]:
    """A route as one or several of Envoy's, for what hangs on the request in the action itself."""
    action = route.action
    if not isinstance(action, Forward):
        yield _route(route)
        return
    for cookie, kept in kept_shares(action):
        yield from _by_method(replace(route, conditions=(*route.conditions, cookie)), kept)
    yield from _by_method(route, action)


def _by_method(route: Route, forward: Forward) -> Iterator[Json]:
    """Apart for methods that may be repeated after a connection broke, where others may not."""
    route = replace(route, action=forward)
    if forward.retry is not None and forward.retry.attempts and not forward.retry.broken_too:
        again = replace(forward, retry=replace(forward.retry, broken_too=True))
        yield _route(replace(route, conditions=(*route.conditions, _REPEATABLE), action=again))
    yield _route(route)


def _route(route: Route) -> Json:
    return {"name": route.name, "match": match_of(route.conditions), **_action(route.action)}


def _action(action: Action) -> Json:
    match action:
        case Forward():
            return _forward(action)
        case Redirect():
            return redirected(action)
        case FixedResponse():
            return _fixed_response(action)
        case Refusal():
            return {"direct_response": {"status": 403, "body": {"inline_string": action.reason}}}
    assert_never(action)


def _forward(forward: Forward) -> Json:
    shares = [s for s in forward.shares if s.weight > 0]
    if not shares:
        return _nowhere()
    body: Json = {"timeout": seconds(forward.timeout)}
    if len(shares) == 1:
        body["cluster"] = shares[0].upstream
        cookie = keeping(forward, shares[0].upstream)
    else:
        cookie = {}
        weighted = [
            {"name": s.upstream, "weight": s.weight, **keeping(forward, s.upstream)} for s in shares
        ]
        body["weighted_clusters"] = {"clusters": weighted}
    if forward.idle_timeout is not None:
        body["idle_timeout"] = seconds(forward.idle_timeout)
    if forward.retry is not None and forward.retry.attempts:
        body["retry_policy"] = _retry_policy(forward.retry)
    if forward.hash_on:
        body["hash_policy"] = [_hash_policy(on) for on in forward.hash_on]
    if forward.mirrors:
        body["request_mirror_policies"] = [_mirror_policy(m) for m in forward.mirrors]
    return {"route": body} | cookie | _filters(forward) | _tracing(forward.trace_percent)


def _nowhere() -> Json:
    """All weights zero: AWS answers 503, as with no target registered."""
    return {"direct_response": {"status": 503}}


def _filters(forward: Forward) -> Json:
    """What switches filters on, for this route, that the listener has switched off."""
    told: Json = {}
    if forward.sticky:
        told["envoy.filters.http.stateful_session"] = _sticky(forward.sticky)
    if forward.fault is not None and (forward.fault.delay_percent or forward.fault.abort_percent):
        told["envoy.filters.http.fault"] = _fault(forward.fault)
    if forward.rate is not None:
        told["envoy.filters.http.local_ratelimit"] = _rate_limit(forward.rate)
    return {"typed_per_filter_config": told} if told else {}


def _tracing(percent: float | None) -> Json:
    return {} if percent is None else {"tracing": {"random_sampling": fraction(percent)}}


def _retry_policy(retry: Retry) -> Json:
    name = "envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate"
    predicate = {
        "name": "envoy.retry_host_predicates.previous_hosts",
        "typed_config": {"@type": TYPE + name},
    }
    limits = {"per_try_timeout": seconds(retry.try_timeout)} if retry.try_timeout else {}
    return {
        "retry_on": ",".join((*_reasons(retry), *retry.grpc)),
        "retriable_status_codes": list(retry.statuses),
        "num_retries": retry.attempts,
        **limits,
        "retry_host_predicate": [predicate],
        # Each look may find the dead one again: of two endpoints with a chance of one half. At
        # 500 requests a second five looks were too few, and now and then all tries met it.
        "host_selection_retry_max_attempts": 30,
        "retry_back_off": {"base_interval": "0.010s", "max_interval": "0.100s"},
    }


def _reasons(retry: Retry) -> tuple[str, ...]:
    broken = ("reset",) if retry.broken_too else ("reset-before-request",)
    return (*broken, "connect-failure", "refused-stream", "retriable-status-codes")


def _hash_policy(on: HashOn) -> Json:
    """The first that a request has decides; the rest are not looked at."""
    match on.kind:
        case "header":
            told: Json = {"header": {"header_name": on.name}}
        case "cookie":
            told = {"cookie": {"name": on.name}}
            if on.lifetime is not None:
                told["cookie"] |= {"path": "/", "ttl": seconds(on.lifetime)}
        case _:
            told = {"filter_state": {"key": CALLER_STATE}}
    return told | {"terminal": True}


def _mirror_policy(mirror: Mirror) -> Json:
    return {
        "cluster": mirror.upstream,
        "runtime_fraction": {"default_value": fraction(mirror.percent)},
        # A copy is a copy: without this its host would be "cats-shadow".
        "disable_shadow_host_suffix_append": True,
    }


def _fault(fault: Fault) -> Json:
    body: Json = {"@type": FILTERS + ".http.fault.v3.HTTPFault"}
    if fault.delay_percent:
        part = fraction(fault.delay_percent)
        body["delay"] = {"fixed_delay": seconds(fault.delay), "percentage": part}
    if fault.abort_percent:
        part = fraction(fault.abort_percent)
        body["abort"] = {"http_status": fault.abort, "percentage": part}
    return body


def _rate_limit(rate: RateLimit) -> Json:
    always = {"default_value": fraction(100)}
    return {
        "@type": FILTERS + ".http.local_ratelimit.v3.LocalRateLimit",
        "stat_prefix": "rate",
        "token_bucket": {
            "max_tokens": rate.burst or rate.requests,
            "tokens_per_fill": rate.requests,
            "fill_interval": seconds(rate.seconds),
        },
        "filter_enabled": always,
        "filter_enforced": always,
        "rate_limited_as_resource_exhausted": True,
    }


def _sticky(duration: float) -> Json:
    cookie = {"name": "AWSALB", "path": "/", "ttl": seconds(duration)}
    kinds = TYPE + "envoy.extensions"
    state = {
        "name": "envoy.http.stateful_session.cookie",
        "typed_config": {
            "@type": kinds + ".http.stateful_session.cookie.v3.CookieBasedSessionState",
            "cookie": cookie,
        },
    }
    return {
        "@type": kinds + ".filters.http.stateful_session.v3.StatefulSessionPerRoute",
        "stateful_session": {"session_state": state},
    }


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
