"""Counting what the guards refuse: the kernel's counters become words of the host."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from seaway.agent.firewall import Firewall
from seaway.agent.link import Link
from seaway.link.messages import Refused

_EVERY = 2.0
_LATEST = 8
"""Looks are this many seconds apart, and so many times as much when there long was nothing."""

Guarded = Iterable[tuple[str, str]]
"""(task, namespace) pairs."""


class Refusals:
    """Tells how many direct connections each guard has refused since the last word."""

    def __init__(
        self,
        firewall: Firewall,
        link: Link,
        guarded: Callable[[], Guarded],
        every: float = _EVERY,
    ) -> None:
        self._firewall = firewall
        self._link = link
        self._guarded = guarded
        self._every = every

    async def run(self) -> None:
        """Look and tell until cancelled."""
        pause = self._every
        while True:
            await asyncio.sleep(pause)
            longer = min(2 * pause, _LATEST * self._every)
            pause = self._every if await self.look() else longer

    async def look(self) -> bool:
        """Tell what is new; whether there was anything."""
        return any([await self._tell(task, sandbox) for task, sandbox in self._guarded()])

    async def _tell(self, task: str, sandbox: str) -> bool:
        try:
            refused = await self._firewall.refused(sandbox)
        except FileNotFoundError:  # the namespace has just gone
            return False
        for (source, port), count in refused.items():
            await self._link.send(Refused(task=task, port=port, source=source, count=count))
        return bool(refused)
