"""The alarms that target tracking makes for itself, named and set as AWS does."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from seaway.core.alarm import Alarm
from seaway.core.moment import Moment
from seaway.core.names import place_of
from seaway.core.scaling import resource_of
from seaway.core.scaling_plan import IN_SHARE

HIGH_PERIODS, LOW_PERIODS = 3, 15
UTILIZATIONS = {
    "ECSServiceAverageCPUUtilization": "CPUUtilization",
    "ECSServiceAverageMemoryUtilization": "MemoryUtilization",
}
PER_TARGET = "ALBRequestCountPerTarget"

Settings = Mapping[str, Any]


def tracking_alarms(
    service: str, policy: str, settings: Settings, moment: Moment
) -> tuple[Alarm, ...]:
    """The alarm that scales out and, unless that is switched off, the one that scales in."""
    watched, target = _watched(service, settings), float(settings["TargetValue"])
    high = {
        "ComparisonOperator": "GreaterThanThreshold",
        "EvaluationPeriods": HIGH_PERIODS,
        "Threshold": target,
    }
    low = {
        "ComparisonOperator": "LessThanThreshold",
        "EvaluationPeriods": LOW_PERIODS,
        "Threshold": round(target * IN_SHARE, 6),
    }
    make = _maker(service, policy, watched, moment)
    if settings.get("DisableScaleIn"):
        return (make("AlarmHigh", high),)
    return make("AlarmHigh", high), make("AlarmLow", low)


def _maker(
    service: str, policy: str, watched: Settings, moment: Moment
) -> Callable[[str, Settings], Alarm]:
    place = place_of(service)

    def make(which: str, rule: Settings) -> Alarm:
        name = f"TargetTracking-{resource_of(service)}-{which}-{moment.uuid()}"
        about = f"DO NOT EDIT OR DELETE. For TargetTrackingScaling policy {policy}."
        return Alarm(
            arn=place.arn("cloudwatch", f"alarm:{name}"),
            name=name,
            account=place.account,
            region=place.region,
            updated_at=moment.now,
            state_at=moment.now,
            told_at=moment.now,
            alarm_actions=(policy,),
            settings=json.dumps({"AlarmDescription": about, **watched, **rule}, sort_keys=True),
        )

    return make


def _watched(service: str, settings: Settings) -> dict[str, Any]:
    if "CustomizedMetricSpecification" in settings:
        return _customized(settings["CustomizedMetricSpecification"])
    asked = settings["PredefinedMetricSpecification"]
    _, cluster, name = resource_of(service).split("/")
    if asked["PredefinedMetricType"] == PER_TARGET:
        label = asked["ResourceLabel"]
        balancer, _, group = label.partition("/targetgroup/")
        return _metric(
            "AWS/ApplicationELB",
            "RequestCountPerTarget",
            {"LoadBalancer": balancer, "TargetGroup": f"targetgroup/{group}"},
            "Sum",
        )
    return _metric(
        "AWS/ECS",
        UTILIZATIONS[asked["PredefinedMetricType"]],
        {"ClusterName": cluster, "ServiceName": name},
        "Average",
    )


def _metric(
    namespace: str, name: str, dimensions: dict[str, str], statistic: str
) -> dict[str, Any]:
    return {
        "Namespace": namespace,
        "MetricName": name,
        "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
        "Statistic": statistic,
        "Period": 60,
    }


def _customized(asked: Settings) -> dict[str, Any]:
    if "Metrics" in asked:
        return {"Metrics": [_query(one) for one in asked["Metrics"]]}
    names = ("Namespace", "MetricName", "Dimensions", "Statistic", "Unit")
    return {name: asked[name] for name in names if name in asked} | {"Period": 60}


def _query(asked: Settings) -> dict[str, Any]:
    """A TargetTrackingMetricDataQuery as an alarm's query, which has a period besides."""
    query = dict(asked)
    if "MetricStat" in query:
        query["MetricStat"] = {**query["MetricStat"], "Period": 60}
    else:
        query["Period"] = 60
    return query
