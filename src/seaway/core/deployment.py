"""How a service moves, one safe step at a time, from the tasks there are to the tasks wanted."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from seaway.core.discovery import NamedEndpoint
from seaway.core.service import Deployment, Service
from seaway.core.task import Health, Task, TaskStatus

SETTLE_SECONDS = 5.0
"""How long a task without any check has to run before it counts as healthy (AWS: 40 s)."""

LONGEST_BACK_OFF = 900.0
"""Seconds; AWS: service throttle logic, 15 minutes at most."""

SHORT_LIFE = 10.0
"""A task that ran for fewer seconds than this is started again with a pause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """One safe step. Applying it twice does no harm."""

    start: int = 0
    stop: tuple[Task, ...] = ()
    stuck: bool = False
    """A deployment is under way and the percentages allow neither a start nor a stop."""


def most_alive(service: Service) -> int:
    """The most tasks that may be alive at once: desired × maximumPercent, rounded down."""
    return service.desired_count * service.rollout.maximum_percent // 100


def fewest_healthy(service: Service) -> int:
    """The fewest that must stay healthy: desired × minimumHealthyPercent, rounded up."""
    return math.ceil(service.desired_count * service.rollout.minimum_healthy_percent / 100)


def plan_rollout(
    service: Service,
    primary: Deployment,
    tasks: Sequence[Task],
    healthy: frozenset[str],
    unhealthy: frozenset[str] = frozenset(),
    leaving: frozenset[str] = frozenset(),
) -> Rollout:
    """Never more alive than maximumPercent, never fewer healthy than minimumHealthyPercent.

    ``healthy`` are the ARNs that count as healthy now, ``unhealthy`` those whose checks have
    failed for good; the rest are on their way up. (API: DeploymentConfiguration.) ``leaving`` are
    those whose container instance drains: they are replaced as if they were of an old revision.
    """
    alive = [task for task in tasks if task.is_alive]
    current = [t for t in alive if t.deployment == primary.id and t.arn not in leaving]
    staying = {task.arn for task in current}
    old = [task for task in alive if task.arn not in staying]
    failing = [task for task in current if task.arn in unhealthy]
    missing = service.desired_count - (len(current) - len(failing))
    start = max(0, min(missing, most_alive(service) - len(alive)))
    stop = _surplus(service, current, healthy, unhealthy)
    if not stop:
        stop = _outgoing(service, alive, old, healthy)
    if not stop and failing and not start:
        stop = _failing(service, current, failing, healthy, len(alive))
    stuck = bool(old) and missing > 0 and not start and not stop and _all_settled(current, healthy)
    return Rollout(start=start, stop=tuple(stop), stuck=stuck)


def _all_settled(current: Iterable[Task], healthy: frozenset[str]) -> bool:
    return all(task.arn in healthy for task in current)


def _surplus(
    service: Service, current: list[Task], healthy: frozenset[str], unhealthy: frozenset[str]
) -> list[Task]:
    """Scale-in: what is least worth goes first – failed, not yet healthy, most crowded, newest."""
    extra = len(current) - max(service.desired_count, 0)
    replacing = sum(1 for task in current if task.arn in unhealthy)
    if extra <= 0 or (
        replacing and len(healthy & {t.arn for t in current}) < service.desired_count
    ):
        return []
    crowd: dict[str | None, int] = {}
    for task in current:
        crowd[task.instance] = crowd.get(task.instance, 0) + 1

    def worth(task: Task) -> tuple[bool, bool, int, float]:
        return (
            task.arn not in unhealthy,
            task.arn in healthy,
            -crowd[task.instance],
            -task.created_at,
        )

    return sorted(current, key=worth)[:extra]


def _outgoing(
    service: Service, alive: list[Task], old: list[Task], healthy: frozenset[str]
) -> list[Task]:
    """Old tasks that may go: those that serve nobody at once, the others above the minimum."""
    idle = [task for task in old if task.arn not in healthy]
    serving = [task for task in old if task.arn in healthy]
    spare = sum(1 for task in alive if task.arn in healthy) - fewest_healthy(service)
    serving.sort(key=lambda task: task.created_at)
    return idle + serving[: max(0, spare)]


