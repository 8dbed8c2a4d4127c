"""Traffic of known size and outcome through the real Envoy, and every metric's exact sum."""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import pytest

from seaway.core.mesh.proxy import (
    Endpoint,
    Fault,
    Forward,
    Labels,
    Port,
    Protocol,
    Purpose,
    Refusal,
    Retry,
    Routing,
    Share,
    Upstream,
)
from seaway.core.mesh.sample import Metric as Counted
from seaway.core.mesh.sample import Side, Spread, TrafficSample
from seaway.insight.rates import Flow, Rates
from seaway.mesh.figures import points
from seaway.store.series import Metric, Series, Statistic
from tests.live.envoy_stage import OPEN, PORTS, STARTED, Client, Mesh, Target, a_mesh, until
from tests.live.test_tls import SHOWN, a_pair, answered, dial

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(os.geteuid() != 0, reason="network namespaces need root"),
]

CATS = Labels(
    purpose=Purpose.CONNECT,
    cluster="pets",
    service="web",
    namespace="pets.local",
    discovery_name="cats",
    target_cluster="zoo",
    target_service="catsvc",
    protocol="http",
)
ALONE_SERVER = (("DiscoveryName", "cats"),)
OWN_SERVER = (("ClusterName", "zoo"), ("DiscoveryName", "cats"), ("ServiceName", "catsvc"))
ALONE_CLIENT = (("TargetDiscoveryName", "cats"),)
OWN_CLIENT = (("ClusterName", "pets"), ("ServiceName", "web"), ("TargetDiscoveryName", "cats"))
PLACES = {
    "server": (ALONE_SERVER, OWN_SERVER),
    "client": (ALONE_CLIENT, OWN_CLIENT),
}
INTERVAL = 0.5
ALL_TIME = (0, 4_000_000_000)


# A server that does as the path says, and weighs what passes


