"""A cluster in virtual time: the real store and reconcilers, and a host that obeys at once."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from types import ModuleType

from seaway.core.balancer import Target, TargetState
from seaway.core.capacity import Host
from seaway.core.moment import Moment
from seaway.core.network import Vpc
from seaway.core.service import Service, ServiceEvent
from seaway.core.task import Sandbox, Task, TaskStatus
from seaway.reconcile import placement, services, targets, tasks
from seaway.reconcile.loop import wakes_of
from seaway.store.changes import Change
from seaway.store.resident import Resident
from tests.builders import a_cluster, a_subnet, a_task_definition, an_instance

LOOPS: tuple[ModuleType, ...] = (services, placement, tasks, targets)


@dataclass
class World:
    """Settles everything, moves the clock from wake to wake, plays the host."""

    store: Resident = field(default_factory=Resident)
    now: float = 1000.0
    obedient: bool = True
    numbers: Iterable[int] = field(default_factory=lambda: itertools.count(1))
    watch: Callable[[], None] = lambda: None
    loops: tuple[ModuleType, ...] = LOOPS
    patience: int = 500

    def __post_init__(self) -> None:
        self._due: dict[tuple[int, str], None] = {}
        self._wakes: dict[tuple[int, str], float] = {}
        self._rounds = placement.Rounds()
        self.store.doorbell.listen(self._rounds.hear)
        self.store.doorbell.listen(self._hear)
        self.put(
            a_cluster(),
            Vpc(id="vpc-1", owner="0", region="us-east-1", cidr="10.0.0.0/16"),
            a_subnet(),
            Host(id="host-1", cpu=8192, memory=16384, connected=True),
            an_instance(1, subnet="subnet-1", vpc="vpc-1", cpu=8192, memory=16384),
            a_task_definition(),
        )

    def moment(self) -> Moment:
        """Now; ids are counted."""
        source = iter(self.numbers)
        return Moment(self.now, lambda length: next(source).to_bytes(length, "big"))

    def put(self, *nouns: object) -> None:
        """Write nouns in one transaction."""
        with self.store.transaction() as tx:
            for noun in nouns:
                tx.put(noun)

    def tasks(self, service: Service | None = None) -> list[Task]:
        """All tasks, or a service's."""
        with self.store.transaction() as tx:
            return tx.where(Task, service=service.arn) if service else tx.where(Task)

    def said(self, service: Service) -> list[str]:
        """The service's events without its name, oldest first."""
        with self.store.transaction() as tx:
            events = tx.where(ServiceEvent, service=service.arn)
        return [event.message.removeprefix(f"(service {service.name}) ") for event in events]

    def settle(self) -> None:
        """Run reconcilers and host until nobody has anything to do at this instant."""
        for _ in range(self.patience):
            if self._due:
                (number, key) = next(iter(self._due))
                del self._due[(number, key)]
                module = self.loops[number]
                kept = (self._rounds,) if module is placement else ()
                with self.store.transaction() as tx:
                    said = module.reconcile(tx, key, self.moment(), *kept)
                for one, wake in wakes_of(key, said).items():
                    self._wakes.pop((number, one), None)
                    if wake is not None:
                        self._wakes[(number, one)] = wake
                self.watch()
            elif not (self.obedient and self.obey()):
                return
        raise AssertionError("the world does not settle")

    def run(self, seconds: float) -> None:
        """Let time pass, from one wake to the next."""
        end = self.now + seconds
        self.settle()
        while self._wakes and min(self._wakes.values()) <= end:
            self.now = max(self.now, min(self._wakes.values()))
            for place in [p for p, at in self._wakes.items() if at <= self.now]:
                del self._wakes[place]
                self._due[place] = None
            self.settle()
        self.now = end
        self.settle()

    def obey(self) -> bool:
        """The host and the proxies: whatever is asked is done; True when something was."""
        moved = False
        with self.store.transaction() as tx:
            for task in tx.where(Task):
                seen = self._observed(task)
                if seen != task:
                    tx.put(seen)
                    moved = True
            for target in tx.where(Target):
                if target.state is TargetState.INITIAL:
                    tx.put(replace(target, state=TargetState.HEALTHY, reason=None))
                    moved = True
        return moved

    def _observed(self, task: Task) -> Task:
        if task.host is None or task.last_status is TaskStatus.STOPPED:
            return task
        if task.desired_status is TaskStatus.RUNNING:
            if task.last_status is TaskStatus.PENDING:
                return replace(
                    task,
                    last_status=TaskStatus.RUNNING,
                    started_at=self.now,
                    sandboxes=(Sandbox(container="web", path="/run/ns"),),
                )
            return task
        if task.last_status is TaskStatus.DEACTIVATING and not task.drained:
            return replace(task, drained=True)
        if task.may_stop:
            return replace(task, last_status=TaskStatus.STOPPED, stopped_at=self.now)
        return task

    def _hear(self, changes: Iterable[Change]) -> None:
        for change in changes:
            for number, module in enumerate(self.loops):
                for key in module.keys_of(change):
                    self._due[(number, key)] = None
