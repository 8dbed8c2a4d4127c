from __future__ import annotations

from typing import Any

import pytest

from tests.aws.ecs.story import WEB, an_ecs, refusal


def test_what_was_registered_is_described_with_aws_defaults() -> None:
    ecs = an_ecs()
    shape = ecs.register(
        "catsdef",
        cpu=".5 vCPU",
        memory="1 GB",
        executionRoleArn="arn:aws:iam::000000000000:role/ecsTaskExecutionRole",
        containerDefinitions=[
            {
                "name": "cats",
                "image": "cats:1",
                "portMappings": [
                    {"containerPort": 80, "name": "cats-80-tcp", "appProtocol": "http"}
                ],
                "logConfiguration": {
                    "logDriver": "awslogs",
                    "options": {"awslogs-group": "/ecs/cats", "awslogs-create-group": "true"},
                },
                "healthCheck": {"command": ["CMD-SHELL", "true"]},
            }
        ],
    )
    assert (shape["cpu"], shape["memory"], shape["networkMode"]) == ("512", "1024", "bridge")
    assert shape["taskDefinitionArn"].endswith("task-definition/catsdef:1")
    assert shape["compatibilities"] == ["EC2"]
    (container,) = shape["containerDefinitions"]
    assert container["essential"] is True
    assert container["cpu"] == 0
    assert container["environment"] == container["mountPoints"] == container["volumesFrom"] == []
    assert container["portMappings"] == [
        {
            "containerPort": 80,
            "hostPort": 0,
            "protocol": "tcp",
            "name": "cats-80-tcp",
            "appProtocol": "http",
        }
    ]
    assert container["healthCheck"] == {
        "command": ["CMD-SHELL", "true"],
        "interval": 30,
        "timeout": 5,
        "retries": 3,
    }
    assert ecs.DescribeTaskDefinition(taskDefinition="catsdef")["taskDefinition"] == shape


def test_revisions_count_up_and_a_number_is_never_used_twice() -> None:
    ecs = an_ecs()
    assert [ecs.register()["revision"] for _ in range(2)] == [1, 2]
    ecs.DeregisterTaskDefinition(taskDefinition="web:2")
    assert ecs.DescribeTaskDefinition(taskDefinition="web")["taskDefinition"]["revision"] == 1
    deleted = ecs.DeleteTaskDefinitions(taskDefinitions=["web:2", "web:1", "web:7"])
    assert [d["status"] for d in deleted["taskDefinitions"]] == ["DELETE_IN_PROGRESS"]
    assert [f["arn"] for f in deleted["failures"]] == ["web:1", "web:7"]
    assert ecs.register()["revision"] == 3


def test_awsvpc_host_ports_are_the_container_ports() -> None:
    shape = an_ecs().register_fargate()
    assert shape["containerDefinitions"][0]["portMappings"][0]["hostPort"] == 80
    assert shape["compatibilities"] == ["EC2", "FARGATE"]


def test_definitions_are_listed_by_family_status_and_order() -> None:
    ecs = an_ecs()
    for family in ("b", "a", "a"):
        ecs.register(family)
    ecs.DeregisterTaskDefinition(taskDefinition="a:1")

    def names(**request: Any) -> list[str]:
        arns = ecs.ListTaskDefinitions(**request)["taskDefinitionArns"]
        return [arn.rsplit("/")[-1] for arn in arns]

    assert names() == ["a:2", "b:1"]
    assert names(sort="DESC") == ["b:1", "a:2"]
    assert names(status="INACTIVE") == ["a:1"]
    assert names(familyPrefix="b") == ["b:1"]
    ecs.DeregisterTaskDefinition(taskDefinition="b:1")
    assert ecs.ListTaskDefinitionFamilies()["families"] == ["a", "b"]
    assert ecs.ListTaskDefinitionFamilies(status="ACTIVE")["families"] == ["a"]
    assert ecs.ListTaskDefinitionFamilies(status="INACTIVE")["families"] == ["b"]


