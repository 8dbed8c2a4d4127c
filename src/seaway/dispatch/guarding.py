"""Who may dial a task's endpoints directly, as its host has to keep it."""

from __future__ import annotations

from collections.abc import Iterator

from seaway.core.cluster import Cluster
from seaway.core.discovery import NamedEndpoint, Namespace
from seaway.core.mesh.guards import (
    Presence,
    allowed,
    is_guarded,
    layers_on,
    offered_ports,
    presence,
)
from seaway.core.mesh.ingress import Entrance, entrances
from seaway.core.mesh.policy_tags import Layer
from seaway.core.service import Deployment, Service
from seaway.core.task import Task
from seaway.core.task_definition import TaskDefinition
from seaway.link.messages import Guard, Ingress
from seaway.store.transaction import Transaction


class Guarding:
    """Guards as of one transaction, in which all tasks are looked through once for each VPC."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._present: dict[str | None, Presence] = {}
        self._sources: dict[tuple[str | None, tuple[Layer, ...]], tuple[str, ...]] = {}

    def guards(
        self, task: Task, definition: TaskDefinition, deployment: Deployment | None
    ) -> tuple[Guard, ...]:
        """One for every port by which the task's endpoints are reached, if they are guarded."""
        layers = self._layers(task)
        if deployment is None or not is_guarded(layers):
            return ()
        ports = sorted(set(_ports(task, definition, deployment)))
        if not ports:
            return ()
        sources = self._allowed(task.vpc, layers)
        return tuple(Guard(container=c, port=port, sources=sources) for c, port in ports)

    def _layers(self, task: Task) -> tuple[Layer, ...]:
        """What is said of calls to the task's service, if that offers anything."""
        service = self._tx.find(Service, task.service or "")
        offered = self._tx.where(NamedEndpoint, service=service.arn) if service else []
        if service is None or not offered:
            return ()
        cluster = self._tx.find(Cluster, service.cluster)
        namespace = self._tx.find(Namespace, offered[0].namespace)
        return layers_on(service, offered[0], cluster, namespace)

    def _allowed(self, vpc: str | None, layers: tuple[Layer, ...]) -> tuple[str, ...]:
        if vpc not in self._present:
            self._present[vpc] = presence(self._tx.where(Task), vpc)
        known = self._sources.get((vpc, layers))
        if known is None:
            known = self._sources[(vpc, layers)] = allowed(layers, self._present[vpc])
        return known


def _ports(
    task: Task, definition: TaskDefinition, deployment: Deployment
) -> Iterator[tuple[str, int]]:
    """(container, port) of the endpoints' servers, and of what listens in front of them."""
    alone = any(not entry.container for entry in task.addresses)
    for container, port in offered_ports(definition, deployment):
        yield "" if alone else container, port
    for entrance in entrances(task, definition, deployment):
        yield entrance.container, entrance.listener


def led_in(
    task: Task, definition: TaskDefinition, deployment: Deployment | None
) -> tuple[Ingress, ...]:
    """The container ports that are reached from outside only by the proxy's listener."""
    found = entrances(task, definition, deployment) if deployment else ()
    return tuple(_ingress(entrance) for entrance in found if entrance.led_in)


def _ingress(entrance: Entrance) -> Ingress:
    return Ingress(container=entrance.container, port=entrance.port, listener=entrance.listener)
