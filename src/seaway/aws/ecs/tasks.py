"""Tasks: run, started on an instance, stopped, described and listed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.ecs.errors import (
    InvalidParameterException,
    ServiceNotFoundException,
)
from seaway.aws.ecs.launches import launched_before, remember
from seaway.aws.ecs.parse_launch import (
    check_constraints,
    check_network,
    parse_constraints,
    parse_network,
    parse_placement,
    parse_platform,
    platform_in_force,
)
from seaway.aws.ecs.parse_task import parse_task
from seaway.aws.ecs.references import (
    active_cluster,
    at_most,
    cluster_of,
    instance_of,
    missing,
    page,
    part_arn_of,
    runnable_definition,
    service_of,
    task_of,
)
from seaway.aws.ecs.render_task import render_task
from seaway.aws.ecs.roles import check_task_role
from seaway.aws.ecs.room import placement_failures
from seaway.aws.ecs.standalone import as_client
from seaway.aws.ecs.strategy import (
    FARGATE_PROVIDERS,
    check_fargate,
    resolve_launch,
    uses_fargate,
)
from seaway.aws.operation import operation
from seaway.core.capacity import ContainerInstance
from seaway.core.cluster import Cluster, StrategyItem
from seaway.core.names import new_task_arn
from seaway.core.placement import share
from seaway.core.task import Task, TaskStatus
from seaway.core.task_definition import TaskDefinition
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import ecs as shapes

MOST_AT_ONCE = 10
KIND = "container-instance"
"""What stands before an instance's id in its ARN."""


@operation("ecs")
def run_task(tx: Transaction, call: Call, request: shapes.RunTaskRequest) -> shapes.RunTaskResponse:
    """Write one to ten standalone tasks; where they run is decided later (API: RunTask)."""
    cluster = active_cluster(tx, call, request.get("cluster"))
    repeated = launched_before(tx, call, cluster, request)
    if repeated is not None:
        return {"tasks": [render_task(tx, t, ("TAGS",)) for t in repeated], "failures": []}
    wanted, definition = _wanted(tx, call, cluster, request)
    tasks, failures = placement_failures(tx, cluster, definition, wanted)
    for task in tasks:
        tx.put(task)
    remember(tx, call, cluster, request, tasks)
    return {"tasks": [render_task(tx, task, ("TAGS",)) for task in tasks], "failures": failures}


@operation("ecs")
def start_task(
    tx: Transaction, call: Call, request: shapes.StartTaskRequest
) -> shapes.StartTaskResponse:
    """Write a task for each named container instance (API: StartTask)."""
    cluster = active_cluster(tx, call, request.get("cluster"))
    names = request["containerInstances"]
    at_most(names, MOST_AT_ONCE, "Container instances")
    definition = runnable_definition(tx, call, request["taskDefinition"])
    check_network(tx, parse_network(request.get("networkConfiguration")), definition, False)
    pattern = parse_task(request, cluster, definition, call.moment.now)
    check_task_role(tx, call, definition, pattern.task_role)
    pattern = as_client(tx, call, cluster, definition, pattern)
    wanted: list[Task] = []
    failures: list[shapes.Failure] = []
    for name in names:
        instance = instance_of(tx, cluster, name)
        if instance is None or instance.status != "ACTIVE":
            failures.append(_unusable(instance, part_arn_of(cluster.arn, KIND, name)))
        else:
            arn = new_task_arn(cluster.arn, call.moment)
            wanted.append(replace(pattern, arn=arn, wanted_instance=instance.arn))
    tasks, refused = placement_failures(tx, cluster, definition, wanted)
    for task in tasks:
        tx.put(task)
    return {
        "tasks": [render_task(tx, task, ("TAGS",)) for task in tasks],
        "failures": failures + refused,
    }


def _unusable(instance: ContainerInstance | None, arn: str) -> shapes.Failure:
    """Why nothing can be started there: it never was, or takes no tasks any more."""
    return missing(arn) if instance is None else {"arn": arn, "reason": "INACTIVE"}


@operation("ecs")
def stop_task(
    tx: Transaction, call: Call, request: shapes.StopTaskRequest
) -> shapes.StopTaskResponse:
    """Write that a task is to stop; stopping one twice changes nothing (API: StopTask)."""
    cluster = cluster_of(tx, call, request.get("cluster"))
    task = task_of(tx, cluster, request["task"])
    if task is None:
        raise InvalidParameterException("The referenced task was not found.")
    if task.desired_status is not TaskStatus.STOPPED:
        task = replace(
            task,
            desired_status=TaskStatus.STOPPED,
            stop_code=task.stop_code or "UserInitiated",
            stopped_reason=task.stopped_reason or request.get("reason") or "Task stopped by user",
            stop_asked_at=call.moment.now,
            version=task.version + 1,
        )
        tx.put(task)
    return {"task": render_task(tx, task, ("TAGS",))}


