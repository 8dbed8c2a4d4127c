"""Tasks' proxy logs on their way to CloudWatch Logs: access logs, and what befell the proxy.

The host's proxy writes all access logs to one file; here each line finds the stream of the task
that it is about. Nothing is kept between the lines: the store says whose they are.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from seaway.core.discovery import NamedEndpoint, Registration
from seaway.core.logs import LogGroup
from seaway.core.mesh.accesslog import AccessLine, parse_access_line
from seaway.core.names import last_part
from seaway.core.proxy_log import (
    ProxyStream,
    concerned,
    ejection_line,
    parse_ejection,
    proxy_stream,
    story_of,
)
from seaway.core.service import Deployment, ServiceConnect
from seaway.core.task import Task, TaskStatus
from seaway.mesh.stream import Rejected
from seaway.store.changes import Change
from seaway.store.sqlite import SqliteStore
from seaway.store.transaction import Transaction

Lines = defaultdict[ProxyStream, list[str]]

_TOLD = frozenset((Task, Registration, NamedEndpoint))


def read_access(batch: Iterable[bytes]) -> tuple[AccessLine, ...]:
    """What a batch of the access log says. On a thread: a full one takes a tenth of a second."""
    parsed = (parse_access_line(line.decode("utf-8", "replace")) for line in batch)
    return tuple(line for line in parsed if line is not None)


class ProxyLogs:
    """Writes the proxy logs of one host's tasks. ``now`` gives epoch seconds."""

    def __init__(self, store: SqliteStore, host: str, now: Callable[[], float]) -> None:
        self._store = store
        self._host = host
        self._now = now
        self._heard: list[Change] = []
        self._refused: list[Rejected] = []
        self._news = asyncio.Event()
        store.doorbell.listen(self._hear)

    def keep_access(self, lines: Iterable[AccessLine]) -> None:
        """Lines of the proxy's access log, each for the log of the task it is about."""
        with self._store.transaction() as tx:
            wanted: Lines = defaultdict(list)
            tasks = self._tasks(tx)
            owners = {task.id: task for task in tasks}
            places = _places(tasks)
            for line in lines:
                task = owners.get(line.owner) if line.side == "c" else places.get(_address(line))
                connect = _connect(tx, task) if task else None
                stream = proxy_stream(task, connect) if task else None
                if stream and connect and connect.access_log:
                    wanted[stream].append(line.text)
            self._write(tx, wanted)

    def keep_ejections(self, batch: Iterable[bytes]) -> None:
        """Lines of the proxy's outlier detection log, for all callers of the endpoint."""
        parsed = (parse_ejection(line.decode("utf-8", "replace")) for line in batch)
        with self._store.transaction() as tx:
            wanted: Lines = defaultdict(list)
            tasks = self._tasks(tx)
            for ejection in filter(None, parsed):
                text = ejection_line(ejection, _name(tx, ejection.upstream))
                for task in concerned(tasks, ejection.upstream):
                    _tell(tx, wanted, task, text)
            self._write(tx, wanted)

    def refused(self, node: str, rejected: Rejected) -> None:
        """The proxy refused a resource (NACK); it goes on with what it had."""
        if node == self._host:
            self._refused.append(rejected)
            self._news.set()

    async def run(self) -> None:
        """Tell what happens to the tasks and, at debug, to what they can call, for ever."""
        while True:
            await self._news.wait()
            self._news.clear()
            self.tell()

    def tell(self) -> None:
        """Write down what was heard of."""
        heard, self._heard = self._heard, []
        refused, self._refused = self._refused, []
        with self._store.transaction() as tx:
            wanted: Lines = defaultdict(list)
            for change in heard:
                self._tell_change(tx, wanted, change)
            for rejected in refused:
                text = f"[warning] configuration refused: {rejected.name}: {rejected.error}"
                for task in concerned(self._tasks(tx), rejected.name):
                    _tell(tx, wanted, task, text)
            self._write(tx, wanted)

    def _hear(self, changes: Iterable[Change]) -> None:
        told = [change for change in changes if change.noun in _TOLD]
        if told:
            self._heard += told
            self._news.set()

    def _tell_change(self, tx: Transaction, wanted: Lines, change: Change) -> None:
        if change.noun is Task:
            task = change.after
            if task is not None and task.host == self._host and task.uses_mesh:
                for text in story_of(change.before, task):
                    _tell(tx, wanted, task, text)
            return
        endpoint = change.either
        text = _endpoint_line(change) if change.noun is NamedEndpoint else ""
        if change.noun is Registration:
            endpoint = tx.find(NamedEndpoint, change.either.service)
            text = _place_line(change, endpoint) if endpoint is not None else ""
        if not text or endpoint is None:
            return
        for task in self._tasks(tx):
            connect = _connect(tx, task)
            if connect is not None and connect.namespace == endpoint.namespace:
                _tell(tx, wanted, task, text, debug=True)

    def _tasks(self, tx: Transaction) -> list[Task]:
        return [task for task in tx.where(Task, host=self._host) if task.uses_mesh]

    def _write(self, tx: Transaction, wanted: Mapping[ProxyStream, Sequence[str]]) -> None:
        at = int(self._now() * 1000)
        for stream, texts in wanted.items():
            if tx.find(LogGroup, stream.group) is not None:  # else deleted while the tasks go on
                events = [(at, text) for text in texts]
                tx.series.put_events(stream.group, stream.name, events, at)


def _tell(tx: Transaction, wanted: Lines, task: Task, text: str, *, debug: bool = False) -> None:
    stream = proxy_stream(task, _connect(tx, task))
    if stream is not None and (stream.debug or not debug):
        wanted[stream].append(text)


def _connect(tx: Transaction, task: Task) -> ServiceConnect | None:
    deployment = tx.find(Deployment, task.deployment) if task.deployment else None
    return deployment.connect if deployment else None


def _places(tasks: Iterable[Task]) -> dict[str, Task]:
    """Tasks by their addresses; the one that runs before one that ran there earlier."""
    ordered = sorted(tasks, key=lambda t: (t.last_status is not TaskStatus.STOPPED, t.created_at))
    return {place.address: task for task in ordered for place in task.addresses}


def _address(line: AccessLine) -> str:
    return line.upstream_host.rpartition(":")[0].strip("[]")


def _name(tx: Transaction, upstream: str) -> str:
    """The name that callers dial to get to an upstream ``connect/CLUSTER/SERVICE/srv-…``."""
    parts = upstream.split("/")
    found = (e for e in tx.where(NamedEndpoint) if last_part(e.discovery) in parts)
    return next((endpoint.dns_name for endpoint in found), upstream)


def _place_line(change: Change, endpoint: NamedEndpoint) -> str:
    attributes = dict(change.either.attributes)
    place = f"{attributes.get('AWS_INSTANCE_IPV4')}:{attributes.get('AWS_INSTANCE_PORT')}"
    where = f"[debug] endpoint {place} of {endpoint.dns_name}"
    if change.after is None:
        return f"{where} removed"
    if change.before is None:
        return f"{where} added: {change.after.health}"
    moved = change.before.health != change.after.health
    return f"{where} is {change.after.health}" if moved else ""


def _endpoint_line(change: Change) -> str:
    endpoint: NamedEndpoint = change.either
    what = "removed" if change.after is None else "changed" if change.before else "added"
    return f"[debug] name {endpoint.dns_name}:{endpoint.port} at {endpoint.address} {what}"
