"""How long a task takes to run, and how many start in a time, beside the engine alone.

Seaways with real containers: one as it comes, with pauses kept warm, and one without (``cold``).
The image is on the machine and its program does nothing but wait, so that what is measured is what
stands between a call and a running container. A round of one of each: ``docker run -d``; RunTask
in bridge mode, warm and cold, and in awsvpc mode (Fargate); CreateService with two tasks. And a
burst of tasks at once, against the engine's own rate for what such tasks need of it.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from ipaddress import IPv4Network, ip_network
from pathlib import Path
from typing import Any

from benchmarks.command import command
from benchmarks.figures import Report, Say, Table, Verdict, ratios, rotated, spread
from benchmarks.processes import CannotMeasure, running, tail, wait_for
from seaway.agent.containers import INSTALLATION
from seaway.agent.docker import DockerEngine
from seaway.agent.engine import ContainerSpec, EngineError, EngineFacts
from seaway.agent.pause.image import image_archive, pause_image
from seaway.agent.pause.program import program
from seaway.cli.demo.clients import Aws, connect
from seaway.cli.demo.network import ROUTES, free_cidr
from seaway.cli.process import ask
from seaway.machine import installation_of
from seaway.settings import DEFAULT_WARM_PAUSES, Settings

IMAGE = "seaway-bench/waits:1"
SCOPE = f"swb{os.getpid()}"
CLUSTER = "starts"
BRIDGE, AWSVPC = "bridge", "awsvpc"
USER_DATA = f"#!/bin/bash\necho ECS_CLUSTER={CLUSTER} >> /etc/ecs/ecs.config\n"
INSTANCE_TYPE = "m5.4xlarge"
AT_ONCE = 10
"""RunTask starts no more with one call."""
PATIENCE = 240.0
LOOK = 0.02
"""Seconds between looks at what has become of a call."""
BURST_LOOK = 0.2
"""The same for a burst: who looks takes time from the same cores, which the engine alone has."""

DOCKER, API = "docker run -d", "engine API alone"
WARM, COLD, FARGATE = "task, warm pauses", "task, no warm pauses", "task, awsvpc"
SINGLE = (DOCKER, API, WARM, COLD, FARGATE)
SERVICE, SERVICE_COLD = "service of 2, warm pauses", "service of 2, no warm pauses"
SERVICES = (SERVICE, SERVICE_COLD)


class Bare:
    """The engine by its own API: what there is to do for a task, and nobody who decides."""

    def __init__(self, runner: asyncio.Runner) -> None:
        self._runner = runner
        self._numbers = itertools.count()
        self._engine = runner.run(_engine())
        self._pause = ""
        self.facts: EngineFacts = runner.run(self._engine.about())

    def prepare(self) -> None:
        """Have the images. Raises CannotMeasure."""
        architecture = self.facts.architecture
        try:
            waits = image_archive(
                IMAGE, {"waits": program(architecture)}, architecture, ("/waits",),
                stop_signal="SIGKILL",
            )  # fmt: skip
        except ValueError as error:
            raise CannotMeasure(str(error)) from error
        pause = pause_image(architecture)
        self._pause = pause.name
        for archive in (waits, pause):
            self._runner.run(self._engine.load(archive.content))

    def one(self) -> float:
        """Seconds from creation to start of one container on the engine's bridge."""

        async def started() -> None:
            spec = self._spec("one", IMAGE, "bridge")
            await self._engine.start(await self._engine.create(spec))

        return self._timed(started())

    def pairs(self, count: int) -> float:
        """Seconds for so many pauses and a container that joins each, in our order and at once.

        As for a task: a pause with no network made; while it starts, the container made; started.
        """

        async def pair() -> None:
            engine = self._engine
            pause = await engine.create(self._spec("pause", self._pause, "none"))
            spec = self._spec("app", IMAGE, f"container:{pause}")
            _, app = await asyncio.gather(engine.start(pause), engine.create(spec))
            await engine.start(app)

        async def all_pairs() -> None:
            await asyncio.gather(*(pair() for _ in range(count)))

        return self._timed(all_pairs())

    def clear(self) -> None:
        """Remove what was made."""

        async def cleared() -> None:
            made = await self._engine.containers(((INSTALLATION, SCOPE),))
            await asyncio.gather(*(self._engine.remove(container.id) for container in made))

        self._runner.run(cleared())

    def idle_pauses(self, installation: str) -> int:
        """How many pauses of a Seaway wait to be taken."""
        labels = ((INSTALLATION, installation),)
        there = self._runner.run(self._engine.containers(labels))
        return sum(found.name.startswith(f"seaway-{installation}-warm-") for found in there)

    def containers_of(self, installation: str) -> int:
        """How many containers of tasks a Seaway has."""
        labels = ((INSTALLATION, installation), ("seaway.task", ""))
        return len(self._runner.run(self._engine.containers(labels)))

    def close(self) -> None:
        """Leave the engine."""
        self._runner.run(self._engine.close())

    def _timed(self, work: Any) -> float:
        began = time.monotonic()
        try:
            self._runner.run(work)
        except EngineError as error:
            raise CannotMeasure(f"the engine says: {error.message}") from error
        return time.monotonic() - began

    def _spec(self, name: str, image: str, network: str) -> ContainerSpec:
        return ContainerSpec(
            name=f"{SCOPE}-{name}-{next(self._numbers)}",
            image=image,
            network=network,
            labels=((INSTALLATION, SCOPE),),
        )


