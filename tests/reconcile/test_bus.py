"""Events, rules and targets: the real API, loops and RunTask, in virtual time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from seaway.aws.ecs.event_details import event_detail
from seaway.core.bus import Announced, BusEvent, Delivery
from seaway.core.task import Task, TaskStatus
from seaway.reconcile import scheduled_rules, state_events
from tests.builders import CLUSTER, HOME
from tests.reconcile.bus_stage import MINUTE, ROLE, START, Stage


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path)
    yield made
    made.series.close()


def run_to(stage: Stage, name: str = "nightly", **more: Any) -> None:
    parameters = {"TaskDefinitionArn": "web", "LaunchType": "EC2", **more.pop("EcsParameters", {})}
    stage.rule(name, CLUSTER, EcsParameters=parameters, RoleArn=ROLE, **more)


def test_an_event_that_matches_reaches_the_target_and_is_gone(stage: Stage) -> None:
    stage.rule(EventPattern='{"source": ["shop"], "detail": {"price": [{"numeric": [">", 5]}]}}')
    stage.put({"price": 7}, Resources=["arn:x"])
    stage.put({"price": 3})
    (event,) = stage.heard()
    assert event["detail"] == {"price": 7}
    assert (event["detail-type"], event["source"], event["resources"]) == (
        "Sold",
        "shop",
        ["arn:x"],
    )
    assert event["time"] == "2027-01-15T08:00:00Z"
    assert stage.all(BusEvent) == stage.all(Delivery) == []


def test_a_disabled_rule_hears_nothing(stage: Stage) -> None:
    stage.rule(EventPattern='{"source": ["shop"]}')
    stage.events("DisableRule", Name="all")
    stage.put({"n": 1})
    stage.events("EnableRule", Name="all")
    stage.put({"n": 2})
    assert [event["detail"]["n"] for event in stage.heard()] == [2]


def test_a_bus_of_ones_own_hands_on_to_another(stage: Stage) -> None:
    made = stage.events("CreateEventBus", Name="shop")
    default = made["EventBusArn"].replace("/shop", "/default")
    stage.rule("onward", default, EventPattern='{"source": ["shop"]}', EventBusName="shop")
    stage.rule(EventPattern='{"source": ["shop"]}', InputPath="$.detail")
    stage.put({"n": 1}, EventBusName="shop")
    assert stage.heard() == [{"n": 1}]


def test_buses_in_a_ring_come_to_rest(stage: Stage) -> None:
    one = stage.events("CreateEventBus", Name="one")["EventBusArn"]
    two = stage.events("CreateEventBus", Name="two")["EventBusArn"]
    stage.rule("a", two, EventPattern='{"source": ["shop"]}', EventBusName="one")
    stage.rule("b", one, EventPattern='{"source": ["shop"]}', EventBusName="two")
    stage.put({"n": 1}, EventBusName="one")
    assert stage.all(BusEvent) == []


def test_a_scheduled_rule_runs_tasks_at_its_times(stage: Stage) -> None:
    run_to(stage, ScheduleExpression="rate(5 minutes)", EcsParameters={"TaskCount": 2})
    stage.world.run(4 * MINUTE)
    assert stage.world.tasks() == []
    stage.world.run(7 * MINUTE)
    tasks = stage.world.tasks()
    assert len(tasks) == 4
    assert {task.started_by for task in tasks} == {"events-rule/nightly"}
    assert all(task.last_status is TaskStatus.RUNNING for task in tasks)


def test_what_a_schedule_slept_through_is_made_up_for_once(stage: Stage) -> None:
    run_to(stage, ScheduleExpression="cron(0/10 * * * ? *)")
    stage.world.now += 60 * MINUTE
    key = f"arn:aws:events:{HOME}:rule/nightly"
    with stage.world.store.transaction() as tx:
        wake = scheduled_rules.reconcile(tx, key, stage.world.moment())
    stage.world.settle()
    assert len(stage.world.tasks()) == 1
    assert wake == START + 70 * MINUTE


def test_the_input_of_a_task_is_its_overrides(stage: Stage) -> None:
    changed = {"containerOverrides": [{"name": "web", "command": ["<what>"]}]}
    run_to(
        stage,
        EventPattern='{"source": ["shop"]}',
        InputTransformer={
            "InputPathsMap": {"what": "$.detail.what"},
            "InputTemplate": json.dumps(changed),
        },
        EcsParameters={
            "Group": "shoppers",
            "Tags": [{"Key": "why", "Value": "sold"}],
            "EnableECSManagedTags": True,
            "PropagateTags": "TASK_DEFINITION",
        },
    )
    stage.put({"what": "cats"})
    (task,) = stage.world.tasks()
    assert task.overrides[0].command == ("cats",)
    assert task.group == "shoppers"
    assert ("why", "sold") in task.tags


def test_a_task_that_can_not_be_started_is_tried_again(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    run_to(
        stage,
        EventPattern='{"source": ["shop"]}',
        EcsParameters={"TaskDefinitionArn": "later"},
    )
    stage.put({"n": 1})
    (waiting,) = stage.all(Delivery)
    assert waiting.reason == "ClientException: TaskDefinition not found."
    assert caplog.text.count("is tried again: ClientException: TaskDefinition not found.") == 1
    stage.ask(
        "ecs",
        "RegisterTaskDefinition",
        family="later",
        containerDefinitions=[{"name": "web", "image": "web:1", "memory": 64}],
    )
    stage.world.run(10)
    assert stage.all(Delivery) == []
    assert len(stage.world.tasks()) == 1


def test_what_can_never_be_done_is_given_up(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    stage.rule(EventPattern='{"source": ["shop"]}', RetryPolicy={"MaximumRetryAttempts": 2})
    stage.logs("DeleteLogGroup", logGroupName="/events")
    stage.put({"n": 1})
    stage.world.run(10)
    assert stage.all(Delivery) == []
    assert "gave up on arn:aws:logs" in caplog.text
    assert "after 3 attempts" in caplog.text


def test_every_step_of_a_tasks_life_is_an_event(stage: Stage) -> None:
    stage.rule(EventPattern='{"detail-type": ["ECS Task State Change"]}')
    task = stage.ask("ecs", "RunTask", taskDefinition="web", launchType="EC2")["tasks"][0]
    stage.world.settle()
    stage.ask("ecs", "StopTask", task=task["taskArn"], reason="enough")
    stage.world.run(120)
    told = [event["detail"] for event in stage.heard()]
    steps = [(one["desiredStatus"], one["lastStatus"]) for one in told]
    assert steps[0] == ("RUNNING", "PENDING")
    assert ("RUNNING", "RUNNING") in steps
    assert steps[-1] == ("STOPPED", "STOPPED")
    versions = [one["version"] for one in told]
    assert versions == sorted(set(versions))
    last = told[-1]
    assert last["stoppedReason"] == "enough"
    assert last["taskArn"] == task["taskArn"]
    assert last["stoppedAt"].endswith("Z")
    assert last["containers"][0]["taskArn"] == task["taskArn"]
    assert stage.heard()[0]["resources"] == [task["taskArn"]]


def test_instances_are_told_of_too(stage: Stage) -> None:
    stage.rule(EventPattern='{"detail-type": ["ECS Container Instance State Change"]}')
    (arn,) = stage.ask("ecs", "ListContainerInstances")["containerInstanceArns"]
    stage.ask("ecs", "UpdateContainerInstancesState", containerInstances=[arn], status="DRAINING")
    stage.world.settle()
    detail = stage.heard()[-1]["detail"]
    assert (detail["containerInstanceArn"], detail["status"]) == (arn, "DRAINING")
    assert detail["clusterArn"] == CLUSTER


def test_a_change_that_nobody_told_before_a_crash_is_told_after_it_and_once(stage: Stage) -> None:
    stage.rule(EventPattern='{"detail-type": ["ECS Task State Change"]}')
    stage.ask("ecs", "RunTask", taskDefinition="web", launchType="EC2")
    stage.world.settle()
    before = len(stage.heard())
    with stage.world.store.transaction() as tx:
        for key in state_events.all_keys(tx):
            state_events.reconcile(tx, key, stage.world.moment(), event_detail)
    stage.world.settle()
    assert len(stage.heard()) == before
    # Told of nothing, as if the process had died between the change and the event.
    (task,) = stage.world.tasks()
    with stage.world.store.transaction() as tx:
        told = tx.find(Announced, task.arn)
        assert told is not None
        tx.drop(told)
        state_events.reconcile(tx, task.arn, stage.world.moment(), event_detail)
    stage.world.settle()
    assert len(stage.heard()) == before + 1


def test_without_rules_nothing_is_kept(stage: Stage) -> None:
    stage.ask("ecs", "RunTask", taskDefinition="web", launchType="EC2")
    stage.world.settle()
    assert stage.all(Announced) == stage.all(BusEvent) == []
    assert len(stage.all(Task)) == 1
