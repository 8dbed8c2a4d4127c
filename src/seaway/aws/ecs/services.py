"""Services: intents written, and what became of them shown. The reconciler does the rest."""

from __future__ import annotations

from dataclasses import replace
from itertools import takewhile
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.ecs.endpoints import check_free, known_to, offer
from seaway.aws.ecs.errors import (
    InvalidParameterException,
    ServiceNotActiveException,
    ServiceNotFoundException,
)
from seaway.aws.ecs.namespaces import existing_namespace
from seaway.aws.ecs.parse_launch import platform_in_force
from seaway.aws.ecs.parse_service import Wanted, created, needs_deployment, updated
from seaway.aws.ecs.references import (
    active_cluster,
    at_most,
    cluster_of,
    missing,
    page,
    service_arn_of,
    service_of,
)
from seaway.aws.ecs.render_cluster import launch_type_of
from seaway.aws.ecs.render_service import render_service
from seaway.aws.operation import operation
from seaway.core.names import new_deployment_id, service_arn
from seaway.core.service import Deployment, Service, ServiceEvent
from seaway.core.service_deployment import HookRun, ServiceDeployment
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import ecs as shapes


@operation("ecs")
def create_service(
    tx: Transaction, call: Call, request: shapes.CreateServiceRequest
) -> shapes.CreateServiceResponse:
    """Write a new service, its first deployment and the names it offers (API: CreateService)."""
    cluster = active_cluster(tx, call, request.get("cluster"))
    there = tx.find(Service, service_arn(cluster.arn, request["serviceName"]))
    if there is not None and there.status == "DRAINING":
        raise InvalidParameterException("Unable to Start a service that is still Draining.")
    wanted = created(tx, call, cluster, request)
    if there is not None and there.status == "ACTIVE":
        if not _is_repeated(there, wanted.service):
            raise InvalidParameterException("Creation of service was not idempotent.")
        return {"service": render_service(tx, there, ("TAGS",))}
    check_free(tx, wanted.service.arn, wanted.service.connect, wanted.definition)
    if there is not None:
        _forget(tx, there)
    tx.put(wanted.service)
    _deploy(tx, call, wanted, None)
    return {"service": render_service(tx, wanted.service, ("TAGS",))}


@operation("ecs")
def update_service(
    tx: Transaction, call: Call, request: shapes.UpdateServiceRequest
) -> shapes.UpdateServiceResponse:
    """Write a service's change; a deployment only when its tasks have to be others."""
    cluster = active_cluster(tx, call, request.get("cluster"))
    before = service_of(tx, cluster, request["service"])
    if before is None:
        raise ServiceNotFoundException("Service not found.")
    if before.status != "ACTIVE":
        raise ServiceNotActiveException("Service was not ACTIVE.")
    wanted = updated(tx, call, cluster, before, request)
    tx.put(wanted.service)
    if request.get("forceNewDeployment") or needs_deployment(before, wanted.service):
        _deploy(tx, call, wanted, _step_back(tx, call, before))
    return {"service": render_service(tx, wanted.service, ("TAGS",))}


@operation("ecs")
def delete_service(
    tx: Transaction, call: Call, request: shapes.DeleteServiceRequest
) -> shapes.DeleteServiceResponse:
    """Let a service drain; it is INACTIVE when its last task is gone (API: DeleteService)."""
    cluster = cluster_of(tx, call, request.get("cluster"))
    service = service_of(tx, cluster, request["service"])
    if service is None or service.status == "INACTIVE":
        raise ServiceNotFoundException("Service not found.")
    if service.status == "ACTIVE":
        if service.desired_count > 0 and not request.get("force"):
            raise InvalidParameterException(
                "The service cannot be stopped while it is scaled above 0."
            )
        service = replace(service, status="DRAINING", desired_count=0)
        tx.put(service)
    return {"service": render_service(tx, service, ("TAGS",))}


@operation("ecs")
def describe_services(
    tx: Transaction, call: Call, request: shapes.DescribeServicesRequest
) -> shapes.DescribeServicesResponse:
    """Up to ten services by name or ARN, deleted ones too (API: DescribeServices)."""
    cluster = cluster_of(tx, call, request.get("cluster"))
    names, include = request["services"], request.get("include", ())
    at_most(names, 10, "Services")
    response: shapes.DescribeServicesResponse = {"services": [], "failures": []}
    for name in names:
        service = service_of(tx, cluster, name)
        if service is None:
            arn = service_arn_of(cluster.arn, name)
            response["failures"].append(missing(arn))
        else:
            response["services"].append(render_service(tx, service, include))
    return response


