"""Policies as the real Envoy keeps them: who gets a request, how often, how long, and who not."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import grpc
import grpc.aio
import pytest

from seaway.agent.intercept import intercept
from seaway.core.mesh.connect import INTERCEPTOR_PORT
from seaway.core.mesh.proxy import (
    Algorithm,
    Condition,
    Endpoint,
    Fault,
    Forward,
    HashOn,
    HeaderIs,
    Limits,
    MethodIs,
    Mirror,
    OutlierDetection,
    PathMatches,
    PathUnder,
    Port,
    Protocol,
    RateLimit,
    Refusal,
    Retry,
    Route,
    Routing,
    Share,
    Upstream,
)
from tests.live.envoy_stage import (
    OPEN,
    PORTS,
    STARTED,
    Client,
    Mesh,
    Target,
    a_mesh,
    a_namespace,
    an_alias,
    an_upstream,
    connect_in,
    get,
    until,
)

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(os.geteuid() != 0, reason="network namespaces need root"),
]


def a_forward(*upstreams: str, **changed: object) -> Forward:
    shares = tuple(Share(upstream=name) for name in upstreams or ("cats",))
    return replace(Forward(shares=shares, timeout=15), **changed)  # type: ignore[arg-type]


def a_port(forward: Forward | Refusal, *routes: Route, **changed: object) -> Port:
    routing = Routing(name="web>cats", default=forward, routes=routes)
    here = {"address": "127.0.0.1", "port": next(PORTS), "routing": routing}
    return an_alias(None, **(here | changed))


def called_from(namespace: str, port: Port) -> Port:
    """The same, as a task's container finds it: by its virtual address, through the table."""
    return replace(
        port,
        address="127.255.0.1",
        port=80,
        namespace=namespace,
        intercepted_at=INTERCEPTOR_PORT,
    )


def cats(*targets: Target, **changed: object) -> Upstream:
    return an_upstream(*targets, name="cats", **({"outlier_detection": None} | changed))


async def targets(*names: str) -> list[Target]:
    return [await Target(name).start() for name in names]


