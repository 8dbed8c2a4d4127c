"""Service Connect's rules: what a service may ask for, and which of its names have had their day.

A refusal is a sentence for the caller; None means there is nothing against it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from seaway.core.discovery import DiscoveryService, NamedEndpoint, Namespace, next_number
from seaway.core.service import ConnectService, Deployment, ServiceConnect
from seaway.core.task_definition import AppProtocol, NetworkMode, TaskDefinition

_NAME = re.compile(r"[a-z0-9_][a-z0-9_-]{0,63}\Z")
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,256}\Z")
_DNS_NAME = re.compile(r"(?!localhost\Z|[0-9]+(\.[0-9]+){3}\Z)[a-z0-9_.][a-z0-9_.-]{0,126}\Z")

OWN_PORTS = range(61001, 61100)
"""Where the proxy listens in a task's network namespaces for its own purposes."""


def network_refusal(definition: TaskDefinition) -> str | None:
    """Service Connect works in awsvpc and bridge; in bridge no container may name its host."""
    mode = definition.network_mode
    if mode not in (NetworkMode.AWSVPC, NetworkMode.BRIDGE):
        return (
            f"Service Connect is not supported with the {mode.value} network mode. "
            "Use the awsvpc or bridge network mode."
        )
    if mode is NetworkMode.BRIDGE and any(c.hostname for c in definition.containers):
        return "The hostname parameter is not supported with Service Connect in bridge mode."
    return None


def memory_refusal(definition: TaskDefinition) -> str | None:
    """The task itself must have a memory limit; limits of its containers alone will not do.

    That the limit must also exceed the containers' sum is AWS's advice for its sidecar's sake;
    the proxy here takes nothing from the task, so it is not asked.
    """
    if definition.memory is not None:
        return None
    return "Service Connect requires that 'memory' be defined at the task level."


def port_refusal(definition: TaskDefinition, port_name: str) -> str | None:
    """An endpoint's port must be a named port mapping of some container: one port, of TCP."""
    named = definition.port_named(port_name)
    if named is None:
        return (
            f"portName({port_name}) does not refer to any named PortMapping in the "
            "container definitions"
        )
    if named[1].last_port is not None or named[1].protocol != "tcp":
        return (
            f"portName({port_name}) refers to a port range or a UDP port, which Service Connect "
            "does not support."
        )
    return None


def request_rule_refusal(what: str, protocol: AppProtocol) -> str | None:
    """What concerns single requests needs a protocol that has them."""
    if protocol is not AppProtocol.TCP:
        return None
    return f"{what} can only be set if the appProtocol isn't TCP."


def header_refusal(name: str) -> str | None:
    """The header that marks test traffic has a name HTTP allows."""
    if _HEADER.match(name):
        return None
    return "The header name of testTrafficRules is invalid."


def tls_refusal(definition: TaskDefinition) -> str | None:
    """TLS needs a network of the task's own (ECS guide: encrypt Service Connect traffic)."""
    if definition.network_mode is NetworkMode.AWSVPC:
        return None
    return (
        f"TLS is not supported with Service Connect in the {definition.network_mode.value} "
        "network mode. Use the awsvpc network mode."
    )


def ingress_refusal(entries: Iterable[ConnectService], definition: TaskDefinition) -> str | None:
    """The proxy can listen on each ingressPortOverride: nothing else of the task does."""
    seen: set[int] = set()
    for entry in entries:
        port = entry.ingress_port
        if port is None:
            continue
        if not 1 <= port <= 65535:
            return "The ingressPortOverride must be between 1 and 65535."
        if port in seen:
            return f"The ingressPortOverride {port} must be unique within the service."
        if port in OWN_PORTS:
            return (
                f"The ingressPortOverride {port} can't be used: the ports {OWN_PORTS[0]} to "
                f"{OWN_PORTS[-1]} are the proxy's own."
            )
        if port in _listened_on(entry, definition):
            return f"The ingressPortOverride {port} is a containerPort of the task definition."
        seen.add(port)
    return None


def _listened_on(entry: ConnectService, definition: TaskDefinition) -> set[int]:
    """The ports taken in the network namespace that the endpoint's container is in."""
    named = definition.port_named(entry.port_name)
    server = named[0] if named else None
    shared = definition.network_mode is NetworkMode.AWSVPC
    return {
        port.container_port
        for container in definition.containers
        if shared or container == server
        for port in container.ports
    }


def proxy_log_refusal(driver: str) -> str | None:
    """The host's proxy has no container whose output a log driver could take."""
    if driver == "awslogs":
        return None
    return (
        "The Service Connect proxy writes its logs to CloudWatch Logs only: "
        f"logConfiguration.logDriver {driver} is not supported by Seaway, use awslogs."
    )


def alias_count_refusal(count: int) -> str | None:
    """An endpoint has one client alias at most."""
    return None if count <= 1 else f"{count} clientAliases exceeds the max limit of 1"


def alias_port_refusal(port: int) -> str | None:
    """A client alias has a TCP port clients can dial."""
    return None if 1 <= port <= 65535 else "The clientAliases port must be between 1 and 65535."


def dns_name_refusal(name: str) -> str | None:
    """A client alias's DNS name: at most 127 of a-z, 0-9, _, . and -, not beginning with -.

    Nor an address, which nobody looks up, nor localhost, which is the task itself.
    """
    return None if _DNS_NAME.match(name) else "The DNS name that you provided is invalid"


