"""The tap: which requests are shown, and that the proxy writes only while somebody listens."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from seaway.core.mesh.labels import stat_name
from seaway.core.mesh.proxy import Labels, Purpose
from seaway.insight.tap import Filter, Request, Tap, WrongFilter, request_of

WAY = Labels(
    purpose=Purpose.CONNECT,
    cluster="pets",
    service="web",
    discovery_name="cats",
    target_service="catsvc",
)
SHIFTED = Labels(purpose=Purpose.CONNECT, discovery_name="cats-next", target_service="catsnext")


def a_line(**fields: object) -> bytes:
    """What Envoy writes of one request."""
    told = {
        "start_time": "2026-11-22T18:00:00.123Z",
        "way": stat_name(WAY),
        "method": "GET",
        "authority": "cats",
        "path": "/cats/?page=2",
        "protocol": "HTTP/1.1",
        "response_code": 200,
        "response_flags": None,
        "details": "via_upstream",
        "bytes_received": 0,
        "bytes_sent": 612,
        "duration": 3,
        "upstream_host": "10.0.1.7:80",
        "upstream_cluster": stat_name(WAY),
        "request_id": "1-2-3",
        "attempts": 1,
        "caller": "10.0.1.5:4711",
    }
    return json.dumps(told | fields).encode()


def a_request(**fields: object) -> Request:
    request = request_of(a_line(**fields))
    assert request is not None
    return request


def test_a_line_says_who_called_whom_and_what_came_of_it() -> None:
    request = a_request(response_code=503, response_flags="UF,URX", attempts=3)
    assert (request.cluster, request.caller, request.target) == ("pets", "web", "cats")
    assert (request.status, request.flags, request.attempts) == (503, "UF,URX", 3)
    assert (request.upstream, request.milliseconds) == ("10.0.1.7:80", 3)


def test_where_traffic_is_shifted_the_service_that_answered_is_told() -> None:
    assert a_request(upstream_cluster=stat_name(SHIFTED)).target_service == "catsnext"
    assert a_request(upstream_cluster=None).target_service == "catsvc"


def test_a_connection_has_neither_method_nor_status() -> None:
    request = a_request(
        method=None, path=None, response_code=0, protocol="TCP", termination="closed"
    )
    assert (request.method, request.path, request.status) == ("", "", None)


@pytest.mark.parametrize("line", [b"", b"{", b"{}", b'{"way": 1}', b'{"way": "nobody"}', b"[]"])
def test_what_is_no_such_line_is_left_out(line: bytes) -> None:
    assert request_of(line) is None


@pytest.mark.parametrize(
    ("only", "passes"),
    [
        ({}, True),
        ({"caller": "web"}, True),
        ({"caller": "pets/web"}, True),
        ({"caller": "shop/web"}, False),
        ({"caller": "dogs"}, False),
        ({"target": "cats"}, True),
        ({"target": "catsvc"}, True),
        ({"target": "dogs"}, False),
        ({"status": "200"}, True),
        ({"status": "2xx"}, True),
        ({"status": "5xx"}, False),
        ({"path": "/cats"}, True),
        ({"path": "/dogs"}, False),
        ({"path": "/c*/"}, True),
        ({"path": "*/dogs"}, False),
        ({"method": "get"}, True),
        ({"method": "POST"}, False),
    ],
)
def test_a_filter_lets_through_what_it_says(only: dict[str, str], passes: bool) -> None:
    assert Filter(**only).passes(a_request()) is passes


@pytest.mark.parametrize("status", ["5", "6xx", "abc", "50x", "5xxx"])
def test_a_status_that_is_none_is_refused(status: str) -> None:
    with pytest.raises(WrongFilter, match="is no status"):
        Filter(status=status)


class PlayedEnvoy:
    """Writes lines down while its switch is on, like the real one."""

    tap_log = Path("/nowhere")

    def __init__(self) -> None:
        self.switch: list[float] = []
        self._lines: asyncio.Queue[bytes] = asyncio.Queue()
        self.away = False
        self.asked = 0

    async def clusters(self) -> dict[str, Any]:
        return {}

    async def set_runtime(self, values: Mapping[str, str | float]) -> None:
        self.asked += 1
        if self.away:
            raise OSError("no such socket")
        ((key, value),) = values.items()
        assert key == "seaway.tap"
        self.switch.append(float(value))

    def pass_by(self, line: bytes) -> None:
        if self.switch[-1:] == [100]:
            self._lines.put_nowait(line)

    async def lines(self) -> AsyncIterator[bytes]:
        while True:
            yield await self._lines.get()

    async def until(self, switched: float) -> None:
        async with asyncio.timeout(10):
            while self.switch[-1:] != [switched]:
                await asyncio.sleep(0)


@asynccontextmanager
async def a_tap(envoy: PlayedEnvoy) -> AsyncIterator[Tap]:
    tap = Tap(envoy, envoy.lines)
    job = asyncio.create_task(tap.run())
    await asyncio.sleep(0)
    try:
        yield tap
    finally:
        job.cancel()
        await asyncio.gather(job, return_exceptions=True)


async def first(tap: Tap, only: Filter) -> str:
    async with aclosing(tap.listen(only)) as requests:  # type: ignore[type-var]
        async for request in requests:
            return request.path
    return "the end"


def test_the_proxy_writes_only_while_somebody_listens() -> None:
    async def play() -> None:
        envoy = PlayedEnvoy()
        async with a_tap(envoy) as tap:
            await envoy.until(0)  # whatever was before, after a crash too
            one = asyncio.create_task(first(tap, Filter()))
            two = asyncio.create_task(first(tap, Filter(path="/late")))
            await envoy.until(100)
            envoy.pass_by(a_line(path="/early"))
            assert await one == "/early"
            assert envoy.switch[-1] == 100, "there is a second listener"
            envoy.pass_by(a_line(path="/late"))
            assert await two == "/late"
            await envoy.until(0)
            again = asyncio.create_task(first(tap, Filter()))
            await envoy.until(100)
            envoy.pass_by(a_line(path="/again"))
            assert await again == "/again"

    asyncio.run(play())


def test_who_listens_when_seaway_ends_is_told_so() -> None:
    async def play() -> None:
        envoy = PlayedEnvoy()
        async with a_tap(envoy) as tap:
            listening = asyncio.create_task(first(tap, Filter()))
            await envoy.until(100)
        assert await listening == "the end"
        assert envoy.switch[-1] == 0

    asyncio.run(play())


def test_a_proxy_that_is_away_ends_nothing() -> None:
    async def play() -> None:
        envoy = PlayedEnvoy()
        envoy.away = True
        async with a_tap(envoy) as tap:
            listening = asyncio.create_task(first(tap, Filter()))
            async with asyncio.timeout(10):
                while envoy.asked < 2:  # off at first, then on
                    await asyncio.sleep(0)
            assert not listening.done()
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    asyncio.run(play())