async def ask(port: Port, count: int, clients: int = 8, **headers: str) -> Counter[str | int]:
    """So many requests on kept-alive connections: the bodies of those that were answered 200,
    the statuses of the others."""
    found: Counter[str | int] = Counter()

    async def some(client: Client, number: int) -> None:
        for _ in range(number):
            answer = await client.get(**headers)
            found[answer.body if answer.status == 200 else answer.status] += 1
        client.close()

    connected = [await Client.to(port) for _ in range(clients)]
    await asyncio.gather(*(some(client, count // clients) for client in connected))
    return found


def test_a_hash_keeps_each_user_with_an_endpoint_though_others_come_and_go() -> None:
    async def story() -> None:
        async with a_mesh() as mesh:
            pets = await targets("a", "b", "c", "d", "e")
            on = (HashOn("header", "x-user"), HashOn("cookie", "stay", 3600))
            port = a_port(a_forward(hash_on=on))
            hashed = Algorithm.CONSISTENT_HASH
            await mesh.apply([port], [cats(*pets, algorithm=hashed)])
            users = [f"user-{n}" for n in range(40)]
            first = {user: (await get(port, x_user=user)).body for user in users}
            assert len(set(first.values())) == 5
            assert {user: (await get(port, x_user=user)).body for user in users} == first
            await mesh.apply([port], [cats(*pets[1:], algorithm=hashed)])
            moved = {u for u in users if (await get(port, x_user=u)).body != first[u]}
            left_alone = {user for user in users if first[user] == "a"}
            assert moved >= left_alone
            assert len(moved - left_alone) < 15  # ring and places are anew: a fifth is to be had
            # Who has no such header is given a cookie.
            answer = await get(port)
            cookie = answer.headers["set-cookie"]
            assert cookie.startswith("stay=")
            assert "Max-Age=3600" in cookie
            again = await ask(port, 16, cookie=cookie.partition(";")[0])
            assert again == {answer.body: 16}

    asyncio.run(story())


@contextlib.contextmanager
def a_calling_namespace() -> Iterator[str]:
    with a_namespace() as path:
        asyncio.run(intercept(path))
        yield path


@pytest.mark.parametrize("protocol", [Protocol.HTTP, Protocol.TCP])
def test_a_hash_by_source_keeps_each_calling_task_with_an_endpoint(protocol: Protocol) -> None:
    async def story(namespaces: Sequence[str]) -> None:
        async with a_mesh() as mesh:
            pets = await targets("a", "b", "c", "d", "e")
            forward = a_forward(hash_on=(HashOn("source"),))
            ports = [
                an_alias(
                    namespace,
                    name=f"task-{n}/cats",
                    routing=Routing(name="web>cats", default=forward),
                    intercepted_at=INTERCEPTOR_PORT,
                    protocol=protocol,
                )
                for n, namespace in enumerate(namespaces)
            ]
            upstream = cats(*pets, algorithm=Algorithm.CONSISTENT_HASH, protocol=protocol)
            await mesh.apply(ports, [upstream])
            found = [await ask(port, 16) for port in ports]
            assert [len(bodies) for bodies in found] == [1] * len(ports)
            assert len({next(iter(bodies)) for bodies in found}) > 1

    with contextlib.ExitStack() as stack:
        asyncio.run(story([stack.enter_context(a_calling_namespace()) for _ in range(8)]))


def test_a_split_divides_by_weight_and_a_mirrors_answers_are_dropped() -> None:
    async def story() -> None:
        async with a_mesh() as mesh:
            old, new, log = await targets("old", "new", "log")
            shares = (Share(upstream="cats", weight=90), Share(upstream="next", weight=10))
            mirrors = (Mirror(upstream="log", percent=25),)
            port = a_port(replace(a_forward(), shares=shares, mirrors=mirrors))
            others = [an_upstream(new, name="next"), an_upstream(log, name="log")]
            await mesh.apply([port], [cats(old), *others])
            found = await ask(port, 2000)
            assert found.keys() == {"old", "new"}
            assert 140 < found["new"] < 260  # 200, and four standard deviations
            assert 400 < log.hits < 600
            assert "host: cats\r\n" in log.heads[0]

    asyncio.run(story())


def test_so_many_percent_of_the_requests_fail_or_wait_on_purpose() -> None:
    async def story(namespace: str) -> None:
        async with a_mesh() as mesh:
            (cat,) = await targets("cat")
            fault = Fault(abort=418, abort_percent=30)
            slow = Fault(delay=0.4, delay_percent=100)
            late = Route(
                name="late", conditions=(PathUnder("/late"),), action=a_forward(fault=slow)
            )
            port = called_from(namespace, a_port(a_forward(fault=fault), late))
            await mesh.apply([port], [cats(cat)])
            found = await ask(port, 1000)
            assert found.keys() == {"cat", 418}
            assert 240 < found[418] < 360
            assert cat.hits == found["cat"]
            loop = asyncio.get_running_loop()
            began = loop.time()
            assert (await get(port, "/late")).status == 200
            assert loop.time() - began >= 0.39  # asked for, so never sooner

    with a_calling_namespace() as namespace:
        asyncio.run(story(namespace))


def test_over_the_rate_the_answer_is_429_and_a_route_counts_for_itself() -> None:
    async def story(namespace: str) -> None:
        async with a_mesh() as mesh:
            (cat,) = await targets("cat")
            own = a_forward(rate=RateLimit(requests=3, seconds=3600))
            route = Route(name="few", conditions=(PathUnder("/few"),), action=own)
            rate = RateLimit(requests=10, seconds=3600, burst=20)
            port = called_from(namespace, a_port(a_forward(rate=rate), route))
            await mesh.apply([port], [cats(cat)])
            assert await ask(port, 40, clients=4) == {"cat": 20, 429: 20}
            assert [(await get(port, "/few")).status for _ in range(5)] == [200] * 3 + [429] * 2

    with a_calling_namespace() as namespace:
        asyncio.run(story(namespace))


@pytest.mark.parametrize(
    ("limits", "least", "most"),
    [(Limits(requests=3), 3, 3), (Limits(connections=2, pending=4), 4, 6), (Limits(), 12, 12)],
)
def test_over_a_limit_the_answer_is_503_at_once(limits: Limits, least: int, most: int) -> None:
    async def story() -> None:
        async with a_mesh() as mesh:
            (cat,) = await targets("cat")
            cat.delay = 0.3
            port = a_port(a_forward(retry=Retry(attempts=0)))
            await mesh.apply([port], [cats(cat, limits=limits)])
            found = await ask(port, 12, clients=12)
            # The first wait too, while their connections are made; and each of Envoy's two
            # threads lets one request through that the limit has not seen.
            assert least <= found["cat"] <= most + 2
            assert found[503] == 12 - found["cat"]

    asyncio.run(story())


def test_a_connection_is_replaced_after_so_many_requests() -> None:
    async def story() -> None:
        async with a_mesh() as mesh:
            (cat,) = await targets("cat")
            port = a_port(a_forward())
            await mesh.apply([port], [cats(cat, limits=Limits(requests_per_connection=5))])
            assert await ask(port, 50, clients=1) == {"cat": 50}
            assert len(OPEN) == 10

    asyncio.run(story())


def test_retries_are_as_many_on_what_and_for_as_long_as_was_said() -> None:
    async def story() -> None:
        async with a_mesh() as mesh:
            (cat,) = await targets("cat")

            async def tries(retry: Retry | None, status: int) -> int:
                cat.status, cat.hits = status, 0
                port = a_port(a_forward(retry=retry))
                await mesh.apply([port], [cats(cat)])
                await until(lambda: answers(port, status))
                cat.hits = 0
                assert (await get(port)).status == status
                return cat.hits

            async def answers(port: Port, status: int) -> bool:
                return (await get(port)).status == status

            assert await tries(Retry(attempts=3), 503) == 4
            assert await tries(Retry(attempts=3), 502) == 1
            assert await tries(Retry(attempts=1, statuses=(502, 504)), 502) == 2
            assert await tries(Retry(attempts=1, statuses=()), 503) == 1
            assert await tries(Retry(attempts=0), 503) == 1

    asyncio.run(story())


def test_grpcs_statuses_are_tried_again_when_they_are_said() -> None:
    calls: Counter[str] = Counter()

    class Failing(grpc.GenericRpcHandler):
        def service(self, details: Any) -> Any:
            async def fail(request: bytes, context: Any) -> bytes:
                calls[details.method] += 1
                await context.abort(grpc.StatusCode.UNAVAILABLE, "not now")

            return grpc.unary_unary_rpc_method_handler(fail)

    async def story() -> None:
        async with a_mesh() as mesh:
            server = grpc.aio.server()
            server.add_generic_rpc_handlers((Failing(),))
            at = Endpoint(address="127.0.0.1", port=server.add_insecure_port("127.0.0.1:0"))
            await server.start()
            said = a_forward(retry=Retry(attempts=3, grpc=("unavailable",)))
            route = Route(name="said", conditions=(PathUnder("/a.B/Said"),), action=said)
            port = a_port(a_forward(retry=Retry(attempts=3)), route, protocol=Protocol.GRPC)
            await mesh.apply([port], [cats(protocol=Protocol.GRPC, endpoints=(at,))])
            async with grpc.aio.insecure_channel(f"127.0.0.1:{port.port}") as channel:
                for method in ("/a.B/Said", "/a.B/Unsaid"):
                    with pytest.raises(grpc.aio.AioRpcError):
                        await channel.unary_unary(method)(b"")
            assert calls == {"/a.B/Said": 4, "/a.B/Unsaid": 1}
            await server.stop(None)

    asyncio.run(story())


def test_each_try_has_its_own_time_and_the_request_has_its_own() -> None:
    async def story() -> None:
        async with a_mesh() as mesh:
            slow, quick = await targets("slow", "quick")
            slow.delay = 5
            port = a_port(a_forward(retry=Retry(attempts=5, try_timeout=0.1)))
            whole = Route(
                name="whole",
                conditions=(PathUnder("/whole"),),
                action=a_forward("slow", timeout=0.2),
            )
            port = replace(port, routing=replace(port.routing, routes=(whole,)))
            await mesh.apply([port], [cats(slow, quick), an_upstream(slow, name="slow")])
            assert await ask(port, 8, clients=1) == {"quick": 8}
            assert slow.hits > 0
            assert (await get(port, "/whole")).status == 504

    asyncio.run(story())


def test_a_budget_keeps_retries_from_piling_up() -> None:
    async def hits(mesh: Mesh, limits: Limits) -> int:
        (cat,) = await targets("cat")
        cat.status, cat.delay = 503, 0.2
        port = a_port(a_forward(retry=Retry(attempts=3)))
        await mesh.apply([port], [cats(cat, limits=limits)])
        assert await ask(port, 20, clients=20) == {503: 20}
        return cat.hits

    async def story() -> None:
        async with a_mesh() as mesh:
            assert await hits(mesh, Limits()) == 80
            assert 20 < await hits(mesh, Limits(retry_budget=1)) < 50

    asyncio.run(story())


def test_routes_look_at_headers_paths_and_methods_in_their_order() -> None:
    async def story() -> None:
        async with a_mesh() as mesh:
            names = ("beta", "second", "posts", "exact", "cats")
            found = {name: await Target(name).start() for name in names}

            def to(name: str, *conditions: Condition) -> Route:
                return Route(name=name, conditions=conditions, action=a_forward(name))

            port = a_port(
                a_forward(),
                to("beta", HeaderIs("x-beta", "yes")),
                to("exact", PathMatches(("/v2/only",)), HeaderIs("x-any")),
                to("second", PathUnder("/v2"), MethodIs(("GET", "HEAD"))),
                to("posts", MethodIs(("POST",))),
            )
            await mesh.apply([port], [an_upstream(t, name=n) for n, t in found.items()])

            async def answered(path: str, method: str = "GET", **headers: str) -> str:
                return (await get(port, path, method=method, **headers)).body

            assert await answered("/v2", x_beta="yes") == "beta"
            assert await answered("/v2", x_beta="no") == "second"
            assert await answered("/v2/a?b") == "second"
            assert await answered("/v2?b") == "second"
            assert await answered("/v20") == "cats"
            assert await answered("/v2", "POST") == "posts"
            assert await answered("/v2/only", x_any="") == "exact"
            assert await answered("/v2/only") == "second"
            assert await answered("/v2", "PUT") == "cats"

    asyncio.run(story())


def test_who_may_not_call_gets_403_and_why() -> None:
    async def story() -> None:
        async with a_mesh() as mesh:
            (cat,) = await targets("cat")
            port = a_port(Refusal(reason="web may not call cats"))
            await mesh.apply([port], [cats(cat)])
            answer = await get(port)
            assert (answer.status, answer.body) == (403, "web may not call cats")
            assert cat.hits == 0

    asyncio.run(story())


def test_a_new_policy_breaks_no_connection_and_holds_for_the_next_request() -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        OPEN.add(writer)
        while data := await reader.read(1000):
            writer.write(data)

    async def story() -> None:
        async with a_mesh() as mesh:
            (cat,) = await targets("cat")
            plain = await asyncio.start_server(echo, "127.0.0.1", 0)
            STARTED.append(plain)
            at = Endpoint(address="127.0.0.1", port=plain.sockets[0].getsockname()[1])
            tcp = Routing(name="web>db", default=a_forward("db"))
            stream = a_port(a_forward(), name="db", protocol=Protocol.TCP, routing=tcp)
            database = an_upstream(name="db", protocol=Protocol.TCP, endpoints=(at,))
            port = a_port(a_forward())
            await mesh.apply([port, stream], [cats(cat), database])
            client = await Client.to(port)
            assert (await client.get()).status == 200
            raw = await asyncio.to_thread(connect_in, None, stream.address, stream.port)
            raw.setblocking(False)
            reader, writer = await asyncio.open_connection(sock=raw)
            OPEN.add(writer)

            changed = {
                "limits": Limits(connections=5, retry_budget=20, requests_per_connection=9),
                "algorithm": Algorithm.LEAST_OUTSTANDING_REQUESTS,
                "outlier_detection": OutlierDetection(failures=2, most_ejected=50),
            }
            abort = a_forward(
                idle_timeout=60, fault=Fault(abort=500, abort_percent=100), trace_percent=5
            )
            port = replace(port, routing=replace(port.routing, default=abort))
            new = [cats(cat, **changed), replace(database, **changed)]  # type: ignore[arg-type]
            await mesh.apply([port, stream], new)
            answer = await client.get()
            assert (answer.status, answer.headers.get("connection")) == (500, None)
            writer.write(b"hello")
            assert await reader.readexactly(5) == b"hello"
            client.close()

    asyncio.run(story())
