"""Schedules fire, in virtual time, and run real tasks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from seaway.core.scheduler import ScheduledCall
from seaway.core.service import Service
from seaway.reconcile import schedules
from tests.builders import CLUSTER, HOME
from tests.reconcile.bus_stage import GROUP, MINUTE, ROLE, START, Stage

RUN: dict[str, Any] = {
    "Arn": CLUSTER,
    "RoleArn": ROLE,
    "EcsParameters": {"TaskDefinitionArn": "web", "LaunchType": "EC2"},
}


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path)
    yield made
    made.series.close()


def schedule(stage: Stage, expression: str, **more: Any) -> None:
    given = {
        "Name": "nightly",
        "ScheduleExpression": expression,
        "Target": RUN,
        "FlexibleTimeWindow": {"Mode": "OFF"},
    }
    stage.ask("scheduler", "CreateSchedule", **{**given, **more})
    stage.world.settle()


def runs(stage: Stage, minutes: float) -> int:
    """How many tasks there are after so many minutes."""
    stage.world.run(minutes * MINUTE)
    return len(stage.world.tasks())


def at(minutes: float) -> datetime:
    return datetime.fromtimestamp(START + minutes * MINUTE, UTC)


def test_a_rate_fires_at_once_and_then_at_its_pace(stage: Stage) -> None:
    schedule(stage, "rate(5 minutes)")
    assert len(stage.world.tasks()) == 1
    assert runs(stage, 4) == 1
    assert runs(stage, 7) == 3
    assert {task.started_by for task in stage.world.tasks()} == {"chronos-schedule/nightly"}


def test_a_rate_with_a_start_and_an_end_fires_only_between_them(stage: Stage) -> None:
    schedule(stage, "rate(5 minutes)", StartDate=at(7), EndDate=at(13))
    assert runs(stage, 6) == 0
    assert runs(stage, 2) == 1
    assert runs(stage, 60) == 2


def test_a_schedule_fires_by_its_own_clock(stage: Stage) -> None:
    # START is 08:00 UTC, 09:00 in Berlin.
    schedule(stage, "cron(30 9 * * ? *)", ScheduleExpressionTimezone="Europe/Berlin")
    assert runs(stage, 29) == 0
    assert runs(stage, 2) == 1
    assert runs(stage, 23 * 60) == 1


def test_a_one_time_schedule_is_kept_or_taken_away_as_it_says(stage: Stage) -> None:
    schedule(stage, "at(2027-01-15T08:10:00)", ActionAfterCompletion="DELETE")
    schedule(stage, "at(2027-01-15T08:10:00)", Name="kept")
    assert runs(stage, 20) == 2
    assert [one.name for one in stage.all(ScheduledCall)] == ["kept"]
    assert runs(stage, 60) == 2


def test_a_flexible_window_delays_a_call_by_less_than_itself(stage: Stage) -> None:
    window = {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 10}
    schedule(stage, "at(2027-01-15T08:10:00)", FlexibleTimeWindow=window)
    (call,) = stage.all(ScheduledCall)
    assert call.due == START + 10 * MINUTE
    assert call.due <= call.call_at < call.due + 10 * MINUTE
    stage.world.run(call.call_at - stage.world.now - 1)
    assert stage.world.tasks() == []
    stage.world.run(2)
    assert len(stage.world.tasks()) == 1


def test_what_was_slept_through_is_made_up_for_once(stage: Stage) -> None:
    schedule(stage, "cron(0/10 * * * ? *)")
    stage.world.now += 65 * MINUTE
    with stage.world.store.transaction() as tx:
        (key,) = schedules.all_keys(tx)
        wake = schedules.reconcile(tx, key, stage.world.moment())
    stage.world.settle()
    assert len(stage.world.tasks()) == 1
    assert wake == START + 70 * MINUTE


def test_a_disabled_schedule_does_nothing_and_an_updated_one_something_else(stage: Stage) -> None:
    schedule(stage, "rate(5 minutes)", State="DISABLED")
    assert runs(stage, 20) == 0
    stage.ask(
        "scheduler",
        "UpdateSchedule",
        Name="nightly",
        ScheduleExpression="rate(1 hour)",
        Target={**RUN, "EcsParameters": {**RUN["EcsParameters"], "TaskCount": 3}},
        FlexibleTimeWindow={"Mode": "OFF"},
    )
    stage.world.settle()
    assert runs(stage, 50) == 3


def test_any_call_of_ecs_can_be_scheduled(stage: Stage) -> None:
    stage.ask("ecs", "CreateService", serviceName="web", taskDefinition="web", desiredCount=1)
    schedule(
        stage,
        "at(2027-01-15T08:10:00)",
        Target={
            "Arn": "arn:aws:scheduler:::aws-sdk:ecs:updateService",
            "RoleArn": ROLE,
            "Input": json.dumps({"Service": "web", "DesiredCount": 4}),
        },
    )
    stage.world.run(11 * MINUTE)
    (service,) = stage.all(Service)
    assert service.desired_count == 4


def test_an_event_can_be_scheduled(stage: Stage) -> None:
    stage.rule(EventPattern='{"source": ["shop"]}', target=GROUP)
    schedule(
        stage,
        "at(2027-01-15T08:10:00)",
        Target={
            "Arn": f"arn:aws:events:{HOME}:event-bus/default",
            "RoleArn": ROLE,
            "Input": '{"n": 1}',
            "EventBridgeParameters": {"DetailType": "Woken", "Source": "shop"},
        },
    )
    stage.world.run(11 * MINUTE)
    (event,) = stage.heard()
    assert (event["detail-type"], event["detail"]) == ("Woken", {"n": 1})
