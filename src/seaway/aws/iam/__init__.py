"""IAM as far as tasks and instances name it: roles, policies, instance profiles.

Policies are kept and shown. They are not enforced: whoever has a valid access key may do all.
"""

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
