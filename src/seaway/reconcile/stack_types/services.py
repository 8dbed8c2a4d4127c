"""AWS::ECS, AWS::AutoScaling, AWS::ECR, AWS::Logs and AWS::ServiceDiscovery resources."""

from __future__ import annotations

from typing import Any

from seaway.core.stack import Refused
from seaway.reconcile.stack_types.kinds import Kind, Made, Properties, Work, as_json, listed


def _unchanged(work: Work) -> Made:
    return Made(work.physical, dict(work.attributes))


def _without(work: Work, *names: str) -> dict[str, Any]:
    return {name: value for name, value in work.properties.items() if name not in names}


def _create_cluster(work: Work) -> Made:
    rest = _without(work, "ClusterName", "ClusterSettings", "Tags")
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
    return _unchanged(work)


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
    return _unchanged(work)


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
    rest = _without(work, "Family", "Tags")
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
    rest = _without(work, "ServiceName", "Tags", "Role")
    rest.setdefault("DesiredCount", 1)
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


def _update_service(work: Work, old: Properties) -> Made:
    changed = {
        _RENAMED.get(name, name): work.get(name)
        for name in _SERVICE_MUTABLE
        if work.get(name) != old.get(name)
    }
    work("ecs", "UpdateService", cluster=_cluster(work), service=work.physical, **changed)
    return _unchanged(work)


def _cluster(work: Work) -> Any:
    return work.get("Cluster", "default")


def _shown_service(work: Work) -> dict[str, Any] | None:
    shown = work("ecs", "DescribeServices", cluster=_cluster(work), services=[work.physical])
    found: list[dict[str, Any]] = shown["services"]
    return found[0] if found else None


def _service_ready(work: Work) -> bool:
    """Steady: one deployment is left and runs what is desired. A failed one is a refusal."""
    service = _shown_service(work)
    if service is None:
        raise Refused("NotStabilized", f"Resource {work.physical} is not there any more.")
    deployments = service["deployments"]
    if any(one.get("rolloutState") == "FAILED" for one in deployments):
        raise Refused(
            "NotStabilized",
            "Error occurred during operation 'ECS Deployment Circuit Breaker was triggered'.",
        )
    return len(deployments) == 1 and service["runningCount"] == service["desiredCount"]


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


def _group_request(work: Work) -> dict[str, Any]:
    request = _without(
        work, "AutoScalingGroupName", "Cooldown", "Tags", "VPCZoneIdentifier", "LaunchTemplate"
    )
    if "VPCZoneIdentifier" in work.properties:
        request["VPCZoneIdentifier"] = ",".join(listed(work.get("VPCZoneIdentifier")))
    if "Cooldown" in work.properties:
        request["DefaultCooldown"] = work.get("Cooldown")
    if "LaunchTemplate" in work.properties:
        request["LaunchTemplate"] = work.get("LaunchTemplate")
    return request


def _create_group(work: Work) -> Made:
    name = work.name("AutoScalingGroupName", 255)
    own = {tag["Key"] for tag in listed(work.get("Tags"))}
    tags = [
        *(
            {"Key": k, "Value": v, "PropagateAtLaunch": True}
            for k, v in work.stack_tags
            if k not in own
        ),
        *listed(work.get("Tags")),
    ]
    work(
        "autoscaling",
        "CreateAutoScalingGroup",
        AutoScalingGroupName=name,
        Tags=tags or None,
        **_group_request(work),
    )
    group = _shown_group(work, name)
    return Made(name, {"AutoScalingGroupARN": group["AutoScalingGroupARN"] if group else ""})


def _shown_group(work: Work, name: str) -> dict[str, Any] | None:
    shown = work("autoscaling", "DescribeAutoScalingGroups", AutoScalingGroupNames=[name])
    found: list[dict[str, Any]] = shown["AutoScalingGroups"]
    return found[0] if found else None


