"""Services: how many tasks, of which definition, and how fast they may change."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from seaway.core.cluster import StrategyItem
from seaway.core.names import Tags
from seaway.core.task_definition import LogConfiguration


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkConfiguration:
    """Where awsvpc tasks get their network interface (API: AwsVpcConfiguration)."""

    subnets: tuple[str, ...]
    security_groups: tuple[str, ...] = ()
    assign_public_ip: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLoadBalancer:
    """A target group the service's tasks are registered in."""

    target_group: str
    container: str
    port: int
    alternate_target_group: str | None = None
    """The green half (API: AdvancedConfiguration)."""
    production_rule: str | None = None
    """ARN of the listener rule, or the listener of a network load balancer, that shifts."""
    test_rule: str | None = None
    role: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRegistry:
    """Service discovery: the Cloud Map service (given by ARN) a service's tasks register in.

    Which port an SRV record names is ``port``, or the container port's (API: ServiceRegistry).
    """

    registry: str
    port: int | None = None
    container: str | None = None
    container_port: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TestHeader:
    """Requests with this header are test traffic; ``exact`` None = whatever its value is."""

    name: str
    exact: str | None = None


TEST_HEADER = "x-amzn-ecs-blue-green-test"
"""The header of test traffic when an alias names none (API: ServiceConnectTestTrafficRules)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectAlias:
    """What clients dial: a port, and a DNS name or ``discoveryName.namespace``."""

    port: int
    dns_name: str | None = None
    test_header: TestHeader | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectTls:
    """TLS of an endpoint: who signs its certificates; ``authority`` None = Seaway's own CA."""

    authority: str | None = None
    kms_key: str | None = None
    role: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectAccessLog:
    """Access logging of a service's proxy (API: ServiceConnectAccessLogConfiguration)."""

    format: str = "TEXT"
    """TEXT or JSON."""
    query: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectService:
    """One endpoint a service offers through Service Connect. Timeouts are seconds, 0 = off."""

    port_name: str
    discovery_name: str | None = None
    alias: ConnectAlias | None = None
    ingress_port: int | None = None
    idle_timeout: int | None = None
    request_timeout: int | None = None
    tls: ConnectTls | None = None

    @property
    def name(self) -> str:
        """The discovery name: as given, or else the port's name."""
        return self.discovery_name or self.port_name


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceConnect:
    """A service's part in a namespace (given by ARN); a client only, when ``services`` is empty."""

    enabled: bool = False
    namespace: str | None = None
    namespace_name: str | None = None
    services: tuple[ConnectService, ...] = ()
    log: LogConfiguration | None = None
    access_log: ConnectAccessLog | None = None
    proxy_log_level: str | None = None
    """info or debug (API: ServiceConnectContainerConfiguration); None = not said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentAlarms:
    """CloudWatch alarms, by name, that fail a deployment when they go off."""

    names: tuple[str, ...] = ()
    enabled: bool = False
    rollback: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleHook:
    """What is asked at stages of a deployment before it goes on (API: DeploymentLifecycleHook)."""

    stages: tuple[str, ...]
    target: str | None = None
    """ARN of the Lambda function; None for a pause."""
    role: str | None = None
    details: str | None = None
    """JSON handed to the function."""
    kind: str = "AWS_LAMBDA"
    """AWS_LAMBDA or PAUSE."""
    timeout_minutes: int = 1440
    """PAUSE: how long it waits for ContinueServiceDeployment."""
    on_timeout: str = "ROLLBACK"
    """PAUSE: ROLLBACK or CONTINUE."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentConfiguration:
    """How many tasks may run during a deployment, in percent of the desired count."""

    maximum_percent: int = 200
    minimum_healthy_percent: int = 100
    circuit_breaker: bool = False
    circuit_breaker_rollback: bool = False
    breaker_type: str = "BOUNDED_PERCENT"
    """BOUNDED_PERCENT, UNBOUNDED_PERCENT or COUNT (API: DeploymentCircuitBreaker)."""
    breaker_value: int = 50
    breaker_resets: bool = True
    """A task that gets healthy sets the count of failures back to 0."""
    alarms: DeploymentAlarms = DeploymentAlarms()
    strategy: str = "ROLLING"
    """ROLLING, BLUE_GREEN, LINEAR or CANARY."""
    bake_minutes: int = 0
    hooks: tuple[LifecycleHook, ...] = ()
    step_percent: float = 10.0
    """LINEAR: share of the traffic moved at a time."""
    canary_percent: float = 5.0
    """CANARY: share of the traffic moved first."""
    step_bake_minutes: int = 6
    """LINEAR and CANARY: minutes between steps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """The intent: keep ``desired_count`` tasks of the primary deployment running."""

    arn: str
    name: str
    cluster: str
    """ARN of the cluster."""
    created_at: float
    created_by: str = ""
    status: str = "ACTIVE"
    """ACTIVE, DRAINING (deleted, tasks still stopping) or INACTIVE."""
    desired_count: int = 0
    task_definition: str = ""
    """ARN of the revision of the primary deployment."""
    launch_type: str | None = None
    """EC2 or FARGATE; None when a capacity provider strategy decides."""
    strategy: tuple[StrategyItem, ...] = ()
    platform_version: str | None = None
    scheduling: str = "REPLICA"
    rollout: DeploymentConfiguration = DeploymentConfiguration()
    load_balancers: tuple[ServiceLoadBalancer, ...] = ()
    network: NetworkConfiguration | None = None
    placement_constraints: tuple[tuple[str, str], ...] = ()
    """(type, expression) pairs."""
    placement_strategy: tuple[tuple[str, str], ...] = ()
    """(type, field) pairs."""
    health_check_grace: int = 0
    """Seconds after a task's start during which failed checks are ignored."""
    connect: ServiceConnect | None = None
    registries: tuple[ServiceRegistry, ...] = ()
    propagate_tags: str = "NONE"
    managed_tags: bool = False
    zone_rebalancing: str = "ENABLED"
    client_token: str | None = None
    exec_enabled: bool = False
    controller: str = "ECS"
    tags: Tags = ()
    role: str | None = None