@dataclass
class Scale:
    """An HTTP server: /404 answers 404, /flaky/2 fails twice before it answers. Counts bytes."""

    port: int = 0
    requests: int = 0
    weighed: int = 0

    async def start(self) -> Scale:
        self._failed: dict[str, int] = {}
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        STARTED.append(server)
        return self

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        OPEN.add(writer)
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                self.requests += 1
                self.weighed += len(head)
                status = await self._status(head.decode().split()[1])
                answer = f"HTTP/1.1 {status} X\r\ncontent-length: 4\r\n\r\nmeow".encode()
                self.weighed += len(answer)
                writer.write(answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def _status(self, path: str) -> int:
        kind, _, number = path.strip("/").partition("/")
        if kind == "slow":
            await asyncio.sleep(1.5)
        if kind == "flaky":
            self._failed[path] = self._failed.get(path, 0) + 1
            return 503 if self._failed[path] <= int(number) else 200
        return int(kind) if kind.isdigit() else 200

    @property
    def endpoint(self) -> Endpoint:
        return Endpoint(address="127.0.0.1", port=self.port)


# What came of it


@dataclass
class Figures:
    """The points CloudWatch would have of all that was reported."""

    mesh: Mesh
    series: Series
    _put: int = 0

    async def settled(self, metric: Counted, count: float, labels: Labels = CATS) -> None:
        """Wait until the proxy has reported so many, and put all its reports."""
        side = Side.PORT if metric is Counted.DENIED else Side.UPSTREAM
        name = {"discovery_name": labels.discovery_name, "purpose": labels.purpose.value}
        await until(lambda: self.mesh.total(metric, side, **name) >= count)
        # What belongs to it may be in the report after it: gauges and bytes follow requests.
        seen = len(self.mesh.samples)
        await until(lambda: len(self.mesh.samples) > seen)
        fresh, self._put = self.mesh.samples[self._put :], len(self.mesh.samples)
        for report in reports(fresh):
            self.series.put_points(points(report, INTERVAL))
        await self.series.flushed()

    def of(self, side: str, name: str, space: str = "AWS/ECS") -> Statistic | None:
        """All of a metric's points together; the same with both sets of dimensions."""
        found = [self._all(space, name, place) for place in PLACES[side]]
        assert len({(one.sum, one.count, one.unit) if one else None for one in found}) == 1, name
        return found[0]

    def _all(self, space: str, name: str, place: Any) -> Statistic | None:
        metric = Metric(namespace=space, name=name, dimensions=place)
        found = self.series.statistics(metric, *ALL_TIME, 86400 * 30)
        return found[0] if found else None

    def sums(self, side: str, space: str = "AWS/ECS") -> dict[str, float]:
        """Every metric there is of this side, and its sum."""
        names = {
            metric.name
            for metric in self.series.metrics(space)
            if metric.dimensions in PLACES[side]
        }
        sums = {name: self.of(side, name, space) for name in names}
        return {name: one.sum for name, one in sums.items() if one is not None}

    def flow(self) -> Flow:
        """What `seaway mesh top` would show, over so many seconds that all is in it."""
        rates = Rates()
        rates.take("node-1", self.mesh.samples)
        latest = max(sample.at for sample in self.mesh.samples)
        return next(e.flow for e in rates.edges(latest, 60) if e.labels == CATS)


def reports(samples: list[TrafficSample]) -> list[list[TrafficSample]]:
    """Samples by the report they came in."""
    by_time: dict[float, list[TrafficSample]] = {}
    for sample in samples:
        by_time.setdefault(sample.at, []).append(sample)
    return list(by_time.values())


@asynccontextmanager
async def figures(tmp_path: Path) -> AsyncIterator[Figures]:
    """A mesh, and a place for its points."""
    series = Series(tmp_path / "series.db")
    series.open()
    try:
        async with a_mesh() as mesh:
            yield Figures(mesh, series)
    finally:
        series.close()


def an_alias(action: Any, labels: Labels = CATS) -> Port:
    """What web dials, on the machine itself."""
    return Port(
        name="alias",
        address="127.0.0.1",
        port=next(PORTS),
        protocol=Protocol(labels.protocol),
        routing=Routing(name="way", default=action),
        labels=labels,
        idle_timeout=300,
    )


def an_upstream(*endpoints: Endpoint, labels: Labels = CATS) -> Upstream:
    return Upstream(
        name="way", protocol=Protocol(labels.protocol), labels=labels, endpoints=endpoints
    )


def to_cats(**more: Any) -> Forward:
    return Forward(shares=(Share(upstream="way"),), **{"timeout": 15, "retry": Retry(), **more})


async def ask(port: Port, *paths: str) -> list[int]:
    """One after the other on one connection; the statuses."""
    client = await Client.to(port)
    statuses = [(await client.get(path)).status for path in paths]
    client.close()
    await client.writer.wait_closed()
    return statuses


def told(tmp_path: Path, story: Callable[[Figures], Awaitable[None]]) -> None:
    async def play() -> None:
        async with figures(tmp_path) as found:
            await story(found)

    asyncio.run(play())


def test_forty_requests_are_forty_with_their_statuses_times_and_bytes(tmp_path: Path) -> None:
    async def story(found: Figures) -> None:
        cats = [await Scale().start(), await Scale().start()]
        port = an_alias(to_cats())
        await found.mesh.apply([port], [an_upstream(*(cat.endpoint for cat in cats))])
        await ask(port, *["/200"] * 30, *["/404"] * 6, *["/500"] * 4)
        await found.settled(Counted.RESPONSE_TIME, 40)
        assert sum(cat.requests for cat in cats) == 40
        moved = sum(cat.weighed for cat in cats)
        spreads = [s.value for s in found.mesh.samples if isinstance(s.value, Spread)]
        assert {spread.bounds[:5] for spread in spreads} == {(0.5, 1, 2, 3, 4)}
        server, client = found.sums("server"), found.sums("client")
        assert server.pop("ActiveConnectionCount") > 0
        assert server == {"RequestCount": 40, "NewConnectionCount": 2, "ProcessedBytes": moved}
        times = found.of("client", "TargetResponseTime")
        assert times is not None
        assert (times.count, times.unit) == (40, "Milliseconds")
        assert client.pop("TargetResponseTime") == times.sum
        assert client == {
            "HTTPCode_Target_2XX_Count": 30,
            "HTTPCode_Target_4XX_Count": 6,
            "HTTPCode_Target_5XX_Count": 4,
            "RequestCountPerTarget": 20,
            "TargetProcessedBytes": moved,
        }

    told(tmp_path, story)


def test_a_request_that_is_tried_again_counts_at_the_targets_as_often_as_they_got_it(
    tmp_path: Path,
) -> None:
    async def story(found: Figures) -> None:
        cats = await Scale().start()
        port = an_alias(to_cats())
        await found.mesh.apply([port], [an_upstream(cats.endpoint)])
        assert await ask(port, "/flaky/2", "/flaky/9", "/200") == [200, 503, 200]
        await found.settled(Counted.REQUESTS, 7)
        assert cats.requests == 3 + 3 + 1
        assert found.sums("server")["RequestCount"] == 7
        client = found.sums("client")
        assert client["HTTPCode_Target_2XX_Count"] == 2
        assert client["HTTPCode_Target_5XX_Count"] == 5
        flow = found.flow()
        assert round(flow.requests * 60) == 3, "as the caller sees it"
        assert round(flow.errors * 60) == 1
        assert round(flow.retries * 60) == 4

    told(tmp_path, story)


def test_what_the_proxy_answers_itself_is_nobodys_status(tmp_path: Path) -> None:
    async def story(found: Figures) -> None:
        cats = await Scale().start()
        port = an_alias(to_cats(timeout=0.5, retry=None))
        await found.mesh.apply([port], [an_upstream(cats.endpoint)])
        assert await ask(port, "/200", "/slow") == [200, 504]
        nowhere = Endpoint(address="127.0.0.1", port=1)
        await found.mesh.apply([port], [an_upstream(nowhere)])
        assert await ask(port, "/200", "/200") == [503, 503]
        await found.mesh.apply([port], [an_upstream()])
        assert await ask(port, "/200") == [503]
        await found.settled(Counted.PROXY_REPLIES_5XX, 4)
        assert found.sums("server")["RequestCount"] == 2, "the slow one was asked"
        assert found.sums("server")["NewConnectionCount"] == 1
        client = found.sums("client")
        assert client["HTTPCode_Target_2XX_Count"] == 1
        assert "HTTPCode_Target_5XX_Count" not in client
        flow = found.flow()
        assert round(flow.errors * 60) == 4
        assert {flag: round(often) for flag, often in flow.causes.items()} == {
            "UT": 1,
            "UF": 2,
            "UH": 1,
        }

    told(tmp_path, story)


def test_a_fault_put_in_on_purpose_is_the_proxys_own_answer(tmp_path: Path) -> None:
    async def story(found: Figures) -> None:
        cats = await Scale().start()
        port = an_alias(to_cats(fault=Fault(abort=503, abort_percent=100)))
        await found.mesh.apply([port], [an_upstream(cats.endpoint)])
        assert await ask(port, "/200", "/200") == [503, 503]
        await found.settled(Counted.PROXY_REPLIES_5XX, 2)
        assert cats.requests == 0
        assert found.sums("server") == {}
        assert found.sums("client") == {}
        assert found.flow().causes == {"FI": 2}

    told(tmp_path, story)


def test_calls_that_are_turned_away_are_counted_and_are_no_requests(tmp_path: Path) -> None:
    async def story(found: Figures) -> None:
        cats = await Scale().start()
        port = an_alias(Refusal(reason="not you"))
        await found.mesh.apply([port], [an_upstream(cats.endpoint)])
        assert await ask(port, "/200", "/200", "/200") == [403, 403, 403]
        await found.settled(Counted.DENIED, 3)
        assert found.sums("client", "Seaway/Mesh") == {"CallsDenied": 3}
        assert found.sums("client") == {}
        assert found.sums("server") == {}

    told(tmp_path, story)


def test_tcp_is_connections_and_bytes_and_no_requests(tmp_path: Path) -> None:
    async def story(found: Figures) -> None:
        async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            OPEN.add(writer)
            while data := await reader.read(65536):
                writer.write(data)
            writer.close()

        server = await asyncio.start_server(echo, "127.0.0.1", 0)
        STARTED.append(server)
        labels = replace(CATS, protocol="tcp")
        endpoint = Endpoint(address="127.0.0.1", port=server.sockets[0].getsockname()[1])
        port = an_alias(Forward(shares=(Share(upstream="way"),)), labels)
        await found.mesh.apply([port], [an_upstream(endpoint, labels=labels)])
        for _ in range(3):
            reader, writer = await asyncio.open_connection("127.0.0.1", port.port)
            writer.write(b"m" * 1000)
            assert len(await reader.readexactly(1000)) == 1000
            writer.close()
            await writer.wait_closed()
        await found.settled(Counted.BYTES_RECEIVED, 3000, labels)
        server_side = found.sums("server")
        server_side.pop("ActiveConnectionCount", None)
        assert server_side == {"NewConnectionCount": 3, "ProcessedBytes": 6000}
        assert found.sums("client") == {"TargetProcessedBytes": 6000}

    told(tmp_path, story)


def test_grpc_has_a_count_of_its_own_and_no_http_statuses(tmp_path: Path) -> None:
    class Echo(grpc.GenericRpcHandler):  # type: ignore[misc]
        def service(self, details: Any) -> Any:
            async def echo(request: bytes, context: Any) -> bytes:
                return request

            return grpc.unary_unary_rpc_method_handler(echo)

    async def story(found: Figures) -> None:
        server = grpc.aio.server()
        server.add_generic_rpc_handlers((Echo(),))
        endpoint = Endpoint(address="127.0.0.1", port=server.add_insecure_port("127.0.0.1:0"))
        await server.start()
        labels = replace(CATS, protocol="grpc")
        port = an_alias(to_cats(), labels)
        await found.mesh.apply([port], [an_upstream(endpoint, labels=labels)])
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port.port}") as channel:
            for _ in range(9):
                assert await channel.unary_unary("/a.B/C")(b"cats") == b"cats"
        await found.settled(Counted.RESPONSE_TIME, 9, labels)
        sums = found.sums("server")
        assert (sums["RequestCount"], sums["GrpcRequestCount"]) == (9, 9)
        client = found.sums("client")
        assert client.keys() == {
            "RequestCountPerTarget",
            "TargetProcessedBytes",
            "TargetResponseTime",
        }
        assert client["RequestCountPerTarget"] == 9
        times = found.of("client", "TargetResponseTime")
        assert times is not None
        assert times.count == 9
        await server.stop(None)

    told(tmp_path, story)


