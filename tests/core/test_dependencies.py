"""Which container may start or stop now."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from seaway.core.dependencies import (
    Phase,
    Seen,
    deadlines,
    hopeless,
    needs,
    startable,
    stoppable,
)
from seaway.core.task import Health
from seaway.core.task_definition import (
    ContainerDefinition,
    Dependency,
    Firelens,
    LogConfiguration,
    VolumeFrom,
)


def container(
    name: str, *needs: tuple[str, str], timeout: int | None = None
) -> ContainerDefinition:
    depends_on = tuple(Dependency(container=c, condition=condition) for c, condition in needs)
    return ContainerDefinition(name=name, image="i", depends_on=depends_on, start_timeout=timeout)


def sight(*seen: Seen) -> dict[str, Seen]:
    return {one.name: one for one in seen}


CREATED = Seen(name="web", phase=Phase.CREATED)


def test_without_dependencies_every_created_container_may_start() -> None:
    both = (container("web"), container("log"))
    assert startable(both, sight(CREATED, Seen(name="log", phase=Phase.RUNNING))) == ("web",)


def test_each_condition_holds_the_container_back_until_it_is_met() -> None:
    running = Seen(name="db", phase=Phase.RUNNING)
    ended = Seen(name="db", phase=Phase.EXITED, exit_code=0)
    steps = (
        Seen(name="db", phase=Phase.CREATED),
        running,
        replace(running, health=Health.HEALTHY),
        ended,
        replace(ended, exit_code=1),
    )
    met = {
        condition: [
            bool(startable((container("web", ("db", condition)), container("db")), seen))
            for seen in (sight(replace(CREATED), step) for step in steps)
        ]
        for condition in ("START", "HEALTHY", "COMPLETE", "SUCCESS")
    }
    # The first step has db itself startable, so it counts as something to do.
    assert met == {
        "START": [True, True, True, True, True],
        "HEALTHY": [True, False, True, False, False],
        "COMPLETE": [True, False, False, True, True],
        "SUCCESS": [True, False, False, True, False],
    }


def test_the_container_depended_on_starts_first() -> None:
    both = (container("web", ("db", "START")), container("db"))
    assert startable(both, sight(CREATED, Seen(name="db", phase=Phase.CREATED))) == ("db",)


def test_a_dependency_that_failed_can_never_be_met() -> None:
    web, db = container("web", ("db", "SUCCESS")), container("db")
    failed = Seen(name="db", phase=Phase.EXITED, exit_code=1)
    assert hopeless((web, db), sight(CREATED, failed)) == (web, web.depends_on[0])
    assert hopeless((web, db), sight(CREATED, replace(failed, exit_code=0))) is None


def test_a_start_timeout_counts_from_the_start_of_the_container_waited_for() -> None:
    web, db = container("web", ("db", "HEALTHY")), container("db", timeout=20)
    running = Seen(name="db", phase=Phase.RUNNING, started_at=100.0)
    assert deadlines((web, db), sight(CREATED, running)) == ((120.0, web, web.depends_on[0]),)
    assert deadlines((web, container("db")), sight(CREATED, running)) == ()


def test_a_container_others_depend_on_stops_after_them() -> None:
    both = (container("web", ("db", "START")), container("db"))
    web, db = Seen(name="web", phase=Phase.RUNNING), Seen(name="db", phase=Phase.RUNNING)
    assert stoppable(both, sight(web, db)) == ("web",)
    assert stoppable(both, sight(replace(web, stopping=True), db)) == ()
    assert stoppable(both, sight(replace(web, phase=Phase.EXITED), db)) == ("db",)


@st.composite
def chains(draw: st.DrawFn) -> tuple[ContainerDefinition, ...]:
    """Containers that only depend on earlier ones: what registration lets through."""
    names = [f"c{n}" for n in range(draw(st.integers(1, 6)))]
    return tuple(
        container(name, *((other, "START") for other in names[:n] if draw(st.booleans())))
        for n, name in enumerate(names)
    )


@given(chains())
def test_starting_what_may_start_starts_everything_and_stopping_reverses_it(
    containers: tuple[ContainerDefinition, ...],
) -> None:
    seen = sight(*(Seen(name=c.name, phase=Phase.CREATED) for c in containers))
    for _ in containers:
        for name in startable(containers, seen):
            seen[name] = replace(seen[name], phase=Phase.RUNNING)
    assert all(one.phase is Phase.RUNNING for one in seen.values())
    stopped: list[str] = []
    for _ in containers:
        for name in stoppable(containers, seen):
            seen[name] = replace(seen[name], phase=Phase.EXITED)
            stopped.append(name)
    assert sorted(stopped) == sorted(c.name for c in containers)
    for c in containers:
        for dependency in c.depends_on:
            assert stopped.index(c.name) < stopped.index(dependency.container)


def test_links_volumes_and_logs_of_another_container_are_waited_for() -> None:
    web = replace(
        container("web", ("router", "HEALTHY")),
        links=("db:store",),
        volumes_from=(VolumeFrom(container="data"),),
        log=LogConfiguration(driver="awsfirelens"),
    )
    router = replace(container("router"), firelens=Firelens(type="fluentbit"))
    all_four = (web, container("db"), container("data"), router)
    assert [(d.container, d.condition) for d in needs(web, all_four)] == [
        ("router", "HEALTHY"),  # what it says itself goes before what its log implies
        ("db", "START"),
        ("data", "CREATE"),
    ]
    made = {c.name: Seen(name=c.name, phase=Phase.CREATED) for c in all_four}
    assert startable(all_four, made) == ("db", "data", "router")
    run = {name: replace(seen, phase=Phase.RUNNING) for name, seen in made.items()}
    assert stoppable(all_four, run) == ("web",)
