"""What is corrected change by change is what a look at everything would give."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from seaway.core.capacity import Host
from seaway.core.certificates import ProxyCertificate
from seaway.core.discovery import NamedEndpoint, Registration
from seaway.core.mesh.proxy import Proxy
from seaway.core.mesh.snapshot import Snapshot, take_snapshot
from seaway.core.service import ConnectService, ConnectTls, RevisionTraffic, ServiceConnect
from seaway.core.task import ContainerAddress, PortBinding, Sandbox, Task, TaskStatus
from seaway.mesh.traffic import Traffic
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


@pytest.mark.parametrize("seed", range(40))
def test_corrected_is_the_same_as_made_anew(seed: int) -> None:
    chance = random.Random(seed)
    world = World(gateway=("127.0.0.1", 8080), collector=("127.0.0.1", 4317))
    snapshots: dict[str, Snapshot] = {}
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