def test_failed_handshakes_are_told_on_the_side_that_saw_them(tmp_path: Path) -> None:
    labels = replace(CATS, namespace="", cluster="", service="", purpose=Purpose.INGRESS)

    async def story(found: Figures) -> None:
        target = await Target("cats").start()
        pair = a_pair("", target)
        caller, behind = pair.upstreams
        wrong = replace(SHOWN, peers=("dogs.pets",))
        pair.alias = replace(
            pair.alias, namespace=None, address="127.0.0.1", port=next(PORTS), labels=CATS
        )
        pair.entrance = replace(pair.entrance, labels=labels)
        behind = replace(behind, labels=labels)
        pair.upstreams = (replace(caller, labels=CATS, secure=wrong), behind)
        await pair.apply(found.mesh)
        assert await ask(pair.alias, "/") == [503], "the server's name is another one"
        await found.settled(Counted.TLS_FAILURES, 3)
        assert found.sums("client") == {"TargetTLSNegotiationErrorCount": 3}, "two retries"

        pair.upstreams = (replace(caller, labels=CATS, connect_timeout=4), behind)
        await pair.apply(found.mesh)
        assert await ask(pair.alias, "/", "/") == [200, 200]
        for _ in range(2):
            with pytest.raises((ssl.SSLError, ConnectionError)):
                await asyncio.to_thread(lambda: answered(dial(pair, tmp_path)))
        name = {"discovery_name": "cats", "purpose": "ingress"}
        await until(lambda: found.mesh.total(Counted.TLS_FAILURES, Side.PORT, **name) >= 2)
        await found.settled(Counted.RESPONSE_TIME, 2)
        server = found.sums("server")
        # A client that ends the handshake is a failure on both sides: the first three were.
        assert server["ClientTLSNegotiationErrorCount"] == 5
        assert server["RequestCount"] == 2, "the second hop's are the same requests once more"

    told(tmp_path, story)
