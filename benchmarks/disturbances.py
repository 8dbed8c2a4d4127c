"""What callers see of trouble: the proxy killed, a bad configuration, the control plane away.

A real store, publisher, xDS server and Envoy, as in ``propagation``; in the calling task's
namespace, programs that ask at a steady rate, most over connections they keep, one over a new one
each time. For each trouble: how many requests they sent, how many failed, and the longest
time one of them went without a good answer.

``--away`` is how many seconds the control plane is away: 20, so that a run is short. Ten minutes
(``--away 600``) show the same, for longer.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from benchmarks.command import command
from benchmarks.figures import Report, Say, Table, Verdict
from benchmarks.network import a_room
from benchmarks.processes import CannotMeasure, running, wait_for
from benchmarks.propagation import BACKEND_PORT, Caller, Child, backend_listens, control_plane
from benchmarks.world import World
from seaway.agent.intercept import intercept

NAME = "127.255.0.1"
AROUND = 2.0
"""Seconds of steady calls before and after each trouble."""


def parser() -> argparse.ArgumentParser:
    """What can be asked of this benchmark."""
    made = argparse.ArgumentParser(prog="benchmarks.disturbances", description=__doc__)
    made.add_argument("--away", type=float, default=20, help="seconds without a control plane")
    made.add_argument("--rate", type=int, default=400, help="requests per second, in all")
    made.add_argument("--askers", type=int, default=8, help="programs that ask")
    made.add_argument("--kills", type=int, default=5, help="how often the proxy is killed")
    made.add_argument("--json", action="store_true", help="one JSON document, with all samples")
    return made


@dataclass(slots=True)
class Asker:
    """One program's story: when each request was asked, when answered, and whether well."""

    asked: list[tuple[float, float, bool]] = field(default_factory=list)

    def between(self, began: float, ended: float) -> list[tuple[float, float, bool]]:
        """The requests asked in this time."""
        return [request for request in self.asked if began <= request[0] < ended]

    def longest_gap(self, began: float, ended: float) -> float:
        """Seconds: the longest this program went without a good answer."""
        good = [done for _, done, well in self.between(began, ended) if well]
        return max(b - a for a, b in pairwise((began, *good, max([ended, *good[-1:]]))))


@dataclass(frozen=True, slots=True)
class Seen:
    """What the callers saw of one trouble."""

    sent: int
    failed: int
    gap: float


