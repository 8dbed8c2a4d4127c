"""A template's service says all that CreateService can of deployments, and waits for their end."""

from __future__ import annotations

from typing import Any

from seaway.aws import ecs
from seaway.core.service import Service
from seaway.core.service_deployment import HookRun
from seaway.reconcile import services
from seaway.store.resident import Resident
from tests.stacking import Stacking

TEMPLATE = """
Resources:
  Cluster: {Type: AWS::ECS::Cluster, Properties: {ClusterName: shop}}
  Definition:
    Type: AWS::ECS::TaskDefinition
    Properties:
      Family: cats
      ContainerDefinitions: [{Name: cats, Image: cats:1, Memory: 64}]
  Service:
    Type: AWS::ECS::Service
    Properties:
      Cluster: !Ref Cluster
      ServiceName: cats
      TaskDefinition: !Ref Definition
      DesiredCount: 0
      EnableExecuteCommand: true
      AvailabilityZoneRebalancing: DISABLED
      DeploymentConfiguration:
        Strategy: LINEAR
        BakeTimeInMinutes: 0
        LinearConfiguration: {StepPercent: '25.5', StepBakeTimeInMinutes: 0}
        Alarms: {AlarmNames: [errors], Enable: true, Rollback: true}
        DeploymentCircuitBreaker:
          Enable: true
          Rollback: true
          ResetOnHealthyTask: false
          ThresholdConfiguration: {Type: COUNT, Value: 4}
        LifecycleHooks:
          - TargetType: PAUSE
            LifecycleStages: [POST_SCALE_UP]
            TimeoutConfiguration: {TimeoutInMinutes: 5, Action: CONTINUE}
          - HookTargetArn: arn:aws:lambda:us-east-1:000000000000:function:check
            RoleArn: arn:aws:iam::000000000000:role/hooks
            LifecycleStages: [POST_PRODUCTION_TRAFFIC_SHIFT]
            HookDetails: '{"Url": "http://cats/"}'
            TimeoutConfiguration: {TimeoutInMinutes: 1, Action: CONTINUE}
"""


def passing(api: Stacking, looks: int) -> None:
    for _ in range(looks):
        api.look()
        with api.store.transaction() as tx:
            for key in services.all_keys(tx):
                services.reconcile(tx, key, api.moment)
        api.now += 1


def test_the_stack_waits_for_the_hooks_of_its_services_deployment() -> None:
    api = Stacking(ecs.operations(), Resident())
    api.cfn("CreateStack", StackName="net", TemplateBody=TEMPLATE)
    passing(api, 6)
    assert api.stack()["StackStatus"] == "CREATE_IN_PROGRESS"
    with api.store.transaction() as tx:
        (service,) = tx.where(Service)
        assert [run.kind for run in tx.where(HookRun)] == ["PAUSE"]
    check(service)
    api.now += 300
    passing(api, 2)
    api.now += 60
    passing(api, 4)
    assert api.stack()["StackStatus"] == "CREATE_COMPLETE"


def check(service: Service) -> None:
    rollout: Any = service.rollout
    assert (rollout.strategy, rollout.step_percent, rollout.step_bake_minutes) == (
        "LINEAR",
        25.5,
        0,
    )
    assert (rollout.alarms.names, rollout.alarms.enabled) == (("errors",), True)
    assert (rollout.breaker_type, rollout.breaker_value, rollout.breaker_resets) == (
        "COUNT",
        4,
        False,
    )
    pause, function = rollout.hooks
    assert (pause.kind, pause.timeout_minutes, pause.on_timeout) == ("PAUSE", 5, "CONTINUE")
    assert function.details == '{"Url": "http://cats/"}'
    assert service.exec_enabled
    assert service.zone_rebalancing == "DISABLED"
