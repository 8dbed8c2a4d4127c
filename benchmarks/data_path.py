"""Service Connect's data path beside a bare Envoy, beside two sidecars, and beside no proxy.

One client's and one server's network namespace on a bridge, nginx in the server's, wrk in the
client's. Four ways from one to the other, all open at once and measured in turns:

- ``direct``: no proxy.
- ``bare``: one Envoy, configured by hand, that listens in the client's namespace.
- ``sidecars``: an Envoy in each namespace, which is the shape of Amazon ECS.
- ``seaway``: the host proxy as a task gets it: configuration from ``core.mesh.connect`` over
  xDS, and the namespace's own interception rule.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import bare_envoy, programs, wrk
from benchmarks.bare_envoy import Hop
from benchmarks.command import command
from benchmarks.figures import Report, Say, Table, Verdict, ratios, rotated, spread
from benchmarks.network import Room, connected_in, two_rooms
from benchmarks.processes import (
    CannotMeasure,
    cpu_seconds,
    running,
    tail,
    wait_for,
)
from benchmarks.wrk import Load
from seaway.agent.intercept import intercept
from seaway.agent.proxy import HostProxy, envoy_binary
from seaway.core.discovery import NamedEndpoint
from seaway.core.mesh.connect import Caller, Offer
from seaway.core.mesh.proxy import Endpoint, Proxy
from seaway.core.mesh.snapshot import Snapshot, take_snapshot
from seaway.core.mesh.ways import connect
from seaway.core.task import Sandbox
from seaway.core.task_definition import AppProtocol
from seaway.mesh.server import MeshServer

CONNECTIONS = 32
HOME = "us-east-1:000000000000"
NAMESPACE = f"arn:aws:servicediscovery:{HOME}:namespace/ns-benchmark"
NODE = "benchmark"

NGINX = """\
user root;
worker_processes 1;
pid nginx.pid;
error_log error.log;
events { worker_connections 4096; }
http {
    access_log off;
    keepalive_requests 100000000;
    client_body_temp_path body;
    proxy_temp_path body;
    fastcgi_temp_path body;
    uwsgi_temp_path body;
    scgi_temp_path body;
    server {
        listen 80 backlog=4096;
        location / { return 200 "meow from a cat that is about a hundred bytes long, for a reply"; }
    }
}
"""


@dataclass(frozen=True, slots=True)
class Way:
    """How a client gets to the server: the addresses it dials, the proxies that it costs."""

    name: str
    http: tuple[str, int]
    tcp: tuple[str, int]
    pids: tuple[int, ...] = ()


@dataclass(slots=True)
class Seen:
    """What was measured on one way, a list entry per round."""

    throughput: list[float] = field(default_factory=list)  # requests per second
    cpu: list[float] = field(default_factory=list)  # proxies' microseconds per request
    p50: list[float] = field(default_factory=list)  # microseconds, one connection
    p99: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Options:
    """How often, how long (seconds), and with how many threads."""

    rounds: int
    seconds: float
    workers: int


def parser() -> argparse.ArgumentParser:
    """What can be asked of this benchmark."""
    made = argparse.ArgumentParser(prog="benchmarks.data_path", description=__doc__)
    made.add_argument("--rounds", type=int, default=8, help="times each way is measured")
    made.add_argument("--seconds", type=float, default=1, help="length of one measurement")
    made.add_argument(
        "--workers", type=int, default=2, help="Envoy threads, the same in total for every way"
    )
    made.add_argument("--json", action="store_true", help="one JSON document, with all samples")
    return made


async def measure(options: Options, say: Say) -> Report:
    """All ways, in turns. Raises CannotMeasure."""
    loader = programs.command("wrk")
    nginx = programs.command("nginx")
    with tempfile.TemporaryDirectory(prefix="swbench") as name, two_rooms() as (client, server):
        directory = Path(name)
        with contextlib.ExitStack() as held:
            held.enter_context(_served(nginx, server, directory))
            ways = [Way("direct", (server.address, 80), (server.address, 80))]
            ways.append(held.enter_context(_bare(client, server, directory, options.workers)))
            ways.append(held.enter_context(_sidecars(client, server, directory, options.workers)))
            async with _seaway(client, server, directory, options.workers) as ours:
                ways.append(ours)
                for way in ways:
                    for place in (way.http, way.tcp):
                        _until_open(client, place, way.name)
                load = _Client(loader, client, directory)
                return _report(await _rounds(load, ways, options, say), options)


class _Client:
    """wrk in the client's namespace."""

    def __init__(self, command: list[str], client: Room, directory: Path) -> None:
        self._script = wrk.script(directory / "figures.lua")
        self._command = client.inside(*command)

    async def run(self, place: tuple[str, int], connections: int, seconds: float) -> Load:
        """Raises CannotMeasure."""
        url = f"http://{place[0]}:{place[1]}/"
        words = wrk.words(self._command, self._script, url, connections, seconds)
        process = await asyncio.create_subprocess_exec(
            *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        try:
            said, _ = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
        return wrk.figures(said.decode())


async def _rounds(
    load: _Client, ways: list[Way], options: Options, say: Say
) -> dict[str, dict[str, Seen]]:
    seen = {kind: {way.name: Seen() for way in ways} for kind in ("http", "tcp")}
    by_name = {way.name: way for way in ways}
    for way in ways:  # connections of the upstream side, code and caches get warm
        for place in (way.http, way.tcp):
            await load.run(place, CONNECTIONS, 1)
    for number in range(options.rounds):
        say(f"round {number + 1} of {options.rounds}")
        for kind, found in seen.items():
            for name in rotated(list(by_name), number):
                way = by_name[name]
                place = way.http if kind == "http" else way.tcp
                before = sum(map(cpu_seconds, way.pids))
                many = await load.run(place, CONNECTIONS, options.seconds)
                spent = sum(map(cpu_seconds, way.pids)) - before
                found[name].throughput.append(many.rate)
                found[name].cpu.append(spent / many.requests * 1e6)
                alone = await load.run(place, 1, options.seconds)
                found[name].p50.append(alone.p50)
                found[name].p99.append(alone.p99)
    return seen


def _report(seen: dict[str, dict[str, Seen]], options: Options) -> Report:
    report = Report("data_path")
    for kind, title in (("http", "HTTP/1.1"), ("tcp", "TCP")):
        found = seen[kind]
        base = found["bare"]
        rows = [
            (
                name,
                spread(s.throughput),
                f"{statistics.median(ratios(s.throughput, base.throughput)):.2f}",
                spread(s.cpu) if name != "direct" else "-",
                f"{statistics.median(ratios(s.cpu, base.cpu)):.2f}" if name != "direct" else "-",
                spread(s.p50),
                f"{statistics.median(ratios(s.p50, base.p50)):.2f}",
                spread(s.p99),
            )
            for name, s in found.items()
        ]
        report.tables.append(
            Table(
                f"Service Connect over {title}, same host, {options.rounds} rounds: "
                "median (min-max); × is against bare, round by round",
                (
                    f"way, {CONNECTIONS} connections", "requests/s", "×",
                    "proxy CPU µs/request", "×", "p50 µs, 1 connection", "×", "p99 µs",
                ),
                tuple(rows),
            )
        )  # fmt: skip
        report.verdicts += _verdicts(title, found)
    report.samples = {
        kind: {
            name: {"throughput": s.throughput, "cpu": s.cpu, "p50": s.p50, "p99": s.p99}
            for name, s in found.items()
        }
        for kind, found in seen.items()
    }
    return report


def _verdicts(title: str, found: dict[str, Seen]) -> list[Verdict]:
    ours, bare, sidecars = found["seaway"], found["bare"], found["sidecars"]

    def middle(a: list[float], b: list[float]) -> float:
        return statistics.median(ratios(a, b))

    throughput = f"{title} throughput"
    return [
        Verdict(f"{throughput}, × two sidecars", middle(ours.throughput, sidecars.throughput),
                2, at_least=True),
        Verdict(f"{throughput}, × a bare one-hop Envoy", middle(ours.throughput, bare.throughput),
                0.95, at_least=True),
        Verdict(f"{title} p50, × a bare one-hop Envoy", middle(ours.p50, bare.p50),
                1.05, at_least=False),
    ]  # fmt: skip


# The ways


@contextlib.contextmanager
def _served(nginx: list[str], server: Room, directory: Path) -> Iterator[None]:
    home = directory / "nginx"
    home.mkdir()
    (home / "nginx.conf").write_text(NGINX)
    words = ("-p", str(home), "-c", str(home / "nginx.conf"), "-g", "daemon off;")
    log = directory / "nginx.log"
    with running(server.inside(*nginx, *words), log) as process:

        def ready() -> bool:
            if process.poll() is not None:
                raise CannotMeasure(f"nginx ended: {tail(log)}")
            return _open(server, (server.address, 80))

        wait_for(ready, "nginx")
        yield


@contextlib.contextmanager
def _bare(client: Room, server: Room, directory: Path, workers: int) -> Iterator[Way]:
    hops = [
        Hop(
            address="127.0.0.1", port=port, http=http, namespace=client.path,
            target=server.address, target_port=80,
        )
        for port, http in ((8001, True), (8002, False))
    ]  # fmt: skip
    config = bare_envoy.write(directory / "bare.json", hops)
    command = bare_envoy.command(envoy_binary(), config, workers)
    with running(command, directory / "bare.log") as process:
        yield Way("bare", ("127.0.0.1", 8001), ("127.0.0.1", 8002), (process.pid,))


@contextlib.contextmanager
def _sidecars(client: Room, server: Room, directory: Path, workers: int) -> Iterator[Way]:
    """Egress beside the client, ingress beside the server; half of the threads each."""
    out, into = [], []
    for port, http in ((8003, True), (8004, False)):
        way_in = 15000 + port
        out.append(
            Hop(
                address="127.0.0.1",
                port=port,
                http=http,
                target=server.address,
                target_port=way_in,
            )
        )
        into.append(
            Hop(address="0.0.0.0", port=way_in, http=http, target="127.0.0.1", target_port=80)
        )
    threads = max(1, workers // 2)
    with contextlib.ExitStack() as held:
        pids = []
        for room, hops, name in ((client, out, "egress"), (server, into, "ingress")):
            config = bare_envoy.write(directory / f"{name}.json", hops)
            command = room.inside(*bare_envoy.command(envoy_binary(), config, threads))
            process = held.enter_context(running(command, directory / f"{name}.log"))
            pids.append(process.pid)
        yield Way("sidecars", ("127.0.0.1", 8003), ("127.0.0.1", 8004), tuple(pids))


@contextlib.asynccontextmanager
async def _seaway(client: Room, server: Room, directory: Path, workers: int) -> AsyncIterator[Way]:
    snapshot = service_connect(client.path, Endpoint(address=server.address, port=80))
    control = directory / "control.sock"
    mesh = MeshServer()
    proxy = HostProxy(directory=directory / "proxy", node=NODE, control=control, workers=workers)
    await intercept(client.path)
    await mesh.start(str(control))
    try:
        await proxy.start()
        await mesh.publish(snapshot)
        async with asyncio.timeout(15):
            refused = await mesh.accepted(NODE, snapshot.version)
        if refused:
            raise CannotMeasure(f"Envoy refuses {refused[0].name}: {refused[0].error}")
        http, tcp = (port.address for port in snapshot.proxy.ports)
        yield Way("seaway", (http, 80), (tcp, 80), (proxy.pid,))
    finally:
        await proxy.stop()
        await mesh.stop()


def service_connect(sandbox: str, place: Endpoint) -> Snapshot:
    """A task that calls one server by two names: ``cats`` (HTTP) and ``cats-tcp`` (TCP)."""
    offers = [
        Offer(
            endpoint=NamedEndpoint(
                discovery=f"arn:aws:servicediscovery:{HOME}:service/srv-{name}",
                namespace=NAMESPACE,
                discovery_name=name,
                dns_name=name,
                port=80,
                number=number,
                service=f"arn:aws:ecs:{HOME}:service/default/cats",
                port_name=name,
                protocol=protocol,
            ),
            cluster="default",
            service="cats",
            places=(place,),
        )
        for number, name, protocol in (
            (1, "cats", AppProtocol.HTTP),
            (2, "cats-tcp", AppProtocol.TCP),
        )
    ]
    caller = Caller(
        task="0" * 32,
        cluster="default",
        service="web",
        namespace=NAMESPACE,
        sandboxes=(Sandbox(container="", path=sandbox),),
    )
    ports, upstreams = connect([caller], {NAMESPACE: offers})
    return take_snapshot(Proxy(node=NODE, ports=tuple(ports), upstreams=tuple(upstreams)))


def _until_open(client: Room, place: tuple[str, int], name: str) -> None:
    wait_for(lambda: _open(client, place), f"{name} at {place[0]}:{place[1]}", every=0.05)


def _open(room: Room, place: tuple[str, int]) -> bool:
    try:
        connected_in(room, *place).close()
    except OSError:
        return False
    return True


def run(arguments: list[str], say: Say) -> Report:
    """Measure as the arguments ask. Raises CannotMeasure."""
    asked = parser().parse_args(arguments)
    options = Options(asked.rounds, asked.seconds, asked.workers)
    return asyncio.run(measure(options, say))


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    return command(parser(), run, arguments)


if __name__ == "__main__":
    os.environ.setdefault("GRPC_VERBOSITY", "ERROR")
    sys.exit(main())
