"""A day of life in virtual time: services, hosts, what happens, and what must hold all the time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from seaway.core.capacity import ContainerInstance, Host, Use
from seaway.core.deployment import SETTLE_SECONDS, fewest_healthy, most_alive
from seaway.core.moment import Moment
from seaway.core.placement import use_of
from seaway.core.service import Deployment, DeploymentConfiguration, RolloutState, Service
from seaway.core.service_deployment import DeploymentStatus, ServiceDeployment
from seaway.core.task import Health, Sandbox, Task, TaskStatus
from seaway.core.task_definition import TaskDefinition
from seaway.store.changes import Change
from seaway.store.transaction import Transaction
from tests.builders import (
    a_container,
    a_deployment,
    a_port,
    a_service,
    a_subnet,
    a_task_definition,
    an_instance,
)
from tests.reconcile.world import LOOPS, World

HOSTS = 10
ZONES = ("us-east-1a", "us-east-1b", "us-east-1c")
HOUR = 3600.0


class SlowHosts:
    """The machines: what is asked is done after a while, and now and then it can't be."""

    __name__ = "hosts"

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._takes: dict[tuple[str, str], float] = {}
        self.careful = False

    def keys_of(self, change: Change) -> Iterable[str]:
        """The tasks that move."""
        if isinstance(change.either, Task):
            yield change.either.arn

    def all_keys(self, tx: Transaction) -> Iterable[str]:
        """Every task."""
        return [task.arn for task in tx.where(Task)]

    def reconcile(self, tx: Transaction, key: str, moment: Moment) -> float | None:
        """One look at a task on its host."""
        task = tx.find(Task, key)
        if task is None or task.host is None or task.last_status is TaskStatus.STOPPED:
            return None
        if task.desired_status is TaskStatus.RUNNING:
            return self._start(tx, task, moment)
        if task.last_status is TaskStatus.DEACTIVATING and not task.drained:
            tx.put(replace(task, drained=True))
            return None
        if not task.may_stop:
            return None
        due = (task.stop_asked_at or 0.0) + self._time(task, "stop", 40)
        if moment.now < due:
            return due
        tx.put(replace(task, last_status=TaskStatus.STOPPED, stopped_at=moment.now))
        return None

    def _start(self, tx: Transaction, task: Task, moment: Moment) -> float | None:
        if task.last_status is not TaskStatus.PENDING:
            return None
        due = (task.placed_at or 0.0) + self._time(task, "start", 30)
        if moment.now < due:
            return due
        if not self.careful and self._chance.random() < 0.03:
            code = "TaskFailedToStart"
            tx.put(
                replace(
                    task,
                    last_status=TaskStatus.STOPPED,
                    desired_status=TaskStatus.STOPPED,
                    stop_code=code,
                    stopped_at=moment.now,
                )
            )
            return None
        sandbox = Sandbox(container="web", path="/run/ns")
        tx.put(
            replace(
                task,
                last_status=TaskStatus.RUNNING,
                started_at=moment.now,
                sandboxes=(sandbox,),
            )
        )
        return None

    def _time(self, task: Task, what: str, longest: int) -> float:
        if (task.arn, what) not in self._takes:
            self._takes[(task.arn, what)] = self._chance.randrange(longest)
        return self._takes[(task.arn, what)]


