"""What a host is told: nouns of the store in the link's words."""

from __future__ import annotations

from dataclasses import replace

from seaway.core.balancer import LoadBalancer
from seaway.core.capacity import ContainerInstance, Host
from seaway.core.discovery import NamedEndpoint, Namespace
from seaway.core.image_names import kept
from seaway.core.names import Place, last_part, place_of
from seaway.core.network import Subnet, Vpc
from seaway.core.repository import Repository
from seaway.core.service import Deployment
from seaway.core.task import ContainerOverride, Task, TaskStatus
from seaway.core.task_definition import ContainerDefinition, TaskDefinition
from seaway.core.zone import ServedResolver, resolver_address
from seaway.dispatch.guarding import Guarding, led_in
from seaway.link.messages import Assignment, HostPlan, LogStream, Network
from seaway.store.transaction import Transaction

LOOPBACK = "127.0.0.1"


def assignment(tx: Transaction, task: Task, guarding: Guarding | None = None) -> Assignment | None:
    """The task as its host has to run it; None when its definition or network is gone.

    ``guarding`` is for several tasks told of in one transaction.
    """
    definition = tx.find(TaskDefinition, task.task_definition)
    vpc = tx.find(Vpc, task.vpc or "")
    if definition is None or vpc is None:
        return None
    deployment = tx.find(Deployment, task.deployment or "")
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
        names=_names(tx, task, deployment),
        logs=tuple(s for c in definition.containers if (s := _stream(c, task)) is not None),
        environment=(("AWS_REGION", place.region), ("AWS_DEFAULT_REGION", place.region)),
        service_name=last_part(task.service) if task.service else "",
        launch_type=task.launch_type,
        zone=task.zone or "",
        uses_mesh=task.uses_mesh,
        task_role=task.task_role or definition.task_role,
        execution_role=task.execution_role or definition.execution_role,
        exec_enabled=task.exec_enabled,
        pid_mode=definition.pid_mode,
        ipc_mode=definition.ipc_mode,
        ephemeral_storage=task.ephemeral_storage or definition.ephemeral_storage,
        created_at=task.created_at,
        bindings=task.bindings,
        subnet=_subnet(tx, task),
        guards=(guarding or Guarding(tx)).guards(task, definition, deployment),
        ingress=led_in(task, definition, deployment),
        resolver=_resolver(tx, task.host or "", vpc),
        desired_status=task.desired_status,
        may_start=not task.uses_mesh or task.mesh_ready,
        may_stop=task.may_stop,
        may_release=not task.uses_mesh or task.mesh_gone or not task.sandboxes,
    )


def _subnet(tx: Transaction, task: Task) -> str:
    subnet = tx.find(Subnet, task.subnet or "")
    return subnet.cidr if subnet else ""


def _resolver(tx: Transaction, host: str, vpc: Vpc) -> str | None:
    """Where the VPC's tasks on this machine ask for names, if its name server answers there."""
    address = resolver_address(vpc.cidr)
    return address if tx.find(ServedResolver, f"{host}/{address}") else None


def _container(container: ContainerDefinition, task: Task) -> ContainerDefinition:
    container = kept(container, task.images)
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
        environment_files=override.environment_files or container.environment_files,
        gpus=container.gpus if override.gpus is None else override.gpus,
    )


def _names(
    tx: Transaction, task: Task, deployment: Deployment | None
) -> tuple[tuple[str, str], ...]:
    """The names of the namespace the task is in that it knows, with their virtual addresses.

    Each has an IPv4 and an IPv6 line, as on AWS, whether the task can do IPv6 or not.
    """
    namespace = _namespace(task, deployment)
    if namespace is None:
        return ()
    known = deployment.known if deployment else None
    endpoints = [
        endpoint
        for endpoint in tx.where(NamedEndpoint, namespace=namespace)
        if known is None or endpoint.discovery in known
    ]
    # A name dialled at two ports has one address, and needs one pair of lines.
    lines = ((e.dns_name, address) for e in endpoints for address in (e.address, e.address6))
    return tuple(dict.fromkeys(lines))


def _namespace(task: Task, deployment: Deployment | None) -> str | None:
    """The namespace (by ARN) whose names the task may call, if any."""
    if task.deployment is None:
        return task.namespace if task.uses_mesh else None
    connect = deployment.connect if deployment else None
    return connect.namespace if connect is not None and connect.enabled else None


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
    resolvers = [(vpc.id, _resolver(tx, host, vpc)) for vpc in networks]
    addresses += [(vpc, address) for vpc, address in resolvers if address]
    names = [(lb.dns_name, lb.addresses[0][1]) for lb in balancers if lb.addresses]
    names += [(name, LOOPBACK) for name in _registries(tx, here)]
    taken = {name for name, _ in names}
    callable_names = [pair for pair in _callable_names(tx, host) if pair[0] not in taken]
    return HostPlan(
        networks=tuple(Network(vpc=vpc.id, cidr=vpc.cidr) for vpc in networks),
        addresses=tuple(sorted(set(addresses))),
        names=(*names, *callable_names),
        calls_names=bool(callable_names),
    )


def _callable_names(tx: Transaction, host: str) -> list[tuple[str, str]]:
    """What the machine's own programs call Service Connect's endpoints, on the first host.

    That is ``<discovery name>.<namespace>``, and an alias that looks like a name of its own kind.
    Of two that want a name, the older has it.
    """
    endpoints = tx.where(NamedEndpoint)
    if not endpoints or any(other.id < host for other in tx.where(Host)):
        return []
    names: dict[str, str] = {}
    aliases: dict[str, str] = {}
    for endpoint in endpoints:
        namespace = tx.find(Namespace, endpoint.namespace)
        address = endpoint.outside_address
        if namespace is None or address is None:
            continue
        names.setdefault(f"{endpoint.discovery_name}.{namespace.name}", address)
        if "." in endpoint.dns_name:
            aliases.setdefault(endpoint.dns_name, address)
    return [*(aliases | names).items()]


def _registries(tx: Transaction, here: Place) -> list[str]:
    """The names under which the engine reaches our registry: one for each account and region.

    The usual one is there before it is needed: the engine remembers for some seconds what it
    did not find in the machine's hosts file.
    """
    places = {here} | {place_of(repository.arn) for repository in tx.where(Repository)}
    return sorted(f"{place.account}.dkr.ecr.{place.region}.localhost" for place in places)
