"""The proxy in front of a task's own server: with TLS, or where an override asks for it."""

from __future__ import annotations

from typing import Any

from seaway.core.mesh.ingress import entrances, ingress, listener_port
from seaway.core.mesh.proxy import Labels, Purpose, Secure
from seaway.core.service import ConnectService, ConnectTls, Deployment, ServiceConnect
from seaway.core.task import ContainerAddress, Sandbox, Task
from tests.builders import (
    NAMESPACE,
    a_deployment,
    a_discovery_service,
    a_fargate_definition,
    a_service,
    a_task,
)

LABELS = Labels(purpose=Purpose.INGRESS, discovery_name="web")
TASK: Task = a_task(addresses=(ContainerAddress(container="", address="10.0.0.5"),))


def deploying(*entries: ConnectService) -> Deployment:
    connect = ServiceConnect(enabled=True, namespace=NAMESPACE, services=entries)
    pairs = tuple((entry.name, a_discovery_service(entry.name).arn) for entry in entries)
    return a_deployment(a_service(connect=connect), discovery=pairs)


def an_entry(**fields: Any) -> ConnectService:
    return ConnectService(**{"port_name": "web", **fields})


def test_a_plain_endpoint_has_no_listener_of_its_own() -> None:
    assert [*entrances(TASK, a_fargate_definition(), deploying(an_entry()))] == []


def test_with_tls_the_listener_has_the_endpoints_number_in_the_service() -> None:
    entries = (ConnectService(port_name="admin"), an_entry(tls=ConnectTls()))
    connect = ServiceConnect(enabled=True, namespace=NAMESPACE, services=entries)
    assert [listener_port(connect, entry) for entry in entries] == [None, 61003]
    (entrance,) = entrances(TASK, a_fargate_definition(), deploying(*entries))
    assert (entrance.container, entrance.port, entrance.listener) == ("", 80, 61003)
    assert entrance.led_in


def test_an_override_is_where_the_proxy_listens_and_leaves_the_container_port_alone() -> None:
    override = an_entry(ingress_port=8443, tls=ConnectTls())
    (entrance,) = entrances(TASK, a_fargate_definition(), deploying(override))
    assert entrance.listener == 8443
    assert not entrance.led_in


def test_the_listener_ends_tls_and_hands_over_in_the_clear() -> None:
    (entrance,) = entrances(TASK, a_fargate_definition(), deploying(an_entry(tls=ConnectTls())))
    box = Sandbox(container="", path="/run/ns")
    port, upstream = ingress(TASK.id, box, entrance, LABELS, 300)
    assert port.name == upstream.name == f"ingress/{TASK.id}//80"
    assert (port.address, port.port, port.namespace) == ("0.0.0.0", 61002, "/run/ns")
    assert port.secure == Secure(certificate="server/srv-web", authorities="authority/srv-web")
    assert upstream.secure is None
    assert [(e.address, e.port) for e in upstream.endpoints] == [("10.0.0.5", 80)]


def test_a_mere_override_speaks_no_tls() -> None:
    override = an_entry(ingress_port=8080)
    (entrance,) = entrances(TASK, a_fargate_definition(), deploying(override))
    port, _ = ingress(TASK.id, Sandbox(container="", path="/run/ns"), entrance, LABELS, 300)
    assert port.secure is None
