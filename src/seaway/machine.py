"""Wires what serves the machine itself: the mesh's server, the host proxy, the agent.

Apart from app.py because of what it imports: gRPC, the engine's client and netlink take half a
second to load, in which the API can answer already.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from hashlib import blake2s
from pathlib import Path
from typing import Any

from seaway.agent.clearing import remove_everything
from seaway.agent.commands import EngineCommands
from seaway.agent.docker import DockerEngine
from seaway.agent.engine import EngineGone
from seaway.agent.following import Follower
from seaway.agent.images import Registry as RegistryAddress
from seaway.agent.inside.server import Inside
from seaway.agent.network import KernelAddresses
from seaway.agent.proxy import HostProxy
from seaway.agent.session import Agent
from seaway.core.mesh.bootstrap import EJECTION_LOG
from seaway.core.mesh.proxy import EndpointHealth
from seaway.core.moment import Moment
from seaway.core.names import Place
from seaway.core.zone import ServedResolver
from seaway.dispatch.asking import NearAsking
from seaway.dispatch.hub import Hub
from seaway.dispatch.inbox import Inbox
from seaway.dispatch.materials import materials_of
from seaway.dispatch.near import NearLink
from seaway.dns.checks import HealthChecks
from seaway.dns.process import NameServerProcess
from seaway.dns.publisher import BookPublisher
from seaway.insight.door import Insight
from seaway.mesh.access import ProxyLogs, read_access
from seaway.mesh.balancer_logs import PERIOD, BalancerLogs, read_logged
from seaway.mesh.figures import points
from seaway.mesh.publisher import Publisher
from seaway.mesh.server import MeshServer
from seaway.mesh.telemetry import TrafficSample
from seaway.mesh.traffic import Traffic
from seaway.reconcile.health import observe_health, observe_instance
from seaway.sessions.door import Sessions
from seaway.settings import Settings
from seaway.store.objects import ObjectFiles
from seaway.store.sqlite import SqliteStore

log = logging.getLogger(__name__)

HOST = "local"
"""The id of the machine the control plane itself runs on."""

ENGINE_RETRY_SECONDS = 1.0


def installation_of(data_dir: Path) -> str:
    """What marks the containers of this data directory's Seaway on a shared engine."""
    return blake2s(str(data_dir).encode(), digest_size=6).hexdigest()


def proxy_of(settings: Settings) -> HostProxy:
    """The host proxy of this data directory, running or not."""
    return HostProxy(
        directory=settings.proxy_dir,
        node=HOST,
        control=settings.control_socket,
        installation=installation_of(settings.data_dir),
    )


def name_server_of(settings: Settings) -> NameServerProcess:
    """The name server of this data directory, running or not."""
    return NameServerProcess(settings.dns_dir, settings.dns_port)


async def clear_machine(settings: Settings) -> None:
    """Take everything of this data directory's Seaway off the machine, for `seaway down`.

    Raises EngineError, OSError.
    """
    # Containers go first: while they stop, their callers still have a proxy.
    engine = DockerEngine()
    try:
        await remove_everything(engine, installation_of(settings.data_dir))
    finally:
        await engine.close()
    await proxy_of(settings).end()
    await name_server_of(settings).end()


