"""Wires: builds every room and hands each what it needs."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import secrets
import signal
import socket
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping, Sequence
from hashlib import blake2s
from pathlib import Path
from typing import Any

import uvicorn

from seaway import __version__
from seaway.agent.engine import DockerEngine, EngineGone
from seaway.agent.images import Registry as RegistryAddress
from seaway.agent.network import KernelAddresses
from seaway.agent.proxy import HostProxy
from seaway.agent.session import Agent
from seaway.aws import autoscaling, ec2, ecr, ecs, elbv2, iam, servicediscovery, sts
from seaway.aws.gateway import Gateway
from seaway.aws.operation import Handler
from seaway.aws.sts.sessions import account_of, secret_of
from seaway.core.capacity import Host
from seaway.core.mesh.proxy import EndpointHealth
from seaway.core.moment import Moment
from seaway.core.names import Place
from seaway.core.service import Service
from seaway.core.task import Task, TaskStatus
from seaway.dispatch.hub import Hub
from seaway.dispatch.inbox import Inbox
from seaway.dispatch.near import NearLink
from seaway.mesh.publisher import Publisher
from seaway.mesh.server import MeshServer
from seaway.reconcile import instances, placement, services, targets, tasks
from seaway.reconcile.health import observe_health
from seaway.reconcile.loop import Loop
from seaway.registry.blobs import BlobStore
from seaway.registry.server import Registry
from seaway.settings import Settings
from seaway.store.sqlite import SqliteStore
from seaway.store.transaction import Transaction

log = logging.getLogger(__name__)

HOST = "local"
"""The id of the machine the control plane itself runs on."""

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class PortTaken(Exception):
    """Another program listens where the API should."""


def moment() -> Moment:
    """Now, with real chance."""
    return Moment(time.time(), secrets.token_bytes)


def handlers() -> Mapping[tuple[str, str], Handler]:
    """Every operation Seaway answers, by service and name."""
    packages = (ecs, servicediscovery, elbv2, ecr, ec2, autoscaling, iam, sts)
    found = [handler for package in packages for handler in package.operations()]
    return {(handler.service, handler.name): handler for handler in found}


def installation_of(data_dir: Path) -> str:
    """What marks the containers of this data directory's Seaway on a shared engine."""
    return blake2s(str(data_dir).encode(), digest_size=6).hexdigest()


def proxy_of(settings: Settings) -> HostProxy:
    """The host proxy of this data directory, running or not."""
    return HostProxy(directory=settings.proxy_dir, node=HOST, control=settings.control_socket)


class Seaway:
    """The whole of it on one machine: API, controllers, mesh, registry and agent."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.started_at = time.time()
        self.store = SqliteStore(settings.database)
        here = Place(account=settings.account, region=settings.region)
        self.blobs = BlobStore(settings.registry_dir)
        self.registry = Registry(self.store, self.blobs, moment, here)
        self.gateway = Gateway(
            handlers(),
            transact=self.store.transact,
            moment=moment,
            account=settings.account,
            host=f"localhost:{settings.port}",
            keys=self._ask(secret_of),
            account_of=self._ask(account_of),
        )
        self.mesh = MeshServer()
        self.proxy = proxy_of(settings)
        self.publisher = Publisher(self.store, self.mesh, self.proxy.in_flight)
        self.loops = [
            Loop(
                module.__name__.rsplit(".", 1)[-1],
                self.store,
                moment,
                module.reconcile,
                module.keys_of,
                module.all_keys,
            )
            for module in (services, placement, tasks, targets, instances)
        ]
        self.inbox = Inbox(self.store, moment, settings.account)
        self.hub = Hub(self.store, self.inbox.take)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One HTTP request: to the registry, to our own pages, or to the AWS gateway."""
        path = scope["path"]
        if path == "/v2" or path.startswith("/v2/"):
            await self.registry(scope, receive, send)
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
            "proxy": {"pid": self.proxy.pid, "connected": self.mesh.connected(HOST)},
            "hosts": [{"id": h.id, "engine": h.engine, "connected": h.connected} for h in hosts],
            "services": len(active),
            "tasks": {"running": len(running), "not_stopped": len(live)},
        }

    async def run(self) -> None:
        """Serve until told to stop (SIGINT, SIGTERM). Raises PortTaken.

        Containers and the host proxy go on when this ends; the next start takes them over.
        """
        listener = _listen(self.settings)
        self.store.open()
        self.blobs.open()
        self.settings.proxy_dir.mkdir(parents=True, exist_ok=True)
        try:
            await self._serve(listener)
        finally:
            self.store.close()

    async def _serve(self, listener: socket.socket) -> None:
        server = _Server(
            uvicorn.Config(
                self,
                loop="none",
                http="httptools",
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                date_header=False,
                timeout_keep_alive=75,
            )
        )
        loop = asyncio.get_running_loop()
        jobs = asyncio.create_task(self._work(), name="rooms")
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        serving = asyncio.create_task(server.serve([listener]), name="api")
        stopping = asyncio.create_task(stop.wait(), name="stop")
        done, _ = await asyncio.wait({jobs, serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        server.should_exit = True
        jobs.cancel()
        stopping.cancel()
        await asyncio.gather(jobs, serving, stopping, return_exceptions=True)
        await self.proxy.release()
        await self.mesh.stop()
        for job in done - {stopping}:
            job.result()

    async def _work(self) -> None:
        """Everything but the API; each child runs for ever."""
        await self.mesh.start(str(self.settings.control_socket))
        async with asyncio.TaskGroup() as jobs:
            for loop in self.loops:
                jobs.create_task(loop.run())
            jobs.create_task(self.publisher.run(), name="publisher")
            jobs.create_task(self.registry.run(), name="registry")
            jobs.create_task(self._keep_proxy(), name="proxy")
            jobs.create_task(self._keep_agent(), name="agent")

    async def _keep_proxy(self) -> None:
        await self.proxy.start()
        self._note_health(await self.proxy.health())
        async for event in self.proxy.health_events():
            self._note_health([event])

    def _note_health(self, seen: Sequence[EndpointHealth]) -> None:
        with self.store.transaction() as tx:
            observe_health(tx, seen, time.time())

    async def _keep_agent(self) -> None:
        """Run the agent, again after the engine was away."""
        while True:
            engine = DockerEngine()
            link = NearLink()
            agent = Agent(
                engine,
                link,
                host=HOST,
                data_dir=self.settings.agent_dir,
                installation=installation_of(self.settings.data_dir),
                clock=time.time,
                addresses=KernelAddresses(),
                registry=RegistryAddress(
                    address=f"127.0.0.1:{self.settings.port}", token=self.registry.issue_token
                ),
            )
            try:
                async with asyncio.TaskGroup() as session:
                    session.create_task(self.hub.serve(link.control), name="session")
                    session.create_task(agent.run(), name="host agent")
            except* (EngineGone, ConnectionError) as gone:
                log.warning("the host agent's session ended: %s", gone.exceptions[0])
            finally:
                await engine.close()
            await asyncio.sleep(1.0)


class _Server(uvicorn.Server):
    """Leaves signals to us: uvicorn would raise them again before we have tidied up."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _listen(settings: Settings) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.bind, settings.port))
    except OSError as error:
        listener.close()
        raise PortTaken(
            f"Port {settings.port} of {settings.bind} is taken ({error.strerror}): stop what "
            "listens there, or start Seaway with --port and another number."
        ) from error
    listener.listen(1024)
    listener.setblocking(False)
    return listener


async def _answer_json(send: Send, body: Any) -> None:
    content = json.dumps(body).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(content)).encode()),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": content})
