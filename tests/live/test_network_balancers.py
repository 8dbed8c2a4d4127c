"""Network load balancers' ports on the real Envoy: flows, datagrams, TLS, and weights that move."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from seaway.core.mesh.front import Terminated
from seaway.core.mesh.proxy import (
    Algorithm,
    Endpoint,
    Forward,
    HashOn,
    Health,
    HealthCheck,
    Labels,
    Port,
    Protocol,
    Purpose,
    Retry,
    Routing,
    Secret,
    Share,
    Upstream,
)
from seaway.mesh.telemetry import Metric, Side
from tests.authorities import a_certificate, an_authority
from tests.live.envoy_stage import OPEN, PORTS, STARTED, Mesh, a_mesh, until

pytestmark = pytest.mark.live

NLB = "net/door/0123"


async def speaker(word: bytes) -> Endpoint:
    """A TCP server that says its word once for each line it is sent."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        OPEN.add(writer)
        with contextlib.suppress(ConnectionError):
            while line := await reader.readline():
                writer.write(word + b" " + line)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    STARTED.append(server)
    return Endpoint(address="127.0.0.1", port=server.sockets[0].getsockname()[1])


class _Echo(asyncio.DatagramProtocol):
    def __init__(self, word: bytes) -> None:
        self.word = word

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self.transport = transport

    def datagram_received(self, data: bytes, addr: object) -> None:
        self.transport.sendto(self.word + b" " + data, addr)  # type: ignore[arg-type]


@contextlib.asynccontextmanager
async def datagram_speaker(word: bytes) -> AsyncIterator[Endpoint]:
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        lambda: _Echo(word), local_addr=("127.0.0.1", 0)
    )
    try:
        yield Endpoint(address="127.0.0.1", port=transport.get_extra_info("sockname")[1])
    finally:
        transport.close()


def a_group(name: str, *endpoints: Endpoint, **changed: object) -> Upstream:
    upstream = Upstream(
        name=f"balance/{NLB}/targetgroup/{name}/1",
        protocol=Protocol.TCP,
        labels=Labels(
            purpose=Purpose.BALANCE,
            load_balancer=NLB,
            target_group=f"targetgroup/{name}/1",
            protocol="tcp",
        ),
        endpoints=endpoints,
    )
    return replace(upstream, **changed)  # type: ignore[arg-type]


def a_door(
    *shares: tuple[Upstream, int], protocol: Protocol = Protocol.TCP, **more: object
) -> Port:
    weighted = tuple(Share(upstream=group.name, weight=weight) for group, weight in shares)
    port = Port(
        name=f"door/{protocol}",
        address="127.0.0.1",
        port=next(PORTS),
        protocol=protocol,
        routing=Routing(
            name=f"door/{protocol}", default=Forward(shares=weighted, retry=Retry(attempts=3))
        ),
        labels=Labels(purpose=Purpose.BALANCE, load_balancer=NLB, protocol=protocol.value),
        idle_timeout=350,
    )
    return replace(port, **more)  # type: ignore[arg-type]


def weighing(port: Port, *shares: tuple[Upstream, int]) -> Port:
    weighted = tuple(Share(upstream=group.name, weight=weight) for group, weight in shares)
    forward = replace(port.routing.default, shares=weighted)  # type: ignore[type-var]
    return replace(port, routing=replace(port.routing, default=forward))


async def said(port: Port, line: bytes = b"hello\n") -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port.port)
    writer.write(line)
    async with asyncio.timeout(10):
        answer = await reader.readline()
    writer.close()
    return answer


def test_weights_share_flows_out_and_shifting_them_breaks_none() -> None:
    async def story() -> None:
        async with a_mesh() as mesh:
            blue = a_group("blue", await speaker(b"blue"))
            green = a_group("green", await speaker(b"green"))
            port = a_door((blue, 100), (green, 0))
            await mesh.apply([port], [blue, green])
            assert {await said(port) for _ in range(20)} == {b"blue hello\n"}
            reader, writer = await asyncio.open_connection("127.0.0.1", port.port)
            writer.write(b"before\n")
            assert await reader.readline() == b"blue before\n"

            shifted = weighing(port, (blue, 1), (green, 3))
            await mesh.apply([shifted], [blue, green])
            seen = Counter([await said(port) for _ in range(400)])
            assert 220 < seen[b"green hello\n"] < 370  # three quarters, by the hash of the port

            await mesh.apply([weighing(port, (blue, 0), (green, 100))], [blue, green])
            assert {await said(port) for _ in range(20)} == {b"green hello\n"}
            # Envoy ends what is left on a changed chain after its drain time of five seconds.
            await asyncio.sleep(6)
            writer.write(b"after\n")
            assert await reader.readline() == b"blue after\n"
            writer.close()

    asyncio.run(story())


def test_a_target_that_is_dead_costs_no_connection() -> None:
    async def story() -> None:
        async with a_mesh() as mesh:
            dead = Endpoint(address="127.0.0.1", port=next(PORTS))
            group = a_group("cats", dead, await speaker(b"cats"))
            port = a_door((group, 1))
            await mesh.apply([port], [group])
            assert {await said(port) for _ in range(30)} == {b"cats hello\n"}

    asyncio.run(story())


def test_a_group_of_weight_zero_is_checked_all_the_same() -> None:
    async def story() -> None:
        async with a_mesh() as mesh:
            check = HealthCheck(protocol=Protocol.TCP, interval=5)
            blue = a_group("blue", await speaker(b"blue"), health_check=check)
            green = a_group("green", await speaker(b"green"), health_check=check)
            await mesh.apply([a_door((blue, 1), (green, 0))], [blue, green])

            async def both_are_healthy() -> bool:
                seen = await mesh.proxy.health()
                healthy = {one.upstream for one in seen if one.health is Health.HEALTHY}
                return healthy == {blue.name, green.name}

            await until(both_are_healthy)

    asyncio.run(story())


