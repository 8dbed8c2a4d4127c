"""Where a task goes: filters first, then ranking; a reason in AWS's words for every refusal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from seaway.core.capacity import ContainerInstance, Room, Use
from seaway.core.task import PortBinding, Task
from seaway.core.task_definition import NetworkMode, TaskDefinition

DYNAMIC_PORTS = range(32768, 61000)
"""Where dynamic host ports come from (agent: the host's ephemeral range)."""

NO_INSTANCES = "No Container Instances were found in your cluster."


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
    """RunTask's failure reason: RESOURCE:CPU, RESOURCE:MEMORY, RESOURCE:PORTS or AGENT."""


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
        ports=tuple(binding.host_port for binding in task.bindings),
    )


def runs_on(definition: TaskDefinition, architecture: str) -> bool:
    """Whether a machine of this architecture (x86_64, arm64 or aarch64) can run the definition."""
    machine = "ARM64" if architecture in ("arm64", "aarch64") else "X86_64"
    return definition.cpu_architecture in (None, machine)


def place(
    task: Task, definition: TaskDefinition, candidates: Sequence[Candidate]
) -> Placement | Refusal:
    """The instance the task goes to, or why none will do (AWS: task placement).

    CPU, memory and ports first, then constraints, then the strategies in order; without a
    strategy tasks are spread over availability zones, then over instances.
    """
    if not candidates:
        return Refusal(reason=NO_INSTANCES, resource="AGENT")
    need = use_of(definition, task)
    refusals: list[tuple[int, Refusal]] = []
    fitting = []
    for candidate in candidates:
        refusal = _refusal(task, definition, need, candidate)
        if refusal is None:
            fitting.append(candidate)
        else:
            refusals.append(refusal)
    if not fitting:
        return max(refusals, key=lambda item: item[0])[1]
    best = min(fitting, key=lambda candidate: _rank(task, candidate, fitting))
    return Placement(instance=best.instance, bindings=_bindings(definition, best.room))


def _refusal(
    task: Task, definition: TaskDefinition, need: Use, candidate: Candidate
) -> tuple[int, Refusal] | None:
    """Why this instance will not do, with how close it came (higher is closer)."""
    instance, room = candidate.instance, candidate.room

    def no(closeness: int, text: str, resource: str) -> tuple[int, Refusal]:
        return closeness, Refusal(reason=text, closest=instance.arn, resource=resource)

    if not instance.connected or instance.host is None:
        return no(0, 'encountered error "AGENT".', "AGENT")
    if instance.status != "ACTIVE":
        return no(0, "is not in the ACTIVE state.", "INACTIVE")
    offered = dict(instance.attributes).get("ecs.cpu-architecture")
    if offered is not None and not runs_on(definition, offered):
        return no(
            1, f"does not have the CPU architecture {definition.cpu_architecture}.", "CONSTRAINT"
        )
    if need.memory > room.memory:
        return no(2, "has insufficient memory available.", "RESOURCE:MEMORY")
    if need.cpu > room.cpu:
        return no(3, "has insufficient CPU units available.", "RESOURCE:CPU")
    if _fixed_ports(definition) & room.ports:
        return no(4, "is already using a port required by your task.", "RESOURCE:PORTS")
    for kind, _ in task.placement_constraints:
        if kind == "distinctInstance" and any(t.group == task.group for t in candidate.tasks):
            return no(1, "does not satisfy the distinctInstance constraint.", "CONSTRAINT")
    return None


def _fixed_ports(definition: TaskDefinition) -> set[int]:
    if definition.network_mode is NetworkMode.AWSVPC:
        return set()
    if definition.network_mode is NetworkMode.HOST:
        return {p.container_port for c in definition.containers for p in c.ports}
    return {p.host_port for c in definition.containers for p in c.ports if p.host_port}


def _rank(task: Task, candidate: Candidate, fitting: Sequence[Candidate]) -> tuple[float, ...]:
    """Lower is better; one number per strategy, then the default spread."""
    keys: list[float] = []
    for kind, subject in task.placement_strategy:
        if kind == "binpack":
            room = candidate.room
            keys.append(room.memory if subject.lower() == "memory" else room.cpu)
        elif kind == "spread":
            keys.append(_peers(task, fitting, subject, _value(candidate, subject)))
    keys.append(_peers(task, fitting, "zone", candidate.instance.zone))
    keys.append(_peers(task, fitting, "instanceId", candidate.instance.arn))
    keys.append(-candidate.room.cpu)
    return tuple(keys)


def _value(candidate: Candidate, subject: str) -> str | None:
    if subject in ("instanceId", "host"):
        return candidate.instance.arn
    if subject in ("zone", "attribute:ecs.availability-zone"):
        return candidate.instance.zone
    name = subject.removeprefix("attribute:")
    return dict(candidate.instance.attributes).get(name)


def _peers(task: Task, among: Iterable[Candidate], subject: str, value: str | None) -> float:
    """How many tasks of the same group already run where ``subject`` has this value."""
    return float(
        sum(
            1
            for candidate in among
            if _value(candidate, subject) == value
            for other in candidate.tasks
            if other.group == task.group and other.is_alive
        )
    )


def _bindings(definition: TaskDefinition, room: Room) -> tuple[PortBinding, ...]:
    """Host ports: in bridge mode those asked for, free ones for 0; in host mode the containers'."""
    if definition.network_mode in (NetworkMode.AWSVPC, NetworkMode.NONE):
        return ()
    in_host = definition.network_mode is NetworkMode.HOST
    taken = set(room.ports) | _fixed_ports(definition)
    free = (port for port in DYNAMIC_PORTS if port not in taken)
    return tuple(
        PortBinding(
            container=container.name,
            container_port=port.container_port,
            host_port=port.container_port if in_host else port.host_port or next(free),
            protocol=port.protocol,
        )
        for container in definition.containers
        for port in container.ports
    )


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
