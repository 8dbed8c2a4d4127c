"""The walk-through as a tutorial: from an empty account to services that know each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.story.stage import Stage, a_stage, eventually

QUICKLY = {"Delay": 0.1, "MaxAttempts": 150}
NAMED: dict[str, Any] = {"containerPort": 80, "hostPort": 0, "appProtocol": "http"}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with a_stage(tmp_path_factory.mktemp("walk")) as stage:
        yield stage


class Place:
    """The network that the services live in."""

    def __init__(self, stage: Stage) -> None:
        ec2 = stage.aws.ec2
        self.vpc = ec2.create_vpc(CidrBlock="10.50.0.0/16")["Vpc"]["VpcId"]
        self.subnets = [
            ec2.create_subnet(
                VpcId=self.vpc, CidrBlock=f"10.50.{n}.0/24", AvailabilityZone=f"us-east-1{zone}"
            )["Subnet"]["SubnetId"]
            for n, zone in ((1, "a"), (2, "b"))
        ]


@pytest.fixture(scope="module")
def place(stage: Stage) -> Place:
    return Place(stage)


def definition(stage: Stage, name: str, **more: Any) -> str:
    """A bridge task that offers port 80 by its own name."""
    container = {
        "name": name,
        "image": f"{name}:1",
        "portMappings": [{**NAMED, "name": name}],
        **more.pop("container", {}),
    }
    wanted = {"family": name, "cpu": "256", "memory": "512", **more}
    wanted = {key: value for key, value in wanted.items() if value is not None}
    answer = stage.aws.ecs.register_task_definition(containerDefinitions=[container], **wanted)
    return str(answer["taskDefinition"]["taskDefinitionArn"])


def group(stage: Stage, place: Place, name: str) -> str:
    """A target group behind a listener of its own."""
    elb = stage.aws.elbv2
    made = elb.create_target_group(
        Name=name, Protocol="HTTP", Port=80, VpcId=place.vpc, TargetType="instance"
    )
    arn = str(made["TargetGroups"][0]["TargetGroupArn"])
    balancer = elb.create_load_balancer(Name=f"door-{name}", Subnets=place.subnets)
    elb.create_listener(
        LoadBalancerArn=balancer["LoadBalancers"][0]["LoadBalancerArn"],
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": arn}],
    )
    return arn


def serve(stage: Stage, name: str, **more: Any) -> dict[str, Any]:
    wanted = {"cluster": "shop", "serviceName": name, "taskDefinition": name, "desiredCount": 2}
    made: dict[str, Any] = stage.aws.ecs.create_service(**{**wanted, **more})["service"]
    return made


def stable(stage: Stage, *names: str) -> None:
    stage.aws.ecs.get_waiter("services_stable").wait(
        cluster="shop", services=list(names), WaiterConfig=QUICKLY
    )


def service(stage: Stage, name: str) -> dict[str, Any]:
    found: dict[str, Any] = stage.aws.ecs.describe_services(cluster="shop", services=[name])[
        "services"
    ][0]
    return found


def events(stage: Stage, name: str) -> list[str]:
    """The service's story, oldest line first."""
    return [event["message"] for event in reversed(service(stage, name)["events"])]


def tasks(stage: Stage, name: str) -> list[dict[str, Any]]:
    arns = stage.aws.ecs.list_tasks(cluster="shop", serviceName=name)["taskArns"]
    found: list[dict[str, Any]] = (
        stage.aws.ecs.describe_tasks(cluster="shop", tasks=arns)["tasks"] if arns else []
    )
    return found


def offering(name: str, **more: Any) -> dict[str, Any]:
    alias = {"port": 80, "dnsName": name}
    return {"enabled": True, "services": [{"portName": name, "clientAliases": [alias], **more}]}


