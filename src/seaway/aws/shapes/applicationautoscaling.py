"""Shapes of application-autoscaling (API version 2016-02-06). Written by tools/generate_shapes.py; do not edit."""

from __future__ import annotations

from datetime import datetime
from typing import Required, TypedDict


class Alarm(TypedDict, total=False):
    AlarmName: Required[str]
    AlarmARN: Required[str]


class CapacityForecast(TypedDict, total=False):
    Timestamps: Required[list[datetime]]
    Values: Required[list[float]]


class CustomizedMetricSpecification(TypedDict, total=False):
    MetricName: str
    Namespace: str
    Dimensions: list[MetricDimension]
    Statistic: str
    Unit: str
    Metrics: list[TargetTrackingMetricDataQuery]


class DeleteScalingPolicyRequest(TypedDict, total=False):
    PolicyName: Required[str]
    ServiceNamespace: Required[str]
    ResourceId: Required[str]
    ScalableDimension: Required[str]


class DeleteScalingPolicyResponse(TypedDict, total=False):
    pass


class DeleteScheduledActionRequest(TypedDict, total=False):
    ServiceNamespace: Required[str]
    ScheduledActionName: Required[str]
    ResourceId: Required[str]
    ScalableDimension: Required[str]


class DeleteScheduledActionResponse(TypedDict, total=False):
    pass


class DeregisterScalableTargetRequest(TypedDict, total=False):
    ServiceNamespace: Required[str]
    ResourceId: Required[str]
    ScalableDimension: Required[str]


class DeregisterScalableTargetResponse(TypedDict, total=False):
    pass


class DescribeScalableTargetsRequest(TypedDict, total=False):
    ServiceNamespace: Required[str]
    ResourceIds: list[str]
    ScalableDimension: str
    MaxResults: int
    NextToken: str


class DescribeScalableTargetsResponse(TypedDict, total=False):
    ScalableTargets: list[ScalableTarget]
    NextToken: str


class DescribeScalingActivitiesRequest(TypedDict, total=False):
    ServiceNamespace: Required[str]
    ResourceId: str
    ScalableDimension: str
    MaxResults: int
    NextToken: str
    IncludeNotScaledActivities: bool


class DescribeScalingActivitiesResponse(TypedDict, total=False):
    ScalingActivities: list[ScalingActivity]
    NextToken: str


class DescribeScalingPoliciesRequest(TypedDict, total=False):
    PolicyNames: list[str]
    ServiceNamespace: Required[str]
    ResourceId: str
    ScalableDimension: str
    MaxResults: int
    NextToken: str


class DescribeScalingPoliciesResponse(TypedDict, total=False):
    ScalingPolicies: list[ScalingPolicy]
    NextToken: str


class DescribeScheduledActionsRequest(TypedDict, total=False):
    ScheduledActionNames: list[str]
    ServiceNamespace: Required[str]
    ResourceId: str
    ScalableDimension: str
    MaxResults: int
    NextToken: str


class DescribeScheduledActionsResponse(TypedDict, total=False):
    ScheduledActions: list[ScheduledAction]
    NextToken: str


class GetPredictiveScalingForecastRequest(TypedDict, total=False):
    ServiceNamespace: Required[str]
    ResourceId: Required[str]
    ScalableDimension: Required[str]
    PolicyName: Required[str]
    StartTime: Required[datetime]
    EndTime: Required[datetime]


class GetPredictiveScalingForecastResponse(TypedDict, total=False):
    LoadForecast: list[LoadForecast]
    CapacityForecast: CapacityForecast
    UpdateTime: datetime


class ListTagsForResourceRequest(TypedDict, total=False):
    ResourceARN: Required[str]


class ListTagsForResourceResponse(TypedDict, total=False):
    Tags: dict[str, str]


class LoadForecast(TypedDict, total=False):
    Timestamps: Required[list[datetime]]
    Values: Required[list[float]]
    MetricSpecification: Required[PredictiveScalingMetricSpecification]


class MetricDimension(TypedDict, total=False):
    Name: Required[str]
    Value: Required[str]


