"""PutMetricData: values and statistic sets become points."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from seaway.aws.call import Call
from seaway.aws.cloudwatch import parse
from seaway.aws.cloudwatch.errors import (
    InvalidParameterCombinationException,
    InvalidParameterValueException,
    MissingRequiredParameterException,
)
from seaway.aws.operation import operation
from seaway.store.series import Merge, Metric, Point
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import cloudwatch as shapes

MOST_METRICS = 1000
MOST_VALUES = 150
LARGEST = 2.0**360
"""Values lie between this and its negative (API: MetricDatum)."""
OLDEST = 14 * 86_400
NEWEST = 2 * 3600


@operation("cloudwatch")
def put_metric_data(tx: Transaction, call: Call, request: shapes.PutMetricDataInput) -> None:
    """Keep metric data points; all of the request or none of it."""
    namespace = request["Namespace"]
    if namespace.startswith("AWS/"):
        raise InvalidParameterValueException("The value AWS/ for parameter Namespace is invalid.")
    if request.get("EntityMetricData"):
        raise InvalidParameterValueException(
            "The parameter EntityMetricData is not built in Seaway: put MetricData."
        )
    data = request.get("MetricData")
    if not data:
        raise MissingRequiredParameterException("The parameter MetricData is required.")
    if len(data) > MOST_METRICS:
        raise InvalidParameterValueException(
            f"The collection MetricData must not have a size greater than {MOST_METRICS}."
        )
    tx.series.put_points(
        [
            _point(call, namespace, datum, f"MetricData.member.{number}")
            for number, datum in enumerate(data, 1)
        ]
    )


def _point(call: Call, namespace: str, datum: Mapping[str, Any], where: str) -> Point:
    metric = Metric(
        namespace=namespace,
        name=datum["MetricName"],
        dimensions=parse.dimensions(datum.get("Dimensions", ()), f"{where}.Dimensions.member"),
        region=call.region,
    )
    unit, at = datum.get("Unit", "None"), _second(call, datum, where)
    given = [name for name in ("Value", "Values", "StatisticValues") if datum.get(name) is not None]
    if not given:
        raise MissingRequiredParameterException(
            f"The parameters {where}.Value, {where}.Values and {where}.StatisticValues are all "
            "missing: one of them is required."
        )
    if len(given) > 1:
        raise InvalidParameterCombinationException(
            f"The parameters {where}.{given[0]} and {where}.{given[1]} are mutually exclusive "
            "and you have specified both."
        )
    if given == ["StatisticValues"]:
        return _of_statistics(metric, at, unit, datum["StatisticValues"], where)
    values = [datum["Value"]] if given == ["Value"] else datum["Values"]
    return _of_values(metric, at, unit, values, _counts(datum, values, where), where)


def _second(call: Call, datum: Mapping[str, Any], where: str) -> int:
    resolution = datum.get("StorageResolution", 60)
    if resolution not in (1, 60):
        raise InvalidParameterValueException(
            f"The value {resolution} for parameter {where}.StorageResolution is invalid: "
            "it is 1 or 60."
        )
    time = datum.get("Timestamp")
    at = int(call.moment.now) if time is None else parse.second(time)
    if not call.moment.now - OLDEST <= at <= call.moment.now + NEWEST:
        raise InvalidParameterValueException(
            f"The parameter {where}.Timestamp must specify a time no more than two weeks in "
            "the past and no more than two hours in the future."
        )
    return at // int(resolution) * int(resolution)


def _counts(datum: Mapping[str, Any], values: Sequence[float], where: str) -> Sequence[float]:
    if len(values) > MOST_VALUES:
        raise InvalidParameterValueException(
            f"The collection {where}.Values must not have a size greater than {MOST_VALUES}."
        )
    if not values:
        raise InvalidParameterValueException(f"The collection {where}.Values must not be empty.")
    counts: Sequence[float] = datum.get("Counts") or [1.0] * len(values)
    if len(counts) != len(values):
        raise InvalidParameterValueException(
            f"The parameters {where}.Values and {where}.Counts must be of the same size."
        )
    return counts


def _of_values(
    metric: Metric,
    at: int,
    unit: str,
    values: Sequence[float],
    counts: Sequence[float],
    where: str,
) -> Point:
    for value in values:
        _check(value, f"{where}.Value")
    for count in counts:
        _check_count(count, f"{where}.Counts")
    often: dict[float, float] = {}
    for value, count in zip(values, counts, strict=True):
        often[value] = often.get(value, 0.0) + count
    return Point(
        metric=metric,
        at=at,
        unit=unit,
        sum=math.fsum(value * count for value, count in often.items()),
        count=math.fsum(counts),
        minimum=min(values),
        maximum=max(values),
        merge=Merge.SAMPLE,
        values=tuple(often.items()) if len(often) > 1 else (),
    )


def _of_statistics(
    metric: Metric, at: int, unit: str, given: Mapping[str, float], where: str
) -> Point:
    where = f"{where}.StatisticValues"
    for name in ("Sum", "Minimum", "Maximum"):
        _check(given[name], f"{where}.{name}")
    _check_count(given["SampleCount"], f"{where}.SampleCount")
    if given["Minimum"] > given["Maximum"]:
        raise InvalidParameterValueException(
            f"The parameter {where}.Maximum must be greater than or equal to {where}.Minimum."
        )
    return Point(
        metric=metric,
        at=at,
        unit=unit,
        sum=given["Sum"],
        count=given["SampleCount"],
        minimum=given["Minimum"],
        maximum=given["Maximum"],
        merge=Merge.SAMPLE,
    )


def _check(value: float, where: str) -> None:
    if not math.isfinite(value) or abs(value) > LARGEST:
        raise InvalidParameterValueException(f"The value {value} for parameter {where} is invalid.")


def _check_count(count: float, where: str) -> None:
    if not math.isfinite(count) or count <= 0:
        raise InvalidParameterValueException(f"The value {count} for parameter {where} is invalid.")
