"""Killed at any moment, the agent takes up the task where it was and finishes it."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from seaway.agent.containers import container_name
from seaway.agent.engine import ContainerSpec
from seaway.core.task import TaskStatus
from seaway.core.task_definition import Dependency, RestartPolicy
from seaway.link.messages import Assignment
from tests.agent.builders import MemoryLink, a_container, an_agent, an_assignment, an_engine
from tests.agent.fake_engine import FakeEngine

TASK = an_assignment(
    a_container("web", depends_on=(Dependency(container="db", condition="START"),)),
    a_container("db"),
)
STOPPED = replace(TASK, desired_status=TaskStatus.STOPPED)


class MortalEngine(FakeEngine):
    """At its n-th deed it does not come back any more, the deed done or not done."""

    def __init__(self, deeds: int, *, does_the_last: bool) -> None:
        super().__init__()
        self.images |= an_engine().images
        self.deeds = deeds
        self.does_the_last = does_the_last
        self.dead = asyncio.Event()

    async def create(self, spec: ContainerSpec) -> str:
        if any(known.name == spec.name for known in self.specs.values()):
            return f"id-{spec.name}"  # as the real one: the same container twice is one
        if not await self._lives():
            return ""
        made = await super().create(spec)
        return made if await self._returns() else ""

    async def rename(self, container: str, name: str) -> None:
        if await self._lives():
            await super().rename(container, name)
            await self._returns()

    async def start(self, container: str) -> None:
        if await self._lives():
            await super().start(container)
            await self._returns()

    async def stop(self, container: str, timeout: int) -> None:
        if await self._lives():
            await super().stop(container, timeout)
            await self._returns()

    async def remove(self, container: str) -> None:
        if await self._lives():
            await super().remove(container)
            await self._returns()

    async def _lives(self) -> bool:
        self.deeds -= 1
        return await self._goes_on() if self.deeds or self.does_the_last else await self._die()

    async def _returns(self) -> bool:
        return await self._goes_on() if self.deeds else await self._die()

    async def _goes_on(self) -> bool:
        await asyncio.sleep(0)
        return True

    async def _die(self) -> bool:
        self.dead.set()
        await asyncio.Event().wait()
        return False


async def played(engine: MortalEngine, directory: Path, task: Assignment, end: TaskStatus) -> bool:
    """Run an agent until the task has come this far; False when it was killed before."""
    link = MemoryLink()
    link.to_host.put_nowait(task)
    job = asyncio.create_task(an_agent(engine, link, directory).run())
    arrived = asyncio.create_task(link.report(end))
    died = asyncio.create_task(engine.dead.wait())
    await asyncio.wait({arrived, died}, return_when=asyncio.FIRST_COMPLETED)
    for each in (job, arrived, died):
        each.cancel()
    await asyncio.gather(job, arrived, died, return_exceptions=True)
    return not engine.dead.is_set()


@settings(deadline=None, max_examples=40)
@given(first=st.integers(1, 14), done=st.booleans(), second=st.integers(1, 14))
def test_killed_twice_anywhere_it_still_runs_once_and_leaves_nothing(
    first: int, done: bool, second: int
) -> None:
    async def story(directory: Path) -> None:
        engine = MortalEngine(first, does_the_last=done)
        deaths = 0
        for task, end in ((TASK, TaskStatus.RUNNING), (STOPPED, TaskStatus.STOPPED)):
            while not await played(engine, directory, task, end):
                deaths += 1
                engine.deeds = second if deaths == 1 else 10_000
                engine.dead.clear()
            if end is TaskStatus.RUNNING:
                names = sorted(spec.name for spec in engine.specs.values())
                assert len(names) == len(set(names)) == 4
                assert all(seen.running for seen in engine.state.values())
        assert engine.specs == {}
        started = [what for verb, what in engine.done if verb == "start"]
        assert all(started.count(what) == 1 for what in started if "pause" not in what)

    with tempfile.TemporaryDirectory() as directory:
        asyncio.run(story(Path(directory)))


@settings(deadline=None, max_examples=10)
@given(done=st.booleans())
def test_killed_at_a_restart_the_container_is_started_once_more_and_that_is_counted_once(
    done: bool,
) -> None:
    policy = RestartPolicy(attempt_period=60)
    task = an_assignment(a_container("web", restart=policy))
    name = container_name(task, "web")

    async def story(directory: Path) -> None:
        engine = MortalEngine(10_000, does_the_last=done)
        assert await played(engine, directory, task, TaskStatus.RUNNING)
        engine.end(name, 1, finished_at=61.0)
        engine.deeds = 1
        link = MemoryLink()
        link.to_host.put_nowait(task)
        job = asyncio.create_task(an_agent(engine, link, directory).run())
        await engine.dead.wait()
        job.cancel()
        await asyncio.wait({job})
        assert engine.state[f"id-{name}"].running is done
        engine.dead.clear()
        engine.deeds = 10_000
        link = MemoryLink()
        link.to_host.put_nowait(task)
        job = asyncio.create_task(an_agent(engine, link, directory).run())
        await link.report(TaskStatus.RUNNING)
        async with asyncio.timeout(5):
            while not engine.state[f"id-{name}"].running:
                await asyncio.sleep(0)
        link.to_host.put_nowait(replace(task, desired_status=TaskStatus.STOPPED))
        stopped = await link.report(TaskStatus.STOPPED)
        assert stopped.containers[0].restarts == 1
        assert engine.done.count(("start", name)) == 2
        job.cancel()
        await asyncio.wait({job})

    with tempfile.TemporaryDirectory() as directory:
        asyncio.run(story(Path(directory)))
