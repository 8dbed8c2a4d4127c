"""The book follows what is registered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from seaway.core.discovery import DnsRecord, Registration
from seaway.core.network import Vpc
from seaway.dns.book import decode
from seaway.dns.publisher import BookPublisher
from seaway.store.sqlite import SqliteStore
from tests.builders import a_cluster, a_discovery_service, a_namespace

CATS = a_discovery_service("cats", type="DNS_HTTP", records=(DnsRecord(type="A", ttl=10),))
ONE = Registration(
    key=f"{CATS.id}/one",
    service=CATS.arn,
    instance_id="one",
    attributes=(("AWS_INSTANCE_IPV4", "10.0.0.1"),),
    created_at=1.0,
)


async def until(look: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not look():
            await asyncio.sleep(0.005)


def test_a_registration_is_written_and_taken_out_again(tmp_path: Path) -> None:
    file = tmp_path / "dns" / "book.json"

    def told() -> list[str]:
        book = decode(file.read_bytes())
        sets = [one for zone in book.zones for one in zone.sets]
        return [value for one in sets for value, _ in one.values]

    async def story() -> None:
        store = SqliteStore(tmp_path / "db")
        store.open()
        job = asyncio.create_task(BookPublisher(store, file).run())
        await until(file.exists)
        with store.transaction() as tx:
            tx.put(a_namespace("pets.local", type="DNS_PRIVATE", vpc="vpc-1"))
            tx.put(Vpc(id="vpc-1", owner="0", region="us-east-1", cidr="10.0.0.0/16"))
            tx.put(CATS)
            tx.put(ONE)
        await until(lambda: told() == ["10.0.0.1"])
        assert decode(file.read_bytes()).resolvers[0].address == "10.0.0.2"
        written = file.stat().st_ino
        with store.transaction() as tx:
            tx.put(a_cluster())
        with store.transaction() as tx:
            tx.drop(ONE)
        await until(lambda: told() == [])
        assert file.stat().st_ino != written, "replaced, never written in place"
        job.cancel()
        with suppress(asyncio.CancelledError):
            await job
        store.close()

    asyncio.run(story())
