"""Container instances: registered, described with what they have left, drained, let go."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.ecs.attribute_rules import parse_attributes
from seaway.aws.ecs.errors import ClientException, InvalidParameterException, not_built
from seaway.aws.ecs.parse_launch import check_expression
from seaway.aws.ecs.references import (
    active_cluster,
    at_most,
    cluster_of,
    instance_of,
    page,
    part_arn_of,
)
from seaway.aws.ecs.render_cluster import is_counted, render_instance
from seaway.aws.ecs.tagging import parse_tags
from seaway.aws.operation import operation
from seaway.core.capacity import ContainerInstance
from seaway.core.cluster import Cluster
from seaway.core.names import new_instance_arn
from seaway.core.query_language import Query, parse, subject_of
from seaway.core.task import TaskStatus
from seaway.store.occupancy import room_of, tasks_on
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import ecs as shapes

_STATUSES = ("ACTIVE", "DRAINING", "REGISTERING", "DEREGISTERING", "REGISTRATION_FAILED")


@operation("ecs")
def register_container_instance(
    tx: Transaction, call: Call, request: shapes.RegisterContainerInstanceRequest
) -> shapes.RegisterContainerInstanceResponse:
    """Write an instance with the resources it says it has; its agent is not connected yet.

    With the ARN of one that is there, that one is brought up to date. (API:
    RegisterContainerInstance, which only the agent uses.)
    """
    cluster = active_cluster(tx, call, request.get("cluster"))
    if request.get("platformDevices"):
        raise not_built("platformDevices")
    instance = _registered(tx, call, cluster, request)
    version = request.get("versionInfo") or {}
    attributes = {**dict(instance.attributes), **parse_attributes(request.get("attributes"))}
    instance = replace(
        instance,
        cpu=_resource(request.get("totalResources"), "CPU", instance.cpu),
        memory=_resource(request.get("totalResources"), "MEMORY", instance.memory),
        reserved_ports=_reserved(request, "PORTS", instance.reserved_ports),
        reserved_udp_ports=_reserved(request, "PORTS_UDP", instance.reserved_udp_ports),
        attributes=tuple(attributes.items()),
        agent_version=version.get("agentVersion") or instance.agent_version,
        docker_version=version.get("dockerVersion") or instance.docker_version,
    )
    if not instance.cpu or not instance.memory:
        raise ClientException("totalResources must name CPU and MEMORY.")
    tx.put(instance)
    return {"containerInstance": _render(tx, instance, ("TAGS",))}


@operation("ecs")
def deregister_container_instance(
    tx: Transaction, call: Call, request: shapes.DeregisterContainerInstanceRequest
) -> shapes.DeregisterContainerInstanceResponse:
    """Take an instance out of its cluster; ``force`` gives up the tasks on it.

    Those are told to stop; the instance stays INACTIVE until the last of them has.
    """
    cluster = cluster_of(tx, call, request.get("cluster"))
    instance = _existing(tx, cluster, request["containerInstance"])
    tasks = tasks_on(tx, instance)
    if tasks and not request.get("force"):
        raise InvalidParameterException("Found running tasks on the instance.")
    for task in tasks:
        if task.desired_status is TaskStatus.RUNNING:
            tx.put(
                replace(
                    task,
                    desired_status=TaskStatus.STOPPED,
                    stopped_reason="Container instance deregistration forced by user",
                    stop_asked_at=call.moment.now,
                    version=task.version + 1,
                )
            )
    instance = replace(instance, status="INACTIVE")
    if tasks:
        tx.put(instance)
    else:
        tx.drop(instance)
    return {"containerInstance": _render(tx, instance, ("TAGS",))}


@operation("ecs")
def describe_container_instances(
    tx: Transaction, call: Call, request: shapes.DescribeContainerInstancesRequest
) -> shapes.DescribeContainerInstancesResponse:
    """Up to a hundred instances by id or ARN (API: DescribeContainerInstances)."""
    cluster = cluster_of(tx, call, request.get("cluster"))
    names, include = request["containerInstances"], request.get("include", ())
    at_most(names, 100, "Container instances")
    response: shapes.DescribeContainerInstancesResponse = {
        "containerInstances": [],
        "failures": [],
    }
    for name in names:
        instance = instance_of(tx, cluster, name)
        if instance is None:
            response["failures"].append(_missing(cluster, name))
        else:
            response["containerInstances"].append(_render(tx, instance, include))
    return response


@operation("ecs")
def list_container_instances(
    tx: Transaction, call: Call, request: shapes.ListContainerInstancesRequest
) -> shapes.ListContainerInstancesResponse:
    """ARNs of a cluster's instances (API: ListContainerInstances)."""
    cluster = cluster_of(tx, call, request.get("cluster"))
    query = _filter(request.get("filter"))
    status = request.get("status")
    if status and status not in _STATUSES:
        raise InvalidParameterException(f"Invalid status: {status}")
    arns = [
        instance.arn
        for instance in tx.where(ContainerInstance, cluster=cluster.arn)
        if (instance.status == status if status else instance.status != "INACTIVE")
        and (query is None or query.matches(subject_of(instance, tasks_on(tx, instance))))
    ]
    where = f"ListContainerInstances {cluster.arn} {status} {request.get('filter')}"
    shown, more = page(arns, request, where)
    response: shapes.ListContainerInstancesResponse = {"containerInstanceArns": shown}
    if more:
        response["nextToken"] = more
    return response