def test_what_is_not_there_is_refused_in_aws_words() -> None:
    ecs = an_ecs()
    assert refusal(lambda: ecs.DescribeTaskDefinition(taskDefinition="none")) == (
        "ClientException",
        "Unable to describe task definition.",
    )
    assert refusal(lambda: ecs.DeregisterTaskDefinition(taskDefinition="none:1")) == (
        "ClientException",
        "The specified task definition does not exist.",
    )


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (
            {"memory": None},
            "Invalid setting for container 'web'. At least one of 'memory' or "
            "'memoryReservation' must be specified.",
        ),
        ({"containerDefinitions": []}, "Container list cannot be empty."),
        ({"requiresCompatibilities": ["FARGATE"]}, "Fargate only supports network mode 'awsvpc'."),
        (
            {"requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc", "memory": None},
            "Fargate requires that 'memory' be defined at the task level.",
        ),
        (
            {"requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc", "memory": "600"},
            "No Fargate configuration exists for given values: 256 CPU, 600 memory. See the "
            "Amazon ECS documentation for the valid values.",
        ),
        (
            {"enableFaultInjection": True},
            "enableFaultInjection is not supported by Seaway yet.",
        ),
        (
            {"requiresCompatibilities": ["MANAGED_INSTANCES"]},
            "requiresCompatibilities MANAGED_INSTANCES is not supported by Seaway yet.",
        ),
        (
            {"volumes": [{"name": "v", "efsVolumeConfiguration": {"fileSystemId": "fs-1"}}]},
            "volumes[0].efsVolumeConfiguration is not supported by Seaway yet.",
        ),
    ],
)
def test_a_definition_that_cannot_run_is_refused(change: dict[str, Any], text: str) -> None:
    request = {
        "family": "web",
        "containerDefinitions": [WEB],
        "cpu": "256",
        "memory": "512",
        **change,
    }
    ecs = an_ecs()
    assert refusal(lambda: ecs.RegisterTaskDefinition(**request)) == ("ClientException", text)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"image": ""}, "Container.image should not be null or empty."),
        (
            {"environment": [{"value": "x"}]},
            "The name of an environment variable should not be null or empty.",
        ),
        ({"essential": False}, "At least one container must be marked as essential."),
        (
            {"logConfiguration": {"logDriver": "awslogs"}},
            "Log driver awslogs requires options: awslogs-group",
        ),
        (
            {"dependsOn": [{"containerName": "web", "condition": "START"}]},
            "Container 'web' has a dependency on 'web', which is not another container of the "
            "task definition.",
        ),
        (
            {"mountPoints": [{"sourceVolume": "none", "containerPath": "/x"}]},
            "Unknown volume 'none'.",
        ),
        (
            {"credentialSpecs": ["credentialspec:a"]},
            "containerDefinitions[0].credentialSpecs is not supported by Seaway yet.",
        ),
    ],
)
def test_a_container_that_cannot_run_is_refused(change: dict[str, Any], text: str) -> None:
    ecs = an_ecs()
    given = [{**WEB, **change}]
    assert refusal(lambda: ecs.register(containerDefinitions=given)) == ("ClientException", text)


def test_dependencies_must_not_go_in_a_circle_nor_wait_for_an_essential_to_end() -> None:
    ecs = an_ecs()

    def containers(first: str, second: str) -> list[dict[str, Any]]:
        a = {"name": "a", "image": "i", "dependsOn": [{"containerName": "b", "condition": first}]}
        b = {"name": "b", "image": "i", "dependsOn": [{"containerName": "a", "condition": second}]}
        return [a, b]

    circle = containers("START", "START")
    assert "cycle" in refusal(lambda: ecs.register(containerDefinitions=circle))[1]
    ending = containers("SUCCESS", "START")
    assert refusal(lambda: ecs.register(containerDefinitions=ending))[1] == (
        "A dependency container with SUCCESS or COMPLETE condition cannot be an essential container"
    )


def test_fields_that_say_what_happens_anyway_are_taken() -> None:
    given = {
        **WEB,
        "restartPolicy": {"enabled": False},
        "versionConsistency": "disabled",
        "secrets": [],
        "disableNetworking": False,
    }
    shape = an_ecs().register(
        containerDefinitions=[given],
        runtimePlatform={"operatingSystemFamily": "LINUX", "cpuArchitecture": "X86_64"},
    )
    assert shape["containerDefinitions"][0]["versionConsistency"] == "disabled"
    assert shape["runtimePlatform"]["cpuArchitecture"] == "X86_64"


def test_tags_are_kept_and_shown_on_demand() -> None:
    ecs = an_ecs()
    ecs.register(tags=[{"key": "team", "value": "cats"}])
    shown = ecs.DescribeTaskDefinition(taskDefinition="web", include=["TAGS"])
    assert shown["tags"] == [{"key": "team", "value": "cats"}]
    assert "tags" not in ecs.DescribeTaskDefinition(taskDefinition="web")