def test_1_a_cluster_comes_with_its_namespace(stage: Stage) -> None:
    ecs = stage.aws.ecs
    made = ecs.create_cluster(
        clusterName="shop", serviceConnectDefaults={"namespace": "shop.local"}
    )["cluster"]
    assert made["clusterArn"] == "arn:aws:ecs:us-east-1:000000000000:cluster/shop"
    arn = made["serviceConnectDefaults"]["namespace"]
    (namespace,) = stage.aws.servicediscovery.list_namespaces()["Namespaces"]
    assert (namespace["Arn"], namespace["Name"], namespace["Type"]) == (arn, "shop.local", "HTTP")
    eventually(
        lambda: ecs.describe_clusters(clusters=["shop"])["clusters"][0]["status"] == "ACTIVE",
        "the cluster is active",
    )


def test_2_an_instance_joins_by_its_user_data(stage: Stage, place: Place) -> None:
    for subnet in place.subnets:
        stage.aws.ec2.run_instances(
            ImageId="resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended",
            InstanceType="m5.large",
            MinCount=1,
            MaxCount=1,
            SubnetId=subnet,
            UserData="#!/bin/bash\necho ECS_CLUSTER=shop >> /etc/ecs/ecs.config\n",
        )
    ecs = stage.aws.ecs
    eventually(
        lambda: len(ecs.list_container_instances(cluster="shop")["containerInstanceArns"]) == 2,
        "both have joined",
    )


def test_3_a_service_runs_its_tasks_and_tells_its_story(stage: Stage, place: Place) -> None:
    definition(stage, "cats")
    target = {"targetGroupArn": group(stage, place, "cats"), "containerName": "cats"}
    made = serve(stage, "cats", loadBalancers=[{**target, "containerPort": 80}])
    assert (made["status"], made["runningCount"], made["pendingCount"]) == ("ACTIVE", 0, 0)
    stable(stage, "cats")
    eventually(lambda: "steady" in events(stage, "cats")[-1] or None, "a steady state")
    first, *rest = events(stage, "cats")
    assert first.startswith("(service cats) has started 2 tasks: (task ")
    said = [line.removeprefix("(service cats) ").split(" in (")[0] for line in rest]
    assert said[-2].endswith("deployment completed.")
    assert said[-1] == "has reached a steady state."
    assert "registered 1 targets" in said
    zones = {task["availabilityZone"] for task in tasks(stage, "cats")}
    assert zones == {"us-east-1a", "us-east-1b"}, "spread over the zones"


def test_4_a_new_task_definition_is_rolled_out(stage: Stage) -> None:
    before = {task["taskArn"] for task in tasks(stage, "cats")}
    newer = definition(stage, "cats")
    answer = stage.aws.ecs.update_service(cluster="shop", service="cats", taskDefinition="cats")
    statuses = [d["status"] for d in answer["service"]["deployments"]]
    assert statuses == ["PRIMARY", "ACTIVE"], "nothing has started yet"
    stable(stage, "cats")
    assert before.isdisjoint(task["taskArn"] for task in tasks(stage, "cats"))
    (deployment,) = service(stage, "cats")["deployments"]
    assert deployment["taskDefinition"] == newer
    eventually(
        lambda: service(stage, "cats")["deployments"][0]["rolloutState"] == "COMPLETED",
        "the deployment is complete",
    )


def test_5_service_connect_takes_effect_by_a_deployment(stage: Stage) -> None:
    stage.aws.ecs.update_service(
        cluster="shop", service="cats", serviceConnectConfiguration=offering("cats")
    )
    stable(stage, "cats")
    (deployment,) = service(stage, "cats")["deployments"]
    (resource,) = deployment["serviceConnectResources"]
    assert resource["discoveryName"] == "cats"
    discovery = stage.aws.servicediscovery

    def instances() -> set[str]:
        found = discovery.discover_instances(NamespaceName="shop.local", ServiceName="cats")
        return {instance["InstanceId"] for instance in found["Instances"]}

    running = {task["taskArn"].rsplit("/", 1)[-1] for task in tasks(stage, "cats")}
    eventually(lambda: instances() == running, "both tasks are registered")