def _update_group(work: Work, old: Properties) -> Made:
    work(
        "autoscaling",
        "UpdateAutoScalingGroup",
        AutoScalingGroupName=work.physical,
        **_group_request(work),
    )
    return _unchanged(work)


def _group_ready(work: Work) -> bool:
    group = _shown_group(work, work.physical)
    if group is None:
        raise Refused("NotStabilized", f"Group {work.physical} is not there any more.")
    serving = [one for one in group["Instances"] if one["LifecycleState"] == "InService"]
    return len(serving) >= int(group["DesiredCapacity"])


AUTO_SCALING_GROUP = Kind(
    create=_create_group,
    update=_update_group,
    mutable=frozenset(
        {
            "Cooldown",
            "DesiredCapacity",
            "HealthCheckGracePeriod",
            "HealthCheckType",
            "LaunchConfigurationName",
            "LaunchTemplate",
            "MaxSize",
            "MinSize",
            "MixedInstancesPolicy",
            "NewInstancesProtectedFromScaleIn",
            "TerminationPolicies",
            "VPCZoneIdentifier",
        }
    ),
    ready=_group_ready,
    delete=lambda work: work(
        "autoscaling",
        "DeleteAutoScalingGroup",
        AutoScalingGroupName=work.physical,
        ForceDelete=True,
    ),
    gone=lambda work: _shown_group(work, work.physical) is None,
)


def _create_configuration(work: Work) -> Made:
    name = work.name("LaunchConfigurationName", 255)
    rest = _without(work, "LaunchConfigurationName")
    work("autoscaling", "CreateLaunchConfiguration", LaunchConfigurationName=name, **rest)
    return Made(name)


LAUNCH_CONFIGURATION = Kind(
    create=_create_configuration,
    delete=lambda work: work(
        "autoscaling", "DeleteLaunchConfiguration", LaunchConfigurationName=work.physical
    ),
)


def _create_repository(work: Work) -> Made:
    rest = _without(
        work, "RepositoryName", "Tags", "EmptyOnDelete", "LifecyclePolicy", "RepositoryPolicyText"
    )
    name = work.get("RepositoryName") or work.name("RepositoryName").lower()
    made = work("ecr", "CreateRepository", repositoryName=name, tags=work.tags(), **rest)
    _repository_policies(work, name)
    repository = made["repository"]
    uri, arn = repository["repositoryUri"], repository["repositoryArn"]
    return Made(name, {"Arn": arn, "RepositoryUri": uri})


def _repository_policies(work: Work, name: str) -> None:
    lifecycle = work.get("LifecyclePolicy", {}).get("LifecyclePolicyText")
    if lifecycle:
        work("ecr", "PutLifecyclePolicy", repositoryName=name, lifecyclePolicyText=lifecycle)
    if work.get("RepositoryPolicyText"):
        text = as_json(work.get("RepositoryPolicyText"))
        work("ecr", "SetRepositoryPolicy", repositoryName=name, policyText=text)


def _update_repository(work: Work, old: Properties) -> Made:
    _repository_policies(work, work.physical)
    return _unchanged(work)


REPOSITORY = Kind(
    create=_create_repository,
    update=_update_repository,
    mutable=frozenset({"LifecyclePolicy", "RepositoryPolicyText", "EmptyOnDelete"}),
    delete=lambda work: work(
        "ecr",
        "DeleteRepository",
        repositoryName=work.physical,
        force=str(work.get("EmptyOnDelete", False)).lower() == "true",
    ),
)


def _create_log_group(work: Work) -> Made:
    work.only("LogGroupName", "RetentionInDays", "Tags")
    name = work.name("LogGroupName", 512)
    tags = {tag["Key"]: tag["Value"] for tag in work.tags() or ()}
    work("logs", "CreateLogGroup", logGroupName=name, tags=tags or None)
    _retention(work, name)
    place = work.place
    return Made(name, {"Arn": f"{place.arn('logs', f'log-group:{name}')}:*"})


