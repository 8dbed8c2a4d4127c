"""Services that follow metrics and the clock: the real API, alarms and loops in virtual time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from seaway.aws import applicationautoscaling, cloudwatch, ecs
from seaway.core.alarm import Alarm, AlarmHistory
from seaway.core.names import cluster_arn, place_of
from seaway.core.scaling import CountChange
from seaway.core.service import Service
from seaway.core.task import TaskStatus
from seaway.reconcile import alarms, scaling
from seaway.store.resident import Resident
from seaway.store.series import Merge, Metric, Series, value_of
from tests.builders import CLUSTER
from tests.handlers import Api
from tests.reconcile.world import LOOPS, World

RESOURCE = "service/default/web"
NAMED = {
    "ServiceNamespace": "ecs",
    "ResourceId": RESOURCE,
    "ScalableDimension": "ecs:service:DesiredCount",
}
CPU = {"PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"}}
MEMORY = {
    "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageMemoryUtilization"}
}
MINUTE = 60.0
START = 1_800_000_000.0
"""A full minute."""


class Stage:
    """A service of two tasks, its metrics, and the APIs, all on one clock."""

    def __init__(self, directory: Path) -> None:
        self.series = Series(directory / "series.db")
        self.series.open()
        self.world = World(
            store=Resident(series=self.series), now=START, loops=(*LOOPS, alarms, scaling)
        )
        handlers = [
            *ecs.operations(),
            *applicationautoscaling.operations(),
            *cloudwatch.operations(),
        ]
        self._api = Api(handlers, self.world.store)
        self.load: dict[str, float] = {}
        self.ecs("CreateService", serviceName="web", taskDefinition="web", desiredCount=2)
        self.world.settle()

    def ask(self, service: str, operation: str, /, **request: Any) -> Any:
        self._api.now = self.world.now
        return self._api(service, operation, **request)

    def ecs(self, operation: str, /, **request: Any) -> Any:
        return self.ask("ecs", operation, **request)

    def scaling(self, operation: str, /, **request: Any) -> Any:
        return self.ask("application-autoscaling", operation, **{**NAMED, **request})

    def policy(self, name: str, /, **settings: Any) -> Any:
        """A target tracking policy."""
        made = self.scaling(
            "PutScalingPolicy",
            PolicyName=name,
            PolicyType="TargetTrackingScaling",
            TargetTrackingScalingPolicyConfiguration=settings,
        )
        self.world.settle()
        return made

    def alarm(self, policy: str, **settings: Any) -> None:
        """An alarm on the service's CPU over 50 %, whose action is the policy."""
        watched = {
            "Namespace": "AWS/ECS",
            "MetricName": "CPUUtilization",
            "Dimensions": [
                {"Name": "ClusterName", "Value": "default"},
                {"Name": "ServiceName", "Value": "web"},
            ],
            "Statistic": "Average",
            "Period": 60,
            "EvaluationPeriods": 1,
            "Threshold": 50.0,
            "ComparisonOperator": "GreaterThanThreshold",
            "AlarmName": "mine",
        }
        self.ask(
            "cloudwatch", "PutMetricAlarm", **{**watched, "AlarmActions": [policy], **settings}
        )
        self.world.settle()

    def register(self, low: int = 1, high: int = 10, **more: Any) -> None:
        self.scaling("RegisterScalableTarget", MinCapacity=low, MaxCapacity=high, **more)
        self.world.settle()

    def pass_minutes(self, count: int) -> None:
        """Each minute has a point of each metric at its start."""
        for _ in range(count):
            place = (("ClusterName", "default"), ("ServiceName", "web"))
            self.series.put_points(
                value_of(
                    Metric(namespace="AWS/ECS", name=name, dimensions=place, region="us-east-1"),
                    int(self.world.now) // 60 * 60,
                    value,
                    "Percent",
                    Merge.SAMPLE,
                )
                for name, value in self.load.items()
            )
            asyncio.run(self.series.flushed())
            self.world.run(MINUTE)

    @property
    def count(self) -> int:
        arn = place_of(CLUSTER).arn("ecs", RESOURCE)
        with self.world.store.transaction() as tx:
            service = tx.find(Service, arn)
        assert service is not None
        return service.desired_count

    def counts(self, minutes: int) -> list[int]:
        """The desired count after each of some minutes."""
        found = []
        for _ in range(minutes):
            self.pass_minutes(1)
            found.append(self.count)
        return found

    def all(self, noun: type[Any]) -> list[Any]:
        with self.world.store.transaction() as tx:
            return tx.where(noun)

    def last_action(self) -> tuple[str, str]:
        """What the alarms' history says of the last action: its outcome, and the line."""
        last = [one for one in self.all(AlarmHistory) if one.kind == "Action"][-1]
        return json.loads(last.data)["actionState"], last.summary

    def running(self) -> int:
        return sum(task.last_status is TaskStatus.RUNNING for task in self.world.tasks())


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    assert cluster_arn(place_of(CLUSTER), "default") == CLUSTER
    made = Stage(tmp_path)
    yield made
    made.series.close()


