"""Namespaces: create, show, change, delete."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.operation import operation
from seaway.aws.servicediscovery import filters, lookup, progress, render, tags
from seaway.aws.servicediscovery.errors import (
    InvalidInput,
    NamespaceAlreadyExists,
    ResourceInUse,
    ResourceLimitExceeded,
)
from seaway.core.discovery import DiscoveryService, Namespace
from seaway.core.discovery_rules import new_dns_namespace, new_http_namespace
from seaway.core.network import Vpc
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import servicediscovery as shapes

MOST = 50
"""Namespaces of an account in a region (Cloud Map quotas)."""


@operation("servicediscovery")
def create_http_namespace(
    tx: Transaction, call: Call, request: shapes.CreateHttpNamespaceRequest
) -> shapes.CreateHttpNamespaceResponse:
    """A namespace found by API calls only."""
    name, asked = request["Name"], request.get("CreatorRequestId")
    before = _before(tx, call, "HTTP", name, None, asked)
    if before is not None:
        return {"OperationId": before}
    space = new_http_namespace(
        call.place,
        name,
        call.moment,
        others=lookup.namespaces(tx, call),
        creator_request=asked or "",
        description=request.get("Description"),
        tags=tags.parse(request.get("Tags", []), name),
    )
    return {"OperationId": _put(tx, call, space, asked)}


@operation("servicediscovery")
def create_private_dns_namespace(
    tx: Transaction, call: Call, request: shapes.CreatePrivateDnsNamespaceRequest
) -> shapes.CreatePrivateDnsNamespaceResponse:
    """A namespace whose names resolve inside one VPC."""
    vpc = request["Vpc"]
    network = tx.find(Vpc, vpc)
    there = network is not None and (network.owner, network.region) == (call.account, call.region)
    return {"OperationId": _create_dns(tx, call, request, vpc, there)}


@operation("servicediscovery")
def create_public_dns_namespace(
    tx: Transaction, call: Call, request: shapes.CreatePublicDnsNamespaceRequest
) -> shapes.CreatePublicDnsNamespaceResponse:
    """A namespace whose names are not bound to a VPC."""
    return {"OperationId": _create_dns(tx, call, request, None, True)}


def _create_dns(
    tx: Transaction,
    call: Call,
    request: shapes.CreatePrivateDnsNamespaceRequest | shapes.CreatePublicDnsNamespaceRequest,
    vpc: str | None,
    there: bool,
) -> str:
    """The operation that makes a namespace with names; ``there`` says whether its VPC is."""
    name, asked = request["Name"], request.get("CreatorRequestId")
    before = _before(tx, call, "DNS_PRIVATE" if vpc else "DNS_PUBLIC", name, vpc, asked)
    if before is not None:
        return before
    if not there:
        raise InvalidInput(f"The VPC {vpc} does not exist")
    soa = request.get("Properties", {}).get("DnsProperties", {}).get("SOA", {})
    space = new_dns_namespace(
        call.place,
        name,
        call.moment,
        vpc=vpc,
        others=lookup.namespaces(tx, call),
        creator_request=asked or "",
        description=request.get("Description"),
        soa_ttl=soa.get("TTL"),
        tags=tags.parse(request.get("Tags", []), name),
    )
    return _put(tx, call, space, asked)


@operation("servicediscovery")
def get_namespace(
    tx: Transaction, call: Call, request: shapes.GetNamespaceRequest
) -> shapes.GetNamespaceResponse:
    """One namespace."""
    space = lookup.namespace(tx, call, request["Id"])
    return {"Namespace": render.namespace(space, _services(tx, space))}


@operation("servicediscovery")
def list_namespaces(
    tx: Transaction, call: Call, request: shapes.ListNamespacesRequest
) -> shapes.ListNamespacesResponse:
    """The namespaces that pass all filters, oldest first; the caller's own unless they say else."""
    wanted = filters.namespaces(call, request.get("Filters", []))
    found = [space for space in lookup.in_region(call, tx.where(Namespace)) if wanted(space)]
    shown, following = lookup.paged(
        found,
        request.get("NextToken"),
        request.get("MaxResults"),
        f"namespaces {request.get('Filters')}",
    )
    answer: shapes.ListNamespacesResponse = {
        "Namespaces": [render.namespace_summary(one, _services(tx, one)) for one in shown]
    }
    if following:
        answer["NextToken"] = following
    return answer