def test_6_a_client_hears_every_name_of_its_namespace_at_once(stage: Stage) -> None:
    definition(stage, "web")
    serve(stage, "web", desiredCount=1, serviceConnectConfiguration={"enabled": True})
    (web,) = eventually(
        lambda: [t for t in tasks(stage, "web") if t["lastStatus"] == "RUNNING"], "web runs"
    )
    told = stage.host.assigned
    assert told[web["taskArn"]].names == (("cats", "127.255.0.1"), ("cats", "2600:f0f0::1"))
    definition(stage, "dogs")
    serve(stage, "dogs", desiredCount=1, serviceConnectConfiguration=offering("dogs"))
    eventually(
        lambda: dict(told[web["taskArn"]].names).get("dogs"), "a task that runs hears a new name"
    )
    ports = stage.proxy.latest["host-1"].proxy.ports
    listens = {(port.address, port.namespace) for port in ports if port.namespace}
    assert ("127.255.0.2", f"/run/{web['taskArn'][-4:]}/web") in listens


def test_7_a_task_that_dies_is_replaced_and_says_how_it_ended(stage: Stage) -> None:
    (web,) = tasks(stage, "web")
    stage.host.end(web["taskArn"], 3)
    stage.aws.ecs.get_waiter("tasks_stopped").wait(
        cluster="shop", tasks=[web["taskArn"]], WaiterConfig=QUICKLY
    )
    stable(stage, "web")
    gone = stage.aws.ecs.describe_tasks(cluster="shop", tasks=[web["taskArn"]])["tasks"][0]
    assert [t["taskArn"] for t in tasks(stage, "web")] != [web["taskArn"]]
    assert gone["stopCode"] == "EssentialContainerExited"
    assert gone["stoppedReason"] == "Essential container in task exited"
    assert gone["containers"][0]["exitCode"] == 3


def test_8_an_image_that_can_not_be_pulled_trips_the_circuit_breaker(stage: Stage) -> None:
    stage.host.failing.add("birds:1")
    definition(stage, "birds")
    breaker = {"deploymentCircuitBreaker": {"enable": True, "rollback": False}}
    serve(stage, "birds", desiredCount=1, deploymentConfiguration=breaker)
    stopped = eventually(
        lambda: stage.aws.ecs.list_tasks(
            cluster="shop", serviceName="birds", desiredStatus="STOPPED"
        )["taskArns"],
        "a task has failed",
    )
    task = stage.aws.ecs.describe_tasks(cluster="shop", tasks=stopped[:1])["tasks"][0]
    assert task["stopCode"] == "TaskFailedToStart"
    assert task["stoppedReason"] == "CannotPullContainerError: manifest unknown"
    assert "startedAt" not in task
    eventually(lambda: service(stage, "birds")["deployments"][0]["failedTasks"] >= 2, "counted")
    stage.aws.ecs.delete_service(cluster="shop", service="birds", force=True)


def test_9_scaled_to_nothing_and_deleted_it_leaves_no_name(stage: Stage) -> None:
    ecs = stage.aws.ecs
    with pytest.raises(ecs.exceptions.InvalidParameterException) as refused:
        ecs.delete_service(cluster="shop", service="dogs")
    assert refused.value.response["Error"]["Message"] == (
        "The service cannot be stopped while it is scaled above 0."
    )
    ecs.update_service(cluster="shop", service="dogs", desiredCount=0)
    stable(stage, "dogs")
    ecs.delete_service(cluster="shop", service="dogs")
    for name in ("web", "cats"):
        ecs.delete_service(cluster="shop", service=name, force=True)
    for name in ("cats", "dogs", "web"):  # the waiter ends when any of its services is gone
        ecs.get_waiter("services_inactive").wait(
            cluster="shop", services=[name], WaiterConfig=QUICKLY
        )
    assert stage.aws.servicediscovery.list_services()["Services"] == []
    with pytest.raises(ecs.exceptions.ClusterContainsContainerInstancesException):
        ecs.delete_cluster(cluster="shop")
