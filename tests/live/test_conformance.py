"""What Service Connect carries between real containers: gRPC, WebSocket, HTTP/2, raw TCP.

Two services that speak all of them, one in bridge mode and one in awsvpc; and a caller of each
mode. Where the protocol has requests they are shared out one by one, else the connections are.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.live import host_python
from tests.live.speaker import PORTS
from tests.live.story import CLUSTER, Town, a_site, a_town, eventually, needs_machine

pytestmark = needs_machine

MODES = ("bridge", "awsvpc")
H2 = 81
PROTOCOLS = {
    "grpc": "grpc",
    "calls": "http2",
    "web": "http",
    "chat": "http",
    "raw": None,
    "h2": "http2",
}
WAYS = [(caller, server) for caller in MODES for server in MODES]
PAGE = (
    f"server {{ listen {H2} http2; location / {{ default_type text/plain; "
    'return 200 "$hostname\\n"; } }'
)
SPEAK = f"printf '%s' '{PAGE}' > /etc/nginx/conf.d/h2.conf && nginx && exec " + host_python.command(
    "speaker.py", "serve"
)


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    """Services ``bridge`` and ``awsvpc`` that serve, and a client only of each mode."""
    with a_site() as site:
        town = a_town(site, ("cats",))
        for mode in MODES:
            offered = [_offered(mode, name) for name in PROTOCOLS]
            _define(town, mode, mode, SPEAK)
            _serve(town, mode, mode, 2, {"enabled": True, "services": offered})
            _define(town, f"{mode}-caller", mode, "exec sleep 3600")
            _serve(town, f"{mode}-caller", mode, 1, {"enabled": True})
        town.stable(*MODES, *(f"{mode}-caller" for mode in MODES))
        yield town
        assert site.errors() == []


def _define(town: Town, family: str, mode: str, script: str) -> None:
    volumes, mounts = host_python.volumes()
    container = {
        "name": "main",
        "image": f"{town.uris['cats']}:latest",
        "command": ["sh", "-c", script],
        "mountPoints": mounts,
        "portMappings": [_mapping(name) for name in PROTOCOLS],
        "stopTimeout": 2,
    }
    town.aws.ecs.register_task_definition(
        family=family,
        networkMode=mode,
        cpu="256",
        memory="256",
        volumes=volumes,
        containerDefinitions=[container],
    )


def _mapping(name: str) -> dict[str, Any]:
    mapping: dict[str, Any] = {"name": name, "containerPort": PORTS.get(name, H2)}
    if PROTOCOLS[name]:
        mapping["appProtocol"] = PROTOCOLS[name]
    return mapping


def _offered(mode: str, name: str) -> dict[str, Any]:
    """One DNS name for each service, dialled at the ports its containers have too."""
    offered: dict[str, Any] = {
        "portName": name,
        "discoveryName": f"{mode}-{name}",
        "clientAliases": [{"port": PORTS.get(name, H2), "dnsName": dialled(mode, name)}],
    }
    if name == "chat":
        offered["timeout"] = {"perRequestTimeoutSeconds": 0}
    return offered


def _serve(town: Town, name: str, mode: str, count: int, connect: dict[str, Any]) -> None:
    network = {"networkConfiguration": {"awsvpcConfiguration": {"subnets": town.subnets}}}
    town.create_service(
        name,
        desiredCount=count,
        serviceConnectConfiguration=connect,
        **(network if mode == "awsvpc" else {}),
    )


def dialled(server: str, name: str) -> str:
    """One DNS name for all that a service offers: what is called is a matter of the port."""
    return server


def target(server: str, name: str) -> str:
    """What a caller writes behind ``http://``."""
    return f"{dialled(server, name)}:{PORTS.get(name, H2)}"


def call(town: Town, caller: str, what: str, server: str, times: int, name: str = "grpc") -> Any:
    """What a caller's program got from a server."""
    return _run(town, caller, what, target(server, name), times)


