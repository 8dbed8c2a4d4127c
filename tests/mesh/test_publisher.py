"""From the store to the proxies and back: what they have taken in is what tasks wait for."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from seaway.core.balancer import Listener, LoadBalancer, Target, TargetState
from seaway.core.capacity import Host
from seaway.core.mesh.snapshot import Kind, Snapshot, listener_name
from seaway.core.service import ServiceConnect
from seaway.core.task import ContainerAddress, Sandbox, Task, TaskStatus
from seaway.mesh.protobuf import MalformedResource
from seaway.mesh.publisher import Publisher
from seaway.mesh.stream import Rejected
from seaway.store.sqlite import SqliteStore
from tests.builders import (
    HOME,
    NAMESPACE,
    a_deployment,
    a_discovery_service,
    a_named_endpoint,
    a_rule_to,
    a_service,
    a_target_group,
    a_task,
    a_task_definition,
)

SERVICE = a_service(connect=ServiceConnect(enabled=True, namespace=NAMESPACE))
DEPLOYMENT = a_deployment(SERVICE)
NAME = a_discovery_service("cats", owner=SERVICE.arn)
TASK = a_task(
    service=SERVICE.arn,
    deployment=DEPLOYMENT.id,
    host="host-1",
    uses_mesh=True,
    last_status=TaskStatus.ACTIVATING,
    addresses=(ContainerAddress(container="web", address="10.0.0.5"),),
    sandboxes=(Sandbox(container="web", path="/run/ns"),),
)
ALB = LoadBalancer(
    arn=f"arn:aws:elasticloadbalancing:{HOME}:loadbalancer/app/door/1",
    name="door",
    dns_name="door.localhost",
    created_at=1.0,
    addresses=(("subnet-1", "10.0.0.4"),),
)
LISTENER = Listener(
    arn=f"arn:aws:elasticloadbalancing:{HOME}:listener/app/door/1/2",
    load_balancer=ALB.arn,
    port=80,
    protocol="HTTP",
)


class Proxies:
    """The mesh's server as the publisher sees it; the test says when a proxy takes things in."""

    def __init__(self) -> None:
        self.published: list[Snapshot] = []
        self.refused: tuple[Rejected, ...] = ()
        self.malformed = False
        self.busy: Mapping[tuple[str, int], int] = {}
        self.counts = True
        self.recovered: list[Callable[[], None]] = []
        self._taken: set[str] = set()
        self._news = asyncio.Condition()

    async def publish(self, snapshot: Snapshot) -> None:
        if self.malformed:
            raise MalformedResource("no such field")
        self.published.append(snapshot)

    async def take_in(self) -> None:
        async with self._news:
            self._taken.update(snapshot.version for snapshot in self.published)
            self._news.notify_all()

    async def accepted(self, node: str, version: str) -> tuple[Rejected, ...]:
        async with self._news:
            await self._news.wait_for(lambda: version in self._taken)
        return self.refused

    def rejections(self, node: str) -> tuple[Rejected, ...]:
        return self.refused

    def when_recovered(self, told: Callable[[], None]) -> None:
        self.recovered.append(told)

    async def in_flight(self) -> Mapping[tuple[str, int], int]:
        if not self.counts:
            raise OSError("the proxy does not answer")
        return self.busy


class Played:
    """A store with a publisher beside it."""

    def __init__(self, store: SqliteStore) -> None:
        self.store = store
        self.proxies = Proxies()

    def put(self, *nouns: Any) -> None:
        with self.store.transaction() as tx:
            for noun in nouns:
                tx.put(noun)

    @property
    def task(self) -> Task:
        with self.store.transaction() as tx:
            found = tx.find(Task, TASK.arn)
        assert found is not None
        return found

    def change(self, **fields: Any) -> None:
        self.put(replace(self.task, **fields))

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(5):
            while not condition():
                await asyncio.sleep(0.005)

    async def published(self) -> Snapshot:
        """The next snapshot, taken in."""
        count = len(self.proxies.published)
        await self.until(lambda: len(self.proxies.published) > count)
        await self.proxies.take_in()
        return self.proxies.published[-1]


Story = Callable[[Played], Awaitable[None]]


