"""Settles where a cluster's new tasks go, with addresses and host ports."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property

from seaway.core.capacity import ContainerInstance, Host, Use
from seaway.core.cluster import Cluster
from seaway.core.logs import LogGroup
from seaway.core.moment import Moment
from seaway.core.names import last_part, place_of
from seaway.core.network import NetworkInterface, Subnet, mac_of
from seaway.core.placement import Candidate, Floor, Refusal
from seaway.core.ports import fixed_ports
from seaway.core.proxy_log import group_of
from seaway.core.requirements import no_machine, runs_on
from seaway.core.service import Deployment, Service
from seaway.core.task import ContainerAddress, Task, TaskStatus
from seaway.core.task_definition import LogConfiguration, NetworkMode, TaskDefinition
from seaway.reconcile.announcing_services import service_acted
from seaway.reconcile.daemons import instances_for, is_daemon
from seaway.reconcile.events import tell_once
from seaway.reconcile.roles import role_ready
from seaway.reconcile.services import stopping
from seaway.store.addresses import AddressBook
from seaway.store.changes import Change
from seaway.store.occupancy import candidate
from seaway.store.transaction import Transaction

MOST_IN_A_ROUND = 10
"""Tasks placed before other work gets its turn: some milliseconds' worth."""

LOOK_AGAIN = 5.0
"""Seconds until tasks that found no place are tried again."""

NO_ADDRESS = Refusal(reason="no free address is left in its subnets.")


def keys_of(change: Change) -> Iterable[str]:
    """The clusters in which something may have become placeable."""
    noun = change.either
    match noun:
        case Task() if _is_new(noun) or noun.last_status is TaskStatus.STOPPED:
            yield noun.cluster
        case ContainerInstance():
            yield noun.cluster
        case _:
            pass


def all_keys(tx: Transaction) -> Iterable[str]:
    """Every cluster."""
    return [cluster.arn for cluster in tx.where(Cluster)]


def _is_new(task: Task) -> bool:
    return task.host is None and task.is_alive


class Rounds:
    """What there is to give out in clusters where many tasks wait, from one round to the next.

    To look at a thousand instances takes longer than to place ten tasks on them. It ``hear``s of
    every change: what is not placement's own doing ends all that is kept.
    """

    def __init__(self) -> None:
        self._kept: dict[str, _Round] = {}

    def hear(self, changes: Iterable[Change]) -> None:
        """Let go of what is not so any more."""
        if self._kept and any(_is_news(change) for change in changes):
            self._kept.clear()

    def take(self, cluster: str) -> _Round | None:
        """What is kept of the last round, no longer kept: one that fails is not gone on with.

        Nor is what other clusters have: both may give out addresses of the same subnet.
        """
        given = self._kept.pop(cluster, None)
        self._kept.clear()
        return given

    def keep(self, cluster: str, given: _Round) -> None:
        """For the next round."""
        self._kept[cluster] = given


def _is_news(change: Change) -> bool:
    """Whether what there is to give out may be more, or less by other hands."""
    before, after = change.before, change.after
    match change.either:
        case Task():
            return _holds(before) != _holds(after) and not _is_placed(before, after)
        case NetworkInterface(holder=holder):
            return after is None or before is not None or ":task/" not in holder
        case Service() as service:
            return is_daemon(service)
        case ContainerInstance() | Subnet():
            return True
        case _:
            return False


def _holds(task: Task | None) -> tuple[object, ...]:
    """What a task takes of its instance and of its subnet, as long as it does."""
    if task is None or task.host is None or task.last_status is TaskStatus.STOPPED:
        return ()
    return (task.host, task.instance, task.addresses, task.bindings, task.is_alive)


def _is_placed(before: Task | None, after: Task | None) -> bool:
    """It has just got its place: by us, as nobody else gives any."""
    return before is not None and after is not None and before.host is None


def reconcile(
    tx: Transaction, key: str, moment: Moment, rounds: Rounds | None = None
) -> float | None:
    """Place the tasks of the cluster that have no place yet. Looks again when some stay.

    A great many are placed in several rounds, so that others get their turn between them.
    """
    kept = given = rounds.take(key) if rounds is not None else None
    if given is None:
        waiting = [task for task in tx.where(Task, cluster=key) if _is_new(task)]
        if not waiting:
            return None
        given = _Round(tx, key, waiting)
    left = given.go_on(tx, moment)
    if given.waiting and rounds is not None and not given.reserves:
        rounds.keep(key, given)
    if given.waiting or kept is not None:  # others may have come since the first round
        return moment.now
    return moment.now + LOOK_AGAIN if left else None


def candidates(tx: Transaction, cluster: str) -> list[Candidate]:
    """The cluster's instances with what each has left."""
    return [
        candidate(tx, instance)
        for instance in tx.where(ContainerInstance, cluster=cluster)
        if instance.status not in ("INACTIVE", "DEREGISTERING")
    ]


