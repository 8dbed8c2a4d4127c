from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from benchmarks.pets import Count, forward
from benchmarks.steady_calls import Calls

from benchmarks import lost_requests

REQUEST = b"GET /cats/whoami HTTP/1.1\r\nHost: pets\r\n\r\n"
GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
BUSY = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"


@asynccontextmanager
async def a_server(answer: bytes | None) -> AsyncIterator[tuple[str, int]]:
    """Answers each request so; None = it closes the connection instead."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                if answer is None:
                    break
                writer.write(answer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        writer.close()
        await asyncio.gather(writer.wait_closed(), return_exceptions=True)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()


def asked(answer: bytes | None) -> Count:
    """What steady callers count at such a server."""

    async def run() -> Count:
        async with a_server(answer) as where:
            calls = Calls(where, REQUEST, rate=400, connections=20)
            job = asyncio.create_task(calls.run())
            while calls.tally.asked < 40:
                await asyncio.sleep(0.01)
            job.cancel()
            await asyncio.gather(job, return_exceptions=True)
            tally = calls.told()
            assert calls.tally.asked == 0
        count = Count()
        count.add(
            {
                "asked": tally.asked,
                "failures": tally.failures,
                "slowest_ms": tally.slowest,
            }
        )
        return count

    return asyncio.run(run())


def test_answered_requests_are_counted_and_none_has_failed() -> None:
    count = asked(GOOD)
    assert count.asked >= 40
    assert not count.failures
    assert count.slowest > 0


@pytest.mark.parametrize(("answer", "failure"), [(BUSY, "HTTP 503"), (None, "IncompleteReadError")])
def test_every_request_that_is_not_answered_well_has_failed(
    answer: bytes | None, failure: str
) -> None:
    count = asked(answer)
    assert count.failures == {failure: count.asked}


def test_nobody_listening_is_a_failure_too() -> None:
    async def run() -> Calls:
        async with a_server(GOOD) as where:
            pass
        calls = Calls(where, REQUEST, rate=400, connections=20)
        job = asyncio.create_task(calls.run())
        while calls.tally.asked < 20:
            await asyncio.sleep(0.01)
        job.cancel()
        await asyncio.gather(job, return_exceptions=True)
        return calls

    tally = asyncio.run(run()).told()
    assert tally.failures == {"ConnectionRefusedError": tally.asked}


def test_each_disturbance_is_done_twenty_times_unless_said_otherwise() -> None:
    given = lost_requests.parser().parse_args([])
    assert (given.rounds, given.rate, given.only) == (20, 500, None)
    names = list(lost_requests.DISTURBANCES)
    assert names.index("scale-out") + 1 == names.index("scale-in")


def test_a_loss_is_told_by_its_way_and_misses_the_bound() -> None:
    story = lost_requests.Story(seconds=[1.0])
    story.connected.add({"asked": 10, "failures": {"HTTP 503": 2}, "slowest_ms": 4.0})
    report = lost_requests.report({"rolling": story}, 1, 500)
    assert "2 × HTTP 503" in str(report)
    assert not report.verdicts[0].met


def test_two_groups_share_by_weight() -> None:
    shares = forward(("blue", "green"), (3, 1))["ForwardConfig"]["TargetGroups"]
    assert shares == [
        {"TargetGroupArn": "blue", "Weight": 3},
        {"TargetGroupArn": "green", "Weight": 1},
    ]
