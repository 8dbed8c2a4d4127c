"""Whose log a line of the proxy's belongs in, and what happens there without any request."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from seaway.core.discovery import Registration
from seaway.core.logs import LogGroup
from seaway.core.mesh.snapshot import Kind
from seaway.core.service import ConnectAccessLog, ServiceConnect
from seaway.core.task import ContainerAddress, Sandbox, TaskStatus
from seaway.core.task_definition import LogConfiguration
from seaway.mesh.access import ProxyLogs, read_access
from seaway.mesh.stream import Rejected
from seaway.store.sqlite import SqliteStore
from tests.builders import (
    HOME,
    NAMESPACE,
    a_deployment,
    a_discovery_service,
    a_named_endpoint,
    a_service,
    a_task,
)

GROUP = f"arn:aws:logs:{HOME}:log-group:/proxy"
LOG = LogConfiguration(
    driver="awslogs",
    options=(("awslogs-group", "/proxy"), ("awslogs-stream-prefix", "sc")),
)
CONNECT = ServiceConnect(enabled=True, namespace=NAMESPACE, log=LOG, access_log=ConnectAccessLog())
WEB, CATS = a_service("web", connect=CONNECT), a_service("cats", connect=CONNECT)
NAME = a_discovery_service("cats", owner=CATS.arn)


def a_part(number: int, service: Any, **fields: Any) -> Any:
    """A task of the service on the host, at 10.0.0.NUMBER."""
    return a_task(
        number,
        **{
            "service": service.arn,
            "deployment": a_deployment(service).id if service is WEB else "ecs-svc/2",
            "host": "here",
            "uses_mesh": True,
            "last_status": TaskStatus.RUNNING,
            "addresses": (ContainerAddress(container="", address=f"10.0.0.{number}"),),
            "sandboxes": (Sandbox(container="", path=f"/run/ns/{number}"),),
            **fields,
        },
    )


CALLER, SERVER = a_part(1, WEB), a_part(2, CATS)


class Place:
    """A store with a caller and a server, and their logs."""

    def __init__(self, directory: Path) -> None:
        self.store = SqliteStore(directory / "seaway.db")
        self.store.open()
        self.put(
            LogGroup(arn=GROUP, name="/proxy", region="us-east-1", created_at=1.0),
            WEB,
            CATS,
            a_deployment(WEB),
            a_deployment(CATS, id="ecs-svc/2"),
            CALLER,
            SERVER,
            NAME,
            a_named_endpoint(NAME, service=CATS.arn),
        )
        self.logs = ProxyLogs(self.store, "here", lambda: 5.0)

    def put(self, *nouns: Any) -> None:
        with self.store.transaction() as tx:
            for noun in nouns:
                tx.put(noun)

    def drop(self, noun: Any) -> None:
        with self.store.transaction() as tx:
            tx.drop(noun)

    def of(self, task: Any) -> list[str]:
        """What the task's proxy log says."""
        asyncio.run(self.store.flushed())
        stream = f"sc/ecs-service-connect-{task.id[:5]}/{task.id}"
        events = self.store.series.events(GROUP, [stream])
        assert all(event.at == 5000 for event in events)
        return [event.text for event in events]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path)
    yield made
    made.store.close()


def line(side: str, owner: str, upstream: str, text: str) -> bytes:
    return f"{side}\t{owner}\t{upstream}\t{text}".encode()


def keep(place: Place, *lines: bytes) -> None:
    place.logs.keep_access(read_access(lines))


def test_each_side_has_its_line_in_its_own_log(place: Place) -> None:
    keep(
        place,
        line("c", CALLER.id, "10.0.0.2:80", "as called"),
        line("s", "", "10.0.0.2:80", "as served"),
    )
    assert place.of(CALLER) == ["as called"]
    assert place.of(SERVER) == ["as served"]


def test_lines_of_one_task_keep_their_order(place: Place) -> None:
    keep(place, *(line("c", CALLER.id, "-", str(number)) for number in range(20)))
    assert place.of(CALLER) == [str(number) for number in range(20)]


