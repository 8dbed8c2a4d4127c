"""Services that speak every protocol, one in bridge mode and one in awsvpc, and their callers."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from tests.live import host_python
from tests.live.speaker import PORTS
from tests.live.story import Town, a_site, a_town, eventually

MODES = ("bridge", "awsvpc")
H2 = 81
FRONT = 9443
PROTOCOLS = {
    "grpc": "grpc",
    "calls": "http2",
    "web": "http",
    "chat": "http",
    "vault": "http",
    "front": "http",
    "raw": None,
    "h2": "http2",
}
WAYS = [(caller, server) for caller in MODES for server in MODES]
PAGE = (
    f"server {{ listen {H2} http2; location / {{ default_type text/plain; "
    'return 200 "$hostname\\n"; } }'
)
GROUP = "/conformance/proxy"
LOG = {
    "logDriver": "awslogs",
    "options": {
        "awslogs-group": GROUP,
        "awslogs-region": "us-east-1",
        "awslogs-stream-prefix": "sc",
        "awslogs-create-group": "true",
    },
}
LOGS: dict[str, dict[str, Any]] = {
    "bridge": {"logConfiguration": LOG, "accessLogConfiguration": {"format": "TEXT"}},
    "awsvpc": {
        "logConfiguration": LOG,
        "accessLogConfiguration": {"format": "JSON", "includeQueryParameters": "ENABLED"},
        "containerConfigurations": [{"logLevel": "debug"}],
    },
}
SPEAK = f"printf '%s' '{PAGE}' > /etc/nginx/conf.d/h2.conf && nginx && exec " + host_python.command(
    "speaker.py", "serve"
)


@contextmanager
def a_conformance_town() -> Iterator[Town]:
    """Services ``bridge`` and ``awsvpc`` that serve, and a client only of each mode."""
    with a_site() as site:
        town = a_town(site, ("cats",))
        for mode in MODES:
            # TLS needs a network of the task's own.
            names = [name for name in PROTOCOLS if (mode, name) != ("bridge", "vault")]
            offered = [_offered(mode, name) for name in names]
            define(town, mode, mode, SPEAK)
            serve(town, mode, mode, 2, {"services": offered, **LOGS[mode]})
            define(town, f"{mode}-caller", mode, "exec sleep 3600")
            serve(town, f"{mode}-caller", mode, 1, LOGS[mode])
        town.stable(*MODES, *(f"{mode}-caller" for mode in MODES))
        for mode in MODES:
            for task in town.tasks(mode):
                eventually(partial(_serves, town, task["taskArn"]), "all ports are listened at")
        yield town
        assert site.errors() == []


def _serves(town: Town, task: str) -> bool:
    return bool(town.inside(task, f"curl -s http://localhost:{PORTS['web']}/headers || true"))


def define(town: Town, family: str, mode: str, script: str) -> None:
    """Register a task definition whose container runs the script and maps every port."""
    volumes, mounts = host_python.volumes()
    container = {
        "name": "main",
        "image": f"{town.uris['cats']}:latest",
        "command": ["sh", "-c", script],
        "mountPoints": mounts,
        "portMappings": [_mapping(name) for name in PROTOCOLS],
        "stopTimeout": 2,
    }
    town.aws.ecs.register_task_definition(
        family=family,
        networkMode=mode,
        cpu="256",
        memory="256",
        volumes=volumes,
        containerDefinitions=[container],
    )


def _mapping(name: str) -> dict[str, Any]:
    mapping: dict[str, Any] = {"name": name, "containerPort": PORTS.get(name, H2)}
    if PROTOCOLS[name]:
        mapping["appProtocol"] = PROTOCOLS[name]
    return mapping


def _offered(mode: str, name: str) -> dict[str, Any]:
    """One DNS name for each service, dialled at the ports its containers have too."""
    offered: dict[str, Any] = {
        "portName": name,
        "discoveryName": f"{mode}-{name}",
        "clientAliases": [{"port": PORTS.get(name, H2), "dnsName": mode}],
    }
    if name == "chat":
        offered["timeout"] = {"perRequestTimeoutSeconds": 0}
    if name == "vault":
        offered["tls"] = {"issuerCertificateAuthority": {}}
    if name == "front":
        offered["ingressPortOverride"] = FRONT
    return offered


def serve(town: Town, name: str, mode: str, count: int, connect: dict[str, Any]) -> None:
    """Create a service with this Service Connect configuration."""
    network = {"networkConfiguration": {"awsvpcConfiguration": {"subnets": town.subnets}}}
    town.create_service(
        name,
        desiredCount=count,
        serviceConnectConfiguration={"enabled": True, **connect},
        **(network if mode == "awsvpc" else {}),
    )


def target(server: str, name: str) -> str:
    """What a caller writes behind ``http://``: a service has one DNS name for all it offers."""
    return f"{server}:{PORTS.get(name, H2)}"


def ask(town: Town, caller: str, what: str, called: str, times: int = 0) -> Any:
    """What a caller's program got."""
    (task,) = town.tasks(f"{caller}-caller")
    program = host_python.command("speaker.py", what, called, str(times))
    return json.loads(town.inside(task["taskArn"], program))


def servers(talks: list[list[list[str]]]) -> Counter[str]:
    """Who served each of the talks; a talk stays with one server."""
    for talk in talks:
        assert len({words[0] for words in talk}) == 1
    return Counter(talk[0][0] for talk in talks)
