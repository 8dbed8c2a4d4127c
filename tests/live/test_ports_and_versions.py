"""What a port mapping and a tag say, for real: UDP, ranges of ports, one version per deployment."""

from __future__ import annotations

import asyncio
import base64
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from aiodocker import Docker

from seaway.cli.demo import images
from tests.live import host_python
from tests.live.story import CLUSTER, Town, a_site, a_town, eventually, needs_machine
from tests.live.test_story_tasks import LOOP, run, running

pytestmark = needs_machine


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    """A cluster with capacity and two images."""
    with a_site() as site:
        yield a_town(site, ("cats", "dogs"))
        assert site.errors() == []


def address_of(town: Town, task: dict[str, Any]) -> str:
    """Where the host ports of the task's instance are."""
    (instance,) = town.aws.ecs.describe_container_instances(
        cluster=CLUSTER, containerInstances=[task["containerInstanceArn"]]
    )["containerInstances"]
    (found,) = town.aws.ec2.describe_instances(InstanceIds=[instance["ec2InstanceId"]])[
        "Reservations"
    ]
    return str(found["Instances"][0]["PrivateIpAddress"])


def datagram(address: str, port: int, text: str) -> str | None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(1)
        client.sendto(text.encode(), (address, port))
        try:
            return client.recv(100).decode()
        except OSError:
            return None


def connection(address: str, port: int, text: str) -> str | None:
    try:
        with socket.create_connection((address, port), timeout=1) as client:
            client.sendall(text.encode())
            return client.recv(100).decode() or None
    except OSError:
        return None


def test_udp_ports_and_ranges_are_published_on_the_instance(town: Town) -> None:
    volumes, mounts = host_python.volumes()
    container = {
        "name": "echo",
        "image": f"{town.uris['cats']}:latest",
        "command": ["sh", "-c", "exec " + host_python.command("echo.py", "5353", "8000", "8002")],
        "memory": 128,
        "mountPoints": mounts,
        "portMappings": [
            {"containerPort": 5353, "protocol": "udp"},
            {"containerPortRange": "8000-8002"},
        ],
    }
    town.aws.ecs.register_task_definition(
        family="echo", containerDefinitions=[container], volumes=volumes
    )
    task = running(town, run(town, "echo"))
    address = address_of(town, task)
    udp, span = task["containers"][0]["networkBindings"]
    assert (udp["protocol"], udp["containerPort"]) == ("udp", 5353)
    said = eventually(lambda: datagram(address, udp["hostPort"], "you"), "a datagram comes back")
    assert said == "heard you"
    assert span["containerPortRange"] == "8000-8002"
    first, last = map(int, span["hostPortRange"].split("-"))
    assert last - first == 2
    for step in range(3):
        port = first + step
        said = eventually(lambda port=port: connection(address, port, "you"), "it answers")
        assert said == f"{8000 + step} you"


def push(town: Town, example: str, repository: str) -> None:
    """An example's image as the newest one of a repository."""
    login = town.aws.ecr.get_authorization_token()["authorizationData"][0]["authorizationToken"]
    user, _, password = base64.b64decode(login).decode().partition(":")

    async def pushed() -> None:
        async with Docker() as engine:
            await images.push(
                engine,
                f"seaway-story-{example}",
                town.uris[repository],
                "latest",
                lambda _: None,
                user=user,
                password=password,
            )

    asyncio.run(pushed())


def digests(town: Town, service: str) -> set[str]:
    return {task["containers"][0]["imageDigest"] for task in town.tasks(service)}


def test_tasks_of_a_deployment_run_one_version_though_the_tag_moves(town: Town) -> None:
    container = {
        "name": "cats",
        "image": f"{town.uris['cats']}:latest",
        "command": ["sh", "-c", LOOP],
        "memory": 64,
    }
    town.aws.ecs.register_task_definition(family="kept", containerDefinitions=[container])
    town.create_service("kept", desiredCount=1)
    town.stable("kept")
    (first,) = digests(town, "kept")
    push(town, "dogs", "cats")
    town.aws.ecs.update_service(cluster=CLUSTER, service="kept", desiredCount=2)
    town.stable("kept")
    assert len(town.tasks("kept")) == 2
    assert digests(town, "kept") == {first}
    town.aws.ecs.update_service(cluster=CLUSTER, service="kept", forceNewDeployment=True)
    town.stable("kept")
    assert len(digests(town, "kept")) == 1
    assert digests(town, "kept") != {first}
