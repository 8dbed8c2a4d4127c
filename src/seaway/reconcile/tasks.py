"""Settles a task: announced while it serves, led away from before it stops, forgotten after."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from seaway.core.balancer import Target, TargetGroup, TargetState, target_key
from seaway.core.balancer_rules import draining, registered_target
from seaway.core.capacity import ContainerInstance
from seaway.core.moment import Moment
from seaway.core.network import NetworkInterface
from seaway.core.service import Deployment, Service
from seaway.core.task import Health, Task, TaskStatus
from seaway.core.task_definition import TaskDefinition
from seaway.reconcile.events import tell, tell_raw
from seaway.reconcile.registering import enlist, leave, offer
from seaway.reconcile.services import stopping
from seaway.store.changes import Change
from seaway.store.transaction import Transaction

KEPT_SECONDS = 3600.0
"""How long a stopped task can be described (AWS: at least one hour)."""

CONNECT_DRAIN_SECONDS = 20.0
"""Service Connect: how long requests in flight may finish (LISTENER_DRAIN_WAIT_TIME_S)."""

RELEASE_SECONDS = 10.0
"""How long a task's namespaces wait for the proxy to leave them."""

PROXY_SECONDS = 180.0
"""How long a task waits for the proxy (AWS: a container's start timeout, 3 minutes)."""

LONGEST_GATE_SECONDS = 480.0
"""Service Connect: an UNKNOWN task becomes routable after eight minutes at the latest."""


def keys_of(change: Change) -> Iterable[str]:
    """The tasks a change concerns."""
    noun = change.either
    match noun:
        case Task():
            yield noun.arn
        case Target() if noun.task is not None:
            yield noun.task
        case _:
            pass


def all_keys(tx: Transaction) -> Iterable[str]:
    """Every task."""
    return [task.arn for task in tx.where(Task)]


def reconcile(tx: Transaction, key: str, moment: Moment) -> float | None:
    """One look at a task. Returns when to look again (epoch seconds), or None."""
    task = tx.find(Task, key)
    if task is None:
        return None
    if task.last_status is TaskStatus.STOPPED:
        return _forget(tx, task, moment)
    if task.desired_status is TaskStatus.STOPPED or task.last_status.rank > TaskStatus.RUNNING.rank:
        return _lead_away(tx, task, moment)
    if task.last_status is TaskStatus.RUNNING and task.service is not None:
        return _announce(tx, task, moment)
    if task.uses_mesh and not task.mesh_ready and task.connectivity_at is not None:
        return _wait_for_proxy(tx, task, task.connectivity_at + PROXY_SECONDS, moment)
    return None


def _wait_for_proxy(tx: Transaction, task: Task, deadline: float, moment: Moment) -> float | None:
    """A task whose names the proxy does not take can't start."""
    if moment.now < deadline:
        return deadline
    reason = (
        "ResourceInitializationError: the Service Connect proxy did not accept the task's "
        f"configuration within {PROXY_SECONDS:.0f} seconds"
    )
    tx.put(stopping(task, "TaskFailedToStart", reason, moment))
    return None


def _announce(tx: Transaction, task: Task, moment: Moment) -> float | None:
    service = tx.find(Service, task.service or "")
    deployment = tx.find(Deployment, task.deployment or "")
    if service is None or deployment is None:
        return None
    _register_targets(tx, service, deployment, task, moment)
    definition = tx.find(TaskDefinition, task.task_definition)
    if definition is None:
        return None
    for registry in deployment.registries:
        enlist(tx, registry, service, definition, task, moment)
    if not deployment.discovery or task.listening is False:
        return None
    opens_at = _routable_at(definition, task)
    if opens_at > moment.now:
        return None if opens_at == float("inf") else opens_at
    for _, arn in deployment.discovery:
        offer(tx, arn, definition, task, moment)
    return None


def _routable_at(definition: TaskDefinition, task: Task) -> float:
    """When the task may get requests: its health checks' verdict, or their longest wait.

    (AWS: Service Connect, initial health check configuration.)
    """
    checks = [c.health_check for c in definition.containers if c.essential and c.health_check]
    started = task.started_at or 0.0
    if not checks or task.health is Health.HEALTHY:
        return 0.0
    if task.health is Health.UNHEALTHY:
        return float("inf")
    longest = max(c.start_period + c.retries * (c.interval + c.timeout) for c in checks)
    return started + min(float(longest), LONGEST_GATE_SECONDS)


