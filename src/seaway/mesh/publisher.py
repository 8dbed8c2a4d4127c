"""From the store to the proxies: what each host's Envoy should do, kept up to the last change.

Every change of a noun that traffic depends on leads to a new snapshot; changes that come
together share one. What a proxy has accepted is written back to the tasks it concerns, so that
containers start when their names work and stop when nobody calls them any more.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from itertools import islice

from seaway.core.balancer import LoadBalancer, Target
from seaway.core.mesh.balance import dimension
from seaway.core.mesh.snapshot import Rendered, Snapshot, listener_name, take_snapshot
from seaway.core.task import Task, TaskStatus
from seaway.core.task_definition import TaskDefinition
from seaway.mesh.awaited import Awaited, drains, idles
from seaway.mesh.protobuf import MalformedResource
from seaway.mesh.server import MeshServer
from seaway.mesh.traffic import Traffic, listens
from seaway.store.changes import Change
from seaway.store.sqlite import SqliteStore
from seaway.store.transaction import Transaction

log = logging.getLogger(__name__)

InFlight = Callable[[], Awaitable[Mapping[tuple[str, int], int]]]
"""Requests (TCP: connections) under way by endpoint, as the host's proxy counts them."""

DRAIN_LOOK_SECONDS = 0.1

ACCEPT_SECONDS = 2.0
"""A proxy that takes longer is away; the drain's own limit lets the task go in the end."""

HOSTS_IN_A_TURN = 4
"""Hosts looked at before other work gets its turn: a few milliseconds' worth."""

MOST_SHARED = 20_000
"""Rendered resources that hosts may take from each other, before they are let go of."""


