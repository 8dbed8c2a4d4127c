"""A real task's guards, ingress, names and DNS server, as its neighbours and itself see them."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import socket
import subprocess
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from seaway import processes
from seaway.agent.network import in_namespace
from seaway.agent.rules import OUTSIDE_TABLE
from seaway.core.task import TaskStatus
from seaway.link.messages import (
    Assignment,
    Guard,
    HostPlan,
    Ingress,
    Network,
    PlanProblem,
    Refused,
    Report,
)
from tests.live.machine import (
    LOOP,
    Machine,
    a_process,
    a_running_agent,
    a_task,
    an_engine,
    shell,
)

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(
        os.geteuid() != 0 or shutil.which("docker") is None or shutil.which("nft") is None,
        reason="needs root, Docker Engine and nftables",
    ),
]
VPC = Network(vpc="vpc-0guard", cidr="10.202.0.0/16")
SERVER, FRIEND, STRANGER = "10.202.1.10", "10.202.2.10", "10.202.3.10"
_OUTSIDE = "127.254.255.254"
SCOPE = f"guard{os.getpid()}"


def a_neighbour(number: int, mode: str = "bridge", **more: object) -> Assignment:
    task = a_task(number, shell("web", LOOP), mode=mode)
    addresses = tuple((space, f"10.202.{number}.10") for space, _ in task.addresses)
    return replace(task, network=VPC, addresses=addresses, **more)  # type: ignore[arg-type]


async def play(directory: Path, story: Callable[[Machine], Awaitable[None]]) -> None:
    async with (
        an_engine(directory, SCOPE) as engine,
        a_running_agent(engine, directory, SCOPE) as machine,
    ):
        machine.assign(HostPlan(networks=(VPC,)))
        await story(machine)


async def a_server(report: Report, port: int) -> asyncio.Server:
    """A server in the task's namespace that tells its callers where it sees them come from."""
    made: list[socket.socket] = []
    path = report.sandboxes[0].path
    await in_namespace(path, lambda: made.append(socket.create_server(("0.0.0.0", port))))

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(f"{port} saw {writer.get_extra_info('peername')[0]}\n".encode())
        writer.close()

    return await asyncio.start_server(answer, sock=made[0])


async def called(machine: Machine, report: Report, address: str, port: int) -> str:
    """What a program in a task hears from an address, or its shell's complaint."""
    call = f"exec 3<>/dev/tcp/{address}/{port} && cat <&3"
    return (await machine.inside(report, "bash", "-c", call)).strip()


async def called_from_machine(port: int) -> str:
    reader, writer = await asyncio.open_connection(SERVER, port)
    said = await reader.read()
    writer.close()
    return said.decode().strip()


@pytest.mark.parametrize("mode", ["bridge", "awsvpc"])
def test_a_tasks_port_is_guarded_from_its_first_instant_and_refusals_are_told(
    tmp_path: Path, mode: str
) -> None:
    container = "web" if mode == "bridge" else ""

    async def story(machine: Machine) -> None:
        guard = Guard(container=container, port=8080, sources=(FRIEND,))
        server = a_neighbour(1, mode=mode, guards=(guard,))
        friend, stranger = a_neighbour(2), a_neighbour(3)
        for task in (server, friend, stranger):
            machine.assign(task)
        served, near, far = [
            await machine.report(task, TaskStatus.RUNNING) for task in (server, friend, stranger)
        ]
        async with await a_server(served, 8080):
            assert await called(machine, near, SERVER, 8080) == f"8080 saw {FRIEND}"
            # The proxy's connections come from the machine's address in the VPC.
            assert await called_from_machine(8080) == "8080 saw 10.202.0.1"
            assert "refused" in await called(machine, far, SERVER, 8080)
            refused = await machine.link.heard(Refused)
            assert (refused.task, refused.port, refused.source, refused.count) == (
                server.task,
                8080,
                STRANGER,
                1,
            )
            machine.assign(replace(server, guards=()))
            async with asyncio.timeout(20):
                while "refused" in await called(machine, far, SERVER, 8080):
                    await asyncio.sleep(0.1)

    asyncio.run(play(tmp_path, story))


