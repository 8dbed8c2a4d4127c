"""Elastic Load Balancing: load balancers, listeners, rules, target groups, targets."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from seaway.core.names import Tags

Attributes = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadBalancer:
    """A load balancer, application or network. ``addresses`` are (subnet, address) pairs."""

    arn: str
    name: str
    dns_name: str
    created_at: float
    scheme: str = "internet-facing"
    type: str = "application"
    state: str = "provisioning"
    vpc: str = ""
    zones: tuple[tuple[str, str], ...] = ()
    """(availability zone, subnet) pairs."""
    addresses: tuple[tuple[str, str], ...] = ()
    security_groups: tuple[str, ...] = ()
    ip_address_type: str = "ipv4"
    attributes: Attributes = ()
    tags: Tags = ()

    def attribute(self, name: str, default: str) -> str:
        """An attribute's value, or the default."""
        return dict(self.attributes).get(name, default)

    @property
    def logs_requests(self) -> bool:
        """Access logs are switched on."""
        return self.attribute("access_logs.s3.enabled", "false") == "true"

    @property
    def is_network(self) -> bool:
        """It knows connections, not requests."""
        return self.type == "network"


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightedGroup:
    """A target group's share of a forward."""

    target_group: str
    weight: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """What a rule does; only the fields of its ``type`` matter."""

    type: str
    """forward, redirect or fixed-response."""
    order: int | None = None
    groups: tuple[WeightedGroup, ...] = ()
    status: str = ""
    """fixed-response: the status code; redirect: HTTP_301 or HTTP_302."""
    content_type: str | None = None
    body: str | None = None
    protocol: str = "#{protocol}"
    host: str = "#{host}"
    port: str = "#{port}"
    path: str = "/#{path}"
    query: str = "#{query}"
    sticky: int = 0
    """forward: seconds a client stays with the target group it first got; 0 = it does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What a rule asks of a request: ``field`` of AWS, its values, the header's name if any."""

    field: str
    """path-pattern, host-header, http-header, http-request-method, query-string or source-ip."""
    values: tuple[str, ...] = ()
    header: str | None = None
    pairs: tuple[tuple[str | None, str], ...] = ()
    """query-string's (key, value) pairs."""
    expressions: tuple[str, ...] = ()
    """Regular expressions instead of values (RegexValues)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """A port of a load balancer. Its default rule is a Rule of its own."""

    arn: str
    load_balancer: str
    port: int
    protocol: str = "HTTP"
    created_at: float = 0.0
    certificates: tuple[str, ...] = ()
    """ARNs of the certificates it shows: the default first, then those for other names."""
    ssl_policy: str = ""
    alpn_policy: str = ""
    attributes: Attributes = ()
    tags: Tags = ()

    def attribute(self, name: str, default: str) -> str:
        """An attribute's value, or the default."""
        return dict(self.attributes).get(name, default)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A listener's rule; ``priority`` None is the default, which comes last."""

    arn: str
    listener: str
    priority: int | None
    conditions: tuple[Condition, ...] = ()
    actions: tuple[Action, ...] = ()
    tags: Tags = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetHealthCheck:
    """How targets are checked; times are seconds."""

    enabled: bool = True
    protocol: str = "HTTP"
    port: str = "traffic-port"
    path: str = "/"
    interval: int = 30
    timeout: int = 5
    healthy_threshold: int = 5
    unhealthy_threshold: int = 2
    matcher: str = "200"


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetGroup:
    """A set of targets that share protocol, check and balancing."""

    arn: str
    name: str
    created_at: float
    protocol: str = "HTTP"
    protocol_version: str = "HTTP1"
    port: int = 80
    vpc: str = ""
    target_type: str = "instance"
    check: TargetHealthCheck = TargetHealthCheck()
    attributes: Attributes = ()
    tags: Tags = ()

    def attribute(self, name: str, default: str) -> str:
        """An attribute's value, or the default."""
        return dict(self.attributes).get(name, default)

    @property
    def deregistration_delay(self) -> float:
        """Seconds a leaving target may finish its requests in (default 300)."""
        return float(self.attribute("deregistration_delay.timeout_seconds", "300"))


class TargetState(StrEnum):
    """What DescribeTargetHealth says of a target."""

    INITIAL = "initial"
    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"
    UNUSED = "unused"
    DRAINING = "draining"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A registered target: an instance's or an address's port."""

    key: str
    """``<target group arn>|<id>|<port>``."""
    target_group: str
    id: str
    """EC2 instance id or IPv4 address, as registered."""
    port: int
    registered_at: float
    address: str
    """Where requests go: the instance's or the target's own address."""
    zone: str = ""
    task: str | None = None
    """ARN of the task ECS registered it for."""
    service: str | None = None
    """ARN of that task's service."""
    state: TargetState = TargetState.INITIAL
    reason: str | None = "Elb.RegistrationInProgress"
    description: str | None = "Target registration is in progress"
    draining_since: float | None = None
    idle: bool = False
    """No request is in flight any more on a draining target."""


def target_key(group: str, target: str, port: int) -> str:
    """The key of a target."""
    return f"{group}|{target}|{port}"
