"""ECS Exec for real: a terminal in a running container, by `seaway exec` and by the protocol."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from seaway.core.moment import Moment
from seaway.sessions.calling import Caller, Ended, Shown
from tests.live.story import CLUSTER, Town, a_site, a_town, docker, eventually, needs_machine
from tests.live.terminal import Terminal
from tests.live.test_story_tasks import LOOP, define, run, running

pytestmark = needs_machine


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    """A cluster with capacity and one image."""
    with a_site() as site:
        yield a_town(site, ("cats",))
        assert site.errors() == []


@pytest.fixture(scope="module")
def task(town: Town) -> str:
    """A running task into which one may go."""
    arn = run(town, define(town, "open", LOOP, user="65534"), enableExecuteCommand=True)
    running(town, arn)
    return arn


def terminal(town: Town, *words: str) -> Terminal:
    program = [sys.executable, "-m", "seaway.cli", "exec", "--cluster", CLUSTER]
    return Terminal([*program, *words], town.site.environment)


def now() -> Moment:
    return Moment(time.time(), secrets.token_bytes)


def test_a_shell_answers_and_its_exit_code_comes_back(town: Town, task: str) -> None:
    shell = terminal(town, task, "sh")
    shell.type("echo up-$((40+2))\r")
    shell.until("up-42")
    shell.type("exit 7\r")
    assert shell.ended() == 7


def test_the_command_runs_as_root_whoever_the_container_runs_as(town: Town, task: str) -> None:
    shell = terminal(town, task, "sh", "-c", "cat /proc/self/status")
    shell.until("Uid:\t0")
    assert shell.ended() == 0


def test_the_terminal_follows_the_window(town: Town, task: str) -> None:
    shell = terminal(town, task, "sleep", "4242")
    container = town.container(task)

    def size() -> tuple[int, int] | None:
        for line in docker("top", container, "-eo", "pid,args").splitlines():
            pid, _, words = line.strip().partition(" ")
            if words.strip() == "sleep 4242":
                with open(f"/proc/{pid}/fd/0", "rb", buffering=0) as its:
                    columns, rows = os.get_terminal_size(its.fileno())
                return columns, rows
        return None

    eventually(lambda: size() == (80, 24), "the command's terminal is as large as the window")
    shell.resize(132, 43)
    eventually(lambda: size() == (132, 43), "it follows")
    shell.type("\x03")
    assert shell.ended() == 130


def test_ctrl_c_goes_to_the_command_not_to_the_client(town: Town, task: str) -> None:
    shell = terminal(town, task, "sh")
    shell.until("# ")
    shell.type("sleep 1000; echo over\r")
    shell.until("over\r\n")  # what is typed is shown by the command's terminal
    shell.shown = b""
    shell.type("\x03")
    shell.until("# ")
    shell.type("exit 5\r")
    assert shell.ended() == 5


def test_what_is_piped_in_is_typed(town: Town, task: str) -> None:
    done = town.site.cli("exec", "--cluster", CLUSTER, task, "cat", typed="one\ntwo\n")
    assert done.returncode == 0, done.stderr
    assert "one" in done.stdout
    assert "two" in done.stdout


def test_two_dashes_may_stand_before_the_command(town: Town, task: str) -> None:
    words = ("sh", "-c", "echo $0 $1", "--", "-l")
    done = town.site.cli("exec", "--cluster", CLUSTER, task, "--", *words)
    assert (done.returncode, done.stdout.strip()) == (0, "-- -l")


def test_the_command_ends_when_its_client_goes(town: Town, task: str) -> None:
    shell = terminal(town, task, "sleep", "4711")
    container = town.container(task)
    eventually(lambda: "sleep 4711" in docker("top", container), "the command runs")
    shell.hang_up()
    eventually(lambda: "sleep 4711" not in docker("top", container), "the command ends")


def test_what_is_not_in_the_image_is_said(town: Town, task: str) -> None:
    done = town.site.cli("exec", "--cluster", CLUSTER, task, "nosuchprogram")
    assert done.returncode != 0
    assert "nosuchprogram" in done.stdout + done.stderr


def test_a_task_that_was_not_started_for_it_says_what_to_do(town: Town) -> None:
    arn = run(town, define(town, "shut"))
    running(town, arn)
    done = town.site.cli("exec", "--cluster", CLUSTER, arn)
    assert done.returncode == 1
    assert "execute command was not enabled" in done.stderr


def test_a_session_is_for_one_client_that_has_its_token(town: Town, task: str) -> None:
    def promise() -> dict[str, str]:
        asked = {"cluster": CLUSTER, "task": task, "command": "cat", "interactive": True}
        session: dict[str, str] = town.aws.ecs.execute_command(**asked)["session"]
        return session

    async def without_token(session: dict[str, str]) -> None:
        async with connect(session["streamUrl"]) as socket:
            await socket.send(json.dumps({"TokenValue": "guessed"}))
            with pytest.raises(ConnectionClosed) as closed:
                await socket.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1008

    async def again(session: dict[str, str]) -> None:
        with pytest.raises((InvalidStatus, ConnectionClosed)):
            async with connect(session["streamUrl"]) as socket:
                await socket.recv()

    session = promise()
    asyncio.run(without_token(session))
    asyncio.run(again(session))
    asyncio.run(again({"streamUrl": session["streamUrl"].replace("ecs-execute", "ecs-executf")}))


def test_much_output_comes_whole(town: Town, task: str) -> None:
    asked = {"cluster": CLUSTER, "task": task, "interactive": True}
    command = "head -c 3000000 /dev/zero"
    session = town.aws.ecs.execute_command(command=command, **asked)["session"]

    async def read() -> tuple[int, Ended]:
        caller, length = Caller(session["tokenValue"], "test"), 0
        async with connect(session["streamUrl"], max_size=None) as socket:
            await socket.send(caller.opening(now()))
            async for message in socket:
                assert isinstance(message, bytes)
                said, answers = caller.received(message, now())
                with suppress(ConnectionClosed):
                    for answer in answers:
                        await socket.send(answer)
                for word in said:
                    if isinstance(word, Ended):
                        return length, word
                    if isinstance(word, Shown):
                        length += len(word.data)
        raise AssertionError("closed without an end")

    assert asyncio.run(read()) == (3_000_000, Ended("", 0))


def test_a_session_is_recorded_where_its_cluster_says(town: Town, task: str) -> None:
    town.aws.logs.create_log_group(logGroupName="/exec")
    logged = {"cloudWatchLogGroupName": "/exec"}
    given = {"logging": "OVERRIDE", "logConfiguration": logged}
    configuration = {"executeCommandConfiguration": given}
    town.aws.ecs.update_cluster(cluster=CLUSTER, configuration=configuration)
    shell = terminal(town, task, "sh")
    shell.until("# ")
    shell.type("echo rec-$((6*7))\r")
    shell.until("rec-42")
    shell.type("exit\r")
    shell.ended()
    shown = eventually(
        lambda: [
            event["message"]
            for event in town.aws.logs.filter_log_events(logGroupName="/exec")["events"]
        ],
        "what was shown is in the log group",
    )
    assert "rec-42" in shown
    town.aws.logs.delete_log_group(logGroupName="/exec")
    done = town.site.cli("exec", "--cluster", CLUSTER, task, "id")
    assert done.returncode == 1
    assert "The log group /exec does not exist" in done.stderr
    none = {"executeCommandConfiguration": {"logging": "NONE"}}
    town.aws.ecs.update_cluster(cluster=CLUSTER, configuration=none)
