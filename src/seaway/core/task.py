"""Tasks: what was asked, what was chosen, what the host saw."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from seaway.core.names import Tags


class TaskStatus(StrEnum):
    """A task's way through life (AWS: task lifecycle states). It only moves forward."""

    PROVISIONING = "PROVISIONING"
    PENDING = "PENDING"
    ACTIVATING = "ACTIVATING"
    RUNNING = "RUNNING"
    DEACTIVATING = "DEACTIVATING"
    STOPPING = "STOPPING"
    DEPROVISIONING = "DEPROVISIONING"
    STOPPED = "STOPPED"

    @property
    def rank(self) -> int:
        """Its place on the way; a status never goes to a lower one."""
        return _RANK[self]


_RANK = {status: rank for rank, status in enumerate(TaskStatus)}


class Health(StrEnum):
    """What a container's own check says."""

    HEALTHY = "HEALTHY"
    UNHEALTHY = "UNHEALTHY"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True, kw_only=True)
class PortBinding:
    """A container port and the instance's port it is reached by."""

    container: str
    container_port: int
    host_port: int
    protocol: str = "tcp"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerAddress:
    """The address a container's network namespace has; in awsvpc ``container`` is empty."""

    container: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    """A network namespace of the task: its container ("" in awsvpc) and its path on the host."""

    container: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """What the host saw of one container."""

    name: str
    image: str = ""
    status: TaskStatus = TaskStatus.PENDING
    runtime_id: str | None = None
    image_digest: str | None = None
    exit_code: int | None = None
    reason: str | None = None
    health: Health = Health.UNKNOWN
    restarts: int = 0
    """How often its restart policy has started it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerOverride:
    """What a run of a task changes in one container of its definition."""

    name: str
    command: tuple[str, ...] | None = None
    environment: tuple[tuple[str, str], ...] = ()
    cpu: int | None = None
    memory: int | None = None
    memory_reservation: int | None = None
    environment_files: tuple[str, ...] = ()
    gpus: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A running, or once running, instance of a task definition.

    Writers: the API and the service reconciler write the intent, the placement its decision,
    the host (through dispatch) the observation, the mesh publisher what the
    proxy accepted. Times are epoch seconds.
    """

    # intent
    arn: str
    cluster: str
    task_definition: str
    created_at: float
    desired_status: TaskStatus = TaskStatus.RUNNING
    service: str | None = None
    """ARN of the service, for tasks of services."""
    deployment: str | None = None
    """Id of the deployment, for tasks of services."""
    group: str = ""
    started_by: str = ""
    launch_type: str = "EC2"
    capacity_provider: str | None = None
    platform_version: str | None = None
    overrides: tuple[ContainerOverride, ...] = ()
    cpu_override: int | None = None
    memory_override: int | None = None
    subnets: tuple[str, ...] = ()
    security_groups: tuple[str, ...] = ()
    assign_public_ip: bool = False
    placement_constraints: tuple[tuple[str, str], ...] = ()
    placement_strategy: tuple[tuple[str, str], ...] = ()
    wanted_instance: str | None = None
    """ARN of the container instance StartTask named."""
    uses_mesh: bool = False
    """Wait for the host proxy's listeners before the first container starts."""
    namespace: str | None = None
    """ARN of the namespace whose names it may call, when no deployment says so (RunTask)."""
    exec_enabled: bool = False
    """Commands may be run in its containers (API: enableExecuteCommand)."""
    task_role: str | None = None
    """ARN of the role its containers act in; None = the task definition's."""
    execution_role: str | None = None
    ephemeral_storage: int | None = None
    """GiB; None = the task definition's."""
    images: tuple[tuple[str, str], ...] = ()
    """(container, digest) pairs: the version of each image that its deployment keeps to."""
    client_token: str | None = None
    reference_id: str | None = None
    zone_wanted: str | None = None
    """The availability zone it is started in to even out its service's zones."""
    protected_until: float | None = None
    """Scale-in and deployments leave it running until then (API: UpdateTaskProtection)."""
    tags: Tags = ()
    stop_code: str | None = None
    stopped_reason: str | None = None
    stop_asked_at: float | None = None

    # decision
    instance: str | None = None
    """ARN of the container instance; None on Fargate."""
    host: str | None = None
    """Id of the machine whose agent runs the task."""
    zone: str | None = None
    vpc: str | None = None
    subnet: str | None = None
    interface: str | None = None
    """Id of the network interface, in awsvpc."""
    addresses: tuple[ContainerAddress, ...] = ()
    bindings: tuple[PortBinding, ...] = ()
    placed_at: float | None = None
    may_stop: bool = False
    """The callers have been led elsewhere: the host may stop the containers."""
    verdict: str = ""
    """HEALTHY or FAILED: what its deployment's circuit breaker has made of it."""

    # observation
    last_status: TaskStatus = TaskStatus.PROVISIONING
    containers: tuple[Container, ...] = ()
    sandboxes: tuple[Sandbox, ...] = ()
    connectivity_at: float | None = None
    pull_started_at: float | None = None
    pull_stopped_at: float | None = None
    started_at: float | None = None
    stopping_at: float | None = None
    execution_stopped_at: float | None = None
    stopped_at: float | None = None
    health: Health = Health.UNKNOWN
    listening: bool | None = None
    """Its programs listen on the ports that others call by name; None = nobody looks."""
    version: int = 1

    # what the host proxy accepted
    mesh_ready: bool = False
    """The proxy has accepted the listeners in the task's namespaces."""
    mesh_gone: bool = False
    """The proxy has given them up: the namespaces may go."""
    drained: bool = False
    """No proxy sends it requests any more, and none is in flight."""

    @property
    def id(self) -> str:
        """The last part of the ARN."""
        return self.arn.rsplit("/", 1)[-1]

    @property
    def is_alive(self) -> bool:
        """It is meant to run and has not stopped."""
        return (
            self.desired_status is TaskStatus.RUNNING and self.last_status is not TaskStatus.STOPPED
        )

    @property
    def is_running(self) -> bool:
        """Its containers run and it is meant to go on."""
        return self.desired_status is TaskStatus.RUNNING and self.last_status is TaskStatus.RUNNING

    def address_of(self, container: str) -> str | None:
        """The address the container is reached at inside its VPC."""
        for entry in self.addresses:
            if entry.container in ("", container):
                return entry.address
        return None

    def host_port_of(self, container: str, container_port: int) -> int | None:
        """The instance's port that leads to the container's port."""
        for binding in self.bindings:
            if binding.container == container and binding.container_port == container_port:
                return binding.host_port
        return None
