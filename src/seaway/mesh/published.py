"""Published host ports and load balancers, as the store has them, in one proxy's words."""

from __future__ import annotations

from dataclasses import replace

from seaway.core.balancer import Listener, LoadBalancer, Rule, Target, TargetGroup
from seaway.core.capacity import ContainerInstance
from seaway.core.cluster import Cluster
from seaway.core.discovery import NamedEndpoint, Namespace
from seaway.core.managed_certificate import ManagedCertificate
from seaway.core.mesh.balance import Balanced, balance, host_port, secret_name
from seaway.core.mesh.guards import allowed, is_guarded, layers_on, offered_ports, presence
from seaway.core.mesh.intentions import MACHINE, Identity, may_call
from seaway.core.mesh.policy_tags import Layer
from seaway.core.mesh.proxy import Port, Protocol, Secret, Upstream
from seaway.core.service import Deployment, Service
from seaway.core.task import PortBinding, Task, TaskStatus
from seaway.core.task_definition import TaskDefinition
from seaway.store.transaction import Transaction

Made = tuple[tuple[Port, ...], tuple[Upstream, ...]]


def listens(task: Task) -> bool:
    """Its namespaces are there and its containers have not ended."""
    up = (TaskStatus.ACTIVATING, TaskStatus.RUNNING, TaskStatus.DEACTIVATING, TaskStatus.STOPPING)
    return task.last_status in up


def host_ports(tx: Transaction, host: str) -> Made:
    """The container ports published on the addresses of the host's instances."""
    ports, upstreams = [], []
    for task in tx.where(Task, host=host):
        instance = tx.find(ContainerInstance, task.instance or "")
        if instance is None or not task.sandboxes or not listens(task):
            continue
        offered = _offered(tx, task) if task.bindings else frozenset()
        layers = _guarding(tx, task) if offered else ()
        for binding in task.bindings:
            address = task.address_of(binding.container)
            if address is None:
                continue
            port, upstream = host_port(
                name=_name(task, binding),
                address=instance.address,
                port=binding.host_port,
                target=address,
                target_port=binding.container_port,
                protocol=Protocol.UDP if binding.protocol == "udp" else Protocol.TCP,
            )
            if layers and (binding.container, binding.container_port) in offered:
                port = replace(port, sources=_sources(tx, task, instance, layers))
            ports.append(port)
            upstreams.append(upstream)
    return tuple(ports), tuple(upstreams)


def _name(task: Task, binding: PortBinding) -> str:
    """Unique on the proxy: a TCP and a UDP port may have the same number."""
    name = f"host-port/{task.id}/{binding.container}/{binding.container_port}"
    return f"{name}/udp" if binding.protocol == "udp" else name


def _offered(tx: Transaction, task: Task) -> frozenset[tuple[str, int]]:
    """The container ports at which the task serves Service Connect's names."""
    definition = tx.find(TaskDefinition, task.task_definition)
    deployment = tx.find(Deployment, task.deployment or "")
    return frozenset(offered_ports(definition, deployment)) if definition else frozenset()


def _guarding(tx: Transaction, task: Task) -> tuple[Layer, ...]:
    """What is said of calls to the task's service, if that is anything about who may call."""
    service = tx.find(Service, task.service or "")
    endpoint = next(iter(tx.where(NamedEndpoint, service=task.service or "")), None)
    if service is None or endpoint is None:
        return ()
    cluster = tx.find(Cluster, service.cluster)
    layers = layers_on(service, endpoint, cluster, tx.find(Namespace, endpoint.namespace))
    return layers if is_guarded(layers) else ()


def _sources(
    tx: Transaction, task: Task, instance: ContainerInstance, layers: tuple[Layer, ...]
) -> tuple[str, ...]:
    """Who may dial the task's host port: callers' tasks of its VPC, and the machine if it may.

    The machine dials an address of its own from that very address.
    """
    addresses = allowed(layers, presence(tx.where(Task), task.vpc))
    if may_call(Identity(cluster="", name=MACHINE), layers).allowed:
        addresses = (*addresses, instance.address)
    return tuple(f"{address}/32" for address in addresses)


def balancers(tx: Transaction) -> Made:
    """The load balancers, all of them."""
    found = [balance(balanced) for balanced in _balanced(tx)]
    ports = tuple(port for ports, _ in found for port in ports)
    return ports, tuple(upstream for _, upstreams in found for upstream in upstreams)


def _balanced(tx: Transaction) -> list[Balanced]:
    groups = {group.arn: group for group in tx.where(TargetGroup)}
    targets = {arn: tx.where(Target, target_group=arn) for arn in groups}
    places = {
        target.key: place
        for found in targets.values()
        for target in found
        if (place := _place_of(tx, target)) is not None
    }
    return [
        Balanced(
            balancer=lb,
            listeners={
                listener: tx.where(Rule, listener=listener.arn)
                for listener in tx.where(Listener, load_balancer=lb.arn)
            },
            groups=groups,
            targets=targets,
            places=places,
        )
        for lb in tx.where(LoadBalancer)
    ]


def ended(tx: Transaction) -> dict[str, Secret]:
    """What load balancers' ports show where they end TLS, by the names of the secrets."""
    found: dict[str, Secret] = {}
    for listener in tx.where(Listener):
        for place, arn in enumerate(listener.certificates):
            certificate = tx.find(ManagedCertificate, arn)
            if certificate is not None and certificate.signed is not None:
                name, signed = secret_name(listener.arn, place), certificate.signed
                found[name] = Secret(name=name, chain=signed.body + signed.chain, key=signed.key)
    return found


def _place_of(tx: Transaction, target: Target) -> tuple[str, int] | None:
    """Behind a host port: the address and port of the container itself."""
    task = tx.find(Task, target.task or "")
    if task is None:
        return None
    for binding in task.bindings:
        if binding.host_port == target.port:
            address = task.address_of(binding.container)
            return None if address is None else (address, binding.container_port)
    return None
