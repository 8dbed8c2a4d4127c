"""Stages, shares and weights of deployment strategies, and where a revision's tasks go."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seaway.core.alarm import Alarm
from seaway.core.service import DeploymentConfiguration, LifecycleHook, ServiceLoadBalancer
from seaway.core.service_deployment import DeploymentStatus, ServiceDeployment, Stage
from seaway.core.strategy import (
    BACK,
    configured,
    entered,
    first_stage,
    hooks_at,
    led_back,
    next_place,
    pause_of,
    resolved,
    shares,
    weights,
)
from tests.builders import a_deployment, a_service

BLUE_GREEN = DeploymentConfiguration(strategy="BLUE_GREEN", bake_minutes=10)
CANARY = DeploymentConfiguration(strategy="CANARY", canary_percent=2.5, step_bake_minutes=3)
LINEAR = DeploymentConfiguration(strategy="LINEAR", step_percent=33.4, step_bake_minutes=1)
BALANCER = ServiceLoadBalancer(
    target_group="a", container="web", port=80, alternate_target_group="b", production_rule="r"
)


def a_process(configuration: DeploymentConfiguration, **fields: object) -> ServiceDeployment:
    process = ServiceDeployment(
        number="1",
        service="arn:service",
        target="ecs-svc/2",
        created_at=1.0,
        configuration=configuration,
        blue="ecs-svc/1",
        stage=Stage.PRE_SCALE_UP,
    )
    return replace(process, **fields)  # type: ignore[arg-type]


def walk(process: ServiceDeployment, *, alone: bool = False) -> list[tuple[str, float]]:
    """Every stage it goes through, with green's share in it."""
    seen = []
    while True:
        seen.append((str(process.stage), process.share))
        place = next_place(process)
        if place is None:
            return seen
        process = entered(process, *place, 5.0, alone=alone)


def test_blue_green_shifts_all_at_once_between_its_stages() -> None:
    assert walk(a_process(BLUE_GREEN)) == [
        ("PRE_SCALE_UP", 0),
        ("SCALE_UP", 0),
        ("POST_SCALE_UP", 0),
        ("TEST_TRAFFIC_SHIFT", 0),
        ("POST_TEST_TRAFFIC_SHIFT", 0),
        ("PRE_PRODUCTION_TRAFFIC_SHIFT", 0),
        ("PRODUCTION_TRAFFIC_SHIFT", 100),
        ("POST_PRODUCTION_TRAFFIC_SHIFT", 100),
        ("BAKE_TIME", 100),
        ("CLEAN_UP", 100),
    ]


def test_a_canary_shifts_twice_and_a_linear_deployment_in_steps() -> None:
    def shifted(configuration: DeploymentConfiguration) -> list[float]:
        stages = walk(a_process(configuration))
        return [share for stage, share in stages if stage == "PRODUCTION_TRAFFIC_SHIFT"]

    assert shifted(CANARY) == [2.5, 100]
    assert shifted(LINEAR) == [33.4, 66.8, 100]


def test_a_rolling_deployment_has_no_traffic_stages() -> None:
    stages = [stage for stage, _ in walk(a_process(DeploymentConfiguration()))]
    assert stages == ["PRE_SCALE_UP", "SCALE_UP", "POST_SCALE_UP", "BAKE_TIME", "CLEAN_UP"]


def test_the_service_is_reconciled_first_if_several_revisions_are_in_force() -> None:
    assert first_stage(a_process(BLUE_GREEN, sources=("1",))) is Stage.PRE_SCALE_UP
    assert first_stage(a_process(BLUE_GREEN, sources=("1", "2"))) is Stage.RECONCILE_SERVICE


def test_the_first_revision_of_a_service_has_all_the_traffic_from_the_start() -> None:
    stages = walk(a_process(LINEAR, blue=None), alone=True)
    assert {share for _, share in stages[1:]} == {100.0}
    assert [stage for stage, _ in stages].count("PRODUCTION_TRAFFIC_SHIFT") == 1


