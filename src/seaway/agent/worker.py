"""One task's worker: look, take one step, report; again until nothing is left of the task."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, assert_never

from seaway.agent import record
from seaway.agent.cgroup import Cgroups
from seaway.agent.containers import (
    CONTAINER,
    INSTALLATION,
    PAUSE,
    ROLE,
    TASK,
    Surroundings,
    application_spec,
    asks_resolver,
    hostname,
    hosts_path,
    namespace_of,
    namespaces,
    pause_spec,
    resolver_path,
    volume_name,
)
from seaway.agent.engine import (
    Engine,
    EngineError,
    EngineGone,
    Event,
    Listed,
    NotThere,
    VolumeSpec,
)
from seaway.agent.firewall import Firewall
from seaway.agent.hosts import task_hosts, write_in_place
from seaway.agent.images import CannotPull, Image, Images
from seaway.agent.inside.server import Inside
from seaway.agent.inside.view import View
from seaway.agent.link import Link
from seaway.agent.logs import LogFollower
from seaway.agent.network import Networks, gateway_of
from seaway.agent.resolver import machine_resolv_conf, resolv_conf
from seaway.agent.rules import Rules
from seaway.core.dependencies import Phase, Seen
from seaway.core.lifecycle import (
    TASK_FAILED_TO_START,
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
    is_up,
    next_step,
    status_of,
)
from seaway.core.names import last_part
from seaway.core.task import Container, Health, Sandbox, TaskStatus
from seaway.core.task_definition import ContainerDefinition
from seaway.link.asking import CannotFetch, ControlPlane
from seaway.link.messages import Assignment, Report

_STOP_TIMEOUT = 30
"""Seconds between SIGTERM and SIGKILL where the definition says nothing (ECS's default)."""
_RETRY = 1.0
_DRAIN = 10.0
"""Seconds to wait for the last lines of ended containers."""
_OUT_OF_MEMORY = "OutOfMemoryError: Container killed due to memory usage"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What every worker of a host works with. ``clock`` gives epoch seconds."""

    engine: Engine
    link: Link
    images: Images
    networks: Networks
    cgroups: Cgroups
    clock: Callable[[], float]
    installation: str
    pause_image: str
    firewall: Firewall
    control: ControlPlane | None = None
    """Whom keys and secrets are asked from; None where no task needs any."""
    inside: Inside | None = None
    """What programs inside tasks find; None where they find nothing."""


class _Refused(Exception):
    """The world did not let a step succeed: why, and the container concerned if it is one."""

    def __init__(self, reason: str, container: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.container = container


class Worker:
    """Brings one task to what its latest assignment says, whatever is on the machine already."""

    def __init__(
        self, assignment: Assignment, tools: Tools, directory: Path, found: tuple[Listed, ...] = ()
    ) -> None:
        self._assignment = assignment
        self._tools = tools
        self._directory = directory
        self._pauses = {c.labels[CONTAINER]: c.id for c in found if c.labels[ROLE] == PAUSE}
        self._ids = {c.labels[CONTAINER]: c.id for c in found if c.labels[ROLE] != PAUSE}
        fresh = Report(task=assignment.task, status=TaskStatus.PENDING)
        self._report = record.load(directory) or fresh
        self._sent: Report | None = None
        self._seen = {c.name: self._remembered(c) for c in assignment.containers}
        self._unsure = set(self._ids)
        self._exit_codes: dict[str, int] = {}
        self._images: dict[str, Image] = {}
        self._pulls: dict[str, asyncio.Future[Image]] = {}
        # A namespace that is known and still held is not opened again.
        self._sandboxes = {
            s.container: s.path for s in self._report.sandboxes if s.container in self._pauses
        }
        # An agent before us may have been stopped between hearing of rules and applying them.
        self._unsettled = bool(self._sandboxes)
        self._fresh: set[str] = set()
        self._calls6: set[str] = set()
        self._failure = _failure(self._report)
        self._prepared = False
        self._has_hosts = False
        self._released = self._report.status is TaskStatus.STOPPED
        self._woken = asyncio.Event()
        self._followers: dict[str, asyncio.Task[None]] = {}
        if tools.inside is not None and not self._released:
            tools.inside.know(directory, self._view)

    @property
    def stopped_at(self) -> float | None:
        """When the task had ended, once it has."""
        return self._report.stopped_at if self._released else None

    @property
    def guarded(self) -> tuple[str, ...]:
        """The namespaces in which connections may be refused."""
        if self._released:
            return ()
        rules = {space: self._rules(space) for space in self._sandboxes}
        return tuple(self._sandboxes[space] for space in rules if rules[space].guards)

    def _view(self) -> View:
        """The task as its own programs may see it."""
        return View(
            assignment=self._assignment,
            report=self._report,
            containers=self._ids,
            pauses=self._pauses,
        )

    def assign(self, assignment: Assignment) -> None:
        """Take the latest word; new names are in the running task's hosts file at once."""
        if assignment == self._assignment:
            return
        before, self._assignment = self._assignment, assignment
        if (self._has_hosts or self._sandboxes) and not self._released:
            if assignment.names != before.names:
                self._write_hosts()
            if assignment.resolver != before.resolver:
                self._write_resolvers()
        rules = (before.guards, before.ingress, before.uses_mesh)
        if rules != (assignment.guards, assignment.ingress, assignment.uses_mesh):
            self._unsettled = True
        self._woken.set()

    def notice(self, event: Event) -> None:
        """Take in what the engine says happened to one of the task's containers."""
        name = event.labels.get(CONTAINER, "")
        if event.labels.get(ROLE) == PAUSE or name not in self._seen:
            return
        if event.health is not None:
            self._seen[name] = replace(self._seen[name], health=event.health)
        else:
            self._ids.setdefault(name, event.container)
            self._unsure.add(name)
        if event.action == "die" and (code := event.labels.get("exitCode", "")).isdigit():
            self._exit_codes[name] = int(code)
        self._woken.set()

    def doubt(self) -> None:
        """Look at everything again: events may have been missed."""
        self._unsure |= set(self._ids)
        self._woken.set()

    async def repeat(self) -> None:
        """Send the latest report again, for a control plane that may not have it."""
        await self._tools.link.send(self._report)

    async def run(self) -> None:
        """Work until the task is over and reported STOPPED."""
        try:
            async with asyncio.TaskGroup() as jobs:
                await self._work(jobs)
        finally:
            for follower in self._followers.values():
                follower.cancel()
            self._followers.clear()

    async def _work(self, jobs: asyncio.TaskGroup) -> None:
        while True:
            self._woken.clear()
            try:
                await self._look(jobs)
                step = next_step(
                    self._wish(),
                    self._assignment.containers,
                    self._observation(),
                    self._tools.clock(),
                )
                await self._tell()
                if isinstance(step, Finished):
                    return
                await self._take(step, jobs)
            except _Refused as refusal:
                self._refuse(refusal)
            except EngineError as error:
                _log.warning("task %s: %s", last_part(self._assignment.task), error)
                await asyncio.sleep(_RETRY)
                self.doubt()

    # Looking

    async def _look(self, jobs: asyncio.TaskGroup) -> None:
        unsure, self._unsure = self._unsure, set()
        try:
            await _all(self._inspect(name) for name in sorted(unsure))
        except EngineGone:
            self._unsure |= unsure
            raise
        if self._unsettled and not self._released:
            await self._settle_all()
        for name, seen in self._seen.items():
            if seen.phase in (Phase.RUNNING, Phase.EXITED):
                self._follow(name, jobs)
        if is_up(self._observation()) and self._report.started_at is None:
            self._change(started_at=self._tools.clock())

    async def _inspect(self, name: str) -> None:
        seen = self._seen[name]
        try:
            found = await self._tools.engine.inspect(self._ids[name])
        except NotThere:  # somebody removed it
            code = self._exit_codes.get(name, seen.exit_code)
            self._seen[name] = replace(seen, phase=Phase.EXITED, exit_code=code, stopping=False)
            return
        if found.running:
            phase = Phase.RUNNING
        else:
            phase = Phase.EXITED if found.has_started else Phase.CREATED
        killed = found.out_of_memory and found.exit_code == 137
        self._seen[name] = replace(
            seen,
            phase=phase,
            exit_code=found.exit_code if found.has_started else None,
            health=found.health,
            out_of_memory=found.out_of_memory,
            started_at=found.started_at,
            stopping=seen.stopping and found.running,
            reason=_OUT_OF_MEMORY if killed else seen.reason,
        )

    def _remembered(self, container: ContainerDefinition) -> Seen:
        """What the kept report says; a container that ran and is gone has ended."""
        known = next((c for c in self._report.containers if c.name == container.name), None)
        if known is None:
            return Seen(name=container.name)
        there, ran = container.name in self._ids, known.status is not TaskStatus.PENDING
        phase = Phase.CREATED if there else Phase.EXITED if ran else Phase.ABSENT
        return Seen(name=known.name, phase=phase, exit_code=known.exit_code, reason=known.reason)

    def _wish(self) -> Wish:
        wanted = self._assignment
        return Wish(
            desired_status=wanted.desired_status,
            may_start=wanted.may_start,
            may_stop=wanted.may_stop,
            may_release=wanted.may_release,
        )

    def _observation(self) -> Observation:
        return Observation(
            containers=tuple(self._seen.values()),
            prepared=self._prepared,
            sandboxes=self._report.sandboxes,
            has_run=self._report.started_at is not None,
            stopping=self._report.stopping_at is not None,
            failure=self._failure,
            released=self._released,
        )

    # Steps

    async def _take(self, step: Step, jobs: asyncio.TaskGroup) -> None:
        match step:
            case Prepare():
                await self._unless_stopped(self._prepare())
            case Start(names):
                await _all(self._start(name) for name in names)
            case Stop(names):
                self._begin_stop()
                for name in names:
                    self._seen[name] = replace(self._seen[name], stopping=True)
                    jobs.create_task(self._stop(name))
            case GiveUp(failure):
                self._fail(failure)
            case Release():
                await self._release()
            case Wait(until):
                await self._wait(until)
            case Finished():
                return
            case _:
                assert_never(step)

    async def _wait(self, until: float | None) -> None:
        delay = None if until is None else max(0.0, until - self._tools.clock())
        with suppress(TimeoutError):
            async with asyncio.timeout(delay):
                await self._woken.wait()

    async def _unless_stopped(self, work: Coroutine[Any, Any, None]) -> None:
        """Do the work; once the task is to stop, wait for no image any more."""
        job = asyncio.create_task(work)
        try:
            while not job.done():
                woken = asyncio.create_task(self._woken.wait())
                try:
                    await asyncio.wait({job, woken}, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    woken.cancel()
                self._woken.clear()
                if self._assignment.desired_status is TaskStatus.STOPPED:
                    # What the engine is creating must end, or it would be left behind.
                    self._leave_pulls()
                    await asyncio.wait({job})
        finally:
            job.cancel()
        await job

    async def _prepare(self) -> None:
        """Images and namespaces side by side; each container as soon as it has both."""
        self._change(pull_started_at=self._report.pull_started_at or self._tools.clock())
        await self._be_there()
        around = await self._surroundings()
        self._write_hosts()
        self._write_resolvers()
        missing = [c for c in self._assignment.containers if self._is_absent(c.name)]
        self._pulls = {
            image: asyncio.ensure_future(self._pull(image))
            for image in dict.fromkeys(c.image for c in missing)
        }
        try:
            spaces = namespaces(self._assignment)
            made = [self._make_namespace(space, around) for space in spaces]
            await _all(made or [self._create_in(None, "", around)])
        finally:
            self._leave_pulls()
            await asyncio.gather(*self._pulls.values(), return_exceptions=True)
        self._prepared = True

    def _leave_pulls(self) -> None:
        for pull in self._pulls.values():
            pull.cancel()

    def _is_absent(self, name: str) -> bool:
        return self._seen[name].phase is Phase.ABSENT

    async def _surroundings(self) -> Surroundings:
        task, tools = self._assignment, self._tools
        try:
            parent = await tools.cgroups.make(last_part(task.task), task.cpu, task.memory)
            network = "bridge"
            if task.network is not None:
                network = (await tools.networks.ensure(task.network)).name
            labels = ((INSTALLATION, tools.installation), (TASK, task.task))
            for volume in task.volumes:
                if volume.host_path is None:
                    spec = VolumeSpec(name=volume_name(task, volume.name), labels=labels)
                    await tools.engine.create_volume(spec)
        except EngineGone:
            raise
        except (OSError, EngineError) as error:
            raise _Refused(f"ResourceInitializationError: {error}") from error
        return Surroundings(
            installation=tools.installation,
            cgroup_parent=parent,
            network=network,
            pause_image=tools.pause_image,
            directory=self._directory,
        )

    async def _pull(self, name: str) -> Image:
        try:
            image = await self._tools.images.ensure(name)
        except CannotPull as error:
            users = [c.name for c in self._assignment.containers if c.image == name]
            raise _Refused(str(error), users[0]) from error
        self._images[name] = image
        self._change(pull_stopped_at=self._tools.clock())
        return image

    # A warm pool of pauses would go here: take one that runs in this network with this address
    # instead of making it; hosts file and ports are not part of a pause, so any of them fits.
    async def _make_namespace(self, space: str, around: Surroundings) -> None:
        engine = self._tools.engine
        try:
            if space not in self._pauses:
                spec = pause_spec(self._assignment, space, around)
                self._pauses[space] = await engine.create(spec)
                self._fresh.add(space)
        except EngineGone:
            raise
        except EngineError as error:
            raise _Refused(_initialisation(error)) from error
        pause = self._pauses[space]
        work = [self._create_in(pause, space, around)]
        await _all(work if space in self._sandboxes else [self._open(space), *work])

    async def _open(self, space: str) -> None:
        pause = self._pauses[space]
        try:
            await self._tools.engine.start(pause)
            sandbox = (await self._tools.engine.inspect(pause)).sandbox
            address = dict(self._assignment.addresses).get(space)
            if address and self._assignment.network:
                await self._tools.networks.plug(self._assignment.network, sandbox, address)
            await self._settle(space, sandbox)
            self._sandboxes[space] = sandbox
        except OSError as error:
            raise _Refused(f"ResourceInitializationError: {error}") from error
        except EngineGone:
            raise
        except EngineError as error:
            raise _Refused(_initialisation(error)) from error
        if len(self._sandboxes) == len(namespaces(self._assignment)):
            paths = tuple(Sandbox(container=c, path=p) for c, p in self._sandboxes.items())
            self._change(sandboxes=paths)
            await self._tell()

    # What a namespace's packets keep to

    def _rules(self, space: str) -> Rules:
        task = self._assignment
        return Rules(
            address=dict(task.addresses).get(space) if task.network else None,
            machine=(gateway_of(task.network),) if task.network else (),
            guards=tuple((g.port, g.sources) for g in task.guards if g.container == space),
            ingress=tuple((i.port, i.listener) for i in task.ingress if i.container == space),
            calls=task.uses_mesh,
            inside=self._tools.inside is not None,
        )

    async def _settle(self, space: str, sandbox: str) -> None:
        """Have the rules of the latest assignment, one that came meanwhile too."""
        while True:
            rules = self._rules(space)
            fresh = space in self._fresh
            self._fresh.discard(space)
            has6 = await self._tools.firewall.settle(sandbox, rules, fresh=fresh)
            if self._tools.inside is not None:
                await self._tools.inside.open(self._assignment.task, space, sandbox)
            if has6 and space not in self._calls6:
                self._calls6.add(space)
                self._write_hosts()
            if rules == self._rules(space):
                return

    async def _settle_all(self) -> None:
        """Have the rules in every namespace; where that fails it is tried again soon."""
        self._unsettled = False
        try:
            await _all(self._settle(*each) for each in tuple(self._sandboxes.items()))
        except OSError as error:
            if self._assignment.desired_status is TaskStatus.STOPPED:
                return  # the namespaces are going
            if isinstance(error, FileNotFoundError):
                return  # a namespace is gone, and its task will be
            _log.error("rules of task %s: %s", last_part(self._assignment.task), error)
            self._unsettled = True
            asyncio.get_running_loop().call_later(_RETRY, self._woken.set)

    async def _create_in(self, pause: str | None, space: str, around: Surroundings) -> None:
        await _all(
            self._create(container, pause, around)
            for container in self._assignment.containers
            if self._is_absent(container.name)
            and namespace_of(self._assignment, container.name) == space
        )

    async def _create(
        self, container: ContainerDefinition, pause: str | None, around: Surroundings
    ) -> None:
        name = container.name
        image = await asyncio.shield(self._pulls[container.image])
        spec = application_spec(self._told(container), container, image, pause, around)
        try:
            self._ids[name] = await self._tools.engine.create(spec)
        except EngineGone:
            raise
        except EngineError as error:
            reason = f"CannotCreateContainerError: Error response from daemon: {error.message}"
            raise _Refused(reason, name) from error
        self._seen[name] = replace(self._seen[name], phase=Phase.CREATED)

    def _told(self, container: ContainerDefinition) -> Assignment:
        """The assignment with what this container is told of what is inside its task."""
        task, inside = self._assignment, self._tools.inside
        if inside is None:
            return task
        return replace(task, environment=(*task.environment, *inside.environment(task, container)))

    async def _be_there(self) -> None:
        """A task that shares the machine's network finds us there; the role must be to be had."""
        inside, task = self._tools.inside, self._assignment
        if inside is None:
            return
        try:
            if task.network_mode == "host":
                await inside.open_on_machine()
            if not self._sandboxes and not self._ids:
                await inside.check_role(task)
        except CannotFetch as refusal:
            raise _Refused(str(refusal)) from refusal
        except OSError as error:
            raise _Refused(f"ResourceInitializationError: {error}") from error

    async def _start(self, name: str) -> None:
        try:
            await self._tools.engine.start(self._ids[name])
        except EngineGone:
            raise
        except EngineError as error:
            reason = f"CannotStartContainerError: Error response from daemon: {error.message}"
            raise _Refused(reason, name) from error
        seen = self._seen[name]
        if seen.phase is Phase.CREATED:
            now = self._tools.clock()
            self._seen[name] = replace(seen, phase=Phase.RUNNING, started_at=now)

    async def _stop(self, name: str) -> None:
        container = next(c for c in self._assignment.containers if c.name == name)
        timeout = _STOP_TIMEOUT if container.stop_timeout is None else container.stop_timeout
        try:
            await self._tools.engine.stop(self._ids[name], timeout)
        except NotThere:
            pass
        except EngineError as error:
            _log.warning("container %s could not be stopped: %s", name, error)
            await asyncio.sleep(_RETRY)
            self._seen[name] = replace(self._seen[name], stopping=False)
        self._unsure.add(name)
        self._woken.set()

    async def _release(self) -> None:
        """Take everything away, after the last line of output has been carried on."""
        await self._drain()
        if self._tools.inside is not None:
            await self._tools.inside.close(self._assignment.task)
        await remove_task(self._tools, self._assignment.task)
        for left in self._directory.glob("*"):
            if left.is_file() and left.name != record.FILE:
                left.unlink()
        self._change(stopped_at=self._tools.clock(), sandboxes=())
        self._released = True

    async def _drain(self) -> None:
        if not self._followers:
            return
        _, late = await asyncio.wait(self._followers.values(), timeout=_DRAIN)
        if late:
            _log.warning("task %s: some output did not end", last_part(self._assignment.task))

    # Failing and stopping

    def _refuse(self, refusal: _Refused) -> None:
        if refusal.container:
            seen = self._seen[refusal.container]
            self._seen[refusal.container] = replace(seen, reason=refusal.reason)
        self._fail(Failure(code=TASK_FAILED_TO_START, reason=refusal.reason))

    def _fail(self, failure: Failure) -> None:
        if self._assignment.desired_status is not TaskStatus.STOPPED:
            self._failure = failure
            self._change(stop_code=failure.code, reason=failure.reason)
            self._begin_stop()

    def _begin_stop(self) -> None:
        if self._report.stopping_at is None:
            self._change(stopping_at=self._tools.clock())

    # Output, names and reports

    def _follow(self, name: str, jobs: asyncio.TaskGroup) -> None:
        stream = next((s for s in self._assignment.logs if s.container == name), None)
        if stream is None or name in self._followers or name not in self._ids:
            return
        container = next(c for c in self._assignment.containers if c.name == name)
        follower = LogFollower(
            self._tools.engine,
            self._tools.link,
            stream,
            self._ids[name],
            self._directory / f"log-{name}",
            pseudo_terminal=container.pseudo_terminal,
        )
        self._followers[name] = jobs.create_task(follower.run())

    def _write_hosts(self) -> None:
        self._has_hosts = True
        task = self._assignment
        addresses = dict(task.addresses)
        for space in namespaces(task) or ("",):
            inside = [c for c in task.containers if namespace_of(task, c.name) == space]
            own = (hostname(task, space), addresses[space]) if space in addresses else None
            extra = [pair for c in inside for pair in c.extra_hosts]
            # Where IPv6 calls do not get to the proxy, a name's IPv6 address would only mislead.
            names = [n for n in task.names if ":" not in n[1] or space in self._calls6]
            write_in_place(hosts_path(self._directory, space), task_hosts(own, extra, names))

    def _write_resolvers(self) -> None:
        """Say which DNS servers each container asks that asks ours."""
        task = self._assignment
        for container in task.containers:
            if task.resolver is not None and asks_resolver(task, container):
                text = resolv_conf(task.resolver, machine_resolv_conf(), container.dns_search)
                write_in_place(resolver_path(self._directory, container.name), text)

    def _change(self, **fields: Any) -> None:
        self._report = replace(self._report, **fields)

    async def _tell(self) -> None:
        """Send what is seen if it is news, after writing it down."""
        observation = self._observation()
        status = status_of(self._wish(), observation)
        over = status.rank >= TaskStatus.DEPROVISIONING.rank
        if over and self._report.execution_stopped_at is None:
            self._begin_stop()
            self._change(execution_stopped_at=self._tools.clock())
        containers = tuple(self._picture(c, over) for c in self._assignment.containers)
        self._change(status=status, containers=containers)
        if self._report != self._sent:
            self._sent = self._report
            record.save(self._directory, self._report)
            await self._tools.link.send(self._report)

    def _picture(self, container: ContainerDefinition, over: bool) -> Container:
        seen = self._seen[container.name]
        status = _STATUS[seen.phase]
        image = self._images.get(container.image)
        before = next((c for c in self._report.containers if c.name == container.name), None)
        return Container(
            name=container.name,
            image=container.image,
            status=TaskStatus.STOPPED if over else status,
            runtime_id=self._ids.get(container.name) or (before.runtime_id if before else None),
            image_digest=image.digest if image else before.image_digest if before else None,
            exit_code=seen.exit_code,
            reason=seen.reason,
            health=seen.health if container.health_check else Health.UNKNOWN,
        )


async def remove_task(tools: Tools, task: str) -> None:
    """Remove every container, volume and limit of a task from the machine, apps before pauses."""
    labels = ((INSTALLATION, tools.installation), (TASK, task))
    there = await tools.engine.containers(labels)
    for is_pause in (False, True):
        await _all(
            tools.engine.remove(c.id) for c in there if (c.labels[ROLE] == PAUSE) is is_pause
        )
    for volume in await tools.engine.volumes(labels):
        await tools.engine.remove_volume(volume)
    try:
        await tools.cgroups.remove(last_part(task))
    except OSError as error:
        _log.warning("the limits of task %s are still there: %s", last_part(task), error)


def forget(directory: Path) -> None:
    """Throw away what was written down of a task."""
    shutil.rmtree(directory, ignore_errors=True)


_STATUS = {
    Phase.ABSENT: TaskStatus.PENDING,
    Phase.CREATED: TaskStatus.PENDING,
    Phase.RUNNING: TaskStatus.RUNNING,
    Phase.EXITED: TaskStatus.STOPPED,
}


def _failure(report: Report) -> Failure | None:
    if report.stop_code is None:
        return None
    return Failure(code=report.stop_code, reason=report.reason or "")


def _initialisation(error: EngineError) -> str:
    return f"ResourceInitializationError: Error response from daemon: {error.message}"


async def _all(work: Any) -> None:
    """Do all of it at once; the first thing that goes wrong ends the rest and is raised."""
    try:
        async with asyncio.TaskGroup() as jobs:
            for each in work:
                jobs.create_task(each)
    except BaseExceptionGroup as group:
        raise group.exceptions[0] from None
