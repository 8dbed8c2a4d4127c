"""serviceConnectConfiguration → ServiceConnect, checked against definition and namespace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.ecs.errors import InvalidParameterException, not_built
from seaway.aws.ecs.namespaces import existing_namespace
from seaway.aws.ecs.parse_container import parse_log
from seaway.core.cluster import Cluster
from seaway.core.connect_rules import (
    alias_count_refusal,
    alias_port_refusal,
    discovery_name_refusal,
    dns_name_refusal,
    memory_refusal,
    network_refusal,
    port_refusal,
    repeat_refusal,
)
from seaway.core.discovery import Namespace
from seaway.core.service import ConnectAlias, ConnectService, ServiceConnect
from seaway.core.task_definition import AppProtocol, TaskDefinition
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import ecs as shapes

_LONGEST_TIMEOUT = 2147483647


def parse_connect(
    tx: Transaction,
    call: Call,
    cluster: Cluster,
    definition: TaskDefinition,
    given: shapes.ServiceConnectConfiguration | None,
) -> ServiceConnect | None:
    """A service's part in Service Connect, its namespace resolved; None when nothing is said.

    Raises InvalidParameterException and NamespaceNotFoundException (API:
    ServiceConnectConfiguration), ClientException for what is not built. Writes nothing; what
    other services hold is checked when the endpoints are made.
    """
    if given is None:
        return None
    if not given["enabled"]:
        return ServiceConnect()
    _refuse_unbuilt(given)
    refuse(network_refusal(definition))
    namespace = _namespace(tx, call, cluster, given.get("namespace"))
    entries = tuple(_entry(definition, item) for item in given.get("services") or ())
    refuse(repeat_refusal(entries, namespace))
    refuse(memory_refusal(definition))
    return ServiceConnect(
        enabled=True,
        namespace=namespace.arn,
        namespace_name=namespace.name,
        services=entries,
        log=parse_log(given.get("logConfiguration"), "serviceConnectConfiguration."),
    )


def check_again(connect: ServiceConnect | None, definition: TaskDefinition) -> None:
    """A configuration that stays must still fit when the task definition changes.

    Raises InvalidParameterException.
    """
    if connect is None or not connect.enabled:
        return
    refuse(network_refusal(definition))
    for entry in connect.services:
        refuse(port_refusal(definition, entry.port_name))
    refuse(memory_refusal(definition))


def refuse(reason: str | None) -> None:
    """Turn core's refusal into the caller's error."""
    if reason is not None:
        raise InvalidParameterException(reason)


def _refuse_unbuilt(given: shapes.ServiceConnectConfiguration) -> None:
    path = "serviceConnectConfiguration."
    if given.get("accessLogConfiguration"):
        if not given.get("logConfiguration"):
            raise InvalidParameterException("accessLogConfiguration requires logConfiguration.")
        raise not_built(path + "accessLogConfiguration")
    if given.get("containerConfigurations"):
        raise not_built(path + "containerConfigurations")
    for index, entry in enumerate(given.get("services") or ()):
        if entry.get("tls"):
            raise not_built(f"{path}services[{index}].tls")
        if entry.get("ingressPortOverride"):
            raise not_built(f"{path}services[{index}].ingressPortOverride")
        if any(alias.get("testTrafficRules") for alias in entry.get("clientAliases") or ()):
            raise not_built(f"{path}services[{index}].clientAliases[0].testTrafficRules")


def _namespace(tx: Transaction, call: Call, cluster: Cluster, given: str | None) -> Namespace:
    """The service's own namespace, or else the cluster's default."""
    wanted = given or cluster.namespace
    if not wanted:
        raise InvalidParameterException("Namespace is missing")
    return existing_namespace(tx, call, wanted)


def _entry(definition: TaskDefinition, given: shapes.ServiceConnectService) -> ConnectService:
    port_name = given["portName"]
    refuse(port_refusal(definition, port_name))
    aliases = given.get("clientAliases") or []
    refuse(alias_count_refusal(len(aliases)))
    alias = _alias(aliases[0]) if aliases else None
    discovery_name = given.get("discoveryName") or None
    if discovery_name is not None:
        refuse(discovery_name_refusal(discovery_name))
    idle, request = _timeouts(definition, port_name, given.get("timeout") or {})
    return ConnectService(
        port_name=port_name,
        discovery_name=discovery_name,
        alias=alias,
        idle_timeout=idle,
        request_timeout=request,
    )


def _alias(given: shapes.ServiceConnectClientAlias) -> ConnectAlias:
    refuse(alias_port_refusal(given["port"]))
    dns_name = given.get("dnsName") or None
    if dns_name is not None:
        refuse(dns_name_refusal(dns_name))
    return ConnectAlias(port=given["port"], dns_name=dns_name)


def _timeouts(
    definition: TaskDefinition, port_name: str, given: shapes.TimeoutConfiguration
) -> tuple[int | None, int | None]:
    idle, request = given.get("idleTimeoutSeconds"), given.get("perRequestTimeoutSeconds")
    for seconds in (idle, request):
        if seconds is not None and not 0 <= seconds <= _LONGEST_TIMEOUT:
            raise InvalidParameterException(
                f"Service Connect timeouts must be from 0 to {_LONGEST_TIMEOUT} seconds."
            )
    named = definition.port_named(port_name)
    protocol = named[1].app_protocol if named else None
    if request is not None and protocol in (None, AppProtocol.TCP):
        raise InvalidParameterException(
            "perRequestTimeoutSeconds can only be set if the appProtocol isn't TCP."
        )
    return idle, request
