"""Sessions with hosts: everything at the start, then only what is new, and only what is on disk."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from seaway.core.capacity import Host
from seaway.core.moment import Moment
from seaway.core.names import Place
from seaway.core.network import Vpc
from seaway.core.service import ConnectService, ServiceConnect
from seaway.core.task import ContainerAddress, Task, TaskStatus
from seaway.dispatch.hub import Hub
from seaway.dispatch.inbox import Inbox
from seaway.dispatch.near import NearLink
from seaway.link.messages import Assignment, FromHost, Hello, HostPlan, Report
from seaway.store.sqlite import SqliteStore
from tests.builders import (
    NAMESPACE,
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
HELLO = Hello(host="host-1", cpu=1024, memory=2048, architecture="amd64", engine="20")
HERE = Place(account="000000000000", region="us-east-1")


class Played:
    """A store, a hub, and the host's end of one link."""

    def __init__(self, store: SqliteStore) -> None:
        self.store = store
        self.link = NearLink()
        inbox = Inbox(store, lambda: Moment(100.0, bytes), HERE.account)
        self.hub = Hub(store, inbox.take, HERE)

    def put(self, *nouns: Any) -> None:
        with self.store.transaction() as tx:
            for noun in nouns:
                tx.put(noun)

    def find(self, task: Task) -> Task:
        with self.store.transaction() as tx:
            found = tx.find(Task, task.arn)
        assert found is not None
        return found

    async def assigned(self) -> Assignment:
        """The next assignment; plans are passed over."""
        async with asyncio.timeout(5):
            while True:
                message = await self.link.receive()
                if isinstance(message, Assignment):
                    return message
                assert isinstance(message, HostPlan)

    async def silent(self) -> None:
        """No assignment comes, although all that is written has been heard of."""
        await self.store.flushed()
        with suppress(TimeoutError):
            async with asyncio.timeout(0.05):
                pytest.fail(f"it was told {await self.assigned()}")


Story = Callable[[Played], Awaitable[None]]


@asynccontextmanager
async def a_session(played: Played) -> AsyncIterator[None]:
    """The host has said hello, and stays until the end of the block."""
    job = asyncio.create_task(played.hub.serve(played.link.control))
    await played.link.send(HELLO)
    try:
        yield
    finally:
        job.cancel()
        await asyncio.wait({job})


def play(directory: Path, story: Story) -> None:
    store = SqliteStore(directory / "seaway.db")
    store.open()
    played = Played(store)
    played.put(VPC, a_task_definition())

    async def run() -> None:
        await story(played)

    try:
        asyncio.run(run())
    finally:
        store.close()


def test_a_host_that_comes_hears_of_all_its_tasks_that_have_not_stopped(tmp_path: Path) -> None:
    async def story(played: Played) -> None:
        gone = a_task(2, host="host-1", vpc="vpc-1", last_status=TaskStatus.STOPPED)
        elsewhere = a_task(3, host="host-2", vpc="vpc-1")
        played.put(TASK, gone, elsewhere)
        async with a_session(played):
            assert (await played.assigned()).task == TASK.arn
            await played.silent()

    play(tmp_path, story)


def test_a_change_is_told_once_and_what_concerns_no_host_is_not_told(tmp_path: Path) -> None:
    async def story(played: Played) -> None:
        async with a_session(played):
            played.put(TASK)
            assert (await played.assigned()).desired_status is TaskStatus.RUNNING
            played.put(replace(TASK, version=9))
            await played.silent()
            played.put(replace(TASK, desired_status=TaskStatus.STOPPED))
            assert (await played.assigned()).desired_status is TaskStatus.STOPPED

    play(tmp_path, story)


def test_a_new_name_is_told_to_the_tasks_that_run(tmp_path: Path) -> None:
    async def story(played: Played) -> None:
        service = a_service(connect=ServiceConnect(enabled=True, namespace=NAMESPACE))
        deployment = a_deployment(service)
        played.put(
            service,
            deployment,
            replace(TASK, service=service.arn, deployment=deployment.id, uses_mesh=True),
        )
        async with a_session(played):
            assert (await played.assigned()).names == ()
            played.put(a_named_endpoint(a_discovery_service("cats")))
            assert (await played.assigned()).names == (
                ("cats", "127.255.0.1"),
                ("cats", "2600:f0f0::1"),
            )

    play(tmp_path, story)


def test_a_guard_follows_the_tasks_of_those_who_may_call(tmp_path: Path) -> None:
    offering = ServiceConnect(
        enabled=True, namespace=NAMESPACE, services=(ConnectService(port_name="web"),)
    )

    async def story(played: Played) -> None:
        service = a_service(connect=offering)
        deployment = a_deployment(service)
        played.put(
            service,
            deployment,
            a_named_endpoint(a_discovery_service("web"), service=service.arn),
            replace(TASK, service=service.arn, deployment=deployment.id),
        )
        async with a_session(played):
            assert (await played.assigned()).guards == ()
            said = (("seaway:intentions", "deny"), ("seaway:allow", "shop"))
            played.put(replace(service, tags=said))
            (guard,) = (await played.assigned()).guards
            assert guard.sources == ()
            caller = a_task(
                2,
                service=a_service("shop").arn,
                host="host-2",
                vpc="vpc-1",
                addresses=(ContainerAddress(container="", address="10.0.0.9"),),
            )
            played.put(caller)
            (guard,) = (await played.assigned()).guards
            assert guard.sources == ("10.0.0.9",)
            played.put(replace(caller, last_status=TaskStatus.RUNNING))
            await played.silent()
            played.put(replace(caller, last_status=TaskStatus.STOPPED))
            (guard,) = (await played.assigned()).guards
            assert guard.sources == ()
            played.put(service)
            assert (await played.assigned()).guards == ()

    play(tmp_path, story)


