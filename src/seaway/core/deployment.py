"""How a service moves, one safe step at a time, from the tasks there are to the tasks wanted."""

from __future__ import annotations

import math
from collections import Counter
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
    places: tuple[str, ...] = ()
    """The container instances (by ARN) that the tasks to start are for, one each; of a DAEMON."""
    zone: str | None = None
    """The availability zone that the one task to start is for, to even out the zones."""
    protected: int = 0
    """Tasks that would go but for their protection from scale-in."""


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
    protected: frozenset[str] = frozenset(),
) -> Rollout:
    """Never more alive than maximumPercent, never fewer healthy than minimumHealthyPercent.

    ``healthy`` are the ARNs that count as healthy now, ``unhealthy`` those whose checks have
    failed for good; the rest are on their way up. (API: DeploymentConfiguration.) ``leaving`` are
    those whose container instance drains: they are replaced as if they were of an old revision.
    ``protected`` ones stay unless they fail (API: UpdateTaskProtection).
    """
    alive = [task for task in tasks if task.is_alive]
    here = [t for t in alive if t.deployment == primary.id and t.arn not in leaving]
    # A task on its way to even out the zones comes on top until it can take over.
    current = [t for t in here if t.zone_wanted is None or t.arn in healthy]
    staying = {task.arn for task in here}
    old = [task for task in alive if task.arn not in staying]
    failing = [task for task in here if task.arn in unhealthy]
    missing = service.desired_count - (len(current) - sum(1 for t in failing if t in current))
    start = max(0, min(missing, most_alive(service) - len(alive)))
    free = [task for task in current if task.arn not in protected or task.arn in unhealthy]
    stop = _surplus(service, current, free, healthy, unhealthy)
    kept = min(len(current) - service.desired_count, len(current) - len(free))
    if not stop:
        loose = [task for task in old if task.arn not in protected]
        stop, kept = _outgoing(service, alive, loose, healthy), max(kept, len(old) - len(loose))
    if not stop and failing and not start:
        stop = _failing(service, current, failing, healthy, len(alive))
    stuck = bool(old) and missing > 0 and not start and not stop and _all_settled(current, healthy)
    return Rollout(start=start, stop=tuple(stop), stuck=stuck, protected=max(0, kept))


def _all_settled(current: Iterable[Task], healthy: frozenset[str]) -> bool:
    return all(task.arn in healthy for task in current)


def _surplus(
    service: Service,
    current: list[Task],
    free: list[Task],
    healthy: frozenset[str],
    unhealthy: frozenset[str],
) -> list[Task]:
    """Scale-in among the ``free``: what is least worth goes first.

    Failed ones, then those not yet healthy, then of the fullest zone, of the fullest instance,
    the newest: so what stays is spread as evenly as what was there (ECS guide: task placement
    strategies). Each one that goes changes what is fullest.
    """
    extra = len(current) - max(service.desired_count, 0)
    replacing = sum(1 for task in current if task.arn in unhealthy)
    if extra <= 0 or (
        replacing and len(healthy & {t.arn for t in current}) < service.desired_count
    ):
        return []
    zones = Counter(task.zone for task in current)
    instances = Counter(task.instance for task in current)

    def worth(task: Task) -> tuple[bool, bool, int, int, float, str]:
        return (
            task.arn not in unhealthy,
            task.arn in healthy,
            -zones[task.zone],
            -instances[task.instance],
            -task.created_at,
            task.arn,
        )

    going: list[Task] = []
    left = list(free)
    while left and len(going) < extra:
        task = min(left, key=worth)
        left.remove(task)
        going.append(task)
        zones[task.zone] -= 1
        instances[task.instance] -= 1
    return going


def _outgoing(
    service: Service, alive: list[Task], old: list[Task], healthy: frozenset[str]
) -> list[Task]:
    """Old tasks that may go: those that serve nobody at once, the others above the minimum."""
    idle = [task for task in old if task.arn not in healthy]
    serving = [task for task in old if task.arn in healthy]
    spare = sum(1 for task in alive if task.arn in healthy) - fewest_healthy(service)
    serving.sort(key=lambda task: task.created_at)
    return idle + serving[: max(0, spare)]


