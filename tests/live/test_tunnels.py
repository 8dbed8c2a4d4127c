"""Two hosts with an Envoy each: tasks call each other through one encrypted connection."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import socket
import ssl
import subprocess
import tempfile
import threading
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import pytest

from seaway.agent.proxy import HostProxy
from seaway.core.authority import CertificateAuthority
from seaway.core.capacity import Host
from seaway.core.certificates import ProxyCertificate
from seaway.core.mesh.neighbours import gate_of, neighbours_of, seen_from
from seaway.core.mesh.proxy import (
    TUNNEL_PORT,
    Endpoint,
    Labels,
    Port,
    Protocol,
    Proxy,
    Purpose,
    Secure,
    Upstream,
)
from seaway.core.mesh.secrets import secrets_for
from seaway.core.mesh.snapshot import Snapshot, take_snapshot
from seaway.mesh.server import MeshServer
from tests.authorities import a_certificate, an_authority
from tests.live.envoy_stage import (
    CALLER,
    OPEN,
    PORTS,
    STARTED,
    Client,
    Target,
    a_namespace,
    a_routing,
    an_alias,
    an_upstream,
    end_targets,
    get,
    until,
)

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(os.geteuid() != 0, reason="network namespaces need root"),
]

# Addresses inside the two namespaces only.
ONE = Host(id="one", cpu=1, memory=1, address="192.0.2.1")
TWO = Host(id="two", cpu=1, memory=1, address="192.0.2.2")
TASKS = {"one": "10.61.1.7", "two": "10.61.2.9"}
HERE = f"/proc/{os.getpid()}/ns/net"
NEW_NETWORK = 0x40000000


@contextlib.contextmanager
def inside(namespace: str) -> Iterator[None]:
    """What this thread opens and starts here is in another network namespace."""
    enter = ctypes.CDLL(None, use_errno=True).setns
    with open("/proc/thread-self/ns/net") as home, open(namespace) as there:
        assert enter(there.fileno(), NEW_NETWORK) == 0
        try:
            yield
        finally:
            assert enter(home.fileno(), NEW_NETWORK) == 0


def ip(namespace: str, *words: str) -> None:
    subprocess.run(["ip", "-n", Path(namespace).name, *words], check=True)


@contextlib.contextmanager
def two_namespaces() -> Iterator[dict[str, str]]:
    """Two hosts on one wire; each host's task can be reached on that host alone."""
    with a_namespace() as one, a_namespace() as two:
        wire = f"sw{next(PORTS)}"
        ends = {"one": (one, f"{wire}a", ONE), "two": (two, f"{wire}b", TWO)}
        peer = ("peer", "name", f"{wire}b", "netns", Path(two).name)
        ip(one, "link", "add", f"{wire}a", "type", "veth", *peer)
        for name, (namespace, end, host) in ends.items():
            ip(namespace, "addr", "add", f"{host.address}/24", "dev", end)
            ip(namespace, "link", "set", end, "name", "wire")
            ip(namespace, "link", "set", "wire", "up")
            ip(namespace, "addr", "add", f"{TASKS[name]}/32", "dev", "lo")
        yield {"one": one, "two": two}


