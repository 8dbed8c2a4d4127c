"""Settles a service: its deployments move towards what was asked, one safe step at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from seaway.core.alarm import Alarm
from seaway.core.balancer import Target
from seaway.core.capacity import ContainerInstance
from seaway.core.connect_rules import unused_discovery
from seaway.core.discovery import DiscoveryService, NamedEndpoint, Registration
from seaway.core.moment import Moment
from seaway.core.service import Deployment, RolloutState, Service
from seaway.core.service_deployment import DeploymentStatus, HookRun, ServiceDeployment
from seaway.core.task import Task, TaskStatus
from seaway.reconcile import daemons
from seaway.reconcile.announcing_services import service_acted
from seaway.reconcile.crews import Crew, settle
from seaway.reconcile.endings import stop as stop_process
from seaway.reconcile.events import tell
from seaway.reconcile.hooks import give_up
from seaway.reconcile.loop import Wake
from seaway.reconcile.planning import unbalanced
from seaway.reconcile.rollouts import latest
from seaway.reconcile.shifting import undirect
from seaway.reconcile.staffing import stop, stopping
from seaway.reconcile.stages import advance, guard, is_arrived
from seaway.reconcile.verdicts import judge
from seaway.store.changes import Change
from seaway.store.transaction import Transaction

__all__ = ["all_keys", "keys_of", "reconcile", "stopping"]


def keys_of(change: Change) -> Iterable[str]:
    """The services a change concerns; for an instance, a task or an alarm, those it touches."""
    noun = change.either
    match noun:
        case ContainerInstance() | Alarm():
            yield noun.arn
        case Service():
            yield noun.arn
        case Deployment() | ServiceDeployment() | HookRun():
            yield noun.service
        case Task() | Target() if noun.service is not None:
            yield noun.service
            if isinstance(noun, Task) and noun.stopped_at is not None and noun.instance:
                yield daemons.LEFT + noun.instance
        case Registration() if noun.task is not None:
            yield noun.task
        case _:
            pass


def all_keys(tx: Transaction) -> Iterable[str]:
    """Every service that is not gone."""
    return [service.arn for service in tx.where(Service) if service.status != "INACTIVE"]


def reconcile(tx: Transaction, key: str, moment: Moment) -> Wake:
    """One look at a service. Returns when to look again (epoch seconds), or None.

    The key of a container instance, a task or an alarm stands for the services it touches.
    """
    if ":service/" not in key:
        return {arn: _settle(tx, arn, moment) for arn in _touched(tx, key)}
    return _settle(tx, key, moment)


def _settle(tx: Transaction, key: str, moment: Moment) -> float | None:
    service = tx.find(Service, key)
    if service is None or service.status == "INACTIVE":
        return None
    service = daemons.counted(tx, service)
    tasks = tx.where(Task, service=key)
    deployments = [d for d in tx.where(Deployment, service=key) if d.status != "INACTIVE"]
    if service.status == "DRAINING":
        _wind_down(tx, service, deployments, tasks, moment)
        return None
    primary = next((d for d in deployments if d.status == "PRIMARY"), None)
    return None if primary is None else _move(tx, service, primary, tasks, moment)


def _touched(tx: Transaction, key: str) -> set[str]:
    """The services of an instance's tasks, of a task, or that an alarm watches."""
    if key.startswith(daemons.LEFT):
        found = daemons.left_alone(tx, key.removeprefix(daemons.LEFT))
    elif ":container-instance/" in key:
        found = [task.service for task in tx.where(Task, instance=key) if task.is_alive]
        found += daemons.of_cluster(tx, key)
        found += unbalanced(tx, key)
    elif ":task/" in key:
        task = tx.find(Task, key)
        found = [task.service] if task is not None else []
    else:
        alarm = tx.find(Alarm, key)
        under_way = tx.where(ServiceDeployment, status=DeploymentStatus.IN_PROGRESS)
        found = [
            process.service
            for process in under_way
            if alarm is not None and alarm.name in process.configuration.alarms.names
        ]
    return {service for service in found if service is not None}


