"""What metric queries come to: metrics' statistics over time, and expressions over them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from seaway.core.metric_functions import NoData
from seaway.core.metric_math import MathError, Scope, Value, evaluate
from seaway.core.metric_math import Series as Values
from seaway.core.statistics import UnknownStatistic, statistic
from seaway.store.series import Metric, Series, Statistic, joined

MOST_QUERIES = 500
DEEPEST = 20
"""How many expressions may build upon each other in a row."""
SHORT_PERIODS = (1, 5, 10, 20, 30)
"""Seconds; any other period is a multiple of a minute."""
_ID = re.compile(r"[a-z][a-zA-Z0-9_]{0,254}")

Query = Mapping[str, Any]
"""A MetricDataQuery of the API."""


class BadQuery(Exception):
    """A query that is not one; the text says why."""


def is_period(seconds: int) -> bool:
    """Whether CloudWatch has such a period."""
    return seconds in SHORT_PERIODS or (seconds > 0 and seconds % 60 == 0)


class Queries:
    """Queries over one time, start <= at < end (epoch seconds); each is worked out once.

    Raises BadQuery, here and when asked.
    """

    def __init__(
        self, series: Series, region: str, queries: Sequence[Query], start: int, end: int
    ) -> None:
        self._store = series
        self._region = region
        self._start, self._end = start, end
        self._queries = checked(queries)
        self._values: dict[str, Value] = {}
        self._asked: list[str] = []

    def returned(self) -> list[tuple[Query, Values, str]]:
        """The queries whose data is wanted, with a series and its label; arrays give several."""
        found: list[tuple[Query, Values, str]] = []
        for query in self._queries.values():
            value = self._value(query["Id"])
            if not query.get("ReturnData", True):
                continue
            label = query["MetricStat"]["Metric"]["MetricName"] if "MetricStat" in query else ""
            if isinstance(value, float):
                raise _wrong(query, "it must return a time series or an array of them")
            many = value if isinstance(value, tuple) else (value,)
            found.extend((query, one, label or query["Id"]) for one in many)
        return found

    def _value(self, name: str) -> Value:
        if name in self._values:
            return self._values[name]
        query = self._queries.get(name)
        if query is None:
            raise MathError(f"no query has the id '{name}'")
        if name in self._asked:
            raise _wrong(query, "it refers to itself")
        if len(self._asked) == DEEPEST:
            raise _wrong(query, f"more than {DEEPEST} expressions stand upon each other")
        self._asked.append(name)
        value = self._metric(query) if "MetricStat" in query else self._expression(query)
        self._asked.pop()
        self._values[name] = value
        return value

    def _expression(self, query: Query) -> Value:
        metrics = {
            one["Id"]: partial(self._series, one["Id"])
            for one in self._queries.values()
            if "MetricStat" in one
        }
        try:
            return evaluate(query["Expression"], Scope(value=self._value, metrics=metrics))
        except NoData:
            return Values()
        except MathError as error:
            raise _wrong(query, str(error)) from error

    def _series(self, name: str) -> Values:
        value = self._value(name)
        if not isinstance(value, Values):
            raise MathError(f"'{name}' is not a metric")
        return value

    def _metric(self, query: Query) -> Values:
        asked = query["MetricStat"]
        period = asked["Period"]
        measure = statistic(asked["Stat"])
        grain = min(period, 60)
        first = self._start // grain * grain
        found = self._store.statistics(
            metric_of(asked["Metric"], self._region), first, self._end, period, asked.get("Unit")
        )
        measured = {one.at: measure(one) for one in _of_all_units(found)}
        points = {at: value for at, value in measured.items() if value is not None}
        return Values(points=points, period=period, start=first, end=self._end)


def metric_of(given: Mapping[str, Any], region: str) -> Metric:
    """The metric of Namespace, MetricName and Dimensions."""
    return Metric(
        namespace=given["Namespace"],
        name=given["MetricName"],
        dimensions=tuple(
            sorted((one["Name"], one["Value"]) for one in given.get("Dimensions", ()))
        ),
        region=region,
    )


def _of_all_units(found: Sequence[Statistic]) -> Sequence[Statistic]:
    together: dict[int, Statistic] = {}
    for one in found:
        seen = together.get(one.at)
        together[one.at] = one if seen is None else joined(seen, one)
    return [together[at] for at in sorted(together)]


def checked(queries: Sequence[Query]) -> dict[str, Query]:
    """The queries by id. Raises BadQuery for what can be told without looking at any data."""
    if not 0 < len(queries) <= MOST_QUERIES:
        raise BadQuery(
            f"The collection MetricDataQueries must have a size between 1 and {MOST_QUERIES}."
        )
    found: dict[str, Query] = {}
    for query in queries:
        name = query["Id"]
        if _ID.fullmatch(name) is None:
            raise BadQuery(
                f"The value {name} for parameter MetricDataQueries.member.Id is invalid: it "
                "starts with a lower-case letter and goes on with letters, digits, underscores."
            )
        if name in found:
            raise BadQuery(
                f"The values for parameter Id in MetricDataQueries are not unique: {name}"
            )
        if ("MetricStat" in query) == ("Expression" in query):
            raise BadQuery(
                f"The query {name} must have either MetricStat or Expression, and not both."
            )
        if query.get("AccountId"):
            raise BadQuery(f"AccountId of the query {name} is not built in Seaway.")
        if "MetricStat" in query:
            _check_metric(query)
        found[name] = query
    return found


def _check_metric(query: Query) -> None:
    asked = query["MetricStat"]
    where = f"MetricDataQueries.{query['Id']}.MetricStat"
    if not is_period(asked["Period"]):
        raise BadQuery(
            f"The parameter {where}.Period must be 1, 5, 10, 20, 30 or a multiple of 60."
        )
    try:
        statistic(asked["Stat"])
    except UnknownStatistic as error:
        raise BadQuery(
            f"The value {asked['Stat']} for parameter {where}.Stat is not supported."
        ) from error
    for name in ("Namespace", "MetricName"):
        if not asked["Metric"].get(name):
            raise BadQuery(f"The parameter {where}.Metric.{name} is required.")


def _wrong(query: Query, reason: str) -> BadQuery:
    return BadQuery(f"Error in expression '{query['Id']}': {reason}")
