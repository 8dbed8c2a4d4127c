"""Application Auto Scaling: ECS services whose desired count follows metrics or the clock."""

from __future__ import annotations

from seaway.aws.applicationautoscaling import activities, policies, schedules, tags, targets
from seaway.aws.operation import Handler, operations_in


def operations() -> list[Handler]:
    """Application Auto Scaling's operations."""
    modules = (targets, policies, schedules, activities, tags)
    return [handler for module in modules for handler in operations_in(module)]
