"""What a run of a task may change and ask for, and what becomes of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from seaway.core.launch import LAUNCH_LIFETIME, Launch
from seaway.core.network import Vpc
from seaway.core.task import Container, PortBinding, Task, TaskStatus
from seaway.dispatch.payload import assignment
from seaway.link.messages import Assignment
from tests.aws.ecs.story import SUBNETS, Ecs, an_ecs, refusal
from tests.builders import a_cluster, an_instance

ROLE = "arn:aws:iam::000000000000:role/other"
FILE = {"value": "arn:aws:s3:::files/web.env", "type": "s3"}


def with_instance(**fields: Any) -> Ecs:
    ecs = an_ecs()
    ecs.register()
    ecs.put(an_instance(**fields))
    return ecs


def told_of(ecs: Ecs, task: Task) -> Assignment:
    """What its host is told of a task, once it has a place."""
    vpc = Vpc(id="vpc-1", owner="000000000000", region="us-east-1", cidr="10.0.0.0/16")
    ecs.put(vpc)
    with ecs.api.store.transaction() as tx:
        told = assignment(tx, replace(task, vpc=vpc.id))
    assert told is not None
    return told


def test_all_that_a_run_changes_is_shown_and_told_to_the_host() -> None:
    ecs = with_instance()
    container = {
        "name": "web",
        "command": ["a"],
        "environment": [{"name": "K", "value": "V"}],
        "environmentFiles": [FILE],
        "cpu": 10,
        "memory": 128,
        "memoryReservation": 64,
        "resourceRequirements": [{"type": "GPU", "value": "0"}],
    }
    changed = {"taskRoleArn": ROLE, "executionRoleArn": ROLE, "cpu": "512", "memory": "1024"}
    (task,) = ecs.RunTask(
        taskDefinition="web", overrides={**changed, "containerOverrides": [container]}
    )["tasks"]
    shown = task["overrides"]
    assert shown["containerOverrides"] == [container]
    assert {name: shown[name] for name in changed} == changed
    told = told_of(ecs, ecs.all(Task)[0])
    assert (told.task_role, told.execution_role) == (ROLE, ROLE)
    assert (told.cpu, told.memory) == (512, 1024)
    (web,) = told.containers
    assert web.environment_files == (FILE["value"],)
    assert (web.cpu, web.memory, web.memory_reservation, web.gpus) == (10, 128, 64, 0)


def test_what_a_run_leaves_is_as_the_definition_says() -> None:
    ecs = an_ecs()
    ecs.put(an_instance())
    ecs.register(
        taskRoleArn=ROLE,
        containerDefinitions=[{"name": "web", "image": "i", "environmentFiles": [FILE]}],
    )
    ecs.RunTask(taskDefinition="web", overrides={"containerOverrides": [{"name": "web"}]})
    told = told_of(ecs, ecs.all(Task)[0])
    assert told.task_role == ROLE
    assert told.containers[0].environment_files == (FILE["value"],)


def test_a_fargate_task_may_have_more_storage_and_another_size() -> None:
    ecs = an_ecs()
    ecs.register_fargate()
    (task,) = ecs.RunTask(
        taskDefinition="web",
        launchType="FARGATE",
        networkConfiguration=SUBNETS,
        overrides={"ephemeralStorage": {"sizeInGiB": 50}, "cpu": "1 vCPU", "memory": "2 GB"},
    )["tasks"]
    assert task["ephemeralStorage"] == task["fargateEphemeralStorage"] == {"sizeInGiB": 50}
    assert (task["cpu"], task["memory"]) == ("1024", "2048")
    assert task["overrides"]["ephemeralStorage"] == {"sizeInGiB": 50}


@pytest.mark.parametrize(
    ("change", "code", "text"),
    [
        (
            {"overrides": {"ephemeralStorage": {"sizeInGiB": 50}}},
            "InvalidParameterException",
            "overrides.ephemeralStorage is only supported with the FARGATE launch type.",
        ),
        (
            {"overrides": {"inferenceAcceleratorOverrides": [{"deviceName": "a"}]}},
            "ClientException",
            "overrides.inferenceAcceleratorOverrides is not supported by Seaway yet.",
        ),
        (
            {"overrides": {"containerOverrides": [{"name": "web"}, {"name": "web"}]}},
            "InvalidParameterException",
            "A container can be overridden only once.",
        ),
        (
            {"overrides": {"containerOverrides": [{"name": "web", "command": ["a" * 8192]}]}},
            "InvalidParameterException",
            "The overrides can have at most 8192 characters in total.",
        ),
        (
            {"overrides": {"containerOverrides": [{"name": "web", "memory": 513}]}},
            "InvalidParameterException",
            "Invalid setting for container 'web'. The memory must not exceed the task's memory.",
        ),
        (
            {
                "overrides": {
                    "containerOverrides": [{"name": "web", "memory": 8, "memoryReservation": 9}]
                }
            },
            "InvalidParameterException",
            "Invalid setting for container 'web'. 'memoryReservation' must not be greater than "
            "'memory'.",
        ),
        (
            {"volumeConfigurations": [{"name": "v"}]},
            "ClientException",
            "volumeConfigurations is not supported by Seaway yet.",
        ),
        (
            {"startedBy": "two words"},
            "InvalidParameterException",
            "startedBy can have up to 128 letters (uppercase and lowercase), numbers, hyphens "
            "(-), forward slashes (/), and underscores (_).",
        ),
        (
            {"clientToken": "a b"},
            "InvalidParameterException",
            "clientToken can have up to 64 characters in the range of 33-126.",
        ),
        (
            {"launchType": "EXTERNAL"},
            "ClientException",
            "launchType EXTERNAL is not supported by Seaway yet.",
        ),
    ],
)
def test_a_run_that_cannot_be_is_refused(change: dict[str, Any], code: str, text: str) -> None:
    ecs = with_instance()
    assert refusal(lambda: ecs.RunTask(**{"taskDefinition": "web", **change})) == (code, text)


def test_a_size_that_fargate_has_not_is_refused() -> None:
    ecs = an_ecs()
    ecs.register_fargate()
    asked: dict[str, Any] = {
        "taskDefinition": "web",
        "launchType": "FARGATE",
        "networkConfiguration": SUBNETS,
        "overrides": {"cpu": "512"},
    }
    assert refusal(lambda: ecs.RunTask(**asked))[1] == (
        "No Fargate configuration exists for given values: 512 CPU, 512 memory. See the Amazon "
        "ECS documentation for the valid values."
    )


def test_commands_may_be_run_in_a_task_that_was_run_so() -> None:
    ecs = with_instance()
    (task,) = ecs.RunTask(taskDefinition="web", enableExecuteCommand=True)["tasks"]
    assert task["enableExecuteCommand"] is True
    (task,) = ecs.RunTask(taskDefinition="web")["tasks"]
    assert task["enableExecuteCommand"] is False


def test_a_faithful_cluster_asks_for_a_task_role_before_commands_may_be_run() -> None:
    ecs = with_instance()
    ecs.put(a_cluster(settings=(("faithful", "enabled"),)))
    asked: dict[str, Any] = {"taskDefinition": "web", "enableExecuteCommand": True}
    assert refusal(lambda: ecs.RunTask(**asked)) == (
        "InvalidParameterException",
        "The execute command failed because a valid task role is not being used. Specify a valid "
        "task role in your task definition or as a task override and try again.",
    )
    asked["overrides"] = {"taskRoleArn": ROLE}
    assert len(ecs.RunTask(**asked)["tasks"]) == 1


def test_a_client_token_is_forgotten_with_its_tasks() -> None:
    ecs = with_instance()
    (first,) = ecs.RunTask(taskDefinition="web", clientToken="t")["tasks"]
    (stored,) = ecs.all(Task)
    assert stored.client_token == "t"
    with ecs.api.store.transaction() as tx:
        tx.drop(stored)
    (second,) = ecs.RunTask(taskDefinition="web", clientToken="t", count=1)["tasks"]
    assert second["taskArn"] != first["taskArn"]


def test_a_client_token_is_forgotten_after_a_day() -> None:
    ecs = with_instance()
    (first,) = ecs.RunTask(taskDefinition="web", clientToken="t")["tasks"]
    (launch,) = ecs.all(Launch)
    ecs.put(replace(launch, created_at=launch.created_at - LAUNCH_LIFETIME - 1))
    (second,) = ecs.RunTask(taskDefinition="web", clientToken="t")["tasks"]
    assert second["taskArn"] != first["taskArn"]


def test_a_task_is_started_only_where_there_is_room_and_an_agent() -> None:
    ecs = with_instance(memory=600)
    ecs.put(an_instance(2, connected=False), an_instance(3, status="DRAINING"))
    names = [an_instance(number).arn for number in (1, 2, 3)]
    answer = ecs.StartTask(taskDefinition="web", containerInstances=names)
    assert [task["taskArn"] for task in answer["tasks"]] == [task.arn for task in ecs.all(Task)]
    assert ecs.all(Task)[0].wanted_instance == names[0]
    found = {failure["arn"]: failure["reason"] for failure in answer["failures"]}
    assert found == {names[1]: "AGENT", names[2]: "INACTIVE"}
    again = ecs.StartTask(taskDefinition="web", containerInstances=names[:1])
    assert again["failures"] == [{"arn": names[0], "reason": "RESOURCE:MEMORY"}]


def test_a_graphics_processor_is_nowhere_to_be_had() -> None:
    ecs = an_ecs()
    ecs.put(an_instance())
    needs = [{"type": "GPU", "value": "1"}]
    ecs.register(
        containerDefinitions=[{"name": "web", "image": "i", "resourceRequirements": needs}]
    )
    answer = ecs.RunTask(taskDefinition="web")
    assert [failure["reason"] for failure in answer["failures"]] == ["RESOURCE:GPU"]


def test_a_range_of_ports_is_shown_as_one_binding() -> None:
    ecs = an_ecs()
    ports = [{"containerPortRange": "80-82"}, {"containerPort": 90, "protocol": "udp"}]
    ecs.register(containerDefinitions=[{"name": "web", "image": "i", "portMappings": ports}])
    ecs.put(an_instance())
    ecs.RunTask(taskDefinition="web")
    (task,) = ecs.all(Task)
    bindings = tuple(
        PortBinding(container="web", container_port=80 + step, host_port=40_000 + step)
        for step in range(3)
    )
    udp = PortBinding(container="web", container_port=90, host_port=40_009, protocol="udp")
    seen = Container(name="web", status=TaskStatus.RUNNING)
    ecs.put(
        replace(
            task,
            last_status=TaskStatus.RUNNING,
            bindings=(*bindings, udp),
            containers=(seen,),
        )
    )
    (shown,) = ecs.DescribeTasks(tasks=[task.arn])["tasks"]
    assert shown["containers"][0]["networkBindings"] == [
        {
            "bindIP": "0.0.0.0",
            "containerPortRange": "80-82",
            "hostPortRange": "40000-40002",
            "protocol": "tcp",
        },
        {"bindIP": "0.0.0.0", "containerPort": 90, "hostPort": 40_009, "protocol": "udp"},
    ]


def test_a_task_role_that_is_not_there_runs_no_task() -> None:
    ecs = with_instance()
    nobody = "arn:aws:iam::000000000000:role/nobody"
    told = (
        "ClientException",
        f"ECS was unable to assume the role '{nobody}' that was provided for this task. Please "
        "verify that the role being passed has the proper trust relationship and permissions and "
        "that your IAM user has permissions to pass this role.",
    )
    overridden = {"taskRoleArn": nobody}
    assert refusal(lambda: ecs.RunTask(taskDefinition="web", overrides=overridden)) == told
    ecs.register(taskRoleArn=nobody)
    instance = an_instance().arn
    started = {"taskDefinition": "web", "containerInstances": [instance]}
    assert refusal(lambda: ecs.StartTask(**started)) == told
    assert ecs.all(Task) == []


def test_constraints_of_the_definition_and_of_the_run_are_ten_at_most() -> None:
    ecs = an_ecs()
    ecs.put(an_instance())
    constraint = {"type": "memberOf", "expression": "attribute:a exists"}
    ecs.register(placementConstraints=[constraint] * 9)
    asked: dict[str, Any] = {"taskDefinition": "web", "placementConstraints": [constraint] * 2}
    assert "at most 10" in refusal(lambda: ecs.RunTask(**asked))[1]
    asked["placementConstraints"] = [constraint]
    assert ecs.RunTask(**asked)["failures"][0]["arn"] == an_instance().arn