async def _engine() -> DockerEngine:
    return DockerEngine()


class Seaway:
    """One that runs, with a cluster of one large instance and Fargate."""

    def __init__(self, aws: Aws, installation: str, warm: int) -> None:
        self.aws = aws
        self.installation = installation
        self.warm = warm
        self._subnet = ""
        self._names = itertools.count()
        self.handed: list[float] = []
        """Seconds from each single task's creation until its host began to work on it."""

    def prepare(self, cidr: IPv4Network) -> None:
        """Network, cluster, an instance that has joined, task definitions."""
        aws = self.aws
        vpc = aws.ec2.create_vpc(CidrBlock=str(cidr))["Vpc"]["VpcId"]
        subnet = next(cidr.subnets(new_prefix=24))
        made = aws.ec2.create_subnet(VpcId=vpc, CidrBlock=str(subnet))
        self._subnet = made["Subnet"]["SubnetId"]
        aws.ecs.create_cluster(clusterName=CLUSTER)
        aws.ec2.run_instances(
            ImageId="resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended",
            InstanceType=INSTANCE_TYPE,
            MinCount=1,
            MaxCount=1,
            SubnetId=self._subnet,
            UserData=USER_DATA,
        )
        joined = aws.ecs.list_container_instances
        wait_for(lambda: bool(joined(cluster=CLUSTER)["containerInstanceArns"]), "an instance", 60)
        for mode, kind in ((BRIDGE, "EC2"), (AWSVPC, "FARGATE")):
            aws.ecs.register_task_definition(
                family=mode,
                networkMode=mode,
                requiresCompatibilities=[kind],
                cpu="256",
                memory="512",
                containerDefinitions=[{"name": "waits", "image": IMAGE, "essential": True}],
            )

    def tasks(self, count: int, mode: str = BRIDGE) -> float:
        """Seconds from RunTask until so many report RUNNING; they are gone afterwards."""
        words: dict[str, Any] = {"launchType": "EC2"}
        if mode == AWSVPC:
            network = {"awsvpcConfiguration": {"subnets": [self._subnet]}}
            words = {"launchType": "FARGATE", "networkConfiguration": network}
        began = time.monotonic()
        arns: list[str] = []
        for first in range(0, count, AT_ONCE):
            answer = self.aws.ecs.run_task(
                cluster=CLUSTER, taskDefinition=mode, count=min(AT_ONCE, count - first), **words
            )
            if answer["failures"]:
                raise CannotMeasure(f"RunTask: {answer['failures'][0]}")
            arns += [task["taskArn"] for task in answer["tasks"]]
        look = LOOK if count == 1 else BURST_LOOK
        wait_for(lambda: self._all(arns, "RUNNING"), f"{count} tasks running", PATIENCE, look)
        took = time.monotonic() - began
        if count == 1:
            (task,) = self.aws.ecs.describe_tasks(cluster=CLUSTER, tasks=arns)["tasks"]
            self.handed.append((task["pullStartedAt"] - task["createdAt"]).total_seconds())
        for arn in arns:
            self.aws.ecs.stop_task(cluster=CLUSTER, task=arn)
        wait_for(lambda: self._all(arns, "STOPPED"), f"{count} tasks stopped", PATIENCE, 0.1)
        return took

    def service(self) -> float:
        """Seconds from CreateService until both its tasks report RUNNING; gone afterwards."""
        name = f"two-{next(self._names)}"
        ecs = self.aws.ecs

        def both() -> bool:
            (found,) = ecs.describe_services(cluster=CLUSTER, services=[name])["services"]
            return bool(found["runningCount"] == 2)

        began = time.monotonic()
        ecs.create_service(cluster=CLUSTER, serviceName=name, taskDefinition=BRIDGE, desiredCount=2)
        wait_for(both, "a service's two tasks running", PATIENCE, LOOK)
        took = time.monotonic() - began
        ecs.delete_service(cluster=CLUSTER, service=name, force=True)
        return took

    def _all(self, arns: list[str], status: str) -> bool:
        for first in range(0, len(arns), 100):
            part = arns[first : first + 100]
            tasks = self.aws.ecs.describe_tasks(cluster=CLUSTER, tasks=part)["tasks"]
            for task in tasks:
                if status == "RUNNING" and task["lastStatus"] == "STOPPED":
                    raise CannotMeasure(f"a task did not start: {task.get('stoppedReason')}")
                if task["lastStatus"] != status:
                    return False
        return True


