"""`seaway up` whose traffic between deployments is shared out by a file: a program for tests.

``shifting.py FILE``: FILE has a JSON object that a RevisionTraffic is made of, or is not there.
No operation writes one yet.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

import uvloop

from seaway.app import Seaway
from seaway.cli.process import Claim
from seaway.core.service import RevisionTraffic
from seaway.settings import Settings, settings_from
from seaway.store.transaction import Transaction


async def _run(settings: Settings, file: Path) -> None:
    seaway = Seaway(settings)
    following: list[asyncio.Task[None]] = []
    await seaway.run(lambda: following.append(asyncio.create_task(_follow(seaway, file))))
    following[0].cancel()


async def _follow(seaway: Seaway, file: Path) -> None:
    said = ""
    while True:
        now = file.read_text() if file.exists() else ""
        if now != said:
            await seaway.store.transact(lambda tx, now=now: _say(tx, now))
            said = now
        await asyncio.sleep(0.02)


def _say(tx: Transaction, said: str) -> None:
    for traffic in tx.where(RevisionTraffic):
        tx.drop(traffic)
    if said:
        told = json.loads(said)
        tx.put(RevisionTraffic(**told | {"weights": tuple(told.get("weights", {}).items())}))


if __name__ == "__main__":
    at = settings_from(os.environ)
    claim = Claim(at.pid_file)
    if not claim.take(at):
        sys.exit("somebody else has the data directory")
    uvloop.run(_run(at, Path(sys.argv[1])))
