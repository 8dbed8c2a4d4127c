"""Certificates of proxies: made when needed, replaced in time, dropped when nobody needs them."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

import pytest

from seaway.core.authority import (
    DAY,
    MANAGED_TAG,
    OWN_AUTHORITY,
    AuthorityStatus,
    CertificateAuthority,
)
from seaway.core.capacity import Host
from seaway.core.certificates import ProxyCertificate
from seaway.core.moment import Moment
from seaway.core.service import ServiceConnect, ServiceEvent
from seaway.reconcile import certificates
from seaway.signing.certificates import are_chained, is_of_key, read_certificates
from seaway.store.changes import Change
from seaway.store.resident import Resident
from tests.authorities import PCA, an_authority
from tests.builders import (
    NAMESPACE,
    a_cluster,
    a_deployment,
    a_discovery_service,
    a_named_endpoint,
    a_namespace,
    a_service,
    a_task,
)


class World:
    """A store, the loop of certificates, and a clock that goes where the loop wants to look."""

    def __init__(self) -> None:
        self.store = Resident()
        self.now = 1_800_000_000.0
        self.wakes: dict[str, float] = {}
        self.store.doorbell.listen(self._hear)
        self.due: dict[str, None] = {}

    def _hear(self, changes: Any) -> None:
        for change in changes:
            assert isinstance(change, Change)
            self.due.update(dict.fromkeys(certificates.keys_of(change)))

    def put(self, *nouns: Any) -> None:
        with self.store.transaction() as tx:
            for noun in nouns:
                tx.put(noun)
        self.settle()

    def drop(self, noun: Any) -> None:
        with self.store.transaction() as tx:
            tx.drop(noun)
        self.settle()

    def settle(self) -> None:
        looks = 0
        while self.due:
            key = next(iter(self.due))
            del self.due[key]
            with self.store.transaction() as tx:
                wake = certificates.reconcile(tx, key, Moment(self.now, os.urandom))
            self.wakes.pop(key, None)
            if wake is not None:
                assert wake > self.now
                self.wakes[key] = wake
            looks += 1
            assert looks < 100, "it never rests"

    def sleep(self, seconds: float) -> None:
        """Let time pass, waking whatever wants to look in between."""
        until = self.now + seconds
        while self.wakes and min(self.wakes.values()) <= until:
            self.now = min(self.wakes.values())
            self.due.update(dict.fromkeys(k for k, w in self.wakes.items() if w <= self.now))
            self.settle()
        self.now = until

    def certificate(self, name: str) -> ProxyCertificate:
        with self.store.transaction() as tx:
            found = tx.find(ProxyCertificate, name)
        assert found is not None, self.names()
        return found

    def names(self) -> list[str]:
        with self.store.transaction() as tx:
            return sorted(c.name for c in tx.where(ProxyCertificate))


CATS = a_service("cats")
WEB = a_service("web")
CONNECT = ServiceConnect(enabled=True, namespace=NAMESPACE)
DISCOVERY = a_discovery_service("cats")
ENDPOINT = a_named_endpoint(DISCOVERY, service=CATS.arn, tls=True)
SERVER = f"server/{DISCOVERY.id}"


@pytest.fixture
def world() -> World:
    world = World()
    web = a_deployment(WEB, connect=CONNECT)
    world.put(a_cluster(), a_namespace("pets", arn=NAMESPACE), CATS, WEB, DISCOVERY, web)
    assert world.names() == []
    world.put(ENDPOINT)
    return world


def test_an_endpoint_with_tls_has_a_certificate_and_so_has_who_calls_it(world: World) -> None:
    assert world.names() == ["client//gateway", "client//machine", "client/default/web", SERVER]
    server = world.certificate(SERVER)
    assert server.names == (
        f"{ENDPOINT.discovery_name}.pets",
        "spiffe://seaway/default/cats",
    )
    assert world.certificate("client/default/web").names == ("spiffe://seaway/default/web",)
    (read,) = read_certificates(server.chain.encode())
    assert read.names == server.names
    assert is_of_key(server.chain, server.key)
    assert are_chained((server.chain + server.roots).encode())
    assert read.not_after == world.now + 7 * DAY


def test_without_tls_there_is_none(world: World) -> None:
    world.put(replace(ENDPOINT, tls=False))
    assert world.names() == []


def test_an_endpoint_that_goes_takes_its_callers_certificates_along(world: World) -> None:
    world.drop(ENDPOINT)
    assert world.names() == []


def test_who_stops_calling_loses_its_certificate(world: World) -> None:
    world.put(a_deployment(WEB, connect=CONNECT, status="INACTIVE"))
    assert world.names() == ["client//gateway", "client//machine", SERVER]


def test_a_task_that_is_run_calls_as_its_group_for_as_long_as_it_lives(world: World) -> None:
    task = a_task(service=None, deployment=None, group="family:jobs", namespace=NAMESPACE)
    world.put(task)
    assert "client/default/family:jobs" in world.names()
    world.drop(task)
    assert "client/default/family:jobs" not in world.names()


def test_a_certificate_is_replaced_every_five_days_by_another_key(world: World) -> None:
    before = world.certificate(SERVER)
    world.sleep(5 * DAY - 1)
    assert world.certificate(SERVER) == before
    world.sleep(2)
    after = world.certificate(SERVER)
    assert after.key != before.key
    assert after.roots == before.roots
    assert after.expires_at == after.issued_at + 7 * DAY
    world.sleep(30 * DAY)
    assert world.certificate(SERVER).issued_at > world.now - 5 * DAY


def test_a_service_may_rotate_faster_and_each_certificate_goes_by_its_own(world: World) -> None:
    world.put(replace(CATS, tags=(("seaway:tls.rotation", "60s"),)))
    world.sleep(61)
    cats, web = world.certificate(SERVER), world.certificate("client/default/web")
    assert world.now - cats.issued_at <= 61
    assert cats.expires_at - cats.issued_at == pytest.approx(84)
    assert web.expires_at - web.issued_at == 7 * DAY
    world.put(a_cluster(tags=(("seaway:tls.rotation", "30m"),)))
    world.sleep(1801)
    assert world.certificate("client/default/web").issued_at > web.issued_at


def test_a_second_look_changes_nothing(world: World) -> None:
    before = [world.certificate(name) for name in world.names()]
    with world.store.transaction() as tx:
        world.due.update(dict.fromkeys(certificates.all_keys(tx)))
    world.settle()
    assert [world.certificate(name) for name in world.names()] == before


def test_a_private_ca_signs_if_it_is_active_and_managed_by_ecs(world: World) -> None:
    authority = an_authority(tags=())
    world.put(authority, replace(ENDPOINT, authority=PCA))
    assert world.certificate(SERVER).authority == OWN_AUTHORITY  # what there was goes on
    world.put(replace(authority, tags=(MANAGED_TAG,)))
    assert world.certificate(SERVER).authority == PCA
    assert world.certificate(SERVER).roots == authority.certificate
    assert world.names() == [
        "client//gateway@1234",
        "client//machine@1234",
        "client/default/web@1234",
        SERVER,
    ]
    before = world.certificate(SERVER)
    world.put(replace(authority, tags=(MANAGED_TAG,), status=AuthorityStatus.DISABLED))
    world.sleep(6 * DAY)
    assert world.certificate(SERVER) == before
    world.put(replace(authority, tags=(MANAGED_TAG,)))
    assert world.certificate(SERVER).issued_at == world.now
    with world.store.transaction() as tx:
        story = [event.message for event in tx.where(ServiceEvent, service=CATS.arn)]
    assert story == [
        "(service cats) was unable to get a TLS certificate. The certificate authority "
        f"{PCA} must have the tag AmazonECSManaged with the value true.",
        "(service cats) was unable to get a TLS certificate. The certificate authority "
        f"{PCA} must be ACTIVE; it is DISABLED.",
    ]


def test_no_certificate_outlives_its_authority(world: World) -> None:
    ends = world.now + 100
    world.put(an_authority(not_after=ends), replace(ENDPOINT, authority=PCA))
    assert world.certificate(SERVER).expires_at == ends
    world.sleep(200)
    assert world.certificate(SERVER).expires_at == ends


def test_a_deleted_authority_is_gone_when_it_can_no_longer_be_restored(world: World) -> None:
    until = world.now + 7 * DAY
    world.put(an_authority(status=AuthorityStatus.DELETED, restorable_until=until))
    world.sleep(7 * DAY + 1)
    with world.store.transaction() as tx:
        assert tx.find(CertificateAuthority, PCA) is None


def test_hosts_that_reach_each_other_have_certificates(world: World) -> None:
    world.put(
        Host(id="alone", cpu=1, memory=1), Host(id="one", cpu=1, memory=1, address="10.9.0.1")
    )
    assert "host/alone" not in world.names()
    assert world.certificate("host/one").names == ("spiffe://seaway/host/one",)
    assert world.certificate("host/one").authority == OWN_AUTHORITY
