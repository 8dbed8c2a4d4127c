"""What hosts report becomes observations: forward only, and late words change nothing."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from seaway.core.logs import LogGroup
from seaway.core.moment import Moment
from seaway.core.service import Deployment
from seaway.core.task import Container, Health, Sandbox, Task, TaskStatus
from seaway.core.task_definition import HealthCheck
from seaway.dispatch.inbox import Inbox, observe
from seaway.link.messages import LogBatch, LogStream, Refused, Report
from seaway.store.resident import Resident
from seaway.store.sqlite import SqliteStore
from tests.builders import a_container, a_deployment, a_service, a_task, a_task_definition

NOW = Moment(100.0, bytes)
RUNNING = a_task(host="host-1", last_status=TaskStatus.RUNNING, started_at=50.0)


def seen(task: Task, report: Report, checked: bool = False) -> Task:
    """The task after a report."""
    check = HealthCheck(command=("CMD", "true"))
    container = a_container(health_check=check if checked else None)
    store = Resident()
    with store.transaction() as tx:
        tx.put(a_task_definition(containers=(container,)))
        tx.put(task)
        observe(tx, report, NOW)
        found = tx.find(Task, task.arn)
    assert found is not None
    return found


def report(status: TaskStatus, **more: object) -> Report:
    return Report(task=RUNNING.arn, status=status, **more)  # type: ignore[arg-type]


def test_a_status_moves_forward_and_the_version_with_it() -> None:
    after = seen(RUNNING, report(TaskStatus.STOPPING, stopping_at=99.0))
    assert (after.last_status, after.stopping_at) == (TaskStatus.STOPPING, 99.0)
    assert after.version == RUNNING.version + 1


def test_a_status_never_moves_back() -> None:
    leaving = replace(RUNNING, last_status=TaskStatus.DEACTIVATING)
    assert seen(leaving, report(TaskStatus.RUNNING)).last_status is TaskStatus.DEACTIVATING


def test_the_same_report_again_changes_nothing() -> None:
    once = seen(RUNNING, report(TaskStatus.RUNNING, started_at=50.0))
    assert once == RUNNING


def test_times_and_namespaces_once_reported_stay() -> None:
    boxes = (Sandbox(container="web", path="/run/ns"),)
    known = replace(RUNNING, sandboxes=boxes, pull_started_at=40.0)
    after = seen(known, report(TaskStatus.STOPPING))
    assert (after.sandboxes, after.pull_started_at, after.started_at) == (boxes, 40.0, 50.0)


def test_connectivity_begins_with_the_first_namespace() -> None:
    boxes = (Sandbox(container="web", path="/run/ns"),)
    pending = replace(RUNNING, last_status=TaskStatus.PENDING)
    after = seen(pending, report(TaskStatus.ACTIVATING, sandboxes=boxes))
    assert after.connectivity_at == 100.0


def test_a_task_that_ended_by_itself_is_wanted_no_more_and_may_stop() -> None:
    ended = report(TaskStatus.STOPPING, stop_code="EssentialContainerExited", reason="it exited")
    after = seen(RUNNING, ended)
    assert after.desired_status is TaskStatus.STOPPED
    assert (after.stop_code, after.stopped_reason) == ("EssentialContainerExited", "it exited")
    assert after.may_stop


def test_who_asked_first_for_the_stop_keeps_the_word() -> None:
    asked = replace(RUNNING, stop_code="UserInitiated", stopped_reason="enough", stop_asked_at=90.0)
    ended = report(TaskStatus.STOPPING, stop_code="EssentialContainerExited", reason="it exited")
    after = seen(asked, ended)
    assert (after.stop_code, after.stopped_reason) == ("UserInitiated", "enough")
    assert after.stop_asked_at == 90.0


def test_a_report_about_a_stopped_or_unknown_task_is_late() -> None:
    stopped = replace(RUNNING, last_status=TaskStatus.STOPPED)
    assert seen(stopped, report(TaskStatus.RUNNING)) is stopped
    store = Resident()
    with store.transaction() as tx:
        observe(tx, report(TaskStatus.RUNNING), NOW)
        assert tx.where(Task) == []


def test_a_stop_without_a_time_has_this_one() -> None:
    assert seen(RUNNING, report(TaskStatus.STOPPED)).stopped_at == 100.0


@pytest.mark.parametrize("health", list(Health))
def test_a_task_is_as_healthy_as_its_essential_container_that_is_checked(health: Health) -> None:
    containers = (Container(name="web", health=health), Container(name="side"))
    after = seen(RUNNING, report(TaskStatus.RUNNING, containers=containers), checked=True)
    assert after.health is health


def test_without_a_check_nothing_is_known_of_its_health() -> None:
    containers = (Container(name="web", health=Health.HEALTHY),)
    after = seen(RUNNING, report(TaskStatus.RUNNING, containers=containers))
    assert after.health is Health.UNKNOWN


def test_refused_direct_calls_are_counted_and_written_to_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = SqliteStore(tmp_path / "seaway.db")
    store.open()
    try:
        served = replace(RUNNING, service=a_service("cats").arn)
        with store.transaction() as tx:
            tx.put(served)
        inbox = Inbox(store, lambda: NOW, "000000000000")
        for count in (2, 3):
            refused = Refused(task=served.arn, port=80, source="10.0.0.9", count=count)
            inbox.take("host-1", refused)
        inbox.take("host-1", Refused(task="gone", port=80, source="10.0.0.9", count=1))
        asyncio.run(store.series.flushed())
        (metric,) = store.series.metrics(namespace="Seaway/Mesh")
        counted = [one.sum for one in store.series.statistics(metric, 0, 200, 60)]
    finally:
        store.close()
    assert metric.name == "DirectCallsDenied"
    assert metric.dimensions == (("ClusterName", "default"), ("ServiceName", "cats"))
    assert counted == [5]
    assert "10.0.0.9 may not call service cats" in caplog.text


def test_a_stream_is_there_before_its_first_line(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "seaway.db")
    store.open()
    stream = LogStream(container="web", region="us-east-1", group="/web", stream="web/1")
    group = "arn:aws:logs:us-east-1:000000000000:log-group:/web"
    try:
        with store.transaction() as tx:
            tx.put(LogGroup(arn=group, name="/web", region="us-east-1", created_at=1.0))
        Inbox(store, lambda: NOW, "000000000000").take("host-1", LogBatch(stream=stream, lines=()))
        asyncio.run(store.series.flushed())
        found = store.series.streams(group)
    finally:
        store.close()
    assert [(one.name, one.stored_bytes) for one in found] == [("web/1", 0)]


def test_a_deployment_keeps_to_the_images_its_first_task_found() -> None:
    service = a_service()
    deployment = a_deployment(service)
    store = Resident()
    tasks = [a_task(n, service=service.arn, deployment=deployment.id) for n in (1, 2)]
    with store.transaction() as tx:
        for noun in (a_task_definition(), service, deployment, *tasks):
            tx.put(noun)
        for task, digest in zip(tasks, ("sha256:1", "sha256:2"), strict=True):
            container = Container(name="web", image_digest=digest)
            observe(
                tx, Report(task=task.arn, status=TaskStatus.PENDING, containers=(container,)), NOW
            )
        (after,) = tx.where(Deployment)
    assert after.images == (("web", "sha256:1"),)
