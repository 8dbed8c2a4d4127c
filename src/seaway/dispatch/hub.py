"""Sessions with agents: the latest word about every task goes out, once, to its host."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from typing import Protocol

from seaway.core.balancer import LoadBalancer
from seaway.core.capacity import ContainerInstance, Host
from seaway.core.cluster import Cluster
from seaway.core.discovery import NamedEndpoint, Namespace
from seaway.core.names import Place, Tags
from seaway.core.network import Vpc
from seaway.core.repository import Repository
from seaway.core.service import Deployment, Service
from seaway.core.task import Task, TaskStatus
from seaway.core.zone import ServedResolver
from seaway.dispatch.guarding import Guarding
from seaway.dispatch.payload import assignment, host_plan
from seaway.link.messages import Assignment, FromHost, Hello, HostPlan, ToHost
from seaway.store.changes import Change
from seaway.store.sqlite import SqliteStore
from seaway.store.transaction import Transaction

log = logging.getLogger(__name__)

PLANNED = (LoadBalancer, Vpc, Repository, Namespace, ServedResolver)
"""What every host's plan is made of, beside its own instances and tasks."""


class HostLink(Protocol):
    """The control plane's end of a link to one host."""

    def send(self, message: ToHost) -> None:
        """Queue a message to the host."""
        ...

    async def receive(self) -> list[FromHost]:
        """The host's next messages, at least one; raises ConnectionError when it has gone."""
        ...

    def kept(self) -> None:
        """What was received is on disk; the host need not say it again."""
        ...


class Hub:
    """Hands assignments over and takes reports in. What it remembers is only what it has said.

    ``here`` is the account and region whose registry every host knows from the start.
    """

    def __init__(
        self, store: SqliteStore, take: Callable[[str, FromHost], None], here: Place
    ) -> None:
        self._here = here
        self._store = store
        self._take = take
        store.doorbell.listen(self._hear)
        self._sessions: dict[str, _Session] = {}
        self._guarding: set[str] = set()
        """The hosts that were told of guards, which other hosts' tasks may change."""

    async def serve(self, link: HostLink) -> None:
        """One host's session, from its Hello until the link ends."""
        messages = await link.receive()
        hello = messages[0]
        if not isinstance(hello, Hello):
            raise ConnectionError(f"a host has to say Hello first, not {type(hello).__name__}")
        session = _Session(hello.host, self._store, link, self._here, self._guarding)
        self._sessions[hello.host] = session
        try:
            async with asyncio.TaskGroup() as jobs:
                jobs.create_task(session.speak())
                while True:
                    for message in messages:
                        await self._store.turns.mine()
                        self._take_in(hello.host, message)
                    # One sync of the disk for all that came together.
                    await self._store.flushed()
                    link.kept()
                    messages = await link.receive()
        finally:
            if self._sessions.get(hello.host) is session:
                del self._sessions[hello.host]
                self._guarding.discard(hello.host)
                self._note_absence(hello.host)

    def _take_in(self, host: str, message: FromHost) -> None:
        try:
            self._take(host, message)
        except Exception:
            # Ours: this message fails loudly, the others and their tasks go on.
            log.exception("what host %s said can't be taken in: %s", host, type(message).__name__)

    def _note_absence(self, host: str) -> None:
        """Nothing new is placed on a machine whose agent is away; its tasks go on."""
        with self._store.transaction() as tx:
            found = tx.find(Host, host)
            if found is not None:
                tx.put(replace(found, connected=False))

    def _hear(self, changes: Iterable[Change]) -> None:
        news = _news_of(changes)
        concerned: Collection[str] = self._sessions
        if not news.every_task and not news.every_plan:
            concerned = news.tasks.keys() | news.plans
            if news.guards:
                concerned |= self._guarding
        for host in concerned:
            if (session := self._sessions.get(host)) is not None:
                session.hear(news)


@dataclass(slots=True)
class _News:
    """What hosts may have to hear of some changes: found out once, however many hosts there are."""

    tasks: dict[str, list[str]] = field(default_factory=dict)
    """By host, its tasks that changed."""
    plans: set[str] = field(default_factory=set)
    """The hosts that may need another plan."""
    every_task: bool = False
    every_plan: bool = False
    guards: bool = False
    """Tasks have come, gone or moved: guards may let others in."""