class _Round:
    """What there is to give out in one look at a cluster: read once, then kept up as it goes."""

    def __init__(self, tx: Transaction, cluster: str, waiting: Iterable[Task]) -> None:
        # Tasks for one instance go first: those of daemons are not to find it full of others.
        ordered = sorted(waiting, key=lambda task: task.wanted_instance is None)
        self.waiting = deque(task.arn for task in ordered)
        """The tasks that have not been looked at, by their ARNs."""
        self._tx = tx
        self._cluster = cluster
        self._addresses = AddressBook(tx)
        self._refused: dict[str, tuple[Task, Refusal]] = {}
        self._reserved = False
        self.reserves = False
        """Room is kept for daemons, whose tasks would not find it."""
        self._left = 0

    @cached_property
    def _floor(self) -> Floor:
        return Floor(candidates(self._tx, self._cluster))

    @cached_property
    def _loads(self) -> Counter[str]:
        """How many tasks each machine carries."""
        tasks = self._tx.where(Task)
        return Counter(t.host for t in tasks if t.host and t.last_status is not TaskStatus.STOPPED)

    @cached_property
    def _crowds(self) -> Counter[tuple[str, str | None]]:
        """How many living tasks of each group every subnet has."""
        tasks = self._tx.where(Task, cluster=self._cluster)
        return Counter((task.group, task.subnet) for task in tasks if task.is_alive)

    def go_on(self, tx: Transaction, moment: Moment) -> int:
        """Place some of those that wait; how many of all looked at so far found no place."""
        self._tx = self._addresses.tx = tx
        self._moment = moment
        placed = 0
        while self.waiting and placed < MOST_IN_A_ROUND:
            task = tx.find(Task, self.waiting.popleft())
            if task is None or not _is_new(task):
                continue
            definition = tx.find(TaskDefinition, task.task_definition)
            if definition is None or not _can_start(tx, task, definition, moment):
                continue
            if self._place(task, definition):
                placed += 1
            else:
                self._left += 1
        if not self.waiting:
            self._tell_refusals()
        return self._left

    def _place(self, task: Task, definition: TaskDefinition) -> bool:
        """Give the task a place; False when it has to wait."""
        if task.launch_type == "FARGATE":
            placed = self._on_fargate(task, definition)
        else:
            placed = self._on_instance(task, definition)
        if isinstance(placed, Refusal):
            self._refused.setdefault(task.service or "", (task, placed))
            return False
        self._tx.put(placed)
        return True

    def _on_instance(self, task: Task, definition: TaskDefinition) -> Task | Refusal:
        if task.wanted_instance is None:
            self._reserve()
        decision = self._floor.place(task, definition)
        if isinstance(decision, Refusal):
            return decision
        instance = decision.instance
        if definition.network_mode is NetworkMode.AWSVPC:
            return self._with_interface(task, instance.host or "", instance)
        subnet = self._tx.find(Subnet, instance.subnet)
        addresses = self._bridge_addresses(subnet, definition) if subnet else None
        if subnet is None or addresses is None:
            return NO_ADDRESS
        return replace(
            task,
            instance=instance.arn,
            host=instance.host,
            zone=instance.zone,
            vpc=subnet.vpc,
            subnet=subnet.id,
            addresses=addresses,
            bindings=decision.bindings,
            placed_at=self._moment.now,
            last_status=TaskStatus.PENDING,
            version=task.version + 1,
        )

    def _reserve(self) -> None:
        """Keep room for the daemons that are still to come (API: CreateService, DAEMON)."""
        if self._reserved:
            return
        self._reserved = True
        for service in self._tx.where(Service, cluster=self._cluster):
            definition = self._tx.find(TaskDefinition, service.task_definition)
            if not is_daemon(service) or service.status != "ACTIVE" or definition is None:
                continue
            tasks = self._tx.where(Task, service=service.arn)
            there = {task.instance for task in tasks if task.is_alive}
            need = Use(cpu=definition.cpu_needed, memory=definition.memory_needed)
            for instance in instances_for(self._tx, service, definition.arn):
                if instance not in there:
                    self.reserves = True
                    self._floor.reserve(instance, need, fixed_ports(definition))

    def _bridge_addresses(
        self, subnet: Subnet, definition: TaskDefinition
    ) -> tuple[ContainerAddress, ...] | None:
        """One address for each container's namespace (bridge mode: one namespace a container)."""
        found = []
        for container in definition.containers:
            address = self._addresses.take(subnet)
            if address is None:
                return None
            found.append(ContainerAddress(container=container.name, address=address))
        return tuple(found)

    def _on_fargate(self, task: Task, definition: TaskDefinition) -> Task | Refusal:
        connected = [host for host in self._tx.where(Host) if host.connected]
        reason = no_machine(definition, [host.architecture for host in connected])
        if reason is not None:
            return Refusal(reason=reason)
        hosts = [host for host in connected if runs_on(definition, host.architecture)]
        host = min(hosts, key=lambda host: self._loads[host.id])
        placed = self._with_interface(task, host.id, None)
        if isinstance(placed, Task):
            self._loads[host.id] += 1
        return placed

    def _with_interface(
        self, task: Task, host: str, instance: ContainerInstance | None
    ) -> Task | Refusal:
        """The task with a network interface in the emptiest of its subnets."""
        tx, crowds = self._tx, self._crowds
        subnets = [found for name in task.subnets if (found := tx.find(Subnet, name)) is not None]
        if task.zone_wanted is not None:
            subnets = [subnet for subnet in subnets if subnet.zone == task.zone_wanted]
        for subnet in sorted(subnets, key=lambda subnet: crowds[(task.group, subnet.id)]):
            address = self._addresses.take(subnet)
            if address is None:
                continue
            interface = _new_interface(task, subnet, address, instance, self._moment)
            tx.put(interface)
            crowds[(task.group, subnet.id)] += 1
            return replace(
                task,
                instance=instance.arn if instance else None,
                host=host,
                zone=subnet.zone,
                vpc=subnet.vpc,
                subnet=subnet.id,
                interface=interface.id,
                addresses=(ContainerAddress(container="", address=address),),
                placed_at=self._moment.now,
                last_status=TaskStatus.PENDING,
                version=task.version + 1,
            )
        return NO_ADDRESS

    def _tell_refusals(self) -> None:
        """Say in each service's events why its first task that waits has no place."""
        for task, refusal in self._refused.values():
            _tell_refusal(self._tx, task, refusal, self._moment)


