"""Application load balancers' ports on the real Envoy: TLS, kept clients, no request lost."""

from __future__ import annotations

import asyncio
import contextlib
import shlex
import socket
import ssl
from collections import Counter
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import pytest

from seaway.core.mesh.balance import CAREFUL
from seaway.core.mesh.balancer_log import About, access_log_entry, parse_logged
from seaway.core.mesh.front import Manners, Terminated
from seaway.core.mesh.proxy import (
    Action,
    Endpoint,
    Fits,
    FixedResponse,
    Forward,
    Health,
    HealthCheck,
    PathMatches,
    Port,
    Protocol,
    Redirect,
    Route,
    Secret,
    Share,
    Upstream,
)
from seaway.mesh.telemetry import Metric, Side
from tests.authorities import a_certificate, an_authority
from tests.live.envoy_stage import (
    BALANCER,
    PORTS,
    STARTED,
    Client,
    Target,
    a_balancer,
    a_mesh,
    an_upstream,
    get,
    until,
)

pytestmark = pytest.mark.live


def group(*targets: Target, name: str = "cats", **more: object) -> Upstream:
    return an_upstream(*targets, name=name, labels=BALANCER, outlier_detection=None, **more)


def to(*names: str, **more: object) -> Forward:
    forward = Forward(shares=tuple(Share(upstream=name) for name in names), retry=CAREFUL)
    return replace(forward, **more)  # type: ignore[arg-type]


def mannered(default: Action, **manners: object) -> Port:
    return replace(a_balancer(default), manners=Manners(**manners))  # type: ignore[arg-type]


async def over_tls(port: Port, context: ssl.SSLContext, name: str) -> Client:
    return Client(
        *await asyncio.open_connection(port.address, port.port, ssl=context, server_hostname=name)
    )


async def ended(client: Client) -> None:
    client.close()
    with contextlib.suppress(OSError):
        await client.writer.wait_closed()


def test_https_shows_the_certificate_of_the_name_and_tells_targets_of_it() -> None:
    async def story() -> None:
        async with a_mesh() as mesh:
            target = await Target("one").start()
            authority = an_authority()
            names = ("pets.example", "dogs.example")
            made = [a_certificate(authority, "", name) for name in names]
            secrets = [
                Secret(name=f"listener|{n}", chain=one.chain, key=one.key)
                for n, one in enumerate(made)
            ]
            port = replace(
                mannered(to("cats"), tls_headers=True),
                terminated=Terminated(
                    certificates=tuple(s.name for s in secrets),
                    oldest="TLSv1_3",
                    protocols=("h2", "http/1.1"),
                ),
            )
            await mesh.apply([port], [group(target)], secrets)
            context = ssl.create_default_context(cadata=authority.certificate)
            for name in names:
                client = await over_tls(port, context, name)
                assert (await client.get(x_amzn_tls_version="forged")).body == "one"
                await ended(client)
            assert "x-forwarded-proto: https" in target.heads[-1]
            assert f"x-forwarded-port: {port.port}" in target.heads[-1]
            assert "x-amzn-tls-version: TLSv1.3" in target.heads[-1]
            assert "forged" not in target.heads[-1]
            context.set_alpn_protocols(["h2", "http/1.1"])
            client = await over_tls(port, context, "pets.example")
            secure = client.writer.get_extra_info("ssl_object")
            assert secure.selected_alpn_protocol() == "h2"
            await ended(client)
            # Who speaks nothing newer than 1.2 is turned away, and counted.
            old = ssl.create_default_context(cadata=authority.certificate)
            old.maximum_version = ssl.TLSVersion.TLSv1_2
            with pytest.raises((ssl.SSLError, ConnectionError)):
                await over_tls(port, old, "pets.example")
            await until(lambda: mesh.total(Metric.TLS_FAILURES, Side.PORT) == 1)

    asyncio.run(story())


