"""EventBridge: buses, rules, targets and the events put on them."""

from __future__ import annotations

from seaway.aws.events import buses, put, rules, tags, targets
from seaway.aws.operation import Handler, operations_in


def operations() -> list[Handler]:
    """EventBridge's operations."""
    modules = (buses, rules, targets, put, tags)
    return [handler for module in modules for handler in operations_in(module)]
