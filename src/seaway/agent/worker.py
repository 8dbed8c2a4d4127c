"""One task's worker: look, take one step, report; again until nothing is left of the task."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, assert_never

from seaway.agent import record
from seaway.agent.containers import CONTAINER, PAUSE, ROLE
from seaway.agent.creation import Creation
from seaway.agent.engine import EngineError, EngineGone, Event, Listed, NotThere
from seaway.agent.ledger import Ledger
from seaway.agent.listening import all_listen, called_ports
from seaway.agent.outputs import Outputs
from seaway.agent.removal import clear, remove_task
from seaway.agent.spaces import Spaces
from seaway.agent.tools import Refused, Tools, all_of
from seaway.core.dependencies import Phase
from seaway.core.lifecycle import (
    TASK_FAILED_TO_START,
    Failure,
    Finished,
    GiveUp,
    Prepare,
    Release,
    Restart,
    Start,
    Step,
    Stop,
    Wait,
    is_up,
    next_step,
    status_of,
)
from seaway.core.names import last_part
from seaway.core.task import TaskStatus
from seaway.link.messages import Assignment, Report

_STOP_TIMEOUT = 30
"""Seconds between SIGTERM and SIGKILL where the definition says nothing (ECS's default)."""
_RETRY = 1.0
_OUT_OF_MEMORY = "OutOfMemoryError: Container killed due to memory usage"
_log = logging.getLogger(__name__)


class Worker:
    """Brings one task to what its latest assignment says, whatever is on the machine already."""

    def __init__(
        self, assignment: Assignment, tools: Tools, directory: Path, found: tuple[Listed, ...] = ()
    ) -> None:
        self._tools = tools
        self._ledger = ledger = Ledger(assignment, directory, found)
        self._woken = asyncio.Event()
        self._spaces = Spaces(ledger, tools, self._woken.set)
        self._outputs = Outputs(ledger, tools, self._woken.set)
        self._creation = Creation(ledger, tools, self._spaces, self._tell)
        self._sent: Report | None = None
        self._unsure = set(ledger.ids)
        self._exit_codes: dict[str, int] = {}
        self._listening: asyncio.Task[None] | None = None
        if tools.inside is not None and not ledger.released:
            tools.inside.know(directory, ledger.view)

    @property
    def stopped_at(self) -> float | None:
        """When the task had ended, once it has."""
        return self._ledger.report.stopped_at if self._ledger.released else None

    @property
    def guarded(self) -> tuple[str, ...]:
        """The namespaces in which connections may be refused."""
        return self._spaces.guarded

    def assign(self, assignment: Assignment) -> None:
        """Take the latest word; new names are in the running task's hosts file at once."""
        before = self._ledger.assignment
        if assignment == before:
            return
        self._ledger.assignment = assignment
        self._spaces.follow(before)
        self._woken.set()

    def notice(self, event: Event) -> None:
        """Take in what the engine says happened to one of the task's containers."""
        name, ledger = event.labels.get(CONTAINER, ""), self._ledger
        if event.labels.get(ROLE) == PAUSE or name not in ledger.seen:
            return
        if event.health is not None:
            ledger.seen[name] = replace(ledger.seen[name], health=event.health)
        else:
            ledger.ids.setdefault(name, event.container)
            self._unsure.add(name)
        if event.action == "die" and (code := event.labels.get("exitCode", "")).isdigit():
            self._exit_codes[name] = int(code)
        self._woken.set()

    def doubt(self) -> None:
        """Look at everything again: events may have been missed."""
        self._unsure |= set(self._ledger.ids)
        self._woken.set()

    async def repeat(self) -> None:
        """Send the latest report again, for a control plane that may not have it."""
        await self._tools.link.send(self._ledger.report)

    async def run(self) -> None:
        """Work until the task is over and reported STOPPED."""
        try:
            async with asyncio.TaskGroup() as jobs:
                await self._work(jobs)
        finally:
            self._outputs.leave()

    async def _work(self, jobs: asyncio.TaskGroup) -> None:
        ledger = self._ledger
        while True:
            self._woken.clear()
            try:
                await self._look(jobs)
                step = next_step(
                    ledger.wish(),
                    ledger.assignment.containers,
                    ledger.observation(),
                    self._tools.clock(),
                )
                await self._tell()
                if isinstance(step, Finished):
                    if self._listening is not None:
                        self._listening.cancel()
                    return
                await self._take(step, jobs)
            except Refused as refusal:
                self._refuse(refusal)
            except EngineError as error:
                _log.warning("task %s: %s", last_part(ledger.assignment.task), error)
                await asyncio.sleep(_RETRY)
                self.doubt()

    # Looking

    async def _look(self, jobs: asyncio.TaskGroup) -> None:
        ledger = self._ledger
        unsure, self._unsure = self._unsure, set()
        try:
            await all_of(self._inspect(name) for name in sorted(unsure))
        except EngineGone:
            self._unsure |= unsure
            raise
        if self._spaces.unsettled and not ledger.released:
            await self._spaces.settle_all()
        self._outputs.follow(jobs)
        if is_up(ledger.observation()) and ledger.report.started_at is None:
            waits = False if called_ports(ledger.assignment) else None
            ledger.change(started_at=self._tools.clock(), listening=waits)
        if ledger.report.listening is False and self._listening is None:
            self._listening = jobs.create_task(self._await_listeners())

    async def _await_listeners(self) -> None:
        ledger = self._ledger
        await all_listen(self._tools.engine, called_ports(ledger.assignment), ledger.ids)
        ledger.change(listening=True)
        self._woken.set()

    async def _inspect(self, name: str) -> None:
        seen = self._ledger.seen[name]
        try:
            found = await self._tools.engine.inspect(self._ledger.ids[name])
        except NotThere:  # somebody removed it
            code = self._exit_codes.get(name, seen.exit_code)
            gone = replace(seen, phase=Phase.EXITED, exit_code=code, stopping=False, lost=True)
            self._ledger.seen[name] = gone
            return
        if found.running:
            phase = Phase.RUNNING
        else:
            phase = Phase.EXITED if found.has_started else Phase.CREATED
        killed = found.out_of_memory and found.exit_code == 137
        self._ledger.seen[name] = replace(
            seen,
            phase=phase,
            exit_code=found.exit_code if found.has_started else None,
            health=found.health,
            out_of_memory=found.out_of_memory,
            started_at=found.started_at,
            finished_at=found.finished_at,
            stopping=seen.stopping and found.running,
            reason=_OUT_OF_MEMORY if killed else seen.reason,
        )

    # Steps

    async def _take(self, step: Step, jobs: asyncio.TaskGroup) -> None:
        match step:
            case Prepare():
                await self._unless_stopped(self._creation.prepare())
            case Start(names):
                await all_of(self._start(name) for name in names)
            case Restart(names):
                await all_of(self._restart(name) for name in names)
            case Stop(names):
                self._begin_stop()
                for name in names:
                    self._ledger.seen[name] = replace(self._ledger.seen[name], stopping=True)
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
                if self._ledger.assignment.desired_status is TaskStatus.STOPPED:
                    # What the engine is creating must end, or it would be left behind.
                    self._creation.leave_pulls()
                    await asyncio.wait({job})
        finally:
            job.cancel()
        await job

    async def _start(self, name: str) -> None:
        try:
            await self._tools.engine.start(self._ledger.ids[name])
        except EngineGone:
            raise
        except EngineError as error:
            raise Refused(_cannot_start(error), name) from error
        seen = self._ledger.seen[name]
        if seen.phase is Phase.CREATED:
            now = self._tools.clock()
            self._ledger.seen[name] = replace(seen, phase=Phase.RUNNING, started_at=now)

    async def _restart(self, name: str) -> None:
        """Start a container that has ended once more, in the namespace that it had."""
        seen = self._ledger.seen[name]
        assert seen.finished_at is not None, "only a container that has ended is started again"
        count = self._ledger.restarts.count(name, seen.finished_at)
        try:
            await self._tools.engine.start(self._ledger.ids[name])
        except EngineGone:
            raise
        except EngineError as error:
            lost = replace(seen, lost=True, reason=_cannot_start(error))
            self._ledger.seen[name] = lost
            return
        now = self._tools.clock()
        self._ledger.seen[name] = replace(
            seen,
            phase=Phase.RUNNING,
            exit_code=None,
            out_of_memory=False,
            reason=None,
            started_at=now,
            finished_at=None,
            restarts=count,
        )
        self._unsure.add(name)  # it may have ended again at once

    async def _stop(self, name: str) -> None:
        container = self._ledger.container(name)
        timeout = _STOP_TIMEOUT if container.stop_timeout is None else container.stop_timeout
        try:
            await self._tools.engine.stop(self._ledger.ids[name], timeout)
        except NotThere:
            pass
        except EngineError as error:
            _log.warning("container %s could not be stopped: %s", name, error)
            await asyncio.sleep(_RETRY)
            self._ledger.seen[name] = replace(self._ledger.seen[name], stopping=False)
        self._unsure.add(name)
        self._woken.set()

    async def _release(self) -> None:
        """Take everything away, after the last line of output has been carried on."""
        ledger = self._ledger
        await self._outputs.drain()
        if self._tools.inside is not None:
            await self._tools.inside.close(ledger.assignment.task)
        await remove_task(self._tools, ledger.assignment.task, ledger.assignment)
        clear(ledger.directory)
        ledger.change(stopped_at=self._tools.clock(), sandboxes=())
        ledger.released = True

    # Failing, stopping and telling

    def _refuse(self, refusal: Refused) -> None:
        if refusal.container:
            seen = self._ledger.seen[refusal.container]
            self._ledger.seen[refusal.container] = replace(seen, reason=refusal.reason)
        self._fail(Failure(code=TASK_FAILED_TO_START, reason=refusal.reason))

    def _fail(self, failure: Failure) -> None:
        if self._ledger.assignment.desired_status is not TaskStatus.STOPPED:
            self._ledger.failure = failure
            self._ledger.change(stop_code=failure.code, reason=failure.reason)
            self._begin_stop()

    def _begin_stop(self) -> None:
        if self._ledger.report.stopping_at is None:
            self._ledger.change(stopping_at=self._tools.clock())

    async def _tell(self) -> None:
        """Send what is seen if it is news, after writing it down."""
        ledger = self._ledger
        status = status_of(ledger.wish(), ledger.observation())
        over = status.rank >= TaskStatus.DEPROVISIONING.rank
        if over and ledger.report.execution_stopped_at is None:
            self._begin_stop()
            ledger.change(execution_stopped_at=self._tools.clock())
        ledger.change(status=status, containers=ledger.pictures(over))
        if ledger.report != self._sent:
            self._sent = ledger.report
            record.save(ledger.directory, ledger.report)
            await self._tools.link.send(ledger.report)


def _cannot_start(error: EngineError) -> str:
    return f"CannotStartContainerError: Error response from daemon: {error.message}"
