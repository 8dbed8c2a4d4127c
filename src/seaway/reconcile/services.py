"""Settles a service: its deployments move towards what was asked, one safe step at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from seaway.core.balancer import Target, TargetState
from seaway.core.capacity import ContainerInstance
from seaway.core.cluster import Cluster, StrategyItem
from seaway.core.connect_rules import known_names, unused_discovery
from seaway.core.deployment import (
    SETTLE_SECONDS,
    breaker_threshold,
    consecutive_failures,
    is_healthy,
    is_settled,
    next_start,
    plan_rollout,
)
from seaway.core.discovery import DiscoveryService, NamedEndpoint, Registration
from seaway.core.moment import Moment
from seaway.core.names import Tags, last_part, new_deployment_id, new_task_arn
from seaway.core.placement import share
from seaway.core.service import Deployment, RolloutState, Service
from seaway.core.task import Health, Task, TaskStatus
from seaway.core.task_definition import TaskDefinition
from seaway.reconcile.events import tell
from seaway.store.changes import Change
from seaway.store.transaction import Transaction

FARGATE_PROVIDERS = ("FARGATE", "FARGATE_SPOT")


def keys_of(change: Change) -> Iterable[str]:
    """The services a change concerns, and the instances whose tasks' services it does."""
    noun = change.either
    match noun:
        case ContainerInstance():
            yield noun.arn
        case Service():
            yield noun.arn
        case Deployment():
            yield noun.service
        case Task() if noun.service is not None:
            yield noun.service
        case Target() if noun.service is not None:
            yield noun.service
        case _:
            pass


def all_keys(tx: Transaction) -> Iterable[str]:
    """Every service that is not gone."""
    return [service.arn for service in tx.where(Service) if service.status != "INACTIVE"]


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Which tasks count as healthy, which have failed their checks, and when to look again."""

    healthy: frozenset[str]
    unhealthy: dict[str, str]
    """Task ARN → why it is to be replaced, in AWS's words."""
    look_again: float | None


def reconcile(tx: Transaction, key: str, moment: Moment) -> float | None:
    """One look at a service. Returns when to look again (epoch seconds), or None.

    The key of a container instance stands for the services of its tasks.
    """
    if ":container-instance/" in key:
        affected = {task.service for task in tx.where(Task, instance=key) if task.is_alive}
        wakes = [reconcile(tx, arn, moment) for arn in affected if arn is not None]
        return min((wake for wake in wakes if wake is not None), default=None)
    service = tx.find(Service, key)
    if service is None or service.status == "INACTIVE":
        return None
    tasks = tx.where(Task, service=key)
    deployments = [d for d in tx.where(Deployment, service=key) if d.status != "INACTIVE"]
    if service.status == "DRAINING":
        _wind_down(tx, service, deployments, tasks, moment)
        return None
    primary = next((d for d in deployments if d.status == "PRIMARY"), None)
    if primary is None:
        return None
    verdicts = _judge(tx, service, tasks, moment)
    wakes = [verdicts.look_again]
    rollout = plan_rollout(
        service,
        primary,
        tasks,
        verdicts.healthy,
        frozenset(verdicts.unhealthy),
        _on_draining_instances(tx, tasks),
    )
    stopped = [t for t in tasks if t.deployment == primary.id and t.stopped_at is not None]
    running = [t.started_at or 0.0 for t in tasks if t.deployment == primary.id and t.is_running]
    primary = _count_failures(tx, service, primary, stopped, bool(running), moment)
    if rollout.start and primary.rollout_state is not RolloutState.FAILED:
        allowed_at = next_start(stopped, max(running, default=0.0))
        if allowed_at <= moment.now:
            _start(tx, service, primary, tasks, rollout.start, moment)
        else:
            tell(tx, service, "is unable to consistently start tasks successfully.", moment)
            wakes.append(allowed_at)
    if rollout.stop:
        _stop(tx, service, primary, rollout.stop, verdicts.unhealthy, moment)
    if rollout.stuck:
        tell(
            tx,
            service,
            "was unable to stop or start tasks during a deployment because of the service "
            "deployment configuration. Update the minimumHealthyPercent or maximumPercent "
            "value and try again.",
            moment,
        )
    _conclude(tx, service, primary, verdicts, moment)
    due = [wake for wake in wakes if wake is not None]
    return min(due) if due else None


