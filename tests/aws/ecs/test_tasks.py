from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from seaway.core.capacity import Host
from seaway.core.network import NetworkInterface
from seaway.core.service import ConnectAlias, ConnectService, ServiceConnect
from seaway.core.task import Container, Health, PortBinding, Task, TaskStatus
from tests.aws.ecs.story import SUBNETS, Ecs, an_ecs, refusal
from tests.builders import (
    a_cluster,
    a_deployment,
    a_fargate_definition,
    a_service,
    a_task,
    a_task_definition,
    an_instance,
    an_interface,
)


def with_instance(**fields: Any) -> Ecs:
    ecs = an_ecs()
    ecs.register()
    ecs.put(an_instance(**fields))
    return ecs


def test_a_run_task_is_provisioning_in_the_group_of_its_family() -> None:
    ecs = with_instance()
    answer = ecs.RunTask(taskDefinition="web", startedBy="me", count=2)
    assert answer["failures"] == []
    first, second = answer["tasks"]
    assert first["taskArn"] != second["taskArn"]
    assert (first["lastStatus"], first["desiredStatus"]) == ("PROVISIONING", "RUNNING")
    assert (first["group"], first["startedBy"]) == ("family:web", "me")
    assert (first["cpu"], first["memory"], first["launchType"]) == ("256", "512", "EC2")
    (container,) = first["containers"]
    assert (container["name"], container["lastStatus"]) == ("web", "PENDING")
    assert container["containerArn"].startswith(first["taskArn"].replace(":task/", ":container/"))
    assert ecs.DescribeTasks(tasks=[first["taskArn"]])["tasks"] == [first]


def test_without_any_instance_an_ec2_task_is_refused() -> None:
    ecs = an_ecs()
    ecs.register()
    assert refusal(lambda: ecs.RunTask(taskDefinition="web")) == (
        "InvalidParameterException",
        "No Container Instances were found in your cluster.",
    )


@pytest.mark.parametrize(
    ("room", "reason"),
    [
        ({"memory": 600}, "RESOURCE:MEMORY"),
        ({"cpu": 300}, "RESOURCE:CPU"),
        ({"connected": False}, "AGENT"),
    ],
)
def test_tasks_no_instance_can_take_are_failures(room: dict[str, Any], reason: str) -> None:
    ecs = with_instance(**room)
    answer = ecs.RunTask(taskDefinition="web", count=2)
    fits = 0 if reason == "AGENT" else 1
    assert len(answer["tasks"]) == len(ecs.all(Task)) == fits
    assert answer["failures"] == [{"arn": an_instance().arn, "reason": reason}] * (2 - fits)


def test_a_host_port_that_is_taken_is_a_failure() -> None:
    ecs = an_ecs()
    container = {
        "name": "web",
        "image": "i",
        "portMappings": [{"containerPort": 80, "hostPort": 80}],
    }
    ecs.register(containerDefinitions=[container])
    ecs.put(an_instance())
    answer = ecs.RunTask(taskDefinition="web", count=2)
    assert len(answer["tasks"]) == 1
    assert [failure["reason"] for failure in answer["failures"]] == ["RESOURCE:PORTS"]


def test_tasks_that_wait_for_their_place_are_counted_in() -> None:
    ecs = with_instance(cpu=300)
    assert len(ecs.RunTask(taskDefinition="web")["tasks"]) == 1
    assert len(ecs.RunTask(taskDefinition="web")["tasks"]) == 0


def test_fargate_tasks_need_no_instance() -> None:
    ecs = an_ecs()
    ecs.register_fargate()
    (task,) = ecs.RunTask(taskDefinition="web", launchType="FARGATE", networkConfiguration=SUBNETS)[
        "tasks"
    ]
    assert (task["platformVersion"], task["platformFamily"]) == ("1.4.0", "Linux")
    assert task["ephemeralStorage"] == {"sizeInGiB": 20}
    (attachment,) = task["attachments"]
    assert (attachment["type"], attachment["status"]) == ("ElasticNetworkInterface", "PRECREATED")
    assert attachment["details"] == [{"name": "subnetId", "value": "subnet-1"}]


