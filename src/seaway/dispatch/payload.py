"""What a host is told: nouns of the store in the link's words."""

from __future__ import annotations

from dataclasses import replace

from seaway.core.balancer import LoadBalancer
from seaway.core.capacity import ContainerInstance
from seaway.core.discovery import NamedEndpoint
from seaway.core.names import Place, last_part, place_of
from seaway.core.network import Vpc
from seaway.core.repository import Repository
from seaway.core.service import Deployment
from seaway.core.task import ContainerOverride, Task, TaskStatus
from seaway.core.task_definition import ContainerDefinition, TaskDefinition
from seaway.link.messages import Assignment, HostPlan, LogStream, Network
from seaway.store.transaction import Transaction

LOOPBACK = "127.0.0.1"


def assignment(tx: Transaction, task: Task) -> Assignment | None:
    """The task as its host has to run it; None when its definition or network is gone."""
    definition = tx.find(TaskDefinition, task.task_definition)
    vpc = tx.find(Vpc, task.vpc or "")
    if definition is None or vpc is None:
        return None
    place = place_of(task.arn)
    return Assignment(
        task=task.arn,
        cluster=task.cluster,
        family=definition.family,
        revision=definition.revision,
        network_mode=definition.network_mode.value,
        containers=tuple(_container(c, task) for c in definition.containers),
        volumes=definition.volumes,
        cpu=task.cpu_override if task.cpu_override is not None else definition.cpu,
        memory=task.memory_override if task.memory_override is not None else definition.memory,
        network=Network(vpc=vpc.id, cidr=vpc.cidr),
        addresses=tuple((entry.container, entry.address) for entry in task.addresses),
        names=_names(tx, task),
        logs=tuple(s for c in definition.containers if (s := _stream(c, task)) is not None),
        environment=(("AWS_REGION", place.region), ("AWS_DEFAULT_REGION", place.region)),
        service_name=last_part(task.service) if task.service else "",
        launch_type=task.launch_type,
        zone=task.zone or "",
        uses_mesh=task.uses_mesh,
        desired_status=task.desired_status,
        may_start=not task.uses_mesh or task.mesh_ready,
        may_stop=task.may_stop,
        may_release=not task.uses_mesh or task.mesh_gone or not task.sandboxes,
    )


def _container(container: ContainerDefinition, task: Task) -> ContainerDefinition:
    override = next((o for o in task.overrides if o.name == container.name), None)
    return container if override is None else _overridden(container, override)


def _overridden(container: ContainerDefinition, override: ContainerOverride) -> ContainerDefinition:
    environment = dict(container.environment) | dict(override.environment)
    return replace(
        container,
        command=container.command if override.command is None else override.command,
        environment=tuple(environment.items()),
        cpu=container.cpu if override.cpu is None else override.cpu,
        memory=container.memory if override.memory is None else override.memory,
        memory_reservation=(
            container.memory_reservation
            if override.memory_reservation is None
            else override.memory_reservation
        ),
    )


def _names(tx: Transaction, task: Task) -> tuple[tuple[str, str], ...]:
    """Every name of the namespace the task's deployment is in, with its virtual address."""
    deployment = tx.find(Deployment, task.deployment or "")
    connect = deployment.connect if deployment else None
    if connect is None or not connect.enabled or not connect.namespace:
        return ()
    endpoints = tx.where(NamedEndpoint, namespace=connect.namespace)
    # A name dialled at two ports has one address, and needs one line.
    return tuple(dict.fromkeys((endpoint.dns_name, endpoint.address) for endpoint in endpoints))


def _stream(container: ContainerDefinition, task: Task) -> LogStream | None:
    """``prefix/container/task-id``, or the container's own id where no prefix is given."""
    if container.log is None or container.log.driver != "awslogs":
        return None
    options = dict(container.log.options)
    prefix = options.get("awslogs-stream-prefix")
    name = f"{container.name}/{task.id}"
    return LogStream(
        container=container.name,
        region=options.get("awslogs-region") or place_of(task.arn).region,
        group=options.get("awslogs-group", ""),
        stream=f"{prefix}/{name}" if prefix else name,
    )


def host_plan(tx: Transaction, host: str, here: Place) -> HostPlan:
    """The networks, addresses and names the machine must have for what it serves."""
    instances = [i for i in tx.where(ContainerInstance, host=host) if i.status != "INACTIVE"]
    balancers = tx.where(LoadBalancer)
    tasks = [t for t in tx.where(Task, host=host) if t.last_status is not TaskStatus.STOPPED]
    used = {i.vpc for i in instances} | {lb.vpc for lb in balancers} | {t.vpc for t in tasks}
    networks = [vpc for vpc in tx.where(Vpc) if vpc.id in used]
    addresses = [(i.vpc, i.address) for i in instances if i.address]
    addresses += [(lb.vpc, address) for lb in balancers for _, address in lb.addresses]
    names = [(lb.dns_name, lb.addresses[0][1]) for lb in balancers if lb.addresses]
    return HostPlan(
        networks=tuple(Network(vpc=vpc.id, cidr=vpc.cidr) for vpc in networks),
        addresses=tuple(sorted(set(addresses))),
        names=tuple(names) + tuple((name, LOOPBACK) for name in _registries(tx, here)),
    )


def _registries(tx: Transaction, here: Place) -> list[str]:
    """The names under which the engine reaches our registry: one for each account and region.

    The usual one is there before it is needed: the engine remembers for some seconds what it
    did not find in the machine's hosts file.
    """
    places = {here} | {place_of(repository.arn) for repository in tx.where(Repository)}
    return sorted(f"{place.account}.dkr.ecr.{place.region}.localhost" for place in places)
