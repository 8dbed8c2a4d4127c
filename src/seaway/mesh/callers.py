"""Who is on a host, as the store has it: tasks that call by name, and servers with an entrance."""

from __future__ import annotations

from collections.abc import Iterable

from seaway.core.mesh.connect import IDLE_TIMEOUT, TCP_IDLE_TIMEOUT, Caller
from seaway.core.mesh.guards import identity_of
from seaway.core.mesh.ingress import Entrance, entrances, ingress
from seaway.core.mesh.intentions import MACHINE
from seaway.core.mesh.policy_tags import TOWARD
from seaway.core.mesh.proxy import Labels, Port, Purpose, Upstream
from seaway.core.names import last_part
from seaway.core.service import Deployment, Service
from seaway.core.task import Task
from seaway.core.task_definition import TaskDefinition
from seaway.mesh.offers import access_log, words
from seaway.mesh.published import Made, listens
from seaway.store.transaction import Transaction


def callers(tx: Transaction, host: str) -> list[Caller]:
    """The host's tasks that call by Service Connect's names."""
    found = []
    for task in tx.where(Task, host=host):
        if not task.uses_mesh or not task.sandboxes or not listens(task):
            continue
        deployment = tx.find(Deployment, task.deployment or "")
        namespace = _namespace(task, deployment)
        if namespace is None:
            continue
        identity = identity_of(task)
        service = tx.find(Service, task.service or "")
        known = deployment.known if deployment else None
        found.append(
            Caller(
                task=task.id,
                cluster=identity.cluster,
                service=identity.name,
                namespace=namespace,
                sandboxes=task.sandboxes,
                said=tuple(t for t in words(service.tags) if t[0].startswith(TOWARD))
                if service
                else (),
                known=None if known is None else frozenset(known),
                access_log=access_log(deployment.connect, task.id) if deployment else None,
            )
        )
    return found


def _namespace(task: Task, deployment: Deployment | None) -> str | None:
    """The namespace (by ARN) whose names the task knows: its deployment's, or its own word."""
    if task.deployment is None:
        return task.namespace
    connect = deployment.connect if deployment else None
    return connect.namespace if connect else None


def machine_callers(namespaces: Iterable[str]) -> list[Caller]:
    """The machine's own programs, for each of the namespaces (given by ARN)."""
    return [
        Caller(
            task=MACHINE,
            cluster="",
            service=MACHINE,
            namespace=namespace,
            sandboxes=(),
            outside=True,
        )
        for namespace in namespaces
    ]


def ingresses(tx: Transaction, host: str) -> Made:
    """The listeners in front of the host's own servers, where TLS or an override asks for them."""
    ports: list[Port] = []
    upstreams: list[Upstream] = []
    for task in tx.where(Task, host=host):
        deployment = tx.find(Deployment, task.deployment or "") if task.uses_mesh else None
        if deployment is None or not task.sandboxes or not listens(task):
            continue
        definition = tx.find(TaskDefinition, task.task_definition)
        for entrance in entrances(task, definition, deployment) if definition else ():
            labels = _labels(task, deployment, entrance)
            for box in task.sandboxes:
                if box.container == entrance.container:
                    port, upstream = ingress(
                        task.id, box, entrance, labels, _idle_timeout(entrance)
                    )
                    ports.append(port)
                    upstreams.append(upstream)
    return tuple(ports), tuple(upstreams)


def _labels(task: Task, deployment: Deployment, entrance: Entrance) -> Labels:
    connect = deployment.connect
    return Labels(
        purpose=Purpose.INGRESS,
        namespace=last_part(connect.namespace or "") if connect else "",
        discovery_name=entrance.entry.name,
        target_cluster=last_part(task.cluster),
        target_service=last_part(task.service or ""),
        protocol=entrance.protocol.value,
    )


def _idle_timeout(entrance: Entrance) -> float:
    said = entrance.entry.idle_timeout
    if said is not None:
        return said
    return IDLE_TIMEOUT if entrance.protocol.is_http else TCP_IDLE_TIMEOUT
