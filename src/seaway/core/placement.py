"""Where a task goes: filters first, then ranking; a reason in AWS's words for every refusal."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from operator import attrgetter

from seaway.core.capacity import ContainerInstance, Room, Use
from seaway.core.ports import HostPort, bindings_for, fixed_ports
from seaway.core.query_language import Query, QueryError, Subject, parse, subject_of
from seaway.core.requirements import required_attributes, runs_on
from seaway.core.task import PortBinding, Task
from seaway.core.task_definition import TaskDefinition

NO_INSTANCES = "No Container Instances were found in your cluster."

_DEFAULT = (("spread", "attribute:ecs.availability-zone"), ("spread", "instanceId"))
"""Without a strategy, and where the strategies leave a choice (ECS guide: placement strategies)."""

_TOLD = ("com.amazonaws.ecs.capability.", "ecs.capability.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where a task was put, with the host ports it got."""

    instance: ContainerInstance
    bindings: tuple[PortBinding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why no instance will do. ``closest`` names the best of those that would not."""

    reason: str
    closest: str | None = None
    resource: str = ""
    """RunTask's failure reason: RESOURCE:CPU, RESOURCE:MEMORY, RESOURCE:PORTS, RESOURCE:GPU,
    ATTRIBUTE, AGENT, INACTIVE or the constraint that is not met (ECS guide: API failures)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An instance, what it has left, and the tasks it already runs."""

    instance: ContainerInstance
    room: Room
    tasks: tuple[Task, ...] = field(default=())


def use_of(definition: TaskDefinition, task: Task) -> Use:
    """What a task takes of an instance, its overrides counted."""
    return Use(
        cpu=task.cpu_override if task.cpu_override is not None else definition.cpu_needed,
        memory=(
            task.memory_override if task.memory_override is not None else definition.memory_needed
        ),
        ports=tuple(b.host_port for b in task.bindings if b.protocol != "udp"),
        udp_ports=tuple(b.host_port for b in task.bindings if b.protocol == "udp"),
    )


def gpus_of(definition: TaskDefinition, task: Task) -> int:
    """How many GPUs a task asks for, its overrides counted."""
    changed = {o.name: o.gpus for o in task.overrides if o.gpus is not None}
    return sum(changed.get(container.name, container.gpus) for container in definition.containers)


def place(
    task: Task, definition: TaskDefinition, candidates: Iterable[Candidate]
) -> Placement | Refusal:
    """The instance the task goes to, or why none will do; for many tasks see Floor."""
    return Floor(candidates).place(task, definition)


class Fit:
    """Whether instances are of the kind that a definition and more constraints ask for."""

    def __init__(
        self, definition: TaskDefinition, constraints: Iterable[tuple[str, str]] = ()
    ) -> None:
        pairs = (*definition.placement_constraints, *constraints)
        self._definition = definition
        self._needed = frozenset(required_attributes(definition))
        self._queries = [_query(text) for kind, text in pairs if kind == "memberOf"]
        self.asks_tasks = any(query.asks_tasks for query in self._queries)

    def suits(self, instance: ContainerInstance, tasks: Iterable[Task] = ()) -> bool:
        """However full it is; ``tasks`` are those on it, where ``asks_tasks``."""
        subject = subject_of(instance, tasks)
        lacking = _lacking(self._definition, self._needed, subject.attributes)
        return lacking is None and _chosen(self._queries, subject)


class _Spot:
    """An instance while tasks are put on it: what is left of it changes with each."""

    __slots__ = ("able", "cpu", "groups", "instance", "memory", "plain", "ports", "tasks", "values")

    def __init__(self, candidate: Candidate) -> None:
        room, instance = candidate.room, candidate.instance
        self.instance = instance
        self.able = instance.connected and instance.host is not None and instance.status == "ACTIVE"
        self.cpu, self.memory = room.cpu, room.memory
        self.ports: set[HostPort] = {("tcp", port) for port in room.ports}
        self.ports.update(("udp", port) for port in room.udp_ports)
        self.tasks = list(candidate.tasks)
        self.groups: dict[str, int] = {}
        for task in candidate.tasks:
            if task.is_alive:
                self.groups[task.group] = self.groups.get(task.group, 0) + 1
        self.plain = subject_of(instance, ())
        self.values: dict[str, str | None] = {}

    def subject(self) -> Subject:
        """What the query language sees, with the tasks that are here now."""
        return subject_of(self.instance, self.tasks)

    def value(self, field_name: str) -> str | None:
        """Which part of a spread over this field the instance belongs to."""
        name = field_name.removeprefix("attribute:")
        if name in ("instanceId", "host"):
            return self.instance.arn
        if name in ("zone", "ecs.availability-zone"):
            return self.instance.zone
        return self.plain.attributes.get(name)


_cpu = attrgetter("cpu")
_memory = attrgetter("memory")


@dataclass(slots=True)
class _Shape:
    """What like tasks ask for, and the instances that may still have it."""

    need: Use
    ports: frozenset[HostPort]
    gpus: int
    queries: tuple[Query, ...]
    distinct: bool
    attributes: frozenset[str]
    """The capabilities it needs of an instance's agent."""
    spots: list[_Spot]
    refusal: Refusal | None = None

    @property
    def asks_tasks(self) -> bool:
        """Whether a task put somewhere else may make an instance fit that did not."""
        return any(query.asks_tasks for query in self.queries)


class Floor:
    """The container instances of a cluster while tasks are placed on them one after another.

    Each task placed takes its share, so that the next one sees what is left. Room is never given
    back: a floor is made anew for each round.
    """

    def __init__(self, candidates: Iterable[Candidate]) -> None:
        self._spots = {c.instance.arn: _Spot(c) for c in candidates}
        self._shapes: dict[object, _Shape] = {}
        self._suited_to: dict[object, list[_Spot]] = {}
        self._crowds: dict[str, dict[str, dict[str | None, int]]] = {}
        self._subjects: set[str] = set()
        self._groups: dict[str, list[_Spot]] = {}
        for spot in self._spots.values():
            for group in spot.groups:
                self._groups.setdefault(group, []).append(spot)

    def place(self, task: Task, definition: TaskDefinition) -> Placement | Refusal:
        """Put the task on the instance it goes to, or say why none will do.

        CPU, memory and ports first, then constraints, then the strategies in order; without a
        strategy tasks are spread over availability zones, then over instances (ECS guide: task
        placement).
        """
        shape = self._shape(task, definition)
        if shape.refusal is not None:
            return shape.refusal
        fitting = self._fitting(task, shape)
        while fitting:
            best = self._best(task, fitting)
            bindings = bindings_for(definition, best.ports)
            if bindings is not None:
                self._take(task, shape.need, best, bindings)
                return Placement(instance=best.instance, bindings=bindings)
            fitting = [spot for spot in fitting if spot is not best]
        refusal = self._refuse(task, definition, shape)
        if not shape.asks_tasks:
            shape.refusal = refusal
        return refusal

    def reserve(self, instance: str, need: Use, ports: Iterable[HostPort]) -> None:
        """Keep room on an instance (by ARN) for a task that is to come."""
        spot = self._spots.get(instance)
        if spot is not None:
            spot.cpu -= need.cpu
            spot.memory -= need.memory
            spot.ports.update(ports)

    def _shape(self, task: Task, definition: TaskDefinition) -> _Shape:
        key = (
            task.task_definition,
            task.group,
            task.cpu_override,
            task.memory_override,
            task.overrides,
            task.capacity_provider,
            task.wanted_instance,
            task.zone_wanted,
            task.placement_constraints,
        )
        found = self._shapes.get(key)
        if found is None:
            found = self._shapes[key] = self._new_shape(task, definition)
        return found

    def _new_shape(self, task: Task, definition: TaskDefinition) -> _Shape:
        pairs = (*definition.placement_constraints, *task.placement_constraints)
        shape = _Shape(
            need=use_of(definition, replace(task, bindings=())),
            ports=fixed_ports(definition),
            gpus=gpus_of(definition, task),
            queries=tuple(_query(text) for kind, text in pairs if kind == "memberOf"),
            distinct=any(kind == "distinctInstance" for kind, _ in pairs),
            attributes=frozenset(required_attributes(definition)),
            spots=[],
        )
        shape.spots = self._suited(task, definition, shape)
        return shape

    def _suited(self, task: Task, definition: TaskDefinition, shape: _Shape) -> list[_Spot]:
        """The instances that such tasks can run on, if there is room."""
        key = (task.task_definition, task.placement_constraints, shape.gpus)
        if key not in self._suited_to:
            self._suited_to[key] = [
                spot
                for spot in self._spots.values()
                if spot.able and _never(definition, shape, spot) is None
            ]
        suited = self._suited_to[key]
        if not (task.wanted_instance or task.capacity_provider or task.zone_wanted):
            return suited
        eligible = set(self._eligible(task))
        return [spot for spot in suited if spot in eligible]

    def _eligible(self, task: Task) -> Iterable[_Spot]:
        """The instances the task may be thought of for at all."""
        if task.wanted_instance is not None:
            spot = self._spots.get(task.wanted_instance)
            return () if spot is None else (spot,)
        found: Iterable[_Spot] = self._spots.values()
        if task.capacity_provider is not None:
            mine = task.capacity_provider
            found = [spot for spot in found if spot.instance.capacity_provider == mine]
        if task.zone_wanted is not None:
            found = [spot for spot in found if spot.instance.zone == task.zone_wanted]
        return found

    def _fitting(self, task: Task, shape: _Shape) -> list[_Spot]:
        cpu, memory, ports = shape.need.cpu, shape.need.memory, shape.ports
        left = [spot for spot in shape.spots if spot.cpu >= cpu and spot.memory >= memory]
        if ports:
            left = [spot for spot in left if not ports & spot.ports]
        # What is too small now stays so: like tasks need not look at it again.
        shape.spots = left
        if shape.distinct:
            left = [spot for spot in left if task.group not in spot.groups]
        if shape.asks_tasks:
            left = [spot for spot in left if _chosen(shape.queries, spot.subject())]
        return left

    def _best(self, task: Task, fitting: list[_Spot]) -> _Spot:
        """The first by the strategies in order, each one choosing among what the last one left."""
        pool = fitting
        for kind, subject in (*task.placement_strategy, *_DEFAULT):
            if len(pool) == 1:
                return pool[0]
            if kind == "random":
                return pool[zlib.crc32(task.arn.encode()) % len(pool)]
            if kind == "binpack":
                cost = _memory if subject.lower() == "memory" else _cpu
                least = min(map(cost, pool))
                pool = [spot for spot in pool if cost(spot) == least]
            else:
                pool = self._emptiest(task.group, subject, pool)
        return max(pool, key=_cpu)

    def _emptiest(self, group: str, subject: str, pool: list[_Spot]) -> list[_Spot]:
        """Those of the values of what is spread over that have the fewest tasks of the group."""
        crowd = self._crowd(group, subject)
        empty = [spot for spot in pool if spot.values[subject] not in crowd]
        if empty:
            return empty
        counts = {value: crowd[value] for value in {spot.values[subject] for spot in pool}}
        least = min(counts.values())
        return [spot for spot in pool if counts[spot.values[subject]] == least]

    def _crowd(self, group: str, subject: str) -> dict[str | None, int]:
        """How many tasks of the group are alive for each value of what is spread over."""
        crowds = self._crowds.setdefault(group, {})
        if subject not in crowds:
            if subject not in self._subjects:
                self._subjects.add(subject)
                for spot in self._spots.values():
                    spot.values[subject] = spot.value(subject)
            crowd = crowds[subject] = {}
            for spot in self._groups.get(group, ()):
                value = spot.values[subject]
                crowd[value] = crowd.get(value, 0) + spot.groups[group]
        return crowds[subject]

    def _take(self, task: Task, need: Use, spot: _Spot, bindings: tuple[PortBinding, ...]) -> None:
        spot.cpu -= need.cpu
        spot.memory -= need.memory
        spot.ports.update((binding.protocol, binding.host_port) for binding in bindings)
        spot.tasks.append(task)
        if task.group not in spot.groups:
            spot.groups[task.group] = 0
            self._groups.setdefault(task.group, []).append(spot)
        spot.groups[task.group] += 1
        for subject, crowd in self._crowds.get(task.group, {}).items():
            value = spot.values[subject]
            crowd[value] = crowd.get(value, 0) + 1

    def _refuse(self, task: Task, definition: TaskDefinition, shape: _Shape) -> Refusal:
        reasons = [
            _never(definition, shape, spot) or _not_now(task, shape, spot)
            for spot in self._eligible(task)
        ]
        if not reasons:
            return Refusal(
                reason=NO_INSTANCES,
                resource="EMPTY CAPACITY PROVIDER" if task.capacity_provider else "AGENT",
            )
        return max(reasons, key=lambda reason: reason[0])[1]


_Why = tuple[int, Refusal]
"""How close an instance came (higher is closer), and what was in the way."""


def _because(closeness: int, spot: _Spot, text: str, resource: str) -> _Why:
    return closeness, Refusal(reason=text, closest=spot.instance.arn, resource=resource)


def _never(definition: TaskDefinition, shape: _Shape, spot: _Spot) -> _Why | None:
    """Why such tasks can't run on this instance, whatever else does; None when they can."""
    instance = spot.instance
    if not instance.connected or instance.host is None:
        return _because(0, spot, 'encountered error "AGENT".', "AGENT")
    if instance.status != "ACTIVE":
        return _because(0, spot, 'encountered error "INACTIVE".', "INACTIVE")
    attributes = spot.plain.attributes
    lacking = _lacking(definition, shape.attributes, attributes)
    if lacking is not None:
        text = f"is missing an attribute required by your task ({lacking})."
        return _because(1, spot, text, "ATTRIBUTE")
    if not _chosen((q for q in shape.queries if not q.asks_tasks), spot.plain):
        return _unsatisfied(spot, "MemberOf")
    if shape.gpus:
        # No machine of ours has one to give.
        return _because(3, spot, 'encountered error "RESOURCE:GPU".', "RESOURCE:GPU")
    return None


def _lacking(
    definition: TaskDefinition, needed: frozenset[str], attributes: Mapping[str, str | None]
) -> str | None:
    """The attribute a definition needs and the instance has not."""
    architecture = attributes.get("ecs.cpu-architecture")
    if architecture is not None and not runs_on(definition, architecture):
        return f"ecs.cpu-architecture {definition.cpu_architecture}"
    lacking = needed - attributes.keys()
    # An instance whose agent told nothing of what it can do is taken to be able to.
    if lacking and any(name.startswith(_TOLD) for name in attributes):
        return min(lacking)
    return None


def _not_now(task: Task, shape: _Shape, spot: _Spot) -> _Why:
    """What is in the way at this moment on an instance that could take such tasks."""
    if shape.need.memory > spot.memory:
        return _because(4, spot, "has insufficient memory available.", "RESOURCE:MEMORY")
    if shape.need.cpu > spot.cpu:
        return _because(5, spot, "has insufficient CPU units available.", "RESOURCE:CPU")
    if shape.distinct and task.group in spot.groups:
        return _unsatisfied(spot, "DistinctInstance")
    if not _chosen(shape.queries, spot.subject()):
        return _unsatisfied(spot, "MemberOf")
    return _because(6, spot, "is already using a port required by your task.", "RESOURCE:PORTS")


def _unsatisfied(spot: _Spot, constraint: str) -> _Why:
    text = f"{constraint} placement constraint unsatisfied."
    return _because(2, spot, f'encountered error "{text}".', text)


def _chosen(queries: Iterable[Query], subject: Subject) -> bool:
    return all(query.matches(subject) for query in queries)


def _query(expression: str) -> Query:
    """The expression, which the API has checked; one that is none picks no instance."""
    try:
        return parse(expression)
    except QueryError:
        return Query(text=expression, test=lambda _: False, asks_tasks=False)


def share(items: Mapping[str, tuple[int, int]], have: Mapping[str, int]) -> str:
    """The capacity provider the next task goes to: bases first, then by weight.

    ``items`` maps provider → (base, weight), ``have`` provider → tasks it already has.
    (API: CapacityProviderStrategyItem.)
    """
    for provider, (base, _) in items.items():
        if have.get(provider, 0) < base:
            return provider
    weighted = {name: weight for name, (_, weight) in items.items() if weight > 0}
    weighted = weighted or dict.fromkeys(items, 1)
    return min(
        weighted,
        key=lambda name: (have.get(name, 0) - items[name][0] + 1) / weighted[name],
    )
