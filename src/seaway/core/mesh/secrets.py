"""Which of the certificates there are a proxy is given: those its traffic asks for, no others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from seaway.core.certificates import HOSTS_SECRET, ProxyCertificate
from seaway.core.mesh.proxy import Port, Proxy, Secret, Secure, Upstream
from seaway.core.names import last_part


def secrets_for(
    ports: Iterable[Port],
    upstreams: Iterable[Upstream],
    certificates: Mapping[str, ProxyCertificate],
    others: Iterable[Secure] = (),
    ended: Mapping[str, Secret] | None = None,
) -> tuple[Secret, ...]:
    """The secrets that these ask for, of the certificates there are (by name).

    ``others`` are what is secured besides: neighbours, and the gate; ``ended`` are the secrets of
    load balancers' ports, by name. One that has not been made yet is left out: the proxy waits.
    """
    ports = tuple(ports)
    sides = [port.secure for port in ports] + [upstream.secure for upstream in upstreams]
    secured = (*sides, *others)
    asked = dict.fromkeys(name for secure in secured for name in _asked(secure))
    found = (_secret(name, certificates) for name in asked)
    shown = (name for port in ports if port.terminated for name in port.terminated.certificates)
    ours = [(ended or {}).get(name) for name in dict.fromkeys(shown)]
    return tuple(secret for secret in (*found, *ours) if secret is not None)


def secures_across(proxy: Proxy) -> list[Secure]:
    """How a proxy's connections to and from other hosts are secured."""
    gates = [] if proxy.gate is None else [proxy.gate.secure]
    return [*(neighbour.secure for neighbour in proxy.neighbours), *gates]


def _asked(secure: Secure | None) -> tuple[str, ...]:
    return () if secure is None else (secure.certificate, secure.authorities)


def _secret(name: str, certificates: Mapping[str, ProxyCertificate]) -> Secret | None:
    if name == HOSTS_SECRET:
        some = next((c for n, c in certificates.items() if n.startswith("host/")), None)
        return None if some is None else Secret(name=name, chain=some.roots)
    if name.startswith("authority/"):
        server = certificates.get(f"server/{last_part(name)}")
        return None if server is None else Secret(name=name, chain=server.roots)
    shown = certificates.get(name)
    return None if shown is None else Secret(name=name, chain=shown.chain, key=shown.key)