@operation("servicediscovery")
def update_http_namespace(
    tx: Transaction, call: Call, request: shapes.UpdateHttpNamespaceRequest
) -> shapes.UpdateHttpNamespaceResponse:
    """Change an HTTP namespace's description."""
    space = _of_type(tx, call, request["Id"], "HTTP")
    tx.put(replace(space, description=request["Namespace"]["Description"]))
    return {"OperationId": _updated(tx, call, space, request.get("UpdaterRequestId"))}


@operation("servicediscovery")
def update_private_dns_namespace(
    tx: Transaction, call: Call, request: shapes.UpdatePrivateDnsNamespaceRequest
) -> shapes.UpdatePrivateDnsNamespaceResponse:
    """Change a private namespace's description, or the TTL of its SOA record."""
    space = _of_type(tx, call, request["Id"], "DNS_PRIVATE")
    _change(tx, space, request["Namespace"])
    return {"OperationId": _updated(tx, call, space, request.get("UpdaterRequestId"))}


@operation("servicediscovery")
def update_public_dns_namespace(
    tx: Transaction, call: Call, request: shapes.UpdatePublicDnsNamespaceRequest
) -> shapes.UpdatePublicDnsNamespaceResponse:
    """Change a public namespace's description, or the TTL of its SOA record."""
    space = _of_type(tx, call, request["Id"], "DNS_PUBLIC")
    _change(tx, space, request["Namespace"])
    return {"OperationId": _updated(tx, call, space, request.get("UpdaterRequestId"))}


@operation("servicediscovery")
def delete_namespace(
    tx: Transaction, call: Call, request: shapes.DeleteNamespaceRequest
) -> shapes.DeleteNamespaceResponse:
    """Drop a namespace that has no services."""
    space = lookup.own_namespace(tx, call, request["Id"])
    if tx.where(DiscoveryService, namespace=space.arn):
        raise ResourceInUse(
            "Namespace contains registered services; delete the services before deleting "
            "the namespace"
        )
    tx.drop(space)
    return {"OperationId": progress.done(tx, call, "DELETE_NAMESPACE", namespace=space.id)}


def _before(
    tx: Transaction, call: Call, kind: str, name: str, vpc: str | None, asked: str | None
) -> str | None:
    """The operation to answer a retry with; a name taken otherwise is refused.

    A name may be used again by another type of namespace, or in another VPC.
    """
    record = progress.asked_before(tx, call, "CREATE_NAMESPACE", asked)
    for space in lookup.namespaces(tx, call):
        if (space.type, space.name, space.vpc) == (kind, name, vpc):
            if record is not None and ("NAMESPACE", space.id) in record.targets:
                return record.id
            raise NamespaceAlreadyExists(
                f"The namespace {name} already exists",
                CreatorRequestId=space.creator_request,
                NamespaceId=space.id,
            )
    held = record and next(
        (one for one in lookup.namespaces(tx, call) if ("NAMESPACE", one.id) in record.targets),
        None,
    )
    if record is not None and held is not None:
        raise progress.duplicate(record)
    return None


def _put(tx: Transaction, call: Call, space: Namespace, asked: str | None) -> str:
    if len(lookup.namespaces(tx, call)) >= MOST:
        raise ResourceLimitExceeded(f"An account can have at most {MOST} namespaces in a Region")
    tx.put(space)
    return progress.done(tx, call, "CREATE_NAMESPACE", asked, namespace=space.id)


def _of_type(tx: Transaction, call: Call, name: str, kind: str) -> Namespace:
    space = lookup.own_namespace(tx, call, name)
    if space.type != kind:
        raise InvalidInput(f"The namespace {space.id} is of type {space.type}, not {kind}")
    return space


def _change(
    tx: Transaction,
    space: Namespace,
    change: shapes.PrivateDnsNamespaceChange | shapes.PublicDnsNamespaceChange,
) -> None:
    soa = change.get("Properties", {}).get("DnsProperties", {}).get("SOA", {})
    tx.put(
        replace(
            space,
            description=change.get("Description", space.description),
            soa_ttl=soa.get("TTL", space.soa_ttl),
        )
    )


def _updated(tx: Transaction, call: Call, space: Namespace, asked: str | None) -> str:
    return progress.done(tx, call, "UPDATE_NAMESPACE", asked, namespace=space.id)


def _services(tx: Transaction, space: Namespace) -> int:
    return len(tx.where(DiscoveryService, namespace=space.arn))