def discovery_name_refusal(name: str) -> str | None:
    """A discovery name: at most 64 of a-z, 0-9, _ and -, not beginning with -."""
    if _NAME.match(name):
        return None
    return (
        "The discoveryName must be 1 to 64 lowercase letters, numbers, underscores (_) or "
        "hyphens (-), and must not start with a hyphen."
    )


def repeat_refusal(entries: Iterable[ConnectService], namespace: Namespace) -> str | None:
    """Within one service, each discovery name, client alias and port may stand once."""
    names: set[str] = set()
    ports: set[str] = set()
    aliases: set[tuple[str, int | None]] = set()
    for entry in entries:
        if entry.name in names:
            return f"The discoveryName {entry.name} must be unique within {namespace.arn}"
        names.add(entry.name)
        alias = (alias_name(entry, namespace), entry.alias.port if entry.alias else None)
        if alias in aliases:
            return f"The clientAlias {alias[0]} must be unique within {namespace.arn}"
        aliases.add(alias)
        if entry.port_name in ports:
            return f"portName({entry.port_name}) must be unique within the service's services"
        ports.add(entry.port_name)
    return None


def taken_refusal(
    service: str,
    endpoints: Iterable[NamedEndpoint],
    namespace: Namespace,
    discovered: Iterable[DiscoveryService],
    named: Iterable[NamedEndpoint],
) -> str | None:
    """No other service of the namespace may have the discovery name or the alias already.

    ``endpoints`` are those the service (given by ARN) asks for; ``discovered`` and ``named``
    are what the namespace holds, the service's own included.
    """
    wanted = list(endpoints)
    names = {endpoint.discovery_name for endpoint in wanted}
    if any(other.name in names and other.owner != service for other in discovered):
        return f"SC service is already used by {namespace.arn}"
    dialled = {(endpoint.dns_name, endpoint.port) for endpoint in wanted}
    for other in named:
        if other.service != service and (other.dns_name, other.port) in dialled:
            return (
                f"SC clientAlias {other.dns_name}:{other.port} is already used by {namespace.arn}"
            )
    return None


def protocol_refusal(
    connect: ServiceConnect | None, before: TaskDefinition, after: TaskDefinition
) -> str | None:
    """A port in use by Service Connect keeps its protocol and appProtocol (ECS guide:
    considerations); ``connect`` is the configuration in force."""
    if connect is None or not connect.enabled:
        return None
    for entry in connect.services:
        old, new = before.port_named(entry.port_name), after.port_named(entry.port_name)
        if old is None or new is None:
            continue
        if (old[1].app_protocol, old[1].protocol) != (new[1].app_protocol, new[1].protocol):
            return (
                f"The appProtocol and protocol of portName({entry.port_name}) can't be changed "
                "while it is used by Service Connect. Delete and recreate the service to change "
                "them."
            )
    return None


def alias_name(entry: ConnectService, namespace: Namespace) -> str:
    """The name clients dial: the alias's, or ``discoveryName.namespace``."""
    if entry.alias is not None and entry.alias.dns_name:
        return entry.alias.dns_name
    return f"{entry.name}.{namespace.name}"


def number_for(
    endpoint: NamedEndpoint,
    before: NamedEndpoint | None,
    others: Iterable[NamedEndpoint],
    last: int = 0,
) -> int:
    """The number of an endpoint's virtual address: one address for each name clients dial.

    ``others`` are the namespace's other endpoints, ``before`` this one as it is, ``last`` the
    namespace's last number. A name that is dialled at several ports has one address; else an
    endpoint keeps the one it has.
    """
    there = list(others)
    for other in there:
        if other.dns_name == endpoint.dns_name:
            return other.number
    taken = {other.number for other in there}
    if before is not None and before.number not in taken:
        return before.number
    return next_number(taken, last)


def outside_for(
    endpoint: NamedEndpoint, before: NamedEndpoint | None, everywhere: Iterable[NamedEndpoint]
) -> int:
    """The number of the address by which the machine's own programs reach an endpoint.

    ``everywhere`` are all endpoints of the installation, whatever their namespace: the machine
    has one loopback. A name dialled at several ports has one address here too.
    """
    others = [other for other in everywhere if other.discovery != endpoint.discovery]
    for other in others:
        same = (other.namespace, other.dns_name) == (endpoint.namespace, endpoint.dns_name)
        if same and other.outside and other.port != endpoint.port:
            return other.outside
    taken = {other.outside for other in others}
    if before is not None and before.outside and before.outside not in taken:
        return before.outside
    return next_number(taken)


def known_names(faithful: bool, named: Iterable[NamedEndpoint]) -> tuple[str, ...] | None:
    """What a deployment made now in a faithful cluster knows for as long as it lives: the
    namespace's endpoints of this moment (ECS guide: Service Connect, deployment order)."""
    return tuple(endpoint.discovery for endpoint in named) if faithful else None


def unused_discovery(
    owned: Iterable[DiscoveryService], deployments: Iterable[Deployment]
) -> tuple[DiscoveryService, ...]:
    """The discovery services of an ECS service that none of its living deployments uses.

    ``owned`` are those with the service as owner, ``deployments`` all of the service's; hand
    in none when the service is gone. What is returned goes, with its endpoint and
    registrations.
    """
    used = {
        arn
        for deployment in deployments
        if deployment.status != "INACTIVE"
        for _, arn in deployment.discovery
    }
    return tuple(service for service in owned if service.arn not in used)