def _run(town: Town, caller: str, what: str, target: str, times: int) -> Any:
    (task,) = town.tasks(f"{caller}-caller")
    program = host_python.command("speaker.py", what, target, str(times))
    return json.loads(town.inside(task["taskArn"], program))


def servers(talks: list[list[list[str]]]) -> Counter[str]:
    """Who served each of the talks; a talk stays with one server."""
    for talk in talks:
        assert len({words[0] for words in talk}) == 1
    return Counter(talk[0][0] for talk in talks)


LONG = 18
"""Seconds: longer than a request may take by default."""


@pytest.fixture(scope="module")
def long(town: Town) -> Iterator[dict[str, Future[Any]]]:
    """What takes long, begun with the first test and looked at by the last."""
    asked = {
        "websocket": ("patience", "web"),
        "endless websocket": ("patience", "chat"),
        "request": ("slow", "web"),
        "endless request": ("slow", "chat"),
        "stream": ("drip", "grpc"),
    }
    with ThreadPoolExecutor() as threads:
        yield {
            key: threads.submit(_run, town, "bridge", what, target("awsvpc", name), LONG)
            for key, (what, name) in asked.items()
        }


def test_what_takes_long_is_begun(long: dict[str, Future[Any]]) -> None:
    assert not any(future.done() for future in long.values())


@pytest.mark.parametrize(("caller", "server"), WAYS)
def test_grpc_calls_of_one_channel_are_shared_out(town: Town, caller: str, server: str) -> None:
    assert sorted(call(town, caller, "unary", server, 40).values()) == [20, 20]


@pytest.mark.parametrize(("caller", "server"), WAYS)
def test_grpc_streams_come_whole_and_in_order(town: Town, caller: str, server: str) -> None:
    got = call(town, caller, "streams", server, 4)
    for stream in got["counted"]:
        assert [int(number) for _, number in stream] == list(range(50))
    assert sorted(servers(got["counted"]).values()) == [2, 2], "each stream its server"
    assert [int(number) for _, number in got["said"]] == list(range(4))
    assert len({host for host, _ in got["said"]}) == 1


def test_a_grpc_status_comes_through_as_the_server_gave_it(town: Town) -> None:
    assert call(town, "bridge", "status", "awsvpc", 1) == ["FAILED_PRECONDITION", "not today"]


@pytest.mark.parametrize(("caller", "server"), WAYS)
def test_http2_requests_of_one_connection_are_shared_out(
    town: Town, caller: str, server: str
) -> None:
    """To the proxy it is HTTP/2 alone: that gRPC is spoken on the port it does not know."""
    assert sorted(call(town, caller, "unary", server, 40, "calls").values()) == [20, 20]


@pytest.mark.parametrize(("caller", "server"), WAYS)
def test_http2_is_spoken_with_prior_knowledge(town: Town, caller: str, server: str) -> None:
    (task,) = town.tasks(f"{caller}-caller")
    # Each time anew: this curl can't use such a connection twice.
    url = f"http://{target(server, 'h2')}/"
    asked = f"curl -s --http2-prior-knowledge -w '%{{http_version}}\\n' {url}"
    said = town.inside(task["taskArn"], f"for n in 1 2 3 4 5 6 7 8; do {asked}; done").split()
    assert set(said[1::2]) == {"2"}
    assert len(set(said[0::2])) == 2


@pytest.mark.parametrize(("caller", "server"), WAYS)
def test_websockets_talk_both_ways_with_one_server_each(
    town: Town, caller: str, server: str
) -> None:
    talks = call(town, caller, "websocket", server, 8, "web")
    assert all([int(number) for _, number in talk] == list(range(5)) for talk in talks)
    # Each of the proxy's threads takes its turns: both serve, not always alike.
    assert min(servers(talks).values()) >= 2
    assert len(servers(talks)) == 2


