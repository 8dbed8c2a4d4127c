"""Service Connect's second half: the proxy in front of a task's own server, where one is wanted.

For plain endpoints there is none: a caller's proxy goes straight to the container. TLS has to end
inside the task's network namespace, and an ``ingressPortOverride`` is a port others may dial.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from seaway.core.certificates import authority_secret, server_secret
from seaway.core.mesh.connect import INGRESS_PORT
from seaway.core.mesh.proxy import (
    Endpoint,
    Forward,
    Labels,
    Port,
    Protocol,
    Routing,
    Secure,
    Share,
    Upstream,
)
from seaway.core.service import ConnectService, Deployment, ServiceConnect
from seaway.core.task import Sandbox, Task
from seaway.core.task_definition import TaskDefinition


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """An endpoint of a task that is also, or only, reached through the proxy's port ``listener``.

    ``container`` is "" in awsvpc; ``discovery`` is the ARN of the discovery service.
    """

    entry: ConnectService
    discovery: str
    container: str
    address: str
    port: int
    listener: int
    protocol: Protocol

    @property
    def led_in(self) -> bool:
        """What others send to the container's port is led into the listener."""
        return self.entry.tls is not None and self.entry.ingress_port is None


def listener_port(connect: ServiceConnect, entry: ConnectService) -> int | None:
    """Where the proxy listens in front of the endpoint; None = nowhere."""
    if entry.ingress_port is not None:
        return entry.ingress_port
    return INGRESS_PORT + connect.services.index(entry) if entry.tls is not None else None


def entrances(task: Task, definition: TaskDefinition, deployment: Deployment) -> Iterator[Entrance]:
    """The task's endpoints that have a listener in front of them."""
    connect = deployment.connect
    if connect is None or not connect.enabled:
        return
    discovery = dict(deployment.discovery)
    for entry in connect.services:
        listener = listener_port(connect, entry)
        found = definition.port_named(entry.port_name)
        address = task.address_of(found[0].name) if found else None
        if listener is None or found is None or address is None or entry.name not in discovery:
            continue
        container, mapping = found
        alone = any(not entry.container for entry in task.addresses)
        yield Entrance(
            entry=entry,
            discovery=discovery[entry.name],
            container="" if alone else container.name,
            address=address,
            port=mapping.container_port,
            listener=listener,
            protocol=Protocol(mapping.app_protocol.value if mapping.app_protocol else "tcp"),
        )


def ingress(
    task: str, box: Sandbox, entrance: Entrance, labels: Labels, idle_timeout: float
) -> tuple[Port, Upstream]:
    """The listener in the namespace of the task (given by id), and the server behind it.

    It gives no request up: the caller's proxy does.
    """
    name = f"ingress/{task}/{box.container}/{entrance.port}"
    upstream = Upstream(
        name=name,
        protocol=entrance.protocol,
        labels=labels,
        endpoints=(Endpoint(address=entrance.address, port=entrance.port),),
    )
    port = Port(
        name=name,
        address="0.0.0.0",  # of the task's own network namespace
        port=entrance.listener,
        protocol=entrance.protocol,
        routing=Routing(name=name, default=Forward(shares=(Share(upstream=name),))),
        labels=labels,
        namespace=box.path,
        idle_timeout=idle_timeout,
        secure=_secure(entrance) if entrance.entry.tls is not None else None,
    )
    return port, upstream


def _secure(entrance: Entrance) -> Secure:
    """Any caller that the authority knows may come in: who may call is decided on its side."""
    return Secure(
        certificate=server_secret(entrance.discovery),
        authorities=authority_secret(entrance.discovery),
    )
