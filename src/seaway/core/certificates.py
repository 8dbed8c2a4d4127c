"""What proxies show each other: whose certificate says what, and when it is replaced.

For every endpoint with TLS there is a certificate its server shows, and for every service that
calls into such a namespace one that it shows as a client. All are short-lived: seven days,
replaced every five (AWS: Service Connect TLS, certificate rotation).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from seaway.core.authority import DAY
from seaway.core.discovery import NamedEndpoint
from seaway.core.names import Tags, last_part

ROTATION_SETTING = "tls.rotation"
ROTATION_TAG = f"seaway:{ROTATION_SETTING}"
"""On an ECS cluster or service: how often its certificates are replaced (60s, 30m, 12h, 5d)."""

ROTATION = 5 * DAY
"""Seconds; AWS's own."""

SHORTEST_ROTATION = 10.0
LONGEST_ROTATION = 6 * DAY

_LIFE = 7 / 5  # of a rotation: what is left when one is late
_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": DAY}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyCertificate:
    """A certificate that proxies show, with its key. PEM texts; times are epoch seconds.

    Written by the loop of certificates alone. ``names`` are its alternative names, ``roots``
    what the other side checks it by.
    """

    name: str
    """As the proxies ask for it; see ``server_secret``, ``client_secret``, ``host_secret``."""
    holder: str
    """Whose it is: the key under which it is settled."""
    authority: str
    """Key of the authority that signed it."""
    names: tuple[str, ...]
    chain: str
    roots: str
    key: str = field(repr=False)
    issued_at: float
    expires_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedCertificate:
    """A certificate there should be; ``rotation`` in seconds."""

    name: str
    holder: str
    authority: str
    names: tuple[str, ...]
    rotation: float = ROTATION
    service: str | None = None
    """ARN of the ECS service it is for."""


def server_secret(discovery: str) -> str:
    """The certificate shown by the servers of an endpoint (given by its discovery's ARN)."""
    return f"server/{last_part(discovery)}"


def authority_secret(discovery: str) -> str:
    """The authorities by which both sides of an endpoint's connections check each other."""
    return f"authority/{last_part(discovery)}"


def client_secret(cluster: str, service: str, authority: str | None = None) -> str:
    """The certificate a calling service shows to endpoints that this authority (ARN) signs for.

    None = Seaway's own. A caller has one for each authority, since each is trusted by its own.
    """
    own = f"client/{cluster}/{service}"
    return own if authority is None else f"{own}@{last_part(authority)}"


def host_secret(host: str) -> str:
    """The certificate a host's proxy shows to other hosts' (given by id)."""
    return f"host/{host}"


HOSTS_SECRET = "hosts"
"""The authorities by which hosts' proxies check each other."""


def server_name(endpoint: NamedEndpoint, namespace: str) -> str:
    """The DNS name in an endpoint's certificate, in a namespace of this name."""
    return f"{endpoint.discovery_name}.{namespace}"


def service_uri(cluster: str, service: str) -> str:
    """The URI that says which service a certificate's holder is."""
    return f"spiffe://seaway/{cluster}/{service}"


def host_uri(host: str) -> str:
    """The URI that says which host a certificate's holder is."""
    return f"spiffe://seaway/host/{host}"


def rotation_of(*layers: Tags) -> float:
    """Seconds between two certificates, as the last of these resources says that says it.

    What can't be understood, or is out of bounds, has no effect.
    """
    said = [value for tags in layers for key, value in tags if key == ROTATION_TAG]
    understood = (seconds for text in reversed(said) if (seconds := _rotation(text)) is not None)
    return next(understood, ROTATION)


def rotation_complaint(text: str) -> str | None:
    """What is wrong with a rotation, as a sentence; None = nothing."""
    if _rotation(text) is not None:
        return None
    return f"{text} is no time between 10s and 6d: say a number and s, m, h or d."


def _rotation(text: str) -> float | None:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd])", text.strip())
    seconds = float(found[1]) * _UNITS[found[2]] if found else 0.0
    return seconds if SHORTEST_ROTATION <= seconds <= LONGEST_ROTATION else None


def life_of(rotation: float) -> float:
    """Seconds a certificate is good for when it is to be replaced after ``rotation``."""
    return rotation * _LIFE


def renewal_of(certificate: ProxyCertificate, rotation: float) -> float:
    """When to replace it (epoch seconds): never later than when a third of a rotation is left."""
    life = certificate.expires_at - certificate.issued_at
    return certificate.issued_at + max(min(rotation, life / _LIFE), SHORTEST_ROTATION / 2)


def is_due(
    there: ProxyCertificate | None, wanted: WantedCertificate, roots: str, now: float
) -> bool:
    """Whether a new certificate has to be made."""
    return (
        there is None
        or there.authority != wanted.authority
        or there.names != wanted.names
        or there.roots != roots
        or renewal_of(there, wanted.rotation) <= now
    )
