"""Sockets that listen inside a task's network namespace, held by the agent outside of it."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from contextlib import suppress

from pyroute2 import IPRoute

from seaway.agent.inside.address import ADDRESS
from seaway.agent.network import change, in_namespace

_HOST_SCOPE = 254
_BACKLOG = 128


async def listen_inside(sandbox: str, ports: Iterable[int]) -> list[socket.socket]:
    """Listen at the link-local address of a namespace, given by its path.

    Whoever connects is in that namespace: nobody else can reach these sockets. They keep the
    namespace alive until they are closed. Raises OSError.
    """
    opened: list[socket.socket] = []
    try:
        await in_namespace(sandbox, _listen_here, tuple(ports), opened)
    except BaseException:
        for each in opened:
            each.close()
        raise
    return opened


def listen_on_loopback(port: int) -> socket.socket:
    """Listen on the machine's own loopback, at ``port`` or, where that is taken, any other.

    Raises OSError.
    """
    with suppress(OSError):
        return _listener("127.0.0.1", port)
    return _listener("127.0.0.1", 0)


def _listen_here(ports: tuple[int, ...], opened: list[socket.socket]) -> None:
    with IPRoute() as route:
        index = socket.if_nametoindex("lo")
        change(route.link, "set", index=index, state="up")
        # Of host scope: never the address the namespace's own connections come from.
        change(route.addr, "replace", index=index, address=ADDRESS, prefixlen=32, scope=_HOST_SCOPE)
    for port in ports:
        opened.append(_listener(ADDRESS, port, device="lo"))


def _listener(address: str, port: int, device: str | None = None) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if device is not None:
            # The kernel takes packets to any of its addresses at any interface: a neighbour that
            # writes packets of its own could send some to ours.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, port))
        listener.listen(_BACKLOG)
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise
    return listener
