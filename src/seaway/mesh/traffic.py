"""What every host's proxy should do, as the store has it: kept, and corrected change by change.

To look at everything for every change would take a tenth of a second with a thousand endpoints
or hosts. So what was made of a noun is kept for as long as the noun is the same, and a change
says what has to be made anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from itertools import chain
from operator import attrgetter

from seaway.core.capacity import Host
from seaway.core.certificates import ProxyCertificate
from seaway.core.discovery import NamedEndpoint, Registration
from seaway.core.mesh.connect import Caller, Offer, Way, ports_to, tracer, way_name
from seaway.core.mesh.gateway import gateway, gateway_caller
from seaway.core.mesh.neighbours import across
from seaway.core.mesh.proxy import (
    Port,
    Proxy,
    Secret,
    Upstream,
)
from seaway.core.mesh.secrets import secrets_for, secures_across
from seaway.core.mesh.ways import moved, way_to
from seaway.core.names import Tags
from seaway.core.service import Service
from seaway.core.task import Task
from seaway.mesh.callers import callers, ingresses, machine_callers
from seaway.mesh.offers import Offers
from seaway.mesh.published import Made, balancers, ended, host_ports, listens
from seaway.mesh.staleness import Stale, concerns_traffic, stale_of, stale_task
from seaway.store.changes import Change
from seaway.store.transaction import Transaction

__all__ = ["Traffic", "listens"]

_secure = attrgetter("secure")
_ends = attrgetter("terminated")

Where = tuple[str, int]
"""An IPv4 address and a port."""


class _Part(Enum):
    """What a proxy's traffic is put together from."""

    CONNECT = auto()
    INGRESS = auto()
    HOST_PORTS = auto()
    BALANCE = auto()
    GATEWAY = auto()
    SECRETS = auto()

    # Enum's own is a Python function, and a thousand hosts look parts up all the time.
    __hash__ = object.__hash__


_LISTENING = tuple(part for part in _Part if part is not _Part.SECRETS)


@dataclass(frozen=True, slots=True, eq=False)
class _Joint:
    """One caller and one offer brought together."""

    caller: Caller
    offer: Offer
    way: Way
    ports: tuple[Port, ...]

    def holds(self, caller: Caller, offer: Offer) -> bool:
        """Nothing has to be made anew for these two."""
        return self.offer is offer and self.caller is caller and self.way.free

    def shows(self, caller: Caller, offer: Offer, way: Way) -> bool:
        """The ports may stay as they are. Equal ways have the very same labels."""
        same = self.caller is caller and self.way.labels is way.labels
        return same and self.offer.endpoint is offer.endpoint


@dataclass(frozen=True, slots=True, eq=False)
class _Led:
    """A way, and what it was made of."""

    offer: Offer
    said: Tags
    edition: int
    way: Way

    def holds(self, said: Tags, edition: int | None) -> bool:
        """At most the offer has changed. ``edition`` is asked for only if the way is not free."""
        return self.said == said and (self.way.free or self.edition == edition)


@dataclass(slots=True, eq=False)
class _HostTraffic:
    """One host: its callers, and what was made of each part when last looked at."""

    stale: set[_Part] = field(default_factory=lambda: set(_Part))
    callers_stale: bool = True
    callers: dict[str, Caller] = field(default_factory=dict)
    joints: dict[tuple[str, str], _Joint] = field(default_factory=dict)
    made: dict[_Part, Made] = field(default_factory=dict)
    ports: tuple[Port, ...] = ()
    secured: bool = False
    """Something of it speaks TLS."""