class NotScaledReason(TypedDict, total=False):
    Code: Required[str]
    MaxCapacity: int
    MinCapacity: int
    CurrentCapacity: int


class PredefinedMetricSpecification(TypedDict, total=False):
    PredefinedMetricType: Required[str]
    ResourceLabel: str


class PredictiveScalingCustomizedMetricSpecification(TypedDict, total=False):
    MetricDataQueries: Required[list[PredictiveScalingMetricDataQuery]]


class PredictiveScalingMetric(TypedDict, total=False):
    Dimensions: list[PredictiveScalingMetricDimension]
    MetricName: str
    Namespace: str


class PredictiveScalingMetricDataQuery(TypedDict, total=False):
    Id: Required[str]
    Expression: str
    MetricStat: PredictiveScalingMetricStat
    Label: str
    ReturnData: bool


class PredictiveScalingMetricDimension(TypedDict, total=False):
    Name: Required[str]
    Value: Required[str]


class PredictiveScalingMetricSpecification(TypedDict, total=False):
    TargetValue: Required[float]
    PredefinedMetricPairSpecification: PredictiveScalingPredefinedMetricPairSpecification
    PredefinedScalingMetricSpecification: PredictiveScalingPredefinedScalingMetricSpecification
    PredefinedLoadMetricSpecification: PredictiveScalingPredefinedLoadMetricSpecification
    CustomizedScalingMetricSpecification: PredictiveScalingCustomizedMetricSpecification
    CustomizedLoadMetricSpecification: PredictiveScalingCustomizedMetricSpecification
    CustomizedCapacityMetricSpecification: PredictiveScalingCustomizedMetricSpecification


class PredictiveScalingMetricStat(TypedDict, total=False):
    Metric: Required[PredictiveScalingMetric]
    Stat: Required[str]
    Unit: str


class PredictiveScalingPolicyConfiguration(TypedDict, total=False):
    MetricSpecifications: Required[list[PredictiveScalingMetricSpecification]]
    Mode: str
    SchedulingBufferTime: int
    MaxCapacityBreachBehavior: str
    MaxCapacityBuffer: int


class PredictiveScalingPredefinedLoadMetricSpecification(TypedDict, total=False):
    PredefinedMetricType: Required[str]
    ResourceLabel: str


class PredictiveScalingPredefinedMetricPairSpecification(TypedDict, total=False):
    PredefinedMetricType: Required[str]
    ResourceLabel: str


class PredictiveScalingPredefinedScalingMetricSpecification(TypedDict, total=False):
    PredefinedMetricType: Required[str]
    ResourceLabel: str


class PutScalingPolicyRequest(TypedDict, total=False):
    PolicyName: Required[str]
    ServiceNamespace: Required[str]
    ResourceId: Required[str]
    ScalableDimension: Required[str]
    PolicyType: str
    StepScalingPolicyConfiguration: StepScalingPolicyConfiguration
    TargetTrackingScalingPolicyConfiguration: TargetTrackingScalingPolicyConfiguration
    PredictiveScalingPolicyConfiguration: PredictiveScalingPolicyConfiguration


class PutScalingPolicyResponse(TypedDict, total=False):
    PolicyARN: Required[str]
    Alarms: list[Alarm]


class PutScheduledActionRequest(TypedDict, total=False):
    ServiceNamespace: Required[str]
    Schedule: str
    Timezone: str
    ScheduledActionName: Required[str]
    ResourceId: Required[str]
    ScalableDimension: Required[str]
    StartTime: datetime
    EndTime: datetime
    ScalableTargetAction: ScalableTargetAction


class PutScheduledActionResponse(TypedDict, total=False):
    pass


class RegisterScalableTargetRequest(TypedDict, total=False):
    ServiceNamespace: Required[str]
    ResourceId: Required[str]
    ScalableDimension: Required[str]
    MinCapacity: int
    MaxCapacity: int
    RoleARN: str
    SuspendedState: SuspendedState
    Tags: dict[str, str]


