"""The tasks of this host as their own programs may see them, by the ids they were given."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from seaway.agent.engine import Details, Engine, NotThere
from seaway.agent.inside import protection
from seaway.agent.inside.credentials import RoleKeyring, credentials_error, credentials_shape
from seaway.agent.inside.endpoint import Unknown
from seaway.agent.inside.metadata import container_shape, task_shape, version_3
from seaway.agent.inside.passes import Passes
from seaway.agent.inside.protection import Told
from seaway.agent.inside.stats import StatsWatch
from seaway.agent.inside.view import View
from seaway.link.asking import CannotFetch, ControlPlane


@dataclass(frozen=True, slots=True)
class Known:
    """A task: its ids, and how it is now."""

    passes: Passes
    view: Callable[[], View]

    def name_of(self, token: str) -> str | None:
        """The container that carries this id."""
        return next((name for name, its in self.passes.containers if its == token), None)


class OwnAnswers:
    """What the programs of some tasks are told: of themselves, and of nobody else.

    ``tasks`` gives those who can have asked: of one namespace, or all that share the machine's.
    """

    def __init__(
        self,
        engine: Engine,
        control: ControlPlane,
        keyring: RoleKeyring,
        stats: StatsWatch,
        tasks: Callable[[], tuple[Known, ...]],
    ) -> None:
        self._engine = engine
        self._control = control
        self._keyring = keyring
        self._stats = stats
        self._tasks = tasks

    async def container(self, token: str, version: int) -> dict[str, Any]:
        view, name = self._find(token)
        details = await self._details_of(view, name)
        shape = container_shape(view, name, details)
        return shape if version == 4 else version_3(shape)

    async def task(self, token: str, version: int, *, tags: bool) -> dict[str, Any]:
        view, _ = self._find(token)
        pause = view.pauses.get("")
        ids = [*view.containers.values(), *([pause] if pause else [])]
        found = await asyncio.gather(
            *(self._engine.details(each) for each in ids), return_exceptions=True
        )
        details = {each: it for each, it in zip(ids, found, strict=True) if isinstance(it, Details)}
        shape = task_shape(view, details, await self._written(view))
        if tags:
            its, instances = await self._control.tags(view.assignment.task)
            shape |= {"TaskTags": its} if its else {}
            shape |= {"ContainerInstanceTags": instances} if instances else {}
        return shape if version == 4 else version_3(shape)

    async def stats(self, token: str) -> dict[str, Any]:
        view, name = self._find(token)
        if name not in view.containers:
            raise Unknown
        return await self._stats.of(view.containers[name])

    async def task_stats(self, token: str) -> dict[str, Any]:
        view, _ = self._find(token)
        ids = list(view.containers.values())
        found = await asyncio.gather(*(self._stats_or_none(each) for each in ids))
        return dict(zip(ids, found, strict=True))

    async def credentials(self, token: str, version: int) -> Told:
        if not token:
            text = "No Credential ID in the request"
            return 400, credentials_error(version, "NoIdInRequest", text, 400)
        its = next((k for k in self._tasks() if k.passes.credentials == token), None)
        assignment = its.view().assignment if its else None
        if assignment is None or assignment.task_role is None:
            text = "Credentials not found"
            return 400, credentials_error(version, "InvalidIdInRequest", text, 400)
        try:
            keys = await self._keyring.keys(assignment.task, assignment.task_role)
        except CannotFetch as error:
            return 503, credentials_error(version, "CredentialsUninitialized", str(error), 503)
        return 200, credentials_shape(keys)

    async def read_protection(self, token: str) -> Told:
        try:
            view, _ = self._find(token)
        except Unknown:
            return protection.no_such_task()
        task = view.assignment
        return await protection.read_protection(
            self._control, task.task, task.task_role is not None
        )

    async def write_protection(self, token: str, body: bytes) -> Told:
        try:
            view, _ = self._find(token)
        except Unknown:
            return protection.no_such_task()
        task = view.assignment
        return await protection.write_protection(
            self._control, task.task, task.task_role is not None, body
        )

    def _find(self, token: str) -> tuple[View, str]:
        for known in self._tasks():
            if name := known.name_of(token):
                return known.view(), name
        raise Unknown

    async def _details_of(self, view: View, name: str) -> Details:
        if name not in view.containers:
            raise Unknown
        return await self._engine.details(view.containers[name])

    async def _written(self, view: View) -> int | None:
        """Fargate tells a task how much of its storage is used."""
        if view.assignment.launch_type != "FARGATE":
            return None
        ids = view.containers.values()
        sizes = await asyncio.gather(
            *(self._engine.written(each) for each in ids), return_exceptions=True
        )
        return sum(size for size in sizes if isinstance(size, int))

    async def _stats_or_none(self, container: str) -> dict[str, Any] | None:
        """Of a container that has ended there are none."""
        try:
            return await self._stats.of(container)
        except NotThere:
            return None