class Publisher:
    """Keeps every host's proxy in step with the store."""

    def __init__(
        self,
        store: SqliteStore,
        server: MeshServer,
        in_flight: InFlight,
        traffic: Traffic | None = None,
    ) -> None:
        self._store = store
        self._server = server
        self._in_flight = in_flight
        self._last: dict[str, Snapshot] = {}
        self._traffic = traffic or Traffic()
        self._awaited = Awaited()
        self._stale = asyncio.Event()
        self._stale.set()
        self._due: dict[str, None] = {}
        """The hosts that were touched by what was looked at, and not looked at themselves yet."""
        self._rendered: Rendered = {}
        self._recovered = False
        store.doorbell.listen(self._hear)
        server.when_recovered(self._recover)

    def _recover(self) -> None:
        """A proxy has taken what it had refused: tasks and load balancers may go on."""
        self._recovered = True
        self._stale.set()

    def _hear(self, changes: Iterable[Change]) -> None:
        self._awaited.hear(changes)
        if self._traffic.hear(changes):
            self._stale.set()

    async def run(self) -> None:
        """Publish for ever."""
        with self._store.transaction() as tx:
            self._awaited.begin(tx)
        async with asyncio.TaskGroup() as jobs:
            jobs.create_task(self._watch_drains(), name="drains")
            while True:
                if not self._due:
                    await self._stale.wait()
                await self._store.turns.mine()
                for snapshot in await self._publish_some():
                    jobs.create_task(self._note_accepted(snapshot), name="accepted")

    async def _publish_some(self) -> list[Snapshot]:
        """Have a few hosts' proxies do what the store says; those somebody waits for.

        What has changed is looked at before each few: no snapshot is of two times.
        """
        changed: list[Snapshot] = []
        with self._store.transaction() as tx:
            if self._stale.is_set():
                self._stale.clear()
                self._look(tx)
            looked = [*islice(self._due, HOSTS_IN_A_TURN)]
            for host in looked:
                del self._due[host]
                if (snapshot := self._snapshot(tx, host)) is not None:
                    changed.append(snapshot)
            coming = any(lb.state == "provisioning" for lb in tx.where(LoadBalancer))
        if not self._due or len(self._rendered) > MOST_SHARED:
            self._rendered.clear()
        for snapshot in changed:
            await self._publish(snapshot)
        await asyncio.sleep(0)  # first of all it goes out
        if self._recovered:
            self._recovered = False
            looked = list(self._last)
        waited_for = self._last if coming else self._awaited.hosts()
        return [self._last[host] for host in looked if host in waited_for and host in self._last]

    def _look(self, tx: Transaction) -> None:
        try:
            self._traffic.look(tx)
        except Exception:
            log.exception("no traffic could be made of the store")
            return
        touched = dict.fromkeys(self._traffic.touched())
        # In the order of their coming, or the first ones would be looked at again and again.
        self._due = {host: None for host in self._due if host in touched} | touched

    def _snapshot(self, tx: Transaction, host: str) -> Snapshot | None:
        """What the host's proxy should do, if that is something new."""
        previous = self._last.get(host)
        try:
            snapshot = take_snapshot(self._traffic.proxy(tx, host), previous, self._rendered)
        except Exception:
            # Ours. The proxy keeps what it has; the next change tries again.
            log.exception("no snapshot for host %s", host)
            return None
        self._traffic.done(host)
        if previous is not None and previous.version == snapshot.version:
            return None
        self._last[host] = snapshot
        return snapshot

    async def _publish(self, snapshot: Snapshot) -> None:
        try:
            await self._server.publish(snapshot)
        except MalformedResource:
            # Ours. The proxy keeps what it has, and nobody waits for what it never got.
            log.exception("the snapshot for host %s can't be said to its proxy", snapshot.node)
            self._last.pop(snapshot.node)

    async def _note_accepted(self, snapshot: Snapshot) -> None:
        """Write back what the proxy has taken in: listeners that are there, and gone."""
        await self._server.accepted(snapshot.node, snapshot.version)
        self._note(snapshot.node)

    def _note(self, node: str) -> None:
        snapshot = self._last.get(node)
        if snapshot is None:
            return
        refused = {rejected.name for rejected in self._server.rejections(node)}
        listening: set[str] = set()
        broken: set[str] = set()
        for port in snapshot.proxy.ports:
            if port.namespace is not None:
                number = port.name.split("/", 2)[1]
                (broken if listener_name(port) in refused else listening).add(number)
        with self._store.transaction() as tx:
            for lb in tx.where(LoadBalancer):
                prefix = f"balance/{dimension(lb.arn)}/"
                if lb.state == "provisioning" and not any(n.startswith(prefix) for n in refused):
                    tx.put(replace(lb, state="active"))
            for task in tx.where(Task, host=node):
                if task.uses_mesh and task.last_status is not TaskStatus.STOPPED:
                    self._note_task(tx, task, task.id in listening, task.id in broken)

    def _note_task(self, tx: Transaction, task: Task, listening: bool, broken: bool) -> None:
        if not task.mesh_ready and task.sandboxes and listens(task) and not broken:
            # A namespace without any name to call has no listener, and is as ready as can be.
            tx.put(replace(task, mesh_ready=True))
        leaving = task.last_status is TaskStatus.DEPROVISIONING
        if leaving and not listening and not task.mesh_gone:
            tx.put(replace(task, mesh_gone=True))

    async def _watch_drains(self) -> None:
        """Say of leaving tasks and targets when the last request on them has ended."""
        while True:
            await asyncio.sleep(DRAIN_LOOK_SECONDS)
            with self._store.transaction() as tx:
                leaving = self._awaited.leaving(tx)
                targets = self._awaited.targets(tx)
            if (not leaving and not targets) or self._stale.is_set() or self._due:
                # What is stale is not published: its acceptance would say nothing of a leaving.
                continue
            published = {node: snapshot.version for node, snapshot in self._last.items()}
            try:
                async with asyncio.timeout(ACCEPT_SECONDS):
                    for node, version in published.items():
                        await self._server.accepted(node, version)
            except TimeoutError:
                continue
            # Envoy's workers take a change in just after the acknowledgement.
            await asyncio.sleep(DRAIN_LOOK_SECONDS)
            try:
                busy = await self._in_flight()
            except OSError:
                continue
            with self._store.transaction() as tx:
                for task in leaving:
                    fresh = tx.find(Task, task.arn)
                    if fresh and drains(fresh) and not _is_busy(tx, fresh, busy):
                        tx.put(replace(fresh, drained=True))
                for target in targets:
                    found = tx.find(Target, target.key)
                    if found and idles(found) and not busy.get((found.address, found.port)):
                        tx.put(replace(found, idle=True))


def _is_busy(tx: Transaction, task: Task, busy: Mapping[tuple[str, int], int]) -> bool:
    definition = tx.find(TaskDefinition, task.task_definition)
    if definition is None:
        return False
    return any(
        busy.get((task.address_of(container.name) or "", mapping.container_port), 0)
        for container in definition.containers
        for mapping in container.ports
    )