def _register_targets(
    tx: Transaction, service: Service, deployment: Deployment, task: Task, moment: Moment
) -> None:
    for balancer in deployment.load_balancers:
        group = tx.find(TargetGroup, balancer.target_group)
        where = _target_place(tx, task, group, balancer.container, balancer.port)
        if group is None or where is None:
            continue
        identity, port, address = where
        key = target_key(group.arn, identity, port)
        present = tx.find(Target, key)
        if present is not None and present.task == task.arn:
            continue
        new = registered_target(
            group,
            identity,
            port,
            address=address,
            zone=task.zone or "",
            now=moment.now,
            task=task.arn,
        )
        tx.put(replace(new, service=service.arn))
        tell(tx, service, f"registered 1 targets in (target-group {group.arn})", moment)


def _target_place(
    tx: Transaction, task: Task, group: TargetGroup | None, container: str, port: int
) -> tuple[str, int, str] | None:
    """How the task is registered: (target id, port, address)."""
    if group is None:
        return None
    if group.target_type == "ip":
        address = task.address_of(container)
        return None if address is None else (address, port, address)
    instance = tx.find(ContainerInstance, task.instance or "")
    host_port = task.host_port_of(container, port)
    if instance is None or host_port is None:
        return None
    return instance.instance_id, host_port, instance.address


def _lead_away(tx: Transaction, task: Task, moment: Moment) -> float | None:
    """Callers first, containers after: nothing is stopped that still gets requests."""
    if task.host is None:
        tx.put(
            replace(
                task,
                last_status=TaskStatus.STOPPED,
                stopping_at=moment.now,
                stopped_at=moment.now,
                version=task.version + 1,
            )
        )
        return None
    serving = leave(tx, task) | _drain_targets(tx, task, moment)
    if task.last_status is TaskStatus.DEPROVISIONING:
        return _release(tx, task, moment)
    if task.may_stop:
        return None
    if serving and task.last_status is TaskStatus.RUNNING:
        task = replace(task, last_status=TaskStatus.DEACTIVATING, version=task.version + 1)
        tx.put(task)
    if task.last_status is not TaskStatus.DEACTIVATING or task.drained:
        _let_stop(tx, task)
        return None
    deadline = (task.stop_asked_at or moment.now) + _drain_limit(tx, task)
    if moment.now >= deadline:
        _let_stop(tx, task)
        return None
    return deadline


def _let_stop(tx: Transaction, task: Task) -> None:
    for target in tx.where(Target, task=task.arn):
        tx.drop(target)
    tx.put(replace(task, may_stop=True))


def _drain_limit(tx: Transaction, task: Task) -> float:
    groups = [tx.find(TargetGroup, t.target_group) for t in tx.where(Target, task=task.arn)]
    delays = [group.deregistration_delay for group in groups if group is not None]
    if task.uses_mesh:
        delays.append(CONNECT_DRAIN_SECONDS)
    return max(delays, default=0.0)


def _drain_targets(tx: Transaction, task: Task, moment: Moment) -> bool:
    """Have the load balancers send nothing new; True while any target is there."""
    targets = tx.where(Target, task=task.arn)
    service = tx.find(Service, task.service or "")
    for target in targets:
        if target.state is TargetState.DRAINING:
            continue
        tx.put(draining(target, moment.now))
        if service is not None:
            group = target.target_group
            tell(tx, service, f"deregistered 1 targets in (target-group {group})", moment)
            tell_raw(
                tx,
                service,
                f"(service {service.name}, taskSet {task.deployment}) "
                "has begun draining connections on 1 tasks.",
                moment,
            )
    return bool(targets)


def _release(tx: Transaction, task: Task, moment: Moment) -> float | None:
    """The containers have ended; the namespaces go once the proxy has left them."""
    if not task.uses_mesh or task.mesh_gone:
        return None
    deadline = (task.execution_stopped_at or moment.now) + RELEASE_SECONDS
    if moment.now < deadline:
        return deadline
    tx.put(replace(task, mesh_gone=True))
    return None


def _forget(tx: Transaction, task: Task, moment: Moment) -> float | None:
    leave(tx, task)
    for target in tx.where(Target, task=task.arn):
        tx.drop(target)
    for interface in tx.where(NetworkInterface, holder=task.arn):
        tx.drop(interface)
    gone_at = (task.stopped_at or moment.now) + KEPT_SECONDS
    if moment.now < gone_at:
        return gone_at
    tx.drop(task)
    return None
