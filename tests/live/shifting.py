"""A Seaway whose traffic between deployments is shared out by a file, for tests alone.

``shifting.py FILE`` is `seaway up` by the settings in the environment; besides, FILE holds a JSON
object that RevisionTraffic is made of, or nothing at all.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import uvloop

from seaway.app import Seaway
from seaway.core.service import RevisionTraffic
from seaway.settings import read_settings


async def _run(file: Path) -> None:
    seaway = Seaway(read_settings())
    async with asyncio.TaskGroup() as jobs:
        follower = jobs.create_task(_follow(seaway, file))
        await seaway.run()
        follower.cancel()


async def _follow(seaway: Seaway, file: Path) -> None:
    said = ""
    while True:
        await asyncio.sleep(0.02)
        now = file.read_text() if file.exists() else ""
        if now != said:
            said = now
            await seaway.store.transact(lambda tx: _say(tx, said))


