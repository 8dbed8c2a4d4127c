"""What every host's proxy should do, as the store has it: kept, and corrected change by change.

To look at everything for every change would take a tenth of a second with a thousand endpoints
or hosts. So what was made of a noun is kept for as long as the noun is the same, and a change
says what has to be made anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass, field
from enum import Enum, auto

from seaway.core.balancer import Listener, LoadBalancer, Rule, Target, TargetGroup
from seaway.core.capacity import ContainerInstance, Host
from seaway.core.deployment import port_name_of
from seaway.core.discovery import NamedEndpoint, Registration
from seaway.core.mesh.balance import Balanced, balance, host_port
from seaway.core.mesh.connect import Caller, Offer, Way, ports_to, way_name, way_to
from seaway.core.mesh.proxy import Endpoint, Port, Proxy, Upstream
from seaway.core.names import last_part
from seaway.core.service import Deployment, Service
from seaway.core.task import Task, TaskStatus
from seaway.core.task_definition import TaskDefinition
from seaway.store.changes import Change
from seaway.store.transaction import Transaction

_BALANCING = (Target, TargetGroup, LoadBalancer, Listener, Rule)

CONCERNING = frozenset(
    (Task, NamedEndpoint, Registration, Deployment, Service, ContainerInstance, Host, *_BALANCING)
)


class _Part(Enum):
    """What a proxy's traffic is put together from."""

    CONNECT = auto()
    HOST_PORTS = auto()
    BALANCE = auto()


_Served = dict[str, Endpoint | None]

