"""PutMetricAlarm's members, checked as AWS checks them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from seaway.aws.cloudwatch import parse
from seaway.aws.cloudwatch.errors import (
    InvalidParameterCombinationException,
    MissingRequiredParameterException,
    ValidationError,
)
from seaway.core.alarm_evaluation import COMPARISONS, TREATMENTS
from seaway.core.alarm_watch import period_of
from seaway.core.statistics import UnknownStatistic, statistic
from seaway.store.measuring import BadQuery, checked

if TYPE_CHECKING:
    from seaway.aws.shapes import cloudwatch as shapes

_WATCHED = (
    "AlarmDescription",
    "MetricName",
    "Namespace",
    "Statistic",
    "ExtendedStatistic",
    "Dimensions",
    "Period",
    "Unit",
    "EvaluationPeriods",
    "DatapointsToAlarm",
    "Threshold",
    "ComparisonOperator",
    "TreatMissingData",
    "EvaluateLowSampleCountPercentile",
    "Metrics",
)
_OF_ONE_METRIC = (
    *("MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Dimensions", "Period", "Unit"),
)
_NOT_BUILT = (
    "EvaluationCriteria",
    "EvaluationInterval",
    "EvaluationWindow",
    "WarmUpConfiguration",
    "ActionConfiguration",
)
DAY, HOUR = 86_400, 3600


def settings_of(request: shapes.PutMetricAlarmInput) -> dict[str, Any]:
    """What the alarm watches, as it is kept. Raises the errors of PutMetricAlarm."""
    given: Mapping[str, Any] = request
    for name in _NOT_BUILT:
        if name in given:
            raise ValidationError(f"The parameter {name} is not built in Seaway.")
    if "ThresholdMetricId" in given:
        raise ValidationError(
            "The parameter ThresholdMetricId is not built in Seaway: it watches with anomaly "
            "detection, give a Threshold."
        )
    for name in ("ComparisonOperator", "EvaluationPeriods", "Threshold"):
        if name not in given:
            raise MissingRequiredParameterException(f"The parameter {name} is required.")
    if given["ComparisonOperator"] not in COMPARISONS:
        raise ValidationError(
            f"The value {given['ComparisonOperator']} for parameter ComparisonOperator is not "
            "built in Seaway: it is for anomaly detection."
        )
    if "Metrics" in given:
        _check_queries(given)
    else:
        _check_metric(given)
    _check_periods(given)
    _check_missing(given)
    return {name: given[name] for name in _WATCHED if name in given}


def _check_metric(given: Mapping[str, Any]) -> None:
    for name in ("MetricName", "Namespace", "Period"):
        if name not in given:
            raise MissingRequiredParameterException(f"The parameter {name} is required.")
    if ("Statistic" in given) == ("ExtendedStatistic" in given):
        raise InvalidParameterCombinationException(
            "One of the parameters Statistic and ExtendedStatistic must be specified, and not both."
        )
    extended = given.get("ExtendedStatistic")
    if extended is not None:
        try:
            statistic(extended)
        except UnknownStatistic as error:
            raise ValidationError(
                f"The value {extended} for parameter ExtendedStatistic is not supported."
            ) from error
    parse.dimensions(given.get("Dimensions", ()), "Dimensions")


def _check_queries(given: Mapping[str, Any]) -> None:
    for name in _OF_ONE_METRIC:
        if name in given:
            raise InvalidParameterCombinationException(
                f"The parameters Metrics and {name} are mutually exclusive and you have specified "
                "both."
            )
    for query in given["Metrics"]:
        if "ANOMALY_DETECTION_BAND" in query.get("Expression", ""):
            raise ValidationError(
                "The function ANOMALY_DETECTION_BAND of Metrics is not built in Seaway."
            )
        metric = query.get("MetricStat", {}).get("Metric", {})
        parse.dimensions(metric.get("Dimensions", ()), f"Metrics.{query['Id']}.Dimensions")
    try:
        found = checked(given["Metrics"])
    except BadQuery as error:
        raise ValidationError(str(error)) from error
    returned = [one for one in found.values() if one.get("ReturnData", True)]
    if len(returned) != 1:
        raise ValidationError("Exactly one element of the metrics list should return data.")


def _check_periods(given: Mapping[str, Any]) -> None:
    period, count = period_of(given), given["EvaluationPeriods"]
    if period not in (10, 20, 30) and period % 60:
        raise ValidationError(f"Period must be 10, 20, 30 or a multiple of 60, and it is {period}.")
    longest = 7 * DAY if period >= HOUR else DAY
    if period * count > longest:
        raise ValidationError(
            f"Metrics cannot be checked across more than {longest} seconds "
            "(EvaluationPeriods * Period)."
        )
    if given.get("DatapointsToAlarm", count) > count:
        raise ValidationError(
            "The value of DatapointsToAlarm cannot be greater than that of EvaluationPeriods."
        )


def _check_missing(given: Mapping[str, Any]) -> None:
    treatment = given.get("TreatMissingData", "missing")
    if treatment not in TREATMENTS:
        raise ValidationError(
            f"The value {treatment} for parameter TreatMissingData is not supported: it is one of "
            f"{', '.join(TREATMENTS)}."
        )
    if (low := given.get("EvaluateLowSampleCountPercentile")) is None:
        return
    if low not in ("evaluate", "ignore"):
        raise ValidationError(
            f"The value {low} for parameter EvaluateLowSampleCountPercentile is not supported: it "
            "is evaluate or ignore."
        )
    if not given.get("ExtendedStatistic"):
        raise ValidationError(
            "The parameter EvaluateLowSampleCountPercentile needs an ExtendedStatistic."
        )
