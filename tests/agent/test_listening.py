from __future__ import annotations

import asyncio
import os
import socket
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from seaway.agent.listening import all_listen, called_ports, listened_ports
from seaway.core.task_definition import PortMapping
from tests.agent.builders import an_assignment

TABLE = """\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid
   0: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0
   1: 0100FF7F:EE49 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0
   2: 0A004B0A:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0
   3: 0A004B0A:0050 0B004B0A:C350 01 00000000:00000000 00:00000000 00000000     0
   0: 00000000000000000000000000000000:0051 00000000000000000000000000000000:0000 0A 0 0 0
"""


def test_the_kernels_list_says_who_listens_and_the_proxy_does_not_count() -> None:
    assert listened_ports(TABLE.splitlines()) == {80, 8080, 81}


@pytest.mark.parametrize(("mode", "found"), [("bridge", {80}), ("awsvpc", {80}), ("host", None)])
def test_only_ports_that_have_a_name_are_called(mode: str, found: set[int] | None) -> None:
    plain = an_assignment()
    (container,) = plain.containers
    ports = (
        PortMapping(container_port=80, name="web"),
        PortMapping(container_port=9000),
        PortMapping(container_port=53, name="dns", protocol="udp"),
        PortMapping(container_port=7000, last_port=7010, name="many"),
    )
    given = replace(plain, network_mode=mode, containers=(replace(container, ports=ports),))
    assert called_ports(given) == ({container.name: frozenset(found)} if found else {})


class Machine:
    """An engine whose containers are this very process."""

    async def details(self, container: str) -> Any:
        return SimpleNamespace(process=os.getpid() if container == "here" else 0)


def test_a_port_is_waited_for_until_somebody_listens() -> None:
    async def story() -> None:
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        waiting = asyncio.create_task(
            all_listen(Machine(), {"web": frozenset({port})}, {"web": "here"})  # type: ignore[arg-type]
        )
        await asyncio.sleep(0.2)
        assert not waiting.done()
        listener.listen()
        await asyncio.wait_for(waiting, 5)
        listener.close()

    asyncio.run(story())


def test_what_does_not_run_is_not_waited_for() -> None:
    ports = {"web": frozenset({80})}
    asyncio.run(all_listen(Machine(), ports, {"web": "gone"}))  # type: ignore[arg-type]
    asyncio.run(all_listen(Machine(), ports, {}))  # type: ignore[arg-type]
