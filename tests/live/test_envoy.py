"""The real Envoy, driven by the real control plane of the mesh, with targets of our own."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import socket
from dataclasses import replace
from typing import Any

import grpc
import grpc.aio
import pytest

from seaway.core.mesh.proxy import (
    Endpoint,
    FixedResponse,
    Forward,
    HeaderMatches,
    Health,
    HealthCheck,
    HostMatches,
    MethodIs,
    PathMatches,
    Protocol,
    QueryMatches,
    Redirect,
    Retry,
    Route,
    Routing,
    Share,
    SourceIn,
)
from seaway.core.mesh.snapshot import Kind, take_snapshot
from seaway.mesh.telemetry import Metric, Side
from tests.live.envoy_stage import (
    BALANCER,
    CALLER,
    OPEN,
    PORTS,
    STARTED,
    Answer,
    Client,
    Target,
    a_balancer,
    a_mesh,
    a_namespace,
    a_routing,
    an_alias,
    an_upstream,
    get,
    is_refused,
    proxy_in,
    until,
)

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(os.geteuid() != 0, reason="network namespaces need root"),
]

# The stories


def test_a_port_that_was_taken_is_listened_on_when_it_is_free() -> None:
    async def story() -> None:
        async with a_mesh() as mesh:
            port = a_balancer(FixedResponse(status=200))
            with socket.create_server(("127.0.0.1", port.port)):
                await mesh.apply([port], [])
                (refused,) = mesh.server.rejections("node-1")
                assert "Address already in use" in refused.error
            async with asyncio.timeout(10):
                while mesh.server.rejections("node-1"):
                    await asyncio.sleep(0.05)
            assert (await get(port)).status == 200

    asyncio.run(story())


def test_an_alias_in_a_tasks_namespace_is_ready_once_accepted_and_balances(
    namespace: str,
) -> None:
    async def story() -> None:
        async with a_mesh() as mesh:
            one, two = await Target("one").start(), await Target("two").start()
            port = an_alias(namespace)
            await mesh.apply([port], [an_upstream(one, two)])
            client = await Client.to(port)
            answers = [await client.get(x_forwarded_for="9.9.9.9") for _ in range(20)]
            assert {a.status for a in answers} == {200}
            assert abs(one.hits - two.hits) <= 2
            assert answers[0].headers["server"] == "envoy"
            head = one.heads[0]
            assert "host: cats\r\n" in head
            assert "x-forwarded-for: 9.9.9.9\r\n" in head
            assert "x-envoy-expected-rq-timeout-ms: 15000\r\n" in head
            client.close()

    asyncio.run(story())


def test_a_dead_target_is_retried_elsewhere_and_a_new_endpoint_breaks_no_connection(
    namespace: str,
) -> None:
    async def story() -> None:
        async with a_mesh() as mesh:
            bad = await Target("bad", status=503).start()
            good = await Target("good").start()
            refusing = Target("refusing", port=1)
            port = an_alias(namespace)
            await mesh.apply([port], [an_upstream(bad, good, refusing)])
            client = await Client.to(port)
            answers = [await client.get() for _ in range(30)]
            assert {(a.status, a.body) for a in answers} == {(200, "good")}
            later = await Target("later").start()
            await mesh.apply([port], [an_upstream(later)])
            answer = await client.get()
            assert (answer.status, answer.body) == (200, "later")
            assert "connection" not in answer.headers
            client.close()

    asyncio.run(story())


def test_with_no_endpoint_the_client_gets_503(namespace: str) -> None:
    async def story() -> None:
        async with a_mesh() as mesh:
            await mesh.apply([an_alias(namespace)], [an_upstream()])
            assert (await get(an_alias(namespace))).status == 503

    asyncio.run(story())


def test_tcp_passes_bytes_and_counts_them(namespace: str) -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        OPEN.add(writer)
        while data := await reader.read(1000):
            writer.write(data)

    async def story() -> None:
        async with a_mesh() as mesh:
            server = await asyncio.start_server(echo, "127.0.0.1", 0)
            STARTED.append(server)
            endpoint = Endpoint(address="127.0.0.1", port=server.sockets[0].getsockname()[1])
            labels = replace(CALLER, protocol="tcp", discovery_name="db")
            forward = Forward(shares=(Share(upstream="web>db"),), retry=Retry())
            port = an_alias(
                namespace,
                protocol=Protocol.TCP,
                routing=Routing(name="web>db", default=forward),
                labels=labels,
            )
            upstream = an_upstream(
                name="web>db", protocol=Protocol.TCP, labels=labels, endpoints=(endpoint,)
            )
            await mesh.apply([port], [upstream])
            client = await Client.to(port)
            client.writer.write(b"ping")
            assert await client.reader.readexactly(4) == b"ping"
            # Its endpoint is taken away: what is open stays open.
            await mesh.apply([port], [replace(upstream, endpoints=())])
            client.writer.write(b"pong")
            assert await client.reader.readexactly(4) == b"pong"
            client.close()
            await until(lambda: mesh.total(Metric.BYTES_SENT, discovery_name="db") == 8)
            assert mesh.total(Metric.NEW_CONNECTIONS, discovery_name="db") == 1

    asyncio.run(story())


def test_load_balancer_rules_are_tried_in_their_order() -> None:
    def fixed(text: str) -> FixedResponse:
        return FixedResponse(status=418, content_type="text/plain", body=text)

    async def story() -> None:
        async with a_mesh() as mesh:
            cats, dogs = await Target("cats").start(), await Target("dogs").start()
            port = a_balancer(
                fixed("default"),
                Route(name="r1", conditions=(PathMatches(("/cats/?.html",)),), action=fixed("q")),
                Route(
                    name="r2",
                    conditions=(PathMatches(("/cats*",)),),
                    action=Forward(shares=(Share(upstream="cats"),)),
                ),
                Route(
                    name="r3",
                    conditions=(HostMatches(("*.DOGS.example",)), PathMatches(("/a", "/b*"))),
                    action=Forward(shares=(Share(upstream="dogs"),)),
                ),
                Route(name="r4", conditions=(MethodIs(("DELETE",)),), action=fixed("method")),
                Route(
                    name="r5",
                    conditions=(HeaderMatches("X-Kind", ("a*c",)),),
                    action=fixed("header"),
                ),
                Route(
                    name="r6",
                    conditions=(QueryMatches((("v", "1*"), (None, "any"))),),
                    action=fixed("query"),
                ),
                Route(
                    name="r7",
                    conditions=(PathMatches(("/here",)), SourceIn(("127.0.0.0/8",))),
                    action=fixed("source"),
                ),
                Route(
                    name="r8",
                    conditions=(PathMatches(("/here",)),),
                    action=fixed("elsewhere"),
                ),
                Route(
                    name="r9",
                    conditions=(PathMatches(("/old",)),),
                    action=Redirect(status=301, protocol="HTTPS", port="443"),
                ),
                Route(
                    name="r10",
                    conditions=(PathMatches(("/mixed/*",)),),
                    action=Redirect(host="www.#{host}", path="/new/#{path}", port="8080"),
                ),
                Route(
                    name="r11",
                    conditions=(PathMatches(("/moved/*",)),),
                    action=Redirect(path="/new/#{path}", port="8080"),
                ),
            )
            balance = replace(BALANCER, target_group="targetgroup/cats/1")
            await mesh.apply(
                [port],
                [
                    an_upstream(cats, name="cats", labels=balance),
                    an_upstream(dogs, name="dogs", labels=balance),
                ],
            )
            assert not mesh.server.rejections("node-1")
            client = await Client.to(port)

            async def body(path: str, **more: str) -> str:
                return (await client.get(path, **more)).body

            assert await body("/cats/1.html") == "q"
            assert await body("/cats/12.html") == "cats"
            assert await body("/Cats/") == "default"
            assert await body("/b/c", host="my.dogs.example:81") == "dogs"
            assert await body("/c", host="my.dogs.example") == "default"
            assert await body("/", method="DELETE") == "method"
            assert await body("/", x_kind="AbbC") == "header"
            assert await body("/?a=b&V=12") == "query"
            assert await body("/?x=any") == "query"
            assert await body("/?x=anyone") == "default"
            assert await body("/here", x_forwarded_for="9.9.9.9") == "source"
            moved = await client.get("/old?x=1", host="pets.example")
            assert (moved.status, moved.headers["location"]) == (
                301,
                "https://pets.example:443/old?x=1",
            )
            moved = await client.get("/moved/a?b=c", host="pets.example:80")
            assert moved.headers["location"] == "http://pets.example:8080/new/moved/a?b=c"
            mixed = await client.get("/mixed/a?b=c", host="pets.example")
            assert mixed.headers["location"] == "http://www.pets.example:8080/new/mixed/a?b=c"
            answer = await client.get("/cats", x_forwarded_for="9.9.9.9")
            assert answer.headers["server"] == "awselb/2.0"
            assert "x-envoy-upstream-service-time" not in answer.headers
            head = cats.heads[-1]
            assert "x-forwarded-for: 9.9.9.9," in head
            assert f"x-forwarded-port: {port.port}\r\n" in head
            assert "x-forwarded-proto: http\r\n" in head
            assert "x-envoy" not in head
            client.close()

    asyncio.run(story())


def test_targets_turn_healthy_at_the_first_check_and_all_unhealthy_means_fail_open() -> None:
    async def story() -> None:
        async with a_mesh() as mesh:
            one, two = await Target("one").start(), await Target("two", status=500).start()
            check = HealthCheck(
                path="/health", interval=0.3, timeout=0.2, healthy_threshold=3, matcher="200-299"
            )
            port = a_balancer(Forward(shares=(Share(upstream="cats"),)))
            upstream = an_upstream(
                one, two, name="cats", labels=BALANCER, health_check=check, outlier_detection=None
            )
            seen = []

            async def follow() -> None:
                async for event in mesh.proxy.health_events():
                    seen.append(event)

            follower = asyncio.create_task(follow())
            await mesh.apply([port], [upstream])

            def changed(target: Target, health: Health) -> bool:
                return any(e.port == target.port and e.health is health for e in seen)

            await until(lambda: changed(one, Health.HEALTHY))

            async def bodies(count: int = 8) -> set[str]:
                return {(await get(port)).body for _ in range(count)}

            assert await bodies() == {"one"}
            now = {h.port: h.health for h in await mesh.proxy.health() if h.upstream == "cats"}
            assert now[one.port] is Health.HEALTHY
            assert now[two.port] is not Health.HEALTHY
            one.status = 503
            await until(lambda: changed(one, Health.UNHEALTHY))
            refusals = [e for e in seen if e.port == one.port and e.health is Health.UNHEALTHY]
            assert refusals[0].failure == "Target.ResponseCodeMismatch"
            assert refusals[0].upstream == "cats"
            assert await bodies() == {"one", "two"}
            one.status = 200
            seen.clear()
            await until(lambda: changed(one, Health.HEALTHY))

            async def only_one_answers() -> bool:
                return await bodies() == {"one"}

            await until(only_one_answers)
            follower.cancel()

    asyncio.run(story())


def test_the_load_balancers_own_answers_are_awss() -> None:
    async def story() -> None:
        async with a_mesh() as mesh:
            slow = await Target("slow", delay=3).start()

            def to(name: str) -> Route:
                forward = Forward(shares=(Share(upstream=name),))
                return Route(name=name, conditions=(PathMatches((f"/{name}",)),), action=forward)

            names = ("none", "refusing", "slow")
            port = a_balancer(FixedResponse(status=503, body="mine"), *map(to, names))
            port = replace(port, idle_timeout=1)
            ends = {"none": (), "refusing": (Target("", port=1).endpoint(),)}
            upstreams = [
                an_upstream(
                    name=n,
                    labels=replace(BALANCER, target_group=n),
                    outlier_detection=None,
                    endpoints=ends.get(n, (slow.endpoint(),)),
                )
                for n in names
            ]
            await mesh.apply([port], upstreams)
            none = await get(port, "/none")
            assert none.status == 503
            assert "<h1>503 Service Temporarily Unavailable</h1>" in none.body
            assert none.headers["content-type"] == "text/html"
            assert none.headers["server"] == "awselb/2.0"
            assert (await get(port, "/refusing")).status == 502
            assert (await get(port, "/slow")).status == 504
            assert (await get(port, "/other")).body == "mine"
            # The rule's own 503 is one of them: it comes from the load balancer, too.
            await until(lambda: mesh.total(Metric.PROXY_REPLIES_5XX, Side.PORT) == 4)
            assert mesh.total(Metric.FIXED_RESPONSES, Side.PORT) == 1
            for name in names:
                assert mesh.total(Metric.PROXY_REPLIES_5XX, target_group=name) == 1
                assert mesh.total(Metric.RESPONSES_5XX, target_group=name) == 0
            assert mesh.total(Metric.REQUESTS, Side.PORT) == 4

    asyncio.run(story())


def test_metrics_tell_caller_and_target_and_count_right(namespace: str) -> None:
    async def story() -> None:
        async with a_mesh() as mesh:
            good, bad = await Target("good").start(), await Target("bad", status=500).start()
            other = replace(CALLER, service="other.one", discovery_name="dogs")
            port = an_alias(namespace)
            second = an_alias(
                namespace,
                name="task-2/dogs",
                address="127.255.0.2",
                routing=a_routing("other>dogs", name="other>dogs"),
                labels=other,
            )
            await mesh.apply(
                [port, second],
                [an_upstream(good), an_upstream(bad, name="other>dogs", labels=other)],
            )
            client, another = await Client.to(port), await Client.to(second)
            for _ in range(7):
                await client.get()
            for _ in range(3):
                await another.get()
            await until(lambda: mesh.total(Metric.RESPONSES_5XX, service="other.one") == 3)
            await until(lambda: mesh.total(Metric.REQUESTS, service="web") == 7)
            cats = {"service": "web", "cluster": "default", "discovery_name": "cats-80-tcp"}
            assert mesh.total(Metric.RESPONSES_2XX, **cats) == 7
            assert mesh.total(Metric.RESPONSE_TIME, **cats) == 7
            assert mesh.total(Metric.RESPONSES_5XX, **cats) == 0
            assert mesh.total(Metric.BYTES_RECEIVED, **cats) > 0
            assert mesh.total(Metric.NEW_CONNECTIONS, **cats) >= 1
            assert {s.labels for s in mesh.samples} == {CALLER, other}
            actives = [s for s in mesh.samples if s.metric is Metric.ACTIVE_CONNECTIONS]
            assert max(s.value for s in actives) >= 1  # type: ignore[type-var]
            targets = [s.value for s in mesh.samples if s.metric is Metric.TARGETS]
            assert set(targets) == {1}
            client.close()
            another.close()

    asyncio.run(story())


def test_a_port_in_a_dead_namespace_is_refused_by_name_and_the_others_work(
    namespace: str,
) -> None:
    async def story() -> None:
        async with a_mesh() as mesh:
            target = await Target("one").start()
            ports = [
                an_alias(namespace if n == 5 else "/run/netns/none-of-ours", name=f"task-{n}")
                for n in (4, 5, 6)
            ]
            await mesh.apply(ports, [an_upstream(target)])
            refused = mesh.server.rejections("node-1")
            assert [(r.kind, r.name) for r in refused] == [
                (Kind.LISTENERS, "task-4"),
                (Kind.LISTENERS, "task-6"),
            ]
            assert (await get(ports[1])).body == "one"
            await mesh.apply(ports[1:2], [an_upstream(target)])
            assert not mesh.server.rejections("node-1")

    asyncio.run(story())


def test_traffic_goes_on_without_a_control_plane_and_its_return_disturbs_nothing(
    namespace: str,
) -> None:
    async def story() -> None:
        async with a_mesh() as mesh:
            target = await Target("one").start()
            port = an_alias(namespace)
            await mesh.apply([port], [an_upstream(target)])
            client = await Client.to(port)
            failed: list[Answer] = []
            done = asyncio.Event()

            async def keep_asking() -> int:
                count = 0
                while not done.is_set():
                    answer = await client.get()
                    count += 1
                    if answer.status != 200 or "connection" in answer.headers:
                        failed.append(answer)
                return count

            asking = asyncio.create_task(keep_asking())
            pid = mesh.proxy.pid
            await mesh.server.stop()
            await mesh.proxy.release()
            hits = target.hits
            await until(lambda: target.hits > hits + 50)
            # Another control plane comes, takes the same proxy, and knows the same.
            former, mesh.proxy = mesh.proxy, proxy_in(mesh.directory)
            await mesh.proxy.start()
            assert mesh.proxy.pid == pid
            mesh.acks.clear()
            mesh.snapshot = take_snapshot(mesh.snapshot.proxy)  # type: ignore[union-attr]
            await mesh.serve()
            async with asyncio.timeout(5):
                await mesh.publish()
            assert sum(mesh.acks.values()) == 0
            # And a change still arrives.
            later = await Target("later").start()
            await mesh.apply([port], [an_upstream(later)])
            await until(lambda: later.hits > 5)
            done.set()
            assert await asking > 50
            assert failed == []
            client.close()
            await mesh.proxy.stop()
            former._reap()  # here both are one process, and the first is Envoy's parent

    asyncio.run(story())


def test_a_killed_envoy_serves_again(namespace: str) -> None:
    async def story() -> None:
        async with a_mesh() as mesh:
            target = await Target("one").start()
            port = an_alias(namespace)
            await mesh.apply([port], [an_upstream(target)])
            assert (await get(port)).status == 200
            pid = mesh.proxy.pid
            loop = asyncio.get_running_loop()
            began = loop.time()
            os.kill(pid, signal.SIGKILL)

            async def serves() -> bool:
                try:
                    return (await get(port)).status == 200 and mesh.proxy.pid != pid
                except (OSError, asyncio.IncompleteReadError):
                    return False

            await until(serves, patience=5)
            took = loop.time() - began
            print(f"serving again after {took * 1000:.0f} ms")

    asyncio.run(story())


def test_tasks_have_the_same_alias_address_each_in_its_own_namespace(namespace: str) -> None:
    async def story(other: str) -> None:
        async with a_mesh() as mesh:
            cats, dogs = await Target("cats").start(), await Target("dogs").start()
            first = an_alias(namespace)
            second = an_alias(other, name="task-2/x", routing=a_routing("b", name="b"))
            await mesh.apply([first, second], [an_upstream(cats), an_upstream(dogs, name="b")])
            assert (await get(first)).body == "cats"
            assert (await get(second)).body == "dogs"

    with a_namespace() as other:
        asyncio.run(story(other))


def test_a_websocket_passes_and_outlives_its_endpoint(namespace: str) -> None:
    async def story() -> None:
        async with a_mesh() as mesh:
            target = await Target("one").start()
            port = an_alias(namespace)
            forward = Forward(shares=(Share(upstream="web>cats"),), timeout=0)
            port = replace(port, routing=Routing(name="ws", default=forward))
            await mesh.apply([port], [an_upstream(target)])
            client = await Client.to(port)
            answer = await client.get(connection="upgrade", upgrade="websocket")
            assert answer.status == 101
            await mesh.apply([port], [an_upstream()])
            client.writer.write(b"hello")
            assert await client.reader.readexactly(5) == b"HELLO"
            client.close()

    asyncio.run(story())


def test_grpc_passes_over_http2(namespace: str) -> None:
    class Echo(grpc.GenericRpcHandler):
        def service(self, details: Any) -> Any:
            async def echo(request: bytes, context: Any) -> bytes:
                return request

            return grpc.unary_unary_rpc_method_handler(echo)

    async def story() -> None:
        async with a_mesh() as mesh:
            server = grpc.aio.server()
            server.add_generic_rpc_handlers((Echo(),))
            endpoint = Endpoint(address="127.0.0.1", port=server.add_insecure_port("127.0.0.1:0"))
            await server.start()
            port = an_alias(None, address="127.0.0.1", port=next(PORTS), protocol=Protocol.GRPC)
            upstream = an_upstream(protocol=Protocol.GRPC, endpoints=(endpoint,))
            await mesh.apply([port], [upstream])
            async with grpc.aio.insecure_channel(f"127.0.0.1:{port.port}") as channel:
                assert await channel.unary_unary("/a.B/C")(b"cats") == b"cats"
            await server.stop(None)

    asyncio.run(story())


def test_a_sticky_client_stays_with_its_target() -> None:
    async def story() -> None:
        async with a_mesh() as mesh:
            targets = [await Target(f"t{n}").start() for n in range(4)]
            port = a_balancer(Forward(shares=(Share(upstream="cats"),), sticky=60))
            await mesh.apply([port], [an_upstream(*targets, name="cats", labels=BALANCER)])
            first = await get(port)
            cookie = first.headers["set-cookie"]
            assert cookie.startswith("AWSALB=")
            cookie = cookie.partition(";")[0]
            assert {(await get(port, cookie=cookie)).body for _ in range(8)} == {first.body}
            assert len({(await get(port)).body for _ in range(8)}) > 1

    asyncio.run(story())


def test_a_proxy_with_other_settings_is_replaced_not_adopted() -> None:
    async def story() -> None:
        async with a_mesh() as mesh:
            pid = mesh.proxy.pid
            await mesh.proxy.release()
            former = mesh.proxy
            mesh.proxy = proxy_in(mesh.directory, workers=1)
            await mesh.proxy.start()
            assert mesh.proxy.pid != pid
            former._reap()

    asyncio.run(story())


def test_a_proxy_that_dies_the_moment_it_is_adopted_is_replaced() -> None:
    class Killer(logging.Handler):
        """Kills Envoy between its adoption and whatever start() does next."""

        def emit(self, record: logging.LogRecord) -> None:
            if record.getMessage().startswith("adopted Envoy"):
                os.kill(int(str(record.args[0])), signal.SIGKILL)  # type: ignore[index]

    async def story() -> None:
        async with a_mesh() as mesh:
            former = mesh.proxy
            await former.release()
            mesh.proxy = proxy_in(mesh.directory)
            proxies, killer = logging.getLogger("seaway.agent.proxy"), Killer()
            proxies.setLevel(logging.INFO)
            proxies.addHandler(killer)
            try:
                await mesh.proxy.start()
                await until(lambda: mesh.proxy.pid != former.pid)
            finally:
                proxies.removeHandler(killer)
                proxies.setLevel(logging.NOTSET)
            async with asyncio.timeout(10):
                while not await mesh.proxy._answers():
                    await asyncio.sleep(0.05)
            former._reap()  # here both are one process, and the first is Envoy's parent

    asyncio.run(story())


def test_a_removed_port_and_upstream_are_gone_from_envoy(namespace: str) -> None:
    async def story() -> None:
        async with a_mesh() as mesh:
            target = await Target("one").start()
            port = an_alias(namespace)
            await mesh.apply([port], [an_upstream(target)])
            await mesh.apply([], [])
            # Envoy acknowledges the removal and closes the socket just after that.
            await until(lambda: is_refused(port))
            names = json.loads(await mesh.proxy._ask("GET", "/clusters?format=json"))
            assert [c["name"] for c in names["cluster_statuses"]] == ["seaway"]
            await mesh.apply([port], [an_upstream(target)])
            assert (await get(port)).body == "one"

    asyncio.run(story())
