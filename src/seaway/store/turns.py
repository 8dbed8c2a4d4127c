"""Turns of background work: one piece in each round of the event loop, so requests wait for one."""

from __future__ import annotations

import asyncio
from collections import deque


class Turns:
    """Gives turns in the order in which they were asked for.

    Without it, a thousand hosts that report at once would all be listened to before the next
    request is looked at. What is done in a turn is done at once, without awaiting anything.
    """

    def __init__(self) -> None:
        self._given = False
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def mine(self) -> None:
        """Comes back when it is the caller's turn; at once when nobody had one in this round."""
        loop = asyncio.get_running_loop()
        if not self._given:
            self._given = True
            loop.call_soon(self._pass_on)
            return
        turn = loop.create_future()
        self._waiting.append(turn)
        await turn

    def _pass_on(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():  # else nobody waits for it any more
                turn.set_result(None)
                asyncio.get_running_loop().call_soon(self._pass_on)
                return
        self._given = False