def test_targets_that_speak_tls_may_show_any_certificate(tmp_path: Path) -> None:
    async def story() -> None:
        async with a_mesh() as mesh:
            made = a_certificate(an_authority(), "", "nobody.example")
            file = tmp_path / "shown.pem"
            file.write_text(made.chain + made.key)
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(file)
            one = Target("one")
            server = await asyncio.start_server(one.serve, "127.0.0.1", 0, ssl=context)
            STARTED.append(server)
            place = Endpoint(address="127.0.0.1", port=server.sockets[0].getsockname()[1])
            plain = await Target("plain").start()
            secure = group(
                name="secure",
                endpoints=(place,),
                unverified=True,
                health_check=HealthCheck(interval=5, secure=True),
            )
            # A target group may be checked otherwise than it is spoken to.
            beside = group(
                name="beside",
                endpoints=(replace(plain.endpoint()),),
                health_check=HealthCheck(interval=5, secure=True, port=place.port),
            )
            bare = group(
                name="bare",
                endpoints=(place,),
                unverified=True,
                health_check=HealthCheck(interval=5, port=plain.port),
            )
            ports = [a_balancer(to("secure")), a_balancer(to("beside")), a_balancer(to("bare"))]
            ports = [
                replace(p, name=f"p{n}", routing=replace(p.routing, name=f"p{n}"))
                for n, p in enumerate(ports)
            ]
            await mesh.apply(ports, [secure, beside, bare])

            async def all_healthy() -> bool:
                seen = await mesh.proxy.health()
                return {o.upstream for o in seen if o.health is Health.HEALTHY} == {
                    "secure",
                    "beside",
                    "bare",
                }

            await until(all_healthy)
            assert [(await get(p)).body for p in ports] == ["one", "plain", "one"]

    asyncio.run(story())


def test_a_client_stays_with_its_group_while_weights_move_others() -> None:
    async def story() -> None:
        async with a_mesh() as mesh:
            blue, green = await Target("blue").start(), await Target("green").start()
            groups = [group(blue, name="blue"), group(green, name="green")]
            shares = (Share(upstream="blue", weight=100), Share(upstream="green", weight=0))
            forward = to(keep_share=60)
            port = a_balancer(replace(forward, shares=shares))
            await mesh.apply([port], groups)
            first = await get(port)
            cookie, *rest = first.headers["set-cookie"].split("; ")
            assert (first.body, cookie.partition("=")[0]) == ("blue", "AWSALBTG")
            assert rest == ["Max-Age=60", "Path=/"]

            moved = (Share(upstream="blue", weight=1), Share(upstream="green", weight=999))
            routing = replace(port.routing, default=replace(forward, shares=moved))
            await mesh.apply([replace(port, routing=routing)], groups)
            await until(lambda: arrived(port, "green"))
            kept = {(await get(port, cookie=f"a=b; {cookie}; c=d")).body for _ in range(20)}
            assert kept == {"blue"}
            # A group of weight zero keeps nobody.
            gone = (Share(upstream="blue", weight=0), Share(upstream="green", weight=1))
            routing = replace(port.routing, default=replace(forward, shares=gone))
            await mesh.apply([replace(port, routing=routing)], groups)
            await until(lambda: arrived(port, "green", cookie))

    asyncio.run(story())


async def arrived(port: Port, name: str, cookie: str = "a=b") -> bool:
    return (await get(port, cookie=cookie)).body == name


