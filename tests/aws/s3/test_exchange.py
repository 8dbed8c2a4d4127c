"""A request to S3 that is refused, as the server below sees it."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest

from seaway.aws.s3.errors import not_built
from seaway.aws.s3.exchange import LARGEST_DOCUMENT, Exchange


def heard(*pieces: bytes, **headers: str) -> list[str]:
    """What happens, in order, when a request with this body is refused unread."""
    story: list[str] = []
    waiting = list(pieces)

    async def receive() -> MutableMapping[str, Any]:
        if not waiting:
            story.append("gone")
            return {"type": "http.disconnect"}
        story.append("read")
        body = waiting.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(waiting)}

    async def send(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            story.append(str(message["status"]))

    scope = {
        "method": "PUT",
        "path": "/cats",
        "raw_path": b"/cats",
        "query_string": b"versioning",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    exchange = Exchange(scope, receive, send, "1")
    asyncio.run(exchange.refuse(not_built("versioning")))
    return story


@pytest.mark.parametrize("pieces", [(b"",), (b"a",), (b"a", b"b", b"")])
def test_who_is_refused_is_heard_out_first_so_that_the_answer_gets_there(
    pieces: tuple[bytes, ...],
) -> None:
    assert heard(*pieces) == [*("read" for _ in pieces), "501"]


def test_who_waits_to_be_asked_for_a_body_is_refused_without_it() -> None:
    assert heard(b"a", expect="100-continue") == ["501"]


def test_a_large_body_is_not_waited_for() -> None:
    half = b"a" * (LARGEST_DOCUMENT // 2 + 1)
    assert heard(half, half, half) == ["read", "read", "501"]
