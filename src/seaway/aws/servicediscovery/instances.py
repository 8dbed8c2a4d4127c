"""Instances: register, deregister, show, and their health."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.operation import operation
from seaway.aws.servicediscovery import attributes, lookup, progress, render
from seaway.aws.servicediscovery.errors import (
    CustomHealthNotFound,
    NamespaceNotFound,
    ResourceLimitExceeded,
)
from seaway.core.discovery import DiscoveryOperation, DiscoveryService, Namespace, Registration
from seaway.core.discovery_rules import deregistered, registered, registration_key
from seaway.core.names import place_of
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import servicediscovery as shapes

MOST = 1000
"""Instances of a service (Cloud Map quotas)."""

MOST_OF_NAMESPACE = 2000
"""Instances of a namespace."""


@operation("servicediscovery")
def register_instance(
    tx: Transaction, call: Call, request: shapes.RegisterInstanceRequest
) -> shapes.RegisterInstanceResponse:
    """Say where a service is served; an instance id that is there is updated."""
    service = lookup.service(tx, call, request["ServiceId"])
    lookup.refuse_owned(service)
    space = tx.find(Namespace, service.namespace)
    if space is None:
        raise NamespaceNotFound("Namespace not found")
    asked, name = request.get("CreatorRequestId"), request["InstanceId"]
    kept = attributes.parse(tx, space, service, request["Attributes"])
    before = tx.find(Registration, registration_key(service, name))
    record = progress.asked_before(tx, call, "REGISTER_INSTANCE", asked)
    if record is not None and _is_retry(record, service, name, kept, before):
        return {"OperationId": record.id}
    if before is None:
        _check_room(tx, space, service)
    revised, registration = registered(
        service, name, kept, call.moment, before=before, creator_request=asked or ""
    )
    if call.account != place_of(service.arn).account:
        registration = replace(registration, created_by=call.account)
    tx.put(revised)
    tx.put(registration)
    done = progress.done(tx, call, "REGISTER_INSTANCE", asked, instance=name, service=service.id)
    return {"OperationId": done}


@operation("servicediscovery")
def deregister_instance(
    tx: Transaction, call: Call, request: shapes.DeregisterInstanceRequest
) -> shapes.DeregisterInstanceResponse:
    """Take an instance out of a service."""
    service = lookup.service(tx, call, request["ServiceId"])
    lookup.refuse_owned(service)
    found = lookup.registration(tx, service, request["InstanceId"])
    tx.drop(found)
    tx.put(deregistered(service))
    done = progress.done(
        tx, call, "DEREGISTER_INSTANCE", instance=found.instance_id, service=service.id
    )
    return {"OperationId": done}


@operation("servicediscovery")
def get_instance(
    tx: Transaction, call: Call, request: shapes.GetInstanceRequest
) -> shapes.GetInstanceResponse:
    """One instance."""
    service = lookup.service(tx, call, request["ServiceId"])
    found = lookup.registration(tx, service, request["InstanceId"])
    return {"ResourceOwner": place_of(service.arn).account, "Instance": render.instance(found)}


@operation("servicediscovery")
def list_instances(
    tx: Transaction, call: Call, request: shapes.ListInstancesRequest
) -> shapes.ListInstancesResponse:
    """A service's instances, oldest first."""
    service = lookup.service(tx, call, request["ServiceId"])
    shown, following = lookup.paged(
        tx.where(Registration, service=service.arn),
        request.get("NextToken"),
        request.get("MaxResults"),
        f"instances {service.id}",
    )
    answer: shapes.ListInstancesResponse = {
        "ResourceOwner": place_of(service.arn).account,
        "Instances": [render.instance_summary(one) for one in shown],
    }
    if following:
        answer["NextToken"] = following
    return answer


@operation("servicediscovery")
def get_instances_health_status(
    tx: Transaction, call: Call, request: shapes.GetInstancesHealthStatusRequest
) -> shapes.GetInstancesHealthStatusResponse:
    """The health of a service's instances, or of those named."""
    service = lookup.service(tx, call, request["ServiceId"])
    names = request.get("Instances")
    if names:
        found = [lookup.registration(tx, service, name) for name in names]
    else:
        found = tx.where(Registration, service=service.arn)
    shown, following = lookup.paged(
        found, request.get("NextToken"), request.get("MaxResults"), f"health {service.id} {names}"
    )
    answer: shapes.GetInstancesHealthStatusResponse = {
        "Status": {one.instance_id: render.health(one, service) for one in shown}
    }
    if following:
        answer["NextToken"] = following
    return answer


@operation("servicediscovery")
def update_instance_custom_health_status(
    tx: Transaction, call: Call, request: shapes.UpdateInstanceCustomHealthStatusRequest
) -> None:
    """Set an instance's custom health. It holds at once; AWS takes about 30 seconds."""
    service = lookup.service(tx, call, request["ServiceId"])
    found = lookup.registration(tx, service, request["InstanceId"])
    if not service.custom_health:
        raise CustomHealthNotFound(
            f"The service {service.id} has no custom health check (HealthCheckCustomConfig)"
        )
    lookup.refuse_owned(service)
    tx.put(replace(found, health=request["Status"]))


def _check_room(tx: Transaction, space: Namespace, service: DiscoveryService) -> None:
    if len(tx.where(Registration, service=service.arn)) >= MOST:
        raise ResourceLimitExceeded(f"A service can have at most {MOST} instances")
    services = tx.where(DiscoveryService, namespace=space.arn)
    if sum(len(tx.where(Registration, service=s.arn)) for s in services) >= MOST_OF_NAMESPACE:
        raise ResourceLimitExceeded(f"A namespace can have at most {MOST_OF_NAMESPACE} instances")


def _is_retry(
    record: DiscoveryOperation,
    service: DiscoveryService,
    name: str,
    kept: dict[str, str],
    before: Registration | None,
) -> bool:
    """Whether this is the recorded request again. Raises DuplicateRequest for another one."""
    same = ("INSTANCE", name) in record.targets and ("SERVICE", service.id) in record.targets
    if not same:
        raise progress.duplicate(record)
    return before is not None and dict(before.attributes) == kept