def test_three_busy_minutes_double_what_is_twice_as_busy_as_wanted(stage: Stage) -> None:
    stage.register()
    made = stage.policy("cpu", TargetValue=50.0, **CPU)
    names = [alarm["AlarmName"] for alarm in made["Alarms"]]
    assert [name.rsplit("-", 5)[0] for name in names] == [
        f"TargetTracking-{RESOURCE}-AlarmHigh",
        f"TargetTracking-{RESOURCE}-AlarmLow",
    ]
    stage.load["CPUUtilization"] = 100.0
    # Three whole minutes, and the time their values need to come in.
    assert stage.counts(4) == [2, 2, 2, 4]
    assert stage.running() == 4
    (change,) = stage.all(CountChange)
    assert change.description == "Setting desired count to 4."
    assert change.cause == f"monitor alarm {names[0]} in state ALARM triggered policy cpu"
    assert (change.status, change.message) == (
        "Successful",
        "Successfully set desired count to 4. Change successfully fulfilled by ecs.",
    )
    (service,) = stage.all(Service)
    assert any("Successfully set desired count to 4." in said for said in stage.world.said(service))


def test_fifteen_idle_minutes_scale_in_to_what_the_load_needs(stage: Stage) -> None:
    stage.register()
    stage.ecs("UpdateService", service="web", desiredCount=8)
    stage.policy("cpu", TargetValue=50.0, **CPU)
    stage.load["CPUUtilization"] = 20.0
    assert stage.counts(15) == [8] * 15
    assert stage.counts(1) == [4]  # 8 x 20 / 50 = 3.2
    # The cooldown's five minutes, then what the same figures ask for again.
    assert stage.counts(5) == [4, 4, 4, 4, 2]


def test_between_the_alarms_nothing_moves(stage: Stage) -> None:
    stage.register()
    stage.policy("cpu", TargetValue=50.0, **CPU)
    stage.load["CPUUtilization"] = 48.0
    assert stage.counts(20) == [2] * 20


def test_a_count_stays_within_its_bounds(stage: Stage) -> None:
    stage.register(2, 3)
    stage.policy("cpu", TargetValue=50.0, **CPU)
    stage.load["CPUUtilization"] = 500.0
    assert stage.counts(6)[-1] == 3
    stage.load["CPUUtilization"] = 1.0
    assert stage.counts(30)[-1] == 2


def test_new_bounds_take_the_count_along(stage: Stage) -> None:
    stage.register(5, 10)
    assert stage.count == 5
    stage.register(1, 3)
    assert stage.count == 3
    assert [change.cause for change in stage.all(CountChange)] == [
        "minimum capacity was set to 5",
        "maximum capacity was set to 3",
    ]


def test_during_its_cooldown_a_policy_adds_only_what_is_more_than_it_added(stage: Stage) -> None:
    stage.register(1, 50)
    stage.policy("cpu", TargetValue=50.0, ScaleOutCooldown=600, **CPU)
    stage.load["CPUUtilization"] = 100.0
    assert stage.counts(4)[-1] == 4
    assert stage.counts(3) == [4, 4, 4]
    stage.load["CPUUtilization"] = 200.0
    assert stage.counts(2)[-1] == 8  # 2 x 200 / 50, and not 4 x 200 / 50


def test_scaling_in_waits_while_the_service_is_deployed_and_scaling_out_does_not(
    stage: Stage,
) -> None:
    stage.register()
    stage.ecs("UpdateService", service="web", desiredCount=8)
    stage.policy("cpu", TargetValue=50.0, **CPU)
    stage.load["CPUUtilization"] = 20.0
    stage.pass_minutes(14)
    stage.world.obedient = False
    stage.ecs("UpdateService", service="web", forceNewDeployment=True)
    assert stage.counts(5) == [8] * 5
    stage.load["CPUUtilization"] = 60.0
    assert stage.counts(4)[-1] == 10
    stage.world.obedient = True


def test_suspended_directions_do_nothing(stage: Stage) -> None:
    stage.register(SuspendedState={"DynamicScalingOutSuspended": True})
    stage.policy("cpu", TargetValue=50.0, **CPU)
    stage.load["CPUUtilization"] = 100.0
    assert stage.counts(6) == [2] * 6
    stage.register(
        SuspendedState={"DynamicScalingOutSuspended": False, "DynamicScalingInSuspended": True}
    )
    assert stage.counts(1) == [4]
    stage.load["CPUUtilization"] = 1.0
    assert stage.counts(20) == [4] * 20


