"""Where clients of ECS Exec connect: a WebSocket per session, and the command behind it."""

from __future__ import annotations

import asyncio
import logging
import shlex
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import unquote

from seaway.core.exec_session import ExecSession
from seaway.core.moment import Moment
from seaway.core.names import last_part
from seaway.link.commands import CannotRun, Commands, Terminal
from seaway.sessions.channel import Channel, Heard, Refused, Resized, Said, Typed
from seaway.sessions.frames import BadFrame
from seaway.sessions.transcript import Store, Transcript
from seaway.store.objects import ObjectFiles

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PATH = "/v1/data-channel/"
IDLE_SECONDS = 1200.0
"""ECS Exec ends a session in which nobody types for 20 minutes (ECS guide: ECS Exec)."""

_POLICY_VIOLATION = 1008
_NORMAL = 1000
_log = logging.getLogger(__name__)


class Sessions:
    """Takes the clients' connections.

    ``files`` are the buckets' objects. ``moment`` tells the time and gives ids.
    """

    def __init__(self, store: Store, files: ObjectFiles, moment: Callable[[], Moment]) -> None:
        self._store = store
        self._files = files
        self._moment = moment
        self._hosts: dict[str, Commands] = {}

    def attach(self, host: str, commands: Commands) -> None:
        """Say how commands are started on a host."""
        self._hosts[host] = commands

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One WebSocket, from its first to its last message."""
        await receive()
        session = self._claim(unquote(scope["path"]).removeprefix(PATH))
        if session is None:
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
            return
        await send({"type": "websocket.accept"})
        channel = Channel(session.id, session.token)
        client = _Client(channel, receive, send, self._moment)
        try:
            if await client.shakes_hands():
                text, code = await self._run(session, client)
                await client.say_goodbye(text, code)
        except (Refused, BadFrame) as error:
            _log.warning("session %s: %s", session.id, error)
            await client.close(_POLICY_VIOLATION, str(error))

    def _claim(self, id: str) -> ExecSession | None:
        """The session of this id, which nobody else can have after that."""
        with self._store.transaction() as tx:
            session = tx.find(ExecSession, id)
            if session is not None:
                tx.drop(session)
            return session

    async def _run(self, session: ExecSession, client: _Client) -> tuple[str, int | None]:
        """Run the command until it or its client ends; gives what there is to say of it."""
        host = self._hosts.get(session.host)
        if host is None:
            return f"The host of task {last_part(session.task)} is not connected.", None
        transcript = Transcript(self._store, self._files, session, self._moment)
        if missing := transcript.missing():
            return f"The session can't be recorded as its cluster asks: {missing}", None
        try:
            terminal = await host.start(session.runtime_id, shlex.split(session.command))
        except (CannotRun, ValueError) as error:
            return f"{session.command}: {error}", None
        code = None
        try:
            text = await _converse(client, terminal, transcript)
        finally:
            transcript.end()
            code = await terminal.end()
        return text, code


class _Client:
    """The other end of one WebSocket."""

    def __init__(
        self, channel: Channel, receive: Receive, send: Send, moment: Callable[[], Moment]
    ) -> None:
        self._channel = channel
        self._receive = receive
        self._send = send
        self._moment = moment
        self._gone = False
        self._early: list[Heard] = []

    async def shakes_hands(self) -> bool:
        """Open the channel; False when the client left before the command could begin."""
        opening = await self._message()
        if opening is None:
            return False
        text = opening.get("text") or (opening.get("bytes") or b"").decode("utf-8", "replace")
        await self._say(self._channel.opened(text, self._moment()))
        while True:
            heard = await self._heard()
            if heard is None:
                return False
            self._early += [word for word in heard if word is not Said.READY]
            if Said.READY in heard:
                return True

    async def hear(self) -> list[Heard] | None:
        """What it says next; None when it is gone. Raises BadFrame, Refused."""
        if self._early:
            early, self._early = self._early, []
            return early
        return await self._heard()

    async def _heard(self) -> list[Heard] | None:
        message = await self._message()
        if message is None:
            return None
        if message.get("bytes") is None:
            return []  # a text message: pings of some clients
        heard, answers = self._channel.received(message["bytes"], self._moment())
        await self._say(answers)
        return heard

    async def show(self, data: bytes) -> None:
        """Let it see what the command wrote."""
        await self._say(self._channel.output(data, self._moment()))

    async def say_goodbye(self, text: str, code: int | None) -> None:
        """End the session from our side."""
        await self._say([self._channel.closed(text, code, self._moment())])
        await self.close(_NORMAL, "")

    async def close(self, code: int, reason: str) -> None:
        """Close the WebSocket, if the client has not."""
        if not self._gone:
            self._gone = True
            await self._send({"type": "websocket.close", "code": code, "reason": reason[:120]})

    async def _message(self) -> MutableMapping[str, Any] | None:
        message = await self._receive()
        if message["type"] == "websocket.disconnect":
            self._gone = True
            return None
        return message

    async def _say(self, messages: list[bytes]) -> None:
        for message in messages:
            if self._gone:
                return
            try:
                await self._send({"type": "websocket.send", "bytes": message})
            except OSError:  # what uvicorn's ClientDisconnected is
                self._gone = True


async def _converse(client: _Client, terminal: Terminal, transcript: Transcript) -> str:
    """Carry both ways until one side ends; gives why, where that is not plain."""
    typing = asyncio.create_task(_carry_in(client, terminal), name="input")
    showing = asyncio.create_task(_carry_out(client, terminal, transcript), name="output")
    try:
        await asyncio.wait({typing, showing}, return_when=asyncio.FIRST_COMPLETED)
        if typing.done() and not showing.done():
            return typing.result()
        showing.result()
        return ""
    finally:
        for job in (typing, showing):
            job.cancel()
        await asyncio.gather(typing, showing, return_exceptions=True)


async def _carry_in(client: _Client, terminal: Terminal) -> str:
    while True:
        # A terminal's size is said all the time: only typing is a sign of life.
        deadline = asyncio.get_running_loop().time() + IDLE_SECONDS
        typed = False
        while not typed:
            try:
                async with asyncio.timeout_at(deadline):
                    heard = await client.hear()
            except TimeoutError:
                return "The session ended: nothing was typed for 20 minutes."
            if heard is None or Said.OVER in heard:
                return ""
            for word in heard:
                match word:
                    case Typed(data):
                        typed = True
                        await terminal.write(data)
                    case Resized(columns, rows):
                        await terminal.resize(columns, rows)


async def _carry_out(client: _Client, terminal: Terminal, transcript: Transcript) -> None:
    while data := await terminal.read():
        transcript.take(data)
        await client.show(data)
