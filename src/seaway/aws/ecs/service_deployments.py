"""Service deployments and revisions: a service's history, told from its deployments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.ecs.errors import InvalidParameterException, ServiceNotFoundException
from seaway.aws.ecs.parse_launch import render_network
from seaway.aws.ecs.references import at_most, cluster_of, missing, page, service_of
from seaway.aws.ecs.registries import render_registries
from seaway.aws.ecs.render_service import render_connect, render_load_balancers, render_rollout
from seaway.aws.ecs.strategy import render_strategy
from seaway.aws.instants import instant
from seaway.aws.operation import operation
from seaway.core.deployment import breaker_threshold, counts
from seaway.core.names import last_part, revision_arn, service_deployment_arn
from seaway.core.service import Deployment, RolloutState, Service
from seaway.core.task import Task
from seaway.core.task_definition import TaskDefinition
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import ecs as shapes

_STATUSES = (
    "PENDING",
    "SUCCESSFUL",
    "STOPPED",
    "STOP_REQUESTED",
    "IN_PROGRESS",
    "ROLLBACK_REQUESTED",
    "ROLLBACK_IN_PROGRESS",
    "ROLLBACK_SUCCESSFUL",
    "ROLLBACK_FAILED",
)


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
    history = tx.where(Deployment, service=service.arn)
    briefs = [_brief(service, deployment, history) for deployment in reversed(history)]
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
        service = _service_in(tx, arn, ":service-deployment/")
        history = tx.where(Deployment, service=service.arn) if service else []
        found = next((d for d in history if d.number == last_part(arn)), None)
        if service is None or found is None:
            response["failures"].append(missing(arn))
        else:
            response["serviceDeployments"].append(_render(tx, service, found, history))
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


def _service_in(tx: Transaction, arn: str, kind: str) -> Service | None:
    """The service whose deployment or revision an ARN names."""
    return tx.find(Service, arn.rsplit("/", 1)[0].replace(kind, ":service/"))


def status_of(deployment: Deployment, history: Sequence[Deployment], rolls_back: bool) -> str:
    """A deployment's status in the words of ServiceDeploymentStatus."""
    if deployment.rollout_state is RolloutState.COMPLETED:
        return "SUCCESSFUL"
    if deployment.rollout_state is RolloutState.FAILED:
        back = next((d for d in history if d.source == deployment.id), None)
        if not rolls_back or back is None:
            return "STOPPED"
        done = back.rollout_state is RolloutState.COMPLETED
        return "ROLLBACK_SUCCESSFUL" if done else "ROLLBACK_IN_PROGRESS"
    return "IN_PROGRESS" if deployment.status == "PRIMARY" else "STOPPED"


def _brief(
    service: Service, deployment: Deployment, history: Sequence[Deployment]
) -> shapes.ServiceDeploymentBrief:
    brief: shapes.ServiceDeploymentBrief = {
        "serviceDeploymentArn": service_deployment_arn(service.arn, deployment.number),
        "serviceArn": service.arn,
        "clusterArn": service.cluster,
        "startedAt": instant(deployment.created_at),
        "createdAt": instant(deployment.created_at),
        "targetServiceRevisionArn": revision_arn(service.arn, deployment.id),
        "status": status_of(deployment, history, service.rollout.circuit_breaker_rollback),
    }
    if deployment.finished_at is not None:
        brief["finishedAt"] = instant(deployment.finished_at)
    if deployment.rollout_state is RolloutState.FAILED:
        brief["statusReason"] = deployment.rollout_reason
    return brief


def _render(
    tx: Transaction, service: Service, deployment: Deployment, history: Sequence[Deployment]
) -> shapes.ServiceDeployment:
    brief = _brief(service, deployment, history)
    tasks = tx.where(Task, service=service.arn)
    shape: shapes.ServiceDeployment = {
        "serviceDeploymentArn": brief["serviceDeploymentArn"],
        "serviceArn": service.arn,
        "clusterArn": service.cluster,
        "createdAt": brief["createdAt"],
        "startedAt": brief["startedAt"],
        "updatedAt": instant(deployment.updated_at or deployment.created_at),
        "sourceServiceRevisions": [
            _summary(service, source, tasks) for source in history if source.id == deployment.source
        ],
        "targetServiceRevision": _summary(service, deployment, tasks),
        "status": brief["status"],
        "deploymentConfiguration": render_rollout(service.rollout),
        "deploymentCircuitBreaker": {
            "status": _breaker(service, deployment),
            "failureCount": deployment.failed_tasks,
            "threshold": breaker_threshold(service.desired_count),
        },
        "alarms": {"status": "DISABLED"},
    }
    if "finishedAt" in brief:
        shape["finishedAt"] = brief["finishedAt"]
    if "statusReason" in brief:
        shape["statusReason"] = brief["statusReason"]
    return shape


def _summary(
    service: Service, deployment: Deployment, tasks: Sequence[Task]
) -> shapes.ServiceRevisionSummary:
    running, pending = counts(tasks, deployment.id)
    wanted = service.desired_count if deployment.status == "PRIMARY" else running + pending
    return {
        "arn": revision_arn(service.arn, deployment.id),
        "requestedTaskCount": wanted,
        "runningTaskCount": running,
        "pendingTaskCount": pending,
    }


def _breaker(service: Service, deployment: Deployment) -> str:
    if not service.rollout.circuit_breaker:
        return "DISABLED"
    if deployment.rollout_state is RolloutState.FAILED:
        return "TRIGGERED"
    done = deployment.rollout_state is RolloutState.COMPLETED
    return "MONITORING_COMPLETE" if done else "MONITORING"


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
        shape["loadBalancers"] = render_load_balancers(deployment.load_balancers)
    if deployment.registries:
        shape["serviceRegistries"] = render_registries(deployment.registries)
    if deployment.network:
        shape["networkConfiguration"] = render_network(deployment.network)
    if deployment.connect:
        shape["serviceConnectConfiguration"] = render_connect(deployment.connect)
    return shape


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
