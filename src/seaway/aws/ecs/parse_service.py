"""CreateService's and UpdateService's shapes → Service, with AWS's refusals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.ecs.errors import InvalidParameterException, not_built, refuse
from seaway.aws.ecs.parse_balancing import (
    check_load_balancers,
    check_shifting,
    parse_load_balancers,
)
from seaway.aws.ecs.parse_connect import check_again, check_fargate_log, parse_connect
from seaway.aws.ecs.parse_deployment import DAEMON, parse_rollout
from seaway.aws.ecs.parse_launch import (
    check_constraints,
    check_exec,
    check_network,
    parse_constraints,
    parse_network,
    parse_placement,
    parse_platform,
)
from seaway.aws.ecs.parse_scheduling import (
    check_count,
    check_daemon,
    parse_scheduling,
    rebalancing,
)
from seaway.aws.ecs.references import check_name, runnable_definition
from seaway.aws.ecs.registries import check_registries, parse_registries
from seaway.aws.ecs.render_cluster import launch_type_of
from seaway.aws.ecs.strategy import check_fargate, resolve_launch, uses_fargate
from seaway.aws.ecs.tagging import parse_tags
from seaway.core.cluster import Cluster, StrategyItem
from seaway.core.connect_rules import protocol_refusal
from seaway.core.names import service_arn
from seaway.core.service import DeploymentConfiguration, Service, ServiceConnect
from seaway.core.task_definition import TaskDefinition
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import ecs as shapes

_ABSENT = (
    "volumeConfigurations",
    "vpcLatticeConfigurations",
    "gatewayConnectors",
    "monitoring",
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A service as asked for, and the task definition it runs."""

    service: Service
    definition: TaskDefinition


def created(
    tx: Transaction, call: Call, cluster: Cluster, request: shapes.CreateServiceRequest
) -> Wanted:
    """The service a CreateService request describes; writes nothing.

    Raises InvalidParameterException, ClientException, PlatformUnknownException and
    NamespaceNotFoundException.
    """
    name = request["serviceName"]
    check_name(name, "Service name")
    _refuse_unbuilt(request)
    if not request.get("taskDefinition"):
        raise InvalidParameterException("TaskDefinition can not be blank.")
    scheduling = parse_scheduling(request)
    definition = runnable_definition(tx, call, request["taskDefinition"])
    launch_type, strategy = resolve_launch(
        cluster, request.get("launchType"), request.get("capacityProviderStrategy")
    )
    fargate = uses_fargate(launch_type, strategy)
    service = Service(
        arn=service_arn(cluster.arn, name),
        name=name,
        cluster=cluster.arn,
        created_at=call.moment.now,
        created_by=f"arn:aws:iam::{call.account}:root",
        desired_count=_count(request.get("desiredCount", 0)),
        scheduling=scheduling,
        task_definition=definition.arn,
        launch_type=launch_type,
        strategy=strategy,
        platform_version=parse_platform(request.get("platformVersion"), fargate),
        rollout=parse_rollout(
            request.get("deploymentConfiguration"),
            DAEMON if scheduling == "DAEMON" else DeploymentConfiguration(),
        ),
        load_balancers=parse_load_balancers(request.get("loadBalancers")),
        registries=parse_registries(request.get("serviceRegistries")),
        network=parse_network(request.get("networkConfiguration")),
        placement_constraints=parse_constraints(request.get("placementConstraints"), fargate),
        placement_strategy=parse_placement(request.get("placementStrategy"), fargate),
        health_check_grace=_grace(request.get("healthCheckGracePeriodSeconds"), 0),
        connect=parse_connect(
            tx, call, cluster, definition, request.get("serviceConnectConfiguration")
        ),
        propagate_tags=_propagation(request.get("propagateTags"), "NONE"),
        managed_tags=request.get("enableECSManagedTags", False),
        client_token=request.get("clientToken") or None,
        exec_enabled=request.get("enableExecuteCommand", False),
        tags=parse_tags(request.get("tags")),
        role=request.get("role") or None,
    )
    service = rebalancing(service, request.get("availabilityZoneRebalancing"))
    _check(tx, service, definition, request.get("healthCheckGracePeriodSeconds"))
    return Wanted(service, definition)


def updated(
    tx: Transaction,
    call: Call,
    cluster: Cluster,
    before: Service,
    request: shapes.UpdateServiceRequest,
) -> Wanted:
    """The service after an UpdateService request; what it leaves out stays. Writes nothing.

    Raises what ``created`` raises.
    """
    _refuse_unbuilt(request)
    check_count(before, request)
    old = tx.find(TaskDefinition, before.task_definition)
    assert old is not None, "task definitions in use are never removed"
    definition = old
    if request.get("taskDefinition"):
        definition = runnable_definition(tx, call, request["taskDefinition"])
    launch_type, strategy = before.launch_type, before.strategy
    if "capacityProviderStrategy" in request:
        launch_type, strategy = _relaunch(cluster, before, request["capacityProviderStrategy"])
    fargate = uses_fargate(launch_type, strategy)
    service = replace(
        before,
        task_definition=definition.arn,
        launch_type=launch_type,
        strategy=strategy,
        platform_version=_platform(before, request, fargate),
        rollout=parse_rollout(request.get("deploymentConfiguration"), before.rollout),
        propagate_tags=_propagation(request.get("propagateTags"), before.propagate_tags),
        managed_tags=request.get("enableECSManagedTags", before.managed_tags),
        exec_enabled=request.get("enableExecuteCommand", before.exec_enabled),
        health_check_grace=_grace(
            request.get("healthCheckGracePeriodSeconds"), before.health_check_grace
        ),
        desired_count=_count(request.get("desiredCount", before.desired_count)),
        connect=_reconnected(tx, call, cluster, definition, before, request),
    )
    service = _relocated(service, request, fargate)
    service = rebalancing(service, request.get("availabilityZoneRebalancing"), before)
    refuse(protocol_refusal(before.connect, old, definition))
    _check(tx, service, definition, request.get("healthCheckGracePeriodSeconds"))
    return Wanted(service, definition)