def test_without_scaling_in_there_is_one_alarm(stage: Stage) -> None:
    stage.register()
    made = stage.policy("cpu", TargetValue=50.0, DisableScaleIn=True, **CPU)
    assert len(made["Alarms"]) == 1


def test_of_two_policies_the_larger_count_wins_and_both_must_agree_to_scale_in(
    stage: Stage,
) -> None:
    stage.register()
    stage.policy("cpu", TargetValue=50.0, ScaleInCooldown=0, **CPU)
    stage.policy("memory", TargetValue=50.0, ScaleInCooldown=0, **MEMORY)
    stage.load |= {"CPUUtilization": 100.0, "MemoryUtilization": 200.0}
    assert stage.counts(4)[-1] == 8
    stage.load |= {"CPUUtilization": 10.0, "MemoryUtilization": 49.0}
    assert stage.counts(20)[-1] == 8
    stage.load["MemoryUtilization"] = 20.0
    assert stage.counts(16)[-1] == 4  # memory asks for 8 x 20 / 50, CPU for fewer


def test_steps_follow_how_far_the_metric_is_beyond(stage: Stage) -> None:
    stage.register()
    steps = [
        {"MetricIntervalLowerBound": 0.0, "MetricIntervalUpperBound": 20.0, "ScalingAdjustment": 1},
        {"MetricIntervalLowerBound": 20.0, "ScalingAdjustment": 3},
    ]
    made = stage.scaling(
        "PutScalingPolicy",
        PolicyName="steps",
        PolicyType="StepScaling",
        StepScalingPolicyConfiguration={
            "AdjustmentType": "ChangeInCapacity",
            "StepAdjustments": steps,
            "Cooldown": 180,
        },
    )
    stage.alarm(made["PolicyARN"])
    stage.load["CPUUtilization"] = 60.0
    assert stage.counts(2) == [2, 3]
    # Within the cooldown the bigger step counts what the smaller one added.
    stage.load["CPUUtilization"] = 90.0
    assert stage.counts(2) == [3, 5]
    stage.load["CPUUtilization"] = 40.0
    assert stage.counts(3) == [5, 5, 5]


def test_a_policy_goes_on_for_as_long_as_its_alarm_is_off(stage: Stage) -> None:
    stage.register()
    made = stage.scaling(
        "PutScalingPolicy",
        PolicyName="steps",
        PolicyType="StepScaling",
        StepScalingPolicyConfiguration={
            "AdjustmentType": "ChangeInCapacity",
            "StepAdjustments": [{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 1}],
            "Cooldown": 0,
        },
    )
    stage.alarm(made["PolicyARN"])
    stage.load["CPUUtilization"] = 60.0
    assert stage.counts(5) == [2, 3, 4, 5, 6]


def test_a_state_set_by_hand_scales_by_the_data_that_is_given_with_it(stage: Stage) -> None:
    stage.register()
    steps = [
        {"MetricIntervalLowerBound": 0.0, "MetricIntervalUpperBound": 20, "ScalingAdjustment": 1},
        {"MetricIntervalLowerBound": 20.0, "ScalingAdjustment": 4},
    ]
    made = stage.scaling(
        "PutScalingPolicy",
        PolicyName="steps",
        PolicyType="StepScaling",
        StepScalingPolicyConfiguration={
            "AdjustmentType": "ChangeInCapacity",
            "StepAdjustments": steps,
        },
    )
    stage.alarm(made["PolicyARN"])
    by_hand = {"AlarmName": "mine", "StateValue": "ALARM", "StateReason": "a drill"}
    # Nothing says which step it is.
    stage.ask("cloudwatch", "SetAlarmState", **by_hand)
    stage.world.settle()
    assert stage.count == 2
    assert stage.last_action() == ("Failed", f"Failed to execute action {made['PolicyARN']}")
    stage.pass_minutes(1)  # and with no metric the alarm is as it was
    data = '{"recentDatapoints": [71.5]}'
    stage.ask("cloudwatch", "SetAlarmState", **by_hand, StateReasonData=data)
    stage.world.settle()
    assert stage.count == 6
    assert stage.last_action() == ("Succeeded", f"Successfully executed action {made['PolicyARN']}")
    assert stage.counts(2) == [6, 6]


