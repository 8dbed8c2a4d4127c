"""Settles where a cluster's new tasks go, with addresses and host ports."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from seaway.core.capacity import ContainerInstance, Host
from seaway.core.cluster import Cluster
from seaway.core.logs import LogGroup
from seaway.core.moment import Moment
from seaway.core.names import last_part, place_of
from seaway.core.network import NetworkInterface, Subnet, free_address, mac_of
from seaway.core.placement import Candidate, Placement, Refusal, place, runs_on
from seaway.core.proxy_log import group_of
from seaway.core.service import Deployment, Service
from seaway.core.task import ContainerAddress, Task, TaskStatus
from seaway.core.task_definition import LogConfiguration, NetworkMode, TaskDefinition
from seaway.reconcile.events import tell
from seaway.reconcile.services import stopping
from seaway.store.addresses import taken_addresses
from seaway.store.changes import Change
from seaway.store.occupancy import candidate
from seaway.store.transaction import Transaction


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


def reconcile(tx: Transaction, key: str, moment: Moment) -> float | None:
    """Place every task of the cluster that has no place yet. Looks again when some stay."""
    waiting = [task for task in tx.where(Task, cluster=key) if _is_new(task)]
    left = 0
    for task in waiting:
        definition = tx.find(TaskDefinition, task.task_definition)
        if definition is None or not _logs_ready(tx, task, definition, moment):
            continue
        if task.launch_type == "FARGATE":
            placed = _place_fargate(tx, task, definition, moment)
        else:
            placed = _place_on_instance(tx, task, definition, moment)
        left += not placed
    return moment.now + 5.0 if left else None


def candidates(tx: Transaction, cluster: str, provider: str | None = None) -> list[Candidate]:
    """The cluster's instances with what each has left; only one capacity provider's if given."""
    found = []
    for instance in tx.where(ContainerInstance, cluster=cluster):
        if instance.status in ("INACTIVE", "DEREGISTERING"):
            continue
        if provider is not None and instance.capacity_provider != provider:
            continue
        found.append(candidate(tx, instance))
    return found


def choose(tx: Transaction, task: Task, definition: TaskDefinition) -> Placement | Refusal:
    """The instance a task would get now, or why none would do."""
    among = candidates(tx, task.cluster, task.capacity_provider)
    if task.wanted_instance is not None:
        among = [c for c in among if c.instance.arn == task.wanted_instance]
    return place(task, definition, among)


def _place_on_instance(
    tx: Transaction, task: Task, definition: TaskDefinition, moment: Moment
) -> bool:
    decision = choose(tx, task, definition)
    if isinstance(decision, Refusal):
        _tell_refusal(tx, task, decision, moment)
        return False
    instance = decision.instance
    if definition.network_mode is NetworkMode.AWSVPC:
        return _place_awsvpc(tx, task, instance.host or "", moment, instance)
    subnet = tx.find(Subnet, instance.subnet)
    addresses = _bridge_addresses(tx, subnet, definition) if subnet else None
    if subnet is None or addresses is None:
        _tell_no_address(tx, task, moment)
        return False
    tx.put(
        replace(
            task,
            instance=instance.arn,
            host=instance.host,
            zone=instance.zone,
            vpc=subnet.vpc,
            subnet=subnet.id,
            addresses=addresses,
            bindings=decision.bindings,
            placed_at=moment.now,
            last_status=TaskStatus.PENDING,
            version=task.version + 1,
        )
    )
    return True


def _bridge_addresses(
    tx: Transaction, subnet: Subnet, definition: TaskDefinition
) -> tuple[ContainerAddress, ...] | None:
    """One address for each container's namespace (bridge mode: one namespace a container)."""
    taken = taken_addresses(tx, subnet.id)
    found = []
    for container in definition.containers:
        address = free_address(subnet.cidr, taken)
        if address is None:
            return None
        taken.add(address)
        found.append(ContainerAddress(container=container.name, address=address))
    return tuple(found)


def _place_fargate(tx: Transaction, task: Task, definition: TaskDefinition, moment: Moment) -> bool:
    connected = [host for host in tx.where(Host) if host.connected]
    hosts = [host for host in connected if runs_on(definition, host.architecture)]
    if not hosts:
        reason = "Capacity is unavailable at this time."
        if connected:
            reason += f" No machine has the CPU architecture {definition.cpu_architecture}."
        _tell_refusal(tx, task, Refusal(reason=reason), moment)
        return False
    loads = {host.id: len(_live_on(tx, host)) for host in hosts}
    host = min(hosts, key=lambda h: loads[h.id])
    return _place_awsvpc(tx, task, host.id, moment, None)


def _live_on(tx: Transaction, host: Host) -> list[Task]:
    return [t for t in tx.where(Task, host=host.id) if t.last_status is not TaskStatus.STOPPED]


def _place_awsvpc(
    tx: Transaction, task: Task, host: str, moment: Moment, instance: ContainerInstance | None
) -> bool:
    """Give the task a network interface in the emptiest of its subnets."""
    subnets = [found for name in task.subnets if (found := tx.find(Subnet, name)) is not None]
    peers = [t for t in tx.where(Task, cluster=task.cluster) if t.group == task.group]
    crowd = {s.id: sum(1 for t in peers if t.is_alive and t.subnet == s.id) for s in subnets}
    for subnet in sorted(subnets, key=lambda s: crowd[s.id]):
        address = free_address(subnet.cidr, taken_addresses(tx, subnet.id))
        if address is None:
            continue
        interface = NetworkInterface(
            id=f"eni-{moment.hex(17)}",
            vpc=subnet.vpc,
            subnet=subnet.id,
            zone=subnet.zone,
            owner=place_of(task.arn).account,
            address=address,
            mac=mac_of(address),
            created_at=moment.now,
            holder=task.arn,
            description=f"arn:aws:ecs:{place_of(task.arn).region}:{place_of(task.arn).account}"
            f":attachment/{moment.uuid()}",
            security_groups=task.security_groups,
            instance=instance.instance_id if instance else None,
            attachment=moment.uuid(),
        )
        tx.put(interface)
        tx.put(
            replace(
                task,
                instance=instance.arn if instance else None,
                host=host,
                zone=subnet.zone,
                vpc=subnet.vpc,
                subnet=subnet.id,
                interface=interface.id,
                addresses=(ContainerAddress(container="", address=address),),
                placed_at=moment.now,
                last_status=TaskStatus.PENDING,
                version=task.version + 1,
            )
        )
        return True
    _tell_no_address(tx, task, moment)
    return False


def _tell_refusal(tx: Transaction, task: Task, refusal: Refusal, moment: Moment) -> None:
    service = tx.find(Service, task.service or "")
    if service is None:
        return
    if task.launch_type == "FARGATE":
        tell(tx, service, f"was unable to place a task. Reason: {refusal.reason}", moment)
        return
    why = f"Reason: {refusal.reason}"
    if refusal.closest is not None:
        closest = last_part(refusal.closest)
        why = f"The closest matching (container-instance {closest}) {refusal.reason}"
    tell(
        tx,
        service,
        "was unable to place a task because no container instance met all of its "
        f"requirements. {why}",
        moment,
    )


def _tell_no_address(tx: Transaction, task: Task, moment: Moment) -> None:
    service = tx.find(Service, task.service or "")
    if service is not None:
        tell(
            tx,
            service,
            "was unable to place a task. Reason: no free address is left in its subnets.",
            moment,
        )


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
