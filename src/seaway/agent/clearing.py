"""Taking everything of an installation off a machine, for `seaway down`."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from seaway.agent.cgroup import cgroups_for
from seaway.agent.containers import INSTALLATION
from seaway.agent.engine import Engine
from seaway.agent.hosts import remove_block
from seaway.agent.network import KernelAddresses, Networks
from seaway.agent.outside import stop_calls


async def remove_everything(
    engine: Engine, installation: str, *, hosts_file: Path | None = Path("/etc/hosts")
) -> None:
    """Remove the installation's containers, volumes, networks, limits, rules and names.

    Other installations on the same engine keep theirs. Raises EngineError, OSError.
    """
    labels = ((INSTALLATION, installation),)
    async with asyncio.TaskGroup() as jobs:
        for container in await engine.containers(labels):
            jobs.create_task(engine.remove(container.id))
    for volume in await engine.volumes(labels):
        await engine.remove_volume(volume)
    await Networks(engine, KernelAddresses(), installation).remove_all()
    await cgroups_for(await engine.about(), installation).remove_all()
    if os.geteuid() == 0:
        await stop_calls(installation)
    if hosts_file is not None and hosts_file.exists():
        remove_block(hosts_file, installation)
