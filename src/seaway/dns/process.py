"""The name server's process: started detached, adopted after our own restart, never missed long.

It answers from its last book while no control plane is there, as the host proxy serves its last
configuration; so it too has a session of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
from collections.abc import AsyncGenerator, Sequence
from hashlib import blake2b
from pathlib import Path

from seaway import __version__, processes
from seaway.dns.watch import replacements

log = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"
_LARGEST_LOG = 1024 * 1024


class NameServerProcess:
    """The process that serves ``directory``'s book.

    ``port`` is where the machine's own programs ask on its loopback, 0 = nowhere. ``upstream``
    are servers (``address:port``) for all other names; none = the machine's own.
    """

    def __init__(self, directory: Path, port: int, upstream: Sequence[str] = ()) -> None:
        self._directory = directory
        self.book = directory / "book.json"
        self._serving = directory / "serving"
        self._log_file = directory / "dns.log"
        machine = ("--machine", f"{LOOPBACK}:{port}") if port else ()
        others = [word for server in upstream for word in ("--upstream", server)]
        self._command = [
            # -P: what lies in the working directory is none of its modules.
            *(sys.executable, "-P", "-m", "seaway.dns"),
            *("--book", str(self.book), "--serving", str(self._serving)),
            *machine,
            *others,
        ]
        told = "\0".join((__version__, *self._command)).encode()
        self._command += ["--identity", blake2b(told, digest_size=8).hexdigest()]
        self.pid = 0

    async def run(self) -> None:
        """Adopt the process that runs, or start one, and see to it that there always is one.

        Ends only when cancelled; the process goes on then.
        """
        loop = asyncio.get_running_loop()
        self._directory.mkdir(parents=True, exist_ok=True)
        pause = 0.0
        if not await self._adopt():
            self._spawn()
        while True:
            since = loop.time()
            if self.pid:
                await processes.gone(self.pid)
            log.warning("the name server, pid %d, is gone; starting another", self.pid)
            pause = processes.pause_after(loop.time() - since, pause)
            await asyncio.sleep(pause)
            self._spawn()

    async def end(self) -> None:
        """End the process that runs for this directory, if one does."""
        for pid, _ in self._running():
            await processes.end(pid)
        self._serving.unlink(missing_ok=True)
        self.pid = 0

    async def serving(self) -> AsyncGenerator[frozenset[str], None]:
        """The addresses at which VPCs can ask; now, and whenever they have changed.

        While the process is being started nothing is said: what was true before will be again.
        """
        self._directory.mkdir(parents=True, exist_ok=True)
        async for _ in replacements(self._serving):
            with contextlib.suppress(FileNotFoundError):
                lines = self._serving.read_text().splitlines()
                yield frozenset(line.split()[0] for line in lines) - {LOOPBACK}

    async def _adopt(self) -> bool:
        """Take over a process with these very settings; end those with others."""
        for pid, command in self._running():
            if not self.pid and command == self._command:
                self.pid = pid
                log.info("adopted the name server, pid %d", pid)
            else:
                await processes.end(pid)
        return bool(self.pid)

    def _running(self) -> list[tuple[int, list[str]]]:
        """The processes that serve this directory's book, whoever started them, and their words."""
        found = processes.running(str(self.book))
        return [(pid, words) for pid, words in found if "seaway.dns" in words]

    def _spawn(self) -> None:
        # What it served is not served now.
        self._serving.unlink(missing_ok=True)
        processes.begin_anew(self._log_file, _LARGEST_LOG)
        wanted = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        files = [
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(self._log_file), wanted, 0o644),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ]
        try:
            self.pid = os.posix_spawn(
                sys.executable, self._command, os.environ, file_actions=files, setsid=True
            )
        except OSError as error:
            log.error("the name server does not start: %s", error)
            self.pid = 0
            return
        log.info("started the name server, pid %d", self.pid)