@operation("ecs")
def list_services(
    tx: Transaction, call: Call, request: shapes.ListServicesRequest
) -> shapes.ListServicesResponse:
    """ARNs of a cluster's services that are not gone (API: ListServices)."""
    cluster = cluster_of(tx, call, request.get("cluster"))
    launch_type, scheduling = request.get("launchType"), request.get("schedulingStrategy")
    arns = [
        service.arn
        for service in tx.where(Service, cluster=cluster.arn)
        if service.status != "INACTIVE"
        and (not launch_type or launch_type_of(service) == launch_type)
        and (not scheduling or service.scheduling == scheduling)
        and request.get("resourceManagementType") != "ECS"
    ]
    scope = f"ListServices {cluster.arn} {launch_type} {scheduling}"
    shown, more = page(arns, request, scope, default=10)
    response: shapes.ListServicesResponse = {"serviceArns": shown}
    if more:
        response["nextToken"] = more
    return response


@operation("ecs")
def list_services_by_namespace(
    tx: Transaction, call: Call, request: shapes.ListServicesByNamespaceRequest
) -> shapes.ListServicesByNamespaceResponse:
    """ARNs of the services, in all clusters, that are in a namespace; clients too."""
    namespace = existing_namespace(tx, call, request["namespace"])
    home = call.arn("ecs", "service/")
    arns = [
        service.arn
        for service in tx.where(Service)
        if service.status != "INACTIVE"
        and service.connect is not None
        and service.connect.namespace == namespace.arn
        and service.arn.startswith(home)
    ]
    scope = f"ListServicesByNamespace {namespace.arn}"
    shown, more = page(arns, request, scope, default=10)
    response: shapes.ListServicesByNamespaceResponse = {"serviceArns": shown}
    if more:
        response["nextToken"] = more
    return response


def _is_repeated(there: Service, wanted: Service) -> bool:
    """Whether a CreateService asks once more for the service that is there."""
    if wanted.client_token is not None and wanted.client_token == there.client_token:
        return True
    same = replace(wanted, created_at=there.created_at, client_token=there.client_token)
    return same == there


def _forget(tx: Transaction, gone: Service) -> None:
    """A deleted service's history does not belong to the new one of its name."""
    for deployment in tx.where(Deployment, service=gone.arn):
        tx.drop(deployment)
    for event in tx.where(ServiceEvent, service=gone.arn):
        tx.drop(event)
    for process in tx.where(ServiceDeployment, service=gone.arn):
        for run in tx.where(HookRun, deployment=process.number):
            tx.drop(run)
        tx.drop(process)


def _step_back(tx: Transaction, call: Call, service: Service) -> str | None:
    """Let the primary deployment be replaced, and what is under way be overtaken; gives its id."""
    history = tx.newest(ServiceDeployment, service=service.arn)
    for process in [*takewhile(lambda one: one.is_open and not one.overtaken, history)]:
        tx.put(replace(process, overtaken=True, updated_at=call.moment.now))
    for deployment in tx.where(Deployment, service=service.arn):
        if deployment.status == "PRIMARY":
            tx.put(replace(deployment, status="ACTIVE", updated_at=call.moment.now))
            return deployment.id
    return None


def _deploy(tx: Transaction, call: Call, wanted: Wanted, source: str | None) -> None:
    """Write the deployment that brings a service to what is wanted, with the names it offers."""
    service, moment = wanted.service, call.moment
    id, number = new_deployment_id(moment), moment.alnum(21)
    in_force = [d.id for d in tx.where(Deployment, service=service.arn) if d.status == "ACTIVE"]
    tx.put(
        ServiceDeployment(
            number=number,
            service=service.arn,
            target=id,
            created_at=moment.now,
            updated_at=moment.now,
            configuration=service.rollout,
            sources=tuple(in_force),
        )
    )
    tx.put(
        Deployment(
            id=id,
            service=service.arn,
            created_at=moment.now,
            updated_at=moment.now,
            task_definition=service.task_definition,
            launch_type=service.launch_type,
            strategy=service.strategy,
            platform_version=platform_in_force(service.platform_version),
            network=service.network,
            load_balancers=service.load_balancers,
            registries=service.registries,
            connect=service.connect,
            discovery=offer(tx, call, service.arn, service.connect, wanted.definition),
            known=known_to(tx, service.cluster, service.connect),
            number=number,
            source=source,
            rollout_reason=f"ECS deployment {id} in progress.",
        )
    )
