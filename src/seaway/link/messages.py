"""The words control plane and host exchange.

Everything is level-triggered: the control plane says what should be, as often as it likes, and
the host answers with what is. A message lost or said twice does no harm.
"""

from __future__ import annotations

from dataclasses import dataclass

from seaway.core.task import Container, PortBinding, Sandbox, TaskStatus
from seaway.core.task_definition import ContainerDefinition, Volume


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A VPC as the host has to make it: one bridge with this address range."""

    vpc: str
    cidr: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HostPlan:
    """What the machine itself must have: networks, and addresses of its own inside them.

    ``addresses`` are (vpc, IPv4 address) pairs: container instances' and load balancers'.
    ``names`` are (DNS name, address) pairs for the machine's own hosts file.
    """

    networks: tuple[Network, ...] = ()
    addresses: tuple[tuple[str, str], ...] = ()
    names: tuple[tuple[str, str], ...] = ()
    calls_names: bool = False
    """The machine's own programs call Service Connect names at 127.254.0.0/16."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """Who may dial a container's port directly: the machine itself and these addresses.

    Service Connect's intentions, kept for calls that go past the proxy. ``container`` is "" in
    awsvpc. Everybody else is refused and counted.
    """

    container: str
    port: int
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingress:
    """What comes to a container's port from outside is led to the proxy's port in the namespace.

    Only the machine itself (the proxy's second half) still reaches the container port.
    """

    container: str
    port: int
    listener: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LogStream:
    """Where a container's output is kept: a CloudWatch Logs stream."""

    container: str
    region: str
    group: str
    stream: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """A task as its host has to run it.

    ``definition`` has the overrides already applied. ``cpu`` is CPU units and ``memory`` MiB
    of the whole task, None for no limit of its own. ``addresses`` are (container, IPv4) pairs,
    container "" in awsvpc. ``names`` are (name, address) lines for the task's hosts file; they
    may change while the task runs and take effect at once.
    """

    task: str
    cluster: str
    """The cluster's ARN."""
    family: str
    revision: int
    network_mode: str
    containers: tuple[ContainerDefinition, ...]
    volumes: tuple[Volume, ...] = ()
    cpu: int | None = None
    memory: int | None = None
    network: Network | None = None
    addresses: tuple[tuple[str, str], ...] = ()
    names: tuple[tuple[str, str], ...] = ()
    logs: tuple[LogStream, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    """Put into every container: AWS_REGION and the like."""
    service_name: str = ""
    launch_type: str = "EC2"
    zone: str = ""
    uses_mesh: bool = False
    """Calls to the virtual addresses of ``names`` are to reach the host proxy."""
    guards: tuple[Guard, ...] = ()
    """These and ``ingress`` may change while the task runs."""
    ingress: tuple[Ingress, ...] = ()
    task_role: str | None = None
    """ARN of the role the containers get credentials of."""
    execution_role: str | None = None
    exec_enabled: bool = False
    pid_mode: str | None = None
    ipc_mode: str | None = None
    ephemeral_storage: int | None = None
    """GiB the machine must have free when the task starts."""
    created_at: float = 0.0
    """Epoch seconds."""
    bindings: tuple[PortBinding, ...] = ()
    """The instance's ports that lead to the containers' (told to programs inside)."""
    subnet: str = ""
    """The range of the subnet an awsvpc task's address is of."""
    resolver: str | None = None
    """IPv4 address of the DNS server its containers ask; None = the machine's own."""

    desired_status: TaskStatus = TaskStatus.RUNNING
    may_start: bool = True
    """False: make the namespaces and report them, but start no container yet."""
    may_stop: bool = True
    """False, with desired STOPPED: wait, callers are still being led elsewhere."""
    may_release: bool = True
    """False: containers may stop, but keep the namespaces until the proxy has left them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What a container is given when it is made and nobody writes down: the values of secrets."""

    container: str
    environment: tuple[tuple[str, str], ...] = ()
    """Of environment files and secrets; the definition's own environment goes before files."""
    log_options: tuple[tuple[str, str], ...] = ()
    registry: tuple[str, str] | None = None
    """User and password of the private registry of its image."""
    router_config: str | None = None
    """The text of a log router's configuration file in S3."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleKeys:
    """Keys of a role for a short time (the credentials endpoint's answer)."""

    role: str
    access_key: str
    secret_key: str
    token: str
    expires_at: float
    """Epoch seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What the host sees of a task; a whole picture, not a difference. Times are epoch seconds.

    ``status`` is PENDING (working on it), ACTIVATING (namespaces are there), RUNNING,
    STOPPING, DEPROVISIONING (containers ended, namespaces still there) or STOPPED.
    ``stop_code`` and ``reason`` are set by the host when it was not told to stop:
    TaskFailedToStart or EssentialContainerExited, with AWS's words.
    """

    task: str
    status: TaskStatus
    containers: tuple[Container, ...] = ()
    sandboxes: tuple[Sandbox, ...] = ()
    pull_started_at: float | None = None
    pull_stopped_at: float | None = None
    started_at: float | None = None
    stopping_at: float | None = None
    execution_stopped_at: float | None = None
    stopped_at: float | None = None
    listening: bool | None = None
    """Its programs listen on the ports that others call by name; None = nobody looks."""
    stop_code: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """A host presents itself. ``cpu`` is CPU units, ``memory`` MiB."""

    host: str
    cpu: int
    memory: int
    architecture: str
    engine: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """One line of a container's output; ``at`` is epoch milliseconds."""

    at: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogBatch:
    """Lines of one stream, oldest first; without any, only the stream is to be there."""

    stream: LogStream
    lines: tuple[LogLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a task used since the last look: CPU units on average, MiB at the end."""

    task: str
    cpu: float
    memory: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanProblem:
    """Something of the host plan that the machine could not do, in one clear sentence."""

    subject: str
    """The VPC or address concerned."""
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """How many direct connections a guard has refused since the last word, by source address."""

    task: str
    port: int
    source: str
    count: int


ToHost = HostPlan | Assignment
FromHost = Hello | Report | LogBatch | Usage | PlanProblem | Refused
