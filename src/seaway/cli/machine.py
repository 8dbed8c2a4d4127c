"""What the machine offers: is there an engine that answers."""

from __future__ import annotations

import os
import socket
from urllib.parse import urlsplit

ABSENT = (
    "No Docker Engine answers on this machine: install it (apt-get install docker.io) or start "
    "it (systemctl start docker, or dockerd), then run this again."
)

PATIENCE_SECONDS = 5.0


def engine_problem() -> str | None:
    """None when a Docker Engine answers, else one sentence that says what to do.

    A bare ping: the engine's client takes longer to load than Seaway may take to start.
    """
    url = urlsplit(os.environ.get("DOCKER_HOST") or "unix:///var/run/docker.sock")
    try:
        with _connected(url.scheme, url.path, url.hostname or "", url.port or 2375) as engine:
            engine.sendall(b"GET /_ping HTTP/1.0\r\nHost: engine\r\n\r\n")
            status = engine.makefile("rb").readline().split()
    except OSError:
        return ABSENT
    return None if status[1:2] == [b"200"] else ABSENT


def _connected(scheme: str, path: str, host: str, port: int) -> socket.socket:
    if scheme != "unix":
        return socket.create_connection((host, port), PATIENCE_SECONDS)
    engine = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    engine.settimeout(PATIENCE_SECONDS)
    engine.connect(path)
    return engine
