"""What Service Connect carries between real containers: gRPC, WebSocket, HTTP/2, raw TCP.

Two services that speak all of them, one in bridge mode and one in awsvpc; and a caller of each
mode. Where the protocol has requests they are shared out one by one, else the connections are.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from ipaddress import ip_network
from typing import Any

import pytest

from tests.live.conformance_stage import (
    FRONT,
    GROUP,
    H2,
    MODES,
    SPEAK,
    WAYS,
    a_conformance_town,
    ask,
    define,
    serve,
    servers,
    target,
)
from tests.live.speaker import PORTS
from tests.live.story import (
    CLUSTER,
    NAMESPACE,
    Town,
    eventually,
    needs_machine,
)

pytestmark = needs_machine


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with a_conformance_town() as town:
        yield town


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
            key: threads.submit(ask, town, "bridge", what, target("awsvpc", name), LONG)
            for key, (what, name) in asked.items()
        }


def test_what_takes_long_is_begun(long: dict[str, Future[Any]]) -> None:
    assert not any(future.done() for future in long.values())


@pytest.fixture(scope="module", params=WAYS, ids="-to-".join)
def heard(town: Town, request: pytest.FixtureRequest) -> dict[str, Any]:
    """What a caller of the one mode got from the servers of the other, protocol by protocol."""
    caller, server = request.param
    got: dict[str, Any] = ask(town, caller, "everything", server)
    return got


def test_grpc_calls_of_one_channel_are_shared_out(heard: dict[str, Any]) -> None:
    assert sorted(heard["grpc"].values()) == [20, 20]


def test_grpc_streams_come_whole_and_in_order(heard: dict[str, Any]) -> None:
    got = heard["streams"]
    for stream in got["counted"]:
        assert [int(number) for _, number in stream] == list(range(50))
    assert sorted(servers(got["counted"]).values()) == [2, 2], "each stream its server"
    assert [int(number) for _, number in got["said"]] == list(range(4))
    assert len({host for host, _ in got["said"]}) == 1


def test_a_grpc_status_comes_through_as_the_server_gave_it(heard: dict[str, Any]) -> None:
    assert heard["status"] == ["FAILED_PRECONDITION", "not today"]


def test_http2_requests_of_one_connection_are_shared_out(heard: dict[str, Any]) -> None:
    """To the proxy it is HTTP/2 alone: that gRPC is spoken on the port it does not know."""
    assert sorted(heard["http2"].values()) == [20, 20]


def test_websockets_talk_both_ways_with_one_server_each(heard: dict[str, Any]) -> None:
    talks = heard["websocket"]
    assert all([int(number) for _, number in talk] == list(range(5)) for talk in talks)
    # Each of the proxy's threads takes its turns: both serve, not always alike.
    assert len(servers(talks)) == 2
    assert min(servers(talks).values()) >= 2


def test_tcp_connections_are_shared_out_and_stay_with_their_server(heard: dict[str, Any]) -> None:
    talks = heard["raw"]
    assert all([int(number) for _, number in talk] == [0, 1, 2] for talk in talks)
    assert len(servers(talks)) == 2
    assert min(servers(talks).values()) >= 2


@pytest.mark.parametrize(("caller", "server"), WAYS)
def test_http2_is_spoken_with_prior_knowledge(town: Town, caller: str, server: str) -> None:
    (task,) = town.tasks(f"{caller}-caller")
    # Each time anew: this curl can't use such a connection twice.
    url = f"http://{target(server, 'h2')}/"
    asked = f"curl -s --http2-prior-knowledge -w '%{{http_version}}\\n' {url}"
    said = town.inside(task["taskArn"], f"for n in 1 2 3 4 5 6 7 8; do {asked}; done").split()
    assert set(said[1::2]) == {"2"}
    assert len(set(said[0::2])) == 2


def test_the_server_sees_awss_headers(town: Town) -> None:
    (task,) = town.tasks("bridge-caller")
    url = f"http://{target('bridge', 'web')}/headers"
    seen = json.loads(town.inside(task["taskArn"], f"curl -s {url}"))
    assert seen["host"] == target("bridge", "web")
    assert seen["x-forwarded-proto"] == "http"
    assert seen["x-envoy-expected-rq-timeout-ms"] == "15000"
    assert re.fullmatch(r"[0-9a-f-]{36}", seen["x-request-id"])
    assert "x-forwarded-for" not in seen
    vpc = town.aws.ec2.describe_vpcs(VpcIds=[town.vpc])["Vpcs"][0]["CidrBlock"]
    assert seen["peer"] == str(ip_network(vpc)[1]), "the machine's address in the VPC"
    given = town.inside(task["taskArn"], f"curl -s -H 'X-Forwarded-For: 192.0.2.7' {url}")
    assert json.loads(given)["x-forwarded-for"] == "192.0.2.7"


def test_the_answer_has_envoys_headers(town: Town) -> None:
    (task,) = town.tasks("bridge-caller")
    seen = town.inside(task["taskArn"], f"curl -si http://{target('bridge', 'web')}/headers")
    assert seen.startswith("HTTP/1.1 200"), seen
    assert "server: envoy" in seen
    assert "x-envoy-upstream-service-time: " in seen


def test_http_1_0_is_not_spoken(town: Town) -> None:
    (task,) = town.tasks("bridge-caller")
    url = f"http://{target('bridge', 'web')}/headers"
    asked = f"curl -s -0 -o /dev/null -w '%{{http_code}}' {url}"
    assert town.inside(task["taskArn"], asked) == "426"


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


def _address(town: Town, server: str) -> str:
    """Where one of a server's tasks is, as another program of the VPC dials it."""
    hosts = town.inside(town.tasks(server)[0]["taskArn"], "cat /etc/hosts")
    return next(line.split()[0] for line in hosts.splitlines() if line.startswith("10."))


