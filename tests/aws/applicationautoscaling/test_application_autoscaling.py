"""Scalable targets, policies and scheduled actions, through boto3."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from seaway.aws import applicationautoscaling, cloudwatch
from seaway.core.alarm import Alarm
from seaway.core.scaling import CountChange
from tests.aws.wired import Wired
from tests.builders import HOME, a_service

NAMED = {
    "ServiceNamespace": "ecs",
    "ResourceId": "service/default/web",
    "ScalableDimension": "ecs:service:DesiredCount",
}
TRACKING: dict[str, Any] = {
    "TargetValue": 60.0,
    "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"},
}
STEPS: dict[str, Any] = {
    "AdjustmentType": "ChangeInCapacity",
    "StepAdjustments": [{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 1}],
}


@pytest.fixture
def wired() -> Iterator[Wired]:
    made = Wired([*applicationautoscaling.operations(), *cloudwatch.operations()])
    made.put(a_service(), a_service("dogs"))
    yield made
    made.close()


@pytest.fixture
def client(wired: Wired) -> Any:
    return wired.client("application-autoscaling")


def register(client: Any, **more: Any) -> Any:
    return client.register_scalable_target(**{"MinCapacity": 1, "MaxCapacity": 9, **NAMED, **more})


def track(client: Any, **settings: Any) -> Any:
    return client.put_scaling_policy(
        **NAMED,
        PolicyName="cpu",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={**TRACKING, **settings},
    )


def refusal(error: pytest.ExceptionInfo[ClientError]) -> tuple[str, str]:
    told = error.value.response["Error"]
    return told["Code"], told["Message"]


def test_a_target_is_registered_changed_shown_and_gone(client: Any) -> None:
    arn = register(client, Tags={"team": "cats"})["ScalableTargetARN"]
    assert arn.startswith(f"arn:aws:application-autoscaling:{HOME}:scalable-target/")
    again = client.register_scalable_target(
        **NAMED, MaxCapacity=12, SuspendedState={"DynamicScalingInSuspended": True}
    )
    assert again["ScalableTargetARN"] == arn
    (target,) = client.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (1, 12)
    assert target["SuspendedState"] == {
        "DynamicScalingInSuspended": True,
        "DynamicScalingOutSuspended": False,
        "ScheduledScalingSuspended": False,
    }
    assert target["RoleARN"].endswith("/AWSServiceRoleForApplicationAutoScaling_ECSService")
    client.tag_resource(ResourceARN=arn, Tags={"a": "1"})
    client.untag_resource(ResourceARN=arn, TagKeys=["team"])
    assert client.list_tags_for_resource(ResourceARN=arn)["Tags"] == {"a": "1"}
    client.deregister_scalable_target(**NAMED)
    assert client.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"] == []
    with pytest.raises(ClientError) as error:
        client.deregister_scalable_target(**NAMED)
    assert refusal(error)[0] == "ObjectNotFoundException"


def test_targets_come_in_pages_and_by_resource(client: Any) -> None:
    register(client)
    register(client, ResourceId="service/default/dogs")
    first = client.describe_scalable_targets(ServiceNamespace="ecs", MaxResults=1)
    second = client.describe_scalable_targets(
        ServiceNamespace="ecs", MaxResults=1, NextToken=first["NextToken"]
    )
    assert second["ScalableTargets"][0]["ResourceId"] == "service/default/dogs"
    assert "NextToken" not in second
    named = client.describe_scalable_targets(
        ServiceNamespace="ecs", ResourceIds=["service/default/dogs"]
    )
    assert len(named["ScalableTargets"]) == 1


def test_target_tracking_makes_its_alarms_as_aws_sets_them(client: Any, wired: Wired) -> None:
    register(client)
    made = track(client)
    assert made["PolicyARN"].endswith(":resource/ecs/service/default/web:policyName/cpu")
    high, low = (
        wired.client("cloudwatch").describe_alarms(AlarmNames=[one["AlarmName"]])["MetricAlarms"][0]
        for one in made["Alarms"]
    )
    assert (high["Threshold"], high["EvaluationPeriods"], high["ComparisonOperator"]) == (
        60.0,
        3,
        "GreaterThanThreshold",
    )
    assert (low["Threshold"], low["EvaluationPeriods"], low["ComparisonOperator"]) == (
        54.0,
        15,
        "LessThanThreshold",
    )
    assert high["Dimensions"] == [
        {"Name": "ClusterName", "Value": "default"},
        {"Name": "ServiceName", "Value": "web"},
    ]
    assert high["AlarmActions"] == [made["PolicyARN"]]
    assert high["AlarmDescription"] == (
        f"DO NOT EDIT OR DELETE. For TargetTrackingScaling policy {made['PolicyARN']}."
    )


def test_a_changed_policy_keeps_its_arn_and_has_new_alarms(client: Any, wired: Wired) -> None:
    register(client)
    before, after = track(client), track(client, TargetValue=80.0, DisableScaleIn=True)
    assert before["PolicyARN"] == after["PolicyARN"]
    assert [alarm.arn for alarm in wired.all(Alarm)] == [after["Alarms"][0]["AlarmARN"]]
    (policy,) = client.describe_scaling_policies(**NAMED)["ScalingPolicies"]
    assert policy["TargetTrackingScalingPolicyConfiguration"] == {
        **TRACKING,
        "TargetValue": 80.0,
        "DisableScaleIn": True,
    }
    client.delete_scaling_policy(**NAMED, PolicyName="cpu")
    assert wired.all(Alarm) == []
    with pytest.raises(ClientError) as error:
        client.delete_scaling_policy(**NAMED, PolicyName="cpu")
    assert refusal(error)[0] == "ObjectNotFoundException"


def test_requests_per_target_are_watched_on_the_balancer_of_the_label(
    client: Any, wired: Wired
) -> None:
    register(client)
    label = "app/front/778d41231b141a0f/targetgroup/web/943f017f100becff"
    kind = {"PredefinedMetricType": "ALBRequestCountPerTarget", "ResourceLabel": label}
    made = track(client, PredefinedMetricSpecification=kind)
    name = made["Alarms"][0]["AlarmName"]
    (alarm,) = wired.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
    assert (alarm["Namespace"], alarm["Statistic"]) == ("AWS/ApplicationELB", "Sum")
    assert alarm["Dimensions"] == [
        {"Name": "LoadBalancer", "Value": "app/front/778d41231b141a0f"},
        {"Name": "TargetGroup", "Value": "targetgroup/web/943f017f100becff"},
    ]


def test_a_metric_of_ones_own_may_be_an_expression(client: Any, wired: Wired) -> None:
    register(client)
    metric = {"Namespace": "Shop", "MetricName": "Backlog", "Dimensions": []}
    metrics = [
        {"Id": "m1", "MetricStat": {"Metric": metric, "Stat": "Sum"}, "ReturnData": False},
        {"Id": "e1", "Expression": "m1 / 2"},
    ]
    made = client.put_scaling_policy(
        **NAMED,
        PolicyName="backlog",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": 5.0,
            "CustomizedMetricSpecification": {"Metrics": metrics},
        },
    )
    name = made["Alarms"][0]["AlarmName"]
    (alarm,) = wired.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
    assert alarm["Metrics"][0]["MetricStat"]["Period"] == 60
    assert alarm["Metrics"][1]["Expression"] == "m1 / 2"


def test_scheduled_actions_are_kept_changed_and_deleted(client: Any) -> None:
    register(client)
    client.put_scheduled_action(
        **NAMED,
        ScheduledActionName="morning",
        Schedule="cron(0 8 ? * MON-FRI *)",
        Timezone="Europe/Berlin",
        StartTime=datetime(2090, 1, 1, tzinfo=UTC),
        EndTime=datetime(2091, 1, 1, tzinfo=UTC),
        ScalableTargetAction={"MinCapacity": 4},
    )
    client.put_scheduled_action(
        **NAMED, ScheduledActionName="morning", ScalableTargetAction={"MaxCapacity": 8}
    )
    (action,) = client.describe_scheduled_actions(**NAMED)["ScheduledActions"]
    assert action["ScalableTargetAction"] == {"MaxCapacity": 8}
    assert (action["Schedule"], action["Timezone"]) == ("cron(0 8 ? * MON-FRI *)", "Europe/Berlin")
    assert action["StartTime"] == datetime(2090, 1, 1, tzinfo=UTC)
    client.delete_scheduled_action(**NAMED, ScheduledActionName="morning")
    assert client.describe_scheduled_actions(ServiceNamespace="ecs")["ScheduledActions"] == []


def test_the_story_is_told_newest_first(client: Any, wired: Wired) -> None:
    service = a_service().arn
    for number in (1, 2):
        wired.put(
            CountChange(
                id=f"c{number}",
                service=service,
                at=float(number),
                count=number,
                cause="why",
                status="Successful",
                ended_at=5.0,
            )
        )
    shown = client.describe_scaling_activities(**NAMED)["ScalingActivities"]
    assert [one["Description"] for one in shown] == [
        "Setting desired count to 2.",
        "Setting desired count to 1.",
    ]


@pytest.mark.parametrize(
    ("operation", "given", "word"),
    [
        ("register_scalable_target", {"ServiceNamespace": "rds"}, "ServiceNamespace"),
        ("register_scalable_target", {"ResourceId": "service/web"}, "ResourceId"),
        ("register_scalable_target", {"ResourceId": "service/default/none"}, "exist"),
        ("register_scalable_target", {"MinCapacity": 5, "MaxCapacity": 4}, "capacity"),
        ("put_scaling_policy", {"PolicyType": "PredictiveScaling"}, "PredictiveScaling"),
        ("put_scaling_policy", {"PolicyType": "TargetTrackingScaling"}, "TargetTracking"),
        (
            "put_scaling_policy",
            {
                "StepScalingPolicyConfiguration": {
                    **STEPS,
                    "StepAdjustments": [
                        {"MetricIntervalUpperBound": 5.0, "ScalingAdjustment": 1},
                        {"MetricIntervalLowerBound": 6.0, "ScalingAdjustment": 1},
                    ],
                }
            },
            "StepAdjustments",
        ),
        ("put_scheduled_action", {"Schedule": "cron(0 8 * * * *)"}, "Schedule"),
        ("put_scheduled_action", {"Schedule": "at(2020-01-01T00:00:00)"}, "past"),
        ("put_scheduled_action", {"Timezone": "Mars/Crater"}, "Timezone"),
        ("put_scheduled_action", {"ScalableTargetAction": {}}, "ScalableTargetAction"),
        (
            "describe_scaling_activities",
            {"IncludeNotScaledActivities": True},
            "IncludeNotScaledActivities",
        ),
    ],
)
def test_what_is_wrong_or_not_built_is_refused_by_name(
    client: Any, operation: str, given: dict[str, Any], word: str
) -> None:
    register(client)
    rest: dict[str, Any] = {
        "put_scaling_policy": {"PolicyName": "p", "StepScalingPolicyConfiguration": STEPS},
        "put_scheduled_action": {
            "ScheduledActionName": "a",
            "Schedule": "rate(1 day)",
            "ScalableTargetAction": {"MinCapacity": 1},
        },
    }.get(operation, {})
    if given.get("PolicyType") == "TargetTrackingScaling":
        rest.pop("StepScalingPolicyConfiguration")
    with pytest.raises(ClientError) as error:
        getattr(client, operation)(**{**NAMED, **rest, **given})
    code, message = refusal(error)
    assert code == "ValidationException"
    assert word in message


def test_what_is_not_registered_has_no_policies(client: Any) -> None:
    with pytest.raises(ClientError) as error:
        track(client)
    assert refusal(error)[0] == "ObjectNotFoundException"
