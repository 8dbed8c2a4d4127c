"""A whole control plane with simulated hosts, as a process that is told, and answers, by lines.

Everything of ``seaway up`` is there and real (API, store, controllers, dispatch, the mesh's and
the name server's publishers), but for what needs a machine: no engine, no Envoy, no name server.
The one agent is replaced by many, each with a link, a session and a machine's size of its own.
They live in this process, as the agent of ``seaway up`` does, so that what they use is counted
with the control plane's. They make no containers: of every task they are assigned they report
what a host reports of one that starts without trouble.

``{"do": "count", "tasks": N}`` is answered at once, and then when N more tasks have been placed
and when N more run, each as soon as that is on disk. Times are ``time.monotonic()``.
"""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import signal
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import uvloop

from seaway.app import Seaway, moment
from seaway.core.names import Place
from seaway.core.task import Container, Sandbox, Task, TaskStatus
from seaway.dispatch.hub import Hub
from seaway.dispatch.inbox import Inbox
from seaway.dispatch.near import NearLink
from seaway.dns.publisher import BookPublisher
from seaway.link.messages import Assignment, Hello, Report
from seaway.mesh.publisher import Publisher
from seaway.mesh.server import MeshServer
from seaway.settings import Settings
from seaway.store.changes import Change
from seaway.store.sqlite import SqliteStore

HOST_CPU, HOST_MEMORY = 4096, 16384
"""CPU units and MiB of a simulated host: as much as the instance it carries."""

START_SECONDS = 0.3
"""From a host's word that it has begun with a task until it runs: a warm start's time."""

PATIENCE = 600.0


class SimulatedHost:
    """A machine whose tasks are nothing but reports."""

    def __init__(self, number: int) -> None:
        self._id = f"host-{number:05d}"
        self._link = NearLink()
        self._begun: set[str] = set()

    async def run(self, hub: Hub) -> None:
        """Be there until cancelled."""
        async with asyncio.TaskGroup() as jobs:
            jobs.create_task(hub.serve(self._link.control))
            await self._link.send(
                Hello(
                    host=self._id,
                    cpu=HOST_CPU,
                    memory=HOST_MEMORY,
                    architecture="x86_64",
                    engine="simulated",
                )
            )
            while True:
                message = await self._link.receive()
                if isinstance(message, Assignment) and message.task not in self._begun:
                    self._begun.add(message.task)
                    jobs.create_task(self._start(message))

    async def _start(self, task: Assignment) -> None:
        began = time.time()
        await self._tell(task, TaskStatus.PENDING, began)
        await asyncio.sleep(START_SECONDS)
        await self._tell(task, TaskStatus.ACTIVATING, began)
        await self._tell(task, TaskStatus.RUNNING, began, time.time())

    async def _tell(
        self, task: Assignment, status: TaskStatus, began: float, started: float | None = None
    ) -> None:
        short = task.task.rpartition("/")[2]
        there, running = status is not TaskStatus.PENDING, status is TaskStatus.RUNNING
        report = Report(
            task=task.task,
            status=status,
            containers=tuple(
                Container(
                    name=container.name,
                    image=container.image,
                    status=TaskStatus.RUNNING if running else TaskStatus.PENDING,
                    runtime_id=f"{short}{number:032x}" if there else None,
                )
                for number, container in enumerate(task.containers)
            ),
            sandboxes=tuple(
                Sandbox(container=container, path=f"/run/netns/{short}-{number}")
                for number, (container, _) in enumerate(task.addresses)
            )
            if there
            else (),
            pull_started_at=began,
            pull_stopped_at=began if there else None,
            started_at=started,
        )
        await self._link.send(report)


class ManyHosts(Seaway):
    """Seaway with simulated hosts where the machine it runs on would be."""

    def __init__(self, settings: Settings, hosts: int) -> None:
        super().__init__(settings)
        self._hosts = [SimulatedHost(number) for number in range(hosts)]

    async def _run_machine(self) -> None:
        settings, store = self.settings, self.store
        mesh = MeshServer()
        inbox = Inbox(store, moment, settings.account)
        hub = Hub(store, inbox.take, Place(account=settings.account, region=settings.region))
        await mesh.start(str(settings.control_socket))
        try:
            async with asyncio.TaskGroup() as jobs:
                jobs.create_task(Publisher(store, mesh, _nothing_in_flight).run())
                jobs.create_task(BookPublisher(store, settings.dns_dir / "book").run())
                for host in self._hosts:
                    jobs.create_task(host.run(hub))
        finally:
            await mesh.stop()


async def _nothing_in_flight() -> Mapping[tuple[str, int], int]:
    return {}


class Count:
    """How many tasks have been placed, and how many run, since it was asked."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store
        self._wanted = 0
        self._seen = {"placed": 0, "running": 0}
        self._reached = {name: asyncio.Event() for name in self._seen}
        store.doorbell.listen(self._hear)

    def start(self, wanted: int) -> None:
        """Count from nothing, up to so many."""
        self._wanted = wanted
        for name, reached in self._reached.items():
            self._seen[name] = 0
            reached.clear()

    async def reached(self, name: str) -> dict[str, Any]:
        """When all were placed ("placed") or running, and on disk; or what is missing."""
        try:
            async with asyncio.timeout(PATIENCE):
                await self._reached[name].wait()
        except TimeoutError:
            return {"problem": f"{self._seen[name]} of {self._wanted} tasks {name}"}
        await self._store.flushed()
        return {name: time.monotonic()}

    def _hear(self, changes: Iterable[Change]) -> None:
        for change in changes:
            if change.noun is Task:
                before, after = change.before, change.after
                self._note("placed", _is_placed(before), _is_placed(after))
                self._note("running", _is_running(before), _is_running(after))

    def _note(self, name: str, before: bool, after: bool) -> None:
        self._seen[name] += after and not before
        if self._seen[name] >= self._wanted:
            self._reached[name].set()


def _is_placed(task: Task | None) -> bool:
    return task is not None and task.host is not None


def _is_running(task: Task | None) -> bool:
    return task is not None and task.last_status is TaskStatus.RUNNING


async def obey(seaway: Seaway) -> None:
    """Answer until the standard input ends."""
    lines = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    count = Count(seaway.store)
    async with asyncio.TaskGroup() as jobs:
        telling: asyncio.Task[None] | None = None
        while line := await lines.readline():
            count.start(json.loads(line)["tasks"])
            _say({"counting": True})
            telling = jobs.create_task(_tell(count))
        if telling is not None:
            telling.cancel()


async def _tell(count: Count) -> None:
    for name in ("placed", "running"):
        _say(await count.reached(name))


async def serve(settings: Settings, hosts: int) -> None:
    """Until the standard input ends. Raises what a Seaway raises that can't start."""
    seaway = ManyHosts(settings, hosts)
    working = asyncio.create_task(seaway.run(lambda: _say({"ready": True, "pid": os.getpid()})))
    obeying = asyncio.create_task(obey(seaway))
    await asyncio.wait({working, obeying}, return_when=asyncio.FIRST_COMPLETED)
    if not working.done():
        os.kill(os.getpid(), signal.SIGTERM)  # which is how it is asked to end
    await working
    obeying.cancel()


def _say(answer: dict[str, Any]) -> None:
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    told = json.loads(sys.argv[1])
    logging.basicConfig(level=logging.WARNING)
    # As ``seaway up`` does it.
    gc.freeze()
    gc.set_threshold(10_000, 250, 1000)
    where = Settings(data_dir=Path(told["directory"]), port=told["port"], dns_port=0)
    uvloop.run(serve(where, told["hosts"]))
