"""What answers on the machine's own loopback, for tasks that share its network."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from seaway.agent.inside.server import Inside
from seaway.agent.inside.view import View
from seaway.core.moment import Moment
from seaway.core.task import TaskStatus
from seaway.link.messages import Assignment, Report
from tests.agent.builders import MemoryLink, a_container, an_agent, an_assignment, an_engine
from tests.agent.fake_engine import FakeEngine
from tests.agent.inside.control import ROLE, MemoryControl
from tests.handlers import Counted

TASK = an_assignment(network_mode="host", addresses=(), task_role=ROLE)
OTHER = replace(TASK, task=TASK.task.replace("0123", "4567"))


def an_inside(engine: FakeEngine, control: MemoryControl, directory: Path) -> Inside:
    token = Counted()
    token.number = sum(directory.name.encode())
    return Inside(
        engine,
        control,
        lambda: Moment(control.now, token),
        directory=directory,
        api=directory / "api.sock",
        host_api="http://127.0.0.1:4566",
    )


async def get(url: str, method: str = "GET", body: bytes | None = None) -> tuple[int, Any]:
    def ask() -> tuple[int, Any]:
        request = urllib.request.Request(url, data=body, method=method)
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as refused:
            with refused:
                text = refused.read().decode()
            return refused.code, json.loads(text) if text.startswith(("{", '"')) else text

    return await asyncio.to_thread(ask)


def play(
    directory: Path,
    *told: Assignment,
    story: Callable[[MemoryLink, FakeEngine, MemoryControl], Awaitable[None]],
    control: MemoryControl | None = None,
    engine: FakeEngine | None = None,
) -> None:
    """Run an agent that is told of these tasks, and the story beside it."""
    control, engine = control or MemoryControl(), engine or an_engine()

    async def played() -> None:
        inside = an_inside(engine, control, directory / "agent")
        link = MemoryLink()
        for message in told:
            link.to_host.put_nowait(message)
        job = asyncio.create_task(an_agent(engine, link, directory, inside=inside).run())
        try:
            async with asyncio.timeout(20):
                await story(link, engine, control)
        finally:
            job.cancel()
            await asyncio.wait({job})
            await inside.close_all()

    asyncio.run(played())


def environment_of(engine: FakeEngine, task: Assignment) -> dict[str, str]:
    (spec,) = [
        spec
        for spec in engine.specs.values()
        if ("com.amazonaws.ecs.task-arn", task.task) in spec.labels and spec.environment
    ]
    return dict(spec.environment)


async def up(link: MemoryLink, *tasks: Assignment) -> None:
    for task in tasks:
        await link.until(
            lambda m, t=task: (
                isinstance(m, Report) and m.task == t.task and m.status is TaskStatus.RUNNING
            )
        )


def test_a_container_is_told_where_everything_is(tmp_path: Path) -> None:
    async def story(link: MemoryLink, engine: FakeEngine, control: MemoryControl) -> None:
        await up(link, TASK)
        told = environment_of(engine, TASK)
        base = "http://127.0.0.1:"
        assert told["ECS_CONTAINER_METADATA_URI_V4"].startswith(base)
        assert told["ECS_CONTAINER_METADATA_URI"] == (
            told["ECS_CONTAINER_METADATA_URI_V4"].replace("/v4/", "/v3/")
        )
        assert told["ECS_AGENT_URI"].startswith(base)
        assert told["AWS_EXECUTION_ENV"] == "AWS_ECS_EC2"
        assert told["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4566"
        assert told["AWS_CONTAINER_CREDENTIALS_FULL_URI"].startswith(base)

    play(tmp_path, TASK, story=story)


def test_the_definitions_own_environment_goes_first(tmp_path: Path) -> None:
    mine = (("AWS_ENDPOINT_URL", "http://elsewhere"),)
    task = replace(TASK, containers=(a_container(environment=mine),))

    async def story(link: MemoryLink, engine: FakeEngine, control: MemoryControl) -> None:
        await up(link, task)
        assert environment_of(engine, task)["AWS_ENDPOINT_URL"] == "http://elsewhere"

    play(tmp_path, task, story=story)


def test_every_address_has_its_answer(tmp_path: Path) -> None:
    async def story(link: MemoryLink, engine: FakeEngine, control: MemoryControl) -> None:
        await up(link, TASK)
        told = environment_of(engine, TASK)
        here, agent = told["ECS_CONTAINER_METADATA_URI_V4"], told["ECS_AGENT_URI"]
        assert (await get(here))[1]["Name"] == "web"
        assert (await get(f"{here}/task"))[1]["TaskARN"] == TASK.task
        assert (await get(f"{here}/taskWithTags"))[1]["TaskTags"] == {"team": "cats"}
        keys = told["AWS_CONTAINER_CREDENTIALS_FULL_URI"]
        assert (await get(keys))[1]["RoleArn"] == ROLE
        state = f"{agent}/task-protection/v1/state"
        assert (await get(state, "PUT", b'{"ProtectionEnabled": true}'))[0] == 200
        assert control.kept[TASK.task].enabled
        assert (await get(state, "DELETE"))[0] == 405
        assert (await get(here, "POST", b""))[0] == 405
        assert await get(f"{here}/nonsense") == (404, "404 page not found")

    play(tmp_path, TASK, story=story)


def test_ids_that_are_nobodys_are_refused_in_the_agents_words(tmp_path: Path) -> None:
    async def story(link: MemoryLink, engine: FakeEngine, control: MemoryControl) -> None:
        await up(link, TASK)
        parts = urlsplit(environment_of(engine, TASK)["ECS_AGENT_URI"])
        base = f"http://{parts.netloc}"
        assert await get(f"{base}/v4/x/task") == (
            404,
            "V4 task metadata handler: unable to get task arn from request: "
            "unable to get task Arn from v3 endpoint ID: x",
        )
        status, shape = await get(f"{base}/v2/credentials/x")
        assert (status, shape) == (
            400,
            {
                "code": "InvalidIdInRequest",
                "message": "CredentialsV2Request: Credentials not found",
                "HTTPErrorCode": 400,
            },
        )
        assert (await get(f"{base}/v2/credentials"))[1]["code"] == "NoIdInRequest"
        assert (await get(f"{base}/v1/credentials?id=x"))[1]["message"].startswith("CredentialsV1")
        status, shape = await get(f"{base}/api/x/task-protection/v1/state")
        assert (status, shape["error"]["Code"]) == (404, "ResourceNotFoundException")

    play(tmp_path, TASK, story=story)


def test_ids_end_with_their_task(tmp_path: Path) -> None:
    async def story(link: MemoryLink, engine: FakeEngine, control: MemoryControl) -> None:
        await up(link, TASK, OTHER)
        mine = environment_of(engine, TASK)["ECS_CONTAINER_METADATA_URI_V4"]
        others = environment_of(engine, OTHER)["ECS_CONTAINER_METADATA_URI_V4"]
        assert mine != others
        link.to_host.put_nowait(replace(TASK, desired_status=TaskStatus.STOPPED))
        await link.report(TaskStatus.STOPPED)
        assert (await get(mine))[0] == 404
        assert (await get(others))[0] == 200

    play(tmp_path, TASK, OTHER, story=story)


def test_the_next_agent_is_found_at_the_same_address(tmp_path: Path) -> None:
    engine = an_engine()
    found: list[str] = []

    async def before(link: MemoryLink, engine: FakeEngine, control: MemoryControl) -> None:
        await up(link, TASK)
        found.append(environment_of(engine, TASK)["ECS_CONTAINER_METADATA_URI_V4"])

    async def after(link: MemoryLink, engine: FakeEngine, control: MemoryControl) -> None:
        await up(link, TASK)
        assert (await get(found[0]))[1]["Name"] == "web"

    play(tmp_path, TASK, story=before, engine=engine)
    play(tmp_path, TASK, story=after, engine=engine)


def test_a_role_that_is_not_to_be_had_starts_no_task(tmp_path: Path) -> None:
    control = MemoryControl()
    control.lifetime = None

    async def story(link: MemoryLink, engine: FakeEngine, control: MemoryControl) -> None:
        stopped = await link.report(TaskStatus.STOPPED)
        assert (stopped.stop_code, stopped.reason) == (
            "TaskFailedToStart",
            "there is no such role",
        )
        assert not [what for verb, what in engine.done if verb == "start"]

    play(tmp_path, TASK, story=story, control=control)


def test_a_task_of_another_network_mode_does_not_answer_here(tmp_path: Path) -> None:
    """Its id, even if somebody knows it, opens nothing outside of its own namespace."""

    async def story() -> None:
        engine, control = an_engine(), MemoryControl()
        inside = an_inside(engine, control, tmp_path)
        apart = replace(OTHER, network_mode="awsvpc", addresses=(("", "10.0.0.9"),))
        report = Report(task=apart.task, status=TaskStatus.RUNNING)
        inside.know(tmp_path / "apart", lambda: View(assignment=apart, report=report))
        inside.know(tmp_path / "near", lambda: View(assignment=TASK, report=report))
        await inside.open_on_machine()
        try:
            told = dict(inside.environment(TASK, TASK.containers[0]))
            theirs = dict(inside.environment(apart, apart.containers[0]))
            base = f"http://{urlsplit(told['ECS_AGENT_URI']).netloc}"
            path = urlsplit(theirs["ECS_CONTAINER_METADATA_URI_V4"]).path
            assert (await get(f"{base}{path}/task"))[0] == 404
            assert (await get(base + theirs["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"]))[0] == 400
            assert (await get(told["ECS_CONTAINER_METADATA_URI_V4"] + "/task"))[0] == 200
        finally:
            await inside.close_all()

    asyncio.run(story())
