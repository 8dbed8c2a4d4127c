"""Takes away what the demo made, in the order that AWS asks for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from seaway.cli.demo.clients import Aws, found
from seaway.cli.demo.names import (
    BALANCER,
    CLUSTER,
    EXECUTION_ROLE,
    INSTANCES,
    NAMESPACE,
    PARTS,
    PROVIDER,
    SERVERS,
    STACK,
)
from seaway.cli.demo.services import living
from seaway.cli.demo.stage import Stage

SECONDS = 180.0

STEPS = 6


def clear(aws: Aws, stage: Stage) -> None:
    """Everything the demo made, gone; what is gone already is passed over.

    Raises DemoFailed, ClientError.
    """
    with stage.step("Services", "Their tasks drain and stop, then the services are inactive."):
        _delete_services(aws, stage)
    with stage.step("Service Connect", "The namespace and the discovery services in it."):
        _delete_namespace(aws, stage)
    with stage.step("Load balancer", "The balancer with its listener and rules, target groups."):
        _delete_balancer(aws, stage)
    with stage.step("Capacity", "Instances, capacity provider, launch template, cluster."):
        _delete_capacity(aws, stage)
    with stage.step("Images, definitions, logs", "What belongs to no cluster."):
        _delete_rest(aws, stage)
    with stage.step("Network", "The CloudFormation stack with all that it made."):
        _delete_stack(aws, stage)


def _gone(
    stage: Stage, look: Callable[[], bool], text: str, where: str, seconds: float = SECONDS
) -> None:
    stage.wait(
        lambda: (True if look() else None, text),
        seconds=seconds,
        late=f"{text[:1].upper()}{text[1:]}: not over",
        where=where,
    )


def _cluster_there(aws: Aws) -> bool:
    clusters = aws.ecs.describe_clusters(clusters=[CLUSTER])["clusters"]
    return any(cluster["status"] != "INACTIVE" for cluster in clusters)


def _delete_services(aws: Aws, stage: Stage) -> None:
    if not _cluster_there(aws):
        return
    for name in living(aws):
        stage.call(aws.ecs, "delete_service", cluster=CLUSTER, service=name, force=True)
    names = [part.name for part in PARTS]

    def over() -> bool:
        services = aws.ecs.describe_services(cluster=CLUSTER, services=names)["services"]
        return all(service["status"] == "INACTIVE" for service in services)

    where = f"aws ecs describe-services --cluster {CLUSTER} --services {' '.join(names)}"
    _gone(stage, over, "services drain", where)


def _delete_namespace(aws: Aws, stage: Stage) -> None:
    pages = aws.servicediscovery.list_namespaces()["Namespaces"]
    for namespace in (n for n in pages if n["Name"] == NAMESPACE):
        inside = [{"Name": "NAMESPACE_ID", "Values": [namespace["Id"]]}]
        for service in aws.servicediscovery.list_services(Filters=inside)["Services"]:
            if service["Name"] in {part.name for part in SERVERS}:
                stage.call(aws.servicediscovery, "delete_service", Id=service["Id"])
        stage.call(aws.servicediscovery, "delete_namespace", Id=namespace["Id"])


def _delete_balancer(aws: Aws, stage: Stage) -> None:
    there = found(
        lambda: aws.elbv2.describe_load_balancers(Names=[BALANCER]), "LoadBalancerNotFound"
    )
    for balancer in there["LoadBalancers"] if there else ():
        arn = balancer["LoadBalancerArn"]
        stage.call(aws.elbv2, "delete_load_balancer", LoadBalancerArn=arn)
    for part in PARTS:
        group = found(
            lambda part=part: aws.elbv2.describe_target_groups(Names=[part.name]),  # type: ignore[misc]
            "TargetGroupNotFound",
        )
        for one in group["TargetGroups"] if group else ():
            arn = one["TargetGroupArn"]
            stage.call(aws.elbv2, "delete_target_group", TargetGroupArn=arn)


def _delete_capacity(aws: Aws, stage: Stage) -> None:
    if _groups(aws):
        stage.call(
            aws.autoscaling,
            "delete_auto_scaling_group",
            AutoScalingGroupName=INSTANCES,
            ForceDelete=True,
        )
        where = "aws autoscaling describe-auto-scaling-groups"
        _gone(stage, lambda: not _groups(aws), "instances end", where)
    if _cluster_there(aws):
        _gone(stage, lambda: not _instances(aws), "instances leave the cluster",
              f"aws ecs list-container-instances --cluster {CLUSTER}")  # fmt: skip
        stage.call(aws.ecs, "delete_cluster", cluster=CLUSTER)
    there = aws.ecs.describe_capacity_providers(capacityProviders=[PROVIDER])["capacityProviders"]
    if any(provider["status"] == "ACTIVE" for provider in there):
        stage.call(aws.ecs, "delete_capacity_provider", capacityProvider=PROVIDER)
    _unless_gone(
        lambda: stage.call(aws.ec2, "delete_launch_template", LaunchTemplateName=INSTANCES),
        "InvalidLaunchTemplateName.NotFoundException",
    )


def _groups(aws: Aws) -> list[dict[str, Any]]:
    names = [INSTANCES]
    answer = aws.autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=names)
    groups: list[dict[str, Any]] = answer["AutoScalingGroups"]
    return groups


def _instances(aws: Aws) -> list[str]:
    arns: list[str] = aws.ecs.list_container_instances(cluster=CLUSTER)["containerInstanceArns"]
    return arns


def _delete_rest(aws: Aws, stage: Stage) -> None:
    for part in PARTS:
        listed = aws.ecs.list_task_definitions(familyPrefix=part.family)["taskDefinitionArns"]
        for arn in listed:
            stage.call(aws.ecs, "deregister_task_definition", taskDefinition=arn)
        _unless_gone(
            lambda part=part: stage.call(  # type: ignore[misc]
                aws.ecr, "delete_repository", repositoryName=part.name, force=True
            ),
            "RepositoryNotFoundException",
        )
        _unless_gone(
            lambda part=part: stage.call(  # type: ignore[misc]
                aws.logs, "delete_log_group", logGroupName=part.log_group
            ),
            "ResourceNotFoundException",
        )
    stage.say(f"the role {EXECUTION_ROLE} stays: other task definitions may use it")


def _unless_gone(delete: Callable[[], Any], *absent: str) -> None:
    found(delete, *absent)


def _delete_stack(aws: Aws, stage: Stage) -> None:
    if not _stack_there(aws):
        return
    stage.call(aws.cloudformation, "delete_stack", StackName=STACK)
    where = f"aws cloudformation describe-stack-events --stack-name {STACK}"
    _gone(stage, lambda: not _stack_there(aws), f"stack {STACK} goes", where)


def _stack_there(aws: Aws) -> bool:
    answer = found(lambda: aws.cloudformation.describe_stacks(StackName=STACK), "ValidationError")
    stacks = answer["Stacks"] if answer else []
    return any(stack["StackStatus"] != "DELETE_COMPLETE" for stack in stacks)
