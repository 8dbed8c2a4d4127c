"""What is offered in each namespace, as the store has it: kept, and made anew noun by noun."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, replace
from types import MappingProxyType

from seaway.core.capacity import Host
from seaway.core.cluster import Cluster
from seaway.core.deployment import port_name_of
from seaway.core.discovery import NamedEndpoint, Namespace, Registration
from seaway.core.mesh.connect import Offer, Revision
from seaway.core.mesh.ingress import listener_port
from seaway.core.mesh.policy_tags import PREFIX
from seaway.core.mesh.proxy import AccessLog, Endpoint, LogFormat
from seaway.core.names import Tags, last_part
from seaway.core.service import Deployment, RevisionTraffic, Service, ServiceConnect
from seaway.core.task import Task, TaskStatus
from seaway.core.task_definition import TaskDefinition
from seaway.store.transaction import Transaction

NO_OFFERS: Mapping[str, Offer] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class _Server:
    """A task that answers: where, whether it speaks TLS, and of which deployment it is."""

    place: Endpoint
    secure: bool
    deployment: str


_Served = dict[str, _Server | None]


class Offers:
    """All namespaces' offers. One that is as before stays the very object."""

    def __init__(self) -> None:
        self._offers: dict[str, dict[str, Offer]] = {}
        self._named: dict[str, dict[str, Offer]] = {}
        self._editions: dict[str, int] = {}
        self._served: dict[str, tuple[NamedEndpoint, _Served]] = {}

    def begin(self, tx: Transaction) -> None:
        """Look at all there is."""
        self._offers.clear()
        self._named.clear()
        self._served.clear()
        for endpoint in tx.where(NamedEndpoint):
            self.renew(tx, endpoint.discovery, frozenset())

    def of(self, namespace: str) -> Mapping[str, Offer]:
        """The offers of a namespace by the ARN of the discovery service."""
        return self._offers.get(namespace, NO_OFFERS)

    def places(self) -> Iterator[Endpoint]:
        """Where anything is offered."""
        for offers in self._offers.values():
            for offer in offers.values():
                yield from offer.places
                for revision in offer.revisions:
                    yield from revision.places

    def named(self, namespace: str) -> Mapping[str, Offer]:
        """The same by discovery name."""
        found = self._named.get(namespace)
        if found is None:
            there = self.of(namespace).values()
            found = self._named[namespace] = {o.endpoint.discovery_name: o for o in there}
        return found

    def edition(self, namespace: str) -> int:
        """Rises whenever more than the places of a namespace's offers has changed."""
        return self._editions.get(namespace, 0)

    def namespaces(self) -> Iterator[str]:
        """Every namespace something is offered in."""
        return (namespace for namespace, offers in self._offers.items() if offers)

    def renew(self, tx: Transaction, discovery: str, moved: Set[str]) -> set[str]:
        """Make an endpoint's offer anew, ``moved`` tasks having changed; where that is news."""
        endpoint = tx.find(NamedEndpoint, discovery)
        service = tx.find(Service, endpoint.service) if endpoint else None
        news = set()
        for namespace, offers in self._offers.items():
            gone = endpoint is None or service is None or endpoint.namespace != namespace
            if gone and offers.pop(discovery, None) is not None:
                self._turn_over(namespace)
                news.add(namespace)
        if endpoint is None or service is None:
            self._served.pop(discovery, None)
            return news
        offers = self._offers.setdefault(endpoint.namespace, {})
        offer, known = self._offer(tx, endpoint, service, moved), offers.get(discovery)
        if known != offer:
            offers[discovery] = offer
            if known is None or known.terms != offer.terms:
                self._turn_over(endpoint.namespace)
            else:
                self._named.pop(endpoint.namespace, None)
            news.add(endpoint.namespace)
        return news

    def _turn_over(self, namespace: str) -> None:
        self._editions[namespace] = self.edition(namespace) + 1
        self._named.pop(namespace, None)

    def _offer(
        self, tx: Transaction, endpoint: NamedEndpoint, service: Service, moved: Set[str]
    ) -> Offer:
        cluster = tx.find(Cluster, service.cluster)
        namespace = tx.find(Namespace, endpoint.namespace)
        servers = self._servers(tx, endpoint, moved)
        secure = _is_secure(servers, endpoint)
        # In the middle of a change to or from TLS, callers can speak only one of the two.
        servers = [server for server in servers if server.secure is secure]
        offer = Offer(
            endpoint=endpoint,
            cluster=last_part(service.cluster),
            service=service.name,
            places=(),
            namespace=namespace.name if namespace else "",
            cluster_tags=words(cluster.tags) if cluster else (),
            namespace_tags=words(namespace.tags) if namespace else (),
            service_tags=words(service.tags),
            secure=secure,
            access_log=access_log(service.connect, ""),
        )
        return _shared_out(offer, servers, tx.find(RevisionTraffic, endpoint.service))

    def _servers(self, tx: Transaction, endpoint: NamedEndpoint, moved: Set[str]) -> list[_Server]:
        """Who serves an endpoint: its registered tasks, and leaving ones as draining."""
        serving = {
            registration.task: False
            for registration in tx.where(Registration, service=endpoint.discovery)
            if registration.task is not None
        }
        for task in tx.where(Task, service=endpoint.service):
            if task.last_status is TaskStatus.DEACTIVATING:
                serving.setdefault(task.arn, True)
        made_for, known = self._served.get(endpoint.discovery, (None, {}))
        if made_for is not endpoint:
            known = {}
        served: _Served = {}
        for arn, draining in serving.items():
            anew = arn in moved or arn not in known
            server = _server(tx, arn, endpoint) if anew else known[arn]
            if server is not None and server.place.draining is not draining:
                server = replace(server, place=replace(server.place, draining=draining))
            served[arn] = server
        self._served[endpoint.discovery] = (endpoint, served)
        return [server for server in served.values() if server is not None]


