"""Taking a task off the machine."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

from seaway.agent import record
from seaway.agent.containers import (
    INSTALLATION,
    PAUSE,
    ROLE,
    TASK,
    namespaces,
    pause_name,
)
from seaway.agent.tools import Tools, all_of
from seaway.core.names import last_part
from seaway.link.messages import Assignment

_log = logging.getLogger(__name__)


async def remove_task(tools: Tools, task: str, assignment: Assignment | None = None) -> None:
    """Remove every container, volume and limit of a task from the machine, apps before pauses.

    Without its assignment the pauses that were taken warm are left: their names tell of it alone.
    """
    labels = ((INSTALLATION, tools.installation), (TASK, task))
    there = await tools.engine.containers(labels)
    for is_pause in (False, True):
        await all_of(
            tools.engine.remove(c.id) for c in there if (c.labels[ROLE] == PAUSE) is is_pause
        )
    if assignment is not None:
        names = {pause_name(assignment, space) for space in namespaces(assignment)}
        await all_of(tools.engine.remove(name) for name in names - {c.name for c in there})
    for volume in await tools.engine.volumes(labels):
        await tools.engine.remove_volume(volume)
    try:
        await tools.cgroups.remove(last_part(task))
    except OSError as error:
        _log.warning("the limits of task %s are still there: %s", last_part(task), error)


def clear(directory: Path) -> None:
    """Throw away what was kept of a task, but for its last report."""
    for left in directory.glob("*"):
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        elif left.name != record.FILE:
            left.unlink()


def forget(directory: Path) -> None:
    """Throw away what was written down of a task."""
    shutil.rmtree(directory, ignore_errors=True)
