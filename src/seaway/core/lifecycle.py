"""What a host does next for a task, and what state that makes the task."""

from __future__ import annotations

from dataclasses import dataclass

from seaway.core.dependencies import (
    Phase,
    Seen,
    Sight,
    deadlines,
    hopeless,
    startable,
    stoppable,
)
from seaway.core.restarts import has_ended, restartable
from seaway.core.task import Sandbox, TaskStatus
from seaway.core.task_definition import ContainerDefinition

TASK_FAILED_TO_START = "TaskFailedToStart"
ESSENTIAL_CONTAINER_EXITED = "EssentialContainerExited"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the control plane wants of a task now."""

    desired_status: TaskStatus = TaskStatus.RUNNING
    may_start: bool = True
    may_stop: bool = True
    may_release: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why the host itself ends a task: AWS's stop code and words."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What the host has of a task: images, namespaces, containers."""

    containers: tuple[Seen, ...]
    prepared: bool = False
    """Images, limits, namespaces and created containers are all there."""
    sandboxes: tuple[Sandbox, ...] = ()
    has_run: bool = False
    """It has been RUNNING once."""
    stopping: bool = False
    """The host has begun to stop it."""
    failure: Failure | None = None
    released: bool = False

    @property
    def sight(self) -> Sight:
        """The containers by name."""
        return {seen.name: seen for seen in self.containers}

    @property
    def is_quiet(self) -> bool:
        """No container runs."""
        return all(seen.phase is not Phase.RUNNING for seen in self.containers)


@dataclass(frozen=True, slots=True)
class Prepare:
    """Have the images, make the task's limits and namespaces, and create its containers."""


@dataclass(frozen=True, slots=True)
class Start:
    """Start these containers."""

    containers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Restart:
    """Start these containers again, as their restart policies say."""

    containers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stop:
    """Ask these containers to end; kill them after their stop timeout."""

    containers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Write down that the task failed; it is stopped from the next look on."""

    failure: Failure


@dataclass(frozen=True, slots=True)
class Release:
    """Remove containers, namespaces and limits."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to do until something changes, or until then (epoch seconds)."""

    until: float | None = None


@dataclass(frozen=True, slots=True)
class Finished:
    """There is nothing left of the task on this host."""


Step = Prepare | Start | Restart | Stop | GiveUp | Release | Wait | Finished


def next_step(
    wish: Wish, containers: tuple[ContainerDefinition, ...], observation: Observation, now: float
) -> Step:
    """One step towards what is wanted. Taking it twice does no harm; ``now`` is epoch seconds."""
    if observation.released:
        return Finished()
    if observation.failure or wish.desired_status is TaskStatus.STOPPED:
        return _towards_stop(wish, containers, observation)
    if _has_lost_an_essential(containers, observation.sight):
        reason = "Essential container in task exited"
        return GiveUp(Failure(code=ESSENTIAL_CONTAINER_EXITED, reason=reason))
    if not observation.prepared:
        return Prepare()
    if not wish.may_start:
        return Wait()
    if names := restartable(containers, observation.sight):
        return Restart(names)
    return _towards_running(containers, observation.sight, now)


def status_of(wish: Wish, observation: Observation) -> TaskStatus:
    """The task's state as AWS names it, as far as its host can tell."""
    if observation.released:
        return TaskStatus.STOPPED
    if observation.failure or wish.desired_status is TaskStatus.STOPPED:
        if observation.is_quiet:
            return TaskStatus.DEPROVISIONING
        if observation.failure or observation.stopping:
            return TaskStatus.STOPPING
    if observation.has_run or is_up(observation):
        return TaskStatus.RUNNING
    has_place = observation.sandboxes or observation.prepared
    return TaskStatus.ACTIVATING if has_place else TaskStatus.PENDING


def is_up(observation: Observation) -> bool:
    """Every container runs, or has run and ended as it may."""
    return all(seen.phase in (Phase.RUNNING, Phase.EXITED) for seen in observation.containers)


def _towards_running(containers: tuple[ContainerDefinition, ...], sight: Sight, now: float) -> Step:
    if names := startable(containers, sight):
        return Start(names)
    if lost := hopeless(containers, sight):
        container, dependency = lost
        ended = sight[dependency.container]
        return GiveUp(
            _start_failure(
                f"dependency graph: container {container.name} needs {dependency.container} "
                f"to reach {dependency.condition}, but it exited with code {ended.exit_code}"
            )
        )
    waiting = deadlines(containers, sight)
    if waiting and waiting[0][0] <= now:
        _, container, dependency = waiting[0]
        return GiveUp(
            _start_failure(
                f"dependency graph: container ordering dependency [{dependency.container} "
                f"{dependency.condition}] for target [{container.name}] has timed out."
            )
        )
    return Wait(waiting[0][0] if waiting else None)


def _towards_stop(
    wish: Wish, containers: tuple[ContainerDefinition, ...], observation: Observation
) -> Step:
    if not observation.is_quiet:
        if observation.failure is None and not wish.may_stop:
            return Wait()
        names = stoppable(containers, observation.sight)
        return Stop(names) if names else Wait()
    if observation.sandboxes and not wish.may_release:
        return Wait()
    return Release()


def _has_lost_an_essential(containers: tuple[ContainerDefinition, ...], sight: Sight) -> bool:
    return any(c.essential and has_ended(c, sight[c.name]) for c in containers)


def _start_failure(reason: str) -> Failure:
    return Failure(code=TASK_FAILED_TO_START, reason=reason)
