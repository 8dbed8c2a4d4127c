"""What the machine-local API answers, as ASGI: questions, streams, and questions that are none."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from seaway.core.mesh.proxy import Labels, Purpose
from seaway.core.mesh.sample import Metric, Side, Spread, TrafficSample
from seaway.core.mesh.snapshot import Snapshot
from seaway.insight.door import Insight
from seaway.mesh.figures import points
from seaway.store.sqlite import SqliteStore
from tests.insight.square import HOST, Square
from tests.insight.test_tap import PlayedEnvoy, a_line

NOW = 1000.0
CATS = Labels(
    purpose=Purpose.CONNECT,
    cluster="default",
    service="web",
    discovery_name="cats",
    target_cluster="default",
    target_service="cats",
    protocol="http",
)
SAMPLES = [
    TrafficSample(labels=CATS, side=Side.UPSTREAM, metric=metric, value=value, at=NOW)
    for metric, value in {
        Metric.RESPONSES_2XX: 30.0,
        Metric.REQUESTS: 30.0,
        Metric.RESPONSE_TIME: Spread(30, 60.0, 1.0, 5.0, (1.0, 5.0), (0, 30, 0)),
        Metric.TARGETS: 2.0,
    }.items()
]


class PlayedTalk:
    """The control plane's conversation with a proxy that has taken everything in."""

    def __init__(self, square: Square) -> None:
        self._square = square

    def connected(self, node: str) -> bool:
        return node == HOST

    def rejections(self, node: str) -> Sequence[Any]:
        return ()

    def target(self, node: str) -> Snapshot | None:
        return self._square.snapshot()

    def settled(self, node: str) -> bool:
        return True


class Envoy(PlayedEnvoy):
    """One that also says how its endpoints are."""

    def __init__(self, square: Square) -> None:
        super().__init__()
        self._square = square

    async def clusters(self) -> dict[str, Any]:
        if self.away:
            raise OSError("no such socket")
        statuses = [
            {
                "name": upstream.name,
                "host_statuses": [
                    {
                        "address": {"socket_address": {"address": e.address, "port_value": e.port}},
                        "health_status": {
                            "eds_health_status": "HEALTHY",
                            "failed_outlier_check": e.address == "10.0.0.12",
                        },
                    }
                    for e in upstream.endpoints
                ],
            }
            for upstream in self._square.snapshot().proxy.upstreams
        ]
        return {"cluster_statuses": statuses}


