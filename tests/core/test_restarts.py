"""Which containers that ended are started again in place."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from seaway.core.dependencies import Phase, Seen
from seaway.core.lifecycle import (
    ESSENTIAL_CONTAINER_EXITED,
    GiveUp,
    Observation,
    Restart,
    Step,
    Stop,
    Wait,
    Wish,
    next_step,
)
from seaway.core.restarts import is_restarted
from seaway.core.task import TaskStatus
from seaway.core.task_definition import ContainerDefinition, Dependency, RestartPolicy

POLICY = RestartPolicy(ignored_exit_codes=(0, 7), attempt_period=60)
WEB = ContainerDefinition(name="web", image="i", restart=POLICY)
ENDED = Seen(name="web", phase=Phase.EXITED, exit_code=1, started_at=100.0, finished_at=160.0)


def step(*seen: Seen, wish: Wish | None = None, web: ContainerDefinition = WEB) -> Step:
    side = ContainerDefinition(name="side", image="i")
    observation = Observation(containers=seen, prepared=True, has_run=True)
    return next_step(wish or Wish(), (web, side)[: len(seen)], observation, 1000.0)


def test_an_essential_container_that_ran_long_enough_is_started_again() -> None:
    assert step(ENDED) == Restart(("web",))


def test_one_that_ended_within_its_attempt_period_ends_its_task() -> None:
    early = step(replace(ENDED, finished_at=159.0))
    assert isinstance(early, GiveUp)
    assert early.failure.code == ESSENTIAL_CONTAINER_EXITED


def test_an_end_that_was_not_answered_is_not_answered_later() -> None:
    side = ContainerDefinition(name="web", image="i", restart=POLICY, essential=False)
    early = replace(ENDED, finished_at=159.0)
    assert step(early, web=side) == Wait()  # now is 1000: it is the run that counts, not the wait


@given(code=st.integers(0, 255))
def test_exit_codes_to_be_ignored_are_an_end_and_all_others_are_not(code: int) -> None:
    assert is_restarted(WEB, replace(ENDED, exit_code=code)) is (code not in (0, 7))


def test_nothing_is_started_again_in_a_task_that_stops_or_lost_another_container() -> None:
    stopping = Wish(desired_status=TaskStatus.STOPPED)
    side = Seen(name="side", phase=Phase.RUNNING)
    assert step(ENDED, side, wish=stopping) == Stop(("side",))
    assert isinstance(step(ENDED, replace(side, phase=Phase.EXITED)), GiveUp)


def test_without_a_policy_or_after_a_start_that_failed_an_end_is_an_end() -> None:
    assert not is_restarted(replace(WEB, restart=None), ENDED)
    assert not is_restarted(WEB, replace(ENDED, lost=True))
    assert not is_restarted(WEB, replace(ENDED, phase=Phase.RUNNING))


def test_who_waits_for_a_container_that_is_started_again_is_not_given_up() -> None:
    needs = (Dependency(container="web", condition="HEALTHY"),)
    waiting = ContainerDefinition(name="side", image="i", depends_on=needs)
    seen = (ENDED, Seen(name="side", phase=Phase.CREATED))
    observation = Observation(containers=seen, prepared=True)
    assert next_step(Wish(), (WEB, waiting), observation, 0.0) == Restart(("web",))