def test_a_new_name_is_told_to_the_machine(tmp_path: Path) -> None:
    async def story(played: Played) -> None:
        async with a_session(played), asyncio.timeout(5):
            plan = await played.link.receive()
            assert isinstance(plan, HostPlan)
            assert not plan.calls_names
            played.put(a_namespace("pets"), a_named_endpoint(a_discovery_service("web"), outside=1))
            plan = await played.link.receive()
            assert isinstance(plan, HostPlan)
            assert ("web.pets", "127.254.0.1") in plan.names

    play(tmp_path, story)


def test_an_instance_and_what_becomes_of_it_is_told_to_its_own_machine(tmp_path: Path) -> None:
    async def story(played: Played) -> None:
        async with a_session(played), asyncio.timeout(5):
            plan = await played.link.receive()
            here = an_instance(1, host="host-1", vpc="vpc-1", address="10.0.0.7")
            elsewhere = an_instance(2, host="host-2", vpc="vpc-1", address="10.0.0.8")
            played.put(elsewhere, here)
            plan = await played.link.receive()
            assert isinstance(plan, HostPlan)
            assert plan.addresses == (("vpc-1", "10.0.0.7"),)
            played.put(replace(here, status="INACTIVE"))
            plan = await played.link.receive()
            assert isinstance(plan, HostPlan)
            assert plan.addresses == ()

    play(tmp_path, story)


def test_a_step_of_a_deployment_is_not_told_but_what_its_tasks_call_is(tmp_path: Path) -> None:
    async def story(played: Played) -> None:
        service = a_service(connect=ServiceConnect(enabled=True, namespace=NAMESPACE))
        deployment = a_deployment(service)
        web, task = a_named_endpoint(a_discovery_service("web")), replace(TASK, uses_mesh=True)
        task = replace(task, service=service.arn, deployment=deployment.id)
        played.put(service, deployment, a_namespace("pets"), web, task)
        async with a_session(played):
            assert (await played.assigned()).names
            played.put(replace(deployment, steady_at=9.0))
            await played.silent()
            played.put(replace(deployment, steady_at=9.0, connect=ServiceConnect(enabled=False)))
            assert (await played.assigned()).names == ()

    play(tmp_path, story)


def test_what_a_host_reports_is_on_disk_before_it_is_acknowledged(tmp_path: Path) -> None:
    async def story(played: Played) -> None:
        played.put(TASK)
        async with a_session(played):
            await played.link.send(Report(task=TASK.arn, status=TaskStatus.RUNNING))
            assert played.store._journal._written == played.store._journal._appended
        assert played.find(TASK).last_status is TaskStatus.RUNNING

    play(tmp_path, story)


def test_a_host_counts_as_connected_while_its_session_lasts(tmp_path: Path) -> None:
    async def story(played: Played) -> None:
        async with a_session(played):
            with played.store.transaction() as tx:
                (host,) = tx.where(Host)
            assert host.connected
        with played.store.transaction() as tx:
            (host,) = tx.where(Host)
        assert not host.connected

    play(tmp_path, story)


def test_a_host_that_does_not_say_hello_is_not_spoken_to(tmp_path: Path) -> None:
    async def story(played: Played) -> None:
        job = asyncio.create_task(played.hub.serve(played.link.control))
        rude = asyncio.create_task(
            played.link.send(Report(task=TASK.arn, status=TaskStatus.RUNNING))
        )
        with pytest.raises(ConnectionError, match="has to say Hello first, not Report"):
            await job
        rude.cancel()

    play(tmp_path, story)


def test_a_report_that_can_not_be_taken_in_is_loud_and_the_next_one_is_taken(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(played: Played) -> None:
        good = Inbox(played.store, lambda: Moment(100.0, bytes), HERE.account).take

        def take(host: str, message: FromHost) -> None:
            if isinstance(message, Report) and message.status is TaskStatus.ACTIVATING:
                raise ValueError("a mistake of ours")
            good(host, message)

        played.hub = Hub(played.store, take, HERE)
        played.put(TASK)
        async with a_session(played):
            await played.link.send(Report(task=TASK.arn, status=TaskStatus.ACTIVATING))
            await played.link.send(Report(task=TASK.arn, status=TaskStatus.RUNNING))
        assert played.find(TASK).last_status is TaskStatus.RUNNING

    with caplog.at_level(logging.ERROR):
        play(tmp_path, story)
    assert "what host host-1 said can't be taken in: Report" in caplog.text
