"""ListMetrics: which metrics there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.cloudwatch.errors import InvalidParameterValueException
from seaway.aws.operation import operation
from seaway.aws.paging import BadToken, page
from seaway.store.series import Metric
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import cloudwatch as shapes

MOST_LISTED = 500
RECENT = 3 * 3600
LISTED_FOR = 14 * 86_400
"""Seconds after its last point that a metric is still listed (API: ListMetrics)."""


@operation("cloudwatch")
def list_metrics(
    tx: Transaction, call: Call, request: shapes.ListMetricsInput
) -> shapes.ListMetricsOutput:
    """Metrics of a namespace, of a name, with dimensions; 500 at a time."""
    if request.get("IncludeLinkedAccounts") or request.get("OwningAccount"):
        raise InvalidParameterValueException(
            "The parameters IncludeLinkedAccounts and OwningAccount are not built in Seaway."
        )
    age = RECENT if request.get("RecentlyActive") else LISTED_FOR
    found = tx.series.metrics(
        request.get("Namespace"),
        request.get("MetricName"),
        region=call.region,
        since=int(call.moment.now) - age,
    )
    wanted = [(one["Name"], one.get("Value")) for one in request.get("Dimensions", [])]
    kept = [metric for metric in found if _has(metric, wanted)]
    scope = f"ListMetrics {request.get('Namespace')} {request.get('MetricName')} {wanted} {age}"
    try:
        shown, token = page(kept, request.get("NextToken"), MOST_LISTED, scope)
    except BadToken as error:
        raise InvalidParameterValueException("The specified nextToken is invalid.") from error
    answer: shapes.ListMetricsOutput = {"Metrics": [_metric(metric) for metric in shown]}
    if token is not None:
        answer["NextToken"] = token
    return answer


def _has(metric: Metric, wanted: list[tuple[str, str | None]]) -> bool:
    there = dict(metric.dimensions)
    return all(name in there and value in (None, there[name]) for name, value in wanted)


def _metric(metric: Metric) -> shapes.Metric:
    return {
        "Namespace": metric.namespace,
        "MetricName": metric.name,
        "Dimensions": [{"Name": name, "Value": value} for name, value in metric.dimensions],
    }
