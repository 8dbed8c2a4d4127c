"""GetMetricData: many metrics and expressions over them in one answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.cloudwatch import parse
from seaway.aws.cloudwatch.errors import ValidationError, bad_token
from seaway.aws.operation import operation
from seaway.aws.paging import BadToken, page
from seaway.core.metric_math import Series
from seaway.store.measuring import BadQuery, Queries, Query
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import cloudwatch as shapes

MOST_DATAPOINTS = 100_800


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
    for query in request["MetricDataQueries"]:
        where = f"MetricDataQueries.{query['Id']}.MetricStat.Metric.Dimensions"
        parse.dimensions(query.get("MetricStat", {}).get("Metric", {}).get("Dimensions", ()), where)
    ascending = request.get("ScanBy") == "TimestampAscending"
    try:
        queries = Queries(tx.series, call.region, request["MetricDataQueries"], start, end)
        found = queries.returned()
    except BadQuery as error:
        raise ValidationError(str(error)) from error
    results = [_result(query, series, label, ascending) for query, series, label in found]
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