def play(directory: Path, story: Story, *nouns: Any) -> None:
    store = SqliteStore(directory / "seaway.db")
    store.open()
    host = Host(id="host-1", cpu=1, memory=1, connected=True)

    async def run() -> None:
        played = Played(store)
        played.put(host, a_task_definition(), *nouns)
        publisher = Publisher(store, played.proxies, played.proxies.in_flight)  # type: ignore[arg-type]
        job = asyncio.create_task(publisher.run())
        try:
            await story(played)
            assert not job.done(), "the publisher goes on"
        finally:
            job.cancel()
            await asyncio.gather(job, return_exceptions=True)

    try:
        asyncio.run(run())
    finally:
        store.close()


CONNECTED = (SERVICE, DEPLOYMENT, NAME, a_named_endpoint(NAME), TASK)


def test_changes_that_come_together_share_a_snapshot(tmp_path: Path) -> None:
    async def story(played: Played) -> None:
        await played.published()
        for number in range(2, 6):
            box = (Sandbox(container="web", path=f"/run/ns{number}"),)
            played.put(
                replace(TASK, arn=a_task(number).arn, sandboxes=box, last_status=TaskStatus.RUNNING)
            )
        snapshot = await played.published()
        assert len(snapshot.proxy.ports) == 5
        assert len(played.proxies.published) == 2

    play(tmp_path, story, *CONNECTED)


def test_what_traffic_does_not_depend_on_makes_no_snapshot(tmp_path: Path) -> None:
    async def story(played: Played) -> None:
        await played.published()
        played.change(version=99)
        played.put(replace(SERVICE, desired_count=7))
        await asyncio.sleep(0.05)
        assert len(played.proxies.published) == 1

    play(tmp_path, story, *CONNECTED)


def test_a_task_may_start_when_its_proxy_has_taken_in_its_listeners(tmp_path: Path) -> None:
    async def story(played: Played) -> None:
        await played.until(lambda: len(played.proxies.published) == 1)
        await asyncio.sleep(0.05)
        assert not played.task.mesh_ready
        await played.proxies.take_in()
        await played.until(lambda: played.task.mesh_ready)

    play(tmp_path, story, *CONNECTED)


def test_a_task_whose_listener_is_refused_starts_when_it_has_been_taken(tmp_path: Path) -> None:
    async def story(played: Played) -> None:
        await played.until(lambda: len(played.proxies.published) == 1)
        (port,) = played.proxies.published[0].proxy.ports
        refusal = Rejected(
            kind=Kind.LISTENERS, name=listener_name(port), version="1", error="in use"
        )
        played.proxies.refused = (refusal,)
        await played.proxies.take_in()
        await asyncio.sleep(0.1)
        assert not played.task.mesh_ready
        # A try later the port is free.
        played.proxies.refused = ()
        for told in played.proxies.recovered:
            told()
        await played.until(lambda: played.task.mesh_ready)

    play(tmp_path, story, *CONNECTED)


def test_a_namespace_may_go_when_the_proxy_has_given_its_listeners_up(tmp_path: Path) -> None:
    async def story(played: Played) -> None:
        await played.published()
        await played.until(lambda: played.task.mesh_ready)
        played.change(last_status=TaskStatus.DEPROVISIONING, desired_status=TaskStatus.STOPPED)
        await played.until(lambda: len(played.proxies.published) == 2)
        assert played.proxies.published[1].proxy.ports == ()
        assert not played.task.mesh_gone
        await played.proxies.take_in()
        await played.until(lambda: played.task.mesh_gone)

    play(tmp_path, story, *CONNECTED)


LEAVING = replace(TASK, last_status=TaskStatus.DEACTIVATING, desired_status=TaskStatus.STOPPED)


def test_a_leaving_task_is_drained_when_the_proxies_know_and_nothing_is_in_flight(
    tmp_path: Path,
) -> None:
    async def story(played: Played) -> None:
        played.proxies.busy = {("10.0.0.5", 80): 2}
        await played.published()
        await asyncio.sleep(0.4)
        assert not played.task.drained, "two requests are under way"
        played.proxies.busy = {("10.0.0.5", 80): 0, ("10.0.0.6", 80): 9}
        await played.until(lambda: played.task.drained)

    play(tmp_path, story, *CONNECTED[:-1], LEAVING)


