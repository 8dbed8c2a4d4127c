"""Auto Scaling: groups of instances as capacity for clusters."""

from __future__ import annotations

from seaway.aws.autoscaling import activities, configurations, groups, tags, unsupported
from seaway.aws.operation import Handler, operations_in


def operations() -> list[Handler]:
    """Auto Scaling's operations."""
    modules = (groups, configurations, activities, tags, unsupported)
    return [handler for module in modules for handler in operations_in(module)]
