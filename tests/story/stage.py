"""The whole app in one process, for boto3: real store, gateway, loops, hub and publisher.

Only the two things behind the wires are played: the host, which says of its tasks what an agent
would, and the proxy, which takes in whatever it is sent.
"""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import uvicorn

from seaway.app import Seaway, moment
from seaway.cli.demo.clients import Aws, connect
from seaway.core.mesh.proxy import EndpointHealth, Health
from seaway.core.mesh.snapshot import Snapshot
from seaway.core.names import Place
from seaway.core.task import Container, Sandbox, TaskStatus
from seaway.dispatch.hub import Hub
from seaway.dispatch.inbox import Inbox
from seaway.dispatch.near import NearLink
from seaway.link.messages import Assignment, Hello, HostPlan, Report
from seaway.mesh.publisher import Publisher
from seaway.reconcile.health import observe_health
from seaway.settings import Settings

T = TypeVar("T")

HOST = "host-1"


def eventually(look: Callable[[], T | None], what: str, seconds: float = 10.0) -> T:
    """The first thing ``look`` finds that is something."""
    end = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < end, f"after {seconds:.0f} s: {what}"
        time.sleep(0.02)


class PlayedHost:
    """A machine whose containers run at once and end as soon as they may.

    ``failing`` are images that can't be pulled. ``assigned`` is the last word about each task.
    """

    def __init__(self, link: NearLink) -> None:
        self._link = link
        self.failing: set[str] = set()
        self.assigned: dict[str, Assignment] = {}
        self._said: dict[str, Report] = {}
        self._news: asyncio.Queue[str] = asyncio.Queue()

    async def run(self) -> None:
        """Work until cancelled."""
        self._loop = asyncio.get_running_loop()
        await self._link.send(
            Hello(host=HOST, cpu=8192, memory=16384, architecture="amd64", engine="played")
        )
        async with asyncio.TaskGroup() as jobs:
            jobs.create_task(self._listen())
            while True:
                task = await self._news.get()
                while (report := self._next(task)) is not None:
                    self._said[task] = report
                    await self._link.send(report)

    async def _listen(self) -> None:
        while True:
            message = await self._link.receive()
            if isinstance(message, HostPlan):
                continue
            self.assigned[message.task] = message
            self._news.put_nowait(message.task)

    def end(self, task: str, code: int) -> None:
        """A container ends by itself; told from another thread."""
        self._loop.call_soon_threadsafe(self._end, task, code)

    def _end(self, task: str, code: int) -> None:
        before = self._said[task]
        containers = tuple(
            Container(
                name=c.name, status=TaskStatus.STOPPED, runtime_id=c.runtime_id, exit_code=code
            )
            for c in before.containers
        )
        self._said[task] = Report(
            task=task,
            status=TaskStatus.DEPROVISIONING,
            containers=containers,
            sandboxes=before.sandboxes,
            stop_code="EssentialContainerExited",
            reason="Essential container in task exited",
        )
        self._news.put_nowait(task)

    def _next(self, task: str) -> Report | None:
        """What is to be reported next, given what was said last and what is wanted."""
        told = self.assigned[task]
        before = self._said.get(task)
        now = time.time()
        boxes = tuple(Sandbox(container=c, path=f"/run/{task[-4:]}/{c}") for c, _ in told.addresses)
        ended = before is not None and before.stop_code is not None
        if before is None:
            if any(c.image in self.failing for c in told.containers):
                return Report(
                    task=task,
                    status=TaskStatus.STOPPED,
                    stop_code="TaskFailedToStart",
                    reason="CannotPullContainerError: manifest unknown",
                    stopped_at=now,
                )
            return Report(task=task, status=TaskStatus.ACTIVATING, sandboxes=boxes)
        if before.status is TaskStatus.STOPPED:
            return None
        if before.status is TaskStatus.DEPROVISIONING and not ended:
            if not told.may_release:
                return None
            return _with(before, status=TaskStatus.STOPPED, stopped_at=now)
        if ended:
            return _with(before, status=TaskStatus.STOPPED, stopped_at=now)
        if told.desired_status is TaskStatus.STOPPED:
            if not told.may_stop:
                return None
            stopped = tuple(
                _container(c.name, task, TaskStatus.STOPPED, 0) for c in told.containers
            )
            return _with(
                before,
                status=TaskStatus.DEPROVISIONING,
                containers=stopped,
                execution_stopped_at=now,
            )
        if before.status is TaskStatus.ACTIVATING and told.may_start:
            running = tuple(_container(c.name, task, TaskStatus.RUNNING) for c in told.containers)
            return _with(before, status=TaskStatus.RUNNING, containers=running, started_at=now)
        return None


