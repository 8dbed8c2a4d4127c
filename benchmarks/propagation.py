"""How soon a change of endpoints is where requests go.

A real store, publisher, xDS server and Envoy, in processes of their own; what other parts of
Seaway would write (tasks, registrations, names) is put into the store directly.

- ``one name``: a service of N tasks; one of them is replaced again and again. Measured from the
  beginning of the transaction that does it until a request through the calling task's listener
  reaches the new one.
- ``many names``: the same, on a host where N services of one task each are called.
- ``new name``: a service with a name that was not there, until a request to it is answered.
- ``hosts``: the same replacement with N simulated proxies, until the last of them has it.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.command import command
from benchmarks.figures import Report, Say, Table, Verdict, percentile
from benchmarks.network import a_room, enter
from benchmarks.processes import (
    CannotMeasure,
    cpu_seconds,
    end,
    running,
    tail,
    wait_for,
)
from benchmarks.world import World
from seaway.agent.intercept import intercept

LOOK_EVERY = 0.0003  # seconds between requests while one waits for a change
CALL_EVERY = 0.002  # between connections to a name that is not there yet: each costs the proxy
PATIENCE = 10.0
BACKEND_PORT = 20213


def parser() -> argparse.ArgumentParser:
    """What can be asked of this benchmark."""
    made = argparse.ArgumentParser(prog="benchmarks.propagation", description=__doc__)
    made.add_argument("--changes", type=int, default=100, help="changes measured of each kind")
    made.add_argument("--names", type=int, default=20, help="new names measured")
    made.add_argument(
        "--endpoints", type=_numbers, default=(1, 100, 300, 1000), help="how many, by commas"
    )
    made.add_argument(
        "--hosts", type=_numbers, default=(100, 1000), help="simulated proxies, by commas"
    )
    made.add_argument("--json", action="store_true", help="one JSON document, with all samples")
    return made


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(",") if part)


@dataclass(frozen=True, slots=True)
class Seen:
    """Milliseconds of every change of one kind, and the control plane's processor time for it."""

    took: list[float]
    cpu: float


class Child:
    """A process that is told, and answers, by JSON lines."""

    def __init__(self, command: list[str], log: Path) -> None:
        self._log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
                start_new_session=True,
            )

    def hear(self) -> dict[str, Any]:
        """Its next line. Raises CannotMeasure when it ends instead."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise CannotMeasure(f"{self.process.args!r} ended: {tail(self._log)}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def tell(self, **order: Any) -> None:
        """One line to it."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(order).encode() + b"\n")
        self.process.stdin.flush()

    def ask(self, **order: Any) -> dict[str, Any]:
        """A line there and a line back."""
        self.tell(**order)
        return self.hear()

    def end(self) -> None:
        """Its input ends, which tells it to tidy up."""
        assert self.process.stdin is not None
        with contextlib.suppress(OSError):
            self.process.stdin.close()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            end(self.process)


@contextlib.contextmanager
def control_plane(directory: Path, world: World, real_proxy: bool) -> Iterator[Child]:
    """The mesh of a control plane over a seeded store, ready."""
    told = {"directory": str(directory), "world": asdict(world), "real_proxy": real_proxy}
    command = [sys.executable, "-m", "benchmarks.control_plane", json.dumps(told)]
    child = Child(command, directory / "control-plane.log")
    try:
        child.hear()
        yield child
    finally:
        child.end()


class Caller:
    """A program of the calling task: asks over a kept connection until an answer is as wanted."""

    def __init__(self, sandbox: str) -> None:
        enter(sandbox)
        self._connection: socket.socket | None = None

    def ask(self, address: str) -> str | None:
        """The body of the answer; None if there was none, or not a good one."""
        try:
            if self._connection is None:
                self._connection = socket.create_connection((address, 80), timeout=2)
            self._connection.sendall(b"GET / HTTP/1.1\r\nhost: server\r\n\r\n")
            with self._connection.makefile("rb") as answer:
                status = answer.readline()
                headers = dict(iter(lambda: answer.readline().lower().split(b": "), [b"\r\n"]))
                body = answer.read(int(headers[b"content-length"]))
        except (OSError, KeyError, ValueError):  # broken off, maybe in the middle
            self.hang_up()
            return None
        return body.decode() if status.startswith(b"HTTP/1.1 200") else None

    def hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def until(
        self, address: str, wanted: Callable[[str], bool], every: float = LOOK_EVERY
    ) -> float:
        """When the first such answer was there. Raises CannotMeasure."""
        limit = time.monotonic() + PATIENCE
        while True:
            said = self.ask(address)
            now = time.monotonic()
            if said is not None and wanted(said):
                return now
            if now > limit:
                raise CannotMeasure(f"{address} says {said!r} {PATIENCE:g} seconds after a change")
            time.sleep(every)


