"""Programs of ours that outlive us: found again by their words, waited for, ended.

The host's Envoy and the name server go on serving while no control plane is there, so a pid of
theirs may be a child's or nobody's.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from pathlib import Path

LIVED_SECONDS = 5.0
"""A program that lived for so long is started again at once; one that did not, a little later."""

_END_SECONDS = 5.0
"""How long a program may take to end when it is told to."""


def running(word: str) -> list[tuple[int, list[str]]]:
    """The processes that were started with this word, whoever did it: pid and all their words."""
    found = []
    for command in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            words = os.fsdecode(command.read_bytes()).split("\0")[:-1]
            if word in words:
                found.append((int(command.parent.name), words))
    return sorted(found)


async def gone(pid: int, patience: float | None = None) -> bool:
    """Wait for a process to end, a child or not; False if it lives on after ``patience`` seconds.

    A child is reaped.
    """
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(descriptor, ended.set)
    try:
        async with asyncio.timeout(patience):
            await ended.wait()
    except TimeoutError:
        return False
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)
    with contextlib.suppress(ChildProcessError):  # somebody else's child
        os.waitpid(pid, os.WNOHANG)
    return True


async def end(pid: int) -> None:
    """Tell a process to end, and see to it that it does."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.kill(pid, sign)
        except ProcessLookupError:
            return
        if await gone(pid, _END_SECONDS):
            return


def pause_after(lived: float, before: float) -> float:
    """Seconds until another is started for one that lived so many, after a pause of ``before``."""
    return 0.0 if lived > LIVED_SECONDS else min(2 * before + 0.05, 5)


def begin_anew(log_file: Path, largest: int) -> None:
    """Keep one older log of a file that has grown beyond so many bytes."""
    with contextlib.suppress(FileNotFoundError):
        if log_file.stat().st_size > largest:
            log_file.replace(log_file.with_suffix(".log.1"))
