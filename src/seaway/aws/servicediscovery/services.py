"""Discovery services: create, show, change, delete; and their attributes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.operation import operation
from seaway.aws.servicediscovery import filters, lookup, progress, render, tags
from seaway.aws.servicediscovery.errors import (
    InvalidInput,
    ResourceInUse,
    ServiceAlreadyExists,
    ServiceAttributesLimitExceededException,
)
from seaway.core.discovery import DiscoveryService, DnsRecord, Namespace, Registration
from seaway.core.discovery_rules import new_discovery_service
from seaway.core.names import place_of
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import servicediscovery as shapes

COMBINATIONS = ({"A"}, {"AAAA"}, {"A", "AAAA"}, {"SRV"}, {"CNAME"})
MOST_ATTRIBUTES = 30


@operation("servicediscovery")
def create_service(
    tx: Transaction, call: Call, request: shapes.CreateServiceRequest
) -> shapes.CreateServiceResponse:
    """A name in a namespace; a retry with the same creator request id gives what is there."""
    space = lookup.namespace(tx, call, _namespace_id(request))
    there = _there(tx, space, request["Name"])
    if there is not None:
        asked = request.get("CreatorRequestId")
        if asked and asked == there.creator_request and there.owner is None:
            return {"Service": render.service(there, _instances(tx, there))}
        raise ServiceAlreadyExists(
            "Service already exists.",
            CreatorRequestId=there.creator_request,
            ServiceId=there.id,
            ServiceArn=there.arn,
        )
    records = _records(space, request)
    service = replace(
        new_discovery_service(space, request["Name"], None, call.moment),
        type="DNS_HTTP" if records else "HTTP",
        creator_request=request.get("CreatorRequestId", ""),
        description=request.get("Description"),
        records=records,
        routing_policy=_policy(request) if records else None,
        custom_health="HealthCheckCustomConfig" in request,
        health_check=_health_check(space, request.get("HealthCheckConfig"), records, request),
        created_by=call.account if call.account != place_of(space.arn).account else None,
        tags=tags.parse(request.get("Tags", []), request["Name"]),
    )
    tx.put(service)
    return {"Service": render.service(service, 0)}


@operation("servicediscovery")
def get_service(
    tx: Transaction, call: Call, request: shapes.GetServiceRequest
) -> shapes.GetServiceResponse:
    """One service."""
    service = lookup.service(tx, call, request["Id"])
    return {"Service": render.service(service, _instances(tx, service))}


@operation("servicediscovery")
def list_services(
    tx: Transaction, call: Call, request: shapes.ListServicesRequest
) -> shapes.ListServicesResponse:
    """The services that pass all filters, oldest first; the caller's own unless they say else."""
    wanted = filters.services(call, request.get("Filters", []))
    found = [one for one in lookup.in_region(call, tx.where(DiscoveryService)) if wanted(one)]
    shown, following = lookup.paged(
        found,
        request.get("NextToken"),
        request.get("MaxResults"),
        f"services {request.get('Filters')}",
    )
    answer: shapes.ListServicesResponse = {
        "Services": [render.service_summary(one, _instances(tx, one)) for one in shown]
    }
    if following:
        answer["NextToken"] = following
    return answer


@operation("servicediscovery")
def update_service(
    tx: Transaction, call: Call, request: shapes.UpdateServiceRequest
) -> shapes.UpdateServiceResponse:
    """Change a service's description, the TTL of its records, its Route 53 health check.

    DNS records and a HealthCheckConfig that are left out are deleted, as the API says.
    """
    service = lookup.service(tx, call, request["Id"])
    lookup.refuse_owned(service)
    change = request["Service"]
    space = lookup.namespace(tx, call, service.namespace)
    if space.type == "HTTP":
        raise InvalidInput(
            f"The service {service.id} cannot be updated: its namespace is of type HTTP"
        )
    records = _changed_records(service, change)
    updated = replace(
        service,
        description=change.get("Description", service.description),
        records=records,
        routing_policy=service.routing_policy if records else None,
        health_check=_changed_check(space, service, change, records),
    )
    tx.put(updated)
    return {"OperationId": progress.done(tx, call, "UPDATE_SERVICE", service=service.id)}


@operation("servicediscovery")
def delete_service(
    tx: Transaction, call: Call, request: shapes.DeleteServiceRequest
) -> shapes.DeleteServiceResponse:
    """Drop a service nothing is registered in."""
    service = lookup.service(tx, call, request["Id"])
    lookup.refuse_owned(service)
    if _instances(tx, service):
        raise ResourceInUse(
            "Service contains registered instances; delete the instances before deleting "
            "the service"
        )
    tx.drop(service)
    return {}


@operation("servicediscovery")
def get_service_attributes(
    tx: Transaction, call: Call, request: shapes.GetServiceAttributesRequest
) -> shapes.GetServiceAttributesResponse:
    """The attributes of a service itself, not of its instances."""
    service = lookup.service(tx, call, request["ServiceId"])
    return {
        "ServiceAttributes": {
            "ServiceArn": service.arn,
            "ResourceOwner": place_of(service.arn).account,
            "Attributes": dict(service.attributes),
        }
    }


@operation("servicediscovery")
def update_service_attributes(
    tx: Transaction, call: Call, request: shapes.UpdateServiceAttributesRequest
) -> shapes.UpdateServiceAttributesResponse:
    """Add attributes to a service; those of the same key are replaced."""
    service = lookup.service(tx, call, request["ServiceId"])
    joined = dict(service.attributes) | request["Attributes"]
    if len(joined) > MOST_ATTRIBUTES:
        raise ServiceAttributesLimitExceededException(
            f"A service can have at most {MOST_ATTRIBUTES} attributes"
        )
    tx.put(replace(service, attributes=tuple(joined.items())))
    return {}