@dataclass
class Answer:
    """What came back."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    text: str = ""

    @property
    def json(self) -> Any:
        return json.loads(self.text)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    kept = SqliteStore(tmp_path / "seaway.db")
    kept.open()
    yield kept
    kept.close()


async def ask(insight: Insight, path: str, method: str = "GET", **query: str) -> Answer:
    from urllib.parse import urlencode

    answer = Answer()

    async def send(message: Mapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = {k.decode(): v.decode() for k, v in message["headers"]}
        else:
            answer.text += message["body"].decode()

    async def receive() -> dict[str, Any]:
        await asyncio.Event().wait()
        return {}

    scope = {"path": path, "method": method, "query_string": urlencode(query).encode()}
    await insight(scope, receive, send)
    return answer


def asked(
    store: SqliteStore,
    path: str,
    method: str = "GET",
    prepare: Callable[[Insight, Square], None] = lambda insight, square: None,
    **query: str,
) -> Answer:
    square = Square(store=store)  # type: ignore[arg-type]
    insight = Insight(store, lambda: NOW, "1.2")
    envoy = Envoy(square)
    insight.attach(PlayedTalk(square), {HOST: envoy}, (HOST, envoy.lines))
    prepare(insight, square)
    return asyncio.run(ask(insight, path, method, **query))


def test_explain_sees_the_proxy_as_it_is(store: SqliteStore) -> None:
    told = asked(store, "/_seaway/mesh/explain", caller="web", target="cats").json
    assert (told["caller"], told["target"], told["standing"]) == ("web", "cats", "warning")
    assert "10.0.0.12:80" in told["diagnosis"]
    assert {step["standing"] for step in told["steps"]} == {"ok", "warning"}
    assert told["steps"][0].keys() == {"name", "standing", "sentence", "cure"}


def test_before_the_machine_is_up_explain_says_that_no_envoy_answers(store: SqliteStore) -> None:
    Square(store=store)  # type: ignore[arg-type]
    insight = Insight(store, lambda: NOW, "1.2")
    told = asyncio.run(ask(insight, "/_seaway/mesh/explain", caller="web", target="cats")).json
    assert "No Envoy answers" in told["diagnosis"]
    answer = asyncio.run(ask(insight, "/_seaway/mesh/tap"))
    assert (answer.status, answer.json["error"]) == (503, "The proxy is not up yet; try again.")


def test_top_tells_each_edge_over_ten_seconds_and_a_minute(store: SqliteStore) -> None:
    told = asked(store, "/_seaway/mesh/top", prepare=lambda i, s: i.take(HOST, SAMPLES)).json
    (edge,) = told["edges"]
    assert edge["labels"]["service"] == "web"
    assert edge["labels"]["discovery_name"] == "cats"
    assert (edge["last_10s"]["requests"], edge["last_60s"]["requests"]) == (3.0, 0.5)
    assert edge["last_10s"]["latency"] == pytest.approx([3.0, 4.6, 4.96])
    assert edge["targets"] == 2


def test_metrics_are_prometheus_text(store: SqliteStore) -> None:
    answer = asked(store, "/_seaway/metrics", prepare=lambda i, s: i.take(HOST, SAMPLES))
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert 'code_class="2xx",by="target"} 30\n' in answer.text
    assert f'seaway_proxy_connected{{host="{HOST}"}} 1\n' in answer.text


def test_health_is_the_services_traffic(store: SqliteStore) -> None:
    def prepare(insight: Insight, square: Square) -> None:
        store.series.put_points(points(SAMPLES))
        asyncio.run(store.flushed())

    told = asked(store, "/_seaway/mesh/health", prepare=prepare, service="web", minutes="5").json
    assert (told["cluster"], told["service"], told["minutes"]) == ("default", "web", 5)
    (row,) = told["rows"]
    assert (row["direction"], row["requests"]) == ("outgoing", 30)


@pytest.mark.parametrize(
    ("path", "query", "said"),
    [
        ("/_seaway/mesh/explain", {"caller": "web"}, "Say target=… in the query."),
        ("/_seaway/mesh/explain", {"target": "web"}, "Say caller=… in the query."),
        ("/_seaway/mesh/health", {"service": "nobody"}, "There is no service nobody."),
        ("/_seaway/mesh/health", {"service": "web", "minutes": "0"}, "minutes is a whole number"),
        ("/_seaway/mesh/tap", {"status": "9xx"}, '"9xx" is no status'),
        ("/_seaway/mesh/nothing", {}, "Ask for explain, top, tap or health."),
    ],
)
def test_a_question_that_is_none_is_told_what_would_be(
    store: SqliteStore, path: str, query: dict[str, str], said: str
) -> None:
    answer = asked(store, path, **query)
    assert answer.status == 400
    assert said in answer.json["error"]


def test_only_get_is_answered(store: SqliteStore) -> None:
    assert asked(store, "/_seaway/mesh/top", "POST").status == 405


def test_tap_streams_until_the_client_goes(store: SqliteStore) -> None:
    async def play() -> None:
        square = Square(store=store)  # type: ignore[arg-type]
        insight = Insight(store, lambda: NOW, "1.2")
        envoy = Envoy(square)
        tap = insight.attach(PlayedTalk(square), {HOST: envoy}, (HOST, envoy.lines))
        running = asyncio.create_task(tap.run())
        sent: asyncio.Queue[bytes] = asyncio.Queue()
        gone = asyncio.Event()

        async def send(message: Mapping[str, Any]) -> None:
            if message.get("body"):
                assert message["more_body"]
                sent.put_nowait(message["body"])

        async def receive() -> dict[str, Any]:
            await gone.wait()
            return {"type": "http.disconnect"}

        scope = {"path": "/_seaway/mesh/tap", "method": "GET", "query_string": b"status=5xx"}
        streaming = asyncio.create_task(insight(scope, receive, send))
        await envoy.until(100)
        envoy.pass_by(a_line())
        envoy.pass_by(a_line(response_code=503, path="/broken"))
        told = json.loads(await asyncio.wait_for(sent.get(), 10))
        assert (told["status"], told["path"], told["caller"]) == (503, "/broken", "web")
        gone.set()
        await asyncio.wait_for(streaming, 10)
        await envoy.until(0)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(play())
