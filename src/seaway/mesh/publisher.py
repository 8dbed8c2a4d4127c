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

from seaway.core.balancer import (
    Listener,
    LoadBalancer,
    Rule,
    Target,
    TargetGroup,
    TargetState,
)
from seaway.core.capacity import ContainerInstance, Host
from seaway.core.discovery import NamedEndpoint, Registration
from seaway.core.mesh.balance import Balanced, balance, dimension, host_port
from seaway.core.mesh.connect import Caller, Offer, connect
from seaway.core.mesh.proxy import Endpoint, Port, Proxy, Upstream
from seaway.core.mesh.snapshot import Snapshot, take_snapshot
from seaway.core.names import last_part
from seaway.core.service import Deployment, Service
from seaway.core.task import Task, TaskStatus
from seaway.core.task_definition import TaskDefinition
from seaway.mesh.protobuf import MalformedResource
from seaway.mesh.server import MeshServer
from seaway.store.changes import Change
from seaway.store.sqlite import SqliteStore
from seaway.store.transaction import Transaction

log = logging.getLogger(__name__)

CONCERNING = (
    Task,
    Target,
    TargetGroup,
    LoadBalancer,
    Listener,
    Rule,
    NamedEndpoint,
    Registration,
    Deployment,
    Host,
)

InFlight = Callable[[], Awaitable[Mapping[tuple[str, int], int]]]
"""Requests (TCP: connections) under way by endpoint, as the host's proxy counts them."""

DRAIN_LOOK_SECONDS = 0.1

ACCEPT_SECONDS = 2.0
"""A proxy that takes longer is away; the drain's own limit lets the task go in the end."""


class Publisher:
    """Keeps every host's proxy in step with the store."""

    def __init__(self, store: SqliteStore, server: MeshServer, in_flight: InFlight) -> None:
        self._store = store
        self._server = server
        self._in_flight = in_flight
        self._last: dict[str, Snapshot] = {}
        self._stale = asyncio.Event()
        self._stale.set()
        store.doorbell.listen(self._hear)

    def _hear(self, changes: Iterable[Change]) -> None:
        if any(change.noun in CONCERNING for change in changes):
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
        with self._store.transaction() as tx:
            for host in tx.where(Host):
                previous = self._last.get(host.id)
                try:
                    snapshot = take_snapshot(build(tx, host.id), previous)
                except Exception:
                    # Ours. The proxy keeps what it has; the next change tries again.
                    log.exception("no snapshot for host %s", host.id)
                    continue
                if previous is None or previous.version != snapshot.version:
                    self._last[host.id] = snapshot
                    changed.append(snapshot)
        return changed

    def _waited_for(self) -> list[Snapshot]:
        """The latest snapshots of hosts whose proxy's word a task or a load balancer waits for."""
        with self._store.transaction() as tx:
            return [
                snapshot
                for node, snapshot in self._last.items()
                if any(_waits(task) for task in tx.where(Task, host=node))
                or any(lb.state == "provisioning" for lb in tx.where(LoadBalancer))
            ]

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
                (broken if port.name in refused else listening).add(number)
        with self._store.transaction() as tx:
            for lb in tx.where(LoadBalancer):
                prefix = f"balance/{dimension(lb.arn)}/"
                if lb.state == "provisioning" and not any(n.startswith(prefix) for n in refused):
                    tx.put(replace(lb, state="active"))
            for task in tx.where(Task, host=node):
                if task.uses_mesh and task.last_status is not TaskStatus.STOPPED:
                    self._note_task(tx, task, task.id in listening, task.id in broken)

    def _note_task(self, tx: Transaction, task: Task, listening: bool, broken: bool) -> None:
        if not task.mesh_ready and task.sandboxes and _listens(task) and not broken:
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
    arriving = bool(task.sandboxes) and not task.mesh_ready and _listens(task)
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


def _listens(task: Task) -> bool:
    """Its namespaces are there and its containers have not ended."""
    up = (TaskStatus.ACTIVATING, TaskStatus.RUNNING, TaskStatus.DEACTIVATING, TaskStatus.STOPPING)
    return task.last_status in up


def build(tx: Transaction, host: str) -> Proxy:
    """All the traffic of one host's proxy, as the store has it now."""
    ports: list[Port] = []
    upstreams: list[Upstream] = []
    for found_ports, found_upstreams in (
        connect(_callers(tx, host), _offers(tx)),
        _host_ports(tx, host),
        *(balance(balanced) for balanced in _balanced(tx, host)),
    ):
        ports.extend(found_ports)
        upstreams.extend(found_upstreams)
    return Proxy(node=host, ports=tuple(ports), upstreams=tuple(upstreams))


