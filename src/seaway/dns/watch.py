"""Tells when a file has been replaced, without looking again and again (Linux's inotify)."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import struct
from collections.abc import AsyncGenerator
from pathlib import Path

_MOVED_TO = 0x00000080
_NONBLOCK = os.O_NONBLOCK | os.O_CLOEXEC
_LOOK_SECONDS = 0.05
_EVENT = struct.Struct("iIII")


async def replacements(path: Path) -> AsyncGenerator[None, None]:
    """Yields now, and each time another file was moved to this path. Raises OSError.

    Several replacements may be told as one: who reads the file afterwards has the newest.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = libc.inotify_init1(_NONBLOCK)
    if descriptor < 0:
        # A machine has only so many watches (fs.inotify.max_user_instances): look often instead.
        async for _ in _looked_at(path):
            yield
        return
    loop = asyncio.get_running_loop()
    heard = asyncio.Event()
    try:
        if libc.inotify_add_watch(descriptor, os.fsencode(path.parent), _MOVED_TO) < 0:
            raise _error()
        loop.add_reader(descriptor, heard.set)
        yield
        while True:
            await heard.wait()
            heard.clear()
            if os.fsencode(path.name) in _names(descriptor):
                yield
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)


async def _looked_at(path: Path) -> AsyncGenerator[None, None]:
    before: tuple[int, int] | None = None
    yield
    while True:
        with contextlib.suppress(FileNotFoundError):
            there = path.stat()
            if (now := (there.st_ino, there.st_mtime_ns)) != before:
                before = now
                yield
        await asyncio.sleep(_LOOK_SECONDS)


def _names(descriptor: int) -> set[bytes]:
    """The names of all that was moved into the directory since the last look."""
    try:
        read = os.read(descriptor, 65536)
    except BlockingIOError:
        return set()
    names, at = set(), 0
    while at < len(read):
        *_, length = _EVENT.unpack_from(read, at)
        at += _EVENT.size
        names.add(read[at : at + length].rstrip(b"\0"))
        at += length
    return names


def _error() -> OSError:
    number = ctypes.get_errno()
    return OSError(number, os.strerror(number))