def test_the_history_of_an_alarm_says_when_its_policy_could_do_nothing(stage: Stage) -> None:
    stage.register()
    made = stage.scaling(
        "PutScalingPolicy",
        PolicyName="steps",
        PolicyType="StepScaling",
        StepScalingPolicyConfiguration={
            "AdjustmentType": "ChangeInCapacity",
            "StepAdjustments": [{"MetricIntervalLowerBound": 20.0, "ScalingAdjustment": 1}],
        },
    )
    stage.alarm(made["PolicyARN"])
    stage.load["CPUUtilization"] = 60.0
    stage.pass_minutes(2)
    assert stage.last_action() == ("Failed", f"Failed to execute action {made['PolicyARN']}")
    (line,) = [one.data for one in stage.all(AlarmHistory) if one.kind == "Action"]
    said = "No step adjustment found for metric value [60.0] and breach delta 10.0"
    assert json.loads(line)["error"] == said
    stage.load["CPUUtilization"] = 10.0
    stage.pass_minutes(2)
    stage.scaling("DeleteScalingPolicy", PolicyName="steps")
    stage.load["CPUUtilization"] = 90.0
    stage.pass_minutes(2)
    assert stage.last_action() == ("Failed", f"Failed to execute action {made['PolicyARN']}")
    assert stage.count == 2


def test_an_alarm_whose_actions_are_off_scales_nothing(stage: Stage) -> None:
    stage.register()
    made = stage.scaling(
        "PutScalingPolicy",
        PolicyName="steps",
        PolicyType="StepScaling",
        StepScalingPolicyConfiguration={
            "AdjustmentType": "ExactCapacity",
            "StepAdjustments": [{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 7}],
        },
    )
    stage.alarm(made["PolicyARN"], ActionsEnabled=False)
    stage.load["CPUUtilization"] = 60.0
    assert stage.counts(3) == [2, 2, 2]
    stage.ask("cloudwatch", "EnableAlarmActions", AlarmNames=["mine"])
    stage.world.settle()
    assert stage.count == 7


def test_the_clock_sets_bounds_and_what_was_slept_through_is_done_once(stage: Stage) -> None:
    stage.register()
    stage.scaling(
        "PutScheduledAction",
        ScheduledActionName="busy",
        Schedule="rate(10 minutes)",
        ScalableTargetAction={"MinCapacity": 6},
    )
    stage.world.run(9 * MINUTE)
    assert stage.count == 2
    stage.world.run(MINUTE)
    assert stage.count == 6
    # Nobody looked for an hour: a new world over the same store.
    stage.ecs("UpdateService", service="web", desiredCount=1)
    asleep = World(
        store=stage.world.store, now=stage.world.now + 65 * MINUTE, loops=stage.world.loops
    )
    before = len(stage.all(CountChange))
    with asleep.store.transaction() as tx:
        wake = scaling.reconcile(tx, next(iter(scaling.all_keys(tx))), asleep.moment())
    assert stage.count == 6
    assert len(stage.all(CountChange)) == before + 1
    assert wake is not None
    assert wake <= START + 80 * MINUTE


def test_a_one_time_action_fires_once_in_its_zone_and_is_gone(stage: Stage) -> None:
    stage.register()
    # START is 2027-01-15 08:00 UTC.
    stage.scaling(
        "PutScheduledAction",
        ScheduledActionName="once",
        Schedule="at(2027-01-15T09:30:00)",
        Timezone="Europe/Berlin",
        ScalableTargetAction={"MinCapacity": 4, "MaxCapacity": 4},
    )
    stage.world.run(29 * MINUTE)
    assert stage.count == 2
    stage.world.run(2 * MINUTE)
    assert stage.count == 4
    assert stage.scaling("DescribeScheduledActions")["ScheduledActions"] == []


def test_suspended_schedules_change_no_bounds(stage: Stage) -> None:
    stage.register(SuspendedState={"ScheduledScalingSuspended": True})
    stage.scaling(
        "PutScheduledAction",
        ScheduledActionName="busy",
        Schedule="cron(10 8 * * ? *)",
        ScalableTargetAction={"MinCapacity": 6},
    )
    stage.world.run(15 * MINUTE)
    assert stage.count == 2


def test_deregistering_takes_policies_alarms_and_actions_along(stage: Stage) -> None:
    stage.register()
    stage.policy("cpu", TargetValue=50.0, **CPU)
    stage.scaling("DeregisterScalableTarget")
    stage.world.settle()
    assert stage.all(Alarm) == []
    stage.load["CPUUtilization"] = 100.0
    assert stage.counts(5) == [2] * 5


def test_a_second_look_changes_nothing(stage: Stage) -> None:
    stage.register()
    stage.policy("cpu", TargetValue=50.0, **CPU)
    stage.load["CPUUtilization"] = 100.0
    stage.pass_minutes(4)
    changes = stage.all(CountChange)
    for _ in range(3):
        with stage.world.store.transaction() as tx:
            scaling.reconcile(tx, next(iter(scaling.all_keys(tx))), stage.world.moment())
    assert stage.all(CountChange) == changes
    assert stage.count == 4
