"""Rules and schedules from a template: made, changed in place, taken away."""

from __future__ import annotations

import json
from typing import Any

import pytest

from seaway.aws import events, scheduler
from seaway.core.bus import EventBus, EventRule, EventTarget
from seaway.core.scheduler import ScheduledCall, ScheduleGroup
from tests.builders import HOME
from tests.stacking import Stacking

STACK = f"""
Resources:
  Bus: {{Type: AWS::Events::EventBus, Properties: {{Name: shop}}}}
  Sold:
    Type: AWS::Events::Rule
    Properties:
      EventBusName: !Ref Bus
      EventPattern: {{source: [shop], detail: {{price: [{{numeric: ['>', 5]}}]}}}}
      Targets:
        - Id: log
          Arn: arn:aws:logs:{HOME}:log-group:/events
        - Id: run
          Arn: arn:aws:ecs:{HOME}:cluster/default
          RoleArn: arn:aws:iam::000000000000:role/events
          EcsParameters:
            TaskDefinitionArn: web
            TaskCount: '2'
            TagList: [{{Key: a, Value: b}}]
            NetworkConfiguration:
              AwsVpcConfiguration: {{Subnets: [subnet-1], AssignPublicIp: DISABLED}}
  Group: {{Type: AWS::Scheduler::ScheduleGroup, Properties: {{Name: nights}}}}
  Nightly:
    Type: AWS::Scheduler::Schedule
    Properties:
      GroupName: !Ref Group
      ScheduleExpression: cron(0 3 * * ? *)
      ScheduleExpressionTimezone: Europe/Berlin
      FlexibleTimeWindow: {{Mode: FLEXIBLE, MaximumWindowInMinutes: '10'}}
      Target:
        Arn: arn:aws:ecs:{HOME}:cluster/default
        RoleArn: arn:aws:iam::000000000000:role/events
        EcsParameters: {{TaskDefinitionArn: web, LaunchType: FARGATE}}
"""


@pytest.fixture
def cfn() -> Stacking:
    return Stacking([*events.operations(), *scheduler.operations()])


def all_of(cfn: Stacking, noun: type[Any]) -> list[Any]:
    with cfn.store.transaction() as tx:
        return tx.where(noun)


def test_a_template_makes_rules_with_targets_and_schedules(cfn: Stacking) -> None:
    cfn.cfn("CreateStack", StackName="net", TemplateBody=STACK)
    cfn.settle()
    assert cfn.stack()["StackStatus"] == "CREATE_COMPLETE"
    (rule,), (schedule,) = all_of(cfn, EventRule), all_of(cfn, ScheduledCall)
    assert json.loads(rule.pattern)["detail"] == {"price": [{"numeric": [">", 5]}]}
    run = json.loads(all_of(cfn, EventTarget)[1].settings)["EcsParameters"]
    assert (run["TaskCount"], run["Tags"]) == (2, [{"Key": "a", "Value": "b"}])
    assert run["NetworkConfiguration"]["awsvpcConfiguration"]["Subnets"] == ["subnet-1"]
    assert (schedule.window, schedule.zone) == (10, "Europe/Berlin")
    assert schedule.group.endswith("schedule-group/nights")

    changed = STACK.replace("numeric: ['>', 5]", "numeric: ['>', 7]").replace(
        "cron(0 3", "cron(0 4"
    )
    changed = changed.replace("- Id: log", "- Id: story")
    cfn.cfn("UpdateStack", StackName="net", TemplateBody=changed)
    cfn.settle()
    assert cfn.stack()["StackStatus"] == "UPDATE_COMPLETE"
    assert sorted(target.id for target in all_of(cfn, EventTarget)) == ["run", "story"]
    assert all_of(cfn, ScheduledCall)[0].schedule == "cron(0 4 * * ? *)"

    cfn.cfn("DeleteStack", StackName="net")
    cfn.settle()
    kinds = (EventBus, EventRule, EventTarget, ScheduledCall, ScheduleGroup)
    assert [all_of(cfn, noun) for noun in kinds] == [[], [], [], [], []]
