"""What a host is told: the task as it has to run it, and what the machine must have."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from seaway.core.capacity import ContainerInstance, Host
from seaway.core.names import Place
from seaway.core.network import Vpc
from seaway.core.service import ConnectService, ConnectTls, ServiceConnect
from seaway.core.task import ContainerAddress, ContainerOverride, Sandbox, Task, TaskStatus
from seaway.core.task_definition import LogConfiguration
from seaway.dispatch.payload import assignment, host_plan
from seaway.link.messages import Assignment, Guard, Ingress, LogStream, Network
from seaway.store.resident import Resident
from tests.builders import (
    NAMESPACE,
    a_container,
    a_deployment,
    a_discovery_service,
    a_named_endpoint,
    a_namespace,
    a_service,
    a_task,
    a_task_definition,
    an_instance,
)

VPC = Vpc(id="vpc-1", owner="0", region="us-east-1", cidr="10.0.0.0/16")
TASK = a_task(host="host-1", vpc="vpc-1", last_status=TaskStatus.PENDING)
HERE = Place(account="000000000000", region="us-east-1")


def holding(*nouns: Any) -> Resident:
    store = Resident()
    with store.transaction() as tx:
        for noun in (VPC, a_task_definition(), *nouns):
            tx.put(noun)
    return store


def told(task: Task, *nouns: Any) -> Assignment:
    with holding(task, *nouns).transaction() as tx:
        found = assignment(tx, task)
    assert found is not None
    return found


def test_a_task_is_told_with_the_limits_of_its_definition_or_its_overrides() -> None:
    assert (told(TASK).cpu, told(TASK).memory) == (256, 512)
    overridden = told(replace(TASK, cpu_override=128, memory_override=64))
    assert (overridden.cpu, overridden.memory) == (128, 64)


def test_an_override_changes_the_container_it_names_only() -> None:
    definition = a_task_definition(
        containers=(a_container(environment=(("A", "1"), ("B", "2"))), a_container("side"))
    )
    override = ContainerOverride(name="web", command=("sh",), environment=(("B", "3"),))
    web, side = told(replace(TASK, overrides=(override,)), definition).containers
    assert web.command == ("sh",)
    assert dict(web.environment) == {"A": "1", "B": "3"}
    assert side == a_container("side")


def test_a_task_whose_definition_or_network_is_gone_can_not_be_told() -> None:
    with holding().transaction() as tx:
        assert assignment(tx, replace(TASK, task_definition="gone")) is None
        assert assignment(tx, replace(TASK, vpc="vpc-gone")) is None


def test_output_goes_to_prefix_container_and_task_id() -> None:
    options = (("awslogs-group", "/web"), ("awslogs-stream-prefix", "ecs"))
    log = LogConfiguration(driver="awslogs", options=options)
    definition = a_task_definition(containers=(a_container(log=log),))
    assert told(TASK, definition).logs == (
        LogStream(container="web", region="us-east-1", group="/web", stream=f"ecs/web/{TASK.id}"),
    )


def test_a_connected_task_hears_every_name_of_its_namespace_and_waits_for_the_proxy() -> None:
    connect = ServiceConnect(enabled=True, namespace=NAMESPACE)
    service = a_service(connect=connect)
    deployment = a_deployment(service)
    task = replace(TASK, service=service.arn, deployment=deployment.id, uses_mesh=True)
    names = (a_discovery_service("cats"), a_discovery_service("dogs"))
    endpoints = [a_named_endpoint(one, number=n) for n, one in enumerate(names, 1)]
    other = a_named_endpoint(a_discovery_service("birds", namespace="elsewhere"))
    said = told(task, service, deployment, *endpoints, other)
    assert said.names == (
        ("cats", "127.255.0.1"),
        ("cats", "2600:f0f0::1"),
        ("dogs", "127.255.0.2"),
        ("dogs", "2600:f0f0::2"),
    )
    assert not said.may_start
    assert told(replace(task, mesh_ready=True), service, deployment).may_start


def test_a_task_may_stop_only_when_its_callers_have_been_led_away() -> None:
    stopping = replace(TASK, desired_status=TaskStatus.STOPPED)
    assert not told(stopping).may_stop
    assert told(replace(stopping, may_stop=True)).may_stop


def test_a_namespace_stays_until_the_proxy_has_left_it() -> None:
    boxes = (Sandbox(container="web", path="/run/ns"),)
    task = replace(TASK, uses_mesh=True, sandboxes=boxes)
    assert not told(task).may_release
    assert told(replace(task, mesh_gone=True)).may_release
    assert told(replace(task, sandboxes=())).may_release


def plan(*nouns: Any) -> Any:
    with holding(*nouns).transaction() as tx:
        return host_plan(tx, "host-1", HERE)


def test_a_machine_has_the_networks_and_addresses_of_what_it_serves() -> None:
    member: ContainerInstance = an_instance(vpc="vpc-1", address="10.0.0.10")
    found = plan(member, an_instance(2, host="host-2", vpc="vpc-1", address="10.0.0.11"))
    assert found.networks == (Network(vpc="vpc-1", cidr="10.0.0.0/16"),)
    assert found.addresses == (("vpc-1", "10.0.0.10"),)


def test_a_network_nobody_uses_is_not_made() -> None:
    assert plan().networks == ()
    assert plan(replace(TASK, last_status=TaskStatus.STOPPED)).networks == ()
    assert [network.vpc for network in plan(TASK).networks] == ["vpc-1"]


def test_a_machine_knows_the_registry_by_name() -> None:
    assert ("000000000000.dkr.ecr.us-east-1.localhost", "127.0.0.1") in plan().names


# Service Connect: whom a task may call, and who may call it

DISCOVERY = a_discovery_service("web")
OFFERING = ServiceConnect(
    enabled=True, namespace=NAMESPACE, services=(ConnectService(port_name="web"),)
)


def a_served(*tags: tuple[str, str], **connect: Any) -> tuple[Task, list[Any]]:
    """A task of a service that offers ``web``, with what else there is."""
    service = a_service(connect=replace(OFFERING, **connect), tags=tags)
    deployment = a_deployment(service, discovery=(("web", DISCOVERY.arn),))
    addresses = (ContainerAddress(container="web", address="10.0.0.5"),)
    task = replace(TASK, service=service.arn, deployment=deployment.id, addresses=addresses)
    return task, [service, deployment, a_named_endpoint(DISCOVERY, service=service.arn)]


def test_a_task_that_was_run_hears_the_names_of_the_namespace_it_joined() -> None:
    endpoint = a_named_endpoint(DISCOVERY)
    joined = replace(TASK, namespace=NAMESPACE, uses_mesh=True)
    assert told(joined, endpoint).names == (("web", "127.255.0.1"), ("web", "2600:f0f0::1"))
    assert told(TASK, endpoint).names == ()


def test_in_a_faithful_cluster_a_task_hears_the_names_its_deployment_began_with() -> None:
    task, (service, deployment, endpoint) = a_served()
    later = a_named_endpoint(a_discovery_service("later"), number=2)
    frozen = replace(deployment, known=(DISCOVERY.arn,))
    assert {n for n, _ in told(task, service, frozen, endpoint, later).names} == {"web"}
    assert {n for n, _ in told(task, service, deployment, endpoint, later).names} == {
        "web",
        "later",
    }


def test_nothing_is_guarded_until_somebody_says_who_may_call() -> None:
    task, there = a_served(("seaway:timeout", "3s"))
    assert told(task, *there).guards == ()


def test_a_guard_lets_the_tasks_of_those_in_who_may_call() -> None:
    task, there = a_served(("seaway:intentions", "deny"), ("seaway:allow", "shop"))
    shop, jobs = (
        a_task(
            number,
            vpc="vpc-1",
            addresses=(ContainerAddress(container="", address=f"10.0.0.{number}"),),
            **of,
        )
        for number, of in (
            (7, {"service": a_service("shop").arn}),
            (8, {"group": "family:jobs"}),
        )
    )
    assert told(task, *there, shop, jobs).guards == (
        Guard(container="web", port=80, sources=("10.0.0.7",)),
    )


def test_a_service_that_offers_no_name_has_no_guard() -> None:
    task, (service, deployment, _) = a_served(("seaway:deny", "web"))
    assert told(task, service, deployment).guards == ()


def test_with_tls_what_comes_from_outside_is_led_into_the_listener() -> None:
    secure = ConnectService(port_name="web", tls=ConnectTls())
    task, there = a_served(("seaway:deny", "shop"), services=(secure,))
    said = told(task, *there)
    assert said.ingress == (Ingress(container="web", port=80, listener=61002),)
    assert [guard.port for guard in said.guards] == [80, 61002]


def test_an_override_leaves_the_container_port_as_it_is() -> None:
    override = ConnectService(port_name="web", ingress_port=8080)
    task, there = a_served(services=(override,))
    assert told(task, *there).ingress == ()


def test_the_machine_knows_every_endpoint_by_its_name_in_its_namespace() -> None:
    there = (
        a_namespace("pets"),
        a_named_endpoint(DISCOVERY, outside=1),
        a_named_endpoint(a_discovery_service("cats"), outside=2, dns_name="cats.example.com"),
        a_named_endpoint(a_discovery_service("dogs")),
    )
    found = plan(*there)
    assert found.calls_names
    known = {name: address for name, address in found.names if address.startswith("127.254.")}
    assert known == {
        "web.pets": "127.254.0.1",
        "cats.pets": "127.254.0.2",
        "cats.example.com": "127.254.0.2",
    }
    assert not plan().calls_names


def test_only_the_first_machine_calls_names() -> None:
    hosts = [Host(id=f"host-{number}", cpu=1, memory=1) for number in (0, 1)]
    assert not plan(a_namespace(), a_named_endpoint(DISCOVERY, outside=1), *hosts).calls_names


def test_an_alias_takes_no_name_away_that_is_there_already() -> None:
    registry = "000000000000.dkr.ecr.us-east-1.localhost"
    thief = a_named_endpoint(DISCOVERY, outside=1, dns_name=registry)
    assert [a for n, a in plan(a_namespace(), thief).names if n == registry] == ["127.0.0.1"]


def test_a_task_is_told_the_version_that_its_deployment_keeps_to() -> None:
    image = "000000000000.dkr.ecr.us-east-1.amazonaws.com/web"
    definition = a_task_definition(containers=(a_container(image=f"{image}:1"),))
    assert told(TASK, definition).containers[0].image == f"{image}:1"
    task = replace(TASK, images=(("web", "sha256:1"),))
    assert told(task, definition).containers[0].image == f"{image}@sha256:1"
