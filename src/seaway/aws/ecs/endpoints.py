"""The names a service offers: its discovery services in Cloud Map, and what clients dial."""

from __future__ import annotations

from dataclasses import replace

from seaway.aws.call import Call
from seaway.aws.ecs.errors import refuse
from seaway.core.cluster import Cluster
from seaway.core.connect_rules import (
    alias_name,
    known_names,
    number_for,
    outside_for,
    taken_refusal,
)
from seaway.core.discovery import DiscoveryService, NamedEndpoint, Namespace
from seaway.core.discovery_rules import new_discovery_service
from seaway.core.service import ConnectService, ServiceConnect
from seaway.core.task_definition import AppProtocol, TaskDefinition
from seaway.store.transaction import Transaction


def offer(
    tx: Transaction,
    call: Call,
    service: str,
    connect: ServiceConnect | None,
    definition: TaskDefinition,
) -> tuple[tuple[str, str], ...]:
    """Make what the service (given by ARN) offers, or bring it up to date.

    Gives (discovery name, ARN of the discovery service) pairs for the deployment. A name the
    service has already keeps its discovery service and its virtual address. Raises
    InvalidParameterException when another service of the namespace holds a name, before
    anything is written.
    """
    namespace = check_free(tx, service, connect, definition)
    if namespace is None or connect is None:
        return ()
    pairs = []
    for entry in connect.services:
        discovery = _discovery(tx, call, service, namespace, entry.name)
        endpoint = _endpoint(entry, namespace, definition, service, discovery.arn)
        before = tx.find(NamedEndpoint, discovery.arn)
        named = tx.where(NamedEndpoint, namespace=namespace.arn)
        others = [other for other in named if other.discovery != discovery.arn]
        number = number_for(endpoint, before, others, namespace.last_number)
        outside = outside_for(endpoint, before, tx.where(NamedEndpoint))
        tx.put(replace(endpoint, number=number, outside=outside))
        if before is None or before.number != number:
            namespace = replace(namespace, last_number=number)
            tx.put(namespace)
        pairs.append((entry.name, discovery.arn))
    return tuple(pairs)


def known_to(
    tx: Transaction, cluster: str, connect: ServiceConnect | None
) -> tuple[str, ...] | None:
    """The names that a deployment made now in the cluster (given by ARN) knows; None = all.

    To be asked after ``offer``, so that its own are among them.
    """
    found = tx.find(Cluster, cluster)
    if found is None or connect is None or not connect.enabled or connect.namespace is None:
        return None
    return known_names(found.faithful, tx.where(NamedEndpoint, namespace=connect.namespace))


def check_free(
    tx: Transaction,
    service: str,
    connect: ServiceConnect | None,
    definition: TaskDefinition,
) -> Namespace | None:
    """The namespace of a server, once nobody else is found to hold its names.

    Raises InvalidParameterException.
    """
    if connect is None or not connect.enabled or connect.namespace is None:
        return None
    namespace = tx.find(Namespace, connect.namespace)
    if namespace is None or not connect.services:
        return None
    wanted = [_endpoint(entry, namespace, definition, service, "") for entry in connect.services]
    refuse(
        taken_refusal(
            service,
            wanted,
            namespace,
            tx.where(DiscoveryService, namespace=namespace.arn),
            tx.where(NamedEndpoint, namespace=namespace.arn),
        )
    )
    return namespace


def _discovery(
    tx: Transaction, call: Call, service: str, namespace: Namespace, name: str
) -> DiscoveryService:
    for there in tx.where(DiscoveryService, namespace=namespace.arn, owner=service):
        if there.name == name:
            return there
    made = new_discovery_service(namespace, name, service, call.moment)
    tx.put(made)
    return made


def _endpoint(
    entry: ConnectService,
    namespace: Namespace,
    definition: TaskDefinition,
    service: str,
    discovery: str,
) -> NamedEndpoint:
    named = definition.port_named(entry.port_name)
    assert named is not None, "port names are checked when the configuration is parsed"
    _, port = named
    header = entry.alias.test_header if entry.alias else None
    return NamedEndpoint(
        discovery=discovery,
        namespace=namespace.arn,
        discovery_name=entry.name,
        dns_name=alias_name(entry, namespace),
        port=entry.alias.port if entry.alias else port.container_port,
        number=0,
        service=service,
        port_name=entry.port_name,
        protocol=port.app_protocol or AppProtocol.TCP,
        idle_timeout=entry.idle_timeout,
        request_timeout=entry.request_timeout,
        ingress_port=entry.ingress_port,
        tls=entry.tls is not None,
        authority=entry.tls.authority if entry.tls else None,
        test_header=(header.name, header.exact) if header else None,
    )
