"""Filter patterns for JSON messages: ``{ $.a = 1 && ($.b = "x*" || $.c NOT EXISTS) }``.

Source: Filter pattern syntax for JSON log events (CloudWatch Logs User Guide).
"""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable
from typing import Any

Test = Callable[[Any], bool]

_TOKEN = re.compile(
    r"\s*(?:(?P<path>\$(?:\.[\w-]+|\[\d+\]|\[\"[^\"]*\"\])*)|(?P<text>\"(?:[^\"\\]|\\.)*\")"
    r"|(?P<sign>&&|\|\||!=|>=|<=|[=<>(){}])|(?P<word>[^\s=<>(){}&|!\"]+))"
)
_STEP = re.compile(r"\.([\w-]+)|\[(\d+)\]|\[\"([^\"]*)\"\]")
_ORDER: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_MISSING = object()
_DEEPEST = 32

Token = tuple[str, str]


def parse_json_pattern(text: str) -> Callable[[str], bool]:
    """The test of messages that the pattern says. Raises ValueError with what is wrong."""
    parser = _Parser(_tokens(text))
    parser.take("{")
    test = parser.either(0)
    parser.take("}")
    if parser.tokens:
        raise ValueError(f"unexpected {parser.tokens[0][1]!r} after the closing brace")

    def matches(message: str) -> bool:
        try:
            document = json.loads(message)
        except (ValueError, RecursionError):
            return False
        return isinstance(document, dict | list) and test(document)

    return matches


def _tokens(text: str) -> list[Token]:
    found: list[Token] = []
    place, text = 0, text.rstrip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise ValueError(f"can't read {text[place:].strip()!r}")
        kind = str(match.lastgroup)
        found.append((kind, match.group(kind)))
        place = match.end()
    return found


class _Parser:
    """Reads conditions: ``||`` binds weaker than ``&&``."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens

    def take(self, text: str) -> None:
        if not self.tokens or self.tokens[0] != ("sign", text):
            raise ValueError(f"{text!r} is missing")
        self.tokens.pop(0)

    def next(self) -> Token:
        if not self.tokens:
            raise ValueError("the pattern ends too early")
        return self.tokens.pop(0)

    def sees(self, text: str) -> bool:
        return bool(self.tokens) and self.tokens[0] == ("sign", text)

    def either(self, depth: int) -> Test:
        if depth > _DEEPEST:
            raise ValueError("too many parentheses")
        tests = [self.both(depth)]
        while self.sees("||"):
            self.take("||")
            tests.append(self.both(depth))
        return lambda document: any(test(document) for test in tests)

    def both(self, depth: int) -> Test:
        tests = [self.one(depth)]
        while self.sees("&&"):
            self.take("&&")
            tests.append(self.one(depth))
        return lambda document: all(test(document) for test in tests)

    def one(self, depth: int) -> Test:
        if self.sees("("):
            self.take("(")
            test = self.either(depth + 1)
            self.take(")")
            return test
        kind, path = self.next()
        if kind != "path":
            raise ValueError(f"a selector such as $.name is missing before {path!r}")
        steps = _steps(path)
        kind, sign = self.next()
        if kind == "word":
            return _asked(steps, sign.upper(), self.next()[1].upper())
        if sign not in ("=", "!=", *_ORDER):
            raise ValueError(f"an operator is missing before {sign!r}")
        return _compared(steps, sign, self.next())


def _steps(path: str) -> tuple[str | int, ...]:
    return tuple(
        int(index) if index else name or quoted for name, index, quoted in _STEP.findall(path[1:])
    )


def _at(document: Any, steps: tuple[str | int, ...]) -> Any:
    for step in steps:
        if isinstance(step, str) and isinstance(document, dict):
            document = document.get(step, _MISSING)
        elif isinstance(step, int) and isinstance(document, list) and step < len(document):
            document = document[step]
        else:
            return _MISSING
    return document


def _asked(steps: tuple[str | int, ...], word: str, what: str) -> Test:
    match word, what:
        case "IS", "NULL":
            return lambda document: _at(document, steps) is None
        case "IS", "TRUE":
            return lambda document: _at(document, steps) is True
        case "IS", "FALSE":
            return lambda document: _at(document, steps) is False
        case "NOT", "EXISTS":
            return lambda document: _at(document, steps) is _MISSING
    raise ValueError(f"{word} {what} is not a condition")


def _compared(steps: tuple[str | int, ...], sign: str, wanted: Token) -> Test:
    kind, text = wanted
    if kind not in ("text", "word"):
        raise ValueError(f"a value is missing before {text!r}")
    number = _number(text) if kind == "word" else None
    if sign in _ORDER:
        if number is None:
            raise ValueError(f"{sign} compares with a number, not {text!r}")
        order, bound = _ORDER[sign], number
        return lambda document: (
            (value := _as_number(_at(document, steps))) is not None and order(value, bound)
        )
    literal = re.sub(r"\\(.)", r"\1", text[1:-1]) if kind == "text" else text
    glob = re.compile(".*".join(map(re.escape, literal.split("*"))), re.DOTALL)

    def equal(document: Any) -> bool:
        value = _at(document, steps)
        if number is not None and (held := _as_number(value)) is not None:
            return held == number
        return _is_scalar(value) and glob.fullmatch(_plain(value)) is not None

    if sign == "=":
        return equal
    return lambda document: _is_scalar(_at(document, steps)) and not equal(document)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _as_number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _is_scalar(value: Any) -> bool:
    return isinstance(value, str | int | float)


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