def test_a_strategy_spreads_tasks_over_its_providers() -> None:
    ecs = an_ecs()
    ecs.put(a_cluster(capacity_providers=("FARGATE", "FARGATE_SPOT")))
    ecs.register_fargate()
    tasks = ecs.RunTask(
        taskDefinition="web",
        count=4,
        networkConfiguration=SUBNETS,
        capacityProviderStrategy=[
            {"capacityProvider": "FARGATE", "base": 1, "weight": 1},
            {"capacityProvider": "FARGATE_SPOT", "weight": 2},
        ],
    )["tasks"]
    names = sorted(task["capacityProviderName"] for task in tasks)
    assert names == ["FARGATE", "FARGATE", "FARGATE_SPOT", "FARGATE_SPOT"]


def test_a_fargate_task_for_another_architecture_is_refused() -> None:
    ecs = an_ecs()
    ecs.register_fargate(runtimePlatform={"cpuArchitecture": "ARM64"})
    request = {"taskDefinition": "web", "launchType": "FARGATE", "networkConfiguration": SUBNETS}
    ecs.put(Host(id="host-1", cpu=1024, memory=1024, architecture="x86_64"))
    assert len(ecs.RunTask(**request)["tasks"]) == 1  # until a machine is connected, it waits
    ecs.put(Host(id="host-1", cpu=1024, memory=1024, architecture="x86_64", connected=True))
    reason = "Capacity is unavailable at this time. No machine has the CPU architecture ARM64."
    answer = ecs.RunTask(**request, count=2)
    assert (answer["tasks"], answer["failures"]) == ([], [{"reason": reason}] * 2)
    ecs.put(Host(id="host-2", cpu=1024, memory=1024, architecture="aarch64", connected=True))
    assert len(ecs.RunTask(**request)["tasks"]) == 1


def test_the_same_client_token_runs_nothing_twice() -> None:
    ecs = with_instance()
    first = ecs.RunTask(taskDefinition="web", clientToken="t")["tasks"]
    again = ecs.RunTask(taskDefinition="web", clientToken="t")["tasks"]
    assert [t["taskArn"] for t in again] == [t["taskArn"] for t in first]
    assert len(ecs.all(Task)) == 1
    assert (
        refusal(lambda: ecs.RunTask(taskDefinition="web", clientToken="t", startedBy="x"))[0]
        == "ConflictException"
    )


def test_an_arn_without_a_revision_is_the_newest_active_one() -> None:
    ecs = with_instance()
    newest = ecs.register()["taskDefinitionArn"]
    family, _, _ = newest.rpartition(":")
    (task,) = ecs.RunTask(taskDefinition=family)["tasks"]
    assert task["taskDefinitionArn"] == newest
    nobody = family.replace("task-definition/web", "task-definition/none")
    assert refusal(lambda: ecs.RunTask(taskDefinition=nobody)) == (
        "ClientException",
        "TaskDefinition not found.",
    )


def test_overrides_are_kept_and_shown() -> None:
    ecs = with_instance()
    (task,) = ecs.RunTask(
        taskDefinition="web",
        overrides={
            "cpu": "512",
            "containerOverrides": [
                {"name": "web", "command": ["a"], "environment": [{"name": "K", "value": "V"}]}
            ],
        },
    )["tasks"]
    assert task["cpu"] == "512"
    assert task["overrides"]["containerOverrides"] == [
        {"name": "web", "command": ["a"], "environment": [{"name": "K", "value": "V"}]}
    ]
    (stored,) = ecs.all(Task)
    assert stored.overrides[0].environment == (("K", "V"),)


@pytest.mark.parametrize(
    ("change", "code", "text"),
    [
        ({"count": 11}, "InvalidParameterException", "count must be between 1 and 10."),
        ({"taskDefinition": "none"}, "ClientException", "TaskDefinition not found."),
        (
            {"overrides": {"containerOverrides": [{"name": "none"}]}},
            "InvalidParameterException",
            "Override for container named none is not a container in the TaskDefinition.",
        ),
    ],
)
def test_a_run_that_cannot_be_is_refused(change: dict[str, Any], code: str, text: str) -> None:
    ecs = with_instance()
    request = {"taskDefinition": "web", **change}
    assert refusal(lambda: ecs.RunTask(**request)) == (code, text)
    assert ecs.all(Task) == []


