"""The host's Envoy as a process: what it tells, what it takes, what it writes."""

from __future__ import annotations

import asyncio
import json
import os

import pytest

from seaway.agent.following import Follower
from seaway.core.mesh.interceptor import interceptor_name
from seaway.core.mesh.proxy import AccessLog, Port
from seaway.core.mesh.snapshot import Kind
from tests.live.envoy_stage import (
    PORTS,
    Client,
    Target,
    a_mesh,
    an_alias,
    an_upstream,
    get,
    until,
)

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(os.geteuid() != 0, reason="network namespaces need root"),
]


def a_machines_port(**more: object) -> Port:
    """A name as the machine's own programs call it."""
    number = next(PORTS)
    return an_alias(None, address="127.253.0.1", port=number, intercepted_at=number, **more)


def test_another_seaways_proxy_gets_none_of_the_machines_own_calls() -> None:
    async def story() -> None:
        async with a_mesh() as first, a_mesh() as second:
            port = a_machines_port()
            for mesh, name in ((first, "first"), (second, "second")):
                await mesh.apply([port], [an_upstream(await Target(name).start())])
            assert not first.server.rejections("node-1")
            refused = second.server.rejections("node-1")
            assert [(r.kind, r.name) for r in refused] == [(Kind.LISTENERS, interceptor_name(port))]
            assert {(await get(port)).body for _ in range(20)} == {"first"}

    asyncio.run(story())


def test_what_it_has_and_counts_can_be_asked_and_switches_be_set() -> None:
    async def story() -> None:
        async with a_mesh() as mesh:
            port = a_machines_port()
            await mesh.apply([port], [an_upstream(await Target("one").start())])
            await until(lambda: _answers(port))
            told = await mesh.proxy.listeners()
            assert interceptor_name(port) in [
                listener["name"] for listener in told["listener_statuses"]
            ]
            clusters = await mesh.proxy.clusters()
            assert "web>cats" in [cluster["name"] for cluster in clusters["cluster_statuses"]]
            dumped = await mesh.proxy.config_dump("dynamic_listeners", "dynamic_route_configs")
            assert interceptor_name(port) in json.dumps(dumped)
            counted = await mesh.proxy.stats("upstream_rq_total$")
            assert sum(counted.values()) >= 1
            await mesh.proxy.set_runtime({"seaway.test": 50, "seaway.switch": True})
            told = json.loads(await mesh.proxy._ask("GET", "/runtime?format=json"))
            entries = {name: entry["final_value"] for name, entry in told["entries"].items()}
            assert entries["seaway.test"] == "50"
            assert entries["seaway.switch"] == "true"

    asyncio.run(story())


async def _answers(port: Port) -> bool:
    return (await get(port)).status == 200


def test_no_line_of_the_access_log_is_lost_when_it_is_begun_anew() -> None:
    """The follower takes away what it has read, and Envoy goes on in another file."""

    async def story() -> None:
        async with a_mesh() as mesh:
            port = a_machines_port(access_logs=(AccessLog(owner="task-1"),))
            await mesh.apply([port], [an_upstream(await Target("one").start())])
            reopened = 0
            found: list[bytes] = []

            async def reopen() -> None:
                nonlocal reopened
                reopened += 1
                await mesh.proxy.reopen_logs()

            async def follow() -> None:
                follower = Follower(mesh.proxy.access_log, reopen=reopen, largest=2000)
                async for line in follower.lines():
                    found.append(line)

            job = asyncio.create_task(follow())
            client = await Client.to(port)
            for number in range(200):
                assert (await client.get(f"/n{number:03d}")).status == 200
            await until(lambda: reopened >= 1)
            for number in range(200, 400):
                assert (await client.get(f"/n{number:03d}")).status == 200
            client.close()
            await until(lambda: len(found) >= 400)
            job.cancel()
            paths = [line.partition(b"/n")[2][:3].decode() for line in found]
            assert paths == [f"{number:03d}" for number in range(400)]

    asyncio.run(story())
