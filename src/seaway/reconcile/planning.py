"""A service's next safe step: what core decides, from what the store knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from seaway.core.capacity import ContainerInstance
from seaway.core.deployment import (
    Rollout,
    plan_rollout,
    spreads_over_zones,
    zone_to_even_out,
)
from seaway.core.moment import Moment
from seaway.core.network import Subnet
from seaway.core.service import Deployment, Service
from seaway.core.task import Task
from seaway.core.task_protection import protected_until
from seaway.reconcile import daemons
from seaway.reconcile.events import tell_once
from seaway.reconcile.verdicts import Verdicts, on_draining_instances
from seaway.store.transaction import Transaction

ZONE_PATIENCE = 60.0
"""Seconds a task that is to even out the zones waits for a place in its zone."""

ZONE_PAUSE = 600.0
"""Seconds until that is tried again after there was no place."""


def plan(
    tx: Transaction,
    service: Service,
    deployment: Deployment,
    tasks: Sequence[Task],
    verdicts: Verdicts,
    moment: Moment,
) -> tuple[Rollout, float | None]:
    """The next step of these tasks towards the deployment, and when to look again."""
    draining = on_draining_instances(tx, tasks)
    if daemons.is_daemon(service):
        return daemons.plan(tx, service, deployment, tasks, verdicts, draining), None
    ends = {t.arn: protected_until(t, moment.now) for t in tasks if t.is_alive}
    protected = {arn: end for arn, end in ends.items() if end is not None}
    rollout = plan_rollout(
        service,
        deployment,
        tasks,
        verdicts.healthy,
        frozenset(verdicts.unhealthy),
        draining,
        frozenset(protected),
    )
    wake = min(protected.values(), default=None)
    if rollout.protected:
        reason = f"{rollout.protected} tasks under protection"
        tell_once(tx, service, f"was unable to scale in due to (reason {reason}).", moment)
    if rollout.start or rollout.stop or draining or rollout.stuck:
        return rollout, wake
    evened, due = _evened(tx, service, deployment, tasks, verdicts, moment)
    return evened or rollout, min((at for at in (wake, due) if at is not None), default=None)


def _evened(
    tx: Transaction,
    service: Service,
    deployment: Deployment,
    tasks: Sequence[Task],
    verdicts: Verdicts,
    moment: Moment,
) -> tuple[Rollout | None, float | None]:
    """A step towards evenly filled zones, if one is due, and when to look again."""
    waiting = [t for t in tasks if t.is_alive and t.zone_wanted is not None and t.host is None]
    late = tuple(t for t in waiting if moment.now >= t.created_at + ZONE_PATIENCE)
    if late:
        return Rollout(stop=late), None
    if waiting:
        return None, min(task.created_at for task in waiting) + ZONE_PATIENCE
    zones = zones_for(tx, service, deployment)
    zone = zone_to_even_out(service, deployment, tasks, verdicts.healthy, zones)
    if zone is None:
        return None, None
    failed = [
        t.stop_asked_at or t.created_at
        for t in tasks
        if t.zone_wanted is not None and t.host is None
    ]
    again = max(failed, default=-ZONE_PAUSE) + ZONE_PAUSE
    if moment.now < again:
        return None, again
    return Rollout(start=1, zone=zone), None


def zones_for(tx: Transaction, service: Service, deployment: Deployment) -> set[str]:
    """The availability zones its tasks may be in: of its subnets, and where machines are."""
    network = deployment.network
    subnets = [tx.find(Subnet, name) for name in (network.subnets if network else ())]
    open_to = {subnet.zone for subnet in subnets if subnet is not None}
    fargate = deployment.launch_type == "FARGATE" or any(
        item.provider.startswith("FARGATE") for item in deployment.strategy
    )
    if fargate:
        return open_to
    machines = {
        instance.zone
        for instance in tx.where(ContainerInstance, cluster=service.cluster)
        if instance.status == "ACTIVE" and instance.connected and instance.zone
    }
    return machines & open_to if open_to else machines


def unbalanced(tx: Transaction, instance: str) -> list[str]:
    """The services that might move a task to the zone of an instance that has come (by ARN)."""
    machine = tx.find(ContainerInstance, instance)
    if machine is None or machine.status != "ACTIVE":
        return []
    found = []
    for service in tx.where(Service, cluster=machine.cluster):
        if service.zone_rebalancing != "ENABLED" or not spreads_over_zones(service):
            continue
        counts = Counter(t.zone for t in tx.where(Task, service=service.arn) if t.is_alive)
        if max(counts.values(), default=0) > counts[machine.zone] + 1:
            found.append(service.arn)
    return found


def starting_in(task: Task, rollout: Rollout, number: int) -> Task:
    """The ``number``th task of the step, bound to the instance or zone that it is started for."""
    if rollout.places:
        return replace(task, wanted_instance=rollout.places[number])
    return replace(task, zone_wanted=rollout.zone) if rollout.zone else task
