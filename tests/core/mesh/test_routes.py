"""AWS's globs and conditions as Envoy matches; RE2 and Python agree on these expressions."""

from __future__ import annotations

import fnmatch
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seaway.core.mesh.proxy import (
    FixedResponse,
    Forward,
    PathMatches,
    QueryMatches,
    Redirect,
    Route,
    Routing,
    Share,
)
from seaway.core.mesh.routes import glob, route_configuration, upstream_names

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