def test_datagrams_are_carried_both_ways_and_stay_with_their_target() -> None:
    async def story() -> None:
        async with a_mesh() as mesh, datagram_speaker(b"a") as one, datagram_speaker(b"b") as two:
            group = a_group("dns", one, two, protocol=Protocol.UDP)
            port = a_door((group, 1), protocol=Protocol.UDP, idle_timeout=120)
            await mesh.apply([port], [group])
            words = set()
            for _ in range(12):
                answers = await asyncio.to_thread(asked_by_datagram, port.port)
                assert len(set(answers)) == 1  # a flow keeps its target
                words.add(answers[0])
            assert words == {b"a who", b"b who"}

    asyncio.run(story())


def asked_by_datagram(port: int) -> list[bytes]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.settimeout(5)
        made.connect(("127.0.0.1", port))
        answers = []
        for _ in range(3):
            made.send(b"who")
            answers.append(made.recv(100))
        return answers


def test_a_tls_port_shows_the_certificate_of_the_name_asked_for() -> None:
    async def story() -> None:
        async with a_mesh() as mesh:
            authority = an_authority()
            secrets = [
                Secret(name=f"listener|{n}", chain=made.chain, key=made.key)
                for n, made in enumerate(
                    a_certificate(authority, "", name) for name in ("cats.example", "dogs.example")
                )
            ]
            group = a_group("cats", await speaker(b"cats"))
            ended = Terminated(certificates=tuple(s.name for s in secrets), oldest="TLSv1_2")
            port = a_door((group, 1), terminated=ended)
            await mesh.apply([port], [group], secrets)
            context = ssl.create_default_context(cadata=authority.certificate)
            for name in ("cats.example", "dogs.example"):
                shown = await asyncio.to_thread(talk, context, port.port, name)
                assert shown == (b"cats hello\n", name)
            # Another certificate at the same place comes without a connection lost.
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", port.port, ssl=context, server_hostname="cats.example"
            )
            writer.write(b"before\n")
            assert await reader.readline() == b"cats before\n"
            other = a_certificate(authority, "", "cows.example")
            renewed = [Secret(name="listener|0", chain=other.chain, key=other.key), secrets[1]]
            await mesh.apply([port], [group], renewed)

            async def shows_the_new_one() -> bool:
                try:
                    shown = await asyncio.to_thread(talk, context, port.port, "cows.example")
                except ssl.SSLCertVerificationError:
                    return False
                return shown == (b"cats hello\n", "cows.example")

            await until(shows_the_new_one)
            writer.write(b"after\n")
            assert await reader.readline() == b"cats after\n"
            writer.close()

    asyncio.run(story())


def talk(context: ssl.SSLContext, port: int, name: str) -> tuple[bytes, str]:
    """What is said by TLS, and the name the certificate shown is for."""
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as made,
        context.wrap_socket(made, server_hostname=name) as secure,
    ):
        secure.send(b"hello\n")
        shown = secure.getpeercert()
        assert shown
        return secure.recv(100), shown["subjectAltName"][0][1]  # type: ignore[index,return-value]


def test_the_proxy_protocol_tells_the_target_who_calls() -> None:
    async def story() -> None:
        async with a_mesh() as mesh:
            heads: list[bytes] = []

            async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                OPEN.add(writer)
                heads.append(await reader.readexactly(28))
                writer.write(await reader.readline())

            server = await asyncio.start_server(serve, "127.0.0.1", 0)
            STARTED.append(server)
            place = Endpoint(address="127.0.0.1", port=server.sockets[0].getsockname()[1])
            group = a_group("cats", place, announced=True)
            port = a_door((group, 1))
            await mesh.apply([port], [group])
            reader, writer = await asyncio.open_connection("127.0.0.1", port.port)
            mine = writer.get_extra_info("sockname")
            writer.write(b"hello\n")
            assert await reader.readline() == b"hello\n"
            (head,) = heads
            assert head[:12] == b"\r\n\r\n\x00\r\nQUIT\n"
            assert socket.inet_ntoa(head[16:20]) == "127.0.0.1"
            assert int.from_bytes(head[24:26], "big") == mine[1]
            writer.close()

    asyncio.run(story())


def test_a_client_keeps_its_target_by_its_address() -> None:
    async def story() -> None:
        async with a_mesh() as mesh:
            places = [await speaker(word) for word in (b"a", b"b", b"c")]
            group = a_group("cats", *places, algorithm=Algorithm.CONSISTENT_HASH)
            port = a_door((group, 1))
            forward = replace(port.routing.default, hash_on=(HashOn("address"),))  # type: ignore[type-var]
            port = replace(port, routing=replace(port.routing, default=forward))
            await mesh.apply([port], [group])
            assert len({await said(port) for _ in range(20)}) == 1

    asyncio.run(story())


def test_flows_and_bytes_are_counted() -> None:
    async def story() -> None:
        async with a_mesh() as mesh:
            group = a_group("cats", await speaker(b"cats"))
            port = a_door((group, 1))
            await mesh.apply([port], [group])
            for _ in range(5):
                await said(port)
            await until(lambda: counted(mesh) == (5, 5))

    asyncio.run(story())


def counted(mesh: Mesh) -> tuple[float, float]:
    new = Metric.NEW_CONNECTIONS
    return mesh.total(new, Side.PORT), mesh.total(new, Side.UPSTREAM)
