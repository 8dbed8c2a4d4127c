"""AWS::ECS resources."""

from __future__ import annotations

from typing import Any

from seaway.core.stack import Refused
from seaway.reconcile.stack_types.kinds import (
    Kind,
    Made,
    Properties,
    Work,
    listed,
    unchanged,
)


def _create_cluster(work: Work) -> Made:
    rest = work.without("ClusterName", "ClusterSettings", "Tags")
    made = work(
        "ecs",
        "CreateCluster",
        clusterName=work.name("ClusterName", 255),
        settings=work.get("ClusterSettings"),
        tags=work.tags(),
        **rest,
    )["cluster"]
    return Made(made["clusterName"], {"Arn": made["clusterArn"]})


def _update_cluster(work: Work, old: Properties) -> Made:
    work(
        "ecs",
        "UpdateCluster",
        cluster=work.physical,
        settings=work.get("ClusterSettings"),
        **work.some("Configuration", "ServiceConnectDefaults"),
    )
    if "CapacityProviders" in work.properties or "CapacityProviders" in old:
        _associate(work, work.physical)
    return unchanged(work)


def _associate(work: Work, cluster: str) -> None:
    work(
        "ecs",
        "PutClusterCapacityProviders",
        cluster=cluster,
        capacityProviders=listed(work.get("CapacityProviders")),
        defaultCapacityProviderStrategy=listed(work.get("DefaultCapacityProviderStrategy")),
    )


CLUSTER = Kind(
    create=_create_cluster,
    update=_update_cluster,
    mutable=frozenset(
        {
            "ClusterSettings",
            "Configuration",
            "ServiceConnectDefaults",
            "CapacityProviders",
            "DefaultCapacityProviderStrategy",
        }
    ),
    delete=lambda work: work("ecs", "DeleteCluster", cluster=work.physical),
)


def _create_associations(work: Work) -> Made:
    _associate(work, work.need("Cluster"))
    return Made(work.need("Cluster"))


def _update_associations(work: Work, old: Properties) -> Made:
    _associate(work, work.physical)
    return unchanged(work)


def _delete_associations(work: Work) -> None:
    work(
        "ecs",
        "PutClusterCapacityProviders",
        cluster=work.physical,
        capacityProviders=[],
        defaultCapacityProviderStrategy=[],
    )


ASSOCIATIONS = Kind(
    create=_create_associations,
    update=_update_associations,
    mutable=frozenset({"CapacityProviders", "DefaultCapacityProviderStrategy"}),
    delete=_delete_associations,
)


def _create_provider(work: Work) -> Made:
    given = dict(work.need("AutoScalingGroupProvider"))
    group = str(given.get("AutoScalingGroupArn", ""))
    if not group.startswith("arn:"):
        # A template's Ref to a group gives its name, and CloudFormation takes that too.
        shown = work("autoscaling", "DescribeAutoScalingGroups", AutoScalingGroupNames=[group])
        if not shown["AutoScalingGroups"]:
            raise Refused("ValidationError", f"AutoScalingGroup {group} not found")
        given["AutoScalingGroupArn"] = shown["AutoScalingGroups"][0]["AutoScalingGroupARN"]
    made = work(
        "ecs",
        "CreateCapacityProvider",
        name=work.name("Name", 255),
        autoScalingGroupProvider=given,
        tags=work.tags(),
    )["capacityProvider"]
    return Made(made["name"], {"Arn": made["capacityProviderArn"]})


CAPACITY_PROVIDER = Kind(
    create=_create_provider,
    delete=lambda work: work("ecs", "DeleteCapacityProvider", capacityProvider=work.physical),
)


def _create_definition(work: Work) -> Made:
    rest = work.without("Family", "Tags")
    family = work.get("Family") or f"{work.stack_name}{work.logical}{work.moment.alnum(8)}"
    made = work("ecs", "RegisterTaskDefinition", family=family, tags=work.tags(), **rest)[
        "taskDefinition"
    ]
    arn = made["taskDefinitionArn"]
    return Made(arn, {"TaskDefinitionArn": arn})


TASK_DEFINITION = Kind(
    create=_create_definition,
    delete=lambda work: work("ecs", "DeregisterTaskDefinition", taskDefinition=work.physical),
)


