"""Alarms and scaling from a template: made, changed in place, taken away."""

from __future__ import annotations

from typing import Any

import pytest

from seaway.aws import applicationautoscaling, cloudwatch
from seaway.core.alarm import Alarm
from seaway.core.scaling import ScalableTarget, ScalingPolicy, ScheduledScaling
from tests.builders import a_service
from tests.stacking import Stacking

SCALED = """
Resources:
  Target:
    Type: AWS::ApplicationAutoScaling::ScalableTarget
    Properties:
      ServiceNamespace: ecs
      ResourceId: service/default/web
      ScalableDimension: ecs:service:DesiredCount
      MinCapacity: 1
      MaxCapacity: '4'
      ScheduledActions:
        - ScheduledActionName: night
          Schedule: cron(0 22 * * ? *)
          Timezone: Europe/Berlin
          ScalableTargetAction: {MinCapacity: 0, MaxCapacity: 1}
  Out:
    Type: AWS::ApplicationAutoScaling::ScalingPolicy
    Properties:
      PolicyName: out
      PolicyType: StepScaling
      ScalingTargetId: !Ref Target
      StepScalingPolicyConfiguration:
        AdjustmentType: ChangeInCapacity
        Cooldown: 60
        StepAdjustments: [{MetricIntervalLowerBound: 0, ScalingAdjustment: 1}]
  Busy:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Namespace: AWS/ECS
      MetricName: CPUUtilization
      Dimensions: [{Name: ClusterName, Value: default}, {Name: ServiceName, Value: web}]
      Statistic: Average
      Period: '60'
      EvaluationPeriods: 2
      Threshold: 80
      ComparisonOperator: GreaterThanThreshold
      AlarmActions: [!Ref Out]
Outputs:
  Alarm: {Value: !GetAtt Busy.Arn}
"""


@pytest.fixture
def cfn() -> Stacking:
    made = Stacking([*applicationautoscaling.operations(), *cloudwatch.operations()])
    with made.store.transaction() as tx:
        tx.put(a_service())
    return made


def only(cfn: Stacking, noun: type[Any]) -> Any:
    with cfn.store.transaction() as tx:
        (found,) = tx.where(noun)
    return found


def test_a_template_makes_a_target_its_policy_and_the_alarm_that_leads_to_it(
    cfn: Stacking,
) -> None:
    cfn.cfn("CreateStack", StackName="net", TemplateBody=SCALED)
    cfn.settle()
    assert cfn.stack()["StackStatus"] == "CREATE_COMPLETE"
    target, policy, alarm = (only(cfn, noun) for noun in (ScalableTarget, ScalingPolicy, Alarm))
    assert (target.minimum, target.maximum) == (1, 4)
    assert alarm.alarm_actions == (policy.arn,)
    assert cfn.stack()["Outputs"][0]["OutputValue"] == alarm.arn
    assert cfn.physical("Target") == "service/default/web|ecs:service:DesiredCount|ecs"
    assert only(cfn, ScheduledScaling).maximum == 1

    changed = SCALED.replace("MaxCapacity: '4'", "MaxCapacity: 6").replace("80", "70")
    changed = changed.replace("ScheduledActionName: night", "ScheduledActionName: late")
    cfn.cfn("UpdateStack", StackName="net", TemplateBody=changed)
    cfn.settle()
    assert cfn.stack()["StackStatus"] == "UPDATE_COMPLETE"
    assert only(cfn, ScalableTarget).maximum == 6
    assert '"Threshold": 70.0' in only(cfn, Alarm).settings
    assert only(cfn, ScheduledScaling).name == "late"

    cfn.cfn("DeleteStack", StackName="net")
    cfn.settle()
    with cfn.store.transaction() as tx:
        left = [tx.where(noun) for noun in (ScalableTarget, ScalingPolicy, Alarm)]
    assert left == [[], [], []]
