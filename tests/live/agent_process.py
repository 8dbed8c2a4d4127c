"""An agent in a process of its own, to be killed: python -m tests.live.agent_process DIR SCOPE.

It runs the task of `counting` and prints the output it carries, then "RUNNING" as it runs.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from seaway.agent.docker import DockerEngine
from seaway.core.task import TaskStatus
from seaway.link.messages import Assignment, FromHost, LogBatch, Report
from tests.live.machine import PLAN, QueueLink, a_task, an_agent, shell

_COUNT = "i=0; while :; do echo $i; i=$((i+1)); sleep 0.02; done"


def counting() -> Assignment:
    """A task that writes the numbers from 0 on."""
    return a_task(9, shell("web", _COUNT))


class _PrintedLink(QueueLink):
    async def send(self, message: FromHost) -> None:
        if isinstance(message, LogBatch) and message.lines:
            print(*(line.text for line in message.lines), sep="\n", flush=True)
        if isinstance(message, Report) and message.status is TaskStatus.RUNNING:
            print("RUNNING", flush=True)


async def _main(directory: Path, scope: str) -> None:
    link = _PrintedLink()
    link.to_host.put_nowait(PLAN)
    link.to_host.put_nowait(counting())
    await an_agent(DockerEngine(), link, directory, scope).run()


if __name__ == "__main__":
    asyncio.run(_main(Path(sys.argv[1]), sys.argv[2]))
