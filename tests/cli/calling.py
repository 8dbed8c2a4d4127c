"""`seaway` called as a program, and what it says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ENVIRONMENT = {
    name: value for name, value in os.environ.items() if not name.startswith(("SEAWAY_", "DOCKER_"))
}


def seaway(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """One call of the program."""
    return subprocess.run(
        [sys.executable, "-m", "seaway.cli", *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**ENVIRONMENT, **environment},
        timeout=60,
        check=False,
    )


def as_nobody(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The same by a user who is not root; the program is loaded before the rights are given up."""
    program = (
        "import os, sys, seaway.cli.up, seaway.cli.down, seaway.cli.status, seaway.cli.env\n"
        "from seaway.cli import main\n"
        "os.setegid(65534); os.seteuid(65534)\n"
        "main(sys.argv[1:])\n"
    )
    return subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**ENVIRONMENT, "HOME": "/nonexistent"},
        timeout=60,
        check=False,
    )


def sentence(done: subprocess.CompletedProcess[str]) -> str:
    """What a command that failed says: one line, and no traceback."""
    assert done.returncode != 0
    assert done.stdout == ""
    (line,) = done.stderr.strip().splitlines()
    assert line.startswith("Error: ")
    return line.removeprefix("Error: ")
