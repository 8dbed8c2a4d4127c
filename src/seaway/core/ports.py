"""Host ports: which ones a task definition must have, and which ones it is given."""

from __future__ import annotations

from collections.abc import Iterable

from seaway.core.task import PortBinding
from seaway.core.task_definition import NetworkMode, PortMapping, TaskDefinition

DYNAMIC_PORTS = range(32768, 61000)
"""Where dynamic host ports come from (agent: the host's ephemeral range)."""

HostPort = tuple[str, int]
"""(protocol, port): a TCP port and the UDP port of the same number are two things."""


def fixed_ports(definition: TaskDefinition) -> frozenset[HostPort]:
    """The host ports a definition must have; the others are chosen when it is placed."""
    if definition.network_mode in (NetworkMode.AWSVPC, NetworkMode.NONE):
        return frozenset()
    in_host = definition.network_mode is NetworkMode.HOST
    return frozenset(
        (mapping.protocol, number if in_host else mapping.host_port)
        for container in definition.containers
        for mapping in container.ports
        for number in _numbers(mapping)
        if in_host or _is_fixed(mapping)
    )


def bindings_for(
    definition: TaskDefinition, taken: Iterable[HostPort]
) -> tuple[PortBinding, ...] | None:
    """Host ports beside those taken: those asked for, free ones for 0, in host mode the same ones.

    A range of container ports gets as many in a row (API: PortMapping.containerPortRange). None
    when so many dynamic ports are not free.
    """
    if definition.network_mode in (NetworkMode.AWSVPC, NetworkMode.NONE):
        return ()
    held = set(taken) | fixed_ports(definition)
    bindings: list[PortBinding] = []
    for container in definition.containers:
        for mapping in container.ports:
            first = _first(definition, mapping, held)
            if first is None:
                return None
            for step, number in enumerate(_numbers(mapping)):
                held.add((mapping.protocol, first + step))
                bindings.append(
                    PortBinding(
                        container=container.name,
                        container_port=number,
                        host_port=first + step,
                        protocol=mapping.protocol,
                    )
                )
    return tuple(bindings)


def _numbers(mapping: PortMapping) -> range:
    return range(mapping.container_port, (mapping.last_port or mapping.container_port) + 1)


def _is_fixed(mapping: PortMapping) -> bool:
    return bool(mapping.host_port) and mapping.last_port is None


def _first(definition: TaskDefinition, mapping: PortMapping, held: set[HostPort]) -> int | None:
    if definition.network_mode is NetworkMode.HOST:
        return mapping.container_port
    if _is_fixed(mapping):
        return mapping.host_port
    count, run = len(_numbers(mapping)), 0
    for number in DYNAMIC_PORTS:
        run = 0 if (mapping.protocol, number) in held else run + 1
        if run == count:
            return number - count + 1
    return None
