"""The packet rules of namespaces, kept by the kernel. Changing them needs root and nftables."""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import json
import logging
import os
from pathlib import Path
from typing import Any, Protocol

from pyroute2 import IPRoute

from seaway.agent.intercept import intercept, intercept_inside
from seaway.agent.namespaces import is_there
from seaway.agent.network import change, in_namespace
from seaway.agent.nft import NoSuchRule, listed, nft
from seaway.agent.outside import lead_calls
from seaway.agent.rules import (
    INTERCEPTED6,
    REFUSED,
    TABLE,
    Rules,
    calls,
    calls6,
    incoming,
    incoming6,
    inside,
    outgoing,
)
from seaway.link.messages import PlanProblem

_LAST6 = str(ipaddress.ip_network(INTERCEPTED6)[-1])
_NO_NAMES6 = "tasks call names by IPv4 only"
_NO_CALLS = "calls to names are led to the proxy by iptables"
_NO_GUARDS6 = "guards are kept for IPv4 only"
_NO_INSIDE = "the metadata endpoint is reached by iptables"
_FORGED = "containers may send under each other's addresses"
_log = logging.getLogger(__name__)


class Firewall(Protocol):
    """What a namespace's packets have to keep to."""

    async def settle(self, sandbox: str, rules: Rules, *, fresh: bool = False) -> bool:
        """Have exactly these rules; whether calls to virtual IPv6 addresses work too.

        ``fresh``: the namespace has just been made, so there are none yet.

        Raises FileNotFoundError when the namespace is gone, OSError when the machine refuses.
        """

    async def refused(self, sandbox: str) -> dict[tuple[str, int], int]:
        """How many connections the guards have refused since the last asking, by (source, port).

        Raises FileNotFoundError when the namespace is gone, OSError.
        """

    async def lead_calls(self, installation: str, wanted: bool) -> tuple[PlanProblem, ...]:
        """Whether the machine's own programs call names; what stood in the way."""


class KernelFirewall:
    """Rules by nftables in the namespace itself: they go when it goes."""

    def __init__(self) -> None:
        self._impossible: set[str] = set()
        self._counts: dict[str, dict[tuple[str, int], int]] = {}
        self._leads_calls: bool | None = None

    async def settle(self, sandbox: str, rules: Rules, *, fresh: bool = False) -> bool:
        if not rules.guards:
            self._counts.pop(sandbox, None)
        elif sandbox not in self._counts:
            # What was counted before our time may have been told already.
            self._counts[sandbox] = {} if fresh else await _counts(sandbox)
        needed, optional = "", {}
        # Taking away what is not there takes the kernel longer than all the rest.
        if rules.guards or rules.ingress or not fresh:
            needed, optional[_NO_GUARDS6] = incoming(rules), incoming6(rules)
        if rules.address:
            optional[_FORGED] = outgoing(rules.address)
        if rules.calls:
            optional |= {_NO_CALLS: calls(), _NO_NAMES6: calls6()}
        if rules.inside:
            optional[_NO_INSIDE] = inside()
        owned, _ = await asyncio.gather(
            self._own_range6(sandbox) if rules.calls else _no(),
            self._apply(sandbox, needed, optional),
        )
        if rules.calls and _NO_CALLS in self._impossible:
            await intercept(sandbox)
        if rules.inside and _NO_INSIDE in self._impossible:
            await intercept_inside(sandbox)
        return owned and _NO_NAMES6 not in self._impossible

    async def refused(self, sandbox: str) -> dict[tuple[str, int], int]:
        try:
            now = await _counts(sandbox)
        except OSError:
            self._counts.pop(sandbox, None)
            raise
        before = self._counts.get(sandbox, now)
        self._counts[sandbox] = now
        news = {key: count - before.get(key, 0) for key, count in now.items()}
        return {key: count for key, count in news.items() if count > 0}

    async def lead_calls(self, installation: str, wanted: bool) -> tuple[PlanProblem, ...]:
        # Whether the rule is still there is worth a look each time; that it is not, is not.
        if os.geteuid() != 0 or self._leads_calls is wanted is False:
            return ()
        problems = await lead_calls(installation, wanted)
        self._leads_calls = wanted
        return problems

    async def _apply(self, sandbox: str, needed: str, optional: dict[str, str]) -> None:
        """All of it in one go; what a task can do without is left out where it is impossible."""
        possible = {
            without: script
            for without, script in optional.items()
            if without not in self._impossible
        }
        try:
            await nft("".join((needed, *possible.values())), sandbox)
            return
        except FileNotFoundError:
            raise
        except OSError:
            pass  # which part of it was it?
        for without, script in possible.items():
            try:
                await nft(script, sandbox)
            except FileNotFoundError:
                raise
            except OSError as error:
                self._learn(without, error)
        if "add rule" in needed:
            await nft(needed, sandbox)

    async def _own_range6(self, sandbox: str) -> bool:
        """Make the virtual IPv6 addresses the namespace's own."""
        if _NO_NAMES6 in self._impossible:
            return False
        try:
            await in_namespace(sandbox, _own_range6)
        except OSError as error:
            if not is_there(sandbox):
                raise FileNotFoundError(errno.ENOENT, "the namespace is gone", sandbox) from error
            self._learn(_NO_NAMES6, error)
            return False
        return True

    def _learn(self, without: str, error: OSError) -> None:
        self._impossible.add(without)
        _log.warning("%s: %s", without, error)


async def _no() -> bool:
    return False


async def _counts(sandbox: str) -> dict[tuple[str, int], int]:
    try:
        told = await listed("set", "ip", TABLE, REFUSED, sandbox=sandbox)
    except NoSuchRule:
        return {}
    return counted(json.loads(told))


def counted(told: dict[str, Any]) -> dict[tuple[str, int], int]:
    """The counters of the set of refused connections, as nftables lists it in JSON."""
    found = {}
    for entry in told["nftables"]:
        for element in entry.get("set", {}).get("elem", ()):
            source, port = element["elem"]["val"]["concat"]
            found[source, port] = int(element["elem"]["counter"]["packets"])
    return found


def _own_range6() -> None:
    """Take the range for this thread's namespace.

    One address of it is put on the loopback, as the calls need one to come from. ::1 stays as
    unusable as it was: programs that find it would call "localhost" there and be refused. The
    address is deprecated, so that a name's IPv4 address is still preferred.
    """
    switch = Path("/proc/sys/net/ipv6/conf/lo/disable_ipv6")
    was_off = switch.read_text().strip() == "1"
    if was_off:
        switch.write_text("0")
    # IPv6, unlike IPv4, lets nobody listen at an address that is only routed here.
    Path("/proc/sys/net/ipv6/ip_nonlocal_bind").write_text("1")
    with IPRoute() as route:
        (index,) = route.link_lookup(ifname="lo")
        if was_off:
            change(route.addr, "del", index=index, address="::1", prefixlen=128)
        lasts: dict[str, Any] = {"preferred_lft": 0, "valid_lft": 2**32 - 1}
        change(route.addr, "replace", index=index, address=_LAST6, prefixlen=128, **lasts)
        change(route.route, "replace", dst=INTERCEPTED6, oif=index, type=2, table=255, family=10)