def test_a_killed_target_fails_no_request_that_may_be_repeated() -> None:
    async def story() -> None:
        async with a_mesh() as mesh:
            seen: Counter[str] = Counter()

            async def dies(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                seen[head.split()[0]] += 1
                writer.transport.abort()

            server = await asyncio.start_server(dies, "127.0.0.1", 0)
            STARTED.append(server)
            dying = Endpoint(address="127.0.0.1", port=server.sockets[0].getsockname()[1])
            dead = Endpoint(address="127.0.0.1", port=next(PORTS))
            well = await Target("well").start()
            port = a_balancer(to("cats"))
            upstream = group(endpoints=(dying, dead, well.endpoint()))
            # Without another try this is what callers see.
            bare = replace(port.routing, default=to("cats", retry=None))
            await mesh.apply([replace(port, routing=bare)], [upstream])
            assert {(await get(port)).status for _ in range(30)} == {200, 502}
            await mesh.apply([port], [upstream])
            seen.clear()
            answers = [(await get(port)).status for _ in range(30)]
            assert (set(answers), seen["GET"] > 0) == ({200}, True)
            # What may have been done is not done again: as on AWS the client is told, and decides.
            posts = Counter([(await get(port, method="POST")).status for _ in range(30)])
            assert set(posts) == {200, 502}
            assert posts[502] == seen["POST"]
            # A connection that was refused was never asked anything, so it is no reason to fail.
            await mesh.apply([port], [group(endpoints=(dead, well.endpoint()))])
            posts = Counter([(await get(port, method="POST")).status for _ in range(30)])
            assert set(posts) == {200}

    asyncio.run(story())


@pytest.mark.parametrize(
    ("manners", "seen"),
    [
        ({"forwarded": "append"}, "x-forwarded-for: 10.1.1.1,"),
        ({"forwarded": "preserve"}, "x-forwarded-for: 10.1.1.1"),
        ({"forwarded": "remove"}, None),
        ({"client_port": True}, "x-forwarded-for: 10.1.1.1,127.0.0.1:"),
    ],
)
def test_x_forwarded_for_is_as_asked(manners: dict[str, object], seen: str | None) -> None:
    async def story() -> None:
        async with a_mesh() as mesh:
            target = await Target("one").start()
            port = mannered(to("cats"), **manners)
            await mesh.apply([port], [group(target)])
            assert (await get(port, x_forwarded_for="10.1.1.1")).status == 200
            lines = target.heads[-1].split("\r\n")
            found = [line for line in lines if line.startswith("x-forwarded-for")]
            if seen is None:
                assert found == []
            elif not seen.endswith((",", ":")):
                assert found == [seen]
            else:  # the rest is the client's, its port if asked for
                rest = found[0].removeprefix(seen)
                assert found[0].startswith(seen)
                assert rest.isdigit() if seen.endswith(":") else ip_address(rest)

    asyncio.run(story())


@pytest.mark.parametrize("strict", [False, True])
def test_headers_with_strange_names_are_dropped_when_asked(strict: bool) -> None:
    async def story() -> None:
        async with a_mesh() as mesh:
            target = await Target("one").start()
            port = mannered(to("cats"), strict=strict)
            await mesh.apply([port], [group(target)])
            strange = {"x!y": "1", "a.b": "2", "x-fine2": "3"}
            assert (await get(port, **strange)).status == 200
            names = {line.partition(":")[0] for line in target.heads[-1].split("\r\n")}
            assert {"x-fine2", "host"} <= names
            assert bool({"x!y", "a.b"} & names) is not strict

    asyncio.run(story())


def test_a_clients_connection_lasts_as_long_as_it_may_and_loses_no_request() -> None:
    async def story() -> None:
        async with a_mesh() as mesh:
            target = await Target("one").start()
            port = mannered(to("cats"), keep_alive=1)
            await mesh.apply([port], [group(target)])
            client = await Client.to(port)

            async def is_told_to_close() -> bool:
                answer = await client.get()
                assert answer.status == 200
                return answer.headers.get("connection") == "close"

            await until(is_told_to_close)
            client.close()

    asyncio.run(story())


def test_http2_may_be_switched_off() -> None:
    async def story() -> None:
        async with a_mesh() as mesh:
            target = await Target("one").start()
            port = mannered(to("cats"), http2=False)
            await mesh.apply([port], [group(target)])
            assert (await get(port)).status == 200
            with socket.create_connection((port.address, port.port), timeout=10) as made:
                made.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
                answer = await asyncio.to_thread(made.recv, 100)
            assert not answer.startswith(b"\x00\x00")  # no HTTP/2 settings frame

    asyncio.run(story())


def test_regular_expressions_hold_anywhere_in_what_they_are_about() -> None:
    async def story() -> None:
        async with a_mesh() as mesh:
            rules = [
                Route(
                    name=f"r{n}",
                    conditions=(condition,),
                    action=FixedResponse(status=200, body=f"{n}"),
                )
                for n, condition in enumerate(
                    (
                        Fits(":path", (r"^/v\d+/cats$", "fish")),
                        Fits(":authority", (r"^www\.(.+)\.example$",)),
                        Fits("x-kind", ("^a+$",)),
                    )
                )
            ]
            port = a_balancer(Redirect(path="/else"), *rules)
            await mesh.apply([port], [])
            assert (await get(port, "/v12/cats?x=1")).body == "0"
            assert (await get(port, "/a/fish/b")).body == "0"
            assert (await get(port, "/v/cats")).status == 302
            assert (await get(port, "/q?fish")).status == 302
            assert (await get(port, host="www.pets.example")).body == "1"
            assert (await get(port, x_kind="aaa")).body == "2"
            assert (await get(port, x_kind="aab")).status == 302
            await until(lambda: mesh.total(Metric.FIXED_RESPONSES, Side.PORT) == 4)
            await until(lambda: mesh.total(Metric.REDIRECTS, Side.PORT) == 3)

    asyncio.run(story())


def test_each_request_is_a_line_of_the_access_log() -> None:
    async def story() -> None:
        async with a_mesh() as mesh:
            target = await Target("one").start()
            moved = Route(
                name="r1", conditions=(PathMatches(("/old",)),), action=Redirect(path="/n")
            )
            port = a_balancer(to("cats"), moved)
            port = replace(port, manners=Manners(logged=True))
            await mesh.apply([port], [group(target)])
            assert (await get(port, "/cats?a=1", user_agent='say "hi"')).status == 200
            assert (await get(port, "/old")).status == 302
            await mesh.apply([port], [group()])
            assert (await get(port, "/gone")).status == 503
            file = mesh.proxy.balancer_log

            def lines() -> list[str]:
                return file.read_text().splitlines() if file.exists() else []

            await until(lambda: len(lines()) == 3)
            logged = [parse_logged(line.encode()) for line in lines()]
            entries = [access_log_entry(one, About(priority=0)) for one in logged if one]
            assert [one.told["upstream"] for one in logged if one] == ["cats", None, "cats"]
            first, second, third = (shlex.split(entry) for entry in entries)
            assert (first[0], first[2]) == ("http", "app/pets/0123")
            assert first[4] == f"127.0.0.1:{target.port}"
            assert all(float(first[n]) >= 0 for n in (5, 6, 7))
            assert first[8:10] == ["200", "200"]
            assert first[12:14] == [f"GET http://cats:{port.port}/cats?a=1 HTTP/1.1", 'say "hi"']
            assert (first[22], first[26]) == ("forward", "200")
            assert second[8:10] == ["302", "-"]
            assert (second[22], second[23]) == ("redirect", "http://cats/n")
            assert third[4:10] == ["-", "-1", "-1", "-1", "503", "-"]
            assert {len(entry) for entry in (first, second, third)} == {30}

    asyncio.run(story())


@pytest.mark.parametrize(
    ("path", "answer", "health"),
    [
        ("/grpc.health.v1.Health/Check", b"\x08\x01", Health.HEALTHY),
        ("/grpc.health.v1.Health/Check", b"\x08\x02", Health.UNHEALTHY),
        ("/AWS.ALB/healthcheck", None, Health.HEALTHY),
    ],
)
def test_grpc_is_checked_by_its_own_words(path: str, answer: bytes | None, health: Health) -> None:
    class Told(grpc.GenericRpcHandler):  # type: ignore[misc]
        def service(self, call: Any) -> Any:
            async def tell(request: bytes, context: object) -> bytes:
                return answer or b""

            known = answer is not None and call.method == path
            return grpc.unary_unary_rpc_method_handler(tell) if known else None

    async def story() -> None:
        async with a_mesh() as mesh:
            server = grpc.aio.server()
            server.add_generic_rpc_handlers((Told(),))
            place = Endpoint(address="127.0.0.1", port=server.add_insecure_port("127.0.0.1:0"))
            await server.start()
            check = HealthCheck(
                protocol=Protocol.GRPC, path=path, interval=5, unhealthy_threshold=2
            )
            upstream = group(endpoints=(place,), protocol=Protocol.GRPC, health_check=check)
            await mesh.apply([a_balancer(to("cats"))], [upstream])

            async def is_as_told() -> bool:
                return [one.health for one in await mesh.proxy.health()] == [health]

            await until(is_as_told)
            await server.stop(None)

    asyncio.run(story())
