"""A service's tasks, started and told to stop, with the story the service's events tell of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from seaway.core.cluster import StrategyItem
from seaway.core.deployment import Rollout
from seaway.core.moment import Moment
from seaway.core.names import Tags, last_part, new_task_arn
from seaway.core.placement import share
from seaway.core.service import Deployment, Service
from seaway.core.task import Task, TaskStatus
from seaway.core.task_definition import TaskDefinition
from seaway.reconcile.events import tell
from seaway.reconcile.planning import starting_in
from seaway.store.transaction import Transaction

FARGATE_PROVIDERS = ("FARGATE", "FARGATE_SPOT")


def start(
    tx: Transaction,
    service: Service,
    deployment: Deployment,
    tasks: Sequence[Task],
    plan: Rollout,
    moment: Moment,
) -> None:
    """Write the new tasks that the plan wants of a deployment; ``tasks`` are those there are."""
    definition = tx.find(TaskDefinition, deployment.task_definition)
    if definition is None:
        return
    have: dict[str, int] = {}
    for task in tasks:
        if task.is_alive and task.deployment == deployment.id and task.capacity_provider:
            have[task.capacity_provider] = have.get(task.capacity_provider, 0) + 1
    started = []
    count = plan.start
    for number in range(count):
        launch_type, provider = choose_capacity(deployment.launch_type, deployment.strategy, have)
        if provider:
            have[provider] = have.get(provider, 0) + 1
        task = _new_task(service, deployment, definition, launch_type, provider, moment)
        task = starting_in(task, plan, number)
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
    deployment: Deployment,
    definition: TaskDefinition,
    launch_type: str,
    provider: str | None,
    moment: Moment,
) -> Task:
    network = deployment.network
    return Task(
        arn=new_task_arn(service.cluster, moment),
        cluster=service.cluster,
        task_definition=definition.arn,
        created_at=moment.now,
        service=service.arn,
        deployment=deployment.id,
        group=f"service:{service.name}",
        started_by=deployment.id,
        launch_type=launch_type,
        capacity_provider=provider,
        platform_version=deployment.platform_version if launch_type == "FARGATE" else None,
        subnets=network.subnets if network else (),
        security_groups=network.security_groups if network else (),
        assign_public_ip=network.assign_public_ip if network else False,
        placement_constraints=service.placement_constraints,
        placement_strategy=service.placement_strategy,
        uses_mesh=bool(deployment.connect and deployment.connect.enabled),
        exec_enabled=service.exec_enabled,
        images=deployment.images,
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


def stop(
    tx: Transaction,
    service: Service,
    deployment: Deployment,
    tasks: Sequence[Task],
    unhealthy: Mapping[str, str],
    moment: Moment,
) -> None:
    """Have tasks stop, for a deployment's sake or because their checks failed (``unhealthy``)."""
    usual = f"Scaling activity initiated by (deployment {deployment.id})"
    for task in tasks:
        reason = unhealthy.get(task.arn, usual)
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
