"""The link within one process."""

from __future__ import annotations

import asyncio

from seaway.core.task import TaskStatus
from seaway.dispatch.near import NearLink
from seaway.link.messages import HostPlan, Report


def test_a_message_up_comes_back_when_it_has_been_kept() -> None:
    async def story() -> None:
        link = NearLink()
        reports = [Report(task=name, status=TaskStatus.RUNNING) for name in "ab"]
        sending = [asyncio.create_task(link.send(report)) for report in reports]
        await asyncio.sleep(0)
        assert await link.control.receive() == reports, "what has come together comes together"
        await asyncio.sleep(0)
        assert not any(job.done() for job in sending)
        link.control.kept()
        async with asyncio.timeout(1):
            await asyncio.gather(*sending)

    asyncio.run(story())


def test_messages_down_come_in_order() -> None:
    async def story() -> None:
        link = NearLink()
        plans = [HostPlan(), HostPlan(addresses=(("vpc-1", "10.0.0.1"),))]
        for plan in plans:
            link.control.send(plan)
        assert [await link.receive(), await link.receive()] == plans

    asyncio.run(story())


def test_a_sender_that_gave_up_is_no_trouble() -> None:
    async def story() -> None:
        link = NearLink()
        sending = asyncio.create_task(link.send(Report(task="a", status=TaskStatus.RUNNING)))
        await asyncio.sleep(0)
        await link.control.receive()
        sending.cancel()
        await asyncio.wait({sending})
        link.control.kept()

    asyncio.run(story())