class Callers:
    """Programs in the calling task's namespace that ask until they are told to stop."""

    def __init__(self, sandbox: str, askers: int, rate: int) -> None:
        self._sandbox = sandbox
        self._pause = askers / rate
        self._stop = threading.Event()
        self.askers = [Asker() for _ in range(askers)]
        self._threads = [
            threading.Thread(target=self._ask, args=(asker, number == 0), daemon=True)
            for number, asker in enumerate(self.askers)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(5)

    def _ask(self, asker: Asker, anew: bool) -> None:
        caller = Caller(self._sandbox)
        due = time.monotonic()
        while not self._stop.is_set():
            began = time.monotonic()
            well = caller.ask(NAME) is not None
            asker.asked.append((began, time.monotonic(), well))
            if anew:
                caller.hang_up()
            due = max(due + self._pause, time.monotonic() - self._pause)
            time.sleep(max(0.0, due - time.monotonic()))

    def saw(self, began: float, ended: float) -> Seen:
        """What they saw of what was between."""
        requests = [request for asker in self.askers for request in asker.between(began, ended)]
        if not requests:
            raise CannotMeasure("nobody asked for anything")
        return Seen(
            sent=len(requests),
            failed=sum(not well for _, _, well in requests),
            gap=max(asker.longest_gap(began, ended) for asker in self.askers),
        )


@contextmanager
def asking(sandbox: str, askers: int, rate: int) -> Iterator[Callers]:
    """Callers that ask while the block runs."""
    callers = Callers(sandbox, askers, rate)
    callers.start()
    try:
        yield callers
    finally:
        callers.stop()


def watched(callers: Callers, trouble: Callable[[], None]) -> Seen:
    """Steady calls, the trouble, and steady calls again."""
    began = time.monotonic()
    time.sleep(AROUND)
    trouble()
    time.sleep(AROUND)
    return callers.saw(began, time.monotonic())


def _kill_proxy(plane: Child) -> None:
    os.kill(plane.ask(do="pid")["proxy"], signal.SIGKILL)


def _refuse(plane: Child) -> None:
    """Envoy refuses a listener; while it does, other changes come through, and it is mended."""
    refused = plane.ask(do="break")["refused"]
    if not refused:
        raise CannotMeasure("Envoy refused nothing")
    for _ in range(5):
        plane.ask(do="swap")
        time.sleep(0.2)
    plane.ask(do="mend")


@dataclass(slots=True)
class _Planes:
    """The control plane there is; another one takes its place after it was killed."""

    held: ExitStack
    directory: Path
    world: World
    now: Child = field(init=False)

    def start(self) -> None:
        self.now = self.held.enter_context(control_plane(self.directory, self.world, True))

    def away(self, seconds: float) -> None:
        self.now.process.kill()
        self.now.process.wait()
        time.sleep(seconds)
        self.start()
        self.now.ask(do="swap")


def run(arguments: list[str], say: Say) -> Report:
    """Measure as the arguments ask. Raises CannotMeasure."""
    asked = parser().parse_args(arguments)
    report = Report("disturbances")
    with ExitStack() as held:
        room = held.enter_context(a_room("caller"))
        directory = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="swbench")))
        asyncio.run(intercept(room.path))
        backend = [sys.executable, "-m", "benchmarks.backend", str(BACKEND_PORT)]
        held.enter_context(running(backend, directory / "backend.log"))
        wait_for(backend_listens, f"a server on port {BACKEND_PORT}")
        planes = _Planes(held, directory, World(port=BACKEND_PORT, sandbox=room.path, tasks=3))
        planes.start()
        callers = held.enter_context(asking(room.path, asked.askers, asked.rate))
        wait_for(lambda: any(a.asked and a.asked[-1][2] for a in callers.askers), "an answer")
        found = dict(_troubles(callers, planes, asked, say))
    _tell(report, found)
    return report


def _troubles(
    callers: Callers, planes: _Planes, asked: argparse.Namespace, say: Say
) -> Iterator[tuple[str, Seen]]:
    say("no trouble")
    yield "no trouble", watched(callers, lambda: None)
    for number in range(asked.kills):
        say("the proxy is killed")
        seen = watched(callers, lambda: _kill_proxy(planes.now))
        yield f"the proxy killed ({number + 1})", seen
    say("a configuration that Envoy refuses")
    yield "a configuration refused", watched(callers, lambda: _refuse(planes.now))
    say(f"the control plane killed, and away for {asked.away:g} s")
    seen = watched(callers, lambda: planes.away(asked.away))
    yield f"the control plane away {asked.away:g} s", seen


def _tell(report: Report, found: dict[str, Seen]) -> None:
    rows = [
        (name, str(seen.sent), str(seen.failed), f"{seen.gap * 1000:.0f}")
        for name, seen in found.items()
    ]
    columns = ("trouble", "requests", "failed", "longest without an answer, ms")
    report.tables.append(Table("What callers saw", columns, tuple(rows)))
    report.samples.update({n: {"failed": s.failed, "gap": s.gap} for n, s in found.items()})
    for name, seen in found.items():
        if name.startswith("the proxy"):
            report.verdicts.append(Verdict(f"{name}, longest gap", seen.gap, 1, False, " s"))
        else:
            report.verdicts.append(Verdict(f"{name}, failed", seen.failed, 0, False))


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    return command(parser(), run, arguments)


if __name__ == "__main__":
    os.environ.setdefault("GRPC_VERBOSITY", "ERROR")
    sys.exit(main())
