"""A task in Cloud Map: an instance of what its service offers, and of its service's registry."""

from __future__ import annotations

from seaway.core.capacity import ContainerInstance
from seaway.core.deployment import ingress_port_of, port_name_of
from seaway.core.discovery import DiscoveryService, NamedEndpoint, Registration
from seaway.core.discovery_rules import (
    INITIAL_HEALTH,
    deregistered,
    registered,
    registration_key,
    service_discovery_attributes,
)
from seaway.core.moment import Moment
from seaway.core.names import last_part, place_of
from seaway.core.service import Deployment, Service, ServiceRegistry
from seaway.core.task import Health, Task
from seaway.core.task_definition import NetworkMode, TaskDefinition
from seaway.store.transaction import Transaction


def offer(
    tx: Transaction, discovery: str, definition: TaskDefinition, task: Task, moment: Moment
) -> None:
    """Make the task an instance of a Cloud Map service; again only if something moved."""
    owner = tx.find(DiscoveryService, discovery)
    endpoint = tx.find(NamedEndpoint, discovery)
    deployment = tx.find(Deployment, task.deployment or "")
    found = definition.port_named(port_name_of(deployment, endpoint)) if endpoint else None
    if owner is None or endpoint is None or found is None:
        return
    container, mapping = found
    if definition.network_mode is NetworkMode.AWSVPC:
        address = task.address_of(container.name)
        port = ingress_port_of(deployment, endpoint) or mapping.container_port
    else:
        instance = tx.find(ContainerInstance, task.instance or "")
        address = instance.address if instance else None
        port = task.host_port_of(container.name, mapping.container_port) or 0
    if address is None or not port:
        return
    attributes = {
        "AWS_INSTANCE_IPV4": address,
        "AWS_INSTANCE_PORT": str(port),
        "AvailabilityZone": task.zone or "",
        "DeploymentId": last_part(task.deployment or ""),
    }
    before = tx.find(Registration, registration_key(owner, task.id))
    counted, registration = registered(
        owner, task.id, attributes, moment, before=before, task=task.arn
    )
    tx.put(counted)
    tx.put(registration)


def enlist(
    tx: Transaction,
    registry: ServiceRegistry,
    service: Service,
    definition: TaskDefinition,
    task: Task,
    moment: Moment,
) -> None:
    """Service discovery: the task in its service's registry, with its containers' health.

    A task with health checks is listed as UNHEALTHY until they have passed (ECS guide: service
    discovery). One that fails them is replaced, and leaves when it is led away.
    """
    owner = tx.find(DiscoveryService, registry.registry)
    place = _place(tx, registry, definition, task)
    if owner is None or place is None:
        return
    address, port, instance = place
    attributes = service_discovery_attributes(
        address=address,
        port=port,
        zone=task.zone or "",
        region=place_of(task.arn).region,
        service_name=service.name,
        cluster_name=last_part(task.cluster),
        family=definition.family,
        instance=instance.instance_id if instance else None,
    )
    before = tx.find(Registration, registration_key(owner, task.id))
    checked = any(c.essential and c.health_check for c in definition.containers)
    # Without a check of its own a task's health is what somebody said of the instance last.
    health = before.health if before else "HEALTHY"
    if owner.custom_health:
        attributes[INITIAL_HEALTH] = "UNHEALTHY" if checked else "HEALTHY"
        if checked:
            health = "HEALTHY" if task.health is Health.HEALTHY else "UNHEALTHY"
    counted, registration = registered(
        owner, task.id, attributes, moment, before=before, task=task.arn, health=health
    )
    tx.put(counted)
    tx.put(registration)


def _place(
    tx: Transaction, registry: ServiceRegistry, definition: TaskDefinition, task: Task
) -> tuple[str, int | None, ContainerInstance | None] | None:
    """Address, port if it is to be listed, and instance if there is one; None = not known yet."""
    instance = tx.find(ContainerInstance, task.instance or "")
    if definition.network_mode is NetworkMode.AWSVPC:
        address = task.address_of(registry.container or "")
        if address is None:
            return None
        return address, registry.port or registry.container_port, instance
    port = task.host_port_of(registry.container or "", registry.container_port or 0)
    if instance is None or port is None:
        return None
    return instance.address, port, instance


def leave(tx: Transaction, task: Task) -> bool:
    """Take the task out of Cloud Map; True when it was in."""
    found = tx.where(Registration, task=task.arn)
    for registration in found:
        owner = tx.find(DiscoveryService, registration.service)
        if owner is not None:
            tx.put(deregistered(owner))
        tx.drop(registration)
    return bool(found)
