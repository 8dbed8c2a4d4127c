"""Intentions for calls that go past the proxy."""

from __future__ import annotations

from typing import Any

from seaway.core.mesh.guards import (
    allowed,
    identity_of,
    is_guarded,
    layers_on,
    offered_ports,
    presence,
)
from seaway.core.mesh.intentions import Identity
from seaway.core.mesh.policy_tags import Layer
from seaway.core.service import ConnectService, ServiceConnect
from seaway.core.task import ContainerAddress, Task, TaskStatus
from tests.builders import (
    NAMESPACE,
    a_cluster,
    a_deployment,
    a_discovery_service,
    a_named_endpoint,
    a_namespace,
    a_service,
    a_task,
    a_task_definition,
)

CATS = a_discovery_service("cats")


def layers(*tags: tuple[str, str], **others: Any) -> tuple[Layer, ...]:
    service = a_service("cats", tags=tags)
    return layers_on(service, a_named_endpoint(CATS), others.get("cluster"), a_namespace())


def a_task_at(number: int, **fields: Any) -> Task:
    address = ContainerAddress(container="", address=f"10.0.0.{number}")
    return a_task(number, **{"vpc": "vpc-1", "addresses": (address,), **fields})


def test_a_task_calls_as_its_service_or_as_the_group_it_was_run_in() -> None:
    assert identity_of(a_task(service=a_service("web").arn)) == Identity(
        cluster="default", name="web"
    )
    assert identity_of(a_task(group="family:jobs")) == Identity(
        cluster="default", name="family:jobs"
    )


def test_without_a_word_on_who_may_call_nothing_is_guarded() -> None:
    assert not is_guarded(layers())
    assert not is_guarded(layers(("seaway:timeout", "3s")))
    assert is_guarded(layers(("seaway:allow", "web")))
    assert is_guarded(layers(cluster=a_cluster(tags=(("seaway:intentions", "deny"),))))


def test_the_addresses_of_all_who_may_call_are_let_in() -> None:
    there = presence(
        [
            a_task_at(5, service=a_service("web").arn),
            a_task_at(6, service=a_service("web").arn),
            a_task_at(7, service=a_service("dogs").arn),
            a_task_at(8, group="family:jobs"),
        ],
        "vpc-1",
    )
    asked = layers(("seaway:intentions", "deny"), ("seaway:allow", "web family:jobs"))
    assert allowed(asked, there) == ("10.0.0.5", "10.0.0.6", "10.0.0.8")


def test_who_has_stopped_or_is_elsewhere_has_no_address_here() -> None:
    gone = a_task_at(5, last_status=TaskStatus.STOPPED)
    elsewhere = a_task_at(6, vpc="vpc-2")
    assert presence([gone, elsewhere], "vpc-1") == {}


def test_every_endpoints_container_port_is_offered() -> None:
    entries = (ConnectService(port_name="web"), ConnectService(port_name="nowhere"))
    connect = ServiceConnect(enabled=True, namespace=NAMESPACE, services=entries)
    deployment = a_deployment(a_service(connect=connect))
    assert [*offered_ports(a_task_definition(), deployment)] == [("web", 80)]
    assert [*offered_ports(a_task_definition(), None)] == []
