"""Finds what a request names, by id or ARN, or says that it is not there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from seaway.aws.call import Call, here
from seaway.aws.paging import BadToken, page
from seaway.aws.servicediscovery.errors import (
    InstanceNotFound,
    InvalidInput,
    NamespaceNotFound,
    ResourceInUse,
    ServiceNotFound,
)
from seaway.core.discovery import DiscoveryService, Namespace, Registration
from seaway.core.discovery_rules import registration_key
from seaway.core.names import place_of
from seaway.store.transaction import Transaction

T = TypeVar("T")
R = TypeVar("R", Namespace, DiscoveryService)

PAGE = 100
"""Results of a page when MaxResults is left out."""


def owned_by(found: Namespace | DiscoveryService) -> str:
    """The account it belongs to."""
    return place_of(found.arn).account


def in_region(call: Call, found: Sequence[R]) -> list[R]:
    """Those of the caller's region, other accounts' too.

    All accounts of one Seaway belong to one owner: what one makes is shared with the others
    (AWS: with AWS RAM). They name it by its ARN, as there.
    """
    return [one for one in found if place_of(one.arn).region == call.region]


def namespaces(tx: Transaction, call: Call) -> list[Namespace]:
    """The caller's namespaces, oldest first."""
    return here(call, tx.where(Namespace))


def namespace(tx: Transaction, call: Call, name: str) -> Namespace:
    """The namespace of this id or ARN. Raises NamespaceNotFound."""
    if name.startswith("arn:"):
        found = tx.find(Namespace, name)
    else:
        found = next(iter(here(call, tx.where(Namespace, id=name))), None)
    if found is None:
        raise NamespaceNotFound("Namespace not found")
    return found


def own_namespace(tx: Transaction, call: Call, name: str) -> Namespace:
    """The same, if it is the caller's to change. Raises NamespaceNotFound."""
    found = namespace(tx, call, name)
    if owned_by(found) != call.account:
        raise NamespaceNotFound("Namespace not found")
    return found


def service(tx: Transaction, call: Call, name: str) -> DiscoveryService:
    """The service of this id or ARN. Raises ServiceNotFound."""
    if name.startswith("arn:"):
        found = tx.find(DiscoveryService, name)
    else:
        found = next(iter(here(call, tx.where(DiscoveryService, id=name))), None)
    if found is None:
        raise ServiceNotFound("Service not found")
    return found


def service_named(
    tx: Transaction, call: Call, http_name: str, name: str, owner: str | None = None
) -> tuple[Namespace, DiscoveryService]:
    """The service DiscoverInstances names; ``owner`` is the namespace's account, if not ours.

    Raises NamespaceNotFound, ServiceNotFound.
    """
    for space in in_region(call, tx.where(Namespace)):
        if (space.http_name, owned_by(space)) == (http_name, owner or call.account):
            for found in tx.where(DiscoveryService, namespace=space.arn):
                if found.name == name:
                    return space, found
            raise ServiceNotFound("Service not found")
    raise NamespaceNotFound("Namespace not found")


def registration(tx: Transaction, owner: DiscoveryService, instance: str) -> Registration:
    """The registration of this instance id. Raises InstanceNotFound."""
    found = tx.find(Registration, registration_key(owner, instance))
    if found is None:
        raise InstanceNotFound("Instance not found")
    return found


def refuse_owned(found: DiscoveryService) -> None:
    """Refuse to change by hand what ECS made for Service Connect.

    The ECS guide says that ECS manages these entries and users must not edit them. AWS does not
    stop those who do, which breaks their mesh; refusing is the kinder reading.
    """
    if found.owner is not None:
        raise ResourceInUse(
            f"Service '{found.id}' is managed by Amazon ECS Service Connect for '{found.owner}'"
        )


def paged(
    items: Sequence[T], token: str | None, most: int | None, scope: str
) -> tuple[list[T], str | None]:
    """A page of a list's answer. Raises InvalidInput for a token of another list."""
    try:
        found, following = page(items, token, most or PAGE, scope)
    except BadToken as error:
        raise InvalidInput("The NextToken is not valid") from error
    return list(found), following
