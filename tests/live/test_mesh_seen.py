"""The real Envoy's own view of its endpoints, as explain reads it."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace

import pytest

from seaway.core.mesh.proxy import Forward, OutlierDetection, Share
from seaway.core.mesh.snapshot import Kind
from seaway.insight.proxying import EJECTED
from seaway.insight.seen import Seen, seen_of
from tests.live.envoy_stage import Mesh, Target, a_mesh, an_alias, an_upstream, get, until

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(os.geteuid() != 0, reason="network namespaces need root"),
]


async def look(mesh: Mesh) -> Seen:
    return seen_of("node-1", mesh.server, await mesh.proxy.clusters())


def flags(seen: Seen) -> dict[int, tuple[str, ...]]:
    """Of the one upstream's endpoints, by port."""
    assert seen.endpoints is not None
    return {one.port: one.flags for one in seen.endpoints["web>cats"]}


def test_an_endpoint_left_alone_after_failures_and_one_that_drains_are_told_apart(
    namespace: str,
) -> None:
    async def story() -> None:
        async with a_mesh() as mesh:
            good, bad, leaving = [await Target(name).start() for name in ("a", "b", "c")]
            bad.status = 500
            upstream = replace(
                an_upstream(good, bad, leaving),
                outlier_detection=OutlierDetection(failures=2),
                endpoints=(
                    good.endpoint(),
                    bad.endpoint(),
                    replace(leaving.endpoint(), draining=True),
                ),
            )
            port = an_alias(namespace)
            port = replace(
                port,
                routing=replace(
                    port.routing, default=Forward(shares=(Share(upstream="web>cats"),))
                ),
            )
            await mesh.apply([port], [upstream])
            seen = await look(mesh)
            assert (seen.connected, seen.settled, seen.snapshot) == (True, True, mesh.snapshot)
            assert flags(seen)[good.port] == ()

            async def is_ejected() -> bool:
                await get(port)
                return EJECTED in flags(await look(mesh))[bad.port]

            await until(is_ejected)
            assert flags(await look(mesh))[leaving.port] == ("draining",)
            assert flags(await look(mesh))[good.port] == ()

    asyncio.run(story())


def test_what_envoy_refuses_is_told_in_its_own_words_by_name(namespace: str) -> None:
    async def story() -> None:
        async with a_mesh() as mesh:
            target = await Target("one").start()
            ports = [an_alias(namespace), an_alias("/run/netns/none-of-ours", name="task-2")]
            await mesh.apply(ports, [an_upstream(target)])
            ((kind, name), error), *more = (await look(mesh)).refused.items()
            assert (kind, name, more) == (Kind.LISTENERS, "task-2", [])
            assert "failed to open netns file /run/netns/none-of-ours" in error

    asyncio.run(story())
