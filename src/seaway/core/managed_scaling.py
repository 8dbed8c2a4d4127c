"""Managed scaling: how many instances a capacity provider's Auto Scaling group should have."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from seaway.core.capacity import ContainerInstance, Room
from seaway.core.cluster import CapacityProvider
from seaway.core.placement import Candidate, Floor, Placement
from seaway.core.task import Task
from seaway.core.task_definition import TaskDefinition

SCALE_IN_AFTER = 900.0
"""Seconds of too little reservation before instances go (ECS guide: 15 minutes' data points)."""


def instances_needed(
    busy: int,
    candidates: Sequence[Candidate],
    fresh: Sequence[ContainerInstance],
    waiting: Iterable[tuple[Task, TaskDefinition]],
) -> int:
    """How many instances would carry the tasks there are and those that wait (AWS's M).

    ``busy`` of the instances have tasks already; ``candidates`` are all that can take some,
    ``fresh`` stand for what the group could launch. What waits is packed as tightly as can be.
    """
    empty = {c.instance.arn for c in candidates if not any(t.is_alive for t in c.tasks)}
    empty |= {instance.arn for instance in fresh}
    floor = Floor([*candidates, *(_as_new(instance) for instance in fresh)])
    used = set()
    for task, definition in waiting:
        packed = replace(task, placement_strategy=(("binpack", "memory"),))
        found = floor.place(packed, definition)
        if isinstance(found, Placement) and found.instance.arn in empty:
            used.add(found.instance.arn)
    return busy + len(used)


def _as_new(instance: ContainerInstance) -> Candidate:
    ports = frozenset(instance.reserved_ports)
    return Candidate(instance=instance, room=Room(instance.cpu, instance.memory, ports))


def reservation(needed: int, there: int) -> float:
    """The metric CapacityProviderReservation, in percent (AWS: M / N × 100)."""
    if there:
        return 100.0 * needed / there
    return 200.0 if needed else 100.0


def wanted_size(provider: CapacityProvider, needed: int, there: int) -> int:
    """The size that brings the reservation to its target, not more than a step away upwards."""
    size = math.ceil(needed * 100 / provider.target_capacity)
    if size <= there:
        return size
    return there + min(max(size - there, provider.minimum_step), provider.maximum_step)
