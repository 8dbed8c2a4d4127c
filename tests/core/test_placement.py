"""Placement: filters, ranking, and a reason for every refusal."""

from __future__ import annotations

from dataclasses import replace

from seaway.core.capacity import ContainerInstance, Use, room_left
from seaway.core.placement import NO_INSTANCES, Candidate, Placement, Refusal, place, share
from seaway.core.task import Task
from seaway.core.task_definition import (
    ContainerDefinition,
    NetworkMode,
    PortMapping,
    TaskDefinition,
)


def an_instance(name: str, *, cpu: int = 2048, memory: int = 4096, zone: str = "a") -> Candidate:
    instance = ContainerInstance(
        arn=name,
        cluster="c",
        registered_at=1.0,
        instance_id=f"i-{name}",
        host="local",
        cpu=cpu,
        memory=memory,
        zone=zone,
    )
    return Candidate(instance=instance, room=room_left(instance, ()))


def a_definition(*, host_port: int = 0, memory: int = 1024) -> TaskDefinition:
    container = ContainerDefinition(
        name="web", image="i", ports=(PortMapping(container_port=80, host_port=host_port),)
    )
    return TaskDefinition(
        arn="d", family="d", revision=1, registered_at=1.0, cpu=512, memory=memory,
        containers=(container,),
    )  # fmt: skip


def a_task(name: str = "t", group: str = "service:web") -> Task:
    return Task(arn=name, cluster="c", task_definition="d", created_at=1.0, group=group)


def test_without_instances_the_reason_says_so() -> None:
    assert place(a_task(), a_definition(), []) == Refusal(reason=NO_INSTANCES, resource="AGENT")


def test_a_task_goes_where_it_fits_and_gets_a_free_host_port() -> None:
    decision = place(a_task(), a_definition(), [an_instance("small", memory=512), an_instance("b")])
    assert isinstance(decision, Placement)
    assert decision.instance.arn == "b"
    assert [binding.host_port for binding in decision.bindings] == [32768]


def test_the_closest_instance_and_what_it_lacks_are_named() -> None:
    decision = place(a_task(), a_definition(memory=8192), [an_instance("a")])
    assert decision == Refusal(
        reason="has insufficient memory available.", closest="a", resource="RESOURCE:MEMORY"
    )


def test_two_tasks_can_not_have_the_same_host_port_on_one_instance() -> None:
    instance = an_instance("a").instance
    busy = Candidate(
        instance=instance, room=room_left(instance, [Use(cpu=0, memory=0, ports=(80,))])
    )
    refused = place(a_task(), a_definition(host_port=80), [busy])
    assert isinstance(refused, Refusal)
    assert refused.resource == "RESOURCE:PORTS"
    taken = place(a_task(), a_definition(host_port=80), [busy, an_instance("b")])
    assert isinstance(taken, Placement)
    assert taken.instance.arn == "b"


def test_tasks_of_a_service_are_spread_over_zones_then_instances() -> None:
    first = an_instance("a1", zone="a")
    crowded = Candidate(instance=first.instance, room=first.room, tasks=(a_task("x"),))
    same_zone, other_zone = an_instance("a2", zone="a"), an_instance("b1", zone="b")
    decision = place(a_task(), a_definition(), [crowded, same_zone, other_zone])
    assert isinstance(decision, Placement)
    assert decision.instance.arn == "b1"


def test_awsvpc_tasks_take_no_host_port() -> None:
    container = ContainerDefinition(name="w", image="i", ports=(PortMapping(container_port=80),))
    definition = TaskDefinition(
        arn="d", family="d", revision=1, registered_at=1.0, network_mode=NetworkMode.AWSVPC,
        containers=(container,),
    )  # fmt: skip
    decision = place(a_task(), definition, [an_instance("a")])
    assert isinstance(decision, Placement)
    assert decision.bindings == ()


def test_a_strategy_fills_bases_first_and_then_shares_by_weight() -> None:
    items = {"one": (2, 1), "two": (0, 3)}
    have: dict[str, int] = {}
    chosen = []
    for _ in range(10):
        provider = share(items, have)
        have[provider] = have.get(provider, 0) + 1
        chosen.append(provider)
    assert chosen[:2] == ["one", "one"]
    assert have == {"one": 4, "two": 6}


def test_a_definition_for_another_architecture_is_not_placed() -> None:
    candidate = an_instance("a")
    x86 = replace(candidate.instance, attributes=(("ecs.cpu-architecture", "x86_64"),))
    refused = place(
        a_task(),
        replace(a_definition(), cpu_architecture="ARM64"),
        [replace(candidate, instance=x86)],
    )
    assert isinstance(refused, Refusal)
    assert "ARM64" in refused.reason
