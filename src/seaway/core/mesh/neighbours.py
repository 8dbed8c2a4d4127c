"""Other hosts, as one host's proxy sees them: which endpoints are behind whose gate.

Only where there are several hosts and they have said where they are reached (``Host.address``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from seaway.core.capacity import Host
from seaway.core.certificates import HOSTS_SECRET, host_secret, host_uri
from seaway.core.mesh.proxy import (
    Endpoint,
    Gate,
    Neighbour,
    Proxy,
    Purpose,
    Secure,
    Upstream,
)


def across(proxy: Proxy, here: Host, hosts: Iterable[Host], offered: Iterable[Endpoint]) -> Proxy:
    """The proxy of the host ``here``, leading to the other hosts' tasks and letting them in.

    ``offered`` are Service Connect's endpoints on all hosts.
    """
    neighbours = neighbours_of(here, hosts)
    return replace(
        proxy,
        upstreams=tuple(
            seen_from(here, neighbours, upstream)
            if upstream.labels.purpose is Purpose.CONNECT
            else upstream
            for upstream in proxy.upstreams
        ),
        neighbours=neighbours,
        gate=gate_of(here, neighbours, offered),
    )


def neighbours_of(here: Host, hosts: Iterable[Host]) -> tuple[Neighbour, ...]:
    """The other hosts this one can lead to; none if it can't be reached itself."""
    if not here.address:
        return ()
    return tuple(
        Neighbour(id=host.id, address=host.address, secure=_secure(here.id, host.id))
        for host in hosts
        if host.id != here.id and host.address
    )


def gate_of(
    here: Host, neighbours: Iterable[Neighbour], offered: Iterable[Endpoint]
) -> Gate | None:
    """The way in for these neighbours; ``offered`` are all endpoints, of which it gives its own."""
    known = tuple(neighbour.id for neighbour in neighbours)
    if not known:
        return None
    own = {(place.address, place.port) for place in offered if place.host == here.id}
    return Gate(address=here.address, secure=_secure(here.id, *known), targets=tuple(sorted(own)))


def seen_from(here: Host, neighbours: Iterable[Neighbour], upstream: Upstream) -> Upstream:
    """The upstream as this host's proxy has it: what is not behind a neighbour's gate is near."""
    beyond = {neighbour.id for neighbour in neighbours}
    if not beyond and all(place.host is None for place in upstream.endpoints):
        return upstream
    near = tuple(p if p.host in beyond else replace(p, host=None) for p in upstream.endpoints)
    return replace(upstream, endpoints=near, tunnelled=bool(beyond))


def _secure(here: str, *others: str) -> Secure:
    """Hosts show each other who they are, and are known by name."""
    return Secure(
        certificate=host_secret(here),
        authorities=HOSTS_SECRET,
        peers=tuple(host_uri(host) for host in others),
    )
