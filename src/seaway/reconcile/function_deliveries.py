"""Calls the functions that rules and schedules lead to: outside transactions, and again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace

from seaway.core.bus import Delivery
from seaway.core.moment import Moment
from seaway.link.functions import FunctionError
from seaway.reconcile.deliveries import put_off
from seaway.store.due import DueRows
from seaway.store.sqlite import SqliteStore
from seaway.store.transaction import Transaction

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
        self._due = DueRows(store, lambda: moment().now, Delivery, _wanted, self._call)

    async def run(self) -> None:
        """Call for ever."""
        await self._due.run()

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


def _wanted(tx: Transaction) -> Iterable[tuple[float, Delivery]]:
    for delivery in tx.where(Delivery):
        if delivery.kind == "lambda":
            yield delivery.next_at, delivery
