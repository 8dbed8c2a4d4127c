"""Which containers that ended are started again in place."""

from __future__ import annotations

from collections.abc import Sequence

from seaway.core.dependencies import Phase, Seen, Sight
from seaway.core.task_definition import ContainerDefinition


def restartable(containers: Sequence[ContainerDefinition], sight: Sight) -> tuple[str, ...]:
    """The containers that have ended and whose restart policy starts them again."""
    return tuple(c.name for c in containers if is_restarted(c, sight[c.name]))


def is_restarted(container: ContainerDefinition, seen: Seen) -> bool:
    """Whether a container's end is answered by another start (API: ContainerRestartPolicy).

    It has to have run for the attempt period since its latest start, which is also why there is
    at most one restart in each such period. An exit code to be ignored ends it for good.
    """
    policy = container.restart
    if policy is None or seen.phase is not Phase.EXITED or seen.lost or seen.exit_code is None:
        return False
    if seen.started_at is None or seen.finished_at is None:
        return False  # nobody knows how long it ran
    if seen.exit_code in policy.ignored_exit_codes:
        return False
    return seen.finished_at - seen.started_at >= policy.attempt_period


def has_ended(container: ContainerDefinition, seen: Seen) -> bool:
    """It has ended and stays so."""
    return seen.phase is Phase.EXITED and not is_restarted(container, seen)
