"""Functions that rules and schedules lead to are called, and called again when that failed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from seaway.core.bus import Delivery
from seaway.core.moment import Moment
from seaway.link.functions import FunctionError
from seaway.reconcile.function_deliveries import FunctionDeliveries, Invoke
from seaway.store.sqlite import SqliteStore
from tests.builders import HOME
from tests.handlers import Counted

FUNCTION = f"arn:aws:lambda:{HOME}:function:greet"


class Clock:
    """Jumps on by itself: each look at it is a minute later."""

    def __init__(self) -> None:
        self.now = 1000.0
        self._token = Counted()

    def __call__(self) -> Moment:
        self.now += 60.0
        return Moment(self.now, self._token)


def a_delivery(**fields: object) -> Delivery:
    given = {
        "id": "d1",
        "target": FUNCTION,
        "body": '{"n": 1}',
        "source": f"arn:aws:events:{HOME}:rule/mine",
        "at": 1000.0,
        "expires_at": 1e12,
        **fields,
    }
    return Delivery(**given)  # type: ignore[arg-type]


@asynccontextmanager
async def delivering(directory: Path, invoke: Invoke) -> AsyncIterator[SqliteStore]:
    store = SqliteStore(directory / "seaway.db")
    store.open()
    job = asyncio.create_task(FunctionDeliveries(store, Clock(), invoke).run())
    try:
        yield store
    finally:
        job.cancel()
        with suppress(asyncio.CancelledError):
            await job
        store.close()


async def gone(store: SqliteStore) -> None:
    """Wait until no delivery is left."""
    left = asyncio.Event()

    def hear(changes: object) -> None:
        left.set()

    store.doorbell.listen(hear)
    while True:
        left.clear()
        with store.transaction() as tx:
            if not tx.where(Delivery):
                return
        await asyncio.wait_for(left.wait(), 5)


async def put(store: SqliteStore, delivery: Delivery) -> None:
    await store.transact(lambda tx: tx.put(delivery))


def test_a_function_is_called_with_the_body_once(tmp_path: Path) -> None:
    calls: list[tuple[str, bytes]] = []

    async def invoke(function: str, payload: bytes) -> bytes:
        calls.append((function, payload))
        return b"{}"

    async def story() -> None:
        async with delivering(tmp_path, invoke) as store:
            await put(store, a_delivery())
            await gone(store)

    asyncio.run(story())
    assert calls == [(FUNCTION, b'{"n": 1}')]


def test_a_function_that_fails_is_called_three_times_in_all(tmp_path: Path) -> None:
    calls = []

    async def invoke(function: str, payload: bytes) -> bytes:
        calls.append(function)
        raise FunctionError("no")

    async def story() -> None:
        async with delivering(tmp_path, invoke) as store:
            await put(store, a_delivery())
            await gone(store)

    asyncio.run(story())
    assert len(calls) == 3


def test_a_function_that_comes_later_is_called_then(tmp_path: Path) -> None:
    calls = []

    async def invoke(function: str, payload: bytes) -> bytes:
        calls.append(function)
        if len(calls) < 5:
            raise LookupError("there is no such function")
        return b"{}"

    async def story() -> None:
        async with delivering(tmp_path, invoke) as store:
            await put(store, a_delivery())
            await gone(store)

    asyncio.run(story())
    assert len(calls) == 5