def words(tags: Tags) -> Tags:
    """The tags that are Seaway's own settings."""
    return tuple(tag for tag in tags if tag[0].startswith(PREFIX))


def access_log(connect: ServiceConnect | None, owner: str) -> AccessLog | None:
    """What a service wants written down of its requests, for the log of ``owner``."""
    wanted = connect.access_log if connect is not None and connect.enabled else None
    if wanted is None:
        return None
    return AccessLog(format=LogFormat(wanted.format), query=wanted.query, owner=owner)


def _server(tx: Transaction, arn: str, endpoint: NamedEndpoint) -> _Server | None:
    task = tx.find(Task, arn)
    if task is None:
        return None
    definition = tx.find(TaskDefinition, task.task_definition)
    deployment = tx.find(Deployment, task.deployment or "")
    found = definition.port_named(port_name_of(deployment, endpoint)) if definition else None
    address = task.address_of(found[0].name) if found else None
    if found is None or address is None:
        return None
    listener = _listener(deployment, endpoint)
    port = listener or found[1].container_port
    place = Endpoint(address=address, port=port, host=_apart(tx, task))
    return _Server(place=place, secure=listener is not None, deployment=task.deployment or "")


def _apart(tx: Transaction, task: Task) -> str | None:
    """The task's host, where hosts have addresses by which their proxies reach each other."""
    host = tx.find(Host, task.host or "")
    return host.id if host is not None and host.address else None


def _listener(deployment: Deployment | None, endpoint: NamedEndpoint) -> int | None:
    """Where the deployment's tasks speak TLS for the endpoint; None = they don't.

    A mere ingressPortOverride is for others: callers spare themselves the second hop.
    """
    connect = deployment.connect if deployment else None
    for entry in connect.services if connect else ():
        if connect is not None and entry.name == endpoint.discovery_name and entry.tls is not None:
            return listener_port(connect, entry)
    return None


def _is_secure(servers: list[_Server], endpoint: NamedEndpoint) -> bool:
    """What most of those that take requests speak; what is wanted, if they are even."""
    live = [server for server in servers if not server.place.draining]
    secure = sum(1 for server in live if server.secure)
    return endpoint.tls if 2 * secure == len(live) else 2 * secure > len(live)


def _shared_out(offer: Offer, servers: list[_Server], traffic: RevisionTraffic | None) -> Offer:
    """The offer with its places, apart by deployment as far as traffic is shared out so."""
    weights = dict(traffic.weights) if traffic else {}
    test = traffic.test if traffic else None
    apart = [*weights, *([test] if test and test not in weights else [])]
    places: dict[str, list[Endpoint]] = {deployment: [] for deployment in apart}
    alike: list[Endpoint] = []
    for server in servers:
        places.get(server.deployment, alike).append(server.place)
    revisions = tuple(
        Revision(
            deployment=deployment,
            places=tuple(places[deployment]),
            weight=weights.get(deployment, 0),
            test=deployment == test,
        )
        for deployment in apart
    )
    return replace(offer, places=tuple(alike), revisions=revisions, shared_out=bool(weights))
