"""Lambda: Python functions that run on this machine, for hooks, rules and schedules."""

from __future__ import annotations

from seaway.aws.lambda_ import calling, functions, permissions, reading, tags
from seaway.aws.operation import Handler, operations_in


def operations() -> list[Handler]:
    """The Lambda operations answered here."""
    modules = (functions, reading, calling, permissions, tags)
    return [handler for module in modules for handler in operations_in(module)]