class Machine:
    """This machine as a host of Seaway. ``issue_token`` gives passwords of the registry."""

    def __init__(
        self,
        settings: Settings,
        store: SqliteStore,
        moment: Callable[[], Moment],
        issue_token: Callable[[], str],
        insight: Insight,
        sessions: Sessions,
        objects: ObjectFiles,
    ) -> None:
        self._settings = settings
        self._store = store
        self._moment = moment
        self._registry = RegistryAddress(address=f"127.0.0.1:{settings.port}", token=issue_token)
        self._logs = ProxyLogs(store, HOST, time.time)
        self._balancer_logs = BalancerLogs(store, objects, moment)
        self._mesh = MeshServer(on_traffic=self._keep_traffic, on_nack=self._logs.refused)
        self._proxy = proxy_of(settings)
        traffic = Traffic(gateway=settings.gateway, collector=settings.collector)
        self._publisher = Publisher(store, self._mesh, self._proxy.in_flight, traffic)
        self._insight = insight
        self._tap = insight.attach(self._mesh, {HOST: self._proxy}, (HOST, self._tapped))
        self._names = name_server_of(settings)
        self._book = BookPublisher(store, self._names.book)
        inbox = Inbox(store, moment, settings.account)
        here = Place(account=settings.account, region=settings.region)
        self._hub = Hub(store, inbox.take, here)
        self._commands = EngineCommands()
        sessions.attach(HOST, self._commands)
        self._asking = NearAsking(store, moment, partial(materials_of, read=objects.read))

    def status(self) -> dict[str, Any]:
        """What `seaway status` shows of the proxy."""
        return {"pid": self._proxy.pid, "connected": self._mesh.connected(HOST)}

    async def run(self) -> None:
        """Serve until cancelled; containers and the proxy go on after that."""
        await self._mesh.start(str(self._settings.control_socket))
        try:
            async with asyncio.TaskGroup() as jobs:
                jobs.create_task(self._publisher.run(), name="publisher")
                jobs.create_task(self._keep_proxy(), name="proxy")
                jobs.create_task(self._logs.run(), name="proxy logs")
                jobs.create_task(self._keep_access(), name="access logs")
                jobs.create_task(self._keep_balancer_log(), name="load balancers' access logs")
                jobs.create_task(self._keep_ejections(), name="ejections")
                jobs.create_task(self._tap.run(), name="tap")
                jobs.create_task(self._keep_agent(), name="agent")
                jobs.create_task(self._book.run(), name="book")
                jobs.create_task(self._names.run(), name="name server")
                jobs.create_task(self._note_resolvers(), name="resolvers")
                jobs.create_task(self._note_instances(), name="health checks")
        finally:
            await self._commands.close()
            await self._proxy.release()
            await self._mesh.stop()

    async def _keep_proxy(self) -> None:
        await self._proxy.start()
        # What happens between the look and the first event must not be missed.
        end = self._proxy.health_log_end()
        try:
            self._note_health(await self._proxy.health())
        except OSError as gone:  # another one is started, and logs all it finds
            log.warning("the proxy did not tell its endpoints' health: %s", gone)
        async for event in self._proxy.health_events(end):
            self._note_health([event])

    def _note_health(self, seen: Sequence[EndpointHealth]) -> None:
        with self._store.transaction() as tx:
            observe_health(tx, seen, self._moment().now)

    async def _keep_access(self) -> None:
        access = Follower(self._proxy.access_log, reopen=self._proxy.reopen_logs)
        async for batch in access.batches():
            self._logs.keep_access(await asyncio.to_thread(read_access, batch))

    async def _keep_balancer_log(self) -> None:
        file, reopen = self._proxy.balancer_log, self._proxy.reopen_logs
        async for batch in Follower(file, reopen=reopen, every=PERIOD).batches():
            self._balancer_logs.keep(await asyncio.to_thread(read_logged, batch))

    async def _keep_ejections(self) -> None:
        ejections = self._settings.proxy_dir / EJECTION_LOG
        async for batch in Follower(ejections, reopen=self._proxy.reopen_logs).batches():
            self._logs.keep_ejections(batch)

    def _keep_traffic(self, node: str, samples: Sequence[TrafficSample]) -> None:
        self._store.series.put_points(points(samples))
        self._insight.take(node, samples)

    def _tapped(self) -> AsyncIterator[bytes]:
        return Follower(self._proxy.tap_log, from_end=True).lines()

    async def _note_resolvers(self) -> None:
        """Tasks are told of a resolver only where one answers."""
        async for addresses in self._names.serving():
            with self._store.transaction() as tx:
                for served in tx.where(ServedResolver, host=HOST):
                    if served.address not in addresses:
                        tx.drop(served)
                for address in addresses:
                    key = f"{HOST}/{address}"
                    tx.put(ServedResolver(key=key, host=HOST, address=address))

    async def _note_instances(self) -> None:
        async for verdict in HealthChecks(self._store).verdicts():
            with self._store.transaction() as tx:
                observe_instance(tx, verdict.key, verdict.healthy)

    async def _keep_agent(self) -> None:
        """Run the agent, again after the engine was away."""
        while True:
            engine = DockerEngine()
            inside = Inside(
                engine,
                self._asking,
                self._moment,
                directory=self._settings.agent_dir,
                api=self._settings.tasks_socket,
                host_api=self._settings.url,
            )
            link = NearLink()
            agent = Agent(
                engine,
                link,
                host=HOST,
                data_dir=self._settings.agent_dir,
                installation=installation_of(self._settings.data_dir),
                clock=time.time,
                addresses=KernelAddresses(),
                registry=self._registry,
                control=self._asking,
                inside=inside,
                warm_pauses=self._settings.warm_pauses,
            )
            try:
                async with asyncio.TaskGroup() as session:
                    session.create_task(self._hub.serve(link.control), name="session")
                    session.create_task(agent.run(), name="host agent")
            except* (EngineGone, ConnectionError) as gone:
                log.warning("the host agent's session ended: %s", gone.exceptions[0])
            finally:
                await inside.close_all()
                await engine.close()
            await asyncio.sleep(ENGINE_RETRY_SECONDS)
