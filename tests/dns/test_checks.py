"""Route 53's health checks against real endpoints of the loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from seaway.core.discovery import Registration
from seaway.dns.checks import Check, HealthChecks, Verdict, answers, check_of
from seaway.store.sqlite import SqliteStore
from tests.builders import a_discovery_service, a_namespace
from tests.dns.wired import HOST, free_port

SPACE = a_namespace("pets.example", type="DNS_PUBLIC")


def a_check(port: int, kind: str = "HTTP", **fields: object) -> Check:
    plain = Check("srv/one", kind, HOST, port, "cats.pets.example", "/well", 1, True)
    return replace(plain, **fields)  # type: ignore[arg-type]


@asynccontextmanager
async def an_endpoint(
    answer: bytes, request_end: bytes = b"\r\n\r\n"
) -> AsyncIterator[tuple[int, list[bytes]]]:
    """Answers every request with this; the port, and what was asked."""
    asked: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError):
            asked.append(await reader.readuntil(request_end))
            writer.write(answer)
            await writer.drain()
        writer.close()

    port = free_port()
    server = await asyncio.start_server(serve, HOST, port)
    try:
        yield port, asked
    finally:
        server.close()
        await server.wait_closed()


@pytest.mark.parametrize(
    ("answer", "good"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", True),
        (b"HTTP/1.1 302 Found\r\n\r\n", True),
        (b"HTTP/1.1 404 Not Found\r\n\r\n", False),
        (b"HTTP/1.1 500 Oops\r\n\r\n", False),
        (b"SSH-2.0-x\r\n", False),
        (b"", False),
    ],
)
def test_two_and_three_hundreds_are_good(answer: bytes, good: bool) -> None:
    async def story() -> None:
        async with an_endpoint(answer) as (port, asked):
            assert await answers(a_check(port)) is good
            assert asked[0].startswith(b"GET /well HTTP/1.1\r\nHost: cats.pets.example\r\n")

    asyncio.run(story())


def test_over_tcp_a_connection_is_enough_and_nobody_there_is_not_good() -> None:
    async def story() -> None:
        async with an_endpoint(b"") as (port, _):
            assert await answers(a_check(port, "TCP"))
        # The first byte of a TLS greeting is answered in clear, as web servers do.
        async with an_endpoint(b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x16") as (port, _):
            assert not await answers(a_check(port, "HTTPS")), "it speaks no TLS"
        assert not await answers(a_check(port, "TCP"))

    asyncio.run(story())


def test_an_instance_is_asked_at_its_address_and_port_and_an_alias_not_at_all() -> None:
    service = a_discovery_service("cats", health_check=("HTTP", "well", 3))
    one = Registration(
        key="srv/one",
        service=service.arn,
        instance_id="one",
        attributes=(("AWS_INSTANCE_IPV4", HOST), ("AWS_INSTANCE_PORT", "81")),
        created_at=1.0,
    )
    assert check_of(service, SPACE, one) == a_check(81, threshold=3)
    alias = replace(one, attributes=(("AWS_ALIAS_DNS_NAME", "x.example"),))
    assert check_of(service, SPACE, alias) is None
    assert check_of(replace(service, health_check=None), SPACE, one) is None


def test_as_many_like_answers_as_the_threshold_says_change_the_health(tmp_path: Path) -> None:
    service = a_discovery_service("cats", namespace=SPACE.arn, health_check=("HTTP", "/", 3))

    async def story() -> None:
        store = SqliteStore(tmp_path / "db")
        store.open()
        verdicts = HealthChecks(store, interval=0.01).verdicts()
        async with an_endpoint(b"HTTP/1.1 500 Oops\r\n\r\n") as (port, asked):
            one = Registration(
                key=f"{service.id}/one",
                service=service.arn,
                instance_id="one",
                attributes=(("AWS_INSTANCE_IPV4", HOST), ("AWS_INSTANCE_PORT", str(port))),
                created_at=1.0,
            )
            with store.transaction() as tx:
                for noun in (SPACE, service, one):
                    tx.put(noun)
            async with asyncio.timeout(20):
                assert await anext(verdicts) == Verdict(one.key, False)
            assert len(asked) == 3
        with store.transaction() as tx:
            tx.put(replace(one, health="UNHEALTHY"))
        server = await asyncio.start_server(_well, HOST, port)
        async with asyncio.timeout(20):
            assert await anext(verdicts) == Verdict(one.key, True)
        await verdicts.aclose()
        server.close()
        await server.wait_closed()
        store.close()

    asyncio.run(story())


async def _well(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    await writer.drain()
    writer.close()
