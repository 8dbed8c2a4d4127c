"""`seaway exec web sh`: a shell in a running container, without the Session Manager plugin."""

from __future__ import annotations

import asyncio
import os
import secrets
import shlex
import signal
import sys
import termios
import time
import tty
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from websockets.exceptions import ConnectionClosed, WebSocketException

from seaway import __version__
from seaway.cli.options import data_dir_option
from seaway.cli.question import endpoint
from seaway.core.moment import Moment
from seaway.sessions.calling import Caller, Ended, Ready, Shown

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection

END_OF_INPUT = b"\x04"
"""What a terminal takes for the end of what is typed."""


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.argument("target")
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
@click.option("--cluster", default="default", show_default=True, help="Where the task is.")
@click.option("--container", help="Which container, when the task has several.")
@data_dir_option
def exec_command(
    target: str,
    command: tuple[str, ...],
    cluster: str,
    container: str | None,
    data_dir: Path | None,
) -> None:
    """Run COMMAND (/bin/sh) in a container of TARGET, on a terminal of its own.

    TARGET is a task (id or ARN) or a service, of which the youngest running task is taken. The
    task must have been started with enableExecuteCommand. Ends with the command's exit code.
    """
    # Imported late: boto3 takes longer to load than the other commands to run.
    from seaway.cli.client import ask, client, region_of

    ecs = client("ecs", endpoint(data_dir), region_of(data_dir))
    if command[:1] == ("--",):  # where the command begins; its own ones follow it
        command = command[1:]
    line = shlex.join(command) if command else "/bin/sh"
    asked: dict[str, Any] = {"cluster": cluster, "interactive": True, "command": line}
    asked["task"] = ask(lambda: _task(ecs, cluster, target))
    if container:
        asked["container"] = container
    session = ask(lambda: ecs.execute_command(**asked))["session"]
    ended = asyncio.run(_talk(session["streamUrl"], session["tokenValue"]))
    if ended.text:
        raise click.ClickException(ended.text)
    raise SystemExit(ended.code or 0)


def _task(ecs: Any, cluster: str, target: str) -> str:
    """The task meant: itself, or the youngest of the service of that name."""
    found = ecs.describe_services(cluster=cluster, services=[target])["services"]
    if not found or ":task/" in target:
        return target
    arns = ecs.list_tasks(cluster=cluster, serviceName=target)["taskArns"]
    tasks = ecs.describe_tasks(cluster=cluster, tasks=arns)["tasks"] if arns else []
    running = [task for task in tasks if task["lastStatus"] == "RUNNING"]
    if not running:
        raise click.ClickException(f"No task of service {target} is running.")
    return str(max(running, key=lambda task: task["startedAt"])["taskArn"])


async def _talk(url: str, token: str) -> Ended:
    from websockets.asyncio.client import connect

    caller = Caller(token, f"seaway/{__version__}")
    try:
        async with connect(url, max_size=None) as socket:
            await socket.send(caller.opening(_now()))
            with _raw_terminal():
                return await _converse(caller, socket)
    except ConnectionClosed as gone:
        reason = gone.rcvd.reason if gone.rcvd else ""
        return Ended(reason or "The connection was lost.", None)
    except (OSError, WebSocketException) as error:
        return Ended(f"No session at {url}: {error}", None)


async def _converse(caller: Caller, socket: ClientConnection) -> Ended:
    """Carry what is typed and what is shown until the session ends."""
    loop = asyncio.get_running_loop()
    typed: asyncio.Queue[bytes] = asyncio.Queue()
    resized = asyncio.Event()
    resized.set()
    ready = asyncio.Event()
    loop.add_signal_handler(signal.SIGWINCH, resized.set)
    _listen(loop, typed)
    async with asyncio.TaskGroup() as jobs:
        work = [
            jobs.create_task(_once(ready, _send_typed(caller, socket, typed))),
            jobs.create_task(_once(ready, _send_sizes(caller, socket, resized))),
        ]
        try:
            return await _show(caller, socket, ready)
        finally:
            loop.remove_reader(sys.stdin.fileno())
            for job in work:
                job.cancel()


def _listen(loop: asyncio.AbstractEventLoop, typed: asyncio.Queue[bytes]) -> None:
    def read() -> None:
        data = os.read(sys.stdin.fileno(), 65536)
        if not data:
            loop.remove_reader(sys.stdin.fileno())
        typed.put_nowait(data or END_OF_INPUT)

    try:
        loop.add_reader(sys.stdin.fileno(), read)
    except PermissionError:  # a file: it can be read, but not waited for
        typed.put_nowait(sys.stdin.buffer.read())
        typed.put_nowait(END_OF_INPUT)


async def _send_typed(
    caller: Caller, socket: ClientConnection, typed: asyncio.Queue[bytes]
) -> None:
    while True:
        for message in caller.typed(await typed.get(), _now()):
            await socket.send(message)


async def _send_sizes(caller: Caller, socket: ClientConnection, resized: asyncio.Event) -> None:
    while True:
        await resized.wait()
        resized.clear()
        columns, rows = _window()
        await socket.send(caller.resized(columns, rows, _now()))


def _window() -> tuple[int, int]:
    """Columns and rows of the terminal itself, whatever the environment says of it."""
    for stream in (sys.stdin, sys.stdout):
        with suppress(OSError):
            return os.get_terminal_size(stream.fileno())
    return 80, 24


async def _once(ready: asyncio.Event, work: Coroutine[Any, Any, None]) -> None:
    """The work, when the command is there to hear of it and while the connection is."""
    try:
        await ready.wait()
        with suppress(ConnectionClosed):
            await work
    finally:
        work.close()


async def _show(caller: Caller, socket: ClientConnection, ready: asyncio.Event) -> Ended:
    async for message in socket:
        if isinstance(message, str):
            continue
        said, answers = caller.received(message, _now())
        # What came before the other side closed is still there to be shown.
        with suppress(ConnectionClosed):
            for answer in answers:
                await socket.send(answer)
        for word in said:
            match word:
                case Ended():
                    return word
                case Ready():
                    ready.set()
                case Shown(data):
                    sys.stdout.buffer.write(data)
                    sys.stdout.buffer.flush()
    return Ended("The connection was lost.", None)


@contextmanager
def _raw_terminal() -> Iterator[None]:
    """Every key goes to the command, Ctrl-C too; the terminal is as before afterwards."""
    if not sys.stdin.isatty():
        yield
        return
    before = termios.tcgetattr(sys.stdin)
    # What has been typed already is not lost.
    tty.setraw(sys.stdin, termios.TCSADRAIN)
    try:
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)


def _now() -> Moment:
    return Moment(time.time(), secrets.token_bytes)