@dataclass
class Hosts:
    """Two host proxies under one control plane."""

    namespaces: dict[str, str]
    server: MeshServer
    authority: CertificateAuthority = field(default_factory=an_authority)
    certificates: dict[str, ProxyCertificate] = field(default_factory=dict)
    snapshots: dict[str, Snapshot] = field(default_factory=dict)

    def certify(self, name: str, *names: str) -> None:
        self.certificates[name] = a_certificate(self.authority, name, *names)

    async def apply(
        self,
        upstreams: Iterable[Upstream],
        ports: Iterable[Port],
        *,
        there: tuple[Iterable[Upstream], Iterable[Port]] = ((), ()),
        offered: Iterable[Endpoint] | None = None,
    ) -> None:
        """Callers on host one; what is offered, if nothing else is said, are all endpoints."""
        called = tuple(upstreams)
        if offered is None:
            offered = [place for upstream in called for place in upstream.endpoints]
        for host, own, listening in ((ONE, called, tuple(ports)), (TWO, *there)):
            neighbours = neighbours_of(host, (ONE, TWO))
            seen = tuple(seen_from(host, neighbours, upstream) for upstream in own)
            gate = gate_of(host, neighbours, offered)
            assert gate is not None
            others = [*(n.secure for n in neighbours), gate.secure]
            proxy = Proxy(
                node=host.id,
                ports=tuple(listening),
                upstreams=seen,
                secrets=secrets_for(listening, seen, self.certificates, others),
                neighbours=neighbours,
                gate=gate,
            )
            before = self.snapshots.get(host.id)
            self.snapshots[host.id] = take_snapshot(proxy, before)
        for name, snapshot in self.snapshots.items():
            await self.server.publish(snapshot)
            async with asyncio.timeout(10):
                assert await self.server.accepted(name, snapshot.version) == ()

    async def serve(self, host: str, target: Target) -> Endpoint:
        """The target as a task of the host."""
        with inside(self.namespaces[host]):
            server = await asyncio.start_server(target.serve, TASKS[host], 0)
        STARTED.append(server)
        target.port = server.sockets[0].getsockname()[1]
        return Endpoint(address=TASKS[host], port=target.port, host=host)


@contextlib.asynccontextmanager
async def two_hosts() -> AsyncIterator[Hosts]:
    with two_namespaces() as namespaces, tempfile.TemporaryDirectory(prefix="swtun") as name:
        directory = Path(name)
        server = MeshServer()
        await server.start(str(directory / "mesh.sock"))
        proxies = {
            host: HostProxy(
                directory=directory / host,
                node=host,
                control=directory / "mesh.sock",
                workers=1,
                flush_interval=0.5,
            )
            for host in namespaces
        }
        hosts = Hosts(namespaces, server)
        for host in namespaces:
            hosts.certify(f"host/{host}", f"spiffe://seaway/host/{host}")
        try:
            for host, proxy in proxies.items():
                with inside(namespaces[host]):
                    await proxy.start()
            yield hosts
        except BaseException:
            for host in proxies:
                print(host, (directory / host / "envoy.log").read_text()[-3000:])
            raise
        finally:
            for proxy in proxies.values():
                await proxy.stop()
            await server.stop()
            await end_targets()


@dataclass
class Wiretap:
    """All bytes that go over the wire, as one who listens in sees them."""

    namespace: str
    heard: bytearray = field(default_factory=bytearray)

    def __enter__(self) -> Wiretap:
        with inside(self.namespace):
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
            self._socket.bind(("wire", 0))
        self._ends = threading.Event()
        self._socket.settimeout(0.1)
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._thread.join()
        self._socket.close()

    def _listen(self) -> None:
        while not self._ends.is_set():
            with contextlib.suppress(TimeoutError):
                self.heard += self._socket.recv(65536)


def a_call(*places: Endpoint, **changed: Any) -> tuple[Upstream, Port]:
    """A caller on host one, who is heard in the test's own network namespace."""
    upstream = an_upstream(endpoints=places, **changed)
    port = an_alias(
        HERE,
        address="127.0.0.1",
        port=next(PORTS),
        protocol=upstream.protocol,
        labels=upstream.labels,
    )
    return upstream, port


def say_in_clear(hosts: Hosts, text: bytes) -> None:
    with inside(hosts.namespaces["one"]), socket.socket(type=socket.SOCK_DGRAM) as made:
        made.sendto(text, (TWO.address, 9))


