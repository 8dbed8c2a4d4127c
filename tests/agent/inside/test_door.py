"""Connections to the API from inside a task are carried to the control plane's socket."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path

from seaway.agent.inside.door import ApiDoor


def play(path: Path, story: Callable[[ApiDoor, int], Awaitable[None]]) -> None:
    async def played() -> None:
        door = ApiDoor(path)
        listener = socket.create_server(("127.0.0.1", 0))
        await door.open(listener)
        try:
            async with asyncio.timeout(5):
                await story(door, listener.getsockname()[1])
        finally:
            await door.close()

    asyncio.run(played())


def test_what_is_asked_and_answered_passes_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "api.sock"
    large = b"x" * 300_000

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        size = int((await reader.readline()).decode())
        writer.write(await reader.readexactly(size) + b"!")
        await writer.drain()
        writer.close()

    async def story(_: ApiDoor, port: int) -> None:
        server = await asyncio.start_unix_server(answer, path)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"%d\n" % len(large) + large)
        assert await reader.read(-1) == large + b"!"
        writer.close()
        server.close()

    play(path, story)


def test_while_the_control_plane_is_away_callers_are_told_to_ask_again(tmp_path: Path) -> None:
    async def story(_: ApiDoor, port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        assert (await reader.read(-1)).startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
        writer.close()

    play(tmp_path / "nobody.sock", story)


def test_closing_ends_connections_that_are_open(tmp_path: Path) -> None:
    path = tmp_path / "api.sock"
    ended = asyncio.Event()

    async def wait(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(-1)
        ended.set()
        writer.close()

    async def story(door: ApiDoor, port: int) -> None:
        server = await asyncio.start_unix_server(wait, path)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"hello")
        await asyncio.sleep(0)
        while not door.busy:
            await asyncio.sleep(0)
        await door.close()
        assert await reader.read(-1) == b""
        await ended.wait()
        writer.close()
        server.close()

    play(path, story)
