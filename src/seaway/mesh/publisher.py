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

from seaway.core.balancer import LoadBalancer, Target, TargetState
from seaway.core.mesh.balance import dimension
from seaway.core.mesh.snapshot import Rendered, Snapshot, listener_name, take_snapshot
from seaway.core.task import Task, TaskStatus
from seaway.core.task_definition import TaskDefinition
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
        self._stale = asyncio.Event()
        self._stale.set()
        store.doorbell.listen(self._hear)
        server.when_recovered(self._stale.set)

    def _hear(self, changes: Iterable[Change]) -> None:
        if self._traffic.hear(changes):
            self._stale.set()

    async def run(self) -> None:
        """Publish for ever."""
        async with asyncio.TaskGroup() as jobs:
            jobs.create_task(self._watch_drains(), name="drains")
            while True:
                await self._stale.wait()
                self._stale.clear()
                for snapshot in self._snapshots():
                    await self._publish(snapshot)
                await asyncio.sleep(0)  # first of all it goes out
                for snapshot in self._waited_for():
                    jobs.create_task(self._note_accepted(snapshot), name="accepted")

    async def _publish(self, snapshot: Snapshot) -> None:
        try:
            await self._server.publish(snapshot)
        except MalformedResource:
            # Ours. The proxy keeps what it has, and nobody waits for what it never got.
            log.exception("the snapshot for host %s can't be said to its proxy", snapshot.node)
            self._last.pop(snapshot.node)

    def _snapshots(self) -> list[Snapshot]:
        """The snapshots of all hosts whose proxy should do something new."""
        changed = []
        rendered: Rendered = {}
        with self._store.transaction() as tx:
            try:
                self._traffic.look(tx)
            except Exception:
                log.exception("no traffic could be made of the store")
                return []
            for host in self._traffic.touched():
                previous = self._last.get(host)
                try:
                    snapshot = take_snapshot(self._traffic.proxy(tx, host), previous, rendered)
                except Exception:
                    # Ours. The proxy keeps what it has; the next change tries again.
                    log.exception("no snapshot for host %s", host)
                    continue
                self._traffic.done(host)
                if previous is None or previous.version != snapshot.version:
                    self._last[host] = snapshot
                    changed.append(snapshot)
        return changed

    def _waited_for(self) -> list[Snapshot]:
        """The latest snapshots of hosts whose proxy's word a task or a load balancer waits for."""
        with self._store.transaction() as tx:
            hosts = {task.host for task in tx.where(Task) if _waits(task)}
            coming = any(lb.state == "provisioning" for lb in tx.where(LoadBalancer))
            return [s for node, s in self._last.items() if coming or node in hosts]

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
                leaving = [t for t in tx.where(Task) if _drains(t)]
                targets = [t for t in tx.where(Target) if _idles(t)]
            if (not leaving and not targets) or self._stale.is_set():
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
                    if fresh and _drains(fresh) and not _is_busy(tx, fresh, busy):
                        tx.put(replace(fresh, drained=True))
                for target in targets:
                    found = tx.find(Target, target.key)
                    if found and _idles(found) and not busy.get((found.address, found.port)):
                        tx.put(replace(found, idle=True))


def _waits(task: Task) -> bool:
    if not task.uses_mesh:
        return False
    arriving = bool(task.sandboxes) and not task.mesh_ready and listens(task)
    leaving = task.last_status is TaskStatus.DEPROVISIONING and not task.mesh_gone
    return arriving or leaving


def _drains(task: Task) -> bool:
    return task.last_status is TaskStatus.DEACTIVATING and not task.drained


def _idles(target: Target) -> bool:
    return target.state is TargetState.DRAINING and target.task is None and not target.idle


def _is_busy(tx: Transaction, task: Task, busy: Mapping[tuple[str, int], int]) -> bool:
    definition = tx.find(TaskDefinition, task.task_definition)
    if definition is None:
        return False
    return any(
        busy.get((task.address_of(container.name) or "", mapping.container_port), 0)
        for container in definition.containers
        for mapping in container.ports
    )
