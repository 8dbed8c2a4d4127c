"""`seaway up` whose traffic between deployments is shared out by a file: a program for tests.

``shifting.py FILE``: FILE has a JSON object that a RevisionTraffic is made of, or is not there.
Nothing in the API writes it yet.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import uvloop

from seaway.app import Seaway
from seaway.core.service import RevisionTraffic
from seaway.settings import settings_from
from seaway.store.transaction import Transaction


async def _run(file: Path) -> None:
    seaway = Seaway(settings_from())
    following = asyncio.create_task(_follow(seaway, file))
    await seaway.run()
    following.cancel()


async def _follow(seaway: Seaway, file: Path) -> None:
    said = ""
    while True:
        await asyncio.sleep(0.02)
        now = file.read_text() if file.exists() else ""
        if now != said:
            said = now
            await seaway.store.transact(lambda tx: _say(tx, now))  # noqa: B023


def _say(tx: Transaction, said: str) -> None:
    for traffic in tx.where(RevisionTraffic):
        tx.drop(traffic)
    if said:
        told = json.loads(said)
        weights = tuple((deployment, weight) for deployment, weight in told.pop("weights", {}).items())
        tx.put(RevisionTraffic(weights=weights, **told))


if __name__ == "__main__":
    uvloop.run(_run(Path(sys.argv[1])))