class RegisterScalableTargetResponse(TypedDict, total=False):
    ScalableTargetARN: str


class ScalableTarget(TypedDict, total=False):
    ServiceNamespace: Required[str]
    ResourceId: Required[str]
    ScalableDimension: Required[str]
    MinCapacity: Required[int]
    MaxCapacity: Required[int]
    PredictedCapacity: int
    RoleARN: Required[str]
    CreationTime: Required[datetime]
    SuspendedState: SuspendedState
    ScalableTargetARN: str


class ScalableTargetAction(TypedDict, total=False):
    MinCapacity: int
    MaxCapacity: int


class ScalingActivity(TypedDict, total=False):
    ActivityId: Required[str]
    ServiceNamespace: Required[str]
    ResourceId: Required[str]
    ScalableDimension: Required[str]
    Description: Required[str]
    Cause: Required[str]
    StartTime: Required[datetime]
    EndTime: datetime
    StatusCode: Required[str]
    StatusMessage: str
    Details: str
    NotScaledReasons: list[NotScaledReason]


class ScalingPolicy(TypedDict, total=False):
    PolicyARN: Required[str]
    PolicyName: Required[str]
    ServiceNamespace: Required[str]
    ResourceId: Required[str]
    ScalableDimension: Required[str]
    PolicyType: Required[str]
    StepScalingPolicyConfiguration: StepScalingPolicyConfiguration
    TargetTrackingScalingPolicyConfiguration: TargetTrackingScalingPolicyConfiguration
    PredictiveScalingPolicyConfiguration: PredictiveScalingPolicyConfiguration
    Alarms: list[Alarm]
    CreationTime: Required[datetime]


class ScheduledAction(TypedDict, total=False):
    ScheduledActionName: Required[str]
    ScheduledActionARN: Required[str]
    ServiceNamespace: Required[str]
    Schedule: Required[str]
    Timezone: str
    ResourceId: Required[str]
    ScalableDimension: str
    StartTime: datetime
    EndTime: datetime
    ScalableTargetAction: ScalableTargetAction
    CreationTime: Required[datetime]


class StepAdjustment(TypedDict, total=False):
    MetricIntervalLowerBound: float
    MetricIntervalUpperBound: float
    ScalingAdjustment: Required[int]


class StepScalingPolicyConfiguration(TypedDict, total=False):
    AdjustmentType: str
    StepAdjustments: list[StepAdjustment]
    MinAdjustmentMagnitude: int
    Cooldown: int
    MetricAggregationType: str


class SuspendedState(TypedDict, total=False):
    DynamicScalingInSuspended: bool
    DynamicScalingOutSuspended: bool
    ScheduledScalingSuspended: bool


class TagResourceRequest(TypedDict, total=False):
    ResourceARN: Required[str]
    Tags: Required[dict[str, str]]


class TagResourceResponse(TypedDict, total=False):
    pass


class TargetTrackingMetric(TypedDict, total=False):
    Dimensions: list[TargetTrackingMetricDimension]
    MetricName: str
    Namespace: str


class TargetTrackingMetricDataQuery(TypedDict, total=False):
    Expression: str
    Id: Required[str]
    Label: str
    MetricStat: TargetTrackingMetricStat
    ReturnData: bool


class TargetTrackingMetricDimension(TypedDict, total=False):
    Name: Required[str]
    Value: Required[str]


class TargetTrackingMetricStat(TypedDict, total=False):
    Metric: Required[TargetTrackingMetric]
    Stat: Required[str]
    Unit: str


class TargetTrackingScalingPolicyConfiguration(TypedDict, total=False):
    TargetValue: Required[float]
    PredefinedMetricSpecification: PredefinedMetricSpecification
    CustomizedMetricSpecification: CustomizedMetricSpecification
    ScaleOutCooldown: int
    ScaleInCooldown: int
    DisableScaleIn: bool


class UntagResourceRequest(TypedDict, total=False):
    ResourceARN: Required[str]
    TagKeys: Required[list[str]]


class UntagResourceResponse(TypedDict, total=False):
    pass
