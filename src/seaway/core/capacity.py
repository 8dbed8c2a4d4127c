"""Machines: the instances of clusters, the hosts under them, and what they have left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from seaway.core.names import Tags


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """A machine with an agent and an engine. ``cpu`` is CPU units, ``memory`` MiB."""

    id: str
    cpu: int
    memory: int
    architecture: str = "x86_64"
    engine: str = ""
    connected: bool = False
    seen_at: float = 0.0
    address: str = ""
    """Where other machines' proxies reach its proxy; empty on a machine that is alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerInstance:
    """A machine, or a share of one, that a cluster's EC2 tasks are placed on."""

    arn: str
    cluster: str
    registered_at: float
    instance_id: str
    """EC2 instance id."""
    host: str | None = None
    """Id of the machine that runs its tasks; None while no agent of ours serves it."""
    address: str = ""
    """Private address in its subnet, where host ports are published."""
    vpc: str = ""
    subnet: str = ""
    zone: str = ""
    cpu: int = 0
    memory: int = 0
    status: str = "ACTIVE"
    """REGISTERING, ACTIVE, DRAINING, or INACTIVE once it has left."""
    status_reason: str | None = None
    """Why it has this status, where there is more to say."""
    connected: bool = True
    capacity_provider: str | None = None
    attributes: tuple[tuple[str, str | None], ...] = ()
    reserved_ports: tuple[int, ...] = (22, 2375, 2376, 51678, 51679, 51680)
    reserved_udp_ports: tuple[int, ...] = ()
    agent_version: str = "1.105.1"
    docker_version: str = ""
    tags: Tags = ()


@dataclass(frozen=True, slots=True)
class Room:
    """What is free on an instance: CPU units, MiB, and the host ports taken."""

    cpu: int
    memory: int
    ports: frozenset[int]
    udp_ports: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What one task takes of its instance."""

    cpu: int
    memory: int
    ports: tuple[int, ...] = ()
    udp_ports: tuple[int, ...] = ()


def room_left(instance: ContainerInstance, uses: Iterable[Use]) -> Room:
    """What the instance has left beside the tasks on it."""
    cpu, memory = instance.cpu, instance.memory
    ports, udp_ports = set(instance.reserved_ports), set(instance.reserved_udp_ports)
    for use in uses:
        cpu -= use.cpu
        memory -= use.memory
        ports.update(use.ports)
        udp_ports.update(use.udp_ports)
    return Room(cpu, memory, frozenset(ports), frozenset(udp_ports))
