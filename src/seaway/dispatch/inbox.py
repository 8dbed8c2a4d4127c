"""What hosts report becomes observations in the store; statuses only move forward."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

from seaway.core.capacity import Host
from seaway.core.image_names import found
from seaway.core.logs import LogGroup, log_group_arn
from seaway.core.moment import Moment
from seaway.core.names import Place, last_part, place_of
from seaway.core.service import Deployment
from seaway.core.task import Container, Health, Task, TaskStatus
from seaway.core.task_definition import TaskDefinition
from seaway.dispatch.usage import Usages
from seaway.link.messages import (
    FromHost,
    Hello,
    LogBatch,
    PlanProblem,
    Refused,
    Report,
    Usage,
)
from seaway.store.series import Merge, Metric, value_of
from seaway.store.sqlite import SqliteStore
from seaway.store.transaction import Transaction

log = logging.getLogger(__name__)


class Inbox:
    """Takes in what hosts say. ``account`` owns the log groups that containers write to."""

    def __init__(self, store: SqliteStore, moment: Callable[[], Moment], account: str) -> None:
        self._store = store
        self._moment = moment
        self._account = account
        self._usages = Usages()

    def take(self, host: str, message: FromHost) -> None:
        """One message of a host."""
        match message:
            case Hello():
                with self._store.transaction() as tx:
                    tx.put(_host(message, self._moment().now))
            case Report():
                with self._store.transaction() as tx:
                    observe(tx, message, self._moment())
            case LogBatch():
                self._keep_lines(message)
            case Usage():
                self._keep_usage(message)
            case PlanProblem():
                log.error("%s: %s", message.subject, message.message)
            case Refused():
                self._keep_refusal(message)

    def _keep_lines(self, batch: LogBatch) -> None:
        place = Place(account=self._account, region=batch.stream.region)
        group = log_group_arn(place, batch.stream.group)
        with self._store.transaction() as tx:
            if tx.find(LogGroup, group) is None:
                return  # deleted while its containers go on
            tx.series.put_events(
                group,
                batch.stream.stream,
                [(line.at, line.text) for line in batch.lines],
                int(self._moment().now * 1000),
            )

    def _keep_refusal(self, refused: Refused) -> None:
        """Somebody who may not call a service has dialled a task of it directly."""
        with self._store.transaction() as tx:
            task = tx.find(Task, refused.task)
            if task is None or task.service is None:
                return
            cluster, service = last_part(task.cluster), last_part(task.service)
            metric = Metric(
                namespace="Seaway/Mesh",
                name="DirectCallsDenied",
                dimensions=(("ClusterName", cluster), ("ServiceName", service)),
                region=place_of(task.arn).region,
            )
            at = int(self._moment().now // 60) * 60
            point = value_of(metric, at, float(refused.count), "Count", Merge.COUNT)
            tx.series.put_points([point])
        log.warning(
            "%s may not call service %s: %d direct connections to port %d of task %s refused",
            refused.source,
            service,
            refused.count,
            refused.port,
            task.id,
        )

    def _keep_usage(self, usage: Usage) -> None:
        with self._store.transaction() as tx:
            tx.series.put_points(self._usages.points_of(tx, usage, self._moment().now))


def _host(hello: Hello, now: float) -> Host:
    return Host(
        id=hello.host,
        cpu=hello.cpu,
        memory=hello.memory,
        architecture=hello.architecture,
        engine=hello.engine,
        connected=True,
        seen_at=now,
    )


def observe(tx: Transaction, report: Report, moment: Moment) -> None:
    """Write down what a host saw of a task. A report about an unknown or stopped task is late."""
    task = tx.find(Task, report.task)
    if task is None or task.last_status is TaskStatus.STOPPED:
        return
    status = _further(task, report.status)
    seen = replace(
        task,
        last_status=status,
        containers=report.containers,
        sandboxes=report.sandboxes or task.sandboxes,
        pull_started_at=report.pull_started_at or task.pull_started_at,
        pull_stopped_at=report.pull_stopped_at or task.pull_stopped_at,
        started_at=report.started_at or task.started_at,
        stopping_at=report.stopping_at or task.stopping_at,
        execution_stopped_at=report.execution_stopped_at or task.execution_stopped_at,
        stopped_at=report.stopped_at or task.stopped_at,
        health=_health(tx, task, report.containers),
        listening=task.listening if report.listening is None else report.listening,
    )
    if report.sandboxes and seen.connectivity_at is None:
        seen = replace(seen, connectivity_at=moment.now)
    if status is TaskStatus.STOPPED and seen.stopped_at is None:
        seen = replace(seen, stopped_at=moment.now)
    if report.stop_code is not None:
        seen = _ended_by_itself(seen, report, moment)
    if seen != task:
        tx.put(replace(seen, version=task.version + 1))
        _keep_images(tx, seen)


def _keep_images(tx: Transaction, task: Task) -> None:
    """The images a deployment's first task runs are those of all its tasks."""
    deployment = tx.find(Deployment, task.deployment or "")
    if deployment is not None:
        images = found(deployment.images, task.containers)
        if images != deployment.images:
            tx.put(replace(deployment, images=images))


def _further(task: Task, reported: TaskStatus) -> TaskStatus:
    """The later of what is known and what is reported; DEACTIVATING is the control plane's word."""
    return reported if reported.rank > task.last_status.rank else task.last_status


def _ended_by_itself(task: Task, report: Report, moment: Moment) -> Task:
    return replace(
        task,
        desired_status=TaskStatus.STOPPED,
        stop_code=task.stop_code or report.stop_code,
        stopped_reason=task.stopped_reason or report.reason,
        stop_asked_at=task.stop_asked_at or moment.now,
        may_stop=True,
    )


def _health(tx: Transaction, task: Task, containers: tuple[Container, ...]) -> Health:
    """Any essential container UNHEALTHY, else any UNKNOWN, else HEALTHY (API: HealthCheck)."""
    definition = tx.find(TaskDefinition, task.task_definition)
    if definition is None:
        return Health.UNKNOWN
    checked = {c.name for c in definition.containers if c.essential and c.health_check}
    verdicts = {c.health for c in containers if c.name in checked}
    if not checked or not containers:
        return Health.UNKNOWN
    for verdict in (Health.UNHEALTHY, Health.UNKNOWN):
        if verdict in verdicts:
            return verdict
    return Health.HEALTHY
