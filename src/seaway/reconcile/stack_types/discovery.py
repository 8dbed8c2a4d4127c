"""AWS::ServiceDiscovery resources."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from seaway.core.stack import Refused
from seaway.reconcile.stack_types.kinds import Kind, Made, Properties, Work, unchanged

SERVICE = "servicediscovery"


def _create_namespace(operation: str, *names: str) -> Callable[[Work], Made]:
    def create(work: Work) -> Made:
        work.only("Tags", *names)
        made = work(SERVICE, operation, Tags=work.tags(), **work.some(*names))
        return Made("", {"OperationId": made["OperationId"]})

    return create


def _update_namespace(operation: str, *names: str) -> Callable[[Work, Properties], Made]:
    def update(work: Work, old: Properties) -> Made:
        change = {"Description": "", **work.some(*names)}
        work(SERVICE, operation, Id=work.physical, Namespace=change)
        return unchanged(work)

    return update


def _namespace_ready(work: Work) -> bool | Made:
    """Namespaces are made by an operation of Cloud Map's; its target is the namespace."""
    asked = work.attributes["OperationId"]
    operation = work(SERVICE, "GetOperation", OperationId=asked)["Operation"]
    if operation["Status"] == "FAIL":
        raise Refused(
            operation.get("ErrorCode", "Failed"), operation.get("ErrorMessage", "It failed.")
        )
    if operation["Status"] != "SUCCESS":
        return False
    key = operation["Targets"]["NAMESPACE"]
    shown = work(SERVICE, "GetNamespace", Id=key)["Namespace"]
    dns = shown.get("Properties", {}).get("DnsProperties", {})
    attributes = {"Id": key, "Arn": shown["Arn"], "OperationId": asked}
    return Made(key, {**attributes, "HostedZoneId": dns.get("HostedZoneId", "")})


def _namespace(kind: str, mutable: tuple[str, ...], *fixed: str) -> Kind:
    return Kind(
        create=_create_namespace(f"Create{kind}", *mutable, *fixed),
        ready=_namespace_ready,
        update=_update_namespace(f"Update{kind}", *mutable),
        mutable=frozenset(mutable),
        delete=lambda work: work(SERVICE, "DeleteNamespace", Id=work.physical),
    )


def _create_service(work: Work) -> Made:
    rest = work.without("Tags", "ServiceAttributes")
    made = work(SERVICE, "CreateService", Tags=work.tags(), **rest)["Service"]
    work.there(made["Id"])
    _set_attributes(work, made["Id"], {})
    return Made(made["Id"], {"Id": made["Id"], "Arn": made["Arn"], "Name": made["Name"]})


def _set_attributes(work: Work, service: str, old: dict[str, Any]) -> None:
    wanted = {key: str(value) for key, value in work.get("ServiceAttributes", {}).items()}
    gone = [key for key in old if key not in wanted]
    if gone:
        work(SERVICE, "DeleteServiceAttributes", ServiceId=service, Attributes=gone)
    if wanted:
        work(SERVICE, "UpdateServiceAttributes", ServiceId=service, Attributes=wanted)


_UPDATED = ("Description", "DnsConfig", "HealthCheckConfig")


def _update_service(work: Work, old: Properties) -> Made:
    if any(work.get(name) != old.get(name) for name in _UPDATED):
        dns = work.get("DnsConfig")
        if _fixed(dns) != _fixed(old.get("DnsConfig")):
            raise Refused(
                "InvalidRequest",
                "Of a service's DnsConfig only DnsRecords can be changed; give the service "
                "another name to have it made anew.",
            )
        change = {"Description": "", **work.some("Description", "HealthCheckConfig")}
        if dns is not None:
            change["DnsConfig"] = {"DnsRecords": dns["DnsRecords"]}
        work(SERVICE, "UpdateService", Id=work.physical, Service=change)
    _set_attributes(work, work.physical, old.get("ServiceAttributes", {}))
    return unchanged(work)


def _fixed(dns: dict[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in (dns or {}).items() if name != "DnsRecords"}


def _register(work: Work) -> Made:
    work.only("InstanceId", "ServiceId", "InstanceAttributes")
    name = work.physical or work.name("InstanceId", 64)
    given = {key: str(value) for key, value in work.need("InstanceAttributes").items()}
    service = work.need("ServiceId")
    work(SERVICE, "RegisterInstance", ServiceId=service, InstanceId=name, Attributes=given)
    return Made(name)


def _deregister(work: Work) -> None:
    service = work.need("ServiceId")
    work(SERVICE, "DeregisterInstance", ServiceId=service, InstanceId=work.physical)


TYPES = {
    "AWS::ServiceDiscovery::HttpNamespace": _namespace("HttpNamespace", ("Description",), "Name"),
    "AWS::ServiceDiscovery::PrivateDnsNamespace": _namespace(
        "PrivateDnsNamespace", ("Description", "Properties"), "Name", "Vpc"
    ),
    "AWS::ServiceDiscovery::PublicDnsNamespace": _namespace(
        "PublicDnsNamespace", ("Description", "Properties"), "Name"
    ),
    "AWS::ServiceDiscovery::Service": Kind(
        create=_create_service,
        update=_update_service,
        mutable=frozenset((*_UPDATED, "ServiceAttributes")),
        delete=lambda work: work(SERVICE, "DeleteService", Id=work.physical),
    ),
    "AWS::ServiceDiscovery::Instance": Kind(
        create=_register,
        update=lambda work, old: _register(work),
        mutable=frozenset({"InstanceAttributes"}),
        delete=_deregister,
    ),
}
