"""This machine as a host: a real agent on the real engine, with the test as control plane."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TypeVar

from seaway.agent.clearing import remove_everything
from seaway.agent.docker import DockerEngine
from seaway.agent.engine import NotThere
from seaway.agent.images import Registry
from seaway.agent.network import KernelAddresses
from seaway.agent.session import Agent
from seaway.core.task import TaskStatus
from seaway.core.task_definition import ContainerDefinition
from seaway.link.asking import ControlPlane
from seaway.link.messages import (
    Assignment,
    FromHost,
    Hello,
    HostPlan,
    LogBatch,
    LogStream,
    Network,
    Report,
    ToHost,
)
from tests.live.shell_image import shell_image

IMAGE = "seaway-test/shell:2"
NETWORK = Network(vpc="vpc-0agent", cidr="10.203.0.0/16")
_PATIENCE = 40.0
T = TypeVar("T", bound=FromHost)


class QueueLink:
    """Both directions in this process; everything the host said is kept."""

    def __init__(self) -> None:
        self.to_host: asyncio.Queue[ToHost] = asyncio.Queue()
        self.said: list[FromHost] = []
        self._news = asyncio.Condition()

    async def receive(self) -> ToHost:
        return await self.to_host.get()

    async def send(self, message: FromHost) -> None:
        async with self._news:
            self.said.append(message)
            self._news.notify_all()

    async def heard(self, kind: type[T], is_it: Callable[[T], bool] = lambda _: True) -> T:
        """The first message like this, waiting for it if need be."""
        async with asyncio.timeout(_PATIENCE), self._news:
            while True:
                for message in self.said:
                    if isinstance(message, kind) and is_it(message):
                        return message
                await self._news.wait()


class Machine:
    """One agent that runs, its link, and the engine to look behind it."""

    def __init__(self, engine: DockerEngine, link: QueueLink) -> None:
        self.engine = engine
        self.link = link

    def assign(self, message: ToHost) -> None:
        self.link.to_host.put_nowait(message)

    async def report(self, task: Assignment, status: TaskStatus) -> Report:
        return await self.link.heard(Report, lambda r: r.task == task.task and r.status is status)

    async def lines(self, text: str) -> list[str]:
        """All output carried so far, once this line is in it."""
        await self.link.heard(LogBatch, lambda b: any(line.text == text for line in b.lines))
        return self.output()

    def output(self) -> list[str]:
        batches = [m for m in self.link.said if isinstance(m, LogBatch)]
        return [line.text for batch in batches for line in batch.lines]

    async def inside(self, report: Report, *command: str, container: int = 0) -> str:
        """What a command says inside a container of the task."""
        runtime_id = report.containers[container].runtime_id
        assert runtime_id is not None
        return (await self.engine.execute(runtime_id, command))[1]


def an_agent(
    engine: DockerEngine,
    link: QueueLink,
    directory: Path,
    scope: str,
    registry: Registry | None = None,
    control: ControlPlane | None = None,
    warm_pauses: int = 0,
) -> Agent:
    return Agent(
        engine,
        link,
        host="this-machine",
        data_dir=directory,
        installation=scope,
        clock=time.time,
        addresses=KernelAddresses(),
        registry=registry,
        control=control,
        hosts_file=directory / "machine-hosts",
        orphans_after=1.0,
        usage_every=1.0,
        refusals_every=0.1,
        warm_pauses=warm_pauses,
    )


@asynccontextmanager
async def an_engine(directory: Path, scope: str) -> AsyncIterator[DockerEngine]:
    """The engine with the test's image; all that is made in this scope is gone afterwards."""
    engine = DockerEngine()
    try:
        await engine.image(IMAGE)
    except NotThere:
        facts = await engine.about()
        await engine.load(shell_image(IMAGE, facts.architecture).content)
    try:
        yield engine
    finally:
        await remove_everything(engine, scope, hosts_file=directory / "machine-hosts")
        await engine.close()


@asynccontextmanager
async def a_running_agent(
    engine: DockerEngine,
    directory: Path,
    scope: str,
    registry: Registry | None = None,
    control: ControlPlane | None = None,
    warm_pauses: int = 0,
) -> AsyncIterator[Machine]:
    """An agent that has said hello; cancelled at the end, its containers left as they are."""
    link = QueueLink()
    agent = an_agent(engine, link, directory, scope, registry, control, warm_pauses)
    job = asyncio.create_task(agent.run())
    hello = asyncio.create_task(link.heard(Hello))
    await asyncio.wait({job, hello}, return_when=asyncio.FIRST_COMPLETED)
    if job.done():
        hello.cancel()
        job.result()
    try:
        yield Machine(engine, link)
    finally:
        job.cancel()
        await asyncio.wait({job})


def shell(name: str, script: str, **more: object) -> ContainerDefinition:
    """A container that runs a script; it ends at once when asked to."""
    command = ("sh", "-c", f"trap 'echo asked; exit 0' TERM; {script}")
    return ContainerDefinition(name=name, image=IMAGE, command=command, **more)  # type: ignore[arg-type]


LOOP = "while :; do sleep 0.1; done"


def a_task(number: int, *containers: ContainerDefinition, mode: str = "bridge") -> Assignment:
    """A task of these containers, each (awsvpc: all together) with an address of the VPC."""
    spaces = ("",) if mode == "awsvpc" else tuple(c.name for c in containers)
    arn = f"arn:aws:ecs:us-east-1:000000000000:task/live/{number:032x}"
    return Assignment(
        task=arn,
        cluster="arn:aws:ecs:us-east-1:000000000000:cluster/live",
        family="live",
        revision=1,
        network_mode=mode,
        containers=containers,
        network=NETWORK,
        addresses=tuple((s, f"10.203.{number}.{10 + n}") for n, s in enumerate(spaces)),
        logs=tuple(
            LogStream(container=c.name, region="us-east-1", group="live", stream=c.name)
            for c in containers
        ),
    )


PLAN = HostPlan(networks=(NETWORK,))


@contextmanager
def a_process(word: str) -> Iterator[None]:
    """As of an installation's proxy, which has its name among its words."""
    command = [sys.executable, "-c", "input()", word]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        try:
            yield
        finally:
            process.kill()
