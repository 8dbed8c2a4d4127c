"""The stage of test_container_fields.py; run as a program, an agent to be killed.

python -m tests.live.fields_stage DIR SCOPE: prints how often the task's container was restarted.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

from seaway.agent.docker import DockerEngine
from seaway.core.task_definition import ContainerDefinition
from seaway.link.asking import CannotFetch, Protection
from seaway.link.messages import (
    Assignment,
    FromHost,
    HostPlan,
    Material,
    Network,
    Report,
    RoleKeys,
)
from tests.live import machine

NETWORK = Network(vpc="vpc-0fields", cidr="10.102.0.0/16")
PLAN = HostPlan(networks=(NETWORK,))
HAND_OUT = (
    "ResourceInitializationError: unable to pull secrets or registry auth: execution resource "
    "retrieval failed: nothing is handed out here"
)


def a_task(number: int, *containers: ContainerDefinition, mode: str = "bridge") -> Assignment:
    """A task of these containers in a network of its own kind of tests."""
    task = machine.a_task(number, *containers, mode=mode)
    addresses = tuple(
        (space, address.replace("10.203.", "10.102.")) for space, address in task.addresses
    )
    if mode == "host":
        addresses = ()
    return replace(task, network=NETWORK, addresses=addresses)


class Vault:
    """The control plane as far as it gives out materials, by task."""

    def __init__(self, given: dict[str, tuple[Material, ...]]) -> None:
        self.given = given
        self.refusals: dict[str, CannotFetch] = {}
        self.asked: list[str] = []

    async def materials(self, task: str) -> tuple[Material, ...]:
        if task in self.refusals:
            raise self.refusals[task]
        self.asked.append(task)
        return self.given[task]

    async def role_keys(self, task: str, role: str) -> RoleKeys:
        raise CannotFetch(HAND_OUT)

    async def protection(self, task: str) -> Protection:
        return Protection(enabled=False)

    async def protect(self, task: str, enabled: bool, minutes: int | None) -> Protection:
        return Protection(enabled=False)

    async def tags(self, task: str) -> tuple[dict[str, str], dict[str, str]]:
        return {}, {}


class _PrintedLink(machine.QueueLink):
    async def send(self, message: FromHost) -> None:
        if isinstance(message, Report) and message.containers:
            print(message.containers[0].restarts, flush=True)


async def _main(directory: Path, scope: str) -> None:
    from tests.live.test_container_fields import a_restarting_task

    link = _PrintedLink()
    link.to_host.put_nowait(PLAN)
    link.to_host.put_nowait(a_restarting_task(20))
    await machine.an_agent(DockerEngine(), link, directory, scope).run()


if __name__ == "__main__":
    asyncio.run(_main(Path(sys.argv[1]), sys.argv[2]))