def _create_service(work: Work) -> Made:
    rest = work.without("ServiceName", "Tags", "Role")
    rest.setdefault("DesiredCount", 1)
    rest = {_RENAMED.get(name, name): value for name, value in rest.items()}
    made = work(
        "ecs",
        "CreateService",
        serviceName=work.name("ServiceName", 255),
        role=work.get("Role"),
        tags=work.tags(),
        **rest,
    )["service"]
    return Made(made["serviceArn"], {"ServiceArn": made["serviceArn"], "Name": made["serviceName"]})


_SERVICE_MUTABLE = frozenset(
    {
        "AvailabilityZoneRebalancing",
        "CapacityProviderStrategy",
        "DeploymentConfiguration",
        "DesiredCount",
        "EnableECSManagedTags",
        "EnableExecuteCommand",
        "HealthCheckGracePeriodSeconds",
        "LoadBalancers",
        "NetworkConfiguration",
        "PlacementConstraints",
        "PlacementStrategies",
        "PlatformVersion",
        "PropagateTags",
        "ServiceConnectConfiguration",
        "ServiceRegistries",
        "TaskDefinition",
    }
)
_RENAMED = {"PlacementStrategies": "placementStrategy"}
_TAKEN_AWAY: dict[str, Any] = {
    "LoadBalancers": [],
    "PlacementConstraints": [],
    "PlacementStrategies": [],
    "ServiceConnectConfiguration": {"Enabled": False},
    "ServiceRegistries": [],
}
"""What UpdateService is told when the template no longer has the property."""


def _update_service(work: Work, old: Properties) -> Made:
    changed = {
        _RENAMED.get(name, name): work.get(name, _TAKEN_AWAY.get(name))
        for name in _SERVICE_MUTABLE
        if work.get(name) != old.get(name)
    }
    work("ecs", "UpdateService", cluster=_cluster(work), service=work.physical, **changed)
    return unchanged(work)


def _cluster(work: Work) -> Any:
    return work.get("Cluster", "default")


def _shown_service(work: Work) -> dict[str, Any] | None:
    shown = work("ecs", "DescribeServices", cluster=_cluster(work), services=[work.physical])
    found: list[dict[str, Any]] = shown["services"]
    return found[0] if found else None


def _service_ready(work: Work) -> bool:
    """Steady: one deployment is left, runs what is desired, and has had its bake time.

    One of this step's that failed is a refusal, also when ECS has rolled it back already; the one
    whose failure made the stack roll back is not this step's any more.
    """
    service = _shown_service(work)
    if service is None:
        raise Refused("NotStabilized", f"Resource {work.physical} is not there any more.")
    listed = work("ecs", "ListServiceDeployments", cluster=_cluster(work), service=work.physical)[
        "serviceDeployments"
    ]
    if _has_failed(work, listed):
        raise Refused(
            "NotStabilized",
            "Error occurred during operation 'ECS Deployment Circuit Breaker was triggered'.",
        )
    settled = len(service["deployments"]) == 1
    under_way = any("finishedAt" not in one for one in listed)
    return settled and not under_way and service["runningCount"] == service["desiredCount"]


def _has_failed(work: Work, listed: list[dict[str, Any]]) -> bool:
    # The API's times are in whole milliseconds.
    return any(
        "statusReason" in one and one["createdAt"].timestamp() > work.since - 0.001
        for one in listed
    )


def _delete_service(work: Work) -> None:
    work("ecs", "DeleteService", cluster=_cluster(work), service=work.physical, force=True)


def _service_gone(work: Work) -> bool:
    service = _shown_service(work)
    return service is None or service["status"] == "INACTIVE"


SERVICE = Kind(
    create=_create_service,
    update=_update_service,
    mutable=_SERVICE_MUTABLE,
    ready=_service_ready,
    delete=_delete_service,
    gone=_service_gone,
)


TYPES = {
    "AWS::ECS::Cluster": CLUSTER,
    "AWS::ECS::ClusterCapacityProviderAssociations": ASSOCIATIONS,
    "AWS::ECS::CapacityProvider": CAPACITY_PROVIDER,
    "AWS::ECS::TaskDefinition": TASK_DEFINITION,
    "AWS::ECS::Service": SERVICE,
}