def _retention(work: Work, name: str) -> None:
    days = work.get("RetentionInDays")
    if days is not None:
        work("logs", "PutRetentionPolicy", logGroupName=name, retentionInDays=days)


def _update_log_group(work: Work, old: Properties) -> Made:
    _retention(work, work.physical)
    if "RetentionInDays" in old and "RetentionInDays" not in work.properties:
        work("logs", "DeleteRetentionPolicy", logGroupName=work.physical)
    return _unchanged(work)


LOG_GROUP = Kind(
    create=_create_log_group,
    update=_update_log_group,
    mutable=frozenset({"RetentionInDays"}),
    delete=lambda work: work("logs", "DeleteLogGroup", logGroupName=work.physical),
)


def _create_namespace(operation: str, *names: str) -> Any:
    def create(work: Work) -> Made:
        work.only("Tags", *names)
        made = work("servicediscovery", operation, Tags=work.tags(), **work.some(*names))
        return Made("", {"OperationId": made["OperationId"]})

    return create


def _namespace_ready(work: Work) -> bool | Made:
    """Namespaces are made by an operation of Cloud Map's; its target is the namespace."""
    asked = work.attributes["OperationId"]
    operation = work("servicediscovery", "GetOperation", OperationId=asked)["Operation"]
    if operation["Status"] == "FAIL":
        raise Refused(
            operation.get("ErrorCode", "Failed"), operation.get("ErrorMessage", "It failed.")
        )
    if operation["Status"] != "SUCCESS":
        return False
    key = operation["Targets"]["NAMESPACE"]
    shown = work("servicediscovery", "GetNamespace", Id=key)["Namespace"]
    dns = shown.get("Properties", {}).get("DnsProperties", {})
    attributes = {"Id": key, "Arn": shown["Arn"], "OperationId": asked}
    return Made(key, {**attributes, "HostedZoneId": dns.get("HostedZoneId", "")})


def _delete_namespace(work: Work) -> None:
    work("servicediscovery", "DeleteNamespace", Id=work.physical)


def _namespace(operation: str, *names: str) -> Kind:
    return Kind(
        create=_create_namespace(operation, *names),
        ready=_namespace_ready,
        delete=_delete_namespace,
    )


def _create_discovery(work: Work) -> Made:
    rest = _without(work, "Tags")
    made = work("servicediscovery", "CreateService", Tags=work.tags(), **rest)["Service"]
    return Made(made["Id"], {"Id": made["Id"], "Arn": made["Arn"], "Name": made["Name"]})


DISCOVERY_SERVICE = Kind(
    create=_create_discovery,
    delete=lambda work: work("servicediscovery", "DeleteService", Id=work.physical),
)

TYPES = {
    "AWS::ECS::Cluster": CLUSTER,
    "AWS::ECS::ClusterCapacityProviderAssociations": ASSOCIATIONS,
    "AWS::ECS::CapacityProvider": CAPACITY_PROVIDER,
    "AWS::ECS::TaskDefinition": TASK_DEFINITION,
    "AWS::ECS::Service": SERVICE,
    "AWS::AutoScaling::AutoScalingGroup": AUTO_SCALING_GROUP,
    "AWS::AutoScaling::LaunchConfiguration": LAUNCH_CONFIGURATION,
    "AWS::ECR::Repository": REPOSITORY,
    "AWS::Logs::LogGroup": LOG_GROUP,
    "AWS::ServiceDiscovery::HttpNamespace": _namespace(
        "CreateHttpNamespace", "Name", "Description"
    ),
    "AWS::ServiceDiscovery::PrivateDnsNamespace": _namespace(
        "CreatePrivateDnsNamespace", "Name", "Description", "Vpc", "Properties"
    ),
    "AWS::ServiceDiscovery::Service": DISCOVERY_SERVICE,
}