def test_neighbours_are_led_to_the_ingress_port_and_the_machine_is_not(tmp_path: Path) -> None:
    async def story(machine: Machine) -> None:
        ingress = Ingress(container="web", port=8080, listener=61002)
        server, stranger = a_neighbour(1, ingress=(ingress,)), a_neighbour(3)
        machine.assign(server)
        machine.assign(stranger)
        served = await machine.report(server, TaskStatus.RUNNING)
        far = await machine.report(stranger, TaskStatus.RUNNING)
        async with await a_server(served, 8080), await a_server(served, 61002):
            assert await called(machine, far, SERVER, 8080) == f"61002 saw {STRANGER}"
            assert await called_from_machine(8080) == "8080 saw 10.202.0.1"

    asyncio.run(play(tmp_path, story))


def test_names_have_both_families_and_localhost_and_dns_stay_right(tmp_path: Path) -> None:
    async def story(machine: Machine) -> None:
        names = (("cats", "127.255.0.1"), ("cats", "2600:f0f0::1"))
        task = a_neighbour(1, uses_mesh=True, names=names, resolver="10.202.0.2")
        machine.assign(task)
        running = await machine.report(task, TaskStatus.RUNNING)
        made: list[socket.socket] = []
        address = ("2600:f0f0::1", 61001)

        def listen() -> None:
            made.append(socket.create_server(address, family=socket.AF_INET6))

        await in_namespace(running.sandboxes[0].path, listen)

        async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"meow\n")
            writer.close()

        async with await asyncio.start_server(answer, sock=made[0]):
            assert await called(machine, running, "2600:f0f0::1", 80) == "meow"
        assert "2600:f0f0::1 " in await machine.inside(running, "getent", "ahostsv6", "cats")
        # Programs that try the first address only are to take the one they always had.
        first = (await machine.inside(running, "getent", "ahosts", "cats")).split()[0]
        assert first == "127.255.0.1"
        assert "::1" not in await machine.inside(running, "getent", "ahosts", "localhost")
        servers = await machine.inside(running, "cat", "/etc/resolv.conf")
        assert servers.startswith("nameserver 10.202.0.2\n")

    asyncio.run(play(tmp_path, story))


def test_two_seaways_on_a_machine_do_not_share_the_outside_addresses(tmp_path: Path) -> None:
    if (owner := _owner()) is not None and processes.running(owner):
        pytest.skip("a Seaway on this machine has them")
    first, second = f"{SCOPE}a", f"{SCOPE}b"
    plan = HostPlan(calls_names=True)

    async def story() -> None:
        one, two = tmp_path / "one", tmp_path / "two"
        for directory in (one, two):
            directory.mkdir()
        async with (
            an_engine(one, first) as engine,
            an_engine(two, second) as other,
            a_running_agent(engine, one, first) as machine,
        ):
            machine.assign(plan)
            with socket.create_server((_OUTSIDE, 61001)):
                async with asyncio.timeout(20):
                    while _owner() != first or not _answers():
                        await asyncio.sleep(0.05)
            with a_process(first):
                async with a_running_agent(other, two, second) as late:
                    late.assign(plan)
                    problem = await late.link.heard(PlanProblem)
            assert problem.subject == "127.254.0.0/16"
            assert f"installation {first}" in problem.message

    asyncio.run(story())


def _owner() -> str | None:
    look = ("nft", "list", "table", "ip", OUTSIDE_TABLE)
    told = subprocess.run(look, capture_output=True, check=False, text=True).stdout
    found = re.search(r'comment "(.+)"', told)
    return found and found[1]


def _answers() -> bool:
    try:
        socket.create_connection((_OUTSIDE, 80), 1).close()
    except OSError:
        return False
    return True
