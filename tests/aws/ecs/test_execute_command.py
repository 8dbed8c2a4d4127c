from __future__ import annotations

from typing import Any

import pytest

from seaway.core.capacity import Host
from seaway.core.exec_session import ExecSession
from seaway.core.task import Container, TaskStatus
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
