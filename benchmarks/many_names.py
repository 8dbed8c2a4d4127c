"""What a host's proxy costs when 100 tasks call 20 names each, and how soon a change is all theirs.

Network namespaces as tasks have them, with the interception rule; configuration from
``core.mesh.ways`` over xDS; two Envoy threads.

- ``memory``: the proxy's, with nothing to do and with everything; beside it the same names with a
  listener for each, and sidecars: Envoys of their own configured by hand for the same names.
- ``a change``: the one endpoint of a name moves; until the proxy has it for every calling
  service. Then each task asks once, over a connection that is open, and those are counted whose
  request still went the old way.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks import bare_envoy
from benchmarks.bare_envoy import Hop
from benchmarks.command import command
from benchmarks.figures import Report, Say, Table, Verdict, percentile
from benchmarks.network import Room, a_room, connected_in
from benchmarks.processes import (
    CannotMeasure,
    resident_mib,
    running,
    wait_for,
)
from seaway.agent.intercept import intercept
from seaway.agent.proxy import HostProxy, envoy_binary
from seaway.core.discovery import NamedEndpoint
from seaway.core.mesh.connect import Caller, Offer
from seaway.core.mesh.proxy import Endpoint, Port, Proxy, Upstream
from seaway.core.mesh.snapshot import Snapshot, take_snapshot
from seaway.core.mesh.ways import connect
from seaway.core.task import Sandbox
from seaway.core.task_definition import AppProtocol
from seaway.mesh.server import MeshServer

BACKEND_PORT = 20214
HOME = "us-east-1:000000000000"
NAMESPACE = f"arn:aws:servicediscovery:{HOME}:namespace/ns-benchmark"
NODE = "benchmark"


def parser() -> argparse.ArgumentParser:
    """What can be asked of this benchmark."""
    made = argparse.ArgumentParser(prog="benchmarks.many_names", description=__doc__)
    made.add_argument("--tasks", type=int, default=100, help="tasks on the host")
    made.add_argument("--services", type=int, default=5, help="calling services they are of")
    made.add_argument("--alone", action="store_true", help="also: each task of its own service")
    made.add_argument("--names", type=int, default=20, help="names each of them calls")
    made.add_argument("--changes", type=int, default=30, help="changes measured")
    made.add_argument("--sidecars", type=int, default=5, help="sidecars measured")
    made.add_argument("--json", action="store_true", help="one JSON document, with all samples")
    return made


@dataclass(frozen=True, slots=True)
class Scene:
    """The tasks' namespaces, of how many services, and how many names there are to call."""

    rooms: tuple[Room, ...]
    services: int
    names: int

    def proxy(self, moved: int = 0) -> Proxy:
        """The host's traffic; the first name's endpoint is at one of two addresses."""
        offers = [_offer(number, moved if number == 1 else 0) for number in self._numbers]
        callers = [
            Caller(
                task=f"{number:032x}",
                cluster="default",
                service=f"caller-{number % self.services}",
                namespace=NAMESPACE,
                sandboxes=(Sandbox(container="", path=room.path),),
            )
            for number, room in enumerate(self.rooms)
        ]
        ports, upstreams = connect(callers, {NAMESPACE: offers})
        return Proxy(node=NODE, ports=tuple(ports), upstreams=tuple(upstreams))

    @property
    def _numbers(self) -> range:
        return range(1, self.names + 1)


def _offer(number: int, moved: int) -> Offer:
    return Offer(
        endpoint=NamedEndpoint(
            discovery=f"arn:aws:servicediscovery:{HOME}:service/srv-{number}",
            namespace=NAMESPACE,
            discovery_name=f"name-{number}",
            dns_name=f"name-{number}",
            port=80,
            number=number,
            service=f"arn:aws:ecs:{HOME}:service/default/service-{number}",
            port_name="http",
            protocol=AppProtocol.HTTP,
        ),
        cluster="default",
        service=f"service-{number}",
        places=(Endpoint(address=f"127.0.{1 + moved}.1", port=BACKEND_PORT),),
    )


