"""TLS between proxies, with the real Envoy: who is let in, and certificates replaced under load."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from seaway.core.authority import CertificateAuthority
from seaway.core.certificates import ProxyCertificate
from seaway.core.mesh.proxy import (
    Labels,
    Port,
    Protocol,
    Proxy,
    Purpose,
    Secure,
    Upstream,
)
from seaway.core.mesh.secrets import secrets_for
from seaway.core.mesh.snapshot import Kind, take_snapshot
from seaway.mesh.telemetry import Metric, Side
from seaway.signing.certificates import read_certificates
from tests.authorities import a_certificate, an_authority
from tests.live.envoy_stage import (
    CALLER,
    PORTS,
    Client,
    Mesh,
    Target,
    a_mesh,
    a_namespace,
    a_routing,
    an_alias,
    an_upstream,
    get,
    until,
)

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(os.geteuid() != 0, reason="network namespaces need root"),
]


@pytest.fixture
def namespace() -> Iterator[str]:
    with a_namespace() as path:
        yield path


SHOWN = Secure(
    certificate="client/default/web",
    authorities="authority/srv-cats",
    peers=("cats.pets",),
    server_name="cats.pets",
)
ASKED = Secure(certificate="server/srv-cats", authorities="authority/srv-cats")


@dataclass
class Pair:
    """A caller's alias and the listener in front of a server, on one proxy, with TLS between."""

    alias: Port
    entrance: Port
    upstreams: tuple[Upstream, ...]
    authority: CertificateAuthority = field(default_factory=an_authority)
    certificates: dict[str, ProxyCertificate] = field(default_factory=dict)

    def rotate(self) -> None:
        """New certificates and keys for both sides."""
        for name, names in (
            ("server/srv-cats", ("cats.pets", "spiffe://seaway/default/cats")),
            ("client/default/web", ("spiffe://seaway/default/web",)),
        ):
            self.certificates[name] = a_certificate(self.authority, name, *names)

    async def apply(self, mesh: Mesh) -> None:
        """Publish all of it, as the publisher does."""
        ports = (self.alias, self.entrance)
        proxy = Proxy(
            node="node-1",
            ports=ports,
            upstreams=self.upstreams,
            secrets=secrets_for(ports, self.upstreams, self.certificates),
        )
        mesh.snapshot = take_snapshot(proxy, mesh.snapshot)
        await mesh.publish()


def a_pair(namespace: str, target: Target, protocol: Protocol = Protocol.HTTP) -> Pair:
    labels = replace(CALLER, protocol=protocol.value)
    inside = Labels(purpose=Purpose.INGRESS, cluster="default", service="cats")
    entrance = Port(
        name="ingress/task/cats/80",
        address="127.0.0.1",
        port=next(PORTS),
        protocol=protocol,
        routing=a_routing("ingress/task/cats/80", name="ingress/task/cats/80"),
        labels=inside,
        idle_timeout=300,
        secure=ASKED,
    )
    place = replace(target.endpoint(), port=entrance.port)
    pair = Pair(
        alias=an_alias(namespace, labels=labels, protocol=protocol),
        entrance=entrance,
        upstreams=(
            an_upstream(labels=labels, protocol=protocol, endpoints=(place,), secure=SHOWN),
            an_upstream(target, name="ingress/task/cats/80", labels=inside, protocol=protocol),
        ),
    )
    pair.rotate()
    return pair


def dial(
    pair: Pair, directory: Path, shown: ProxyCertificate | None = None, newest: int | None = None
) -> ssl.SSLSocket:
    """Shake hands with the server's listener, as a client that shows this certificate."""
    context = ssl.create_default_context(cadata=pair.authority.certificate)
    if newest is not None:
        context.maximum_version = ssl.TLSVersion(newest)
    if shown is not None:
        file = directory / "shown.pem"
        file.write_text(shown.chain + shown.key)
        context.load_cert_chain(file)
    made = socket.create_connection(("127.0.0.1", pair.entrance.port), timeout=10)
    return context.wrap_socket(made, server_hostname="cats.pets")


def answered(made: ssl.SSLSocket) -> bytes:
    """What comes back for a request; TLS 1.3's client learns only now whether it was let in."""
    with closing(made):
        made.sendall(b"GET / HTTP/1.1\r\nhost: cats\r\n\r\n")
        return made.recv(100)


@pytest.mark.parametrize("protocol", [Protocol.HTTP, Protocol.TCP])
def test_a_request_goes_through_tls_and_each_side_knows_the_other(
    namespace: str, protocol: Protocol
) -> None:
    async def story() -> None:
        async with a_mesh() as mesh:
            target = await Target("cats").start()
            pair = a_pair(namespace, target, protocol)
            await pair.apply(mesh)
            assert mesh.server.rejections("node-1") == ()
            answer = await get(pair.alias)
            assert (answer.status, answer.body) == (200, "cats")

    asyncio.run(story())


