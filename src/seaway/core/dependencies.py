"""Which container of a task may start or stop now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from seaway.core.task import Health
from seaway.core.task_definition import ContainerDefinition, Dependency


class Phase(StrEnum):
    """How far a container has come on its host."""

    ABSENT = "ABSENT"
    CREATED = "CREATED"
    RUNNING = "RUNNING"
    EXITED = "EXITED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the host sees of one container now. Times are epoch seconds, of its latest run."""

    name: str
    phase: Phase = Phase.ABSENT
    exit_code: int | None = None
    health: Health = Health.UNKNOWN
    out_of_memory: bool = False
    started_at: float | None = None
    finished_at: float | None = None
    restarts: int = 0
    """How often it was started again."""
    lost: bool = False
    """It could not be started again."""
    stopping: bool = False
    """It was asked to stop and has not ended yet."""
    reason: str | None = None


Sight = Mapping[str, Seen]


def startable(containers: Sequence[ContainerDefinition], sight: Sight) -> tuple[str, ...]:
    """The created containers whose dependencies are all met (API: ContainerDependency)."""
    return tuple(
        container.name
        for container in containers
        if sight[container.name].phase is Phase.CREATED
        and all(is_met(dependency, sight) for dependency in needs(container, containers))
    )


def needs(
    container: ContainerDefinition, containers: Sequence[ContainerDefinition]
) -> tuple[Dependency, ...]:
    """All a container waits for: what it says, and what its links, volumes and logs imply.

    A linked container and the router of its logs start before it; one whose volumes it sees is
    made before it (ECS agent: container dependency graph).
    """
    implied = [
        Dependency(container=link.partition(":")[0], condition="START") for link in container.links
    ]
    implied += [
        Dependency(container=v.container, condition="CREATE") for v in container.volumes_from
    ]
    if container.log is not None and container.log.driver == "awsfirelens":
        implied += [
            Dependency(container=c.name, condition="START") for c in containers if c.firelens
        ]
    said = {dependency.container for dependency in container.depends_on}
    return (*container.depends_on, *(d for d in implied if d.container not in said))


def is_met(dependency: Dependency, sight: Sight) -> bool:
    """The container depended on has reached the condition. HEALTHY has to hold only once."""
    seen = sight[dependency.container]
    match dependency.condition:
        case "CREATE":
            return seen.phase is not Phase.ABSENT
        case "START":
            return seen.phase in (Phase.RUNNING, Phase.EXITED)
        case "COMPLETE":
            return seen.phase is Phase.EXITED
        case "SUCCESS":
            return seen.phase is Phase.EXITED and seen.exit_code == 0
        case "HEALTHY":
            return seen.phase is Phase.RUNNING and seen.health is Health.HEALTHY
    raise AssertionError(f"a dependency condition nobody knows: {dependency.condition}")


def hopeless(
    containers: Sequence[ContainerDefinition], sight: Sight
) -> tuple[ContainerDefinition, Dependency] | None:
    """A waiting container whose dependency can never be met any more, and that dependency."""
    for container, dependency in _unmet(containers, sight):
        ended = sight[dependency.container].phase is Phase.EXITED
        if ended and dependency.condition in ("SUCCESS", "HEALTHY"):
            return container, dependency
    return None


def deadlines(
    containers: Sequence[ContainerDefinition], sight: Sight
) -> tuple[tuple[float, ContainerDefinition, Dependency], ...]:
    """When each unmet dependency is given up: the ``startTimeout`` of the container waited for.

    Epoch seconds, the waiting container and its dependency; earliest first.
    """
    timeouts = {container.name: container.start_timeout for container in containers}
    found = []
    for container, dependency in _unmet(containers, sight):
        seen, timeout = sight[dependency.container], timeouts[dependency.container]
        if seen.started_at is not None and timeout and seen.phase is Phase.RUNNING:
            found.append((seen.started_at + timeout, container, dependency))
    return tuple(sorted(found, key=lambda entry: entry[0]))


def stoppable(containers: Sequence[ContainerDefinition], sight: Sight) -> tuple[str, ...]:
    """The running containers nobody running depends on: dependencies reversed at shutdown."""
    needed = {
        dependency.container
        for container in containers
        if sight[container.name].phase is Phase.RUNNING
        for dependency in needs(container, containers)
    }
    return tuple(
        container.name
        for container in containers
        if container.name not in needed
        and sight[container.name].phase is Phase.RUNNING
        and not sight[container.name].stopping
    )


def _unmet(
    containers: Sequence[ContainerDefinition], sight: Sight
) -> list[tuple[ContainerDefinition, Dependency]]:
    return [
        (container, dependency)
        for container in containers
        if sight[container.name].phase is Phase.CREATED
        for dependency in needs(container, containers)
        if not is_met(dependency, sight)
    ]
