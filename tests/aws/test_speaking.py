"""A service that is loaded keeps nobody else waiting."""

from __future__ import annotations

import asyncio
import threading

from seaway.aws import ecs, ssm
from seaway.aws.offered import by_service
from seaway.aws.operation import Handler
from seaway.aws.speaking import Speaking
from seaway.aws.wire.protocol import Wire


class Slow(dict[str, dict[str, Handler]]):
    """Handlers of which ECS's come only when they are let."""

    def __init__(self) -> None:
        super().__init__(by_service([*ssm.operations(), *ecs.operations()]))
        self.let = threading.Event()
        self.looks = 0

    def __getitem__(self, service: str) -> dict[str, Handler]:
        if service == "ecs":
            self.looks += 1
            assert self.let.wait(10), "the loop stood still"
        return super().__getitem__(service)


def test_the_loop_goes_on_while_a_service_is_loaded() -> None:
    slow = Slow()
    speaking = Speaking(slow, None)

    async def story() -> None:
        loading = asyncio.create_task(speaking.prepare("ecs", Wire.JSON))
        while not slow.looks:
            await asyncio.sleep(0)
        assert not loading.done()
        slow.let.set()
        await loading

    asyncio.run(story())
    assert speaking.handler("ecs", "ListClusters") is not None
    assert speaking.codec("ecs", Wire.JSON) is not None


def test_what_is_not_answered_is_not_loaded() -> None:
    speaking = Speaking(Slow(), None)
    asyncio.run(speaking.prepare("dynamodb", Wire.JSON))
    asyncio.run(speaking.prepare(None, Wire.JSON))
    assert not speaking.knows("dynamodb")
    assert speaking.handler("dynamodb", "PutItem") is None


def test_two_first_requests_at_once_make_one_codec() -> None:
    speaking = Speaking(by_service(ssm.operations()), None)

    async def story() -> None:
        await asyncio.gather(*(speaking.prepare("ssm", Wire.JSON) for _ in range(3)))

    asyncio.run(story())
    codec = speaking.codec("ssm", Wire.JSON)
    asyncio.run(speaking.prepare("ssm", Wire.JSON))
    assert codec is not None
    assert speaking.codec("ssm", Wire.JSON) is codec