def test_tags_come_from_the_call_and_from_the_definition() -> None:
    ecs = an_ecs()
    ecs.register(tags=[{"key": "a", "value": "1"}])
    ecs.put(an_instance())
    (task,) = ecs.RunTask(
        taskDefinition="web",
        propagateTags="TASK_DEFINITION",
        tags=[{"key": "b", "value": "2"}],
        enableECSManagedTags=True,
    )["tasks"]
    assert {tag["key"]: tag["value"] for tag in task["tags"]} == {
        "a": "1",
        "b": "2",
        "aws:ecs:clusterName": "default",
    }


def test_start_task_names_its_instances() -> None:
    ecs = with_instance()
    answer = ecs.StartTask(taskDefinition="web", containerInstances=[an_instance().arn, "none"])
    (stored,) = ecs.all(Task)
    assert stored.wanted_instance == an_instance().arn
    assert [t["taskArn"] for t in answer["tasks"]] == [stored.arn]
    assert [f["reason"] for f in answer["failures"]] == ["MISSING"]


def test_stopping_writes_the_intent_once() -> None:
    ecs = an_ecs()
    ecs.put(a_task_definition(), a_task(last_status=TaskStatus.RUNNING))
    stopped = ecs.StopTask(task=a_task().id, reason="enough")["task"]
    assert (stopped["desiredStatus"], stopped["lastStatus"]) == ("STOPPED", "RUNNING")
    assert (stopped["stopCode"], stopped["stoppedReason"]) == ("UserInitiated", "enough")
    assert stopped["version"] == 2
    assert ecs.StopTask(task=a_task().arn, reason="again")["task"] == stopped
    assert refusal(lambda: ecs.StopTask(task="none")) == (
        "InvalidParameterException",
        "The referenced task was not found.",
    )


def test_tasks_are_listed_by_what_they_are_for() -> None:
    ecs = an_ecs()
    service = a_service()
    ecs.put(
        service,
        a_task(1, service=service.arn, instance=an_instance().arn),
        a_task(2, started_by="me", launch_type="FARGATE"),
        a_task(3, desired_status=TaskStatus.STOPPED),
    )

    def numbers(**request: Any) -> list[int]:
        arns = ecs.ListTasks(**request)["taskArns"]
        return [int(arn.rsplit("/")[-1], 16) for arn in arns]

    assert numbers() == [1, 2]
    assert numbers(serviceName="web") == [1]
    assert numbers(containerInstance=an_instance().arn) == [1]
    assert numbers(startedBy="me") == numbers(launchType="FARGATE") == [2]
    assert numbers(desiredStatus="STOPPED") == [3]
    assert numbers(family="web") == [1, 2]
    assert numbers(family="we") == []
    first = ecs.ListTasks(maxResults=1)
    assert numbers(maxResults=1, nextToken=first["nextToken"]) == [2]
    assert refusal(lambda: ecs.ListTasks(serviceName="none"))[0] == "ServiceNotFoundException"


def test_missing_tasks_are_named_by_arn() -> None:
    ecs = an_ecs()
    assert ecs.DescribeTasks(tasks=["abc"])["failures"] == [
        {"arn": "arn:aws:ecs:us-east-1:000000000000:task/default/abc", "reason": "MISSING"}
    ]
    assert refusal(lambda: ecs.DescribeTasks(tasks=[]))[1] == "Tasks cannot be empty."


