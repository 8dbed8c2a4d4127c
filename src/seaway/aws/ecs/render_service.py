"""Services, deployments and their history as the API shows them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from seaway.aws.ecs.parse_launch import render_network
from seaway.aws.ecs.registries import render_registries
from seaway.aws.ecs.render_container import render_log
from seaway.aws.ecs.render_rollout import render_rollout
from seaway.aws.ecs.rendering import kept
from seaway.aws.ecs.strategy import render_strategy
from seaway.aws.ecs.tagging import render_tags
from seaway.aws.instants import instant
from seaway.core.deployment import counts
from seaway.core.names import place_of, revision_arn, service_deployment_arn
from seaway.core.service import (
    ConnectAlias,
    ConnectService,
    ConnectTls,
    Deployment,
    Service,
    ServiceConnect,
    ServiceEvent,
    ServiceLoadBalancer,
)
from seaway.core.task import Task
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import ecs as shapes

MOST_EVENTS = 100


def render_service(
    tx: Transaction, service: Service, include: Collection[str] = ()
) -> shapes.Service:
    """A service with its counts, living deployments and newest events."""
    tasks = tx.where(Task, service=service.arn)
    alive = [d for d in tx.where(Deployment, service=service.arn) if d.status != "INACTIVE"]
    alive.sort(key=_newest_primary_first)
    events = tx.where(ServiceEvent, service=service.arn)[: -MOST_EVENTS - 1 : -1]
    shape = _render(service, tuple(alive), tuple(tasks), tuple(events))
    if "TAGS" in include and service.tags:
        shape = shape.copy()
        shape["tags"] = render_tags(service.tags)
    return shape


def _newest_primary_first(deployment: Deployment) -> tuple[bool, float]:
    return deployment.status != "PRIMARY", -deployment.created_at


@kept("arn")
def _render(
    service: Service,
    alive: tuple[Deployment, ...],
    tasks: tuple[Task, ...],
    events: tuple[ServiceEvent, ...],
) -> shapes.Service:
    counted = [(deployment, counts(tasks, deployment.id)) for deployment in alive]
    shape = _plain(service)
    shape["runningCount"] = sum(running for _, (running, _) in counted)
    shape["pendingCount"] = sum(pending for _, (_, pending) in counted)
    shape["deployments"] = [
        _deployment(deployment, service, running, pending)
        for deployment, (running, pending) in counted
    ]
    shape["events"] = [_event(event) for event in events]
    if alive:
        shape["currentServiceDeployment"] = service_deployment_arn(service.arn, alive[0].number)
        shape["currentServiceRevisions"] = [
            {
                "arn": revision_arn(service.arn, deployment.id),
                "requestedTaskCount": _wanted(deployment, service, running + pending),
                "runningTaskCount": running,
                "pendingTaskCount": pending,
            }
            for deployment, (running, pending) in counted
        ]
    return shape


def _event(event: ServiceEvent) -> shapes.ServiceEvent:
    return {
        "id": event.id,
        "createdAt": instant(event.created_at),
        "message": event.message,
    }


def _plain(service: Service) -> shapes.Service:
    """What of a service depends on nothing else."""
    shape: shapes.Service = {
        "serviceArn": service.arn,
        "serviceName": service.name,
        "clusterArn": service.cluster,
        "loadBalancers": render_load_balancers(service.load_balancers),
        "serviceRegistries": render_registries(service.registries),
        "status": service.status,
        "desiredCount": service.desired_count,
        "taskDefinition": service.task_definition,
        "deploymentConfiguration": render_rollout(service.rollout),
        "createdAt": instant(service.created_at),
        "createdBy": service.created_by,
        "placementConstraints": [
            {"type": kind, "expression": text} if text else {"type": kind}
            for kind, text in service.placement_constraints
        ],
        "placementStrategy": [
            {"type": kind, "field": subject} if subject else {"type": kind}
            for kind, subject in service.placement_strategy
        ],
        "schedulingStrategy": service.scheduling,
        "deploymentController": {"type": service.controller},
        "enableECSManagedTags": service.managed_tags,
        "propagateTags": service.propagate_tags,
        "enableExecuteCommand": service.exec_enabled,
        "availabilityZoneRebalancing": service.zone_rebalancing,
    }
    if service.launch_type:
        shape["launchType"] = service.launch_type
    if service.strategy:
        shape["capacityProviderStrategy"] = render_strategy(service.strategy)
    if service.platform_version:
        shape["platformVersion"] = service.platform_version
        shape["platformFamily"] = "Linux"
    if service.network:
        shape["networkConfiguration"] = render_network(service.network)
    if service.load_balancers:
        shape["healthCheckGracePeriodSeconds"] = service.health_check_grace
        shape["roleArn"] = service.role or _linked_role(service)
    return shape


def _linked_role(service: Service) -> str:
    account = place_of(service.arn).account
    role = "aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS"
    return f"arn:aws:iam::{account}:role/{role}"


def _wanted(deployment: Deployment, service: Service, alive: int) -> int:
    """The primary deployment wants all; one being replaced wants what is left of it."""
    return service.desired_count if deployment.status == "PRIMARY" else alive


def _deployment(
    deployment: Deployment, service: Service, running: int, pending: int
) -> shapes.Deployment:
    shape: shapes.Deployment = {
        "id": deployment.id,
        "status": deployment.status,
        "taskDefinition": deployment.task_definition,
        "desiredCount": _wanted(deployment, service, running + pending),
        "runningCount": running,
        "pendingCount": pending,
        "failedTasks": deployment.failed_tasks,
        "createdAt": instant(deployment.created_at),
        "updatedAt": instant(deployment.updated_at or deployment.created_at),
        "rolloutState": deployment.rollout_state.value,
        "rolloutStateReason": deployment.rollout_reason,
    }
    if deployment.launch_type:
        shape["launchType"] = deployment.launch_type
    if deployment.strategy:
        shape["capacityProviderStrategy"] = render_strategy(deployment.strategy)
    if deployment.platform_version:
        shape["platformVersion"] = deployment.platform_version
        shape["platformFamily"] = "Linux"
    if deployment.network:
        shape["networkConfiguration"] = render_network(deployment.network)
    if deployment.connect:
        shape["serviceConnectConfiguration"] = render_connect(deployment.connect)
    if deployment.discovery:
        shape["serviceConnectResources"] = [
            {"discoveryName": name, "discoveryArn": arn} for name, arn in deployment.discovery
        ]
    return shape


def render_connect(connect: ServiceConnect) -> shapes.ServiceConnectConfiguration:
    """A Service Connect configuration; the namespace is shown by its name, as AWS does."""
    shape: shapes.ServiceConnectConfiguration = {"enabled": connect.enabled}
    if not connect.enabled:
        return shape
    if connect.namespace_name:
        shape["namespace"] = connect.namespace_name
    shape["services"] = [_connect_service(entry) for entry in connect.services]
    if connect.log:
        shape["logConfiguration"] = render_log(connect.log)
    if connect.access_log:
        shape["accessLogConfiguration"] = {
            "format": connect.access_log.format,
            "includeQueryParameters": "ENABLED" if connect.access_log.query else "DISABLED",
        }
    if connect.proxy_log_level:
        shape["containerConfigurations"] = [{"logLevel": connect.proxy_log_level}]
    return shape


def _connect_service(entry: ConnectService) -> shapes.ServiceConnectService:
    shape: shapes.ServiceConnectService = {"portName": entry.port_name}
    if entry.discovery_name:
        shape["discoveryName"] = entry.discovery_name
    if entry.alias:
        shape["clientAliases"] = [render_alias(entry.alias)]
    if entry.ingress_port is not None:
        shape["ingressPortOverride"] = entry.ingress_port
    timeout: shapes.TimeoutConfiguration = {}
    if entry.idle_timeout is not None:
        timeout["idleTimeoutSeconds"] = entry.idle_timeout
    if entry.request_timeout is not None:
        timeout["perRequestTimeoutSeconds"] = entry.request_timeout
    if timeout:
        shape["timeout"] = timeout
    if entry.tls:
        shape["tls"] = _tls(entry.tls)
    return shape


def _tls(tls: ConnectTls) -> shapes.ServiceConnectTlsConfiguration:
    shape: shapes.ServiceConnectTlsConfiguration = {"issuerCertificateAuthority": {}}
    if tls.authority:
        shape["issuerCertificateAuthority"]["awsPcaAuthorityArn"] = tls.authority
    if tls.kms_key:
        shape["kmsKey"] = tls.kms_key
    if tls.role:
        shape["roleArn"] = tls.role
    return shape


def render_alias(alias: ConnectAlias) -> shapes.ServiceConnectClientAlias:
    """A client alias as it was given."""
    shape: shapes.ServiceConnectClientAlias = {"port": alias.port}
    if alias.dns_name:
        shape["dnsName"] = alias.dns_name
    if alias.test_header:
        header: shapes.ServiceConnectTestTrafficHeaderRules = {"name": alias.test_header.name}
        if alias.test_header.exact is not None:
            header["value"] = {"exact": alias.test_header.exact}
        shape["testTrafficRules"] = {"header": header}
    return shape


def render_load_balancers(
    balancers: Sequence[ServiceLoadBalancer],
) -> list[shapes.LoadBalancer]:
    """A service's target groups."""
    return [_load_balancer(balancer) for balancer in balancers]


def _load_balancer(balancer: ServiceLoadBalancer) -> shapes.LoadBalancer:
    shape: shapes.LoadBalancer = {
        "targetGroupArn": balancer.target_group,
        "containerName": balancer.container,
        "containerPort": balancer.port,
    }
    advanced: shapes.AdvancedConfiguration = {}
    if balancer.alternate_target_group:
        advanced["alternateTargetGroupArn"] = balancer.alternate_target_group
    if balancer.production_rule:
        advanced["productionListenerRule"] = balancer.production_rule
    if balancer.test_rule:
        advanced["testListenerRule"] = balancer.test_rule
    if balancer.role:
        advanced["roleArn"] = balancer.role
    if advanced:
        shape["advancedConfiguration"] = advanced
    return shape
