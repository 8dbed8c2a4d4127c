"""What a program inside a real task finds: who it is, keys of its role, the API, protection."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.live import host_python
from tests.live.story import CLUSTER, QUICKLY, TRUST, Town, a_site, a_town, eventually, tail
from tests.live.story import needs_machine as pytestmark  # noqa: F401

WAIT = "trap 'exit 0' TERM QUIT; while :; do sleep 0.1; done"
SERVE = "nginx -g 'daemon off;'"


@dataclass
class Estate:
    """A town with a role for its tasks, and a task in each network mode."""

    town: Town
    role: str
    tasks: dict[str, str] = field(default_factory=dict)

    def define(self, family: str, mode: str, script: str = WAIT, **more: Any) -> str:
        """A definition of one container that can run Python; its ARN."""
        volumes, mounts = host_python.volumes()
        container = {
            "name": "dweller",
            "image": f"{self.town.uris['cats']}:latest",
            "command": ["sh", "-c", script],
            "memory": 256,
            "cpu": 64,
            "mountPoints": mounts,
            "portMappings": [{"containerPort": 80}] if mode != "host" else [],
            "dockerLabels": {"kind": "dweller"},
        }
        more = {"taskRoleArn": self.role} | more
        answer = self.town.aws.ecs.register_task_definition(
            family=family,
            networkMode=mode,
            containerDefinitions=[container],
            volumes=volumes,
            **{name: value for name, value in more.items() if value is not None},
        )
        return str(answer["taskDefinition"]["taskDefinitionArn"])

    def run(self, definition: str, mode: str) -> str:
        """Run one task until it is up; its ARN."""
        where = {"awsvpcConfiguration": {"subnets": self.town.subnets}}
        answer = self.town.aws.ecs.run_task(
            cluster=CLUSTER,
            taskDefinition=definition,
            tags=[{"key": "team", "value": "cats"}],
            **({"networkConfiguration": where} if mode == "awsvpc" else {}),
        )
        assert answer["failures"] == []
        task = str(answer["tasks"][0]["taskArn"])
        waiter = self.town.aws.ecs.get_waiter("tasks_running")
        waiter.wait(cluster=CLUSTER, tasks=[task], WaiterConfig=QUICKLY)
        return task

    def does(self, task: str, *words: str) -> Any:
        """What the program in the task finds."""
        return json.loads(self.town.inside(task, host_python.command("dweller.py", *words)))

    def told(self, task: str) -> dict[str, str]:
        """The environment of the task's container."""
        lines = self.town.inside(task, "env").splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line)


@pytest.fixture(scope="module")
def estate() -> Iterator[Estate]:
    with a_site() as site:
        town = a_town(site, ("cats",))
        role = town.aws.iam.create_role(RoleName="dweller", AssumeRolePolicyDocument=TRUST)
        estate = Estate(town=town, role=role["Role"]["Arn"])
        for mode in ("awsvpc", "bridge", "host"):
            # In its own namespace nothing of ours may stand in the way of port 80.
            script = WAIT if mode == "host" else SERVE
            definition = estate.define(f"lives-{mode}", mode, script)
            estate.tasks[mode] = estate.run(definition, mode)
        yield estate
        assert site.errors() == []


@pytest.mark.parametrize("mode", ["awsvpc", "bridge", "host"])
def test_a_program_reads_who_it_is(estate: Estate, mode: str) -> None:
    task = estate.tasks[mode]
    told, shown = estate.does(task, "look"), estate.town.task(task)
    container = told["container"]
    assert container["DockerId"] == shown["containers"][0]["runtimeId"]
    assert container["ContainerARN"] == shown["containers"][0]["containerArn"]
    assert (container["Name"], container["Type"]) == ("dweller", "NORMAL")
    assert container["Labels"]["kind"] == "dweller"
    assert container["Labels"]["com.amazonaws.ecs.task-arn"] == task
    assert (container["DesiredStatus"], container["KnownStatus"]) == ("RUNNING", "RUNNING")
    assert container["Limits"] == {"CPU": 64, "Memory": 256}
    (network,) = container["Networks"]
    assert network["NetworkMode"] == mode
    assert told["task"]["TaskARN"] == task
    assert told["task"]["Family"] == f"lives-{mode}"
    assert told["task"]["AvailabilityZone"] == shown["availabilityZone"]
    names = [each["Name"] for each in told["task"]["Containers"]]
    assert names == (["~internal~ecs~pause"] if mode == "awsvpc" else []) + ["dweller"]
    assert told["tags"]["TaskTags"] == {"team": "cats"}
    assert told["v3"]["TaskARN"] == task
    assert "ContainerARN" not in told["v3"]["Containers"][-1]
    assert told["environment"]["AWS_EXECUTION_ENV"] == "AWS_ECS_EC2"
    if mode == "awsvpc":
        (detail,) = [
            d for d in shown["attachments"][0]["details"] if d["name"] == "privateIPv4Address"
        ]
        assert network["IPv4Addresses"] == [detail["value"]]
        inside = estate.town.inside(task, "cat /sys/class/net/eth0/address").strip()
        assert network["MACAddress"] == inside


