"""The requests of test_nothing_ignored.py for alarms, scaling, events and schedules."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.aws.inputs import Case
from tests.aws.members import input_shape

HOME = "us-east-1:000000000000"
CLUSTER = f"arn:aws:ecs:{HOME}:cluster/default"
ROLE = "arn:aws:iam::000000000000:role/probe"
POLICY = (
    f"arn:aws:autoscaling:{HOME}:scalingPolicy:1:resource/ecs/service/default/there:policyName/out"
)
SCALED = {
    "ServiceNamespace": "ecs",
    "ResourceId": "service/default/there",
    "ScalableDimension": "ecs:service:DesiredCount",
}
WATCHED: dict[str, Any] = {
    "AlarmName": "new",
    "MetricName": "Load",
    "Namespace": "Shop",
    "Statistic": "Sum",
    "Period": 60,
    "EvaluationPeriods": 8,
    "Threshold": 1.0,
    "ComparisonOperator": "GreaterThanThreshold",
}
_ONE = ("MetricName", "Namespace", "Statistic", "Period")
_METRIC = {"Namespace": "Shop", "MetricName": "Load"}
_STAT = {"Metric": _METRIC, "Period": 60, "Stat": "Sum"}
_QUERIES: dict[str, Any] = {
    "Metrics": [{"Id": "m1", "MetricStat": _STAT}],
    **dict.fromkeys(_ONE),
}
_STEPS: dict[str, Any] = {
    "AdjustmentType": "PercentChangeInCapacity",
    "StepAdjustments": [{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 1}],
}


def _tracking(**specification: Any) -> dict[str, Any]:
    return {
        "PolicyType": "TargetTrackingScaling",
        "StepScalingPolicyConfiguration": None,
        "TargetTrackingScalingPolicyConfiguration": {"TargetValue": 50.0, **specification},
    }


_TRACKING = _tracking(CustomizedMetricSpecification={**_METRIC, "Statistic": "Sum"})
_CPU = {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"}
_LABEL = "app/front/778d41231b141a0f/targetgroup/web/943f017f100becff"
_RUN: dict[str, Any] = {
    "Arn": CLUSTER,
    "RoleArn": ROLE,
    "EcsParameters": {"TaskDefinitionArn": "web"},
}
_SCHEDULE: dict[str, Any] = {
    "Name": "new",
    "ScheduleExpression": "rate(1 hour)",
    "Target": _RUN,
    "FlexibleTimeWindow": {"Mode": "OFF"},
}


def kept(service: str, operation: str, reason: str, *but: str) -> dict[str, str]:
    """All members, for an operation whose answer shows none of them."""
    names = input_shape(service, operation).members
    return {name: reason for name in names if name not in but}


def _query(**more: Any) -> dict[str, Any]:
    """An alarm on a query that has the member to be probed, and one that returns the data."""
    first = {"Id": "m1", "MetricStat": _STAT, **more}
    return {"Metrics": [first], **dict.fromkeys(_ONE)}


_TARGET = "TargetTrackingScalingPolicyConfiguration"
_OWN = f"{_TARGET}.CustomizedMetricSpecification"

WATCHING: tuple[Case, ...] = (
    Case(
        service="cloudwatch",
        operation="PutMetricAlarm",
        refused=(
            "ThresholdMetricId",
            "EvaluationWindow",
            "WarmUpConfiguration",
            "EvaluationCriteria",
            "EvaluationInterval",
            "ActionConfiguration",
            "Metrics[].AccountId",
        ),
        kept=kept("cloudwatch", "PutMetricAlarm", "DescribeAlarms shows them"),
        base=WATCHED,
        values={
            "ActionsEnabled": False,
            "OKActions": [POLICY],
            "AlarmActions": [POLICY],
            "InsufficientDataActions": [POLICY],
            "ExtendedStatistic": "p90",
            "Statistic": "Average",
            "Period": 120,
            "ComparisonOperator": "LessThanThreshold",
            "TreatMissingData": "ignore",
            "EvaluateLowSampleCountPercentile": "ignore",
            "Metrics[].MetricStat.Stat": "Average",
            "Metrics[].MetricStat.Period": 120,
            "Metrics[].Period": 120,
            "Metrics[].Expression": "m1 * 2",
            "Metrics[].ReturnData": True,
            "EvaluationWindow": "probe",
        },
        beside={
            "ExtendedStatistic": {"Statistic": None, "ExtendedStatistic": "p50"},
            "EvaluateLowSampleCountPercentile": {"Statistic": None, "ExtendedStatistic": "p90"},
            "Metrics": _QUERIES,
            "Metrics[].Expression": {
                "Metrics": [
                    {"Id": "e1", "Expression": "m1 + m1"},
                    {"Id": "m1", "MetricStat": _STAT, "ReturnData": False},
                ],
                **dict.fromkeys(_ONE),
            },
        },
    ),
    Case(
        service="cloudwatch",
        operation="PutCompositeAlarm",
        refused=(
            "AlarmActions",
            "InsufficientDataActions",
            "OKActions",
            "ActionsSuppressor",
            "ActionsSuppressorWaitPeriod",
            "ActionsSuppressorExtensionPeriod",
            "ActionConfiguration",
        ),
        kept=kept("cloudwatch", "PutCompositeAlarm", "DescribeAlarms shows them"),
        base={"AlarmName": "new", "AlarmRule": "TRUE"},
        values={"ActionsEnabled": False, "AlarmRule": "FALSE"},
    ),
    Case(
        service="application-autoscaling",
        operation="RegisterScalableTarget",
        refused=("ServiceNamespace", "ScalableDimension"),
        kept=kept(
            "application-autoscaling",
            "RegisterScalableTarget",
            "DescribeScalableTargets shows them",
        ),
        base={
            **SCALED,
            "ResourceId": "service/default/elsewhere",
            "MinCapacity": 1,
            "MaxCapacity": 9,
        },
        values={
            "ResourceId": "service/fargate/there",
            "ServiceNamespace": "rds",
            "ScalableDimension": "rds:cluster:ReadReplicaCount",
        },
    ),
    Case(
        service="application-autoscaling",
        operation="PutScalingPolicy",
        refused=(
            "ServiceNamespace",
            "ScalableDimension",
            # the last of its kinds is the one that is not built
            "PolicyType",
            "PredictiveScalingPolicyConfiguration",
        ),
        # DisableScaleIn is shown: there is one alarm less in the answer
        kept=dict.fromkeys(
            (
                "StepScalingPolicyConfiguration",
                _OWN,
                f"{_TARGET}.TargetValue",
                f"{_TARGET}.PredefinedMetricSpecification",
                f"{_TARGET}.ScaleOutCooldown",
                f"{_TARGET}.ScaleInCooldown",
            ),
            "DescribeScalingPolicies shows it",
        ),
        base={**SCALED, "PolicyName": "new", "StepScalingPolicyConfiguration": _STEPS},
        values={
            "ResourceId": "service/fargate/elsewhere",
            "ServiceNamespace": "rds",
            "ScalableDimension": "rds:cluster:ReadReplicaCount",
            "StepScalingPolicyConfiguration.AdjustmentType": "ExactCapacity",
            "StepScalingPolicyConfiguration.StepAdjustments[].MetricIntervalLowerBound": 1.5,
            f"{_OWN}.Statistic": "Average",
            f"{_OWN}.Metrics[].Expression": "m1 * 2",
            f"{_OWN}.Metrics[].MetricStat.Stat": "Average",
            f"{_OWN}.Metrics[].ReturnData": True,
            f"{_TARGET}.PredefinedMetricSpecification.PredefinedMetricType": (
                "ECSServiceAverageMemoryUtilization"
            ),
            f"{_TARGET}.PredefinedMetricSpecification.ResourceLabel": f"{_LABEL}0",
        },
        beside={
            _TARGET: _TRACKING,
            f"{_OWN}.Metrics[]": _tracking(
                CustomizedMetricSpecification={
                    "Metrics": [{"Id": "m1", "MetricStat": {"Metric": _METRIC, "Stat": "Sum"}}]
                }
            ),
            f"{_OWN}.Metrics[].Expression": _tracking(
                CustomizedMetricSpecification={
                    "Metrics": [
                        {"Id": "e1", "Expression": "m1 + m1"},
                        {
                            "Id": "m1",
                            "MetricStat": {"Metric": _METRIC, "Stat": "Sum"},
                            "ReturnData": False,
                        },
                    ]
                }
            ),
            f"{_TARGET}.PredefinedMetricSpecification": _tracking(
                PredefinedMetricSpecification=_CPU
            ),
            f"{_TARGET}.PredefinedMetricSpecification.ResourceLabel": _tracking(
                PredefinedMetricSpecification={
                    "PredefinedMetricType": "ALBRequestCountPerTarget",
                    "ResourceLabel": _LABEL,
                }
            ),
        },
    ),
    Case(
        service="application-autoscaling",
        operation="PutScheduledAction",
        refused=("ServiceNamespace", "ScalableDimension"),
        kept=kept(
            "application-autoscaling",
            "PutScheduledAction",
            "DescribeScheduledActions shows them",
        ),
        base={
            **SCALED,
            "ScheduledActionName": "new",
            "Schedule": "rate(1 day)",
            "ScalableTargetAction": {"MinCapacity": 1},
        },
        values={
            "ResourceId": "service/fargate/elsewhere",
            "ServiceNamespace": "rds",
            "ScalableDimension": "rds:cluster:ReadReplicaCount",
            "Schedule": "rate(2 days)",
            "Timezone": "Europe/Berlin",
            "StartTime": "2028-01-01T00:00:00Z",
            "EndTime": "2029-01-01T00:00:00Z",
        },
    ),
    Case(
        service="events",
        operation="CreateEventBus",
        refused=("EventSourceName", "KmsKeyIdentifier", "DeadLetterConfig", "LogConfig"),
        kept={"Tags": "ListTagsForResource shows them"},
        base={"Name": "new"},
        values={"EventSourceName": "aws.partner/example.com/probe"},
    ),
    Case(
        service="events",
        operation="PutRule",
        kept=kept("events", "PutRule", "DescribeRule shows them", "Name", "EventBusName"),
        base={"Name": "new", "EventPattern": '{"source": ["shop"]}'},
        values={
            "EventPattern": '{"source": ["bank"]}',
            "ScheduleExpression": "rate(1 day)",
            "State": "DISABLED",
            "EventBusName": "other",
        },
    ),
    Case(
        service="events",
        operation="PutTargets",
        refused=(
            "Targets[].KinesisParameters",
            "Targets[].RunCommandParameters",
            "Targets[].BatchParameters",
            "Targets[].SqsParameters",
            "Targets[].HttpParameters",
            "Targets[].RedshiftDataParameters",
            "Targets[].SageMakerPipelineParameters",
            "Targets[].AppSyncParameters",
            "Targets[].DeadLetterConfig",
        ),
        kept=kept("events", "PutTargets", "ListTargetsByRule shows them"),
        base={"Rule": "there", "Targets": [{"Id": "one", **_RUN}]},
        values={
            "Rule": "elsewhere",
            "EventBusName": "other",
            "Targets[].Arn": CLUSTER.replace("default", "fargate"),
            "Targets[].Input": "{}",
            "Targets[].InputPath": "$.detail",
            "Targets[].InputTransformer.InputPathsMap": {"a": "$.detail"},
            "Targets[].RedshiftDataParameters.SecretManagerArn": "$.a",
            "Targets[].RetryPolicy.MaximumEventAgeInSeconds": 77,
        },
    ),
    Case(
        service="scheduler",
        operation="CreateScheduleGroup",
        kept={"Tags": "ListTagsForResource shows them", "ClientToken": "a repetition finds it"},
        base={"Name": "new"},
    ),
    Case(
        service="scheduler",
        operation="CreateSchedule",
        refused=(
            "KmsKeyArn",
            # FLEXIBLE alone lacks its minutes; the next member's probe has both
            "FlexibleTimeWindow.Mode",
            "Target.DeadLetterConfig",
            "Target.EventBridgePutEventsV2Parameters",
            "Target.EventBridgePutRawEventsParameters",
            "Target.KinesisParameters",
            "Target.SageMakerPipelineParameters",
            "Target.SqsParameters",
        ),
        kept=kept("scheduler", "CreateSchedule", "GetSchedule shows them", "Name", "GroupName"),
        base=_SCHEDULE,
        values={
            "GroupName": "other",
            "ScheduleExpression": "rate(2 hours)",
            "ScheduleExpressionTimezone": "Europe/Berlin",
            "StartDate": "2028-01-01T00:00:00Z",
            "EndDate": "2029-01-01T00:00:00Z",
            "State": "DISABLED",
            "KmsKeyArn": f"arn:aws:kms:{HOME}:key/probe",
            "Target.Arn": CLUSTER.replace("default", "fargate"),
            "Target.RoleArn": "arn:aws:iam::000000000000:role/other",
            "Target.DeadLetterConfig.Arn": f"arn:aws:sqs:{HOME}:probe",
            "Target.RetryPolicy.MaximumEventAgeInSeconds": 77,
            "Target.EventBridgeParameters.Source": "other",
            "FlexibleTimeWindow.Mode": "FLEXIBLE",
            "FlexibleTimeWindow.MaximumWindowInMinutes": 9,
            "ActionAfterCompletion": "DELETE",
        },
        beside={
            "FlexibleTimeWindow.MaximumWindowInMinutes": {
                "FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 3}
            },
            "Target.EventBridgeParameters": {
                "Target": {
                    "Arn": f"arn:aws:events:{HOME}:event-bus/default",
                    "RoleArn": ROLE,
                    "Input": "{}",
                    "EventBridgeParameters": {"DetailType": "Sold", "Source": "shop"},
                }
            },
        },
    ),
)
_MADE = next(case for case in WATCHING if case.operation == "CreateSchedule")
WATCHING += (
    replace(
        _MADE,
        operation="UpdateSchedule",
        kept=kept("scheduler", "UpdateSchedule", "GetSchedule shows them", "Name", "GroupName"),
        base={**_SCHEDULE, "Name": "there"},
        values={**_MADE.values, "Name": "elsewhere"},
    ),
)