class RolloutState(StrEnum):
    """How far a deployment is."""

    IN_PROGRESS = "IN_PROGRESS"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """One revision of a service on its way in, in force, or on its way out.

    The API writes what is to be deployed when it makes the record; from then on the service
    reconciler alone writes ``status`` and the rollout's fields. Finished ones stay as the
    history that ListServiceDeployments and DescribeServiceRevisions show.
    """

    id: str
    service: str
    """ARN of the service."""
    created_at: float
    task_definition: str
    launch_type: str | None = None
    strategy: tuple[StrategyItem, ...] = ()
    platform_version: str | None = None
    network: NetworkConfiguration | None = None
    load_balancers: tuple[ServiceLoadBalancer, ...] = ()
    connect: ServiceConnect | None = None
    discovery: tuple[tuple[str, str], ...] = ()
    """(discovery name, ARN of the Cloud Map service) pairs."""
    registries: tuple[ServiceRegistry, ...] = ()
    known: tuple[str, ...] | None = None
    """In a faithful cluster: ARNs of the discovery services whose names its tasks know, for as
    long as it lives. None = all there are at any time."""
    number: str = ""
    """The id in the service deployment's ARN."""
    source: str | None = None
    """Id of the deployment this one replaces."""
    swapped: bool = False
    """Its tasks are in the target groups that the service has as alternates: ``load_balancers``
    has both the other way round."""
    images: tuple[tuple[str, str], ...] = ()
    """(container, digest) pairs: what its first task found under the images' tags. Observed."""

    status: str = "PRIMARY"
    """PRIMARY, ACTIVE (being replaced) or INACTIVE (gone)."""
    rollout_state: RolloutState = RolloutState.IN_PROGRESS
    rollout_reason: str = ""
    failed_tasks: int = 0
    updated_at: float = 0.0
    finished_at: float | None = None
    steady_at: float | None = None
    """When the service was last said to have reached a steady state under this deployment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceEvent:
    """One line of a service's story, as DescribeServices shows it."""

    id: str
    service: str
    created_at: float
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionTraffic:
    """How a service's Service Connect traffic is shared out between its deployments.

    Whoever shifts traffic writes it; without one every healthy task of the service is alike.
    """

    service: str
    """ARN of the service; the key."""
    weights: tuple[tuple[str, int], ...] = ()
    """(deployment id, weight) pairs; () = all tasks alike."""
    test: str | None = None
    """Id of the deployment that test requests go to, by the alias's test header."""
