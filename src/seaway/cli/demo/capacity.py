"""Chapter three: a cluster with EC2 capacity, and Fargate."""

from __future__ import annotations

import base64
from typing import Any

from seaway.cli.demo.clients import Aws, found, tail
from seaway.cli.demo.names import CLUSTER, INSTANCES, PROVIDER
from seaway.cli.demo.network import Network
from seaway.cli.demo.stage import Stage

INSTANCE_TYPE = "m5.xlarge"
"""4 vCPUs, 16 GiB: two of them hold two tasks of web and two of cats, and as many again while
a deployment rolls."""
COUNT = 2
IMAGE = "resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
USER_DATA = f"#!/bin/bash\necho ECS_CLUSTER={CLUSTER} >> /etc/ecs/ecs.config\n"
INSTANCE_SECONDS = 120.0


def ensure_capacity(aws: Aws, stage: Stage, network: Network) -> None:
    """The cluster, with its instances registered. Raises DemoFailed, ClientError."""
    _ensure_cluster(aws, stage)
    _ensure_template(aws, stage, network)
    group = _ensure_group(aws, stage, network)
    _ensure_provider(aws, stage, group)
    instances = stage.wait(
        lambda: _registered(aws),
        seconds=INSTANCE_SECONDS,
        late=f"The cluster has no {COUNT} active container instances",
        where=f"aws autoscaling describe-scaling-activities --auto-scaling-group-name {INSTANCES}",
    )
    stage.command(aws.ecs, "list_container_instances", cluster=CLUSTER)
    for instance in instances:
        stage.say(
            f"container instance {tail(instance['containerInstanceArn'])} on "
            f"{instance['ec2InstanceId']}: {_size(instance)}"
        )


def _ensure_cluster(aws: Aws, stage: Stage) -> None:
    clusters = aws.ecs.describe_clusters(clusters=[CLUSTER])["clusters"]
    if any(cluster["status"] == "ACTIVE" for cluster in clusters):
        stage.already(f"cluster {CLUSTER}")
        return
    answer = stage.call(aws.ecs, "create_cluster", clusterName=CLUSTER)
    stage.say(answer["cluster"]["clusterArn"])


def _ensure_template(aws: Aws, stage: Stage, network: Network) -> None:
    names = [INSTANCES]
    there = found(
        lambda: aws.ec2.describe_launch_templates(LaunchTemplateNames=names),
        "InvalidLaunchTemplateName.NotFoundException",
    )
    if there and there["LaunchTemplates"]:
        stage.already(f"launch template {INSTANCES}")
        return
    stage.text(f"    # UserData below says: echo ECS_CLUSTER={CLUSTER} >> /etc/ecs/ecs.config")
    stage.call(
        aws.ec2,
        "create_launch_template",
        LaunchTemplateName=INSTANCES,
        LaunchTemplateData={
            "ImageId": IMAGE,
            "InstanceType": INSTANCE_TYPE,
            "IamInstanceProfile": {"Name": network.instance_profile},
            "SecurityGroupIds": [network.service_group],
            "UserData": base64.b64encode(USER_DATA.encode()).decode(),
        },
    )


def _ensure_group(aws: Aws, stage: Stage, network: Network) -> str:
    """The Auto Scaling group's ARN."""
    there = _group(aws)
    if there is not None:
        stage.already(f"Auto Scaling group {INSTANCES}")
        return str(there["AutoScalingGroupARN"])
    stage.call(
        aws.autoscaling,
        "create_auto_scaling_group",
        AutoScalingGroupName=INSTANCES,
        LaunchTemplate={"LaunchTemplateName": INSTANCES, "Version": "$Latest"},
        MinSize=0,
        MaxSize=4,
        DesiredCapacity=COUNT,
        VPCZoneIdentifier=",".join(network.subnets),
    )
    made = _group(aws)
    assert made is not None, "a group that was just made is there"
    arn = str(made["AutoScalingGroupARN"])
    stage.say(arn)
    return arn


def _group(aws: Aws) -> dict[str, Any] | None:
    names = [INSTANCES]
    answer = aws.autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=names)
    groups: list[dict[str, Any]] = answer["AutoScalingGroups"]
    return groups[0] if groups else None


def _ensure_provider(aws: Aws, stage: Stage, group: str) -> None:
    there = aws.ecs.describe_capacity_providers(capacityProviders=[PROVIDER])["capacityProviders"]
    if any(provider["status"] == "ACTIVE" for provider in there):
        stage.already(f"capacity provider {PROVIDER}")
    else:
        stage.call(
            aws.ecs,
            "create_capacity_provider",
            name=PROVIDER,
            autoScalingGroupProvider={
                "autoScalingGroupArn": group,
                "managedScaling": {"status": "DISABLED"},
                "managedTerminationProtection": "DISABLED",
            },
        )
    cluster = aws.ecs.describe_clusters(clusters=[CLUSTER])["clusters"][0]
    if PROVIDER in cluster.get("capacityProviders", ()):
        return
    answer = stage.call(
        aws.ecs,
        "put_cluster_capacity_providers",
        cluster=CLUSTER,
        capacityProviders=[PROVIDER, "FARGATE"],
        defaultCapacityProviderStrategy=[{"capacityProvider": PROVIDER, "weight": 1}],
    )
    stage.say(f"capacity providers: {', '.join(answer['cluster']['capacityProviders'])}")


def _registered(aws: Aws) -> tuple[list[dict[str, Any]] | None, str]:
    arns = aws.ecs.list_container_instances(cluster=CLUSTER)["containerInstanceArns"]
    if not arns:
        return None, f"container instances: 0 of {COUNT} active"
    instances: list[dict[str, Any]] = aws.ecs.describe_container_instances(
        cluster=CLUSTER, containerInstances=arns
    )["containerInstances"]
    active = [i for i in instances if i["status"] == "ACTIVE" and i["agentConnected"]]
    text = f"container instances: {len(active)} of {COUNT} active"
    return (active if len(active) >= COUNT else None), text


def _size(instance: dict[str, Any]) -> str:
    have = {r["name"]: r.get("integerValue") for r in instance["registeredResources"]}
    return f"{have.get('CPU')} CPU units, {have.get('MEMORY')} MiB"