@pytest.mark.parametrize("mode", ["awsvpc", "bridge", "host"])
def test_stats_tell_of_processor_memory_and_network(estate: Estate, mode: str) -> None:
    task = estate.tasks[mode]
    told = estate.does(task, "look")
    stats = told["stats"]
    assert stats["memory_stats"]["usage"] > 0
    before, now = stats["precpu_stats"]["cpu_usage"], stats["cpu_stats"]["cpu_usage"]
    assert 0 < before["total_usage"] <= now["total_usage"]
    assert stats["preread"] < stats["read"]
    interfaces = stats["networks"]
    assert "lo" not in interfaces
    assert all("rx_bytes" in each and "tx_bytes" in each for each in interfaces.values())
    assert stats["network_rate_stats"].keys() == {"rx_bytes_per_sec", "tx_bytes_per_sec"}
    assert told["task_stats"].keys() == {told["container"]["DockerId"]}


@pytest.mark.parametrize("mode", ["awsvpc", "bridge", "host"])
def test_the_sdk_finds_keys_of_the_task_role_and_the_api(estate: Estate, mode: str) -> None:
    task = estate.tasks[mode]
    found = estate.does(task, "call")
    assert found["method"] == "container-role"
    assert found["identity"].endswith(f":assumed-role/dweller/{tail(task)}")
    assert found["status"] == "RUNNING"


@pytest.mark.parametrize("mode", ["awsvpc", "bridge"])
def test_keys_that_nobody_handed_out_are_refused_from_inside(estate: Estate, mode: str) -> None:
    refusal = estate.does(estate.tasks[mode], "call_as", "anyone", "anything")
    assert refusal == "UnrecognizedClientException"


def test_a_neighbour_cannot_be_read_with_its_own_ids(estate: Estate) -> None:
    mine, other = estate.tasks["awsvpc"], estate.tasks["bridge"]
    ids = estate.told(other)
    metadata, agent = ids["ECS_CONTAINER_METADATA_URI_V4"], ids["ECS_AGENT_URI"]
    keys = f"http://169.254.170.2{ids['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI']}"
    assert estate.does(other, "ask", metadata)[0] == 200
    status, text = estate.does(mine, "ask", metadata)
    assert status == 404
    assert text.startswith("V4 container metadata handler: unable to get container ID from request")
    status, shape = estate.does(mine, "ask", keys)
    assert (status, shape["code"]) == (400, "InvalidIdInRequest")
    status, shape = estate.does(mine, "ask", f"{agent}/task-protection/v1/state")
    assert (status, shape["error"]["Code"]) == (404, "ResourceNotFoundException")


def test_a_fargate_task_reads_who_it_is(estate: Estate) -> None:
    """By curl: the machine's Python is no part of a Fargate task."""
    aws, town = estate.town.aws, estate.town
    container = {"name": "dweller", "image": f"{town.uris['cats']}:latest"}
    aws.ecs.register_task_definition(
        family="fargate",
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="256",
        memory="512",
        ephemeralStorage={"sizeInGiB": 21},
        executionRoleArn=town.role,
        taskRoleArn=estate.role,
        containerDefinitions=[container],
    )
    where = {"awsvpcConfiguration": {"subnets": town.subnets}}
    (started,) = aws.ecs.run_task(
        cluster=CLUSTER,
        taskDefinition="fargate",
        launchType="FARGATE",
        networkConfiguration=where,
    )["tasks"]
    task = started["taskArn"]
    waiter = aws.ecs.get_waiter("tasks_running")
    waiter.wait(cluster=CLUSTER, tasks=[task], WaiterConfig=QUICKLY)
    assert town.inside(task, "echo $AWS_EXECUTION_ENV") == "AWS_ECS_FARGATE\n"
    told = json.loads(town.inside(task, "curl -s $ECS_CONTAINER_METADATA_URI_V4/task"))
    assert (told["LaunchType"], told["Cluster"]) == ("FARGATE", started["clusterArn"])
    assert told["Limits"] == {"CPU": 0.25, "Memory": 512}
    assert told["EphemeralStorageMetrics"]["Reserved"] == 21 * 1024
    assert told["EphemeralStorageMetrics"]["Utilized"] >= 1, "nginx has written its own files"
    assert [each["Name"] for each in told["Containers"]] == ["dweller"]
    keys = json.loads(
        town.inside(task, "curl -s http://169.254.170.2$AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")
    )
    assert keys["RoleArn"] == estate.role
    aws.ecs.stop_task(cluster=CLUSTER, task=task)


