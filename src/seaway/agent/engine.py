"""The container engine, as little of it as a host needs. The only file that sees Docker."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import os
import struct
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeVar

import aiodocker
import aiohttp

from seaway.core.task import Health
from seaway.core.task_definition import HealthCheck, LogConfiguration, Ulimit

Pairs = tuple[tuple[str, str], ...]
T = TypeVar("T")


class EngineError(Exception):
    """The engine refused; ``message`` is its own sentence."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotThere(EngineError):
    """What was named does not exist in the engine."""


class EngineGone(EngineError):
    """The engine does not answer; it may come back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineFacts:
    """What the engine says of itself and its machine. ``memory`` is bytes."""

    version: str
    cores: int
    memory: int
    architecture: str
    """In Docker's words: amd64, arm64."""
    cgroup_version: int
    cgroup_driver: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerSpec:
    """A container to create. Memory is bytes, ``network`` a network's name, host, none or
    container:<id>; what belongs to the namespace is refused with the last."""

    name: str
    image: str
    labels: Pairs = ()
    command: tuple[str, ...] = ()
    entry_point: tuple[str, ...] = ()
    environment: Pairs = ()
    working_directory: str | None = None
    user: str | None = None
    hostname: str | None = None
    network: str = "none"
    address: str | None = None
    dns_servers: tuple[str, ...] = ()
    dns_search: tuple[str, ...] = ()
    sysctls: Pairs = ()
    binds: tuple[str, ...] = ()
    cgroup_parent: str = ""
    cpu_shares: int | None = None
    memory: int | None = None
    memory_reservation: int | None = None
    shared_memory: int | None = None
    privileged: bool = False
    read_only_root: bool = False
    interactive: bool = False
    pseudo_terminal: bool = False
    init_process: bool = False
    capabilities_add: tuple[str, ...] = ()
    capabilities_drop: tuple[str, ...] = ()
    ulimits: tuple[Ulimit, ...] = ()
    health_check: HealthCheck | None = None
    log: LogConfiguration | None = None
    """None: kept by the engine in files, rotated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A container found in the engine."""

    id: str
    name: str
    labels: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """A container's state. Times are epoch seconds; ``sandbox`` is its network namespace's path."""

    id: str
    running: bool
    has_started: bool
    exit_code: int | None
    out_of_memory: bool
    started_at: float | None
    finished_at: float | None
    health: Health
    sandbox: str
    labels: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something happened to a container: die, oom or health_status. ``at`` is epoch ns."""

    container: str
    action: str
    at: int
    labels: dict[str, str]
    health: Health | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputLine:
    """A line a container wrote; ``at`` is epoch nanoseconds."""

    at: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFacts:
    """An image the engine has. ``digests`` are "repository@sha256:…" it was pulled by."""

    id: str
    digests: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkFacts:
    """A bridge network of the engine, and its interface on the machine."""

    id: str
    name: str
    cidr: str
    interface: str
    labels: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkSpec:
    """A bridge network to create."""

    name: str
    cidr: str
    gateway: str
    interface: str
    labels: Pairs = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Who pulls from a registry."""

    user: str
    password: str
    server: str


class Engine(Protocol):
    """What a host asks of a container engine.

    Every method raises EngineError with the engine's sentence, NotThere for a missing subject,
    EngineGone while the engine cannot be reached.
    """

    async def about(self) -> EngineFacts: ...
    async def containers(self, labels: Pairs) -> tuple[Listed, ...]: ...
    async def inspect(self, container: str) -> Inspection: ...
    async def create(self, spec: ContainerSpec) -> str: ...
    async def start(self, container: str) -> None: ...
    async def stop(self, container: str, timeout: int) -> None: ...
    async def remove(self, container: str) -> None: ...
    async def execute(self, container: str, command: tuple[str, ...]) -> tuple[int, str]: ...
    def events(self, labels: Pairs, since: int) -> AsyncGenerator[Event, None]: ...
    def output(
        self, container: str, since: int, *, pseudo_terminal: bool
    ) -> AsyncGenerator[OutputLine, None]: ...
    async def image(self, name: str) -> ImageFacts: ...
    async def pull(self, name: str, credentials: Credentials | None) -> None: ...
    async def load(self, archive: bytes) -> None: ...
    async def networks(self, labels: Pairs) -> tuple[NetworkFacts, ...]: ...
    async def create_network(self, spec: NetworkSpec) -> None: ...
    async def remove_network(self, network: str) -> None: ...
    async def create_volume(self, name: str, labels: Pairs) -> None: ...
    async def volumes(self, labels: Pairs) -> tuple[str, ...]: ...
    async def remove_volume(self, name: str) -> None: ...
    async def close(self) -> None: ...


