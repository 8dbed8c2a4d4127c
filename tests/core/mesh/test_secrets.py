"""Which secrets a proxy asks for."""

from __future__ import annotations

from dataclasses import replace

from seaway.core.certificates import DAY, ProxyCertificate
from seaway.core.mesh.proxy import Labels, Protocol, Purpose, Secret, Secure, Upstream
from seaway.core.mesh.secrets import secrets_for

CERTIFICATE = ProxyCertificate(
    name="server/srv-cats",
    holder="server/arn",
    authority="seaway",
    names=("cats.pets",),
    chain="chain",
    roots="roots",
    key="key",
    issued_at=1000.0,
    expires_at=1000.0 + 7 * DAY,
)


def test_a_proxy_is_given_what_it_asks_for_and_no_other_key() -> None:
    secure = Secure(certificate="client/pets/web", authorities="authority/srv-cats")
    upstream = Upstream(
        name="web>cats",
        protocol=Protocol.HTTP,
        labels=Labels(purpose=Purpose.CONNECT),
        secure=secure,
    )
    client = replace(CERTIFICATE, name="client/pets/web", chain="client", key="its key")
    there = {one.name: one for one in (CERTIFICATE, client)}
    assert secrets_for((), [upstream, upstream], there) == (
        Secret(name="client/pets/web", chain="client", key="its key"),
        Secret(name="authority/srv-cats", chain="roots"),
    )
    assert secrets_for((), [upstream], {}) == ()
    assert secrets_for((), [replace(upstream, secure=None)], there) == ()
