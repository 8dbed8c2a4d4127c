"""The values of metric math, and its operators and functions."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

MOST_FILLED = 100_800
"""As many as one answer of GetMetricData holds."""


class MathError(Exception):
    """An expression that means nothing, or something that is not built; the text says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Numbers by time (epoch seconds), oldest first; a missing one is not there.

    ``period`` is in seconds; ``start`` and ``end`` bound the times asked for.
    """

    points: dict[int, float] = field(default_factory=dict)
    period: int = 60
    start: int = 0
    end: int = 0

    def of(self, points: dict[int, float]) -> Series:
        """Other points over the same time."""
        return Series(points=points, period=self.period, start=self.start, end=self.end)

    def each(self, function: Callable[[float], float]) -> Series:
        """The function of every point; where it has no value, nothing is."""
        found = ((at, _valid(function, value)) for at, value in self.points.items())
        return self.of({at: value for at, value in found if value is not None})

    def times(self) -> range:
        """All the times a point could have. Raises MathError when they are too many to fill."""
        found = range(self.start // self.period * self.period, self.end, self.period)
        if len(found) > MOST_FILLED:
            raise MathError(f"more than {MOST_FILLED} points would be filled")
        return found

    def filled(self, how: str | Value) -> Series:
        """Missing points as a number, another series' points, REPEAT or LINEAR."""
        if isinstance(how, tuple):
            raise MathError("FILL fills with a number, a time series, REPEAT or LINEAR")
        if isinstance(how, Series):
            others = how.points
            both = {at: self.points.get(at, others.get(at)) for at in self.times()}
            return self.of({at: value for at, value in both.items() if value is not None})
        if isinstance(how, float):
            return self.of({at: self.points.get(at, how) for at in self.times()})
        return self.of(self._repeated() if how == "REPEAT" else self._linear())

    def _repeated(self) -> dict[int, float]:
        found: dict[int, float] = {}
        last: float | None = None
        for at in self.times():
            last = self.points.get(at, last)
            if last is not None:
                found[at] = last
        return found

    def _linear(self) -> dict[int, float]:
        self.times()  # refuses what would never end
        found = dict(self.points)
        for (start, low), (end, high) in pairwise(self.points.items()):
            for at in range(start + self.period, end, self.period):
                found[at] = low + (high - low) * (at - start) / (end - start)
        return dict(sorted(found.items()))


Value = float | Series | tuple[Series, ...]


def _valid(function: Callable[..., float], *values: float) -> float | None:
    try:
        found = function(*values)
    except (ZeroDivisionError, OverflowError, ValueError):
        return None
    return float(found) if isinstance(found, int | float) and math.isfinite(found) else None


_OPERATORS: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "^": math.pow,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "&&": lambda one, other: bool(one) and bool(other),
    "AND": lambda one, other: bool(one) and bool(other),
    "||": lambda one, other: bool(one) or bool(other),
    "OR": lambda one, other: bool(one) or bool(other),
}


def apply(sign: str, left: Value, right: Value) -> Value:
    """``left sign right``: of numbers, of series at the times both have, of each in an array."""
    if isinstance(left, tuple):
        return tuple(_series(apply(sign, one, right)) for one in left)
    if isinstance(right, tuple):
        return tuple(_series(apply(sign, left, one)) for one in right)
    combined = _OPERATORS[sign]

    def function(one: float, other: float) -> float:
        return float(combined(one, other))

    if isinstance(left, float) and isinstance(right, float):
        found = _valid(function, left, right)
        if found is None:
            raise MathError(f"{left} {sign} {right} has no value")
        return found
    if isinstance(left, float):
        return _series(right).each(lambda other: function(left, other))
    if isinstance(right, float):
        return left.each(lambda one: function(one, right))
    both = (
        (at, _valid(function, value, right.points[at]))
        for at, value in left.points.items()
        if at in right.points
    )
    return left.of({at: value for at, value in both if value is not None})


def _series(value: Value) -> Series:
    if not isinstance(value, Series):
        raise MathError("a time series is expected")
    return value


def _folded(name: str, fold: Callable[[Sequence[float]], float]) -> Callable[..., Value]:
    """Of one series: a number over all its points. Of an array: a series over its members."""

    def function(given: list[Value]) -> Value:
        value = _only(name, given)
        if isinstance(value, Series):
            if not value.points:
                raise NoData(name)
            return float(fold(list(value.points.values())))
        if isinstance(value, float):
            return value
        if not value:
            return Series()
        times = sorted({at for one in value for at in one.points})
        return value[0].of(
            {at: float(fold([one.points[at] for one in value if at in one.points])) for at in times}
        )

    return function


class NoData(MathError):
    """A number was asked of a series without points: the result has no points either."""


def _each(name: str, of: Callable[[float], float]) -> Callable[..., Value]:
    def function(given: list[Value]) -> Value:
        value = _only(name, given)
        if isinstance(value, tuple):
            return tuple(one.each(of) for one in value)
        return value.each(of) if isinstance(value, Series) else float(of(value))

    return function


def _along(name: str, of: Callable[[Series], dict[int, float]]) -> Callable[..., Value]:
    def function(given: list[Value]) -> Value:
        value = _only(name, given)
        if isinstance(value, tuple):
            return tuple(one.of(of(one)) for one in value)
        return _series(value).of(of(_series(value)))

    return function


def _only(name: str, given: list[Value]) -> Value:
    if len(given) != 1:
        raise MathError(f"{name} takes one argument")
    return given[0]


def _differences(of: Series) -> dict[int, float]:
    return {at: value - before for (_, before), (at, value) in pairwise(of.points.items())}


def _rates(of: Series) -> dict[int, float]:
    pairs = pairwise(of.points.items())
    return {at: (value - before) / (at - earlier) for (earlier, before), (at, value) in pairs}


def _running(of: Series) -> dict[int, float]:
    total, found = 0.0, {}
    for at, value in of.points.items():
        total += value
        found[at] = total
    return found


def _period(given: list[Value]) -> Value:
    return float(_series(_only("PERIOD", given)).period)


def _if(given: list[Value]) -> Value:
    """IF(condition, yes, no); without ``no`` the points where it does not hold are missing."""
    if len(given) not in (2, 3):
        raise MathError("IF takes two or three arguments")
    condition, yes = given[0], given[1]
    no = given[2] if len(given) == 3 else None
    if any(isinstance(value, tuple) for value in given):
        raise MathError("IF takes numbers and time series")
    if isinstance(condition, float):
        chosen = yes if condition else no
        return Series() if chosen is None else chosen
    held = _series(condition)
    picked = {at: _picked(yes if value else no, at) for at, value in held.points.items()}
    return held.of({at: value for at, value in picked.items() if value is not None})


def _picked(value: Value | None, at: int) -> float | None:
    if isinstance(value, Series):
        return value.points.get(at)
    return value if isinstance(value, float) else None


FUNCTIONS: dict[str, Callable[[list[Value]], Value]] = {
    "SUM": _folded("SUM", sum),
    "AVG": _folded("AVG", lambda values: sum(values) / len(values)),
    "MIN": _folded("MIN", min),
    "MAX": _folded("MAX", max),
    "ABS": _each("ABS", abs),
    "CEIL": _each("CEIL", math.ceil),
    "FLOOR": _each("FLOOR", math.floor),
    "DIFF": _along("DIFF", _differences),
    "RATE": _along("RATE", _rates),
    "RUNNING_SUM": _along("RUNNING_SUM", _running),
    "PERIOD": _period,
    "IF": _if,
}
"""All but METRICS and FILL, whose arguments are not all values."""