@operation("ecs")
def update_container_instances_state(
    tx: Transaction, call: Call, request: shapes.UpdateContainerInstancesStateRequest
) -> shapes.UpdateContainerInstancesStateResponse:
    """Set up to ten instances DRAINING or ACTIVE again (API: UpdateContainerInstancesState)."""
    cluster = cluster_of(tx, call, request.get("cluster"))
    names, status = request["containerInstances"], request["status"]
    at_most(names, 10, "Container instances")
    if status not in ("ACTIVE", "DRAINING"):
        raise InvalidParameterException("Container instances status should be ACTIVE or DRAINING.")
    response: shapes.UpdateContainerInstancesStateResponse = {
        "containerInstances": [],
        "failures": [],
    }
    for name in names:
        instance = instance_of(tx, cluster, name)
        if instance is None or instance.status == "INACTIVE":
            response["failures"].append(_missing(cluster, name))
            continue
        instance = replace(instance, status=status)
        tx.put(instance)
        response["containerInstances"].append(_render(tx, instance, ()))
    return response


def _filter(expression: str | None) -> Query | None:
    if not expression:
        return None
    check_expression(expression)
    return parse(expression)


def _existing(tx: Transaction, cluster: Cluster, given: str) -> ContainerInstance:
    instance = instance_of(tx, cluster, given)
    if instance is None or instance.status == "INACTIVE":
        raise InvalidParameterException("The referenced container instance was not found.")
    return instance


def _missing(cluster: Cluster, name: str) -> shapes.Failure:
    return {"arn": part_arn_of(cluster.arn, "container-instance", name), "reason": "MISSING"}


def _render(
    tx: Transaction, instance: ContainerInstance, include: Sequence[str]
) -> shapes.ContainerInstance:
    tasks = tasks_on(tx, instance)
    room = room_of(tx, instance, tasks)
    return render_instance(instance, room, [t for t in tasks if is_counted(t)], include)


def _registered(
    tx: Transaction,
    call: Call,
    cluster: Cluster,
    request: shapes.RegisterContainerInstanceRequest,
) -> ContainerInstance:
    """The instance that registers again, or a new one from its identity document."""
    given = request.get("containerInstanceArn")
    if given:
        return _existing(tx, cluster, given)
    identity = _identity(request.get("instanceIdentityDocument"))
    return ContainerInstance(
        arn=new_instance_arn(cluster.arn, call.moment),
        cluster=cluster.arn,
        registered_at=call.moment.now,
        instance_id=identity.get("instanceId", ""),
        address=identity.get("privateIp", ""),
        zone=identity.get("availabilityZone", ""),
        connected=False,
        tags=parse_tags(request.get("tags")),
    )


def _identity(document: str | None) -> dict[str, str]:
    if not document:
        return {}
    try:
        identity = json.loads(document)
    except ValueError:
        raise ClientException("Instance identity document is not valid.") from None
    if not isinstance(identity, dict):
        raise ClientException("Instance identity document is not valid.")
    return {name: value for name, value in identity.items() if isinstance(value, str)}


def _resource(given: Sequence[shapes.Resource] | None, name: str, before: int) -> int:
    for resource in given or ():
        if resource.get("name") == name:
            return resource.get("integerValue", before)
    return before


def _reserved(
    request: shapes.RegisterContainerInstanceRequest, name: str, before: tuple[int, ...]
) -> tuple[int, ...]:
    for resource in request.get("totalResources") or ():
        if resource.get("name") == name:
            return tuple(int(port) for port in resource.get("stringSetValue", ()))
    return before