@operation("ecs")
def describe_tasks(
    tx: Transaction, call: Call, request: shapes.DescribeTasksRequest
) -> shapes.DescribeTasksResponse:
    """Up to a hundred tasks by id or ARN (API: DescribeTasks)."""
    cluster = cluster_of(tx, call, request.get("cluster"))
    names, include = request["tasks"], request.get("include", ())
    at_most(names, 100, "Tasks")
    response: shapes.DescribeTasksResponse = {"tasks": [], "failures": []}
    for name in names:
        task = task_of(tx, cluster, name)
        if task is None:
            arn = part_arn_of(cluster.arn, "task", name)
            response["failures"].append(missing(arn))
        else:
            response["tasks"].append(render_task(tx, task, include))
    return response


@operation("ecs")
def list_tasks(
    tx: Transaction, call: Call, request: shapes.ListTasksRequest
) -> shapes.ListTasksResponse:
    """ARNs of a cluster's tasks that are meant to run, or of those meant to stop."""
    cluster = cluster_of(tx, call, request.get("cluster"))
    desired = request.get("desiredStatus") or "RUNNING"
    started_by, launch_type = request.get("startedBy"), request.get("launchType")
    mark = f":task-definition/{family}:" if (family := request.get("family")) else ""
    # One after the other, so that of a great many only those are looked at that are shown.
    arns = (
        task.arn
        for task in _candidates(tx, cluster, request)
        if task.desired_status == desired
        and (not started_by or task.started_by == started_by)
        and (not launch_type or task.launch_type == launch_type)
        and mark in task.task_definition
        and not request.get("daemonName")
    )
    filters = {k: v for k, v in request.items() if k not in ("nextToken", "maxResults")}
    shown, more = page(arns, request, f"ListTasks {sorted(filters.items())}")
    response: shapes.ListTasksResponse = {"taskArns": shown}
    if more:
        response["nextToken"] = more
    return response


def _candidates(
    tx: Transaction, cluster: Cluster, request: shapes.ListTasksRequest
) -> Sequence[Task]:
    """The tasks of the narrowest thing the request names."""
    service_name, instance_name = request.get("serviceName"), request.get("containerInstance")
    if service_name:
        service = service_of(tx, cluster, service_name)
        if service is None:
            raise ServiceNotFoundException("Service not found.")
        found = tx.where(Task, service=service.arn)
    else:
        found = tx.where(Task, cluster=cluster.arn)
    if instance_name:
        arn = part_arn_of(cluster.arn, KIND, instance_name)
        found = [task for task in found if task.instance == arn]
    return found


def _wanted(
    tx: Transaction, call: Call, cluster: Cluster, request: shapes.RunTaskRequest
) -> tuple[list[Task], TaskDefinition]:
    """The tasks a RunTask request asks for, not yet written."""
    count = request.get("count", 1)
    if not 1 <= count <= MOST_AT_ONCE:
        raise InvalidParameterException(f"count must be between 1 and {MOST_AT_ONCE}.")
    definition = runnable_definition(tx, call, request["taskDefinition"])
    launch_type, strategy = resolve_launch(
        cluster, request.get("launchType"), request.get("capacityProviderStrategy")
    )
    fargate = uses_fargate(launch_type, strategy)
    check_fargate(definition, fargate)
    network = parse_network(request.get("networkConfiguration"))
    check_network(tx, network, definition, fargate)
    platform = parse_platform(request.get("platformVersion"), fargate)
    pattern = replace(
        parse_task(request, cluster, definition, call.moment.now, fargate=fargate),
        client_token=request.get("clientToken") or None,
        platform_version=platform_in_force(platform),
        placement_constraints=parse_constraints(request.get("placementConstraints"), fargate),
        placement_strategy=parse_placement(request.get("placementStrategy"), fargate),
    )
    check_task_role(tx, call, definition, pattern.task_role)
    check_constraints(definition, pattern.placement_constraints)
    pattern = as_client(tx, call, cluster, definition, pattern)
    tasks = []
    have: dict[str, int] = {}
    for _ in range(count):
        kind, provider = _capacity(launch_type, strategy, have)
        arn = new_task_arn(cluster.arn, call.moment)
        tasks.append(replace(pattern, arn=arn, launch_type=kind, capacity_provider=provider))
    return tasks, definition


def _capacity(
    launch_type: str | None, strategy: tuple[StrategyItem, ...], have: dict[str, int]
) -> tuple[str, str | None]:
    """The next task's launch type and provider, counting it in ``have``."""
    if not strategy:
        return launch_type or "EC2", None
    provider = share({item.provider: (item.base, item.weight) for item in strategy}, have)
    have[provider] = have.get(provider, 0) + 1
    return ("FARGATE" if provider in FARGATE_PROVIDERS else "EC2"), provider
