"""Cloud Map (servicediscovery): namespaces, services, instances, and finding them.

Asynchronous operations are done when they are answered. What ECS registers for Service Connect
is shown and found here like the rest, but not changed.
"""

from __future__ import annotations

from seaway.aws.operation import Handler, operations_in
from seaway.aws.servicediscovery import (
    discover,
    instances,
    namespaces,
    progress,
    services,
    tags,
)


def operations() -> list[Handler]:
    """The operations this package answers."""
    modules = (namespaces, services, instances, discover, progress, tags)
    return [handler for module in modules for handler in operations_in(module)]
