"""The name server on real sockets of the loopback: who asks where gets what."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import dns.asyncquery
import dns.message
import dns.rcode
import pytest

from seaway.core.zone import Book, RecordSet, Resolver, Zone
from seaway.dns.book import encode, replace_file
from seaway.dns.server import NameServer
from seaway.dns.upstream import Upstream
from tests.dns.wired import HOST, Elsewhere, free_port

OURS, OTHERS = "127.203.0.2", "127.203.1.2"


def a_book(address: str = "10.203.0.9", *resolvers: Resolver) -> Book:
    def one(name: str, value: str, type: str = "A") -> RecordSet:
        return RecordSet(name=name, type=type, ttl=10, values=((value, True),))

    many = tuple((f"1 1 80 {number:032x}.many.pets.local", True) for number in range(8))
    sets = (
        one("cats.pets.local", address),
        one("www.pets.local", "www.example.com", "CNAME"),
        one("long.pets.local", "long.example", "CNAME"),
        RecordSet(name="many.pets.local", type="SRV", ttl=10, values=many),
    )
    return Book(
        zones=(Zone(name="pets.local", scope="vpc-1", sets=sets),),
        resolvers=resolvers
        or (Resolver(address=OURS, vpcs=("vpc-1",)), Resolver(address=OTHERS, vpcs=("vpc-2",))),
    )


class Running:
    """A name server with its files and the resolver it asks."""

    def __init__(self, directory: Path, elsewhere: Elsewhere) -> None:
        self.book, self.serving = directory / "book.json", directory / "serving"
        self.port, self.machine = free_port(), free_port()
        self.elsewhere = elsewhere
        upstream = Upstream(directory / "none", os.urandom, [(HOST, elsewhere.port)])
        self.server = NameServer(
            self.book, self.serving, upstream, os.urandom, (HOST, self.machine), port=self.port
        )

    def write(self, book: Book) -> None:
        replace_file(self.book, encode(book))

    async def serves(self, *addresses: str) -> None:
        wanted = {f"{address} {self.port}" for address in addresses}
        wanted.add(f"{HOST} {self.machine}")
        await until(
            lambda: self.serving.exists() and set(self.serving.read_text().splitlines()) == wanted
        )

    async def ask(
        self, name: str, kind: str = "A", at: str = OURS, tcp: bool = False
    ) -> dns.message.Message:
        query = dns.message.make_query(name, kind, use_edns=False)
        way = dns.asyncquery.tcp if tcp else dns.asyncquery.udp
        port = self.machine if at == HOST else self.port
        return await way(query, at, port=port, timeout=5)

    async def values(self, name: str, kind: str = "A", at: str = OURS) -> list[str]:
        found = await self.ask(name, kind, at)
        return [item.to_text() for rrset in found.answer for item in rrset]


async def until(look: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not look():
            await asyncio.sleep(0.01)


@asynccontextmanager
async def running(directory: Path, book: Book | None) -> AsyncIterator[Running]:
    elsewhere = Elsewhere()
    async with elsewhere.running():
        it = Running(directory, elsewhere)
        if book is not None:
            it.write(book)
        job = asyncio.create_task(it.server.run())
        try:
            await it.serves(*(one.address for one in book.resolvers) if book else ())
            yield it
        finally:
            job.cancel()
            with suppress(asyncio.CancelledError):
                await job


def test_each_vpc_s_tasks_and_the_machine_get_what_is_theirs(tmp_path: Path) -> None:
    async def story() -> None:
        async with running(tmp_path, a_book()) as it:
            assert await it.values("cats.pets.local") == ["10.203.0.9"]
            assert await it.values("cats.pets.local", at=HOST) == ["10.203.0.9"]
            other = await it.ask("cats.pets.local", at=OTHERS)
            assert other.rcode() is dns.rcode.NXDOMAIN
            assert it.elsewhere.asked == [("cats.pets.local.", "udp")]

    asyncio.run(story())


def test_other_names_are_asked_elsewhere_the_way_they_came(tmp_path: Path) -> None:
    async def story() -> None:
        async with running(tmp_path, a_book()) as it:
            assert await it.values("www.example.com") == ["10.9.9.9"]
            found = await it.ask("long.example", tcp=True)
            assert len(found.answer[0]) == 600
            assert it.elsewhere.asked == [("www.example.com.", "udp"), ("long.example.", "tcp")]

    asyncio.run(story())


def test_a_name_that_leads_outside_is_answered_whole(tmp_path: Path) -> None:
    async def story() -> None:
        async with running(tmp_path, a_book()) as it:
            assert await it.values("www.pets.local") == ["www.example.com.", "10.9.9.9"]
            found = await it.ask("long.pets.local", tcp=True)
            assert len(found.answer[1]) == 600, "what is cut over UDP is fetched over TCP"

    asyncio.run(story())


def test_what_does_not_fit_a_datagram_comes_over_tcp(tmp_path: Path) -> None:
    async def story() -> None:
        async with running(tmp_path, a_book()) as it:
            cut = await it.ask("many.pets.local", "SRV")
            assert cut.flags & dns.flags.TC
            whole = await it.ask("many.pets.local", "SRV", tcp=True)
            assert len(whole.answer[0]) == 8

    asyncio.run(story())


def test_a_new_book_is_answered_from_and_its_resolvers_are_served(tmp_path: Path) -> None:
    async def story() -> None:
        async with running(tmp_path, None) as it:
            only = Resolver(address=OURS, vpcs=("vpc-1",))
            it.write(a_book("10.203.0.9", only))
            await it.serves(OURS)
            assert await it.values("cats.pets.local") == ["10.203.0.9"]
            it.write(a_book("10.203.0.10", Resolver(address=OTHERS, vpcs=("vpc-1",))))
            await it.serves(OTHERS)
            assert await it.values("cats.pets.local", at=OTHERS) == ["10.203.0.10"]

    asyncio.run(story())


def test_a_broken_book_leaves_the_last_one_in_force(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        async with running(tmp_path, a_book()) as it:
            replace_file(it.book, b"{")
            await until(lambda: "not readable" in caplog.text)
            assert await it.values("cats.pets.local") == ["10.203.0.9"]

    asyncio.run(story())


def test_an_address_that_is_taken_is_served_once_it_is_free(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        async with running(tmp_path, None) as it:
            taker = await asyncio.start_server(lambda _r, _w: None, OURS, it.port)
            it.write(a_book())
            await it.serves(OTHERS)
            assert caplog.text.count("can't be had") == 1
            taker.close()
            await taker.wait_closed()
            await it.serves(OURS, OTHERS)
            assert await it.values("cats.pets.local") == ["10.203.0.9"]

    asyncio.run(story())


def test_when_nobody_answers_elsewhere_that_is_said(tmp_path: Path) -> None:
    async def story() -> None:
        async with running(tmp_path, a_book()) as it:
            assert it.elsewhere.transport is not None
            it.elsewhere.transport.close()
            await asyncio.sleep(0)
            found = await it.ask("www.example.com")
            assert found.rcode() is dns.rcode.SERVFAIL

    asyncio.run(story())


def test_the_machine_s_resolvers_are_read_again_when_they_change(tmp_path: Path) -> None:
    file = tmp_path / "resolv.conf"
    file.write_text("search lan\nnameserver 10.0.0.1\nnameserver fe80::1%eth0\nnameserver x\n")
    upstream = Upstream(file, os.urandom)
    assert upstream.servers() == (("10.0.0.1", 53), ("fe80::1", 53))
    file.write_text("nameserver 10.0.0.2\nnameserver 10.203.0.2\n")
    os.utime(file, (2e9, 2e9))
    upstream.own = {("10.203.0.2", 53)}
    assert upstream.servers() == (("10.0.0.2", 53),), "never our own: it would come back"
    file.unlink()
    assert upstream.servers() == ()