@operation("servicediscovery")
def delete_service_attributes(
    tx: Transaction, call: Call, request: shapes.DeleteServiceAttributesRequest
) -> shapes.DeleteServiceAttributesResponse:
    """Take attributes off a service; a key that is not there is no error."""
    service = lookup.service(tx, call, request["ServiceId"])
    gone = set(request["Attributes"])
    kept = tuple(pair for pair in service.attributes if pair[0] not in gone)
    tx.put(replace(service, attributes=kept))
    return {}


def _namespace_id(request: shapes.CreateServiceRequest) -> str:
    dns = request.get("DnsConfig", {}).get("NamespaceId")
    given = request.get("NamespaceId")
    if given and dns and given != dns:
        raise InvalidInput("NamespaceId and DnsConfig.NamespaceId name different namespaces")
    if not (given or dns):
        raise InvalidInput("NamespaceId must be specified")
    return given or dns or ""


def _there(tx: Transaction, space: Namespace, name: str) -> DiscoveryService | None:
    """The service of this name; DNS does not tell upper case from lower."""
    for service in tx.where(DiscoveryService, namespace=space.arn):
        alike = service.name.lower() == name.lower() and space.type != "HTTP"
        if service.name == name or alike:
            return service
    return None


def _records(space: Namespace, request: shapes.CreateServiceRequest) -> tuple[DnsRecord, ...]:
    config = request.get("DnsConfig")
    if request.get("Type") == "HTTP" or space.type == "HTTP":
        if config is not None:
            where = "an HTTP namespace" if space.type == "HTTP" else "a service of type HTTP"
            raise InvalidInput(f"DnsConfig cannot be specified for {where}")
        return ()
    if config is None:
        raise InvalidInput(
            f"DnsConfig must be specified in a namespace of type {space.type}, or Type HTTP"
        )
    records = _parse_records(config["DnsRecords"])
    kinds = {record.type for record in records}
    if kinds not in COMBINATIONS or len(kinds) < len(records):
        raise InvalidInput(
            "DnsRecords must be A, AAAA, A and AAAA, SRV, or CNAME; not "
            + ", ".join(record.type for record in records)
        )
    if kinds == {"CNAME"} and _policy(request) != "WEIGHTED":
        raise InvalidInput("The routing policy of CNAME records must be WEIGHTED")
    return records


def _parse_records(raw: Sequence[shapes.DnsRecord]) -> tuple[DnsRecord, ...]:
    return tuple(DnsRecord(type=record["Type"], ttl=record["TTL"]) for record in raw)


def _policy(request: shapes.CreateServiceRequest) -> str:
    return request.get("DnsConfig", {}).get("RoutingPolicy", "MULTIVALUE")


def _changed_records(
    service: DiscoveryService, change: shapes.ServiceChange
) -> tuple[DnsRecord, ...]:
    config = change.get("DnsConfig")
    if config is None:
        return ()
    records = _parse_records(config["DnsRecords"])
    held = {record.type for record in service.records}
    kinds = [record.type for record in records]
    if len(set(kinds)) < len(kinds):
        raise InvalidInput(f"DnsRecords has a record type twice: {', '.join(kinds)}")
    for record in records:
        if record.type not in held:
            raise InvalidInput(
                f"The service {service.id} has no record of type {record.type}; record types "
                "cannot be added"
            )
    return records


def _health_check(
    space: Namespace,
    config: shapes.HealthCheckConfig | None,
    records: Sequence[DnsRecord],
    request: shapes.CreateServiceRequest | None = None,
) -> tuple[str, str, int] | None:
    """Type, path and failure threshold of a Route 53 health check (API: HealthCheckConfig)."""
    if config is None:
        return None
    if request is not None and "HealthCheckCustomConfig" in request:
        raise InvalidInput(
            "HealthCheckConfig and HealthCheckCustomConfig cannot be specified together"
        )
    if space.type == "DNS_PRIVATE":
        raise InvalidInput(
            "HealthCheckConfig can only be specified in public DNS and HTTP namespaces; use "
            "HealthCheckCustomConfig in a private DNS namespace"
        )
    if any(record.type == "CNAME" for record in records):
        raise InvalidInput("HealthCheckConfig cannot be specified for CNAME records")
    path = config.get("ResourcePath")
    if config["Type"] == "TCP" and path:
        raise InvalidInput("ResourcePath cannot be specified for a health check of type TCP")
    return config["Type"], path or "/", config.get("FailureThreshold", 1)


def _changed_check(
    space: Namespace,
    service: DiscoveryService,
    change: shapes.ServiceChange,
    records: Sequence[DnsRecord],
) -> tuple[str, str, int] | None:
    config = change.get("HealthCheckConfig")
    if config is not None and service.custom_health:
        raise InvalidInput(
            f"The service {service.id} has a HealthCheckCustomConfig, beside which it cannot "
            "have a HealthCheckConfig"
        )
    found = _health_check(space, config, records)
    if found and service.health_check and found[0] != service.health_check[0]:
        raise InvalidInput("The Type of a health check cannot be changed")
    return found


def _instances(tx: Transaction, service: DiscoveryService) -> int:
    return len(tx.where(Registration, service=service.arn))