def _with(report: Report, **changes: Any) -> Report:
    members = {name: getattr(report, name) for name in report.__slots__}
    return Report(**{**members, **changes})


def _container(name: str, task: str, status: TaskStatus, code: int | None = None) -> Container:
    return Container(name=name, status=status, runtime_id=f"{task[-12:]}-{name}", exit_code=code)


class PlayedProxy:
    """A proxy that takes in every snapshot; what it checks is healthy unless it is ``sick``."""

    def __init__(self, app: Seaway) -> None:
        self._app = app
        self.latest: dict[str, Snapshot] = {}
        self.sick: set[str] = set()

    async def publish(self, snapshot: Snapshot) -> None:
        self.latest[snapshot.node] = snapshot
        with self._app.store.transaction() as tx:
            checked = [
                EndpointHealth(
                    upstream=upstream.name,
                    address=endpoint.address,
                    port=endpoint.port,
                    health=Health.UNHEALTHY if endpoint.address in self.sick else Health.HEALTHY,
                )
                for upstream in snapshot.proxy.upstreams
                if upstream.health_check
                for endpoint in upstream.endpoints
                if not endpoint.draining
            ]
            observe_health(tx, checked, time.time())

    async def accepted(self, node: str, version: str) -> tuple[()]:
        return ()

    def rejections(self, node: str) -> tuple[()]:
        return ()

    def when_recovered(self, told: Callable[[], None]) -> None:
        """It refuses nothing, so there is nothing to recover from."""

    async def in_flight(self) -> dict[tuple[str, int], int]:
        return {}


class Stage:
    """The app while it runs, and clients for it."""

    def __init__(self, directory: Path) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        # As the real app listens: without it each answer waits 40 ms for the client's kernel.
        self._listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        port = self._listener.getsockname()[1]
        self.app = Seaway(Settings(data_dir=directory, port=port))
        self._link = NearLink()
        self.host = PlayedHost(self._link)
        self.proxy = PlayedProxy(self.app)
        self.aws: Aws = connect(self.app.settings.url, "us-east-1")
        self._stop: Callable[[], None] = lambda: None

    def run(self, ready: threading.Event) -> None:
        """In a thread of its own, until ``stop``."""
        try:
            asyncio.run(self._run(ready))
        finally:
            ready.set()

    async def _run(self, ready: threading.Event) -> None:
        app = self.app
        app.store.open()
        app.blobs.open()
        loop, end = asyncio.get_running_loop(), asyncio.Event()
        self._stop = lambda: loop.call_soon_threadsafe(end.set)
        server = uvicorn.Server(
            uvicorn.Config(app, http="httptools", ws="none", lifespan="off", log_config=None)
        )
        rooms = asyncio.create_task(self._rooms())
        serving = asyncio.create_task(server.serve([self._listener]))
        ending = asyncio.create_task(end.wait())
        loop.call_soon(ready.set)
        await asyncio.wait({rooms, ending}, return_when=asyncio.FIRST_COMPLETED)
        server.should_exit = server.force_exit = True
        rooms.cancel()
        ending.cancel()
        ended, *_ = await asyncio.gather(rooms, serving, ending, return_exceptions=True)
        app.store.close()
        if isinstance(ended, BaseExceptionGroup):
            raise ended

    async def _rooms(self) -> None:
        app = self.app
        here = Place(account=app.settings.account, region=app.settings.region)
        hub = Hub(app.store, Inbox(app.store, moment, here.account).take, here)
        publisher = Publisher(app.store, self.proxy, self.proxy.in_flight)  # type: ignore[arg-type]
        async with asyncio.TaskGroup() as jobs:
            for loop in app.controllers.loops:
                jobs.create_task(loop.run())
            jobs.create_task(publisher.run())
            jobs.create_task(hub.serve(self._link.control))
            jobs.create_task(self.host.run())

    def stop(self) -> None:
        """End it."""
        self._stop()


@contextmanager
def a_stage(directory: Path) -> Iterator[Stage]:
    """The app, up."""
    stage = Stage(directory)
    ready = threading.Event()
    thread = threading.Thread(target=stage.run, args=(ready,), name="app")
    thread.start()
    ready.wait(10)
    try:
        yield stage
    finally:
        stage.stop()
        thread.join(10)
        assert not thread.is_alive(), "the app ends when asked to"