def _judge(tx: Transaction, service: Service, tasks: Sequence[Task], moment: Moment) -> Verdicts:
    healthy, unhealthy = set(), {}
    look_again: float | None = None
    for task in tasks:
        if not task.is_alive:
            continue
        definition = tx.find(TaskDefinition, task.task_definition)
        checked = definition is not None and any(
            c.essential and c.health_check for c in definition.containers
        )
        targets = tx.where(Target, task=task.arn)
        deployment = tx.find(Deployment, task.deployment or "")
        balanced = deployment is not None and bool(deployment.load_balancers)
        good = _targets_good(targets, len(deployment.load_balancers)) if deployment else None
        failure = _failure(service, task, targets, moment)
        if failure:
            unhealthy[task.arn] = failure
        elif is_healthy(
            task,
            checked=checked,
            targets_healthy=good if balanced else None,
            now=moment.now,
        ):
            healthy.add(task.arn)
        elif task.started_at is not None:
            grace = task.started_at + max(SETTLE_SECONDS, service.health_check_grace)
            for edge in (task.started_at + SETTLE_SECONDS, grace):
                if edge > moment.now:
                    look_again = min(look_again or edge, edge)
    return Verdicts(frozenset(healthy), unhealthy, look_again)


def _on_draining_instances(tx: Transaction, tasks: Sequence[Task]) -> frozenset[str]:
    """Tasks whose instance drains; AWS: container instance draining."""
    draining = set()
    for task in tasks:
        instance = tx.find(ContainerInstance, task.instance or "")
        if task.is_alive and instance is not None and instance.status == "DRAINING":
            draining.add(task.arn)
    return frozenset(draining)


def _targets_good(targets: Sequence[Target], wanted: int) -> bool:
    """A group that no listener uses checks nothing; its targets count as good."""
    good = (TargetState.HEALTHY, TargetState.UNUSED)
    return len(targets) >= wanted and all(target.state in good for target in targets)


def _failure(service: Service, task: Task, targets: Sequence[Target], moment: Moment) -> str | None:
    if not task.is_running or task.started_at is None:
        return None
    if moment.now < task.started_at + service.health_check_grace:
        return None
    if task.health is Health.UNHEALTHY:
        return "Task failed container health checks"
    for target in targets:
        if target.state is TargetState.UNHEALTHY:
            return f"Task failed ELB health checks in (target-group {target.target_group})"
    return None


def _count_failures(
    tx: Transaction,
    service: Service,
    primary: Deployment,
    stopped: Sequence[Task],
    running: bool,
    moment: Moment,
) -> Deployment:
    failures = consecutive_failures(stopped, running)
    if failures != primary.failed_tasks:
        primary = replace(primary, failed_tasks=failures, updated_at=moment.now)
        tx.put(primary)
    breaker = service.rollout.circuit_breaker
    under_way = primary.rollout_state is RolloutState.IN_PROGRESS
    if breaker and under_way and failures >= breaker_threshold(service.desired_count):
        primary = _trip(tx, service, primary, moment)
    return primary


