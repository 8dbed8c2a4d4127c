"""Processes of a benchmark: started, watched for what they cost, and ended whatever happens."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


class CannotMeasure(Exception):
    """The machine lacks something; the message is one sentence that says what."""


def cpu_seconds(pid: int) -> float:
    """Processor time a process has used so far, its threads' and the kernel's for it included."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def resident_mib(pid: int, *, alone: bool = False) -> float:
    """The memory it has, in MiB (proportional set size); with its children's unless ``alone``."""
    total = 0.0
    for one in (pid,) if alone else (pid, *descendants(pid)):
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{one}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) / 1024
    return total


def descendants(pid: int) -> Iterator[int]:
    """Its children and theirs."""
    with contextlib.suppress(OSError):
        for file in Path(f"/proc/{pid}/task").glob("*/children"):
            for child in file.read_text().split():
                yield int(child)
                yield from descendants(int(child))


@contextlib.contextmanager
def running(
    command: Sequence[str],
    log: Path,
    *,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a session of its own; ended, with all it started, at the end."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=cwd,
            env={**os.environ, **(environment or {})},
            start_new_session=True,
        )
    try:
        yield process
    finally:
        end(process)


def end(process: subprocess.Popen[bytes], patience: float = 5) -> None:
    """Asked first, then killed; its process group goes with it."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            continue
        break
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def wait_for(
    holds: Callable[[], bool], what: str, patience: float = 15, every: float = 0.005
) -> float:
    """Wait until something holds; how many seconds that took. Raises CannotMeasure."""
    began = time.monotonic()
    while not holds():
        if time.monotonic() - began > patience:
            raise CannotMeasure(f"{what}: not within {patience:g} seconds")
        time.sleep(every)
    return time.monotonic() - began


def tail(log: Path, characters: int = 1500) -> str:
    """The end of a log, for a message."""
    with contextlib.suppress(OSError):
        return log.read_text(errors="replace")[-characters:]
    return ""


@contextlib.contextmanager
def ended_by_signals() -> Iterator[None]:
    """SIGTERM tidies up like Ctrl-C does."""

    def stop(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
