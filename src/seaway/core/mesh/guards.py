"""Intentions for calls that go past the proxy: who may dial a task's address, by their addresses.

Where nobody has said who may call, nothing is guarded. The machine itself always reaches its
tasks, since its proxy does, and so does every load balancer: who may come in by one is its own
affair.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from seaway.core.cluster import Cluster
from seaway.core.discovery import NamedEndpoint, Namespace
from seaway.core.mesh.intentions import Identity, is_intention, may_call
from seaway.core.mesh.policy_tags import Layer, layers_of
from seaway.core.names import last_part
from seaway.core.service import Deployment, Service
from seaway.core.task import Task, TaskStatus
from seaway.core.task_definition import TaskDefinition

Presence = Mapping[Identity, Sequence[str]]
"""The addresses in one VPC by whose tasks have them."""


def identity_of(task: Task) -> Identity:
    """Whom intentions speak of when this task calls: its service, or the group it was run in."""
    name = last_part(task.service) if task.service else task.group
    return Identity(cluster=last_part(task.cluster), name=name)


def presence(tasks: Iterable[Task], vpc: str | None) -> Presence:
    """Who is in the VPC, and where."""
    found: dict[Identity, list[str]] = {}
    for task in tasks:
        if task.vpc == vpc and task.last_status is not TaskStatus.STOPPED:
            places = found.setdefault(identity_of(task), [])
            places.extend(entry.address for entry in task.addresses)
    return found


def layers_on(
    service: Service,
    endpoint: NamedEndpoint,
    cluster: Cluster | None,
    namespace: Namespace | None,
) -> tuple[Layer, ...]:
    """What is said of calls to an endpoint of the service, whoever calls."""
    return layers_of(
        cluster=last_part(service.cluster),
        cluster_tags=cluster.tags if cluster else (),
        namespace=namespace.name if namespace else "",
        namespace_tags=namespace.tags if namespace else (),
        service=service.name,
        service_tags=service.tags,
        discovery_name=endpoint.discovery_name,
    )


def is_guarded(layers: Iterable[Layer]) -> bool:
    """Whether anybody has said who may call."""
    return any(is_intention(name) for layer in layers for name, _ in layer.settings())


def allowed(layers: Sequence[Layer], there: Presence) -> tuple[str, ...]:
    """The addresses of all who may call, in order."""
    found = {
        address
        for caller, addresses in there.items()
        if may_call(caller, layers).allowed
        for address in addresses
    }
    return tuple(sorted(found))


def offered_ports(
    definition: TaskDefinition, deployment: Deployment | None
) -> Iterator[tuple[str, int]]:
    """(container, container port) of every endpoint that the deployment's tasks serve."""
    connect = deployment.connect if deployment else None
    for entry in connect.services if connect and connect.enabled else ():
        found = definition.port_named(entry.port_name)
        if found is not None:
            yield found[0].name, found[1].container_port
