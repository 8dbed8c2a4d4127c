"""The types of resources a stack can have. Each asks the services' own operations."""

from __future__ import annotations

from seaway.reconcile.stack_types import balancers, identity, networks, services
from seaway.reconcile.stack_types.kinds import Kind

TYPES: dict[str, Kind] = {
    **networks.TYPES,
    **identity.TYPES,
    **services.TYPES,
    **balancers.TYPES,
}