class DockerEngine:
    """Docker Engine (API 1.41 or later) behind its socket.

    ``starts_at_once`` caps creations and starts in flight: the engine's own work is bound by the
    processor, and more at once only makes each slower.
    """

    def __init__(self, url: str | None = None, *, starts_at_once: int | None = None) -> None:
        self._docker = _client(url)
        self._starts = asyncio.Semaphore(starts_at_once or 2 * (os.cpu_count() or 1))

    async def about(self) -> EngineFacts:
        info = await self._json("info")
        version = await self._json("version")
        return EngineFacts(
            version=info["ServerVersion"],
            cores=info["NCPU"],
            memory=info["MemTotal"],
            architecture=version["Arch"],
            cgroup_version=int(info.get("CgroupVersion") or 1),
            cgroup_driver=info["CgroupDriver"],
        )

    async def containers(self, labels: Pairs) -> tuple[Listed, ...]:
        params = {"all": "true", "filters": _filters(labels)}
        return tuple(
            Listed(id=found["Id"], name=found["Names"][0].lstrip("/"), labels=found["Labels"])
            for found in await self._json("containers/json", params=params)
        )

    async def inspect(self, container: str) -> Inspection:
        return _inspection(await self._json(f"containers/{container}/json"))

    async def create(self, spec: ContainerSpec) -> str:
        """Create the container; one of the same name and labels is taken for it."""
        body = json.dumps(_container_body(spec))
        params = {"name": spec.name}
        async with self._starts:
            try:
                made = await _unbroken(
                    self._json("containers/create", "POST", params=params, body=body)
                )
            except _Conflict as error:
                return await self._same(spec, error)
        return str(made["Id"])

    async def start(self, container: str) -> None:
        async with self._starts:
            await self._call(f"containers/{container}/start", "POST")

    async def stop(self, container: str, timeout: int) -> None:
        """Send the image's stop signal (SIGTERM), after ``timeout`` seconds SIGKILL; wait."""
        await self._call(f"containers/{container}/stop", "POST", params={"t": str(timeout)})

    async def remove(self, container: str) -> None:
        """Kill if need be and remove, anonymous volumes too; nothing to do when it is gone."""
        params = {"force": "true", "v": "true"}
        try:
            await self._call(f"containers/{container}", "DELETE", params=params)
        except NotThere:
            return
        except _Conflict:  # the engine is already removing it
            return

    async def execute(self, container: str, command: tuple[str, ...]) -> tuple[int, str]:
        """Run a command inside; its exit code and what it wrote."""
        body = json.dumps({"Cmd": list(command), "AttachStdout": True, "AttachStderr": True})
        made = await self._json(f"containers/{container}/exec", "POST", body=body)
        start = json.dumps({"Detach": False, "Tty": False})
        async with self._ask(f"exec/{made['Id']}/start", "POST", body=start) as response:
            written = [frame async for frame in _frames(response, pseudo_terminal=False)]
        ended = await self._json(f"exec/{made['Id']}/json")
        return int(ended["ExitCode"]), b"".join(written).decode(errors="replace")

    async def events(self, labels: Pairs, since: int) -> AsyncGenerator[Event, None]:
        """What happens to containers with these labels, from ``since`` (epoch ns) on."""
        wanted = {"type": ["container"], "event": ["die", "oom", "health_status"]}
        params = {"filters": _filters(labels, wanted), "since": _seconds(since)}
        async with self._ask("events", params=params) as response:
            async for line in response.content:
                if event := _event(json.loads(line)):
                    yield event
        raise EngineGone("The event stream of the container engine ended.")

    async def output(
        self, container: str, since: int, *, pseudo_terminal: bool
    ) -> AsyncGenerator[OutputLine, None]:
        """Follow what a container writes, from ``since`` (epoch ns) on, until it ends."""
        params = {"stdout": "1", "stderr": "1", "follow": "1", "timestamps": "1"}
        params["since"] = _seconds(since)
        lines = _Lines()
        async with self._ask(f"containers/{container}/logs", params=params) as response:
            async for frame in _frames(response, pseudo_terminal):
                for line in lines.feed(frame, whole=pseudo_terminal):
                    yield line
        for line in lines.rest():
            yield line

    async def image(self, name: str) -> ImageFacts:
        found = await self._json(f"images/{name}/json")
        return ImageFacts(id=found["Id"], digests=tuple(found.get("RepoDigests") or ()))

    async def pull(self, name: str, credentials: Credentials | None) -> None:
        repository, tag = _split_image(name)
        headers = {"X-Registry-Auth": _auth_header(credentials)} if credentials else {}
        params = {"fromImage": repository, "tag": tag}
        await self._progress("images/create", params, headers=headers)

    async def load(self, archive: bytes) -> None:
        headers, body = {"Content-Type": "application/x-tar"}, io.BytesIO(archive)
        await self._progress("images/load", {"quiet": "1"}, headers=headers, body=body)

    async def networks(self, labels: Pairs) -> tuple[NetworkFacts, ...]:
        found = await self._json("networks", params={"filters": _filters(labels)})
        return tuple(_network(entry) for entry in found)

    async def create_network(self, spec: NetworkSpec) -> None:
        body = {
            "Name": spec.name,
            "CheckDuplicate": True,
            "Driver": "bridge",
            "IPAM": {"Config": [{"Subnet": spec.cidr, "Gateway": spec.gateway}]},
            "Options": {
                "com.docker.network.bridge.name": spec.interface,
                "com.docker.network.bridge.enable_icc": "true",
            },
            "Labels": dict(spec.labels),
        }
        await self._json("networks/create", "POST", body=json.dumps(body))

    async def remove_network(self, network: str) -> None:
        await self._call(f"networks/{network}", "DELETE")

    async def create_volume(self, name: str, labels: Pairs) -> None:
        body = json.dumps({"Name": name, "Labels": dict(labels)})
        await self._json("volumes/create", "POST", body=body)

    async def volumes(self, labels: Pairs) -> tuple[str, ...]:
        found = await self._json("volumes", params={"filters": _filters(labels)})
        return tuple(volume["Name"] for volume in found.get("Volumes") or ())

    async def remove_volume(self, name: str) -> None:
        await self._call(f"volumes/{name}", "DELETE", params={"force": "true"})

    async def close(self) -> None:
        await self._docker.close()
        await self._docker.connector.close()

    async def _same(self, spec: ContainerSpec, error: EngineError) -> str:
        found = await self.inspect(spec.name)
        if any(found.labels.get(key) != value for key, value in spec.labels):
            raise error
        return found.id

    def _ask(
        self,
        path: str,
        method: str = "GET",
        *,
        params: dict[str, str] | None = None,
        body: str | io.BytesIO | None = None,
        headers: dict[str, str] | None = None,
    ) -> _Asking:
        headers = dict(headers or {})
        if isinstance(body, str):
            headers.setdefault("Content-Type", "application/json")

        def ask() -> AbstractAsyncContextManager[Any]:
            query: AbstractAsyncContextManager[Any] = self._docker._query(
                path,
                method=method,
                params=params,
                data=body,
                headers=headers,
                timeout=aiohttp.ClientTimeout(total=None),
            )
            return query

        return _Asking(ask)

    async def _json(
        self,
        path: str,
        method: str = "GET",
        *,
        params: dict[str, str] | None = None,
        body: str | None = None,
    ) -> Any:
        async with self._ask(path, method, params=params, body=body) as response:
            return json.loads(await response.read())

    async def _call(self, path: str, method: str, *, params: dict[str, str] | None = None) -> None:
        async with self._ask(path, method, params=params) as response:
            await response.read()

    async def _progress(
        self,
        path: str,
        params: dict[str, str],
        *,
        headers: dict[str, str],
        body: io.BytesIO | None = None,
    ) -> None:
        # The engine answers 200 and tells of failure in the lines that follow.
        asking = self._ask(path, "POST", params=params, headers=headers, body=body)
        async with asking as response:
            async for line in response.content:
                told = json.loads(line)
                if "error" in told:
                    raise EngineError(told.get("errorDetail", {}).get("message") or told["error"])


