"""Port mappings: single ports and ranges, of a container's definition."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from seaway.aws.ecs.errors import ClientException
from seaway.core.task_definition import AppProtocol, NetworkMode, PortMapping

if TYPE_CHECKING:
    from seaway.aws.shapes import ecs as shapes

_PORT_NAME = re.compile(r"[a-z0-9_][a-z0-9_-]{0,63}\Z")
_RANGE = re.compile(r"(\d{1,5})-(\d{1,5})\Z")
_MOST_RANGES = 100


def parse_ports(
    given: Sequence[shapes.PortMapping] | None, mode: NetworkMode
) -> tuple[PortMapping, ...]:
    """A container's port mappings; none is used by two of them (API: PortMapping).

    Raises ClientException.
    """
    ports = tuple(_port(port, mode) for port in given or ())
    if sum(1 for port in ports if port.last_port is not None) > _MOST_RANGES:
        raise ClientException(
            f"A container can have at most {_MOST_RANGES} port ranges (containerPortRange)."
        )
    return ports


def _port(given: shapes.PortMapping, mode: NetworkMode) -> PortMapping:
    first, last = _numbers(given, mode)
    host = _host_port(given, first, mode)
    protocol = given.get("protocol") or "tcp"
    if protocol not in ("tcp", "udp"):
        raise ClientException(f"Invalid protocol of a port mapping: {protocol}")
    name = given.get("name") or None
    if name is not None and not _PORT_NAME.match(name):
        raise ClientException(
            "The port mapping name must be 1 to 64 lowercase letters, numbers, underscores or "
            "hyphens, and must not start with a hyphen."
        )
    return PortMapping(
        container_port=first,
        host_port=host,
        protocol=protocol,
        name=name,
        app_protocol=_app_protocol(given.get("appProtocol"), name, protocol),
        last_port=last,
    )


def _numbers(given: shapes.PortMapping, mode: NetworkMode) -> tuple[int, int | None]:
    """The container port, or the first and last one of a range."""
    if mode is NetworkMode.NONE:
        raise ClientException("Port mappings are not supported when networkMode=none.")
    span = given.get("containerPortRange")
    if not span:
        port = given.get("containerPort") or 0
        _check_number(port)
        return port, None
    if given.get("containerPort") or given.get("hostPort"):
        raise ClientException("cannot specify both single port and port range")
    if mode is NetworkMode.HOST:
        raise ClientException(
            "containerPortRange is only supported when networkMode is bridge or awsvpc."
        )
    found = _RANGE.match(span)
    if not found or int(found[1]) >= int(found[2]):
        raise ClientException(f"Invalid 'containerPortRange' setting: {span}")
    first, last = int(found[1]), int(found[2])
    _check_number(first)
    _check_number(last)
    return first, last


def _check_number(port: int) -> None:
    if not 1 <= port <= 65535:
        raise ClientException("The port numbers must be between 1 and 65535.")


def _host_port(given: shapes.PortMapping, first: int, mode: NetworkMode) -> int:
    """The instance's port asked for; 0 lets the placement choose."""
    host = given.get("hostPort") or 0
    if not 0 <= host <= 65535:
        raise ClientException("The port numbers must be between 1 and 65535.")
    if mode is NetworkMode.BRIDGE:
        return host
    if host not in (0, first):
        raise ClientException(
            f"When networkMode={mode.value}, the host ports and container ports in port "
            "mappings must match."
        )
    return first


def _app_protocol(given: str | None, name: str | None, protocol: str) -> AppProtocol | None:
    if not given:
        return None
    if given not in ("http", "http2", "grpc"):
        raise ClientException(f"Invalid appProtocol: {given}")
    if name is None:
        raise ClientException("The appProtocol of a port mapping requires the port mapping's name.")
    if protocol != "tcp":
        raise ClientException("The appProtocol of a port mapping requires the protocol tcp.")
    return AppProtocol(given)
