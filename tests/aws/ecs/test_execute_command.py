from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from seaway.core.capacity import Host
from seaway.core.exec_session import ExecSession
from seaway.core.logs import LogGroup
from seaway.core.task import Container, Task, TaskStatus
from tests.aws.ecs.story import Ecs, an_ecs, refusal
from tests.builders import a_task

RUNNING = Container(name="web", image="web:1", status=TaskStatus.RUNNING, runtime_id="abc-123")


def with_task(*containers: Container, connected: bool = True, **fields: Any) -> tuple[Ecs, str]:
    ecs = an_ecs()
    ecs.register()
    task = a_task(
        last_status=TaskStatus.RUNNING,
        host="local",
        containers=containers or (RUNNING,),
        **{"exec_enabled": True, **fields},
    )
    ecs.put(Host(id="local", cpu=2048, memory=4096, connected=connected))
    ecs.put(task)
    return ecs, task.arn


def test_a_session_is_given_out_for_a_running_container() -> None:
    ecs, task = with_task()
    answer = ecs.ExecuteCommand(task=task, command="sh -c 'echo hi'", interactive=True)
    assert (answer["taskArn"], answer["containerName"]) == (task, "web")
    (shown,) = ecs.DescribeTasks(tasks=[task])["tasks"]
    assert answer["containerArn"] == shown["containers"][0]["containerArn"]
    session = answer["session"]
    assert session["sessionId"].startswith("ecs-execute-command-")
    assert session["streamUrl"].startswith("ws://")
    assert f"/v1/data-channel/{session['sessionId']}?" in session["streamUrl"]
    (kept,) = ecs.all(ExecSession)
    assert kept.id == session["sessionId"]
    assert (kept.runtime_id, kept.command) == ("abc-123", "sh -c 'echo hi'")
    assert kept.token == session["tokenValue"]


def test_the_task_shows_its_exec_agent_as_its_clients_look_for_it() -> None:
    ecs, task = with_task()
    (shown,) = ecs.DescribeTasks(tasks=[task])["tasks"]
    assert shown["enableExecuteCommand"] is True
    (agent,) = shown["containers"][0]["managedAgents"]
    assert (agent["name"], agent["lastStatus"]) == ("ExecuteCommandAgent", "RUNNING")


def test_a_task_that_was_not_started_for_it_is_left_alone() -> None:
    ecs, task = with_task(exec_enabled=False)
    code, message = refusal(lambda: ecs.ExecuteCommand(task=task, command="sh", interactive=True))
    assert code == "InvalidParameterException"
    assert "execute command was not enabled when the task was run" in message


@pytest.mark.parametrize(
    ("containers", "asked", "error"),
    [
        ((RUNNING, Container(name="side", status=TaskStatus.RUNNING)), {}, "container name"),
        ((RUNNING,), {"container": "other"}, "other was not found"),
        ((Container(name="web", status=TaskStatus.STOPPED),), {}, "not enabled"),
        ((RUNNING,), {"command": "echo 'open"}, "can't be read"),
        ((RUNNING,), {"command": "  "}, "must not be empty"),
        ((RUNNING,), {"interactive": False}, "Interactive is the only mode"),
        ((RUNNING,), {"task": "0123456789abcdef0123456789abcdef"}, "task was not found"),
    ],
)
def test_what_can_not_be_done_is_refused(
    containers: tuple[Container, ...], asked: dict[str, Any], error: str
) -> None:
    ecs, task = with_task(*containers)
    request = {"task": task, "command": "sh", "interactive": True, **asked}
    assert error in refusal(lambda: ecs.ExecuteCommand(**request))[1]


def test_a_host_that_is_away_can_not_run_it() -> None:
    ecs, task = with_task(connected=False)
    code, _ = refusal(lambda: ecs.ExecuteCommand(task=task, command="sh", interactive=True))
    assert code == "TargetNotConnectedException"


LOGGED = {"logDriver": "awslogs", "options": {"awslogs-group": "/web"}}
OVERRIDE: dict[str, Any] = {
    "logging": "OVERRIDE",
    "logConfiguration": {
        "cloudWatchLogGroupName": "/exec",
        "s3BucketName": "records",
        "s3KeyPrefix": "terminals",
    },
}


def kept_where(ecs: Ecs, task: str) -> tuple[str | None, str | None, str | None]:
    ecs.ExecuteCommand(task=task, command="sh", interactive=True)
    (session,) = ecs.all(ExecSession)
    return session.log_group, session.log_bucket, session.log_prefix


def test_a_cluster_says_where_its_sessions_are_recorded() -> None:
    ecs, task = with_task()
    given = {"executeCommandConfiguration": OVERRIDE}
    ecs.UpdateCluster(cluster="default", configuration=given)
    (shown,) = ecs.DescribeClusters(include=["CONFIGURATIONS"])["clusters"]
    told = shown["configuration"]["executeCommandConfiguration"]
    assert told["logging"] == "OVERRIDE"
    assert told["logConfiguration"]["s3BucketName"] == "records"
    group, bucket, prefix = kept_where(ecs, task)
    assert (group or "").endswith(":log-group:/exec")
    assert (bucket, prefix) == ("records", "terminals")


def test_unsaid_they_go_where_the_containers_output_goes() -> None:
    ecs, task = with_task()
    assert kept_where(ecs, task) == (None, None, None)
    ecs, task = with_task()
    container = {"name": "web", "image": "web:1", "memory": 64, "logConfiguration": LOGGED}
    made = ecs.register("logged", containerDefinitions=[container])
    (there,) = ecs.all(Task)
    group = "arn:aws:logs:us-east-1:000000000000:log-group:/web"
    ecs.put(replace(there, task_definition=made["taskDefinitionArn"]))
    ecs.put(LogGroup(arn=group, name="/web", region="us-east-1", created_at=0.0))
    assert kept_where(ecs, task) == (group, None, None)


def test_they_are_recorded_nowhere_when_the_cluster_says_so() -> None:
    ecs, task = with_task()
    given = {"executeCommandConfiguration": {"logging": "NONE"}}
    ecs.UpdateCluster(cluster="default", configuration=given)
    assert kept_where(ecs, task) == (None, None, None)


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"logging": "OVERRIDE"}, "a logConfiguration must be provided"),
        ({**OVERRIDE, "logging": "NONE"}, "only be provided when logging=OVERRIDE"),
        ({"kmsKeyId": "k"}, "kmsKeyId is not supported"),
    ],
)
def test_a_configuration_that_says_too_little_or_too_much_is_refused(
    given: dict[str, Any], error: str
) -> None:
    ecs = an_ecs()
    request = {"configuration": {"executeCommandConfiguration": given}}
    assert error in refusal(lambda: ecs.CreateCluster(clusterName="other", **request))[1]