def test_requests_are_shared_out_over_both_hosts_and_nobody_can_read_them_on_the_way() -> None:
    async def story() -> None:
        async with two_hosts() as hosts:
            near, far = Target("near"), Target("far")
            places = await hosts.serve("one", near), await hosts.serve("two", far)
            upstream, port = a_call(*places)
            await hosts.apply([upstream], [port])
            with Wiretap(hosts.namespaces["two"]) as wire:
                client = await Client.to(port)
                answers = [await client.get("/whiskers", x_secret="meow") for _ in range(20)]
                client.close()
                say_in_clear(hosts, b"overheard")
                await until(lambda: b"overheard" in wire.heard)
            assert {answer.status for answer in answers} == {200}
            assert (near.hits, far.hits) == (10, 10)
            assert "x-secret: meow\r\n" in far.heads[0]
            assert len(wire.heard) > 1000
            for word in (b"whiskers", b"meow", b"HTTP/1.1", TASKS["two"].encode()):
                assert word not in wire.heard

    asyncio.run(story())


def test_all_calls_share_one_connection_to_the_other_host() -> None:
    async def story() -> None:
        async with two_hosts() as hosts:
            far, other = Target("far", delay=0.2), Target("other", delay=0.2)
            cats, at_cats = a_call(await hosts.serve("two", far))
            dogs, at_dogs = a_call(await hosts.serve("two", other), name="web>dogs")
            at_dogs = replace(at_dogs, name="dogs", routing=a_routing("web>dogs", name="web>dogs"))
            await hosts.apply([cats, dogs], [at_cats, at_dogs])
            ports = 4 * [at_cats] + 4 * [at_dogs]
            answers = await asyncio.gather(*(get(port) for port in ports))
            assert sorted(answer.body for answer in answers) == 4 * ["far"] + 4 * ["other"]
            assert len(tunnels(hosts)) == 1

    asyncio.run(story())


def tunnels(hosts: Hosts) -> set[str]:
    """The connections that are open to host two's gate, by whose they are."""
    with inside(hosts.namespaces["two"]):
        there = subprocess.run(
            ["ss", "-Htn", "state", "established", f"( sport = :{TUNNEL_PORT} )"],
            check=True,
            capture_output=True,
            text=True,
        )
    return {line.split()[-1] for line in there.stdout.splitlines()}


