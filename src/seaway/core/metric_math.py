"""CloudWatch metric math: an expression over metrics becomes numbers or series of them.

Source: Using math expressions with CloudWatch metrics (User Guide). Read with a small parser of
its own; nothing of it is ever given to Python to evaluate.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from seaway.core.metric_functions import FUNCTIONS, MathError, Series, Value, apply

__all__ = ["MathError", "Series", "Value", "evaluate"]

_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<text>\"[^\"]*\"|'[^']*')|(?P<sign>&&|\|\||==|!=|<=|>=|[-+*/^<>()\[\],]))"
)
_STRENGTH = {
    **{"||": 1, "OR": 1, "&&": 2, "AND": 2},
    **{"==": 3, "!=": 3, "<": 3, "<=": 3, ">": 3, ">=": 3},
    **{"+": 4, "-": 4, "*": 5, "/": 5, "^": 7},
}
_UNARY = 6
_DEEPEST = 64

Token = tuple[str, str]
Lookup = Callable[[str], Value]
"""The value of another query by its id. Raises MathError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What an expression can see: other queries by id, and all metrics (``METRICS()``)."""

    value: Lookup
    metrics: Mapping[str, Callable[[], Series]]


def evaluate(expression: str, scope: Scope) -> Value:
    """The expression's value. Raises MathError, which says what is wrong with it."""
    reader = _Reader(_tokens(expression), scope)
    value = reader.expression(0, 0)
    if reader.tokens:
        raise MathError(f"unexpected '{reader.tokens[0][1]}'")
    return value


def _tokens(expression: str) -> list[Token]:
    found: list[Token] = []
    place, text = 0, expression.rstrip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise MathError(f"can't read '{text[place:].strip()}'")
        kind = str(match.lastgroup)
        found.append((kind, match.group(kind)))
        place = match.end()
    return found


class _Reader:
    """Reads and evaluates at once; operators bind as strongly as they do in AWS's."""

    def __init__(self, tokens: list[Token], scope: Scope) -> None:
        self.tokens = tokens
        self._scope = scope

    def _next(self) -> Token:
        if not self.tokens:
            raise MathError("the expression ends too early")
        return self.tokens.pop(0)

    def _take(self, sign: str) -> None:
        kind, text = self._next()
        if (kind, text) != ("sign", sign):
            raise MathError(f"'{sign}' is missing before '{text}'")

    def _sees(self, text: str) -> bool:
        return bool(self.tokens) and self.tokens[0][1] == text and self.tokens[0][0] != "text"

    def expression(self, strength: int, depth: int) -> Value:
        if depth > _DEEPEST:
            raise MathError("it is nested too deeply")
        left = self._one(depth)
        while self.tokens and self.tokens[0][0] in ("sign", "name"):
            sign = self.tokens[0][1]
            binds = _STRENGTH.get(sign, 0)
            if binds <= strength:
                break
            self.tokens.pop(0)
            # a power binds to the right: 2^3^2 is 2^9
            right = self.expression(binds - 1 if sign == "^" else binds, depth + 1)
            left = apply(sign, left, right)
        return left

    def _one(self, depth: int) -> Value:
        kind, text = self._next()
        if kind == "number":
            return float(text)
        if kind == "name":
            if self._sees("("):
                return self._called(text, depth)
            return self._scope.value(text)
        match text:
            case "(":
                value = self.expression(0, depth + 1)
                self._take(")")
                return value
            case "[":
                return self._list(depth)
            case "-":
                return apply("*", -1.0, self.expression(_UNARY, depth + 1))
            case "+":
                return self.expression(_UNARY, depth + 1)
        raise MathError(f"unexpected '{text}'")

    def _list(self, depth: int) -> tuple[Series, ...]:
        found: list[Series] = []
        for value in self._values("]", depth):
            if isinstance(value, Series):
                found.append(value)
            elif isinstance(value, tuple):
                found.extend(value)
            else:
                raise MathError("an array holds time series only")
        return tuple(found)

    def _values(self, end: str, depth: int) -> list[Value]:
        found: list[Value] = []
        while not self._sees(end):
            if found:
                self._take(",")
            found.append(self.expression(0, depth + 1))
        self._take(end)
        return found

    def _called(self, name: str, depth: int) -> Value:
        self._take("(")
        if name == "METRICS":
            return self._metrics()
        if name == "FILL":
            return self._fill(depth)
        function = FUNCTIONS.get(name)
        if function is None:
            raise MathError(f"the function '{name}' is not supported by Seaway")
        return function(self._values(")", depth))

    def _metrics(self) -> tuple[Series, ...]:
        """All metrics of the request, or those with a text in their id."""
        piece = ""
        if not self._sees(")"):
            kind, text = self._next()
            if kind != "text":
                raise MathError("METRICS takes a text in quotes")
            piece = text[1:-1]
        self._take(")")
        return tuple(made() for key, made in self._scope.metrics.items() if piece in key)

    def _fill(self, depth: int) -> Value:
        filled = self.expression(0, depth + 1)
        self._take(",")
        if self._sees("REPEAT") or self._sees("LINEAR"):
            how: str | Value = self._next()[1]
        else:
            how = self.expression(0, depth + 1)
        self._take(")")
        if isinstance(filled, tuple):
            return tuple(one.filled(how) for one in filled)
        if isinstance(filled, Series):
            return filled.filled(how)
        raise MathError("FILL fills time series")