class Traffic:
    """All hosts' traffic. ``hear`` of changes, ``look`` at the store, then ask for proxies.

    ``gateway`` is where the first host takes calls for every name (core/mesh/gateway.py),
    ``collector`` where spans are sent to.
    """

    def __init__(self, *, gateway: Where | None = None, collector: Where | None = None) -> None:
        self._gateway_at = gateway
        self._collector = tracer(*collector) if collector else None
        self._heard: list[Change] = []
        self._known = False
        self._hosts: dict[str, _HostTraffic] = {}
        self._guarded: set[str] = set()
        """Hosts of whose host ports some are for some callers only."""
        self._leader: str | None = None
        self._offers = Offers()
        self._ways: dict[str, _Led] = {}
        self._apart = False  # hosts have addresses, by which their proxies reach each other

    def hear(self, changes: Iterable[Change]) -> bool:
        """Remember what changed; whether any of it concerns traffic."""
        concerning = [change for change in changes if concerns_traffic(change)]
        self._heard += concerning
        return bool(concerning)

    def look(self, tx: Transaction) -> None:
        """Take in what was heard of. After a failure everything is looked at again."""
        heard, self._heard = self._heard, []
        known, self._known = self._known, False
        if known:
            self._correct(tx, stale_of(heard))
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
        leads = host == self._leader
        if _Part.CONNECT in kept.stale:
            kept.made[_Part.CONNECT] = self._connect(kept)
        if _Part.INGRESS in kept.stale:
            kept.made[_Part.INGRESS] = ingresses(tx, host)
        if _Part.HOST_PORTS in kept.stale:
            kept.made[_Part.HOST_PORTS] = host_ports(tx, host)
            if any(port.sources is not None for port in kept.made[_Part.HOST_PORTS][0]):
                self._guarded.add(host)
            else:
                self._guarded.discard(host)
        if _Part.BALANCE in kept.stale:
            kept.made[_Part.BALANCE] = balancers(tx) if leads else ((), ())
        if _Part.GATEWAY in kept.stale:
            kept.made[_Part.GATEWAY] = self._gateway() if leads else ((), ())
        parts = [kept.made[part] for part in _LISTENING]
        ports = tuple(chain.from_iterable(ports for ports, _ in parts))
        if ports != kept.ports:  # else the very tuple of before, at whose sight nobody looks closer
            kept.ports = ports
        upstreams = tuple(chain.from_iterable(upstreams for _, upstreams in parts))
        if self._collector is not None and self._collector not in upstreams:
            upstreams = (*upstreams, self._collector)
        made = Proxy(node=host, ports=kept.ports, upstreams=upstreams)
        if self._apart:
            here = tx.find(Host, host)
            assert here is not None
            made = across(made, here, tx.where(Host), self._offers.places())
        kept.secured = any(map(_secure, kept.ports)) or any(map(_secure, upstreams))
        kept.secured = kept.secured or made.gate is not None or any(map(_ends, kept.ports))
        return replace(made, secrets=_secrets(tx, made)) if kept.secured else made

    # What is known

    def _begin(self, tx: Transaction) -> None:
        self._hosts = {host.id: _HostTraffic() for host in tx.where(Host)}
        self._apart = any(host.address for host in tx.where(Host))
        self._offers.begin(tx)
        self._ways.clear()
        self._guarded.clear()
        self._lead()
        for name, host in self._hosts.items():
            self._call(tx, name, host)

    def _correct(self, tx: Transaction, stale: Stale) -> None:
        if stale.apart:
            self._begin(tx)  # everybody's way to everything is another
            return
        for deployment in stale.deployments:
            stale.callers = True
            for task in tx.where(Task, deployment=deployment):
                stale_task(stale, task, [task])
        self._renew_hosts(tx, stale)
        moved = self._renew_offers(tx, stale)
        everywhere = stale.callers or moved or stale.words or stale.certificates
        if everywhere or (stale.present and self._guarded):
            concerned = list(self._hosts)
        else:
            concerned = [name for name in {*stale.hosts, self._leader} if name in self._hosts]
        for name in concerned:
            host = self._hosts[name]
            if stale.callers or host.callers_stale:
                self._call(tx, name, host)
            if moved and any(c.namespace in moved for c in host.callers.values()):
                host.stale.add(_Part.CONNECT)
            if moved and self._apart:
                host.stale.add(_Part.CONNECT)  # or what others may call there
            if stale.words or (stale.present and name in self._guarded):
                host.stale.add(_Part.HOST_PORTS)
            if stale.certificates and host.secured:
                host.stale.add(_Part.SECRETS)
        if moved and self._gateway_at is not None and self._leader is not None:
            self._hosts[self._leader].stale.add(_Part.GATEWAY)

    def _renew_offers(self, tx: Transaction, stale: Stale) -> set[str]:
        """The namespaces in which something else is offered, or by other words."""
        for cluster in stale.clusters:
            stale.services.update(service.arn for service in tx.where(Service, cluster=cluster))
        for service in stale.services:
            stale.offers.update(e.discovery for e in tx.where(NamedEndpoint, service=service))
        for namespace in stale.namespaces:
            stale.offers.update(e.discovery for e in tx.where(NamedEndpoint, namespace=namespace))
        for task in stale.tasks:
            stale.offers.update(r.service for r in tx.where(Registration, task=task))
        moved = {ns for d in stale.offers for ns in self._offers.renew(tx, d, stale.tasks)}
        leader = self._hosts.get(self._leader or "")
        outside = {c.namespace for c in leader.callers.values() if c.outside} if leader else set()
        if leader is not None and moved - outside:
            leader.callers_stale = True  # the machine's own programs know every namespace
        return moved

    def _renew_hosts(self, tx: Transaction, stale: Stale) -> None:
        for name in stale.hosts:
            if tx.find(Host, name) is None:
                self._hosts.pop(name, None)
                self._guarded.discard(name)
                continue
            host = self._hosts.setdefault(name, _HostTraffic())
            host.callers_stale = True
            host.stale |= {_Part.HOST_PORTS, _Part.INGRESS}
        self._lead()
        if stale.balance and self._leader is not None:
            self._hosts[self._leader].stale.add(_Part.BALANCE)

    def _lead(self) -> None:
        """One host serves the load balancers and its machine's programs: the first there is."""
        leader = min(self._hosts, default=None)
        if leader != self._leader:
            for name in (leader, self._leader):
                if name in self._hosts:
                    self._hosts[name].stale |= {_Part.BALANCE, _Part.GATEWAY}
                    self._hosts[name].callers_stale = True
            self._leader = leader

    def _call(self, tx: Transaction, name: str, host: _HostTraffic) -> None:
        """Look for the host's callers; one that is as before stays the very object."""
        found = {caller.task: caller for caller in callers(tx, name)}
        if name == self._leader:
            machine = machine_callers(self._offers.namespaces())
            found |= {f"{caller.task}/{caller.namespace}": caller for caller in machine}
        found = {n: c if host.callers.get(n) != c else host.callers[n] for n, c in found.items()}
        if list(map(id, found.values())) != list(map(id, host.callers.values())):
            host.stale.add(_Part.CONNECT)
        host.callers, host.callers_stale = found, False

    # What is made of it

    def _connect(self, host: _HostTraffic) -> Made:
        joints: dict[tuple[str, str], _Joint] = {}
        ports: list[Port] = []
        upstreams: dict[str, Upstream] = {}
        for caller in host.callers.values():
            for discovery, offer in self._heard_by(caller).items():
                key = (caller.task, discovery)
                joint = host.joints.get(key)
                if joint is None or not joint.holds(caller, offer):
                    joint = self._join(caller, offer, joint)
                joints[key] = joint
                ports += joint.ports
                way = joint.way
                for upstream in self._led_to(caller, way) if way.leans else way.upstreams:
                    upstreams[upstream.name] = upstream
                if way.tracer is not None:
                    upstreams[way.tracer.name] = way.tracer
        host.joints = joints
        return tuple(ports), tuple(upstreams.values())

    def _heard_by(self, caller: Caller) -> Mapping[str, Offer]:
        """The offers whose names the caller knows, by the ARN of the discovery service."""
        offers, known = self._offers.of(caller.namespace), caller.known
        if caller.outside:
            return {d: o for d, o in offers.items() if o.endpoint.outside}
        return offers if known is None else {d: o for d, o in offers.items() if d in known}

    def _led_to(self, caller: Caller, way: Way) -> Iterator[Upstream]:
        """The way's own upstreams, and those of other offers that it turns to."""
        yield from way.upstreams
        if way.leans:
            offers = self._offers.of(caller.namespace)
            for discovery in way.leans:
                yield from self._way(caller, offers[discovery]).upstreams

    def _join(self, caller: Caller, offer: Offer, before: _Joint | None) -> _Joint:
        way = self._way(caller, offer)
        if before is not None and before.shows(caller, offer, way):
            return _Joint(caller, offer, way, before.ports)
        ports = ports_to(caller, offer, way, tracer=self._collector)
        return _Joint(caller, offer, way, ports)

    def _way(self, caller: Caller, offer: Offer) -> Way:
        """One object for the caller's tasks on all hosts, so that it is rendered once."""
        name = way_name(caller, offer)
        known = self._ways.get(name)
        if known is not None and known.offer is offer and known.holds(caller.said, None):
            return known.way
        edition = self._offers.edition(caller.namespace)
        if known is not None and known.holds(caller.said, edition):
            if known.offer is offer:
                return known.way
            if known.offer.terms == offer.terms:
                way = moved(known.way, caller, offer)
                self._ways[name] = replace(known, offer=offer, way=way)
                return way
        made = way_to(caller, offer, self._offers.named(caller.namespace))
        if known is not None:
            made = _kept(made, known.way)
        self._ways[name] = _Led(offer, caller.said, edition, made)
        return made

    def _gateway(self) -> Made:
        """The gateway's port, and its own ways to all that can be called by it."""
        if self._gateway_at is None:
            return (), ()
        upstreams: dict[str, Upstream] = {}
        ways = []
        for namespace in self._offers.namespaces():
            caller = gateway_caller(namespace)
            for offer in self._offers.of(namespace).values():
                if offer.protocol.is_http and offer.namespace:
                    way = self._way(caller, offer)
                    ways.append((offer, way))
                    upstreams |= {u.name: u for u in self._led_to(caller, way)}
        return (gateway(*self._gateway_at, ways),), tuple(upstreams.values())


def _secrets(tx: Transaction, made: Proxy) -> tuple[Secret, ...]:
    certificates = {found.name: found for found in tx.where(ProxyCertificate)}
    across_hosts = secures_across(made)
    return secrets_for(made.ports, made.upstreams, certificates, across_hosts, ended(tx))


def _kept(made: Way, before: Way) -> Way:
    """The way with the parts of before that are equal, so that they are not rendered again."""
    known = {upstream.name: upstream for upstream in before.upstreams}
    same = tuple(known[u.name] if known.get(u.name) == u else u for u in made.upstreams)
    # Whoever finds the very labels of before knows that the ports may stay as they are.
    labels = before.labels if before.look == made.look else made.labels
    routing = before.routing if before.routing == made.routing else made.routing
    return replace(made, upstreams=same, routing=routing, labels=labels)
