"""What a host does next for a task."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from seaway.core.dependencies import Phase, Seen
from seaway.core.lifecycle import (
    Failure,
    Finished,
    GiveUp,
    Observation,
    Prepare,
    Release,
    Start,
    Step,
    Stop,
    Wait,
    Wish,
    next_step,
    status_of,
)
from seaway.core.task import Sandbox, TaskStatus
from seaway.core.task_definition import ContainerDefinition, Dependency

RUN = Wish()
STOP = Wish(desired_status=TaskStatus.STOPPED)
WEB = ContainerDefinition(name="web", image="i")
SIDE = ContainerDefinition(name="side", image="i", essential=False)
ROOM = (Sandbox(container="", path="/netns/1"),)


def look(*phases: Phase, prepared: bool = True, has_run: bool = False) -> Observation:
    names = ("web", "side")
    seen = tuple(Seen(name=n, phase=p) for n, p in zip(names, phases, strict=False))
    return Observation(
        containers=seen,
        prepared=prepared,
        sandboxes=ROOM if prepared else (),
        has_run=has_run,
    )


def step(wish: Wish, seen: Observation) -> Step:
    return next_step(wish, (WEB, SIDE)[: len(seen.containers)], seen, 0.0)


def test_a_new_task_is_prepared_then_started_then_left_alone() -> None:
    assert step(RUN, look(Phase.ABSENT, prepared=False)) == Prepare()
    assert step(RUN, look(Phase.CREATED)) == Start(("web",))
    assert step(RUN, look(Phase.RUNNING)) == Wait()


def test_no_container_starts_before_it_may() -> None:
    assert step(Wish(may_start=False), look(Phase.CREATED)) == Wait()


def test_the_end_of_an_essential_container_ends_the_task_with_aws_words() -> None:
    failure = Failure(code="EssentialContainerExited", reason="Essential container in task exited")
    ended = look(Phase.EXITED, Phase.RUNNING, has_run=True)
    assert step(RUN, ended) == GiveUp(failure)
    assert step(RUN, replace(ended, failure=failure)) == Stop(("side",))


def test_the_end_of_another_container_changes_nothing() -> None:
    seen = look(Phase.RUNNING, Phase.EXITED, has_run=True)
    assert step(RUN, seen) == Wait()
    assert status_of(RUN, seen) is TaskStatus.RUNNING


def test_callers_are_led_away_before_containers_stop() -> None:
    seen = look(Phase.RUNNING, has_run=True)
    waiting = replace(STOP, may_stop=False)
    assert step(waiting, seen) == Wait()
    assert status_of(waiting, seen) is TaskStatus.RUNNING
    assert step(STOP, seen) == Stop(("web",))


def test_namespaces_stay_until_the_proxy_has_left_them() -> None:
    seen = look(Phase.EXITED, has_run=True)
    kept = replace(STOP, may_release=False)
    assert step(kept, seen) == Wait()
    assert status_of(kept, seen) is TaskStatus.DEPROVISIONING
    assert step(STOP, seen) == Release()
    assert step(kept, replace(seen, sandboxes=())) == Release()


def test_a_task_stopped_before_it_started_never_starts() -> None:
    assert step(STOP, look(Phase.CREATED)) == Release()
    assert step(STOP, look(Phase.ABSENT, prepared=False)) == Release()


def test_a_released_task_is_finished_whatever_is_wanted() -> None:
    seen = replace(look(Phase.EXITED), released=True)
    assert step(RUN, seen) == Finished()
    assert status_of(RUN, seen) is TaskStatus.STOPPED


def test_a_dependency_not_met_in_time_ends_the_task() -> None:
    web = replace(WEB, depends_on=(Dependency(container="side", condition="HEALTHY"),))
    side = replace(SIDE, start_timeout=20)
    seen = look(Phase.CREATED, Phase.RUNNING)
    seen = replace(
        seen, containers=(seen.containers[0], replace(seen.containers[1], started_at=100.0))
    )
    assert next_step(RUN, (web, side), seen, 110.0) == Wait(120.0)
    late = next_step(RUN, (web, side), seen, 120.0)
    assert isinstance(late, GiveUp)
    assert late.failure.code == "TaskFailedToStart"
    assert late.failure.reason == (
        "dependency graph: container ordering dependency [side HEALTHY] "
        "for target [web] has timed out."
    )


def test_the_status_tells_how_far_it_has_come() -> None:
    assert status_of(RUN, look(Phase.ABSENT, prepared=False)) is TaskStatus.PENDING
    assert status_of(RUN, look(Phase.CREATED)) is TaskStatus.ACTIVATING
    assert status_of(RUN, look(Phase.RUNNING)) is TaskStatus.RUNNING
    stopping = replace(look(Phase.RUNNING, has_run=True), stopping=True)
    assert status_of(STOP, stopping) is TaskStatus.STOPPING


def taken(seen: Observation, step: Step) -> Observation:
    """What a host that always succeeds sees after the step."""

    def to(phase: Phase, names: tuple[str, ...]) -> tuple[Seen, ...]:
        return tuple(replace(c, phase=phase) if c.name in names else c for c in seen.containers)

    match step:
        case Prepare():
            names = tuple(c.name for c in seen.containers if c.phase is Phase.ABSENT)
            return replace(seen, prepared=True, sandboxes=ROOM, containers=to(Phase.CREATED, names))
        case Start(names):
            return replace(seen, containers=to(Phase.RUNNING, names))
        case Stop(names):
            return replace(seen, stopping=True, containers=to(Phase.EXITED, names))
        case GiveUp(failure):
            return replace(seen, failure=failure)
        case Release():
            return replace(seen, released=True, sandboxes=())
    return seen


PHASES = st.sampled_from(Phase)


@given(PHASES, PHASES, st.booleans(), st.booleans(), st.booleans())
def test_from_anywhere_a_stopped_task_is_soon_gone_and_statuses_only_move_forward(
    web: Phase, side: Phase, prepared: bool, has_run: bool, failed: bool
) -> None:
    seen = look(web, side, prepared=prepared, has_run=has_run)
    if failed:
        seen = replace(seen, failure=Failure(code="TaskFailedToStart", reason="r"))
    ranks = []
    for _ in range(8):
        ranks.append(status_of(STOP, seen).rank)
        seen = taken(seen, step(STOP, seen))
    assert seen.released
    assert ranks == sorted(ranks)


@given(PHASES, PHASES)
def test_a_wanted_task_settles_running_or_is_gone(web: Phase, side: Phase) -> None:
    seen = look(web, side, prepared=Phase.ABSENT not in (web, side))
    for _ in range(8):
        seen = taken(seen, step(RUN, seen))
    settled = status_of(RUN, seen)
    assert settled is (TaskStatus.STOPPED if web is Phase.EXITED else TaskStatus.RUNNING)
