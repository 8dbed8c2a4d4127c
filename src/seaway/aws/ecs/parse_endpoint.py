"""One of serviceConnectConfiguration's services → ConnectService, checked against its port."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.ecs.errors import InvalidParameterException, refuse
from seaway.core.authority import CertificateAuthority, authority_refusal
from seaway.core.connect_rules import (
    alias_count_refusal,
    alias_port_refusal,
    discovery_name_refusal,
    dns_name_refusal,
    header_refusal,
    port_refusal,
    request_rule_refusal,
    tls_refusal,
)
from seaway.core.service import ConnectAlias, ConnectService, ConnectTls, TestHeader
from seaway.core.task_definition import AppProtocol, TaskDefinition
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import ecs as shapes

_LONGEST_TIMEOUT = 2147483647


def parse_endpoint(
    tx: Transaction, call: Call, definition: TaskDefinition, given: shapes.ServiceConnectService
) -> ConnectService:
    """An endpoint as asked for (API: ServiceConnectService).

    Raises InvalidParameterException.
    """
    port_name = given["portName"]
    refuse(port_refusal(definition, port_name))
    named = definition.port_named(port_name)
    protocol = (named[1].app_protocol if named else None) or AppProtocol.TCP
    aliases = given.get("clientAliases") or []
    refuse(alias_count_refusal(len(aliases)))
    discovery_name = given.get("discoveryName") or None
    if discovery_name is not None:
        refuse(discovery_name_refusal(discovery_name))
    timeout = given.get("timeout") or {}
    return ConnectService(
        port_name=port_name,
        discovery_name=discovery_name,
        alias=_alias(aliases[0], protocol) if aliases else None,
        ingress_port=given.get("ingressPortOverride"),
        idle_timeout=_seconds(timeout.get("idleTimeoutSeconds")),
        request_timeout=_request_timeout(timeout, protocol),
        tls=_tls(tx, call, definition, given.get("tls")),
    )


def _alias(given: shapes.ServiceConnectClientAlias, protocol: AppProtocol) -> ConnectAlias:
    refuse(alias_port_refusal(given["port"]))
    dns_name = given.get("dnsName") or None
    if dns_name is not None:
        refuse(dns_name_refusal(dns_name))
    return ConnectAlias(
        port=given["port"],
        dns_name=dns_name,
        test_header=_test_header(given.get("testTrafficRules"), protocol),
    )


def _test_header(
    given: shapes.ServiceConnectTestTrafficRules | None, protocol: AppProtocol
) -> TestHeader | None:
    """The header of test traffic; without a value any value will do."""
    if not given:
        return None
    refuse(request_rule_refusal("testTrafficRules", protocol))
    header = given["header"]
    refuse(header_refusal(header["name"]))
    value = header.get("value")
    return TestHeader(name=header["name"], exact=value["exact"] if value else None)


def _tls(
    tx: Transaction,
    call: Call,
    definition: TaskDefinition,
    given: shapes.ServiceConnectTlsConfiguration | None,
) -> ConnectTls | None:
    """kmsKey and roleArn are kept and shown: keys lie in Seaway's own store and need neither."""
    if not given:
        return None
    refuse(tls_refusal(definition))
    authority = given["issuerCertificateAuthority"].get("awsPcaAuthorityArn") or None
    if authority is not None:
        found = tx.find(CertificateAuthority, authority)
        refuse(authority_refusal(found, call.moment.now))
    return ConnectTls(
        authority=authority,
        kms_key=given.get("kmsKey") or None,
        role=given.get("roleArn") or None,
    )


def _request_timeout(given: shapes.TimeoutConfiguration, protocol: AppProtocol) -> int | None:
    seconds = _seconds(given.get("perRequestTimeoutSeconds"))
    if seconds is not None:
        refuse(request_rule_refusal("perRequestTimeoutSeconds", protocol))
    return seconds


def _seconds(given: int | None) -> int | None:
    if given is not None and not 0 <= given <= _LONGEST_TIMEOUT:
        raise InvalidParameterException(
            f"Service Connect timeouts must be from 0 to {_LONGEST_TIMEOUT} seconds."
        )
    return given
