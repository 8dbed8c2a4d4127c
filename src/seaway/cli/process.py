"""The running control plane of a data directory: is there one, and where does it answer."""

from __future__ import annotations

import fcntl
import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from seaway.settings import Settings


class Claim:
    """The right to be the one control plane of a data directory; ends with the process."""

    def __init__(self, pid_file: Path) -> None:
        self._pid_file = pid_file
        self._descriptor: int | None = None

    def take(self, settings: Settings) -> bool:
        """Claim the directory; False when another process has it. Raises OSError."""
        self._pid_file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._pid_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        os.ftruncate(descriptor, 0)
        os.write(descriptor, json.dumps({"pid": os.getpid(), "url": settings.url}).encode())
        self._descriptor = descriptor
        return True


def running(settings: Settings) -> tuple[int, str] | None:
    """The process id and endpoint of the control plane that holds the directory, if one does."""
    try:
        descriptor = os.open(settings.pid_file, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        content = os.read(descriptor, 4096)
        try:
            said = json.loads(content)
        except ValueError:
            return None
        return int(said["pid"]), str(said["url"])
    finally:
        os.close(descriptor)
    return None


def ask(url: str, timeout: float = 2.0) -> dict[str, Any] | None:
    """What the control plane says of itself; None when it does not answer."""
    try:
        with urllib.request.urlopen(f"{url}/_seaway/status", timeout=timeout) as answer:
            said: dict[str, Any] = json.load(answer)
            return said
    except (urllib.error.URLError, OSError, ValueError):
        return None


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Whether the condition comes true within so many seconds."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True
