"""The host's session: takes the control plane's latest word, keeps a worker per task."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
from collections.abc import Callable
from contextlib import aclosing, suppress
from ipaddress import IPv4Network, ip_address
from pathlib import Path

from seaway.agent.cgroup import Cgroups, cgroups_for
from seaway.agent.containers import INSTALLATION, PAUSE, ROLE, TASK, WARM
from seaway.agent.engine import Engine, EngineError, EngineFacts, EngineGone, Listed, NotThere
from seaway.agent.firewall import Firewall, KernelFirewall
from seaway.agent.hosts import remove_names_of_others, write_block
from seaway.agent.images import Images, Registry
from seaway.agent.inside.server import Inside
from seaway.agent.link import Link
from seaway.agent.network import Addresses, Networks
from seaway.agent.pause.image import pause_image
from seaway.agent.refusals import Refusals
from seaway.agent.removal import forget, remove_task
from seaway.agent.tools import Tools
from seaway.agent.warm import WarmPauses
from seaway.agent.worker import Worker
from seaway.core.mesh.connect import OUTSIDE
from seaway.core.names import last_part
from seaway.link.asking import ControlPlane
from seaway.link.messages import Assignment, Hello, HostPlan, PlanProblem, Usage

_RETRY = 1.0
_CRASH_PAUSE = 5.0
_ORPHAN_STOP = 30
_REMEMBERED = 3600.0
"""Seconds a stopped task stays known, as long as AWS describes it."""
_ARCHITECTURES = {"amd64": "x86_64"}
_OUTSIDE = IPv4Network(OUTSIDE)
_log = logging.getLogger(__name__)


def free_space(directory: str) -> int:
    """The bytes that are free in the file system of a directory."""
    return shutil.disk_usage(directory).free


class Agent:
    """The host agent of one installation on one machine.

    ``host`` is the machine's id. ``installation`` tells the containers of this Seaway from
    others' on the same engine. ``clock`` gives epoch seconds. ``registry`` is where ECR addresses
    lead. ``control`` is whom it asks for keys and secrets, ``inside`` what programs in its tasks
    find. ``hosts_file`` is the machine's own, None to leave it alone. ``free_space`` gives the
    free bytes where a directory is. Containers found on the machine that nobody has assigned
    ``orphans_after`` seconds after the first host plan are stopped and removed. ``warm_pauses``
    is how many pauses are kept ready for tasks to come.
    """

    def __init__(
        self,
        engine: Engine,
        link: Link,
        *,
        host: str,
        data_dir: Path,
        installation: str,
        clock: Callable[[], float],
        addresses: Addresses,
        registry: Registry | None = None,
        control: ControlPlane | None = None,
        inside: Inside | None = None,
        cgroups: Cgroups | None = None,
        firewall: Firewall | None = None,
        hosts_file: Path | None = Path("/etc/hosts"),
        free_space: Callable[[str], int] = free_space,
        orphans_after: float = 30.0,
        usage_every: float = 20.0,
        refusals_every: float = 2.0,
        plan_again: float = 10.0,
        warm_pauses: int = 0,
    ) -> None:
        self._engine = engine
        self._link = link
        self._host = host
        self._tasks_dir = data_dir.absolute() / "tasks"
        self._installation = installation
        self._clock = clock
        self._registry = registry
        self._control = control
        self._inside = inside
        self._cgroups = cgroups
        self._firewall = firewall or KernelFirewall()
        self._hosts_file = hosts_file
        self._free_space = free_space
        self._orphans_after = orphans_after
        self._usage_every = usage_every
        self._refusals_every = refusals_every
        self._plan_again = plan_again
        self._warm_pauses = warm_pauses
        self._networks = Networks(engine, addresses, installation)
        self._workers: dict[str, Worker] = {}
        self._found: dict[str, tuple[Listed, ...]] = {}
        self._found_warm: tuple[Listed, ...] = ()
        self._plan: HostPlan | None = None
        self._planned = asyncio.Event()
        self._spent: dict[str, tuple[float, float]] = {}

    async def run(self) -> None:
        """Work until cancelled. Running containers are left alone by the end of it.

        Raises ValueError when the machine's architecture has no pause program.
        """
        facts = await self._meet_engine()
        self._cgroups = self._cgroups or cgroups_for(facts, self._installation)
        tools = self._tools(self._cgroups, await self._load_pause(facts), facts.root)
        since = int(self._clock() * 1e9)
        await self._find()
        tools.warm.find(self._found_warm)
        if self._inside is not None:
            await self._inside.resume()
        await self._link.send(hello(self._host, facts))
        async with asyncio.TaskGroup() as jobs:
            jobs.create_task(self._listen(tools, jobs))
            jobs.create_task(self._watch(since))
            jobs.create_task(self._keep_plan())
            jobs.create_task(self._measure(tools.cgroups))
            jobs.create_task(self._refusals().run())
            jobs.create_task(tools.warm.keep())

    def _tools(self, cgroups: Cgroups, pause: str, root: str) -> Tools:
        return Tools(
            engine=self._engine,
            link=self._link,
            images=Images(self._engine, self._registry),
            networks=self._networks,
            cgroups=cgroups,
            clock=self._clock,
            installation=self._installation,
            pause_image=pause,
            firewall=self._firewall,
            warm=WarmPauses(
                self._engine,
                cgroups,
                installation=self._installation,
                image=pause,
                size=self._warm_pauses,
            ),
            free_space=lambda: self._free_space(root),
            control=self._control,
            inside=self._inside,
        )

    def _refusals(self) -> Refusals:
        return Refusals(self._firewall, self._link, self._guarded, self._refusals_every)

    def _guarded(self) -> list[tuple[str, str]]:
        workers = self._workers.items()
        return [(task, sandbox) for task, worker in workers for sandbox in worker.guarded]

    async def _meet_engine(self) -> EngineFacts:
        while True:
            try:
                return await self._engine.about()
            except EngineGone as error:
                _log.warning("%s", error)
                await asyncio.sleep(_RETRY)

    async def _load_pause(self, facts: EngineFacts) -> str:
        archive = pause_image(facts.architecture)
        try:
            await self._engine.image(archive.name)
        except NotThere:
            await self._engine.load(archive.content)
        return archive.name

    async def _find(self) -> None:
        """What is on the machine already: those tasks are adopted, not started again."""
        found: dict[str, list[Listed]] = {}
        there = await self._engine.containers(((INSTALLATION, self._installation),))
        self._found_warm = tuple(c for c in there if WARM in c.labels)
        for container in there:
            if WARM in container.labels:
                continue
            found.setdefault(container.labels[TASK], []).append(container)
        self._found = {task: tuple(containers) for task, containers in found.items()}

    async def _listen(self, tools: Tools, jobs: asyncio.TaskGroup) -> None:
        while True:
            match await self._link.receive():
                case HostPlan() as plan:
                    if self._plan is None:
                        jobs.create_task(self._sweep(tools))
                    self._plan = plan
                    self._planned.set()
                case Assignment() as assignment:
                    self._assign(assignment, tools, jobs)

    def _assign(self, assignment: Assignment, tools: Tools, jobs: asyncio.TaskGroup) -> None:
        worker = self._workers.get(assignment.task)
        if worker is None:
            directory = self._tasks_dir / last_part(assignment.task)
            found = self._found.pop(assignment.task, ()) + tools.warm.taken(assignment)
            worker = Worker(assignment, tools, directory, found)
            self._workers[assignment.task] = worker
            jobs.create_task(self._keep_working(worker))
            return
        worker.assign(assignment)
        if worker.stopped_at is not None:
            jobs.create_task(worker.repeat())

    async def _keep_working(self, worker: Worker) -> None:
        while True:
            try:
                await worker.run()
                return
            except Exception:
                # Our own mistake: told loudly, and no other task suffers from it.
                _log.exception("a worker failed; it looks again in %s s", _CRASH_PAUSE)
                await asyncio.sleep(_CRASH_PAUSE)
                worker.doubt()

    async def _watch(self, since: int) -> None:
        """Hand the engine's events to the workers concerned."""
        labels = ((INSTALLATION, self._installation),)
        while True:
            try:
                async with aclosing(self._engine.events(labels, since)) as events:
                    async for event in events:
                        since = event.at
                        if worker := self._workers.get(event.labels.get(TASK, "")):
                            worker.notice(event)
            except EngineError as error:
                _log.warning("%s", error)
                await asyncio.sleep(_RETRY)
            for worker in self._workers.values():
                worker.doubt()

    async def _keep_plan(self) -> None:
        """Make the machine as the latest plan says; tell what could not be done, once."""
        told: tuple[PlanProblem, ...] = ()
        while True:
            # What stands in the way may be gone later, without a new plan.
            with suppress(TimeoutError):
                async with asyncio.timeout(self._plan_again if told else None):
                    await self._planned.wait()
            self._planned.clear()
            assert self._plan is not None
            try:
                problems = await self._networks.apply(self._plan)
            except EngineError as error:
                _log.warning("%s", error)
                await asyncio.sleep(_RETRY)
                self._planned.set()
                continue
            leading = await self._firewall.lead_calls(self._installation, self._plan.calls_names)
            names = self._plan.names
            if leading:  # by these addresses another Seaway's names would be called
                names = tuple(pair for pair in names if ip_address(pair[1]) not in _OUTSIDE)
            problems += (*self._write_names(names), *leading)
            for problem in problems:
                if problem not in told:
                    await self._link.send(problem)
            told = problems

    def _write_names(self, names: tuple[tuple[str, str], ...]) -> tuple[PlanProblem, ...]:
        if self._hosts_file is None or os.geteuid() != 0:
            return ()
        try:
            write_block(self._hosts_file, self._installation, names)
            if any(ip_address(address) in _OUTSIDE for _, address in names):
                remove_names_of_others(self._hosts_file, self._installation, _OUTSIDE)
        except OSError as error:
            message = f"The names could not be written to {self._hosts_file}: {error}."
            return (PlanProblem(subject=str(self._hosts_file), message=message),)
        return ()

    async def _sweep(self, tools: Tools) -> None:
        """Take away what is on the machine and belongs to nobody any more."""
        await asyncio.sleep(self._orphans_after)
        for task, containers in list(self._found.items()):
            if self._found.pop(task, None) is None:
                continue
            _log.warning("task %s is not ours to run: stopping it", last_part(task))
            with suppress(EngineError):
                await self._stop_all(containers)
                await remove_task(tools, task)
        await tools.warm.sweep()
        known = {last_part(task) for task in self._workers}
        for directory in self._tasks_dir.glob("*"):
            if directory.name not in known:
                forget(directory)

    async def _stop_all(self, containers: tuple[Listed, ...]) -> None:
        async with asyncio.TaskGroup() as jobs:
            for container in containers:
                if container.labels[ROLE] != PAUSE:
                    jobs.create_task(self._stop(container.id))

    async def _stop(self, container: str) -> None:
        with suppress(EngineError):
            await self._engine.stop(container, _ORPHAN_STOP)

    async def _measure(self, cgroups: Cgroups) -> None:
        """Say what every task uses, and forget those that ended long ago."""
        while True:
            for task in list(self._workers):
                if usage := self._usage(task, cgroups):
                    await self._link.send(usage)
            self._forget_old()
            await asyncio.sleep(self._usage_every)

    def _usage(self, task: str, cgroups: Cgroups) -> Usage | None:
        try:
            used = cgroups.usage(last_part(task))
        except OSError:  # it went away while it was read
            used = None
        if used is None:
            self._spent.pop(task, None)
            return None
        spent, memory = used
        now = self._clock()
        before = self._spent.get(task)
        self._spent[task] = (now, spent)
        if before is None or now <= before[0]:
            return None
        units = (spent - before[1]) / (now - before[0]) * 1024
        return Usage(task=task, cpu=units, memory=memory)

    def _forget_old(self) -> None:
        for task, worker in list(self._workers.items()):
            ended = worker.stopped_at
            if ended is not None and self._clock() - ended > _REMEMBERED:
                del self._workers[task]
                forget(self._tasks_dir / last_part(task))


def hello(host: str, facts: EngineFacts) -> Hello:
    """How a host presents itself: all its cores and memory, in AWS's units and words."""
    return Hello(
        host=host,
        cpu=facts.cores * 1024,
        memory=facts.memory // (1024 * 1024),
        architecture=_ARCHITECTURES.get(facts.architecture, facts.architecture),
        engine=facts.version,
    )