class _Conflict(EngineError):
    """Something of that name or in that state is in the way."""


class _Asking:
    """One request to the engine; errors of its client become ours."""

    def __init__(self, ask: Callable[[], AbstractAsyncContextManager[Any]]) -> None:
        self._ask = ask

    async def __aenter__(self) -> Any:
        self._query = self._ask()
        self._response = await _translated(self._query.__aenter__())
        return self._response

    async def __aexit__(self, *exception: Any) -> None:
        self._response.close()  # one that was read to its end has given its connection back
        await self._query.__aexit__(*exception)
        if isinstance(error := exception[1], (aiohttp.ClientError, OSError)):
            raise EngineGone(f"The container engine does not answer: {error}") from error


async def _translated(asked: Awaitable[T]) -> T:
    try:
        return await asked
    except aiodocker.DockerError as error:
        kind = {404: NotThere, 409: _Conflict}.get(error.status, EngineError)
        if error.status == 900:  # the client's own code for a connection that failed
            kind = EngineGone
        raise kind(error.message) from error
    except (aiohttp.ClientError, OSError) as error:
        raise EngineGone(f"The container engine does not answer: {error}") from error


async def _unbroken(asked: Coroutine[Any, Any, T]) -> T:
    """Wait for the answer even when cancelled: the engine would make what nobody knows of."""
    job = asyncio.create_task(asked)
    try:
        return await asyncio.shield(job)
    except asyncio.CancelledError:
        await asyncio.gather(job, return_exceptions=True)
        raise