Made = tuple[tuple[Port, ...], tuple[Upstream, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class _Joint:
    """One caller and one offer brought together."""

    caller: Caller
    offer: Offer
    way: Way
    ports: tuple[Port, ...]


@dataclass(slots=True, eq=False)
class _HostTraffic:
    """One host: its callers, and what was made of each part when last looked at."""

    stale: set[_Part] = field(default_factory=lambda: set(_Part))
    callers_stale: bool = True
    callers: dict[str, Caller] = field(default_factory=dict)
    joints: dict[tuple[str, str], _Joint] = field(default_factory=dict)
    made: dict[_Part, Made] = field(default_factory=dict)
    ports: tuple[Port, ...] = ()


@dataclass(slots=True)
class _Stale:
    """What some changes make stale."""

    hosts: set[str] = field(default_factory=set)
    offers: set[str] = field(default_factory=set)
    services: set[str] = field(default_factory=set)
    tasks: set[str] = field(default_factory=set)
    balance: bool = False
    callers: bool = False


class Traffic:
    """All hosts' traffic. ``hear`` of changes, ``look`` at the store, then ask for proxies."""

    def __init__(self) -> None:
        self._heard: list[Change] = []
        self._known = False
        self._hosts: dict[str, _HostTraffic] = {}
        self._leader: str | None = None
        self._offers: dict[str, dict[str, Offer]] = {}
        self._served: dict[str, tuple[NamedEndpoint, _Served]] = {}
        self._ways: dict[str, tuple[Offer, Way]] = {}

    def hear(self, changes: Iterable[Change]) -> bool:
        """Remember what changed; whether any of it concerns traffic."""
        concerning = [change for change in changes if change.noun in CONCERNING]
        self._heard += concerning
        return bool(concerning)

    def look(self, tx: Transaction) -> None:
        """Take in what was heard of. After a failure everything is looked at again."""
        heard, self._heard = self._heard, []
        known, self._known = self._known, False
        if known:
            self._correct(tx, _stale(heard))
        else:
            self._begin(tx)
        self._known = True

    def touched(self) -> list[str]:
        """The hosts whose proxies may have something new to do, until it is ``done``."""
        return [name for name, host in self._hosts.items() if host.stale]

    def done(self, host: str) -> None:
        """The host's proxy has been made."""
        self._hosts[host].stale.clear()

    def proxy(self, tx: Transaction, host: str) -> Proxy:
        """All the traffic of one host's proxy."""
        kept = self._hosts[host]
        if _Part.CONNECT in kept.stale:
            kept.made[_Part.CONNECT] = self._connect(kept)
        if _Part.HOST_PORTS in kept.stale:
            kept.made[_Part.HOST_PORTS] = _host_ports(tx, host)
        if _Part.BALANCE in kept.stale:
            kept.made[_Part.BALANCE] = _balance(tx) if host == self._leader else ((), ())
        parts = [kept.made[part] for part in _Part]
        ports = tuple(port for ports, _ in parts for port in ports)
        if ports != kept.ports:  # else the very tuple of before, at whose sight nobody looks closer
            kept.ports = ports
        return Proxy(
            node=host,
            ports=kept.ports,
            upstreams=tuple(upstream for _, upstreams in parts for upstream in upstreams),
        )

    # What is known

    def _begin(self, tx: Transaction) -> None:
        self._hosts = {host.id: _HostTraffic() for host in tx.where(Host)}
        self._offers.clear()
        self._served.clear()
        self._ways.clear()
        self._lead()
        for endpoint in tx.where(NamedEndpoint):
            self._offer(tx, endpoint.discovery, frozenset())
        for name, host in self._hosts.items():
            self._call(tx, name, host)

    def _correct(self, tx: Transaction, stale: _Stale) -> None:
        self._renew_hosts(tx, stale)
        for service in stale.services:
            stale.offers.update(e.discovery for e in tx.where(NamedEndpoint, service=service))
        for task in stale.tasks:
            stale.offers.update(r.service for r in tx.where(Registration, task=task))
        moved = {ns for discovery in stale.offers for ns in self._offer(tx, discovery, stale.tasks)}
        for name, host in self._hosts.items():
            if stale.callers or host.callers_stale:
                self._call(tx, name, host)
            if moved and any(c.namespace in moved for c in host.callers.values()):
                host.stale.add(_Part.CONNECT)

    def _renew_hosts(self, tx: Transaction, stale: _Stale) -> None:
        for name in stale.hosts:
            if tx.find(Host, name) is None:
                self._hosts.pop(name, None)
                continue
            host = self._hosts.setdefault(name, _HostTraffic())
            host.callers_stale = True
            host.stale.add(_Part.HOST_PORTS)
        self._lead()
        if stale.balance and self._leader is not None:
            self._hosts[self._leader].stale.add(_Part.BALANCE)

    def _lead(self) -> None:
        """One host serves the load balancers: the first there is."""
        leader = min(self._hosts, default=None)
        if leader != self._leader:
            for name in (leader, self._leader):
                if name in self._hosts:
                    self._hosts[name].stale.add(_Part.BALANCE)
            self._leader = leader

    def _call(self, tx: Transaction, name: str, host: _HostTraffic) -> None:
        """Look for the host's callers; one that is as before stays the very object."""
        found = {caller.task: caller for caller in _callers(tx, name)}
        found = {n: c if host.callers.get(n) != c else host.callers[n] for n, c in found.items()}
        if list(map(id, found.values())) != list(map(id, host.callers.values())):
            host.stale.add(_Part.CONNECT)
        host.callers, host.callers_stale = found, False

    def _offer(self, tx: Transaction, discovery: str, moved: Set[str]) -> set[str]:
        """Make an endpoint's offer anew, ``moved`` tasks having changed; where that is news."""
        endpoint = tx.find(NamedEndpoint, discovery)
        service = tx.find(Service, endpoint.service) if endpoint else None
        news = set()
        for namespace, offers in self._offers.items():
            gone = endpoint is None or service is None or endpoint.namespace != namespace
            if gone and offers.pop(discovery, None) is not None:
                news.add(namespace)
        if endpoint is None or service is None:
            self._served.pop(discovery, None)
            return news
        offers = self._offers.setdefault(endpoint.namespace, {})
        offer = Offer(
            endpoint=endpoint,
            cluster=last_part(service.cluster),
            service=service.name,
            places=self._places(tx, endpoint, moved),
        )
        if offers.get(discovery) != offer:
            offers[discovery] = offer
            news.add(endpoint.namespace)
        return news

    def _places(
        self, tx: Transaction, endpoint: NamedEndpoint, moved: Set[str]
    ) -> tuple[Endpoint, ...]:
        """Where an endpoint is served: its registered tasks, and leaving ones as draining."""
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
            place = _place(tx, arn, endpoint) if anew else known[arn]
            if place is not None and place.draining is not draining:
                place = Endpoint(address=place.address, port=place.port, draining=draining)
            served[arn] = place
        self._served[endpoint.discovery] = (endpoint, served)
        return tuple(place for place in served.values() if place is not None)

    # What is made of it

    def _connect(self, host: _HostTraffic) -> Made:
        joints: dict[tuple[str, str], _Joint] = {}
        ports: list[Port] = []
        upstreams: dict[str, Upstream] = {}
        for caller in host.callers.values():
            for discovery, offer in self._offers.get(caller.namespace, {}).items():
                key = (caller.task, discovery)
                joint = host.joints.get(key)
                if joint is None or joint.offer is not offer or joint.caller is not caller:
                    joint = self._join(caller, offer, joint)
                joints[key] = joint
                ports += joint.ports
                upstreams[joint.way.upstream.name] = joint.way.upstream
        host.joints = joints
        return tuple(ports), tuple(upstreams.values())

    def _join(self, caller: Caller, offer: Offer, before: _Joint | None) -> _Joint:
        way = self._way(caller, offer)
        if before is not None and before.caller is caller and before.way.routing is way.routing:
            return _Joint(caller, offer, way, before.ports)
        return _Joint(caller, offer, way, ports_to(caller, offer, way))

    def _way(self, caller: Caller, offer: Offer) -> Way:
        """One object for the caller's tasks on all hosts, so that it is rendered once."""
        name = way_name(caller, offer)
        known, way = self._ways.get(name, (None, None))
        if way is not None and known is offer:
            return way
        made = way_to(caller, offer)
        if way is not None and way.routing == made.routing:
            same = way.upstream.labels == made.upstream.labels
            if same and known is not None and known.endpoint is offer.endpoint:
                # Only places have changed: what listens may stay as it is.
                made = Way(upstream=made.upstream, routing=way.routing)
        self._ways[name] = (offer, made)
        return made


def _stale(changes: Iterable[Change]) -> _Stale:
    stale = _Stale()
    for change in changes:
        before, after = change.before, change.after
        match change.either:
            case Task() as task:
                both = [t for t in (before, after) if t is not None]
                stale.hosts.update(t.host for t in both if t.host is not None)
                stale.tasks.add(task.arn)
                if task.service is not None:
                    stale.services.add(task.service)
                stale.balance = stale.balance or any(t.bindings for t in both)
            case Registration(service=discovery):
                stale.offers.add(discovery)
            case NamedEndpoint(discovery=discovery):
                stale.offers.add(discovery)
            case Service(arn=arn):
                if before is None or after is None:
                    stale.services.add(arn)
            case Deployment():
                if before is None or after is None or before.connect != after.connect:
                    stale.callers = True
            case ContainerInstance():
                stale.hosts.update(i.host for i in (before, after) if i is not None and i.host)
            case Host(id=id):
                if before is None or after is None:
                    stale.hosts.add(id)
            case _:
                stale.balance = True
    return stale


def listens(task: Task) -> bool:
    """Its namespaces are there and its containers have not ended."""
    up = (TaskStatus.ACTIVATING, TaskStatus.RUNNING, TaskStatus.DEACTIVATING, TaskStatus.STOPPING)
    return task.last_status in up


def _callers(tx: Transaction, host: str) -> list[Caller]:
    callers = []
    for task in tx.where(Task, host=host):
        if not task.uses_mesh or not task.sandboxes or not listens(task):
            continue
        deployment = tx.find(Deployment, task.deployment or "")
        if deployment is None or deployment.connect is None or not deployment.connect.namespace:
            continue
        callers.append(
            Caller(
                task=task.id,
                cluster=last_part(task.cluster),
                service=last_part(task.service or ""),
                namespace=deployment.connect.namespace,
                sandboxes=task.sandboxes,
            )
        )
    return callers


def _place(tx: Transaction, arn: str, endpoint: NamedEndpoint) -> Endpoint | None:
    task = tx.find(Task, arn)
    if task is None:
        return None
    definition = tx.find(TaskDefinition, task.task_definition)
    deployment = tx.find(Deployment, task.deployment or "")
    found = definition.port_named(port_name_of(deployment, endpoint)) if definition else None
    if found is None:
        return None
    container, mapping = found
    address = task.address_of(container.name)
    return None if address is None else Endpoint(address=address, port=mapping.container_port)


def _host_ports(tx: Transaction, host: str) -> Made:
    ports, upstreams = [], []
    for task in tx.where(Task, host=host):
        instance = tx.find(ContainerInstance, task.instance or "")
        if instance is None or not task.sandboxes or not listens(task):
            continue
        for binding in task.bindings:
            address = task.address_of(binding.container)
            if address is None:
                continue
            port, upstream = host_port(
                name=f"host-port/{task.id}/{binding.container}/{binding.container_port}",
                address=instance.address,
                port=binding.host_port,
                target=address,
                target_port=binding.container_port,
            )
            ports.append(port)
            upstreams.append(upstream)
    return tuple(ports), tuple(upstreams)


def _balance(tx: Transaction) -> Made:
    """The load balancers, all of them."""
    found = [balance(balanced) for balanced in _balanced(tx)]
    ports = tuple(port for ports, _ in found for port in ports)
    return ports, tuple(upstream for _, upstreams in found for upstream in upstreams)


def _balanced(tx: Transaction) -> list[Balanced]:
    groups = {group.arn: group for group in tx.where(TargetGroup)}
    targets = {arn: tx.where(Target, target_group=arn) for arn in groups}
    places = {
        target.key: place
        for found in targets.values()
        for target in found
        if (place := _place_of(tx, target)) is not None
    }
    return [
        Balanced(
            balancer=lb,
            listeners={
                listener: tx.where(Rule, listener=listener.arn)
                for listener in tx.where(Listener, load_balancer=lb.arn)
            },
            groups=groups,
            targets=targets,
            places=places,
        )
        for lb in tx.where(LoadBalancer)
        if lb.type == "application"
    ]


def _place_of(tx: Transaction, target: Target) -> tuple[str, int] | None:
    """Behind a host port: the address and port of the container itself."""
    task = tx.find(Task, target.task or "")
    if task is None:
        return None
    for binding in task.bindings:
        if binding.host_port == target.port:
            address = task.address_of(binding.container)
            return None if address is None else (address, binding.container_port)
    return None
