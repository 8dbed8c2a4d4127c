"""The host's session as the control plane hears it."""

from __future__ import annotations

import asyncio
import itertools
from pathlib import Path

from seaway.agent.engine import EngineError, ImageFacts
from seaway.agent.pause.image import pause_image
from seaway.agent.session import Agent
from seaway.core.task import TaskStatus
from seaway.link.messages import Hello, HostPlan, PlanProblem, Report, Usage
from tests.agent.builders import (
    NETWORK,
    MemoryAddresses,
    MemoryCgroups,
    MemoryFirewall,
    MemoryLink,
    an_agent,
    an_assignment,
    an_engine,
)
from tests.agent.fake_engine import FakeEngine


def test_a_host_presents_all_its_cores_and_memory(tmp_path: Path) -> None:
    async def story() -> None:
        link = MemoryLink()
        job = asyncio.create_task(an_agent(an_engine(), link, tmp_path).run())
        said = await link.until(lambda m: isinstance(m, Hello))
        job.cancel()
        assert said == Hello(
            host="h", cpu=2048, memory=8192, architecture="x86_64", engine="20.10.24"
        )

    asyncio.run(story())


def test_the_pause_image_is_loaded_once(tmp_path: Path) -> None:
    async def story() -> int:
        engine, link = LoadingEngine(), MemoryLink()
        for _ in range(2):
            job = asyncio.create_task(an_agent(engine, link, tmp_path).run())
            await link.until(lambda m: isinstance(m, Hello))
            job.cancel()
            await asyncio.wait({job})
            link.said.clear()
        return len(engine.done)

    assert asyncio.run(story()) == 1


class LoadingEngine(FakeEngine):
    """What is loaded is there."""

    async def load(self, archive: bytes) -> None:
        await super().load(archive)
        self.images[pause_image("amd64").name] = ImageFacts(id="sha256:p", digests=())


def test_a_problem_with_the_plan_is_told_once_not_with_every_plan(tmp_path: Path) -> None:
    engine, link = an_engine(), MemoryLink()
    engine.refuses["create network", NETWORK.cidr] = EngineError("Pool overlaps")

    async def story() -> None:
        job = asyncio.create_task(an_agent(engine, link, tmp_path).run())
        for names in ((), (("a", "127.0.0.1"),)):
            link.to_host.put_nowait(HostPlan(networks=(NETWORK,), names=names))
            await link.until(lambda m: isinstance(m, PlanProblem))
            while engine.done.count(("create network", NETWORK.cidr)) < 1 + len(names):
                await asyncio.sleep(0)
        job.cancel()
        await asyncio.wait({job})

    asyncio.run(story())
    assert len([m for m in link.said if isinstance(m, PlanProblem)]) == 1


class CountedCgroups(MemoryCgroups):
    """A task that has spent a quarter of a core more each time one looks."""

    def __init__(self) -> None:
        super().__init__()
        self.looks = 0

    def usage(self, task: str) -> tuple[float, float] | None:
        self.looks += 1
        return 0.25 * self.looks, 64.0


def test_usage_is_in_cpu_units_since_the_last_look(tmp_path: Path) -> None:
    seconds = itertools.count(1)

    async def story() -> Usage:
        link = MemoryLink()
        agent = Agent(
            an_engine(),
            link,
            host="h",
            data_dir=tmp_path,
            installation="test",
            clock=lambda: float(next(seconds)),
            addresses=MemoryAddresses(),
            cgroups=CountedCgroups(),
            firewall=MemoryFirewall(),
            hosts_file=None,
            usage_every=0.0,
        )
        link.to_host.put_nowait(an_assignment())
        job = asyncio.create_task(agent.run())
        said = await link.until(lambda m: isinstance(m, Usage))
        job.cancel()
        await asyncio.wait({job})
        assert isinstance(said, Usage)
        return said

    used = asyncio.run(story())
    assert used.memory == 64.0
    assert 0 < used.cpu <= 256.0


def test_a_stopped_task_that_is_assigned_again_is_only_reported_again(tmp_path: Path) -> None:
    engine, link = an_engine(), MemoryLink()

    async def story() -> None:
        job = asyncio.create_task(an_agent(engine, link, tmp_path).run())
        link.to_host.put_nowait(an_assignment(desired_status=TaskStatus.STOPPED))
        first = await link.report(TaskStatus.STOPPED)
        link.said.clear()
        link.to_host.put_nowait(an_assignment())
        assert await link.report(TaskStatus.STOPPED) == first
        job.cancel()
        await asyncio.wait({job})

    asyncio.run(story())
    assert [m.status for m in link.said if isinstance(m, Report)] == [TaskStatus.STOPPED]
    assert ("create network", NETWORK.cidr) not in engine.done
