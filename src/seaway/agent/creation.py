"""Everything a task needs before its first container starts, made; what is there is left alone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from seaway.agent import firelens
from seaway.agent.containers import (
    SHARED,
    Surroundings,
    application_spec,
    has_namespace,
    namespace_of,
    namespaces,
    pause_spec,
    shared_spec,
    shares_processes,
    takes_any_pause,
)
from seaway.agent.engine import EngineError, EngineGone
from seaway.agent.images import CannotPull, Image, registry_of
from seaway.agent.ledger import Ledger
from seaway.agent.spaces import Spaces
from seaway.agent.tools import Refused, Tools, all_of, initialisation
from seaway.agent.volumes import NoVolume, make_volumes
from seaway.core.dependencies import Phase
from seaway.core.names import last_part
from seaway.core.task import Sandbox
from seaway.core.task_definition import ContainerDefinition
from seaway.link.asking import CannotFetch
from seaway.link.messages import Assignment, Material

_GIB = 1024**3


class Creation:
    """Makes one task: limits, volumes, namespaces, images, containers.

    ``tell`` sends a report. Every step raises Refused, and EngineGone while the engine is away.
    """

    def __init__(
        self, ledger: Ledger, tools: Tools, spaces: Spaces, tell: Callable[[], Awaitable[None]]
    ) -> None:
        self._ledger = ledger
        self._tools = tools
        self._spaces = spaces
        self._tell = tell
        self._pulls: dict[tuple[str, str | None], asyncio.Future[Image]] = {}
        self._made: dict[str, asyncio.Future[None]] = {}
        self._materials: dict[str, Material] = {}

    async def prepare(self) -> None:
        """Images and namespaces side by side; each container as soon as it has both."""
        ledger = self._ledger
        ledger.change(pull_started_at=ledger.report.pull_started_at or self._tools.clock())
        await self._be_there()
        missing = [c for c in ledger.assignment.containers if ledger.is_absent(c.name)]
        await self._fetch(missing)
        around = await self._surroundings(missing)
        self._spaces.write_hosts()
        self._spaces.write_resolvers()
        loop = asyncio.get_running_loop()
        self._made = {c.name: loop.create_future() for c in missing}
        self._pulls = {
            (c.image, c.repository_credentials): asyncio.ensure_future(self._pull(c))
            for c in {(c.image, c.repository_credentials): c for c in missing}.values()
        }
        try:
            await all_of(self._work(missing, around))
        finally:
            self.leave_pulls()
            await asyncio.gather(*self._pulls.values(), return_exceptions=True)
            self._materials = {}
        ledger.prepared = True

    def leave_pulls(self) -> None:
        """Wait for no image any more."""
        for pull in self._pulls.values():
            pull.cancel()

    def _work(
        self, missing: list[ContainerDefinition], around: Surroundings
    ) -> Iterator[Coroutine[Any, Any, None]]:
        task = self._ledger.assignment
        for space in namespaces(task):
            yield self._make_namespace(space, missing, around)
        for container in missing:
            if not has_namespace(task, container):
                yield self._create(container, None, around)

    # What is there before any container

    async def _be_there(self) -> None:
        """A task that shares the machine's network finds us there; the role must be to be had."""
        inside, task = self._tools.inside, self._ledger.assignment
        if inside is None:
            return
        try:
            if task.network_mode == "host":
                await inside.open_on_machine()
            if not self._ledger.sandboxes and not self._ledger.ids:
                await inside.check_role(task)
        except CannotFetch as refusal:
            raise Refused(str(refusal)) from refusal
        except OSError as error:
            raise Refused(initialisation(error)) from error

    async def _fetch(self, missing: list[ContainerDefinition]) -> None:
        """Ask for what the containers are given and nobody writes down, if there is any."""
        if not any(_is_given_something(container) for container in missing):
            return
        if self._tools.control is None:
            raise Refused(initialisation("there is nobody to ask for secrets"))
        try:
            found = await self._tools.control.materials(self._ledger.assignment.task)
        except CannotFetch as refusal:
            raise Refused(str(refusal)) from refusal
        self._materials = {material.container: material for material in found}

    async def _surroundings(self, missing: list[ContainerDefinition]) -> Surroundings:
        task, tools = self._ledger.assignment, self._tools
        with _initialising():
            self._check_space(missing)
            parent = await tools.cgroups.make(last_part(task.task), task.cpu, task.memory)
            network = "bridge"
            if task.network is not None:
                network = (await tools.networks.ensure(task.network)).name
            await make_volumes(tools.engine, task, tools.installation)
            self._write_router()
            around = Surroundings(
                installation=tools.installation,
                cgroup_parent=parent,
                network=network,
                pause_image=tools.pause_image,
                directory=self._ledger.directory,
            )
            return replace(around, shared=await self._share(around))

    def _check_space(self, missing: list[ContainerDefinition]) -> None:
        wanted = self._ledger.assignment.ephemeral_storage
        if wanted is None or not missing:
            return
        free = self._tools.free_space()
        if free < wanted * _GIB:
            raise Refused(
                initialisation(
                    f"the task asks for {wanted} GiB of ephemeral storage, and {free / _GIB:.1f} "
                    "GiB are free where the container engine keeps its data"
                )
            )

    def _write_router(self) -> None:
        task = self._ledger.assignment
        router = firelens.router_of(task)
        if router is None or not self._ledger.is_absent(router.name):
            return
        material = self._materials.get(router.name)
        external = material.router_config if material else None
        try:
            firelens.write_files(task, self._ledger.directory, external)
        except firelens.CannotRoute as refusal:
            raise Refused(initialisation(str(refusal)), router.name) from refusal

    async def _share(self, around: Surroundings) -> str | None:
        """The pause whose process and IPC namespaces the containers share."""
        task, pauses = self._ledger.assignment, self._ledger.pauses
        if not shares_processes(task):
            return None
        if SHARED not in pauses:
            pauses[SHARED] = await self._tools.engine.create(shared_spec(task, around))
        await self._tools.engine.start(pauses[SHARED])
        return pauses[SHARED]

    # Images

    async def _pull(self, container: ContainerDefinition) -> Image:
        material = self._materials.get(container.name)
        account = material.registry if material and container.repository_credentials else None
        credentials = registry_of(container.image, *account) if account else None
        try:
            image = await self._tools.images.ensure(container.image, credentials)
        except CannotPull as error:
            raise Refused(str(error), container.name) from error
        self._ledger.images[container.image] = image
        self._ledger.change(pull_stopped_at=self._tools.clock())
        return image

    # Namespaces

    async def _make_namespace(
        self, space: str, missing: list[ContainerDefinition], around: Surroundings
    ) -> None:
        task, pauses = self._ledger.assignment, self._ledger.pauses
        with _initialising():
            if space not in pauses:
                await self._have_pause(space, around)
                self._spaces.made(space)
        pause = pauses[space]
        inside = [c for c in missing if namespace_of(task, c.name) == space]
        work = [self._create(c, pause, around) for c in inside if has_namespace(task, c)]
        await all_of(work if space in self._ledger.sandboxes else [self._open(space), *work])

    async def _have_pause(self, space: str, around: Surroundings) -> None:
        ledger, pause = self._ledger, None
        spec = pause_spec(ledger.assignment, space, around)
        if takes_any_pause(ledger.assignment, space):
            pause = await self._tools.warm.take(spec.name)
        if pause is None:
            ledger.pauses[space] = await self._tools.engine.create(spec)
            return
        ledger.pauses[space] = pause
        ledger.warm.add(space)
        self._spaces.write_hosts()  # its hostname is known only now

    async def _run_pause(self, space: str) -> str:
        """Have the pause run; its namespace's path."""
        engine, pause = self._tools.engine, self._ledger.pauses[space]
        if space in self._ledger.warm:
            seen = await engine.inspect(pause)
            if seen.running:
                return seen.sandbox
        await engine.start(pause)
        return (await engine.inspect(pause)).sandbox

    async def _open(self, space: str) -> None:
        ledger, task = self._ledger, self._ledger.assignment
        with _initialising():
            sandbox = await self._run_pause(space)
            address = dict(task.addresses).get(space)
            if address and task.network:
                await self._tools.networks.plug(task.network, sandbox, address)
            await self._spaces.settle(space, sandbox)
            ledger.sandboxes[space] = sandbox
        if len(ledger.sandboxes) == len(namespaces(task)):
            paths = tuple(Sandbox(container=c, path=p) for c, p in ledger.sandboxes.items())
            ledger.change(sandboxes=paths)
            await self._tell()

    # Containers

    async def _create(
        self, container: ContainerDefinition, pause: str | None, around: Surroundings
    ) -> None:
        name, ledger = container.name, self._ledger
        key = (container.image, container.repository_credentials)
        image = await asyncio.shield(self._pulls[key])
        for source in container.volumes_from:
            if (other := self._made.get(source.container)) is not None:
                await other
        spec = application_spec(
            self._told(container),
            container,
            image,
            pause,
            around,
            materials=self._materials,
            ids=ledger.ids,
        )
        try:
            ledger.ids[name] = await self._tools.engine.create(spec)
        except EngineGone:
            raise
        except EngineError as error:
            reason = f"CannotCreateContainerError: Error response from daemon: {error.message}"
            raise Refused(reason, name) from error
        ledger.seen[name] = replace(ledger.seen[name], phase=Phase.CREATED)
        self._made[name].set_result(None)

    def _told(self, container: ContainerDefinition) -> Assignment:
        """The assignment with what this container is told of what is inside its task."""
        task, inside = self._ledger.assignment, self._tools.inside
        if inside is None:
            return task
        return replace(task, environment=(*task.environment, *inside.environment(task, container)))


@contextmanager
def _initialising() -> Iterator[None]:
    """What goes wrong is the task's ResourceInitializationError."""
    try:
        yield
    except EngineGone:
        raise
    except (EngineError, OSError) as error:
        raise Refused(initialisation(error)) from error
    except NoVolume as error:
        raise Refused(initialisation(str(error))) from error


def _is_given_something(container: ContainerDefinition) -> bool:
    """Part of what it needs is with the control plane only."""
    log, router = container.log, container.firelens
    return bool(
        container.secrets
        or container.environment_files
        or container.repository_credentials
        or (log is not None and log.secrets)
        or (router is not None and dict(router.options).get("config-file-type") == "s3")
    )