def test_only_who_shows_a_certificate_of_the_authority_is_let_in_and_only_by_tls_1_3(
    namespace: str, tmp_path: Path
) -> None:
    async def story() -> None:
        async with a_mesh() as mesh:
            target = await Target("cats").start()
            pair = a_pair(namespace, target)
            await pair.apply(mesh)

            def ask(shown: ProxyCertificate | None, newest: int | None = None) -> bytes:
                return answered(dial(pair, tmp_path, shown, newest))

            client = pair.certificates["client/default/web"]
            assert (await asyncio.to_thread(ask, client)).startswith(b"HTTP/1.1 200")
            stranger = a_certificate(an_authority(), "client/default/web", *client.names)
            # The alert, or the end of the connection just before it: whichever is seen first.
            for shown in (None, stranger):
                with pytest.raises((ssl.SSLError, ConnectionError)):
                    await asyncio.to_thread(ask, shown)
            with pytest.raises(ssl.SSLError, match=r"(?i)protocol.version"):
                await asyncio.to_thread(ask, client, ssl.TLSVersion.TLSv1_2)
            assert target.hits == 1
            await until(lambda: mesh.total(Metric.TLS_FAILURES, Side.PORT, service="cats") == 3)

    asyncio.run(story())


def test_a_server_of_another_name_or_another_authority_gets_no_request(namespace: str) -> None:
    async def story() -> None:
        async with a_mesh() as mesh:
            target = await Target("cats").start()
            pair = a_pair(namespace, target)
            caller, behind = pair.upstreams
            wrong = replace(SHOWN, peers=("dogs.pets",))
            pair.upstreams = (replace(caller, secure=wrong), behind)
            await pair.apply(mesh)
            assert (await get(pair.alias)).status == 503
            await until(lambda: mesh.total(Metric.TLS_FAILURES, service="web") >= 1)
            pair.upstreams = (replace(caller, secure=SHOWN, connect_timeout=4), behind)
            await pair.apply(mesh)
            assert (await get(pair.alias)).status == 200
            pair.certificates["server/srv-cats"] = replace(
                a_certificate(an_authority(), "server/srv-cats", "cats.pets"),
                roots=pair.authority.roots,
            )
            pair.upstreams = (replace(caller, secure=SHOWN, connect_timeout=3), behind)
            await pair.apply(mesh)
            assert (await get(pair.alias)).status == 503
            assert target.hits == 1

    asyncio.run(story())


def test_certificates_are_replaced_under_load_and_nobody_notices(
    namespace: str, tmp_path: Path
) -> None:
    async def story() -> None:
        async with a_mesh() as mesh:
            target = await Target("cats").start()
            pair = a_pair(namespace, target)
            await pair.apply(mesh)
            clients = [await Client.to(pair.alias) for _ in range(10)]
            ended = asyncio.Event()
            statuses: Counter[int] = Counter()

            async def ask(client: Client) -> None:
                """Twenty requests a second on one connection that stays open."""
                due = time.monotonic()
                while not ended.is_set():
                    statuses[(await client.get()).status] += 1
                    due += 0.05
                    await asyncio.sleep(max(0, due - time.monotonic()))

            loads = [asyncio.create_task(ask(client)) for client in clients]
            await until(lambda: statuses.total() > 100)
            client = pair.certificates["client/default/web"]
            mesh.acks.clear()
            serials = {await asyncio.to_thread(shown_serial, pair, tmp_path, client)}
            for rotation in range(1, 6):
                pair.rotate()
                await pair.apply(mesh)
                client = pair.certificates["client/default/web"]
                serials.add(await asyncio.to_thread(shown_serial, pair, tmp_path, client))
                await until(lambda n=rotation: statuses.total() > 100 + 150 * n)  # type: ignore[misc]
            ended.set()
            await asyncio.gather(*loads)
            assert set(statuses) == {200}
            assert len(serials) == 6
            assert set(mesh.acks) == {Kind.SECRETS}
            # As many connections as clients at once, and not one more for all the rotations.
            assert 1 <= mesh.total(Metric.NEW_CONNECTIONS, service="web") <= len(clients)
            for one in clients:
                one.close()

    asyncio.run(story())


def shown_serial(pair: Pair, directory: Path, client: ProxyCertificate) -> int:
    made = dial(pair, directory, client)
    shown = ssl.DER_cert_to_PEM_cert(made.getpeercert(binary_form=True) or b"")
    assert answered(made).startswith(b"HTTP/1.1 200")
    return read_certificates(shown.encode())[0].serial
