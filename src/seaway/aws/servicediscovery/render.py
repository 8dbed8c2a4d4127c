"""Cloud Map nouns as AWS shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seaway.aws.instants import instant
from seaway.core.discovery import (
    DiscoveryOperation,
    DiscoveryService,
    Namespace,
    Registration,
)
from seaway.core.names import last_part, place_of
from seaway.core.zone import SOA_TTL

if TYPE_CHECKING:
    from seaway.aws.shapes import servicediscovery as shapes


def namespace(found: Namespace, services: int) -> shapes.Namespace:
    """A namespace as GetNamespace shows it; ``services`` is how many it has."""
    return {
        **namespace_summary(found, services),
        "CreatorRequestId": found.creator_request,
    }


def namespace_summary(found: Namespace, services: int) -> shapes.NamespaceSummary:
    """A namespace as ListNamespaces shows it."""
    shown: shapes.NamespaceSummary = {
        "Id": found.id,
        "Arn": found.arn,
        "ResourceOwner": place_of(found.arn).account,
        "Name": found.name,
        "Type": found.type,
        "ServiceCount": services,
        "Properties": _properties(found),
        "CreateDate": instant(found.created_at),
    }
    if found.description is not None:
        shown["Description"] = found.description
    return shown


def _properties(found: Namespace) -> shapes.NamespaceProperties:
    dns: shapes.DnsProperties = {}
    if found.hosted_zone is not None:
        dns["HostedZoneId"] = found.hosted_zone
        dns["SOA"] = {"TTL": SOA_TTL if found.soa_ttl is None else found.soa_ttl}
    return {"DnsProperties": dns, "HttpProperties": {"HttpName": found.http_name}}


def service(found: DiscoveryService, instances: int) -> shapes.Service:
    """A service as GetService shows it; ``instances`` is how many are registered."""
    account = place_of(found.arn).account
    shown: shapes.Service = {
        "Id": found.id,
        "Arn": found.arn,
        "ResourceOwner": account,
        "Name": found.name,
        "NamespaceId": last_part(found.namespace),
        "InstanceCount": instances,
        "Type": found.type,
        "CreateDate": instant(found.created_at),
        "CreatorRequestId": found.creator_request,
        "CreatedByAccount": found.created_by or account,
    }
    if found.description is not None:
        shown["Description"] = found.description
    if found.records:
        shown["DnsConfig"] = _dns(found)
    if found.custom_health:
        shown["HealthCheckCustomConfig"] = {"FailureThreshold": 1}
    if found.health_check is not None:
        shown["HealthCheckConfig"] = _health_check(found.health_check)
    return shown


def service_summary(found: DiscoveryService, instances: int) -> shapes.ServiceSummary:
    """A service as ListServices shows it."""
    account = place_of(found.arn).account
    shown: shapes.ServiceSummary = {
        "Id": found.id,
        "Arn": found.arn,
        "ResourceOwner": account,
        "Name": found.name,
        "Type": found.type,
        "InstanceCount": instances,
        "CreateDate": instant(found.created_at),
        "CreatedByAccount": found.created_by or account,
    }
    if found.description is not None:
        shown["Description"] = found.description
    if found.records:
        shown["DnsConfig"] = _dns(found)
    if found.custom_health:
        shown["HealthCheckCustomConfig"] = {"FailureThreshold": 1}
    if found.health_check is not None:
        shown["HealthCheckConfig"] = _health_check(found.health_check)
    return shown


def _health_check(check: tuple[str, str, int]) -> shapes.HealthCheckConfig:
    kind, path, threshold = check
    shown: shapes.HealthCheckConfig = {"Type": kind, "FailureThreshold": threshold}
    if kind != "TCP":
        shown["ResourcePath"] = path
    return shown


def _dns(found: DiscoveryService) -> shapes.DnsConfig:
    shown: shapes.DnsConfig = {
        "NamespaceId": last_part(found.namespace),
        "DnsRecords": [{"Type": record.type, "TTL": record.ttl} for record in found.records],
    }
    if found.routing_policy is not None:
        shown["RoutingPolicy"] = found.routing_policy
    return shown


def instance(found: Registration) -> shapes.Instance:
    """A registration as GetInstance shows it."""
    return {
        "Id": found.instance_id,
        "CreatorRequestId": found.creator_request,
        "Attributes": dict(found.attributes),
        "CreatedByAccount": found.created_by or place_of(found.service).account,
    }


def instance_summary(found: Registration) -> shapes.InstanceSummary:
    """A registration as ListInstances shows it."""
    return {
        "Id": found.instance_id,
        "Attributes": dict(found.attributes),
        "CreatedByAccount": found.created_by or place_of(found.service).account,
    }


def health(found: Registration, owner: DiscoveryService) -> str:
    """A registration's health; where nobody checks, nobody knows."""
    return found.health if owner.is_checked else "UNKNOWN"


def discovered(
    found: Registration, owner: DiscoveryService, space: Namespace
) -> shapes.HttpInstanceSummary:
    """A registration as DiscoverInstances shows it."""
    return {
        "InstanceId": found.instance_id,
        "NamespaceName": space.http_name,
        "ServiceName": owner.name,
        "HealthStatus": health(found, owner),
        "Attributes": dict(found.attributes),
    }


def operation(record: DiscoveryOperation) -> shapes.Operation:
    """An operation as GetOperation shows it."""
    return {
        "Id": record.id,
        "OwnerAccount": record.owner,
        "Type": record.type,
        "Status": record.status,
        "CreateDate": instant(record.created_at),
        "UpdateDate": instant(record.created_at),
        "Targets": dict(record.targets),
    }