@pytest.mark.parametrize(("caller", "server"), WAYS)
def test_tcp_connections_are_shared_out_and_stay_with_their_server(
    town: Town, caller: str, server: str
) -> None:
    talks = call(town, caller, "raw", server, 10, "raw")
    assert all([int(number) for _, number in talk] == [0, 1, 2] for talk in talks)
    assert min(servers(talks).values()) >= 2
    assert len(servers(talks)) == 2


def test_the_server_sees_the_name_its_caller_dialled(town: Town) -> None:
    (task,) = town.tasks("bridge-caller")
    seen = town.inside(task["taskArn"], f"curl -si http://{target('bridge', 'web')}/whoami")
    assert seen.startswith("HTTP/1.1 200"), seen
    assert "server: envoy" in seen
    assert "x-envoy-upstream-service-time: " in seen


def test_a_request_may_take_15_seconds_unless_its_timeout_is_off(
    long: dict[str, Future[Any]],
) -> None:
    cut = long["request"].result()
    assert cut["status"] == 504
    assert 15 <= cut["seconds"] < LONG
    whole = long["endless request"].result()
    assert whole["status"] == 200
    assert whole["seconds"] >= LONG


def test_a_stream_of_answers_is_cut_after_15_seconds(long: dict[str, Future[Any]]) -> None:
    stream = long["stream"].result()
    assert stream["status"] != "OK"
    assert 14 <= stream["came"] < LONG


def test_a_websocket_outlives_the_request_timeout(long: dict[str, Future[Any]]) -> None:
    """The time runs from the end of the request, and a WebSocket's never ends."""
    for key in ("websocket", "endless websocket"):
        assert long[key].result() == {"seconds": LONG, "works": True}


def test_a_port_that_is_nobodys_alias_is_closed(town: Town) -> None:
    (task,) = town.tasks("bridge-caller")
    with pytest.raises(AssertionError):
        town.inside(
            task["taskArn"], f"curl -s --max-time 5 http://{dialled('bridge', 'web')}:9999/"
        )


def _total(town: Town, metric: str, statistic: str = "Sum", **dimensions: str) -> float:
    now = datetime.now(UTC)
    points = town.aws.cloudwatch.get_metric_statistics(
        Namespace="AWS/ECS",
        MetricName=metric,
        Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()],
        StartTime=now - timedelta(minutes=30),
        EndTime=now + timedelta(minutes=5),
        Period=60,
        Statistics=[statistic],
    )["Datapoints"]
    return float(sum(point[statistic] for point in points))


def test_cloudwatch_counts_what_each_protocol_has(town: Town) -> None:
    def counted(metric: str, server: str, name: str) -> float:
        return _total(town, metric, DiscoveryName=f"{server}-{name}")

    for server in MODES:
        # Unary 40, streams 4, conversation 1, from two callers; one that failed, one that was long.
        calls = 2 * (40 + 4 + 1) + 2 * (server == "awsvpc")
        eventually(
            lambda server=server, calls=calls: (
                counted("GrpcRequestCount", server, "grpc")  # type: ignore[misc]
                == calls
            ),
            f"{calls} gRPC calls are counted",
            30,
        )
        assert counted("RequestCount", server, "grpc") == calls
        assert counted("RequestCount", server, "h2") == 2 * 8
        assert counted("RequestCount", server, "calls") == 2 * 40
        assert counted("NewConnectionCount", server, "raw") >= 2 * 10
        assert counted("ProcessedBytes", server, "raw") > 0
        assert counted("RequestCount", server, "raw") == 0, "TCP has no requests"
        assert counted("GrpcRequestCount", server, "calls") == 0
        for caller in MODES:
            target = {
                "TargetDiscoveryName": f"{server}-h2",
                "ServiceName": f"{caller}-caller",
                "ClusterName": CLUSTER,
            }
            assert _total(town, "HTTPCode_Target_2XX_Count", **target) == 8
    assert _total(town, "HTTPCode_Target_5XX_Count", TargetDiscoveryName="bridge-h2") == 0
