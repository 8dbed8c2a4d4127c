"""A worker's story, as the engine and the control plane see it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

from seaway.agent.containers import container_name
from seaway.agent.engine import EngineError, ImageFacts, OutputLine
from seaway.core.task import Health, TaskStatus
from seaway.core.task_definition import Dependency, HealthCheck, MountPoint, Volume
from seaway.link.messages import Assignment, HostPlan, LogBatch, Report
from tests.agent.builders import (
    MemoryLink,
    a_container,
    a_stream,
    an_agent,
    an_assignment,
    an_engine,
)
from tests.agent.fake_engine import FakeEngine

Story = Callable[[MemoryLink], Awaitable[None]]
STOPPED = TaskStatus.STOPPED


def play(engine: FakeEngine, directory: Path, *said: Assignment, story: Story) -> MemoryLink:
    """Run an agent that is told these assignments, and the story beside it."""

    async def played() -> MemoryLink:
        link = MemoryLink()
        for message in said:
            link.to_host.put_nowait(message)
        job = asyncio.create_task(an_agent(engine, link, directory).run())
        try:
            await story(link)
        finally:
            job.cancel()
            await asyncio.wait({job})
        return link

    return asyncio.run(played())


def short(done: list[tuple[str, str]]) -> list[str]:
    """What was asked of containers, with their names as the definition has them."""
    told = [(verb, re.sub(r"^ecs-f-2-(.*)-[0-9a-f]{20}$", r"\1", what)) for verb, what in done]
    return [f"{verb} {what}".replace("internalecs", "") for verb, what in told if verb != "load"]


def test_a_bridge_task_from_first_word_to_last(tmp_path: Path) -> None:
    engine, task = an_engine(), an_assignment(cpu=512, memory=128)

    async def story(link: MemoryLink) -> None:
        running = await link.report(TaskStatus.RUNNING)
        assert running.sandboxes[0].container == "web"
        assert running.containers[0].runtime_id == "id-" + container_name(task, "web")
        link.to_host.put_nowait(replace(task, desired_status=STOPPED))
        stopped = await link.report(STOPPED)
        assert stopped.containers[0].exit_code == 143
        assert stopped.stop_code is None

    link = play(engine, tmp_path, task, story=story)
    assert short(engine.done) == [
        "create network 10.0.0.0/16",
        "create pause-web",
        "start pause-web",
        "create web",
        "start web",
        "stop web",
        "remove web",
        "remove pause-web",
    ]
    assert link.statuses() == [
        TaskStatus.PENDING,
        TaskStatus.ACTIVATING,
        TaskStatus.RUNNING,
        TaskStatus.STOPPING,
        TaskStatus.DEPROVISIONING,
        STOPPED,
    ]


def test_containers_wait_for_their_dependencies_and_stop_before_them(tmp_path: Path) -> None:
    needs = (Dependency(container="db", condition="HEALTHY"),)
    check = HealthCheck(command=("true",))
    task = an_assignment(
        a_container("web", depends_on=needs),
        a_container("db", health_check=check),
        network_mode="awsvpc",
        addresses=(("", "10.0.0.10"),),
    )
    engine = an_engine()

    async def story(link: MemoryLink) -> None:
        while "start db" not in short(engine.done):
            await asyncio.sleep(0)
        assert "start web" not in short(engine.done)
        engine.check(container_name(task, "db"), Health.HEALTHY)
        running = await link.report(TaskStatus.RUNNING)
        assert running.containers[1].health is Health.HEALTHY
        link.to_host.put_nowait(replace(task, desired_status=STOPPED))
        await link.report(STOPPED)

    play(engine, tmp_path, task, story=story)
    assert [line for line in short(engine.done) if line.startswith("stop")] == [
        "stop web",
        "stop db",
    ]


def test_a_container_the_engine_will_not_start_fails_the_task_and_is_taken_away(
    tmp_path: Path,
) -> None:
    engine, task = an_engine(), an_assignment()
    engine.refuses["start", container_name(task, "web")] = EngineError("exec: not found")

    async def story(link: MemoryLink) -> None:
        stopped = await link.report(STOPPED)
        assert stopped.stop_code == "TaskFailedToStart"
        assert stopped.reason == (
            "CannotStartContainerError: Error response from daemon: exec: not found"
        )
        assert stopped.containers[0].reason == stopped.reason

    play(engine, tmp_path, task, story=story)
    assert engine.specs == {}


def test_an_image_nobody_has_fails_the_task_with_aws_words(tmp_path: Path) -> None:
    task = an_assignment(a_container(image="nobody/has:1"))

    async def story(link: MemoryLink) -> None:
        stopped = await link.report(STOPPED)
        assert stopped.reason == (
            "CannotPullContainerError: Error response from daemon: "
            "pull access denied for nobody/has:1"
        )

    engine = an_engine()
    play(engine, tmp_path, task, story=story)
    assert engine.specs == {}


def test_a_container_killed_for_memory_says_so(tmp_path: Path) -> None:
    engine, task = an_engine(), an_assignment()

    async def story(link: MemoryLink) -> None:
        await link.report(TaskStatus.RUNNING)
        engine.end(container_name(task, "web"), 137, out_of_memory=True)
        stopped = await link.report(STOPPED)
        assert stopped.stop_code == "EssentialContainerExited"
        assert stopped.containers[0].reason == (
            "OutOfMemoryError: Container killed due to memory usage"
        )

    play(engine, tmp_path, task, story=story)


def test_a_running_task_is_adopted_without_a_touch(tmp_path: Path) -> None:
    engine, task = an_engine(), an_assignment()

    async def first(link: MemoryLink) -> None:
        await link.report(TaskStatus.RUNNING)

    async def second(link: MemoryLink) -> None:
        running = await link.report(TaskStatus.RUNNING)
        assert running.started_at == 1000.0

    play(engine, tmp_path, task, story=first)
    del engine.images["i"]  # not even its image is needed again
    engine.done.clear()
    link = play(engine, tmp_path, task, story=second)
    assert link.statuses() == [TaskStatus.RUNNING]
    assert short(engine.done) == []


def test_what_happened_while_the_engine_was_away_is_seen_when_it_is_back(tmp_path: Path) -> None:
    engine, task = an_engine(), an_assignment()

    async def story(link: MemoryLink) -> None:
        await link.report(TaskStatus.RUNNING)
        engine.go_away()
        engine.end(container_name(task, "web"), 1)
        stopped = await link.report(STOPPED)
        assert stopped.containers[0].exit_code == 1

    play(engine, tmp_path, task, story=story)


def test_a_container_somebody_removed_counts_as_ended(tmp_path: Path) -> None:
    engine, task = an_engine(), an_assignment()

    async def story(link: MemoryLink) -> None:
        await link.report(TaskStatus.RUNNING)
        name = container_name(task, "web")
        engine.end(name, 137)
        await engine.remove(f"id-{name}")
        stopped = await link.report(STOPPED)
        assert stopped.containers[0].exit_code == 137

    play(engine, tmp_path, task, story=story)


def test_a_task_that_ended_is_not_run_again_after_a_restart(tmp_path: Path) -> None:
    engine, task = an_engine(), an_assignment()

    async def first(link: MemoryLink) -> None:
        await link.report(TaskStatus.RUNNING)
        engine.end(container_name(task, "web"), 3)
        await link.report(STOPPED)

    async def second(link: MemoryLink) -> None:
        stopped = await link.report(STOPPED)
        assert stopped.containers[0].exit_code == 3
        assert stopped.stop_code == "EssentialContainerExited"

    play(engine, tmp_path, task, story=first)
    engine.done.clear()
    play(engine, tmp_path, task, story=second)
    assert short(engine.done) == []


def test_what_nobody_assigned_is_stopped_and_removed(tmp_path: Path) -> None:
    engine, task = an_engine(), an_assignment()

    async def first(link: MemoryLink) -> None:
        await link.report(TaskStatus.RUNNING)

    async def second(link: MemoryLink) -> None:
        link.to_host.put_nowait(HostPlan())
        async with asyncio.timeout(5):
            while engine.specs:
                await asyncio.sleep(0)

    play(engine, tmp_path, task, story=first)
    play(engine, tmp_path, story=second)
    assert short(engine.done)[-3:] == ["stop web", "remove web", "remove pause-web"]


def test_a_task_stopped_while_its_image_is_pulled_ends_without_waiting(tmp_path: Path) -> None:
    task = an_assignment(a_container(image="slow"))
    engine = SlowEngine()
    engine.images |= an_engine().images

    async def story(link: MemoryLink) -> None:
        await engine.pulling.wait()
        link.to_host.put_nowait(replace(task, desired_status=STOPPED))
        stopped = await link.report(STOPPED)
        assert stopped.stop_code is None

    play(engine, tmp_path, task, story=story)
    assert engine.specs == {}


class SlowEngine(FakeEngine):
    """Its pulls never end."""

    def __init__(self) -> None:
        super().__init__()
        self.pulling = asyncio.Event()

    async def pull(self, name: str, credentials: object) -> None:
        self.pulling.set()
        await asyncio.Event().wait()


def test_output_is_carried_to_the_end_before_the_task_is_said_to_have_stopped(
    tmp_path: Path,
) -> None:
    engine = an_engine()
    task = an_assignment(logs=(a_stream("web"),))

    name = container_name(task, "web")
    lines = [OutputLine(at=5_000_000, text="one"), OutputLine(at=5_000_000, text="two")]
    engine.written[f"id-{name}"] = lines

    async def story(link: MemoryLink) -> None:
        await link.report(TaskStatus.RUNNING)
        engine.end(name, 0)
        await link.report(STOPPED)
        kinds = [type(m) for m in link.said if isinstance(m, LogBatch | Report)]
        assert kinds.index(LogBatch) < len(kinds) - 1
        opened, batch = (m for m in link.said if isinstance(m, LogBatch))
        assert opened.lines == ()
        assert [(line.at, line.text) for line in batch.lines] == [(5, "one"), (5, "two")]

    play(engine, tmp_path, task, story=story)


def test_new_names_are_in_the_hosts_file_of_every_namespace_at_once(tmp_path: Path) -> None:
    task = an_assignment(a_container("web"), a_container("log"))
    engine = an_engine()

    async def story(link: MemoryLink) -> None:
        await link.report(TaskStatus.RUNNING)
        files = [tmp_path / "tasks" / "0123" / f"hosts-{name}" for name in ("web", "log")]
        before = [file.stat().st_ino for file in files]
        link.to_host.put_nowait(replace(task, names=(("cats", "127.255.0.1"),)))
        async with asyncio.timeout(5):
            while not all("127.255.0.1\tcats" in file.read_text() for file in files):
                await asyncio.sleep(0)
        assert [file.stat().st_ino for file in files] == before
        assert "10.0.0.10" in files[0].read_text()

    play(engine, tmp_path, task, story=story)


def test_volumes_live_as_long_as_the_task(tmp_path: Path) -> None:
    mounts = (MountPoint(volume="data", path="/data"),)
    task = an_assignment(a_container(mounts=mounts), volumes=(Volume(name="data"),))
    engine = an_engine()

    async def story(link: MemoryLink) -> None:
        await link.report(TaskStatus.RUNNING)
        assert list(engine.made_volumes) == ["seaway-0123-data"]
        link.to_host.put_nowait(replace(task, desired_status=STOPPED))
        await link.report(STOPPED)
        assert engine.made_volumes == {}

    play(engine, tmp_path, task, story=story)


def test_the_digest_of_a_pulled_image_is_reported(tmp_path: Path) -> None:
    name = "000000000000.dkr.ecr.us-east-1.localhost:4566/cats"
    engine = an_engine()
    engine.pullable[f"{name}:1"] = ImageFacts(id="sha256:1", digests=(f"{name}@sha256:abc",))
    image = "000000000000.dkr.ecr.us-east-1.amazonaws.com/cats:1"

    async def story(link: MemoryLink) -> None:
        running = await link.report(TaskStatus.RUNNING)
        assert running.containers[0].image_digest == "sha256:abc"
        assert running.containers[0].image == image

    play(engine, tmp_path, an_assignment(a_container(image=image)), story=story)
