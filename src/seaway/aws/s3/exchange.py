"""One HTTP request to S3 and its answer, over ASGI."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from seaway.aws.s3.asked import Asked, read
from seaway.aws.s3.errors import Refusal
from seaway.aws.wire.xml import escape

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = tuple[tuple[str, str], ...]

BATCH = 1 << 20
LARGEST_DOCUMENT = 2 * 1024 * 1024
"""Bytes of an XML document in a request."""

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"


class Gone(Exception):
    """The client went away before its request was whole."""


class Exchange:
    """A request being answered; its body is read once, as it comes."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> None:
        self._receive = receive
        self._send = send
        self.request_id = request_id
        self.asked: Asked = read(scope)
        self.started = False
        """Whether an answer is under way, so that no other can be given."""
        self._whole = False
        """The whole body has been read."""

    async def pieces(self) -> AsyncIterator[bytes]:
        """The body's pieces as they arrive. Raises Gone."""
        more = True
        while more:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise Gone
            body: bytes = message.get("body", b"")
            more = message.get("more_body", False)
            self._whole = not more
            if body:
                yield body

    async def document(self) -> bytes:
        """The whole body, an XML document. Raises Gone, Refusal."""
        parts = bytearray()
        async for piece in self.pieces():
            parts += piece
            if len(parts) > LARGEST_DOCUMENT:
                raise Refusal(400, "MaxMessageLengthExceeded", "Your request was too big.")
        return bytes(parts)

    async def answer(self, status: int = 200, headers: Headers = (), body: bytes = b"") -> None:
        """Answer with a body that is at hand."""
        length = () if status in (204, 304) else (("content-length", str(len(body))),)
        await self._start(status, (*headers, *length))
        shown = b"" if self.asked.method == "HEAD" else body
        await self._send({"type": "http.response.body", "body": shown})

    async def answer_xml(self, root: str, inner: str, headers: Headers = ()) -> None:
        """Answer 200 with a document of S3's."""
        text = (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{NAMESPACE}">{inner}</{root}>'
        )
        await self.answer(200, (("content-type", "application/xml"), *headers), text.encode())

    async def refuse(self, refusal: Refusal) -> None:
        """Answer with an error document."""
        await self._take_rest()
        more = {"Resource": f"/{self.asked.bucket or ''}"} | refusal.more
        members = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in more.items())
        text = (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f"<Error><Code>{refusal.code}</Code><Message>{escape(refusal.message)}</Message>"
            f"{members}<RequestId>{self.request_id}</RequestId></Error>"
        )
        headers = (("content-type", "application/xml"), ("connection", "close"))
        await self.answer(refusal.status, headers, text.encode())

    async def _take_rest(self) -> None:
        """Read what is left of a small body, to nobody.

        A connection that is closed with something unread is reset, and the client may lose the
        answer that it was sent. One that waits to be asked for its body is not asked.
        """
        if self._whole or "expect" in self.asked.headers:
            return
        left = LARGEST_DOCUMENT
        with suppress(Gone):
            async for piece in self.pieces():
                left -= len(piece)
                if left < 0:
                    return

    async def send_file(
        self, status: int, headers: Headers, path: Path, start: int, length: int
    ) -> None:
        """Answer with a part of a file, read while it is sent. Raises OSError, Gone."""
        head = self.asked.method == "HEAD" or not length
        file = None if head else path.open("rb", buffering=0)
        try:
            await self._start(status, (*headers, ("content-length", str(length))))
            if file is not None:
                await self._stream(file, start, length)
        finally:
            if file is not None:
                file.close()
        await self._send({"type": "http.response.body", "body": b""})

    async def _stream(self, file: Any, start: int, length: int) -> None:
        file.seek(start)
        # The server takes what is sent to nobody without a word, so we watch for the end.
        watch = asyncio.ensure_future(self._left())
        try:
            while length > 0:
                piece = await asyncio.to_thread(file.read, min(BATCH, length))
                if not piece:
                    raise EOFError("an object's file is shorter than it was")
                if watch.done():
                    raise Gone
                length -= len(piece)
                await self._send({"type": "http.response.body", "body": piece, "more_body": True})
        finally:
            watch.cancel()

    async def _left(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def _start(self, status: int, headers: Headers) -> None:
        self.started = True
        every = (
            ("server", "AmazonS3"),
            ("x-amz-request-id", self.request_id),
            *headers,
        )
        await self._send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": [(k.encode(), v.encode("latin-1", "replace")) for k, v in every],
            }
        )
