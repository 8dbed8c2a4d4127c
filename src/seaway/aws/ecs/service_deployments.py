"""Service deployments and revisions: a service's history, shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.ecs.errors import InvalidParameterException, ServiceNotFoundException
from seaway.aws.ecs.parse_launch import render_network
from seaway.aws.ecs.references import at_most, cluster_of, missing, page, service_of
from seaway.aws.ecs.registries import render_registries
from seaway.aws.ecs.render_service import render_connect, render_load_balancers
from seaway.aws.ecs.render_service_deployment import render_brief, render_service_deployment
from seaway.aws.ecs.strategy import render_strategy
from seaway.aws.instants import instant
from seaway.aws.operation import operation
from seaway.core.names import last_part, revision_arn
from seaway.core.service import Deployment, Service
from seaway.core.service_deployment import DeploymentStatus, ServiceDeployment
from seaway.core.strategy import configured
from seaway.core.task import Task
from seaway.core.task_definition import TaskDefinition
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import ecs as shapes

_STATUSES = tuple(status.value for status in DeploymentStatus)


@operation("ecs")
def list_service_deployments(
    tx: Transaction, call: Call, request: shapes.ListServiceDeploymentsRequest
) -> shapes.ListServiceDeploymentsResponse:
    """A service's deployments, newest first (API: ListServiceDeployments)."""
    cluster = cluster_of(tx, call, request.get("cluster"))
    service = service_of(tx, cluster, request["service"])
    if service is None:
        raise ServiceNotFoundException("Service not found.")
    wanted = request.get("status") or _STATUSES
    for status in wanted:
        if status not in _STATUSES:
            raise InvalidParameterException(f"Invalid status: {status}")
    history = tx.where(ServiceDeployment, service=service.arn)
    briefs = [render_brief(service, process) for process in reversed(history)]
    span = request.get("createdAt") or {}
    briefs = [
        brief
        for brief in briefs
        if brief["status"] in wanted
        and ("after" not in span or brief["createdAt"] > span["after"])
        and ("before" not in span or brief["createdAt"] < span["before"])
    ]
    scope = f"ListServiceDeployments {service.arn} {sorted(wanted)} {span}"
    shown, more = page(briefs, request, scope, default=20)
    response: shapes.ListServiceDeploymentsResponse = {"serviceDeployments": shown}
    if more:
        response["nextToken"] = more
    return response


@operation("ecs")
def describe_service_deployments(
    tx: Transaction, call: Call, request: shapes.DescribeServiceDeploymentsRequest
) -> shapes.DescribeServiceDeploymentsResponse:
    """Up to 20 deployments by ARN (API: DescribeServiceDeployments)."""
    arns = request["serviceDeploymentArns"]
    at_most(arns, 20, "serviceDeploymentArns")
    response: shapes.DescribeServiceDeploymentsResponse = {
        "serviceDeployments": [],
        "failures": [],
    }
    for arn in arns:
        known = process_of(tx, arn)
        if known is None:
            response["failures"].append(missing(arn))
        else:
            response["serviceDeployments"].append(render_service_deployment(tx, *known))
    return response


@operation("ecs")
def describe_service_revisions(
    tx: Transaction, call: Call, request: shapes.DescribeServiceRevisionsRequest
) -> shapes.DescribeServiceRevisionsResponse:
    """Up to 20 revisions by ARN: what each deployment deployed."""
    arns = request["serviceRevisionArns"]
    at_most(arns, 20, "serviceRevisionArns")
    response: shapes.DescribeServiceRevisionsResponse = {"serviceRevisions": [], "failures": []}
    for arn in arns:
        service = _service_in(tx, arn, ":service-revision/")
        found = tx.find(Deployment, f"ecs-svc/{last_part(arn)}")
        if service is None or found is None or found.service != service.arn:
            response["failures"].append(missing(arn))
        else:
            response["serviceRevisions"].append(_revision(tx, service, found))
    return response


def process_of(tx: Transaction, arn: str) -> tuple[Service, ServiceDeployment] | None:
    """The service deployment of this ARN, with its service."""
    service = _service_in(tx, arn, ":service-deployment/")
    found = tx.find(ServiceDeployment, last_part(arn))
    if service is None or found is None or found.service != service.arn:
        return None
    return service, found


def _service_in(tx: Transaction, arn: str, kind: str) -> Service | None:
    """The service whose deployment or revision an ARN names."""
    return tx.find(Service, arn.rsplit("/", 1)[0].replace(kind, ":service/"))


def _revision(tx: Transaction, service: Service, deployment: Deployment) -> shapes.ServiceRevision:
    shape: shapes.ServiceRevision = {
        "serviceRevisionArn": revision_arn(service.arn, deployment.id),
        "serviceArn": service.arn,
        "clusterArn": service.cluster,
        "taskDefinition": deployment.task_definition,
        "createdAt": instant(deployment.created_at),
        "containerImages": _images(tx, deployment),
        "guardDutyEnabled": False,
    }
    if deployment.strategy:
        shape["capacityProviderStrategy"] = render_strategy(deployment.strategy)
    if deployment.launch_type:
        shape["launchType"] = deployment.launch_type
    if deployment.platform_version:
        shape["platformVersion"] = deployment.platform_version
        shape["platformFamily"] = "Linux"
    if deployment.load_balancers:
        shape["loadBalancers"] = render_load_balancers(configured(deployment))
        shape["resolvedConfiguration"] = {"loadBalancers": _resolved(deployment)}
    if deployment.registries:
        shape["serviceRegistries"] = render_registries(deployment.registries)
    if deployment.network:
        shape["networkConfiguration"] = render_network(deployment.network)
    if deployment.connect:
        shape["serviceConnectConfiguration"] = render_connect(deployment.connect)
    return shape


def _resolved(deployment: Deployment) -> list[shapes.ServiceRevisionLoadBalancer]:
    """The target groups the revision's tasks really are in."""
    found: list[shapes.ServiceRevisionLoadBalancer] = []
    for balancer in deployment.load_balancers:
        one: shapes.ServiceRevisionLoadBalancer = {"targetGroupArn": balancer.target_group}
        if balancer.production_rule:
            one["productionListenerRule"] = balancer.production_rule
        found.append(one)
    return found


def _images(tx: Transaction, deployment: Deployment) -> list[shapes.ContainerImage]:
    """The images of the revision, with the digests its tasks turned out to run."""
    definition = tx.find(TaskDefinition, deployment.task_definition)
    digests = {
        container.name: container.image_digest
        for task in tx.where(Task, deployment=deployment.id)
        for container in task.containers
        if container.image_digest
    }
    images: list[shapes.ContainerImage] = []
    for container in definition.containers if definition else ():
        image: shapes.ContainerImage = {"containerName": container.name, "image": container.image}
        digest = digests.get(container.name)
        if digest:
            image["imageDigest"] = digest
        images.append(image)
    return images
