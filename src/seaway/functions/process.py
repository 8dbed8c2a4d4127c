"""One process of a function: started, asked, and ended."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import io
import json
import os
import shutil
import signal
import socket
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BOOTSTRAP = Path(__file__).with_name("bootstrap.py")
START_SECONDS = 10.0
"""How long a function may take to load (Lambda guide: the init phase)."""

LARGEST_LINE = 64 * 1024 * 1024
NOBODY = 65534
"""Whose rights a function has, when Seaway itself is root."""


class ProcessGone(Exception):
    """The process ended in the middle of a call; the text says how."""


class TimedOut(Exception):
    """The call took longer than it may."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a process answered: JSON text, or what went wrong; and the lines it wrote meanwhile."""

    text: str | None
    error: Mapping[str, Any] | None
    memory: int
    """MiB used at most so far."""


class FunctionProcess:
    """A process that has loaded a handler. One call at a time."""

    def __init__(self, home: Path, stream: str) -> None:
        self.home = home
        self.stream = stream
        """The log stream of all it writes."""
        self.init_seconds: float | None = None
        """How long loading took; None after the first call, in whose report it stands."""
        self.started = self.last_used = 0.0
        """Of the running loop's clock: its start, and the end of the last call."""
        self.lines: asyncio.Queue[str] = asyncio.Queue()
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def start(
        self, runtime: str, code: bytes, environment: Mapping[str, str], memory: int
    ) -> None:
        """Unpack the code and load the handler.

        Raises ProcessGone, TimedOut, BadZipFile, OSError.
        """
        await asyncio.to_thread(_unpack, code, self.home)
        python = _python(runtime)
        ours, theirs = socket.socketpair()
        self._reader, self._writer = await asyncio.open_connection(sock=ours, limit=LARGEST_LINE)
        with theirs:
            self._process = await asyncio.create_subprocess_exec(
                python,
                *("-B", "-u", str(self._bootstrap()), str(theirs.fileno()), str(memory), _boto3()),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                pass_fds=(theirs.fileno(),),
                env=dict(environment) | {"LAMBDA_TASK_ROOT": str(self.home / "task")},
                cwd=self.home / "task",
                start_new_session=True,
                limit=LARGEST_LINE,
                **_as_nobody(python),
            )
        self.init_seconds = (await self._answer(START_SECONDS))["ready"]

    def _bootstrap(self) -> Path:
        """A copy of our own: the installation need not be readable for everybody."""
        copy = self.home / "bootstrap.py"
        shutil.copyfile(BOOTSTRAP, copy)
        copy.chmod(0o644)
        return copy

    async def ask(self, request: Mapping[str, Any], seconds: float) -> Reply:
        """One call; ``lines`` holds what it wrote. Raises ProcessGone, TimedOut."""
        assert self._writer is not None
        reading = asyncio.ensure_future(self._read_lines(request["mark"]))
        try:
            self._writer.write(json.dumps(request).encode() + b"\n")
            answer = await self._answer(seconds)
            await reading
        except BaseException:
            # What it wrote until then belongs to the call: read on to the end of it.
            await self.end()
            await reading
            raise
        return Reply(answer["text"], answer["error"], answer["memory"])

    async def _answer(self, seconds: float) -> dict[str, Any]:
        assert self._reader is not None
        assert self._process is not None
        try:
            async with asyncio.timeout(seconds):
                line = await self._reader.readline()
        except TimeoutError as error:
            raise TimedOut from error
        except ConnectionError:
            line = b""
        if not line:
            raise ProcessGone(_ended(await self._process.wait()))
        answer: dict[str, Any] = json.loads(line)
        return answer

    async def _read_lines(self, mark: str) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        while line := await self._process.stdout.readline():
            text = line.decode("utf-8", "replace").rstrip("\n")
            if text.endswith(mark):
                rest = text.removesuffix(mark)
                if rest:
                    self.lines.put_nowait(rest)
                return
            self.lines.put_nowait(text)

    def taken_lines(self) -> list[str]:
        """The lines since they were last taken."""
        found = []
        while not self.lines.empty():
            found.append(self.lines.get_nowait())
        return found

    async def end(self) -> None:
        """Kill it with all its children, and remove its files."""
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            await self._process.wait()
        if self._writer is not None:
            self._writer.close()
        await asyncio.to_thread(shutil.rmtree, self.home, True)


def _unpack(code: bytes, home: Path) -> None:
    task = home / "task"
    task.mkdir(parents=True)
    with zipfile.ZipFile(io.BytesIO(code)) as archive:
        archive.extractall(task)  # names that lead outside are made harmless by zipfile
    for path in (home, task, *task.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


def _python(runtime: str) -> str:
    """The Python of just this version, or else the one we run on, or the system's.

    As root it is one that everybody can run, if there is any: then functions need not be root.
    """
    wanted = [shutil.which(runtime), f"/usr/bin/{runtime}", sys.executable, "/usr/bin/python3"]
    there = [path for path in wanted if path and Path(path).exists()]
    return next((path for path in there if _is_for_all(path)), there[0])


def _is_for_all(path: str) -> bool:
    """Whether who has no rights of his own can reach a file, wherever its links lead."""
    real = Path(path).resolve()
    return all(one.stat().st_mode & 0o001 for one in (real, *real.parents))


def _boto3() -> str:
    """Where boto3 is, for functions that count on it as Lambda's do."""
    spec = importlib.util.find_spec("boto3")
    return str(Path(spec.origin).parent.parent) if spec and spec.origin else ""


def _as_nobody(python: str) -> dict[str, Any]:
    if os.geteuid() != 0 or not _is_for_all(python):
        return {}
    # uvloop's subprocesses know no user and group of their own.
    return {"preexec_fn": _become_nobody}


def _become_nobody() -> None:
    os.setgroups(())
    os.setgid(NOBODY)
    os.setuid(NOBODY)


def _ended(code: int) -> str:
    if code < 0:
        return f"Runtime exited with error: signal: {signal.Signals(-code).name}"
    return f"Runtime exited with error: exit status {code}"
