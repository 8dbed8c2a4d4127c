"""Wires: builds every room and hands each what it needs."""

from __future__ import annotations

import asyncio
import importlib
import json
import logging
import os
import secrets
import signal
import socket
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from seaway import __version__
from seaway.aws.gateway import Gateway
from seaway.aws.offered import Offered
from seaway.aws.operation import Handler
from seaway.aws.s3.asked import is_s3
from seaway.aws.sts.sessions import account_of, secret_of
from seaway.core.capacity import Host
from seaway.core.moment import Moment
from seaway.core.names import Place
from seaway.core.service import Service
from seaway.core.task import Task, TaskStatus
from seaway.functions.elsewhere import Elsewhere
from seaway.functions.local import LocalFunctions
from seaway.functions.queue import CallQueue
from seaway.listening import listen, listen_near, server
from seaway.registry.blobs import BlobStore
from seaway.registry.server import Registry
from seaway.settings import Settings
from seaway.store.objects import SWEPT_AFTER, ObjectFiles, named_files
from seaway.store.sqlite import SqliteStore
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from types import ModuleType

    from seaway.aws.s3.door import S3
    from seaway.controllers import Controllers
    from seaway.insight.door import Insight
    from seaway.machine import Machine
    from seaway.sessions.door import Sessions

log = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


OBJECT_SWEEP_SECONDS = 900.0


def moment() -> Moment:
    """Now, with real chance."""
    return Moment(time.time(), secrets.token_bytes)


def handlers() -> Mapping[tuple[str, str], Handler]:
    """Every operation Seaway answers, by service and name."""
    return {
        (service, name): handler
        for service, found in Offered().items()
        for name, handler in found.items()
    }


