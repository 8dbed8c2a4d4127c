"""One request and its answer, with this test in the server's place."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, MutableMapping
from typing import Any

import pytest

from seaway.registry.exchange import Exchange, Gone

SCOPE: dict[str, Any] = {"method": "GET", "path": "/v2/", "query_string": b"", "headers": []}


def test_a_blob_is_not_read_on_when_its_client_has_gone_away() -> None:
    left = asyncio.Event()
    read = []

    async def receive() -> MutableMapping[str, Any]:
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        if len(read) == 3:
            left.set()
        await asyncio.sleep(0)

    async def pieces() -> AsyncIterator[bytes]:
        for number in range(1000):
            read.append(number)
            yield b"piece"

    async def story() -> None:
        with pytest.raises(Gone):
            await Exchange(SCOPE, receive, send).stream(200, (), 5000, pieces())

    asyncio.run(story())
    assert 3 <= len(read) < 10


def test_a_body_longer_than_its_limit_is_not_taken_in() -> None:
    sent = []

    async def receive() -> MutableMapping[str, Any]:
        sent.append(1)
        return {"type": "http.request", "body": b"x" * 10, "more_body": True}

    async def send(message: MutableMapping[str, Any]) -> None:
        raise AssertionError("nothing is to be answered")

    async def story() -> None:
        with pytest.raises(Exception, match="longer than 25 bytes"):
            await Exchange(SCOPE, receive, send).body(25)

    asyncio.run(story())
    assert len(sent) == 3