def in_sandbox(sandbox: str, work: Callable[[Caller], list[float]]) -> list[float]:
    """Run ``work`` on a thread that lives in the network namespace."""
    done: list[list[float]] = []
    failed: list[BaseException] = []

    def go() -> None:
        try:
            done.append(work(Caller(sandbox)))
        except BaseException as problem:
            failed.append(problem)

    thread = threading.Thread(target=go, daemon=True)
    thread.start()
    while thread.is_alive():  # in slices, so that Ctrl-C comes through
        thread.join(0.2)
    if failed:
        raise failed[0]
    return done[0]


def endpoint_changes(world: World, changes: int) -> Seen:
    """Replace one task of the first name, again and again."""
    with contextlib.ExitStack() as held:
        directory = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="swbench")))
        plane = held.enter_context(control_plane(directory, world, real_proxy=True))
        pid = plane.process.pid
        spent = 0.0

        def work(caller: Caller) -> list[float]:
            nonlocal spent
            caller.until("127.255.0.1", lambda said: True)
            for _ in range(3):
                address = plane.ask(do="swap")["address"]
                caller.until("127.255.0.1", address.__eq__)
            before, took = cpu_seconds(pid), []
            for _ in range(changes):
                time.sleep(random.uniform(0.01, 0.03))  # not in step with anything
                told = plane.ask(do="swap")
                routed = caller.until("127.255.0.1", told["address"].__eq__)
                took.append((routed - told["at"]) * 1000)
            spent = cpu_seconds(pid) - before
            return took

        return Seen(in_sandbox(world.sandbox, work), spent / changes * 1000)


def new_names(world: World, names: int) -> Seen:
    """Add names to those that are there; each has to be answered for."""
    with contextlib.ExitStack() as held:
        directory = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="swbench")))
        plane = held.enter_context(control_plane(directory, world, real_proxy=True))
        pid = plane.process.pid
        spent = 0.0

        def work(caller: Caller) -> list[float]:
            nonlocal spent
            caller.until("127.255.0.1", lambda said: True)
            before, took = cpu_seconds(pid), []
            for number in range(world.names, world.names + names):
                caller.hang_up()
                time.sleep(random.uniform(0.01, 0.03))
                told = plane.ask(do="name", number=number)
                index = number + 1
                address = f"127.255.{index >> 8}.{index & 255}"
                usable = caller.until(address, lambda said: True, CALL_EVERY)
                took.append((usable - told["at"]) * 1000)
            spent = cpu_seconds(pid) - before
            return took

        return Seen(in_sandbox(world.sandbox, work), spent / names * 1000)


