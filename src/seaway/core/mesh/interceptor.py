"""Where a namespace's calls to names arrive, and the table that says which way each goes.

All ports of one namespace that calls are led to from elsewhere share one listener, and all tasks
of a calling service one table of routes. A listener, and a route configuration, for each name
would cost the proxy ten times the memory (decision 0006).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address

from seaway.core.mesh.kept import kept_by_identity
from seaway.core.mesh.labels import stat_name
from seaway.core.mesh.proxy import Port, Routing

NAMES_OF_A_TABLE = 64
"""At most; by the place of their addresses in the virtual range."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interceptor:
    """The one listener for all of a namespace's ports whose calls are led to port ``at``.

    On the machine itself (``namespace`` None) there is one for each ``address``: another Seaway
    may serve other addresses there.
    """

    name: str
    namespace: str | None
    address: str
    at: int
    ports: tuple[Port, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One name of a table: the place called, whose labels the call has, which way it goes."""

    called: str
    way: str
    routing: Routing


@dataclass(frozen=True, slots=True, kw_only=True)
class NameTable:
    """Names that the tasks of one calling service call over HTTP; all, if they are not many."""

    name: str
    entries: tuple[Entry, ...]


@kept_by_identity
def interceptor_name(port: Port) -> str | None:
    """The interceptor that takes the port's calls; None = the port is a listener of its own."""
    if port.intercepted_at is None:
        return None
    return f"interceptor/{port.namespace or port.address}:{port.intercepted_at}"


@kept_by_identity
def table_name(port: Port) -> str:
    """The table that leads the calls of an intercepted HTTP port on.

    Addresses are given out in order, so a service with a few dozen names has one table. One with
    a thousand has several: Envoy reads a whole table when one name of it comes or goes.
    """
    labels = port.labels
    return f"names/{labels.cluster}/{labels.service}/{labels.namespace}/{_shelf(port.address)}"


@lru_cache(maxsize=20_000)
def _shelf(address: str) -> int:
    return (int(ip_address(address)) & 0xFFFF) // NAMES_OF_A_TABLE


def interceptors(ports: Iterable[Port]) -> dict[str, Interceptor]:
    """The interceptors of these ports, by name; other ports are left out."""
    grouped: dict[str, list[Port]] = {}
    for port in ports:
        name = interceptor_name(port)
        if name is not None:
            grouped.setdefault(name, []).append(port)
    return {name: _interceptor(name, together) for name, together in grouped.items()}


def _interceptor(name: str, ports: Sequence[Port]) -> Interceptor:
    first = ports[0]
    assert first.intercepted_at is not None
    return Interceptor(
        name=name,
        namespace=first.namespace,
        address="0.0.0.0" if first.namespace else first.address,
        at=first.intercepted_at,
        ports=tuple(ports),
    )


def name_tables(ports: Iterable[Port]) -> dict[str, NameTable]:
    """The tables of all intercepted HTTP ports. Raises ValueError if two ports disagree."""
    grouped: dict[str, list[Port]] = {}
    for port in ports:
        if port.protocol.is_http and port.intercepted_at is not None:
            grouped.setdefault(table_name(port), []).append(port)
    return {name: _table(name, together) for name, together in grouped.items()}


def _table(name: str, ports: Sequence[Port]) -> NameTable:
    """Many tasks of a service have the same entries; the first says how they are."""
    found: dict[str, Entry] = {}
    for port in ports:
        for entry in _entries(port):
            known = found.setdefault(entry.called, entry)
            if known.routing is not entry.routing and known.routing != entry.routing:
                raise ValueError(f"two ways lead from {entry.called} in {name}")
    return NameTable(name=name, entries=tuple(found[called] for called in sorted(found)))


@kept_by_identity
def _entries(port: Port) -> tuple[Entry, ...]:
    way = stat_name(port.labels)
    return tuple(
        Entry(called=called, way=way, routing=port.routing) for called in places_called(port)
    )


def places_called(port: Port) -> tuple[str, ...]:
    """The addresses with port that containers call, as Envoy writes them."""
    called = (f"{port.address}:{port.port}",)
    if port.address6 is None:
        return called
    return (*called, f"[{shortest(port.address6)}]:{port.port}")


@lru_cache(maxsize=20_000)
def shortest(address: str) -> str:
    """An address as Envoy writes it."""
    return ip_address(address).compressed
