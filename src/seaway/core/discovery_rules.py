"""How Cloud Map rows are made, so that the API, ECS and the reconcilers make them alike."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace

from seaway.core.discovery import DiscoveryService, Namespace, Registration
from seaway.core.moment import Moment
from seaway.core.names import Place, Tags, place_of

INITIAL_HEALTH = "AWS_INIT_HEALTH_STATUS"
"""The attribute that sets a new registration's custom health."""


def new_http_namespace(
    place: Place,
    name: str,
    moment: Moment,
    *,
    others: Iterable[Namespace] = (),
    creator_request: str | None = None,
    description: str | None = None,
    tags: Tags = (),
) -> Namespace:
    """A namespace whose services are found by API calls only (API: CreateHttpNamespace).

    ECS, which makes one when a cluster or service names an unknown namespace, leaves
    ``creator_request`` out: AWS then shows the name there. ``others`` are the namespaces
    already at this place; they only matter for the HTTP name (``http_name``).
    """
    arn, number = _namespace_arn(place, moment)
    return Namespace(
        arn=arn,
        id=number,
        name=name,
        type="HTTP",
        http_name=http_name(name, number, others),
        created_at=moment.now,
        creator_request=name if creator_request is None else creator_request,
        description=description,
        tags=tags,
    )


def new_dns_namespace(
    place: Place,
    name: str,
    moment: Moment,
    *,
    vpc: str | None,
    others: Iterable[Namespace] = (),
    creator_request: str = "",
    description: str | None = None,
    soa_ttl: int | None = None,
    tags: Tags = (),
) -> Namespace:
    """A namespace with a hosted zone: private to ``vpc``, or public when that is None.

    API: CreatePrivateDnsNamespace, CreatePublicDnsNamespace. ``soa_ttl`` is seconds.
    """
    arn, number = _namespace_arn(place, moment)
    return Namespace(
        arn=arn,
        id=number,
        name=name,
        type="DNS_PUBLIC" if vpc is None else "DNS_PRIVATE",
        http_name=http_name(name, number, others),
        created_at=moment.now,
        creator_request=creator_request,
        description=description,
        vpc=vpc,
        hosted_zone="Z" + moment.alnum(20).upper(),
        soa_ttl=soa_ttl,
        tags=tags,
    )


def http_name(name: str, number: str, others: Iterable[Namespace]) -> str:
    """The name DiscoverInstances takes: the namespace's own, with a hash when it is reused.

    ``number`` is the new namespace's id; ``others`` are those already at its place.
    """
    if all(other.http_name != name for other in others):
        return name
    return f"{name}-{hashlib.sha256(number.encode()).hexdigest()[:10]}"


def new_discovery_service(
    namespace: Namespace, name: str, owner: str | None, moment: Moment
) -> DiscoveryService:
    """A service found by API calls only; ``owner`` is the ARN of the ECS service it is made for.

    Service Connect never writes DNS records, whatever the namespace's type.
    """
    number = f"srv-{moment.alnum(16)}"
    return DiscoveryService(
        arn=place_of(namespace.arn).arn("servicediscovery", f"service/{number}"),
        id=number,
        name=name,
        namespace=namespace.arn,
        created_at=moment.now,
        owner=owner,
    )


def registration_key(service: DiscoveryService, instance_id: str) -> str:
    """The key of the registration with this instance id."""
    return f"{service.id}/{instance_id}"


def registered(
    service: DiscoveryService,
    instance_id: str,
    attributes: Mapping[str, str],
    moment: Moment,
    *,
    before: Registration | None = None,
    task: str | None = None,
    health: str | None = None,
    creator_request: str = "",
) -> tuple[DiscoveryService, Registration]:
    """The service and the registration after RegisterInstance; both are to be put.

    Registering an id again updates it, so hand in what is there as ``before``: its age stays,
    and the service's revision rises only when more than the health has changed. ``health`` is
    HEALTHY or UNHEALTHY; when None the attribute AWS_INIT_HEALTH_STATUS says it, else HEALTHY.
    For ECS the instance id is the task's id and ``task`` the task's ARN.
    """
    registration = Registration(
        key=registration_key(service, instance_id),
        service=service.arn,
        instance_id=instance_id,
        attributes=tuple(sorted(attributes.items())),
        created_at=moment.now if before is None else before.created_at,
        health=health or attributes.get(INITIAL_HEALTH, "HEALTHY"),
        creator_request=creator_request,
        task=task,
    )
    if before is not None and replace(before, health=registration.health) == registration:
        return service, registration
    return deregistered(service), registration


def deregistered(service: DiscoveryService) -> DiscoveryService:
    """The service after a registration left (drop that one yourself): its revision rises.

    InstancesRevision rises with every registration and deregistration, but not when only the
    health of one changes (API: DiscoverInstances).
    """
    return replace(service, revision=service.revision + 1)


def service_discovery_attributes(
    *,
    address: str,
    port: int | None,
    zone: str,
    region: str,
    service_name: str,
    cluster_name: str,
    family: str,
    instance: str | None = None,
) -> dict[str, str]:
    """What ECS writes on the registration of a task (ECS guide: service discovery).

    ``port`` is None when the service has no SRV record, ``instance`` (EC2 instance id) on
    Fargate.
    """
    known = {
        "AWS_INSTANCE_IPV4": address,
        "AWS_INSTANCE_PORT": None if port is None else str(port),
        "AVAILABILITY_ZONE": zone,
        "REGION": region,
        "ECS_SERVICE_NAME": service_name,
        "ECS_CLUSTER_NAME": cluster_name,
        "EC2_INSTANCE_ID": instance,
        "ECS_TASK_DEFINITION_FAMILY": family,
    }
    return {key: value for key, value in known.items() if value is not None}


def _namespace_arn(place: Place, moment: Moment) -> tuple[str, str]:
    number = f"ns-{moment.alnum(16)}"
    return place.arn("servicediscovery", f"namespace/{number}"), number
