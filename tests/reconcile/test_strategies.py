"""Blue/green, linear and canary deployments in virtual time, over the real reconcilers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from seaway.core.alarm import AlarmState
from seaway.core.balancer import Target, TargetState
from seaway.core.service import (
    DeploymentAlarms,
    DeploymentConfiguration,
    LifecycleHook,
    RolloutState,
)
from seaway.core.service_deployment import DeploymentStatus, HookStatus, ServiceDeployment, Stage
from seaway.core.task import TaskStatus
from tests.reconcile.shifting import ADVANCED, CONNECT, Shop, a_group, a_shop
from tests.reconcile.world import LOOPS, World

BLUE_GREEN = DeploymentConfiguration(strategy="BLUE_GREEN", bake_minutes=10)
CANARY = DeploymentConfiguration(strategy="CANARY", canary_percent=5.0, step_bake_minutes=10)
LINEAR = DeploymentConfiguration(strategy="LINEAR", step_percent=40.0, step_bake_minutes=6)
BREAKER = {"circuit_breaker": True, "circuit_breaker_rollback": True}
ALARMS = DeploymentAlarms(names=("errors",), enabled=True, rollback=True)

BLUE, GREEN = "ecs-svc/0000000000000000001", "ecs-svc/0000000000000000002"


def shown(shop: Shop) -> tuple[str, dict[str, int]]:
    return str(shop.process.stage), shop.weights()


def test_green_gets_the_traffic_only_when_it_is_healthy_and_blue_stays_until_the_bake_is_over() -> (
    None
):
    shop = a_shop(BLUE_GREEN, load_balancers=(ADVANCED,))
    assert shop.weights() == {"one": 100, "two": 0}
    shop.world.run(600)
    assert shop.process.status is DeploymentStatus.SUCCESSFUL
    shop.deploy()
    seen: list[tuple[str, int]] = []

    def watch() -> None:
        with shop.world.store.transaction() as tx:
            targets = tx.where(Target, target_group=a_group("two").arn)
        good = sum(1 for target in targets if target.state is TargetState.HEALTHY)
        green = shop.weights()["two"]
        seen.append((str(shop.process.stage), green))
        assert green == 0 or good == 2, "weight moved to a group that is not healthy"
        if shop.process.stage is not Stage.CLEAN_UP:
            assert len(shop.running(1)) == 2, "blue is kept whole"

    shop.world.watch = watch
    shop.world.run(60)
    assert shown(shop) == ("BAKE_TIME", {"one": 0, "two": 100})
    assert (len(shop.running(1)), len(shop.running(2))) == (2, 2)
    assert shop.process.status is DeploymentStatus.IN_PROGRESS
    shop.world.run(600)
    assert shop.process.status is DeploymentStatus.SUCCESSFUL
    assert (len(shop.running(1)), len(shop.running(2))) == (0, 2)
    assert shop.weights("test") == {"one": 0, "two": 1}
    first = dict(reversed(seen))
    assert first["SCALE_UP"] == 0
    (blue, green) = shop.deployments
    assert (blue.status, green.status) == ("INACTIVE", "PRIMARY")
    assert shop.world.said(shop.service)[-2:] == [
        f"(deployment {GREEN}) deployment completed.",
        "has reached a steady state.",
    ]


def test_a_protected_blue_task_stays_until_its_protection_is_over() -> None:
    shop = a_shop(BLUE_GREEN, load_balancers=(ADVANCED,))
    shop.world.run(600)
    kept = shop.running(1)[0]
    until = shop.world.now + 7200
    shop.world.put(replace(kept, protected_until=until))
    shop.deploy()
    shop.world.run(3600)
    assert shown(shop) == ("CLEAN_UP", {"one": 0, "two": 100})
    assert [task.arn for task in shop.running(1)] == [kept.arn]
    assert shop.process.status is DeploymentStatus.IN_PROGRESS
    shop.world.run(until + 60 - shop.world.now)
    assert shop.running(1) == []
    assert shop.process.status is DeploymentStatus.SUCCESSFUL


def test_the_next_deployment_goes_back_to_the_first_target_group() -> None:
    shop = a_shop(replace(BLUE_GREEN, bake_minutes=0), load_balancers=(ADVANCED,))
    shop.deploy()
    shop.world.run(60)
    assert shop.weights() == {"one": 0, "two": 100}
    shop.deploy()
    shop.world.run(60)
    assert shop.process.status is DeploymentStatus.SUCCESSFUL
    assert shop.weights() == {"one": 100, "two": 0}
    with shop.world.store.transaction() as tx:
        assert len(tx.where(Target, target_group=a_group("one").arn)) == 2
        assert tx.where(Target, target_group=a_group("two").arn) == []


def test_service_connect_shifts_by_weights_and_sends_test_traffic_to_green_first() -> None:
    pause = LifecycleHook(stages=("POST_TEST_TRAFFIC_SHIFT",), kind="PAUSE")
    shop = a_shop(replace(BLUE_GREEN, hooks=()), connect=CONNECT)
    shop.world.run(600)
    traffic = shop.traffic()
    assert traffic is not None
    assert (traffic.weights, traffic.test) == (((BLUE, 0), (GREEN, 100))[1:], None) or (
        traffic.weights == ((BLUE, 100),)
    )
    shop.deploy(rollout=replace(BLUE_GREEN, hooks=(pause,)))
    shop.world.run(60)
    assert shop.process.stage is Stage.POST_TEST_TRAFFIC_SHIFT
    traffic = shop.traffic()
    assert traffic is not None
    assert (traffic.weights, traffic.test) == (((BLUE, 100), (GREEN, 0)), GREEN)
    act(shop, "CONTINUE")
    shop.world.run(60)
    traffic = shop.traffic()
    assert traffic is not None
    assert (traffic.weights, shop.process.stage) == (((BLUE, 0), (GREEN, 100)), Stage.BAKE_TIME)


def act(shop: Shop, action: str) -> None:
    """What ContinueServiceDeployment writes."""
    (run,) = [run for run in shop.runs() if run.status is HookStatus.AWAITING_ACTION]
    shop.world.put(replace(run, action=action))


@pytest.mark.parametrize("fields", [{}, {"load_balancers": (ADVANCED,)}, {"connect": CONNECT}])
def test_a_canary_gets_its_share_waits_and_then_all(fields: dict[str, object]) -> None:
    shop = a_shop(CANARY, **fields)
    shop.world.run(600)
    shop.deploy()
    shop.world.run(60)
    assert (shop.process.stage, shop.process.share) == (Stage.PRODUCTION_TRAFFIC_SHIFT, 5.0)
    if shop.service.load_balancers:
        assert shop.weights() == {"one": 95, "two": 5}
        assert shop.weights("test") == {"one": 0, "two": 1}
    if shop.service.connect:
        traffic = shop.traffic()
        assert traffic is not None
        assert traffic.weights == ((BLUE, 95), (GREEN, 5))
    shop.world.run(600)
    assert shop.process.share == 100.0
    assert shop.process.status is DeploymentStatus.SUCCESSFUL
    assert (len(shop.running(1)), len(shop.running(2))) == (0, 2)


def test_a_linear_deployment_shifts_step_by_step() -> None:
    shop = a_shop(LINEAR, load_balancers=(ADVANCED,))
    shop.world.run(600)
    shop.deploy()
    shares: list[float] = []
    shop.world.watch = lambda: shares.append(shop.process.share)
    shop.world.run(60)
    assert shop.weights() == {"one": 60, "two": 40}
    shop.world.run(360)
    assert shop.weights() == {"one": 20, "two": 80}
    shop.world.run(360)
    assert shop.process.status is DeploymentStatus.SUCCESSFUL
    assert sorted(set(shares)) == [0.0, 40.0, 80.0, 100.0]


STRATEGIES = [
    DeploymentConfiguration(bake_minutes=10),
    BLUE_GREEN,
    replace(CANARY, bake_minutes=10),
    replace(LINEAR, bake_minutes=10),
]


def arrive(rollout: DeploymentConfiguration) -> Shop:
    """A shop whose first deployment is over, bake and all."""
    shop = a_shop(rollout, load_balancers=(ADVANCED,), connect=CONNECT)
    shop.world.run(1200)
    assert shop.process.status is DeploymentStatus.SUCCESSFUL
    return shop


def assert_back(shop: Shop) -> None:
    """Blue is as it was, with all the traffic, and green is gone."""
    shop.world.run(300)
    process = shop.process
    assert process.status is DeploymentStatus.ROLLBACK_SUCCESSFUL
    assert process.rollback_to == BLUE
    assert (len(shop.running(1)), len(shop.running(2))) == (2, 0)
    assert shop.weights()["two"] == 0
    traffic = shop.traffic()
    assert traffic is None or dict(traffic.weights) == {BLUE: 100, GREEN: 0}
    assert traffic is None or traffic.test is None
    blue, green = shop.deployments
    assert (blue.status, blue.rollout_state) == ("PRIMARY", RolloutState.COMPLETED)
    assert (green.status, green.rollout_state) == ("INACTIVE", RolloutState.FAILED)
    assert "SERVICE_DEPLOYMENT_FAILED" in shop.events()
    assert f"rolling back to deployment {BLUE}." in shop.world.said(shop.service)


@pytest.mark.parametrize("rollout", STRATEGIES, ids=lambda r: r.strategy)
def test_by_hand_a_deployment_rolls_back_in_the_middle(rollout: DeploymentConfiguration) -> None:
    shop = arrive(rollout)
    before = {task.arn for task in shop.running(1)}
    shop.deploy()
    shop.world.run(60)
    assert shop.process.is_open
    shop.world.put(replace(shop.process, rollback_asked=True))
    shop.world.settle()
    if rollout.strategy != "ROLLING":
        assert shop.weights() == {"one": 100, "two": 0}, "the traffic is back at once"
        assert before == {task.arn for task in shop.running(1)}
    assert_back(shop)


@pytest.mark.parametrize("rollout", STRATEGIES, ids=lambda r: r.strategy)
def test_an_alarm_in_the_bake_time_rolls_back(rollout: DeploymentConfiguration) -> None:
    shop = arrive(replace(rollout, alarms=ALARMS))
    shop.alarm(AlarmState.OK)
    shop.deploy()
    while shop.process.stage is not Stage.BAKE_TIME:
        shop.world.run(30)
    shop.alarm(AlarmState.ALARM)
    shop.world.settle()
    assert shop.process.alarms_triggered == ("errors",)
    shop.alarm(AlarmState.OK)
    assert_back(shop)


@pytest.mark.parametrize("rollout", STRATEGIES, ids=lambda r: r.strategy)
def test_tasks_that_do_not_start_roll_back(rollout: DeploymentConfiguration) -> None:
    shop = arrive(replace(rollout, **BREAKER))
    shop.world.obedient = False
    shop.deploy()
    shop.world.settle()
    while not shop.process.rolls_back:
        shop.world.run(10)
        for task in shop.world.tasks():
            if task.deployment == GREEN and task.is_alive and task.host is not None:
                shop.world.put(
                    replace(
                        task,
                        desired_status=TaskStatus.STOPPED,
                        last_status=TaskStatus.STOPPED,
                        stop_code="TaskFailedToStart",
                        stopped_at=shop.world.now,
                    )
                )
    shop.world.obedient = True
    assert shop.process.breaker_tripped
    assert_back(shop)


@pytest.mark.parametrize("rollout", STRATEGIES, ids=lambda r: r.strategy)
def test_targets_that_fail_their_checks_roll_back_without_a_share_of_traffic(
    rollout: DeploymentConfiguration,
) -> None:
    shop = arrive(replace(rollout, **BREAKER))
    old = {task.arn for task in shop.running(1)}
    shop.deploy()
    shares: set[int] = set()

    def break_green() -> None:
        with shop.world.store.transaction() as tx:
            for target in tx.where(Target):
                if target.task not in old and target.state is TargetState.INITIAL:
                    tx.put(replace(target, state=TargetState.UNHEALTHY, reason="Target.Timeout"))
        shares.add(shop.weights()["two"])

    shop.world.watch = break_green
    for _ in range(40):
        if shop.process.rolls_back:
            break
        shop.world.run(30)
    shop.world.watch = lambda: None
    assert shop.process.breaker_tripped
    assert shares == {0}
    assert_back(shop)


def test_an_alarm_that_is_off_at_the_start_is_not_watched() -> None:
    shop = arrive(replace(BLUE_GREEN, alarms=ALARMS))
    shop.alarm(AlarmState.ALARM)
    shop.deploy()
    shop.world.run(1200)
    assert shop.process.status is DeploymentStatus.SUCCESSFUL
    assert not shop.process.alarms_watched


def test_without_rollback_a_failed_deployment_leaves_blue_with_its_tasks_and_the_traffic() -> None:
    pause = LifecycleHook(stages=("PRE_PRODUCTION_TRAFFIC_SHIFT",), kind="PAUSE")
    alarms = replace(ALARMS, rollback=False)
    shop = arrive(replace(BLUE_GREEN, alarms=alarms))
    shop.alarm(AlarmState.OK)
    shop.deploy(rollout=replace(BLUE_GREEN, alarms=alarms, hooks=(pause,)))
    shop.world.run(60)
    shop.alarm(AlarmState.ALARM)
    shop.world.run(4000)
    assert shop.process.status is DeploymentStatus.STOPPED
    assert "an alarm was detected" in shop.process.reason
    assert shop.weights() == {"one": 100, "two": 0}
    victim = shop.running(1)[0]
    shop.world.put(
        replace(
            victim,
            desired_status=TaskStatus.STOPPED,
            last_status=TaskStatus.STOPPED,
            stop_code="EssentialContainerExited",
            stopped_at=shop.world.now,
        )
    )
    shop.world.run(60)
    assert len(shop.running(1)) == 2, "blue is looked after"
    shop.deploy(rollout=replace(BLUE_GREEN, bake_minutes=0))
    shop.world.run(120)
    assert shop.process.status is DeploymentStatus.SUCCESSFUL
    assert (len(shop.running(1)), len(shop.running(2)), len(shop.running(3))) == (0, 0, 2)


def test_a_pause_that_times_out_rolls_back_or_goes_on_as_it_was_told() -> None:
    for action, status in (
        ("ROLLBACK", DeploymentStatus.ROLLBACK_SUCCESSFUL),
        ("CONTINUE", DeploymentStatus.SUCCESSFUL),
    ):
        pause = LifecycleHook(
            stages=("POST_SCALE_UP",), kind="PAUSE", timeout_minutes=5, on_timeout=action
        )
        shop = arrive(replace(BLUE_GREEN, bake_minutes=0))
        shop.deploy(rollout=replace(BLUE_GREEN, bake_minutes=0, hooks=(pause,)))
        shop.world.run(290)
        assert shop.process.stage is Stage.POST_SCALE_UP
        assert shop.weights()["two"] == 0
        shop.world.run(120)
        assert shop.process.status is status
        (run,) = shop.runs()
        assert run.status is HookStatus.TIMED_OUT
        assert {"HOOK_AWAITING_ACTION", "HOOK_TIMED_OUT"} <= set(shop.events())


def test_a_pause_that_is_answered_with_rollback_rolls_back() -> None:
    pause = LifecycleHook(stages=("POST_PRODUCTION_TRAFFIC_SHIFT",), kind="PAUSE")
    shop = arrive(BLUE_GREEN)
    shop.deploy(rollout=replace(BLUE_GREEN, hooks=(pause,)))
    shop.world.run(60)
    assert shop.weights() == {"one": 0, "two": 100}
    act(shop, "ROLLBACK")
    assert_back(shop)


def test_every_shift_of_a_linear_deployment_asks_its_hooks_again() -> None:
    pause = LifecycleHook(stages=("PRE_PRODUCTION_TRAFFIC_SHIFT",), kind="PAUSE")
    rollout = replace(LINEAR, step_bake_minutes=0)
    shop = arrive(rollout)
    shop.deploy(rollout=replace(rollout, hooks=(pause,)))
    for share in (0.0, 40.0, 80.0):
        shop.world.run(60)
        assert shop.process.share == share
        act(shop, "CONTINUE")
    shop.world.run(60)
    assert shop.process.status is DeploymentStatus.SUCCESSFUL
    assert [run.step for run in shop.runs()] == [0, 1, 2]


def test_a_newer_deployment_takes_over_and_blue_is_who_has_most_of_the_traffic() -> None:
    shop = arrive(CANARY)
    shop.deploy()
    shop.world.run(60)
    assert shop.process.share == 5.0
    overtaken = shop.process
    shop.deploy()
    least: list[int] = []
    shop.world.watch = lambda: least.append(len(shop.running(1)))
    shop.world.run(60)
    with shop.world.store.transaction() as tx:
        old = tx.find(ServiceDeployment, overtaken.number)
    assert old is not None
    assert old.status is DeploymentStatus.STOPPED
    assert shop.process.blue == BLUE
    assert (len(shop.running(1)), len(shop.running(2)), len(shop.running(3))) == (2, 0, 2)
    assert min(least) == 2
    assert shop.weights() == {"one": 95, "two": 5}
    shop.world.run(600)
    assert shop.process.status is DeploymentStatus.SUCCESSFUL
    assert len(shop.running(3)) == 2


def test_after_its_shift_an_overtaken_deployment_is_blue_for_the_next() -> None:
    shop = arrive(BLUE_GREEN)
    shop.deploy()
    shop.world.run(60)
    assert shop.process.stage is Stage.BAKE_TIME
    shop.deploy()
    shop.world.run(60)
    assert shop.process.blue == GREEN
    assert shop.weights() == {"one": 100, "two": 0}, "the third is in the first one's group"
    assert (len(shop.running(1)), len(shop.running(2)), len(shop.running(3))) == (0, 2, 2)


def test_both_revisions_follow_the_desired_count() -> None:
    shop = arrive(BLUE_GREEN)
    shop.deploy()
    shop.world.run(60)
    shop.service = replace(shop.service, desired_count=3)
    shop.world.put(shop.service)
    shop.world.run(60)
    assert (len(shop.running(1)), len(shop.running(2))) == (3, 3)
    shop.world.put(replace(shop.service, desired_count=1))
    shop.world.run(60)
    assert (len(shop.running(1)), len(shop.running(2))) == (1, 1)
    shop.world.run(600)
    assert shop.process.status is DeploymentStatus.SUCCESSFUL


def test_a_service_deleted_in_the_middle_of_a_deployment_goes() -> None:
    shop = arrive(BLUE_GREEN)
    shop.deploy()
    shop.world.run(60)
    shop.world.put(replace(shop.service, status="DRAINING", desired_count=0))
    shop.world.run(60)
    assert shop.process.status is DeploymentStatus.STOPPED
    assert shop.running(1) == shop.running(2) == []
    assert shop.traffic() is None


def test_from_blue_green_back_to_rolling_the_new_tasks_go_where_the_traffic_is() -> None:
    shop = arrive(replace(BLUE_GREEN, bake_minutes=0))
    shop.deploy()
    shop.world.run(120)
    assert shop.weights() == {"one": 0, "two": 100}
    shop.deploy(rollout=DeploymentConfiguration())
    shop.world.run(120)
    assert shop.process.status is DeploymentStatus.SUCCESSFUL
    assert shop.traffic() is None
    with shop.world.store.transaction() as tx:
        served = {target.task for target in tx.where(Target, target_group=a_group("two").arn)}
    assert served == {task.arn for task in shop.running(3)}


def test_a_rolling_deployment_with_alarms_bakes_as_long_as_they_need_to_see_something() -> None:
    shop = arrive(DeploymentConfiguration(alarms=ALARMS))
    shop.alarm(AlarmState.OK)
    shop.deploy()
    shop.world.run(60)
    assert (shop.process.stage, shop.process.is_open) == (Stage.BAKE_TIME, True)
    shop.world.run(120)
    assert shop.process.status is DeploymentStatus.SUCCESSFUL


def test_a_rollback_whose_own_tasks_fail_ends_as_failed_and_starts_no_more() -> None:
    shop = arrive(DeploymentConfiguration(bake_minutes=10, **BREAKER))
    shop.deploy()
    shop.world.run(60)
    assert shop.running(1) == []
    shop.world.obedient = False
    shop.world.put(replace(shop.process, rollback_asked=True))
    shop.world.settle()
    for _ in range(60):
        for task in shop.world.tasks():
            if task.deployment == BLUE and task.is_alive and task.host is not None:
                failed = replace(task, stop_code="TaskFailedToStart", stopped_at=shop.world.now)
                stopped = TaskStatus.STOPPED
                shop.world.put(replace(failed, desired_status=stopped, last_status=stopped))
        shop.world.run(10)
        if not shop.process.is_open:
            break
    assert shop.process.status is DeploymentStatus.ROLLBACK_FAILED
    assert len(shop.running(2)) == 2, "what runs goes on"
    count = len(shop.world.tasks())
    shop.world.run(1000)
    assert len([t for t in shop.world.tasks() if t.deployment == BLUE and t.is_alive]) == 0
    assert len(shop.world.tasks()) <= count


def test_a_stage_that_takes_a_day_rolls_back() -> None:
    shop = arrive(BLUE_GREEN)
    shop.world.obedient = False
    shop.deploy()
    shop.world.run(24 * 3600 - 60)
    assert shop.process.stage is Stage.SCALE_UP
    assert not shop.process.rolls_back
    shop.world.run(120)
    assert shop.process.rolls_back
    shop.world.obedient = True
    assert_back(shop)


@pytest.mark.parametrize("stop_at", list(Stage))
def test_a_control_plane_that_restarts_in_any_stage_goes_on_from_there(stop_at: Stage) -> None:
    """The reconcilers hold nothing: another world over the same store finishes the work."""
    rollout = replace(LINEAR, bake_minutes=5)
    shop = arrive(rollout)
    hooks = (LifecycleHook(stages=(stop_at.value,), kind="PAUSE"),)
    shop.deploy(rollout=replace(rollout, hooks=hooks))
    stages: list[Stage | None] = []
    shop.world.watch = lambda: stages.append(shop.process.stage)
    for _ in range(100):
        if not shop.process.is_open:
            break
        if shop.process.stage is stop_at:
            shop.world = restarted(shop.world)
            for run in shop.runs():
                shop.world.put(replace(run, action="CONTINUE"))
        shop.world.run(20)
    shop.world.run(2000)
    assert shop.process.status is DeploymentStatus.SUCCESSFUL
    assert (len(shop.running(1)), len(shop.running(2))) == (0, 2)


def restarted(world: World) -> World:
    """A world that knows only what the store does."""
    again = World(store=world.store, now=world.now, numbers=world.numbers)
    with world.store.transaction() as tx:
        for number, module in enumerate(LOOPS):
            for key in module.all_keys(tx):
                again._due[(number, key)] = None
    return again