@dataclass
class Day:
    """Twenty services on ten hosts; ``chance`` says what happens, ``broken`` what must not have."""

    chance: Random
    world: World = field(init=False)
    hosts: SlowHosts = field(init=False)
    names: list[str] = field(default_factory=list)
    steps: int = 0
    happened: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.hosts = SlowHosts(self.chance)
        loops: Any = (*LOOPS, self.hosts)
        self.world = World(obedient=False, loops=loops, patience=20000)
        self._revision = 1
        self._deployments = 0
        self._before: dict[str, Task] = {}
        self._alive: dict[str, int] = {}
        self._uses: dict[str, Use] = {}
        for number in range(1, HOSTS + 1):
            self._arrive(number)
        for number in range(20):
            self._create(number)
        self._changed = True
        self.world.store.doorbell.listen(self._hear)
        self.world.watch = self.check

    # what there is

    def services(self) -> list[Service]:
        """All services as they are now."""
        with self.world.store.transaction() as tx:
            return tx.where(Service)

    def instances(self) -> list[ContainerInstance]:
        """The container instances that have not left."""
        with self.world.store.transaction() as tx:
            return [i for i in tx.where(ContainerInstance) if i.status != "INACTIVE"]

    def _arrive(self, number: int) -> None:
        zone = ZONES[number % len(ZONES)]
        subnet = f"subnet-{zone[-1]}"
        block = ZONES.index(zone) + 1
        self.world.put(
            a_subnet(subnet, zone=zone, cidr=f"10.0.{block * 4}.0/22"),
            Host(id=f"host-{number}", cpu=4096, memory=8192, connected=True),
            an_instance(
                number,
                subnet=subnet,
                vpc="vpc-1",
                zone=zone,
                host=f"host-{number}",
                address=f"10.0.{block * 4 + 3}.{number}",
                cpu=4096,
                memory=8192,
            ),
        )

    def _create(self, number: int) -> None:
        limits = self.chance.choice([(100, 200), (50, 100), (0, 100), (75, 150), (100, 125)])
        strategy = "BLUE_GREEN" if number in (5, 6, 7) else "ROLLING"
        daemon = number in (3, 4)
        if daemon:
            limits = self.chance.choice([(0, 100), (50, 100)])
        rollout = DeploymentConfiguration(
            minimum_healthy_percent=limits[0],
            maximum_percent=limits[1],
            strategy=strategy,
            bake_minutes=2,
            circuit_breaker=number % 5 == 0,
            circuit_breaker_rollback=number % 5 == 0,
        )
        constraints = (("distinctInstance", ""),) if number in (8, 9) else ()
        placement = self.chance.choice(
            [(), (), (("binpack", "memory"),), (("spread", "instanceId"),), (("random", ""),)]
        )
        service = a_service(
            f"s{number}",
            desired_count=0 if daemon else self.chance.randrange(6),
            scheduling="DAEMON" if daemon else "REPLICA",
            rollout=rollout,
            placement_constraints=constraints,
            placement_strategy=placement,
        )
        self.names.append(service.name)
        self._deploy(service)

    def _deploy(self, service: Service) -> None:
        """What CreateService and UpdateService write."""
        self._revision += 1
        self._deployments += 1
        number = int(service.name[1:])
        fixed = 8000 + number if number in (10, 11) else 0
        definition = a_task_definition(
            service.name,
            self._revision,
            cpu=128 if service.scheduling == "DAEMON" else self.chance.choice([128, 256, 512]),
            memory=256 if service.scheduling == "DAEMON" else self.chance.choice([256, 512, 700]),
            containers=(a_container(service.name, ports=(a_port(host_port=fixed),)),),
        )
        service = replace(service, task_definition=definition.arn)
        with self.world.store.transaction() as tx:
            for old in tx.where(Deployment, service=service.arn):
                if old.status == "PRIMARY":
                    tx.put(replace(old, status="ACTIVE"))
            tx.put(definition)
            tx.put(service)
            new = a_deployment(service, self._deployments, rollout_state=RolloutState.IN_PROGRESS)
            tx.put(replace(new, created_at=self.world.now))

    # what happens

    def disturb(self) -> None:
        """One of the things that happen in a day."""
        what = self.chance.choice(
            ["update", "update", "update", "scale", "scale", "death", "death", "sick", "protect",
             "drain", "undrain", "loss", "arrival", "silence"]
        )  # fmt: skip
        self.happened[what] += 1
        getattr(self, f"_{what}")()

    def _update(self) -> None:
        self._deploy(self.chance.choice(self.services()))

    def _scale(self) -> None:
        service = self.chance.choice([s for s in self.services() if s.scheduling == "REPLICA"])
        self.world.put(replace(service, desired_count=self.chance.randrange(6)))

    def _some_task(self) -> Task | None:
        running = [task for task in self.world.tasks() if task.is_running]
        return self.chance.choice(running) if running else None

    def _death(self) -> None:
        task = self._some_task()
        if task is not None:
            self._die(task, "EssentialContainerExited")

    def _die(self, task: Task, code: str) -> None:
        ended = replace(
            task,
            last_status=TaskStatus.STOPPED,
            desired_status=TaskStatus.STOPPED,
            stop_code=task.stop_code or code,
            stopped_at=self.world.now,
        )
        self.world.put(ended)

    def _sick(self) -> None:
        task = self._some_task()
        if task is not None:
            self.world.put(replace(task, health=Health.UNHEALTHY))

    def _protect(self) -> None:
        task = self._some_task()
        if task is not None:
            until = self.world.now + self.chance.randrange(60, 7200)
            self.world.put(replace(task, protected_until=until))

    def _of_status(self, status: str) -> list[ContainerInstance]:
        return [instance for instance in self.instances() if instance.status == status]

    def _drain(self) -> None:
        active = self._of_status("ACTIVE")
        if len(active) > HOSTS - 3:
            self.world.put(replace(self.chance.choice(active), status="DRAINING"))

    def _undrain(self) -> None:
        for instance in self._of_status("DRAINING")[:1]:
            self.world.put(replace(instance, status="ACTIVE"))

    def _loss(self) -> None:
        """A machine is gone with all that is on it."""
        active = self._of_status("ACTIVE")
        if len(active) <= HOSTS - 2:
            return
        lost = self.chance.choice(active)
        self.world.put(replace(lost, status="INACTIVE", connected=False))
        for task in self.world.tasks():
            if task.instance == lost.arn and task.last_status is not TaskStatus.STOPPED:
                self._die(task, "TerminationNotice")

    def _arrival(self) -> None:
        there = {instance.arn for instance in self.instances()}
        for number in range(1, HOSTS + 1):
            if an_instance(number).arn not in there:
                self._arrive(number)
                return

    def _silence(self) -> None:
        """An agent loses its connection, or has it again."""
        instance = self.chance.choice(self.instances())
        silent = [i for i in self.instances() if not i.connected]
        if silent or not instance.connected:
            instance = silent[0]
        self.world.put(replace(instance, connected=not instance.connected))

    def calm(self) -> None:
        """All machines are there and well, and nothing happens any more.

        Who was told that the percentages leave no safe step has done what the event says.
        """
        for service in self.services():
            if 0 < most_alive(service) <= fewest_healthy(service):
                rollout = replace(service.rollout, maximum_percent=200)
                self.world.put(replace(service, rollout=rollout))
        for number in range(1, HOSTS + 1):
            self._arrive(number)
        for task in self.world.tasks():
            if task.protected_until is not None:
                self.world.put(replace(task, protected_until=None))
        self.hosts.careful = True

    # what must hold

    def is_healthy(self, task: Task) -> bool:
        """By the rules for a task without checks of its own."""
        started = task.started_at
        return (
            task.is_running
            and started is not None
            and self.world.now >= started + SETTLE_SECONDS
            and task.health is not Health.UNHEALTHY
        )

    def _hear(self, _: Iterable[Change]) -> None:
        self._changed = True

    def check(self) -> None:
        """After every single transaction of a reconciler or a host that wrote something."""
        if not self._changed:
            return
        self._changed = False
        self.steps += 1
        with self.world.store.transaction() as tx:
            stopped = TaskStatus.STOPPED
            tasks = [
                t for t in tx.where(Task) if t.last_status is not stopped or t.arn in self._before
            ]
            self._check_rooms(tx, tasks)
            by_service: dict[str, list[Task]] = {}
            for task in tasks:
                by_service.setdefault(task.service or "", []).append(task)
            for service in tx.where(Service):
                self._check_service(tx, service, by_service.get(service.arn, []))
        self._before = {t.arn: t for t in tasks if t.last_status is not TaskStatus.STOPPED}

    def _check_rooms(self, tx: Transaction, tasks: list[Task]) -> None:
        cpu: Counter[str] = Counter()
        memory: Counter[str] = Counter()
        ports: set[tuple[str, int]] = set()
        addresses: set[str] = set()
        for task in tasks:
            if task.instance is None or task.last_status is TaskStatus.STOPPED:
                continue
            if task.arn not in self._uses:
                definition = tx.find(TaskDefinition, task.task_definition)
                assert definition is not None
                self._uses[task.arn] = use_of(definition, task)
            use = self._uses[task.arn]
            cpu[task.instance] += use.cpu
            memory[task.instance] += use.memory
            for port in use.ports:
                assert (task.instance, port) not in ports, "a host port was given twice"
                ports.add((task.instance, port))
            for entry in task.addresses:
                assert entry.address not in addresses, "an address was given twice"
                addresses.add(entry.address)
        assert max(cpu.values(), default=0) <= 4096, "a host gives more CPU than it has"
        assert max(memory.values(), default=0) <= 8192, "a host gives more memory than it has"

    def _check_service(self, tx: Transaction, service: Service, tasks: list[Task]) -> None:
        alive = [task for task in tasks if task.is_alive]
        daemon = service.scheduling == "DAEMON"
        if daemon:
            places = Counter(task.instance or task.wanted_instance for task in alive)
            assert max(places.values(), default=0) <= 1, "two tasks of a DAEMON on one instance"
        elif service.rollout.strategy == "ROLLING":
            before = self._alive.get(service.arn, 0)
            most = max(most_alive(service), before)
            assert len(alive) <= most, f"{service.name} has more than maximumPercent allows"
        self._alive[service.arn] = len(alive)
        told = [task for task in tasks if self._was_told_to_stop(task)]
        for task in told:
            until = self._before[task.arn].protected_until or 0.0
            sick = task.health is Health.UNHEALTHY
            assert until <= self.world.now or sick or daemon or _apart(service), "a protected task"
        told = [task for task in told if not _is_idle(tx, service, task)]
        well = [task for task in told if task.health is not Health.UNHEALTHY]
        if any(self.is_healthy(self._before[task.arn]) for task in well):
            left = sum(1 for task in tasks if self.is_healthy(task))
            assert left >= fewest_healthy(service), f"{service.name} has too few healthy tasks"

    def _was_told_to_stop(self, task: Task) -> bool:
        """By its service, in this very step, and while its instance still counts."""
        before = self._before.get(task.arn)
        return (
            before is not None
            and before.is_alive
            and not task.is_alive
            and task.stop_code == "ServiceSchedulerInitiated"
        )

    def unsettled(self) -> list[str]:
        """What is wrong with the services when all has long been calm."""
        wrong = []
        with self.world.store.transaction() as tx:
            active = [i.arn for i in tx.where(ContainerInstance) if i.status == "ACTIVE"]
            for service in tx.where(Service):
                tasks = [t for t in tx.where(Task, service=service.arn) if t.is_alive]
                (primary,) = [
                    d for d in tx.where(Deployment, service=service.arn) if d.status == "PRIMARY"
                ]
                good = [t for t in tasks if self.is_healthy(t) and t.deployment == primary.id]
                wanted = len(active) if service.scheduling == "DAEMON" else service.desired_count
                if (len(good), len(tasks)) != (wanted, wanted):
                    wrong.append(f"{service.name}: {len(good)} of {len(tasks)}, wanted {wanted}")
        return wrong


def _is_idle(tx: Transaction, service: Service, task: Task) -> bool:
    """All production traffic has been led past its revision: it serves nobody any more."""
    return any(
        process.share == 100 and task.deployment in process.sources
        for process in tx.where(ServiceDeployment, service=service.arn)
        if process.status is DeploymentStatus.IN_PROGRESS and _apart(service)
    )


def _apart(service: Service) -> bool:
    """A strategy that shifts traffic gives up its old revision as a whole."""
    return service.rollout.strategy != "ROLLING"
