"""AWS's globs and conditions as Envoy matches; RE2 and Python agree on these expressions."""

from __future__ import annotations

import fnmatch
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seaway.core.mesh.matches import glob
from seaway.core.mesh.proxy import (
    Fault,
    FixedResponse,
    Forward,
    HashOn,
    HeaderIs,
    Mirror,
    PathMatches,
    PathUnder,
    QueryMatches,
    RateLimit,
    Redirect,
    Refusal,
    Retry,
    Route,
    Routing,
    Share,
)
from seaway.core.mesh.routes import route_configuration, upstream_names
from seaway.mesh.protobuf import message_bytes

ANY = FixedResponse(status=200)


def only_route(*conditions: object, action: object = ANY) -> dict:
    route = Route(name="r", conditions=conditions, action=action)  # type: ignore[arg-type]
    body = route_configuration(Routing(name="x", default=ANY, routes=(route,)))
    return body["virtual_hosts"][0]["routes"][0]


@given(st.text("ab/.*?[", max_size=8), st.text("ab/.[", max_size=8))
def test_a_glob_means_what_it_means_elsewhere(pattern: str, text: str) -> None:
    expected = fnmatch.fnmatchcase(text, pattern.replace("[", "[[]"))
    assert bool(re.fullmatch(glob(pattern), text)) == expected


@pytest.mark.parametrize(
    ("patterns", "match"),
    [
        (("/cats*",), {"prefix": "/cats"}),
        (("/cats",), {"path": "/cats"}),
        (("*",), {"prefix": ""}),
        (("/c?ts",), {"safe_regex": {"regex": "/c.ts"}}),
        (("/a", "/b*"), {"safe_regex": {"regex": "/a|/b.*"}}),
    ],
)
def test_a_path_takes_the_cheapest_match_that_says_the_same(
    patterns: tuple[str, ...], match: dict
) -> None:
    assert only_route(PathMatches(patterns))["match"] == match


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ("/?v=1", True),
        ("/a?x=y&V=1&z", True),
        ("/a?v=12", False),
        ("/a?vv=1", False),
        ("/v=1", False),
        ("/?other=any", True),
    ],
)
def test_a_query_condition_looks_at_whole_pairs(query: str, holds: bool) -> None:
    match = only_route(QueryMatches((("v", "1"), (None, "any"))))["match"]
    regex = match["headers"][0]["string_match"]["safe_regex"]["regex"]
    assert bool(re.fullmatch(regex, query)) == holds


def test_conditions_of_one_kind_must_both_hold() -> None:
    match = only_route(PathMatches(("/a*",)), PathMatches(("*b",)))["match"]
    assert match["prefix"] == "/a"
    regex = match["headers"][0]["string_match"]["safe_regex"]["regex"]
    assert re.fullmatch(regex, "/a/b?x=1")
    assert not re.fullmatch(regex, "/a/c")


def test_a_share_of_weight_zero_gets_nothing() -> None:
    both = Forward(shares=(Share(upstream="a", weight=0), Share(upstream="b", weight=5)))
    assert only_route(action=both)["route"]["cluster"] == "b"


def test_a_forward_to_nothing_is_a_503() -> None:
    nothing = Forward(shares=(Share(upstream="a", weight=0),))
    assert only_route(action=nothing)["direct_response"] == {"status": 503}


@pytest.mark.parametrize(
    ("redirect", "said"),
    [
        (Redirect(), {"response_code": "FOUND"}),
        (Redirect(query=""), {"response_code": "FOUND", "strip_query": True}),
        (
            Redirect(path="/x", query="a=b"),
            {"response_code": "FOUND", "strip_query": True, "path_redirect": "/x?a=b"},
        ),
    ],
)
def test_a_plain_redirect_is_envoys_own(redirect: Redirect, said: dict) -> None:
    assert only_route(action=redirect)["redirect"] == said


def test_the_default_comes_last_and_takes_all() -> None:
    forward = Forward(shares=(Share(upstream="a"), Share(upstream="b")))
    routing = Routing(name="x", default=forward, routes=())
    assert list(upstream_names(routing)) == ["a", "b"]
    (default,) = route_configuration(routing)["virtual_hosts"][0]["routes"]
    assert default["match"] == {"prefix": "/"}


