"""The container engine, as little of it as a host needs; docker.py is the one there is."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any, Protocol

from seaway.core.task import Health
from seaway.core.task_definition import Device, HealthCheck, LogConfiguration, Tmpfs, Ulimit

Pairs = tuple[tuple[str, str], ...]


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
    root: str = "/var/lib/docker"
    """Where it keeps images, containers and volumes."""


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
    network_disabled: bool = False
    binds: tuple[str, ...] = ()
    volumes_from: tuple[str, ...] = ()
    """Containers (by id) whose mounts it sees too, with ``:ro`` to read only."""
    devices: tuple[Device, ...] = ()
    tmpfs: tuple[Tmpfs, ...] = ()
    security_options: tuple[str, ...] = ()
    pid_mode: str | None = None
    """host or container:<id>; None: its own. As ``ipc_mode``, which may be none or shareable."""
    ipc_mode: str | None = None
    cgroup_parent: str = ""
    cpu_shares: int | None = None
    memory: int | None = None
    memory_swap: int | None = None
    """Memory and swap together."""
    swappiness: int | None = None
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
class Details:
    """What a container's metadata shows of it. Times are the engine's own RFC 3339 text.

    ``process`` is its first process's number on the machine, 0 when it does not run; ``mounts``
    are (volume's name, source, path inside).
    """

    id: str
    name: str
    image_id: str
    created_at: str
    started_at: str | None
    finished_at: str | None
    process: int = 0
    labels: dict[str, str] = field(default_factory=dict)
    mounts: tuple[tuple[str, str, str], ...] = ()
    health: dict[str, Any] | None = None
    """The last result of its health check: status, when it began to hold, output, exit code."""


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
class VolumeSpec:
    """A volume to create; without a driver the engine's own."""

    name: str
    labels: Pairs = ()
    driver: str | None = None
    options: Pairs = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeFacts:
    """A volume the engine has."""

    name: str
    driver: str
    options: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)


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
    async def details(self, container: str) -> Details: ...
    async def usage(self, container: str) -> dict[str, Any]: ...
    async def written(self, container: str) -> int:
        """Bytes that a container has written over its image's files."""

    async def create(self, spec: ContainerSpec) -> str: ...
    async def start(self, container: str) -> None: ...
    async def stop(self, container: str, timeout: int) -> None: ...
    async def remove(self, container: str) -> None:
        """By id or name; nothing to do when it is not there."""

    async def rename(self, container: str, name: str) -> None:
        """Call it by another name from now on; nothing to do when it is called so already."""

    def busy(self) -> bool:
        """Containers are being made or started right now."""

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
    async def create_volume(self, spec: VolumeSpec) -> None: ...
    async def volume(self, name: str) -> VolumeFacts: ...
    async def volumes(self, labels: Pairs) -> tuple[str, ...]: ...
    async def remove_volume(self, name: str) -> None: ...
    async def close(self) -> None: ...