class Seaway:
    """The whole of it on one machine: API, controllers, mesh, registry and agent."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.started_at = time.time()
        self.store = SqliteStore(settings.database)
        here = Place(account=settings.account, region=settings.region)
        self.blobs = BlobStore(settings.registry_dir)
        self.objects = ObjectFiles(settings.objects_dir)
        self.registry = Registry(self.store, self.blobs, moment, here)
        self.functions = LocalFunctions(
            self.store,
            self.objects,
            moment,
            here=here,
            mark=str(settings.data_dir),
            endpoint=settings.url,
            elsewhere=(
                Elsewhere(settings.lambda_endpoint, settings.region)
                if settings.lambda_endpoint
                else None
            ),
        )
        self.call_queue = CallQueue(self.store, moment, self.functions)
        self.gateway = Gateway(
            Offered(),
            transact=self.store.transact,
            moment=moment,
            account=settings.account,
            host=f"localhost:{settings.port}",
            keys=self._ask(lambda tx, key: secret_of(tx, key, time.time())),
            account_of=self._ask(account_of),
            functions=self.functions,
            read=self.objects.read,
        )
        self._loading = asyncio.Lock()
        self._machine: Machine | None = None

    @cached_property
    def controllers(self) -> Controllers:
        """What settles what was asked for; loaded after the start."""
        module = importlib.import_module("seaway.controllers")
        host = f"localhost:{self.settings.port}"
        controllers: Controllers = module.Controllers(
            self.store, moment, self.gateway, self.functions, host
        )
        return controllers

    @cached_property
    def insight(self) -> Insight:
        """Answers about the mesh; loaded when it is needed first, which is after the start."""
        door = importlib.import_module("seaway.insight.door")
        insight: Insight = door.Insight(self.store, time.time, __version__)
        return insight

    @cached_property
    def sessions(self) -> Sessions:
        """Terminals in containers; loaded when they are needed first, which is after the start."""
        door = importlib.import_module("seaway.sessions.door")
        sessions: Sessions = door.Sessions(self.store, self.objects, moment)
        return sessions

    @cached_property
    def s3(self) -> S3:
        """Buckets; loaded when they are needed first, which is after the start."""
        door = importlib.import_module("seaway.aws.s3.door")
        s3: S3 = door.S3(self.store, self.objects, moment, self.gateway.authorise)
        return s3

    async def from_tasks(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request from inside a task: to buckets or to the AWS gateway."""
        if is_s3(scope):
            await self._load_s3()
            await self.s3.serve(scope, receive, send, known_only=True)
        else:
            await self.gateway.from_tasks(scope, receive, send)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request: to the registry, to our own pages, to a session, or to the AWS gateway."""
        path = scope["path"]
        if scope["type"] == "http" and is_s3(scope):
            await self._load_s3()
            await self.s3(scope, receive, send)
        elif path == "/v2" or path.startswith("/v2/"):
            await self.registry(scope, receive, send)
        elif scope["type"] == "websocket":
            await self.sessions(scope, receive, send)
        elif path.startswith(("/_seaway/mesh/", "/_seaway/metrics")):
            await self.insight(scope, receive, send)
        elif path.startswith("/_seaway/"):
            await _answer_json(send, self.status())
        else:
            await self.gateway(scope, receive, send)

    def _ask(
        self, question: Callable[[Transaction, str], str | None]
    ) -> Callable[[str], str | None]:
        """A question about an access key, asked in a transaction of its own."""

        def ask(access_key: str) -> str | None:
            with self.store.transaction() as tx:
                return question(tx, access_key)

        return ask

    def status(self) -> dict[str, Any]:
        """What `seaway status` shows."""
        with self.store.transaction() as tx:
            live = [t for t in tx.where(Task) if t.last_status is not TaskStatus.STOPPED]
            running = [t for t in live if t.last_status is TaskStatus.RUNNING]
            active = [s for s in tx.where(Service) if s.status == "ACTIVE"]
            hosts = tx.where(Host)
        return {
            "version": __version__,
            "pid": os.getpid(),
            "endpoint": self.settings.url,
            "data_dir": str(self.settings.data_dir),
            "uptime_seconds": round(time.time() - self.started_at, 1),
            "proxy": self._machine.status() if self._machine else {"pid": 0, "connected": False},
            "hosts": [{"id": h.id, "engine": h.engine, "connected": h.connected} for h in hosts],
            "services": len(active),
            "tasks": {"running": len(running), "not_stopped": len(live)},
        }

    async def run(self, ready: Callable[[], None] = lambda: None) -> None:
        """Serve until told to stop (SIGINT, SIGTERM); ``ready`` is called when the API listens.

        Raises PortTaken, StoreError.
        Containers and the host proxy go on when this ends; the next start takes them over.
        """
        listener = listen(self.settings.bind, self.settings.port)
        self.store.open()
        self.blobs.open()
        self.objects.open()
        self.settings.proxy_dir.mkdir(parents=True, exist_ok=True)
        ready()
        try:
            await self._serve(listener)
        finally:
            self.store.close()

    async def _serve(self, listener: socket.socket) -> None:
        api = server(self, web_sockets=True)
        loop = asyncio.get_running_loop()
        jobs = asyncio.create_task(self._work(), name="rooms")
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        serving = asyncio.create_task(api.serve([listener]), name="api")
        stopping = asyncio.create_task(stop.wait(), name="stop")
        done, _ = await asyncio.wait({jobs, serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        api.should_exit = True
        jobs.cancel()
        stopping.cancel()
        await asyncio.gather(jobs, serving, stopping, return_exceptions=True)
        for job in done - {stopping}:
            job.result()

    async def _work(self) -> None:
        """Everything but the API; each child runs for ever."""
        async with asyncio.TaskGroup() as jobs:
            jobs.create_task(self.registry.run(), name="registry")
            jobs.create_task(self._run_functions(), name="functions")
            jobs.create_task(self._serve_tasks(), name="tasks' API")
            jobs.create_task(self._sweep_objects(), name="object files")
            jobs.create_task(self._run_controllers(), name="controllers")
            jobs.create_task(self._run_machine(), name="machine")

    async def _run_functions(self) -> None:
        """Calls that nobody waits for; at the end no function's process stays."""
        await self.functions.open()
        try:
            await self.call_queue.run()
        finally:
            await self.functions.close()

    async def _serve_tasks(self) -> None:
        """The API for what runs inside tasks: agents lead it here (agent/inside)."""
        with listen_near(self.settings.tasks_socket) as listener:
            await server(self.from_tasks).serve([listener])

    async def _sweep_objects(self) -> None:
        """Files whose objects are gone go, too."""
        while True:
            with self.store.transaction() as tx:
                named = named_files(tx)
            await asyncio.to_thread(self.objects.sweep, named, time.time() - SWEPT_AFTER)
            await asyncio.sleep(OBJECT_SWEEP_SECONDS)

    async def _run_controllers(self) -> None:
        await self._load("seaway.controllers")
        await self.controllers.run()

    async def _run_machine(self) -> None:
        module = await self._load("seaway.machine")
        machine: Machine = module.Machine(
            self.settings,
            self.store,
            moment,
            self.registry.issue_token,
            self.insight,
            self.sessions,
            self.objects,
        )
        self._machine = machine
        await machine.run()

    async def _load_s3(self) -> None:
        if "s3" not in vars(self):  # else it is loaded, as cached properties are kept there
            await self._load("seaway.aws.s3.door")

    async def _load(self, name: str) -> ModuleType:
        """What need not be there before the API answers (see there for why); one at a time."""
        async with self._loading:
            return await asyncio.to_thread(importlib.import_module, name)


async def _answer_json(send: Send, body: Any) -> None:
    content = json.dumps(body).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(content)).encode()),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": content})
