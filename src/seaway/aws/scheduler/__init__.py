"""EventBridge Scheduler: targets called at set times."""

from __future__ import annotations

from seaway.aws.operation import Handler, operations_in
from seaway.aws.scheduler import groups, schedules, tags


def operations() -> list[Handler]:
    """EventBridge Scheduler's operations."""
    return [handler for module in (schedules, groups, tags) for handler in operations_in(module)]
