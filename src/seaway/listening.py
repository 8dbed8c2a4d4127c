"""Where the API listens, and the servers that answer there."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import uvicorn


class PortTaken(Exception):
    """Another program listens where the API should."""


class Server(uvicorn.Server):
    """Leaves signals to us: uvicorn would raise them again before we have tidied up."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def server(app: Any, *, web_sockets: bool = False) -> Server:
    """A server of an ASGI app in the loop that runs; it logs nothing and adds no headers."""
    return Server(
        uvicorn.Config(
            app,
            interface="asgi3",
            loop="none",
            http="httptools",
            ws=cast(type[asyncio.Protocol], _web_socket) if web_sockets else "none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            date_header=False,
            timeout_keep_alive=75,
        )
    )


def _web_socket(**given: Any) -> asyncio.Protocol:
    # Loaded with the first session: nobody else needs it.
    module = importlib.import_module("uvicorn.protocols.websockets.websockets_sansio_impl")
    protocol: asyncio.Protocol = module.WebSocketsSansIOProtocol(**given)
    return protocol


def listen(address: str, port: int) -> socket.socket:
    """A socket that takes connections there. Raises PortTaken."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((address, port))
    except OSError as error:
        listener.close()
        raise PortTaken(
            f"Port {port} of {address} is taken ({error.strerror}): stop what listens there, or "
            "start Seaway with --port and another number."
        ) from error
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.listen(1024)
    listener.setblocking(False)
    return listener


def listen_near(path: Path) -> socket.socket:
    """A socket in the file system that only this user's programs can connect to."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(path))
    path.chmod(0o600)
    listener.listen(1024)
    listener.setblocking(False)
    return listener