def _trip(tx: Transaction, service: Service, primary: Deployment, moment: Moment) -> Deployment:
    """The circuit breaker: the deployment failed; go back to the last one that completed."""
    tell(
        tx, service, f"(deployment {primary.id}) deployment failed: tasks failed to start.", moment
    )
    failed = replace(
        primary,
        rollout_state=RolloutState.FAILED,
        rollout_reason="ECS deployment circuit breaker: task failed to start.",
        updated_at=moment.now,
    )
    history = tx.where(Deployment, service=service.arn)
    done = [d for d in history if d.rollout_state is RolloutState.COMPLETED]
    if not service.rollout.circuit_breaker_rollback or not done:
        tx.put(failed)
        return failed
    back = replace(
        done[-1],
        id=new_deployment_id(moment),
        number=moment.alnum(21),
        known=_known(tx, service, done[-1]),
        status="PRIMARY",
        source=primary.id,
        created_at=moment.now,
        updated_at=moment.now,
        finished_at=None,
        steady_at=None,
        failed_tasks=0,
        rollout_state=RolloutState.IN_PROGRESS,
        rollout_reason=(
            f"ECS deployment circuit breaker: rolling back to deploymentId {done[-1].id}."
        ),
    )
    tx.put(replace(failed, status="ACTIVE"))
    tx.put(back)
    tx.put(
        replace(
            service,
            task_definition=back.task_definition,
            connect=back.connect,
            network=back.network,
            load_balancers=back.load_balancers,
            registries=back.registries,
            launch_type=back.launch_type,
            strategy=back.strategy,
            platform_version=back.platform_version,
        )
    )
    tell(tx, service, f"rolling back to deployment {done[-1].id}.", moment)
    return back


def _known(tx: Transaction, service: Service, back: Deployment) -> tuple[str, ...] | None:
    """In a faithful cluster a new deployment knows the names there are now."""
    cluster = tx.find(Cluster, service.cluster)
    namespace = back.connect.namespace if back.connect and back.connect.enabled else None
    if cluster is None or namespace is None:
        return None
    return known_names(cluster.faithful, tx.where(NamedEndpoint, namespace=namespace))


def _start(
    tx: Transaction,
    service: Service,
    primary: Deployment,
    tasks: Sequence[Task],
    count: int,
    moment: Moment,
) -> None:
    definition = tx.find(TaskDefinition, primary.task_definition)
    if definition is None:
        return
    have: dict[str, int] = {}
    for task in tasks:
        if task.is_alive and task.deployment == primary.id and task.capacity_provider:
            have[task.capacity_provider] = have.get(task.capacity_provider, 0) + 1
    started = []
    for _ in range(count):
        launch_type, provider = choose_capacity(primary.launch_type, primary.strategy, have)
        if provider:
            have[provider] = have.get(provider, 0) + 1
        task = _new_task(service, primary, definition, launch_type, provider, moment)
        tx.put(task)
        started.append(f"(task {task.id})")
    tell(tx, service, f"has started {count} tasks: {' '.join(started)}.", moment)


def choose_capacity(
    launch_type: str | None, strategy: tuple[StrategyItem, ...], have: dict[str, int]
) -> tuple[str, str | None]:
    """The launch type and capacity provider of the next task."""
    if not strategy:
        return launch_type or "EC2", None
    provider = share({item.provider: (item.base, item.weight) for item in strategy}, have)
    return ("FARGATE" if provider in FARGATE_PROVIDERS else "EC2"), provider


def _new_task(
    service: Service,
    primary: Deployment,
    definition: TaskDefinition,
    launch_type: str,
    provider: str | None,
    moment: Moment,
) -> Task:
    network = primary.network
    return Task(
        arn=new_task_arn(service.cluster, moment),
        cluster=service.cluster,
        task_definition=definition.arn,
        created_at=moment.now,
        service=service.arn,
        deployment=primary.id,
        group=f"service:{service.name}",
        started_by=primary.id,
        launch_type=launch_type,
        capacity_provider=provider,
        platform_version=primary.platform_version if launch_type == "FARGATE" else None,
        subnets=network.subnets if network else (),
        security_groups=network.security_groups if network else (),
        assign_public_ip=network.assign_public_ip if network else False,
        placement_constraints=service.placement_constraints,
        placement_strategy=service.placement_strategy,
        uses_mesh=bool(primary.connect and primary.connect.enabled),
        tags=_task_tags(service, definition),
    )


