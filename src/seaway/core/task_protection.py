"""Task scale-in protection: a task is left running for a while, whatever its service wants."""

from __future__ import annotations

from dataclasses import replace

from seaway.core.task import Task

DEFAULT_MINUTES = 120
LONGEST_MINUTES = 2880

NOT_VALID = "TASK_NOT_VALID"
NOT_VALID_DETAIL = "The specified task is not part of an Amazon ECS service."


def expiry_problem(minutes: int | None) -> str | None:
    """What is wrong with an expiresInMinutes, if anything."""
    if minutes is None or 1 <= minutes <= LONGEST_MINUTES:
        return None
    return f"expiresInMinutes must be between 1 and {LONGEST_MINUTES}."


def protected(task: Task, enabled: bool, minutes: int | None, now: float) -> Task:
    """The task kept until ``minutes`` from now, or no longer kept.

    Asking again counts from the latest time on (API: UpdateTaskProtection).
    """
    until = now + 60 * (minutes or DEFAULT_MINUTES) if enabled else None
    return replace(task, protected_until=until)


def protected_until(task: Task, now: float) -> float | None:
    """When its protection ends (epoch seconds); None when it has none or none any more."""
    until = task.protected_until
    return until if until is not None and until > now else None
