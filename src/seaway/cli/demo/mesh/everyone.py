"""Chapter two: a task that was merely run, and a program on the machine, call by the same names."""

from __future__ import annotations

import socket
import urllib.request
from typing import Any

from seaway.cli.demo.clients import Aws, tail
from seaway.cli.demo.failure import DemoFailed
from seaway.cli.demo.names import CATS, CLUSTER, NAMESPACE, WEB
from seaway.cli.demo.stage import Stage

RUN_SECONDS = 60.0
LOG_SECONDS = 20.0
TIMEOUT = 5.0
ANOTHER = (
    "Is another Seaway up on this machine? The first one has the names.",
    "nft list table ip seaway-outside",
)


def everyone_calls(aws: Aws, stage: Stage) -> None:
    """RunTask's task and this very program. Raises DemoFailed, ClientError."""
    _run_task(aws, stage)
    _from_machine(stage)


def _run_task(aws: Aws, stage: Stage) -> None:
    command = ["curl", "-sS", "--max-time", "5", f"http://{CATS.name}/whoami"]
    answer = stage.call(
        aws.ecs,
        "run_task",
        cluster=CLUSTER,
        taskDefinition=WEB.family,
        overrides={"containerOverrides": [{"name": WEB.name, "command": command}]},
    )
    if answer["failures"]:
        raise DemoFailed(f"The task could not be run: {answer['failures'][0]['reason']}.")
    arn = str(answer["tasks"][0]["taskArn"])
    where = f"aws ecs describe-tasks --cluster {CLUSTER} --tasks {tail(arn)}"
    stage.shell(f"aws ecs wait tasks-stopped --cluster {CLUSTER} --tasks {tail(arn)}")
    stopped = stage.wait(
        lambda: _stopped(aws, arn), seconds=RUN_SECONDS, late="The task runs on", where=where
    )
    code = stopped["containers"][0].get("exitCode")
    stream = f"ecs/{WEB.name}/{tail(arn)}"
    printed = stage.wait(
        lambda: _printed(aws, stream),
        seconds=LOG_SECONDS,
        late="The task's output is not in CloudWatch Logs",
        where=f"aws logs get-log-events --log-group-name {WEB.log_group} "
        f"--log-stream-name {stream}",
    )
    if code != 0 or not printed.startswith(CATS.name):
        raise DemoFailed(f"The task ended with {code} and said: {printed}", where)
    stage.say(f"the task that was run said: {printed}")


def _stopped(aws: Aws, arn: str) -> tuple[dict[str, Any] | None, str]:
    task: dict[str, Any] = aws.ecs.describe_tasks(cluster=CLUSTER, tasks=[arn])["tasks"][0]
    return (task if task["lastStatus"] == "STOPPED" else None), f"task: {task['lastStatus']}"


def _printed(aws: Aws, stream: str) -> tuple[str | None, str]:
    found = aws.logs.filter_log_events(logGroupName=WEB.log_group, logStreamNames=[stream])
    lines = [str(event["message"]) for event in found["events"]]
    return ("\n".join(lines) or None), "its output"


def _from_machine(stage: Stage) -> None:
    name = f"{CATS.name}.{NAMESPACE}"
    try:
        address = socket.gethostbyname(name)
    except OSError as error:
        raise DemoFailed(f"This machine can't find {name}: {error}", "cat /etc/hosts") from error
    stage.shell(f"getent hosts {name}")
    stage.say(f"{address} {name}")
    stage.shell(f"curl http://{name}/whoami")
    try:
        with urllib.request.urlopen(f"http://{name}/whoami", timeout=TIMEOUT) as answer:
            said = answer.read().decode().strip()
    except OSError as error:
        raise DemoFailed(f"http://{name} does not answer here: {error}", *ANOTHER) from error
    stage.say(f"asked from this machine: {said}")
    if not said.startswith(CATS.name):
        raise DemoFailed(f"http://{name} was not answered by cats.", *ANOTHER)
