"""Makes the calls nobody waits for; what fails, or a restart cuts short, is called again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import replace

from seaway.core.functions import MOST_ATTEMPTS, RETRY_PAUSES, QueuedCall
from seaway.core.moment import Moment
from seaway.link.functions import FunctionMissing, Functions
from seaway.store.changes import Change
from seaway.store.sqlite import SqliteStore

log = logging.getLogger(__name__)


class CallQueue:
    """The store's queued calls, each when it is due."""

    def __init__(
        self, store: SqliteStore, moment: Callable[[], Moment], functions: Functions
    ) -> None:
        self._store = store
        self._moment = moment
        self._functions = functions
        self._calling: set[str] = set()
        self._bell = asyncio.Event()
        store.doorbell.listen(self._hear)

    def _hear(self, changes: Iterable[Change]) -> None:
        if any(isinstance(change.either, QueuedCall) for change in changes):
            self._bell.set()

    async def run(self) -> None:
        """Call for ever."""
        async with asyncio.TaskGroup() as group:
            while True:
                self._bell.clear()
                now = self._moment().now
                with self._store.transaction() as tx:
                    waiting = [c for c in tx.where(QueuedCall) if c.id not in self._calling]
                for call in waiting:
                    if call.due_at <= now:
                        self._calling.add(call.id)
                        group.create_task(self._make(call))
                later = [call.due_at - now for call in waiting if call.due_at > now]
                try:
                    await asyncio.wait_for(self._bell.wait(), min(later, default=None))
                except TimeoutError:
                    continue

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
        self._calling.discard(call.id)
        self._bell.set()

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
