"""The machine's own part of a VPC: bridge networks, and addresses on them."""

from __future__ import annotations

import asyncio
import hashlib
import ipaddress
from collections.abc import Iterable
from typing import Protocol

from pyroute2 import IPRoute

from seaway.agent.engine import Engine, EngineError, NetworkFacts, NetworkSpec
from seaway.link.messages import HostPlan, Network, PlanProblem

_LABEL = "seaway.installation"


class Addresses(Protocol):
    """The addresses of the machine's interfaces."""

    async def on(self, interface: str) -> frozenset[str]:
        """The single addresses (/32) put on the interface; OSError when it is not there."""

    async def put(self, interface: str, address: str) -> None:
        """Have the address on the interface; OSError when the machine refuses."""

    async def take(self, interface: str, address: str) -> None:
        """Have it no longer; OSError when the machine refuses."""


class KernelAddresses:
    """Addresses through the kernel's netlink socket. Changing them needs root."""

    # The library's synchronous calls bring an event loop of their own, hence the threads.
    async def on(self, interface: str) -> frozenset[str]:
        return await asyncio.to_thread(_listed, interface)

    async def put(self, interface: str, address: str) -> None:
        await asyncio.to_thread(_change, "replace", interface, address)

    async def take(self, interface: str, address: str) -> None:
        await asyncio.to_thread(_change, "del", interface, address)


class Networks:
    """The bridge networks of one installation on this machine."""

    def __init__(self, engine: Engine, addresses: Addresses, installation: str) -> None:
        self._engine = engine
        self._addresses = addresses
        self._installation = installation
        self._known: dict[str, NetworkFacts] = {}
        self._early: set[str] = set()
        self._making = asyncio.Lock()

    async def ensure(self, network: Network) -> NetworkFacts:
        """The VPC's bridge network, made if it is not there.

        Raises EngineError with a sentence for people when its range is taken.
        """
        async with self._making:
            if network.vpc not in self._known:
                self._known |= await self._found()
            if network.vpc not in self._known:
                await self._make(network)
                self._known |= await self._found()
            found = self._known[network.vpc]
            self._early.add(network.vpc)
        if found.cidr != network.cidr:
            raise EngineError(
                f"The network {found.name} has the range {found.cidr}, "
                f"but the VPC {network.vpc} has {network.cidr}."
            )
        return found

    async def apply(self, plan: HostPlan) -> tuple[PlanProblem, ...]:
        """Make networks and addresses as planned, take away what no longer is; what failed."""
        problems = []
        for network in plan.networks:
            try:
                await self.ensure(network)
            except EngineError as error:
                problems.append(PlanProblem(subject=network.vpc, message=error.message))
        planned = {network.vpc for network in plan.networks}
        async with self._making:
            # A task's network may be made before the plan that names it has come.
            self._early -= planned
            await self._drop_unplanned(planned | self._early)
        for vpc, found in sorted(self._known.items()):
            wanted = {address for owner, address in plan.addresses if owner == vpc}
            problems += await self._settle(found.interface, wanted)
        return tuple(problems)

    async def remove_all(self) -> None:
        """Take every network of this installation away; its addresses go with it."""
        for found in (await self._found()).values():
            await self._engine.remove_network(found.id)
        self._known.clear()

    async def _found(self) -> dict[str, NetworkFacts]:
        networks = await self._engine.networks(((_LABEL, self._installation),))
        return {found.labels["seaway.vpc"]: found for found in networks}

    async def _make(self, network: Network) -> None:
        try:
            await self._engine.create_network(network_spec(network, self._installation))
        except EngineError as error:
            if "overlap" not in error.message.lower() and "conflict" not in error.message.lower():
                raise
            raise EngineError(
                f"The range {network.cidr} of {network.vpc} overlaps with another network of this "
                f"machine; remove that network or make the VPC with another range "
                f"({error.message.strip()})."
            ) from error

    async def _drop_unplanned(self, needed: set[str]) -> None:
        self._known = await self._found()
        for vpc in self._known.keys() - needed:
            try:
                await self._engine.remove_network(self._known[vpc].id)
            except EngineError:
                continue  # tasks still end in it; the next plan finds it again
            del self._known[vpc]

    async def _settle(self, interface: str, wanted: set[str]) -> list[PlanProblem]:
        try:
            there = await self._addresses.on(interface)
        except OSError as error:
            message = f"The interface {interface} cannot be read: {error}."
            return [PlanProblem(subject=interface, message=message)]
        changes = [(self._addresses.put, address) for address in sorted(wanted - there)]
        changes += [(self._addresses.take, address) for address in sorted(there - wanted)]
        problems = []
        for change, address in changes:
            try:
                await change(interface, address)
            except OSError as error:
                message = f"The address {address} could not be set on {interface}: {error}."
                problems.append(PlanProblem(subject=address, message=message))
        return problems


def network_spec(network: Network, installation: str) -> NetworkSpec:
    """The bridge of a VPC: its gateway is the range's first address, as AWS's router is."""
    digest = hashlib.sha256(f"{installation}/{network.vpc}".encode()).hexdigest()
    return NetworkSpec(
        name=f"seaway-{network.vpc}",
        cidr=network.cidr,
        gateway=str(ipaddress.ip_network(network.cidr)[1]),
        interface=f"sw-{digest[:10]}",
        labels=((_LABEL, installation), ("seaway.vpc", network.vpc)),
    )


def _listed(interface: str) -> frozenset[str]:
    with IPRoute() as route:
        index = _index(route, interface)
        entries: Iterable[dict[str, object]] = route.get_addr(family=2, index=index)
        return frozenset(
            str(entry.get_attr("IFA_LOCAL"))  # type: ignore[attr-defined]
            for entry in entries
            if entry["prefixlen"] == 32
        )


def _change(verb: str, interface: str, address: str) -> None:
    with IPRoute() as route:
        index = _index(route, interface)
        try:
            route.addr(verb, index=index, address=address, prefixlen=32)
        except Exception as error:
            raise OSError(str(error)) from error


def _index(route: IPRoute, interface: str) -> int:
    found = route.link_lookup(ifname=interface)
    if not found:
        raise OSError(f"there is no interface {interface}")
    return int(found[0])
