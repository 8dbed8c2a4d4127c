"""Conditions: both forms in, both forms out, and AWS's limits."""

from __future__ import annotations

from typing import Any

import pytest

from tests.aws.elbv2.network import Balancing, refused


def _paths(*values: str) -> dict[str, Any]:
    return {"Field": "path-pattern", "PathPatternConfig": {"Values": list(values)}}


def _headers(name: str, *values: str) -> dict[str, Any]:
    config = {"HttpHeaderName": name, "Values": list(values)}
    return {"Field": "http-header", "HttpHeaderConfig": config}


def _hosts(*values: str) -> dict[str, Any]:
    return {"Field": "host-header", "HostHeaderConfig": {"Values": list(values)}}


@pytest.mark.parametrize(
    "given", [{"Field": "path-pattern", "Values": ["/cats*"]}, _paths("/cats*")]
)
def test_a_path_is_shown_in_both_forms_whichever_was_given(
    lb: Balancing, given: dict[str, Any]
) -> None:
    rule = lb.rule(lb.a_listener(), 1, Conditions=[given])
    assert rule["Conditions"] == [
        {
            "Field": "path-pattern",
            "Values": ["/cats*"],
            "PathPatternConfig": {"Values": ["/cats*"]},
        }
    ]


def test_what_was_shown_may_be_sent_back(lb: Balancing) -> None:
    rule = lb.rule(lb.a_listener(), 1, Conditions=[_paths("/a", "/b"), _hosts("*.example.com")])
    again = lb.client.modify_rule(RuleArn=rule["RuleArn"], Conditions=rule["Conditions"])
    assert again["Rules"][0]["Conditions"] == rule["Conditions"]


def test_every_kind_of_condition_comes_back_as_given(lb: Balancing) -> None:
    query = {"Values": [{"Key": "v", "Value": "1*"}, {"Value": "x"}]}
    given = [
        _headers("X-Team", "blue"),
        {"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": ["GET"]}},
        {"Field": "query-string", "QueryStringConfig": query},
        {"Field": "source-ip", "SourceIpConfig": {"Values": ["10.0.0.0/8"]}},
    ]
    assert lb.rule(lb.a_listener(), 1, Conditions=given)["Conditions"] == given


def test_five_values_in_a_rule_and_not_six(lb: Balancing) -> None:
    listener = lb.a_listener()
    lb.rule(listener, 1, Conditions=[_paths("/1", "/2", "/3"), _headers("A", "4", "5")])
    with refused("ValidationError", "A rule can only have '5' condition values"):
        lb.rule(listener, 2, Conditions=[_paths("/1", "/2", "/3"), _headers("A", "4", "5", "6")])


def test_five_wildcards_in_a_rule_and_not_six(lb: Balancing) -> None:
    listener = lb.a_listener()
    lb.rule(listener, 1, Conditions=[_paths("/*/*/?"), _hosts("*.a.*")])
    with refused("ValidationError", "'5' condition wildcards"):
        lb.rule(listener, 2, Conditions=[_paths("/*/*/?*"), _hosts("*.a.*")])


def test_an_escaped_wildcard_of_a_query_does_not_count(lb: Balancing) -> None:
    query = {"Values": [{"Value": r"\*\*\*\*\*\*"}]}
    given = [{"Field": "query-string", "QueryStringConfig": query}]
    lb.rule(lb.a_listener(), 1, Conditions=given)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ([], "A condition must be specified"),
        ([{"PathPatternConfig": {"Values": ["/"]}}], "A condition field must be specified"),
        ([{"Field": "colour", "Values": ["blue"]}], "must be one of"),
        ([{"Field": "path-pattern"}], "A condition value must be specified"),
        ([{"Field": "path-pattern", "Values": [""]}], "cannot be empty"),
        ([_paths("/" + "x" * 128)], "cannot be longer than '128'"),
        ([_paths("/a b")], "a character that is not valid"),
        ([_paths("/a"), _paths("/b")], "only have one 'path-pattern'"),
        ([_hosts("example")], "at least one '.'"),
        ([_hosts("example.123")], "only contain letters after its last '.'"),
        ([_hosts("exa_mple.com")], "a character that is not valid"),
        ([_headers("Host", "a")], "host-header"),
        ([_headers("X" * 41, "a")], "is not valid"),
        ([_headers("X", "v" * 129)], "cannot be longer than '128'"),
        (
            [{"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": ["get"]}}],
            "'get' is not valid",
        ),
        ([{"Field": "http-request-method", "Values": ["GET"]}], "'Values' cannot be used"),
        (
            [{"Field": "source-ip", "SourceIpConfig": {"Values": ["10.0.0.1"]}}],
            "not a valid CIDR block",
        ),
        (
            [{"Field": "path-pattern", "Values": ["/a"], "PathPatternConfig": {"Values": ["/b"]}}],
            "Different values",
        ),
    ],
)
def test_conditions_that_cannot_be(lb: Balancing, given: list[dict[str, Any]], words: str) -> None:
    with refused("ValidationError", words):
        lb.rule(lb.a_listener(), 1, Conditions=given)


@pytest.mark.parametrize(
    "given",
    [
        {"Field": "path-pattern", "PathPatternConfig": {"RegexValues": [r"^/v\d+/(cats|dogs)$"]}},
        {"Field": "host-header", "HostHeaderConfig": {"RegexValues": [r"^www\.(.+)\.example$"]}},
        {
            "Field": "http-header",
            "HttpHeaderConfig": {"HttpHeaderName": "x-kind", "RegexValues": ["a{2,5}"]},
        },
    ],
)
def test_regular_expressions_are_kept_and_shown(lb: Balancing, given: dict[str, Any]) -> None:
    rule = lb.rule(lb.a_listener(), 1, Conditions=[given])
    assert rule["Conditions"] == [given]


def test_expressions_may_stand_beside_the_field(lb: Balancing) -> None:
    listener = lb.a_listener()
    plain = [{"Field": "path-pattern", "RegexValues": ["^/a"]}]
    shown = lb.rule(listener, 1, Conditions=plain)["Conditions"]
    assert shown == [{"Field": "path-pattern", "PathPatternConfig": {"RegexValues": ["^/a"]}}]
    both = [{"Field": "path-pattern", "RegexValues": ["^/a"], "Values": ["/b"]}]
    with refused("ValidationError", "either values or regular expressions"):
        lb.rule(listener, 2, Conditions=both)
    with refused("ValidationError", "'RegexValues' cannot be used with"):
        lb.rule(listener, 2, Conditions=[{"Field": "source-ip", "RegexValues": ["^/a"]}])


@pytest.mark.parametrize(
    "expression",
    [
        "(",
        "a(?=b)",
        "(?<!a)b",
        r"(a)\1",
        "a*+",
        r"\p{L}",
        "(?P<x>a)",
        "(a{50}){50}",
        "é",
        "x" * 129,
    ],
)
def test_an_expression_the_proxy_could_not_read_is_refused(lb: Balancing, expression: str) -> None:
    given = [{"Field": "path-pattern", "PathPatternConfig": {"RegexValues": [expression]}}]
    with refused("ValidationError", "regular expression"):
        lb.rule(lb.a_listener(), 1, Conditions=given)


def test_a_condition_has_the_config_of_its_own_field_only(lb: Balancing) -> None:
    both = {
        "Field": "path-pattern",
        "Values": ["/a"],
        "HostHeaderConfig": {"Values": ["a.example.com"]},
    }
    with refused("ValidationError", "HostHeaderConfig cannot be used with"):
        lb.rule(lb.a_listener(), 1, Conditions=[both])
