"""The machine's own part of a VPC: bridge networks, and addresses on them."""

from __future__ import annotations

import asyncio
import ctypes
import hashlib
import ipaddress
import os
import socket
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

from pyroute2 import IPRoute, NetlinkError

from seaway.agent.engine import Engine, EngineError, NetworkFacts, NetworkSpec
from seaway.link.messages import HostPlan, Network, PlanProblem

_LABEL = "seaway.installation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plug:
    """One end of a cable in a network namespace, the other in a bridge."""

    sandbox: str
    """The namespace's path."""
    bridge: str
    port: str
    """The name of the end in the bridge."""
    address: str
    prefix: int
    gateway: str


class Addresses(Protocol):
    """The addresses of the machine's interfaces, and the cables between them."""

    async def plug(self, plug: Plug) -> None:
        """Have the cable, the address and the way out; OSError when the machine refuses."""

    async def on(self, interface: str) -> frozenset[str]:
        """The single addresses (/32) put on the interface; OSError when it is not there."""

    async def put(self, interface: str, address: str) -> None:
        """Have the address on the interface; OSError when the machine refuses."""

    async def take(self, interface: str, address: str) -> None:
        """Have it no longer; OSError when the machine refuses."""


class KernelAddresses:
    """Addresses through the kernel's netlink socket. Changing them needs root."""

    # The library's synchronous calls bring an event loop of their own, hence the threads.
    async def plug(self, plug: Plug) -> None:
        await asyncio.to_thread(_connect, plug)
        await in_namespace(plug.sandbox, _address_inside, plug)

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

    async def plug(self, network: Network, sandbox: str, address: str) -> None:
        """Give a namespace its address in the VPC.

        This takes the kernel 15 ms; when the engine does it, it takes several hundred. Raises
        EngineError, and OSError when the machine refuses.
        """
        if ipaddress.ip_address(address) not in ipaddress.ip_network(network.cidr):
            raise OSError(f"the address {address} is not in the range {network.cidr}")
        bridge = await self.ensure(network)
        port = hashlib.sha256(sandbox.encode()).hexdigest()[:12]
        await self._addresses.plug(
            Plug(
                sandbox=sandbox,
                bridge=bridge.interface,
                port=f"sv-{port}",
                address=address,
                prefix=ipaddress.ip_network(network.cidr).prefixlen,
                gateway=gateway_of(network),
            )
        )

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


def gateway_of(network: Network) -> str:
    """The machine's own address in a VPC, as AWS's router the range's first.

    What the machine connects to in the VPC, it connects to from here.
    """
    return str(ipaddress.ip_network(network.cidr)[1])


def network_spec(network: Network, installation: str) -> NetworkSpec:
    """The bridge of a VPC."""
    digest = hashlib.sha256(f"{installation}/{network.vpc}".encode()).hexdigest()
    return NetworkSpec(
        name=f"seaway-{network.vpc}",
        cidr=network.cidr,
        gateway=gateway_of(network),
        interface=f"sw-{digest[:10]}",
        labels=((_LABEL, installation), ("seaway.vpc", network.vpc)),
    )


def _listed(interface: str) -> frozenset[str]:
    with IPRoute() as route:
        index = _index(interface)
        entries: Iterable[dict[str, object]] = route.get_addr(family=2, index=index)
        return frozenset(
            str(entry.get_attr("IFA_LOCAL"))  # type: ignore[attr-defined]
            for entry in entries
            if entry["prefixlen"] == 32
        )


def _change(verb: str, interface: str, address: str) -> None:
    with IPRoute() as route:
        index = _index(interface)
        change(route.addr, verb, index=index, address=address, prefixlen=32)


def _connect(plug: Plug) -> None:
    """Lay the cable from the bridge to the namespace; what is there already stays."""
    with open(plug.sandbox, encoding="ascii") as space, IPRoute() as route:
        lies = {"master": _index(plug.bridge), "state": "up"}
        try:
            port = _index(plug.port)
        except OSError:
            # The hardware address follows from the IP address, as the engine's do: whoever
            # remembers the one of a task that is gone reaches the next with that address.
            octets = ipaddress.ip_address(plug.address).packed
            hardware = ":".join(f"{octet:02x}" for octet in (2, 0x42, *octets))
            end = {"ifname": "eth0", "net_ns_fd": space.fileno(), "address": hardware}
            change(route.link, "add", ifname=plug.port, kind="veth", peer=end, **lies)
        else:
            change(route.link, "set", index=port, **lies)


def _address_inside(plug: Plug) -> None:
    with IPRoute() as route:
        index = _index("eth0")
        change(route.addr, "replace", index=index, address=plug.address, prefixlen=plug.prefix)
        change(route.link, "set", index=index, state="up")
        change(route.route, "replace", dst="0.0.0.0/0", gateway=plug.gateway)


async def in_namespace(sandbox: str, work: Callable[..., None], *words: object) -> None:
    """Do a piece of work inside a network namespace; raises OSError, and what the work raises."""

    def do() -> None:
        with open(sandbox, encoding="ascii") as space:
            _enter(space.fileno())
        work(*words)

    # A thread of its own, as it never comes back from the namespace it enters.
    with ThreadPoolExecutor(max_workers=1) as thread:
        await asyncio.get_running_loop().run_in_executor(thread, do)


def _enter(space: int) -> None:
    """Move this thread into a network namespace (os.setns is only there from Python 3.12 on)."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(space, 0x40000000) != 0:  # CLONE_NEWNET
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))


def change(call: Callable[..., object], *words: str, **fields: object) -> None:
    """Ask netlink for a change; raises OSError when the machine refuses."""
    try:
        call(*words, **fields)
    except NetlinkError as error:
        raise OSError(error.code, os.strerror(error.code)) from error


def _index(interface: str) -> int:
    """The number of an interface of this thread's namespace; OSError when it is not there."""
    # Not by netlink's list of all: with a hundred tasks that takes longer than laying a cable.
    try:
        return socket.if_nametoindex(interface)
    except OSError as error:
        raise OSError(f"there is no interface {interface}") from error
