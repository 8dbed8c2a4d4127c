"""Container output: each line once, whatever interrupts it."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from seaway.agent.engine import ContainerSpec, OutputLine
from seaway.agent.logs import LogFollower, Position, read_position, write_position
from seaway.link.messages import FromHost, LogBatch
from tests.agent.builders import MemoryLink, a_stream, an_engine
from tests.agent.fake_engine import FakeEngine


def follow(lines: list[OutputLine], kept: Path) -> list[str]:
    """What a follower carries of a container that has written these lines and ended."""
    engine, link = FakeEngine(), MemoryLink()
    engine.written["c"] = lines
    follower = LogFollower(engine, link, a_stream("web"), "c", kept, pseudo_terminal=False)
    asyncio.run(follower.run())
    return texts(link.said)


def texts(said: list[FromHost]) -> list[str]:
    return [line.text for batch in said if isinstance(batch, LogBatch) for line in batch.lines]


def a_line(at: int, text: str) -> OutputLine:
    return OutputLine(at=at, text=text)


def test_a_follower_that_comes_back_goes_on_where_it_was(tmp_path: Path) -> None:
    kept = tmp_path / "log-web"
    assert follow([a_line(1, "a"), a_line(2, "b")], kept) == ["a", "b"]
    assert follow([a_line(1, "a"), a_line(2, "b"), a_line(2, "c"), a_line(3, "d")], kept) == [
        "c",
        "d",
    ]
    assert follow([a_line(1, "a"), a_line(3, "d")], kept) == []


def test_a_container_that_says_nothing_has_a_stream_too(tmp_path: Path) -> None:
    engine, link = FakeEngine(), MemoryLink()
    engine.written["c"] = []
    for _ in range(2):
        follower = LogFollower(
            engine, link, a_stream("web"), "c", tmp_path / "k", pseudo_terminal=False
        )
        asyncio.run(follower.run())
    assert link.said == [LogBatch(stream=a_stream("web"), lines=())]


TIMES = st.lists(st.integers(1, 5), max_size=12).map(sorted)


@given(times=TIMES, cuts=st.lists(st.integers(0, 12), max_size=3).map(sorted))
def test_interrupted_anywhere_every_line_is_carried_once_and_in_order(
    tmp_path_factory: object, times: list[int], cuts: list[int]
) -> None:
    kept = tmp_path_factory.mktemp("logs") / "log"  # type: ignore[attr-defined]
    lines = [a_line(at, str(n)) for n, at in enumerate(times)]
    carried = []
    for cut in [*cuts, len(lines)]:
        carried += follow(lines[:cut], kept)
    assert carried == [line.text for line in lines]


def test_more_than_a_thousand_lines_go_in_several_batches(tmp_path: Path) -> None:
    engine, link = FakeEngine(), MemoryLink()
    engine.written["c"] = [a_line(n, str(n)) for n in range(1, 2502)]
    follower = LogFollower(
        engine, link, a_stream("web"), "c", tmp_path / "k", pseudo_terminal=False
    )
    asyncio.run(follower.run())
    sizes = [len(batch.lines) for batch in link.said if isinstance(batch, LogBatch)]
    assert sizes == [0, 1000, 1000, 501]


def events(lines: list[OutputLine], kept: Path, starts: str) -> list[str]:
    """What a follower makes of the lines where events begin with this."""
    engine, link = FakeEngine(), MemoryLink()
    engine.written["c"] = lines
    follower = LogFollower(
        engine,
        link,
        a_stream("web"),
        "c",
        kept,
        pseudo_terminal=False,
        starts=re.compile(starts),
    )
    asyncio.run(follower.run())
    return texts(link.said)


def test_lines_up_to_the_next_beginning_are_one_event_with_the_time_of_the_first(
    tmp_path: Path,
) -> None:
    texts = ["lost beginning", "INFO a", "  b", "  c", "INFO d"]
    lines = [a_line(n, text) for n, text in enumerate(texts, start=1)]
    assert events(lines, tmp_path / "k", "^INFO") == [
        "lost beginning",
        "INFO a\n  b\n  c",
        "INFO d",
    ]
    assert read_position(tmp_path / "k") == Position(5, 1)


def test_an_event_is_not_open_for_ever_nor_longer_than_it_may_be(tmp_path: Path) -> None:
    late = [a_line(1, "INFO a"), a_line(5_000_000_001, "b"), a_line(5_000_000_002, "c")]
    assert events(late, tmp_path / "k", "^INFO") == ["INFO a\nb", "c"]
    long = [a_line(n, "x" * 100_000) for n in range(1, 4)]
    assert [len(text) for text in events(long, tmp_path / "l", "^INFO")] == [200_001, 100_000]


def test_an_event_that_nothing_more_comes_to_is_carried_after_a_while(tmp_path: Path) -> None:
    async def story() -> None:
        engine, link = an_engine(), MemoryLink()
        id = await engine.create(ContainerSpec(name="c", image="i"))
        await engine.start(id)
        engine.written[id] = [a_line(1, "INFO a"), a_line(2, "b")]
        follower = LogFollower(
            engine,
            link,
            a_stream("web"),
            id,
            tmp_path / "k",
            pseudo_terminal=False,
            starts=re.compile("^INFO"),
            open_for=0.01,
        )
        job = asyncio.create_task(follower.run())
        await link.until(lambda m: texts([m]) == ["INFO a\nb"])
        job.cancel()
        await asyncio.wait({job})

    asyncio.run(story())


def test_a_container_that_was_started_again_is_followed_on(tmp_path: Path) -> None:
    async def story() -> None:
        engine, link = an_engine(), MemoryLink()
        id = await engine.create(ContainerSpec(name="c", image="i"))
        await engine.start(id)
        engine.written[id] = [a_line(1, "one")]
        follower = LogFollower(
            engine, link, a_stream("web"), id, tmp_path / "k", pseudo_terminal=False
        )
        job = asyncio.create_task(follower.run())
        await link.until(lambda m: texts([m]) == ["one"])
        engine.end("c", 1)
        await job
        await engine.start(id)
        engine.written[id].append(a_line(2, "two"))
        again = LogFollower(
            engine, link, a_stream("web"), id, tmp_path / "k", pseudo_terminal=False
        )
        job = asyncio.create_task(again.run())
        await link.until(lambda m: texts([m]) == ["two"])
        engine.end("c", 0)
        await job
        assert texts(link.said) == ["one", "two"]

    asyncio.run(story())


def test_a_kept_position_is_read_back(tmp_path: Path) -> None:
    kept = tmp_path / "log"
    assert read_position(kept) == Position()
    write_position(kept, Position(1_795_360_378_422_000_001, 3))
    assert read_position(kept) == Position(1_795_360_378_422_000_001, 3)
