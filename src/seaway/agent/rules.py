"""What packets of a task's namespace, and of the machine, have to keep to; in nftables' words.

Everything stands in tables of our own and is replaced as one transaction: applying it twice does
no harm, and a container's own rules stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from seaway.agent.inside.address import ADDRESS, LED
from seaway.core.mesh.connect import INTERCEPTED, INTERCEPTOR_PORT, OUTSIDE

INTERCEPTED6 = "2600:f0f0::/64"
"""The virtual IPv6 addresses; they are nobody's until a namespace takes the range for its own."""

TABLE = "seaway"
REFUSED = "refused"
"""The set that counts refused connections by source and port."""

OUTSIDE_TABLE = "seaway-outside"
_MOST_SOURCES = 4096
_FIRST = "fin|syn|rst|ack"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What one namespace is to keep to.

    ``address`` is its own in the VPC, None when the engine gave it one. ``machine`` are the
    addresses the machine's own connections come from. ``guards`` are (container port, permitted
    sources), ``ingress`` (container port, the proxy's port). ``calls``: its TCP to the virtual
    addresses is led to the proxy. ``inside``: what it asks at the link-local address, it asks us.
    """

    address: str | None = None
    machine: tuple[str, ...] = ()
    guards: tuple[tuple[int, tuple[str, ...]], ...] = ()
    ingress: tuple[tuple[int, int], ...] = ()
    calls: bool = False
    inside: bool = False


def incoming(rules: Rules) -> str:
    """Guards and ingress; no table at all where there is neither, as its hooks cost time."""
    if not rules.guards and not rules.ingress:
        return _script((f"add table ip {TABLE}", f"delete table ip {TABLE}"))
    counted = f"type ipv4_addr . inet_service; size {_MOST_SOURCES}; flags dynamic; counter;"
    return _script(
        (
            f"add table ip {TABLE}",
            # Kept when the rules change: its counters go on.
            f"add set ip {TABLE} {REFUSED} {{ {counted} }}",
            *_chain("ip", "guards", "type filter hook input priority filter;"),
            *_chain("ip", "ingress", "type nat hook prerouting priority dstnat;"),
            *(f"add rule ip {TABLE} guards {rule}" for rule in _guards(rules)),
            *(f"add rule ip {TABLE} ingress {rule}" for rule in _ingress(rules)),
        )
    )


def incoming6(rules: Rules) -> str:
    """Permitted callers have IPv4 addresses, so nobody dials a guarded port by IPv6."""
    table = f"ip6 {TABLE}"
    if not rules.guards:
        return _script((f"add table {table}", f"delete table {table}"))
    guarded = f"tcp dport {_set(port for port, _ in rules.guards)}"
    return _script(
        (
            f"add table {table}",
            *_chain("ip6", "guards", "type filter hook input priority filter;"),
            f'add rule {table} guards iifname "lo" accept',
            f"add rule {table} guards {guarded} reject with tcp reset",
        )
    )


def outgoing(address: str) -> str:
    """Nothing leaves the namespace under another address than its own.

    Guards go by addresses, and a container may write packets of its own (CAP_NET_RAW).
    """
    return _script(
        (
            f"add table netdev {TABLE}",
            *_chain("netdev", "sent", 'type filter hook egress device "eth0" priority 0;'),
            f"add rule netdev {TABLE} sent ip saddr != {address} drop",
            f"add rule netdev {TABLE} sent arp saddr ip != {address} drop",
        )
    )


def calls() -> str:
    """TCP to the virtual addresses is led to the proxy's port; the address stays."""
    return _calls("ip", INTERCEPTED)


def calls6() -> str:
    """The same for the virtual IPv6 addresses."""
    return _calls("ip6", INTERCEPTED6)


def _calls(family: str, addresses: str) -> str:
    table = f"{family} {TABLE}-calls"
    return _script(
        (
            f"add table {table}",
            f"add chain {table} output {{ type nat hook output priority -100; }}",
            f"flush chain {table} output",
            f"add rule {table} output {family} daddr {addresses} meta l4proto tcp"
            f" dnat to :{INTERCEPTOR_PORT}",
        )
    )


def inside() -> str:
    """What is asked at the link-local address's known ports is led to where we listen there."""
    table = f"ip {TABLE}-inside"
    return _script(
        (
            f"add table {table}",
            f"add chain {table} output {{ type nat hook output priority -100; }}",
            f"flush chain {table} output",
            *(
                f"add rule {table} output ip daddr {ADDRESS} tcp dport {port} dnat to :{ours}"
                for port, ours in LED
            ),
        )
    )


def outside(installation: str) -> str:
    """The machine's own programs' TCP to the outside addresses is led to the proxy's port.

    The table is made, not added to: if it is there already, nothing happens but an error.
    """
    return _script(
        (
            f"create table ip {OUTSIDE_TABLE}",
            f"add chain ip {OUTSIDE_TABLE} output {{ type nat hook output priority -100; }}",
            f"add rule ip {OUTSIDE_TABLE} output ip daddr {OUTSIDE} meta l4proto tcp"
            f' dnat to :{INTERCEPTOR_PORT} comment "{installation}"',
        )
    )


def _guards(rules: Rules) -> Iterable[str]:
    if not rules.guards:
        return
    yield 'iifname "lo" accept'
    if rules.machine:
        yield f"ip saddr {_set(rules.machine)} accept"
    for port, sources in rules.guards:
        if sources:
            yield f"tcp dport {port} ip saddr {_set(sources)} accept"
    guarded = f"tcp dport {_set(port for port, _ in rules.guards)}"
    # A caller that has lost its permission answers our reset with one of its own: let it in, or
    # the server would keep its half of the connection.
    yield f"{guarded} tcp flags & rst == rst accept"
    yield (
        f"{guarded} tcp flags & ({_FIRST}) == syn add @{REFUSED} {{ ip saddr . tcp dport counter }}"
    )
    yield f"{guarded} reject with tcp reset"


def _ingress(rules: Rules) -> Iterable[str]:
    if not rules.ingress:
        return
    yield 'iifname "lo" return'
    if rules.machine:
        yield f"ip saddr {_set(rules.machine)} return"
    for port, listener in rules.ingress:
        yield f"tcp dport {port} redirect to :{listener}"


def _chain(family: str, name: str, hook: str) -> tuple[str, str]:
    return (
        f"add chain {family} {TABLE} {name} {{ {hook} }}",
        f"flush chain {family} {TABLE} {name}",
    )


def _set(members: Iterable[object]) -> str:
    return "{ " + ", ".join(str(member) for member in dict.fromkeys(members)) + " }"


def _script(lines: Iterable[str]) -> str:
    return "\n".join(lines) + "\n"
