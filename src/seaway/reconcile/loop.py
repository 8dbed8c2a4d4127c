"""The one loop: something changed → which keys → reconcile each → back off, or wake later."""

from __future__ import annotations

import asyncio
import heapq
import logging
from collections.abc import Callable, Iterable, Mapping

from seaway.core.moment import Moment
from seaway.store.changes import Change
from seaway.store.sqlite import SqliteStore
from seaway.store.transaction import Transaction

log = logging.getLogger(__name__)

Wake = float | None | Mapping[str, float | None]
"""When a key wants to be looked at again (epoch seconds; None: not by itself).

A key that stands for others says it of each of them: they were settled, and it is done with.
"""

Reconcile = Callable[[Transaction, str, Moment], Wake]
Keys = Callable[[Change], Iterable[str]]
AllKeys = Callable[[Transaction], Iterable[str]]

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0


class Loop:
    """Settles one kind of key. Holds nothing that a restart would miss: it starts with all keys.

    ``reconcile`` gets one key in one transaction and may say when it wants to look again.
    ``keys_of`` names the keys a change concerns, ``all_keys`` all there are.
    """

    def __init__(
        self,
        name: str,
        store: SqliteStore,
        moment: Callable[[], Moment],
        reconcile: Reconcile,
        keys_of: Keys,
        all_keys: AllKeys,
    ) -> None:
        self._name = name
        self._store = store
        self._moment = moment
        self._reconcile = reconcile
        self._keys_of = keys_of
        self._all_keys = all_keys
        self._due: dict[str, None] = {}
        self._wakes: list[tuple[float, str]] = []
        self._wanted: dict[str, float] = {}
        self._failures: dict[str, int] = {}
        self._bell = asyncio.Event()
        store.doorbell.listen(self._hear)

    def _hear(self, changes: Iterable[Change]) -> None:
        for change in changes:
            for key in self._keys_of(change):
                self._due[key] = None
        if self._due:
            self._bell.set()

    async def run(self) -> None:
        """Settle for ever."""
        with self._store.transaction() as tx:
            self._due.update(dict.fromkeys(self._all_keys(tx)))
        while True:
            self._collect_wakes()
            if not self._due:
                await self._sleep()
                continue
            # Requests and other loops get their turn between any two keys.
            await self._store.turns.mine()
            key = next(iter(self._due))
            del self._due[key]
            self._settle(key)

    def _settle(self, key: str) -> None:
        moment = self._moment()
        try:
            with self._store.transaction() as tx:
                wakes = wakes_of(key, self._reconcile(tx, key, moment))
        except Exception:
            # Ours: this key fails loudly and is tried again; the others go on.
            count = self._failures[key] = self._failures.get(key, 0) + 1
            log.exception("%s: settling %s failed (%d times)", self._name, key, count)
            wakes = {key: moment.now + min(FIRST_PAUSE * 2.0 ** (count - 1), LONGEST_PAUSE)}
        else:
            self._failures.pop(key, None)
        for one, wake in wakes.items():
            if wake is None:
                self._wanted.pop(one, None)
            elif self._wanted.get(one) != wake:
                self._wanted[one] = wake
                heapq.heappush(self._wakes, (wake, one))

    def _collect_wakes(self) -> None:
        now = self._moment().now
        while self._wakes and self._wakes[0][0] <= now:
            wake, key = heapq.heappop(self._wakes)
            if self._wanted.get(key) == wake:
                del self._wanted[key]
                self._due[key] = None

    async def _sleep(self) -> None:
        self._bell.clear()
        if self._due:
            return
        pause = self._wakes[0][0] - self._moment().now if self._wakes else None
        try:
            await asyncio.wait_for(self._bell.wait(), pause)
        except TimeoutError:
            return


def wakes_of(key: str, said: Wake) -> Mapping[str, float | None]:
    """What ``reconcile`` said of a key, as what it means for each key it settled."""
    return {key: None, **said} if isinstance(said, Mapping) else {key: said}
