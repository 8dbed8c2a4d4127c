"""What a task's containers write, followed as long as there may be more."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from seaway.agent.ledger import Ledger
from seaway.agent.logs import LogFollower
from seaway.agent.tools import Tools
from seaway.core.dependencies import Phase
from seaway.core.log_starts import event_start
from seaway.core.names import last_part

_DRAIN = 10.0
"""Seconds to wait for the last lines of ended containers."""
_log = logging.getLogger(__name__)


class Outputs:
    """One follower for each run of each container whose output goes to CloudWatch Logs.

    ``wake`` has the worker look again.
    """

    def __init__(self, ledger: Ledger, tools: Tools, wake: Callable[[], None]) -> None:
        self._ledger = ledger
        self._tools = tools
        self._wake = wake
        self._followers: dict[str, tuple[int, asyncio.Task[None]]] = {}

    def follow(self, jobs: asyncio.TaskGroup) -> None:
        """Follow every container that has started; again after it was started again."""
        for name, seen in self._ledger.seen.items():
            if seen.phase in (Phase.RUNNING, Phase.EXITED):
                self._follow(name, seen.restarts, jobs)

    def _follow(self, name: str, run: int, jobs: asyncio.TaskGroup) -> None:
        ledger = self._ledger
        stream = next((s for s in ledger.assignment.logs if s.container == name), None)
        if stream is None or name not in ledger.ids:
            return
        if (current := self._followers.get(name)) is not None:
            followed, job = current
            if followed == run or not job.done():
                return  # once the job is done it wakes the worker
        container = ledger.container(name)
        follower = LogFollower(
            self._tools.engine,
            self._tools.link,
            stream,
            ledger.ids[name],
            ledger.directory / f"log-{name}",
            pseudo_terminal=container.pseudo_terminal,
            starts=event_start(dict(container.log.options if container.log else ())),
        )
        job = jobs.create_task(follower.run())
        job.add_done_callback(lambda _: self._wake())
        self._followers[name] = (run, job)

    async def drain(self) -> None:
        """Wait for the last lines of containers that have ended."""
        if not self._followers:
            return
        jobs = [job for _, job in self._followers.values()]
        _, late = await asyncio.wait(jobs, timeout=_DRAIN)
        if late:
            task = last_part(self._ledger.assignment.task)
            _log.warning("task %s: some output did not end", task)

    def leave(self) -> None:
        """Follow nothing any more; what is not carried yet is taken up by the next follower."""
        for _, job in self._followers.values():
            job.cancel()
        self._followers.clear()
