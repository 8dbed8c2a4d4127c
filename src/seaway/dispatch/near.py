"""The link to an agent in this very process: two queues instead of a wire."""

from __future__ import annotations

import asyncio

from seaway.link.messages import FromHost, ToHost


class NearLink:
    """Both ends of one link. The agent holds the object itself, the hub its ``control`` end."""

    def __init__(self) -> None:
        self._down: asyncio.Queue[ToHost] = asyncio.Queue()
        self._up: asyncio.Queue[tuple[FromHost, asyncio.Future[None]]] = asyncio.Queue()
        self.control = NearControl(self._down, self._up)

    async def receive(self) -> ToHost:
        """The control plane's next message."""
        return await self._down.get()

    async def send(self, message: FromHost) -> None:
        """Comes back when the control plane has kept the message."""
        kept = asyncio.get_running_loop().create_future()
        self._up.put_nowait((message, kept))
        await kept


class NearControl:
    """The hub's end."""

    def __init__(
        self,
        down: asyncio.Queue[ToHost],
        up: asyncio.Queue[tuple[FromHost, asyncio.Future[None]]],
    ) -> None:
        self._down = down
        self._up = up
        self._taken: list[asyncio.Future[None]] = []

    def send(self, message: ToHost) -> None:
        """Queue a message to the host."""
        self._down.put_nowait(message)

    async def receive(self) -> list[FromHost]:
        """Everything the host has said since the last time; at least one message."""
        batch = [await self._up.get()]
        while not self._up.empty():
            batch.append(self._up.get_nowait())
        self._taken.extend(kept for _, kept in batch)
        return [message for message, _ in batch]

    def kept(self) -> None:
        """All that was received is on disk: let the senders go on."""
        for future in self._taken:
            if not future.done():
                future.set_result(None)
        self._taken.clear()