class Host:
    """One proxy and what tells it what to do."""

    def __init__(self, directory: Path) -> None:
        control = directory / "control.sock"
        self._control = control
        self._mesh = MeshServer()
        self.proxy = HostProxy(directory=directory / "proxy", node=NODE, control=control, workers=2)
        self._last: Snapshot | None = None

    @classmethod
    @contextlib.asynccontextmanager
    async def started(cls) -> AsyncIterator[Host]:
        with tempfile.TemporaryDirectory(prefix="swbench") as name:
            host = cls(Path(name))
            await host._mesh.start(str(host._control))
            try:
                await host.proxy.start()
                yield host
            finally:
                await host.proxy.stop()
                await host._mesh.stop()

    async def tell(self, proxy: Proxy) -> None:
        """Until the proxy has taken all of it. Raises CannotMeasure."""
        self._last = take_snapshot(proxy, self._last)
        await self._mesh.publish(self._last)
        async with asyncio.timeout(60):
            refused = await self._mesh.accepted(NODE, self._last.version)
        if refused:
            raise CannotMeasure(f"Envoy refuses {refused[0].name}: {refused[0].error}")

    async def memory(self) -> float:
        """MiB, when nothing is left to be freed."""
        await asyncio.sleep(2)
        return resident_mib(self.proxy.pid, alone=True)


async def memory(scene: Scene) -> dict[str, float]:
    """MiB of a proxy with nothing to do, with everything, and with a listener for each name."""
    found: dict[str, float] = {}
    async with Host.started() as host:
        await host.tell(Proxy(node=NODE))
        found["empty"] = await host.memory()
        proxy = scene.proxy()
        await host.tell(replace(proxy, ports=()))
        found["upstreams"] = await host.memory()
        await host.tell(proxy)
        found["seaway"] = await host.memory()
    async with Host.started() as host:
        await host.tell(replace(proxy, ports=tuple(map(_alone, proxy.ports))))
        found["listeners"] = await host.memory()
    return found


def _alone(port: Port) -> Port:
    return replace(port, intercepted_at=None, address6=None)


def sidecars(scene: Scene, count: int, upstreams: Sequence[Upstream]) -> list[float]:
    """MiB of private memory of each sidecar with the same names, several running at once."""
    with tempfile.TemporaryDirectory(prefix="swbench") as name, contextlib.ExitStack() as held:
        directory, pids = Path(name), []
        for number, room in enumerate(scene.rooms[:count]):
            hops = [
                Hop(
                    address=f"127.0.1.{1 + place}", port=15000, http=True, namespace=None,
                    target=upstream.endpoints[0].address, target_port=BACKEND_PORT,
                )
                for place, upstream in enumerate(upstreams)
            ]  # fmt: skip
            config = bare_envoy.write(directory / f"{number}.json", hops)
            command = room.inside(*bare_envoy.command(envoy_binary(), config, 1))
            log = directory / f"{number}.log"
            pids.append(held.enter_context(running(command, log)).pid)
            wait_for(lambda room=room: _open(room, ("127.0.1.1", 15000)), "a sidecar", every=0.05)
        time.sleep(2)
        return [_private_mib(pid) for pid in pids]