def test_what_is_led_back_undoes_both_shifts_and_then_cleans_up() -> None:
    baking = a_process(BLUE_GREEN, stage=Stage.BAKE_TIME, share=100.0, tested=True, rollback_at=7.0)
    back = led_back(baking, 8.0)
    assert (back.share, back.tested, back.step) == (0.0, False, BACK)
    assert [stage for stage, _ in walk(back)] == [
        "PRODUCTION_TRAFFIC_SHIFT",
        "TEST_TRAFFIC_SHIFT",
        "CLEAN_UP",
    ]
    early = led_back(a_process(BLUE_GREEN, stage=Stage.SCALE_UP, rollback_at=7.0), 8.0)
    assert [stage for stage, _ in walk(early)] == ["CLEAN_UP"]


@given(st.integers(30, 1000))
def test_linear_shares_rise_in_even_steps_to_a_hundred(tenths: int) -> None:
    found = shares(replace(LINEAR, step_percent=tenths / 10))
    assert found[-1] == 100
    assert list(found) == sorted(set(found))
    steps = [after - before for before, after in zip((0.0, *found), found, strict=False)]
    assert all(abs(step - tenths / 10) < 1e-6 for step in steps[:-1])
    assert 0 < steps[-1] <= tenths / 10 + 1e-6


@given(st.integers(0, 1000))
def test_weights_are_in_proportion_and_within_what_a_load_balancer_takes(tenths: int) -> None:
    blue, green = weights(tenths / 10)
    assert abs(green / (blue + green) - tenths / 1000) < 1e-9
    assert 0 <= min(blue, green) <= max(blue, green) <= 999


def test_bake_times_are_minutes_and_between_shifts_only_until_all_is_shifted() -> None:
    shifting = a_process(CANARY, stage=Stage.PRODUCTION_TRAFFIC_SHIFT, share=2.5)
    assert pause_of(shifting, []) == 180
    assert pause_of(replace(shifting, share=100.0), []) == 0
    assert pause_of(a_process(BLUE_GREEN, stage=Stage.BAKE_TIME), []) == 600
    assert pause_of(a_process(BLUE_GREEN, stage=Stage.BAKE_TIME, rollback_at=1.0), []) == 0


def test_a_rolling_deployment_bakes_as_long_as_its_slowest_alarm_looks_back() -> None:
    def alarm(period: int, count: int) -> Alarm:
        told = json.dumps({"Period": period, "EvaluationPeriods": count})
        return Alarm(arn="a", name="a", account="0", region="r", updated_at=1.0, settings=told)

    baking = a_process(DeploymentConfiguration(), stage=Stage.BAKE_TIME)
    assert pause_of(baking, []) == 0
    assert pause_of(baking, [alarm(60, 5), alarm(300, 2)]) == 600
    assert pause_of(a_process(replace(BLUE_GREEN, bake_minutes=0), stage=Stage.BAKE_TIME), []) == 0


def test_a_revision_takes_the_target_group_that_the_one_before_does_not_use() -> None:
    (plain,), swapped = resolved((BALANCER,), used=("b",))
    assert (plain.target_group, swapped) == ("a", False)
    (other,), swapped = resolved((BALANCER,), used=("a",))
    assert (other.target_group, other.alternate_target_group, swapped) == ("b", "a", True)
    green = a_deployment(a_service(), load_balancers=(other,), swapped=True)
    assert configured(green) == (BALANCER,)


def test_hooks_are_asked_at_their_stages() -> None:
    hook = LifecycleHook(stages=("PRE_SCALE_UP", "POST_SCALE_UP"), target="check")
    configuration = replace(BLUE_GREEN, hooks=(LifecycleHook(stages=("POST_SCALE_UP",)), hook))
    assert [index for index, _ in hooks_at(configuration, Stage.POST_SCALE_UP)] == [0, 1]
    assert [index for index, _ in hooks_at(configuration, Stage.PRE_SCALE_UP)] == [1]
    assert hooks_at(configuration, Stage.BAKE_TIME) == ()


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({}, DeploymentStatus.PENDING),
        ({"rollback_asked": True}, DeploymentStatus.ROLLBACK_REQUESTED),
        ({"overtaken": True}, DeploymentStatus.STOP_REQUESTED),
        (
            {"rollback_asked": True, "status": DeploymentStatus.ROLLBACK_IN_PROGRESS},
            DeploymentStatus.ROLLBACK_IN_PROGRESS,
        ),
    ],
)
def test_what_was_asked_shows_before_it_is_acted_on(
    fields: dict[str, object], shown: DeploymentStatus
) -> None:
    assert a_process(BLUE_GREEN, **fields).shown_status is shown
