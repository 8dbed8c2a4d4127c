"""Pauses that run already and wait for a namespace to hold, so that a task starts sooner.

One is taken by renaming it to what the namespace's pause is called: the engine does that wholly
or not at all and remembers it, so whoever comes after a crash sees whose each of them is.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace

from seaway.agent.cgroup import Cgroups
from seaway.agent.containers import CONTAINER, WARM, namespaces, pause_name, warm_spec
from seaway.agent.engine import Engine, EngineError, EngineGone, Listed, NotThere
from seaway.link.messages import Assignment

GROUP = "warm"
"""The control group they live in: they belong to no task when they are made."""
_LOOK = 0.1
"""Seconds between looks at what the engine does."""
_CALM = 3
"""Looks at an engine that has nothing to do, before it is asked to make another."""
_RETRY = 5.0
_log = logging.getLogger(__name__)


class WarmPauses:
    """At most ``size`` of them, from the first task on that could have used one.

    They are made one by one and only while the engine makes nothing else: a burst of tasks is not
    slowed down by those that may come after it.
    """

    def __init__(
        self,
        engine: Engine,
        cgroups: Cgroups,
        *,
        installation: str,
        image: str,
        size: int,
        look: float = _LOOK,
    ) -> None:
        self._engine = engine
        self._cgroups = cgroups
        self._installation = installation
        self._image = image
        self._size = size
        self._look = look
        self._prefix = f"seaway-{installation}-warm-"
        self._number = 0
        self._idle: list[str] = []
        self._untried: list[str] = []
        self._taken: dict[str, Listed] = {}
        self._wanted = False
        self._woken = asyncio.Event()

    def find(self, there: Iterable[Listed]) -> None:
        """What an agent before us has left: pauses that wait, and pauses that were taken."""
        for pause in there:
            if not pause.name.startswith(self._prefix):
                self._taken[pause.name] = pause
                continue
            self._untried.append(pause.id)
            number = pause.name.removeprefix(self._prefix)
            self._number = max(self._number, int(number) + 1 if number.isdigit() else 0)
        self._woken.set()

    def taken(self, assignment: Assignment) -> tuple[Listed, ...]:
        """Those found that are a task's, as if they had been made for its namespaces."""
        found = []
        for space in namespaces(assignment):
            if pause := self._taken.pop(pause_name(assignment, space), None):
                found.append(replace(pause, labels=pause.labels | {CONTAINER: space}))
        return tuple(found)

    async def take(self, name: str) -> str | None:
        """Have one that is called ``name`` from now on: its id, or None when there is none.

        Raises EngineError.
        """
        self._wanted = True
        self._woken.set()
        while self._idle:
            pause = self._idle.pop()
            try:
                await self._engine.rename(pause, name)
            except NotThere:
                continue
            except EngineGone:
                self._idle.append(pause)
                raise
            except EngineError:
                self._idle.append(pause)
                return await self._called(name)
            return pause
        return None

    async def keep(self) -> None:
        """Keep as many as there should be, until cancelled."""
        while True:
            await self._woken.wait()
            self._woken.clear()
            try:
                await self._settle()
            except (EngineError, OSError) as error:
                _log.warning("no pauses are kept ready: %s", error)
                await asyncio.sleep(_RETRY)
                self._woken.set()

    async def sweep(self) -> None:
        """Remove those found that were taken by tasks nobody has assigned."""
        while self._taken:
            _, pause = self._taken.popitem()
            with suppress(EngineError):
                await self._engine.remove(pause.id)

    async def _called(self, name: str) -> str | None:
        """The one that an attempt before us has given the name, if it is one of these."""
        try:
            found = await self._engine.inspect(name)
        except NotThere:
            return None
        if WARM not in found.labels:
            return None
        if found.id in self._idle:
            self._idle.remove(found.id)
        return found.id

    async def _settle(self) -> None:
        while self._untried:
            pause = self._untried[-1]
            if len(self._idle) < self._size:
                # One that a crash has left between its making and its start.
                with suppress(NotThere):
                    await self._engine.start(pause)
                    self._idle.append(pause)
                    self._wanted = True
            else:
                await self._engine.remove(pause)
            self._untried.pop()
        while self._wanted and len(self._idle) < self._size:
            await self._calm()
            self._idle.append(await self._make())

    async def _make(self) -> str:
        parent = await self._cgroups.make(GROUP, None, None)
        name = f"{self._prefix}{self._number}"
        pause = await self._engine.create(warm_spec(name, self._image, self._installation, parent))
        await self._engine.start(pause)
        self._number += 1  # not before: one that was made and not started is tried again
        return pause

    async def _calm(self) -> None:
        looks = 0
        while looks < _CALM:
            await asyncio.sleep(self._look)
            looks = 0 if self._engine.busy() else looks + 1
