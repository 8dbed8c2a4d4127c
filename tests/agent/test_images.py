"""Which image a name means, and how it gets here."""

from __future__ import annotations

import asyncio

import pytest

from seaway.agent.engine import Credentials, EngineError, ImageFacts
from seaway.agent.images import CannotPull, Image, Images, local_name
from tests.agent.builders import REGISTRY, an_engine
from tests.agent.fake_engine import FakeEngine

ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/cats:1"
LOCAL = "123456789012.dkr.ecr.eu-west-1.localhost:4566/team/cats"


@pytest.mark.parametrize(
    ("name", "local"),
    [
        (ECR, f"{LOCAL}:1"),
        ("123456789012.dkr.ecr.eu-west-1.localhost:4566/team/cats", LOCAL),
        (
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com.cn/team/cats@sha256:ab",
            f"{LOCAL}@sha256:ab",
        ),
        ("nginx:latest", None),
        ("public.ecr.aws/nginx/nginx:1", None),
        ("localhost:5000/cats", None),
    ],
)
def test_an_ecr_address_of_any_suffix_leads_to_our_registry(name: str, local: str | None) -> None:
    assert local_name(name, "4566") == local


def test_an_image_that_is_here_is_used_as_it_is() -> None:
    engine = an_engine("cats")
    image = asyncio.run(Images(engine, REGISTRY).ensure("cats"))
    assert image == Image(name="cats", digest=None)
    assert engine.done == []


def test_an_ecr_image_is_asked_for_each_time_and_pinned_by_digest() -> None:
    engine = FakeEngine()
    digests = ("elsewhere/cats@sha256:other", f"{LOCAL}@sha256:abc")
    engine.images[f"{LOCAL}:1"] = engine.pullable[f"{LOCAL}:1"] = ImageFacts(
        id="sha256:1", digests=digests
    )

    async def twice() -> Image:
        images = Images(engine, REGISTRY)
        await images.ensure(ECR)
        return await images.ensure(ECR)

    image = asyncio.run(twice())
    assert image == Image(name=f"{LOCAL}@sha256:abc", digest="sha256:abc")
    assert engine.done == [("pull", f"{LOCAL}:1")] * 2
    server = "123456789012.dkr.ecr.eu-west-1.localhost:4566"
    assert engine.pulled_as[0] == Credentials(user="AWS", password="secret", server=server)


def test_tasks_that_want_the_same_image_share_one_pull() -> None:
    engine = FakeEngine()
    engine.pullable["cats"] = ImageFacts(id="sha256:1", digests=())

    async def together() -> None:
        images = Images(engine, None)
        await asyncio.gather(*(images.ensure("cats") for _ in range(5)))

    asyncio.run(together())
    assert engine.done == [("pull", "cats")]


def test_what_cannot_be_had_is_told_as_aws_tells_it() -> None:
    engine = FakeEngine()
    engine.refuses["pull", "cats"] = EngineError("no route to host")
    with pytest.raises(CannotPull) as refused:
        asyncio.run(Images(engine, None).ensure("cats"))
    assert str(refused.value) == (
        "CannotPullContainerError: Error response from daemon: no route to host"
    )


def test_our_registrys_name_is_looked_for_again_while_the_engine_does_not_know_it() -> None:
    engine = FakeEngine()
    facts = ImageFacts(id="sha256:1", digests=(f"{LOCAL}@sha256:abc",))
    engine.pullable[f"{LOCAL}:1"] = facts
    engine.lookups_that_fail = 1
    image = asyncio.run(Images(engine, REGISTRY).ensure(ECR))
    assert image.digest == "sha256:abc"
    assert engine.done == [("pull", f"{LOCAL}:1")] * 2
