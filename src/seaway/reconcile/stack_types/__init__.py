"""The types of resources a stack can have. Each asks the services' own operations."""

from __future__ import annotations

from seaway.reconcile.stack_types import (
    balancers,
    certificates,
    discovery,
    events,
    groups,
    identity,
    networks,
    objects,
    records,
    services,
    values,
    watching,
)
from seaway.reconcile.stack_types.kinds import Kind, Made

NOTE = Kind(create=lambda work: Made(work.logical), delete=lambda work: None)
"""A resource that only says how the template was made: nothing is done for it."""

TYPES: dict[str, Kind] = {
    "AWS::CDK::Metadata": NOTE,
    **networks.TYPES,
    **identity.TYPES,
    **services.TYPES,
    **groups.TYPES,
    **records.TYPES,
    **objects.TYPES,
    **discovery.TYPES,
    **balancers.TYPES,
    **certificates.TYPES,
    **watching.TYPES,
    **events.TYPES,
    **values.TYPES,
}
