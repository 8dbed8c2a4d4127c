"""GetMetricData: many metrics and expressions over them in one answer."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from seaway.aws.call import Call
from seaway.aws.cloudwatch import parse
from seaway.aws.cloudwatch.errors import ValidationError, bad_token
from seaway.aws.operation import operation
from seaway.aws.paging import BadToken, page
from seaway.core.metric_functions import NoData
from seaway.core.metric_math import MathError, Scope, Series, Value, evaluate
from seaway.core.statistics import UnknownStatistic, statistic
from seaway.store.series import Statistic, joined
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import cloudwatch as shapes

MOST_QUERIES = 500
MOST_DATAPOINTS = 100_800
DEEPEST = 20
"""How many expressions may build upon each other in a row."""
_ID = re.compile(r"[a-z][a-zA-Z0-9_]{0,254}")

Query = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the answer: (epoch seconds, value) pairs in the order asked for."""

    id: str
    label: str
    points: tuple[tuple[int, float], ...]


@operation("cloudwatch")
def get_metric_data(
    tx: Transaction, call: Call, request: shapes.GetMetricDataInput
) -> shapes.GetMetricDataOutput:
    """The values of metrics and of expressions, newest first unless asked otherwise."""
    start, end = parse.second(request["StartTime"]), parse.second(request["EndTime"])
    if start >= end:
        raise ValidationError("The parameter StartTime must be less than the parameter EndTime.")
    most = request.get("MaxDatapoints", MOST_DATAPOINTS)
    if not 0 < most <= MOST_DATAPOINTS:
        raise ValidationError(
            f"The parameter MaxDatapoints must be between 1 and {MOST_DATAPOINTS}."
        )
    queries = _Queries(tx, call, request)
    ascending = request.get("ScanBy") == "TimestampAscending"
    results = [
        _result(query, series, label, ascending) for query, series, label in queries.returned()
    ]
    return _answer(results, most, request)


def _result(query: Query, series: Series, label: str, ascending: bool) -> Result:
    points = sorted(series.points.items(), reverse=not ascending)
    return Result(query["Id"], query.get("Label") or label, tuple(points))


def _answer(
    results: Sequence[Result], most: int, request: shapes.GetMetricDataInput
) -> shapes.GetMetricDataOutput:
    """Datapoints are counted through all results; a result may go on on the next page."""
    flat = [(number, point) for number, one in enumerate(results) for point in one.points]
    scope = f"GetMetricData {request['StartTime']} {request['EndTime']} " + repr(
        [(query["Id"], query.get("Expression")) for query in request["MetricDataQueries"]]
    )
    try:
        shown, token = page(flat, request.get("NextToken"), most, scope)
    except BadToken as error:
        raise bad_token() from error
    held: list[list[tuple[int, float]]] = [[] for _ in results]
    for number, point in shown:
        held[number].append(point)
    last = shown[-1][0] if shown else -1
    answer: shapes.GetMetricDataOutput = {
        "MetricDataResults": [
            {
                "Id": one.id,
                "Label": one.label,
                "Timestamps": [parse.time_of(at) for at, _ in points],
                "Values": [value for _, value in points],
                "StatusCode": "PartialData" if token and number >= last else "Complete",
            }
            for number, (one, points) in enumerate(zip(results, held, strict=True))
        ],
        "Messages": [],
    }
    if token is not None:
        answer["NextToken"] = token
    return answer


class _Queries:
    """The request's queries; each is worked out once, when it is first needed."""

    def __init__(self, tx: Transaction, call: Call, request: shapes.GetMetricDataInput) -> None:
        self._tx = tx
        self._call = call
        self._start, self._end = request["StartTime"], request["EndTime"]
        self._queries = _checked(request["MetricDataQueries"])
        self._values: dict[str, Value] = {}
        self._asked: list[str] = []

    def returned(self) -> list[tuple[Query, Series, str]]:
        """The queries whose data is wanted, with a series and its label; arrays give several."""
        found: list[tuple[Query, Series, str]] = []
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
            return Series()
        except MathError as error:
            raise _wrong(query, str(error)) from error

    def _series(self, name: str) -> Series:
        value = self._value(name)
        if not isinstance(value, Series):
            raise MathError(f"'{name}' is not a metric")
        return value

    def _metric(self, query: Query) -> Series:
        asked = query["MetricStat"]
        where = f"MetricDataQueries.{query['Id']}.MetricStat"
        period = asked["Period"]
        if not parse.is_period(period):
            raise ValidationError(
                f"The parameter {where}.Period must be 1, 5, 10, 20, 30 or a multiple of 60."
            )
        try:
            measure = statistic(asked["Stat"])
        except UnknownStatistic as error:
            raise ValidationError(
                f"The value {asked['Stat']} for parameter {where}.Stat is not supported."
            ) from error
        for name in ("Namespace", "MetricName"):
            if not asked["Metric"].get(name):
                raise ValidationError(f"The parameter {where}.Metric.{name} is required.")
        first, end = parse.first_second(self._start, period), parse.second(self._end)
        found = self._tx.series.statistics(
            parse.metric(self._call, asked["Metric"], f"{where}.Metric.Dimensions"),
            first,
            end,
            period,
            asked.get("Unit"),
        )
        measured = {one.at: measure(one) for one in _of_all_units(found)}
        points = {at: value for at, value in measured.items() if value is not None}
        return Series(points=points, period=period, start=first, end=end)


def _of_all_units(found: Sequence[Statistic]) -> Sequence[Statistic]:
    together: dict[int, Statistic] = {}
    for one in found:
        seen = together.get(one.at)
        together[one.at] = one if seen is None else joined(seen, one)
    return [together[at] for at in sorted(together)]


def _checked(queries: Sequence[Any]) -> dict[str, Query]:
    if not 0 < len(queries) <= MOST_QUERIES:
        raise ValidationError(
            f"The collection MetricDataQueries must have a size between 1 and {MOST_QUERIES}."
        )
    found: dict[str, Query] = {}
    for query in queries:
        name = query["Id"]
        if _ID.fullmatch(name) is None:
            raise ValidationError(
                f"The value {name} for parameter MetricDataQueries.member.Id is invalid: it "
                "starts with a lower-case letter and goes on with letters, digits, underscores."
            )
        if name in found:
            raise ValidationError(
                f"The values for parameter Id in MetricDataQueries are not unique: {name}"
            )
        if ("MetricStat" in query) == ("Expression" in query):
            raise ValidationError(
                f"The query {name} must have either MetricStat or Expression, and not both."
            )
        if query.get("AccountId"):
            raise ValidationError(f"AccountId of the query {name} is not built in Seaway.")
        found[name] = query
    return found


def _wrong(query: Query, reason: str) -> ValidationError:
    return ValidationError(f"Error in expression '{query['Id']}': {reason}")