@pytest.mark.parametrize("caller", MODES)
def test_tls_is_between_the_proxies_and_nobody_else_gets_in(town: Town, caller: str) -> None:
    (task,) = town.tasks(f"{caller}-caller")
    seen = town.inside(task["taskArn"], f"curl -s http://{target('awsvpc', 'vault')}/headers")
    assert json.loads(seen)["host"] == target("awsvpc", "vault"), "in the clear at both ends"
    place = f"{_address(town, 'awsvpc')}:{PORTS['vault']}"
    for scheme in ("http", "https"):
        asked = f"curl -sk -o /dev/null -w '%{{http_code}}' --max-time 5 {scheme}://{place}/headers"
        assert town.inside(task["taskArn"], f"{asked} || true") == "000", scheme


@pytest.mark.parametrize(("caller", "server"), WAYS)
def test_an_ingress_port_is_the_proxys_and_the_container_port_is_not(
    town: Town, caller: str, server: str
) -> None:
    (task,) = town.tasks(f"{caller}-caller")
    seen = town.inside(task["taskArn"], f"curl -si http://{target(server, 'front')}/headers")
    assert "server: envoy" in seen
    place = _address(town, server)
    before = town.inside(task["taskArn"], f"curl -si http://{place}:{FRONT}/headers")
    assert "server: envoy" in before
    behind = town.inside(task["taskArn"], f"curl -si http://{place}:{PORTS['front']}/headers")
    assert "HTTP/1.1 200" in behind
    assert "envoy" not in behind.lower()


def test_a_port_that_is_nobodys_alias_is_closed(town: Town) -> None:
    (task,) = town.tasks("bridge-caller")
    asked = "curl -s -w '%{exitcode}' --max-time 5 http://bridge:9999/ || true"
    # Refused, or closed with no answer; not left waiting (28).
    assert town.inside(task["taskArn"], asked) in ("7", "52", "56")


def _proxy_log(town: Town, service: str) -> list[str]:
    """What the proxies of a service's tasks wrote."""
    found = []
    for task in town.tasks(service):
        number = task["taskArn"].rsplit("/", 1)[-1]
        proxy = task["containers"][-1]["name"]
        assert proxy.startswith("ecs-service-connect-")
        events = town.aws.logs.filter_log_events(
            logGroupName=GROUP, logStreamNames=[f"sc/{proxy}/{number}"]
        )["events"]
        found += [str(event["message"]) for event in events]
    return found


def _logged(town: Town, service: str, pattern: str) -> str:
    def look() -> str | None:
        lines = _proxy_log(town, service)
        return next((line for line in lines if re.search(pattern, line)), None)

    return eventually(look, f"{service}'s proxy log has a line like {pattern}", 10)


def test_access_logs_are_written_for_caller_and_server_each_in_its_format(town: Town) -> None:
    (task,) = town.tasks("awsvpc-caller")
    url = f"http://{target('bridge', 'web')}/headers?secret=1"
    town.inside(task["taskArn"], f"curl -s -A tester '{url}'")
    called = json.loads(_logged(town, "awsvpc-caller", "/headers.*tester"))
    assert called["path"] == "/headers?secret=1", "query parameters are asked for here"
    assert called["response_code"] == 200
    assert called["authority"] == target("bridge", "web")
    served = _logged(town, "bridge", "/headers.*tester")
    assert re.fullmatch(
        r'\[[^]]+Z\] "GET /headers HTTP/1.1" 200 0 \d+ \d+ \d+ "-" "tester" "[0-9a-f-]{36}" '
        rf'"{called["authority"]}" "{called["upstream_host"]}"',
        served,
    ), served