def _move(
    tx: Transaction,
    service: Service,
    primary: Deployment,
    tasks: Sequence[Task],
    moment: Moment,
) -> float | None:
    verdicts = judge(tx, service, tasks, moment)
    process = latest(tx, service, primary, moment)
    if process.is_open:
        process = guard(tx, service, process, verdicts, moment)
    wakes = [verdicts.look_again]
    # What failed or was judged anew is written: look at it as it is now.
    service = tx.find(Service, service.arn) or service
    crew = Crew(tx, service, tx.where(Task, service=service.arn), verdicts, moment)
    process, wake = advance(crew, process)
    wakes.append(wake)
    service = tx.find(Service, service.arn) or service
    crew = replace(crew, service=service)
    deployments = tx.where(Deployment, service=service.arn)
    primary = next((d for d in deployments if d.status == "PRIMARY"), primary)
    blue = tx.find(Deployment, process.blue or "")
    green = tx.find(Deployment, process.target) or primary
    wakes.append(settle(crew, process, blue, green, primary))
    _retire(tx, service, process, moment)
    if not process.is_open:
        _note_steady(crew, primary)
    due = [wake for wake in wakes if wake is not None]
    return min(due) if due else None


def _retire(tx: Transaction, service: Service, process: ServiceDeployment, moment: Moment) -> None:
    """Deployments that have nothing left, and nothing to come, are history."""
    alive = {task.deployment for task in tx.where(Task, service=service.arn) if task.is_alive}
    if process.is_open:
        alive.update((process.blue, process.target))
    for old in tx.where(Deployment, service=service.arn):
        if old.status == "ACTIVE" and old.id not in alive:
            tx.put(replace(old, status="INACTIVE", updated_at=moment.now, finished_at=moment.now))


def _note_steady(crew: Crew, primary: Deployment) -> None:
    """Say when the service has reached a steady state, and forget it when it has left it."""
    tx, service, moment = crew.tx, crew.service, crew.moment
    primary = tx.find(Deployment, primary.id) or primary
    if primary.rollout_state is not RolloutState.COMPLETED:
        return
    crew = replace(crew, tasks=tx.where(Task, service=service.arn))
    if not is_arrived(crew, primary):
        if primary.steady_at is not None:
            tx.put(replace(primary, steady_at=None))
    elif primary.steady_at is None:
        _forget_names(tx, service, [primary])
        if tell(tx, service, "has reached a steady state.", moment):
            service_acted(tx, service, "INFO", "SERVICE_STEADY_STATE", moment)
        tx.put(replace(primary, steady_at=moment.now))


def _forget_names(tx: Transaction, service: Service, living: Sequence[Deployment]) -> None:
    """Remove the discovery services that no living deployment of the service offers any more."""
    for owned in unused_discovery(tx.where(DiscoveryService, owner=service.arn), living):
        for registration in tx.where(Registration, service=owned.arn):
            tx.drop(registration)
        endpoint = tx.find(NamedEndpoint, owned.arn)
        if endpoint is not None:
            tx.drop(endpoint)
        tx.drop(owned)


def _wind_down(
    tx: Transaction,
    service: Service,
    deployments: Sequence[Deployment],
    tasks: Sequence[Task],
    moment: Moment,
) -> None:
    """A deleted service: stop every task, then be INACTIVE."""
    for process in tx.where(ServiceDeployment, service=service.arn):
        if process.is_open:
            give_up(tx, process)
            stop_process(tx, process, moment)
    alive = [task for task in tasks if task.is_alive]
    if alive and deployments:
        stop(tx, service, deployments[0], alive, {}, moment)
    if any(task.last_status is not TaskStatus.STOPPED for task in tasks):
        return
    for deployment in deployments:
        tx.put(replace(deployment, status="INACTIVE", updated_at=moment.now))
    _forget_names(tx, service, [])
    undirect(tx, service)
    tx.put(replace(service, status="INACTIVE"))
