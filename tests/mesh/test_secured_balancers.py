"""What the proxy is given where load balancers end TLS, and when certificates change."""

from __future__ import annotations

from dataclasses import replace

from seaway.core.capacity import Host
from seaway.core.mesh.balance import secret_name
from seaway.core.mesh.proxy import Proxy, Secret
from seaway.core.mesh.snapshot import Kind, difference, take_snapshot
from seaway.mesh.traffic import Traffic
from seaway.store.resident import Resident
from tests.authorities import a_managed_certificate
from tests.core.mesh.test_balance import ALB, DEFAULT, LISTENER, WEB

CERTIFICATE = a_managed_certificate("a.example")
SECURE = replace(LISTENER, protocol="HTTPS", certificates=(CERTIFICATE.arn,))


class _Following:
    """A store, and the one host's proxy as each change leaves it."""

    def __init__(self) -> None:
        self.store, self.traffic = Resident(), Traffic()
        self.store.doorbell.listen(self.traffic.hear)
        self.put(Host(id="host-1", cpu=1024, memory=1024), ALB, WEB, SECURE, DEFAULT)

    def put(self, *nouns: object) -> None:
        with self.store.transaction() as tx:
            for noun in nouns:
                tx.put(noun)

    def proxy(self) -> Proxy:
        with self.store.transaction() as tx:
            self.traffic.look(tx)
            made = self.traffic.proxy(tx, "host-1")
        self.traffic.done("host-1")
        return made


def test_the_proxy_waits_for_a_certificate_and_gets_it_when_it_is_there() -> None:
    world = _Following()
    assert world.proxy().secrets == ()
    world.put(CERTIFICATE)
    name = secret_name(SECURE.arn, 0)
    assert world.proxy().secrets == (Secret(name=name, chain="bodychain", key="key"),)


def test_a_certificate_that_is_replaced_touches_no_listener() -> None:
    world = _Following()
    world.put(CERTIFICATE)
    before = take_snapshot(world.proxy())
    assert CERTIFICATE.signed is not None
    world.put(replace(CERTIFICATE, signed=replace(CERTIFICATE.signed, body="other")))
    after = take_snapshot(world.proxy(), before)
    assert {one.kind for one in difference(before, after).changed} == {Kind.SECRETS}
    # Nor does another default certificate of the listener's.
    other = a_managed_certificate("b.example")
    world.put(other, replace(SECURE, certificates=(other.arn,)))
    last = take_snapshot(world.proxy(), after)
    assert {one.kind for one in difference(after, last).changed} == {Kind.SECRETS}
