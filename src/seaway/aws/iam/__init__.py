"""IAM as far as tasks and instances use it: roles, policies, instance profiles."""

from __future__ import annotations

from seaway.aws.iam import policies, profiles, roles, users
from seaway.aws.operation import Handler, operations_in


def operations() -> list[Handler]:
    """IAM's operations."""
    return [
        handler
        for module in (roles, policies, profiles, users)
        for handler in operations_in(module)
    ]