def plan_daemon(
    service: Service,
    primary: Deployment,
    tasks: Sequence[Task],
    instances: Sequence[str],
    healthy: frozenset[str],
    unhealthy: frozenset[str] = frozenset(),
    leaving: frozenset[str] = frozenset(),
) -> Rollout:
    """One task on each of these container instances (by ARN), never two; old ones go first.

    ``leaving`` are tasks on instances that drain and still have other work: theirs goes last.
    Never fewer are healthy than minimumHealthyPercent of the instances, also when tasks leave
    instances they are no longer for; the maximum is always 100 percent.
    (API: CreateService.schedulingStrategy DAEMON.)
    """
    alive = [task for task in tasks if task.is_alive]
    wanted, held = set(instances), set[str]()
    going, strays = list[Task](), list[Task]()
    for task in sorted(alive, key=lambda t: (t.deployment != primary.id, t.created_at)):
        place = task.instance or task.wanted_instance or ""
        if task.arn in leaving:
            continue
        if task.arn in unhealthy or place in held:
            going.append(task)
        elif place not in wanted:
            strays.append(task)
        else:
            held.add(place)
    gone = {task.arn for task in (*going, *strays)}
    staying = [task for task in alive if task.arn not in gone and task.arn not in leaving]
    old = [task for task in staying if task.deployment != primary.id]
    fewest = math.ceil(len(wanted) * service.rollout.minimum_healthy_percent / 100)
    serving = sum(1 for task in staying if task.arn in healthy)
    going += [task for task in strays if task.arn not in healthy]
    well = [task for task in strays if task.arn in healthy]
    going += well[: max(0, serving + len(well) - fewest)]
    idle = [task for task in old if task.arn not in healthy]
    spare = [task for task in old if task.arn in healthy][: max(0, serving - fewest)]
    occupied = {task.instance or task.wanted_instance for task in alive}
    places = tuple(arn for arn in instances if arn not in occupied)
    stop = (*going, *idle, *spare)
    stuck = bool(old) and not places and not stop and len(held) == len(wanted)
    stuck = stuck and all(t.arn in healthy for t in staying)
    return Rollout(start=len(places), places=places, stop=stop, stuck=stuck)


def zone_to_even_out(
    service: Service,
    primary: Deployment,
    tasks: Sequence[Task],
    healthy: frozenset[str],
    zones: Iterable[str],
) -> str | None:
    """The availability zone that should get a task more; None when the zones are even enough.

    Only while nothing else moves: everything of the primary deployment, healthy, as many as
    desired. One task is started in the poorest zone; once it serves, scale-in takes one of the
    richest. (ECS guide: balancing a service across Availability Zones.)
    """
    alive = [task for task in tasks if task.is_alive]
    if service.zone_rebalancing != "ENABLED" or most_alive(service) <= len(alive):
        return None
    if len(alive) != service.desired_count or not all(
        task.deployment == primary.id and task.arn in healthy for task in alive
    ):
        return None
    counts = Counter(dict.fromkeys(zones, 0))
    if len(counts) < 2 or not spreads_over_zones(service):
        return None
    counts.update(task.zone for task in alive if task.zone)
    poorest = min(counts, key=lambda zone: (counts[zone], zone))
    return poorest if max(counts.values()) - counts[poorest] > 1 else None


ZONE_FIELDS = ("attribute:ecs.availability-zone", "ecs.availability-zone")


def spreads_over_zones(service: Service) -> bool:
    """Whether its tasks are to be spread over zones before anything else."""
    first = next(iter(service.placement_strategy), None)
    bound = any(ZONE_FIELDS[0] in text for _, text in service.placement_constraints)
    return not bound and (first is None or (first[0] == "spread" and first[1] in ZONE_FIELDS))


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
