"""A real Envoy driven by the real control plane of the mesh, targets and clients of our own."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import socket
import subprocess
import tempfile
import threading
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from seaway.agent.proxy import HostProxy
from seaway.core.mesh.proxy import (
    Action,
    Endpoint,
    Forward,
    Labels,
    OutlierDetection,
    Port,
    Protocol,
    Proxy,
    Purpose,
    Retry,
    Route,
    Routing,
    Secret,
    Share,
    Upstream,
)
from seaway.core.mesh.snapshot import Kind, Snapshot, take_snapshot
from seaway.mesh.protobuf import Spread
from seaway.mesh.server import MeshServer
from seaway.mesh.telemetry import Metric, Side, TrafficSample

STARTED: list[asyncio.Server] = []
OPEN: set[asyncio.StreamWriter] = set()
PORTS = iter(range(28100, 28999))
CALLER = Labels(
    purpose=Purpose.CONNECT,
    cluster="default",
    service="web",
    namespace="pets.local",
    discovery_name="cats-80-tcp",
    target_cluster="default",
    target_service="cats",
    protocol="http",
)
BALANCER = Labels(
    purpose=Purpose.BALANCE, load_balancer="app/pets/0123", target_group="targetgroup/cats/4567"
)


# Targets


@dataclass
class Target:
    """A small HTTP server that counts and can misbehave."""

    name: str
    port: int = 0
    status: int = 200
    delay: float = 0
    hits: int = 0
    heads: list[str] = field(default_factory=list)
    server: asyncio.Server | None = None

    async def start(self) -> Target:
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", self.port)
        self.port = self.server.sockets[0].getsockname()[1]
        STARTED.append(self.server)
        return self

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        OPEN.add(writer)
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                if "ELB-HealthChecker" not in head:
                    self.hits += 1
                    self.heads.append(head)
                    await asyncio.sleep(self.delay)
                if "upgrade: websocket" in head:
                    writer.write(b"HTTP/1.1 101 X\r\nconnection: upgrade\r\n")
                    writer.write(b"upgrade: websocket\r\n\r\n")
                    while data := await reader.read(1000):
                        writer.write(data.upper())
                    break
                body = self.name.encode()
                writer.write(
                    f"HTTP/1.1 {self.status} X\r\ncontent-length: {len(body)}\r\n\r\n".encode()
                    + body
                )
                await writer.drain()
        writer.close()

    def endpoint(self) -> Endpoint:
        return Endpoint(address="127.0.0.1", port=self.port)


async def end_targets() -> None:
    while STARTED:
        STARTED.pop().close()
    while OPEN:
        writer = OPEN.pop()
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


# Namespaces and clients


@contextlib.contextmanager
def a_namespace() -> Iterator[str]:
    name = f"swmesh{os.getpid()}-{next(PORTS)}"
    subprocess.run(["ip", "netns", "add", name], check=True)
    subprocess.run(["ip", "-n", name, "link", "set", "lo", "up"], check=True)
    try:
        yield f"/run/netns/{name}"
    finally:
        subprocess.run(["ip", "netns", "del", name], check=True)


def connect_in(namespace: str | None, address: str, port: int) -> socket.socket:
    """A connected socket of another network namespace, made by a thread that goes there."""
    if namespace is None:
        return socket.create_connection((address, port), timeout=10)
    made: list[socket.socket | OSError] = []

    def go() -> None:
        descriptor = os.open(namespace, os.O_RDONLY)
        assert ctypes.CDLL(None, use_errno=True).setns(descriptor, 0x40000000) == 0
        os.close(descriptor)
        try:
            made.append(socket.create_connection((address, port), timeout=10))
        except OSError as error:
            made.append(error)

    thread = threading.Thread(target=go)
    thread.start()
    thread.join()
    if isinstance(made[0], OSError):
        raise made[0]
    return made[0]


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: str


class Client:
    """One kept-alive HTTP/1.1 connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def to(cls, port: Port) -> Client:
        made = await asyncio.to_thread(connect_in, port.namespace, port.address, port.port)
        made.setblocking(False)
        return cls(*await asyncio.open_connection(sock=made))

    async def get(
        self, path: str = "/", host: str = "cats", method: str = "GET", **headers: str
    ) -> Answer:
        lines = [f"{method} {path} HTTP/1.1", f"host: {host}"]
        lines += [f"{k.replace('_', '-')}: {v}" for k, v in headers.items()]
        self.writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        async with asyncio.timeout(20):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
            first, *rest = head.strip().split("\r\n")
            told = {k.lower(): v for k, _, v in (line.partition(": ") for line in rest)}
            body = await self.reader.readexactly(int(told.get("content-length", 0)))
        return Answer(int(first.split()[1]), told, body.decode())

    def close(self) -> None:
        self.writer.close()


