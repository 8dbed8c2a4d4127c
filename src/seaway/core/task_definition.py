"""What a task is made of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from seaway.core.names import Tags


class NetworkMode(StrEnum):
    """How a task's containers get their network."""

    AWSVPC = "awsvpc"
    BRIDGE = "bridge"
    HOST = "host"
    NONE = "none"


class AppProtocol(StrEnum):
    """What is spoken on a port, as the mesh has to know it; TCP when nothing is said."""

    HTTP = "http"
    HTTP2 = "http2"
    GRPC = "grpc"
    TCP = "tcp"


@dataclass(frozen=True, slots=True, kw_only=True)
class PortMapping:
    """A container port others may reach. ``host_port`` 0 lets the placement choose one."""

    container_port: int
    host_port: int = 0
    protocol: str = "tcp"
    name: str | None = None
    app_protocol: AppProtocol | None = None
    last_port: int | None = None
    """The end of a containerPortRange that begins at ``container_port``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthCheck:
    """A container's own check. Times are seconds (API: HealthCheck)."""

    command: tuple[str, ...]
    interval: int = 30
    timeout: int = 5
    retries: int = 3
    start_period: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """A container to wait for, and the condition: START, COMPLETE, SUCCESS or HEALTHY."""

    container: str
    condition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A value fetched when the task starts, by ARN or parameter name (API: Secret.valueFrom)."""

    name: str
    value_from: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogConfiguration:
    """Where a container's output goes; options as the API gave them."""

    driver: str
    options: tuple[tuple[str, str], ...] = ()
    secrets: tuple[Secret, ...] = ()
    """Options whose values are fetched when the task starts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RestartPolicy:
    """A container that ends is started again in place (API: ContainerRestartPolicy)."""

    ignored_exit_codes: tuple[int, ...] = ()
    attempt_period: int = 300
    """Seconds a container must have run before it may be restarted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Firelens:
    """The container is the log router of its task: ``fluentd`` or ``fluentbit``."""

    type: str
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeFrom:
    """All mounts of another container of the task, seen here too."""

    container: str
    read_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A device of the host; ``permissions`` are of read, write and mknod."""

    host_path: str
    container_path: str | None = None
    permissions: tuple[str, ...] = ("read", "write", "mknod")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tmpfs:
    """A file system in memory of ``size`` MiB."""

    path: str
    size: int
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MountPoint:
    """A volume of the task seen at a path of the container."""

    volume: str
    path: str
    read_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DockerVolume:
    """A volume of the engine's (API: DockerVolumeConfiguration)."""

    scope: str = "task"
    """task (goes with the task) or shared (stays)."""
    autoprovision: bool = False
    """A shared volume that is not there is made."""
    driver: str | None = None
    driver_options: tuple[tuple[str, str], ...] = ()
    labels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """A volume of the task: a path of the host, or an empty one that lives as long as the task."""

    name: str
    host_path: str | None = None
    docker: DockerVolume | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ulimit:
    """A limit of the kernel on the container's processes."""

    name: str
    soft: int
    hard: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerDefinition:
    """One container of a task. Memory is MiB, cpu is CPU units (1024 = one core), times seconds."""

    name: str
    image: str
    cpu: int = 0
    memory: int | None = None
    memory_reservation: int | None = None
    essential: bool = True
    command: tuple[str, ...] = ()
    entry_point: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    ports: tuple[PortMapping, ...] = ()
    working_directory: str | None = None
    user: str | None = None
    hostname: str | None = None
    privileged: bool = False
    read_only_root: bool = False
    interactive: bool = False
    pseudo_terminal: bool = False
    docker_labels: tuple[tuple[str, str], ...] = ()
    ulimits: tuple[Ulimit, ...] = ()
    extra_hosts: tuple[tuple[str, str], ...] = ()
    """(name, address) pairs."""
    dns_servers: tuple[str, ...] = ()
    dns_search: tuple[str, ...] = ()
    capabilities_add: tuple[str, ...] = ()
    capabilities_drop: tuple[str, ...] = ()
    init_process: bool = False
    shared_memory: int | None = None
    sysctls: tuple[tuple[str, str], ...] = ()
    mounts: tuple[MountPoint, ...] = ()
    health_check: HealthCheck | None = None
    depends_on: tuple[Dependency, ...] = ()
    log: LogConfiguration | None = None
    start_timeout: int | None = None
    stop_timeout: int | None = None
    secrets: tuple[Secret, ...] = ()
    environment_files: tuple[str, ...] = ()
    """ARNs of S3 objects."""
    links: tuple[str, ...] = ()
    """``name`` or ``name:alias``, in bridge mode."""
    volumes_from: tuple[VolumeFrom, ...] = ()
    restart: RestartPolicy | None = None
    repository_credentials: str | None = None
    """ARN of the secret with username and password of a private registry."""
    disable_networking: bool = False
    security_options: tuple[str, ...] = ()
    gpus: int = 0
    firelens: Firelens | None = None
    devices: tuple[Device, ...] = ()
    tmpfs: tuple[Tmpfs, ...] = ()
    max_swap: int | None = None
    """MiB."""
    swappiness: int | None = None
    version_consistency: str | None = None
    """enabled or disabled, when the caller said so (image_names.py: is_kept)."""


DELETED = "DELETED"
"""The status of a family's newest revision once it is gone; nobody is shown it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDefinition:
    """A revision of a family: the containers that run together (API: TaskDefinition)."""

    arn: str
    family: str
    revision: int
    registered_at: float
    registered_by: str = ""
    status: str = "ACTIVE"
    """ACTIVE, INACTIVE (deregistered), DELETE_IN_PROGRESS, or DELETED: only its number is left."""
    deregistered_at: float | None = None
    delete_requested_at: float | None = None
    network_mode: NetworkMode = NetworkMode.BRIDGE
    containers: tuple[ContainerDefinition, ...] = ()
    volumes: tuple[Volume, ...] = ()
    cpu: int | None = None
    """CPU units of the whole task."""
    memory: int | None = None
    """MiB of the whole task."""
    task_role: str | None = None
    execution_role: str | None = None
    requires_compatibilities: tuple[str, ...] = ()
    cpu_architecture: str | None = None
    os_family: str | None = None
    ephemeral_storage: int | None = None
    """GiB, on Fargate."""
    pid_mode: str | None = None
    """host or task."""
    ipc_mode: str | None = None
    """host, task or none."""
    placement_constraints: tuple[tuple[str, str], ...] = ()
    """(type, expression) pairs."""
    tags: Tags = ()

    @property
    def compatibilities(self) -> tuple[str, ...]:
        """The launch types this definition can run on."""
        fits_fargate = self.network_mode is NetworkMode.AWSVPC and self.cpu and self.memory
        return ("EC2", "FARGATE") if fits_fargate else ("EC2",)

    def container(self, name: str) -> ContainerDefinition | None:
        """The container of this name, if there is one."""
        return next((c for c in self.containers if c.name == name), None)

    def port_named(self, name: str) -> tuple[ContainerDefinition, PortMapping] | None:
        """The container and port mapping that carry this port name."""
        for container in self.containers:
            for port in container.ports:
                if port.name == name:
                    return container, port
        return None

    @property
    def cpu_needed(self) -> int:
        """CPU units to set aside on an instance: the task's, else its containers' sum."""
        return self.cpu if self.cpu is not None else sum(c.cpu for c in self.containers)

    @property
    def memory_needed(self) -> int:
        """MiB to set aside on an instance: the task's, else its containers' sum."""
        if self.memory is not None:
            return self.memory
        return sum(c.memory_reservation or c.memory or 0 for c in self.containers)
