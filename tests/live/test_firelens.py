"""FireLens: output of containers through the task's own log router.

The router is a program of these tests that listens where Fluent Bit would, by the configuration
that Fluent Bit would read; Fluent Bit itself is not on the machines the tests run on.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from seaway.core.task import TaskStatus
from seaway.core.task_definition import (
    ContainerDefinition,
    Firelens,
    LogConfiguration,
    MountPoint,
    Secret,
    Volume,
)
from seaway.link.messages import Assignment, Material, Report
from tests.live import host_python
from tests.live.fields_stage import PLAN, Vault, a_task
from tests.live.machine import LOOP, Machine, a_running_agent, an_engine, shell

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(
        os.geteuid() != 0 or shutil.which("docker") is None, reason="needs root and Docker Engine"
    ),
]

SCOPE = f"firelens{os.getpid()}"


def router(*options: tuple[str, str]) -> ContainerDefinition:
    _, mounts = host_python.volumes()
    # The image has no `env`; the shell sets variables as well.
    command = host_python.command("log_router.py").removeprefix("env ")
    made = shell("router", "", firelens=Firelens(type="fluentbit", options=options), stop_timeout=2)
    places = tuple(
        MountPoint(volume=m["sourceVolume"], path=m["containerPath"], read_only=True)
        for m in mounts
    )
    return replace(made, command=("sh", "-c", command), mounts=places)


def routed(name: str, script: str, *options: tuple[str, str]) -> ContainerDefinition:
    log = LogConfiguration(driver="awsfirelens", options=(("Name", "stdout"), *options))
    return shell(name, script, log=log)


def a_routed_task(
    number: int, *containers: ContainerDefinition, mode: str = "bridge"
) -> Assignment:
    volumes, _ = host_python.volumes()
    task = a_task(number, *containers, mode=mode)
    return replace(
        task,
        volumes=tuple(Volume(name=v["name"], host_path=v["host"]["sourcePath"]) for v in volumes),
        logs=tuple(stream for stream in task.logs if stream.container == "router"),
    )


async def record(machine: Machine, text: str) -> dict[str, Any]:
    """What the router made of the line that says this."""
    async with asyncio.timeout(40):
        while True:
            for line in machine.output():
                if line.startswith("{") and json.loads(line)["record"].get("log") == text:
                    found: dict[str, Any] = json.loads(line)
                    return found
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("mode", ["bridge", "awsvpc"])
def test_lines_go_to_the_router_with_the_tasks_metadata_and_each_to_its_output(mode: str) -> None:
    async def story() -> None:
        secret = Secret(name="Key", value_from="arn:aws:ssm:us-east-1:000000000000:parameter/k")
        web = routed("web", f"echo noise; echo hello web; {LOOP}", ("exclude-pattern", "noise"))
        assert web.log is not None
        web = replace(web, log=replace(web.log, secrets=(secret,)))
        # Its own programs find the router too: a record by TCP, as the Forward protocol has it.
        sent = r"\x93\xa8own-logs\x01\x81\xa3log\xa6by tcp"
        side = routed(
            "side",
            f"until exec 3<>/dev/tcp/$FLUENT_HOST/$FLUENT_PORT; do sleep 0.1; done; "
            f"printf '{sent}' >&3; echo hello side; {LOOP}",
            ("Colour", "blue"),
        )
        side = replace(side, command=("bash", *side.command[1:]))
        extra = "[OUTPUT]\n    Name file\n    Match own-logs\n"
        config = (("config-file-type", "s3"), ("config-file-value", "arn:aws:s3:::b/extra.conf"))
        task = a_routed_task(30, web, side, router(*config), mode=mode)
        vault = Vault(
            {
                task.task: (
                    Material(container="web", log_options=(("Key", "s3cret"),)),
                    Material(container="router", router_config=extra),
                )
            }
        )
        with tempfile.TemporaryDirectory(prefix="fl") as name:
            directory = Path(name)
            async with (
                an_engine(directory, SCOPE) as engine,
                a_running_agent(engine, directory, SCOPE, control=vault) as machine,
            ):
                machine.assign(PLAN)
                machine.assign(task)
                report = await machine.report(task, TaskStatus.RUNNING)
                of_web = await record(machine, "hello web")
                assert of_web["tag"] == f"web-firelens-{30:032x}"
                assert of_web["record"]["container_name"].startswith("/ecs-live-1-web-")
                assert of_web["record"]["source"] == "stdout"
                assert of_web["record"]["ecs_cluster"] == "live"
                assert of_web["record"]["ecs_task_arn"] == task.task
                assert of_web["record"]["ecs_task_definition"] == "live:1"
                assert of_web["output"] == {
                    "name": "stdout",
                    "match": "web-firelens*",
                    "key": "s3cret",
                }
                of_side = await record(machine, "hello side")
                assert of_side["output"]["colour"] == "blue"
                assert (await record(machine, "by tcp"))["output"]["name"] == "file"
                assert not [line for line in machine.output() if '"noise"' in line]
                kept = (directory / "tasks" / f"{30:032x}" / "fluent.conf").read_text()
                assert "Key ${Key_0}" in kept
                assert "s3cret" not in kept
                machine.assign(replace(task, desired_status=TaskStatus.STOPPED))
                await machine.report(task, TaskStatus.STOPPED)
                last = await record(machine, "asked")  # said while it was being stopped
                assert last["tag"].startswith(("web", "side"))
                told = [m for m in machine.link.said if isinstance(m, Report)]
                for seen in (m.containers for m in told if m.status is TaskStatus.STOPPING):
                    web_ended, side_ended, router_ended = (
                        c.status is TaskStatus.STOPPED for c in seen
                    )
                    assert (web_ended and side_ended) or not router_ended
                assert report.containers[2].name == "router"
                assert list((directory / "tasks" / f"{30:032x}").iterdir()) == [
                    directory / "tasks" / f"{30:032x}" / "report.json"
                ]

    asyncio.run(story())


def test_a_task_whose_router_dies_still_ends() -> None:
    async def story() -> None:
        web = routed("web", "while :; do echo line; sleep 0.05; done")
        dying = shell("router", "sleep 1; exit 3", firelens=Firelens(type="fluentbit"))
        task = a_routed_task(31, web, dying)
        with tempfile.TemporaryDirectory(prefix="fl") as name:
            directory = Path(name)
            async with (
                an_engine(directory, SCOPE) as engine,
                a_running_agent(engine, directory, SCOPE) as machine,
            ):
                machine.assign(PLAN)
                machine.assign(task)
                stopped = await machine.report(task, TaskStatus.STOPPED)
                assert stopped.stop_code == "EssentialContainerExited"
                assert [c.exit_code for c in stopped.containers] == [0, 3]

    asyncio.run(story())
