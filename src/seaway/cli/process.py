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

import click

from seaway.settings import Settings

LOOK_SECONDS = 0.2
"""Somebody who only looks holds the lock for a moment."""


class Claim:
    """The right to be the one control plane of a data directory; ends with the process."""

    def __init__(self, pid_file: Path) -> None:
        self._pid_file = pid_file
        self._descriptor: int | None = None

    def take(self, settings: Settings) -> bool:
        """Claim the directory; False when another process has it. Raises OSError."""
        self._pid_file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._pid_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        if not wait_until(lambda: _locked(descriptor, fcntl.LOCK_EX), LOOK_SECONDS):
            os.close(descriptor)
            return False
        os.ftruncate(descriptor, 0)
        os.write(descriptor, json.dumps({"pid": os.getpid(), "url": settings.url}).encode())
        self._descriptor = descriptor
        return True


def running(settings: Settings) -> tuple[int, str] | None:
    """The process id and endpoint of the control plane that holds the directory, if one does.

    Raises click.ClickException when this user may not look.
    """
    try:
        descriptor = os.open(settings.pid_file, os.O_RDONLY | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except PermissionError as error:
        raise click.ClickException(
            f"The data directory {settings.data_dir} can't be read: run this with sudo."
        ) from error
    try:
        # Shared, so that two who look at the same time don't take each other for the holder.
        if _locked(descriptor, fcntl.LOCK_SH):
            return None
        said = json.loads(os.read(descriptor, 4096))
        return int(said["pid"]), str(said["url"])
    except ValueError:
        return None
    finally:
        os.close(descriptor)


def _locked(descriptor: int, kind: int) -> bool:
    """Whether the lock could be had; it lasts until the descriptor is closed."""
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


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
