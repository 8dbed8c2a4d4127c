"""Calls the functions of lifecycle hooks: outside transactions, and again if one was cut short."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable

from seaway.core.hooks import CALL_LIMIT, answered, call, failed
from seaway.core.moment import Moment
from seaway.core.service_deployment import HookRun, HookStatus
from seaway.reconcile.announcing_services import hook_changed
from seaway.store.due import DueRows
from seaway.store.sqlite import SqliteStore
from seaway.store.transaction import Transaction

log = logging.getLogger(__name__)

Invoke = Callable[[str, bytes], Awaitable[bytes]]
"""Calls the function of this ARN (or name) with a payload; raises when it fails."""


class HookCalls:
    """Makes the calls that the store says are due. What a restart cuts short is called again."""

    def __init__(self, store: SqliteStore, moment: Callable[[], Moment], invoke: Invoke) -> None:
        self._store = store
        self._moment = moment
        self._invoke = invoke
        self._due = DueRows(store, lambda: moment().now, HookRun, _wanted, self._call)

    async def run(self) -> None:
        """Call for ever."""
        await self._due.run()

    async def _call(self, run: HookRun) -> None:
        try:
            body = await asyncio.wait_for(self._invoke(run.target or "", call(run)), CALL_LIMIT)
        except Exception as error:
            # The world's: whatever a function does wrong is its hook's failure.
            log.warning("the lifecycle hook %s failed: %s", run.target, error)
            reason = f"the function failed: {error or type(error).__name__}"
            self._write(run.id, lambda seen: failed(seen, reason))
        else:
            self._write(run.id, lambda seen: answered(seen, body, self._moment().now))

    def _write(self, key: str, judge: Callable[[HookRun], HookRun]) -> None:
        with self._store.transaction() as tx:
            run = tx.find(HookRun, key)
            if run is None or run.is_over:
                return  # given up meanwhile
            seen = judge(run)
            tx.put(seen)
            if seen.status is not run.status:
                hook_changed(tx, seen, seen.deployment, self._moment())


def _wanted(tx: Transaction) -> Iterable[tuple[float, HookRun]]:
    for run in tx.where(HookRun, status=HookStatus.IN_PROGRESS):
        if run.call_at is not None:
            yield run.call_at, run
