"""Which ports of an instance lead to which ports of a container, as DescribeTasks shows it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from seaway.core.task import PortBinding
from seaway.core.task_definition import ContainerDefinition

if TYPE_CHECKING:
    from seaway.aws.shapes import ecs as shapes


def render_bindings(
    bindings: Iterable[PortBinding], container: ContainerDefinition
) -> list[shapes.NetworkBinding]:
    """The bindings of one container; those of a range are one (API: NetworkBinding)."""
    mine = [binding for binding in bindings if binding.container == container.name]
    found = {(binding.protocol, binding.container_port): binding for binding in mine}
    shown: list[shapes.NetworkBinding] = []
    for port in container.ports:
        first = found.get((port.protocol, port.container_port))
        last = found.get((port.protocol, port.last_port or port.container_port))
        if first is None or last is None:
            continue
        shape: shapes.NetworkBinding = {"bindIP": "0.0.0.0"}
        if port.last_port is None:
            shape["containerPort"], shape["hostPort"] = port.container_port, first.host_port
        else:
            shape["containerPortRange"] = f"{port.container_port}-{port.last_port}"
            shape["hostPortRange"] = f"{first.host_port}-{last.host_port}"
        shape["protocol"] = port.protocol
        shown.append(shape)
    return shown
