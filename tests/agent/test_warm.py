"""Pauses kept ready: who takes them, who does not, and what a crash leaves of them."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seaway.agent.containers import container_name, hosts_path, pause_name, takes_any_pause
from seaway.agent.engine import EngineGone
from seaway.agent.warm import WarmPauses
from seaway.core.task import TaskStatus
from seaway.link.messages import Assignment
from tests.agent.builders import (
    MemoryCgroups,
    MemoryLink,
    a_container,
    an_agent,
    an_assignment,
    an_engine,
)
from tests.agent.fake_engine import FakeEngine
from tests.agent.test_crash import MortalEngine

TASK = an_assignment(a_container("web"), a_container("db"), resolver="10.0.0.2")
IDLE = "seaway-test-warm-"


def pool(engine: FakeEngine, size: int) -> WarmPauses:
    return WarmPauses(
        engine, MemoryCgroups(), installation="test", image="pause", size=size, look=0.0
    )


async def filled(engine: FakeEngine, size: int) -> WarmPauses:
    """A pool that has been asked once, in vain, and is full now."""
    pauses = pool(engine, size)
    assert await pauses.take("nobody") is None
    await until_full(engine, pauses, size)
    return pauses


async def until_full(engine: FakeEngine, pauses: WarmPauses, size: int) -> None:
    """Keep it until so many wait."""
    job = asyncio.create_task(pauses.keep())
    async with asyncio.timeout(5):
        while len(waiting(engine)) < size:
            await asyncio.sleep(0)
    job.cancel()
    await asyncio.wait({job})


def waiting(engine: FakeEngine) -> list[str]:
    """The pauses that run and wait."""
    return sorted(
        spec.name
        for id, spec in engine.specs.items()
        if spec.name.startswith(IDLE) and engine.state[id].running
    )


@pytest.mark.parametrize(
    ("change", "fits"),
    [
        ({}, True),
        ({"network_mode": "awsvpc", "addresses": (("", "10.0.0.10"),)}, False),
        ({"network_mode": "host", "addresses": ()}, False),
        ({"addresses": ()}, False),
        ({"resolver": None}, False),
        ({"containers": (a_container("web", hostname="mine"),)}, False),
        ({"containers": (a_container("web", dns_servers=("10.9.9.9",)),)}, False),
        ({"containers": (a_container("web", dns_search=("a.test",)),)}, False),
        ({"containers": (a_container("web", sysctls=(("net.core.somaxconn", "9"),)),)}, False),
        ({"containers": (a_container("web", sysctls=(("kernel.msgmax", "9"),)),)}, True),
    ],
)
def test_only_a_pause_that_says_nothing_of_its_own_may_be_one_made_ahead(
    change: dict[str, object], fits: bool
) -> None:
    task = replace(TASK, **change)  # type: ignore[arg-type]
    space = "" if task.network_mode == "awsvpc" else "web"
    assert takes_any_pause(task, space) is fits


def test_nothing_is_made_ahead_before_a_task_could_have_used_it() -> None:
    async def story() -> None:
        engine = an_engine()
        pauses = pool(engine, 3)
        job = asyncio.create_task(pauses.keep())
        for _ in range(50):
            await asyncio.sleep(0)
        assert engine.done == []
        assert await pauses.take("a") is None
        async with asyncio.timeout(5):
            while len(waiting(engine)) < 3:
                await asyncio.sleep(0)
        job.cancel()

    asyncio.run(story())


def test_none_is_made_while_the_engine_makes_something_else() -> None:
    class Working(FakeEngine):
        works = True

        def busy(self) -> bool:
            return self.works

    async def story() -> None:
        engine = Working()
        pauses = pool(engine, 1)
        await pauses.take("a")
        job = asyncio.create_task(pauses.keep())
        for _ in range(50):
            await asyncio.sleep(0)
        assert engine.specs == {}
        engine.works = False
        async with asyncio.timeout(5):
            while not waiting(engine):
                await asyncio.sleep(0)
        job.cancel()

    asyncio.run(story())


def test_each_is_taken_once_and_replaced() -> None:
    async def story() -> None:
        engine = an_engine()
        pauses = await filled(engine, 2)
        taken = [await pauses.take(name) for name in ("a", "b", "c")]
        assert taken[2] is None
        assert len(set(taken)) == 3
        assert {spec.name for spec in engine.specs.values()} == {"a", "b"}
        await until_full(engine, pauses, 2)
        assert len(engine.specs) == 4

    asyncio.run(story())


def test_one_that_somebody_removed_is_passed_over() -> None:
    async def story() -> None:
        engine = an_engine()
        pauses = await filled(engine, 2)
        await engine.remove(waiting(engine)[-1])
        assert await pauses.take("a") is not None
        assert await pauses.take("b") is None

    asyncio.run(story())


def test_asked_again_after_the_answer_was_lost_it_gives_the_same_one() -> None:
    class Deaf(FakeEngine):
        deaf = True

        async def rename(self, container: str, name: str) -> None:
            await super().rename(container, name)
            if self.deaf:
                raise EngineGone("no answer")

    async def story() -> None:
        engine = Deaf()
        pauses = await filled(engine, 2)
        with pytest.raises(EngineGone):
            await pauses.take("a")
        engine.deaf = False
        first = next(id for id, spec in engine.specs.items() if spec.name == "a")
        other = await pauses.take("b")
        again = await pauses.take("a")
        assert {first, other, again} <= set(engine.specs)
        assert other != again
        assert {spec.name for id, spec in engine.specs.items() if id in (other, again)} == {
            "a",
            "b",
        }

    asyncio.run(story())


def test_a_name_that_an_attempt_before_us_gave_away_is_found_again() -> None:
    async def story() -> None:
        engine = an_engine()
        pauses = await filled(engine, 2)
        first = await pauses.take("a")
        assert await pauses.take("a") == first
        assert await pauses.take("b") not in (None, first)

    asyncio.run(story())


async def played(engine: FakeEngine, directory: Path, task: Assignment, end: TaskStatus) -> bool:
    """Run an agent that keeps two until the task has come this far; False: killed before."""
    link = MemoryLink()
    link.to_host.put_nowait(task)
    job = asyncio.create_task(an_agent(engine, link, directory, warm_pauses=2).run())
    arrived = asyncio.create_task(link.report(end))
    waits = {arrived}
    if isinstance(engine, MortalEngine):
        waits.add(asyncio.create_task(engine.dead.wait()))  # type: ignore[arg-type]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    done = arrived.done()
    for each in (job, *waits):
        each.cancel()
    await asyncio.gather(job, *waits, return_exceptions=True)
    return done


def left_waiting(engine: FakeEngine, count: int) -> None:
    """As another agent has left them."""
    asyncio.run(filled(engine, count))
    engine.done.clear()


def test_a_task_starts_in_pauses_that_run_and_is_called_as_the_engine_calls_them(
    tmp_path: Path,
) -> None:
    engine = an_engine()
    left_waiting(engine, 2)
    running = asyncio.run(played(engine, tmp_path, TASK, TaskStatus.RUNNING))
    assert running
    made = [what for verb, what in engine.done if verb == "create"]
    assert sorted(made) == sorted(container_name(TASK, name) for name in ("web", "db"))
    (pause,) = [id for id, s in engine.specs.items() if s.name == pause_name(TASK, "web")]
    app = next(s for s in engine.specs.values() if s.name == container_name(TASK, "web"))
    assert app.network == f"container:{pause}"
    directory = tmp_path / "tasks" / TASK.task.rpartition("/")[2]
    hosts = hosts_path(directory, "web").read_text()
    assert f"10.0.0.10\t{pause[:12]}" in hosts or f"10.0.0.10 {pause[:12]}" in hosts


def test_what_a_task_took_and_nobody_assigns_any_more_is_removed(tmp_path: Path) -> None:
    from seaway.link.messages import HostPlan

    engine = an_engine()
    left_waiting(engine, 2)
    assert asyncio.run(played(engine, tmp_path, TASK, TaskStatus.RUNNING))

    async def story() -> None:
        link = MemoryLink()
        link.to_host.put_nowait(HostPlan())
        job = asyncio.create_task(an_agent(engine, link, tmp_path).run())
        async with asyncio.timeout(5):
            while engine.specs:
                await asyncio.sleep(0)
        job.cancel()
        await asyncio.wait({job})

    asyncio.run(story())


@settings(deadline=None, max_examples=60)
@given(first=st.integers(1, 16), done=st.booleans(), second=st.integers(1, 16))
def test_killed_twice_anywhere_no_pause_is_lost_or_held_twice(
    first: int, done: bool, second: int
) -> None:
    stopped = replace(TASK, desired_status=TaskStatus.STOPPED)

    async def story(directory: Path) -> None:
        engine = MortalEngine(10_000, does_the_last=done)
        await filled(engine, 2)
        engine.deeds = first
        deaths = 0
        for task, end in ((TASK, TaskStatus.RUNNING), (stopped, TaskStatus.STOPPED)):
            while not await played(engine, directory, task, end):
                deaths += 1
                engine.deeds = second if deaths == 1 else 10_000
                engine.dead.clear()
            if end is TaskStatus.RUNNING:
                ours = [s.name for s in engine.specs.values() if not s.name.startswith(IDLE)]
                assert len(ours) == len(set(ours)) == 4
                assert all(
                    engine.state[id].running
                    for id, s in engine.specs.items()
                    if not s.name.startswith(IDLE)
                )
        left = [spec.name for spec in engine.specs.values()]
        assert len(left) <= 2
        assert all(name.startswith(IDLE) for name in left)

    with tempfile.TemporaryDirectory() as directory:
        asyncio.run(story(Path(directory)))


def test_more_than_there_should_be_are_taken_away() -> None:
    async def story() -> None:
        engine = an_engine()
        await filled(engine, 3)
        fewer = pool(engine, 1)
        fewer.find(await engine.containers(()))
        job = asyncio.create_task(fewer.keep())
        async with asyncio.timeout(5):
            while len(engine.specs) > 1:
                await asyncio.sleep(0)
        job.cancel()
        assert await fewer.take("a") is not None

    asyncio.run(story())