def _private_mib(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024


def _open(room: Room, place: tuple[str, int]) -> bool:
    try:
        connected_in(room, *place).close()
    except OSError:
        return False
    return True


class Asker:
    """A task's program with a connection to the first name."""

    def __init__(self, room: Room) -> None:
        self._connection = connected_in(room, "127.255.0.1", 80)

    def ask(self) -> str:
        """The address that answered."""
        self._connection.sendall(b"GET / HTTP/1.1\r\nhost: name-1\r\n\r\n")
        with self._connection.makefile("rb") as answer:
            answer.readline()
            headers = dict(iter(lambda: answer.readline().lower().split(b": "), [b"\r\n"]))
            return answer.read(int(headers[b"content-length"])).decode()

    def close(self) -> None:
        self._connection.close()


async def changes(scene: Scene, count: int) -> tuple[list[float], int]:
    """Milliseconds until the proxy has each, and how many requests went the old way after that."""
    took, strays = [], 0
    there, here = scene.proxy(0), scene.proxy(1)
    # As the publisher has it: what listens is the same, the upstreams of one name are others.
    here = replace(here, ports=there.ports)
    with tempfile.TemporaryDirectory(prefix="swbench") as name, contextlib.ExitStack() as held:
        backend = [sys.executable, "-m", "benchmarks.backend", str(BACKEND_PORT)]
        held.enter_context(running(backend, Path(name) / "backend.log"))
        wait_for(_backend_listens, f"a server on port {BACKEND_PORT}")
        async with Host.started() as host:
            await host.tell(there)
            askers = [Asker(room) for room in scene.rooms]
            for asker in askers:
                held.callback(asker.close)
            for turn in range(count + 1):
                target, address = (here, "127.0.2.1") if turn % 2 == 0 else (there, "127.0.1.1")
                began = time.monotonic()
                await host.tell(target)
                if turn:  # the first one wakes everybody up
                    took.append((time.monotonic() - began) * 1000)
                strays += await asyncio.to_thread(_strays, askers, address)
    return took, strays


def _strays(askers: Sequence[Asker], address: str) -> int:
    return sum(asker.ask() != address for asker in askers)


def _backend_listens() -> bool:
    try:
        socket.create_connection(("127.0.0.1", BACKEND_PORT), timeout=1).close()
    except OSError:
        return False
    return True


@contextlib.contextmanager
def _rooms(count: int) -> Iterator[tuple[Room, ...]]:
    with contextlib.ExitStack() as held:
        rooms = tuple(held.enter_context(a_room(f"task-{number}")) for number in range(count))
        for room in rooms:
            asyncio.run(intercept(room.path))
        yield rooms


def run(arguments: list[str], say: Say) -> Report:
    """Measure as the arguments ask. Raises CannotMeasure."""
    asked = parser().parse_args(arguments)
    report = Report("many_names")
    with _rooms(asked.tasks) as rooms:
        scene = Scene(rooms, asked.services, asked.names)
        say(f"memory, {asked.tasks} tasks of {asked.services} services, {asked.names} names")
        found = asyncio.run(memory(scene))
        alone: dict[str, float] = {}
        if asked.alone:
            say(f"memory, {asked.tasks} tasks of as many services")
            alone = asyncio.run(memory(replace(scene, services=asked.tasks)))
        say(f"{asked.sidecars} sidecars")
        private = sidecars(scene, asked.sidecars, scene.proxy().upstreams[: asked.names])
        say(f"{asked.changes} changes")
        took, strays = asyncio.run(changes(scene, asked.changes))
    report.tables.append(_memory_table(found, statistics.median(private), asked))
    if alone:
        report.tables.append(_alone_table(alone, asked))
    report.tables.append(_change_table(took))
    report.samples = {"memory": found, "sidecars": private, "a change": took}
    report.verdicts = [
        Verdict(
            f"memory, {asked.tasks} tasks", found["seaway"], 80 + 0.1 * asked.tasks, False, " MiB"
        ),
        Verdict("a change, for all tasks, p99", percentile(took, 99), 50, False, " ms"),
    ]
    asked_in_all = (asked.changes + 1) * asked.tasks
    report.notes.append(
        f"Of {asked_in_all} requests, each task's first one after a change, {strays} still went "
        "the old way."
    )
    return report


def _memory_table(found: dict[str, float], sidecar: float, asked: argparse.Namespace) -> Table:
    empty = found["empty"]
    totals = {
        "nothing to do": empty,
        "the upstreams only": found["upstreams"],
        "seaway": found["seaway"],
        "a listener for each name": found["listeners"],
        f"sidecars (private memory × {asked.tasks})": sidecar * asked.tasks,
    }
    rows = tuple(
        (name, f"{total:.1f}", f"{max(total - empty, 0) * 1024 / asked.tasks:.0f}")
        for name, total in totals.items()
    )
    title = f"{asked.tasks} tasks of {asked.services} services, {asked.names} names each"
    return Table(title, ("memory", "MiB", "KiB a task beyond nothing"), rows)


def _alone_table(found: dict[str, float], asked: argparse.Namespace) -> Table:
    names = {"empty": "nothing to do", "upstreams": "the upstreams only", "seaway": "seaway"}
    rows = tuple((title, f"{found[name]:.1f}") for name, title in names.items())
    return Table(f"{asked.tasks} tasks, each of its own service", ("memory", "MiB"), rows)


def _change_table(took: list[float]) -> Table:
    figures = (statistics.median(took), percentile(took, 99), min(took), max(took))
    row = ("a change", str(len(took)), *(f"{figure:.1f}" for figure in figures))
    title = "The endpoint of a name that all tasks call moves, until the proxy has it for all"
    return Table(title, ("milliseconds", "changes", "p50", "p99", "min", "max"), (row,))


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    return command(parser(), run, arguments)


if __name__ == "__main__":
    os.environ.setdefault("GRPC_VERBOSITY", "ERROR")
    sys.exit(main())
