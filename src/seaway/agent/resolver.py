"""Which DNS servers a task's containers ask: Seaway's, then the machine's own."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address
from pathlib import Path

_ASKED = 3
"""The C library reads no more name servers than this."""

MACHINES = (Path("/etc/resolv.conf"), Path("/run/systemd/resolve/resolv.conf"))
"""Where a machine keeps its own: the second when the first only names a server on loopback."""


def resolv_conf(first: str, machine: str, search: Iterable[str] = ()) -> str:
    """A resolv.conf that asks ``first``, and the machine's servers when it does not answer.

    ``machine`` is the text of the machine's own; ``search`` stands in for its domains.
    """
    lines = [line.split() for line in machine.splitlines()]
    servers = [words[1] for words in lines if words[:1] == ["nameserver"] and len(words) > 1]
    asked = dict.fromkeys([first, *(server for server in servers if _reachable(server))])
    kept = [" ".join(words) for words in lines if words[:1] in (["search"], ["options"])]
    if domains := " ".join(search):
        kept = [line for line in kept if not line.startswith("search")] + [f"search {domains}"]
    return "\n".join([*(f"nameserver {server}" for server in list(asked)[:_ASKED]), *kept]) + "\n"


def machine_resolv_conf(files: Iterable[Path] = MACHINES) -> str:
    """The text that names the machine's servers as its containers can reach them."""
    text = ""
    for file in files:
        try:
            text = file.read_text(encoding="utf-8")
        except OSError:
            continue
        servers = [line.split()[1:] for line in text.splitlines() if line.startswith("nameserver")]
        if any(_reachable(words[0]) for words in servers if words):
            return text
    return text


def _reachable(server: str) -> bool:
    """Not on the machine's loopback, which a container does not share, and by IPv4."""
    try:
        address = ip_address(server.partition("%")[0])
    except ValueError:
        return False
    return address.version == 4 and not address.is_loopback
