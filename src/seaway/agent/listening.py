"""Whether a task's programs listen on the ports others call yet: the kernel's own list says so.

A program needs a moment from its start until it listens. Who is led to it before that is refused,
and proxies leave an endpoint that refuses alone for half a minute. So callers come when it listens.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path

from seaway.agent.engine import Engine, EngineError
from seaway.link.messages import Assignment

PATIENCE = 10.0
"""Seconds after which a program is taken for listening, as AWS takes it at once."""
_LOOK = 0.05
_LISTENS = "0A"
_TABLES = ("tcp", "tcp6")
_PROXYS_OWN = "7F"
"""Its listeners are at 127.255.0.0/16 of the same namespace; the table has addresses reversed."""

Ports = dict[str, frozenset[int]]
"""By container."""


def called_ports(assignment: Assignment) -> Ports:
    """The ports that others call by a name (Service Connect), in networks of the task's own."""
    if assignment.network_mode not in ("awsvpc", "bridge"):
        return {}
    found = {
        container.name: frozenset(
            port.container_port
            for port in container.ports
            if port.name is not None and port.protocol == "tcp" and port.last_port is None
        )
        for container in assignment.containers
    }
    return {name: ports for name, ports in found.items() if ports}


async def all_listen(engine: Engine, ports: Ports, ids: dict[str, str]) -> None:
    """Returns when every port is listened on, or when they are taken for it."""
    end = asyncio.get_running_loop().time() + PATIENCE
    while asyncio.get_running_loop().time() < end:
        if all([await _listens(engine, ids[name], ports[name]) for name in ports if name in ids]):
            return
        await asyncio.sleep(_LOOK)


async def _listens(engine: Engine, container: str, ports: frozenset[int]) -> bool:
    """A container that does not run, or of which nothing is known, is not waited for."""
    try:
        process = (await engine.details(container)).process
    except EngineError:
        return True
    if not process:
        return True
    try:
        tables = [Path(f"/proc/{process}/net/{table}").read_text() for table in _TABLES]
    except OSError:
        return True
    return ports <= listened_ports(line for table in tables for line in table.splitlines())


def listened_ports(lines: Iterable[str]) -> frozenset[int]:
    """The ports listened on, by the lines of /proc/net/tcp and tcp6; not those of our proxy."""
    found = set()
    for line in lines:
        words = line.split()
        if len(words) < 4 or words[3] != _LISTENS:
            continue
        address, _, port = words[1].partition(":")
        if not (len(address) == 8 and address.endswith(_PROXYS_OWN) and address[4:6] == "FF"):
            found.add(int(port, 16))
    return frozenset(found)
