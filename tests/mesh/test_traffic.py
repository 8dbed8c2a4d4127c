"""What is corrected change by change is what a look at everything would give."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace
from typing import Any

import pytest

from seaway.core.capacity import Host
from seaway.core.certificates import ProxyCertificate
from seaway.core.discovery import NamedEndpoint, Registration
from seaway.core.mesh.proxy import Forward, Port, Proxy, Refusal
from seaway.core.mesh.snapshot import Snapshot, take_snapshot
from seaway.core.service import (
    ConnectAccessLog,
    ConnectService,
    ConnectTls,
    RevisionTraffic,
    ServiceConnect,
)
from seaway.core.task import ContainerAddress, Health, PortBinding, Sandbox, Task, TaskStatus
from seaway.mesh.protobuf import Serializer
from seaway.mesh.traffic import Traffic
from seaway.store.changes import Change
from seaway.store.resident import Resident
from seaway.store.transaction import Transaction
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
    an_instance,
)

CONNECT = ServiceConnect(enabled=True, namespace=NAMESPACE)
SECURE = replace(CONNECT, services=(ConnectService(port_name="web", tls=ConnectTls()),))
CATS = a_service("cats", connect=CONNECT)
DISCOVERY = a_discovery_service("web", owner=CATS.arn)
ENDPOINT = a_named_endpoint(DISCOVERY, service=CATS.arn)
DEPLOYMENT = a_deployment(CATS, discovery=(("web", DISCOVERY.arn),))


def a_serving_task(number: int, **fields: Any) -> Task:
    return a_task(
        number,
        **{
            "service": CATS.arn,
            "deployment": DEPLOYMENT.id,
            "host": "host-1",
            "addresses": (ContainerAddress(container="web", address=f"10.0.0.{number}"),),
            "last_status": TaskStatus.RUNNING,
            **fields,
        },
    )


def a_calling_task(number: int, **fields: Any) -> Task:
    box = Sandbox(container="web", path=f"/run/{number}")
    return a_serving_task(number, **{"uses_mesh": True, "sandboxes": (box,), **fields})


def a_registration(task: Task) -> Registration:
    return Registration(
        key=f"srv-web/{task.id}",
        service=DISCOVERY.arn,
        instance_id=task.id,
        attributes=(),
        created_at=1.0,
        task=task.arn,
    )


def a_certificate(name: str, **fields: Any) -> ProxyCertificate:
    return ProxyCertificate(
        **{
            "name": name,
            "holder": name,
            "authority": "own",
            "names": (),
            "chain": "chain",
            "roots": "roots",
            "key": "key",
            "issued_at": 0.0,
            "expires_at": 1.0,
            **fields,
        }
    )


class World:
    """A store, and the traffic that follows it."""

    def __init__(self, **settings: Any) -> None:
        self.store = Resident()
        self.traffic = Traffic(**settings)
        self.store.doorbell.listen(self.traffic.hear)
        self.put(Host(id="host-1", cpu=1, memory=1), a_task_definition(), CATS, DEPLOYMENT)
        self.put(ENDPOINT)

    def put(self, *nouns: Any) -> None:
        with self.store.transaction() as tx:
            for noun in nouns:
                tx.put(noun)

    def drop(self, noun: Any) -> None:
        with self.store.transaction() as tx:
            tx.drop(noun)

    def touched(self) -> dict[str, Proxy]:
        with self.store.transaction() as tx:
            self.traffic.look(tx)
            found = {host: self.traffic.proxy(tx, host) for host in self.traffic.touched()}
        for host in found:
            self.traffic.done(host)
        return found


def test_a_registration_touches_only_hosts_with_callers() -> None:
    world = World()
    world.put(Host(id="host-2", cpu=1, memory=1))
    task = a_calling_task(1)
    world.put(task)
    assert set(world.touched()) == {"host-1", "host-2"}
    world.put(a_registration(task))
    (proxy,) = world.touched().values()
    assert proxy.node == "host-1"
    assert [e.address for e in proxy.upstreams[0].endpoints] == ["10.0.0.1"]
    assert world.touched() == {}


def test_a_change_of_places_leaves_the_ports_the_very_same() -> None:
    world = World()
    first, second = a_calling_task(1), a_serving_task(2)
    world.put(first, second, a_registration(first))
    before = world.touched()["host-1"]
    world.put(a_registration(second))
    after = world.touched()["host-1"]
    assert after.ports is before.ports
    assert len(after.upstreams[0].endpoints) == 2


def test_a_leaving_task_drains_where_it_is_called() -> None:
    world = World()
    task = a_calling_task(1)
    world.put(task, a_registration(task))
    world.touched()
    world.drop(a_registration(task))
    world.put(replace(task, last_status=TaskStatus.DEACTIVATING))
    (endpoint,) = world.touched()["host-1"].upstreams[0].endpoints
    assert endpoint.draining
    world.put(replace(task, last_status=TaskStatus.STOPPED))
    assert world.touched()["host-1"] == Proxy(node="host-1")


def test_after_a_failure_everything_is_looked_at_again() -> None:
    world = World()
    task = a_calling_task(1)
    world.put(task)
    world.touched()

    class Broken:
        def find(self, *_: Any) -> None:
            raise RuntimeError

        where = find

    world.put(a_registration(task))
    with pytest.raises(RuntimeError):
        world.traffic.look(Broken())  # type: ignore[arg-type]
    (endpoint,) = world.touched()["host-1"].upstreams[0].endpoints
    assert endpoint.address == "10.0.0.1"


@pytest.mark.parametrize("seed", range(20))
def test_corrected_is_the_same_as_made_anew(seed: int) -> None:
    chance = random.Random(seed)
    world = World(gateway=("127.0.0.1", 8080), collector=("127.0.0.1", 4317))
    snapshots: dict[str, Snapshot] = {}
    writes = Serializer()
    for _ in range(30):
        with world.store.transaction() as tx:
            for _ in range(chance.randint(1, 3)):
                a_change(tx, chance)
        for host, proxy in world.touched().items():
            snapshots[host] = take_snapshot(proxy, snapshots.get(host))
        fresh = Traffic(gateway=("127.0.0.1", 8080), collector=("127.0.0.1", 4317))
        with world.store.transaction() as tx:
            fresh.look(tx)
            for host in fresh.touched():
                made = take_snapshot(fresh.proxy(tx, host))
                assert snapshots[host].version == made.version
                for resources in made.parts:
                    writes.prepare(resources.values())


def a_change(tx: Transaction, chance: random.Random) -> None:
    """Something that could happen: to a task, a registration, a name, a host, an instance."""
    host = chance.choice(("host-1", "host-2", None))
    task = chance.choice((a_serving_task, a_calling_task))(
        chance.randint(1, 6),
        host=host,
        last_status=chance.choice((TaskStatus.RUNNING, TaskStatus.DEACTIVATING)),
        instance=an_instance().arn,
        bindings=chance.choice(
            ((), (PortBinding(container="web", container_port=80, host_port=32768),))
        )
        if host == "host-1"
        else (),
    )
    other = replace(a_discovery_service("dogs"), owner=CATS.arn)
    words = chance.choice(
        (
            (),
            (("seaway:timeout", "3s"),),
            (("seaway:split", "web:9 dogs:1"), ("seaway:to.web.retries", "0")),
            (("seaway:deny", "cats"),),
            (("seaway:to.dogs.mirror", "web:5"), ("seaway:allow", "cats")),
        )
    )
    noun = chance.choice(
        (
            replace(CATS, tags=words),
            a_cluster(tags=words),
            a_namespace(tags=words),
            RevisionTraffic(
                service=CATS.arn,
                weights=chance.choice(((), ((DEPLOYMENT.id, 1), ("ecs-svc/other", 1)))),
                test=chance.choice((None, DEPLOYMENT.id)),
            ),
            replace(DEPLOYMENT, connect=chance.choice((CONNECT, SECURE))),
            replace(DEPLOYMENT, known=chance.choice((None, (), (DISCOVERY.arn,)))),
            replace(ENDPOINT, outside=chance.choice((0, 1)), tls=chance.choice((True, False))),
            replace(task, service=None, deployment=None, namespace=NAMESPACE, group="family:x"),
            a_certificate(chance.choice(("server/srv-web", "client/default/cats"))),
            task,
            a_registration(task),
            ENDPOINT,
            a_named_endpoint(other, service=CATS.arn, number=2, port_name="web"),
            replace(ENDPOINT, port_name=chance.choice(("web", "none"))),
            replace(DEPLOYMENT, connect=chance.choice((CONNECT, None))),
            CATS,
            Host(id=f"host-{chance.randint(1, 3)}", cpu=1, memory=1),
            an_instance(host="host-1"),
        )
    )
    may_go = (Task, Registration, NamedEndpoint, RevisionTraffic, ProxyCertificate)
    if chance.random() < 0.3 and isinstance(noun, may_go):
        tx.drop(noun)
    else:
        tx.put(noun)


# What people say with tags, and what follows from it


def upstreams(proxy: Proxy) -> dict[str, list[str]]:
    """Addresses that get requests, by upstream."""
    return {u.name: [e.address for e in u.endpoints if not e.draining] for u in proxy.upstreams}


def with_two_tasks() -> tuple[World, Task, Task]:
    world = World()
    first, second = a_calling_task(1), a_serving_task(2, deployment="ecs-svc/2")
    world.put(first, second, a_registration(first), a_registration(second))
    world.touched()
    return world, first, second


def test_a_tag_reaches_the_proxy_and_leaves_the_listener_alone() -> None:
    world, *_ = with_two_tasks()
    world.put(replace(CATS, tags=(("seaway:timeout", "3s"), ("team", "pets"))))
    (port,) = world.touched()["host-1"].ports
    assert isinstance(port.routing.default, Forward)
    assert port.routing.default.timeout == 3


def test_a_tag_that_says_nothing_to_us_changes_nothing() -> None:
    world, *_ = with_two_tasks()
    world.put(replace(CATS, tags=(("team", "pets"),)))
    assert world.touched() == {}


def test_the_words_of_cluster_and_namespace_reach_the_proxy() -> None:
    world, *_ = with_two_tasks()
    for noun in (a_cluster(), a_namespace()):
        world.put(noun)
        world.touched()
        world.put(replace(noun, tags=(("seaway:deny", "cats"),)))
        assert isinstance(world.touched()["host-1"].ports[0].routing.default, Refusal)
        world.put(noun)
        assert isinstance(world.touched()["host-1"].ports[0].routing.default, Forward)


def test_weights_share_out_and_taking_them_back_makes_all_alike() -> None:
    world, *_ = with_two_tasks()
    shares = RevisionTraffic(service=CATS.arn, weights=((DEPLOYMENT.id, 3), ("ecs-svc/2", 1)))
    world.put(shares)
    (name,) = {port.routing.name for port in world.touched()["host-1"].ports}
    world.put(replace(shares, weights=((DEPLOYMENT.id, 0), ("ecs-svc/2", 1))))
    after = world.touched()["host-1"]
    assert upstreams(after) == {
        name: [],
        f"{name}/0000000000000000001": ["10.0.0.1"],
        f"{name}/2": ["10.0.0.2"],
    }
    world.drop(shares)
    assert upstreams(world.touched()["host-1"]) == {name: ["10.0.0.1", "10.0.0.2"]}


def test_a_test_only_deployment_gets_no_other_requests() -> None:
    world, *_ = with_two_tasks()
    world.put(RevisionTraffic(service=CATS.arn, test="ecs-svc/2"))
    proxy = world.touched()["host-1"]
    name = proxy.ports[0].routing.name
    assert upstreams(proxy) == {name: ["10.0.0.1"], f"{name}/2": ["10.0.0.2"]}


def test_a_task_that_was_run_calls_as_its_group() -> None:
    world = World()
    job = a_calling_task(1, service=None, deployment=None, namespace=NAMESPACE, group="family:jobs")
    world.put(job)
    (port,) = world.touched()["host-1"].ports
    assert port.labels.service == "family:jobs"
    world.put(replace(CATS, tags=(("seaway:deny", "family:jobs"),)))
    assert isinstance(world.touched()["host-1"].ports[0].routing.default, Refusal)


def test_a_faithful_deployments_tasks_know_only_the_names_of_its_beginning() -> None:
    world = World()
    other = a_discovery_service("dogs", owner=CATS.arn)
    world.put(replace(DEPLOYMENT, known=(DISCOVERY.arn,)), a_calling_task(1))
    world.put(a_named_endpoint(other, service=CATS.arn, number=2))
    assert [port.labels.discovery_name for port in world.touched()["host-1"].ports] == ["web"]


def test_the_machines_own_programs_call_by_addresses_of_the_machine() -> None:
    world = World()
    world.put(Host(id="host-2", cpu=1, memory=1), a_namespace(), replace(ENDPOINT, outside=258))
    touched = world.touched()
    (port,) = touched["host-1"].ports
    assert (port.address, port.port, port.namespace) == ("127.254.1.2", 80, None)
    assert (port.intercepted_at, port.labels.service) == (61001, "machine")
    assert touched["host-2"].ports == ()


def test_the_gateway_follows_what_is_offered() -> None:
    world = World(gateway=("127.0.0.1", 8080))
    world.put(a_namespace())
    (port,) = world.touched()["host-1"].ports
    assert [route.name for route in port.routing.routes] == ["srv-web"]
    task = a_serving_task(2)
    world.put(task, a_registration(task))
    after = world.touched()["host-1"]
    assert upstreams(after) == {"connect//gateway/srv-web": ["10.0.0.2"]}
    world.drop(ENDPOINT)
    assert world.touched()["host-1"].ports[0].routing.routes == ()


def test_callers_go_by_tls_when_those_that_serve_do_and_certificates_come_along() -> None:
    world = World()
    deployment = replace(DEPLOYMENT, connect=SECURE)
    task = a_calling_task(1)
    world.put(a_namespace(), deployment, replace(ENDPOINT, tls=True), task, a_registration(task))
    proxy = world.touched()["host-1"]
    connect, ingress = proxy.upstreams
    assert connect.secure is not None
    assert [(e.address, e.port) for e in connect.endpoints] == [("10.0.0.1", 61002)]
    assert [(e.address, e.port) for e in ingress.endpoints] == [("10.0.0.1", 80)]
    assert proxy.secrets == ()
    world.put(a_certificate("server/srv-web"), a_certificate("client/default/cats"))
    names = {secret.name for secret in world.touched()["host-1"].secrets}
    assert names == {"server/srv-web", "authority/srv-web", "client/default/cats"}
    world.put(a_certificate("server/srv-web", chain="another"))
    renewed = world.touched()["host-1"]
    assert "another" in {secret.chain for secret in renewed.secrets}
    assert renewed.ports is proxy.ports


def test_while_tls_rolls_out_requests_stay_with_the_kind_most_tasks_speak() -> None:
    world = World()
    old, new = a_serving_task(1), a_serving_task(2, deployment="ecs-svc/2")
    newer = replace(new, arn=new.arn[:-1] + "3", addresses=a_serving_task(3).addresses)
    caller = a_calling_task(4)
    world.put(a_deployment(CATS, 2, id="ecs-svc/2", connect=SECURE), replace(ENDPOINT, tls=True))
    world.put(caller, old, new, newer, a_registration(old))
    plain = world.touched()["host-1"].upstreams[0]
    assert (plain.secure, [e.port for e in plain.endpoints]) == (None, [80])
    world.put(a_registration(new), a_registration(newer))
    secure = world.touched()["host-1"].upstreams[0]
    assert secure.secure is not None
    assert {e.port for e in secure.endpoints} == {61002}


def test_traces_are_sent_where_somebody_takes_them_and_a_tag_asks_for_them() -> None:
    for collector, traced in ((None, False), (("10.9.9.9", 4317), True)):
        world = World(collector=collector)
        world.put(replace(CATS, tags=(("seaway:trace", "10"),)), a_calling_task(1))
        proxy = world.touched()["host-1"]
        assert (proxy.ports[0].tracing is not None) is traced
        assert ("tracing/10.9.9.9:4317" in {u.name for u in proxy.upstreams}) is traced


def test_a_tag_names_who_takes_the_traces_before_the_settings_do() -> None:
    world = World(collector=("10.9.9.9", 4317))
    said = (("seaway:trace", "10"), ("seaway:trace.collector", "10.8.8.8:4318"))
    world.put(replace(CATS, tags=said), a_calling_task(1))
    proxy = world.touched()["host-1"]
    tracing = proxy.ports[0].tracing
    assert tracing is not None
    assert (tracing.upstream, tracing.percent) == ("tracing/10.8.8.8:4318", 10)
    (collector,) = [u for u in proxy.upstreams if u.name == tracing.upstream]
    assert [(e.address, e.port) for e in collector.endpoints] == [("10.8.8.8", 4318)]
    world.put(replace(CATS, tags=()))
    assert "tracing/10.8.8.8:4318" not in {u.name for u in world.touched()["host-1"].upstreams}


def test_requests_are_written_down_for_the_caller_and_for_the_server() -> None:
    log = ConnectAccessLog(format="JSON", query=True)
    connect = replace(CONNECT, access_log=log)
    world = World()
    task = a_calling_task(1)
    world.put(replace(CATS, connect=connect), replace(DEPLOYMENT, connect=connect), task)
    (port,) = world.touched()["host-1"].ports
    assert [(log.owner, log.format.value) for log in port.access_logs] == [
        (task.id, "JSON"),
        ("", "JSON"),
    ]


def test_a_guarded_services_host_port_is_for_those_who_may_call() -> None:
    world = World()
    offering = replace(CONNECT, services=(ConnectService(port_name="web"),))
    binding = PortBinding(container="web", container_port=80, host_port=32768)
    server = a_calling_task(1, vpc="vpc-1", instance=an_instance().arn, bindings=(binding,))
    world.put(an_instance(host="host-1"), replace(DEPLOYMENT, connect=offering), server)
    assert published(world.touched()["host-1"]).sources is None
    world.put(replace(CATS, tags=(("seaway:intentions", "deny"), ("seaway:allow", "web"))))
    assert published(world.touched()["host-1"]).sources == ()
    caller = a_serving_task(2, service=a_service("web").arn, vpc="vpc-1", host="host-2")
    world.put(caller)
    assert published(world.touched()["host-1"]).sources == ("10.0.0.2/32",)
    world.put(replace(caller, last_status=TaskStatus.STOPPED))
    assert published(world.touched()["host-1"]).sources == ()
    world.put(replace(CATS, tags=(("seaway:deny", "dogs"),)))
    assert published(world.touched()["host-1"]).sources == ("10.0.0.1/32", "10.0.0.10/32")


def published(proxy: Proxy) -> Port:
    (port,) = (port for port in proxy.ports if port.name.startswith("host-port/"))
    return port


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"last_status": TaskStatus.PENDING}, False),
        ({"last_status": TaskStatus.ACTIVATING}, True),
        ({"last_status": TaskStatus.STOPPED}, True),
        ({"host": "another"}, True),
        ({"sandboxes": (Sandbox(container="web", path="/run/netns/1"),)}, True),
        (
            {"health": Health.UNHEALTHY, "started_at": 5.0, "version": 7, "tags": (("a", "b"),)},
            False,
        ),
        ({"mesh_ready": True, "listening": True, "drained": True}, False),
    ],
)
def test_proxies_hear_of_a_task_only_what_concerns_them(change: dict[str, Any], told: bool) -> None:
    before = a_task()
    heard = Traffic().hear([Change(Task, before.arn, before, replace(before, **change))])
    assert heard is told


def test_of_a_running_task_proxies_hear_each_further_step() -> None:
    steps = [status for status in TaskStatus if status.rank >= TaskStatus.RUNNING.rank]
    for before, after in itertools.pairwise(a_task(last_status=status) for status in steps):
        assert Traffic().hear([Change(Task, before.arn, before, after)])
    starting, running = a_task(last_status=TaskStatus.ACTIVATING), a_task(last_status=steps[0])
    assert not Traffic().hear([Change(Task, running.arn, starting, running)])