@pytest.mark.parametrize(
    ("condition", "match"),
    [
        (PathUnder("/v2"), {"path_separated_prefix": "/v2"}),
        (PathUnder("/v2/"), {"path_separated_prefix": "/v2"}),
        (PathUnder("/"), {"prefix": "/"}),
    ],
)
def test_a_path_and_what_lies_under_it(condition: PathUnder, match: dict) -> None:
    assert only_route(condition)["match"] == match


def test_a_header_is_there_or_is_exactly_so() -> None:
    match = only_route(HeaderIs("X-Any"), HeaderIs("x-beta", "yes"))["match"]
    assert match["headers"] == [
        {"name": "x-any", "present_match": True},
        {"name": "x-beta", "string_match": {"exact": "yes"}},
    ]


def test_a_second_path_condition_must_hold_too() -> None:
    match = only_route(PathMatches(("/a*",)), PathUnder("/a/b"))["match"]
    regex = match["headers"][0]["string_match"]["safe_regex"]["regex"]
    assert re.fullmatch(regex, "/a/b/c?x=1")
    assert not re.fullmatch(regex, "/a/bc")


def forwarded(**changed: object) -> dict:
    body = only_route(action=Forward(shares=(Share(upstream="a"),), **changed))  # type: ignore[arg-type]
    kind = "type.googleapis.com/envoy.config.route.v3.RouteConfiguration"
    hosts = [{"name": "all", "domains": ["*"], "routes": [body]}]
    message_bytes({"@type": kind, "name": "x", "virtual_hosts": hosts})
    return body


def test_a_forward_without_wishes_says_nothing_of_them() -> None:
    body = forwarded()
    assert body.keys() == {"name", "match", "route"}
    assert body["route"] == {"timeout": "0s", "cluster": "a"}


def test_no_attempts_is_no_retry_policy() -> None:
    assert "retry_policy" not in forwarded(retry=Retry(attempts=0))["route"]
    policy = forwarded(retry=Retry(attempts=1, statuses=(502,), try_timeout=0.5))["route"]
    assert policy["retry_policy"]["per_try_timeout"] == "0.5s"
    assert policy["retry_policy"]["retriable_status_codes"] == [502]
    grpc = forwarded(retry=Retry(statuses=(), grpc=("unavailable",)))["route"]["retry_policy"]
    assert grpc["retry_on"].endswith(",retriable-status-codes,unavailable")


def test_the_first_hash_a_request_has_decides() -> None:
    on = (
        HashOn("header", "x-user"),
        HashOn("cookie", "session"),
        HashOn("cookie", "stay", 60),
        HashOn("source"),
    )
    assert forwarded(hash_on=on)["route"]["hash_policy"] == [
        {"header": {"header_name": "x-user"}, "terminal": True},
        {"cookie": {"name": "session"}, "terminal": True},
        {"cookie": {"name": "stay", "path": "/", "ttl": "60s"}, "terminal": True},
        {"filter_state": {"key": "seaway.caller"}, "terminal": True},
    ]


def test_copies_faults_rates_and_traces_are_the_routes_own() -> None:
    body = forwarded(
        mirrors=(Mirror(upstream="log", percent=0.5),),
        fault=Fault(abort=503, abort_percent=5),
        rate=RateLimit(requests=10, seconds=2, burst=30),
        trace_percent=1,
        idle_timeout=0,
    )
    (mirror,) = body["route"]["request_mirror_policies"]
    assert mirror["runtime_fraction"]["default_value"]["numerator"] == 5000
    assert body["route"]["idle_timeout"] == "0s"
    assert body["tracing"]["random_sampling"]["numerator"] == 10_000
    filters = body["typed_per_filter_config"]
    assert filters["envoy.filters.http.fault"]["abort"]["http_status"] == 503
    assert "delay" not in filters["envoy.filters.http.fault"]
    bucket = filters["envoy.filters.http.local_ratelimit"]["token_bucket"]
    assert bucket == {"max_tokens": 30, "tokens_per_fill": 10, "fill_interval": "2s"}


def test_a_fault_of_no_percent_is_none() -> None:
    assert "typed_per_filter_config" not in forwarded(fault=Fault())


def test_a_copys_upstream_is_needed_as_well() -> None:
    forward = Forward(shares=(Share(upstream="a"),), mirrors=(Mirror(upstream="b"),))
    assert list(upstream_names(Routing(name="x", default=forward))) == ["a", "b"]


def test_a_refusal_is_403_with_its_reason() -> None:
    body = only_route(action=Refusal(reason="not you"))
    assert body["direct_response"] == {"status": 403, "body": {"inline_string": "not you"}}