def test_access_logs_tell_what_each_protocol_has(town: Town) -> None:
    grpc = json.loads(_logged(town, "awsvpc", "/seaway.Speaker/Fail"))
    assert grpc["grpc_status"] == "FailedPrecondition"
    assert {"duration", "stream_id"} <= grpc.keys()
    assert "duration_ms" not in grpc
    assert _logged(town, "bridge", r'"POST /seaway.Speaker/Who HTTP/2" 200 \S+ \d+ ')
    assert json.loads(_logged(town, "awsvpc", "connection_id"))["bytes_received"] > 0
    assert _logged(town, "bridge", r"^\[[^]]+Z\] [0-9.]+:\d+ \d+ \d+ \d+ \d+ \S+ \d+$")


def test_a_proxy_log_tells_the_story_of_its_task(town: Town) -> None:
    for mode in MODES:
        assert _logged(town, f"{mode}-caller", r"^\[info\] configuration accepted")
    assert _logged(town, "awsvpc-caller", r"^\[debug\] endpoint \S+ of \S+ added")
    assert not [line for line in _proxy_log(town, "bridge-caller") if "[debug]" in line]


def test_a_proxy_log_tells_which_endpoints_are_left_alone(town: Town) -> None:
    (task,) = town.tasks("bridge-caller")
    town.inside(task["taskArn"], f"curl -s 'http://{target('bridge', 'chat')}/fail?[1-20]'")
    line = _logged(town, "bridge-caller", "left alone")
    place = rf"10\.\d+\.\d+\.\d+:{PORTS['chat']}"
    assert re.fullmatch(
        rf"\[info\] endpoint {place} of bridge is left alone for a while: CONSECUTIVE_5XX, time 1",
        line,
    ), line


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
        # Unary 40, streams 4, a conversation, a failure, from two callers; and one that was long.
        calls = 2 * (40 + 4 + 1 + 1) + (server == "awsvpc")
        for metric, name, times in (
            ("GrpcRequestCount", "grpc", calls),
            ("RequestCount", "grpc", calls),
            ("RequestCount", "calls", 2 * 40),
            ("RequestCount", "h2", 2 * 8),
            ("NewConnectionCount", "raw", 2 * 10),
        ):
            _eventually_equal(partial(counted, metric, server, name), times, f"{server} {name}")
        assert counted("ProcessedBytes", server, "raw") > 0
        assert counted("RequestCount", server, "raw") == 0, "TCP has no requests"
        assert counted("GrpcRequestCount", server, "calls") == 0
        for caller in MODES:
            way = {
                "TargetDiscoveryName": f"{server}-h2",
                "ServiceName": f"{caller}-caller",
                "ClusterName": CLUSTER,
            }
            assert _total(town, "HTTPCode_Target_2XX_Count", **way) == 8
    assert _total(town, "HTTPCode_Target_5XX_Count", TargetDiscoveryName="bridge-h2") == 0


def _eventually_equal(look: Callable[[], float], times: float, what: str) -> None:
    """The proxy tells its numbers every few seconds."""
    end = time.monotonic() + 30
    while (seen := look()) != times and time.monotonic() < end:
        time.sleep(0.5)
    assert seen == times, what


def test_in_a_faithful_cluster_a_new_name_is_known_to_later_deployments_only(town: Town) -> None:
    """Last, since it changes the cluster."""
    ecs = town.aws.ecs
    setting = {"name": "faithful", "value": "enabled"}
    ecs.update_cluster_settings(cluster=CLUSTER, settings=[setting])
    _redeploy(town, "bridge-caller")
    late = {"portName": "h2", "discoveryName": "late", "clientAliases": [{"port": H2}]}
    define(town, "late", "bridge", SPEAK)
    serve(town, "late", "bridge", 1, {"services": [late]})
    town.stable("late")
    name = f"late.{NAMESPACE}"
    assert name not in _hosts(town, "bridge-caller"), "deployed before the name was there"
    assert name in _hosts(town, "awsvpc-caller"), "deployed before the cluster was faithful"
    _redeploy(town, "bridge-caller")
    assert name in _hosts(town, "bridge-caller")


def _redeploy(town: Town, service: str) -> None:
    town.aws.ecs.update_service(cluster=CLUSTER, service=service, forceNewDeployment=True)
    town.stable(service)


def _hosts(town: Town, service: str) -> str:
    (task,) = town.tasks(service)
    return town.inside(task["taskArn"], "cat /etc/hosts")