def test_grpc_and_tcp_go_through_too() -> None:
    class Echo(grpc.GenericRpcHandler):  # type: ignore[misc]
        def service(self, handler_call_details: Any) -> Any:
            async def echo(request: bytes, context: Any) -> bytes:
                return request.upper()

            return grpc.unary_unary_rpc_method_handler(echo)

    async def shout(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        OPEN.add(writer)
        while data := await reader.read(1000):
            writer.write(data.upper())

    async def story() -> None:
        async with two_hosts() as hosts:
            server = grpc.aio.server()
            server.add_generic_rpc_handlers((Echo(),))
            with inside(hosts.namespaces["two"]):
                number = server.add_insecure_port(f"{TASKS['two']}:0")
                plain = await asyncio.start_server(shout, TASKS["two"], 0)
            STARTED.append(plain)
            await server.start()
            place = Endpoint(address=TASKS["two"], port=number, host="two")
            rpc, at_rpc = a_call(
                place, protocol=Protocol.GRPC, labels=replace(CALLER, protocol="grpc")
            )
            place = replace(place, port=plain.sockets[0].getsockname()[1])
            db, at_db = a_call(
                place,
                name="web>db",
                protocol=Protocol.TCP,
                labels=replace(CALLER, protocol="tcp", discovery_name="db"),
            )
            at_db = replace(at_db, name="db", routing=a_routing("web>db", name="web>db"))
            await hosts.apply([rpc, db], [at_rpc, at_db])
            async with grpc.aio.insecure_channel(f"127.0.0.1:{at_rpc.port}") as channel:
                call = channel.unary_unary("/cats.Cats/Call")
                assert await call(b"meow", timeout=10) == b"MEOW"
            client = await Client.to(at_db)
            client.writer.write(b"ping")
            assert await client.reader.readexactly(4) == b"PING"
            client.close()
            await server.stop(None)

    asyncio.run(story())


def test_tls_of_service_connect_reaches_through_the_tunnel() -> None:
    async def story() -> None:
        async with two_hosts() as hosts:
            far = Target("far")
            place = await hosts.serve("two", far)
            hosts.certify("server/srv-cats", "cats.pets", "spiffe://seaway/default/cats")
            hosts.certify("client/default/web", "spiffe://seaway/default/web")
            inner = Labels(purpose=Purpose.INGRESS, cluster="default", service="cats")
            behind = an_upstream(name="ingress/cats", labels=inner, endpoints=(place,))
            entrance = Port(
                name="ingress/cats",
                address=TASKS["two"],
                port=61002,
                protocol=Protocol.HTTP,
                routing=a_routing("ingress/cats", name="ingress/cats"),
                labels=inner,
                idle_timeout=300,
                secure=Secure(certificate="server/srv-cats", authorities="authority/srv-cats"),
            )
            shown = Secure(
                certificate="client/default/web",
                authorities="authority/srv-cats",
                peers=("cats.pets",),
                server_name="cats.pets",
            )
            upstream, port = a_call(replace(place, port=61002), secure=shown)
            await hosts.apply([upstream], [port], there=([behind], [entrance]))
            answer = await get(port)
            assert (answer.status, answer.body) == (200, "far")

    asyncio.run(story())


def test_hosts_get_new_certificates_and_what_is_open_stays_open() -> None:
    async def story() -> None:
        async with two_hosts() as hosts:
            far = Target("far")
            upstream, port = a_call(await hosts.serve("two", far))
            await hosts.apply([upstream], [port])
            client = await Client.to(port)
            assert (await client.get()).status == 200
            before = tunnels(hosts)
            assert len(before) == 1
            for _ in range(3):
                for host in hosts.namespaces:
                    hosts.certify(f"host/{host}", f"spiffe://seaway/host/{host}")
                await hosts.apply([upstream], [port])
                assert (await client.get()).status == 200
                assert tunnels(hosts) == before
            client.close()

    asyncio.run(story())


def test_a_gate_leads_to_nothing_but_what_is_offered() -> None:
    async def story() -> None:
        async with two_hosts() as hosts:
            far = Target("far")
            place = await hosts.serve("two", far)
            upstream, port = a_call(place)
            await hosts.apply([upstream], [port], offered=())
            assert (await get(port)).status == 503
            assert far.hits == 0
            await hosts.apply([upstream], [port])
            await until(lambda: works(port))

    asyncio.run(story())


async def works(port: Port) -> bool:
    return (await get(port)).status == 200


def test_only_known_hosts_come_in(tmp_path: Path) -> None:
    async def story() -> None:
        async with two_hosts() as hosts:
            far = Target("far")
            upstream, port = a_call(await hosts.serve("two", far))
            await hosts.apply([upstream], [port])
            known = hosts.certificates["host/one"]
            assert (await asyncio.to_thread(knock, hosts, tmp_path, known)) != b""
            strangers = (
                a_certificate(hosts.authority, "x", "spiffe://seaway/host/three"),
                a_certificate(hosts.authority, "x", "spiffe://seaway/default/web"),
                a_certificate(an_authority(), "x", "spiffe://seaway/host/one"),
                None,
            )
            for shown in strangers:
                with pytest.raises((ssl.SSLError, ConnectionError)):
                    await asyncio.to_thread(knock, hosts, tmp_path, shown)

    asyncio.run(story())


def knock(hosts: Hosts, directory: Path, shown: ProxyCertificate | None) -> bytes:
    """Say hello at host two's gate as HTTP/2 wants it; the gate's own hello if one is let in."""
    context = ssl.create_default_context(cadata=hosts.authority.certificate)
    context.check_hostname = False
    context.set_alpn_protocols(["h2"])
    if shown is not None:
        file = directory / "shown.pem"
        file.write_text(shown.chain + shown.key)
        context.load_cert_chain(file)
    with inside(hosts.namespaces["one"]):
        made = socket.create_connection((TWO.address, TUNNEL_PORT), timeout=10)
    with context.wrap_socket(made) as secured:
        secured.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0")
        heard = secured.recv(9)
        if not heard:
            raise ConnectionResetError("closed without a word")
        return heard