def test_a_task_without_a_role_has_neither_keys_nor_the_api(estate: Estate) -> None:
    task = estate.run(estate.define("roleless", "bridge", taskRoleArn=None), "bridge")
    told = estate.told(task)
    assert not {name for name in told if name.startswith("AWS_CONTAINER") or "ENDPOINT" in name}
    assert estate.does(task, "look")["task"]["TaskARN"] == task
    assert estate.does(task, "ask", "http://169.254.170.2:4566/")[0] == 0
    status, shape = estate.does(task, "ask", f"{told['ECS_AGENT_URI']}/task-protection/v1/state")
    assert (status, shape["error"]["Code"]) == (403, "AccessDeniedException")
    estate.town.aws.ecs.stop_task(cluster=CLUSTER, task=task)


def test_a_task_of_a_service_protects_itself(estate: Estate) -> None:
    ecs = estate.town.aws.ecs
    definition = estate.define("kept", "bridge", WAIT)
    ecs.create_service(
        cluster=CLUSTER, serviceName="kept", taskDefinition=definition, desiredCount=1
    )
    estate.town.stable("kept")
    (task,) = (each["taskArn"] for each in estate.town.tasks("kept"))
    state = f"{estate.told(task)['ECS_AGENT_URI']}/task-protection/v1/state"
    wanted = json.dumps({"ProtectionEnabled": True, "ExpiresInMinutes": 5})
    status, shape = estate.does(task, "ask", state, "PUT", wanted)
    assert status == 200
    assert (shape["protection"]["ProtectionEnabled"], shape["protection"]["TaskArn"]) == (
        True,
        task,
    )
    seen = ecs.get_task_protection(cluster=CLUSTER, tasks=[task])["protectedTasks"][0]
    assert seen["protectionEnabled"]
    assert (
        seen["expirationDate"].strftime("%Y-%m-%dT%H:%M:%SZ")
        == (shape["protection"]["ExpirationDate"])
    )
    ecs.update_task_protection(cluster=CLUSTER, tasks=[task], protectionEnabled=False)
    assert estate.does(task, "ask", state) == [
        200,
        {"protection": {"ProtectionEnabled": False, "TaskArn": task}},
    ]
    status, shape = estate.does(task, "ask", state, "PUT", '{"ExpiresInMinutes": 5}')
    assert (status, shape["error"]["Code"]) == (400, "InvalidParameterException")
    ecs.delete_service(cluster=CLUSTER, service="kept", force=True)


def test_after_a_kill_of_the_control_plane_everything_is_found_again(estate: Estate) -> None:
    site = estate.town.site
    keys = {mode: estate.does(task, "call")["key"] for mode, task in estate.tasks.items()}
    site.kill()
    site.start()
    for mode, task in estate.tasks.items():
        metadata = estate.told(task)["ECS_CONTAINER_METADATA_URI_V4"]
        eventually(lambda m=metadata, t=task: estate.does(t, "ask", m)[0] == 200, "it answers", 30)
        found = estate.does(task, "call")
        assert found["identity"].endswith(f"/dweller/{tail(task)}")
        assert found["key"] != keys[mode], "keys are kept in memory only"


def test_a_role_that_is_not_there_starts_no_task(estate: Estate) -> None:
    nobody = estate.role.replace("dweller", "nobody")
    definition = estate.define("nobodys", "bridge", taskRoleArn=nobody)
    with pytest.raises(Exception, match=shlex.quote(nobody)[:40]) as refused:
        estate.run(definition, "bridge")
    assert "ECS was unable to assume the role" in str(refused.value)
