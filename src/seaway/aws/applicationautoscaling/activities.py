"""The story of scaling, newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seaway.aws.applicationautoscaling.errors import not_built
from seaway.aws.applicationautoscaling.lookup import asked_service, shown_page
from seaway.aws.call import Call
from seaway.aws.instants import instant
from seaway.aws.operation import operation
from seaway.core.names import place_of
from seaway.core.scaling import DIMENSION, CountChange, resource_of
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import applicationautoscaling as shapes


@operation("application-autoscaling")
def describe_scaling_activities(
    tx: Transaction, call: Call, request: shapes.DescribeScalingActivitiesRequest
) -> shapes.DescribeScalingActivitiesResponse:
    """Changes of the desired count in the last six weeks."""
    if request.get("IncludeNotScaledActivities"):
        raise not_built("IncludeNotScaledActivities")
    service = asked_service(call, request)
    found = [
        change
        for change in tx.where(CountChange)
        if place_of(change.service) == call.place and service in (None, change.service)
    ]
    found.sort(key=lambda change: change.at, reverse=True)
    shown, token = shown_page(found, request, f"DescribeScalingActivities {service}")
    answer: shapes.DescribeScalingActivitiesResponse = {
        "ScalingActivities": [_rendered(change) for change in shown]
    }
    if token is not None:
        answer["NextToken"] = token
    return answer


def _rendered(change: CountChange) -> shapes.ScalingActivity:
    shown: shapes.ScalingActivity = {
        "ActivityId": change.id,
        "ServiceNamespace": "ecs",
        "ResourceId": resource_of(change.service),
        "ScalableDimension": DIMENSION,
        "Description": change.description,
        "Cause": change.cause,
        "StartTime": instant(change.at),
        "StatusCode": change.status,
        "StatusMessage": change.message,
    }
    if change.ended_at is not None:
        shown["EndTime"] = instant(change.ended_at)
    return shown
