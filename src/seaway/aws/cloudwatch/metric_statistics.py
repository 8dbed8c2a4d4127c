"""GetMetricStatistics: one metric's datapoints, several statistics of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.cloudwatch import parse
from seaway.aws.cloudwatch.errors import (
    InvalidParameterCombinationException,
    InvalidParameterValueException,
    MissingRequiredParameterException,
)
from seaway.aws.operation import operation
from seaway.core.statistics import SIMPLE, UnknownStatistic, statistic
from seaway.store.measuring import is_period
from seaway.store.series import Statistic
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import cloudwatch as shapes

MOST_DATAPOINTS = 1440


@operation("cloudwatch")
def get_metric_statistics(
    tx: Transaction, call: Call, request: shapes.GetMetricStatisticsInput
) -> shapes.GetMetricStatisticsOutput:
    """A metric's datapoints between two times; each unit has its own."""
    _check_times(request)
    simple, extended = _names(request)
    metric = parse.metric(call, request, "Dimensions.member")
    period = request["Period"]
    found = tx.series.statistics(
        metric,
        parse.first_second(request["StartTime"], period),
        parse.second(request["EndTime"]),
        period,
        request.get("Unit"),
    )
    points = [_datapoint(one, simple, extended) for one in found]
    return {
        "Label": request["MetricName"],
        "Datapoints": [point for point in points if point is not None],
    }


def _check_times(request: shapes.GetMetricStatisticsInput) -> None:
    start, end = parse.second(request["StartTime"]), parse.second(request["EndTime"])
    period = request["Period"]
    if start >= end:
        raise InvalidParameterValueException(
            "The parameter StartTime must be less than the parameter EndTime."
        )
    if not is_period(period):
        raise InvalidParameterValueException("The parameter Period must be a multiple of 60.")
    asked = -(-(end - start) // period)
    if asked > MOST_DATAPOINTS:
        raise InvalidParameterCombinationException(
            f"You have requested up to {asked:,} datapoints, which exceeds the limit of "
            f"{MOST_DATAPOINTS:,}. You may reduce the datapoints requested by increasing "
            "Period, or decreasing the time range."
        )


def _names(request: shapes.GetMetricStatisticsInput) -> tuple[list[str], list[str]]:
    simple, extended = request.get("Statistics", []), request.get("ExtendedStatistics", [])
    if not simple and not extended:
        raise MissingRequiredParameterException(
            "Must specify either Statistics or ExtendedStatistics"
        )
    if simple and extended:
        raise InvalidParameterCombinationException(
            "Statistics and ExtendedStatistics cannot be specified together"
        )
    for name in extended:
        try:
            statistic(name)
        except UnknownStatistic as error:
            raise InvalidParameterValueException(
                f"The value {name} for parameter ExtendedStatistics is not supported."
            ) from error
    return simple, extended


def _datapoint(found: Statistic, simple: list[str], extended: list[str]) -> shapes.Datapoint | None:
    point: shapes.Datapoint = {"Timestamp": parse.time_of(found.at), "Unit": found.unit}
    for name in simple:
        value = SIMPLE[name](found)
        if value is not None:
            point[name] = value  # type: ignore[literal-required]
    percentiles = {
        name: value for name in extended if (value := statistic(name)(found)) is not None
    }
    if percentiles:
        point["ExtendedStatistics"] = percentiles
    return point if len(point) > 2 else None