def _task_tags(service: Service, definition: TaskDefinition) -> Tags:
    tags: Tags = ()
    if service.propagate_tags == "SERVICE":
        tags = service.tags
    elif service.propagate_tags == "TASK_DEFINITION":
        tags = definition.tags
    if service.managed_tags:
        tags += (
            ("aws:ecs:clusterName", last_part(service.cluster)),
            ("aws:ecs:serviceName", service.name),
        )
    return tags


def _stop(
    tx: Transaction,
    service: Service,
    primary: Deployment,
    tasks: Sequence[Task],
    unhealthy: dict[str, str],
    moment: Moment,
) -> None:
    for task in tasks:
        reason = unhealthy.get(task.arn, f"Scaling activity initiated by (deployment {primary.id})")
        tx.put(stopping(task, "ServiceSchedulerInitiated", reason, moment))
    names = " ".join(f"(task {task.id})" for task in tasks)
    tell(tx, service, f"has stopped {len(tasks)} running tasks: {names}.", moment)


def stopping(task: Task, code: str, reason: str, moment: Moment) -> Task:
    """The task with the intent that it stops."""
    return replace(
        task,
        desired_status=TaskStatus.STOPPED,
        stop_code=task.stop_code or code,
        stopped_reason=task.stopped_reason or reason,
        stop_asked_at=moment.now,
        version=task.version + 1,
    )


def _conclude(
    tx: Transaction,
    service: Service,
    primary: Deployment,
    verdicts: Verdicts,
    moment: Moment,
) -> None:
    """Retire deployments that have nothing left; note completion and the steady state."""
    tasks = tx.where(Task, service=service.arn)
    alive = {task.deployment for task in tasks if task.is_alive}
    for old in tx.where(Deployment, service=service.arn):
        if old.status != "INACTIVE" and old.id != primary.id and old.id not in alive:
            tx.put(replace(old, status="INACTIVE", updated_at=moment.now, finished_at=moment.now))
    settled = is_settled(service, primary, tasks) and all(
        task.arn in verdicts.healthy for task in tasks if task.is_alive
    )
    if primary.rollout_state is RolloutState.FAILED:
        return
    if not settled:
        if primary.steady_at is not None:
            tx.put(replace(primary, steady_at=None))
        return
    if primary.rollout_state is RolloutState.IN_PROGRESS:
        tell(tx, service, f"(deployment {primary.id}) deployment completed.", moment)
        primary = replace(
            primary,
            rollout_state=RolloutState.COMPLETED,
            rollout_reason=f"ECS deployment {primary.id} completed.",
            updated_at=moment.now,
            finished_at=moment.now,
        )
        _forget_names(tx, service, [primary])
    if primary.steady_at is None:
        tell(tx, service, "has reached a steady state.", moment)
        primary = replace(primary, steady_at=moment.now)
    tx.put(primary)


def _forget_names(tx: Transaction, service: Service, living: Sequence[Deployment]) -> None:
    """Remove the discovery services that no living deployment of the service offers any more."""
    for owned in unused_discovery(tx.where(DiscoveryService, owner=service.arn), living):
        for registration in tx.where(Registration, service=owned.arn):
            tx.drop(registration)
        endpoint = tx.find(NamedEndpoint, owned.arn)
        if endpoint is not None:
            tx.drop(endpoint)
        tx.drop(owned)


def _wind_down(
    tx: Transaction,
    service: Service,
    deployments: Sequence[Deployment],
    tasks: Sequence[Task],
    moment: Moment,
) -> None:
    """A deleted service: stop every task, then be INACTIVE."""
    alive = [task for task in tasks if task.is_alive]
    if alive and deployments:
        _stop(tx, service, deployments[0], alive, {}, moment)
    if any(task.last_status is not TaskStatus.STOPPED for task in tasks):
        return
    for deployment in deployments:
        tx.put(replace(deployment, status="INACTIVE", updated_at=moment.now))
    _forget_names(tx, service, [])
    tx.put(replace(service, status="INACTIVE"))
