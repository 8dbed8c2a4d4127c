"""One HTTP request and its answer, over ASGI."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from seaway.registry.refusal import Refusal

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

Headers = tuple[tuple[str, str], ...]

API_VERSION = ("Docker-Distribution-Api-Version", "registry/2.0")


class Gone(Exception):
    """The client went away before its body was complete."""


class Exchange:
    """A request being answered. The body is read once, as it comes."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self.started = False
        """Whether an answer is under way, so that no other can be given."""
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.query = dict(parse_qsl(scope["query_string"].decode(), keep_blank_values=True))
        self._headers = [(name.lower(), value) for name, value in scope["headers"]]

    def header(self, name: str) -> str | None:
        """A header's value; several of one name are joined as one list."""
        wanted = name.lower().encode()
        found = [value.decode("latin-1") for key, value in self._headers if key == wanted]
        return ", ".join(found) if found else None

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body's pieces as they arrive. Raises Gone."""
        more = True
        while more:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise Gone
            body: bytes = message.get("body", b"")
            more = message.get("more_body", False)
            if body:
                yield body

    async def body(self, limit: int) -> bytes:
        """The whole body, of at most ``limit`` bytes. Raises Gone and Refusal."""
        pieces: list[bytes] = []
        size = 0
        async for piece in self.chunks():
            size += len(piece)
            if size > limit:
                raise Refusal(413, "SIZE_INVALID", f"The body is longer than {limit} bytes")
            pieces.append(piece)
        return b"".join(pieces)

    async def answer(self, status: int, headers: Headers = (), body: bytes = b"") -> None:
        """Answer with a body that is at hand."""
        await self._start(status, (*headers, ("Content-Length", str(len(body)))))
        await self._send({"type": "http.response.body", "body": self._shown(body)})

    async def answer_json(self, document: Any, headers: Headers = ()) -> None:
        """Answer 200 with a JSON document."""
        kind = () if any(name == "Content-Type" for name, _ in headers) else (_JSON,)
        await self.answer(200, (*kind, *headers), json.dumps(document).encode())

    async def refuse(self, refusal: Refusal) -> None:
        """Answer with an error of the specification."""
        await self.answer(refusal.status, (_JSON, *refusal.headers), refusal.body())

    async def stream(
        self, status: int, headers: Headers, length: int, pieces: AsyncIterator[bytes]
    ) -> None:
        """Answer with a body of ``length`` bytes that is read while it is sent.

        Raises Gone when the client goes away; nothing more is read then.
        """
        await self._start(status, (*headers, ("Content-Length", str(length))))
        if self.method != "HEAD":
            # The server takes what is sent to nobody without a word, so we watch for the end.
            watch = asyncio.ensure_future(self._left())
            try:
                async for piece in pieces:
                    if watch.done():
                        raise Gone
                    await self._send(
                        {"type": "http.response.body", "body": piece, "more_body": True}
                    )
            finally:
                watch.cancel()
        await self._send({"type": "http.response.body", "body": b""})

    def next_page(self, size: int, last: str) -> Headers:
        """The Link header to the names after ``last`` (OCI distribution-spec, tags listing)."""
        query = {**self.query, "n": str(size), "last": last}
        return (("Link", f'<{self.path}?{urlencode(query)}>; rel="next"'),)

    async def _left(self) -> None:
        """Comes back when the client has gone away."""
        while (await self._receive())["type"] != "http.disconnect":
            pass

    def _shown(self, body: bytes) -> bytes:
        return b"" if self.method == "HEAD" else body

    async def _start(self, status: int, headers: Headers) -> None:
        self.started = True
        encoded = [(k.encode(), v.encode("latin-1")) for k, v in (API_VERSION, *headers)]
        await self._send({"type": "http.response.start", "status": status, "headers": encoded})


_JSON = ("Content-Type", "application/json")
