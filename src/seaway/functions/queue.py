"""Makes the calls nobody waits for; what fails, or a restart cuts short, is called again."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import replace

from seaway.core.functions import MOST_ATTEMPTS, RETRY_PAUSES, QueuedCall
from seaway.core.moment import Moment
from seaway.link.functions import FunctionMissing, Functions
from seaway.store.due import DueRows
from seaway.store.sqlite import SqliteStore
from seaway.store.transaction import Transaction

log = logging.getLogger(__name__)


class CallQueue:
    """The store's queued calls, each when it is due."""

    def __init__(
        self, store: SqliteStore, moment: Callable[[], Moment], functions: Functions
    ) -> None:
        self._store = store
        self._moment = moment
        self._functions = functions
        self._due = DueRows(store, lambda: moment().now, QueuedCall, _waiting, self._make)

    async def run(self) -> None:
        """Call for ever."""
        await self._due.run()

    async def _make(self, call: QueuedCall) -> None:
        failed = ""
        try:
            outcome = await self._functions.call(call.function, call.payload)
            failed = outcome.error or ""
        except FunctionMissing:
            log.warning("%s is not there any more: a call of it is dropped", call.function)
        except Exception as error:
            # The world's: whatever goes wrong, the call is tried again.
            failed = str(error) or type(error).__name__
        self._settle(call, failed)

    def _settle(self, call: QueuedCall, failed: str) -> None:
        attempts = call.attempts + 1
        with self._store.transaction() as tx:
            if failed and attempts < MOST_ATTEMPTS:
                due = self._moment().now + RETRY_PAUSES[call.attempts]
                tx.put(replace(call, attempts=attempts, due_at=due))
                return
            tx.drop(call)
        if failed:
            log.warning("%s failed %d times and is not called again", call.function, attempts)


def _waiting(tx: Transaction) -> Iterable[tuple[float, QueuedCall]]:
    return [(call.due_at, call) for call in tx.where(QueuedCall)]
