"""Keeps a capacity provider's Auto Scaling group as large as its tasks need: managed scaling."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from seaway.core.agent_settings import attributes_in
from seaway.core.capacity import ContainerInstance, Host
from seaway.core.cluster import CapacityProvider
from seaway.core.compute import INSTANCE_TYPES, AutoScalingGroup, Instance
from seaway.core.joining import CAPABILITIES
from seaway.core.managed_scaling import (
    SCALE_IN_AFTER,
    instances_needed,
    reservation,
    wanted_size,
)
from seaway.core.moment import Moment
from seaway.core.names import place_of
from seaway.core.service import Service
from seaway.core.task import Task
from seaway.core.task_definition import TaskDefinition
from seaway.reconcile.daemons import is_daemon
from seaway.reconcile.instances import launched
from seaway.store.changes import Change
from seaway.store.occupancy import candidate, tasks_on
from seaway.store.transaction import Transaction

MOST_AT_ONCE = 100
"""Instances thought of in one look; when more are needed the next look adds them."""


def keys_of(change: Change) -> Iterable[str]:
    """The capacity providers (by ARN) whose tasks or machines a change concerns."""
    noun = change.either
    match noun:
        case CapacityProvider():
            yield noun.arn
        case Task() | ContainerInstance() if noun.capacity_provider is not None:
            yield place_of(noun.arn).arn("ecs", f"capacity-provider/{noun.capacity_provider}")
        case AutoScalingGroup():
            yield noun.arn
        case Instance() if noun.group is not None:
            yield noun.group
        case _:
            pass


def all_keys(tx: Transaction) -> Iterable[str]:
    """Every capacity provider."""
    return [provider.arn for provider in tx.where(CapacityProvider)]


def reconcile(tx: Transaction, key: str, moment: Moment) -> float | None:
    """One look at a provider, or at the one of a group (by ARN); when to look again."""
    provider = tx.find(CapacityProvider, key)
    if provider is None:
        provider = next(iter(tx.where(CapacityProvider, group=key)), None)
    group = tx.find(AutoScalingGroup, provider.group) if provider is not None else None
    if provider is None or group is None or group.status or not provider.managed_scaling:
        return None
    instances, members = _machines(tx, group)
    busy = _busy(tx, members)
    if provider.managed_termination_protection:
        for instance in instances:
            if instance.protected is not (instance.id in busy):
                tx.put(replace(instance, protected=instance.id in busy))
    needed = _needed(tx, provider, group, len(instances), members, len(busy))
    return _resize(tx, provider, group, len(instances), needed, moment)


def reserved(tx: Transaction, provider: CapacityProvider) -> float | None:
    """Its CapacityProviderReservation now, in percent; None when nobody manages its scaling."""
    group = tx.find(AutoScalingGroup, provider.group)
    if group is None or group.status or not provider.managed_scaling:
        return None
    instances, members = _machines(tx, group)
    there, busy = len(instances), len(_busy(tx, members))
    return reservation(_needed(tx, provider, group, there, members, busy), there)


def _machines(
    tx: Transaction, group: AutoScalingGroup
) -> tuple[list[Instance], list[ContainerInstance]]:
    """The group's instances that stay, and those of them that are in a cluster."""
    instances = [i for i in tx.where(Instance, group=group.arn) if i.alive and not i.leaving]
    return instances, [m for i in instances for m in tx.where(ContainerInstance, instance_id=i.id)]


def _busy(tx: Transaction, members: list[ContainerInstance]) -> set[str]:
    """The ids of the instances that have work."""
    return {member.instance_id for member in members if _has_work(tx, member)}


def _needed(
    tx: Transaction,
    provider: CapacityProvider,
    group: AutoScalingGroup,
    there: int,
    members: list[ContainerInstance],
    busy: int,
) -> int:
    """How many instances would carry what runs on them and what waits for them."""
    waiting = [
        (task, definition)
        for task in _waiting(tx, provider)
        if (definition := tx.find(TaskDefinition, task.task_definition)) is not None
    ]
    usable = [candidate(tx, member) for member in members if member.status == "ACTIVE"]
    fresh = _fresh(tx, group, provider, min(len(waiting) + there - len(members), MOST_AT_ONCE))
    return instances_needed(busy, usable, fresh, waiting)


def _resize(
    tx: Transaction,
    provider: CapacityProvider,
    group: AutoScalingGroup,
    there: int,
    needed: int,
    moment: Moment,
) -> float | None:
    size = max(group.minimum, min(group.maximum, wanted_size(provider, needed, there)))
    since = provider.idle_since
    if size >= there:
        tx.put(replace(provider, idle_since=None))
        if size > group.desired:
            tx.put(replace(group, desired=size))
        return None
    if since is None:
        since = moment.now
        tx.put(replace(provider, idle_since=since))
    # What was launched just now may still get its first tasks.
    youngest = max((i.launched_at for i in tx.where(Instance, group=group.arn)), default=0.0)
    due = max(since + SCALE_IN_AFTER, youngest + provider.instance_warmup)
    if moment.now < due:
        return due
    tx.put(replace(provider, idle_since=None))
    tx.put(replace(group, desired=size))
    return None


def _waiting(tx: Transaction, provider: CapacityProvider) -> list[Task]:
    place = place_of(provider.arn)
    return [
        task
        for task in tx.where(Task, host=None)
        if task.capacity_provider == provider.name and task.is_alive and place_of(task.arn) == place
    ]


def _has_work(tx: Transaction, member: ContainerInstance) -> bool:
    """Whether it has a task that is not a daemon's."""
    for task in tasks_on(tx, member):
        service = tx.find(Service, task.service or "")
        if service is None or not is_daemon(service):
            return True
    return False


def _fresh(
    tx: Transaction, group: AutoScalingGroup, provider: CapacityProvider, count: int
) -> list[ContainerInstance]:
    """Instances as the group would launch them, in the zones where it would."""
    recipe = launched(tx, group)
    kind = INSTANCE_TYPES.get(recipe.type) if recipe is not None else None
    host = next((host for host in tx.where(Host) if host.connected), None)
    if recipe is None or kind is None:
        return []
    zones = group.zones or ("",)
    attributes = (
        ("ecs.instance-type", kind.name),
        ("ecs.os-type", "linux"),
        ("ecs.cpu-architecture", host.architecture if host else kind.architecture),
        *((name, None) for name in CAPABILITIES),
        *attributes_in(recipe.user_data),
    )
    return [
        ContainerInstance(
            arn=f"{group.arn}/{number}",
            cluster="",
            registered_at=0.0,
            instance_id="",
            host="to come",
            zone=zones[number % len(zones)],
            cpu=kind.cpu_units,
            memory=kind.task_memory,
            capacity_provider=provider.name,
            attributes=attributes,
        )
        for number in range(max(0, count))
    ]
