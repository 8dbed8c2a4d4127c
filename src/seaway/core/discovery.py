"""Cloud Map: namespaces, discovery services, registrations; and the names clients dial."""

from __future__ import annotations

from dataclasses import dataclass

from seaway.core.names import Tags
from seaway.core.task_definition import AppProtocol

LAST_NUMBER = 0xFFFE
"""The highest number of a virtual address: the range has sixteen bits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Namespace:
    """A Cloud Map namespace; ``type`` is HTTP, DNS_PRIVATE or DNS_PUBLIC."""

    arn: str
    id: str
    name: str
    type: str
    http_name: str
    created_at: float
    creator_request: str = ""
    description: str | None = None
    vpc: str | None = None
    hosted_zone: str | None = None
    soa_ttl: int | None = None
    tags: Tags = ()
    last_number: int = 0
    """The virtual address given out last: the next name gets a later one (``next_number``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsRecord:
    """A record type of a discovery service and its TTL in seconds."""

    type: str
    ttl: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoveryService:
    """A Cloud Map service: a name in a namespace under which instances register."""

    arn: str
    id: str
    name: str
    namespace: str
    """ARN of the namespace."""
    created_at: float
    type: str = "HTTP"
    """HTTP, DNS_HTTP or DNS."""
    creator_request: str = ""
    description: str | None = None
    records: tuple[DnsRecord, ...] = ()
    routing_policy: str | None = None
    custom_health: bool = False
    health_check: tuple[str, str, int] | None = None
    """(type, path, failure threshold) of a Route 53 health check."""
    owner: str | None = None
    """ARN of the ECS service that made it, for Service Connect's own."""
    attributes: tuple[tuple[str, str], ...] = ()
    revision: int = 0
    """Rises with each registration and deregistration (DiscoverInstancesRevision)."""
    created_by: str | None = None
    """The account that made it, when that is not the namespace's."""
    tags: Tags = ()

    @property
    def is_checked(self) -> bool:
        """Somebody says which of its instances are healthy; else nobody knows."""
        return self.custom_health or self.health_check is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """A Cloud Map instance: one place a discovery service is served at."""

    key: str
    """``<discovery service id>/<instance id>``."""
    service: str
    """ARN of the discovery service."""
    instance_id: str
    attributes: tuple[tuple[str, str], ...]
    created_at: float
    health: str = "HEALTHY"
    creator_request: str = ""
    task: str | None = None
    """ARN of the ECS task, when ECS registered it."""
    created_by: str | None = None
    """The account that registered it, when that is not the namespace's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedEndpoint:
    """What Service Connect clients of a namespace dial, and what answers there.

    ``number`` picks the virtual address 127.255.x.y; it stays for the endpoint's life so that
    running tasks keep theirs.
    """

    discovery: str
    """ARN of the discovery service; the key."""
    namespace: str
    discovery_name: str
    dns_name: str
    port: int
    number: int
    service: str
    """ARN of the ECS service that offers it."""
    port_name: str
    protocol: AppProtocol
    idle_timeout: int | None = None
    request_timeout: int | None = None
    ingress_port: int | None = None
    tls: bool = False
    authority: str | None = None
    """ARN of the authority that signs for it; None = Seaway's own."""
    test_header: tuple[str, str | None] | None = None
    """(name, exact value or None) of the header that marks test traffic, if the alias says."""
    outside: int = 0
    """Picks the address 127.254.x.y by which the machine's own programs reach it; 0 = none."""

    @property
    def address(self) -> str:
        """The virtual IPv4 address clients reach it at."""
        return f"127.255.{self.number >> 8}.{self.number & 255}"

    @property
    def address6(self) -> str:
        """The virtual IPv6 address clients reach it at."""
        return f"2600:f0f0::{self.number:x}"

    @property
    def outside_address(self) -> str | None:
        """The address on the machine's own loopback, if it has one."""
        return f"127.254.{self.outside >> 8}.{self.outside & 255}" if self.outside else None


def next_number(taken: set[int], last: int = 0) -> int:
    """The first free number for a virtual address after the last that was given out.

    Who keeps a connection to a name that is no more, or remembers its address, must not reach
    another name by it. After the whole range it begins anew with 1.
    """
    number = last % LAST_NUMBER + 1
    while number in taken:
        number = number % LAST_NUMBER + 1
    return number


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoveryOperation:
    """An asynchronous Cloud Map request; its effects are there as soon as it is.

    ``targets`` are (NAMESPACE, SERVICE or INSTANCE; id) pairs.
    """

    id: str
    owner: str
    """Account that asked."""
    region: str
    type: str
    """CREATE_NAMESPACE, REGISTER_INSTANCE, …"""
    created_at: float
    targets: tuple[tuple[str, str], ...]
    request: str = ""
    """The creator request id it was asked with, if any."""
    status: str = "SUCCESS"