def _failing(
    service: Service,
    current: list[Task],
    failing: list[Task],
    healthy: frozenset[str],
    alive: int,
) -> list[Task]:
    """Failed tasks go when their replacements serve, or one by one when there is no room."""
    if sum(1 for task in current if task.arn in healthy) >= service.desired_count:
        return failing
    return failing[:1] if alive >= most_alive(service) else []


def is_settled(service: Service, primary: Deployment, tasks: Sequence[Task]) -> bool:
    """The service runs exactly what it should, all of the primary deployment."""
    alive = [task for task in tasks if task.is_alive]
    return len(alive) == service.desired_count and all(
        task.deployment == primary.id and task.is_running for task in alive
    )


def is_healthy(task: Task, *, checked: bool, targets_healthy: bool | None, now: float) -> bool:
    """Whether a task counts for minimumHealthyPercent.

    ``checked``: an essential container has a health check. ``targets_healthy``: all of the
    task's targets are healthy; None when it has no load balancer. (API:
    DeploymentConfiguration.minimumHealthyPercent.)
    """
    if not task.is_running or task.started_at is None:
        return False
    if checked and task.health is not Health.HEALTHY:
        return False
    if targets_healthy is not None:
        return targets_healthy
    return checked or now >= task.started_at + SETTLE_SECONDS


def consecutive_failures(stopped: Sequence[Task], running: bool) -> int:
    """Tasks in a row that stopped without ever running; 0 once one runs (API: failedTasks)."""
    if running:
        return 0
    failures = 0
    for task in sorted(stopped, key=_end, reverse=True):
        if task.started_at is not None:
            break
        if task.stop_code == "TaskFailedToStart":
            failures += 1
    return failures


def _end(task: Task) -> float:
    return task.stopped_at or 0.0


def next_start(stopped: Sequence[Task], succeeded_at: float = 0.0) -> float:
    """When a deployment may start tasks again (epoch seconds): failures in a row push it back.

    ``succeeded_at`` is when the youngest task that runs was started: failures before that are
    forgotten, later ones count although it runs.

    Tasks that never ran wait 0, 10, 20, 40 … seconds; tasks that ran but died young 0, 1, 2, 4
    … up to a minute, so that a crash loop does not eat the machine.
    """
    never_ran = consecutive_failures([t for t in stopped if _end(t) > succeeded_at], running=False)
    ended = [task for task in stopped if task.stopped_at is not None]
    if not ended:
        return 0.0
    last = max(_end(task) for task in ended)
    if never_ran:
        wait = 0.0 if never_ran == 1 else 10.0 * 2.0 ** min(never_ran - 2, 10)
        return last + min(wait, LONGEST_BACK_OFF)
    young = 0
    for task in sorted(ended, key=_end, reverse=True):
        died_alone = task.stop_code == "EssentialContainerExited"
        if not died_alone or _end(task) - (task.started_at or 0.0) > SHORT_LIFE:
            break
        young += 1
    return last if young <= 1 else last + min(2.0 ** min(young - 2, 6), 60.0)


def port_name_of(deployment: Deployment | None, endpoint: NamedEndpoint) -> str:
    """The port by which a deployment's tasks serve an endpoint.

    While a deployment that names another port rolls out, the old tasks go on serving by theirs.
    """
    connect = deployment.connect if deployment else None
    for entry in connect.services if connect else ():
        if entry.name == endpoint.discovery_name:
            return entry.port_name
    return endpoint.port_name


def ingress_port_of(deployment: Deployment | None, endpoint: NamedEndpoint) -> int | None:
    """The ingressPortOverride at which a deployment's tasks serve an endpoint, if there is one."""
    connect = deployment.connect if deployment else None
    for entry in connect.services if connect else ():
        if entry.name == endpoint.discovery_name:
            return entry.ingress_port
    return None


def breaker_threshold(desired: int) -> int:
    """Failures that trip the deployment circuit breaker: half of desired, from 3 to 200."""
    return min(max(math.ceil(desired / 2), 3), 200)


def counts(tasks: Iterable[Task], deployment: str) -> tuple[int, int]:
    """How many of a deployment's tasks are running and pending (API: Deployment)."""
    running = pending = 0
    for task in tasks:
        if task.deployment != deployment or task.desired_status is not TaskStatus.RUNNING:
            continue
        if task.last_status is TaskStatus.RUNNING:
            running += 1
        elif task.last_status.rank < TaskStatus.RUNNING.rank:
            pending += 1
    return running, pending
