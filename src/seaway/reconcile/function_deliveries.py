"""Calls the functions that rules and schedules lead to: outside transactions, and again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace

from seaway.core.bus import Delivery
from seaway.core.moment import Moment
from seaway.link.functions import FunctionError
from seaway.reconcile.deliveries import put_off
from seaway.store.changes import Change
from seaway.store.sqlite import SqliteStore

CALL_LIMIT = 900.0
"""Seconds that a function may take, as AWS's longest."""
RETRIES = 2

Invoke = Callable[[str, bytes], Awaitable[bytes]]
"""Calls the function of this ARN with a payload; raises when it fails."""


class FunctionDeliveries:
    """Makes the calls that are due. One that a restart cut short is made again."""

    def __init__(self, store: SqliteStore, moment: Callable[[], Moment], invoke: Invoke) -> None:
        self._store = store
        self._moment = moment
        self._invoke = invoke
        self._calling: set[str] = set()
        self._bell = asyncio.Event()
        store.doorbell.listen(self._hear)

    def _hear(self, changes: Iterable[Change]) -> None:
        if any(change.noun is Delivery and change.either.kind == "lambda" for change in changes):
            self._bell.set()

    async def run(self) -> None:
        """Call for ever."""
        async with asyncio.TaskGroup() as jobs:
            while True:
                self._bell.clear()
                wake: float | None = None
                now = self._moment().now
                for delivery in self._waiting():
                    if delivery.next_at <= now:
                        self._calling.add(delivery.id)
                        jobs.create_task(self._call(delivery))
                    else:
                        wake = min(wake or delivery.next_at, delivery.next_at)
                await self._rest(wake)

    def _waiting(self) -> list[Delivery]:
        with self._store.transaction() as tx:
            found = tx.where(Delivery)
        return [one for one in found if one.kind == "lambda" and one.id not in self._calling]

    async def _rest(self, wake: float | None) -> None:
        pause = None if wake is None else max(0.0, wake - self._moment().now)
        try:
            await asyncio.wait_for(self._bell.wait(), pause)
        except TimeoutError:
            return

    async def _call(self, delivery: Delivery) -> None:
        reason: str | None = None
        try:
            await asyncio.wait_for(
                self._invoke(delivery.target, delivery.body.encode()), CALL_LIMIT
            )
        except FunctionError as error:
            # It was called: Lambda tries an asynchronous call that fails twice more.
            reason = str(error)
            delivery = replace(delivery, most_attempts=min(delivery.most_attempts, RETRIES))
        except Exception as error:
            # The world's: there is no such function, or nobody to run it.
            reason = str(error) or type(error).__name__
        with self._store.transaction() as tx:
            if tx.find(Delivery, delivery.id) is not None:
                if reason is None:
                    tx.drop(delivery)
                else:
                    put_off(tx, delivery, reason, self._moment())
        self._calling.discard(delivery.id)
        self._bell.set()