def needs_deployment(before: Service, after: Service) -> bool:
    """Whether a change concerns what tasks are made of; counts and limits do not."""
    return any(
        getattr(before, field) != getattr(after, field)
        for field in (
            "task_definition",
            "network",
            "load_balancers",
            "registries",
            "connect",
            "platform_version",
            "launch_type",
            "strategy",
        )
    )


def _reconnected(
    tx: Transaction,
    call: Call,
    cluster: Cluster,
    definition: TaskDefinition,
    before: Service,
    request: shapes.UpdateServiceRequest,
) -> ServiceConnect | None:
    """The whole configuration as given, or the one in force when it still fits."""
    if "serviceConnectConfiguration" in request:
        given = request["serviceConnectConfiguration"]
        return parse_connect(tx, call, cluster, definition, given)
    check_again(before.connect, definition)
    return before.connect


def _relocated(service: Service, request: shapes.UpdateServiceRequest, fargate: bool) -> Service:
    """Lists that a request replaces as a whole: targets, registries, network, placement."""
    if "loadBalancers" in request:
        balancers = parse_load_balancers(request["loadBalancers"])
        service = replace(service, load_balancers=balancers)
    if "serviceRegistries" in request:
        registries = parse_registries(request["serviceRegistries"])
        service = replace(service, registries=registries)
    if "networkConfiguration" in request:
        service = replace(service, network=parse_network(request["networkConfiguration"]))
    if "placementConstraints" in request:
        constraints = parse_constraints(request["placementConstraints"], fargate)
        service = replace(service, placement_constraints=constraints)
    if "placementStrategy" in request:
        placement = parse_placement(request["placementStrategy"], fargate)
        service = replace(service, placement_strategy=placement)
    return service


def _check(
    tx: Transaction, service: Service, definition: TaskDefinition, grace: int | None
) -> None:
    fargate = uses_fargate(service.launch_type, service.strategy)
    check_fargate(definition, fargate)
    check_network(tx, service.network, definition, fargate)
    if fargate and service.connect is not None:
        check_fargate_log(service.connect)
    if grace is not None and not service.load_balancers:
        raise InvalidParameterException(
            "Health check grace period is only valid for services configured to use load balancers"
        )
    check_daemon(service, fargate)
    check_constraints(definition, service.placement_constraints)
    cluster = tx.find(Cluster, service.cluster)
    if cluster is not None:
        check_exec(service.exec_enabled, cluster, definition)
    check_load_balancers(tx, service.load_balancers, definition)
    check_shifting(tx, service)
    check_registries(tx, service.registries, definition, service.arn)


def _refuse_unbuilt(request: shapes.CreateServiceRequest | shapes.UpdateServiceRequest) -> None:
    for name in _ABSENT:
        if request.get(name):
            raise not_built(name)
    controller = request.get("deploymentController", {"type": "ECS"})["type"]
    connect = request.get("serviceConnectConfiguration")
    connected = connect is not None and connect["enabled"]
    if controller != "ECS":
        if connected:
            raise InvalidParameterException(
                f"Service Connect is not supported with the {controller} deployment controller."
            )
        raise not_built(f"deploymentController {controller}")
    if request.get("launchType") == "EXTERNAL" and connected:
        raise InvalidParameterException(
            "Service Connect is not supported with the EXTERNAL launch type."
        )


def _count(given: int) -> int:
    if given < 0:
        raise InvalidParameterException("Desired count must not be negative.")
    return given


def _grace(given: int | None, before: int) -> int:
    if given is not None and not 0 <= given <= 2147483647:
        raise InvalidParameterException("healthCheckGracePeriodSeconds must not be negative.")
    return before if given is None else given


def _propagation(given: str | None, before: str) -> str:
    if given in (None, ""):
        return before
    if given not in ("TASK_DEFINITION", "SERVICE", "NONE"):
        raise InvalidParameterException(f"Invalid propagateTags: {given}")
    return given


def _relaunch(
    cluster: Cluster, before: Service, given: Sequence[shapes.CapacityProviderStrategyItem]
) -> tuple[str | None, tuple[StrategyItem, ...]]:
    """An empty strategy leads back to the launch type the service's tasks have."""
    if not given:
        return launch_type_of(before), ()
    return resolve_launch(cluster, None, given)


def _platform(before: Service, request: shapes.UpdateServiceRequest, fargate: bool) -> str | None:
    if "platformVersion" in request or (before.platform_version is None) == fargate:
        return parse_platform(request.get("platformVersion"), fargate)
    return before.platform_version
