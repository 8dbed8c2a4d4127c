"""Discovery: who serves this name now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.operation import operation
from seaway.aws.servicediscovery import lookup, render
from seaway.core.discovery import DiscoveryService, Registration
from seaway.core.moment import Moment
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import servicediscovery as shapes

DEFAULT_RESULTS = 100
DEFAULT_HEALTH = "HEALTHY_OR_ELSE_ALL"
"""AWS documents no default; this one answers as DNS does for the same service."""


@operation("servicediscovery")
def discover_instances(
    tx: Transaction, call: Call, request: shapes.DiscoverInstancesRequest
) -> shapes.DiscoverInstancesResponse:
    """The instances of a service that pass, in an order that differs each time."""
    space, service = lookup.service_named(
        tx,
        call,
        request["NamespaceName"],
        request["ServiceName"],
        request.get("OwnerAccount"),
    )
    found = matching(
        tx.where(Registration, service=service.arn),
        request.get("QueryParameters", {}),
        request.get("OptionalParameters", {}),
    )
    wanted = in_health(found, service, request.get("HealthStatus", DEFAULT_HEALTH))
    shown = shuffled(wanted, call.moment)[: request.get("MaxResults", DEFAULT_RESULTS)]
    return {
        "Instances": [render.discovered(one, service, space) for one in shown],
        "InstancesRevision": service.revision,
    }


@operation("servicediscovery")
def discover_instances_revision(
    tx: Transaction, call: Call, request: shapes.DiscoverInstancesRevisionRequest
) -> shapes.DiscoverInstancesRevisionResponse:
    """A number that rises with every registration and deregistration of the service."""
    _, service = lookup.service_named(
        tx,
        call,
        request["NamespaceName"],
        request["ServiceName"],
        request.get("OwnerAccount"),
    )
    return {"InstancesRevision": service.revision}


def matching(
    found: Sequence[Registration], query: Mapping[str, str], optional: Mapping[str, str]
) -> list[Registration]:
    """Those with all of ``query``'s attributes; with ``optional``'s too, where any has them."""
    certain = [one for one in found if query.items() <= dict(one.attributes).items()]
    better = [one for one in certain if optional.items() <= dict(one.attributes).items()]
    return better or certain


def in_health(
    found: Sequence[Registration], service: DiscoveryService, wanted: str
) -> list[Registration]:
    """Those in the health asked for; all, when nobody checks the service."""
    if wanted == "ALL" or not service.is_checked:
        return list(found)
    if wanted == "HEALTHY_OR_ELSE_ALL":
        return [one for one in found if one.health == "HEALTHY"] or list(found)
    return [one for one in found if one.health == wanted]


def shuffled(found: Sequence[Registration], moment: Moment) -> list[Registration]:
    """The same in an order of chance."""
    chance = moment.token(2 * len(found))
    keys = [chance[2 * at : 2 * at + 2] for at in range(len(found))]
    return [one for _, _, one in sorted(zip(keys, range(len(found)), found, strict=True))]