def _callers(tx: Transaction, host: str) -> list[Caller]:
    callers = []
    for task in tx.where(Task, host=host):
        if not task.uses_mesh or not task.sandboxes or not _listens(task):
            continue
        deployment = tx.find(Deployment, task.deployment or "")
        if deployment is None or deployment.connect is None or not deployment.connect.namespace:
            continue
        callers.append(
            Caller(
                task=task.id,
                cluster=last_part(task.cluster),
                service=last_part(task.service or ""),
                namespace=deployment.connect.namespace,
                sandboxes=task.sandboxes,
            )
        )
    return callers


def _offers(tx: Transaction) -> dict[str, list[Offer]]:
    offers: dict[str, list[Offer]] = {}
    for endpoint in tx.where(NamedEndpoint):
        service = tx.find(Service, endpoint.service)
        if service is None:
            continue
        offers.setdefault(endpoint.namespace, []).append(
            Offer(
                endpoint=endpoint,
                cluster=last_part(service.cluster),
                service=service.name,
                places=_places(tx, endpoint),
            )
        )
    return offers


def _places(tx: Transaction, endpoint: NamedEndpoint) -> tuple[Endpoint, ...]:
    """Where an endpoint is served: its registered tasks, and leaving ones as draining."""
    serving = {
        registration.task: False
        for registration in tx.where(Registration, service=endpoint.discovery)
        if registration.task is not None
    }
    for task in tx.where(Task, service=endpoint.service):
        if task.last_status is TaskStatus.DEACTIVATING:
            serving.setdefault(task.arn, True)
    places = []
    for arn, draining in serving.items():
        place = _served_at(tx, arn, endpoint.port_name)
        if place is not None:
            places.append(Endpoint(address=place[0], port=place[1], draining=draining))
    return tuple(places)


def _served_at(tx: Transaction, arn: str, port_name: str) -> tuple[str, int] | None:
    task = tx.find(Task, arn)
    definition = tx.find(TaskDefinition, task.task_definition) if task else None
    found = definition.port_named(port_name) if definition else None
    if task is None or found is None:
        return None
    container, mapping = found
    address = task.address_of(container.name)
    return None if address is None else (address, mapping.container_port)


def _host_ports(tx: Transaction, host: str) -> tuple[list[Port], list[Upstream]]:
    ports, upstreams = [], []
    for task in tx.where(Task, host=host):
        instance = tx.find(ContainerInstance, task.instance or "")
        if instance is None or not task.sandboxes or not _listens(task):
            continue
        for binding in task.bindings:
            address = task.address_of(binding.container)
            if address is None:
                continue
            port, upstream = host_port(
                name=f"host-port/{task.id}/{binding.container}/{binding.container_port}",
                address=instance.address,
                port=binding.host_port,
                target=address,
                target_port=binding.container_port,
            )
            ports.append(port)
            upstreams.append(upstream)
    return ports, upstreams


def _balanced(tx: Transaction, host: str) -> list[Balanced]:
    """The load balancers this host serves: all of them, on the first host there is."""
    hosts = sorted(h.id for h in tx.where(Host))
    if not hosts or hosts[0] != host:
        return []
    groups = {group.arn: group for group in tx.where(TargetGroup)}
    targets = {arn: tx.where(Target, target_group=arn) for arn in groups}
    places = {
        target.key: place
        for found in targets.values()
        for target in found
        if (place := _place_of(tx, target)) is not None
    }
    return [
        Balanced(
            balancer=lb,
            listeners={
                listener: tx.where(Rule, listener=listener.arn)
                for listener in tx.where(Listener, load_balancer=lb.arn)
            },
            groups=groups,
            targets=targets,
            places=places,
        )
        for lb in tx.where(LoadBalancer)
        if lb.type == "application"
    ]


def _place_of(tx: Transaction, target: Target) -> tuple[str, int] | None:
    """Behind a host port: the address and port of the container itself."""
    task = tx.find(Task, target.task or "")
    if task is None:
        return None
    for binding in task.bindings:
        if binding.host_port == target.port:
            address = task.address_of(binding.container)
            return None if address is None else (address, binding.container_port)
    return None