@contextmanager
def a_seaway(directory: Path, cidr: IPv4Network, warm: int) -> Iterator[Seaway]:
    """One that is up, and gone afterwards. Raises CannotMeasure."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        settings = Settings(data_dir=directory, port=free.getsockname()[1], dns_port=0)
    directory.mkdir()
    program = [sys.executable, "-m", "seaway.cli"]
    environment = {
        "SEAWAY_DATA_DIR": str(directory),
        "SEAWAY_PORT": str(settings.port),
        "SEAWAY_DNS_PORT": "0",
        "SEAWAY_WARM_PAUSES": str(warm),
    }
    with running([*program, "up"], directory.parent / "up.log", environment=environment):
        try:
            wait_for(lambda: ask(settings.url) is not None, "Seaway's first answer", 30)
            aws = connect(settings.url, settings.region)
            seaway = Seaway(aws, installation_of(directory), warm)
            seaway.prepare(cidr)
            yield seaway
        except CannotMeasure as problem:
            raise CannotMeasure(f"{problem}\n{tail(directory.parent / 'up.log')}") from problem
        finally:
            down = [*program, "down"]
            subprocess.run(down, env={**os.environ, **environment}, check=False, stdout=sys.stderr)


def docker_run() -> float:
    """Seconds that ``docker run -d`` takes."""
    began = time.monotonic()
    words = ["docker", "run", "-d", "--label", f"{INSTALLATION}={SCOPE}", IMAGE]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotMeasure(f"docker run: {done.stderr.strip()}")
    return time.monotonic() - began


def calm(bare: Bare, *seaways: Seaway) -> None:
    """Wait until nothing of a task is left and all pauses that should wait do."""
    bare.clear()
    for seaway in seaways:
        name = seaway.installation
        wait_for(lambda name=name: bare.containers_of(name) == 0, "tasks gone", 120, 0.1)  # type: ignore[misc]

        def full(seaway: Seaway = seaway) -> bool:
            return bare.idle_pauses(seaway.installation) >= seaway.warm

        wait_for(full, "pauses kept warm", 60, 0.1)


Samples = dict[str, list[float]]


def measure(asked: argparse.Namespace, bare: Bare, warm: Seaway, cold: Seaway, say: Say) -> Samples:
    """All rounds; seconds by what was started. The first of each is not counted."""
    ways: dict[str, Callable[[], float]] = {
        DOCKER: docker_run,
        API: bare.one,
        WARM: lambda: warm.tasks(1),
        COLD: lambda: cold.tasks(1),
        FARGATE: lambda: cold.tasks(1, AWSVPC),
        SERVICE: warm.service,
        SERVICE_COLD: cold.service,
    }
    warm.tasks(1)  # pauses are kept from the first task on that could have used one
    calm(bare, warm, cold)
    samples: Samples = {name: [] for name in ways}
    for number in range(asked.rounds + 1):
        say(f"round {number} of {asked.rounds}" if number else "once each, not counted")
        for name in rotated(list(ways), number):
            took = ways[name]()
            if number:
                samples[name].append(took)
            calm(bare, warm, cold)
    samples["handed"] = warm.handed + cold.handed
    burst, engine = samples["burst"], samples["burst engine"] = [], []
    for number in range(asked.burst_rounds):
        say(f"burst of {asked.burst}, round {number + 1} of {asked.burst_rounds}")
        for name in rotated(["seaway", "engine"], number):
            if name == "seaway":
                burst.append(warm.tasks(asked.burst))
            else:
                engine.append(bare.pairs(asked.burst))
            calm(bare, warm, cold)
    return samples


def report(asked: argparse.Namespace, samples: Samples) -> Report:
    """Figures, and what was to be reached."""
    made = Report("task_start", samples=dict(samples))
    handed = [second * 1000 for second in samples["handed"]]
    rows = []
    for name in (*SINGLE, *SERVICES):
        against = ratios(samples[name], samples[DOCKER])
        times = [second * 1000 for second in samples[name]]
        rows.append((name, spread(times), f"{statistics.median(against):.2f}"))
    made.tables.append(
        Table(
            f"From the call to RUNNING, image present, {asked.rounds} rounds: median (min-max); "
            f"× is against {DOCKER}, round by round",
            ("what is started", "ms", "×"),
            tuple(rows),
        )
    )

    def against(name: str) -> float:
        return statistics.median(ratios(samples[name], samples[DOCKER]))

    both = statistics.median(samples[SERVICE])
    made.verdicts += [
        Verdict("CreateService with 2 tasks, both RUNNING", both, 0.8, at_least=False, unit=" s"),
        Verdict(f"{WARM}, × {DOCKER}", against(WARM), 0.6, at_least=False),
        Verdict(f"{COLD}, × {DOCKER}", against(COLD), 1.3, at_least=False),
        Verdict(f"{FARGATE}, × {DOCKER}", against(FARGATE), 1.3, at_least=False),
    ]
    if samples["burst"]:
        count = asked.burst
        rates = {name: [count / s for s in samples[name]] for name in ("burst", "burst engine")}
        share = ratios(rates["burst"], rates["burst engine"])
        made.tables.append(
            Table(
                f"{count} tasks at once, {asked.burst_rounds} rounds; × is against the engine, "
                "round by round",
                ("who", "tasks/s", "×"),
                (
                    ("engine: pause and container each", spread(rates["burst engine"], ".2f"), "-"),
                    ("seaway", spread(rates["burst"], ".2f"), f"{statistics.median(share):.2f}"),
                ),
            )
        )
        made.verdicts.append(
            Verdict(
                f"{count} tasks at once, × the engine's rate",
                statistics.median(share),
                0.9,
                at_least=True,
            )
        )
    made.notes.append(
        f"Of a task's time, {spread(handed)} ms pass from its creation until its host begins."
    )
    made.notes.append(
        "The engine's rate is that of its API with as many requests in flight as Seaway allows "
        "itself (2 for each core),\nfor a pause without network and a container that joins it; "
        "Seaway's tasks are addressed, named, limited and\nreported RUNNING as well, and the "
        "first of them take the pauses that wait."
    )
    return made


def parser() -> argparse.ArgumentParser:
    """The benchmark's arguments."""
    made = argparse.ArgumentParser(prog="benchmarks.task_start", description=__doc__)
    made.add_argument("--rounds", type=int, default=7, help="of each start (7)")
    made.add_argument("--burst", type=int, default=50, help="tasks at once (50)")
    made.add_argument("--burst-rounds", type=int, default=3, help="of the burst (3)")
    made.add_argument("--cidr", help="a free range for the two VPCs; else one is looked for")
    made.add_argument("--json", action="store_true", help="one JSON document, with all samples")
    return made


def run(arguments: list[str], say: Say) -> Report:
    """Measure. Raises CannotMeasure."""
    asked = parser().parse_args(arguments)
    if os.geteuid() != 0:
        raise CannotMeasure("this needs root, and Docker Engine")
    cidr = asked.cidr or free_cidr(ROUTES.read_text() if ROUTES.exists() else "")
    halves = list(ip_network(cidr).subnets(1))
    with ExitStack() as stack:
        runner = stack.enter_context(asyncio.Runner())
        try:
            bare = Bare(runner)
        except EngineError as error:
            raise CannotMeasure(error.message) from error
        stack.callback(bare.close)
        stack.callback(bare.clear)
        bare.prepare()
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="swb-")))
        say("starting two Seaways")
        seaways = []
        for half, warm in zip(halves, (DEFAULT_WARM_PAUSES, 0), strict=True):
            home = directory / str(warm)
            home.mkdir()
            seaways.append(stack.enter_context(a_seaway(home / "data", half, warm)))  # type: ignore[arg-type]
        samples = measure(asked, bare, seaways[0], seaways[1], say)
    return report(asked, samples)


if __name__ == "__main__":
    sys.exit(command(parser(), run, None))