def test_a_task_is_not_drained_while_its_proxy_has_not_heard_of_its_leaving(tmp_path: Path) -> None:
    async def story(played: Played) -> None:
        await played.published()
        await played.until(lambda: played.task.mesh_ready)
        played.change(last_status=TaskStatus.DEACTIVATING, desired_status=TaskStatus.STOPPED)
        played.put(a_named_endpoint(a_discovery_service("dogs", owner=SERVICE.arn), number=2))
        await played.until(lambda: len(played.proxies.published) == 2)
        await asyncio.sleep(0.4)
        assert not played.task.drained
        await played.proxies.take_in()
        await played.until(lambda: played.task.drained)

    play(tmp_path, story, *CONNECTED)


def test_a_proxy_that_can_not_be_asked_drains_nothing_and_breaks_nothing(tmp_path: Path) -> None:
    async def story(played: Played) -> None:
        played.proxies.counts = False
        await played.published()
        await asyncio.sleep(0.4)
        assert not played.task.drained
        played.proxies.counts = True
        await played.until(lambda: played.task.drained)

    play(tmp_path, story, *CONNECTED[:-1], LEAVING)


def test_a_target_registered_by_hand_is_idle_when_nothing_is_in_flight(tmp_path: Path) -> None:
    group = a_target_group()
    target = Target(
        key="k",
        target_group=group.arn,
        id="10.0.0.9",
        port=80,
        registered_at=1.0,
        address="10.0.0.9",
        state=TargetState.DRAINING,
    )

    async def story(played: Played) -> None:
        await played.published()

        def idle() -> bool:
            with played.store.transaction() as tx:
                return tx.where(Target)[0].idle

        await played.until(idle)

    play(tmp_path, story, group, target)


def a_door() -> list[Any]:
    group = a_target_group()
    return [ALB, LISTENER, group, replace(a_rule_to(group), listener=LISTENER.arn)]


def state(played: Played) -> str:
    with played.store.transaction() as tx:
        return tx.where(LoadBalancer)[0].state


def test_a_load_balancer_is_active_when_its_proxy_has_taken_it_in(tmp_path: Path) -> None:
    async def story(played: Played) -> None:
        await played.until(lambda: len(played.proxies.published) == 1)
        await asyncio.sleep(0.05)
        assert state(played) == "provisioning"
        await played.proxies.take_in()
        await played.until(lambda: state(played) == "active")

    play(tmp_path, story, *a_door())


def test_what_can_not_be_said_to_a_proxy_is_loud_and_the_next_change_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(played: Played) -> None:
        played.proxies.malformed = True
        await played.until(lambda: "can't be said to its proxy" in caplog.text)
        await asyncio.sleep(0.05)
        assert not played.task.mesh_ready, "it never got its listeners"
        played.proxies.malformed = False
        played.put(a_named_endpoint(a_discovery_service("dogs", owner=SERVICE.arn), number=2))
        snapshot = await played.published()
        assert len(snapshot.proxy.ports) == 2
        await played.until(lambda: played.task.mesh_ready)

    with caplog.at_level(logging.ERROR):
        play(tmp_path, story, *CONNECTED)


def test_of_many_hosts_each_is_told_and_the_tasks_of_each_go_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """More than are looked at in one turn."""
    numbers = range(2, 13)
    hosts = [Host(id=f"host-{number}", cpu=1, memory=1, connected=True) for number in numbers]
    tasks = [
        replace(TASK, arn=a_task(number).arn, host=host.id)
        for number, host in zip(numbers, hosts, strict=True)
    ]

    async def story(played: Played) -> None:
        def ready() -> list[Task]:
            with played.store.transaction() as tx:
                return [task for task in tx.where(Task) if task.mesh_ready]

        def told() -> set[str]:
            return {snapshot.node for snapshot in played.proxies.published}

        everyone = {"host-1", *(host.id for host in hosts)}
        await played.until(lambda: told() == everyone)
        await played.proxies.take_in()
        await played.until(lambda: len(ready()) == len(everyone))
        played.proxies.published.clear()
        other = a_discovery_service("birds", owner=SERVICE.arn)
        played.put(other, a_named_endpoint(other, number=2))
        with played.store.transaction() as tx:  # one goes before it is its turn
            tx.drop(hosts[-1])
        await played.until(lambda: told() == everyone - {hosts[-1].id})

    with caplog.at_level(logging.ERROR):
        play(tmp_path, story, *CONNECTED, *hosts, *tasks)
    assert caplog.records == []
