"""A small town in the store: web calls cats by Service Connect, on one host with one proxy.

The proxy is what the publisher would tell it; what Envoy would answer is played.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from seaway.core.capacity import Host
from seaway.core.discovery import Registration
from seaway.core.mesh.proxy import Proxy, Purpose
from seaway.core.mesh.snapshot import Kind, Snapshot, take_snapshot
from seaway.core.service import ConnectAlias, ConnectService, ServiceConnect
from seaway.core.task import ContainerAddress, Sandbox, Task, TaskStatus
from seaway.insight.explain import explain
from seaway.insight.explanation import Explanation, Standing
from seaway.insight.lately import Lately
from seaway.insight.rates import Rates
from seaway.insight.seen import EndpointSeen, Seen
from seaway.mesh.traffic import Traffic
from seaway.store.resident import Resident
from tests.builders import (
    NAMESPACE,
    a_cluster,
    a_container,
    a_deployment,
    a_discovery_service,
    a_named_endpoint,
    a_namespace,
    a_port,
    a_service,
    a_task,
    a_task_definition,
)

HOST = "host-1"
CLIENT = ServiceConnect(enabled=True, namespace=NAMESPACE)
SERVER = replace(
    CLIENT,
    services=(
        ConnectService(
            port_name="cats-80-tcp",
            discovery_name="cats",
            alias=ConnectAlias(port=80, dns_name="cats"),
        ),
    ),
)
DEFINITION = a_task_definition(
    "cats", containers=(a_container("cats", ports=(a_port("cats-80-tcp"),)),)
)
WEB = a_service("web", connect=CLIENT, task_definition=DEFINITION.arn, desired_count=1)
CATS = a_service("cats", connect=SERVER, task_definition=DEFINITION.arn, desired_count=2)
DISCOVERY = a_discovery_service("cats", owner=CATS.arn)
ENDPOINT = a_named_endpoint(
    DISCOVERY, service=CATS.arn, port_name="cats-80-tcp", dns_name="cats", number=2
)
WEB_DEPLOYMENT = a_deployment(WEB, 1)
CATS_DEPLOYMENT = a_deployment(CATS, 2, discovery=(("cats", DISCOVERY.arn),))


def a_member(number: int, service: Any, deployment: Any, **fields: Any) -> Task:
    """A running task of a service with Service Connect."""
    return a_task(
        number,
        **{
            "service": service.arn,
            "group": f"service:{service.name}",
            "deployment": deployment.id,
            "task_definition": DEFINITION.arn,
            "host": HOST,
            "addresses": (ContainerAddress(container="cats", address=f"10.0.0.{number}"),),
            "sandboxes": (Sandbox(container="cats", path=f"/run/netns/{number}"),),
            "uses_mesh": True,
            "mesh_ready": True,
            "last_status": TaskStatus.RUNNING,
            **fields,
        },
    )


CALLER = a_member(1, WEB, WEB_DEPLOYMENT)
SERVERS = (a_member(11, CATS, CATS_DEPLOYMENT), a_member(12, CATS, CATS_DEPLOYMENT))


def a_registration(task: Task, discovery: Any = DISCOVERY) -> Registration:
    """The task as an instance of the discovery service."""
    return Registration(
        key=f"{discovery.id}/{task.id}",
        service=discovery.arn,
        instance_id=task.id,
        attributes=(),
        created_at=1.0,
        task=task.arn,
    )


@dataclass
class Square:
    """The store and the proxy; break something, then ask ``why``."""

    store: Resident = field(default_factory=Resident)
    connected: bool = True
    answers: bool = True
    settled: bool = True
    published: bool = True
    refused: dict[tuple[Kind, str], str] = field(default_factory=dict)
    flags: dict[str, tuple[str, ...]] = field(default_factory=dict)
    rates: Rates = field(default_factory=Rates)
    now: float = 1000.0
    alter: Callable[[Proxy], Proxy] = lambda proxy: proxy

    def __post_init__(self) -> None:
        self.put(a_cluster(), a_namespace(), Host(id=HOST, cpu=1, memory=1, connected=True))
        self.put(DEFINITION, WEB, CATS, DISCOVERY, ENDPOINT, WEB_DEPLOYMENT, CATS_DEPLOYMENT)
        self.put(CALLER, *SERVERS, *map(a_registration, SERVERS))

    def put(self, *nouns: Any) -> None:
        with self.store.transaction() as tx:
            for noun in nouns:
                tx.put(noun)

    def drop(self, *nouns: Any) -> None:
        with self.store.transaction() as tx:
            for noun in nouns:
                tx.drop(noun)

    def snapshot(self) -> Snapshot:
        """What the host's proxy is told."""
        traffic = Traffic()
        with self.store.transaction() as tx:
            traffic.look(tx)
            return take_snapshot(self.alter(traffic.proxy(tx, HOST)))

    def seen(self) -> Seen:
        """What is seen of the proxy."""
        snapshot = self.snapshot() if self.published else None
        upstreams = snapshot.proxy.upstreams if snapshot else ()
        endpoints = {
            upstream.name: tuple(
                EndpointSeen(address=e.address, port=e.port, flags=self.flags.get(e.address, ()))
                for e in upstream.endpoints
            )
            for upstream in upstreams
            if upstream.labels.purpose is Purpose.CONNECT
        }
        return Seen(
            host=HOST,
            connected=self.connected,
            snapshot=snapshot,
            settled=self.settled,
            refused=self.refused,
            endpoints=endpoints if self.answers else None,
        )

    def lately(self) -> Lately:
        return Lately(minute=self.rates.edges(self.now, 60), seconds=self.rates.edges(self.now, 10))

    def why(
        self, caller: str = "web", target: str = "cats", cluster: str | None = None
    ) -> Explanation:
        seen = {HOST: self.seen()}
        with self.store.transaction() as tx:
            return explain(tx, caller, target, cluster=cluster, seen=seen, lately=self.lately())


def first_broken(told: Explanation) -> str:
    """The name of the step where it breaks."""
    found = [step.name for step in told.steps if step.standing is Standing.BROKEN]
    assert found, [(s.name, s.standing.value, s.sentence) for s in told.steps]
    return found[0]