def test_a_running_bridge_task_shows_its_bindings_times_and_health() -> None:
    ecs = an_ecs()
    ecs.put(
        a_task_definition(),
        a_task(
            instance=an_instance().arn,
            zone="us-east-1a",
            last_status=TaskStatus.RUNNING,
            connectivity_at=2.0,
            pull_started_at=3.0,
            pull_stopped_at=4.0,
            started_at=5.0,
            health=Health.HEALTHY,
            bindings=(PortBinding(container="web", container_port=80, host_port=32768),),
            containers=(
                Container(
                    name="web",
                    image="web:1",
                    status=TaskStatus.RUNNING,
                    runtime_id="abc",
                    image_digest="sha256:1",
                    health=Health.HEALTHY,
                ),
            ),
        ),
    )
    (task,) = ecs.DescribeTasks(tasks=[a_task().id])["tasks"]
    assert task["connectivity"] == "CONNECTED"
    assert task["startedAt"].timestamp() == 5.0
    assert (task["healthStatus"], task["availabilityZone"]) == ("HEALTHY", "us-east-1a")
    (container,) = task["containers"]
    assert container["networkBindings"] == [
        {"bindIP": "0.0.0.0", "containerPort": 80, "hostPort": 32768, "protocol": "tcp"}
    ]
    assert (container["runtimeId"], container["imageDigest"]) == ("abc", "sha256:1")


def connected(**fields: Any) -> tuple[Ecs, Task]:
    ecs = an_ecs()
    entry = ConnectService(port_name="web", alias=ConnectAlias(port=80, dns_name="web"))
    service = a_service(connect=ServiceConnect(enabled=True, services=(entry,)))
    deployment = a_deployment(service)
    task = a_task(
        service=service.arn,
        deployment=deployment.id,
        uses_mesh=True,
        launch_type="FARGATE",
        subnet="subnet-1",
        interface="eni-1",
        last_status=TaskStatus.RUNNING,
        **fields,
    )
    ecs.put(a_fargate_definition(), service, deployment, task, an_interface(task.arn))
    return ecs, task


def test_a_connected_task_shows_its_interface_and_its_proxy() -> None:
    ecs, task = connected(mesh_ready=True)
    (shape,) = ecs.DescribeTasks(tasks=[task.id])["tasks"]
    network, mesh = shape["attachments"]
    details = {item["name"]: item["value"] for item in network["details"]}
    assert details["privateIPv4Address"] == "10.0.0.9"
    assert details["macAddress"] == "02:42:0a:00:00:09"
    assert network["status"] == "ATTACHED"
    assert mesh["type"] == "ServiceConnect"
    assert {item["name"]: item["value"] for item in mesh["details"]} == {
        "ContainerName": "ecs-service-connect-00000",
        "portName": "web",
        "discoveryName": "web",
        "clientAliases": "web:80",
    }
    web, proxy = shape["containers"]
    assert web["networkInterfaces"] == [
        {"attachmentId": network["id"], "privateIpv4Address": "10.0.0.9"}
    ]
    assert (proxy["name"], proxy["lastStatus"], proxy["healthStatus"]) == (
        "ecs-service-connect-00000",
        "RUNNING",
        "HEALTHY",
    )


def test_the_proxy_follows_what_the_host_proxy_accepted() -> None:
    ecs, task = connected()
    proxy = ecs.DescribeTasks(tasks=[task.id])["tasks"][0]["containers"][-1]
    assert (proxy["lastStatus"], proxy["healthStatus"]) == ("PENDING", "UNKNOWN")
    ecs.put(replace(task, mesh_ready=True, mesh_gone=True))
    proxy = ecs.DescribeTasks(tasks=[task.id])["tasks"][0]["containers"][-1]
    assert proxy["lastStatus"] == "STOPPED"


def test_a_rendering_is_never_older_than_its_nouns() -> None:
    ecs, task = connected()
    assert ecs.DescribeTasks(tasks=[task.id])["tasks"][0]["version"] == 1
    ecs.put(replace(task, version=2), an_interface(task.arn, address="10.0.0.8"))
    (shape,) = ecs.DescribeTasks(tasks=[task.id])["tasks"]
    assert shape["version"] == 2
    assert ecs.all(NetworkInterface)[0].address == "10.0.0.8"
    assert shape["containers"][0]["networkInterfaces"][0]["privateIpv4Address"] == "10.0.0.8"