def _new_interface(
    task: Task,
    subnet: Subnet,
    address: str,
    instance: ContainerInstance | None,
    moment: Moment,
) -> NetworkInterface:
    place = place_of(task.arn)
    return NetworkInterface(
        id=f"eni-{moment.hex(17)}",
        vpc=subnet.vpc,
        subnet=subnet.id,
        zone=subnet.zone,
        owner=place.account,
        address=address,
        mac=mac_of(address),
        created_at=moment.now,
        holder=task.arn,
        description=f"arn:aws:ecs:{place.region}:{place.account}:attachment/{moment.uuid()}",
        security_groups=task.security_groups,
        instance=instance.instance_id if instance else None,
        attachment=moment.uuid(),
    )


def _tell_refusal(tx: Transaction, task: Task, refusal: Refusal, moment: Moment) -> None:
    service = tx.find(Service, task.service or "")
    if service is None:
        return
    text = f"was unable to place a task. Reason: {refusal.reason}"
    if task.launch_type != "FARGATE" and refusal is not NO_ADDRESS:
        why = f"Reason: {refusal.reason}"
        if refusal.closest is not None:
            closest = last_part(refusal.closest)
            why = f"The closest matching (container-instance {closest}) {refusal.reason}"
        text = (
            "was unable to place a task because no container instance met all of its "
            f"requirements. {why}"
        )
    if tell_once(tx, service, text, moment):
        name = "SERVICE_TASK_PLACEMENT_FAILURE"
        short = "RESOURCE:FARGATE" if task.launch_type == "FARGATE" else refusal.resource
        service_acted(tx, service, "ERROR", name, moment, reason=short)


def _can_start(tx: Transaction, task: Task, definition: TaskDefinition, moment: Moment) -> bool:
    """What it needs beside a place is there; else it is told to stop, with the reason."""
    ready = role_ready(tx, task, definition, moment)
    return ready and _logs_ready(tx, task, definition, moment)


def _logs_ready(tx: Transaction, task: Task, definition: TaskDefinition, moment: Moment) -> bool:
    """The log groups of the task's awslogs are there, or made if it asks; else it can't start."""
    for log in (*(container.log for container in definition.containers), _proxy_log(tx, task)):
        if log is None or log.driver != "awslogs":
            continue
        arn, name, region = group_of(task, log)
        if tx.find(LogGroup, arn) is not None:
            continue
        if dict(log.options).get("awslogs-create-group", "false").lower() != "true":
            reason = _missing_group(task)
            tx.put(stopping(task, "TaskFailedToStart", reason, moment))
            return False
        tx.put(LogGroup(arn=arn, name=name, region=region, created_at=moment.now))
    return True


def _proxy_log(tx: Transaction, task: Task) -> LogConfiguration | None:
    """Where the task's Service Connect proxy logs to, if its service says so."""
    deployment = tx.find(Deployment, task.deployment) if task.deployment else None
    connect = deployment.connect if deployment else None
    return connect.log if connect is not None and connect.enabled else None


def _missing_group(task: Task) -> str:
    if task.launch_type == "FARGATE":
        return (
            "ResourceInitializationError: failed to validate logger args: create stream has been "
            "retried 1 times: failed to create Cloudwatch log stream: "
            "ResourceNotFoundException: The specified log group does not exist."
        )
    return (
        "CannotStartContainerError: Error response from daemon: failed to initialize logging "
        "driver: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified "
        "log group does not exist."
    )