def _news_of(changes: Iterable[Change]) -> _News:
    news = _News()
    for change in changes:
        noun = change.either
        match noun:
            case Task():
                if noun.host is not None:
                    news.tasks.setdefault(noun.host, []).append(noun.arn)
                    if change.before is None or change.before.host is None:
                        news.plans.add(noun.host)
                news.guards |= _presence(change.before) != _presence(change.after)
            case ContainerInstance():
                both = (change.before, change.after)
                news.plans.update(one.host for one in both if one is not None and one.host)
            case Deployment():
                news.every_task |= _terms(change.before) != _terms(change.after)
            case NamedEndpoint():
                # Names are live: every task of the namespace hears of a new or changed one.
                news.every_task = news.every_plan = True
            case Service() | Cluster() | Namespace():
                news.every_task |= _said(change.before) != _said(change.after)
        news.every_plan |= isinstance(noun, PLANNED)
    return news


class _Session:
    """One host: which tasks it has to hear about again, and what it was last told of each."""

    def __init__(
        self, host: str, store: SqliteStore, link: HostLink, here: Place, guarding: set[str]
    ) -> None:
        self._here = here
        self._guarding = guarding
        self._host = host
        self._store = store
        self._link = link
        self._told: dict[str, Assignment] = {}
        self._guarded: dict[str, None] = {}
        """Of the tasks it was told of, those with guards."""
        self._plan: HostPlan | None = None
        self._due: dict[str, None] = {}
        self._plan_due = True
        self._bell = asyncio.Event()
        self._said: list[ToHost] = []
        """What goes out when all that it was made of is on disk."""
        with store.transaction() as tx:
            self._due.update(dict.fromkeys(t.arn for t in tx.where(Task, host=host)))
        self._bell.set()

    def hear(self, news: _News) -> None:
        """Note what may have to be said."""
        self._due.update(dict.fromkeys(news.tasks.get(self._host, ())))
        if news.every_task:
            self._due.update(dict.fromkeys(self._told))
        elif news.guards:
            self._due.update(self._guarded)
        self._plan_due |= news.every_plan or self._host in news.plans
        if self._due or self._plan_due:
            self._bell.set()

    async def speak(self) -> None:
        """Send what is new, after it is on disk: a host never acts on what could be lost."""
        while True:
            await self._bell.wait()
            self._bell.clear()
            await self._store.turns.mine()
            with self._store.transaction() as tx:
                self._say_plan(tx)
                due, self._due = self._due, {}
                guarding = Guarding(tx)
                for arn in due:
                    try:
                        self._say_task(tx, arn, guarding)
                    except Exception:
                        log.exception("task %s can't be handed over", arn)
            said, self._said = self._said, []
            if said:
                await self._store.flushed()
            for message in said:
                self._link.send(message)

    def _say_plan(self, tx: Transaction) -> None:
        if not self._plan_due:
            return
        self._plan_due = False
        plan = host_plan(tx, self._host, self._here)
        if plan != self._plan:
            self._plan = plan
            self._said.append(plan)

    def _say_task(self, tx: Transaction, arn: str, guarding: Guarding) -> None:
        task = tx.find(Task, arn)
        if task is None or task.last_status is TaskStatus.STOPPED:
            self._told.pop(arn, None)
            self._guard(arn, said=None)
            return
        said = assignment(tx, task, guarding)
        if said is None:
            log.error("task %s can't be handed over: its definition or VPC is gone", arn)
            return
        if self._told.get(arn) != said:
            self._told[arn] = said
            self._guard(arn, said)
            self._said.append(said)

    def _guard(self, arn: str, said: Assignment | None) -> None:
        if said is not None and said.guards:
            self._guarded[arn] = None
            self._guarding.add(self._host)
            return
        self._guarded.pop(arn, None)
        if not self._guarded:
            self._guarding.discard(self._host)


def _presence(task: Task | None) -> tuple[object, ...]:
    """What of a task guards are made of: where it is, as long as it is."""
    if task is None or task.last_status is TaskStatus.STOPPED:
        return ()
    return (task.vpc, task.addresses)


def _terms(deployment: Deployment | None) -> tuple[object, ...]:
    """What of a deployment is said of its tasks."""
    if deployment is None:
        return ()
    return (deployment.connect, deployment.known, deployment.discovery)


def _said(noun: Service | Cluster | Namespace | None) -> Tags:
    return noun.tags if noun is not None else ()
