"""Filter patterns against messages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seaway.core.log_patterns import PatternError, compile_pattern


@pytest.mark.parametrize(
    ("pattern", "message", "matches"),
    [
        ("", "anything", True),
        ("ERROR", "[ERROR] no disk", True),
        ("ERROR", "[error] no disk", False),
        ("ERROR disk", "[ERROR] no disk", True),
        ("ERROR fire", "[ERROR] no disk", False),
        ("ERROR -disk", "[ERROR] no disk", False),
        ('"no disk"', "[ERROR] no disk", True),
        ('"disk no"', "[ERROR] no disk", False),
        (r'"say \"cheese\""', 'please say "cheese"', True),
        ("?ERROR ?WARN", "WARN: late", True),
        ("?ERROR ?WARN", "INFO: fine", False),
        ("?ERROR late", "INFO: late", True),
        ("{ $.code = 500 }", '{"code": 500}', True),
        ("{ $.code = 500 }", '{"code": "500"}', True),
        ("{ $.code = 500 }", "500", False),
        ("{ $.code = 500 }", "not json", False),
        ("{ $.code >= 500 }", '{"code": 503.5}', True),
        ("{ $.code >= 500 }", '{"code": "many"}', False),
        ("{ $.code != 500 }", '{"code": 200}', True),
        ("{ $.code != 500 }", '{"other": 200}', False),
        ('{ $.a.b[1].c = "x*z" }', '{"a": {"b": [0, {"c": "xyz"}]}}', True),
        ('{ $.a = "x*z" }', '{"a": "xy"}', False),
        ('{ $["a b"] = 1 }', '{"a b": 1}', True),
        ("{ $.a IS NULL }", '{"a": null}', True),
        ("{ $.a IS TRUE }", '{"a": true}', True),
        ("{ $.a IS TRUE }", '{"a": 1}', False),
        ("{ $.a NOT EXISTS }", "{}", True),
        ("{ $.a NOT EXISTS }", '{"a": null}', False),
        ("{ $.a = 1 || $.b = 1 && $.c = 1 }", '{"a": 1}', True),
        ("{ ($.a = 1 || $.b = 1) && $.c = 1 }", '{"a": 1}', False),
        ("{ ($.a = 1 || $.b = 1) && $.c = 1 }", '{"b": 1, "c": 1}', True),
    ],
)
def test_a_pattern_matches_what_it_says(pattern: str, message: str, matches: bool) -> None:
    assert compile_pattern(pattern)(message) is matches


@pytest.mark.parametrize(
    "pattern",
    [
        *("a/b", '"open', "- x", "[ip, user]", "%[0-9]%", "{ $.a = 1", "{ $.a }", "{ a = 1 }"),
        *(
            "{ $.a > x }",
            "{ $.a = 1 } x",
            "{ $.a IS ODD }",
            '{ $.["a b"] = 1 }',
            "{}",
            "{" + "(" * 100,
        ),
    ],
)
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(PatternError):
        compile_pattern(pattern)


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_is_a_pattern_or_refused(pattern: str, message: str) -> None:
    try:
        matches = compile_pattern(pattern)
    except PatternError:
        return
    assert matches(message) in (True, False)


@given(st.from_regex(r"\{[ $.a=1&|()\"<>!\[\]*]{0,40}\}", fullmatch=True))
def test_any_text_in_braces_is_a_pattern_or_refused(pattern: str) -> None:
    try:
        matches = compile_pattern(pattern)
    except PatternError:
        return
    assert matches('{"a": 1}') in (True, False)
