"""What the parts of a worker share: the tools of the host, and how they say no."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any

from seaway.agent.cgroup import Cgroups
from seaway.agent.engine import Engine, EngineError
from seaway.agent.firewall import Firewall
from seaway.agent.images import Images
from seaway.agent.inside.server import Inside
from seaway.agent.link import Link
from seaway.agent.network import Networks
from seaway.agent.warm import WarmPauses
from seaway.link.asking import ControlPlane


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What every worker of a host works with. ``clock`` gives epoch seconds."""

    engine: Engine
    link: Link
    images: Images
    networks: Networks
    cgroups: Cgroups
    clock: Callable[[], float]
    installation: str
    pause_image: str
    firewall: Firewall
    warm: WarmPauses
    free_space: Callable[[], int]
    """Bytes that are free where the engine keeps containers."""
    control: ControlPlane | None = None
    """Whom keys and secrets are asked from; None where no task needs any."""
    inside: Inside | None = None
    """What programs inside tasks find; None where they find nothing."""


class Refused(Exception):
    """The world did not let a step succeed: why, and the container concerned if it is one."""

    def __init__(self, reason: str, container: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.container = container


def initialisation(error: EngineError | OSError | str) -> str:
    """Why a task's surroundings could not be made, in AWS's words."""
    if isinstance(error, EngineError):
        return f"ResourceInitializationError: Error response from daemon: {error.message}"
    return f"ResourceInitializationError: {error}"


async def all_of(work: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Do all of it at once; the first thing that goes wrong ends the rest and is raised."""
    try:
        async with asyncio.TaskGroup() as jobs:
            for each in work:
                jobs.create_task(each)
    except BaseExceptionGroup as group:
        raise group.exceptions[0] from None
