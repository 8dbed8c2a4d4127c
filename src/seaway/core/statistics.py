"""What CloudWatch calls statistics: one number out of the values of a period."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Protocol

Values = Sequence[tuple[float, float]]
"""(value, how often) pairs, in any order."""


class UnknownStatistic(Exception):
    """The text names no statistic, or one that is not built."""


class Summary(Protocol):
    """The values of a period. ``values`` is empty when they are not known one by one."""

    @property
    def sum(self) -> float: ...
    @property
    def count(self) -> float: ...
    @property
    def minimum(self) -> float: ...
    @property
    def maximum(self) -> float: ...
    @property
    def values(self) -> Values: ...


Statistic = Callable[[Summary], float | None]
"""None when the summary does not tell: a percentile of values that are not known."""

_PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d{1,10})?|100)")


def _average(of: Summary) -> float | None:
    return of.sum / of.count if of.count else None


SIMPLE: dict[str, Statistic] = {
    "Average": _average,
    "Sum": lambda of: of.sum,
    "Minimum": lambda of: of.minimum,
    "Maximum": lambda of: of.maximum,
    "SampleCount": lambda of: of.count,
}


@lru_cache(maxsize=256)
def statistic(name: str) -> Statistic:
    """The statistic of this name: Average, Sum, Minimum, Maximum, SampleCount or pNN.

    Raises UnknownStatistic. Source: CloudWatch statistics definitions (User Guide).
    """
    if name in SIMPLE:
        return SIMPLE[name]
    match = _PERCENTILE.fullmatch(name)
    if match is None:
        raise UnknownStatistic(name)
    rank = float(match.group(1))
    return lambda of: percentile(of.values, rank) if of.values else None


def percentile(values: Values, rank: float) -> float:
    """The smallest value that at least ``rank`` percent of all are not above."""
    ordered = sorted(values)
    wanted = sum(often for _, often in ordered) * rank / 100
    reached = 0.0
    for value, often in ordered:
        reached += often
        if reached >= wanted:
            return value
    return ordered[-1][0]
