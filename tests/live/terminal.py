"""A program on a terminal of its own, as a person in front of it has it."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence

PATIENCE = 60.0


class Terminal:
    """Starts the program; what it shows is waited for, what is typed is sent."""

    def __init__(self, program: Sequence[str], environment: Mapping[str, str]) -> None:
        self._mine, theirs = pty.openpty()
        self.resize(80, 24)
        self._process = subprocess.Popen(
            program,
            env={**environment, "TERM": "xterm"},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            preexec_fn=lambda: os.login_tty(theirs),
        )
        os.close(theirs)
        self.shown = b""

    def type(self, text: str) -> None:
        """Keys pressed."""
        os.write(self._mine, text.encode())

    def resize(self, columns: int, rows: int) -> None:
        """Draw the window to another size; the program hears of it from the kernel."""
        fcntl.ioctl(self._mine, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def until(self, text: str) -> None:
        """Wait until it is shown."""
        end = time.monotonic() + PATIENCE
        while text.encode() not in self.shown:
            left = end - time.monotonic()
            assert left > 0, f"not shown: {text!r}; shown: {self.shown!r}"
            if not self._read(left):
                raise AssertionError(f"ended without {text!r}: {self.shown!r}")

    def ended(self) -> int:
        """Wait for its end; its exit code."""
        while self._read(PATIENCE):
            pass
        return self._process.wait(PATIENCE)

    def hang_up(self) -> None:
        """Close the window."""
        os.close(self._mine)
        self._process.wait(PATIENCE)

    def _read(self, seconds: float) -> bool:
        ready, _, _ = select.select([self._mine], [], [], seconds)
        if not ready:
            return True
        try:
            data = os.read(self._mine, 65536)
        except OSError:  # the program has closed its end
            return False
        self.shown += data
        return bool(data)
