"""Single tasks, run for real: overrides, output, limits, ends and the reasons for them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.live.story import CLUSTER, QUICKLY, Town, a_site, a_town, eventually, needs_machine, tail

pytestmark = needs_machine

LOOP = "trap 'exit 0' TERM QUIT; while :; do sleep 0.1; done"


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    """A cluster with capacity and one image."""
    with a_site() as site:
        yield a_town(site, ("cats",))
        assert site.errors() == []


def define(town: Town, family: str, script: str = LOOP, **more: Any) -> str:
    """A task definition with a container that runs a shell script."""
    task = {key: more.pop(key) for key in ("cpu", "memory", "networkMode") if key in more}
    container = {
        "name": "main",
        "image": f"{town.uris['cats']}:latest",
        "command": ["sh", "-c", script],
        **({} if "memory" in task else {"memory": 64}),
        **more,
    }
    answer = town.aws.ecs.register_task_definition(
        family=family, containerDefinitions=[container], **task
    )
    return str(answer["taskDefinition"]["taskDefinitionArn"])


def run(town: Town, definition: str, **more: Any) -> str:
    """Run one task; its ARN."""
    answer = town.aws.ecs.run_task(cluster=CLUSTER, taskDefinition=definition, **more)
    assert answer["failures"] == []
    return str(answer["tasks"][0]["taskArn"])


def ended(town: Town, task: str) -> dict[str, Any]:
    waiter = town.aws.ecs.get_waiter("tasks_stopped")
    waiter.wait(cluster=CLUSTER, tasks=[task], WaiterConfig=QUICKLY)
    return town.task(task)


def running(town: Town, task: str) -> dict[str, Any]:
    waiter = town.aws.ecs.get_waiter("tasks_running")
    waiter.wait(cluster=CLUSTER, tasks=[task], WaiterConfig=QUICKLY)
    return town.task(task)


def logged(town: Town, text: str = "hello $NAME from $AWS_REGION") -> str:
    options = {
        "awslogs-group": "/story/tasks",
        "awslogs-region": "us-east-1",
        "awslogs-stream-prefix": "ecs",
        "awslogs-create-group": "true",
    }
    log = {"logDriver": "awslogs", "options": options}
    return define(town, "logged", f'echo "{text}"', logConfiguration=log)


def test_a_task_runs_with_its_overrides_and_its_output_is_kept(town: Town) -> None:
    override = {"name": "main", "environment": [{"name": "NAME", "value": "tom"}]}
    task = run(town, logged(town), overrides={"containerOverrides": [override]})
    stopped = ended(town, task)
    assert stopped["containers"][0]["exitCode"] == 0
    assert stopped["overrides"]["containerOverrides"][0]["name"] == "main"
    logs = town.aws.logs
    stream = f"ecs/main/{tail(task)}"
    kept = eventually(
        lambda: logs.get_log_events(logGroupName="/story/tasks", logStreamName=stream)["events"],
        "the output is in CloudWatch Logs",
        10,
    )
    assert [event["message"] for event in kept] == ["hello tom from us-east-1"]


def test_a_task_passes_through_its_times_in_order(town: Town) -> None:
    task = run(town, define(town, "timed", "sleep 0.3"), startedBy="a-test", count=1)
    stopped = ended(town, task)
    names = (
        "createdAt",
        "connectivityAt",
        "pullStartedAt",
        "pullStoppedAt",
        "startedAt",
        "stoppingAt",
        "executionStoppedAt",
        "stoppedAt",
    )
    times = [stopped[name] for name in names if name in stopped]
    assert {"createdAt", "startedAt", "executionStoppedAt", "stoppedAt"} <= stopped.keys()
    outside = [stopped["createdAt"], stopped["startedAt"], stopped["stoppedAt"]]
    assert outside == sorted(outside), times
    assert stopped["startedBy"] == "a-test"
    assert stopped["group"] == "family:timed"


def test_limits_of_a_task_are_the_kernels(town: Town) -> None:
    task = run(town, define(town, "limited", cpu="256", memory="128"))
    container = running(town, task)["containers"][0]["runtimeId"]
    groups = Path("/sys/fs/cgroup")
    if (groups / "memory").exists():  # control groups version 1
        here = f"seaway/{town.site.scope}/{tail(task)}"
        assert int((groups / "memory" / here / "memory.limit_in_bytes").read_text()) == 128 << 20
        quota = int((groups / "cpu" / here / "cpu.cfs_quota_us").read_text())
        period = int((groups / "cpu" / here / "cpu.cfs_period_us").read_text())
        assert quota / period == 0.25
        assert (groups / "memory" / here / container).is_dir()
    town.aws.ecs.stop_task(cluster=CLUSTER, task=task)
    ended(town, task)


def test_a_stopped_task_says_who_stopped_it_and_why(town: Town) -> None:
    task = run(town, define(town, "asked"))
    running(town, task)
    town.aws.ecs.stop_task(cluster=CLUSTER, task=task, reason="enough of it")
    stopped = ended(town, task)
    assert stopped["stopCode"] == "UserInitiated"
    assert stopped["stoppedReason"] == "enough of it"
    assert stopped["containers"][0]["exitCode"] == 0
    assert stopped["desiredStatus"] == "STOPPED"


@pytest.mark.parametrize(("script", "code"), [("exit 3", 3), ("exit 0", 0)])
def test_a_task_whose_container_ends_stops_with_its_exit_code(
    town: Town, script: str, code: int
) -> None:
    stopped = ended(town, run(town, define(town, "ends", script)))
    assert stopped["stopCode"] == "EssentialContainerExited"
    assert stopped["stoppedReason"] == "Essential container in task exited"
    assert stopped["containers"][0]["exitCode"] == code


def test_a_task_that_uses_too_much_memory_is_killed_and_says_so(town: Town) -> None:
    greedy = 'x=0123456789abcdef; while :; do x="$x$x"; done'
    stopped = ended(town, run(town, define(town, "greedy", greedy, memory="32")))
    container = stopped["containers"][0]
    assert container["exitCode"] == 137
    assert container["reason"] == "OutOfMemoryError: Container killed due to memory usage"


def test_an_image_that_is_not_there_stops_the_task_before_it_starts(town: Town) -> None:
    task = run(town, define(town, "absent", image=f"{town.uris['cats']}:nosuch"))
    stopped = ended(town, task)
    assert stopped["stopCode"] == "TaskFailedToStart"
    assert stopped["stoppedReason"].startswith("CannotPullContainerError: ")
    assert "startedAt" not in stopped


def test_a_missing_log_group_stops_the_task_before_it_starts(town: Town) -> None:
    options = {"awslogs-group": "/nowhere", "awslogs-region": "us-east-1"}
    log = {"logDriver": "awslogs", "options": options}
    stopped = ended(town, run(town, define(town, "unlogged", logConfiguration=log)))
    assert stopped["stopCode"] == "TaskFailedToStart"
    assert "The specified log group does not exist" in stopped["stoppedReason"]


def test_run_task_says_which_resource_is_missing(town: Town) -> None:
    big = define(town, "big", memory=str(1 << 20))
    answer = town.aws.ecs.run_task(cluster=CLUSTER, taskDefinition=big)
    assert answer["tasks"] == []
    assert {failure["reason"] for failure in answer["failures"]} == {"RESOURCE:MEMORY"}


def test_a_command_that_is_not_there_is_a_container_that_can_not_start(town: Town) -> None:
    task = run(town, define(town, "nocommand", command=["/no/such/program"]))
    stopped = ended(town, task)
    assert stopped["stopCode"] == "TaskFailedToStart"
    assert stopped["stoppedReason"].startswith("CannotStartContainerError: ")


def test_a_service_whose_tasks_die_is_started_again_with_pauses(town: Town) -> None:
    define(town, "dying", "exit 1")
    town.aws.ecs.create_service(
        cluster=CLUSTER, serviceName="dying", taskDefinition="dying", desiredCount=1
    )

    def dead() -> list[str]:
        listed = town.aws.ecs.list_tasks(
            cluster=CLUSTER, serviceName="dying", desiredStatus="STOPPED"
        )
        return list(listed["taskArns"])

    eventually(lambda: len(dead()) >= 3, "three tasks have come and gone", 20)
    assert len(dead()) < 8
    town.aws.ecs.delete_service(cluster=CLUSTER, service="dying", force=True)
    town.aws.ecs.get_waiter("services_inactive").wait(
        cluster=CLUSTER, services=["dying"], WaiterConfig=QUICKLY
    )
