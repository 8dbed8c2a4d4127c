"""Placement: filters, ranking, and a reason for every refusal."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from seaway.core.capacity import ContainerInstance, Use, room_left
from seaway.core.joining import CAPABILITIES
from seaway.core.placement import (
    NO_INSTANCES,
    Candidate,
    Floor,
    Placement,
    Refusal,
    place,
    share,
)
from seaway.core.requirements import required_attributes
from seaway.core.task import Task
from seaway.core.task_definition import (
    ContainerDefinition,
    Dependency,
    DockerVolume,
    Firelens,
    HealthCheck,
    LogConfiguration,
    NetworkMode,
    PortMapping,
    RestartPolicy,
    Secret,
    TaskDefinition,
    Volume,
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
    assert refused.resource == "ATTRIBUTE"


def refused(task: Task, definition: TaskDefinition, *candidates: Candidate) -> Refusal:
    decision = place(task, definition, candidates)
    assert isinstance(decision, Refusal)
    return decision


def placed(task: Task, definition: TaskDefinition, *candidates: Candidate) -> str:
    decision = place(task, definition, candidates)
    assert isinstance(decision, Placement)
    return decision.instance.arn


def with_attributes(candidate: Candidate, *pairs: tuple[str, str | None]) -> Candidate:
    return replace(candidate, instance=replace(candidate.instance, attributes=pairs))


def member_of(*expressions: str) -> tuple[tuple[str, str], ...]:
    return tuple(("memberOf", expression) for expression in expressions)


def test_a_task_goes_only_where_its_and_its_definitions_constraints_allow() -> None:
    small = with_attributes(an_instance("a"), ("ecs.instance-type", "t3.small"))
    large = with_attributes(an_instance("b"), ("ecs.instance-type", "m5.large"))
    task = replace(a_task(), placement_constraints=member_of("attribute:ecs.instance-type =~ t3.*"))
    assert placed(task, a_definition(), large, small) == "a"
    family = replace(
        a_definition(), placement_constraints=member_of("attribute:ecs.instance-type == m5.large")
    )
    assert placed(a_task(), family, small, large) == "b"
    nowhere = refused(task, family, small, large)
    assert nowhere.reason == 'encountered error "MemberOf placement constraint unsatisfied.".'
    assert nowhere.resource == "MemberOf placement constraint unsatisfied."


def test_a_task_goes_to_where_the_group_it_belongs_with_is_and_flees_another() -> None:
    one, two = an_instance("a"), replace(an_instance("b"), tasks=(a_task("x", "service:db"),))
    near = replace(a_task(), placement_constraints=member_of("task:group == service:db"))
    away = replace(a_task(), placement_constraints=member_of("not(task:group == service:db)"))
    assert placed(near, a_definition(), one, two) == "b"
    assert placed(away, a_definition(), one, two) == "a"


def test_tasks_placed_one_after_another_see_each_other() -> None:
    floor = Floor([an_instance("a"), an_instance("b")])
    first = floor.place(a_task("1", "service:db"), a_definition())
    assert isinstance(first, Placement)
    away = replace(a_task("2"), placement_constraints=member_of("task:group != service:db"))
    second = floor.place(away, a_definition())
    assert isinstance(second, Placement)
    assert {first.instance.arn, second.instance.arn} == {"a", "b"}
    distinct = [
        floor.place(replace(a_task(str(n), "g"), placement_constraints=(("distinctInstance", ""),)),
                    a_definition())
        for n in range(3)
    ]  # fmt: skip
    assert isinstance(distinct[1], Placement)
    assert isinstance(distinct[2], Refusal)
    assert distinct[2].resource == "DistinctInstance placement constraint unsatisfied."


def test_no_more_tasks_are_put_on_an_instance_than_it_has_room_for() -> None:
    floor = Floor([an_instance("a", cpu=1024), an_instance("b", memory=1024)])
    found = [floor.place(a_task(str(n)), a_definition()) for n in range(4)]
    where = [decision.instance.arn for decision in found if isinstance(decision, Placement)]
    assert sorted(where) == ["a", "a", "b"]
    assert isinstance(found[3], Refusal)
    assert (found[3].closest, found[3].resource) == ("a", "RESOURCE:CPU")


def test_binpack_fills_the_fullest_instance_first() -> None:
    task = replace(a_task(), placement_strategy=(("binpack", "memory"),))
    roomy, full = an_instance("a", memory=4096), an_instance("b", memory=1500)
    too_full = an_instance("c", memory=500)
    assert placed(task, a_definition(), roomy, full, too_full) == "b"
    by_cpu = replace(a_task(), placement_strategy=(("binpack", "CPU"),))
    assert placed(by_cpu, a_definition(), roomy, an_instance("d", cpu=512)) == "d"


def test_strategies_are_followed_in_order() -> None:
    strategy = (("spread", "attribute:ecs.availability-zone"), ("binpack", "memory"))
    floor = Floor(
        [
            an_instance("a1", zone="a", memory=4096),
            an_instance("a2", zone="a", memory=2048),
            an_instance("b1", zone="b", memory=8192),
        ]
    )
    where = []
    for number in range(5):
        decision = floor.place(replace(a_task(str(number)), placement_strategy=strategy),
                               a_definition())  # fmt: skip
        assert isinstance(decision, Placement)
        where.append(decision.instance.arn)
    assert where == ["a2", "b1", "a2", "b1", "a1"]


def test_tasks_are_spread_over_any_attribute() -> None:
    racks = [with_attributes(an_instance(n), ("rack", n[0])) for n in ("x1", "x2", "y1")]
    floor = Floor(racks)
    task = replace(a_task(), placement_strategy=(("spread", "attribute:rack"),))
    where = [floor.place(replace(task, arn=str(n)), a_definition()) for n in range(4)]
    names = [decision.instance.arn for decision in where if isinstance(decision, Placement)]
    assert sorted(names) == ["x1", "x2", "y1", "y1"]


def test_random_reaches_every_instance() -> None:
    task = replace(a_task(), placement_strategy=(("random", ""),))
    candidates = [an_instance(name) for name in "abc"]
    found = {placed(replace(task, arn=f"t{n}"), a_definition(), *candidates) for n in range(50)}
    assert found == {"a", "b", "c"}


def ported(*ports: PortMapping, mode: NetworkMode = NetworkMode.BRIDGE) -> TaskDefinition:
    container = ContainerDefinition(name="web", image="i", ports=ports)
    return replace(a_definition(), containers=(container,), network_mode=mode)


def test_a_udp_port_and_a_tcp_port_of_one_number_do_not_meet() -> None:
    dns = ported(
        PortMapping(container_port=53, host_port=53),
        PortMapping(container_port=53, host_port=53, protocol="udp"),
    )
    busy = an_instance("a")
    tcp = replace(busy, room=room_left(busy.instance, [Use(cpu=0, memory=0, ports=(53,))]))
    udp = replace(busy, room=room_left(busy.instance, [Use(cpu=0, memory=0, udp_ports=(53,))]))
    assert refused(a_task(), dns, tcp).resource == "RESOURCE:PORTS"
    assert refused(a_task(), dns, udp).resource == "RESOURCE:PORTS"
    only_udp = ported(PortMapping(container_port=53, host_port=53, protocol="udp"))
    assert placed(a_task(), only_udp, tcp) == "a"
    assert refused(a_task(), only_udp, udp).resource == "RESOURCE:PORTS"


def test_a_range_gets_as_many_host_ports_in_a_row() -> None:
    ranged = ported(PortMapping(container_port=8000, last_port=8002), PortMapping(container_port=9))
    instance = an_instance("a").instance
    room = room_left(instance, [Use(cpu=0, memory=0, ports=(32769,))])
    decision = place(a_task(), ranged, [Candidate(instance=instance, room=room)])
    assert isinstance(decision, Placement)
    assert [(b.container_port, b.host_port) for b in decision.bindings] == [
        (8000, 32770), (8001, 32771), (8002, 32772), (9, 32768),
    ]  # fmt: skip
    shared = ported(PortMapping(container_port=8000, last_port=8001), mode=NetworkMode.HOST)
    taken = room_left(instance, [Use(cpu=0, memory=0, ports=(8001,))])
    there = Candidate(instance=instance, room=taken)
    assert refused(a_task(), shared, there).resource == "RESOURCE:PORTS"


def test_a_task_that_needs_a_gpu_finds_none() -> None:
    container = ContainerDefinition(name="web", image="i", gpus=1)
    refusal = refused(a_task(), replace(a_definition(), containers=(container,)), an_instance("a"))
    assert (refusal.reason, refusal.resource) == (
        'encountered error "RESOURCE:GPU".',
        "RESOURCE:GPU",
    )


def test_an_instance_that_can_not_do_what_is_needed_is_named_with_what_it_lacks() -> None:
    logging = "com.amazonaws.ecs.capability.logging-driver.syslog"
    basic = ("com.amazonaws.ecs.capability.docker-remote-api.1.18", None)
    limits = ("ecs.capability.task-cpu-mem-limit", None)
    container = ContainerDefinition(name="web", image="i", log=LogConfiguration(driver="syslog"))
    definition = replace(a_definition(), containers=(container,))
    without = with_attributes(an_instance("a"), basic, limits)
    assert refused(a_task(), definition, without) == Refusal(
        reason=f"is missing an attribute required by your task ({logging}).",
        closest="a",
        resource="ATTRIBUTE",
    )
    able = with_attributes(an_instance("b"), basic, limits, (logging, None))
    assert placed(a_task(), definition, without, able) == "b"


def test_a_task_of_a_capacity_provider_goes_to_its_instances_only() -> None:
    other = an_instance("a")
    mine = replace(other, instance=replace(other.instance, arn="b", capacity_provider="mine"))
    task = replace(a_task(), capacity_provider="mine")
    assert placed(task, a_definition(), other, mine) == "b"
    assert refused(task, a_definition(), other).resource == "EMPTY CAPACITY PROVIDER"


def test_instances_that_drain_or_whose_agent_is_gone_are_refused_with_the_reason() -> None:
    there = an_instance("a")
    draining = replace(there, instance=replace(there.instance, status="DRAINING"))
    away = replace(there, instance=replace(there.instance, connected=False))
    assert refused(a_task(), a_definition(), draining).resource == "INACTIVE"
    assert refused(a_task(), a_definition(), away).reason == 'encountered error "AGENT".'


@given(data=st.data())
def test_nothing_is_given_twice(data: st.DataObject) -> None:
    sizes = st.sampled_from([0, 128, 256, 1000])
    hosts = [
        an_instance(f"h{n}", cpu=data.draw(sizes) * 2, memory=data.draw(sizes) * 4,
                    zone=data.draw(st.sampled_from("abc")))
        for n in range(data.draw(st.integers(1, 4)))
    ]  # fmt: skip
    floor = Floor(hosts)
    left = {host.instance.arn: host.room for host in hosts}
    for number in range(data.draw(st.integers(1, 15))):
        host_port = data.draw(st.sampled_from([0, 0, 80, 81]))
        strategy = data.draw(
            st.sampled_from(
                [(), (("binpack", "cpu"),), (("random", ""),), (("spread", "instanceId"),)]
            )
        )
        definition = replace(
            a_definition(host_port=host_port, memory=data.draw(sizes)),
            arn=f"d{number}",
            cpu=data.draw(sizes),
        )
        task = replace(
            a_task(str(number)), task_definition=f"d{number}", placement_strategy=strategy
        )
        decision = floor.place(task, definition)
        fits = [
            arn
            for arn, room in left.items()
            if room.cpu >= (definition.cpu or 0)
            and room.memory >= (definition.memory or 0)
            and host_port not in room.ports
        ]
        if isinstance(decision, Refusal):
            assert fits == []
            continue
        assert decision.instance.arn in fits
        (binding,) = decision.bindings
        room = left[decision.instance.arn]
        assert binding.host_port not in room.ports
        left[decision.instance.arn] = replace(
            room,
            cpu=room.cpu - (definition.cpu or 0),
            memory=room.memory - (definition.memory or 0),
            ports=room.ports | {binding.host_port},
        )


def test_machines_of_ours_can_do_all_that_a_definition_can_ask_for() -> None:
    drivers = (
        "awslogs",
        "json-file",
        "syslog",
        "journald",
        "gelf",
        "fluentd",
        "splunk",
        "awsfirelens",
    )
    containers = [
        ContainerDefinition(
            name=driver,
            image="1.dkr.ecr.us-east-1.amazonaws.com/web",
            log=LogConfiguration(
                driver=driver,
                options=(("log-driver-buffer-limit", "1"),),
                secrets=(Secret(name="t", value_from="/p"),),
            ),
            restart=RestartPolicy(),
            memory_reservation=1,
            init_process=True,
            security_options=("label:disable", "apparmor:x"),
            privileged=True,
            health_check=HealthCheck(command=("true",)),
            depends_on=(Dependency(container="x", condition="START"),),
            environment_files=("arn:aws:s3:::b/f",),
            repository_credentials="arn",
            secrets=(
                Secret(name="a", value_from="arn:aws:secretsmanager:x"),
                Secret(name="b", value_from="/parameter"),
            ),
            firelens=Firelens(type="fluentbit", options=(("config-file-type", "s3"),)),
            ports=(PortMapping(container_port=80, last_port=90),),
        )
        for driver in drivers
    ]
    definition = replace(
        a_definition(),
        containers=tuple(containers),
        network_mode=NetworkMode.AWSVPC,
        task_role="role",
        execution_role="role",
        pid_mode="task",
        volumes=(Volume(name="v", docker=DockerVolume()),),
    )
    in_host = replace(definition, network_mode=NetworkMode.HOST)
    needed = {*required_attributes(definition), *required_attributes(in_host)}
    assert needed <= set(CAPABILITIES)