def test_a_line_nobody_owns_goes_nowhere(place: Place) -> None:
    keep(
        place,
        line("s", "", "-", "no server answered"),
        line("s", "", "10.9.9.9:80", "an unknown server"),
        line("c", "unknown", "10.0.0.2:80", "an unknown caller"),
        b"half a line",
        b"\xff\xfe",
    )
    assert place.of(CALLER) == place.of(SERVER) == []


def test_an_address_belongs_to_the_task_that_has_it_now(place: Place) -> None:
    place.put(replace(SERVER, last_status=TaskStatus.STOPPED, created_at=9.0))
    heir = a_part(3, CATS, addresses=SERVER.addresses)
    place.put(heir)
    keep(place, line("s", "", "10.0.0.2:80", "served"))
    assert place.of(heir) == ["served"]
    assert place.of(SERVER) == []


@pytest.mark.parametrize(
    "connect", [replace(CONNECT, access_log=None), ServiceConnect(enabled=True)]
)
def test_a_deployment_without_access_logs_gets_none(place: Place, connect: ServiceConnect) -> None:
    place.put(replace(a_deployment(WEB), connect=connect))
    keep(place, line("c", CALLER.id, "10.0.0.2:80", "as called"))
    assert place.of(CALLER) == []


def test_a_deleted_group_takes_no_more_lines(place: Place) -> None:
    with place.store.transaction() as tx:
        (group,) = tx.where(LogGroup)
    place.drop(group)
    keep(place, line("c", CALLER.id, "-", "late"))
    assert place.of(CALLER) == []


def test_the_story_of_a_task_is_told_at_info(place: Place) -> None:
    place.put(replace(CALLER, mesh_ready=True))
    place.put(replace(CALLER, mesh_ready=True, drained=True))
    place.logs.tell()
    told = place.of(CALLER)
    assert [text.split(":")[0] for text in told] == [
        "[info] configuration accepted",
        "[info] drained",
    ]
    assert place.of(SERVER) == []


def test_a_refused_configuration_is_told_to_the_tasks_it_is_for(place: Place) -> None:
    rejected = Rejected(
        kind=Kind.LISTENERS, name="interceptor//run/ns/1:61001", version="1", error="no such file"
    )
    place.logs.refused("elsewhere", rejected)
    place.logs.tell()
    assert place.of(CALLER) == []
    place.logs.refused("here", rejected)
    place.logs.tell()
    assert place.of(CALLER) == [
        "[warning] configuration refused: interceptor//run/ns/1:61001: no such file"
    ]
    assert place.of(SERVER) == []


def test_an_ejection_is_told_to_all_callers(place: Place) -> None:
    told = {
        "type": "CONSECUTIVE_5XX",
        "cluster_name": f"connect/default/web/{NAME.id}",
        "upstream_url": "10.0.0.2:80",
        "action": "EJECT",
        "num_ejections": 1,
    }
    place.logs.keep_ejections([json.dumps(told).encode(), b"{"])
    assert place.of(CALLER) == [
        "[info] endpoint 10.0.0.2:80 of cats is left alone for a while: CONSECUTIVE_5XX, time 1"
    ]
    assert place.of(SERVER) == []


def test_what_can_be_called_is_told_at_debug_only(place: Place) -> None:
    debug = replace(CONNECT, proxy_log_level="debug")
    place.put(replace(a_deployment(WEB), connect=debug))
    registration = Registration(
        key=f"{NAME.id}/i-1",
        service=NAME.arn,
        instance_id="i-1",
        attributes=(("AWS_INSTANCE_IPV4", "10.0.0.5"), ("AWS_INSTANCE_PORT", "80")),
        created_at=1.0,
    )
    place.put(registration)
    place.put(replace(registration, health="UNHEALTHY"))
    place.drop(replace(registration, health="UNHEALTHY"))
    place.put(a_named_endpoint(NAME, service=CATS.arn, port=81))
    place.logs.tell()
    where = "[debug] endpoint 10.0.0.5:80 of cats"
    assert place.of(CALLER) == [
        f"{where} added: HEALTHY",
        f"{where} is UNHEALTHY",
        f"{where} removed",
        "[debug] name cats:81 at 127.255.0.1 changed",
    ]
    assert place.of(SERVER) == []
