"""An instance's attributes: what a service's records need, and AWS's limits."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping

from seaway.aws.servicediscovery.errors import InvalidInput
from seaway.core.capacity import ContainerInstance
from seaway.core.discovery import DiscoveryService, Namespace
from seaway.core.discovery_rules import INITIAL_HEALTH
from seaway.core.network import NetworkInterface
from seaway.store.transaction import Transaction

ALIAS = "AWS_ALIAS_DNS_NAME"
EC2 = "AWS_EC2_INSTANCE_ID"
CNAME = "AWS_INSTANCE_CNAME"
IPV4 = "AWS_INSTANCE_IPV4"
IPV6 = "AWS_INSTANCE_IPV6"
PORT = "AWS_INSTANCE_PORT"
KNOWN = (ALIAS, EC2, CNAME, IPV4, IPV6, PORT, INITIAL_HEALTH)

MOST_CUSTOM = 30
MOST_CHARACTERS = 5000


def parse(
    tx: Transaction, space: Namespace, service: DiscoveryService, given: Mapping[str, str]
) -> dict[str, str]:
    """The attributes to keep (API: RegisterInstance). Raises InvalidInput."""
    _check_size(given)
    _check_values(given)
    if INITIAL_HEALTH in given and not service.custom_health:
        raise InvalidInput(
            f"{INITIAL_HEALTH} can only be specified when the service has a HealthCheckCustomConfig"
        )
    if EC2 in given:
        return _with_address(tx, space, given)
    if ALIAS in given:
        _check_alias(service, given)
    else:
        _check_records(service, given)
    return dict(given)


def _check_size(given: Mapping[str, str]) -> None:
    if sum(1 for key in given if key not in KNOWN) > MOST_CUSTOM:
        raise InvalidInput(f"An instance can have at most {MOST_CUSTOM} custom attributes")
    if sum(len(key) + len(value) for key, value in given.items()) > MOST_CHARACTERS:
        raise InvalidInput(
            f"The attributes of an instance can have at most {MOST_CHARACTERS} characters"
        )
    for key in given:
        if key.startswith("AWS_") and key not in KNOWN:
            raise InvalidInput(f"The attribute {key} is not valid: AWS_ is reserved")


def _check_values(given: Mapping[str, str]) -> None:
    for key, read in ((IPV4, ipaddress.IPv4Address), (IPV6, ipaddress.IPv6Address)):
        if key in given:
            try:
                read(given[key])
            except ValueError as error:
                raise InvalidInput(f"{given[key]} is not a valid value of {key}") from error
    port = given.get(PORT)
    if port is not None and not (port.isdecimal() and int(port) <= 65535):
        raise InvalidInput(f"{port} is not a valid value of {PORT}")
    if given.get(INITIAL_HEALTH) not in (None, "HEALTHY", "UNHEALTHY"):
        raise InvalidInput(f"{INITIAL_HEALTH} must be HEALTHY or UNHEALTHY")


def _check_records(service: DiscoveryService, given: Mapping[str, str]) -> None:
    needs = {"A": IPV4, "AAAA": IPV6, "CNAME": CNAME, "SRV": PORT}
    if service.health_check is not None and (
        PORT not in given or (IPV4 not in given and IPV6 not in given)
    ):
        raise InvalidInput(
            f"{PORT} and {IPV4} or {IPV6} must be specified: the service has a HealthCheckConfig"
        )
    for record in service.records:
        if needs[record.type] not in given:
            raise InvalidInput(
                f"{needs[record.type]} must be specified: the service has a record of type "
                f"{record.type}"
            )
        if record.type == "SRV" and IPV4 not in given and IPV6 not in given:
            raise InvalidInput(
                f"{IPV4} or {IPV6} must be specified: the service has a record of type SRV"
            )


def _check_alias(service: DiscoveryService, given: Mapping[str, str]) -> None:
    if any(key in given for key in (CNAME, IPV4, IPV6, PORT)):
        raise InvalidInput(f"{ALIAS} cannot be specified together with AWS_INSTANCE attributes")
    kinds = {record.type for record in service.records}
    if not kinds or not kinds <= {"A", "AAAA"} or service.routing_policy != "WEIGHTED":
        raise InvalidInput(
            f"{ALIAS} needs a service with A or AAAA records and the routing policy WEIGHTED"
        )


def _with_address(tx: Transaction, space: Namespace, given: Mapping[str, str]) -> dict[str, str]:
    if space.type != "HTTP":
        raise InvalidInput(f"{EC2} can only be specified in HTTP namespaces")
    if set(given) - {EC2, INITIAL_HEALTH}:
        raise InvalidInput(f"Only {INITIAL_HEALTH} can be specified together with {EC2}")
    name = given[EC2]
    for instance in tx.where(ContainerInstance, instance_id=name):
        if instance.address:
            return {**given, IPV4: instance.address}
    for interface in tx.where(NetworkInterface):
        if interface.instance == name:
            return {**given, IPV4: interface.address}
    raise InvalidInput(f"The EC2 instance {name} does not exist")