async def get(port: Port, path: str = "/", **more: str) -> Answer:
    client = await Client.to(port)
    try:
        return await client.get(path, **more)
    finally:
        client.close()


async def is_refused(port: Port) -> bool:
    try:
        made = await asyncio.to_thread(connect_in, port.namespace, port.address, port.port)
    except ConnectionRefusedError:
        return True
    made.close()
    return False


async def until(holds: Callable[[], bool | Awaitable[bool]], patience: float = 15) -> None:
    async with asyncio.timeout(patience):
        while True:
            answer = holds()
            if isinstance(answer, Awaitable):
                answer = await answer
            if answer:
                return
            await asyncio.sleep(0.01)


# The mesh under test


@dataclass
class Mesh:
    directory: Path
    proxy: HostProxy
    server: MeshServer = field(default_factory=MeshServer)
    snapshot: Snapshot | None = None
    samples: list[TrafficSample] = field(default_factory=list)
    acks: Counter[Kind] = field(default_factory=Counter)

    async def serve(self) -> None:
        def taken(node: str, samples: Sequence[TrafficSample]) -> None:
            assert node == "node-1"
            self.samples += samples

        def acked(node: str, ack: object) -> None:
            self.acks[ack.kind] += len(ack.names) + len(ack.removed)  # type: ignore[attr-defined]

        self.server = MeshServer(on_traffic=taken, on_ack=acked, retry_seconds=0.2)
        await self.server.start(str(self.directory / "mesh.sock"))

    async def apply(
        self,
        ports: Sequence[Port],
        upstreams: Sequence[Upstream],
        secrets: Sequence[Secret] = (),
    ) -> None:
        proxy = Proxy(
            node="node-1",
            ports=tuple(ports),
            upstreams=tuple(upstreams),
            secrets=tuple(secrets),
        )
        self.snapshot = take_snapshot(proxy, self.snapshot)
        await self.publish()

    async def publish(self) -> None:
        assert self.snapshot is not None
        await self.server.publish(self.snapshot)
        async with asyncio.timeout(10):
            await self.server.accepted("node-1", self.snapshot.version)

    def total(self, metric: Metric, side: Side = Side.UPSTREAM, **labels: str) -> float:
        def matches(s: TrafficSample) -> bool:
            told = dict(s.labels.items())
            return all(told.get(k) == v for k, v in labels.items())

        return sum(
            s.value.count if isinstance(s.value, Spread) else s.value
            for s in self.samples
            if s.metric is metric and s.side is side and matches(s)
        )


def proxy_in(directory: Path, workers: int = 2) -> HostProxy:
    """The mesh's proxy, or another control plane's hold on it."""
    return HostProxy(
        directory=directory / "proxy",
        node="node-1",
        control=directory / "mesh.sock",
        workers=workers,
        flush_interval=0.5,
    )


@contextlib.asynccontextmanager
async def a_mesh() -> AsyncIterator[Mesh]:
    with tempfile.TemporaryDirectory(prefix="swmesh") as name:
        directory = Path(name)
        proxy = proxy_in(directory)
        mesh = Mesh(directory, proxy)
        await mesh.serve()
        try:
            await proxy.start()
            yield mesh
        except BaseException:
            print((directory / "proxy" / "envoy.log").read_text()[-4000:])
            for sample in mesh.samples[-40:]:
                print(sample)
            raise
        finally:
            await mesh.proxy.stop()
            await mesh.server.stop()
            await end_targets()


def a_routing(upstream: str, *routes: Route, name: str = "web>cats") -> Routing:
    forward = Forward(shares=(Share(upstream=upstream),), timeout=15, retry=Retry())
    return Routing(name=name, default=forward, routes=routes)


def an_alias(namespace: str | None, upstream: str = "web>cats", **changed: object) -> Port:
    port = Port(
        name="task-1/cats",
        address="127.255.0.1",
        port=80,
        namespace=namespace,
        protocol=Protocol.HTTP,
        routing=a_routing(upstream),
        labels=CALLER,
        idle_timeout=300,
    )
    return replace(port, **changed)  # type: ignore[arg-type]


def a_balancer(default: Action, *routes: Route) -> Port:
    return Port(
        name="alb",
        address="127.0.0.1",
        port=next(PORTS),
        protocol=Protocol.HTTP,
        routing=Routing(name="alb", default=default, routes=routes),
        labels=replace(BALANCER, target_group=""),
        idle_timeout=60,
    )


def an_upstream(*targets: Target, name: str = "web>cats", **changed: object) -> Upstream:
    upstream = Upstream(
        name=name,
        protocol=Protocol.HTTP,
        labels=CALLER,
        endpoints=tuple(t.endpoint() for t in targets),
        outlier_detection=OutlierDetection(),
    )
    return replace(upstream, **changed)  # type: ignore[arg-type]