def simulated_hosts(hosts: int, changes: int, processes: int = 2) -> tuple[Seen, float]:
    """Replace one task that a caller on every host calls; until the last proxy has heard of it.

    The second figure: the simulated proxies' own processor time, milliseconds per change.
    """
    world = World(port=BACKEND_PORT, sandbox="/run/netns/none", hosts=hosts + 1)
    with contextlib.ExitStack() as held:
        directory = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="swbench")))
        plane = held.enter_context(control_plane(directory, world, real_proxy=False))
        sizes = [hosts // processes + (n < hosts % processes) for n in range(processes)]
        clients = []
        first = 1
        for size in sizes:
            words = [str(directory / "control.sock"), str(first), str(size)]
            command = [sys.executable, "-m", "benchmarks.simulated_proxies", *words]
            clients.append(Child(command, directory / f"proxies-{first}.log"))
            held.callback(clients[-1].end)
            first += size
        for client in clients:
            client.hear()
        pids = [client.process.pid for client in clients]
        took = []
        for turn in range(changes + 1):
            if turn == 1:
                before, theirs = cpu_seconds(plane.process.pid), sum(map(cpu_seconds, pids))
            time.sleep(0.1)
            for client in clients:
                client.tell()
            told = plane.ask(do="swap")
            last = max(client.hear()["last"] for client in clients)
            took.append((last - told["at"]) * 1000)
        spent = cpu_seconds(plane.process.pid) - before
        theirs = sum(map(cpu_seconds, pids)) - theirs
        return Seen(took[1:], spent / changes * 1000), theirs / changes * 1000


def run(arguments: list[str], say: Say) -> Report:
    """Measure as the arguments ask. Raises CannotMeasure."""
    asked = parser().parse_args(arguments)
    report = Report("propagation")
    rows = []
    with a_room("caller") as room, tempfile.TemporaryDirectory(prefix="swbench") as name:
        asyncio.run(intercept(room.path))
        backend = [sys.executable, "-m", "benchmarks.backend", str(BACKEND_PORT)]
        with running(backend, Path(name) / "backend.log"):
            wait_for(backend_listens, f"a server on port {BACKEND_PORT}")
            for count in asked.endpoints:
                say(f"one name of {count} endpoints")
                one = World(port=BACKEND_PORT, sandbox=room.path, tasks=count)
                seen = endpoint_changes(one, asked.changes)
                rows.append(_row(report, f"a change, one name of {count} endpoints", seen))
                if count == 1:
                    continue
                say(f"{count} names of one endpoint")
                many = World(port=BACKEND_PORT, sandbox=room.path, names=count)
                seen = endpoint_changes(many, asked.changes)
                rows.append(_row(report, f"a change, {count} names of one endpoint", seen))
            for count in asked.endpoints:
                say(f"new names beside {count}")
                many = World(port=BACKEND_PORT, sandbox=room.path, names=count)
                seen = new_names(many, asked.names)
                rows.append(_row(report, f"a new name beside {count}", seen))
    for count in asked.hosts:
        say(f"{count} simulated proxies")
        seen, theirs = simulated_hosts(count, max(5, asked.changes // 5))
        rows.append(_row(report, f"a change, last of {count} hosts", seen))
        report.notes.append(
            f"The {count} simulated proxies themselves used {theirs:.0f} ms of processor time "
            "per change, on the same cores."
        )
    columns = ("milliseconds", "changes", "p50", "p99", "min", "max", "control plane CPU")
    title = "From the store's transaction to the first request that is routed by it"
    report.tables.append(Table(title, columns, tuple(rows)))
    report.verdicts = _verdicts(report.samples, asked)
    return report


def backend_listens() -> bool:
    """Whether the program that answers for all server tasks takes connections."""
    try:
        socket.create_connection(("127.0.0.1", BACKEND_PORT), timeout=1).close()
    except OSError:
        return False
    return True


def _row(report: Report, name: str, seen: Seen) -> tuple[str, ...]:
    report.samples[name] = seen.took
    figures = (
        statistics.median(seen.took), percentile(seen.took, 99), min(seen.took), max(seen.took)
    )  # fmt: skip
    written = (f"{figure:.1f}" for figure in figures)
    return (name, str(len(seen.took)), *written, f"{seen.cpu:.1f}")


def _verdicts(samples: dict[str, Any], asked: argparse.Namespace) -> list[Verdict]:
    found = []
    most = max(asked.endpoints, default=0)
    for name, took in samples.items():
        if name.startswith("a change") and "hosts" not in name and f" {most} " in name:
            found.append(Verdict(f"{name}, p50", statistics.median(took), 10, False, " ms"))
            found.append(Verdict(f"{name}, p99", percentile(took, 99), 50, False, " ms"))
        if name.startswith("a new name"):
            found.append(Verdict(f"{name}, p99", percentile(took, 99), 100, False, " ms"))
        if name == "a change, last of 1000 hosts":
            found.append(Verdict(f"{name}, p50", statistics.median(took), 150, False, " ms"))
    return found


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    return command(parser(), run, arguments)


if __name__ == "__main__":
    os.environ.setdefault("GRPC_VERBOSITY", "ERROR")
    sys.exit(main())