def _client(url: str | None) -> Any:
    url = url or os.environ.get("DOCKER_HOST") or "unix:///var/run/docker.sock"
    if not url.startswith("unix://"):
        return aiodocker.Docker(url=url)
    # Every followed log holds a connection, so the client's usual limit of 100 will not do.
    connector = aiohttp.UnixConnector(url.removeprefix("unix://"), limit=0)
    return aiodocker.Docker(url="http://engine", connector=connector)


def _filters(labels: Pairs, more: dict[str, list[str]] | None = None) -> str:
    return json.dumps({"label": [f"{k}={v}" if v else k for k, v in labels], **(more or {})})


def _seconds(at: int) -> str:
    return f"{at // 1_000_000_000}.{at % 1_000_000_000:09d}"


def _container_body(spec: ContainerSpec) -> dict[str, Any]:
    body: dict[str, Any] = {
        "Image": spec.image,
        "Labels": dict(spec.labels),
        "Env": [f"{key}={value}" for key, value in spec.environment],
        "Healthcheck": _health_check(spec.health_check),
        "Tty": spec.pseudo_terminal,
        "OpenStdin": spec.interactive,
        "HostConfig": _host_config(spec),
    }
    optional = {
        "Cmd": list(spec.command),
        "Entrypoint": list(spec.entry_point),
        "WorkingDir": spec.working_directory,
        "User": spec.user,
        "Hostname": spec.hostname,
    }
    body |= {key: value for key, value in optional.items() if value}
    if spec.address:
        endpoint = {"IPAMConfig": {"IPv4Address": spec.address}}
        body["NetworkingConfig"] = {"EndpointsConfig": {spec.network: endpoint}}
    return body


def _host_config(spec: ContainerSpec) -> dict[str, Any]:
    optional = {
        "CgroupParent": spec.cgroup_parent,
        "CpuShares": spec.cpu_shares,
        "Memory": spec.memory,
        "MemoryReservation": spec.memory_reservation,
        "ShmSize": spec.shared_memory,
        "Dns": list(spec.dns_servers),
        "DnsSearch": list(spec.dns_search),
        "Sysctls": dict(spec.sysctls),
        "CapAdd": list(spec.capabilities_add),
        "CapDrop": list(spec.capabilities_drop),
        "Ulimits": [{"Name": u.name, "Soft": u.soft, "Hard": u.hard} for u in spec.ulimits],
        "Privileged": spec.privileged,
        "ReadonlyRootfs": spec.read_only_root,
        "Init": spec.init_process,
        "Binds": list(spec.binds),
    }
    config = {key: value for key, value in optional.items() if value}
    return config | {"NetworkMode": spec.network, "LogConfig": _log_config(spec.log)}


def _log_config(log: LogConfiguration | None) -> dict[str, Any]:
    if log is None:
        return {"Type": "json-file", "Config": {"max-size": "10m", "max-file": "3"}}
    return {"Type": log.driver, "Config": dict(log.options)}


