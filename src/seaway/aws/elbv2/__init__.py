"""Elastic Load Balancing (version 2): application and network load balancers.

Writes what was asked; the proxy, the checks and the draining are the reconcilers' business.
"""

from __future__ import annotations

from seaway.aws.elbv2 import (
    account,
    certificates,
    listeners,
    load_balancers,
    rules,
    tags,
    target_groups,
    targets,
)
from seaway.aws.operation import Handler, operations_in


def operations() -> list[Handler]:
    """The operations this package answers."""
    modules = (
        load_balancers,
        listeners,
        certificates,
        rules,
        target_groups,
        targets,
        tags,
        account,
    )
    return [handler for module in modules for handler in operations_in(module)]
