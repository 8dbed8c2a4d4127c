"""Which certificates there should be: what each server, caller and host has to show."""

from __future__ import annotations

from collections.abc import Iterator

from seaway.core.authority import OWN_AUTHORITY
from seaway.core.capacity import Host
from seaway.core.certificates import (
    WantedCertificate,
    client_secret,
    host_secret,
    host_uri,
    rotation_of,
    server_name,
    server_secret,
    service_uri,
)
from seaway.core.cluster import Cluster
from seaway.core.discovery import NamedEndpoint, Namespace
from seaway.core.names import last_part
from seaway.core.service import Deployment, Service
from seaway.core.task import Task
from seaway.store.transaction import Transaction

OUTSIDERS = ("machine", "gateway")
"""Callers of no cluster: the machine's own programs, and whoever comes by the gateway."""


def wanted_by(tx: Transaction, holder: str) -> Iterator[WantedCertificate]:
    """The certificates of a holder: ``server/…``, ``caller/…`` or ``host/…``."""
    kind, _, rest = holder.partition("/")
    match kind:
        case "server":
            yield from _wanted_of_server(tx, holder, rest)
        case "caller":
            cluster, _, name = rest.partition("/")
            yield from _wanted_of_caller(tx, holder, cluster, name)
        case "host":
            host = tx.find(Host, rest)
            if host is not None and host.address:
                yield WantedCertificate(
                    name=host_secret(rest),
                    holder=holder,
                    authority=OWN_AUTHORITY,
                    names=(host_uri(rest),),
                )


def _wanted_of_server(tx: Transaction, holder: str, discovery: str) -> Iterator[WantedCertificate]:
    endpoint = tx.find(NamedEndpoint, discovery)
    service = tx.find(Service, endpoint.service) if endpoint else None
    namespace = tx.find(Namespace, endpoint.namespace) if endpoint else None
    if endpoint is None or not endpoint.tls or service is None or namespace is None:
        return
    uri = service_uri(last_part(service.cluster), service.name)
    yield WantedCertificate(
        name=server_secret(discovery),
        holder=holder,
        authority=endpoint.authority or OWN_AUTHORITY,
        names=(server_name(endpoint, namespace.name), uri),
        rotation=_rotation(tx, service.cluster, service),
        service=service.arn,
    )


def _wanted_of_caller(
    tx: Transaction, holder: str, cluster: str, name: str
) -> Iterator[WantedCertificate]:
    """One for each authority that signs for something in the namespaces it calls in."""
    service = _service(tx, cluster, name)
    authorities = {
        endpoint.authority
        for namespace in _namespaces_of(tx, cluster, name, service)
        for endpoint in tx.where(NamedEndpoint, namespace=namespace)
        if endpoint.tls
    }
    for authority in sorted(authorities, key=str):
        yield WantedCertificate(
            name=client_secret(cluster, name, authority),
            holder=holder,
            authority=authority or OWN_AUTHORITY,
            names=(service_uri(cluster, name),),
            rotation=_rotation(tx, service.cluster, service) if service else rotation_of(),
            service=service.arn if service else None,
        )


def _service(tx: Transaction, cluster: str, name: str) -> Service | None:
    """The service of this name in a cluster of this name that has not been deleted."""
    for found in tx.where(Service, status="ACTIVE") + tx.where(Service, status="DRAINING"):
        if found.name == name and last_part(found.cluster) == cluster:
            return found
    return None


def _namespaces_of(tx: Transaction, cluster: str, name: str, service: Service | None) -> set[str]:
    """ARNs of the namespaces by whose names a caller calls now."""
    if not cluster:
        return {endpoint.namespace for endpoint in tx.where(NamedEndpoint) if endpoint.tls}
    called: list[str | None] = []
    if service is not None:
        called += [
            called_namespace(deployment) for deployment in tx.where(Deployment, service=service.arn)
        ]
    called += [
        task.namespace
        for task in tx.where(Task, service=None)
        if task.group == name and task.is_alive and last_part(task.cluster) == cluster
    ]
    return {namespace for namespace in called if namespace is not None}


def callers_in(tx: Transaction, namespace: str) -> list[str]:
    """The holders of certificates for calls in a namespace: services, run tasks, the machine."""
    found = {caller_of(d.service) for d in tx.where(Deployment) if called_namespace(d) == namespace}
    found.update(
        f"caller/{last_part(task.cluster)}/{task.group}"
        for task in tx.where(Task, service=None)
        if task.namespace == namespace and task.is_alive
    )
    return [*sorted(found), *(f"caller//{name}" for name in OUTSIDERS)]


def _rotation(tx: Transaction, cluster: str, service: Service) -> float:
    around = tx.find(Cluster, cluster)
    return rotation_of(around.tags if around else (), service.tags)


def called_namespace(deployment: object) -> str | None:
    """The namespace whose names a deployment's tasks call by."""
    if not isinstance(deployment, Deployment) or deployment.status == "INACTIVE":
        return None
    connect = deployment.connect
    return connect.namespace if connect is not None and connect.enabled else None


def caller_of(service: str) -> str:
    """The holder a service (given by ARN) is as a caller."""
    return "caller/" + "/".join(service.rsplit("/", 2)[-2:])


def holders_of(tx: Transaction, service: str) -> list[str]:
    """All a service (given by ARN) may hold certificates as."""
    offered = [f"server/{e.discovery}" for e in tx.where(NamedEndpoint, service=service)]
    return [caller_of(service), *offered]