def _health_check(check: HealthCheck | None) -> dict[str, Any]:
    if check is None:  # the image's own check is not ECS's
        return {"Test": ["NONE"]}
    test = list(check.command)
    if test and test[0] not in ("CMD", "CMD-SHELL", "NONE"):
        test = ["CMD", *test]
    second = 1_000_000_000
    return {
        "Test": test,
        "Interval": check.interval * second,
        "Timeout": check.timeout * second,
        "Retries": check.retries,
        "StartPeriod": check.start_period * second,
    }


def _inspection(found: dict[str, Any]) -> Inspection:
    state = found["State"]
    started, finished = _time(state["StartedAt"]), _time(state["FinishedAt"])
    ended = state["Status"] in ("exited", "dead")
    return Inspection(
        id=found["Id"],
        running=state["Running"],
        has_started=started is not None,
        exit_code=state["ExitCode"] if ended else None,
        out_of_memory=state["OOMKilled"],
        started_at=started,
        finished_at=finished if ended else None,
        health=_health(state.get("Health", {}).get("Status", "")),
        sandbox=found["NetworkSettings"].get("SandboxKey", ""),
        labels=found["Config"]["Labels"] or {},
    )


def _health(status: str) -> Health:
    return {"healthy": Health.HEALTHY, "unhealthy": Health.UNHEALTHY}.get(status, Health.UNKNOWN)


def _event(told: dict[str, Any]) -> Event | None:
    action, _, detail = str(told.get("Action", "")).partition(": ")
    if "Actor" not in told:
        return None
    return Event(
        container=told["Actor"]["ID"],
        action=action,
        at=told["timeNano"],
        labels=told["Actor"]["Attributes"],
        health=_health(detail) if action == "health_status" else None,
    )


def _network(entry: dict[str, Any]) -> NetworkFacts:
    ranges = entry["IPAM"].get("Config") or [{}]
    options = entry.get("Options") or {}
    return NetworkFacts(
        id=entry["Id"],
        name=entry["Name"],
        cidr=ranges[0].get("Subnet", ""),
        interface=options.get("com.docker.network.bridge.name") or f"br-{entry['Id'][:12]}",
        labels=entry.get("Labels") or {},
    )


def _time(text: str) -> float | None:
    """Epoch seconds of the engine's time, None for its zero time."""
    if text.startswith("0001-"):
        return None
    return _nanoseconds(text) / 1_000_000_000


def _nanoseconds(text: str) -> int:
    whole, _, fraction = text.removesuffix("Z").partition(".")
    zone = ""
    for sign in "+-":
        fraction, found, offset = fraction.partition(sign)
        zone = zone or (found + offset if found else "")
    at = datetime.fromisoformat(whole + (zone or "+00:00"))
    return int(at.timestamp()) * 1_000_000_000 + int((fraction or "0").ljust(9, "0"))


def _split_image(name: str) -> tuple[str, str]:
    if "@" in name:
        repository, _, digest = name.partition("@")
        return repository, digest
    head, slash, last = name.rpartition("/")
    repository, _, tag = last.partition(":")
    return head + slash + repository, tag or "latest"


def _auth_header(credentials: Credentials) -> str:
    told = {
        "username": credentials.user,
        "password": credentials.password,
        "serveraddress": credentials.server,
    }
    return base64.urlsafe_b64encode(json.dumps(told).encode()).decode()


async def _frames(response: Any, pseudo_terminal: bool) -> AsyncIterator[bytes]:
    """The pieces of a container's output: framed by the engine, or raw from a terminal."""
    if pseudo_terminal:
        async for line in response.content:
            yield line
        return
    while True:
        try:
            header = await response.content.readexactly(8)
            (length,) = struct.unpack(">4xL", header)
            yield await response.content.readexactly(length)
        except (asyncio.IncompleteReadError, aiohttp.ClientError):
            return


class _Lines:
    """Puts together lines the engine cut in pieces of 16 kB, each with a time of its own."""

    def __init__(self) -> None:
        self._at = 0
        self._parts: list[bytes] = []

    def feed(self, frame: bytes, *, whole: bool) -> list[OutputLine]:
        stamp, _, text = frame.partition(b" ")
        if not self._parts:
            self._at = _nanoseconds(stamp.decode())
        self._parts.append(text)
        return self.rest() if whole or text.endswith(b"\n") else []

    def rest(self) -> list[OutputLine]:
        if not self._parts:
            return []
        text = b"".join(self._parts).decode(errors="replace").rstrip("\r\n")
        self._parts = []
        return [OutputLine(at=self._at, text=text)]
