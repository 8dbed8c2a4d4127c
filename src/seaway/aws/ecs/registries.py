"""A service's registry: the Cloud Map service its tasks register in (ECS service discovery)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from seaway.aws.ecs.errors import InvalidParameterException
from seaway.core.discovery import DiscoveryService
from seaway.core.names import place_of
from seaway.core.service import ServiceRegistry
from seaway.core.task_definition import NetworkMode, TaskDefinition
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import ecs as shapes


def parse_registries(
    given: Sequence[shapes.ServiceRegistry] | None,
) -> tuple[ServiceRegistry, ...]:
    """The registry as asked for, one at most (API: ServiceRegistry).

    Raises InvalidParameterException.
    """
    if len(given or ()) > 1:
        raise InvalidParameterException("service registries can have at most 1 items.")
    return tuple(
        ServiceRegistry(
            registry=item.get("registryArn", ""),
            port=item.get("port") or None,
            container=item.get("containerName") or None,
            container_port=item.get("containerPort") or None,
        )
        for item in given or ()
    )


def check_registries(
    tx: Transaction,
    registries: Sequence[ServiceRegistry],
    definition: TaskDefinition,
    service: str,
) -> None:
    """Registry, record types, network mode and ports must fit; ``service`` is an ECS ARN.

    Raises InvalidParameterException.
    """
    for registry in registries:
        found = _registry(tx, registry.registry, service)
        _check_kinds(found, definition.network_mode)
        if definition.network_mode is NetworkMode.AWSVPC:
            _check_awsvpc(registry, found)
        elif not registry.container or not registry.container_port or registry.port:
            raise InvalidParameterException(
                "When specifying 'host' or 'bridge' for networkMode, values for 'containerName' "
                "and 'containerPort' must be specified from the task definition. "
                f"Registry: {found.arn}"
            )
        _check_container(registry, definition)


def render_registries(registries: Sequence[ServiceRegistry]) -> list[shapes.ServiceRegistry]:
    """A service's registries; what was not given is left out."""
    shown: list[shapes.ServiceRegistry] = []
    for registry in registries:
        shape: shapes.ServiceRegistry = {"registryArn": registry.registry}
        if registry.port is not None:
            shape["port"] = registry.port
        if registry.container is not None:
            shape["containerName"] = registry.container
        if registry.container_port is not None:
            shape["containerPort"] = registry.container_port
        shown.append(shape)
    return shown


def _registry(tx: Transaction, arn: str, service: str) -> DiscoveryService:
    if not arn:
        raise InvalidParameterException("The service registry ARN cannot be blank.")
    parts = arn.split(":", 5)
    if len(parts) < 6 or parts[2] != "servicediscovery" or not parts[5].startswith("service/"):
        raise InvalidParameterException(
            f"The format of the supplied service registry ARN is invalid: {arn}."
        )
    found = tx.find(DiscoveryService, arn)
    if found is None or place_of(arn) != place_of(service):
        raise InvalidParameterException(f"The service registry {arn} does not exist.")
    if found.owner is not None:
        raise InvalidParameterException(
            f"The service registry {arn} is managed by Service Connect for {found.owner} and "
            "cannot be used for service discovery."
        )
    return found


def _check_kinds(found: DiscoveryService, mode: NetworkMode) -> None:
    kinds = {record.type for record in found.records}
    if "CNAME" in kinds:
        raise InvalidParameterException(
            f"The service registry {found.arn} has a DNS record of type CNAME; ECS registers "
            "tasks by their addresses and supports A, AAAA and SRV."
        )
    if mode is NetworkMode.NONE:
        raise InvalidParameterException(
            "Service discovery is not supported with the networkMode 'none'."
        )
    if "AAAA" in kinds:
        raise InvalidParameterException(
            f"The service registry {found.arn} has a DNS record of type AAAA, but Seaway's tasks "
            "have no IPv6 address."
        )
    if mode is not NetworkMode.AWSVPC and kinds & {"A", "AAAA"}:
        raise InvalidParameterException(
            f"With the networkMode '{mode.value}' the service registry must have a DNS record of "
            f"type SRV. Registry: {found.arn}"
        )


def _check_awsvpc(registry: ServiceRegistry, found: DiscoveryService) -> None:
    """An SRV record needs to know the port, one way; other records have no place for one."""
    pair = registry.container is not None and registry.container_port is not None
    if found.records and not any(record.type == "SRV" for record in found.records):
        for field, value in (
            ("port", registry.port),
            ("containerPort", registry.container_port),
        ):
            if value is not None:
                raise InvalidParameterException(
                    "The values specified for serviceRegistries do not require a value for "
                    f"'{field}'. Remove the value and retry. Registry: {found.arn}"
                )
        return
    if registry.port is not None and (registry.container or registry.container_port):
        raise InvalidParameterException(
            "Specify a value for either 'port' or the 'containerName' and 'containerPort' "
            "combination, but not both. Remove one and retry."
        )
    if found.records and registry.port is None and not pair:
        raise InvalidParameterException(
            "Specify a value for either 'port' or the 'containerName' and 'containerPort' "
            f"combination: the service registry {found.arn} has a DNS record of type SRV."
        )


def _check_container(registry: ServiceRegistry, definition: TaskDefinition) -> None:
    if registry.container is None:
        return
    container = definition.container(registry.container)
    if container is None:
        raise InvalidParameterException(
            f"The container {registry.container} does not exist in the task definition."
        )
    port = registry.container_port
    if port is not None and all(mapping.container_port != port for mapping in container.ports):
        raise InvalidParameterException(
            f"The container {registry.container} did not have a container port {port} defined."
        )
