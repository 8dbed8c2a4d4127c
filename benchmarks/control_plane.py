"""A control plane's mesh in a process of its own: store, publisher, xDS server; told by lines.

Each line of the standard input is a JSON object with ``do``; the answer is one JSON line. Times
are ``time.monotonic()``, which all processes of a machine share.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import uvloop

from benchmarks.world import World, add_name, lost_caller, seed, swap
from seaway.agent.proxy import HostProxy
from seaway.mesh.publisher import Publisher
from seaway.mesh.server import MeshServer
from seaway.store.sqlite import SqliteStore

PATIENCE = 120.0  # seconds for a thousand listeners on a busy machine


class ControlPlane:
    """The parts of Seaway an endpoint's change runs through, wired as ``app.py`` does it."""

    def __init__(self, directory: Path, world: World, real_proxy: bool) -> None:
        self._world = world
        self._store = SqliteStore(directory / "seaway.db")
        self._mesh = MeshServer()
        self._control = directory / "control.sock"
        self._proxy = (
            HostProxy(directory=directory / "proxy", node="local", control=self._control)
            if real_proxy
            else None
        )
        self._publisher = Publisher(self._store, self._mesh, self._in_flight)
        self._turns = 0
        self._jobs: list[asyncio.Task[None]] = []

    async def _in_flight(self) -> Mapping[tuple[str, int], int]:
        return await self._proxy.in_flight() if self._proxy else {}

    async def start(self) -> None:
        """Seed, listen, publish, and have the proxy take it in."""
        self._store.open()
        with self._store.transaction() as tx:
            seed(tx, self._world)
        await self._store.flushed()
        await self._mesh.start(str(self._control))
        self._jobs.append(asyncio.create_task(self._publisher.run()))
        if self._proxy is not None:
            await self._proxy.start()

    async def stop(self) -> None:
        if self._proxy is not None:
            await self._proxy.stop()
        await self._mesh.stop()
        for job in self._jobs:
            job.cancel()
        await asyncio.gather(*self._jobs, return_exceptions=True)
        self._store.close()

    async def _refused(self) -> int:
        """How much the proxy refuses, once it refuses anything."""
        async with asyncio.timeout(PATIENCE):
            while not self._mesh.rejections("local"):
                await asyncio.sleep(0.01)
        return len(self._mesh.rejections("local"))

    async def obey(self, order: dict[str, Any]) -> dict[str, Any]:
        """One order: swap (an endpoint for another), name (one more), break, mend, or pid."""
        match order["do"]:
            case "swap":
                turn, self._turns = self._turns, self._turns + 1
                began = time.monotonic()
                with self._store.transaction() as tx:
                    address = swap(tx, self._world, 0, turn)
                return {"at": began, "address": address}
            case "name":
                began = time.monotonic()
                with self._store.transaction() as tx:
                    add_name(tx, self._world, order["number"])
                return {"at": began}
            case "break":
                with self._store.transaction() as tx:
                    tx.put(lost_caller())
                return {"refused": await self._refused()}
            case "mend":
                with self._store.transaction() as tx:
                    tx.drop(lost_caller())
                return {}
            case "pid":
                return {"pid": os.getpid(), "proxy": self._proxy.pid if self._proxy else 0}
        raise ValueError(order)


async def serve(directory: Path, world: World, real_proxy: bool) -> None:
    """Until the standard input ends."""
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    plane = ControlPlane(directory, world, real_proxy)
    await plane.start()
    try:
        _say({"ready": True})
        while line := await reader.readline():
            _say(await plane.obey(json.loads(line)))
    finally:
        await plane.stop()


def _say(answer: dict[str, Any]) -> None:
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    # As ``seaway up`` does it.
    gc.freeze()
    gc.set_threshold(10_000, 250, 1000)
    told = json.loads(sys.argv[1])
    uvloop.run(serve(Path(told["directory"]), World(**told["world"]), told["real_proxy"]))
