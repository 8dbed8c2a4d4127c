"""EventBridge Scheduler: calls of targets at set times."""

from __future__ import annotations

from dataclasses import dataclass

from seaway.core.names import Tags
from seaway.core.schedule import next_firing

DEFAULT_GROUP = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleGroup:
    """A named group of schedules; the default one is there without a record."""

    arn: str
    name: str
    created_at: float
    updated_at: float
    client_token: str | None = None
    tags: Tags = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledCall:
    """A schedule: when, and what is called then (API: Schedule). Times are epoch seconds.

    The API writes what is wanted; the loop what has been done.
    """

    arn: str
    name: str
    group: str
    """ARN of its group."""
    schedule: str
    """at(…), rate(…) or cron(…)."""
    created_at: float
    updated_at: float
    target: str
    """The API's Target as canonical JSON."""
    zone: str | None = None
    start: float | None = None
    end: float | None = None
    enabled: bool = True
    description: str | None = None
    window: int | None = None
    """Minutes after its time within which the call is made; None = at its time."""
    deletes: bool = False
    """Whether it is taken away when it will not fire again."""
    client_token: str | None = None
    began_at: float = 0.0
    """What a rate without a start date counts from."""

    fired_until: float = 0.0
    """Firings up to here have been carried out, or will never be."""
    due: float | None = None
    """The firing that comes next, once its time within the window has been chosen."""
    call_at: float | None = None
    """When that is."""

    def next_due(self) -> float | None:
        """The next firing; it never fires outside its start and end. Raises BadSchedule."""
        begin = self.began_at if self.start is None else self.start
        if self.schedule.startswith("at("):
            return next_firing(self.schedule, self.zone, self.fired_until, begin)
        # The beginning is itself a time at which it may fire: a rate does, at once.
        after = max(self.fired_until, begin - 0.001)
        found = next_firing(self.schedule, self.zone, after, begin)
        return None if found is None or (self.end is not None and found > self.end) else found
